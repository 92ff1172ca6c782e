"""Choosing the receipts of a deposit: a page of those that wait, and what is chosen on every page. No HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from arledger.companies.models import BankAccount
from arledger.core.actor import Actor
from arledger.core.query import KeyIn
from deposits.selectors import bank_accounts, cash, narrowed, undeposited, waiting_currencies
from ledger.models import Document, Method

PAGE_SIZE = 100
KEY = re.compile("[1-9][0-9]{0,17}")
# How the receipts may be ordered; the last one makes the order complete.
ORDERS = {
    "date": ("date", "pk"),
    "-date": ("-date", "-pk"),
    "customer": ("customer__sort_key", "date", "pk"),
    "-customer": ("-customer__sort_key", "-date", "-pk"),
    "amount": ("-total", "pk"),
    "-amount": ("total", "pk"),
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """A receipt that waits. ``amount`` is its cash, positive."""

    document: Document
    amount: Decimal
    chosen: bool


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One page of the receipts that fit the filter, and all that is chosen, also on other pages or filtered away.

    ``amount`` is what the chosen ones add up to; ``other_amount`` and ``others`` are of those not on this page.
    """

    banks: Sequence[BankAccount]
    bank: BankAccount | None
    rows: Sequence[Row]
    page: int
    pages: int
    count: int
    waiting: Decimal
    chosen: Sequence[int]
    amount: Decimal
    text: str
    method: str
    order: str

    @property
    def currency(self) -> str:
        return self.bank.currency if self.bank else ""

    @property
    def shown(self) -> Sequence[int]:
        return [row.document.pk for row in self.rows]

    @property
    def others(self) -> int:
        return len(self.chosen) - sum(row.chosen for row in self.rows)

    @property
    def other_amount(self) -> Decimal:
        return self.amount - sum((row.amount for row in self.rows if row.chosen), Decimal(0))


def keys(texts: Iterable[str]) -> list[int]:
    """The keys among texts, each once, in their order."""
    return list(dict.fromkeys(int(text) for text in texts if KEY.fullmatch(text)))


def chosen_of(data: Mapping[str, str], checked: Sequence[str]) -> list[int]:
    """What is chosen after a form came back: what was before, but on the page shown only what is checked there."""
    shown = set(keys(data.get("shown", "").split(",")))
    before = [key for key in keys(data.get("chosen", "").split(",")) if key not in shown]
    return list(dict.fromkeys([*before, *keys(checked)]))


def build(*, actor: Actor, data: Mapping[str, str], chosen: Sequence[int], draft: int = 0) -> Choice:
    """The page that ``data`` asks for: account, filter, order, page, and all or none of what fits the filter.

    Of ``chosen`` stay those that wait in the currency of the bank account; the draft's own receipts wait for it.
    """
    banks = bank_accounts(actor)
    bank = _bank(actor, banks, data, chosen)
    waiting = undeposited(actor, draft=draft).filter(currency=bank.currency if bank else "")
    text = data.get("q", "").replace("\0", "").strip()[:100]
    method = data.get("method", "") if data.get("method", "") in Method.values else ""
    fitting = narrowed(actor, waiting, text=text, method=method)
    picked = _picked(fitting, data.get("pick", ""), chosen)
    valid = dict(waiting.filter(KeyIn(picked)).values_list("pk", "total"))
    kept = [key for key in picked if key in valid]
    marked = set(kept)
    count = fitting.count()
    pages = max(1, -(-count // PAGE_SIZE))
    page = min(pages, _number(data.get("page", "")))
    order = data.get("order", "") if data.get("order", "") in ORDERS else "date"
    found = fitting.select_related("customer").order_by(*ORDERS[order])
    return Choice(
        banks=banks,
        bank=bank,
        rows=[
            Row(document=document, amount=-document.total, chosen=document.pk in marked)
            for document in found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
        ],
        page=page,
        pages=pages,
        count=count,
        waiting=cash(fitting),
        chosen=kept,
        amount=-sum((valid[key] for key in kept), Decimal(0)),
        text=text,
        method=method,
        order=order,
    )


def _bank(
    actor: Actor, banks: Sequence[BankAccount], data: Mapping[str, str], chosen: Sequence[int]
) -> BankAccount | None:
    """The bank account named, else one in the currency of what is chosen or of what waits, else the first."""
    named = data.get("account", "")
    found = next((bank for bank in banks if str(bank.pk) == named), None)
    if found or not banks:
        return found
    wanted = list(undeposited(actor).filter(KeyIn(chosen)).values_list("currency", flat=True)[:1])
    wanted += waiting_currencies(actor)
    return next((bank for currency in wanted for bank in banks if bank.currency == currency), banks[0])


def _picked(fitting: QuerySet[Document], pick: str, chosen: Sequence[int]) -> list[int]:
    """``chosen`` after all, or none, of what fits the filter was asked for."""
    if pick not in ("all", "none"):
        return list(chosen)
    asked = list(fitting.order_by("date", "pk").values_list("pk", flat=True))
    if pick == "all":
        return list(dict.fromkeys([*chosen, *asked]))
    dropped = set(asked)
    return [key for key in chosen if key not in dropped]


def _number(text: str) -> int:
    return int(text) if re.fullmatch("[1-9][0-9]{0,6}", text) else 1
