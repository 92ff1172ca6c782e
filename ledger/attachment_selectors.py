"""Reading files of documents, and those staged for a form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from arledger.companies.models import User
from arledger.core.actor import Actor
from arledger.core.errors import Forbidden, NotFound
from arledger.core.permissions import RIGHTS
from customers.selectors import visible
from ledger.models import Attachment, Document, Kind, StagedFile

#: The kinds that have a page of their own, hence files: all that somebody may view.
KINDS = [kind for kind in Kind if f"{kind}s.view" in RIGHTS]


def may_attach(actor: Actor, kind: str) -> bool:
    """Whoever may enter or change documents of a kind may attach files to them and take them away."""
    return actor.may(f"{kind}s.add") or actor.may(f"{kind}s.edit")


def require_attach(actor: Actor, kind: str) -> None:
    """Raise Forbidden for whoever may not attach to documents of a kind."""
    if not may_attach(actor, kind):
        raise Forbidden(right=f"{kind}s.add")


def document_of(actor: Actor, kind: str, key: int) -> Document:
    """The document whose files somebody asks for. Raises NotFound, as its own page would."""
    found = Document.objects.filter(company_id=actor.company_id, kind=kind, pk=key)
    if actor.entities is not None:
        own = Q(entity=None) | Q(entity__in=actor.entities)
        found = found.filter(own, Q(customer=None) | Q(customer__in=visible(actor).values("pk")))
    document = found.first()
    if document is None:
        raise NotFound()
    return document


@dataclass(frozen=True)
class Listed:
    """A file of a document as its page lists it; ``file`` comes without its content."""

    file: Attachment
    uploaded_by: str
    removed_by: str


def listed(*, company_id: int, document: int) -> list[Listed]:
    """The files of a document in the order they came, those removed after posting included; two statements."""
    found = Attachment.objects.filter(company_id=company_id, document=document).defer("content")
    files = list(found.order_by("pk"))
    names = _names(key for file in files for key in (file.uploaded_by, file.removed_by) if key)
    return [
        Listed(
            file, names.get(file.uploaded_by or 0, "Arledger"), names.get(file.removed_by or 0, "Arledger")
        )
        for file in files
    ]


def _names(keys: Iterable[int]) -> dict[int, str]:
    wanted = set(keys)
    return {user.pk: str(user) for user in User.objects.filter(pk__in=wanted)} if wanted else {}


def attachment(actor: Actor, kind: str, document: int, key: int, *, with_content: bool = True) -> Attachment:
    """One file of a document. Raises NotFound; a removed one exists for those only who may read the audit trail."""
    owner = document_of(actor, kind, document)
    files = Attachment.objects.filter(company_id=actor.company_id, document=owner, pk=key)
    found = (files if with_content else files.defer("content")).first()
    if found is None or (found.removed_at and not actor.may("audit.view")):
        raise NotFound()
    return found


def staged(actor: Actor, form: str) -> QuerySet[StagedFile]:
    """What this person chose on the form with that key, without contents, in the order of choosing."""
    found = StagedFile.objects.filter(
        company_id=actor.company_id, uploaded_by=actor.user_id, form=form, uploaded_by__isnull=False
    )
    return found.defer("content").order_by("pk")
