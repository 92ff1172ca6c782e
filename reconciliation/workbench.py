"""The workbench, put together: a customer's credits, his charges, what was picked of both (SPEC 11). No HTTP."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from arledger.companies.selectors import settings_of
from arledger.core.actor import Actor
from arledger.core.formats import format_amount, input_amount
from reconciliation.consuming import Rules
from reconciliation.credit_choice import known_order as known_credit_order
from reconciliation.credit_grid import known_limit
from reconciliation.credit_holds import holds
from reconciliation.distribution import Preview, preview
from reconciliation.open_credits import CreditItem
from reconciliation.open_items import OpenItem, payable
from reconciliation.picking import PickedCredits, PickGrid, typed_but_settled
from reconciliation.plans import CreditUse, Plan
from reconciliation.suggestions import Suggested, suggested
from reconciliation.typed import FIXED, KEPT, Typed, read
from reconciliation.used_credits import as_typed, typed_but_gone
from reconciliation.using import account, rules
from reconciliation.waterfall import spread_document_amounts
from reconciliation.window import window_of
from reconciliation.worksheet import Address, by_document, in_order, known_order, nowhere

ZERO = Decimal(0)
KEY = re.compile("[1-9][0-9]{0,17}", re.ASCII)
PICK = re.compile(r"([cd])([1-9][0-9]{0,17}):([0-9]{1,15}(?:\.[0-9]{1,4})?)", re.ASCII)
Data = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Bench:
    """The screen: ``plan`` is what was picked on both sides, ``shown`` what becomes of it. Amounts are positive."""

    currency: str
    plan: Plan
    shown: Preview
    charges: PickGrid
    credits: PickedCredits
    order: str
    suggestions: Sequence[Suggested]

    @cached_property
    def chosen_credits(self) -> Decimal:
        return self.credits.chosen.total

    @cached_property
    def chosen_charges(self) -> Decimal:
        return sum(self.shown.mix.charges.values(), ZERO)

    @property
    def difference(self) -> Decimal:
        return self.chosen_credits - self.chosen_charges

    @property
    def possible(self) -> bool:
        """Whether there is something on both sides."""
        return any(item.available > 0 for item in self.charges.items) and self.credits.available > 0

    @property
    def wrong(self) -> list[tuple[str, str, str]]:
        """What is wrong in the rows: (id of the input, what it stands beside, the sentence)."""
        return [
            (f"use-{key}", name, sentence)
            for grid in (self.credits, self.charges)
            for key, name, sentence in grid.wrong
        ]

    @cached_property
    def fault(self) -> str:
        """The first thing that keeps this from being matched; empty when nothing does."""
        if self.wrong:
            return self.wrong[0][2]
        if not (self.chosen_credits or self.chosen_charges):
            return _("Choose credits and the charges that they pay.")
        amount = self._text(abs(self.difference))
        if self.difference > 0:
            return _("The credits are %(amount)s more than the charges.") % {"amount": amount}
        if self.difference < 0:
            return _("The charges are %(amount)s more than the credits.") % {"amount": amount}
        return str(self.shown.faults[0]) if self.shown.faults else ""

    @property
    def touched(self) -> bool:
        return bool(self.wrong or self.chosen_credits or self.chosen_charges)

    @property
    def words(self) -> str:
        return self.fault or _("Both sides are the same: this can be matched.")

    @property
    def terms(self) -> list[dict[str, object]]:
        return [
            {"label": _("Credits"), "amount": self.chosen_credits},
            {"label": _("Charges"), "amount": self.chosen_charges},
            {"label": _("Difference"), "amount": self.difference},
        ]

    def answer(self) -> dict[str, object]:
        """The amounts that stand in rows, for the script; rows not named are empty."""
        return {
            "rows": self.credits.amounts() | self.charges.amounts(),
            "texts": {},
            "fulls": self.credits.fulls() | self.charges.fulls(),
        }

    @property
    def long(self) -> bool:
        """Whether the server has to filter: not everything is in the page."""
        return self.charges.long or self.credits.long

    @property
    def kept(self) -> str:
        """The amounts fixed for rows that are not drawn, as a hidden field carries them."""
        return " ".join(kept for grid in (self.credits, self.charges) if (kept := grid.kept))

    def picks(self, one: Suggested) -> str:
        """A suggestion as a button sends it."""
        sides = (("c", one.suggestion.credits), ("d", one.suggestion.charges))
        return ",".join(
            f"{letter}{found.document}:{amount:f}" for letter, side in sides for found, amount in side
        )

    @property
    def proposals(self) -> list[tuple[Suggested, str]]:
        """The suggestions, each with what its button sends."""
        return [(one, self.picks(one)) for one in self.suggestions]

    def _text(self, amount: Decimal) -> str:
        return format_amount(amount, self.currency, get_language() or "en")


def build(
    *,
    actor: Actor,
    customer: int,
    currency: str,
    data: Data,
    post: bool = False,
    quick: bool = False,
    address: Address = nowhere,
) -> Bench:
    """The workbench for what ``data`` (a submitted form) says; only amounts that a person fixed count.

    ``pick`` in it takes a suggestion, ``even`` fills the side that is short; ``quick`` leaves out what a preview
    does not show; ``address`` says where a document of a kind is shown.
    """
    items, credits = account(actor=actor, customer=customer, currency=currency)
    own = rules(settings_of(actor.company_id))
    offered = [] if quick else suggested(actor=actor, items=items, credits=credits, rules=own)
    window = window_of(data, post=post, limit="charges_limit")
    data = _proposed(data, items, credits, own, currency)
    language = get_language() or "en"
    typed = read(data, currency, language)
    items += typed_but_settled(
        company_id=actor.company_id, customer=customer, currency=currency, typed=typed, items=items, post=post
    )
    order = known_order(data.get("charges_order", ""))
    items = in_order(items, order)
    credit_typed = read(data, currency, language, "ck")
    unfolded = _keys(data.get("unfolded", ""), moved=data.get("unfold", ""))
    left = PickedCredits(
        items=credits,
        typed=credit_typed,
        currency=currency,
        language=language,
        gone=typed_but_gone(actor, customer, currency, credit_typed, credits),
        holds=[] if quick else holds(company_id=actor.company_id, items=credits),
        address=address,
        order=known_credit_order(data.get("order", "")),
        find=window.find,
        limit=known_limit(data.get("limit", "")),
        unfolded=unfolded,
        rest=None,
    )
    plan = _plan(typed, items, left)
    shown = preview(plan, items, credits, rules=own)
    right = PickGrid(
        typed=typed,
        shown=shown,
        items=items,
        currency=currency,
        language=language,
        today=actor.today,
        keep=post,
        unfolded=unfolded,
        address=address,
        window=window,
        customer=customer,
        rest=None,
    )
    return _reaching(
        Bench(
            currency=currency,
            plan=plan,
            shown=shown,
            charges=right,
            credits=left,
            order=order,
            suggestions=offered,
        )
    )


def _reaching(bench: Bench) -> Bench:
    """One key takes of a row what the other side still needs, once that side has anything chosen."""
    more = bench.difference
    return replace(
        bench,
        charges=replace(bench.charges, rest=max(more, ZERO) if bench.chosen_credits else None),
        credits=replace(bench.credits, rest=max(-more, ZERO) if bench.chosen_charges else None),
    )


def _plan(typed: Typed, items: Sequence[OpenItem], credits: PickedCredits) -> Plan:
    """What was picked, amount by amount; nothing flows."""
    documents = by_document(items)
    return Plan(
        lines={item.line: typed.amounts[f"l{item.line}"] for item in items if typed.fixed(f"l{item.line}")},
        per_document={key: typed.amounts[f"d{key}"] for key in documents if typed.fixed(f"d{key}")},
        credits=[CreditUse(line=line, amount=amount) for line, amount in credits.chosen.lines.items()],
    )


# What is filled in for the person ----------------------------------------------------------------------------


def opening(items: Sequence[OpenItem], credits: Sequence[CreditItem], document: int) -> dict[str, str]:
    """The amounts of a screen that starts with a document: all of its credits or of its charges."""
    own = [credit for credit in credits if credit.document == document and credit.available > 0]
    if own:
        return as_typed(own, {credit.line: credit.available for credit in own}, own[0].currency)
    mine = {item.line: item.available for item in items if item.document == document and item.available > 0}
    currency = items[0].currency if items else ""
    return _as_typed(items, mine, currency) if mine else {}


def _proposed(
    data: Data, items: Sequence[OpenItem], credits: Sequence[CreditItem], own: Rules, currency: str
) -> Data:
    """The form with the amounts of a suggestion that was chosen, or with both sides made the same."""
    if data.get("pick"):
        data = _without_amounts(data) | _picked(data["pick"], currency)
    if "even" in data:
        data = _without_amounts(data) | _evened(data, items, credits, own, currency)
    return data


def _picked(text: str, currency: str) -> dict[str, str]:
    """The amounts of a suggestion, as its button sent them."""
    data: dict[str, str] = {}
    for letter, key, amount in PICK.findall(text[:10_000]):
        shown = input_amount(Decimal(amount), currency, get_language() or "en")
        data |= {f"use-{letter}{key}": shown, f"pin-{letter}{key}": FIXED}
    return data


def _evened(
    data: Data, items: Sequence[OpenItem], credits: Sequence[CreditItem], own: Rules, currency: str
) -> dict[str, str]:
    """What stands there, and on the side that is short what makes both the same, as far as it goes.

    Charges by due date, credits in the order in which they are used together (SPEC 7).
    """
    language = get_language() or "en"
    typed = read(data, currency, language)
    chosen = read(data, currency, language, "ck")
    grid = PickedCredits(items=credits, typed=chosen, currency=currency, language=language, rest=None)
    plan = _plan(typed, items, grid)
    shown = preview(plan, items, credits, rules=own)
    charged = sum(shown.mix.charges.values(), ZERO)
    taken = {use.line: use.amount or ZERO for use in plan.credits}
    if charged > sum(taken.values(), ZERO):
        offered = [CreditUse(line=c.line) for c in credits if c.available > 0 and c.line not in taken]
        filled = preview(replace(plan, credits=[*plan.credits, *offered]), items, credits, rules=own)
        return as_typed(credits, {**filled.mix.used, **taken}, currency) | _as_typed(
            items, shown.mix.charges, currency
        )
    documents = [key for key, own_items in by_document(items).items() if any(i.available for i in own_items)]
    filled = preview(replace(plan, documents=documents), items, credits, rules=own)
    return as_typed(credits, taken, currency) | _as_typed(items, filled.mix.charges, currency)


def _as_typed(items: Sequence[OpenItem], amounts: Mapping[int, Decimal], currency: str) -> dict[str, str]:
    """Amounts of charge lines as a form sends them: per document, or per line where that would fill them otherwise."""
    language = get_language() or "en"
    data: dict[str, str] = {}
    for document, own in by_document(items).items():
        lines = {item.line: amounts.get(item.line, ZERO) for item in own if item.available > 0}
        total = sum(lines.values(), ZERO)
        if not total:
            continue
        named = {f"d{document}": total}
        if spread_document_amounts(payable(own), {document: total}) != lines:
            named = {f"l{line}": amount for line, amount in lines.items() if amount}
        for key, amount in named.items():
            data |= {f"use-{key}": input_amount(amount, currency, language), f"pin-{key}": FIXED}
    return data


def _without_amounts(data: Data) -> dict[str, str]:
    kept = {name: data[name] for name in data if not name.startswith(("use-", "pin-"))}
    return {name: text for name, text in kept.items() if name not in ("pick", "even", KEPT)}


def _keys(text: str, *, moved: str) -> list[int]:
    """The documents whose lines stand open, after one was opened or closed."""
    keys = [int(key) for key in text.split(",") if KEY.fullmatch(key)]
    if not KEY.fullmatch(moved):
        return keys
    key = int(moved)
    return [other for other in keys if other != key] if key in keys else [*keys, key]
