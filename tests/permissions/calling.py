"""Calling every address of the table, and comparing what two calls say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.db import transaction
from django.test import Client

from arledger.core.api.ids import id_of
from tests.integrator import Integrator
from tests.permissions.furnished import Furnished
from tests.permissions.matrix import Row, calls, pages

#: The kind of the id by the name of an object, where that is not a document.
KINDS = {
    name: name
    for name in ("customer", "application", "summary", "account", "location", "entity", "term", "sequence")
} | {"bank": "bank_account"}
KINDS |= {
    name: name for name in ("journal", "user", "role", "token", "import", "export", "webhook", "delivery")
}
NOWHERE = 987_654_321
#: What a page asks for beside its address.
ASKED = {"views/": {"place": "invoices:list"}, "views/save/": {"place": "invoices:list", "name": "Mine"}}


@dataclass(frozen=True)
class Said:
    """The status and the words of an answer."""

    status: int
    text: str


def keys_of(made: Furnished) -> dict[str, str]:
    return {name: str(key) for name, key in made.keys.items()}


def ids_of(made: Furnished) -> dict[str, str]:
    return {name: id_of(KINDS.get(name, "document"), key) for name, key in made.keys.items()}


def nowhere(names: Iterable[str]) -> dict[str, str]:
    return dict.fromkeys(names, str(NOWHERE))


def no_ids(names: Iterable[str]) -> dict[str, str]:
    return {name: id_of(KINDS.get(name, "document"), NOWHERE) for name in names}


def undone(call: Callable[[], Said]) -> Said:
    """What a call says; what it wrote is taken back."""
    sid = transaction.savepoint()
    try:
        return call()
    finally:
        transaction.savepoint_rollback(sid)


def browser(api: Integrator | None) -> Client:
    """The pages as that person; as nobody."""
    client = Client(raise_request_exception=False)
    if api is not None:
        client.force_login(api.user)
    return client


def open_page(client: Client, company: str, row: Row, keys: dict[str, str]) -> Said:
    address = f"/c/{company}/{row.path(keys).removeprefix('/')}"

    def call() -> Said:
        sent = ASKED.get(row.address, {}) | ({"action": "delete"} if row.method == "POST" else {})
        answer = getattr(client, row.method.lower())(address, sent)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        return Said(answer.status_code, content.decode(errors="replace") + answer.get("Location", ""))

    return undone(call)


def make_call(api: Integrator, row: Row, ids: dict[str, str], token: str | None = None) -> Said:
    def call() -> Said:
        body: dict[str, object] | None = None if row.method == "GET" else {}
        answer = api.call(row.method, row.path(ids), body, token=token)
        return Said(answer.status, answer.text)

    return undone(call)


def everything(
    made: Furnished,
    api: Integrator,
    keys: dict[str, str],
    ids: dict[str, str],
    chosen: Callable[[Row], bool] = lambda _row: True,
) -> Iterator[tuple[Row, Said]]:
    """Each row of the table, called by somebody in his company with these objects in the address."""
    client, api.client = browser(api), Client(raise_request_exception=False)
    for row in filter(chosen, pages()):
        if row.needs:
            yield row, open_page(client, made.company.code, row, keys)
    for row in filter(chosen, calls()):
        yield row, make_call(api, row, ids)


def told_apart(
    made: Furnished, api: Integrator, theirs: Furnished, chosen: Callable[[Row], bool]
) -> dict[str, object]:
    """Where somebody can tell objects that are not for him from such as do not exist; none where he gets to them."""
    keys, ids = keys_of(theirs), ids_of(theirs)
    hidden = everything(made, api, keys, ids, chosen)
    missing = everything(made, api, nowhere(keys), no_ids(ids), chosen)
    found: dict[str, object] = {}
    for (row, said), (_row, nothing) in zip(hidden, missing, strict=True):
        names = [*keys.values(), *ids.values(), str(NOWHERE), *no_ids(ids).values()]
        if bare(said, names) != bare(nothing, names):
            found[str(row)] = f"{said.status}, not {nothing.status}"
        elif said.status not in (400, 404, 405):
            found[str(row)] = said.status
        elif theirs.secret in said.text:
            found[str(row)] = "named"
    return found


def bare(said: Said, names: Iterable[str]) -> Said:
    """An answer without what differs between any two calls, and without these texts."""
    text = re.sub(r'name="(?:csrfmiddlewaretoken|idempotency_key)" value="[^"]*"', "", said.text)
    text = re.sub(r"hx-headers='[^']*'", "", text)
    text = re.sub(r'nonce="[^"]*"|"(?:request_id|instance)": ?"[^"]*"', "", text)
    longest_first = sorted(set(names), key=lambda name: (-len(name), name))
    if longest_first:
        either = "|".join(re.escape(name) for name in longest_first)
        text = re.sub(rf"(?<![0-9A-Za-z])(?:{either})(?![0-9])", "#", text)
    return Said(said.status, text)
