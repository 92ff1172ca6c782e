"""What the page of one payment shows: its figures as of a day, its lines, what a draft selects, effects of verbs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from arledger.core.formats import format_amount
from ledger.models import Document, Line, Reservation
from reconciliation.figures import Figures, document_figures, entries, line_opens
from reconciliation.marks import Settlement, settlement
from reconciliation.matching import made_by

ZERO = Decimal(0)
# Documents that a sentence each is said of before a verb; the others are said together.
MOST_SAID = 50


@dataclass(frozen=True, kw_only=True)
class LineFacts:
    """One line as of the day; amounts are positive."""

    line: Line
    amount: Decimal
    open: Decimal
    reserved: Decimal

    @property
    def settled(self) -> Decimal:
        return self.amount - self.open


@dataclass(frozen=True, kw_only=True)
class Hold:
    """What a draft has selected of one document."""

    document: Document
    customer: str
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class CreditUsed:
    """What a payment uses of a credit, ``pays`` what it applied it to; None on a draft, which only reserves."""

    credit: Document
    pays: Document | None
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A payment. ``figures`` is None for a draft, which has no effect on balances yet.

    Amounts count every application, for what one can still use of it; for a ``past`` day those in force then.
    """

    document: Document
    figures: Figures | None
    past: bool
    lines: Sequence[LineFacts]
    holds: Sequence[Hold]
    credits: Sequence[CreditUsed]
    original: Document | None
    mirror: Document | None
    post_dated: bool

    @property
    def state(self) -> str:
        return self.figures.state if self.figures else "draft"

    @property
    def amount(self) -> Decimal:
        return self.document.amount or ZERO

    @property
    def available(self) -> Decimal:
        """What is left of it: on a draft, what it will leave."""
        if self.figures is None:
            return self.amount + self.credited - sum((hold.amount for hold in self.holds), ZERO)
        return self.figures.open_sides if self.past else left(self.figures)

    @property
    def settlement(self) -> Settlement | None:
        if self.figures is None:
            return None
        return self.figures.settlement if self.past else settlement_in_the_end(self.figures)

    @property
    def credited(self) -> Decimal:
        """What credits used in the same step pay."""
        return sum((used.amount for used in self.credits), ZERO)

    @property
    def applied(self) -> Decimal:
        """What cash and credits pay."""
        return self.amount + self.credited - self.available

    @property
    def several_customers(self) -> bool:
        return len({fact.line.customer_id for fact in self.lines}) > 1


def left(figures: Figures) -> Decimal:
    """What of a payment no application has taken, whatever its date."""
    return figures.open_charges_ever + figures.open_credits_ever


def settlement_in_the_end(figures: Figures) -> Settlement:
    """How far a payment is applied when those that count from a later day count too."""
    return settlement(is_credit=figures.is_credit, open=left(figures), matched=figures.matched_ever)


def shown(*, company_id: int, document: Document, day: date, today: date) -> Shown:
    """Everything about a payment, with its amounts as of ``day`` when that lies in the past; constant statements."""
    key = document.pk
    past = day < today
    figures = document_figures(company_id=company_id, ids=[key], day=day).get(key)
    opens = line_opens(company_id=company_id, ids=[key], day=day)
    lines = Line.objects.filter(company_id=company_id, document=key).select_related("account", "customer")
    mirror = Document.objects.filter(company_id=company_id, reverses=key).first() if figures else None
    return Shown(
        document=document,
        figures=figures,
        past=past,
        lines=[
            LineFacts(
                line=line,
                amount=abs(line.amount),
                open=abs(opens[line.pk][0 if past else 2]),
                reserved=abs(opens[line.pk][1]),
            )
            for line in lines.order_by("position")
        ],
        holds=holds(company_id=company_id, document=key) if figures is None else [],
        credits=credits_used(
            company_id=company_id, document=key, posted=figures is not None, day=day if past else None
        ),
        original=document.reverses,
        mirror=mirror,
        post_dated=document.date > day,
    )


def holds(*, company_id: int, document: int) -> list[Hold]:
    """What a draft has selected of charges, per document by due date and number."""
    found: dict[int, Hold] = {}
    for reservation in _reservations(company_id, document).filter(amount__gt=0):
        charge = reservation.line.document
        before = found[charge.pk].amount if charge.pk in found else ZERO
        found[charge.pk] = Hold(
            document=charge, customer=reservation.line.customer.name, amount=before + reservation.amount
        )
    return list(found.values())


def _reservations(company_id: int, document: int) -> QuerySet[Reservation]:
    return (
        Reservation.objects.filter(company_id=company_id, document=document)
        .select_related("line__document", "line__customer")
        .order_by("line__document__due_date", "line__document__number", "line__position")
    )


def credits_used(
    *, company_id: int, document: int, posted: bool, day: date | None = None
) -> list[CreditUsed]:
    """The credits that a payment uses, in force (until ``day``, when given); of a draft those it has reserved."""
    amounts: dict[tuple[int, int], Decimal] = {}
    if posted:
        for found in made_by(company_id=company_id, documents=[document]):
            if document not in (found.charge_document, found.credit_document) and (
                day is None or found.date <= day
            ):
                key = found.credit_document, found.charge_document
                amounts[key] = amounts.get(key, ZERO) + found.left
    else:
        for reservation in _reservations(company_id, document).filter(amount__lt=0):
            key = reservation.line.document_id, 0
            amounts[key] = amounts.get(key, ZERO) - reservation.amount
    if not amounts:
        return []
    keys = {key for both in amounts for key in both if key}
    documents = Document.objects.filter(company_id=company_id).in_bulk(keys)
    return [
        CreditUsed(credit=documents[credit], pays=documents.get(charge), amount=amount)
        for (credit, charge), amount in amounts.items()
    ]


def post_effects(*, company_id: int, document: Document) -> list[str]:
    """What posting a draft does, one sentence each."""
    used = credits_used(company_id=company_id, document=document.pk, posted=False)
    held = holds(company_id=company_id, document=document.pk)
    rest = (document.amount or ZERO) + _sum(used) - _sum(held)
    leaves = _("Leaves %(amount)s as an overpayment")
    return [
        *_sentences(_("Uses %(amount)s of %(number)s"), _of_credits(used), document),
        *_sentences(_("Pays %(amount)s of %(number)s"), _of_charges(held), document),
        *([leaves % {"amount": _text(rest, document)}] if rest else []),
    ]


def delete_effects(*, company_id: int, document: Document) -> list[str]:
    """What deleting a draft does."""
    used = credits_used(company_id=company_id, document=document.pk, posted=False)
    pairs = [*_of_charges(holds(company_id=company_id, document=document.pk)), *_of_credits(used)]
    return _sentences(_("Frees %(amount)s of %(number)s"), pairs, document)


def reverse_effects(*, company_id: int, document: Document) -> list[str]:
    """What reversing a payment does: which documents get back how much, and what of it can no longer be used."""
    amounts: dict[str, Decimal] = {}
    for entry in entries(company_id=company_id, ids=[document.pk], day=document.date):
        if entry.maker == document.pk:
            amounts[entry.other_number] = amounts.get(entry.other_number, ZERO) + entry.left
    for used in credits_used(company_id=company_id, document=document.pk, posted=True):
        for other in (used.pays, used.credit):
            amounts[str(other)] = amounts.get(str(other), ZERO) + used.amount
    given = _sentences(_("Gives back %(amount)s to %(number)s"), amounts.items(), document)
    lines = Line.objects.filter(company_id=company_id, document=document.pk)
    rest = sum((abs(line.open_amount) for line in lines), ZERO)
    if rest:
        given.append(_("Takes away %(amount)s that is still available") % {"amount": _text(rest, document)})
    return given


def _sum(parts: Iterable[Hold | CreditUsed]) -> Decimal:
    return sum((part.amount for part in parts), ZERO)


def _of_charges(held: Iterable[Hold]) -> list[tuple[str, Decimal]]:
    return [(str(hold.document), hold.amount) for hold in held]


def _of_credits(used: Iterable[CreditUsed]) -> list[tuple[str, Decimal]]:
    return [(str(part.credit), part.amount) for part in used]


def _sentences(sentence: str, pairs: Iterable[tuple[str, Decimal]], document: Document) -> list[str]:
    said = list(pairs)
    found = [
        sentence % {"number": number, "amount": _text(amount, document)}
        for number, amount in said[:MOST_SAID]
    ]
    if others := said[MOST_SAID:]:
        rest = sum((amount for _number, amount in others), ZERO)
        name = ngettext("%(count)s more document", "%(count)s more documents", len(others))
        found.append(sentence % {"number": name % {"count": len(others)}, "amount": _text(rest, document)})
    return found


def _text(amount: Decimal, document: Document) -> str:
    return f"{format_amount(amount, document.currency, get_language() or 'en')} {document.currency}"
