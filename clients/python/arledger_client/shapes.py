"""Made by tools/client.py from docs/openapi.yaml: change that, not this."""

from __future__ import annotations

import datetime as dt
from collections import abc
from decimal import Decimal
from typing import Any, Literal, NotRequired, TypedDict

# What is sent as an amount: exact either way, never a float.
Amount = Decimal | str


class AccountInput(TypedDict):
    code: str
    name: str
    active: NotRequired[bool]
    kind: Literal[
        "receivable",
        "advances",
        "overpayments",
        "revenue",
        "tax",
        "bank",
        "undeposited",
        "discount",
        "write_off",
        "exchange",
        "opening",
    ]


class Account(TypedDict):
    id: str
    code: str
    name: str
    active: bool
    kind: Literal[
        "receivable",
        "advances",
        "overpayments",
        "revenue",
        "tax",
        "bank",
        "undeposited",
        "discount",
        "write_off",
        "exchange",
        "opening",
    ]


class AdjustmentBody(TypedDict):
    """An adjustment as it is sent."""

    customer: str
    date: dt.date
    gl_date: NotRequired[dt.date | None]
    currency: NotRequired[str | None]
    exchange_rate: NotRequired[Amount | None]
    entity: NotRequired[str | None]
    summary: NotRequired[str | None]
    reference: NotRequired[str | None]
    description: NotRequired[str | None]
    due_date: NotRequired[dt.date | None]
    term: NotRequired[str | None]
    bill_to: NotRequired[str | None]
    lines: abc.Sequence[LineBody]
    reason: NotRequired[str | None]
    action: NotRequired[Literal["draft", "post"] | None]


class AdjustmentBulkBody(TypedDict):
    """Many adjustments at once."""

    mode: NotRequired[Literal["atomic", "each"] | None]
    items: abc.Sequence[AdjustmentBody]


class AdjustmentBulkItem(TypedDict):
    index: int
    status: int
    document: NotRequired[Adjustment]
    error: NotRequired[Problem]


class AdjustmentBulk(TypedDict):
    """What became of each item of a bulk call, in their order."""

    results: list[AdjustmentBulkItem]


class Adjustment(TypedDict):
    """A credit memo or a debit memo."""

    id: str
    kind: Literal["invoice", "adjustment", "advance", "payment", "refund", "deposit", "matching"]
    number: str | None
    state: Literal["draft", "posted", "reversed", "reversal", "voided"]
    settlement: (
        Literal["open", "selected", "partially_paid", "paid", "available", "partially_applied", "applied"]
        | None
    )
    mark: Literal["none", "partial", "complete", "complete_future"]
    customer: str | None
    customer_code: str | None
    customer_name: str | None
    currency: str
    exchange_rate: Decimal
    date: dt.date
    gl_date: dt.date | None
    due_date: dt.date | None
    term: str | None
    term_code: str | None
    entity: str | None
    entity_code: str | None
    total: Decimal
    open_amount: Decimal
    open_charges: Decimal
    open_credits: Decimal
    reserved_amount: Decimal
    match_code: str
    summary: str | None
    summary_title: str | None
    reference: str
    description: str
    bill_to: str
    reason: str
    reverses: str | None
    reversal: str | None
    lines: list[Line]
    applications: list[Application]
    created_at: dt.datetime
    updated_at: dt.datetime
    posted_at: dt.datetime | None
    version: int
    notices: NotRequired[list[Notice]]


class AdvanceBody(TypedDict):
    """An advance as it is sent."""

    customer: str
    date: dt.date
    gl_date: NotRequired[dt.date | None]
    currency: NotRequired[str | None]
    exchange_rate: NotRequired[Amount | None]
    entity: NotRequired[str | None]
    summary: NotRequired[str | None]
    reference: NotRequired[str | None]
    description: NotRequired[str | None]
    method: Literal["check", "cash", "card", "transfer", "online"]
    bank_account: NotRequired[str | None]
    undeposited: NotRequired[bool | None]
    amount: NotRequired[Amount | None]
    lines: NotRequired[abc.Sequence[AdvanceLineBody] | None]
    action: NotRequired[Literal["draft", "post"] | None]


class AdvanceBulkBody(TypedDict):
    """Many advances at once."""

    mode: NotRequired[Literal["atomic", "each"] | None]
    items: abc.Sequence[AdvanceBody]


class AdvanceBulkItem(TypedDict):
    index: int
    status: int
    document: NotRequired[Advance]
    error: NotRequired[Problem]


class AdvanceBulk(TypedDict):
    """What became of each item of a bulk call, in their order."""

    results: list[AdvanceBulkItem]


class AdvanceLineBody(TypedDict):
    """A part of the money received."""

    amount: Amount
    description: NotRequired[str | None]
    location: NotRequired[str | None]


class Advance(TypedDict):
    """Money received before there is an invoice."""

    id: str
    kind: Literal["invoice", "adjustment", "advance", "payment", "refund", "deposit", "matching"]
    number: str | None
    state: Literal["draft", "posted", "reversed", "reversal", "voided"]
    settlement: (
        Literal["open", "selected", "partially_paid", "paid", "available", "partially_applied", "applied"]
        | None
    )
    mark: Literal["none", "partial", "complete", "complete_future"]
    customer: str | None
    customer_code: str | None
    customer_name: str | None
    currency: str
    exchange_rate: Decimal
    date: dt.date
    gl_date: dt.date | None
    due_date: dt.date | None
    term: str | None
    term_code: str | None
    entity: str | None
    entity_code: str | None
    total: Decimal
    open_amount: Decimal
    open_charges: Decimal
    open_credits: Decimal
    reserved_amount: Decimal
    match_code: str
    summary: str | None
    summary_title: str | None
    reference: str
    description: str
    bill_to: str
    reason: str
    reverses: str | None
    reversal: str | None
    lines: list[Line]
    applications: list[Application]
    created_at: dt.datetime
    updated_at: dt.datetime
    posted_at: dt.datetime | None
    version: int
    notices: NotRequired[list[Notice]]
    amount: Decimal
    method: str
    bank_account: str | None
    bank_account_code: str | None
    undeposited: bool


# What a customer owes by days late; the labels follow the buckets asked for.
AgedRow = TypedDict(
    "AgedRow",
    {
        "current": "Decimal",
        "1-30": NotRequired["Decimal"],
        "31-60": NotRequired["Decimal"],
        "61-90": NotRequired["Decimal"],
        "91-120": NotRequired["Decimal"],
        "121+": NotRequired["Decimal"],
        "overdue": "Decimal",
        "credits": "Decimal",
        "total": "Decimal",
        "customer": "str",
        "customer_code": "str",
        "customer_name": "str",
        "currency": "str",
    },
)

# Per currency.
AgedTotal = TypedDict(
    "AgedTotal",
    {
        "current": "Decimal",
        "1-30": NotRequired["Decimal"],
        "31-60": NotRequired["Decimal"],
        "61-90": NotRequired["Decimal"],
        "91-120": NotRequired["Decimal"],
        "121+": NotRequired["Decimal"],
        "overdue": "Decimal",
        "credits": "Decimal",
        "total": "Decimal",
        "currency": "str",
    },
)


class AgedTotals(TypedDict):
    """Per currency; of one currency only also directly."""

    currencies: list[AgedTotal]


class Ageing(TypedDict):
    """Ageing as of a day."""

    as_of: dt.date
    basis: str
    buckets: list[str]
    rows: list[AgedRow]
    totals: AgedTotals


class AllocationBody(TypedDict):
    """So much of a charge is paid."""

    charge: str
    amount: Amount


class ApplicationBody(TypedDict):
    """So much of a credit settles so much of a charge."""

    charge: str
    credit: str
    amount: Amount


class Application(TypedDict):
    """An application in force."""

    id: str
    charge_line: str
    credit_line: str
    charge_document: str
    credit_document: str
    amount: Decimal
    date: dt.date
    codes: list[str]
    document: str
    reason: str


class ApplicationsBody(TypedDict):
    date: NotRequired[dt.date | None]
    reason: NotRequired[str | None]
    applications: abc.Sequence[ApplicationBody]


class Balance(TypedDict):
    currency: str
    balance: Decimal


class Balances(TypedDict):
    """Per currency; of one currency only also directly."""

    currencies: list[Balance]
    currency: NotRequired[str]
    balance: NotRequired[Decimal]


class BankAccountInput(TypedDict):
    code: str
    name: str
    active: NotRequired[bool]
    currency: str
    account: str
    entity: NotRequired[str | None]


class BankAccount(TypedDict):
    id: str
    code: str
    name: str
    active: bool
    currency: str
    account: str
    account_code: str
    entity: str | None
    entity_code: str | None


class CheckoutBody(TypedDict):
    """An invoice with the receipts that pay it."""

    invoice: CheckoutInvoiceBody
    payments: abc.Sequence[CheckoutPaymentBody]


class CheckoutInvoiceBody(TypedDict):
    """The invoice of a checkout: posted in any case."""

    customer: str
    date: dt.date
    gl_date: NotRequired[dt.date | None]
    currency: NotRequired[str | None]
    exchange_rate: NotRequired[Amount | None]
    entity: NotRequired[str | None]
    summary: NotRequired[str | None]
    reference: NotRequired[str | None]
    description: NotRequired[str | None]
    due_date: NotRequired[dt.date | None]
    term: NotRequired[str | None]
    bill_to: NotRequired[str | None]
    lines: abc.Sequence[LineBody]
    action: NotRequired[Literal["post"] | None]


class CheckoutPaymentBody(TypedDict):
    """A receipt, now or later: dated after the invoice it is an instalment."""

    amount: Amount
    date: dt.date
    method: Literal["check", "cash", "card", "transfer", "online"]
    bank_account: NotRequired[str | None]
    undeposited: NotRequired[bool | None]
    allocations: NotRequired[abc.Sequence[ItemAllocationBody] | None]
    exchange_rate: NotRequired[Amount | None]
    summary: NotRequired[str | None]
    reference: NotRequired[str | None]
    description: NotRequired[str | None]


class Checkout(TypedDict):
    """The posted invoice and its receipts."""

    invoice: Invoice
    payments: list[Payment]


class Cleared(TypedDict):
    """What is held of another document."""

    document: str
    kind: str
    number: str | None
    date: dt.date
    customer: str | None
    amount: Decimal
    line: str
    credit: str


class CommitInput(TypedDict):
    mode: NotRequired[Literal["all", "good"] | None]


class Configuration(TypedDict):
    auto_apply_inline_credits: bool
    limit_credits_to_entity: bool
    own_rules_and_events: bool
    refunds_enabled: bool
    refund_journal: str
    refund_two_person: bool
    refund_two_person_above: Decimal
    write_off_limit: Decimal | None
    reconciliation_enabled: bool
    match_sequence: str | None
    automatic_match_balance: bool
    automatic_match_checkout: bool
    automatic_match_instalments: bool
    separate_gl_date: bool
    reverse_unpaid_invoices: bool
    cash_basis_tax: bool
    closed_through: dt.date | None
    customer_sequence: str | None
    invoice_sequence: str
    adjustment_sequence: str
    advance_sequence: str | None
    payment_sequence: str
    refund_sequence: str
    deposit_sequence: str
    matching_sequence: str
    receivable_account: str
    advances_account: str
    overpayments_account: str
    discount_account: str
    write_off_account: str
    undeposited_account: str
    exchange_account: str
    revenue_account: str
    summary_frequency: SummaryFrequency
    reconciliation_enabled_at: dt.datetime | None
    company_name: str
    language: str
    time_zone: str
    base_currency: str
    version: int


class CreditLine(TypedDict):
    credit: str
    position: int
    description: str
    location: str | None
    amount: Decimal
    available: Decimal
    reserved: Decimal


class Credit(TypedDict):
    """A credit of a customer with something left. All amounts are positive."""

    credit: str
    customer: str
    customer_code: str
    customer_name: str
    currency: str
    kind: Literal["inline", "advance", "overpayment", "negative_invoice", "adjustment"]
    number: str | None
    date: dt.date
    reference: str
    amount: Decimal
    available: Decimal
    reserved: Decimal
    refundable: bool
    reason: str | None
    reason_detail: str | None
    lines: list[CreditLine]


class CreditUseBody(TypedDict):
    """A credit of the customer that is used with the cash."""

    credit: str
    amount: NotRequired[Amount | None]


class CustomerBody(TypedDict):
    """A customer as it is sent."""

    name: str
    code: NotRequired[str | None]
    currency: NotRequired[str | None]
    term: NotRequired[str | None]
    parent: NotRequired[str | None]
    entity: NotRequired[str | None]
    email: NotRequired[str | None]
    address: NotRequired[str | None]
    country: NotRequired[str | None]
    active: NotRequired[bool | None]


class CustomerBulkBody(TypedDict):
    """Many customers at once."""

    mode: NotRequired[Literal["atomic", "each"] | None]
    items: abc.Sequence[CustomerBody]


class CustomerBulkItem(TypedDict):
    index: int
    status: int
    document: NotRequired[Customer]
    error: NotRequired[Problem]


class CustomerBulk(TypedDict):
    """What became of each item, in their order."""

    results: list[CustomerBulkItem]


class CustomerDeleted(TypedDict):
    id: str
    deleted: bool


class CustomerMovement(TypedDict):
    customer: str
    customer_code: str
    customer_name: str
    currency: str
    opening: Decimal
    charges: Decimal
    payments: Decimal
    balance: Decimal
    closing: NotRequired[Decimal]


class Customer(TypedDict):
    """A customer."""

    id: str
    code: str
    name: str
    currency: str
    term: str | None
    term_code: str | None
    parent: str | None
    parent_code: str | None
    entity: str | None
    entity_code: str | None
    email: str
    address: str
    country: str
    active: bool
    version: int


class Deleted(TypedDict):
    id: str
    deleted: bool


class DeletedSummary(TypedDict):
    id: str
    deleted: bool


class Delivery(TypedDict):
    id: str
    event: str
    kind: str
    state: Literal["pending", "delivered", "failed"]
    attempts: int
    next_attempt_at: dt.datetime | None
    last_status: int | None
    last_error: (
        Literal[
            "status",
            "redirect",
            "timeout",
            "name",
            "private",
            "certificate",
            "connection",
            "answer",
            "unexpected",
        ]
        | None
    )
    delivered_at: dt.datetime | None
    created_at: dt.datetime


class DepositBody(TypedDict):
    """A deposit as it is sent."""

    bank_account: str
    date: dt.date
    receipts: abc.Sequence[str]
    gl_date: NotRequired[dt.date | None]
    exchange_rate: NotRequired[Amount | None]
    entity: NotRequired[str | None]
    summary: NotRequired[str | None]
    reference: NotRequired[str | None]
    description: NotRequired[str | None]
    action: NotRequired[Literal["draft", "post"] | None]


class DepositBulkBody(TypedDict):
    """Many deposits at once."""

    mode: NotRequired[Literal["atomic", "each"] | None]
    items: abc.Sequence[DepositBody]


class DepositBulkItem(TypedDict):
    index: int
    status: int
    document: NotRequired[Deposit]
    error: NotRequired[Problem]


class DepositBulk(TypedDict):
    """What became of each item of a bulk call, in their order."""

    results: list[DepositBulkItem]


class Deposit(TypedDict):
    """Receipts brought to the bank together."""

    id: str
    kind: Literal["invoice", "adjustment", "advance", "payment", "refund", "deposit", "matching"]
    number: str | None
    state: Literal["draft", "posted", "reversed", "reversal", "voided"]
    settlement: (
        Literal["open", "selected", "partially_paid", "paid", "available", "partially_applied", "applied"]
        | None
    )
    mark: Literal["none", "partial", "complete", "complete_future"]
    customer: str | None
    customer_code: str | None
    customer_name: str | None
    currency: str
    exchange_rate: Decimal
    date: dt.date
    gl_date: dt.date | None
    due_date: dt.date | None
    term: str | None
    term_code: str | None
    entity: str | None
    entity_code: str | None
    total: Decimal
    open_amount: Decimal
    open_charges: Decimal
    open_credits: Decimal
    reserved_amount: Decimal
    match_code: str
    summary: str | None
    summary_title: str | None
    reference: str
    description: str
    bill_to: str
    reason: str
    reverses: str | None
    reversal: str | None
    lines: list[Line]
    applications: list[Application]
    created_at: dt.datetime
    updated_at: dt.datetime
    posted_at: dt.datetime | None
    version: int
    notices: NotRequired[list[Notice]]
    amount: Decimal
    method: str
    bank_account: str | None
    bank_account_code: str | None
    undeposited: bool
    receipts: list[Held]


class EntityConfiguration(TypedDict):
    entity: str
    entity_code: str
    refunds_enabled: bool | None
    refund_journal: str | None
    customer_sequence: str | None
    invoice_sequence: str | None
    adjustment_sequence: str | None
    advance_sequence: str | None
    payment_sequence: str | None
    refund_sequence: str | None
    deposit_sequence: str | None
    matching_sequence: str | None
    closed_through: dt.date | None


class EntityInput(TypedDict):
    code: str
    name: str
    active: NotRequired[bool]


class EntityReference(TypedDict):
    id: str
    code: str


class Entity(TypedDict):
    id: str
    code: str
    name: str
    active: bool


class Entry(TypedDict):
    customer: str
    customer_code: str
    customer_name: str
    currency: str
    document: str | None
    kind: str
    number: str | None
    date: dt.date
    gl_date: dt.date | None
    reference: str
    amount: Decimal
    match_code: str
    charges: Decimal
    payments: Decimal
    balance: Decimal
    match: Literal["unmatched", "partial", "full"] | None
    contra: bool
    head: str | None
    head_number: str | None
    line: str | None
    application: str | None


class ErrorOfRow(TypedDict):
    """Why a row is refused; row and column as the spreadsheet counts and names them."""

    row: int
    column: str
    cell: str
    code: str
    message: str


class Error(TypedDict):
    """One thing wrong: in the body (pointer), in the query (parameter) or in a header."""

    code: str
    pointer: NotRequired[str]
    parameter: NotRequired[str]
    header: NotRequired[str]
    detail: str
    values: NotRequired[dict[str, Any]]


class Event(TypedDict):
    id: str
    type: str
    objects: list[str]
    data: dict[str, Any]
    created_at: dt.datetime


class ExportInput(TypedDict):
    source: str
    format: str
    parameters: NotRequired[abc.Mapping[str, Any] | None]


class Export(TypedDict):
    id: str
    source: str
    format: str
    parameters: str
    state: Literal["queued", "running", "done", "failed", "cancelled", "expired"]
    rows_done: int
    rows_expected: int | None
    size: int | None
    file_name: str
    problem: str
    created_at: dt.datetime
    finished_at: dt.datetime | None
    expires_at: dt.datetime


class Feed(TypedDict):
    results: list[Event]
    next: str | None
    previous: str | None


class GoneRole(TypedDict):
    id: str
    deleted: bool


class GoneWebhook(TypedDict):
    id: str
    deleted: bool


class HeldLine(TypedDict):
    """What is held of another document."""

    document: str
    kind: str
    number: str | None
    date: dt.date
    customer: str | None
    amount: Decimal
    line: str


class Held(TypedDict):
    """What is held of another document."""

    document: str
    kind: str
    number: str | None
    date: dt.date
    customer: str | None
    amount: Decimal


class Import(TypedDict):
    id: str
    type: Literal[
        "customers", "invoices", "adjustments", "advances", "payments", "refunds", "opening_balances"
    ]
    state: Literal["uploaded", "checking", "checked", "committing", "committed", "failed", "cancelled"]
    mode: Literal["all", "good"]
    action: Literal["post", "draft"]
    left_as_drafts: bool
    file_name: str
    size: int
    sha256: str
    encoding: str
    separator: str
    date_format: Literal[
        "YYYY-MM-DD",
        "DD/MM/YYYY",
        "MM/DD/YYYY",
        "D/M/YYYY",
        "M/D/YYYY",
        "DD.MM.YYYY",
        "D.M.YYYY",
        "DD-MM-YYYY",
        "YYYYMMDD",
    ]
    decimal: str
    created_at: dt.datetime
    created_by: str
    checked_at: dt.datetime | None
    finished_at: dt.datetime | None
    rows_total: int
    rows_blank: int
    rows_ok: int
    rows_failed: int
    documents_ok: int
    documents_failed: int
    drafts: int
    reason: str
    notes: list[str]
    errors: list[ErrorOfRow]
    errors_truncated: bool


class Invitation(TypedDict):
    id: str
    welcome_url: str | None


class InvoiceBody(TypedDict):
    """An invoice as it is sent."""

    customer: str
    date: dt.date
    gl_date: NotRequired[dt.date | None]
    currency: NotRequired[str | None]
    exchange_rate: NotRequired[Amount | None]
    entity: NotRequired[str | None]
    summary: NotRequired[str | None]
    reference: NotRequired[str | None]
    description: NotRequired[str | None]
    due_date: NotRequired[dt.date | None]
    term: NotRequired[str | None]
    bill_to: NotRequired[str | None]
    lines: abc.Sequence[LineBody]
    action: NotRequired[Literal["draft", "post"] | None]


class InvoiceBulkBody(TypedDict):
    """Many invoices at once."""

    mode: NotRequired[Literal["atomic", "each"] | None]
    items: abc.Sequence[InvoiceBody]


class InvoiceBulkItem(TypedDict):
    index: int
    status: int
    document: NotRequired[Invoice]
    error: NotRequired[Problem]


class InvoiceBulk(TypedDict):
    """What became of each item of a bulk call, in their order."""

    results: list[InvoiceBulkItem]


class Invoice(TypedDict):
    """An invoice."""

    id: str
    kind: Literal["invoice", "adjustment", "advance", "payment", "refund", "deposit", "matching"]
    number: str | None
    state: Literal["draft", "posted", "reversed", "reversal", "voided"]
    settlement: (
        Literal["open", "selected", "partially_paid", "paid", "available", "partially_applied", "applied"]
        | None
    )
    mark: Literal["none", "partial", "complete", "complete_future"]
    customer: str | None
    customer_code: str | None
    customer_name: str | None
    currency: str
    exchange_rate: Decimal
    date: dt.date
    gl_date: dt.date | None
    due_date: dt.date | None
    term: str | None
    term_code: str | None
    entity: str | None
    entity_code: str | None
    total: Decimal
    open_amount: Decimal
    open_charges: Decimal
    open_credits: Decimal
    reserved_amount: Decimal
    match_code: str
    summary: str | None
    summary_title: str | None
    reference: str
    description: str
    bill_to: str
    reason: str
    reverses: str | None
    reversal: str | None
    lines: list[Line]
    applications: list[Application]
    created_at: dt.datetime
    updated_at: dt.datetime
    posted_at: dt.datetime | None
    version: int
    notices: NotRequired[list[Notice]]


class ItemAccount(TypedDict):
    account: str
    account_code: str | None
    currency: str
    received: Decimal


class ItemAllocationBody(TypedDict):
    """So much of an item is paid."""

    charge: str
    amount: Amount


class Item(TypedDict):
    customer: str
    customer_code: str
    customer_name: str
    currency: str
    document: str
    kind: str
    number: str
    date: dt.date
    line: str
    position: int
    description: str
    account: str
    account_code: str | None
    location: str | None
    amount: Decimal
    received: Decimal


class ItemSums(TypedDict):
    currency: str
    unmatched_before: Decimal
    received: Decimal
    assigned: Decimal
    given_back: Decimal
    unmatched: Decimal
    difference: Decimal


class ItemTotals(TypedDict):
    """unmatched_before + received = assigned + given_back + unmatched, per currency."""

    currencies: list[ItemSums]


class JournalInput(TypedDict):
    code: str
    name: str
    active: NotRequired[bool]


class Journal(TypedDict):
    id: str
    code: str
    name: str
    active: bool


# Opening, charges, payments and closing.
Ledger = TypedDict(
    "Ledger",
    {
        "from": "dt.date",
        "to": "dt.date",
        "as_at": "dt.date",
        "known_on": "dt.datetime | None",
        "rows": "list[CustomerMovement]",
        "totals": "MovementTotals",
    },
)


class LineBody(TypedDict):
    """A line of what is billed."""

    amount: Amount
    description: NotRequired[str | None]
    account: NotRequired[str | None]
    location: NotRequired[str | None]
    tax_code: NotRequired[str | None]
    tax_amount: NotRequired[Amount | None]
    cash_basis_tax: NotRequired[bool | None]
    tax_receipt_eligible: NotRequired[bool | None]
    service_start: NotRequired[dt.date | None]
    service_end: NotRequired[dt.date | None]


class Line(TypedDict):
    id: str
    position: int
    description: str
    account: str | None
    account_code: str | None
    location: str | None
    location_code: str | None
    amount: Decimal
    open_amount: Decimal
    reserved_amount: Decimal
    match_code: str
    tax_code: str
    tax_amount: Decimal
    cash_basis_tax: bool
    tax_receipt_eligible: bool
    service_start: dt.date | None
    service_end: dt.date | None


class ListedApplication(TypedDict):
    """A match of a charge and a credit."""

    id: str
    charge_line: str
    credit_line: str
    charge_document: str
    credit_document: str
    amount: Decimal
    date: dt.date
    codes: list[str]
    document: str
    reason: str
    customer: str
    customer_code: str
    currency: str
    charge_number: str | None
    credit_number: str | None
    applied_amount: Decimal
    inline: bool
    recorded_at: dt.datetime


class LocationInput(TypedDict):
    code: str
    name: str
    active: NotRequired[bool]
    entity: NotRequired[str | None]


class Location(TypedDict):
    id: str
    code: str
    name: str
    active: bool
    entity: str | None
    entity_code: str | None


class Matching(TypedDict):
    """Matches made, or taken back, by hand."""

    id: str
    kind: Literal["invoice", "adjustment", "advance", "payment", "refund", "deposit", "matching"]
    number: str | None
    state: Literal["draft", "posted", "reversed", "reversal", "voided"]
    settlement: (
        Literal["open", "selected", "partially_paid", "paid", "available", "partially_applied", "applied"]
        | None
    )
    mark: Literal["none", "partial", "complete", "complete_future"]
    customer: str | None
    customer_code: str | None
    customer_name: str | None
    currency: str
    exchange_rate: Decimal
    date: dt.date
    gl_date: dt.date | None
    due_date: dt.date | None
    term: str | None
    term_code: str | None
    entity: str | None
    entity_code: str | None
    total: Decimal
    open_amount: Decimal
    open_charges: Decimal
    open_credits: Decimal
    reserved_amount: Decimal
    match_code: str
    summary: str | None
    summary_title: str | None
    reference: str
    description: str
    bill_to: str
    reason: str
    reverses: str | None
    reversal: str | None
    lines: list[Line]
    applications: list[Application]
    created_at: dt.datetime
    updated_at: dt.datetime
    posted_at: dt.datetime | None
    version: int
    notices: NotRequired[list[Notice]]
    undone: list[Undone]


class Matchings(TypedDict):
    """What was matched: a matching document per currency."""

    results: list[Matching]


class Movement(TypedDict):
    currency: str
    opening: Decimal
    charges: Decimal
    payments: Decimal
    balance: Decimal
    closing: NotRequired[Decimal]


class MovementTotals(TypedDict):
    """Per currency; of one currency only also directly."""

    currencies: NotRequired[list[Movement]]
    customers: NotRequired[list[CustomerMovement]]
    currency: NotRequired[str]
    opening: NotRequired[Decimal]
    charges: NotRequired[Decimal]
    payments: NotRequired[Decimal]
    balance: NotRequired[Decimal]
    closing: NotRequired[Decimal]


class NewToken(TypedDict):
    id: str
    name: str
    user: str
    scopes: list[str] | None
    ending: str
    state: Literal["active", "expired", "revoked"]
    created_at: dt.datetime
    expires_at: dt.datetime
    last_used_at: dt.datetime | None
    revoked_at: dt.datetime | None
    token: str | None


class NewUser(TypedDict):
    id: str
    email: str
    name: str
    language: str
    role: str
    role_code: str
    entities: list[EntityReference]
    active: bool
    warnings: list[Warning]
    welcome_url: str | None


class NewWebhook(TypedDict):
    id: str
    name: str
    url: str
    kinds: list[str] | None
    active: bool
    created_at: dt.datetime
    previous_secret_until: dt.datetime | None
    secret: str | None


class Notice(TypedDict):
    code: str
    detail: str


class OldestFirstBody(TypedDict):
    customer: str
    date: NotRequired[dt.date | None]
    reason: NotRequired[str | None]


class Pair(TypedDict):
    charge: str
    credit: str
    amount: Decimal


class PartBody(TypedDict):
    """What one customer's part of a receipt is and pays."""

    documents: NotRequired[abc.Sequence[str] | None]
    allocations: NotRequired[abc.Sequence[AllocationBody] | None]
    auto: NotRequired[bool | None]
    credits: NotRequired[abc.Sequence[CreditUseBody] | None]
    customer: str
    amount: Amount


class Part(TypedDict):
    """What one customer paid of a receipt."""

    customer: str
    customer_code: str
    amount: Decimal
    overpayment: Decimal | None


class PatchedAccountChange(TypedDict):
    code: NotRequired[str]
    name: NotRequired[str]
    active: NotRequired[bool]
    kind: NotRequired[
        Literal[
            "receivable",
            "advances",
            "overpayments",
            "revenue",
            "tax",
            "bank",
            "undeposited",
            "discount",
            "write_off",
            "exchange",
            "opening",
        ]
    ]


class PatchedAdjustmentDraftBody(TypedDict):
    """The members of an adjustment."""

    customer: NotRequired[str]
    date: NotRequired[dt.date]
    gl_date: NotRequired[dt.date | None]
    currency: NotRequired[str | None]
    exchange_rate: NotRequired[Amount | None]
    entity: NotRequired[str | None]
    summary: NotRequired[str | None]
    reference: NotRequired[str | None]
    description: NotRequired[str | None]
    due_date: NotRequired[dt.date | None]
    term: NotRequired[str | None]
    bill_to: NotRequired[str | None]
    lines: NotRequired[abc.Sequence[LineBody]]
    reason: NotRequired[str | None]


class PatchedAdvanceDraftBody(TypedDict):
    """The members of an advance: ``amount``, or ``lines`` that make it up."""

    customer: NotRequired[str]
    date: NotRequired[dt.date]
    gl_date: NotRequired[dt.date | None]
    currency: NotRequired[str | None]
    exchange_rate: NotRequired[Amount | None]
    entity: NotRequired[str | None]
    summary: NotRequired[str | None]
    reference: NotRequired[str | None]
    description: NotRequired[str | None]
    method: NotRequired[Literal["check", "cash", "card", "transfer", "online"]]
    bank_account: NotRequired[str | None]
    undeposited: NotRequired[bool | None]
    amount: NotRequired[Amount | None]
    lines: NotRequired[abc.Sequence[AdvanceLineBody] | None]


class PatchedBankAccountChange(TypedDict):
    code: NotRequired[str]
    name: NotRequired[str]
    active: NotRequired[bool]
    currency: NotRequired[str]
    account: NotRequired[str]
    entity: NotRequired[str | None]


class PatchedBilledDraftBody(TypedDict):
    """The members of an invoice."""

    customer: NotRequired[str]
    date: NotRequired[dt.date]
    gl_date: NotRequired[dt.date | None]
    currency: NotRequired[str | None]
    exchange_rate: NotRequired[Amount | None]
    entity: NotRequired[str | None]
    summary: NotRequired[str | None]
    reference: NotRequired[str | None]
    description: NotRequired[str | None]
    due_date: NotRequired[dt.date | None]
    term: NotRequired[str | None]
    bill_to: NotRequired[str | None]
    lines: NotRequired[abc.Sequence[LineBody]]


class PatchedConfigurationInput(TypedDict):
    auto_apply_inline_credits: NotRequired[bool]
    limit_credits_to_entity: NotRequired[bool]
    own_rules_and_events: NotRequired[bool]
    refunds_enabled: NotRequired[bool]
    refund_journal: NotRequired[str]
    refund_two_person: NotRequired[bool]
    refund_two_person_above: NotRequired[Amount]
    write_off_limit: NotRequired[Amount | None]
    reconciliation_enabled: NotRequired[bool]
    match_sequence: NotRequired[str | None]
    automatic_match_balance: NotRequired[bool]
    automatic_match_checkout: NotRequired[bool]
    automatic_match_instalments: NotRequired[bool]
    separate_gl_date: NotRequired[bool]
    reverse_unpaid_invoices: NotRequired[bool]
    cash_basis_tax: NotRequired[bool]
    closed_through: NotRequired[dt.date | None]
    customer_sequence: NotRequired[str | None]
    invoice_sequence: NotRequired[str]
    adjustment_sequence: NotRequired[str]
    advance_sequence: NotRequired[str | None]
    payment_sequence: NotRequired[str]
    refund_sequence: NotRequired[str]
    deposit_sequence: NotRequired[str]
    matching_sequence: NotRequired[str]
    receivable_account: NotRequired[str]
    advances_account: NotRequired[str]
    overpayments_account: NotRequired[str]
    discount_account: NotRequired[str]
    write_off_account: NotRequired[str]
    undeposited_account: NotRequired[str]
    exchange_account: NotRequired[str]
    revenue_account: NotRequired[str]
    summary_frequency: NotRequired[SummaryFrequencyInput]
    company_name: NotRequired[str]
    language: NotRequired[Literal["en", "fr"]]
    time_zone: NotRequired[str]
    base_currency: NotRequired[str]


class PatchedCustomerBody(TypedDict):
    """A customer as it is sent."""

    name: NotRequired[str]
    code: NotRequired[str | None]
    currency: NotRequired[str | None]
    term: NotRequired[str | None]
    parent: NotRequired[str | None]
    entity: NotRequired[str | None]
    email: NotRequired[str | None]
    address: NotRequired[str | None]
    country: NotRequired[str | None]
    active: NotRequired[bool | None]


class PatchedDepositDraftBody(TypedDict):
    """The members of a deposit: receipts held in undeposited funds that go to a bank account together."""

    bank_account: NotRequired[str]
    date: NotRequired[dt.date]
    receipts: NotRequired[abc.Sequence[str]]
    gl_date: NotRequired[dt.date | None]
    exchange_rate: NotRequired[Amount | None]
    entity: NotRequired[str | None]
    summary: NotRequired[str | None]
    reference: NotRequired[str | None]
    description: NotRequired[str | None]


class PatchedEntityChange(TypedDict):
    code: NotRequired[str]
    name: NotRequired[str]
    active: NotRequired[bool]


class PatchedEntityConfigurationInput(TypedDict):
    refunds_enabled: NotRequired[bool | None]
    refund_journal: NotRequired[str | None]
    customer_sequence: NotRequired[str | None]
    invoice_sequence: NotRequired[str | None]
    adjustment_sequence: NotRequired[str | None]
    advance_sequence: NotRequired[str | None]
    payment_sequence: NotRequired[str | None]
    refund_sequence: NotRequired[str | None]
    deposit_sequence: NotRequired[str | None]
    matching_sequence: NotRequired[str | None]
    closed_through: NotRequired[dt.date | None]


class PatchedJournalChange(TypedDict):
    code: NotRequired[str]
    name: NotRequired[str]
    active: NotRequired[bool]


class PatchedLocationChange(TypedDict):
    code: NotRequired[str]
    name: NotRequired[str]
    active: NotRequired[bool]
    entity: NotRequired[str | None]


class PatchedPaymentDraftBody(TypedDict):
    """The members of a payment. What nothing is named for is an overpayment."""

    documents: NotRequired[abc.Sequence[str] | None]
    allocations: NotRequired[abc.Sequence[AllocationBody] | None]
    auto: NotRequired[bool | None]
    credits: NotRequired[abc.Sequence[CreditUseBody] | None]
    customer: NotRequired[str | None]
    amount: NotRequired[Amount | None]
    date: NotRequired[dt.date]
    method: NotRequired[Literal["check", "cash", "card", "transfer", "online"]]
    currency: NotRequired[str | None]
    bank_account: NotRequired[str | None]
    undeposited: NotRequired[bool | None]
    entity: NotRequired[str | None]
    summary: NotRequired[str | None]
    exchange_rate: NotRequired[Amount | None]
    reference: NotRequired[str | None]
    description: NotRequired[str | None]
    parts: NotRequired[abc.Sequence[PartBody] | None]


class PatchedRefundDraftBody(TypedDict):
    """The members of a refund. ``method`` is record_transfer: the money was returned by transfer already."""

    customer: NotRequired[str]
    date: NotRequired[dt.date]
    bank_account: NotRequired[str | None]
    credits: NotRequired[abc.Sequence[RefundCreditBody]]
    amount: NotRequired[Amount | None]
    currency: NotRequired[str | None]
    method: NotRequired[str | None]
    entity: NotRequired[str | None]
    summary: NotRequired[str | None]
    reference: NotRequired[str | None]
    description: NotRequired[str | None]
    pay_to: NotRequired[str | None]


class PatchedRoleChange(TypedDict):
    code: NotRequired[str]
    name: NotRequired[str]
    rights: NotRequired[
        abc.Sequence[
            Literal[
                "adjustments.add",
                "adjustments.delete",
                "adjustments.edit",
                "adjustments.list",
                "adjustments.post",
                "adjustments.reverse",
                "adjustments.view",
                "adjustments.write_off",
                "advances.add",
                "advances.delete",
                "advances.list",
                "advances.post",
                "advances.reverse",
                "advances.view",
                "ageing.run",
                "audit.view",
                "configuration.edit",
                "configuration.view",
                "customers.add",
                "customers.delete",
                "customers.edit",
                "customers.list",
                "customers.view",
                "deposits.add",
                "deposits.list",
                "deposits.post",
                "deposits.reverse",
                "deposits.view",
                "imports.run",
                "invoices.add",
                "invoices.delete",
                "invoices.edit",
                "invoices.list",
                "invoices.post",
                "invoices.reverse",
                "invoices.view",
                "ledger.run",
                "matching.apply",
                "matching.unapply",
                "payments.add",
                "payments.list",
                "payments.post",
                "payments.reverse",
                "payments.view",
                "payments_by_item.run",
                "periods.close",
                "periods.reopen",
                "reconciliation.run",
                "refunds.add",
                "refunds.list",
                "refunds.post",
                "refunds.view",
                "refunds.void",
                "roles.edit",
                "roles.view",
                "statements.run",
                "summaries.add",
                "summaries.close",
                "summaries.delete",
                "summaries.edit",
                "summaries.list",
                "summaries.open",
                "summaries.override",
                "summaries.view",
            ]
        ]
    ]
    active: NotRequired[bool]


class PatchedSequenceChange(TypedDict):
    code: NotRequired[str]
    name: NotRequired[str]
    active: NotRequired[bool]
    style: NotRequired[Literal["numeric", "alpha"]]
    prefix: NotRequired[str]
    suffix: NotRequired[str]
    width: NotRequired[int]
    max_length: NotRequired[int]


class PatchedSummaryDraftBody(TypedDict):
    """The members of a summary that a person makes."""

    title: NotRequired[str]
    gl_date: NotRequired[dt.date]
    entity: NotRequired[str | None]
    bank_account: NotRequired[str | None]
    undeposited: NotRequired[bool | None]
    control_count: NotRequired[int | None]
    control_total: NotRequired[Amount | None]


class PatchedTermChange(TypedDict):
    code: NotRequired[str]
    name: NotRequired[str]
    active: NotRequired[bool]
    net_days: NotRequired[int]
    end_of_month: NotRequired[bool]
    discount_percent: NotRequired[Amount]
    discount_days: NotRequired[int]


class PatchedUserChange(TypedDict):
    """Which role somebody has, and for which entities."""

    role: NotRequired[str]
    entities: NotRequired[abc.Sequence[str]]
    active: NotRequired[bool]


class PatchedWebhookChange(TypedDict):
    name: NotRequired[str]
    url: NotRequired[str]
    kinds: NotRequired[
        abc.Sequence[
            Literal[
                "customer.added",
                "invoice.posted",
                "invoice.reversed",
                "adjustment.posted",
                "adjustment.reversed",
                "advance.posted",
                "advance.reversed",
                "payment.posted",
                "payment.reversed",
                "refund.posted",
                "refund.voided",
                "deposit.posted",
                "deposit.reversed",
                "matching.posted",
                "matching.undone",
                "application.posted",
            ]
        ]
        | None
    ]
    active: NotRequired[bool]


class PaymentBody(TypedDict):
    """A payment as it is sent."""

    documents: NotRequired[abc.Sequence[str] | None]
    allocations: NotRequired[abc.Sequence[AllocationBody] | None]
    auto: NotRequired[bool | None]
    credits: NotRequired[abc.Sequence[CreditUseBody] | None]
    customer: NotRequired[str | None]
    amount: NotRequired[Amount | None]
    date: dt.date
    method: Literal["check", "cash", "card", "transfer", "online"]
    currency: NotRequired[str | None]
    bank_account: NotRequired[str | None]
    undeposited: NotRequired[bool | None]
    entity: NotRequired[str | None]
    summary: NotRequired[str | None]
    exchange_rate: NotRequired[Amount | None]
    reference: NotRequired[str | None]
    description: NotRequired[str | None]
    parts: NotRequired[abc.Sequence[PartBody] | None]
    action: NotRequired[Literal["draft", "post"] | None]


class PaymentBulkBody(TypedDict):
    """Many payments at once."""

    mode: NotRequired[Literal["atomic", "each"] | None]
    items: abc.Sequence[PaymentBody]


class PaymentBulkItem(TypedDict):
    index: int
    status: int
    document: NotRequired[Payment]
    error: NotRequired[Problem]


class PaymentBulk(TypedDict):
    """What became of each item of a bulk call, in their order."""

    results: list[PaymentBulkItem]


class PaymentLine(TypedDict):
    id: str
    position: int
    description: str
    account: str | None
    account_code: str | None
    location: str | None
    location_code: str | None
    amount: Decimal
    open_amount: Decimal
    reserved_amount: Decimal
    match_code: str
    tax_code: str
    tax_amount: Decimal
    cash_basis_tax: bool
    tax_receipt_eligible: bool
    service_start: dt.date | None
    service_end: dt.date | None
    customer: str
    customer_code: str


class Payment(TypedDict):
    """A receipt. What was received is ``applied`` and ``overpayment`` together."""

    id: str
    kind: Literal["invoice", "adjustment", "advance", "payment", "refund", "deposit", "matching"]
    number: str | None
    state: Literal["draft", "posted", "reversed", "reversal", "voided"]
    settlement: (
        Literal["open", "selected", "partially_paid", "paid", "available", "partially_applied", "applied"]
        | None
    )
    mark: Literal["none", "partial", "complete", "complete_future"]
    customer: str | None
    customer_code: str | None
    customer_name: str | None
    currency: str
    exchange_rate: Decimal
    date: dt.date
    gl_date: dt.date | None
    due_date: dt.date | None
    term: str | None
    term_code: str | None
    entity: str | None
    entity_code: str | None
    total: Decimal
    open_amount: Decimal
    open_charges: Decimal
    open_credits: Decimal
    reserved_amount: Decimal
    match_code: str
    summary: str | None
    summary_title: str | None
    reference: str
    description: str
    bill_to: str
    reason: str
    reverses: str | None
    reversal: str | None
    lines: list[PaymentLine]
    applications: list[Application]
    created_at: dt.datetime
    updated_at: dt.datetime
    posted_at: dt.datetime | None
    version: int
    notices: NotRequired[list[Notice]]
    amount: Decimal
    method: str
    bank_account: str | None
    bank_account_code: str | None
    undeposited: bool
    applied: Decimal
    overpayment: Decimal
    parts: list[Part]
    reservations: list[HeldLine]


# What was received for each item.
PaymentsByItem = TypedDict(
    "PaymentsByItem",
    {
        "from": "dt.date",
        "to": "dt.date",
        "next": "str | None",
        "known_on": "dt.datetime | None",
        "rows": "list[Item]",
        "accounts": NotRequired["list[ItemAccount]"],
        "unmatched": NotRequired["list[Unmatched]"],
        "totals": NotRequired["ItemTotals"],
    },
)


class ProblemEntry(TypedDict):
    code: str
    status: int
    title: str
    sentence: str
    values: list[str]
    type: str


class Problem(TypedDict):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    instance: NotRequired[str]
    code: str
    errors: list[Error]
    request_id: NotRequired[str]


class Problems(TypedDict):
    results: list[ProblemEntry]


class ProofFigures(TypedDict):
    currency: str
    documents: Decimal
    open_items: Decimal
    ageing: Decimal
    report: Decimal
    statement: Decimal
    journal: Decimal
    timing: Decimal
    agrees: bool
    differing: list[str]


class ProofRow(TypedDict):
    currency: str
    documents: Decimal
    open_items: Decimal
    ageing: Decimal
    report: Decimal
    statement: Decimal
    journal: Decimal
    timing: Decimal
    agrees: bool
    differing: list[str]
    customer: str
    customer_code: str
    customer_name: str


class Proof(TypedDict):
    """Six ways to one balance."""

    as_of: dt.date
    agrees: bool
    rows: list[ProofRow]
    totals: ProofTotals


class ProofTotals(TypedDict):
    currencies: list[ProofFigures]


class QuickDepositBody(TypedDict):
    """Money without an invoice: what it was for, and how it came."""

    customer: str
    date: dt.date
    method: Literal["check", "cash", "card", "transfer", "online"]
    bank_account: NotRequired[str | None]
    undeposited: NotRequired[bool | None]
    currency: NotRequired[str | None]
    exchange_rate: NotRequired[Amount | None]
    entity: NotRequired[str | None]
    summary: NotRequired[str | None]
    payment_summary: NotRequired[str | None]
    reference: NotRequired[str | None]
    description: NotRequired[str | None]
    lines: abc.Sequence[LineBody]


class QuickDeposit(TypedDict):
    """The invoice made for money without one, and the receipt that pays it."""

    invoice: Invoice
    payment: Payment


# Entries with running balances.
Reconciliation = TypedDict(
    "Reconciliation",
    {
        "from": "dt.date",
        "to": "dt.date",
        "as_at": "dt.date",
        "known_on": "dt.datetime | None",
        "next": "str | None",
        "rows": "list[Entry]",
        "totals": "MovementTotals",
    },
)


class RefundBody(TypedDict):
    """A refund as it is sent."""

    customer: str
    date: dt.date
    bank_account: NotRequired[str | None]
    credits: abc.Sequence[RefundCreditBody]
    amount: NotRequired[Amount | None]
    currency: NotRequired[str | None]
    method: NotRequired[str | None]
    entity: NotRequired[str | None]
    summary: NotRequired[str | None]
    reference: NotRequired[str | None]
    description: NotRequired[str | None]
    pay_to: NotRequired[str | None]
    action: NotRequired[Literal["draft", "post"] | None]


class RefundBulkBody(TypedDict):
    """Many refunds at once."""

    mode: NotRequired[Literal["atomic", "each"] | None]
    items: abc.Sequence[RefundBody]


class RefundBulkItem(TypedDict):
    index: int
    status: int
    document: NotRequired[Refund]
    error: NotRequired[Problem]


class RefundBulk(TypedDict):
    """What became of each item of a bulk call, in their order."""

    results: list[RefundBulkItem]


class RefundCreditBody(TypedDict):
    """A credit that was given back."""

    credit: str
    amount: NotRequired[Amount | None]


class Refund(TypedDict):
    """Money given back; ``credits`` are what it clears."""

    id: str
    kind: Literal["invoice", "adjustment", "advance", "payment", "refund", "deposit", "matching"]
    number: str | None
    state: Literal["draft", "posted", "reversed", "reversal", "voided"]
    settlement: (
        Literal["open", "selected", "partially_paid", "paid", "available", "partially_applied", "applied"]
        | None
    )
    mark: Literal["none", "partial", "complete", "complete_future"]
    customer: str | None
    customer_code: str | None
    customer_name: str | None
    currency: str
    exchange_rate: Decimal
    date: dt.date
    gl_date: dt.date | None
    due_date: dt.date | None
    term: str | None
    term_code: str | None
    entity: str | None
    entity_code: str | None
    total: Decimal
    open_amount: Decimal
    open_charges: Decimal
    open_credits: Decimal
    reserved_amount: Decimal
    match_code: str
    summary: str | None
    summary_title: str | None
    reference: str
    description: str
    bill_to: str
    reason: str
    reverses: str | None
    reversal: str | None
    lines: list[Line]
    applications: list[Application]
    created_at: dt.datetime
    updated_at: dt.datetime
    posted_at: dt.datetime | None
    version: int
    notices: NotRequired[list[Notice]]
    amount: Decimal
    method: str
    bank_account: str | None
    bank_account_code: str | None
    undeposited: bool
    pay_to: str
    credits: list[Cleared]


class RoleInput(TypedDict):
    code: str
    name: str
    rights: abc.Sequence[
        Literal[
            "adjustments.add",
            "adjustments.delete",
            "adjustments.edit",
            "adjustments.list",
            "adjustments.post",
            "adjustments.reverse",
            "adjustments.view",
            "adjustments.write_off",
            "advances.add",
            "advances.delete",
            "advances.list",
            "advances.post",
            "advances.reverse",
            "advances.view",
            "ageing.run",
            "audit.view",
            "configuration.edit",
            "configuration.view",
            "customers.add",
            "customers.delete",
            "customers.edit",
            "customers.list",
            "customers.view",
            "deposits.add",
            "deposits.list",
            "deposits.post",
            "deposits.reverse",
            "deposits.view",
            "imports.run",
            "invoices.add",
            "invoices.delete",
            "invoices.edit",
            "invoices.list",
            "invoices.post",
            "invoices.reverse",
            "invoices.view",
            "ledger.run",
            "matching.apply",
            "matching.unapply",
            "payments.add",
            "payments.list",
            "payments.post",
            "payments.reverse",
            "payments.view",
            "payments_by_item.run",
            "periods.close",
            "periods.reopen",
            "reconciliation.run",
            "refunds.add",
            "refunds.list",
            "refunds.post",
            "refunds.view",
            "refunds.void",
            "roles.edit",
            "roles.view",
            "statements.run",
            "summaries.add",
            "summaries.close",
            "summaries.delete",
            "summaries.edit",
            "summaries.list",
            "summaries.open",
            "summaries.override",
            "summaries.view",
        ]
    ]
    active: NotRequired[bool]


class Role(TypedDict):
    id: str
    code: str
    name: str
    rights: list[str]
    shipped: bool
    active: bool
    warnings: list[Warning]


class SecretInput(TypedDict):
    hours: NotRequired[int]


class SequenceInput(TypedDict):
    code: str
    name: str
    active: NotRequired[bool]
    style: NotRequired[Literal["numeric", "alpha"]]
    prefix: NotRequired[str]
    suffix: NotRequired[str]
    width: NotRequired[int]
    max_length: NotRequired[int]


class Sequence(TypedDict):
    id: str
    code: str
    name: str
    active: bool
    style: Literal["numeric", "alpha"]
    prefix: str
    suffix: str
    width: int
    max_length: int
    last_value: int
    next: str


class Side(TypedDict):
    document: str
    number: str
    amount: Decimal


class StatementRow(TypedDict):
    """With ``open_items`` total and open amount, with ``balance_forward`` charges and payments."""

    document: str | None
    kind: str
    number: str | None
    date: dt.date
    due_date: NotRequired[dt.date | None]
    reference: str
    currency: str
    total: NotRequired[Decimal]
    open_amount: NotRequired[Decimal]
    amount: NotRequired[Decimal]
    charges: NotRequired[Decimal]
    payments: NotRequired[Decimal]
    balance: Decimal


# A statement of account.
Statement = TypedDict(
    "Statement",
    {
        "from": "dt.date",
        "to": "dt.date",
        "customer": "str",
        "customer_code": "str",
        "customer_name": "str",
        "type": "str",
        "rows": "list[StatementRow]",
        "totals": "Balances",
    },
)


class SuggestBody(TypedDict):
    """Of a customer's whole account, or for one charge or one credit."""

    customer: NotRequired[str | None]
    charge: NotRequired[str | None]
    credit: NotRequired[str | None]
    currency: NotRequired[str | None]


class Suggestion(TypedDict):
    """Documents that may be matched with each other."""

    why: Literal["reference", "exact", "combination", "everything"]
    reason: str
    currency: str
    amount: Decimal
    exact: bool
    charges: list[Side]
    credits: list[Side]
    applications: list[Pair]


class Suggestions(TypedDict):
    """The strongest first; no document stands in two of them."""

    results: list[Suggestion]


class SummaryBody(TypedDict):
    """A summary as it is sent."""

    title: str
    gl_date: dt.date
    entity: NotRequired[str | None]
    bank_account: NotRequired[str | None]
    undeposited: NotRequired[bool | None]
    control_count: NotRequired[int | None]
    control_total: NotRequired[Amount | None]
    type: Literal["invoices", "adjustments", "deposits", "payments", "advances", "refunds"]


class SummaryFrequencyInput(TypedDict):
    invoices: NotRequired[Literal["daily", "weekly", "monthly", "user"]]
    adjustments: NotRequired[Literal["daily", "weekly", "monthly", "user"]]
    deposits: NotRequired[Literal["daily", "weekly", "monthly", "user"]]
    payments: NotRequired[Literal["each", "daily", "weekly", "monthly", "user"]]
    advances: NotRequired[Literal["daily", "weekly", "monthly", "user"]]
    refunds: NotRequired[Literal["daily", "weekly", "monthly", "user"]]


class SummaryFrequency(TypedDict):
    invoices: Literal["daily", "weekly", "monthly", "user"]
    adjustments: Literal["daily", "weekly", "monthly", "user"]
    deposits: Literal["daily", "weekly", "monthly", "user"]
    payments: Literal["each", "daily", "weekly", "monthly", "user"]
    advances: Literal["daily", "weekly", "monthly", "user"]
    refunds: Literal["daily", "weekly", "monthly", "user"]


class Summary(TypedDict):
    id: str
    type: Literal["invoices", "adjustments", "deposits", "payments", "advances", "refunds"]
    title: str
    state: Literal["open", "closed"]
    automatic: bool
    frequency: Literal["each", "daily", "weekly", "monthly", "user"]
    slot_start: dt.datetime | None
    slot_end: dt.datetime | None
    gl_date: dt.date | None
    entity: str | None
    bank_account: str | None
    undeposited: bool
    count: int
    total: Decimal
    drafts: int
    control_count: int | None
    control_total: Decimal | None
    created_at: dt.datetime
    closed_at: dt.datetime | None
    version: int


class TakeBackInput(TypedDict):
    """Reversing or voiding: on which day, and why."""

    date: dt.date
    reason: str


class TermInput(TypedDict):
    code: str
    name: str
    active: NotRequired[bool]
    net_days: int
    end_of_month: NotRequired[bool]
    discount_percent: NotRequired[Amount]
    discount_days: NotRequired[int]


class Term(TypedDict):
    id: str
    code: str
    name: str
    active: bool
    net_days: int
    end_of_month: bool
    discount_percent: Decimal
    discount_days: int


class TokenInput(TypedDict):
    name: str
    scopes: NotRequired[abc.Sequence[str] | None]
    days: NotRequired[int | None]
    user: NotRequired[str | None]


class Token(TypedDict):
    id: str
    name: str
    user: str
    scopes: list[str] | None
    ending: str
    state: Literal["active", "expired", "revoked"]
    created_at: dt.datetime
    expires_at: dt.datetime
    last_used_at: dt.datetime | None
    revoked_at: dt.datetime | None


class UnapplyBody(TypedDict):
    amount: NotRequired[Amount | None]
    date: NotRequired[dt.date | None]
    reason: str


class Undone(TypedDict):
    """What a matching took back of an application."""

    application: str
    amount: Decimal
    date: dt.date


class Unmatched(TypedDict):
    customer: str
    customer_code: str
    customer_name: str
    currency: str
    document: str
    kind: str
    number: str
    date: dt.date
    received: Decimal
    unmatched: Decimal


class UserInput(TypedDict):
    """Which role somebody has, and for which entities."""

    role: str
    entities: NotRequired[abc.Sequence[str]]
    email: str
    name: NotRequired[str | None]
    language: NotRequired[Literal["en", "fr"] | None]


class User(TypedDict):
    id: str
    email: str
    name: str
    language: str
    role: str
    role_code: str
    entities: list[EntityReference]
    active: bool
    warnings: list[Warning]


class Warning(TypedDict):
    code: str
    rights: list[str]
    why: str


class WebhookInput(TypedDict):
    name: str
    url: str
    kinds: NotRequired[
        abc.Sequence[
            Literal[
                "customer.added",
                "invoice.posted",
                "invoice.reversed",
                "adjustment.posted",
                "adjustment.reversed",
                "advance.posted",
                "advance.reversed",
                "payment.posted",
                "payment.reversed",
                "refund.posted",
                "refund.voided",
                "deposit.posted",
                "deposit.reversed",
                "matching.posted",
                "matching.undone",
                "application.posted",
            ]
        ]
        | None
    ]


class Webhook(TypedDict):
    id: str
    name: str
    url: str
    kinds: list[str] | None
    active: bool
    created_at: dt.datetime
    previous_secret_until: dt.datetime | None


class WriteOffBody(TypedDict):
    """Writing a remainder off: so much, on which day, and why."""

    amount: Amount
    date: dt.date
    reason: str


class WrittenOff(TypedDict):
    """A charge of which a remainder was written off, by the adjustment ``write_off``."""

    id: str
    kind: Literal["invoice", "adjustment", "advance", "payment", "refund", "deposit", "matching"]
    number: str | None
    state: Literal["draft", "posted", "reversed", "reversal", "voided"]
    settlement: (
        Literal["open", "selected", "partially_paid", "paid", "available", "partially_applied", "applied"]
        | None
    )
    mark: Literal["none", "partial", "complete", "complete_future"]
    customer: str | None
    customer_code: str | None
    customer_name: str | None
    currency: str
    exchange_rate: Decimal
    date: dt.date
    gl_date: dt.date | None
    due_date: dt.date | None
    term: str | None
    term_code: str | None
    entity: str | None
    entity_code: str | None
    total: Decimal
    open_amount: Decimal
    open_charges: Decimal
    open_credits: Decimal
    reserved_amount: Decimal
    match_code: str
    summary: str | None
    summary_title: str | None
    reference: str
    description: str
    bill_to: str
    reason: str
    reverses: str | None
    reversal: str | None
    lines: list[Line]
    applications: list[Application]
    created_at: dt.datetime
    updated_at: dt.datetime
    posted_at: dt.datetime | None
    version: int
    notices: NotRequired[list[Notice]]
    write_off: str


class AccountsListQuery(TypedDict):
    """Parameters of list."""

    active: NotRequired[bool | None]
    code: NotRequired[str | None]
    kind: NotRequired[
        Literal[
            "receivable",
            "advances",
            "overpayments",
            "revenue",
            "tax",
            "bank",
            "undeposited",
            "discount",
            "write_off",
            "exchange",
            "opening",
        ]
        | None
    ]
    limit: NotRequired[int | None]
    ordering: NotRequired[Literal["code", "-code", "name", "-name"] | None]
    q: NotRequired[str | None]


class AdjustmentsListQuery(TypedDict):
    """Parameters of list."""

    currency: NotRequired[str | None]
    customer: NotRequired[str | None]
    date_from: NotRequired[dt.date | None]
    date_to: NotRequired[dt.date | None]
    due_from: NotRequired[dt.date | None]
    due_to: NotRequired[dt.date | None]
    entity: NotRequired[str | None]
    limit: NotRequired[int | None]
    location: NotRequired[str | None]
    mark: NotRequired[Literal["none", "partial", "complete", "complete_future"] | None]
    match_code: NotRequired[str | None]
    number: NotRequired[str | None]
    ordering: NotRequired[Literal["date", "-date", "number", "-number", "total", "-total"] | None]
    q: NotRequired[str | None]
    settlement: NotRequired[
        Literal["open", "selected", "partially_paid", "paid", "available", "partially_applied", "applied"]
        | None
    ]
    state: NotRequired[Literal["draft", "posted", "reversed", "reversal", "voided"] | None]
    summary: NotRequired[str | None]


class AdvancesListQuery(TypedDict):
    """Parameters of list."""

    currency: NotRequired[str | None]
    customer: NotRequired[str | None]
    date_from: NotRequired[dt.date | None]
    date_to: NotRequired[dt.date | None]
    due_from: NotRequired[dt.date | None]
    due_to: NotRequired[dt.date | None]
    entity: NotRequired[str | None]
    limit: NotRequired[int | None]
    location: NotRequired[str | None]
    mark: NotRequired[Literal["none", "partial", "complete", "complete_future"] | None]
    match_code: NotRequired[str | None]
    number: NotRequired[str | None]
    ordering: NotRequired[Literal["date", "-date", "number", "-number", "total", "-total"] | None]
    q: NotRequired[str | None]
    settlement: NotRequired[
        Literal["open", "selected", "partially_paid", "paid", "available", "partially_applied", "applied"]
        | None
    ]
    state: NotRequired[Literal["draft", "posted", "reversed", "reversal", "voided"] | None]
    summary: NotRequired[str | None]


class ApplicationsListQuery(TypedDict):
    """Parameters of list."""

    charge: NotRequired[str | None]
    credit: NotRequired[str | None]
    customer: NotRequired[str | None]
    date_from: NotRequired[dt.date | None]
    date_to: NotRequired[dt.date | None]
    document: NotRequired[str | None]
    entity: NotRequired[str | None]
    in_force: NotRequired[bool | None]
    limit: NotRequired[int | None]
    match_code: NotRequired[str | None]
    ordering: NotRequired[Literal["date", "-date"] | None]


class BankAccountsListQuery(TypedDict):
    """Parameters of list."""

    active: NotRequired[bool | None]
    code: NotRequired[str | None]
    limit: NotRequired[int | None]
    ordering: NotRequired[Literal["code", "-code", "name", "-name"] | None]
    q: NotRequired[str | None]


class CreditsListQuery(TypedDict):
    """Parameters of list."""

    currency: NotRequired[str | None]
    customer: NotRequired[str | None]
    date_from: NotRequired[dt.date | None]
    date_to: NotRequired[dt.date | None]
    entity: NotRequired[str | None]
    kind: NotRequired[Literal["inline", "advance", "overpayment", "negative_invoice", "adjustment"] | None]
    limit: NotRequired[int | None]
    number: NotRequired[str | None]
    ordering: NotRequired[Literal["date", "-date", "number", "-number"] | None]
    refundable: NotRequired[bool | None]


class CustomersListQuery(TypedDict):
    """Parameters of list."""

    active: NotRequired[bool | None]
    code: NotRequired[str | None]
    currency: NotRequired[str | None]
    entity: NotRequired[str | None]
    limit: NotRequired[int | None]
    ordering: NotRequired[Literal["code", "-code", "name", "-name"] | None]
    parent: NotRequired[str | None]
    q: NotRequired[str | None]


class DepositsListQuery(TypedDict):
    """Parameters of list."""

    currency: NotRequired[str | None]
    customer: NotRequired[str | None]
    date_from: NotRequired[dt.date | None]
    date_to: NotRequired[dt.date | None]
    due_from: NotRequired[dt.date | None]
    due_to: NotRequired[dt.date | None]
    entity: NotRequired[str | None]
    limit: NotRequired[int | None]
    location: NotRequired[str | None]
    mark: NotRequired[Literal["none", "partial", "complete", "complete_future"] | None]
    match_code: NotRequired[str | None]
    number: NotRequired[str | None]
    ordering: NotRequired[Literal["date", "-date", "number", "-number", "total", "-total"] | None]
    q: NotRequired[str | None]
    settlement: NotRequired[
        Literal["open", "selected", "partially_paid", "paid", "available", "partially_applied", "applied"]
        | None
    ]
    state: NotRequired[Literal["draft", "posted", "reversed", "reversal", "voided"] | None]
    summary: NotRequired[str | None]


class EntitiesListQuery(TypedDict):
    """Parameters of list."""

    active: NotRequired[bool | None]
    code: NotRequired[str | None]
    limit: NotRequired[int | None]
    ordering: NotRequired[Literal["code", "-code", "name", "-name"] | None]
    q: NotRequired[str | None]


class EventsShowQuery(TypedDict):
    """Parameters of show."""

    after: NotRequired[str | None]
    limit: NotRequired[int | None]
    type: NotRequired[str | None]


class ExportsListQuery(TypedDict):
    """Parameters of list."""

    limit: NotRequired[int | None]
    ordering: NotRequired[Literal["created_at", "-created_at"] | None]


class ImportsListQuery(TypedDict):
    """Parameters of list."""

    limit: NotRequired[int | None]
    ordering: NotRequired[Literal["created_at", "-created_at"] | None]
    sha256: NotRequired[str | None]
    state: NotRequired[
        Literal["uploaded", "checking", "checked", "committing", "committed", "failed", "cancelled"] | None
    ]
    type: NotRequired[
        Literal["customers", "invoices", "adjustments", "advances", "payments", "refunds", "opening_balances"]
        | None
    ]


class ImportsErrorsQuery(TypedDict):
    """Parameters of errors."""

    limit: NotRequired[int | None]
    ordering: NotRequired[Literal["row", "-row"] | None]


class InvoicesListQuery(TypedDict):
    """Parameters of list."""

    currency: NotRequired[str | None]
    customer: NotRequired[str | None]
    date_from: NotRequired[dt.date | None]
    date_to: NotRequired[dt.date | None]
    due_from: NotRequired[dt.date | None]
    due_to: NotRequired[dt.date | None]
    entity: NotRequired[str | None]
    limit: NotRequired[int | None]
    location: NotRequired[str | None]
    mark: NotRequired[Literal["none", "partial", "complete", "complete_future"] | None]
    match_code: NotRequired[str | None]
    number: NotRequired[str | None]
    ordering: NotRequired[
        Literal["date", "-date", "number", "-number", "total", "-total", "due_date", "-due_date"] | None
    ]
    q: NotRequired[str | None]
    settlement: NotRequired[
        Literal["open", "selected", "partially_paid", "paid", "available", "partially_applied", "applied"]
        | None
    ]
    state: NotRequired[Literal["draft", "posted", "reversed", "reversal", "voided"] | None]
    summary: NotRequired[str | None]


class JournalsListQuery(TypedDict):
    """Parameters of list."""

    active: NotRequired[bool | None]
    code: NotRequired[str | None]
    limit: NotRequired[int | None]
    ordering: NotRequired[Literal["code", "-code", "name", "-name"] | None]
    q: NotRequired[str | None]


class LocationsListQuery(TypedDict):
    """Parameters of list."""

    active: NotRequired[bool | None]
    code: NotRequired[str | None]
    limit: NotRequired[int | None]
    ordering: NotRequired[Literal["code", "-code", "name", "-name"] | None]
    q: NotRequired[str | None]


class NumberSequencesListQuery(TypedDict):
    """Parameters of list."""

    active: NotRequired[bool | None]
    code: NotRequired[str | None]
    limit: NotRequired[int | None]
    ordering: NotRequired[Literal["code", "-code", "name", "-name"] | None]
    q: NotRequired[str | None]


class PaymentsListQuery(TypedDict):
    """Parameters of list."""

    currency: NotRequired[str | None]
    customer: NotRequired[str | None]
    date_from: NotRequired[dt.date | None]
    date_to: NotRequired[dt.date | None]
    due_from: NotRequired[dt.date | None]
    due_to: NotRequired[dt.date | None]
    entity: NotRequired[str | None]
    limit: NotRequired[int | None]
    location: NotRequired[str | None]
    mark: NotRequired[Literal["none", "partial", "complete", "complete_future"] | None]
    match_code: NotRequired[str | None]
    number: NotRequired[str | None]
    ordering: NotRequired[Literal["date", "-date", "number", "-number", "total", "-total"] | None]
    q: NotRequired[str | None]
    settlement: NotRequired[
        Literal["open", "selected", "partially_paid", "paid", "available", "partially_applied", "applied"]
        | None
    ]
    state: NotRequired[Literal["draft", "posted", "reversed", "reversal", "voided"] | None]
    summary: NotRequired[str | None]


class RefundsListQuery(TypedDict):
    """Parameters of list."""

    currency: NotRequired[str | None]
    customer: NotRequired[str | None]
    date_from: NotRequired[dt.date | None]
    date_to: NotRequired[dt.date | None]
    due_from: NotRequired[dt.date | None]
    due_to: NotRequired[dt.date | None]
    entity: NotRequired[str | None]
    limit: NotRequired[int | None]
    location: NotRequired[str | None]
    mark: NotRequired[Literal["none", "partial", "complete", "complete_future"] | None]
    match_code: NotRequired[str | None]
    number: NotRequired[str | None]
    ordering: NotRequired[Literal["date", "-date", "number", "-number", "total", "-total"] | None]
    q: NotRequired[str | None]
    settlement: NotRequired[
        Literal["open", "selected", "partially_paid", "paid", "available", "partially_applied", "applied"]
        | None
    ]
    state: NotRequired[Literal["draft", "posted", "reversed", "reversal", "voided"] | None]
    summary: NotRequired[str | None]


class ReportsAgeingQuery(TypedDict):
    """Parameters of ageing."""

    as_of: NotRequired[dt.date | None]
    basis: NotRequired[Literal["due", "document", "gl"] | None]
    buckets: NotRequired[str | None]
    customer: NotRequired[str | None]
    entity: NotRequired[str | None]


class ReportsLedgerQuery(TypedDict):
    """Parameters of ledger."""

    as_at: NotRequired[dt.date | None]
    currency: NotRequired[str | None]
    customer: NotRequired[str | None]
    customer_from: NotRequired[str | None]
    customer_to: NotRequired[str | None]
    entity: NotRequired[str | None]
    from_: NotRequired[dt.date | None]
    include_all: NotRequired[bool | None]
    include_zero_with_activity: NotRequired[bool | None]
    known_on: NotRequired[dt.datetime | None]
    location: NotRequired[str | None]
    match_code: NotRequired[str | None]
    matches: NotRequired[str | None]
    to: NotRequired[dt.date | None]


class ReportsPaymentsByItemQuery(TypedDict):
    """Parameters of payments_by_item."""

    account: NotRequired[str | None]
    currency: NotRequired[str | None]
    customer_from: NotRequired[str | None]
    customer_to: NotRequired[str | None]
    entity: NotRequired[str | None]
    from_: NotRequired[dt.date | None]
    item: NotRequired[str | None]
    known_on: NotRequired[dt.datetime | None]
    limit: NotRequired[int | None]
    location: NotRequired[str | None]
    to: NotRequired[dt.date | None]


class ReportsProofQuery(TypedDict):
    """Parameters of proof."""

    as_of: NotRequired[dt.date | None]
    customer_from: NotRequired[str | None]
    customer_to: NotRequired[str | None]


class ReportsReconciliationQuery(TypedDict):
    """Parameters of reconciliation."""

    as_at: NotRequired[dt.date | None]
    currency: NotRequired[str | None]
    customer: NotRequired[str | None]
    customer_from: NotRequired[str | None]
    customer_to: NotRequired[str | None]
    entity: NotRequired[str | None]
    from_: NotRequired[dt.date | None]
    include_all: NotRequired[bool | None]
    include_zero_with_activity: NotRequired[bool | None]
    known_on: NotRequired[dt.datetime | None]
    limit: NotRequired[int | None]
    location: NotRequired[str | None]
    match_code: NotRequired[str | None]
    matches: NotRequired[str | None]
    sort: NotRequired[Literal["customer", "invoice", "match_code"] | None]
    to: NotRequired[dt.date | None]


class ReportsStatementQuery(TypedDict):
    """Parameters of statement."""

    customer: str
    entity: NotRequired[str | None]
    from_: NotRequired[dt.date | None]
    to: NotRequired[dt.date | None]
    type: NotRequired[Literal["open_items", "balance_forward"] | None]


class RolesListQuery(TypedDict):
    """Parameters of list."""

    limit: NotRequired[int | None]
    ordering: NotRequired[Literal["code", "-code"] | None]


class SummariesListQuery(TypedDict):
    """Parameters of list."""

    automatic: NotRequired[bool | None]
    entity: NotRequired[str | None]
    gl_date_from: NotRequired[dt.date | None]
    gl_date_to: NotRequired[dt.date | None]
    limit: NotRequired[int | None]
    ordering: NotRequired[Literal["created", "-created"] | None]
    state: NotRequired[Literal["open", "closed"] | None]
    type: NotRequired[
        Literal["invoices", "adjustments", "deposits", "payments", "advances", "refunds"] | None
    ]


class TermsListQuery(TypedDict):
    """Parameters of list."""

    active: NotRequired[bool | None]
    code: NotRequired[str | None]
    limit: NotRequired[int | None]
    ordering: NotRequired[Literal["code", "-code", "name", "-name"] | None]
    q: NotRequired[str | None]


class TokensListQuery(TypedDict):
    """Parameters of list."""

    limit: NotRequired[int | None]
    ordering: NotRequired[Literal["created", "-created"] | None]


class UsersListQuery(TypedDict):
    """Parameters of list."""

    active: NotRequired[bool | None]
    limit: NotRequired[int | None]
    ordering: NotRequired[Literal["email", "-email", "name", "-name"] | None]
    q: NotRequired[str | None]
    role: NotRequired[str | None]


class WebhooksListQuery(TypedDict):
    """Parameters of list."""

    limit: NotRequired[int | None]
    ordering: NotRequired[Literal["created", "-created"] | None]


class WebhooksDeliveriesQuery(TypedDict):
    """Parameters of deliveries."""

    limit: NotRequired[int | None]
    ordering: NotRequired[Literal["created", "-created"] | None]
    state: NotRequired[Literal["pending", "delivered", "failed"] | None]
