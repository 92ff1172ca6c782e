"""Receive payment, put together: customers, amounts and rows, from what a form sent or a draft holds. No HTTP."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from arledger.core.actor import Actor
from arledger.core.errors import Refusal
from arledger.core.formats import format_amount, format_date
from arledger.core.money import currencies, parse_localized_amount
from customers.models import Customer
from payments.distribution import preview
from payments.errors import (
    AppliedOverReceived,
    CustomerTwice,
    NothingReceived,
    PartsOverReceived,
    UnknownCustomer,
)
from payments.inputs import PartInput
from payments.selectors import find_customers, settled_charges
from payments.worksheet import (
    ORDERS,
    ZERO,
    Address,
    Grid,
    Row,
    Typed,
    flowing,
    given,
    in_order,
    nowhere,
    read,
)
from reconciliation.open_items import OpenItem, open_charges

MOST_PARTS = 50
Data = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Part:
    """One customer's share of the receipt as shown; the first is the payer's: what the others leave of it."""

    index: int
    text: str
    customer: Customer | None = None
    amount_text: str = ""
    amount: Decimal = ZERO
    entered: PartInput | None = None
    grid: Grid | None = None
    applied: Decimal = ZERO
    error: str = ""
    customer_error: str = ""

    @cached_property
    def rows(self) -> list[Row]:
        return self.grid.rows() if self.grid else []

    def narrowed(self, document: int) -> Part:
        """The part with only that document's row, for a script that unfolds it."""
        if self.grid is None:
            return self
        items = [item for item in self.grid.items if item.document == document]
        return replace(self, grid=replace(self.grid, items=items))

    @property
    def shown_text(self) -> str:
        return self.customer.code if self.customer else self.text

    @property
    def remainder(self) -> Decimal:
        return self.amount - self.applied


@dataclass(frozen=True, kw_only=True)
class Screen:
    """The work screen. ``received`` is None until an amount is typed; ``amount_error`` says why it is none."""

    currency: str
    order: str
    first: Sequence[int]
    unfolded: Sequence[int]
    parts: Sequence[Part]
    typed: Typed
    received: Decimal | None
    amount_error: str
    day: date | None
    today: date

    @property
    def payer(self) -> Customer | None:
        return self.parts[0].customer

    @property
    def several(self) -> bool:
        return len(self.parts) > 1

    @property
    def others(self) -> int:
        """How many parts there are beside the payer's."""
        return len(self.parts) - 1

    @property
    def any_rows(self) -> bool:
        return any(part.rows for part in self.parts)

    @property
    def shown_for(self) -> str:
        """Whose charges in which currency the grid shows; a form posts only what it has shown."""
        keys = ",".join(str(part.customer.pk) if part.customer else "" for part in self.parts)
        return f"{self.currency}:{keys}"

    @cached_property
    def applied(self) -> Decimal:
        return sum((part.applied for part in self.parts), ZERO)

    @property
    def overpayment(self) -> Decimal:
        return (self.received or ZERO) - self.applied

    @property
    def touched(self) -> bool:
        """Whether anything was entered that could be wrong."""
        return bool(self.received or self.amount_error or self.applied or self.wrong)

    @property
    def post_dated(self) -> bool:
        return self.day is not None and self.day > self.today

    @cached_property
    def wrong(self) -> list[tuple[str, str, str]]:
        """What is wrong in the grid: (id of the input, what it stands beside, the sentence)."""
        found = []
        for part in self.parts[1:]:
            for name, sentence in (("customer", part.customer_error), ("amount", part.error)):
                if sentence:
                    found.append((f"{name}-{part.index}", part.text or _("Customer"), sentence))
        for part in self.parts:
            if part.grid:
                found += [(f"use-{key}", name, sentence) for key, name, sentence in part.grid.wrong]
        return found

    @cached_property
    def fault(self) -> str:
        """The first thing that keeps this from being posted; empty when nothing does."""
        if self.payer is None:
            return str(_("Choose a customer."))
        if self.amount_error:
            return self.amount_error
        if self.wrong:
            return self.wrong[0][2]
        if not self.received:
            if self.applied:
                return _("You chose %(amount)s: enter the amount received.") % {
                    "amount": self._text(self.applied)
                }
            return str(NothingReceived())
        return self._over()

    def _over(self) -> str:
        assert self.received is not None
        others = sum((part.amount for part in self.parts[1:]), ZERO)
        if others > self.received:
            return str(PartsOverReceived(total=others, excess=others - self.received))
        for part in self.parts:
            if part.remainder < 0:
                return str(
                    AppliedOverReceived(
                        applied=part.applied, received=part.amount, difference=-part.remainder
                    )
                )
        return ""

    @property
    def words(self) -> str:
        """The difference in words, and that a post-dated receipt counts later."""
        if self.fault:
            return self.fault
        if not self.overpayment:
            sentence = _("Everything received is applied.")
        elif not self.applied:
            sentence = _("Nothing is applied: all of it becomes an overpayment, available like any credit.")
        else:
            sentence = _("%(amount)s is left over and becomes an overpayment, available like any credit.") % {
                "amount": self._text(self.overpayment)
            }
        if self.post_dated and self.day:
            sentence += " " + _("Post-dated: it counts from %(date)s, until then the charges stay open.") % {
                "date": format_date(self.day, get_language() or "en")
            }
        return sentence

    @property
    def terms(self) -> list[dict[str, object]]:
        return [
            {"label": _("Received"), "amount": self.received or ZERO},
            {"label": _("Applied"), "amount": self.applied},
            {"label": _("Overpayment"), "amount": self.overpayment},
        ]

    def share(self, part: Part) -> str:
        """What becomes of one part, for its heading."""
        return _("%(amount)s: %(applied)s applied, %(rest)s overpayment") % {
            "amount": self._text(part.amount),
            "applied": self._text(part.applied),
            "rest": self._text(part.remainder),
        }

    @property
    def shares(self) -> list[tuple[Part, str]]:
        return [(part, self.share(part)) for part in self.parts]

    def answer(self) -> dict[str, object]:
        """The amounts that stand in rows, for the script; rows not named are empty."""
        rows: dict[str, object] = {}
        for part in self.parts:
            rows |= part.grid.amounts() if part.grid else {}
        shares = {f"share-{part.index}": text for part, text in self.shares} if self.several else {}
        return {"rows": rows, "texts": shares}

    def entered_parts(self) -> list[PartInput]:
        """The parts that receive something; a payer who pays only for others has none of his own."""
        return [
            part.entered
            for part in self.parts
            if part.entered and (part.amount or part.index or len(self.parts) == 1)
        ]

    def _text(self, amount: Decimal) -> str:
        return format_amount(amount, self.currency, get_language() or "en")


def build(
    *,
    actor: Actor,
    base_currency: str,
    data: Data,
    post: bool = False,
    draft: int = 0,
    address: Address = nowhere,
) -> Screen:
    """The screen for what ``data`` (a submitted form, or ``as_data``) says.

    To ``post``, every amount in the grid counts as given; otherwise what is not fixed flows. The draft with key
    ``draft`` may use what it has reserved itself; ``address`` says where a document of a kind is shown.
    """
    parts = _parts(actor, data)
    currency = _currency(data, parts[0].customer, base_currency)
    received, amount_error = _amount(data.get("amount", ""), currency)
    typed = read(data, currency, get_language() or "en")
    customers = [part.customer.pk for part in parts if part.customer]
    items = open_charges(company_id=actor.company_id, customers=customers, currency=currency, draft=draft)
    items += _settled(actor, customers, currency, typed, items, post=post)
    order = data.get("order", "")
    screen = Screen(
        currency=currency,
        order=order if order.removeprefix("-") in ORDERS else "due",
        first=_keys(data.get("first", ""), moved=data.get("move", ""), front=True),
        unfolded=_keys(data.get("unfolded", ""), moved=data.get("unfold", "")),
        parts=_shared(parts, currency, received or ZERO, post=post),
        typed=typed,
        received=received,
        amount_error=amount_error,
        day=_day(data.get("date", "")),
        today=actor.today,
    )
    return replace(
        screen, parts=[_filled(screen, part, items, post=post, address=address) for part in screen.parts]
    )


def _parts(actor: Actor, data: Data) -> list[Part]:
    """The parts named in the form, after one was added or dropped, with their customers."""
    count = data.get("parts", "0")
    indexes = list(range(1, min(int(count), MOST_PARTS) + 1)) if re.fullmatch("[0-9]{1,4}", count) else []
    named = [("customer", "amount")]
    named += [(f"customer-{n}", f"amount-{n}") for n in indexes if str(n) != data.get("drop")]
    if "add" in data and len(named) <= MOST_PARTS:
        named.append(("", ""))
    texts = [(data.get(customer, "").strip(), data.get(amount, "").strip()) for customer, amount in named]
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


def _shared(parts: Sequence[Part], currency: str, received: Decimal, *, post: bool) -> list[Part]:
    """The parts with their amounts: as typed, and for the payer what the others leave."""
    others = []
    for part in parts[1:]:
        amount, error = _amount(part.amount_text, currency)
        if post and not amount:
            error = error or str(NothingReceived())
        missing = "" if part.text or not post else str(_("Choose a customer."))
        others.append(
            replace(part, amount=amount or ZERO, error=error, customer_error=part.customer_error or missing)
        )
    left = received - sum((part.amount for part in others), ZERO)
    return [replace(parts[0], amount=left), *others]


def _filled(screen: Screen, part: Part, items: Sequence[OpenItem], *, post: bool, address: Address) -> Part:
    """The part with its rows."""
    if part.customer is None:
        return part
    own = [item for item in items if item.customer == part.customer.pk]
    own = in_order(own, screen.order, screen.first)
    enter = given if post else flowing
    entered = enter(screen.typed, own, part.customer.pk, part.amount)
    shown = preview(entered, own)
    grid = Grid(
        typed=screen.typed,
        shown=shown,
        items=own,
        currency=screen.currency,
        language=get_language() or "en",
        today=screen.today,
        keep=post and not screen.typed.untouched,
        first=screen.first,
        unfolded=screen.unfolded,
        address=address,
    )
    applied = sum((allocation.amount for allocation in shown.spread.allocations), ZERO)
    return replace(part, entered=entered, grid=grid, applied=applied)


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
