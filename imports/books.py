"""What the codes in a file stand for: read once per file, customers and documents as they are named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from arledger.companies.models import Account, BankAccount, Coded, Entity, Location, Term
from arledger.companies.selectors import Settings, settings_of, within_reach
from arledger.core.actor import Actor
from arledger.core.errors import Refusal
from customers.models import Customer
from customers.selectors import visible
from ledger.errors import CustomerInactive
from ledger.models import Document, Kind
from ledger.posting import require_open_period
from reconciliation.selectors import documents
from summaries.models import TYPE_OF_KIND, Summary
from summaries.selectors import visible as visible_summaries


@dataclass(frozen=True, slots=True)
class Party:
    """A customer as a file needs him: little enough to keep a hundred thousand of them."""

    key: int
    currency: str
    name: str
    active: bool


@dataclass(frozen=True, slots=True)
class Charge:
    """An invoice that a receipt may pay."""

    key: int
    customer: int
    posted: bool


class Books:
    """The codes of one company. ``settings`` are those in force when the import began."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.settings: Settings = settings_of(actor.company_id)
        self.terms = self._codes(Term)
        self.accounts = self._codes(Account)
        self.banks = self._codes(BankAccount)
        self.locations = self._codes(Location)
        self.entities = self._codes(Entity)
        self.parties: dict[str, Party] = {}
        self._summaries: dict[Kind, dict[str, int | None]] = {}
        self._closed_summaries: dict[Kind, frozenset[str]] = {}

    @cached_property
    def account_kinds(self) -> dict[int, str]:
        found = Account.objects.filter(company_id=self.actor.company_id, active=True)
        return dict(found.order_by("code").values_list("pk", "kind"))

    def _codes(self, model: type[Coded]) -> dict[str, int]:
        """Those in use that the person may see."""
        return dict(within_reach(self.actor, model).filter(active=True).values_list("code", "pk"))

    def meet(self, codes: Iterable[str]) -> None:
        """Have the customers with these codes in ``parties``, those that exist and the person may see."""
        wanted = set(codes) - self.parties.keys()
        if not wanted:
            return
        found = visible(self.actor).filter(code__in=wanted)
        for key, code, name, currency, active in found.values_list(
            "pk", "code", "name", "currency", "active"
        ):
            self.parties[code] = Party(key, currency, f"{code} {name}", active)

    def taken_codes(self, codes: Iterable[str]) -> set[str]:
        """Those of the codes that some customer of the company has, seen or not."""
        found = Customer.objects.filter(company_id=self.actor.company_id, code__in=set(codes))
        return set(found.values_list("code", flat=True))

    def taken_numbers(self, kind: Kind, numbers: Iterable[str]) -> set[str]:
        found = Document.objects.filter(company_id=self.actor.company_id, kind=kind, number__in=set(numbers))
        return {number for number in found.values_list("number", flat=True) if number}

    def charges(self, numbers: Iterable[str]) -> dict[str, Charge]:
        """The invoices with these numbers that the person may see; where there is none, the debit memos."""
        found = documents(self.actor).filter(
            kind__in=[Kind.INVOICE, Kind.ADJUSTMENT],
            number__in=set(numbers),
        )
        return {
            str(number): Charge(key, customer, state == Document.State.POSTED)
            for number, key, customer, state in found.order_by("kind").values_list(
                "number", "pk", "customer_id", "state"
            )
        }

    def summaries(self, kind: Kind) -> dict[str, int | None]:
        """The open summaries that people made for a kind of documents, by title; read once.

        None for a title that several have.
        """
        if kind not in self._summaries:
            type = TYPE_OF_KIND[kind]
            found = visible_summaries(self.actor).filter(type=type, automatic=False, state=Summary.State.OPEN)
            by_title: dict[str, int | None] = {}
            for title, key in found.order_by("pk").values_list("title", "pk"):
                by_title[title] = None if title in by_title else key
            self._summaries[kind] = by_title
        return self._summaries[kind]

    def is_closed_summary(self, kind: Kind, title: str) -> bool:
        """Whether a summary that people made for a kind of documents has this title, and is closed."""
        if kind not in self._closed_summaries:
            found = visible_summaries(self.actor).filter(
                type=TYPE_OF_KIND[kind], automatic=False, state=Summary.State.CLOSED
            )
            self._closed_summaries[kind] = frozenset(found.values_list("title", flat=True))
        return title in self._closed_summaries[kind]

    def refusals(self, party: Party, day: date | None, entity_id: int | None) -> list[Refusal]:
        """What posting would refuse for each document by itself: asked here for all of them at once.

        Without a ``day`` the summary's rules, which the posting asks.
        """
        found: list[Refusal] = []
        if not party.active:
            found.append(CustomerInactive(field="customer", customer=party.name))
        try:
            if day is not None:
                require_open_period(self.settings, day, entity_id)
        except Refusal as refusal:
            found.append(refusal)
        return found
