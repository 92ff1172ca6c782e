"""The proof: documents = open items = ageing = report = statement = journal, per customer and currency (SPEC 12).

Each figure is added up the way its own report does it, as of a day: agreement between them says that none of the
reports, and none of the stored amounts they start from, went wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date as Day
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from arledger.core.actor import Actor
from arledger.core.errors import Refusal
from arledger.core.sql import execute, fetch_all, one_snapshot
from customers.models import Customer
from customers.selectors import by_ids
from reconciliation import report
from reconciliation.accounts import open_totals
from reconciliation.ageing import ageing
from reconciliation.planning import planned_for
from reconciliation.report_rows import Scope
from reconciliation.report_sql import CUSTOMER_RANGE, customer_range

ZERO = Decimal(0)
Account = tuple[int, str]
# The order in which people read them: from what was entered to what the general ledger says.
FIGURES = ("documents", "open_items", "ageing", "report", "statement", "journal")
LABELS = {
    "documents": _("Documents"),
    "open_items": _("Open items"),
    "ageing": _("Ageing"),
    "report": _("Customer reconciliation"),
    "statement": _("Statement of account"),
    "journal": _("Journal"),
}


class ProofNeedsEverything(Refusal):
    code = "proof_needs_all_entities"
    status = 403
    sentence = _("You may see only some entities of the company: only whole books can be proved.")


class OneEntityChosen(ProofNeedsEverything):
    """The person may see all of it, and chose to work in one entity (docs/adr/0050)."""

    code = "proof_of_one_entity"
    sentence = _("Only whole books can be proved: choose “All entities” to do so.")


@dataclass(frozen=True)
class Row:
    """A customer's balance in a currency, six times; ``customer`` is None for a total.

    ``timing`` is what stands in the journal on another side of the day, because the GL date of a document is not its
    date: it is part of ``journal`` as shown here.
    """

    customer: Customer | None
    currency: str
    figures: dict[str, Decimal] = field(default_factory=dict)
    timing: Decimal = ZERO

    @property
    def balance(self) -> Decimal:
        """What the documents say, which the others are compared with."""
        return self.figures["documents"]

    @property
    def differing(self) -> list[str]:
        return [name for name in FIGURES if self.figures[name] != self.balance]

    @property
    def agrees(self) -> bool:
        return not self.differing


@dataclass(frozen=True)
class Proof:
    """The rows of every customer by code, the totals per currency, and those rows that do not agree."""

    day: Day
    rows: list[Row]
    totals: list[Row]

    @property
    def differing(self) -> list[Row]:
        return [row for row in self.rows if not row.agrees]

    @property
    def agrees(self) -> bool:
        return not self.differing


@dataclass(frozen=True, kw_only=True)
class Query:
    """As of which day, and of which customers (codes between two beginnings)."""

    day: Day
    customer_from: str = ""
    customer_to: str = ""


# Every line and match of the books is joined and added up: in memory, not in files.
MEMORY = "SET LOCAL work_mem = '64MB'"

# What the documents themselves say: their lines, whatever was matched.
DOCUMENTS = f"""
SELECT l.customer_id, l.currency, sum(l.amount)
FROM ledger_line l
JOIN ledger_document d ON d.company_id = l.company_id AND d.id = l.document_id
JOIN customers_customer c ON c.company_id = l.company_id AND c.id = l.customer_id
WHERE l.company_id = (SELECT %(company)s) AND d.state = 'posted' AND d.date <= %(day)s AND {CUSTOMER_RANGE}
GROUP BY 1, 2
"""  # noqa: S608  (constants)

# What is left of every line once the matches in force on the day are taken off it: no stored amount is read.
OPEN_ITEMS = f"""
WITH taken AS (
    SELECT line_id, sum(amount) AS amount FROM (
        SELECT charge_line_id AS line_id, -amount AS amount FROM ledger_application
        WHERE company_id = (SELECT %(company)s) AND date <= %(day)s
        UNION ALL
        SELECT credit_line_id, amount FROM ledger_application
        WHERE company_id = (SELECT %(company)s) AND date <= %(day)s
    ) sides GROUP BY line_id
)
SELECT l.customer_id, l.currency, sum(l.amount + coalesce(t.amount, 0))
FROM ledger_line l
JOIN ledger_document d ON d.company_id = l.company_id AND d.id = l.document_id
JOIN customers_customer c ON c.company_id = l.company_id AND c.id = l.customer_id
LEFT JOIN taken t ON t.line_id = l.id
WHERE l.company_id = (SELECT %(company)s) AND d.state = 'posted' AND d.date <= %(day)s AND {CUSTOMER_RANGE}
  AND l.amount + coalesce(t.amount, 0) <> 0
GROUP BY 1, 2
"""  # noqa: S608  (constants)

# The control accounts of the customers, in the general ledger.
JOURNAL = f"""
SELECT j.customer_id, j.currency, sum(j.amount)
FROM ledger_journal j
JOIN customers_customer c ON c.company_id = j.company_id AND c.id = j.customer_id
WHERE j.company_id = (SELECT %(company)s) AND j.date <= %(day)s AND {CUSTOMER_RANGE}
GROUP BY 1, 2
"""  # noqa: S608  (constants)

# Documents whose GL date lies on the other side of the day than their own.
TIMING = f"""
SELECT l.customer_id, l.currency, sum(CASE WHEN d.date <= %(day)s THEN l.amount ELSE -l.amount END)
FROM ledger_document d
JOIN ledger_line l ON l.company_id = d.company_id AND l.document_id = d.id
JOIN customers_customer c ON c.company_id = l.company_id AND c.id = l.customer_id
WHERE d.company_id = (SELECT %(company)s) AND d.state = 'posted' AND d.gl_date <> d.date
  AND (d.date <= %(day)s) <> (d.gl_date <= %(day)s) AND {CUSTOMER_RANGE}
GROUP BY 1, 2
"""  # noqa: S608  (constants)


def proof(*, actor: Actor, query: Query) -> Proof:
    """Every customer's balance as of the day by six ways, in a constant number of statements.

    All of them are read as of one instant: people go on working. Customers on whose account nothing is left by any way
    are not listed. Raises ProofNeedsEverything for a person
    limited to entities: matches between entities would differ in what he may see.
    """
    if actor.entities is not None:
        raise OneEntityChosen() if actor.entity else ProofNeedsEverything()
    parameters = {
        "company": actor.company_id,
        "day": query.day,
        "entities": None,
        **customer_range(query.customer_from, query.customer_to),
    }
    with one_snapshot():
        execute(MEMORY)
        with planned_for(actor.company_id):
            timing, journal, documents, open_items = (
                _sums(statement, parameters) for statement in (TIMING, JOURNAL, DOCUMENTS, OPEN_ITEMS)
            )
        found = {
            "documents": documents,
            "open_items": open_items,
            "ageing": _aged(actor, query),
            "report": _reported(actor, query),
            "statement": open_totals(company_id=actor.company_id, day=query.day),
            "journal": {key: journal.get(key, ZERO) + timing.get(key, ZERO) for key in {*journal, *timing}},
        }
    listed = _listed(found)
    customers = by_ids(actor.company_id, {key for key, _ in listed})
    kept = _in_range(customers, query)
    rows = [
        Row(
            customers[key],
            currency,
            {name: found[name].get((key, currency), ZERO) for name in FIGURES},
            timing.get((key, currency), ZERO),
        )
        for key, currency in sorted(listed, key=lambda one: (customers[one[0]].code, one[1]))
        if key in kept
    ]
    return Proof(query.day, rows, _totals(rows))


def _sums(statement: str, parameters: dict[str, object]) -> dict[Account, Decimal]:
    return {(key, currency): amount for key, currency, amount in fetch_all(statement, parameters)}


def _aged(actor: Actor, query: Query) -> dict[Account, Decimal]:
    aged = ageing(company_id=actor.company_id, day=query.day)
    return {(row.customer, row.currency): row.total for row in aged.rows}


def _reported(actor: Actor, query: Query) -> dict[Account, Decimal]:
    """The closing balances of the reconciliation report from the first of the month to the day."""
    start, day = query.day.replace(day=1), query.day
    scope = Scope(company_id=actor.company_id, start=start, end=day, as_at=day)
    asked = report.Query(scope=scope, customer_from=query.customer_from, customer_to=query.customer_to)
    return {
        (customer.pk, moved.currency): moved.closing
        for customer, moved in report.ledger(actor=actor, query=asked)
    }


def _listed(found: dict[str, dict[Account, Decimal]]) -> set[Account]:
    return {key for sums in found.values() for key, amount in sums.items() if amount}


def _in_range(customers: dict[int, Customer], query: Query) -> Collection[int]:
    """The ageing and the statements are of everybody: those that were not asked for are left out here."""
    last = customer_range("", query.customer_to)["customer_to"]
    return [
        key
        for key, customer in customers.items()
        if customer.code >= query.customer_from and (not last or customer.code < str(last))
    ]


def _totals(rows: Iterable[Row]) -> list[Row]:
    sums: dict[str, Row] = {}
    for row in rows:
        total = sums.get(row.currency, Row(None, row.currency, dict.fromkeys(FIGURES, ZERO)))
        sums[row.currency] = Row(
            None,
            row.currency,
            {name: total.figures[name] + row.figures[name] for name in FIGURES},
            total.timing + row.timing,
        )
    return [sums[currency] for currency in sorted(sums)]
