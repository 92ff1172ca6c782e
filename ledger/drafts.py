"""Writing drafts: documents and lines that have no effect on balances yet (SPEC 5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date as Day
from decimal import Decimal
from itertools import islice
from operator import attrgetter

from django.db import IntegrityError

from arledger.core.actor import Actor
from arledger.core.errors import Refusal, refuse
from arledger.core.money import LIMIT
from arledger.core.sql import execute, insert_rows, next_ids, restored
from ledger.errors import NumberTaken, TotalTooLarge
from ledger.models import Document, Kind
from ledger.summarizing import check_choices

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class NewLine:
    """A line to write. ``amount`` is signed (charges +, credits −) in the document's currency."""

    customer_id: int
    amount: Decimal
    account_id: int
    control_account_id: int
    description: str = ""
    location_id: int | None = None
    tax_code: str = ""
    tax_amount: Decimal = ZERO
    cash_basis_tax: bool = False
    tax_receipt_eligible: bool = False
    service_start: Day | None = None
    service_end: Day | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class NewDocument:
    """A draft to write; ``number`` only when it comes from elsewhere (imports), else drawn at posting.

    ``customer_id`` is None for a bank deposit alone.
    """

    kind: Kind
    customer_id: int | None
    currency: str
    date: Day
    lines: Sequence[NewLine] = field(default_factory=list)
    gl_date: Day | None = None
    due_date: Day | None = None
    term_id: int | None = None
    entity_id: int | None = None
    journal_id: int | None = None
    summary_id: int | None = None
    number: str | None = None
    exchange_rate: Decimal = Decimal(1)
    reference: str = ""
    description: str = ""
    bill_to: str = ""
    amount: Decimal | None = None
    method: str = ""
    bank_account_id: int | None = None
    reverses_id: int | None = None
    reason: str = ""
    total: Decimal = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "total", sum([line.amount for line in self.lines], ZERO))


HEADER = {
    "kind": "text",
    "customer_id": "bigint",
    "currency": "text",
    "date": "date",
    "gl_date": "date",
    "due_date": "date",
    "term_id": "bigint",
    "entity_id": "bigint",
    "journal_id": "bigint",
    "summary_id": "bigint",
    "number": "text",
    "exchange_rate": "numeric",
    "reference": "text",
    "description": "text",
    "bill_to": "text",
    "amount": "numeric",
    "method": "text",
    "bank_account_id": "bigint",
    "reverses_id": "bigint",
    "reason": "text",
    "total": "numeric",
}
LINE = {
    "customer_id": "bigint",
    "amount": "numeric",
    "account_id": "bigint",
    "control_account_id": "bigint",
    "description": "text",
    "location_id": "bigint",
    "tax_code": "text",
    "tax_amount": "numeric",
    "cash_basis_tax": "boolean",
    "tax_receipt_eligible": "boolean",
    "service_start": "date",
    "service_end": "date",
}
header_of = attrgetter(*HEADER)
line_of = attrgetter(*LINE)


@dataclass(frozen=True, slots=True)
class Written:
    """The keys of a draft and of its lines, in their order."""

    key: int
    lines: list[int]


def write_drafts(*, actor: Actor, documents: Sequence[NewDocument]) -> list[Written]:
    """Insert drafts with their lines in three statements and return their keys in order.

    Raises TotalTooLarge when a document's lines add up beyond what the books hold, NumberTaken (several as
    Refusals) when a number that was given elsewhere is used already, and what a summary that was chosen refuses;
    looking for these are further statements.
    """
    for index, document in enumerate(documents):
        if abs(document.total) >= LIMIT:
            raise TotalTooLarge(row=index)
    check_choices(actor=actor, documents=documents)
    _require_free_numbers(actor.company_id, documents)
    count = sum(len(document.lines) for document in documents)
    keys = next_ids({"ledger_document": len(documents), "ledger_line": count})
    ids = keys["ledger_document"]
    at, by = ("timestamptz", actor.at), ("bigint", actor.user_id)
    with number_conflicts(document.number for document in documents):
        insert_rows(
            "ledger_document",
            {"id": "bigint"} | HEADER,
            [(key, *header_of(document)) for key, document in zip(ids, documents, strict=True)],
            same={
                "company_id": ("bigint", actor.company_id),
                "state": ("text", "draft"),
                "version": ("int", 1),
                "created_at": at,
                "created_by": by,
                "updated_at": at,
                "updated_by": by,
            },
        )
    pairs = list(zip(ids, documents, strict=True))
    _insert_lines(actor.company_id, pairs, keys["ledger_line"])
    return _written(pairs, keys["ledger_line"])


def _require_free_numbers(company_id: int, documents: Sequence[NewDocument]) -> None:
    given = {document.number for document in documents if document.number is not None}
    if not given:
        return
    found = Document.objects.filter(company_id=company_id, number__in=given)
    used = set(found.values_list("kind", "number"))
    errors: list[Refusal] = []
    for row, document in enumerate(documents):
        if document.number is not None and (document.kind, document.number) in used:
            errors.append(NumberTaken(field="number", row=row, number=document.number))
        used.add((document.kind, document.number))
    refuse(errors)


@contextmanager
def number_conflicts(numbers: Iterable[str | None]) -> Iterator[None]:
    """Raise NumberTaken where the database finds a document's number used, by somebody else in the meantime."""
    try:
        yield
    except IntegrityError as error:
        if '"ledger_document_number"' not in str(error):
            raise
        named = [number for number in numbers if number is not None]
        raise NumberTaken(field="number", number=", ".join(named[:3])) from error


def as_document(actor: Actor, written: Written, draft: NewDocument) -> Document:
    """A draft just written, as reading it back would give it."""
    found = dict(zip(HEADER, header_of(draft), strict=True))
    found |= {"id": written.key, "company_id": actor.company_id, "state": Document.State.DRAFT}
    return restored(Document, found)


def _insert_lines(company_id: int, documents: Sequence[tuple[int, NewDocument]], keys: Sequence[int]) -> None:
    rows = (
        (document_id, position, line)
        for document_id, document in documents
        for position, line in enumerate(document.lines, start=1)
    )
    insert_rows(
        "ledger_line",
        {"id": "bigint", "document_id": "bigint", "position": "int", "currency": "text"} | LINE,
        [
            (key, document_id, position, currency, *line_of(line))
            for key, (document_id, position, line), currency in zip(
                keys, rows, (d.currency for _, d in documents for _ in d.lines), strict=True
            )
        ],
        same={"company_id": ("bigint", company_id)},
    )


def rewrite_draft(*, actor: Actor, document_id: int, document: NewDocument) -> None:
    """Replace a draft's header and lines (the caller holds its lock and has checked that it is a draft)."""
    if abs(document.total) >= LIMIT:
        raise TotalTooLarge()
    check_choices(actor=actor, documents=[document])
    names = [name for name in HEADER if name not in {"kind", "number"}]
    execute(
        f"UPDATE ledger_document SET {', '.join(f'{name} = %s' for name in names)},"
        " updated_at = %s, updated_by = %s, version = version + 1 WHERE company_id = %s AND id = %s",
        [
            *(getattr(document, name) for name in names),
            actor.at,
            actor.user_id,
            actor.company_id,
            document_id,
        ],
    )
    replace_lines(company_id=actor.company_id, documents=[(document_id, document)])


def replace_lines(*, company_id: int, documents: Sequence[tuple[int, NewDocument]]) -> list[Written]:
    """Drop the drafts' lines and write the given ones, in three statements for any number of drafts."""
    execute(
        "DELETE FROM ledger_line WHERE company_id = %s AND document_id = ANY(%s)",
        [company_id, [key for key, _ in documents]],
    )
    keys = next_ids({"ledger_line": sum(len(document.lines) for _, document in documents)})["ledger_line"]
    _insert_lines(company_id, documents, keys)
    return _written(documents, keys)


def _written(documents: Sequence[tuple[int, NewDocument]], line_keys: Sequence[int]) -> list[Written]:
    rest = iter(line_keys)
    return [Written(key, list(islice(rest, len(document.lines)))) for key, document in documents]


RESERVATION = {"company_id": "bigint", "document_id": "bigint", "line_id": "bigint", "amount": "numeric"}


def reserve(*, company_id: int, promises: Iterable[tuple[int, int, Decimal]]) -> None:
    """Let drafts promise parts of posted lines: (draft, line, amount with the sign of the line) (SPEC 8, 9)."""
    insert_rows("ledger_reservation", RESERVATION, [(company_id, *promise) for promise in promises])


def free(*, company_id: int, drafts: Sequence[int]) -> None:
    """Give back all that these drafts have promised."""
    execute(
        "DELETE FROM ledger_reservation WHERE company_id = %s AND document_id = ANY(%s)",
        [company_id, list(drafts)],
    )


def delete_drafts(*, company_id: int, ids: Sequence[int]) -> None:
    """Delete drafts with their files, reservations and lines; the database refuses posted ones."""
    for table, column in (
        ("ledger_attachment", "document_id"),
        ("ledger_reservation", "document_id"),
        ("ledger_line", "document_id"),
        ("ledger_document", "id"),
    ):
        execute(f"DELETE FROM {table} WHERE company_id = %s AND {column} = ANY(%s)", [company_id, list(ids)])
