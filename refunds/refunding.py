"""The refund page put together: customer, amount and credits, from what a form sent or a draft holds. No HTTP."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date as Day
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from arledger.core.actor import Actor
from arledger.core.errors import Refusal
from arledger.core.formats import input_amount
from arledger.core.money import parse_localized_amount
from arledger.core.sql import fetch_all
from customers.models import Customer
from customers.selectors import named
from ledger.models import Line
from reconciliation.credit_choice import as_refundable, grouped, known_order, oldest_first
from reconciliation.credit_grid import LETTERS, Address, CreditGrid, known_limit, nowhere
from reconciliation.credit_holds import holds
from reconciliation.open_credits import CreditItem
from reconciliation.typed import FIXED, Typed, kept_only, read
from reconciliation.used_credits import as_typed, typed_but_gone
from refunds.inputs import RefundInput
from refunds.screen import ZERO, Screen
from refunds.selectors import refundable

Data = Mapping[str, str]
KEY = re.compile("[1-9][0-9]{0,17}", re.ASCII)
OWED = """
SELECT coalesce(sum(l.open_amount), 0)
FROM ledger_line l
JOIN ledger_document d ON d.company_id = l.company_id AND d.id = l.document_id AND d.state = 'posted'
WHERE l.company_id = (SELECT %(company)s) AND l.customer_id = %(customer)s AND l.currency = %(currency)s
  AND l.is_open AND l.amount > 0
  AND (%(entities)s::bigint[] IS NULL OR d.entity_id IS NULL OR d.entity_id = ANY(%(entities)s))
"""


def build(
    *,
    actor: Actor,
    currency: str,
    data: Data,
    draft: int = 0,
    address: Address = nowhere,
    quick: bool = False,
) -> Screen:
    """The screen for what ``data`` (a submitted form, or ``as_data``) says; ``currency`` is the base currency.

    The draft with key ``draft`` may use what it has reserved itself; ``address`` says where a document of a kind is
    shown. ``quick`` reads only what a preview shows: the credits that amounts stand against.
    """
    text = data.get("customer", "").replace("\0", "").strip()[:150]
    customer = named(actor, text) if text else None
    typed, amount_error = _amount(data.get("amount", ""), currency)
    day = _day(data.get("date", ""))
    screen = Screen(
        currency=currency,
        text=text,
        customer=customer,
        customer_error=_("There is no such customer. Type a code or a name and choose.") if text else "",
        typed=typed,
        amount_error=amount_error,
        day=day,
    )
    if customer is None:
        return screen
    entity = data.get("entity", "")
    entered = read(data, currency, _language(), LETTERS)
    items = refundable(
        actor=actor,
        customer=customer.pk,
        currency=currency,
        entity=int(entity) if KEY.fullmatch(entity) else None,
        draft=draft,
        on=day,
        documents=_documents(actor, entered) if quick else None,
    )
    owed = ZERO if quick else _owed(actor, customer, currency)
    if "zero" in data:
        entered = _proposed(items, owed)
    grid = CreditGrid(
        items=items,
        typed=entered,
        currency=currency,
        language=_language(),
        refunding=True,
        gone=typed_but_gone(actor, customer.pk, currency, entered, items),
        order=known_order(data.get("order", "")),
        find=data.get("find", "").replace("\0", "").strip()[:100],
        limit=known_limit(data.get("limit", "")),
        unfolded=_unfolded(data.get("unfolded", ""), data.get("unfold", "")),
        holds=[] if quick else holds(company_id=actor.company_id, items=items, draft=draft),
        address=address,
    )
    return replace(screen, grid=grid, owed=owed)


def _owed(actor: Actor, customer: Customer, currency: str) -> Decimal:
    """What the customer owes in the currency, as far as the person may see."""
    entities = None if actor.entities is None else sorted(actor.entities)
    rows = fetch_all(
        OWED,
        {"company": actor.company_id, "customer": customer.pk, "currency": currency, "entities": entities},
    )
    return rows[0][0]


def _proposed(items: Sequence[CreditItem], owed: Decimal) -> Typed:
    """The amounts that bring the account to zero, the oldest credits first."""
    groups = grouped(items)
    available = sum((as_refundable(item) for item in items), ZERO)
    return kept_only(oldest_first(groups, available - owed, as_refundable))


def _documents(actor: Actor, typed: Typed) -> list[int]:
    """The documents that amounts stand against, themselves or one of their lines."""
    fixed = [key for key in typed.cells if typed.fixed(key)]
    lines = [int(key[1:]) for key in fixed if key[0] == "k"]
    found = Line.objects.filter(company_id=actor.company_id, pk__in=lines) if lines else Line.objects.none()
    return [int(key[1:]) for key in fixed if key[0] == "c"] + list(found.values_list("document", flat=True))


def as_data(
    *, actor: Actor, entered: RefundInput, customer: Customer, draft: int, currency: str
) -> dict[str, str]:
    """A draft as the form would send it: amounts per document, or per line where they do not fill it in order."""
    items = refundable(
        actor=actor,
        customer=customer.pk,
        currency=currency,
        entity=entered.entity_id,
        draft=draft,
        on=entered.date,
    )
    amounts = {choice.line: choice.amount or ZERO for choice in entered.credits if choice.line is not None}
    data = {
        "customer": customer.code,
        "amount": input_amount(entered.amount or ZERO, currency, _language()),
        "date": entered.date.isoformat(),
        "account": str(entered.bank_account_id or ""),
        "entity": str(entered.entity_id or ""),
        "summary": str(entered.summary_id or ""),
        "reference": entered.reference,
        "pay_to": entered.pay_to,
        "pay_to_for": str(customer.pk),
        "description": entered.description,
    }
    return data | as_typed(items, amounts, currency)


def chosen_data(key: str, amount: Decimal, currency: str) -> dict[str, str]:
    """What the form sends of an amount that the person fixed."""
    return {f"use-{key}": input_amount(amount, currency, _language()), f"pin-{key}": FIXED}


def _language() -> str:
    return get_language() or "en"


def _amount(text: str, currency: str) -> tuple[Decimal | None, str]:
    """An amount and no sentence, a sentence and no amount, or neither for an empty text."""
    if not text.strip():
        return None, ""
    try:
        return parse_localized_amount(text, currency, _language(), allow_negative=False), ""
    except Refusal as refusal:
        return None, str(refusal)


def _day(text: str) -> Day | None:
    try:
        return Day.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _unfolded(text: str, moved: str) -> list[int]:
    """The documents whose lines stand open, with the one that was asked for now."""
    keys = [int(key) for key in text.split(",") if KEY.fullmatch(key)]
    return [*keys, int(moved)] if KEY.fullmatch(moved) and int(moved) not in keys else keys
