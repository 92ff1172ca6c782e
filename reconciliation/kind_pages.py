"""What the pages of a kind of document with lines start from: its words, its addresses, its services.

Invoices, adjustments and advances have the same pages: a list, a form, one document with its verbs. The modules beside
this one make those pages; each kind names what is its own by subclassing them, and its page functions stay one line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from arledger.core.actor import Actor
from ledger.models import Document, Kind
from reconciliation.selectors import visible_document

Text = str | Promise
VERBS = ("view", "add", "edit", "delete", "post", "reverse")


@dataclass(frozen=True, kw_only=True)
class Words:
    """The sentences in which a kind is named; lazily translated."""

    many: Text
    draft: Text
    new: Text
    edit: Text
    post: Text
    post_question: Text
    delete_question: Text
    reverse: Text
    pick_first: Text


class KindPages:
    """The pages of one kind. Subclasses set the attributes and call the kind's services."""

    kind: ClassVar[Kind]
    words: ClassVar[Words]
    # The right that changing a draft needs; SPEC 4 has none of its own for advances.
    edit_right: ClassVar[str] = "edit"

    # Services ------------------------------------------------------------------------------------------------

    def post_drafts(self, actor: Actor, ids: Sequence[int]) -> Sequence[str | None]:
        """Post drafts; their numbers."""
        raise NotImplementedError

    def delete_drafts(self, actor: Actor, ids: Sequence[int]) -> None:
        raise NotImplementedError

    def take_back(self, actor: Actor, ids: Sequence[int], on: date, reason: str) -> object:
        raise NotImplementedError

    # What every page uses ------------------------------------------------------------------------------------

    def right(self, verb: str) -> str:
        return f"{self.kind}s.{self.edit_right if verb == 'edit' else verb}"

    def may(self, actor: Actor) -> dict[str, bool]:
        return {verb: actor.may(self.right(verb)) for verb in VERBS}

    def url(self, route: str, *arguments: object) -> str:
        return reverse(f"{self.kind}s:{route}", args=arguments)

    def at(self, key: int) -> str:
        return self.url("detail", key)

    def one(self, actor: Actor, key: int) -> Document:
        """One document of the kind. Raises NotFound."""
        return visible_document(actor, kind=self.kind, key=key)

    def name(self, document: Document) -> str:
        """How its page calls a document: what it is while it is a draft without a number."""
        if document.state == Document.State.DRAFT and not document.number:
            return str(self.words.draft)
        return str(document)

    def posted(self, actor: Actor, key: int) -> str:
        """What is said after posting, once the number is drawn."""
        return _("%(number)s is posted.") % {"number": self.one(actor, key)}

    def context(self) -> dict[str, object]:
        """What the templates of the kind's pages share (templates/documents)."""
        routes = ("list", "new", "edit", "post", "delete", "reverse", "duplicate", "bulk-post", "due")
        return {
            "words": self.words,
            "routes": {route.replace("-", "_"): f"{self.kind}s:{route}" for route in routes},
            "list_url": self.url("list"),
        }
