"""What is written on paper, and every figure read off it as of a day.

Amounts are integers in cents, signed as on the customer's account. Nothing is stored that can be derived: every
figure is summed up from lines and matches. No code is shared with the product.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

NEVER = date.max


@dataclass(eq=False)
class Line:
    """``key`` is the product's; ``control`` tells receivable from overpayments."""

    document: Document
    customer: int
    amount: int
    control: str = "receivable"
    key: int = 0


@dataclass(eq=False)
class Match:
    """``heads`` are the groups of its two sides, with the codes they had then; ``undone`` is (day, amount)."""

    charge: Line
    credit: Line
    amount: int
    day: date
    maker: Document
    heads: tuple[object, object]
    codes: tuple[str, str]
    undone: list[tuple[date, int]] = field(default_factory=list)
    key: int = 0

    @property
    def inline(self) -> bool:
        return self.charge.document is self.credit.document

    @property
    def tie(self) -> bool:
        """Between a document and its mirror."""
        charge, credit = self.charge.document, self.credit.document
        return charge.mirrors is credit or credit.mirrors is charge

    def at(self, day: date) -> int:
        """What of it is in force as of a day."""
        if self.day > day:
            return 0
        return self.amount - sum(amount for undone, amount in self.undone if undone <= day)


@dataclass(eq=False)
class Document:
    kind: str
    customer: int
    day: date
    lines: list[Line] = field(default_factory=list)
    number: str = ""
    mirrors: Document | None = None
    mirror: Document | None = None
    holds: dict[Line, int] = field(default_factory=dict)
    key: int = 0

    @property
    def posted(self) -> bool:
        return bool(self.number)

    @property
    def due(self) -> date:
        if self.mirrors is not None:
            return self.day
        return self.day + timedelta(days=30) if self.kind == "invoice" else self.day

    @property
    def total(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def name(self) -> str:
        return self.number or "draft"


class Figures:
    """Documents and matches, and what can be read off them."""

    def __init__(self) -> None:
        self.documents: list[Document] = []
        self.matches: list[Match] = []

    def on(self, line: Line) -> list[Match]:
        return [match for match in self.matches if line in (match.charge, match.credit)]

    def open(self, line: Line, day: date = NEVER) -> int:
        """Signed; with no day, counting every match whatever its date."""
        taken = sum(match.at(day) for match in self.on(line))
        return line.amount - taken if line.amount > 0 else line.amount + taken

    def reserved(self, line: Line) -> int:
        return sum(document.holds.get(line, 0) for document in self.documents)

    def available(self, line: Line) -> int:
        return abs(self.open(line)) - self.reserved(line)

    def matched(self, document: Document, day: date = NEVER) -> int:
        """By matches with other documents, both sides added up."""
        return sum(m.at(day) for line in document.lines for m in self.on(line) if not m.inline)

    def sides(self, document: Document, day: date = NEVER) -> int:
        return sum(abs(self.open(line, day)) for line in document.lines)

    def settlement(self, document: Document, day: date) -> str:
        credit = document.total < 0 or (document.kind == "payment" and document.mirrors is None)
        if not self.sides(document, day):
            return "applied" if credit else "paid"
        if not credit and any(self.reserved(line) for line in document.lines if line.amount > 0):
            return "selected"
        if self.matched(document, day):
            return "partially_applied" if credit else "partially_paid"
        return "available" if credit else "open"

    def mark(self, document: Document, day: date) -> str:
        if not self.sides(document, day):
            return "complete"
        if not self.sides(document):
            return "complete_future"
        return "partial" if self.matched(document) else "none"

    def code_of(self, head: object) -> str:
        """The code a group has: that of its matches in force; none when there is none."""
        if head is None:
            return ""
        found = [
            code
            for match in self.matches
            for own, code in zip(match.heads, match.codes, strict=True)
            if own is head and match.at(NEVER)
        ]
        return found[-1] if found else ""

    def code_at(self, document: Document, day: date) -> str:
        """As a report of the day shows it: the code of what was in force then, else of what takes effect later."""
        head = document.mirrors or document
        own = [
            (match, code)
            for match in self.matches
            for mine, code in zip(match.heads, match.codes, strict=True)
            if mine is head
        ]
        then = [code for match, code in own if match.at(day)]
        later = [code for match, code in own if match.day > day and match.at(NEVER)]
        code = (then or later or [""])[-1]
        return code.upper() if not self.sides(document, day) else code

    def code(self, document: Document, day: date) -> str:
        """As shown on the document: upper case once nothing of it is open. A payment as a whole has none."""
        if document.kind == "payment":
            return ""
        code = self.code_of(document.mirrors or document)
        return code.upper() if not self.sides(document, day) else code

    def line_codes(self, line: Line, day: date) -> set[str]:
        """As shown beside the line's matches, each with the case of its head."""
        shown = set()
        for match in self.on(line):
            if not match.at(NEVER):
                continue
            if match.inline:
                shown.add(self.code(line.document, day))
            for head, code in zip(match.heads, match.codes, strict=True):
                settled = self._settled(head, match.credit if match.tie else None, day)
                shown.add(code.upper() if settled else code)
        return shown - {""}

    def _settled(self, head: object, tied: Line | None, day: date) -> bool:
        if isinstance(head, Line):
            return not self.open(head, day)
        if isinstance(head, Document) and head.kind == "payment" and tied is not None:
            return not self.open(tied, day)
        return isinstance(head, Document) and not self.sides(head, day)

    def balance(self, customer: int, day: date, control: str = "") -> int:
        """On the customer's account, or on one of its control accounts, as of a day."""
        total = 0
        for document in self.documents:
            if document.posted and document.day <= day:
                total += sum(
                    line.amount
                    for line in document.lines
                    if line.customer == customer and control in ("", line.control)
                )
        if control:
            for match in self.matches:
                if match.charge.customer == customer and match.charge.control != match.credit.control:
                    moved = match.at(day)
                    total += moved if match.credit.control == control else 0
                    total -= moved if match.charge.control == control else 0
        return total

    def aged(self, customer: int, day: date) -> tuple[list[int], int]:
        """Open charges by days late (current, 1-30, … 121+), and open credits, as of a day."""
        buckets, credits = [0] * 6, 0
        for document in self.documents:
            if not document.posted or document.day > day:
                continue
            late = (day - document.due).days
            place = sum(late > edge for edge in (0, 30, 60, 90, 120))
            for line in document.lines:
                if line.customer == customer and line.amount > 0:
                    buckets[place] += self.open(line, day)
                elif line.customer == customer:
                    credits += self.open(line, day)
        return buckets, credits
