"""The first hour with the API, as its guide tells it (docs/how-to)."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.build import books
from tests.integrator import Integrator

GUIDE = Path(__file__).parent.parent.parent / "docs/how-to/first-hour-with-the-api.md"
WRITE = re.compile(r'"Idempotency-Key: (?P<key>\S+)" \\\n  -d \'(?P<body>[^\']+)\' \$ARL(?P<path>/\S+)')
READ = re.compile(r'"\$ARL(?P<path>/[^"]+)"')


@pytest.mark.django_db
@pytest.mark.usefixtures("at_the_time_of_the_books")
def test_the_calls_of_the_guide_do_what_it_says() -> None:
    text = GUIDE.read_text()
    with books() as made:
        api = Integrator(made)
    writes = [found.groupdict() for found in WRITE.finditer(text)]
    assert [write["path"] for write in writes] == ["/customers", "/invoices", "/payments"]
    answers = [api.post(write["path"], json.loads(write["body"]), key=write["key"]) for write in writes]
    assert [answer.status for answer in answers] == [201, 201, 201], [answer.text for answer in answers]
    invoice, payment = answers[1], answers[2]
    assert (invoice["open_amount"], [line["open_amount"] for line in invoice["lines"]]) == (
        "380.00",
        ["280.00", "100.00", "0.00"],
    )
    assert payment["amount"] == "380.00"
    assert api.get(f"/invoices/{invoice['id']}")["settlement"] == "paid"
    for found in READ.finditer(text):
        assert api.get(found["path"]).status == 200, found["path"]


@pytest.mark.django_db
@pytest.mark.usefixtures("at_the_time_of_the_books")
def test_the_problem_in_the_guide_is_the_one_that_is_answered() -> None:
    shown = json.loads(GUIDE.read_text().partition("```json\n")[2].partition("```")[0])
    with books() as made:
        api = Integrator(made)
    body = {"customer": f"cus_{made.customer}", "date": "2026-03-15", "due_date": "2026-03-15"}
    found = api.post("/invoices", body | {"lines": [{"description": "x", "amount": "0.001"}]}).body
    shown["errors"][0]["detail"] = found["errors"][0]["detail"]
    assert found == shown
