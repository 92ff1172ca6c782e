"""A ledger on paper: what the books must do, written from SPEC.md in plain Python and sharing no code with them.

Each verb changes the paper or raises Refused with the code of the refusal that the product owes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from tests.model.figures import NEVER, Document, Figures, Line, Match


class Refused(Exception):
    """The books must refuse, with this code; "" where several would do."""

    @property
    def code(self) -> str:
        return str(self.args[0])


def letters(n: int) -> str:
    """1 is a, 27 is aa: counted up letter by letter."""
    text = "a"
    for _ in range(n - 1):
        place = len(text) - 1
        while place >= 0 and text[place] == "z":
            text = f"{text[:place]}a{text[place + 1 :]}"
            place -= 1
        text = "a" + text if place < 0 else text[:place] + chr(ord(text[place]) + 1) + text[place + 1 :]
    return text


class Paper(Figures):
    """The books of one company and the verbs that write them."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers = {"invoice": 0, "payment": 0, "matching": 0}
        self.drawn = 0

    def draft_invoice(self, customer: int, day: date, amounts: Sequence[int]) -> Document:
        document = Document("invoice", customer, day)
        document.lines = [Line(document, customer, amount) for amount in amounts]
        self.documents.append(document)
        return document

    def post_invoice(self, document: Document) -> None:
        self._require_draft(document)
        self._number(document)
        for charge in (line for line in document.lines if line.amount > 0):
            for credit in (line for line in document.lines if line.amount < 0):
                take = min(self.available(charge), self.available(credit))
                if take:
                    self._apply(charge, credit, take, document.day, document, (None, None))

    def charges(self, customer: int) -> list[Line]:
        """What a payment may pay, in the order of the due dates, then numbers, then lines."""
        documents = [d for d in self.documents if d.posted]
        documents.sort(key=lambda d: (d.due, d.number))
        return [
            line
            for document in documents
            for line in document.lines
            if line.customer == customer and line.amount > 0 and self.available(line) > 0
        ]

    def spread(
        self, customer: int, amount: int, order: Sequence[Document] | None, pins: Mapping[Line, int]
    ) -> list[tuple[Line, int]]:
        """The waterfall: pinned lines get what was typed; the rest flows in ``order`` (None: by due date)."""
        lines = self.charges(customer)
        if any(line not in lines or typed > self.available(line) for line, typed in pins.items()):
            raise Refused("")
        if order is not None and any(not any(line.document is d for line in lines) for d in order):
            raise Refused("not_an_open_charge")
        if sum(pins.values()) > amount:
            raise Refused("applied_over_received")
        left = amount - sum(pins.values())
        if order is not None:
            first = [line for d in order for line in lines if line.document is d]
            lines = first + [line for line in lines if line in pins and line not in first]
        taken = []
        for line in lines:
            take = pins[line] if line in pins else min(left, self.available(line))
            left -= 0 if line in pins else take
            if take:
                taken.append((line, take))
        return taken

    def draft_payment(
        self, customer: int, day: date, amount: int, taken: Iterable[tuple[Line, int]]
    ) -> Document:
        document = Document("payment", customer, day, holds=dict(taken))
        document.lines = [Line(document, customer, -amount, "overpayments")]
        self.documents.append(document)
        return document

    def post_payment(self, document: Document) -> None:
        """One line per document it pays and one for the rest; what it held is applied."""
        self._require_draft(document)
        taken = sorted(document.holds.items(), key=lambda hold: self._place(hold[0]))
        self.write_payment(document, -document.total, taken)

    def write_payment(self, document: Document, amount: int, taken: Sequence[tuple[Line, int]]) -> None:
        document.holds = {}
        shares: dict[Document, list[tuple[Line, int]]] = {}
        for charge, take in taken:
            shares.setdefault(charge.document, []).append((charge, take))
        document.lines = [
            Line(document, document.customer, -sum(take for _, take in share)) for share in shares.values()
        ]
        rest = amount + sum(line.amount for line in document.lines)
        if rest:
            document.lines.append(Line(document, document.customer, -rest, "overpayments"))
        if document not in self.documents:
            self.documents.append(document)
        self._number(document)
        pairs = [
            (charge, line, take)
            for line, share in zip(document.lines, shares.values(), strict=False)
            for charge, take in share
        ]
        for charge, line, take, day in self._days(pairs):
            head = charge.document if charge.document.kind == "invoice" else None
            self._apply(charge, line, take, day, document, (head, None))

    def delete(self, document: Document) -> None:
        self._require_draft(document)
        self.documents.remove(document)

    def match(self, charge: Line, credit: Line, amount: int, on: date | None) -> Document:
        if charge.customer != credit.customer:
            raise Refused("other_customer")
        if not (charge.document.posted and credit.document.posted):
            raise Refused("not_found")
        for line in (charge, credit):
            if amount > self.available(line):
                raise Refused("nothing_left" if self.available(line) <= 0 else "not_enough_left")
        day = self._days([(charge, credit, amount)])[0][3]
        if on is not None and on < day:
            raise Refused("application_too_early")
        maker = Document("matching", charge.customer, on or day)
        self._number(maker)
        self.documents.append(maker)
        heads = self._heads(charge, credit)
        self._apply(charge, credit, amount, on or day, maker, heads)
        return maker

    def unapply(self, match: Match, amount: int | None, today: date) -> Document:
        left = match.at(NEVER)
        if match.tie:
            raise Refused("match_of_reversal")
        if not left:
            raise Refused("already_unapplied")
        if amount is not None and amount > left:
            raise Refused("unapply_too_much")
        maker = Document("matching", match.charge.customer, max(today, match.day))
        self._number(maker)
        self.documents.append(maker)
        match.undone.append((maker.day, left if amount is None else amount))
        return maker

    def reverse(self, document: Document, on: date) -> Document:
        self._require_reversible(document, on)
        own = [
            m
            for line in document.lines
            for m in self.on(line)
            if m.at(NEVER) and (m.maker is document or m.inline)
        ]
        others = [m for line in document.lines for m in self.on(line) if m.at(NEVER) and m not in own]
        if others:
            raise Refused("still_applied")
        if any(self.reserved(line) for line in document.lines):
            raise Refused("still_reserved")
        for line in document.lines:  # the mirror takes all of a line: from when is all of it free?
            undone = [
                (max(on, m.day), m.at(NEVER)) for m in dict.fromkeys(own) if line in (m.charge, m.credit)
            ]
            if self._free(line, abs(line.amount), undone) > on:
                raise Refused("reversal_too_early")
        for match in dict.fromkeys(own):
            match.undone.append((max(on, match.day), match.at(NEVER)))
        mirror = Document(document.kind, document.customer, on, mirrors=document)
        document.mirror = mirror
        mirror.lines = [Line(mirror, line.customer, -line.amount, line.control) for line in document.lines]
        self.documents.append(mirror)
        self._number(mirror)
        for line, other in zip(document.lines, mirror.lines, strict=True):
            charge, credit = (line, other) if line.amount > 0 else (other, line)
            if line.amount:
                heads = (document, None) if charge is line else (None, document)
                self._apply(charge, credit, abs(line.amount), on, mirror, heads)
        return mirror

    def _require_draft(self, document: Document) -> None:
        if document not in self.documents:
            raise Refused("not_found")
        if document.posted:
            raise Refused("not_a_draft")

    def _require_reversible(self, document: Document, on: date) -> None:
        if not document.posted:
            raise Refused("not_posted")
        if document.mirrors is not None:
            raise Refused("reversal_is_final")
        if on < document.day:
            raise Refused("reversal_too_early")
        if document.mirror is not None:
            raise Refused("already_reversed")

    def _place(self, line: Line) -> tuple[object, ...]:
        return (line.document.due, line.document.number, line.document.lines.index(line))

    def _number(self, document: Document) -> None:
        self.numbers[document.kind] += 1
        prefix = {"invoice": "INV", "payment": "PAY", "matching": "MAT"}[document.kind]
        document.number = f"{prefix}-{self.numbers[document.kind]:05}"

    def _heads(self, charge: Line, credit: Line) -> tuple[object, object]:
        if charge.document is credit.document:
            return None, None
        own = credit if credit.document.kind == "payment" else credit.document
        return charge.document if charge.document.kind == "invoice" else None, own

    def _free(self, line: Line, amount: int, undone: Sequence[tuple[date, int]] = ()) -> date:
        """The first day from which on ``amount`` of the line is open every day, tried day by day."""
        days = {line.document.day} | {day for day, _ in undone}
        for match in self.on(line):
            days |= {match.day} | {day for day, _ in match.undone}
        enough = line.document.day
        for day in sorted(days):
            for before in (day - timedelta(days=1), day):
                back = sum(take for when, take in undone if when <= before)
                if before >= line.document.day and abs(self.open(line, before)) + back < amount:
                    enough = before + timedelta(days=1)
        return enough

    def _days(self, pairs: Sequence[tuple[Line, Line, int]]) -> list[tuple[Line, Line, int, date]]:
        """When each pair takes effect."""
        return [
            (
                charge,
                credit,
                amount,
                max(
                    charge.document.day,
                    credit.document.day,
                    self._free(charge, amount),
                    self._free(credit, amount),
                ),
            )
            for charge, credit, amount in pairs
        ]

    def _apply(
        self,
        charge: Line,
        credit: Line,
        amount: int,
        day: date,
        maker: Document,
        heads: tuple[object, object],
    ) -> None:
        codes = []
        for head in heads:
            code = self.code_of(head)
            if head is not None and not code:
                self.drawn += 1
                code = letters(self.drawn)
            codes.append(code)
        self.matches.append(Match(charge, credit, amount, day, maker, heads, (codes[0], codes[1])))
