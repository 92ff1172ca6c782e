"""The journal of a period, row by row, with the lettering of its customer accounts (SPEC 16).

An entry is what one document books on one day; it balances in the base currency. A row on a customer's control
account carries the match code of its group once that is complete, and the day on which it became so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date as Day
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from arledger.core.actor import Actor
from arledger.core.errors import Invalid, Refusal
from arledger.core.sql import fetch_all
from ledger.models import document_name
from reconciliation.answer_facts import answer_facts
from reconciliation.codes import is_complete
from reconciliation.document_answers import line_code
from reconciliation.planning import planned_for

CHUNK = 1_000


class WholeBooksOnly(Refusal):
    code = "journal_needs_all_entities"
    status = 403
    sentence = _("You may see only some entities of the company: the journal is one of whole books.")


class OneEntityChosen(WholeBooksOnly):
    """The person may see all of it, and chose to work in one entity (docs/adr/0050)."""

    code = "journal_of_one_entity"
    sentence = _("The journal is one of whole books: choose “All entities” to see it.")


class PeriodBackwards(Invalid):
    code = "journal_period_backwards"
    sentence = _("The period ends before it begins.")


@dataclass(frozen=True, kw_only=True)
class Period:
    """From ``start`` to ``end``, both included."""

    start: Day
    end: Day


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One row; ``amount`` in the document's currency and ``base`` in the company's, debit +, credit −.

    ``entry`` counts the entries of the period from 1. ``letter`` is a complete match code with its day, or empty.
    """

    entry: int
    journal: str
    journal_name: str
    date: Day
    account: str
    account_name: str
    customer: str
    customer_name: str
    document: str
    kind: str
    document_date: Day
    text: str
    currency: str
    amount: Decimal
    base: Decimal
    letter: str
    lettered_on: Day | None
    posted_at: datetime


# The journal of a document is its own, else the one of its kind.
ROWS = """
SELECT j.date, j.document_id, j.line_id, j.application_id, right(j.id, 1), d.kind, d.number, d.date, d.reference,
       d.description, d.posted_at, coalesce(own.code, usual.code, ''), coalesce(own.name, usual.name, ''),
       a.code, a.name, coalesce(c.code, ''), coalesce(c.name, ''), j.currency, j.amount, j.base_amount
FROM ledger_journal j
JOIN ledger_document d ON d.company_id = j.company_id AND d.id = j.document_id
JOIN companies_account a ON a.company_id = j.company_id AND a.id = j.account_id
LEFT JOIN customers_customer c ON c.company_id = j.company_id AND c.id = j.customer_id
LEFT JOIN companies_journal own ON own.company_id = j.company_id AND own.id = d.journal_id
LEFT JOIN companies_journal usual ON usual.company_id = j.company_id AND usual.code = CASE
    WHEN d.kind IN ('invoice', 'adjustment') THEN 'SAL'
    WHEN d.kind IN ('payment', 'advance', 'refund', 'deposit') THEN 'BNK' ELSE 'GEN' END
WHERE j.company_id = (SELECT %(company)s) AND j.date BETWEEN %(start)s AND %(end)s
  AND (j.amount <> 0 OR j.base_amount <> 0)
ORDER BY j.date, j.document_id, j.id
"""
# The last day on which something joined the group of a code; ``heads`` holds the documents whose groups are meant.
COMPLETED = """
SELECT g.code, max(g.date) FROM (
    SELECT charge_code AS code, date, id, amount FROM ledger_application
    WHERE company_id = (SELECT %(company)s) AND charge_document_id = ANY(%(heads)s) AND charge_code IS NOT NULL
      AND reverses_id IS NULL
    UNION ALL
    SELECT credit_code, date, id, amount FROM ledger_application
    WHERE company_id = (SELECT %(company)s) AND credit_document_id = ANY(%(heads)s) AND credit_code IS NOT NULL
      AND reverses_id IS NULL
) g
WHERE g.amount + coalesce((SELECT sum(u.amount) FROM ledger_application u
    WHERE u.company_id = (SELECT %(company)s) AND u.reverses_id = g.id), 0) > 0
GROUP BY g.code
"""
TOTALS = """
SELECT a.code, a.name, sum(greatest(j.base_amount, 0)), sum(greatest(-j.base_amount, 0)), count(*)
FROM ledger_journal j JOIN companies_account a ON a.company_id = j.company_id AND a.id = j.account_id
WHERE j.company_id = (SELECT %(company)s) AND j.date BETWEEN %(start)s AND %(end)s
  AND (j.amount <> 0 OR j.base_amount <> 0)
GROUP BY a.code, a.name ORDER BY a.code
"""


@dataclass(frozen=True)
class AccountTotal:
    """What a period moved on one account, in the base currency."""

    code: str
    name: str
    debit: Decimal
    credit: Decimal
    rows: int

    @property
    def balance(self) -> Decimal:
        return self.debit - self.credit


def require_whole_books(actor: Actor, period: Period) -> None:
    """Raises WholeBooksOnly or PeriodBackwards."""
    if actor.entities is not None:
        raise OneEntityChosen() if actor.entity else WholeBooksOnly()
    if period.end < period.start:
        raise PeriodBackwards(field="end")


def account_totals(*, actor: Actor, period: Period) -> list[AccountTotal]:
    """What the period moved, by account. Raises WholeBooksOnly or PeriodBackwards."""
    require_whole_books(actor, period)
    values = {"company": actor.company_id, "start": period.start, "end": period.end}
    with planned_for(actor.company_id):
        return [AccountTotal(*row) for row in fetch_all(TOTALS, values)]


def journal_rows(*, actor: Actor, period: Period) -> Iterator[list[JournalRow]]:
    """The rows by day and document, some at a time; one statement reads all of them from the server as they are used.

    Raises WholeBooksOnly or PeriodBackwards.
    """
    require_whole_books(actor, period)
    values: dict[str, Any] = {"company": actor.company_id, "start": period.start, "end": period.end}
    entry, last = 0, None
    with connection.chunked_cursor() as cursor:
        # The cursor keeps its plan; it lives on without the transaction.
        with planned_for(actor.company_id):
            cursor.execute(ROWS, values)
        while found := cursor.fetchmany(CHUNK):
            letters = _letters(actor, found)
            rows = []
            for row in found:
                if row[:2] != last:
                    entry, last = entry + 1, row[:2]
                rows.append(_row(entry, row, letters))
            yield rows


Letters = dict[tuple[int | None, int | None, str], tuple[str, Day | None]]


def _row(entry: int, row: tuple[Any, ...], letters: Letters) -> JournalRow:
    day, _document, line, application, side, kind, number, document_day, *texts = row[:10]
    posted, journal, journal_name, account, account_name, customer, customer_name, *money = row[10:]
    name = document_name(kind, number, document_day)
    currency, amount, base = money
    letter, since = letters.get((line, application, side), ("", None)) if customer else ("", None)
    return JournalRow(
        entry=entry,
        journal=journal,
        journal_name=journal_name,
        date=day,
        account=account,
        account_name=account_name,
        customer=customer,
        customer_name=customer_name,
        document=name,
        kind=kind,
        document_date=document_day,
        text=" ".join(part for part in (name, *texts) if part),
        currency=currency,
        amount=amount,
        base=base,
        letter=letter,
        lettered_on=since,
        posted_at=posted,
    )


def _letters(actor: Actor, rows: Sequence[tuple[Any, ...]]) -> Letters:
    """The complete codes of the rows on control accounts: of lines, and of the two sides of applications."""
    documents = {row[1] for row in rows}
    facts = answer_facts(company_id=actor.company_id, ids=documents, day=actor.today)
    codes: dict[tuple[int | None, int | None, str], str] = {}
    for key, document in facts.documents.items():
        figures = facts.figures.get(key)
        for line in facts.lines.get(key, ()):
            codes[line.pk, None, "c"] = line_code(facts, document, figures, line)
        for one in facts.applied.get(key, ()):
            cased = {code.lower(): code for code in one.codes}
            codes[None, one.id, "c"] = cased.get(one.charge_code or "", "")
            codes[None, one.id, "k"] = cased.get(one.credit_code or "", "")
    complete = {place: code for place, code in codes.items() if is_complete(code)}
    applied = [one for found in facts.applied.values() for one in found]
    heads = {one.charge_document for one in applied} | {one.credit_document for one in applied}
    wanted = {"company": actor.company_id, "heads": sorted(heads)}
    since = dict(fetch_all(COMPLETED, wanted)) if complete else {}
    return {place: (code, since.get(code.lower())) for place, code in complete.items()}
