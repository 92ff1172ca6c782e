"""Every address leads through a door that names a right (SPEC 4)."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from arledger.core.permissions import RIGHTS

# Reviewed: reached without a company. Anonymous ones, and what every person may do for himself.
OPEN = {
    "healthz": "the balancer's question; says nothing of anybody",
    "readyz": "the same",
    "accounts/login/": "signing in",
    "accounts/logout/": "signing out",
    "accounts/inactive/": "told to somebody who may not sign in",
    "accounts/language/": "the language of the sign-in page",
}


def routes(
    patterns: list[URLPattern | URLResolver] | None = None, before: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, address)
        else:
            yield address, pattern


def test_every_route_has_a_door() -> None:
    without = {address for address, pattern in routes() if not hasattr(pattern.callback, "right")}
    assert without == set(OPEN)


def test_every_door_names_a_right_there_is() -> None:
    doors = {address: getattr(pattern.callback, "right", None) for address, pattern in routes()}
    assert len(doors) > len(OPEN)
    assert {address: right for address, right in doors.items() if right and right not in RIGHTS} == {}


def test_few_doors_ask_for_membership_alone() -> None:
    """Pages of a company that any member may open: the start, the search, one's own settings. Reviewed.

    Why a document is open asks for the right to view its kind, once it knows the document. Available credits are for
    whoever may list adjustments or advances.
    """
    members = {address for address, pattern in routes() if getattr(pattern.callback, "right", None) == ""}
    reviewed = {"", "search/", "start/", "help/", "matching/why/<int:key>/", "credits/", "credits/export/"}
    assert members <= reviewed


def test_no_two_routes_share_a_name() -> None:
    names = [
        pattern.name
        for _, pattern in routes()
        if pattern.name and not pattern.lookup_str.startswith("allauth")
    ]
    namespaced = [f"{pattern.lookup_str.rsplit('.', 1)[0]}:{pattern.name}" for _, pattern in routes()]
    assert len(set(namespaced)) == len(namespaced)
    assert names
