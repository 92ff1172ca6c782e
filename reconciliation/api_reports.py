"""The reports over the API: the figures of the pages and files, with all their choices (SPEC 12, 15.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.core import signing
from django.http.response import HttpResponseBase
from rest_framework.renderers import BaseRenderer

from arledger.companies.models import Account
from arledger.core.actor import Actor
from arledger.core.api.encoding import plain
from arledger.core.api.ids import id_of
from arledger.core.api.media import JsonRenderer
from arledger.core.api.parsing import PARAMETER
from arledger.core.api.schema import described
from arledger.core.api.views import ApiRequest, ApiView, parameters, query, respond
from arledger.core.http.export import csv_file
from arledger.core.http.keyset import CursorInvalid
from arledger.core.idempotency import fingerprint
from customers.models import Customer
from customers.selectors import by_ids
from reconciliation import api_report_answers as answers
from reconciliation import api_report_inputs as inputs
from reconciliation import payments_by_item, proof, report
from reconciliation.accounts import OpenDocument, open_documents
from reconciliation.ageing import AgedCustomer, ageing
from reconciliation.api_report_shapes import (
    AgeingShape,
    ItemsShape,
    LedgerShape,
    ProofShape,
    ReconciliationShape,
    StatementShape,
)
from reconciliation.balance_forward import moving
from reconciliation.report import Place
from reconciliation.report_rows import Movement

ZERO = Decimal(0)
SALT = "arledger.api.reports"
TAG = "reports"
MOST_OPEN = 100_000


class CsvRenderer(BaseRenderer):
    """Only its media type counts: the view makes the answer."""

    media_type = "text/csv"
    format = "csv"


class ReportView(ApiView):
    """Reads only. With ``Accept: text/csv`` the rows come as a file."""

    renderer_classes = (JsonRenderer, CsvRenderer)

    def answered(self, request: ApiRequest, name: str, found: dict[str, Any]) -> HttpResponseBase:
        if request.accepted_renderer.format != CsvRenderer.format:
            return respond(found)
        rows = found["rows"]
        header = list(rows[0]) if rows else []
        cells = [[_cell(row[column]) for column in header] for row in rows]
        response = csv_file(name=f"{name}.csv", header=header, rows=cells)
        if found.get("next"):
            response["Link"] = f'<{found["next"]}>; rel="next"'
        return response


def _cell(value: Any) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else value if isinstance(value, str | int) else plain(value)


class Reconciliation(ReportView):
    rights: ClassVar = {"GET": "reconciliation.run"}

    @described(
        tag=TAG,
        summary="Customer reconciliation",
        description=(
            "The entries of every match group with running balances; the first row of a customer has the kind "
            "`opening`. A report of up to 10,000 rows comes whole; a longer one goes on at `next`. `totals` are of the "
            "whole report, per currency (directly, where there is one only), and stand on the first page; "
            "`totals.customers` are those of the customers on the page."
        ),
        query=inputs.EntriesQuery,
        answers=ReconciliationShape,
    )
    def get(self, request: ApiRequest) -> HttpResponseBase:
        actor, values = request.actor, query(request, inputs.EntriesQuery)
        wanted = inputs.entries_of(actor, values)
        customer = inputs.customer_of(actor, values)
        start = _place(request, values)
        if customer is not None:
            accounts, more = report.accounts_of(actor=actor, query=wanted, customer=customer.pk), None
            moved = [_moved(account) for account in accounts]
        else:
            place = Place(*start) if start else None
            accounts, more = report.page(actor=actor, query=wanted, start=place, limit=values["limit"])
            moved = [] if start else report.totals(report.ledger(actor=actor, query=wanted))
        nothing = answers.movement(Movement(0, request.company.base_currency))
        totals = answers.totals_of([answers.movement(one) for one in moved], nothing) if not start else {}
        found = {
            **_scoped(wanted.scope),
            "rows": answers.entry_rows(accounts, wanted),
            "totals": totals | {"customers": answers.account_totals(accounts)},
            "next": _next(request, [more.code, more.currency, more.skip] if more else None),
        }
        return self.answered(request, f"reconciliation-{wanted.scope.end}", found)


class Ledger(ReportView):
    rights: ClassVar = {"GET": "ledger.run"}

    @described(
        tag=TAG,
        summary="AR ledger",
        description="Opening, charges, payments and closing of every customer, with the reconciliation's figures.",
        query=inputs.LedgerQuery,
        answers=LedgerShape,
    )
    def get(self, request: ApiRequest) -> HttpResponseBase:
        actor, values = request.actor, query(request, inputs.LedgerQuery)
        wanted = inputs.entries_of(actor, values)
        customer = inputs.customer_of(actor, values)
        if customer is None:
            accounts = report.ledger(actor=actor, query=wanted)
        else:
            own = report.accounts_of(actor=actor, query=wanted, customer=customer.pk)
            accounts = [(customer, _moved(account)) for account in own]
        nothing = answers.movement(Movement(0, request.company.base_currency))
        found = {
            **_scoped(wanted.scope),
            "rows": [answers.of_customer(one) | answers.movement(moved) for one, moved in accounts],
            "totals": answers.totals_of([answers.movement(one) for one in report.totals(accounts)], nothing),
        }
        return self.answered(request, f"ledger-{wanted.scope.end}", found)


class Ageing(ReportView):
    rights: ClassVar = {"GET": "ageing.run"}

    @described(
        tag=TAG,
        summary="Ageing",
        description=(
            "What is open as of a day, per customer and currency, by days late. `credits` are negative and not aged; "
            "`total` nets them."
        ),
        query=inputs.AgeingQuery,
        answers=AgeingShape,
    )
    def get(self, request: ApiRequest) -> HttpResponseBase:
        actor, values = request.actor, query(request, inputs.AgeingQuery)
        edges = inputs.edges_of(values)
        customer = inputs.customer_of(actor, values)
        day = values.get("as_of") or actor.today
        aged = ageing(
            company_id=actor.company_id,
            day=day,
            basis=values["basis"],
            edges=edges,
            customers=None if customer is None else [customer.pk],
            entities=actor.entities,
            entity=inputs.entity_of(actor, values),
        )
        customers = by_ids(actor.company_id, {row.customer for row in aged.rows})
        rows = sorted(aged.rows, key=lambda row: (customers[row.customer].code, row.currency))
        empty = AgedCustomer(0, request.company.base_currency, [ZERO] * len(aged.labels))
        found = {
            "as_of": day,
            "basis": values["basis"],
            "buckets": aged.labels,
            "rows": [
                answers.of_customer(customers[row.customer]) | answers.aged(row, aged.labels) for row in rows
            ],
            "totals": answers.totals_of(
                [answers.aged(total, aged.labels) for total in aged.totals], answers.aged(empty, aged.labels)
            ),
        }
        return self.answered(request, f"ageing-{day}", found)


class Statement(ReportView):
    rights: ClassVar = {"GET": "statements.run"}

    @described(
        tag=TAG,
        summary="Statement of account",
        description=(
            "`open_items`: what is open on the last day, by due date. `balance_forward`: the balance before the "
            "period, then every document that moved it."
        ),
        query=inputs.StatementQuery,
        answers=StatementShape,
    )
    def get(self, request: ApiRequest) -> HttpResponseBase:
        actor, values = request.actor, query(request, inputs.StatementQuery)
        customer = inputs.customer_of(actor, values)
        assert customer is not None, "the parameter is required"
        start, end = inputs.days_of(actor, values)
        if values["type"] == inputs.BALANCE_FORWARD:
            rows, balances = _forward(actor, customer, values)
        else:
            rows, balances = _open_items(actor, customer, end, inputs.entity_of(actor, values))
        currency = request.company.base_currency
        figures = [
            {"currency": one} | answers.amounts(one, balance=balances[one]) for one in sorted(balances)
        ]
        found = {
            **answers.of_customer(customer),
            "type": values["type"],
            "from": start,
            "to": end,
            "rows": rows,
            "totals": answers.totals_of(
                figures, {"currency": currency} | answers.amounts(currency, balance=ZERO)
            ),
        }
        return self.answered(request, f"statement-{customer.code}-{end}", found)


class PaymentsByItem(ReportView):
    rights: ClassVar = {"GET": "payments_by_item.run"}

    @described(
        tag=TAG,
        summary="Payments by item and account",
        description=(
            "What was received for each invoice line and revenue account. Receipts that are assigned to nothing stand "
            "apart; accounts, unmatched receipts and totals are on the first page."
        ),
        query=inputs.ItemsQuery,
        answers=ItemsShape,
    )
    def get(self, request: ApiRequest) -> HttpResponseBase:
        actor, values = request.actor, query(request, inputs.ItemsQuery)
        wanted = inputs.items_of(actor, values)
        start = _place(request, values)
        place = payments_by_item.Place(*start) if start else None
        items, more = payments_by_item.page(actor=actor, query=wanted, start=place, limit=values["limit"])
        codes = _codes(actor.company_id)
        found = {
            "from": wanted.scope.start,
            "to": wanted.scope.end,
            "known_on": wanted.scope.known_on,
            "rows": [answers.item(one, codes) for one in items],
            **({} if start else _of_items(request, wanted, codes)),
            "next": _next(request, [more.code, more.skip] if more else None),
        }
        return self.answered(request, f"payments-by-item-{wanted.scope.end}", found)


class Proof(ReportView):
    rights: ClassVar = {"GET": "ledger.run"}

    @described(
        tag=TAG,
        summary="Proof",
        description=(
            "Each customer's balance six ways: documents, open items, ageing, report, statement and journal. They "
            "agree, or the books are broken."
        ),
        query=inputs.ProofQuery,
        answers=ProofShape,
    )
    def get(self, request: ApiRequest) -> HttpResponseBase:
        actor, values = request.actor, query(request, inputs.ProofQuery)
        wanted = inputs.proof_of(actor, values)
        made = proof.proof(actor=actor, query=wanted)
        found = {
            "as_of": made.day,
            "agrees": made.agrees,
            "rows": [answers.proved(row) for row in made.rows],
            "totals": {"currencies": [answers.proved(row) for row in made.totals]},
        }
        return self.answered(request, f"proof-{made.day}", found)


# Parts ---------------------------------------------------------------------------------------------------------


def _scoped(scope: Any) -> dict[str, Any]:
    return {"from": scope.start, "to": scope.end, "as_at": scope.as_at, "known_on": scope.known_on}


def _moved(account: report.Account) -> Movement:
    return Movement(account.customer.pk, account.currency, account.charges, account.payments, account.opening)


def _codes(company_id: int) -> dict[int, str]:
    return dict(Account.objects.filter(company_id=company_id).values_list("pk", "code"))


def _of_items(
    request: ApiRequest, wanted: payments_by_item.Query, codes: Mapping[int, str]
) -> dict[str, Any]:
    waiting = payments_by_item.unmatched(actor=request.actor, query=wanted, limit=inputs.MOST_ROWS)
    empty = payments_by_item.Totals(request.company.base_currency)
    moved = payments_by_item.moved(query=wanted)
    totals = payments_by_item.totals(query=wanted, found=moved)
    return {
        "accounts": [
            {"account": id_of("account", one.account), "account_code": codes.get(one.account)}
            | {"currency": one.currency}
            | answers.amounts(one.currency, received=one.received)
            for one in payments_by_item.by_account(query=wanted, found=moved)
        ],
        "unmatched": [answers.unmatched(one) for one in waiting],
        "totals": answers.totals_of([answers.item_totals(one) for one in totals], answers.item_totals(empty)),
    }


def _forward(
    actor: Actor, customer: Customer, values: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], dict[str, Decimal]]:
    """The entries that moved the balance; it runs over them."""
    wanted = inputs.entries_of(actor, {**values, "include_all": True})
    rows: list[dict[str, Any]] = []
    balances: dict[str, Decimal] = {}
    for account in report.accounts_of(actor=actor, query=wanted, customer=customer.pk):
        balance = account.opening
        for row in answers.entry_rows([replace(account, rows=moving(account.rows))], wanted):
            balance += Decimal(row["amount"])
            rows.append(row | answers.amounts(account.currency, balance=balance))
        balances[account.currency] = balance
    return rows, balances


def _open_items(
    actor: Actor, customer: Customer, day: date, entity: int | None
) -> tuple[list[dict[str, Any]], dict[str, Decimal]]:
    """Charges, then credits, by due date; the balance runs per currency."""
    rows: list[dict[str, Any]] = []
    balances: dict[str, Decimal] = {}
    for charge in (True, False):
        for one in open_documents(
            actor=actor, customer=customer.pk, day=day, charge=charge, limit=MOST_OPEN, entity=entity
        ):
            currency = one.document.currency
            opened = one.open if charge else -one.open
            balances[currency] = balances.get(currency, ZERO) + opened
            rows.append(_open_item(one, opened, balances[currency]))
    return rows, balances


def _open_item(one: OpenDocument, opened: Decimal, balance: Decimal) -> dict[str, Any]:
    document = one.document
    return {
        "document": id_of("document", document.pk),
        "kind": document.kind,
        "number": document.number,
        "date": document.date,
        "due_date": document.due_date if opened > 0 else None,
        "reference": document.reference,
        "currency": document.currency,
        **answers.amounts(document.currency, total=document.total, open_amount=opened, balance=balance),
    }


# Pages ---------------------------------------------------------------------------------------------------------


def _mark(request: ApiRequest) -> str:
    """What a cursor belongs to: the company's report with the choices at hand."""
    chosen = {name: text for name, text in parameters(request).items() if name not in ("cursor", "limit")}
    own = f"{request.actor.company_id} {request.path}"
    return fingerprint(urlencode(sorted(chosen.items())) + own)[:16]


def _place(request: ApiRequest, values: Mapping[str, Any]) -> list[Any] | None:
    """Where the page begins; None at the beginning. Raises CursorInvalid."""
    text = values.get("cursor")
    if not text:
        return None
    try:
        mark, *place = signing.loads(text, salt=SALT)
    except signing.BadSignature as error:
        raise CursorInvalid(field=f"{PARAMETER}cursor") from error
    if mark != _mark(request):
        raise CursorInvalid(field=f"{PARAMETER}cursor")
    return place


def _next(request: ApiRequest, place: Sequence[Any] | None) -> str | None:
    if place is None:
        return None
    cursor = signing.dumps([_mark(request), *place], salt=SALT, compress=True)
    base = request._request.build_absolute_uri(request.path)
    return f"{base}?{urlencode({**parameters(request), 'cursor': cursor})}"
