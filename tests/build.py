"""Builders for tests: they go through the services, as the product does, and never through the tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import connection, transaction

from arledger.companies.models import BankAccount, Company, Configuration, NumberSequence, Term, User
from arledger.companies.selectors import settings_of, system_actor
from arledger.companies.services import add_member, add_user, change_configuration, found_company
from arledger.core.actor import Actor
from arledger.core.scope import company_scope
from credits.inputs import AdvanceInput
from credits.services import adjustments, advances
from customers import services as customers
from customers.services import CustomerInput
from deposits import services as deposits
from deposits.inputs import DepositInput
from invoices import services as invoices
from ledger.entering import DocumentInput, LineInput
from ledger.models import Document, Line
from payments import services as payments
from payments.inputs import PartInput, PaymentInput
from reconciliation import matching
from reconciliation.applying import Match
from reconciliation.figures import Figures, document_figures, entries, line_opens
from reconciliation.matching import Undo
from reconciliation.plans import CreditUse, Plan
from reconciliation.using import use_credits
from refunds import services as refunds
from refunds.inputs import CreditChoice, RefundInput
from tests.servers import ROLLED_BACK

AT = datetime(2026, 3, 15, 12, tzinfo=UTC)
TODAY = date(2026, 3, 15)
_numbers = count(1)
Amount = Decimal | int | str


def money(value: Amount) -> Decimal:
    return Decimal(value)


def uses(credits: Sequence[int | CreditUse]) -> list[CreditUse]:
    return [CreditUse(document=use) if isinstance(use, int) else use for use in credits]


@dataclass
class Books:
    """A company with an acting person; made by ``books()``, which also opens its scope."""

    company: Company
    actor: Actor
    customer: int = 0
    bank: int = 0
    names: dict[str, int] = field(default_factory=dict)

    def at(self, instant: datetime) -> Books:
        return replace(self, actor=replace(self.actor, at=instant))

    def limited_to(self, rights: Iterable[str]) -> Books:
        """The same books in the hands of somebody with these rights."""
        return replace(self, actor=replace(self.actor, rights=frozenset(rights)))

    def configure(self, **changes: object) -> None:
        row = Configuration.objects.get(company=self.company)
        change_configuration(actor=self.actor, changes=changes, version=row.version)

    def add_customer(self, name: str = "Acme", currency: str | None = None, **more: object) -> int:
        entered = CustomerInput(
            name=name,
            currency=currency or self.company.base_currency,
            **{"term_id": self.term("NET30"), **more},  # type: ignore[arg-type]
        )
        return customers.enter(actor=self.actor, customers=[entered])[0]

    def term(self, code: str) -> int:
        return Term.objects.get(company=self.company, code=code).pk

    def invoice(
        self,
        *amounts: Amount,
        on: date = TODAY,
        due: date | None = None,
        customer: int | None = None,
        post: bool = True,
        currency: str = "",
        **more: object,
    ) -> int:
        entered = DocumentInput(
            customer_id=customer or self.customer,
            date=on,
            due_date=due,
            currency=currency,
            lines=[LineInput(amount=money(amount)) for amount in amounts],
            **more,  # type: ignore[arg-type]
        )
        return invoices.enter(actor=self.actor, invoices=[entered], post=post)[0]

    def receipt(
        self,
        amount: Amount,
        documents: Sequence[int] = (),
        *,
        on: date = TODAY,
        lines: dict[int, Amount] | None = None,
        per_document: dict[int, Amount] | None = None,
        auto: bool = False,
        credits: Sequence[int | CreditUse] = (),
        leave: bool = False,
        customer: int | None = None,
        post: bool = True,
        **more: object,
    ) -> int:
        """Money received; ``credits`` (documents, as much as is needed of them) are used before it.

        What names nothing and is the customer's balance settles it, unless it shall be an overpayment (``leave``).
        """
        part = PartInput(
            customer_id=customer or self.customer,
            amount=money(amount),
            documents=tuple(documents),
            lines={key: money(value) for key, value in (lines or {}).items()},
            per_document={key: money(value) for key, value in (per_document or {}).items()},
            auto=auto,
            credits=uses(credits),
            leave=leave,
        )
        entered = PaymentInput(
            date=on,
            parts=[part],
            **{"method": "transfer", "bank_account_id": self.bank, **more},  # type: ignore[arg-type]
        )
        return payments.receive(actor=self.actor, payments=[entered], post=post)[0]

    def adjustment(
        self,
        *amounts: Amount,
        on: date = TODAY,
        customer: int | None = None,
        post: bool = True,
        **more: object,
    ) -> int:
        """A credit memo (negative amounts) or a debit memo."""
        entered = DocumentInput(
            customer_id=customer or self.customer,
            date=on,
            lines=[LineInput(amount=money(amount)) for amount in amounts],
            **more,  # type: ignore[arg-type]
        )
        return adjustments.enter(actor=self.actor, adjustments=[entered], post=post)[0]

    def advance(
        self,
        amount: Amount,
        *,
        on: date = TODAY,
        customer: int | None = None,
        post: bool = True,
        **more: object,
    ) -> int:
        """Money received before an invoice: a positive amount; unnumbered unless ``number_advances`` was called."""
        entered = AdvanceInput(
            customer_id=customer or self.customer,
            date=on,
            amount=money(amount),
            **{"method": "transfer", "bank_account_id": self.bank, **more},  # type: ignore[arg-type]
        )
        return advances.enter(actor=self.actor, advances=[entered], post=post)[0]

    def refund(
        self,
        credits: dict[int, Amount | None] | int,
        *,
        on: date = TODAY,
        customer: int | None = None,
        post: bool = True,
        **more: object,
    ) -> int:
        """Give credits back: {credit document: amount, None for all of it}, or all of one credit document."""
        return refunds.record(
            actor=self.actor, refunds=[self.refunded(credits, on=on, customer=customer, **more)], post=post
        )[0]

    def refunded(
        self,
        credits: dict[int, Amount | None] | int,
        *,
        on: date = TODAY,
        customer: int | None = None,
        **more: object,
    ) -> RefundInput:
        """A refund as a person enters it."""
        chosen = credits if isinstance(credits, dict) else {credits: None}
        return RefundInput(
            customer_id=customer or self.customer,
            date=on,
            credits=[
                CreditChoice(document=key, amount=None if amount is None else money(amount))
                for key, amount in chosen.items()
            ],
            **{"bank_account_id": self.bank, **more},  # type: ignore[arg-type]
        )

    def number_advances(self) -> None:
        """Switch the numbering of advances on (SPEC 3)."""
        sequence = NumberSequence.objects.get(company=self.company, code="ADV")
        self.configure(advance_sequence=sequence)

    def cash(self, amount: Amount, documents: Sequence[int] = (), **more: Any) -> int:
        """A receipt held in undeposited funds."""
        return self.receipt(amount, documents, **{"method": "check", "bank_account_id": None, **more})

    def deposit(self, *receipts: int, on: date = TODAY, post: bool = True, **more: object) -> int:
        """Receipts out of undeposited funds into the bank account."""
        entered = DepositInput(
            date=on,
            receipts=receipts,
            **{"bank_account_id": self.bank, **more},  # type: ignore[arg-type]
        )
        return deposits.add(actor=self.actor, deposits=[entered], post=post)[0]

    def use(
        self,
        credits: Sequence[int | CreditUse],
        documents: Sequence[int] = (),
        *,
        on: date | None = None,
        oldest_first: bool = False,
        **more: Any,
    ) -> int:
        """Apply credits to charges (all of them with ``auto``); the key of the matching document."""
        plan = Plan(credits=uses(credits), documents=tuple(documents), **more)
        return use_credits(
            actor=self.actor,
            customer=self.customer,
            currency=self.company.base_currency,
            plan=plan,
            on=on,
            oldest_first=oldest_first,
        )

    def match(self, *matches: tuple[int, int, Amount], on: date | None = None) -> int:
        """Match (charge line, credit line, amount) by hand; the key of the matching document."""
        made = [Match(charge, credit, money(amount)) for charge, credit, amount in matches]
        return matching.match(actor=self.actor, matches=made, on=on)

    def unapply(self, *applications: int, amount: Amount | None = None, on: date | None = None) -> int:
        """Take back applications, or ``amount`` of the one; the key of the matching document."""
        undos = [Undo(key, None if amount is None else money(amount)) for key in applications]
        return matching.unapply(actor=self.actor, undos=undos, reason="by mistake", on=on)

    def applications(self, document: int) -> list[int]:
        """The applications in force on a document, oldest first."""
        found = entries(company_id=self.company.pk, ids=[document], day=TODAY)
        return sorted({entry.application for entry in found})

    def reverse(self, document: int, on: date = TODAY) -> int:
        """Reverse a posted document, or void a refund; the key of its mirror."""
        if self.document(document).kind == "refund":
            return refunds.void(actor=self.actor, ids=[document], on=on, reason="wrong")[0]
        verbs: Any = {
            "invoice": invoices,
            "adjustment": adjustments,
            "advance": advances,
            "payment": payments,
        }[self.document(document).kind]
        return verbs.reverse(actor=self.actor, ids=[document], on=on, reason="wrong")[0]

    def figures(self, document: int, on: date = TODAY) -> Figures:
        return document_figures(company_id=self.company.pk, ids=[document], day=on)[document]

    def state(self, document: int, on: date = TODAY) -> tuple[Any, ...]:
        """(open amount, settlement, mark, match code) as of a day."""
        figures = self.figures(document, on)
        return figures.open_amount, figures.settlement, figures.mark, figures.match_code

    def open(self, document: int, on: date = TODAY) -> Decimal:
        return self.figures(document, on).open_amount

    def code(self, document: int, on: date = TODAY) -> str:
        return self.figures(document, on).match_code

    def open_lines(self, document: int, on: date = TODAY) -> list[Decimal]:
        opens = line_opens(company_id=self.company.pk, ids=[document], day=on)
        lines = Line.objects.filter(company=self.company, document=document).order_by("position")
        return [opens[line.pk][0] for line in lines]

    def line_codes(self, document: int, on: date = TODAY) -> list[str]:
        """The match codes each line shows, in the order of its matches."""
        codes: dict[int, dict[str, None]] = {}
        for entry in entries(company_id=self.company.pk, ids=[document], day=on):
            codes.setdefault(entry.line, {}).update(dict.fromkeys(entry.codes))
        lines = Line.objects.filter(company=self.company, document=document).order_by("position")
        return [" ".join(codes.get(line.pk, ())) for line in lines]

    def line(self, document: int, position: int = 1) -> int:
        return Line.objects.get(company=self.company, document=document, position=position).pk

    def document(self, key: int) -> Document:
        return Document.objects.get(company=self.company, pk=key)


def without_digits(text: str) -> str:
    """Names that differ each time stand on every page: in letters that make up neither an amount nor a word."""
    return text.translate(str.maketrans("0123456789", "bdgjkqvwxz"))


class Ready:
    """Companies made once, for the tests whose writes are rolled back: each finds them as new."""

    made: tuple[Books, ...] = ()
    free: tuple[Books, ...] = ()

    @classmethod
    def make(cls) -> None:
        """Two: many tests look from one company at another."""
        with found() as one, found() as other:
            cls.made = (one, other)

    @classmethod
    def renew(cls) -> None:
        """What was done to them is rolled back."""
        cls.free = cls.made

    @classmethod
    def take(cls) -> Books | None:
        """New books, unless this test has had all or keeps what it writes."""
        name = connection.settings_dict["NAME"]
        if not cls.free or name != ROLLED_BACK or not connection.in_atomic_block:
            return None
        ready, *free = cls.free
        cls.free = tuple(free)
        return replace(ready, company=copy(ready.company), names={})


@contextmanager
def tried() -> Iterator[None]:
    """One of many examples in a test that is rolled back: what it writes is, too, so that the next finds all as new."""
    with transaction.atomic():
        Ready.renew()
        yield
        transaction.set_rollback(True)


@contextmanager
def books(
    currency: str = "EUR", *, reconciliation: bool = True, time_zone: str = "Europe/Paris", code: str = ""
) -> Iterator[Books]:
    """A fresh company with a customer and, unless told otherwise, customer reconciliation switched on."""
    usual = reconciliation and not code and (currency, time_zone) == ("EUR", "Europe/Paris")
    if usual and (ready := Ready.take()):
        with company_scope(ready.company.pk):
            yield ready
        return
    with found(currency, reconciliation=reconciliation, time_zone=time_zone, code=code) as made:
        yield made


@contextmanager
def found(
    currency: str = "EUR", *, reconciliation: bool = True, time_zone: str = "Europe/Paris", code: str = ""
) -> Iterator[Books]:
    """The same, made now."""
    code = code or f"t{without_digits(f'{next(_numbers)}-{datetime.now(UTC):%H%M%S%f}')}"
    company = found_company(
        code=code, name=f"Test {code}", base_currency=currency, time_zone=time_zone, at=AT
    )
    actor = system_actor(company, at=AT, source="test")
    with company_scope(company.pk):
        made = Books(company=company, actor=actor)
        if reconciliation:
            made.configure(reconciliation_enabled=True)
        made.customer = made.add_customer()
        made.bank = BankAccount.objects.get(company=company, code="BANK").pk
        yield made


def person(
    made: Books, role: str = "administrator", *, language: str = "en", password: str = "secret-1234"
) -> User:
    """A user with a role in the company of ``made``."""
    email = f"{role}-{without_digits(str(next(_numbers)))}-{made.company.code}@example.com"
    user = add_user(email=email, password=password, name=role.title(), language=language)
    add_member(actor=made.actor, user=user, role_code=role)
    return user


def match_sequence(made: Books) -> NumberSequence:
    return settings_of(made.company.pk).row.match_sequence
