"""The verbs of deposits: add (as draft or posted), edit, delete, post, reverse (SPEC 8).

A deposit moves no open amount: it has no lines, and holds receipts. Whoever chooses receipts locks their customers, as
whoever reverses one does; whoever works on a deposit locks its document after that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import transaction

from arledger.companies.selectors import Settings, settings_of
from arledger.core import audit, outbox
from arledger.core.actor import Actor
from arledger.core.sql import execute, insert_rows
from deposits.errors import BankAccountMissing
from deposits.inputs import Checked, DepositInput, check
from deposits.selectors import Receipt, payers, receipts
from ledger import billing
from ledger.banking import banks_named
from ledger.drafts import as_document, rewrite_draft, write_drafts
from ledger.models import Document, Kind
from ledger.posting import book, lock_customers, lock_documents, require_drafts, require_version
from reconciliation import reversing

ITEM = {
    "company_id": "bigint",
    "document_id": "bigint",
    "receipt_id": "bigint",
    "account_id": "bigint",
    "amount": "numeric",
}


def add(*, actor: Actor, deposits: Sequence[DepositInput], post: bool = False) -> list[int]:
    """Put receipts into deposits and, with ``post``, post them; returns the deposits' keys in order.

    Raises Refusals with a row for each deposit at fault (or the one refusal), NamedTwice, PeriodClosed.
    """
    actor.require("deposits.add")
    if post:
        actor.require("deposits.post")
    with transaction.atomic():
        settings = settings_of(actor.company_id, hold=True)
        found = _locked_receipts(actor, [key for one in deposits for key in one.receipts])
        checked = check(actor=actor, settings=settings, entered=deposits, receipts=found)
        headers = [one.header for one in checked]
        written = write_drafts(actor=actor, documents=headers)
        keys = [w.key for w in written]
        _put_in(actor.company_id, keys, checked)
        if post:
            drafts = [as_document(actor, w, header) for w, header in zip(written, headers, strict=True)]
            _post(actor, settings, drafts)
        else:
            audit.record(
                actor=actor,
                action="add",
                object_kind="document",
                object_ids=keys,
                after={"kind": "deposit", "amounts": [header.amount for header in headers]},
            )
    return keys


def _locked_receipts(actor: Actor, keys: Sequence[int], *, draft: int = 0) -> dict[int, Receipt]:
    """Lock the receipts' customers, then read the receipts as they are."""
    lock_customers(actor=actor, ids=payers(actor, keys))
    return receipts(actor, keys, draft=draft)


def _put_in(company_id: int, keys: Sequence[int], checked: Sequence[Checked]) -> None:
    rows = [
        (company_id, key, receipt.key, one.account_id, receipt.amount)
        for key, one in zip(keys, checked, strict=True)
        for receipt in one.receipts
    ]
    insert_rows("ledger_deposititem", ITEM, rows)


def _take_out(company_id: int, keys: Sequence[int]) -> None:
    execute(
        "DELETE FROM ledger_deposititem WHERE company_id = %s AND document_id = ANY(%s)",
        [company_id, list(keys)],
    )


def _locked(actor: Actor, ids: Sequence[int]) -> list[Document]:
    """The deposits in the order of ``ids``, locked in key order and read again. Raises NotFound, NamedTwice."""
    mine = Document.objects.filter(company_id=actor.company_id, kind=Kind.DEPOSIT, pk__in=ids)
    list(mine.select_for_update(no_key=True, of=("self",)).order_by("pk").values_list("pk"))
    return lock_documents(actor=actor, ids=ids, kind=Kind.DEPOSIT)


def edit(*, actor: Actor, key: int, entered: DepositInput, version: int) -> None:
    """Replace a draft and what it holds. Raises Stale, NotADraft, or as ``add``."""
    actor.require("deposits.add")
    with transaction.atomic():
        settings = settings_of(actor.company_id, hold=True)
        found = _locked_receipts(actor, entered.receipts, draft=key)
        document = _locked(actor, [key])[0]
        require_drafts([document])
        require_version(actor, document, version)
        checked = check(actor=actor, settings=settings, entered=[entered], receipts=found)
        rewrite_draft(actor=actor, document_id=key, document=checked[0].header)
        _take_out(actor.company_id, [key])
        _put_in(actor.company_id, [key], checked)
        audit.record(
            actor=actor,
            action="edit",
            object_kind="document",
            object_ids=[key],
            before={"amount": document.amount, "date": document.date},
            after={"amount": checked[0].header.amount, "date": entered.date},
        )


def post(*, actor: Actor, ids: Sequence[int], version: int | None = None) -> list[str]:
    """Post drafts: the receipts' cash is in the bank; returns the numbers in order.

    Raises NotFound, NotADraft, PeriodClosed, BankAccountMissing when the account was closed since, or with
    ``version`` (of a single draft) Stale.
    """
    actor.require("deposits.post")
    with transaction.atomic():
        settings = settings_of(actor.company_id, hold=True)
        drafts = _locked_drafts(actor, ids, version)
        banks = banks_named(company_id=actor.company_id, ids=(draft.bank_account_id for draft in drafts))
        for row, draft in enumerate(drafts):
            if draft.bank_account_id not in banks:
                raise BankAccountMissing(row=row, field="bank_account")
        return _post(actor, settings, drafts)


def _locked_drafts(actor: Actor, ids: Sequence[int], version: int | None) -> list[Document]:
    drafts = _locked(actor, ids)
    require_drafts(drafts)
    if version is not None:
        for draft in drafts:
            require_version(actor, draft, version)
    return drafts


def _post(actor: Actor, settings: Settings, drafts: Iterable[Document]) -> list[str]:
    posting = list(drafts)
    keys = [draft.pk for draft in posting]
    numbers = [str(number) for number in book(actor=actor, documents=posting, settings=settings)]
    audit.record(
        actor=actor,
        action="post",
        object_kind="document",
        object_ids=keys,
        after={"kind": "deposit", "numbers": numbers, "amounts": [draft.amount for draft in posting]},
    )
    outbox.publish(actor=actor, kind="deposit.posted", object_ids=keys)
    return numbers


def delete(*, actor: Actor, ids: Sequence[int], version: int | None = None) -> None:
    """Delete drafts; what they held waits in undeposited funds. Raises NotFound, NotADraft, Stale."""
    actor.require("deposits.add")
    with transaction.atomic():
        _locked_drafts(actor, ids, version)
        _take_out(actor.company_id, ids)
        billing.delete(actor=actor, kind=Kind.DEPOSIT, right="deposits.add", ids=ids)


def reverse(*, actor: Actor, ids: Sequence[int], on: date, reason: str) -> list[int]:
    """Reverse posted deposits: their receipts are undeposited funds again; returns the mirrors' keys in order.

    Raises what ``reconciliation.reversing.reverse`` raises.
    """
    actor.require("deposits.reverse")
    with transaction.atomic():
        _locked(actor, ids)
        return reversing.take_back(
            actor=actor, kind=Kind.DEPOSIT, right="deposits.reverse", ids=ids, on=on, reason=reason
        )
