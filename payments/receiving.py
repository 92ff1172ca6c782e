"""Receive payment, put together: customers, amounts and rows, from what a form sent or a draft holds. No HTTP."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from arledger.companies.selectors import settings_of
from arledger.core.actor import Actor
from arledger.core.errors import Refusal
from arledger.core.money import currencies, parse_localized_amount
from customers.models import Customer
from payments.errors import CustomerTwice, NothingReceived, UnknownCustomer
from payments.inputs import PartInput
from payments.screen import Part, Screen
from payments.selectors import find_customers
from payments.settling import Available, settled_by
from reconciliation.consuming import Rules
from reconciliation.filling import Filled, Filling
from reconciliation.open_credits import CreditItem, open_credits
from reconciliation.open_items import OpenItem, open_charges, settled_charges
from reconciliation.typed import Typed, read
from reconciliation.used_credits import as_typed, used_credits
from reconciliation.using import rules
from reconciliation.window import window_of
from reconciliation.worksheet import ZERO, Address, Grid, in_order, known_order, nowhere

MOST_PARTS = 50
Data = Mapping[str, str]


def build(
    *,
    actor: Actor,
    base_currency: str,
    data: Data,
    post: bool = False,
    draft: int = 0,
    quick: bool = False,
    address: Address = nowhere,
) -> Screen:
    """The screen for what ``data`` (a submitted form, or ``as_data``) says.

    To ``post``, every amount in the grid counts as given; otherwise what is not fixed flows. The draft with key
    ``draft`` may use what it has reserved itself; ``address`` says where a document of a kind is shown. ``quick``
    leaves out what a preview does not show.
    """
    parts = _parts(actor, data)
    currency = _currency(data, parts[0].customer, base_currency)
    received, amount_error = _amount(data.get("amount", ""), currency)
    typed = read(data, currency, get_language() or "en")
    customers = [part.customer.pk for part in parts if part.customer]
    items = open_charges(
        company_id=actor.company_id,
        customers=customers,
        currency=currency,
        entities=actor.entities,
        draft=draft,
    )
    items += _settled(actor, customers, currency, typed, items, post=post)
    screen = Screen(
        currency=currency,
        order=known_order(data.get("order", "")),
        first=_keys(data.get("first", ""), moved=data.get("move", ""), front=True),
        unfolded=_keys(data.get("unfolded", ""), moved=data.get("unfold", "")),
        parts=_shared(parts, currency, received or ZERO, post=post),
        typed=typed,
        received=received,
        amount_error=amount_error,
        day=_day(data.get("date", "")),
        today=actor.today,
        window=window_of(data, post=post, grids=len(parts)),
    )
    company = settings_of(actor.company_id)
    filler = Filler(
        actor=actor,
        screen=screen,
        items=items,
        credits=open_credits(
            company_id=actor.company_id,
            customers=customers,
            currency=currency,
            entities=actor.entities,
            draft=draft,
        ),
        rules=rules(company),
        settles=company.row.automatic_match_balance,
        data=data,
        post=post,
        draft=draft,
        quick=quick,
        address=address,
    )
    return replace(screen, parts=[filler.filled(part) for part in screen.parts])


def _parts(actor: Actor, data: Data) -> list[Part]:
    """The parts named in the form, after one was added or dropped, with their customers."""
    count = data.get("parts", "0")
    indexes = list(range(1, min(int(count), MOST_PARTS) + 1)) if re.fullmatch("[0-9]{1,4}", count) else []
    named = [("customer", "amount")]
    named += [(f"customer-{n}", f"amount-{n}") for n in indexes if str(n) != data.get("drop")]
    if "add" in data and len(named) <= MOST_PARTS:
        named.append(("", ""))
    texts = [(_clean(data.get(customer, "")), _clean(data.get(amount, ""))) for customer, amount in named]
    found = find_customers(actor, [customer for customer, _amount in texts])
    parts: list[Part] = []
    for index, (text, amount) in enumerate(texts):
        customer = found.get(text)
        error = str(UnknownCustomer()) if text and customer is None else ""
        if customer and any(part.customer == customer for part in parts):
            error, customer = str(CustomerTwice(customer=str(customer))), None
        parts.append(
            Part(index=index, text=text, customer=customer, amount_text=amount, customer_error=error)
        )
    return parts


def _clean(text: str) -> str:
    return text.replace("\0", "").strip()[:150]


def _shared(parts: Sequence[Part], currency: str, received: Decimal, *, post: bool) -> list[Part]:
    """The parts with their amounts: as typed, and for the payer what the others leave."""
    others = []
    for part in parts[1:]:
        amount, error = _amount(part.amount_text, currency)
        missing = "" if part.text or not post else str(_("Choose a customer."))
        others.append(
            replace(part, amount=amount or ZERO, error=error, customer_error=part.customer_error or missing)
        )
    left = received - sum((part.amount for part in others), ZERO)
    return [replace(parts[0], amount=left), *others]


@dataclass(frozen=True, kw_only=True)
class Filler:
    """What fills the parts of a screen: what stood in the form, and what the books hold of all its customers."""

    actor: Actor
    screen: Screen
    items: Sequence[OpenItem]
    credits: Sequence[CreditItem]
    rules: Rules
    data: Data
    post: bool
    draft: int
    quick: bool
    address: Address
    settles: bool

    def filled(self, part: Part) -> Part:
        """The part with its rows."""
        if part.customer is None:
            return replace(part, error=part.error or self._missing(part, used=False))
        screen, customer = self.screen, part.customer.pk
        own = [item for item in self.items if item.customer == customer]
        own = in_order(own, screen.order, screen.first)
        theirs = [credit for credit in self.credits if credit.customer == customer]
        credits = used_credits(
            actor=self.actor,
            customer=customer,
            currency=screen.currency,
            items=theirs,
            data=self._settling(part.amount, own, theirs),
            draft=self.draft,
            address=self.address,
            quick=self.quick,
            find=screen.window.find,
            unfolded=screen.unfolded,
        )
        filling = Filling(
            customer=customer,
            typed=screen.typed,
            items=own,
            credits=credits.items,
            amount=part.amount,
            uses=credits.uses,
            rules=self.rules,
            window=screen.window,
            language=get_language() or "en",
            stamp=self.data.get(f"beyond-{part.index}", ""),
        )
        filled = filling.filled(post=self.post)
        return replace(
            part,
            entered=PartInput.of(customer, filled.plan),
            grid=self._grid(customer, own, filled),
            credits=credits.after(filled.shown, own, self.rules),
            applied=sum(filled.shown.mix.charges.values(), ZERO),
            credited=sum(filled.shown.mix.used.values(), ZERO),
            changed=filled.changed,
            error=part.error or self._missing(part, used=bool(credits.uses)),
        )

    def _settling(self, amount: Decimal, own: Sequence[OpenItem], credits: Sequence[CreditItem]) -> Data:
        """What stands in the form, and all credits used where the amount is the customer's balance (SPEC 11).

        Only while nobody has chosen anything himself. Whoever sees a part of the account does not know its balance.
        """
        keys = {f"c{one.document}" for one in credits} | {f"k{one.line}" for one in credits}
        keys |= {f"d{item.document}" for item in own} | {f"l{item.line}" for item in own}
        typed = read(self.data, self.screen.currency, get_language() or "en", "dlck")
        if not (self.settles and credits) or any(typed.fixed(key) for key in keys):
            return self.data
        today = self.screen.today
        account = Available(charges=list(own), credits=list(credits), hidden=self.actor.entities is not None)
        mix = settled_by(amount, account, day=max(self.screen.day or today, today), rules=self.rules)
        if mix is None:
            return self.data
        kept = {name: self.data[name] for name in self.data}
        return {**kept, **as_typed(credits, mix.used, self.screen.currency)}

    def _missing(self, part: Part, *, used: bool) -> str:
        """That another customer's part is nothing, once it is to be posted."""
        return str(NothingReceived()) if self.post and part.index and not (part.amount or used) else ""

    def _grid(self, customer: int, own: Sequence[OpenItem], filled: Filled) -> Grid:
        screen = self.screen
        return Grid(
            typed=screen.typed,
            shown=filled.shown,
            items=own,
            currency=screen.currency,
            language=get_language() or "en",
            today=screen.today,
            keep=self.post and not screen.typed.untouched,
            first=screen.first,
            unfolded=screen.unfolded,
            address=self.address,
            window=screen.window,
            customer=customer,
        )


def _settled(
    actor: Actor,
    customers: Sequence[int],
    currency: str,
    typed: Typed,
    items: Sequence[OpenItem],
    *,
    post: bool,
) -> list[OpenItem]:
    """What an amount was typed for and nothing is left of, so that the row stays and says so."""
    known = {f"l{item.line}" for item in items} | {f"d{item.document}" for item in items}
    missing = [key for key in typed.amounts if key not in known and (post or typed.fixed(key))]
    return settled_charges(
        company_id=actor.company_id,
        customers=customers,
        currency=currency,
        documents=[int(key[1:]) for key in missing if key[0] == "d"],
        lines=[int(key[1:]) for key in missing if key[0] == "l"],
    )


def _currency(data: Data, payer: Customer | None, base: str) -> str:
    """The payer's currency, or the one chosen since that payer stands in the form."""
    if payer is None:
        return base
    text = data.get("currency", "")
    return text if data.get("currency_for") == str(payer.pk) and text in currencies() else payer.currency


def _amount(text: str, currency: str) -> tuple[Decimal | None, str]:
    """An amount and no sentence, a sentence and no amount, or neither for an empty text."""
    if not text.strip():
        return None, ""
    try:
        return parse_localized_amount(text, currency, get_language() or "en", allow_negative=False), ""
    except Refusal as refusal:
        return None, str(refusal)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _keys(text: str, *, moved: str, front: bool = False) -> list[int]:
    """The keys of documents in a hidden field, after the one ``moved`` was put in (in front), or taken out again."""
    keys = [int(key) for key in text.split(",") if re.fullmatch("[1-9][0-9]{0,17}", key)]
    if not re.fullmatch("[1-9][0-9]{0,17}", moved):
        return keys
    key = int(moved)
    if key in keys:
        return [other for other in keys if other != key]
    return [key, *keys] if front else [*keys, key]
