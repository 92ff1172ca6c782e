"""Posting: lock, re-read, refuse, number, write. The kinds' verbs are built from these steps (DESIGN 4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from arledger.companies.models import Term, User
from arledger.companies.numbering import beyond, draw, pass_over
from arledger.companies.selectors import Settings
from arledger.core.actor import Actor
from arledger.core.errors import Busy, NotFound, Stale
from arledger.core.sql import (
    ANY_KEY,
    COPY_FROM,
    columns_of,
    execute,
    fetch_all,
    given_rows,
    insert_rows,
    loaded,
)
from customers.models import Customer
from ledger.drafts import number_conflicts
from ledger.errors import CustomerInactive, NamedTwice, NotADraft, PeriodClosed
from ledger.models import Application, Document, Line
from ledger.summarizing import require_open_summaries, summaries_of


def lock_customers(*, actor: Actor, ids: Iterable[int]) -> dict[int, Customer]:
    """Lock the customers in key order: the one rule that keeps writers of open amounts apart (DESIGN 2).

    Those the company does not have are missing from the answer; whoever named them refuses.
    """
    rows = fetch_all(
        f"SELECT {columns_of(Customer, 'c')}, {columns_of(Term, 't')} FROM customers_customer c"
        " LEFT JOIN companies_term t ON t.company_id = c.company_id AND t.id = c.term_id"
        f" WHERE c.company_id = (SELECT %s) AND c.id = {ANY_KEY} ORDER BY c.id FOR NO KEY UPDATE OF c",
        [actor.company_id, list(set(ids))],
    )
    width = len(Customer._meta.concrete_fields)
    customers = {}
    terms: dict[int | None, Term | None] = {None: None}
    for row in rows:
        customer = loaded(Customer, row[:width])
        if customer.term_id not in terms:
            terms[customer.term_id] = loaded(Term, row[width:])
        customer.term = terms[customer.term_id]
        customers[customer.pk] = customer
    return customers


def lock_documents(
    *, actor: Actor, ids: Sequence[int], kind: str, also: Iterable[int] = ()
) -> list[Document]:
    """The documents in the order of ``ids``, re-read under their customers' locks.

    ``also`` are further customers the verb will touch: all locks are taken at once, in key order.

    Raises NotFound when one is missing, of another kind, or of an entity the person may not see; NamedTwice; Busy when
    a draft was given to another customer meanwhile.
    """
    if len(set(ids)) < len(ids):
        raise NamedTwice()
    scope = Document.objects.filter(company_id=actor.company_id, kind=kind, pk__in=ids)
    customer_ids = set(scope.values_list("customer_id", flat=True))
    if kind == "payment":
        # Of its parts, and of credits it applied for a customer who paid no cash.
        lines = Line.objects.filter(company_id=actor.company_id, document__in=ids)
        applied = Application.objects.filter(company_id=actor.company_id, document__in=ids)
        both = lines.values_list("customer_id", flat=True).union(
            applied.values_list("customer_id", flat=True)
        )
        customer_ids |= set(both)
    customer_ids |= set(also)
    lock_customers(actor=actor, ids=customer_ids - {None})
    documents = {d.pk: d for d in scope.select_related("customer")}
    if len(documents) != len(set(ids)):
        raise NotFound()
    if not {document.customer_id for document in documents.values()} <= customer_ids:
        raise Busy()
    for document in documents.values():
        require_entity(actor, document.entity_id)
    return [documents[key] for key in ids]


def _keys(of: Mapping[str, Sequence[str]]) -> str:
    return ", ".join(f"{table}_{column}_fk" for table, columns in of.items() for column in columns)


# Keys of rows that a posting inserts and then changes: PostgreSQL would check them each time.
CHANGED_AGAIN = _keys(
    {
        "ledger_document": ("company", "customer_id", "term_id", "entity_id"),
        "ledger_line": ("document_id", "customer_id", "account_id", "control_account_id", "location_id"),
    }
)
# The others that may wait.
CHECKED_AT_ONCE = _keys({"ledger_application": ("document_id", "charge_line_id", "credit_line_id")})
_rehearsing: ContextVar[bool] = ContextVar("rehearsing", default=False)


@contextmanager
def rehearsal() -> Iterator[None]:
    """Leave references unchecked by the database, in a transaction that is taken back (ADR 0062).

    Verbs refer to what they have just read, so these keys refuse nothing that a verb takes; they prove it to the books,
    and what is taken back needs no proof. Raises RuntimeError at the end unless the transaction is being taken back.
    """
    execute(f"SET CONSTRAINTS {CHANGED_AGAIN}, {CHECKED_AT_ONCE} DEFERRED")
    token = _rehearsing.set(True)
    try:
        yield
    finally:
        _rehearsing.reset(token)
    if not transaction.get_rollback():
        raise RuntimeError("a rehearsal is taken back")


@contextmanager
def keys_checked_once(documents: int) -> Iterator[None]:
    """Have the database check the references of so many documents and their lines at the end of the block (ADR 0055).

    Inside a transaction. For few documents they are checked with each statement, as for everybody else.
    """
    if documents < COPY_FROM or _rehearsing.get():
        yield
        return
    execute(f"SET CONSTRAINTS {CHANGED_AGAIN} DEFERRED")
    yield
    execute(f"SET CONSTRAINTS {CHANGED_AGAIN} IMMEDIATE")


def require_entity(actor: Actor, entity_id: int | None) -> None:
    """A person limited to entities sees the top level and his own (SPEC 4)."""
    if not actor.reaches(entity_id):
        raise NotFound()


def require_drafts(documents: Iterable[Document]) -> None:
    """Raise NotADraft for the first posted document, SummaryClosed for a draft that lies in a closed summary."""
    drafts = list(documents)
    for row, document in enumerate(drafts):
        if document.state != Document.State.DRAFT:
            raise NotADraft(row=row, document=str(document))
    require_open_summaries(drafts)


def require_open_period(
    settings: Settings, day: date, entity_id: int | None, *, row: int | None = None
) -> None:
    """Raise PeriodClosed, naming the first open day, when ``day`` lies in closed books (SPEC 3, periods)."""
    closed = settings.closed_through(entity_id)
    if closed is not None and day <= closed:
        raise PeriodClosed(
            field="date",
            row=row,
            closed_through=closed,
            first_open=closed + timedelta(days=1),
        )


def require_version(actor: Actor, document: Document, version: int) -> None:
    """Raise Stale, naming who changed the draft and when, unless it is still at ``version``."""
    if document.version == version:
        return
    person = User.objects.filter(pk=document.updated_by or 0).first()
    raise Stale(
        who=person.name if person else "Arledger",
        when=document.updated_at.astimezone(ZoneInfo(actor.time_zone)),
    )


def require_active(documents: Iterable[Document]) -> None:
    for row, document in enumerate(documents):
        if document.customer and not document.customer.active:
            raise CustomerInactive(field="customer", row=row, customer=str(document.customer))


def book(
    *, actor: Actor, documents: Sequence[Document], settings: Settings, alone: bool = False
) -> list[str | None]:
    """Give each draft its summary and number and make it posted, in one statement per sequence plus two.

    Returns the numbers in order; None for an advance while advances are not numbered. ``alone``: no person could
    choose a summary for these (mirrors, write-offs); they go to the next open one. Raises PeriodClosed, NumberTaken,
    SummaryMissing, SummaryClosed or SummaryUnfit. The database checks in the same statement that the lines make up
    the document, and the summary.
    """
    places = summaries_of(actor=actor, settings=settings, documents=documents, alone=alone)
    gl_dates = [
        (place.gl_date if place else None) or document.gl_date or document.date
        for document, place in zip(documents, places, strict=True)
    ]
    for row, (document, gl_date) in enumerate(zip(documents, gl_dates, strict=True)):
        require_open_period(settings, gl_date, document.entity_id, row=row)
    numbers = _draw_numbers(actor, documents, settings)
    texts = [n.text if n else d.number for n, d in zip(numbers, documents, strict=True)]
    given, parameters = given_rows(
        POSTED,
        [
            (
                document.pk,
                text,
                n.sequence_id if n else None,
                n.value if n else None,
                gl_date,
                place.id if place else None,
            )
            for document, text, n, gl_date, place in zip(
                documents, texts, numbers, gl_dates, places, strict=True
            )
        ],
    )
    with number_conflicts(texts):
        execute(
            "UPDATE ledger_document d SET state = 'posted', number = n.number, sequence_id = n.sequence_id,"
            " sequence_value = n.value, gl_date = n.gl_date, summary_id = n.summary_id, posted_at = %s, posted_by = %s,"
            f" version = d.version + 1 FROM {given} AS n ({', '.join(POSTED)})"
            f" WHERE d.company_id = %s AND d.id = {ANY_KEY} AND d.id = n.id",
            [actor.at, actor.user_id, *parameters, actor.company_id, [document.pk for document in documents]],
        )
    return texts


# What posting adds to a draft.
POSTED = {
    "id": "bigint",
    "number": "text",
    "sequence_id": "bigint",
    "value": "bigint",
    "gl_date": "date",
    "summary_id": "bigint",
}


@dataclass(frozen=True, slots=True)
class Number:
    sequence_id: int
    value: int
    text: str


def _draw_numbers(actor: Actor, documents: Sequence[Document], settings: Settings) -> list[Number | None]:
    """A number for each document without one, in the documents' order, sequences locked in key order.

    A sequence that one of the documents' own numbers is ahead of goes on after that (docs/adr/0038).
    """
    rows_of: dict[int, list[int]] = {}
    given: dict[int, list[str]] = {}
    for row, document in enumerate(documents):
        sequence = settings.sequence_id(document.kind, document.entity_id)
        if sequence is None:
            continue
        if document.number is None:
            rows_of.setdefault(sequence, []).append(row)
        else:
            given.setdefault(sequence, []).append(document.number)
    ahead = beyond(company_id=actor.company_id, given=given)
    numbers: list[Number | None] = [None] * len(documents)
    for sequence in sorted(rows_of.keys() | ahead.keys()):
        if sequence in ahead:
            value, text = ahead[sequence]
            pass_over(
                company_id=actor.company_id, sequence_id=sequence, value=value, number=text, at=actor.at
            )
        rows = rows_of.get(sequence, ())
        if rows:
            drawn = draw(company_id=actor.company_id, sequence_id=sequence, count=len(rows))
            for row, value in zip(rows, drawn.values, strict=True):
                numbers[row] = Number(sequence, value, drawn.text(value))
    return numbers


APPLICATION = {
    "company_id": "bigint",
    "document_id": "bigint",
    "charge_line_id": "bigint",
    "credit_line_id": "bigint",
    "charge_document_id": "bigint",
    "credit_document_id": "bigint",
    "customer_id": "bigint",
    "amount": "numeric",
    "date": "date",
    "recorded_at": "timestamptz",
    "actor_id": "bigint",
    "reason": "text",
    "charge_code": "text",
    "credit_code": "text",
    "reverses_id": "bigint",
}


def insert_applications(rows: Sequence[Sequence[object]]) -> None:
    """The only statement that moves open amounts; ``rows`` in the order of APPLICATION (DESIGN 1)."""
    insert_rows("ledger_application", APPLICATION, rows)
