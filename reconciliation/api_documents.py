"""The calls that invoices, adjustments and advances share: one service call each (SPEC 15, 15.1).

What a kind has of its own stands in its app: its inputs, its services, and what the reference says of its calls.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cached_property
from typing import Any, ClassVar

from django.http import HttpResponse
from rest_framework import serializers

from arledger.core.actor import Actor
from arledger.core.api.fields import Input
from arledger.core.api.ids import key_of
from arledger.core.api.views import ApiRequest, body, no_parameters, respond
from arledger.core.api.writing import if_match, perform, wanted_version
from arledger.core.errors import Refusal
from arledger.core.http.keyset import Sort
from ledger.models import Document, Kind
from ledger.posting import require_drafts
from reconciliation.api_inputs import Entered
from reconciliation.api_lists import SORTS, document_list
from reconciliation.api_shapes import members
from reconciliation.api_verbs import TakeBackInput, created, deleted, grouped, in_bulk, shown
from reconciliation.selectors import visible_document


class DocumentCalls(ABC):
    """The calls of one kind. ``body`` is what creates a document, ``draft_body`` what may be changed of a draft."""

    kind: ClassVar[Kind]
    body: ClassVar[type[Input]]
    draft_body: ClassVar[type[Input]]
    shape: ClassVar[type[serializers.Serializer]]
    sorts: ClassVar[Sequence[Sort]] = SORTS

    # What a kind says -----------------------------------------------------------------------------------------

    @abstractmethod
    def read(self, actor: Actor, bodies: Sequence[dict[str, Any] | Refusal]) -> list[Entered | Refusal]:
        """The documents that bodies mean, or what is wrong with each; constant statements."""

    @abstractmethod
    def enter(self, actor: Actor, documents: Sequence[Any], *, post: bool) -> list[int]:
        """The service's verb; rows of its refusals are places in ``documents``."""

    @abstractmethod
    def edit(self, actor: Actor, draft: Document, values: dict[str, Any], version: int) -> None:
        """The service's verb, for a draft with the members of ``values`` changed."""

    @abstractmethod
    def remove(self, actor: Actor, key: int, version: int | None) -> None: ...

    @abstractmethod
    def post_draft(self, actor: Actor, key: int, version: int | None) -> None: ...

    @abstractmethod
    def take_back(self, actor: Actor, key: int, on: date, reason: str) -> None: ...

    # Calls ----------------------------------------------------------------------------------------------------

    @cached_property
    def fields(self) -> list[str]:
        return members(self.shape)

    def listed(self, request: ApiRequest) -> HttpResponse:
        return document_list(request, self.kind, fields=self.fields, sorts=self.sorts)

    def create(self, request: ApiRequest) -> HttpResponse:
        values = body(request, self.body)
        actor = request.actor

        def effect() -> dict[str, Any]:
            found = self.read(actor, [values])[0]
            if isinstance(found, Refusal):
                raise found
            key = self._enter(actor, [found])[0]
            return created(actor, key, asked=found.asked, post=found.post)

        return perform(request, effect)

    def _enter(self, actor: Actor, found: Sequence[Entered]) -> list[int]:
        return grouped(found, lambda one: one.post, lambda some, post: self.enter_read(actor, some, post))

    def enter_read(self, actor: Actor, some: Sequence[Any], post: bool) -> list[int]:
        """Enter what was read; a kind whose refusals point into the body says so here."""
        return self.enter(actor, [one.document for one in some], post=post)

    def parties(self, actor: Actor, documents: Sequence[Any]) -> Iterable[int]:
        """The customers on whose accounts the documents are."""
        return {document.customer_id for document in documents}

    def create_many(self, request: ApiRequest) -> HttpResponse:
        actor = request.actor
        return in_bulk(
            request,
            shape=self.body,
            read=lambda items: self.read(actor, items),
            enter=lambda found: self._enter(actor, found),
            told_of=lambda one: (one.asked, one.post),
            parties=lambda found: self.parties(actor, [one.document for one in found]),
            names={},
        )

    def get(self, request: ApiRequest, key: str) -> HttpResponse:
        no_parameters(request)
        return respond(shown(request.actor, self.visible(request.actor, key).pk))

    def visible(self, actor: Actor, key: str) -> Document:
        """Raises NotFound for what the person may not see, and for documents of other kinds."""
        return visible_document(actor, kind=self.kind, key=key_of("document", key))

    def change(self, request: ApiRequest, key: str) -> HttpResponse:
        values = body(request, self.draft_body, partial=True)
        actor = request.actor

        def effect() -> dict[str, Any]:
            draft = self.visible(actor, key)
            require_drafts([draft])
            self.edit(actor, draft, values, if_match(request, draft.version))
            return shown(actor, draft.pk)

        return perform(request, effect, status=200)

    def delete(self, request: ApiRequest, key: str) -> HttpResponse:
        document = key_of("document", key)
        return deleted(
            request, document, lambda: self.remove(request.actor, document, self._met(request, key))
        )

    def post(self, request: ApiRequest, key: str) -> HttpResponse:
        document = key_of("document", key)
        return self._done(
            request, document, lambda: self.post_draft(request.actor, document, self._met(request, key))
        )

    def _met(self, request: ApiRequest, key: str) -> int | None:
        """The version that If-Match names, None without one. Raises NotFound or VersionMismatch."""
        if wanted_version(request) is None:
            return None
        return if_match(request, self.visible(request.actor, key).version)

    def reverse(self, request: ApiRequest, key: str) -> HttpResponse:
        document = key_of("document", key)
        values = body(request, TakeBackInput)

        def take_back() -> None:
            self.take_back(request.actor, document, values["date"], values["reason"])

        return self._done(request, document, take_back)

    def duplicate(self, request: ApiRequest, key: str, verb: Callable[..., int]) -> HttpResponse:
        """A draft with the same contents, by the service's ``verb(actor=, key=)``."""

        def effect() -> dict[str, Any]:
            source = self.visible(request.actor, key)
            return shown(request.actor, verb(actor=request.actor, key=source.pk))

        return perform(request, effect)

    def _done(self, request: ApiRequest, key: int, do: Any) -> HttpResponse:
        """Do something with a document; the answer is the document after it."""

        def effect() -> dict[str, Any]:
            do()
            return shown(request.actor, key)

        return perform(request, effect, status=200)
