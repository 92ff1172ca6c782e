"""Raw SQL cannot rewrite the audit trail (SPEC 17)."""

from __future__ import annotations

import pytest

from tests.guards.conftest import Person

EVENT = (
    "INSERT INTO core_auditevent (company_id, at, actor, source, address, action, object_kind, object_ids{columns})"
    " VALUES (%s, '2026-03-15T12:00Z', 'x', 'x', '', 'x', 'x', '{{}}'{values})"
    " RETURNING sequence, encode(previous_hash, 'hex'), encode(hash, 'hex')"
)


def head(someone: Person) -> tuple[int, str]:
    return someone.rows("SELECT sequence, encode(hash, 'hex') FROM core_audithead")[0]


@pytest.mark.parametrize(
    "change",
    ["action = 'x'", "after = NULL", "hash = hash", "sequence = sequence + 1", "at = now()", "actor = 'x'"],
)
def test_an_event_never_changes(someone: Person, change: str) -> None:
    someone.refused(f"UPDATE core_auditevent SET {change}", by="core_auditevent_append_only")


def test_an_event_is_never_deleted(someone: Person) -> None:
    someone.refused("DELETE FROM core_auditevent", by="core_auditevent_append_only")


def test_the_trail_cannot_be_truncated(someone: Person) -> None:
    someone.refused("TRUNCATE core_auditevent", by="core_auditevent_append_only")


@pytest.mark.parametrize("way", ["DELETE FROM core_audithead", "TRUNCATE core_audithead"])
def test_the_head_is_never_removed(someone: Person, way: str) -> None:
    someone.refused(way, by="core_audithead_append_only")


def test_the_head_cannot_be_set(app: Person) -> None:
    app.refused("UPDATE core_audithead SET hash = 'x'", by="42501")
    app.refused("INSERT INTO core_audithead (company_id, sequence, hash) VALUES (1, 1, 'x')", by="42501")


def test_the_chain_cannot_be_forged(someone: Person) -> None:
    """Whatever an insert says of its place in the chain, the database says it again."""
    before = head(someone)
    statement = EVENT.format(columns=", sequence, previous_hash, hash", values=", 999, 'forged', 'forged'")
    written = someone.rows(statement, someone.ours.company)[0]
    assert written[:2] == (before[0] + 1, before[1])
    assert head(someone) == (written[0], written[2])
    assert someone.one(
        "SELECT hash = core_audit_digest(e) FROM core_auditevent e ORDER BY sequence DESC LIMIT 1"
    )


def test_an_event_of_another_company_cannot_be_written(someone: Person) -> None:
    with pytest.raises(AssertionError, match="refused otherwise"):
        someone.refused("SELECT 1/0", by="42501")
    error = someone.refused(EVENT.format(columns="", values=""), someone.theirs.company, by="42501")
    assert "row-level security" in str(error)


def test_merge_is_no_way_around(someone: Person) -> None:
    someone.refused(
        "MERGE INTO core_auditevent e USING (SELECT 1) s ON true WHEN MATCHED THEN UPDATE SET action = 'x'",
        by="core_auditevent_append_only",
    )


def test_an_insert_that_updates_on_conflict_is_no_way_around(someone: Person) -> None:
    statement = EVENT.format(columns="", values="").replace(
        " RETURNING", " ON CONFLICT (company_id, sequence) DO UPDATE SET action = 'y' RETURNING"
    )
    someone.refused(statement, someone.ours.company, by="core_auditevent_append_only")
