"""Reading deposits, and the receipts held in undeposited funds that can go into one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from arledger.companies.models import BankAccount, Entity
from arledger.core.actor import Actor
from arledger.core.errors import NotFound
from arledger.core.query import KeyIn
from customers.selectors import search, visible
from ledger.depositing import deposits_of
from ledger.models import DepositItem, Document, Kind
from ledger.posting import require_drafts
from reconciliation.selectors import documents

RECEIPTS = (Kind.PAYMENT, Kind.ADVANCE)
MOST_CUSTOMERS = 200
POSTED = Document.State.POSTED


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """A payment or an advance as a deposit sees it. ``amount`` is its cash, positive.

    ``deposit`` names another deposit in force that it lies in; ``undeposited`` says that it could lie in one.
    """

    key: int
    name: str
    customer_id: int
    currency: str
    date: date
    amount: Decimal
    undeposited: bool
    deposit: str


def deposits(actor: Actor) -> QuerySet[Document]:
    """The deposits a person may see: all, or the top level's and his entities' (SPEC 4)."""
    found = Document.objects.filter(company_id=actor.company_id, kind=Kind.DEPOSIT)
    if actor.entities is None:
        return found
    return found.filter(Q(entity=None) | Q(entity__in=actor.entities))


def deposit(actor: Actor, key: int) -> Document:
    """One deposit with what its page names. Raises NotFound."""
    found = (
        deposits(actor).filter(pk=key).select_related("entity", "reverses", "bank_account", "summary").first()
    )
    if found is None:
        raise NotFound()
    return found


def draft_of(actor: Actor, key: int) -> Document:
    """A draft deposit. Raises NotFound, or NotADraft when it was posted."""
    draft = deposit(actor, key)
    require_drafts([draft])
    return draft


def items(company_id: int, document: Document) -> QuerySet[DepositItem]:
    """What a deposit holds, oldest receipt first; of a reversal, what its deposit held."""
    held = DepositItem.objects.filter(company_id=company_id, document=document.reverses_id or document.pk)
    return held.select_related("receipt__customer").order_by("receipt__date", "receipt_id")


def reversal_of(company_id: int, key: int) -> Document | None:
    return Document.objects.filter(company_id=company_id, reverses=key).first()


def reversed_among(company_id: int, keys: Iterable[int]) -> set[int]:
    """Those of the documents that a posted document reverses."""
    mirrors = Document.objects.filter(KeyIn(keys, "reverses_id"), company_id=company_id, state=POSTED)
    return {key for key in mirrors.values_list("reverses_id", flat=True) if key is not None}


def counted(company_id: int, keys: Iterable[int]) -> dict[int, int]:
    """How many receipts each deposit holds."""
    held = DepositItem.objects.filter(KeyIn(keys, "document_id"), company_id=company_id).order_by()
    return dict(held.values_list("document_id").annotate(count=Count("pk")))


def containing(actor: Actor, text: str) -> Q:
    """Deposits by number, reference or description, or by a receipt they hold and its customer."""
    customers = list(search(visible(actor), text).values_list("pk", flat=True)[:MOST_CUSTOMERS])
    inside = (
        Q(receipt__number__icontains=text)
        | Q(receipt__reference__icontains=text)
        | Q(KeyIn(customers, "receipt__customer_id"))
    )
    held = DepositItem.objects.filter(inside, company_id=actor.company_id).values("document")
    own = Q(number__icontains=text) | Q(reference__icontains=text) | Q(description__icontains=text)
    return own | Q(pk__in=held) | Q(reverses__in=held)


def payers(actor: Actor, keys: Sequence[int]) -> set[int]:
    """The customers whose receipts these are."""
    named = documents(actor).filter(KeyIn(keys), kind__in=RECEIPTS)
    return {key for key in named.values_list("customer_id", flat=True) if key is not None}


def receipts(actor: Actor, keys: Iterable[int], *, draft: int = 0) -> dict[int, Receipt]:
    """The receipts with these keys that the person may see; lying in the deposit ``draft`` itself does not count."""
    named = list(keys)
    found = list(documents(actor).filter(KeyIn(named), kind__in=RECEIPTS))
    gone = reversed_among(actor.company_id, named)
    lying = {
        key: other
        for key, other in deposits_of(company_id=actor.company_id, receipts=named).items()
        if other.pk != draft
    }
    return {document.pk: _receipt(document, document.pk in gone, lying) for document in found}


def _receipt(document: Document, gone: bool, lying: dict[int, Document]) -> Receipt:
    in_funds = document.state == POSTED and document.bank_account_id is None and document.reverses_id is None
    assert document.customer_id is not None, "only deposits have no customer"
    return Receipt(
        key=document.pk,
        name=str(document),
        customer_id=document.customer_id,
        currency=document.currency,
        date=document.date,
        amount=-document.total,
        undeposited=in_funds and not gone and document.total < 0,
        deposit=str(lying[document.pk]) if document.pk in lying else "",
    )


def undeposited(actor: Actor, *, draft: int = 0) -> QuerySet[Document]:
    """Receipts held in undeposited funds that lie in no deposit in force (but maybe in ``draft``), with ``cash``."""
    company = actor.company_id
    mirrors = Document.objects.filter(company_id=company, reverses=OuterRef("pk"), state=POSTED)
    lying = DepositItem.objects.filter(company_id=company, receipt=OuterRef("pk"), in_force=True)
    if draft:
        lying = lying.exclude(document=draft)
    found = documents(actor).filter(
        kind__in=RECEIPTS, state=POSTED, bank_account=None, reverses=None, total__lt=0
    )
    return found.filter(~Exists(mirrors), ~Exists(lying)).annotate(cash=-F("total"))


def narrowed(
    actor: Actor, rows: QuerySet[Document], *, text: str = "", method: str = ""
) -> QuerySet[Document]:
    """Undeposited receipts by number, reference or customer, and by method."""
    if method:
        rows = rows.filter(method=method)
    if text:
        customers = search(visible(actor), text).values_list("pk", flat=True)[:MOST_CUSTOMERS]
        named = Q(number__icontains=text) | Q(reference__icontains=text)
        rows = rows.filter(named | Q(KeyIn(customers, "customer_id")))
    return rows


def cash(rows: QuerySet[Document]) -> Decimal:
    """The cash of receipts, positive."""
    return -(rows.order_by().aggregate(sum=Sum("total"))["sum"] or Decimal(0))


def waiting_currencies(actor: Actor) -> list[str]:
    """The currencies in which receipts wait to be deposited."""
    return sorted(undeposited(actor).order_by().values_list("currency", flat=True).distinct())


def bank_accounts(actor: Actor) -> Sequence[BankAccount]:
    """The bank accounts a person may deposit to."""
    found = BankAccount.objects.filter(company_id=actor.company_id, active=True).order_by("code")
    if actor.entities is None:
        return list(found)
    return list(found.filter(Q(entity=None) | Q(entity__in=actor.entities)))


def entities(actor: Actor) -> Sequence[Entity]:
    """The entities a person may enter deposits for."""
    found = Entity.objects.filter(company_id=actor.company_id, active=True).order_by("code")
    return [entity for entity in found if actor.reaches(entity.pk)]
