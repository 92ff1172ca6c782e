"""What a customer owed over time: his balance at the end of each month, and how the server draws it (SPEC 12, UX)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from arledger.core.actor import Actor
from arledger.core.formats import format_amount, format_date
from arledger.core.sql import fetch_all

ZERO = Decimal(0)
MONTHS = 12
WIDTH, HEIGHT = 600, 140

# Counted backwards from what is open: only what moved since the first of the days is read, however long the history is.
BALANCES = """
WITH days AS (SELECT * FROM unnest(%(days)s::date[]) WITH ORDINALITY AS t (day, place)),
docs AS (
    SELECT d.id, d.date, d.currency FROM ledger_document d
    WHERE d.company_id = (SELECT %(company)s) AND d.customer_id = %(customer)s AND d.state = 'posted'
      AND d.date > %(first)s AND d.kind NOT IN ('matching', 'deposit')
      AND (%(entities)s::bigint[] IS NULL OR d.entity_id IS NULL OR d.entity_id = ANY(%(entities)s))
    UNION
    SELECT d.id, d.date, d.currency FROM (
        SELECT a.credit_document_id AS id FROM ledger_application a
        WHERE a.company_id = (SELECT %(company)s) AND a.customer_id = %(customer)s
        UNION
        SELECT a.charge_document_id FROM ledger_application a
        WHERE a.company_id = (SELECT %(company)s) AND a.customer_id = %(customer)s
        UNION
        SELECT l.document_id FROM ledger_line l
        WHERE l.company_id = (SELECT %(company)s) AND l.customer_id = %(customer)s AND l.is_open
    ) f
    JOIN ledger_document d ON d.company_id = (SELECT %(company)s) AND d.id = f.id
    WHERE d.customer_id IS DISTINCT FROM %(customer)s AND d.state = 'posted' AND d.date > %(first)s
      AND (%(entities)s::bigint[] IS NULL OR d.entity_id IS NULL OR d.entity_id = ANY(%(entities)s))
), moved AS (
    SELECT o.currency, o.date, (
        SELECT coalesce(sum(l.amount), 0) FROM ledger_line l
        WHERE l.company_id = (SELECT %(company)s) AND l.document_id = o.id AND l.customer_id = %(customer)s) AS amount
    FROM docs o
), now AS (
    SELECT d.currency, sum(l.open_amount) AS amount
    FROM ledger_line l JOIN ledger_document d ON d.company_id = l.company_id AND d.id = l.document_id
    WHERE l.company_id = (SELECT %(company)s) AND l.customer_id = %(customer)s AND l.is_open AND d.state = 'posted'
      AND (%(entities)s::bigint[] IS NULL OR d.entity_id IS NULL OR d.entity_id = ANY(%(entities)s))
    GROUP BY d.currency
), currencies AS (SELECT currency FROM now UNION SELECT currency FROM moved)
SELECT c.currency, days.place,
       coalesce((SELECT amount FROM now n WHERE n.currency = c.currency), 0)
       - coalesce((SELECT sum(m.amount) FROM moved m WHERE m.currency = c.currency AND m.date > days.day), 0)
FROM currencies c CROSS JOIN days ORDER BY c.currency, days.place
"""


@dataclass(frozen=True)
class Point:
    """The balance at the end of a day, and where its dot is drawn."""

    day: date
    balance: Decimal
    x: int
    y: int

    @property
    def words(self) -> str:
        return format_date(self.day, get_language() or "en")


@dataclass(frozen=True)
class Curve:
    """The balances in one currency, drawn on WIDTH by HEIGHT; ``zero`` is the height of 0."""

    currency: str
    points: Sequence[Point]
    zero: int

    @property
    def words(self) -> str:
        """What the drawing shows, for whoever hears it."""
        first, last = self.points[0], self.points[-1]
        balance = format_amount(last.balance, self.currency, get_language() or "en")
        said = {"start": first.words, "end": last.words, "balance": balance, "currency": self.currency}
        return _("Balance from %(start)s to %(end)s, at the end %(balance)s %(currency)s") % said

    @property
    def line(self) -> str:
        return " ".join(f"{point.x},{point.y}" for point in self.points)

    @property
    def area(self) -> str:
        first, last = self.points[0].x, self.points[-1].x
        return f"{first},{self.zero} {self.line} {last},{self.zero}"


def month_ends(day: date, months: int = MONTHS) -> list[date]:
    """The last days of the months before ``day``, and the day itself."""
    days = [day]
    for _month in range(months):
        days.append(days[-1].replace(day=1) - timedelta(days=1))
    return days[::-1]


def balances(*, actor: Actor, customer: int, day: date) -> list[Curve]:
    """The customer's balance at the ends of the twelve months before ``day`` and on it, per currency. One statement.

    A currency in which nothing was ever owed in that time is left out.
    """
    days = month_ends(day)
    rows = fetch_all(
        BALANCES,
        {
            "company": actor.company_id,
            "customer": customer,
            "days": days,
            "first": days[0],
            "entities": None if actor.entities is None else sorted(actor.entities),
        },
    )
    found: dict[str, list[Decimal]] = {}
    for currency, _place, balance in rows:
        found.setdefault(currency, []).append(balance)
    return [curve(currency, days, amounts) for currency, amounts in found.items() if any(amounts)]


def curve(currency: str, days: Sequence[date], amounts: Sequence[Decimal]) -> Curve:
    """Balances as a drawing: time to the right, more owed upwards, 0 always in it."""
    highest, lowest = max(ZERO, *amounts), min(ZERO, *amounts)
    span = (highest - lowest) or Decimal(1)

    def height(amount: Decimal) -> int:
        return int((highest - amount) * HEIGHT / span)

    step = WIDTH // max(len(days) - 1, 1)
    points = [
        Point(day, amount, place * step, height(amount))
        for place, (day, amount) in enumerate(zip(days, amounts, strict=True))
    ]
    return Curve(currency, points, height(ZERO))
