"""Apply credits, put together: from a credit to charges, or to an invoice from the customer's credits. No HTTP."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from arledger.companies.selectors import settings_of
from arledger.core.actor import Actor
from arledger.core.errors import NotFound, Refusal
from arledger.core.formats import format_amount
from arledger.core.money import parse_localized_amount
from ledger.models import Document
from reconciliation.consuming import Rules
from reconciliation.credit_choice import known_order as known_credit_order
from reconciliation.credit_grid import known_limit
from reconciliation.distribution import Preview, preview
from reconciliation.filling import BEYOND_CHANGED, Filled, Filling
from reconciliation.open_credits import CreditItem
from reconciliation.open_items import OpenItem
from reconciliation.picking import PickGrid, typed_but_settled
from reconciliation.plans import CreditUse, Plan
from reconciliation.selectors import documents
from reconciliation.typed import KEPT, read
from reconciliation.used_credits import UsedCredits, as_typed, used_credits
from reconciliation.using import account, rules
from reconciliation.window import window_of
from reconciliation.worksheet import Address, in_order, known_order, nowhere

ZERO = Decimal(0)
Data = Mapping[str, str]
KEY = re.compile("[1-9][0-9]{0,17}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Source:
    """The posted document that credits are applied from (``customer``'s lines of it), or to."""

    document: Document
    customer: int
    from_credit: bool

    @property
    def currency(self) -> str:
        return self.document.currency


def source_of(actor: Actor, key: int, *, from_credit: bool, customer: int = 0) -> Source:
    """The document, posted and visible; of a payment for several customers the share of ``customer``.

    Raises NotFound.
    """
    found = documents(actor).filter(pk=key, state=Document.State.POSTED, customer__isnull=False)
    document = found.select_related("customer").first()
    if document is None or document.customer_id is None:
        raise NotFound()
    owner = document.customer_id
    if from_credit:
        lines = document.lines.filter(company_id=actor.company_id, amount__lt=0)
        owners = set(lines.values_list("customer_id", flat=True))
        open_to = set(lines.filter(is_open=True).values_list("customer_id", flat=True))
        if not owners:
            raise NotFound()
        owner = next(
            (o for o in (customer, owner, *sorted(open_to), *sorted(owners)) if o in (open_to or owners)),
            owner,
        )
    return Source(document=document, customer=owner, from_credit=from_credit)


@dataclass(frozen=True, kw_only=True)
class ApplyScreen:
    """The screen: ``plan`` is what it asks for, ``shown`` what becomes of it. Amounts are positive."""

    source: Source
    plan: Plan
    shown: Preview
    items: Sequence[OpenItem]
    credits: Sequence[CreditItem]
    charges_grid: PickGrid | None
    credits_grid: UsedCredits | None
    order: str
    amount_error: str
    names: Mapping[int, str]
    changed: bool = False

    @cached_property
    def applied(self) -> Decimal:
        return sum(self.shown.mix.charges.values(), ZERO)

    @cached_property
    def whole(self) -> Decimal:
        """What there is of the credit to apply, or of the charge to pay."""
        lines: Sequence[OpenItem | CreditItem] = (
            self.own_credits if self.source.from_credit else self.own_charges
        )
        return sum((line.available for line in lines), ZERO)

    @cached_property
    def own_credits(self) -> list[CreditItem]:
        return [credit for credit in self.credits if credit.document == self.source.document.pk]

    @cached_property
    def own_charges(self) -> list[OpenItem]:
        return [item for item in self.items if item.document == self.source.document.pk]

    @property
    def possible(self) -> bool:
        """Whether there is something on both sides."""
        both = (self.own_credits, self.items) if self.source.from_credit else (self.own_charges, self.credits)
        return all(any(line.available > 0 for line in side) for side in both)

    @property
    def wrong(self) -> list[tuple[str, str, str]]:
        """What is wrong in the grid: (id of the input, what it stands beside, the sentence)."""
        grids = [grid for grid in (self.charges_grid, self.credits_grid) if grid]
        beyond = [("flows-0", str(self.source.document), str(BEYOND_CHANGED))] if self.changed else []
        return beyond + [
            (f"use-{key}", name, sentence) for grid in grids for key, name, sentence in grid.wrong
        ]

    @cached_property
    def fault(self) -> str:
        """The first thing that keeps this from being applied; empty when nothing does."""
        if self.amount_error:
            return self.amount_error
        if self.wrong:
            return self.wrong[0][2]
        if self.shown.faults:
            return str(self.shown.faults[0])
        lacking = -self.shown.mix.cash.remainder
        if lacking > 0:
            return _("The amounts are %(amount)s more than there is to apply. Lower them.") % {
                "amount": self._text(lacking)
            }
        return "" if self.applied else _("Nothing is chosen yet.")

    @property
    def touched(self) -> bool:
        return bool(self.amount_error or self.wrong or self.applied)

    @property
    def words(self) -> str:
        if self.fault:
            return self.fault
        left = self.whole - self.applied
        said = {"amount": self._text(left), "document": self.source.document}
        if self.source.from_credit:
            return (
                _("%(amount)s stays available on %(document)s.") % said
                if left
                else _("%(document)s is used up.") % said
            )
        return (
            _("%(amount)s of %(document)s stays open.") % said
            if left
            else _("%(document)s is settled.") % said
        )

    @property
    def terms(self) -> list[dict[str, object]]:
        first, rest = (
            (_("Available"), _("Stays available"))
            if self.source.from_credit
            else (_("Open amount"), _("Stays open"))
        )
        return [
            {"label": first, "amount": self.whole},
            {"label": _("Applied"), "amount": self.applied},
            {"label": rest, "amount": self.whole - self.applied},
        ]

    def said(self) -> str:
        """What was matched, for the message afterwards."""
        most = 4
        found: dict[str, Decimal] = {}
        for pair in self.shown.mix.pairs:
            name = self.names[pair.charge if self.source.from_credit else pair.credit]
            found[name] = found.get(name, ZERO) + pair.amount
        parts = [f"{name}: {self._text(amount)}" for name, amount in list(found.items())[:most]]
        return ", ".join([*parts, *(["…"] if len(found) > most else [])])

    def answer(self) -> dict[str, object]:
        """The amounts that stand in rows, for the script; rows not named are empty."""
        grid = self.charges_grid or self.credits_grid
        assert grid is not None
        answer: dict[str, object] = {"rows": grid.amounts(), "texts": {}, "fulls": grid.fulls()}
        if self.charges_grid:
            answer["texts"] = {"flows-0": self.charges_grid.beyond_words}
            answer["fields"] = {"beyond-0": self.charges_grid.beyond.stamp}
        return answer

    def text(self, amount: Decimal) -> str:
        """With the currency."""
        return f"{self._text(amount)} {self.source.currency}"

    def _text(self, amount: Decimal) -> str:
        return format_amount(amount, self.source.currency, get_language() or "en")


def build(
    *,
    actor: Actor,
    source: Source,
    data: Data,
    post: bool = False,
    quick: bool = False,
    address: Address = nowhere,
) -> ApplyScreen:
    """The screen for what ``data`` (a submitted form) says. To ``post``, every amount in the grid counts as given.

    ``quick`` leaves out what a preview does not show; ``address`` says where a document of a kind is shown.
    """
    items, credits = account(actor=actor, customer=source.customer, currency=source.currency)
    own = rules(settings_of(actor.company_id))
    make = _from_credit if source.from_credit else _to_charge
    return make(actor, source, items, credits, own, data, post=post, quick=quick, address=address)


def _from_credit(
    actor: Actor,
    source: Source,
    items: list[OpenItem],
    credits: list[CreditItem],
    own: Rules,
    data: Data,
    *,
    post: bool,
    quick: bool,
    address: Address,
) -> ApplyScreen:
    """One credit over charges picked in the grid; what is not fixed flows."""
    language = get_language() or "en"
    typed = read(data, source.currency, language)
    items += typed_but_settled(
        company_id=actor.company_id,
        customer=source.customer,
        currency=source.currency,
        typed=typed,
        items=items,
        post=post,
    )
    order = known_order(data.get("order", ""))
    first = _keys(data.get("first", ""), moved=data.get("move", ""), front=True)
    items = in_order(items, order, first)
    amount, amount_error = _amount(data.get("amount", ""), source.currency)
    mine = [credit for credit in credits if credit.document == source.document.pk]
    filling = Filling(
        customer=source.customer,
        typed=typed,
        items=items,
        credits=mine,
        amount=ZERO,
        uses=[CreditUse(document=source.document.pk, amount=amount or None)],
        rules=own,
        window=window_of(data, post=post),
        language=language,
        stamp=data.get("beyond-0", ""),
        flows=bool(amount),
    )
    filled = filling.filled(post=post)
    grid = PickGrid(
        rest=_rest(filled, mine),
        typed=typed,
        shown=filled.shown,
        items=items,
        currency=source.currency,
        language=language,
        today=actor.today,
        keep=post and not typed.untouched,
        first=first,
        unfolded=_keys(data.get("unfolded", ""), moved=data.get("unfold", "")),
        address=address,
        window=filling.window,
        customer=source.customer,
    )
    return ApplyScreen(
        source=source,
        plan=filled.plan,
        shown=filled.shown,
        items=items,
        credits=mine,
        charges_grid=grid,
        credits_grid=None,
        order=order,
        amount_error=amount_error,
        names={item.line: item.name for item in items},
        changed=filled.changed,
    )


def _rest(filled: Filled, credits: Sequence[CreditItem]) -> Decimal:
    """What is still available of the credits."""
    applied = sum(filled.shown.mix.charges.values(), ZERO)
    return max(sum((credit.available for credit in credits), ZERO) - applied, ZERO)


def _to_charge(
    actor: Actor,
    source: Source,
    items: list[OpenItem],
    credits: list[CreditItem],
    own: Rules,
    data: Data,
    *,
    post: bool,
    quick: bool,
    address: Address,
) -> ApplyScreen:
    """Credits picked in the grid for one document; its lines in their order."""
    mine = [item for item in items if item.document == source.document.pk]
    if "fill" in data:
        others = {name: data[name] for name in data if not name.startswith(("use-", "pin-")) and name != KEPT}
        data = others | _filled(mine, credits, own, source.currency)
    grid = used_credits(
        actor=actor,
        customer=source.customer,
        currency=source.currency,
        items=credits,
        data=data,
        address=address,
        quick=quick,
        order=known_credit_order(data.get("order", "")),
        find=data.get("find", "").replace("\0", "").strip()[:100],
        limit=known_limit(data.get("limit", "")),
        unfolded=_keys(data.get("unfolded", ""), moved=data.get("unfold", "")),
    )
    payable = [source.document.pk] if any(item.available for item in mine) else []
    plan = Plan(documents=payable, credits=grid.uses)
    shown = preview(plan, mine, credits, rules=own)
    return ApplyScreen(
        source=source,
        plan=plan,
        shown=shown,
        items=mine,
        credits=credits,
        charges_grid=None,
        credits_grid=grid.after(shown, mine, own),
        order="",
        amount_error="",
        names={credit.line: credit.name for credit in credits},
    )


def _filled(
    items: Sequence[OpenItem], credits: Sequence[CreditItem], own: Rules, currency: str
) -> dict[str, str]:
    """The amounts that settle the document, in the order in which credits are used together (SPEC 7)."""
    offered = [CreditUse(line=credit.line) for credit in credits if credit.available > 0]
    plan = Plan(documents=list({item.document for item in items if item.available}), credits=offered)
    return as_typed(credits, preview(plan, items, credits, rules=own).mix.used, currency)


def _amount(text: str, currency: str) -> tuple[Decimal | None, str]:
    """An amount and no sentence, a sentence and no amount, or neither for an empty text."""
    if not text.strip():
        return None, ""
    try:
        return parse_localized_amount(text, currency, get_language() or "en", allow_negative=False), ""
    except Refusal as refusal:
        return None, str(refusal)


def _keys(text: str, *, moved: str, front: bool = False) -> list[int]:
    """The keys of documents in a hidden field, after the one ``moved`` was put in (in front), or taken out again."""
    keys = [int(key) for key in text.split(",") if KEY.fullmatch(key)]
    if not KEY.fullmatch(moved):
        return keys
    key = int(moved)
    if key in keys:
        return [other for other in keys if other != key]
    return [key, *keys] if front else [*keys, key]
