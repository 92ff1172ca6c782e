"""The tray in the top bar: what runs in the background for the person, wherever he goes meanwhile (UX: frame).

Apps register what they have running. Pages pay nothing for it: a cookie says that there is something to ask for, and
the tray is fetched once the page is shown, again every two seconds while something runs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.functional import Promise

from arledger.core.http.doors import PageRequest

COOKIE = "arledger_tray"
COOKIE_SECONDS = 24 * 3600
# How long something that has ended keeps the tray lit.
FRESH = timedelta(minutes=10)
SHOWN = 8


@dataclass(frozen=True, kw_only=True)
class Item:
    """Something that runs or ran: ``what`` it is ("Export"), its ``title``, and its ``state``.

    That is one of queued, running, done, failed, cancelled and expired.

    ``percent`` is None when nobody knows; ``detail`` says more ("12,000 rows", or why it failed). ``url`` is its page,
    ``file_url`` its file, ``stop_url`` takes a POST that cancels it or, when it is over, forgets it.
    """

    what: str | Promise
    title: str
    state: str
    started_at: datetime
    ended_at: datetime | None = None
    percent: int | None = None
    detail: str = ""
    url: str = ""
    file_url: str = ""
    stop_url: str = ""

    @property
    def running(self) -> bool:
        return self.state in ("queued", "running")


Provider = Callable[[PageRequest], Sequence[Item]]
_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Have ``provider`` asked for what it has running for the person of a request, and what has just ended."""
    if provider not in _providers:
        _providers.append(provider)


def items(request: PageRequest) -> list[Item]:
    """What there is, the running first, then the newest."""
    found = [item for provider in _providers for item in provider(request)]
    return sorted(found, key=lambda item: (not item.running, -item.started_at.timestamp()))


def is_lit(request: PageRequest, found: Sequence[Item]) -> bool:
    """Whether somebody would want to look: something runs or has just ended."""
    at = request.actor.at
    return any(item.running or (item.ended_at and at - item.ended_at < FRESH) for item in found)


Answer = TypeVar("Answer", bound=HttpResponseBase)


def light(request: PageRequest, response: Answer) -> Answer:
    """From the next page on the tray asks for what runs: call it on the answer that starts something."""
    response.set_cookie(
        COOKIE,
        "1",
        max_age=COOKIE_SECONDS,
        path=reverse("home:index"),
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
    return response


def darken(response: Answer) -> Answer:
    """Nothing to ask for any more."""
    response.delete_cookie(COOKIE, path=reverse("home:index"), samesite="Lax")
    return response
