"""Documents and lines as programs and files name them: by the id of either, or by a document's number (ADR 0036)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date as Day

from django.utils.translation import gettext_lazy as _

from arledger.core.actor import Actor
from arledger.core.api.ids import id_of, key_in
from arledger.core.errors import Invalid, NotFound
from arledger.core.query import KeyIn
from ledger.models import Document, Line, document_name
from reconciliation.selectors import documents


class ReferenceAmbiguous(Invalid):
    code = "reference_ambiguous"
    sentence = _(
        "“%(text)s” is the number of several documents: %(documents)s. Use the id of the one you mean."
    )


class LineNamed(Invalid):
    code = "line_instead_of_document"
    sentence = _("“%(text)s” is a line. Name the whole document here, by its id or its number.")


@dataclass(frozen=True, slots=True)
class Named:
    """What a text names: a document, or with ``line`` one line of it. ``customer`` is the line's or the document's."""

    document: int
    customer: int | None
    kind: str
    number: str | None
    date: Day
    line: int | None = None

    @property
    def name(self) -> str:
        return document_name(self.kind, self.number, self.date)


class Names:
    """What texts name among the documents that the person may see; numbers are looked up among some kinds only.

    Three statements at most, however many texts there are.
    """

    def __init__(self, actor: Actor, texts: Iterable[str], kinds: Collection[str]) -> None:
        wanted = set(texts)
        lines, keys = _keys("line", wanted), _keys("document", wanted)
        numbers = [text for text in wanted if not _is_id(text)]
        mine = documents(actor)
        self._lines = _lines(actor, lines) if lines else {}
        self._documents = {one.pk: _named(one) for one in mine.filter(KeyIn(keys))} if keys else {}
        self._numbers: dict[str, list[Named]] = {}
        for one in mine.filter(kind__in=kinds, number__in=numbers).order_by("pk") if numbers else ():
            self._numbers.setdefault(one.number or "", []).append(_named(one))

    def get(self, text: str, *, customer: int | None = None, field: str | None = None) -> Named:
        """The document or line that ``text`` names; of documents with this number the one of ``customer``.

        Raises NotFound, or ReferenceAmbiguous when several documents have the number.
        """
        line, document = key_in("line", text), key_in("document", text)
        found = self._lines.get(line or 0) or self._documents.get(document or 0)
        if found:
            return found
        numbered = self._numbers.get(text, [])
        own = [one for one in numbered if customer is None or one.customer == customer] or numbered
        if not own:
            raise NotFound(field=field)
        if len(own) > 1:
            names = ", ".join(id_of("document", one.document) for one in own)
            raise ReferenceAmbiguous(field=field, text=text[:60], documents=names)
        return own[0]

    def document(self, text: str, *, customer: int | None = None, field: str | None = None) -> Named:
        """The document that ``text`` names. Raises as ``get``, and LineNamed."""
        if key_in("line", text) is not None:
            raise LineNamed(field=field, text=text[:60])
        return self.get(text, customer=customer, field=field)


def _is_id(text: str) -> bool:
    return key_in("line", text) is not None or key_in("document", text) is not None


def _keys(kind: str, texts: Iterable[str]) -> set[int]:
    return {key for text in texts if (key := key_in(kind, text)) is not None}


def _lines(actor: Actor, keys: Collection[int]) -> dict[int, Named]:
    found = Line.objects.filter(KeyIn(keys), company_id=actor.company_id).select_related("document")
    if actor.entities is not None:
        found = found.filter(document__in=documents(actor).values("pk"))
    return {line.pk: _named(line.document, line) for line in found}


def _named(document: Document, line: Line | None = None) -> Named:
    return Named(
        document=document.pk,
        customer=line.customer_id if line else document.customer_id,
        kind=document.kind,
        number=document.number,
        date=document.date,
        line=line.pk if line else None,
    )
