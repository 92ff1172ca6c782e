"""Files as nobody should send them, at the doors: pages and API answer with a sentence, never with a fault of ours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from imports import upload_services
from imports.errors import FileTooLarge
from imports.models import Import
from tests.build import Books, books
from tests.clerk import Clerk, at_the_time_of_the_books
from tests.core.test_xlsxfile import BOMBS
from tests.imports.test_fuzz import NASTY
from tests.imports.uploads import work
from tests.integrator import Integrator

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]
#: Made in seconds; tests/core/test_xlsxfile.py has them.
LARGE = ("a size that is a lie", "too much of nothing")
NAMES = ("a.csv", "../../etc/passwd", "x" * 300 + ".csv", "a\u202ecsv.exe", "=cmd().csv")


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return NASTY | {
        name: made() for name, (made, _refusal) in BOMBS.items() if name != "a size that is a lie"
    }


@pytest.fixture
def made() -> Iterator[Books]:
    with books() as found:
        found.add_customer("Acme Ltd", code="ACME")
        yield found


def settle(made: Books) -> None:
    """What was taken is checked, and every row of it is accounted for."""
    assert set(work()) <= {"done"}
    for row in Import.objects.filter(company=made.company):
        assert row.state in ("uploaded", "checked", "failed")
        assert row.state != "checked" or row.rows_total == row.rows_ok + row.rows_failed


def test_at_the_api(made: Books, files: dict[str, bytes]) -> None:
    api = Integrator(made)
    for place, (name, content) in enumerate(files.items()):
        file = SimpleUploadedFile(NAMES[place % len(NAMES)], content)
        sent = encode_multipart(BOUNDARY, {"type": "invoices", "file": file, "again": "true"})
        answer = api.call("POST", "/imports", sent, headers={"Content-Type": MULTIPART_CONTENT})
        assert answer.status in (202, 400, 422), (name, answer.text)
        assert answer.status == 202 or answer.codes, name
    settle(made)
    for one in api.get("/imports")["results"]:
        assert api.get(f"/imports/{one['id']}").status == 200


def test_at_the_pages(made: Books, files: dict[str, bytes]) -> None:
    clerk = Clerk(made)
    for place, (name, content) in enumerate(files.items()):
        page = clerk.open("/imports/new/")
        form = next(form for form in page.forms if "idempotency_key" in form.fields)
        file = SimpleUploadedFile(NAMES[place % len(NAMES)], content)
        sent = {**form.fields, "type": "invoices", "file": file}
        answer = clerk.client.post(page.address, sent)
        assert answer.status_code in (303, 422), name
        if answer.status_code == 303:
            page = clerk.open(answer["Location"])
            assert page.status == 200, name
            form = next(form for form in page.forms if "Check every row" in form.buttons)
            assert clerk.send(form.action, form.fields).status == 200, name
            settle(made)
            assert clerk.open(page.address).status == 200, name


def test_what_is_too_large_is_refused_while_it_comes(made: Books) -> None:
    asked = []

    def endless() -> Iterator[bytes]:
        while True:
            asked.append(1)
            yield b"x" * 1024**2

    with pytest.raises(FileTooLarge):
        upload_services.upload(actor=made.actor, type="invoices", name="a.csv", content=endless())
    assert len(asked) == upload_services.LARGEST // 1024**2 + 1
