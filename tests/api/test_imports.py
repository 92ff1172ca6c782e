"""Imports over the API (SPEC 14, 15, 15.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from ledger.models import Document
from tests.build import books
from tests.imports.uploads import work
from tests.integrator import Answer, Integrator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]

HEAD = "number,customer,date,due_date,amount\n"
GOOD = HEAD + "007,ACME,2026-01-10,2026-02-10,300.00\n007,,,,-20.00\n"
MIXED = GOOD + "008,NOBODY,2026-01-10,2026-02-10,1e3\n"


@pytest.fixture
def api() -> Iterator[Integrator]:
    with books() as made:
        made.add_customer("Acme Ltd", code="ACME")
        yield Integrator(made)


def send(api: Integrator, text: str = GOOD, path: str = "/imports", **fields: Any) -> Answer:
    options = {name: fields.pop(name) for name in ("key", "headers") if name in fields}
    options["headers"] = {"Content-Type": MULTIPART_CONTENT, **options.get("headers", {})}
    file = SimpleUploadedFile(fields.pop("name", "invoices.csv"), text.encode())
    body = encode_multipart(BOUNDARY, {"type": "invoices", "file": file, **fields})
    return api.call("POST", path, body, **options)


def test_upload_check_commit(api: Integrator) -> None:
    sent = send(api, mode="all", action="post")
    assert (sent.status, sent["state"]) == (202, "checking")
    work()
    found = api.get(f"/imports/{sent['id']}")
    assert (found.status, found["state"]) == (200, "checked")
    assert (found["rows_total"], found["rows_ok"], found["rows_failed"], found["errors"]) == (2, 2, 0, [])
    answer = api.post(f"/imports/{sent['id']}/commit")
    assert (answer.status, answer["state"]) == (202, "committing")
    work()
    assert api.get(f"/imports/{sent['id']}")["state"] == "committed"
    invoice = Document.objects.get(company=api.books.company, number="007")
    assert api.get(f"/invoices/doc_{invoice.pk}")["total"] == "280.00"


@pytest.mark.parametrize(("language", "words"), [("en", "exponent"), ("fr", "exposant")])
def test_errors_name_row_and_column_in_the_callers_language(
    api: Integrator, language: str, words: str
) -> None:
    sent = send(api, MIXED, mode="good")
    work()
    found = api.get(f"/imports/{sent['id']}", headers={"Accept-Language": language})
    assert [(e["row"], e["column"], e["cell"], e["code"]) for e in found["errors"]] == [
        (4, "customer", "B4", "import_code_unknown"),
        (4, "amount", "E4", "amount_exponent"),
    ]
    assert words in found["errors"][1]["message"]
    listed = api.get(f"/imports/{sent['id']}/errors")
    assert [e["row"] for e in listed["results"]] == [4, 4]
    api.post(f"/imports/{sent['id']}/commit")
    work()
    failed = api.get(f"/imports/{sent['id']}/failed.csv", headers={"Accept": "text/csv"})
    assert failed.status == 200
    assert failed.text.splitlines()[1].startswith("008,NOBODY,2026-01-10,2026-02-10,1e3,")


def test_what_is_wrong_with_the_call_is_told_at_once(api: Integrator) -> None:
    assert send(api, type="elephants").places == ["/type"]
    assert send(api, colour="red").codes == ["member_unknown"]
    assert send(api, "number,customer,amont\n").codes == ["import_columns_unknown"]
    assert send(api, "number,customer,date,amount\n1,ACME,01/02/2026,1\n").codes == [
        "import_date_format_unclear"
    ]
    body = encode_multipart(BOUNDARY, {"type": "invoices"})
    nothing = api.call("POST", "/imports", body, headers={"Content-Type": MULTIPART_CONTENT})
    assert (nothing.status, nothing.codes, nothing.places) == (400, ["required"], ["/file"])
    assert api.post("/imports", {"type": "invoices"}).status == 415
    assert api.get("/imports")["results"] == []


def test_all_or_nothing_with_faults_cannot_be_committed_but_the_good_ones_can(api: Integrator) -> None:
    sent = send(api, MIXED)
    work()
    refused = api.post(f"/imports/{sent['id']}/commit")
    assert (refused.status, refused.codes) == (409, ["import_has_faults"])
    assert api.post(f"/imports/{sent['id']}/commit", {"mode": "good"}).status == 202
    work()
    found = api.get(f"/imports/{sent['id']}")
    assert (found["state"], found["rows_ok"], found["rows_failed"]) == ("committed", 2, 1)
    again = api.post(f"/imports/{sent['id']}/commit")
    assert (again.status, again.codes) == (409, ["import_state"])


def test_the_same_file_and_the_same_key(api: Integrator) -> None:
    first = send(api, key="one")
    replay = send(api, key="one")
    assert (replay.status, replay["id"]) == (202, first["id"])
    assert replay.headers["Idempotent-Replayed"] == "true"
    assert send(api, MIXED, key="one").status == 422
    assert send(api).codes == ["import_same_file"]
    assert send(api, again="true").status == 202
    assert len(api.get("/imports?state=checking")["results"]) == 2


def test_a_rehearsal_writes_nothing(api: Integrator) -> None:
    answer = send(api, path="/imports?validate_only=true")
    assert (answer.status, answer["validate_only"]) == (200, True)
    assert api.get("/imports")["results"] == []


def test_cancel_and_rights(api: Integrator) -> None:
    sent = send(api)
    assert api.post(f"/imports/{sent['id']}/cancel")["state"] == "cancelled"
    stranger = Integrator(api.books, scopes=["customers.view", "invoices.add"])
    assert stranger.get("/imports").status == 403
    clerk = Integrator(api.books, scopes=["imports.run", "customers.add"])
    assert send(clerk).status == 403
    with books() as other:
        assert Integrator(other).get(f"/imports/{sent['id']}").status == 404
    assert api.get("/imports/imp_999999").status == 404
    assert api.get("/imports/nonsense/failed.csv").status == 404


def test_a_token_without_the_right_to_post_leaves_drafts_and_is_told(api: Integrator) -> None:
    poor = Integrator(api.books, scopes=["imports.run", "invoices.add"])
    sent = send(poor)
    assert sent["left_as_drafts"] is True
    work()
    poor.post(f"/imports/{sent['id']}/commit")
    work()
    found = poor.get(f"/imports/{sent['id']}")
    assert (found["state"], found["drafts"], found["left_as_drafts"]) == ("committed", 1, True)
    assert Document.objects.get(company=api.books.company, number="007").state == "draft"


@pytest.mark.parametrize("word", ["1", "yes", "True", ""])
def test_a_rehearsal_is_asked_for_plainly_or_refused(api: Integrator, word: str) -> None:
    """What is not understood must not become an upload that counts."""
    refused = send(api, path=f"/imports?validate_only={word}")
    assert (refused.status, refused["code"]) == (400, "choice_unknown")
    assert refused["errors"][0]["parameter"] == "validate_only"
    assert api.get("/imports")["results"] == []
    assert send(api, path="/imports?validate_only=true")["validate_only"] is True
    assert api.get("/imports")["results"] == []
    assert send(api, path="/imports?validate_only=false").status == 202


@pytest.mark.parametrize(
    ("name", "code"),
    [("type", "member_repeated"), ("file", "member_repeated"), ("attachment", "member_unknown")],
)
def test_no_part_of_an_upload_is_left_over(api: Integrator, name: str, code: str) -> None:
    parts: dict[str, list[Any]] = {"type": ["invoices"], "file": [SimpleUploadedFile("a.csv", GOOD.encode())]}
    second: Any = "customers" if name == "type" else SimpleUploadedFile("b.csv", GOOD.encode())
    parts.setdefault(name, []).append(second)
    body = encode_multipart(BOUNDARY, parts)
    sent = api.call("POST", "/imports", body, headers={"Content-Type": MULTIPART_CONTENT})
    assert (sent.status, sent["code"]) == (400, code)
    assert sent["errors"][0]["pointer"] == f"/{name}"


def test_a_form_that_cannot_be_taken_apart(api: Integrator) -> None:
    sent = api.call("POST", "/imports", b"x", headers={"Content-Type": "multipart/form-data"})
    assert (sent.status, sent["code"]) == (400, "request_invalid")
