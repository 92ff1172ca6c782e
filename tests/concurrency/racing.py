"""Threads that race on the committed database, each with its own connection; and what must hold when they are done."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import DatabaseError, connections

from arledger.core.audit import verify
from arledger.core.errors import Refusal
from arledger.core.http.errors import refusal_of
from arledger.core.scope import company_scope
from arledger.core.sql import fetch_all
from tests.build import Books
from tests.sound import unbalanced

Turn = Callable[[], object]
PATIENCE_SECONDS = 120
"""How long a turn waits for the others': a clerk's five seconds may be too few for many on a busy machine."""
DEADLOCK = "40P01"


@dataclass
class Race:
    """What came of every turn: what it returned, or the code of the refusal; anything else fails the race.

    A database conflict that a page would answer with a refusal counts as one; a deadlock, which a page would
    answer with "busy", must not happen.
    """

    results: list[object] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    faults: list[BaseException] = field(default_factory=list)
    guard: threading.Lock = field(default_factory=threading.Lock)

    @property
    def done(self) -> int:
        return len(self.results)

    def once(self, turn: Turn) -> None:
        try:
            result = turn()
        except Refusal as refusal:
            self.refuse(refusal)
        except DatabaseError as error:
            typed = refusal_of(error)
            if typed is None or getattr(error.__cause__, "sqlstate", "") == DEADLOCK:
                self.fault(error)
            else:
                self.refuse(typed)
        else:
            with self.guard:
                self.results.append(result)

    def refuse(self, refusal: Refusal) -> None:
        with self.guard:
            self.refused[refusal.code] += 1

    def fault(self, error: BaseException) -> None:
        with self.guard:
            self.faults.append(error)


@contextmanager
def patient() -> Iterator[None]:
    """Every connection opened meanwhile waits that long for a lock: a request may well open one of its own."""
    options = connections.settings["default"]["OPTIONS"]
    before = options["options"]
    options["options"] = f"{before} -c lock_timeout={PATIENCE_SECONDS}s"
    try:
        yield
    finally:
        options["options"] = before


def race(b: Books, turns: Sequence[Turn], rounds: int = 1) -> Race:
    """Run each of ``turns`` in a thread of its own, ``rounds`` times, all starting together."""
    found = Race()
    start = threading.Barrier(len(turns))

    def run(turn: Turn) -> None:
        try:
            with company_scope(b.company.pk):
                start.wait()
                for _ in range(rounds):
                    found.once(turn)
        finally:
            connections.close_all()

    # What a thread raises beyond that, pytest reports as an error of the test.
    threads = [threading.Thread(target=run, args=(turn,), daemon=True) for turn in turns]
    with patient():
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE_SECONDS)
    assert not any(thread.is_alive() for thread in threads), "a thread hangs"
    assert found.faults == []
    assert found.done + sum(found.refused.values()) == len(turns) * rounds
    return found


WRONG_LINES = """
SELECT l.id FROM ledger_line l
LEFT JOIN LATERAL (
    SELECT coalesce(sum(amount) FILTER (WHERE charge_line_id = l.id), 0)
           - coalesce(sum(amount) FILTER (WHERE credit_line_id = l.id), 0) AS applied
    FROM ledger_application a WHERE a.company_id = l.company_id AND l.id IN (a.charge_line_id, a.credit_line_id)
) a ON true
LEFT JOIN LATERAL (
    SELECT coalesce(sum(r.amount), 0) AS reserved FROM ledger_reservation r
    WHERE r.company_id = l.company_id AND r.line_id = l.id
) r ON true
WHERE l.company_id = %s AND (l.applied_amount <> a.applied OR l.reserved_amount <> r.reserved
    OR abs(l.applied_amount + l.reserved_amount) > abs(l.amount))
"""
GAPS = """
SELECT s.code, s.last_value, count(d.id) FROM companies_numbersequence s
LEFT JOIN ledger_document d ON d.company_id = s.company_id AND d.sequence_id = s.id
WHERE s.company_id = %s AND s.code IN ('INV', 'PAY', 'MAT')
GROUP BY s.code, s.last_value HAVING s.last_value <> count(d.id)
"""
# A code that two heads carry: documents, or single lines of payments (a reversed payment is one head again).
SHARED_CODES = """
WITH heads AS (
    SELECT charge_code AS code, charge_document_id AS document, 0 AS line FROM ledger_application
    WHERE company_id = %(company)s AND charge_code IS NOT NULL
    UNION
    SELECT a.credit_code, a.credit_document_id,
           CASE WHEN k.kind = 'payment' AND c.reverses_id IS DISTINCT FROM k.id THEN a.credit_line_id ELSE 0 END
    FROM ledger_application a
    JOIN ledger_document k ON k.company_id = a.company_id AND k.id = a.credit_document_id
    JOIN ledger_document c ON c.company_id = a.company_id AND c.id = a.charge_document_id
    WHERE a.company_id = %(company)s AND a.credit_code IS NOT NULL
)
SELECT code FROM heads GROUP BY code HAVING count(*) > 1
"""


def require_sound(b: Books) -> None:
    """Stored amounts equal the sums of their facts, numbers have no gap, no code is shared, the chain holds."""
    company = b.company.pk
    assert fetch_all(WRONG_LINES, [company]) == []
    assert fetch_all(GAPS, [company]) == []
    assert fetch_all(SHARED_CODES, {"company": company}) == []
    assert unbalanced(company) == []
    assert verify(company).intact


def applied_to(b: Books, document: int) -> Decimal:
    """How much of a document's lines is applied now, counting both sides as positive."""
    rows = fetch_all(
        "SELECT coalesce(sum(abs(applied_amount)), 0) FROM ledger_line WHERE company_id = %s AND document_id = %s",
        [b.company.pk, document],
    )
    return Decimal(rows[0][0])
