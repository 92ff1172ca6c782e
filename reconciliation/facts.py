"""Documents with lines as lists and pages show them: invoices, adjustments and advances alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.models import Document, Line, Reservation
from reconciliation.figures import Figures, document_figures, line_opens

ZERO = Decimal(0)


@dataclass(frozen=True)
class Listed:
    """A document as a list shows it; ``figures`` is None for a draft, which has no effect on balances yet."""

    document: Document
    figures: Figures | None
    day: date

    @property
    def id(self) -> int:
        return self.document.pk

    @property
    def open(self) -> Decimal | None:
        return self.figures.open_amount if self.figures else None

    @property
    def received(self) -> Decimal:
        """The amount of an advance as money received; negative for its reversal."""
        return -self.document.total

    @property
    def unapplied(self) -> Decimal | None:
        """What of a credit is open, positive."""
        return -self.figures.open_amount if self.figures else None

    @property
    def state(self) -> str:
        """SPEC 15.1: draft, posted, reversed, reversal."""
        return self.figures.state if self.figures else "draft"

    @property
    def overdue(self) -> bool:
        due = self.document.due_date
        return bool(self.figures and self.figures.open_charges and due and due < self.day)

    @property
    def chips(self) -> list[str]:
        """The words of components' chips, the most telling first."""
        if self.figures is None:
            return ["draft"]
        if self.state != "posted":
            return [self.state]
        return [str(self.figures.settlement), *(["overdue"] if self.overdue else [])]

    def __str__(self) -> str:
        return str(self.document)


def listed(*, company_id: int, rows: Sequence[Document], day: date) -> list[Listed]:
    """The rows of a page with their figures as of ``day``, in one statement."""
    posted = [row.pk for row in rows if row.state == Document.State.POSTED]
    figures = document_figures(company_id=company_id, ids=posted, day=day) if posted else {}
    return [Listed(row, figures.get(row.pk), day) for row in rows]


@dataclass(frozen=True)
class LineFacts:
    """One line as of the day; ``open`` and ``reserved`` carry the line's sign."""

    line: Line
    open: Decimal
    reserved: Decimal

    @property
    def settled(self) -> Decimal:
        return self.line.amount - self.open


@dataclass(frozen=True)
class Facts:
    """A document as of a day with everything around it; ``drafts`` hold a part of it (key and kind)."""

    listed: Listed
    lines: Sequence[LineFacts]
    original: Document | None
    mirror: Document | None
    drafts: Sequence[Document]

    @property
    def settled(self) -> Decimal:
        return sum((line.settled for line in self.lines), ZERO)


def facts(*, company_id: int, document: Document, day: date) -> Facts:
    """What the page of a document shows, in a constant number of statements."""
    key = document.pk
    shown = listed(company_id=company_id, rows=[document], day=day)[0]
    opens = line_opens(company_id=company_id, ids=[key], day=day)
    lines = Line.objects.filter(company_id=company_id, document=key).select_related("account", "location")
    mirror = Document.objects.filter(company_id=company_id, reverses=key).first() if shown.figures else None
    return Facts(
        listed=shown,
        lines=[
            LineFacts(line, *(opens[line.pk][:2] if shown.figures else (line.amount, ZERO)))
            for line in lines.order_by("position")
        ],
        original=document.reverses,
        mirror=mirror,
        drafts=_holders(company_id, key) if any(reserved for _, reserved, _ in opens.values()) else [],
    )


def _holders(company_id: int, key: int) -> list[Document]:
    """The drafts that have reserved a part of the document."""
    held = Reservation.objects.filter(company_id=company_id, line__document=key)
    return list(Document.objects.filter(company_id=company_id, pk__in=held.values("document")).order_by("pk"))
