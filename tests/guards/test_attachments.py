"""Raw SQL around the services: files of documents are facts, and their company's alone."""

from __future__ import annotations

from hashlib import sha256

import pytest

from tests.guards.conftest import Person

INSERT = (
    "INSERT INTO ledger_attachment (company_id, document_id, name, content_type, content, uploaded_at)"
    " VALUES (%s, %s, %s, %s, %s, '2026-03-15T12:00Z')"
)
MARK = "UPDATE ledger_attachment SET removed_at = '2026-03-16T12:00Z', removed_reason = 'wrong one' WHERE id = %s"


def of(someone: Person, document: int) -> int:
    return int(someone.one("SELECT id FROM ledger_attachment WHERE document_id = %s", document))


def row(someone: Person, **changes: object) -> list[object]:
    values: dict[str, object] = {
        "company_id": someone.ours.company,
        "document_id": someone.ours.invoice,
        "name": "a.pdf",
        "content_type": "application/pdf",
        "content": b"%PDF-1.7",
    }
    return list((values | changes).values())


def test_a_file_can_be_attached_to_a_posted_document(someone: Person) -> None:
    assert someone.run(INSERT, *row(someone)) == 1
    size, digest = someone.rows(
        "SELECT size, encode(sha256, 'hex') FROM ledger_attachment WHERE name = 'a.pdf'"
    )[0]
    assert (size, digest) == (8, sha256(b"%PDF-1.7").hexdigest())


def test_another_companys_document_takes_no_file_of_ours(someone: Person) -> None:
    theirs = someone.theirs
    someone.refused(INSERT, *row(someone, document_id=theirs.invoice), by="23503")
    someone.refused(INSERT, *row(someone, company_id=theirs.company, document_id=theirs.invoice), by="42501")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("content", "'x'"),
        ("name", "'b.pdf'"),
        ("content_type", "'text/plain'"),
        ("document_id", "1"),
        ("uploaded_at", "'2020-01-01T00:00Z'"),
        ("uploaded_by", "7"),
        ("id", "7"),
        ("content", "content"),
    ],
)
@pytest.mark.parametrize("document", ["invoice", "draft"])
def test_nothing_of_a_file_changes(someone: Person, document: str, column: str, value: str) -> None:
    key = of(someone, getattr(someone.ours, document))
    someone.refused(
        f"UPDATE ledger_attachment SET {column} = {value} WHERE id = %s",
        key,
        by="ledger_attachment_append_only",
    )
    someone.refused(
        f"UPDATE ledger_attachment SET removed_at = now(), {column} = {value} WHERE id = %s",
        key,
        by="ledger_attachment_append_only",
    )


@pytest.mark.parametrize("column", ["size", "sha256"])
def test_its_size_and_digest_are_the_databases_own(someone: Person, column: str) -> None:
    someone.refused(
        f"UPDATE ledger_attachment SET {column} = NULL WHERE id = %s",
        of(someone, someone.ours.invoice),
        by="428C9",
    )


def test_removing_is_marked_once_and_says_why(someone: Person) -> None:
    key = of(someone, someone.ours.invoice)
    someone.refused(
        "UPDATE ledger_attachment SET removed_at = now() WHERE id = %s",
        key,
        by="ledger_attachment_removed_why",
    )
    someone.refused(
        "UPDATE ledger_attachment SET removed_reason = 'x' WHERE id = %s",
        key,
        by="ledger_attachment_removed_once",
    )
    assert someone.run(MARK, key) == 1
    someone.refused(MARK, key, by="ledger_attachment_removed_once")
    back = "UPDATE ledger_attachment SET removed_at = NULL, removed_reason = '' WHERE id = %s"
    someone.refused(back, key, by="ledger_attachment_removed_once")


def test_it_is_born_present(someone: Person) -> None:
    statement = INSERT.replace("uploaded_at)", "uploaded_at, removed_at, removed_reason)").replace(
        "Z')", "Z', now(), 'x')"
    )
    someone.refused(statement, *row(someone), by="ledger_attachment_born_present")


def test_it_goes_with_a_draft_only(someone: Person) -> None:
    ours = someone.ours
    someone.refused(
        "DELETE FROM ledger_attachment WHERE document_id = %s", ours.invoice, by="ledger_attachment_posted"
    )
    someone.refused("TRUNCATE ledger_attachment", by="ledger_attachment_append_only")
    assert someone.run("DELETE FROM ledger_attachment WHERE document_id = %s", ours.draft) == 1


def test_a_statement_that_leaves_the_company_on_its_way_is_refused(someone: Person) -> None:
    key = of(someone, someone.ours.draft)
    leave = "set_config('arledger.company', '0', true) IS NOT NULL"
    someone.refused(
        f"DELETE FROM ledger_attachment WHERE id = %s AND {leave}", key, by="ledger_company_changed"
    )
    someone.refused(f"{INSERT} RETURNING {leave}", *row(someone), by="ledger_company_changed")


def test_twenty_files_at_most(someone: Person) -> None:
    for number in range(19):
        someone.run(INSERT, *row(someone, name=f"{number}.pdf"))
    someone.refused(INSERT, *row(someone), by="ledger_attachment_at_most")
    someone.run(MARK, of(someone, someone.ours.invoice))
    assert someone.run(INSERT, *row(someone)) == 1


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"name": "../a.pdf"}, "ledger_attachment_name"),
        ({"name": "a\\b.pdf"}, "ledger_attachment_name"),
        ({"name": "a\nb.pdf"}, "ledger_attachment_name"),
        ({"name": ""}, "ledger_attachment_name"),
        ({"name": "x" * 151}, "22001"),
        ({"content_type": "text/html"}, "ledger_attachment_type"),
        ({"content": b""}, "ledger_attachment_size"),
        ({"content": b"\0" * (10 * 1024**2 + 1)}, "ledger_attachment_size"),
    ],
)
def test_the_limits_hold_without_the_services(someone: Person, change: dict[str, object], rule: str) -> None:
    someone.refused(INSERT, *row(someone, **change), by=rule)
