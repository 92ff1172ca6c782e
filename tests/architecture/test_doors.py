"""Every address leads through a door that names a right (SPEC 4)."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from arledger.core.api.views import ApiView
from arledger.core.permissions import RIGHTS

# Reviewed: reached without a company. Anonymous ones, and what every person may do for himself.
OPEN = {
    "healthz": "the balancer's question; says nothing of anybody",
    "readyz": "the same",
    "accounts/login/": "signing in",
    "accounts/logout/": "signing out",
    "accounts/inactive/": "told to somebody who may not sign in",
    "api/v1/docs": "the reference of the API; what it shows is public",
    "accounts/language/": "the language of the sign-in page",
    "accounts/welcome/<str:token>/": "an invitation: its signed token is the right",
    "accounts/password/<str:token>/": "a forgotten password: its signed token is the right",
    "accounts/companies/new/": "founding a company: its door lets operators of the installation through",
    # Of allauth, each for the person himself and behind its own sign-in.
    "accounts/reauthenticate/": "one's own password again",
    "accounts/2fa/": "one's own second factor",
    "accounts/2fa/authenticate/": "the second step of signing in",
    "accounts/2fa/reauthenticate/": "one's own second factor again",
    "accounts/2fa/totp/activate/": "one's own second factor",
    "accounts/2fa/totp/deactivate/": "one's own second factor",
    "accounts/2fa/recovery-codes/": "one's own second factor",
    "accounts/2fa/recovery-codes/generate/": "one's own second factor",
    "accounts/2fa/recovery-codes/download/": "one's own second factor",
    "accounts/sessions/": "where one is signed in oneself",
}


METHODS = {"GET", "POST", "PATCH", "PUT", "DELETE"}
# Calls that any token of the company may make. Reviewed.
ANY_TOKEN = {
    # Shows the events of what its caller may view.
    "GET api/v1/events",
    # For whoever may list adjustments or advances, as on the page.
    "GET api/v1/credits",
    # Files are their owner's, made with the rights of what they are of.
    "GET api/v1/exports",
    "POST api/v1/exports",
    "GET api/v1/exports/<str:key>",
    "POST api/v1/exports/<str:key>/cancel",
    "GET api/v1/exports/<str:key>/file",
} | {
    # Whoever enters documents has to name these.
    f"GET api/v1/{word}{one}"
    for word in (
        "accounts",
        "bank-accounts",
        "entities",
        "journals",
        "locations",
        "number-sequences",
        "terms",
    )
    for one in ("", "/<str:key>")
}
# Calls that need no token. Reviewed.
PUBLIC = {
    "api/v1/openapi.json": "what calls there are",
    "api/v1/problems": "what the error codes mean",
    "api/v1/problems/<str:code>": "the same, of one",
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
    pages = ((address, pattern) for address, pattern in routes() if not hasattr(pattern.callback, "rights"))
    without = {address for address, pattern in pages if not hasattr(pattern.callback, "right")}
    assert without == set(OPEN)


def calls() -> Iterator[tuple[str, type[ApiView], dict[str, str]]]:
    """Every address of the API but the one that catches the rest: its view, and the right each method needs."""
    for address, pattern in routes():
        if address.startswith("api/v1/") and pattern.name not in ("nothing", "reference"):
            yield address, pattern.callback.cls, pattern.callback.rights  # type: ignore[attr-defined]


def test_every_call_says_the_right_of_each_method_it_answers() -> None:
    for address, view, rights in calls():
        answered = {method for method in METHODS if hasattr(view, method.lower())}
        assert answered, address
        assert set(rights) <= answered, address
        # A view may be put at several addresses with fewer methods each; what it names no right for answers 405.
        assert rights, address
        assert {right for right in rights.values() if right} <= RIGHTS, address


def test_few_calls_need_no_right_or_no_token() -> None:
    public = {address for address, view, _rights in calls() if view.public}
    assert public == set(PUBLIC)
    free = {
        f"{method} {address}" for address, view, rights in calls() for method in rights if not rights[method]
    }
    assert {one for one in free if one.split(" ")[1] not in PUBLIC} == set(ANY_TOKEN)


def test_every_door_names_a_right_there_is() -> None:
    doors = {address: getattr(pattern.callback, "right", None) for address, pattern in routes()}
    assert len(doors) > len(OPEN)
    assert {address: right for address, right in doors.items() if right and right not in RIGHTS} == {}


def test_few_doors_ask_for_membership_alone() -> None:
    """Pages of a company that any member may open: the start, the search, one's own settings. Reviewed.

    Why a document is open asks for the right to view its kind, once it knows the document. Available credits are for
    whoever may list adjustments or advances. Files are their owner's, and made with the rights of their source; saved
    views ask for the right of the page they are of.
    """
    members = {address for address, pattern in routes() if getattr(pattern.callback, "right", None) == ""}
    reviewed = {
        "",
        "search/",
        "palette/",
        "start/",
        "help/",
        "matching/why/<int:key>/",
        "credits/",
        "credits/export/",
    }
    reviewed |= {f"exports/{address}" for address in ("", "tray/", "<int:key>/file/", "<int:key>/stop/")}
    reviewed |= {f"views/{address}" for address in ("", "save/", "<int:key>/")}
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
