"""What the calls of all kinds of documents share: answers, bulk entry, posting, taking back, deleting drafts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from django.http import HttpResponse
from django.utils.translation import gettext as _

from arledger.companies.selectors import settings_of
from arledger.core.actor import Actor
from arledger.core.api.batches import items_of
from arledger.core.api.fields import DayField, Input, TextField
from arledger.core.api.ids import id_of
from arledger.core.api.views import ApiRequest
from arledger.core.api.writing import bulk, perform
from arledger.core.errors import NotFound, Refusal, Refusals
from ledger.posting import lock_customers
from reconciliation.document_answers import document_answers

Place = tuple[str, int | None, int | None]
Item = TypeVar("Item")


class TakeBackInput(Input):
    """Reversing or voiding: on which day, and why."""

    date = DayField()
    reason = TextField(max_length=500)


def shown(actor: Actor, key: int) -> dict[str, Any]:
    """The answer of one document that the person may see. Raises NotFound."""
    found = document_answers(actor, [key])
    if not found:
        raise NotFound()
    return found[0]


def created(actor: Actor, key: int, *, asked: bool, post: bool) -> dict[str, Any]:
    """The answer of a document just entered. Whoever may not post gets a draft, and is told so (SPEC 4)."""
    return told(shown(actor, key), asked=asked, post=post)


def told(answer: dict[str, Any], *, asked: bool, post: bool) -> dict[str, Any]:
    if asked and not post:
        sentence = _("It was kept as a draft: posting needs a right that this caller does not have.")
        return answer | {"notices": [{"code": "left_as_draft", "detail": sentence}]}
    return answer


def the_one(found: Sequence[Item | Refusal]) -> Item:
    """What the only body means. Raises what is wrong with it."""
    if isinstance(found[0], Refusal):
        raise found[0]
    return found[0]


def deleted(request: ApiRequest, key: int, delete: Callable[[], None]) -> HttpResponse:
    """Delete a draft; the answer names what is gone."""

    def effect() -> dict[str, Any]:
        delete()
        return {"id": id_of("document", key), "deleted": True}

    return perform(request, effect, status=200)


# Bulk ----------------------------------------------------------------------------------------------------------


def in_bulk(
    request: ApiRequest,
    *,
    shape: type[Input],
    read: Callable[[Sequence[dict[str, Any] | Refusal]], list[Any]],
    enter: Callable[[Sequence[Any]], list[int]],
    told_of: Callable[[Any], tuple[bool, bool]],
    parties: Callable[[Sequence[Any]], Iterable[int]],
    names: Mapping[str, str],
) -> HttpResponse:
    """Enter up to 1,000 documents: ``read`` makes inputs of items, ``enter`` writes them and returns their keys.

    ``told_of`` says of an input whether posting was asked for, and whether it is posted; ``parties`` whose accounts
    inputs touch.
    """
    atomic, items = items_of(request.data, shape)
    actor = request.actor

    def entered(inputs: Sequence[Any]) -> list[tuple[int, Any]]:
        return list(zip(enter(inputs), inputs, strict=True))

    def show(made: Sequence[tuple[int, Any]]) -> list[dict[str, Any]]:
        answers = document_answers(actor, [key for key, _one in made])
        return [
            told(answer, asked=told_of(one)[0], post=told_of(one)[1])
            for answer, (_key, one) in zip(answers, made, strict=True)
        ]

    def effect() -> dict[str, Any]:
        found = read(items)
        good = [one for one in found if not isinstance(one, Refusal)]
        if not atomic or len({told_of(one)[1] for one in good}) > 1:
            # Entered by several calls of the service: their customers are locked at once, in key order (DESIGN 2).
            settings_of(actor.company_id, hold=True)
            lock_customers(actor=actor, ids=parties(good))
        return bulk(found, entered, show, atomic=atomic, names=names)

    return perform(request, effect, status=200)


# Posting some and keeping others as drafts ---------------------------------------------------------------------


def grouped(
    items: Sequence[Item], post: Callable[[Item], bool], write: Callable[[list[Item], bool], list[int]]
) -> list[int]:
    """Write items that are posted and those kept as drafts by one call each; their keys in the items' order.

    Rows of refusals are the items' places.
    """
    keys = [0] * len(items)
    for flag in (True, False):
        places = [index for index, item in enumerate(items) if post(item) is flag]
        if not places:
            continue
        try:
            made = write([items[index] for index in places], flag)
        except Refusal as refusal:
            for error in each(refusal):
                error.row = None if error.row is None else places[error.row]
            raise
        for index, key in zip(places, made, strict=True):
            keys[index] = key
    return keys


def each(refusal: Refusal) -> list[Refusal]:
    return refusal.errors if isinstance(refusal, Refusals) else [refusal]


@contextmanager
def placed(places: Sequence[Mapping[Place, str]]) -> Iterator[None]:
    """Point refusals about a charge or a credit at the member that names it.

    ``places``, by row: the pointer of what stands for (side, document, line), as the refusal's ``field`` and values
    say it.
    """
    try:
        yield
    except Refusal as refusal:
        for error in each(refusal):
            own = places[error.row or 0] if places else {}
            document, line = error.values.get("document"), error.values.get("line")
            pointer = own.get((error.field or "", document, line))
            if pointer:
                # An entry of ``documents`` is a name alone; the others carry an amount.
                amount = "amount" in error.values and "/documents/" not in pointer
                error.field = f"{pointer}/amount" if amount else pointer
        raise
