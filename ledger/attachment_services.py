"""The verbs on files of documents: attach and remove; stage and expire those of a form not yet through (SPEC 9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from arledger.core import audit
from arledger.core.actor import Actor
from arledger.core.errors import NotFound, Refusal
from arledger.core.filetypes import CheckedFile
from arledger.core.sql import execute, fetch_all
from arledger.core.text import clean_text
from ledger.attachment_models import MOST_FILES
from ledger.attachment_selectors import document_of, require_attach, staged
from ledger.models import Attachment, Document, StagedFile


class TooManyFiles(Refusal):
    code = "too_many_files"
    sentence = _("A document carries %(limit)s files at most; it would have %(count)s. Leave some out.")


class AlreadyRemoved(Refusal):
    code = "file_already_removed"
    status = 409
    sentence = _("%(name)s was removed already.")


@dataclass(frozen=True)
class Filed:
    """What an INSERT gave back."""

    key: int
    name: str
    size: int
    sha256: str


def attach(
    *, actor: Actor, kind: str, document: int, files: Sequence[CheckedFile] = (), form: str = ""
) -> list[int]:
    """Attach files to a document, draft or posted, first those staged for ``form``; returns their keys in order.

    Raises NotFound, Forbidden without the kind's right to add or edit, or TooManyFiles; then nothing is attached.
    """
    require_attach(actor, kind)
    with transaction.atomic():
        _lock(actor, kind, document)
        waiting = list(staged(actor, form)) if form else []
        _require_room(actor.company_id, document, len(waiting) + len(files))
        filed = _take_over(actor, document, [row.pk for row in waiting])
        filed += [_insert(actor, document, file) for file in files]
        if filed:
            _record(actor, "attach", document, after=[_facts(file) for file in filed])
    return [file.key for file in filed]


def remove(*, actor: Actor, kind: str, document: int, key: int, reason: str = "") -> str:
    """Take a file away: off a draft for good; of a posted document it is marked, with who, when and why.

    Returns its name. Raises NotFound, Forbidden, AlreadyRemoved, and for a posted document Required without a reason.
    """
    require_attach(actor, kind)
    with transaction.atomic():
        owner = _lock(actor, kind, document)
        found = Attachment.objects.filter(company_id=actor.company_id, document=document, pk=key)
        file = found.defer("content").first()
        if file is None:
            raise NotFound()
        if file.removed_at:
            raise AlreadyRemoved(name=file.name)
        posted = owner.state == Document.State.POSTED
        why = clean_text(reason, 500, required=posted, field="reason")
        if posted:
            found.update(removed_at=actor.at, removed_by=actor.user_id, removed_reason=why)
        else:
            found.delete()
        facts = _facts(Filed(file.pk, file.name, file.size, bytes(file.sha256).hex()))
        _record(actor, "remove_file", document, before=[facts], reason=why)
    return file.name


def stage(*, actor: Actor, form: str, files: Sequence[CheckedFile], dropped: Sequence[int] = ()) -> None:
    """Keep files for the form with that key until it comes back; those ``dropped`` (keys) are kept no longer.

    Raises TooManyFiles.
    """
    with transaction.atomic():
        mine = staged(actor, form)
        if dropped:
            mine.filter(pk__in=dropped).order_by().delete()
        count = mine.count() + len(files)
        if count > MOST_FILES:
            raise TooManyFiles(field="files", limit=MOST_FILES, count=count)
        for file in files:
            StagedFile.objects.create(
                company_id=actor.company_id,
                form=form,
                name=file.name,
                content_type=file.content_type,
                content=file.content,
                uploaded_at=actor.at,
                uploaded_by=actor.user_id,
            )


def expire(*, company_id: int, before: datetime) -> int:
    """Forget what was staged before an instant and never sent again; returns how many files."""
    return StagedFile.objects.filter(company_id=company_id, uploaded_at__lt=before).delete()[0]


def _lock(actor: Actor, kind: str, document: int) -> Document:
    """The document, for this transaction alone to attach to, as it stands once it is ours."""
    document_of(actor, kind, document)
    locked = Document.objects.select_for_update(no_key=True, of=("self",))
    found = locked.filter(company_id=actor.company_id, kind=kind, pk=document).first()
    if found is None:
        raise NotFound()
    return found


def _require_room(company_id: int, document: int, more: int) -> None:
    there = Attachment.objects.filter(company_id=company_id, document=document, removed_at=None).count()
    if there + more > MOST_FILES:
        raise TooManyFiles(field="files", limit=MOST_FILES, count=there + more)


COLUMNS = "company_id, document_id, name, content_type, content, uploaded_at, uploaded_by"
BACK = "RETURNING id, name, size, encode(sha256, 'hex')"


def _insert(actor: Actor, document: int, file: CheckedFile) -> Filed:
    values = [file.name, file.content_type, file.content, actor.at, actor.user_id]
    rows = fetch_all(
        f"INSERT INTO ledger_attachment ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s) {BACK}",  # noqa: S608
        [actor.company_id, document, *values],
    )
    return Filed(*rows[0])


def _take_over(actor: Actor, document: int, keys: Sequence[int]) -> list[Filed]:
    """Give staged files to the document inside the database: their contents travel no further."""
    if not keys:
        return []
    rows = fetch_all(
        f"INSERT INTO ledger_attachment ({COLUMNS})"  # noqa: S608
        " SELECT company_id, %s, name, content_type, content, %s, uploaded_by FROM ledger_stagedfile"
        f" WHERE company_id = %s AND id = ANY(%s) ORDER BY id {BACK}",
        [document, actor.at, actor.company_id, list(keys)],
    )
    execute(
        "DELETE FROM ledger_stagedfile WHERE company_id = %s AND id = ANY(%s)", [actor.company_id, list(keys)]
    )
    return [Filed(*row) for row in rows]


def _facts(file: Filed) -> dict[str, Any]:
    return {"key": file.key, "name": file.name, "size": file.size, "sha256": file.sha256}


def _record(
    actor: Actor,
    action: str,
    document: int,
    *,
    before: list[dict[str, Any]] | None = None,
    after: list[dict[str, Any]] | None = None,
    reason: str = "",
) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_kind="document",
        object_ids=[document],
        before=None if before is None else {"files": before},
        after={"files": after or []} | ({"reason": reason} if reason else {}),
    )
