"""The rows and totals of the reports as plain values (SPEC 15.1, 15.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from arledger.core.api.encoding import amount
from arledger.core.api.ids import id_of
from customers.models import Customer
from reconciliation.ageing import AgedCustomer
from reconciliation.payments_by_item import Item, Receipt, Totals
from reconciliation.proof import FIGURES
from reconciliation.proof import Row as ProofRow
from reconciliation.report import Account, Query
from reconciliation.report_rows import Movement, Row

ZERO = Decimal(0)
Rows = list[dict[str, Any]]


def of_customer(customer: Customer) -> dict[str, str]:
    return {
        "customer": id_of("customer", customer.pk),
        "customer_code": customer.code,
        "customer_name": customer.name,
    }


def amounts(currency: str, **values: Decimal) -> dict[str, str]:
    return {name: amount(value, currency) for name, value in values.items()}


def totals_of(found: Sequence[dict[str, Any]], nothing: Mapping[str, Any]) -> dict[str, Any]:
    """The totals per currency; where there is one currency only, its totals also stand here directly.

    ``nothing``: the totals of an empty report, in the company's currency.
    """
    currencies = list(found) or [dict(nothing)]
    return (currencies[0] if len(currencies) == 1 else {}) | {"currencies": currencies}


# Reconciliation ------------------------------------------------------------------------------------------------


def entry_rows(accounts: Sequence[Account], query: Query) -> Rows:
    """The rows of a page, each account from its opening balance on."""
    return [row for account in accounts for row in _account_rows(account, query)]


def _account_rows(account: Account, query: Query) -> Iterator[dict[str, Any]]:
    head = of_customer(account.customer) | {"currency": account.currency}
    if account.begins:
        yield head | _opening(account, query)
    for row in account.rows:
        yield head | _entry(row, account.currency)


def _opening(account: Account, query: Query) -> dict[str, Any]:
    currency = account.currency
    empty = dict.fromkeys(
        ("document", "number", "gl_date", "line", "application", "match", "head", "head_number")
    )
    return {
        **empty,
        "kind": "opening",
        "date": query.scope.start,
        "reference": "",
        "match_code": "",
        "contra": False,
        **amounts(currency, amount=ZERO, charges=ZERO, payments=ZERO, balance=account.opening),
    }


def _entry(row: Row, currency: str) -> dict[str, Any]:
    return {
        "document": id_of("document", row.document),
        "kind": row.kind,
        "number": row.number,
        "date": row.date,
        "gl_date": row.gl_date,
        "reference": row.reference,
        "match_code": row.code,
        "match": str(row.match),
        "contra": row.contra,
        "head": id_of("document", row.head),
        "head_number": row.head_number,
        "line": id_of("line", row.line) if row.line else None,
        "application": id_of("application", row.application) if row.application else None,
        **amounts(
            currency, amount=row.amount, charges=row.charges, payments=row.payments, balance=row.balance
        ),
    }


def account_totals(accounts: Sequence[Account]) -> Rows:
    """Of each account that the page shows a part of, for its whole period."""
    return [
        of_customer(one.customer)
        | {"currency": one.currency}
        | amounts(
            one.currency,
            opening=one.opening,
            charges=one.charges,
            payments=one.payments,
            balance=one.closing,
        )
        for one in accounts
    ]


def movement(one: Movement) -> dict[str, Any]:
    """``balance`` and ``closing`` are the same: the report calls it one way, the ledger the other."""
    return {"currency": one.currency} | amounts(
        one.currency,
        opening=one.opening,
        charges=one.charges,
        payments=one.payments,
        balance=one.closing,
        closing=one.closing,
    )


# Ageing --------------------------------------------------------------------------------------------------------


def aged(one: AgedCustomer, labels: Sequence[str]) -> dict[str, Any]:
    """By the labels of SPEC 15.2; credits are negative, and ``total`` nets them."""
    buckets = dict(zip(labels, one.buckets, strict=True))
    figures = {**buckets, "overdue": one.overdue, "credits": one.credits, "total": one.total}
    return {"currency": one.currency} | amounts(one.currency, **figures)


# Payments by item ----------------------------------------------------------------------------------------------


def item(one: Item, codes: Mapping[int, str]) -> dict[str, Any]:
    return of_customer(one.customer) | {
        "currency": one.currency,
        "document": id_of("document", one.document),
        "kind": one.kind,
        "number": one.number,
        "date": one.date,
        "line": id_of("line", one.line),
        "position": one.position,
        "description": one.description,
        "account": id_of("account", one.account),
        "account_code": codes.get(one.account),
        "location": id_of("location", one.location) if one.location else None,
        **amounts(one.currency, amount=one.amount, received=one.received),
    }


def unmatched(one: Receipt) -> dict[str, Any]:
    return of_customer(one.customer) | {
        "currency": one.currency,
        "document": id_of("document", one.document),
        "kind": one.kind,
        "number": one.number,
        "date": one.date,
        **amounts(one.currency, received=one.received, unmatched=one.unmatched),
    }


def item_totals(one: Totals) -> dict[str, Any]:
    return {"currency": one.currency} | amounts(
        one.currency,
        unmatched_before=one.unmatched_before,
        received=one.received,
        assigned=one.assigned,
        given_back=one.given_back,
        unmatched=one.unmatched,
        difference=one.difference,
    )


# Proof ---------------------------------------------------------------------------------------------------------


def proved(one: ProofRow) -> dict[str, Any]:
    head = of_customer(one.customer) if one.customer else {}
    return head | {
        "currency": one.currency,
        **amounts(one.currency, **{name: one.figures[name] for name in FIGURES}, timing=one.timing),
        "agrees": one.agrees,
        "differing": one.differing,
    }
