"""The reconciliation report in plain Python, from the raw rows of the books and the words of docs/adr/0032 alone.

Nothing of the product is used to compute, and nothing is stored: what is open of a line is its amount less the matches
on it; which group an entry is in, and the group's code, follow from the matches in force on the day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from datetime import date as Day
from decimal import Decimal
from functools import cached_property

from ledger.models import Application, Document, Line

ZERO = Decimal(0)


@dataclass
class Asked:
    """The choices of the report, by the names of SPEC 15.1."""

    start: date
    end: date
    as_at: date
    known: datetime | None = None
    entities: frozenset[int] | None = None
    entity: int | None = None
    location: int | None = None
    currency: str | None = None
    code: str = ""
    matches: tuple[str, ...] = ()
    sort: str = "customer"

    @property
    def filtered(self) -> bool:
        return bool(self.code or self.matches)


@dataclass
class Entry:
    """One row; ``order`` holds what breaks ties between rows that look alike."""

    customer: int
    document: Document
    date: Day
    gl_date: Day
    amount: Decimal
    code: str
    settled: bool
    matched: bool
    head: Document
    contra: bool = False
    line: int = 0
    application: int = 0
    balance: Decimal = ZERO

    @property
    def shown_code(self) -> str:
        return self.code.upper() if self.settled else self.code.lower()

    @property
    def match(self) -> str:
        return "full" if self.settled else "partial" if self.matched else "unmatched"

    def place(self, sort: str) -> tuple[object, ...]:
        last = (self.date, self.contra, self.document.pk, self.line, self.application, -self.amount)
        foreign = self.document.pk != self.head.pk
        kin = (foreign, self.contra, self.date, self.document.pk, self.line, self.application, -self.amount)
        if sort == "customer":
            return last
        if sort == "invoice":
            number = self.head.number
            return (number is None, number or "", self.head.date, self.head.pk, *kin)
        return (self.code == "", len(self.code), self.code, self.head.pk, *kin)


@dataclass
class Raw:
    """Every row of a company's books."""

    documents: dict[int, Document]
    lines: list[Line]
    applications: list[Application]
    of: dict[int, list[Line]] = field(default_factory=dict)

    @classmethod
    def read(cls, company: int) -> Raw:
        documents = {d.pk: d for d in Document.objects.filter(company_id=company, state="posted")}
        lines = list(Line.objects.filter(company_id=company).order_by("document_id", "position"))
        made = cls(documents, lines, list(Application.objects.filter(company_id=company).order_by("id")))
        for line in lines:
            made.of.setdefault(line.document_id, []).append(line)
        return made


class View:
    """The books as at a day, as known on an instant."""

    def __init__(self, raw: Raw, as_at: date, known: datetime | None) -> None:
        self.raw = raw
        self.as_at = as_at
        self.documents = {
            key: d
            for key, d in raw.documents.items()
            if known is None or (d.posted_at and d.posted_at <= known)
        }
        self.applications = [a for a in raw.applications if known is None or a.recorded_at <= known]

    @cached_property
    def opens(self) -> dict[int, Decimal]:
        left = {line.pk: abs(line.amount) for line in self.raw.lines}
        for a in self.applications:
            if a.date <= self.as_at:
                left[a.charge_line_id] -= a.amount
                left[a.credit_line_id] -= a.amount
        return left

    def open(self, document: int) -> Decimal:
        return sum((self.opens[line.pk] for line in self.raw.of.get(document, ())), ZERO)

    @cached_property
    def force(self) -> list[tuple[Application, Decimal]]:
        """Matches between documents with what is in force of them on the day, or will be once they take effect."""
        left = {a.pk: a.amount for a in self.applications if a.reverses_id is None}
        dates = {a.pk: a.date for a in self.applications}
        for a in self.applications:
            if a.reverses_id and (a.date <= self.as_at or dates[a.reverses_id] > self.as_at):
                left[a.reverses_id] += a.amount
        return [
            (a, left[a.pk])
            for a in self.applications
            if left.get(a.pk, ZERO) > 0 and a.charge_document_id != a.credit_document_id
        ]

    def later(self, a: Application) -> bool:
        return a.date > self.as_at

    def tie(self, a: Application) -> bool:
        charge, credit = self.documents[a.charge_document_id], self.documents[a.credit_document_id]
        return charge.reverses_id == credit.pk or credit.reverses_id == charge.pk

    def own(self, a: Application) -> bool:
        """Whether a payment's own posting paid it."""
        payer = self.documents[a.credit_document_id]
        return payer.kind == "payment" and a.document_id == payer.pk and not self.tie(a)

    def newest(self, found: Iterable[tuple[Application, str | None]]) -> tuple[Application, str] | None:
        """The match that says the code: those in force before those to come, the newest first."""
        coded = [(a, code) for a, code in found if code]
        return max(coded, key=lambda one: (not self.later(one[0]), one[0].pk)) if coded else None

    def entries(self, start: date, end: date) -> Iterator[Entry]:
        for document in self.documents.values():
            if document.kind in ("matching", "deposit") or not start <= document.date <= end:
                continue
            if document.kind in ("payment", "refund"):
                yield from self.parts(document)
            else:
                yield from self.whole(document)
        yield from self.contras(start, end)

    def whole(self, document: Document) -> Iterator[Entry]:
        touching = [a for a, _ in self.force if document.pk in (a.charge_document_id, a.credit_document_id)]
        sides = [
            (
                a,
                (a.charge_code or a.credit_code)
                if self.tie(a)
                else a.charge_code
                if a.charge_document_id == document.pk
                else a.credit_code,
            )
            for a in touching
        ]
        chosen = self.newest(sides)
        lines = self.raw.of[document.pk]
        yield Entry(
            customer=lines[0].customer_id,
            document=document,
            date=document.date,
            gl_date=document.gl_date or document.date,
            amount=sum((line.amount for line in lines), ZERO),
            code=chosen[1] if chosen else "",
            settled=self.open(document.pk) == 0,
            matched=any(not self.later(a) for a in touching),
            head=self.documents[document.reverses_id or document.pk],
        )

    def parts(self, document: Document) -> Iterator[Entry]:
        for line in self.raw.of.get(document.pk, ()):
            paid: dict[int, list[tuple[Application, Decimal]]] = {}
            others: list[Application] = []
            for a, amount in self.force:
                if line.pk not in (a.charge_line_id, a.credit_line_id):
                    continue
                if not self.own(a):
                    others.append(a)
                elif not self.later(a):
                    paid.setdefault(a.charge_document_id, []).append((a, amount))
            rest = line.amount
            for head, found in paid.items():
                amount = sum((amount for _, amount in found), ZERO)
                rest += amount
                yield Entry(
                    customer=line.customer_id,
                    document=document,
                    date=document.date,
                    gl_date=document.gl_date or document.date,
                    amount=-amount,
                    code=next((a.charge_code for a, _ in found if a.charge_code), ""),
                    settled=self.open(head) == 0,
                    matched=True,
                    head=self.documents[head],
                    line=line.pk,
                    application=head,
                )
            if rest:
                yield self.remainder(document, line, rest, others)

    def remainder(self, document: Document, line: Line, rest: Decimal, others: list[Application]) -> Entry:
        chosen = max(others, key=lambda a: (not self.later(a), a.pk), default=None)
        head, code, settled = document, "", self.opens[line.pk] == 0
        if chosen is not None:
            original, side = self.group(document, line, chosen)
            head, code = original, chosen.credit_code or chosen.charge_code or ""
            if document.kind == "payment" and not document.reverses_id:
                code = chosen.credit_code or ""
            settled = self.open(head.pk) == 0 if side is None else self.opens[side] == 0
        return Entry(
            customer=line.customer_id,
            document=document,
            date=document.date,
            gl_date=document.gl_date or document.date,
            amount=rest,
            code=code,
            settled=settled,
            matched=chosen is not None and not self.later(chosen),
            head=head,
            line=line.pk,
        )

    def group(self, document: Document, line: Line, a: Application) -> tuple[Document, int | None]:
        """The head of a payment's or refund's line, and the line that is the head where it is no whole document."""
        if self.tie(a):
            original = self.documents[document.reverses_id or document.pk]
            mine = a.charge_line_id if a.charge_document_id == original.pk else a.credit_line_id
            return original, mine
        if document.kind == "payment":
            return document, line.pk
        credit = self.documents[a.credit_document_id]
        return credit, a.credit_line_id if credit.kind == "payment" else None

    def contras(self, start: date, end: date) -> Iterator[Entry]:
        for a, amount in self.force:
            charge, credit = self.documents[a.charge_document_id], self.documents[a.credit_document_id]
            if self.own(a) or self.tie(a) or charge.kind in ("payment", "refund"):
                continue
            if not start <= a.date <= end:
                continue
            left = self.opens[a.credit_line_id] if credit.kind == "payment" else self.open(credit.pk)
            for document, signed, code, head, settled, line in (
                (credit, -amount, a.charge_code, charge, self.open(charge.pk) == 0, a.charge_line_id),
                (charge, amount, a.credit_code, credit, left == 0, a.credit_line_id),
            ):
                yield Entry(
                    customer=a.customer_id,
                    document=document,
                    date=a.date,
                    gl_date=a.date,
                    amount=signed,
                    code=code or "",
                    settled=settled,
                    matched=True,
                    head=head,
                    contra=True,
                    line=line,
                    application=a.pk,
                )


def wanted(raw: Raw, asked: Asked, entry: Entry) -> bool:
    head = entry.head
    return (
        (asked.entities is None or head.entity_id is None or head.entity_id in asked.entities)
        and (asked.entity is None or head.entity_id == asked.entity)
        and (
            asked.location is None
            or any(line.location_id == asked.location for line in raw.of.get(head.pk, ()))
        )
        and (asked.currency is None or entry.document.currency == asked.currency)
        and (not asked.code or entry.code == asked.code.lower())
        and (not asked.matches or entry.match in asked.matches)
    )


@dataclass
class Account:
    opening: Decimal = ZERO
    entries: list[Entry] = field(default_factory=list)

    @property
    def closing(self) -> Decimal:
        return self.opening + sum((one.amount for one in self.entries), ZERO)


def report(raw: Raw, asked: Asked) -> dict[tuple[int, str], Account]:
    """The accounts with anything on them, by customer and currency, with running balances."""
    view = View(raw, asked.as_at, asked.known)
    accounts: dict[tuple[int, str], Account] = {}
    for entry in view.entries(date.min, min(asked.end, asked.as_at)):
        if not wanted(raw, asked, entry):
            continue
        account = accounts.setdefault((entry.customer, entry.document.currency), Account())
        if entry.date < asked.start:
            account.opening += entry.amount
        else:
            account.entries.append(entry)
    for account in accounts.values():
        account.entries.sort(key=lambda one: one.place(asked.sort))
        balance = account.opening
        for entry in account.entries:
            balance += entry.amount
            entry.balance = balance
    return {key: one for key, one in accounts.items() if one.opening or one.entries}
