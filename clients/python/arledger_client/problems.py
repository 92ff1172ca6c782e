"""What the API refuses, as exceptions: RFC 9457 problems with a stable code and a place for each error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True)
class Fault:
    """One thing wrong: ``pointer`` leads into the body, ``parameter`` and ``header`` name those.

    ``values`` are the limits and current values that the sentence in ``detail`` speaks of, by name: amounts as the API
    writes them.
    """

    code: str
    detail: str = ""
    pointer: str = ""
    parameter: str = ""
    header: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


class ArledgerError(Exception):
    """Whatever goes wrong between this program and the books."""


class NotReached(ArledgerError):
    """There was no answer, however often it was tried. A write may have counted: repeat it with its key."""

    def __init__(self, message: str, idempotency_key: str = "") -> None:
        self.idempotency_key = idempotency_key
        super().__init__(message)


class Problem(ArledgerError):
    """An answer that says no. ``code`` is for programs and stays; ``detail`` is for people."""

    statuses: ClassVar[tuple[int, ...]] = ()

    def __init__(
        self,
        status: int,
        *,
        code: str,
        title: str = "",
        detail: str = "",
        faults: tuple[Fault, ...] = (),
        instance: str = "",
        request_id: str = "",
    ) -> None:
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.faults = faults
        self.instance = instance
        self.request_id = request_id
        super().__init__(f"{status} {code}: {detail or title}")

    @property
    def pointer(self) -> str:
        """Where the first error is in the body; empty when it is nowhere in it."""
        return next((fault.pointer for fault in self.faults if fault.pointer), "")

    @property
    def values(self) -> Mapping[str, Any]:
        """The limits and current values of the first error that has some."""
        return next((fault.values for fault in self.faults if fault.values), {})


class Invalid(Problem):
    """400, 406, 413, 415: the call itself is not acceptable."""

    statuses = (400, 406, 413, 415)


class NotSignedIn(Problem):
    """401: the token is not known, expired or revoked."""

    statuses = (401,)


class NotAllowed(Problem):
    """403: the token's rights do not suffice."""

    statuses = (403,)


class NotThere(Problem):
    """404, 410: there is no such thing in this company."""

    statuses = (404, 410)


class Conflict(Problem):
    """409: something else has this code, or the books are busy."""

    statuses = (409,)


class Changed(Problem):
    """412: somebody changed the draft since it was read; ``values`` say who and when, or where it stands now."""

    statuses = (412,)


class Refused(Problem):
    """422: the books do not allow it."""

    statuses = (422,)


class TooMany(Problem):
    """429: too many calls, even after waiting."""

    statuses = (429,)


class Broken(Problem):
    """500 and above: something went wrong there; ``request_id`` is the number to tell."""


_KINDS = {
    status: kind
    for kind in (Invalid, NotSignedIn, NotAllowed, NotThere, Conflict, Changed, Refused, TooMany)
    for status in kind.statuses
}


def problem_of(status: int, body: Any) -> Problem:
    """The exception for an answer; one that is no problem document is told by its status."""
    found: Mapping[str, Any] = body if isinstance(body, Mapping) else {}
    kind = _KINDS.get(status, Broken if status >= 500 else Problem)
    return kind(
        status,
        code=str(found.get("code", f"status_{status}")),
        title=str(found.get("title", "")),
        detail=str(found.get("detail", "")),
        faults=tuple(_fault(one) for one in found.get("errors", ())),
        instance=str(found.get("instance", "")),
        request_id=str(found.get("request_id", "")),
    )


def _fault(one: Mapping[str, Any]) -> Fault:
    known = ("code", "detail", "pointer", "parameter", "header")
    return Fault(**{name: str(one.get(name, "")) for name in known}, values=one.get("values", {}))
