"""What is entered as an invoice, an adjustment or an advance, and its check against the company's books."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from datetime import date as Day
from decimal import Decimal

from arledger.companies.models import Account, BankAccount, Entity, Location, Term
from arledger.companies.selectors import Settings, within_reach
from arledger.companies.terms import due_date
from arledger.core.actor import Actor
from arledger.core.errors import NotFound, Refusal, refuse
from arledger.core.money import check_amount, decimals
from arledger.core.text import clean_text
from customers.models import Customer
from ledger.banking import banks_named, money_account
from ledger.drafts import NewDocument, NewLine
from ledger.errors import (
    AccountIsControl,
    DueBeforeDate,
    DueMissing,
    NoLines,
    ServicePeriod,
    UnknownAccount,
    UnknownMethod,
    UnknownReference,
)
from ledger.models import Kind, Method
from ledger.rates import exchange_rate


@dataclass(frozen=True, kw_only=True, slots=True)
class LineInput:
    """A line: ``amount`` signed in the document's currency; no account means the company's revenue account.

    ``cash_basis_tax`` None: as the company's setting says, for a line with a tax (docs/adr/0053).
    """

    amount: Decimal
    account_id: int | None = None
    description: str = ""
    location_id: int | None = None
    tax_code: str = ""
    tax_amount: Decimal = Decimal(0)
    cash_basis_tax: bool | None = None
    tax_receipt_eligible: bool = False
    service_start: Day | None = None
    service_end: Day | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentInput:
    """A document as entered. Due date from the term (own, else the customer's) unless given; ``number`` only
    when it was given elsewhere (imports); an empty currency means the customer's.

    ``opening`` marks an open item of a former system: its GL date stands, whether or not the company keeps one apart.
    ``summary_id`` is an open summary of a user, where the frequency of the type asks for one (SPEC 13).
    ``reason`` is for adjustments; ``method`` and ``bank_account_id`` (None: undeposited funds) for advances, whose
    lines have negative amounts and no account of their own.
    """

    customer_id: int
    date: Day
    lines: Sequence[LineInput]
    due_date: Day | None = None
    term_id: int | None = None
    gl_date: Day | None = None
    currency: str = ""
    exchange_rate: Decimal = Decimal(1)
    entity_id: int | None = None
    reference: str = ""
    description: str = ""
    bill_to: str = ""
    reason: str = ""
    method: str = ""
    bank_account_id: int | None = None
    summary_id: int | None = None
    number: str | None = None
    opening: bool = False


@dataclass(frozen=True)
class _Books:
    """What entered keys may refer to; read once for all invoices of a call."""

    customers: Mapping[int, Customer]
    terms: dict[int, Term]
    accounts: Mapping[int, Account]
    locations: frozenset[int]
    entities: frozenset[int]
    banks: Mapping[int, BankAccount]
    cash_basis_tax: bool


def prepare(
    *,
    actor: Actor,
    settings: Settings,
    kind: Kind,
    entered: Sequence[DocumentInput],
    customers: Mapping[int, Customer],
) -> list[NewDocument]:
    """Check documents of a kind and turn them into drafts to write, with a constant number of queries.

    ``customers`` are those the person may use, with their terms.

    Raises Refusals with one entry per document at fault (its ``row``), or the single refusal itself.
    """
    books = _books(actor, settings, entered, customers)
    drafts: list[NewDocument] = []
    errors: list[Refusal] = []
    for row, one in enumerate(entered):
        try:
            drafts.append(_draft(settings, books, kind, one))
        except Refusal as error:
            error.row = row
            errors.append(error)
    refuse(errors)
    return drafts


def _books(
    actor: Actor, settings: Settings, documents: Sequence[DocumentInput], customers: Mapping[int, Customer]
) -> _Books:
    company = actor.company_id
    lines = [line for entered in documents for line in entered.lines]
    accounts = {line.account_id for line in lines if line.account_id}
    locations = {line.location_id for line in lines if line.location_id}
    entities = {entered.entity_id for entered in documents if entered.entity_id}
    usual = {c.term.pk: c.term for c in customers.values() if c.term is not None}
    named = {entered.term_id for entered in documents if entered.term_id is not None}
    other = named - usual.keys()
    asked = Term.objects.filter(company_id=company, pk__in=other) if other else ()
    return _Books(
        customers=customers,
        terms=usual | {term.pk: term for term in asked},
        accounts=_accounts_named(actor, accounts),
        locations=_active(actor, Location, locations),
        entities=_active(actor, Entity, entities),
        banks=banks_named(
            company_id=company,
            ids=(entered.bank_account_id for entered in documents),
            entities=actor.entities,
        ),
        cash_basis_tax=settings.row.cash_basis_tax,
    )


def _accounts_named(actor: Actor, keys: set[int]) -> Mapping[int, Account]:
    """Those of the accounts that are in use and that the person may see."""
    return within_reach(actor, Account).filter(active=True).in_bulk(keys) if keys else {}


def _active(actor: Actor, model: type[Location] | type[Entity], keys: set[int]) -> frozenset[int]:
    """Those of the keys that are in use and that the person may see."""
    if not keys:
        return frozenset()
    found = within_reach(actor, model).filter(pk__in=keys, active=True)
    return frozenset(found.values_list("pk", flat=True))


def _draft(settings: Settings, books: _Books, kind: Kind, entered: DocumentInput) -> NewDocument:
    customer = books.customers.get(entered.customer_id)
    if customer is None:
        raise NotFound(field="customer")
    currency = entered.currency or customer.currency
    decimals(currency)
    if not entered.lines:
        raise NoLines(field="lines")
    if entered.entity_id is not None and entered.entity_id not in books.entities:
        raise UnknownReference(field="entity")
    term_id = entered.term_id or (customer.term_id if entered.due_date is None else None)
    if kind == Kind.ADVANCE and entered.method not in Method.values:
        raise UnknownMethod(field="method")
    own, control = _accounts(settings, books, kind, entered, currency)
    return NewDocument(
        kind=kind,
        customer_id=customer.pk,
        currency=currency,
        exchange_rate=exchange_rate(settings, currency, entered.exchange_rate),
        date=entered.date,
        gl_date=entered.gl_date if settings.row.separate_gl_date or entered.opening else None,
        due_date=_due(books, kind, entered, term_id),
        term_id=None if kind == Kind.ADVANCE else term_id,
        entity_id=entered.entity_id,
        summary_id=entered.summary_id,
        number=clean_text(entered.number, 60, required=True, field="number") if entered.number else None,
        reference=clean_text(entered.reference, 100, field="reference"),
        description=clean_text(entered.description, 500, field="description"),
        bill_to=clean_text(entered.bill_to, 1000, multiline=True, field="bill_to"),
        reason=clean_text(entered.reason, 500, field="reason"),
        method=entered.method if kind == Kind.ADVANCE else "",
        bank_account_id=entered.bank_account_id if kind == Kind.ADVANCE else None,
        lines=[
            _line(books, customer.pk, currency, line, index, own=own, control=control)
            for index, line in enumerate(entered.lines)
        ],
    )


def _accounts(
    settings: Settings, books: _Books, kind: Kind, entered: DocumentInput, currency: str
) -> tuple[int, int]:
    """The account of lines that name none, and the customer's control account (SPEC 16)."""
    if kind == Kind.ADVANCE:
        own = money_account(settings, books.banks, entered.bank_account_id, currency)
        return own, settings.row.advances_account_id
    return settings.row.revenue_account_id, settings.row.receivable_account_id


def _due(books: _Books, kind: Kind, entered: DocumentInput, term_id: int | None) -> date | None:
    """The due date: an invoice must have one, an adjustment may, an advance is due on no day."""
    if kind == Kind.ADVANCE:
        return None
    if entered.due_date is None:
        if term_id is None and kind == Kind.ADJUSTMENT:
            return None
        if term_id is None:
            raise DueMissing(field="due_date")
        if term_id not in books.terms:
            raise UnknownReference(field="term")
        term = books.terms[term_id]
        return due_date(entered.date, term.net_days, term.end_of_month)
    if entered.due_date < entered.date:
        raise DueBeforeDate(field="due_date", due=entered.due_date, date=entered.date)
    if entered.term_id and entered.term_id not in books.terms:
        raise UnknownReference(field="term")
    return entered.due_date


def _line(
    books: _Books,
    customer_id: int,
    currency: str,
    line: LineInput,
    index: int,
    *,
    own: int,
    control: int,
) -> NewLine:
    prefix = f"lines.{index}."
    if line.account_id:
        _check_account(books.accounts.get(line.account_id), prefix + "account")
    if line.location_id and line.location_id not in books.locations:
        raise UnknownReference(field=prefix + "location")
    if line.service_start and line.service_end and line.service_end < line.service_start:
        raise ServicePeriod(
            field=prefix + "service_end",
            start=line.service_start,
            end=line.service_end,
        )
    return NewLine(
        customer_id=customer_id,
        amount=check_amount(line.amount, currency, field=prefix + "amount"),
        account_id=line.account_id or own,
        control_account_id=control,
        description=clean_text(line.description, 500, field=prefix + "description"),
        location_id=line.location_id,
        tax_code=clean_text(line.tax_code, 20, field=prefix + "tax_code"),
        tax_amount=check_amount(line.tax_amount, currency, field=prefix + "tax_amount"),
        cash_basis_tax=_cash_basis(books.cash_basis_tax, line),
        tax_receipt_eligible=line.tax_receipt_eligible,
        service_start=line.service_start,
        service_end=line.service_end,
    )


def _check_account(account: Account | None, field: str) -> None:
    """Raises UnknownAccount, or AccountIsControl: what a line books against is no control account (SPEC 16)."""
    if account is None:
        raise UnknownAccount(field=field)
    if account.kind in Account.CONTROL:
        raise AccountIsControl(field=field, account=account.code, kind=account.get_kind_display())


def _cash_basis(by_default: bool, line: LineInput) -> bool:
    """What the line says; saying nothing, a line with a tax is as the company captures taxes (SPEC 3)."""
    if line.cash_basis_tax is not None:
        return line.cash_basis_tax
    return by_default and bool(line.tax_code.strip() or line.tax_amount)
