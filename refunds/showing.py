"""What the page of one refund shows: the credits it gave back, and the effects of the verbs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date as Day
from decimal import Decimal

from babel import Locale
from babel.lists import format_list
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from arledger.core.actor import Actor
from arledger.core.formats import format_amount
from ledger.models import Document, Kind
from reconciliation.figures import document_figures, entries
from reconciliation.open_credits import CreditKind
from refunds.selectors import Part, RefundState, credits_of

# What refundable credits are called: those of documents with charges never come back.
KINDS = {
    Kind.PAYMENT: CreditKind.OVERPAYMENT,
    Kind.INVOICE: CreditKind.NEGATIVE_INVOICE,
    Kind.ADVANCE: CreditKind.ADVANCE,
    Kind.ADJUSTMENT: CreditKind.ADJUSTMENT,
}


@dataclass(frozen=True, kw_only=True)
class Given:
    """What a refund gave back of one credit document; a draft has it reserved. ``left`` is what the credit has now."""

    part: Part
    kind: str
    codes: str
    left: Decimal


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A refund with its credits, and the document that voids it, or that it voids."""

    document: Document
    state: RefundState
    given: Sequence[Given]
    original: Document | None
    mirror: Document | None

    @property
    def amount(self) -> Decimal:
        return abs(self.document.total)


def shown(*, actor: Actor, document: Document) -> Shown:
    """Everything about a refund as of today; constant statements."""
    mirror = Document.objects.filter(company_id=actor.company_id, reverses=document.pk).first()
    if document.state == Document.State.DRAFT:
        state = RefundState.DRAFT
    elif document.reverses_id is not None:
        state = RefundState.VOIDING
    else:
        state = RefundState.VOIDED if mirror else RefundState.POSTED
    of = document.reverses_id if state is RefundState.VOIDING and document.reverses_id else document.pk
    parts = credits_of(actor=actor, refund=of)
    codes = _codes(actor.company_id, document.pk, actor.today) if state is RefundState.POSTED else {}
    figures = document_figures(
        company_id=actor.company_id, ids={part.credit for part in parts}, day=actor.today
    )
    return Shown(
        document=document,
        state=state,
        given=[
            Given(
                part=part,
                kind=str(KINDS[Kind(part.credit_kind)].label),
                codes=" ".join(codes.get(part.credit, ())),
                left=figures[part.credit].open_credits_ever,
            )
            for part in parts
        ],
        original=document.reverses,
        mirror=mirror,
    )


def _codes(company_id: int, refund: int, day: Day) -> dict[int, dict[str, None]]:
    """The match codes of the refund's entries, by credit document."""
    found: dict[int, dict[str, None]] = {}
    for entry in entries(company_id=company_id, ids=[refund], day=day):
        found.setdefault(entry.other_document, {}).update(dict.fromkeys(entry.codes))
    return found


# Effects -----------------------------------------------------------------------------------------------------


def post_effects(actor: Actor, document: Document) -> list[str]:
    """What posting a draft does, one sentence each."""
    cleared = [
        _("Clears %(amount)s of %(number)s")
        % {"amount": _text(part.amount, part.currency), "number": part.credit_name}
        for part in credits_of(actor=actor, refund=document.pk)
    ]
    taken = _("Takes %(amount)s out of %(account)s") % {
        "amount": _text(document.total, document.currency),
        "account": document.bank_account,
    }
    return [*cleared, taken]


def delete_effects(actor: Actor, document: Document) -> list[str]:
    """What deleting a draft does."""
    return [
        _("Frees %(amount)s of %(number)s")
        % {"amount": _text(part.amount, part.currency), "number": part.credit_name}
        for part in credits_of(actor=actor, refund=document.pk)
    ]


def void_effects(actor: Actor, document: Document) -> list[str]:
    """What voiding does, in one sentence: which credits get back how much."""
    given = _listed(
        _("%(amount)s to %(number)s")
        % {"amount": format_amount(part.amount, part.currency, _language()), "number": part.credit_name}
        for part in credits_of(actor=actor, refund=document.pk)
    )
    return [_("Voiding gives back %(credits)s.") % {"credits": given}] if given else []


def _listed(texts: Iterable[str]) -> str:
    return format_list(list(texts), locale=Locale.parse(_language().replace("-", "_")))


def _text(amount: Decimal, currency: str) -> str:
    return f"{format_amount(amount, currency, _language())} {currency}"


def _language() -> str:
    return get_language() or "en"
