"""One write: once per key, in one transaction, or only rehearsed (SPEC 15).

The key is claimed in the effect's own transaction, so a twin that comes at the same time waits for the first and
gets its answer. What was refused wrote nothing: its key is free, and the same call is judged anew (ADR 0033).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import OperationalError, connection, transaction
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from arledger.core import late
from arledger.core.api.encoding import encode
from arledger.core.api.fields import FlagField, read_parameter
from arledger.core.api.parsing import HEADER, only
from arledger.core.api.problems import problem
from arledger.core.api.views import ApiRequest, etag_of, nothing_else_sent, parameters, respond_text
from arledger.core.errors import Busy, Invalid, Refusal, Refusals
from arledger.core.idempotency import answered, claim

KEY_HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
LOCK_NOT_AVAILABLE = "55P03"
_KEY = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)
_VERSION = re.compile(r'(?:W/)?"([0-9]{1,18})"', re.ASCII)

Effect = Callable[[], Any]


class KeyInvalid(Invalid):
    code = "idempotency_key_invalid"
    sentence = _("An Idempotency-Key has 1 to 255 visible ASCII characters and no spaces.")


class KeyRunning(Refusal):
    code = "idempotency_key_running"
    status = 409
    sentence = _("The first call with this key is still running. Ask again for its answer.")
    again = True


class ConditionInvalid(Invalid):
    code = "if_match_invalid"
    sentence = _('If-Match carries the version of the document in quotes, as its ETag says: "3".')


class VersionMismatch(Refusal):
    code = "version_mismatch"
    status = 412
    sentence = _("This was changed since you read it: it is at version %(version)s now.")


class _Rehearsed(Exception):
    """Ends a rehearsal by taking everything back."""


def perform(
    request: ApiRequest,
    effect: Effect,
    *,
    status: int = 201,
    kept: Callable[[Any], Any] | None = None,
) -> HttpResponse:
    """Do ``effect`` once and answer what it returns (a JSON-able value; ``version`` becomes the ETag).

    ``effect`` calls one service, reads what came of it and runs inside a transaction. With ``Idempotency-Key`` a
    repeated call gets the first answer; with ``?validate_only=true`` everything is done, the deferred constraints
    included, and taken back: status 200, ``validate_only: true``, no key claimed, no number drawn.
    ``kept`` makes what a replay shows, where that is less than the first answer (a secret).
    Other query parameters are refused, and a body that nobody read, unless it is empty. Raises what ``effect``
    raises, KeyInvalid, KeyReused and KeyRunning.
    """
    nothing_else_sent(request)
    found = parameters(request)
    only(found, {"validate_only": None})
    key = key_in(request)
    if rehearsed(found):
        return respond_text(encode(_with_mark(rehearse(effect))))
    if key is None:
        with transaction.atomic():
            value = effect()
        return respond_text(encode(value), status=status, etag=etag_of(value))
    with transaction.atomic():
        first = _claim(request, key)
        if first is not None:
            return _replay(first)
        value = effect()
        text = encode(value)
        shown = text if kept is None else encode(kept(value))
        _keep(request, key, f"{status} {etag_of(value)}\n{shown}")
    return respond_text(text, status=status, etag=etag_of(value))


def rehearsed(found: Mapping[str, str]) -> bool:
    """Whether ``?validate_only=true`` asks to write nothing. Raises ChoiceUnknown for anything but true and false."""
    return "validate_only" in found and read_parameter(FlagField(), "validate_only", found["validate_only"])


def rehearse(effect: Effect) -> Any:
    """What ``effect`` would return, with every constraint asked; nothing of it is written. Raises what it raises."""
    result: Any = None
    try:
        with transaction.atomic():
            result = effect()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            raise _Rehearsed
    except _Rehearsed:
        return result


def _with_mark(value: Any) -> Any:
    return {"validate_only": True, **value} if isinstance(value, dict) else value


# Keys ----------------------------------------------------------------------------------------------------------


def key_in(request: ApiRequest) -> str | None:
    """The call's Idempotency-Key, None without one. Raises KeyInvalid."""
    key: str | None = request.headers.get(KEY_HEADER)
    if key is not None and not _KEY.fullmatch(key):
        raise KeyInvalid(field=HEADER + KEY_HEADER)
    return key


def _endpoint(request: ApiRequest) -> str:
    return f"api {request.method} {request.path_info}"


def _contents(request: ApiRequest) -> bytes:
    query: str = request.META.get("QUERY_STRING", "")
    return query.encode("utf-8", "surrogateescape") + b"\n" + request._request.body


def _claim(request: ApiRequest, key: str) -> str | None:
    try:
        return claim(actor=request.actor, endpoint=_endpoint(request), key=key, body=_contents(request))
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) == LOCK_NOT_AVAILABLE:
            raise KeyRunning(field=HEADER + KEY_HEADER) from error
        raise


def _keep(request: ApiRequest, key: str, text: str) -> None:
    answered(actor=request.actor, endpoint=_endpoint(request), key=key, answer=text)


def _replay(first: str) -> HttpResponse:
    head, _, text = first.partition("\n")
    status, _, etag = head.partition(" ")
    response = respond_text(text, status=int(status), etag=etag)
    response[REPLAYED] = "true"
    return response


# Conditions ----------------------------------------------------------------------------------------------------


def wanted_version(request: ApiRequest) -> int | None:
    """The version that ``If-Match`` names; None without one, or with ``*``. Raises ConditionInvalid."""
    text: str | None = request.headers.get("If-Match")
    if text is None or text.strip() == "*":
        return None
    found = _VERSION.fullmatch(text.strip())
    if found is None:
        raise ConditionInvalid(field=f"{HEADER}If-Match")
    return int(found[1])


def if_match(request: ApiRequest, version: int) -> int:
    """The version to hand to the service. Raises VersionMismatch (412) when ``If-Match`` names another one.

    A call without ``If-Match`` works on the document as it is.
    """
    wanted = wanted_version(request)
    if wanted is not None and wanted != version:
        raise VersionMismatch(field=f"{HEADER}If-Match", version=version)
    return version


# Bulk ----------------------------------------------------------------------------------------------------------


def bulk(
    items: Sequence[Any],
    enter: Callable[[Sequence[Any]], Sequence[Any]],
    show: Callable[[Sequence[Any]], Sequence[Any]],
    *,
    atomic: bool,
    names: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Enter many documents: ``{"results": [{"index", "status", "document" | "error"}]}``, in the order of ``items``.

    An item is what ``enter`` takes, or the Refusal that reading it raised. ``enter`` writes a list by one service
    call and returns keys; ``show`` turns keys into answers. ``atomic``: all or nothing, refusals are raised with
    their rows. Else the good ones stay: the whole batch is tried at once, then its halves.
    """
    good = [(index, item) for index, item in enumerate(items) if not isinstance(item, Refusal)]
    bad = {index: item for index, item in enumerate(items) if isinstance(item, Refusal)}
    if atomic and bad:
        raise _together(bad)
    keys: dict[int, Any] = {}
    with late.held():
        if atomic:
            keys = dict(enumerate(enter(list(items)))) if items else {}
        else:
            _each(good, enter, keys, bad)
    places = sorted(keys)
    shown = dict(zip(places, show([keys[place] for place in places]), strict=True)) if places else {}
    results = []
    for index in range(len(items)):
        if index in shown:
            results.append({"index": index, "status": 201, "document": shown[index]})
        else:
            bad[index].row = None
            error = problem(bad[index], names=names)
            results.append({"index": index, "status": error["status"], "error": error})
    return {"results": results}


def _together(bad: Mapping[int, Refusal]) -> Refusals:
    errors: list[Refusal] = []
    for index, refusal in bad.items():
        for one in refusal.errors if isinstance(refusal, Refusals) else [refusal]:
            one.row = index
            errors.append(one)
    return Refusals(errors)


def _each(
    batch: Sequence[tuple[int, Any]],
    enter: Callable[[Sequence[Any]], Sequence[Any]],
    keys: dict[int, Any],
    bad: dict[int, Refusal],
) -> None:
    """Enter what can be entered; what cannot is noted with its refusal. Busy books are nobody's fault: raised."""
    if not batch:
        return
    try:
        with transaction.atomic(), late.held():
            entered = enter([item for _index, item in batch])
    except Busy:
        raise
    except Refusal as refusal:
        if len(batch) == 1:
            bad[batch[0][0]] = refusal
            return
    else:
        keys.update((index, key) for (index, _item), key in zip(batch, entered, strict=True))
        return
    middle = len(batch) // 2
    _each(batch[:middle], enter, keys, bad)
    _each(batch[middle:], enter, keys, bad)
