"""Reading payments and what their pages need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from arledger.companies.models import BankAccount, Entity
from arledger.companies.selectors import within_reach
from arledger.core.actor import Actor
from arledger.core.sql import fetch_all
from customers.models import Customer
from customers.selectors import search, visible
from ledger.models import Document, Kind
from ledger.posting import require_drafts
from reconciliation.selectors import documents, visible_document


def find_customers(actor: Actor, texts: Iterable[str]) -> dict[str, Customer]:
    """Who is meant by each text: a customer's code, or words that fit one customer only; others are missing."""
    wanted = [text for text in dict.fromkeys(texts) if text]
    if not wanted:
        return {}
    codes = {code for text in wanted for code in (text, text.upper())}
    by_code = {customer.code: customer for customer in visible(actor).filter(code__in=codes)}
    found = {}
    for text in wanted:
        named = by_code.get(text) or by_code.get(text.upper()) or _only_one(actor, text)
        if named:
            found[text] = named
    return found


def _only_one(actor: Actor, text: str) -> Customer | None:
    fitting = list(search(visible(actor), text)[:2])
    return fitting[0] if len(fitting) == 1 else None


def draft_of(actor: Actor, key: int) -> Document:
    """A draft payment. Raises NotFound, or NotADraft when it was posted."""
    draft = payment(actor, key)
    require_drafts([draft])
    return draft


def payment(actor: Actor, key: int) -> Document:
    """One payment. Raises NotFound."""
    return visible_document(actor, kind=Kind.PAYMENT, key=key)


def bank_accounts(actor: Actor) -> list[BankAccount]:
    """Those in use that a person may see."""
    return list(within_reach(actor, BankAccount).filter(active=True).order_by("code"))


def entities(actor: Actor) -> list[Entity]:
    """The entities a person may enter documents for."""
    found = Entity.objects.filter(company_id=actor.company_id, active=True).order_by("code")
    return [entity for entity in found if actor.reaches(entity.pk)]


def payer_of(actor: Actor, document: int) -> Customer | None:
    """The customer of a document the person may see."""
    found = documents(actor).filter(pk=document).select_related("customer").first()
    return found.customer if found else None


def open_currencies(*, company_id: int, customers: Sequence[int]) -> list[str]:
    """The currencies in which these customers owe something."""
    rows = fetch_all(
        "SELECT DISTINCT currency FROM ledger_line"
        " WHERE company_id = (SELECT %s) AND customer_id = ANY(%s) AND is_open AND amount > 0",
        [company_id, list(customers)],
    )
    return sorted(row[0] for row in rows)
