"""Another company's keys and codes in the forms, filters and fragments of pages: as if they were nowhere (SPEC 4)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client

from tests.integrator import Integrator
from tests.permissions.calling import Said, bare, browser, keys_of, undone
from tests.permissions.fields import Sent, forms_of
from tests.permissions.foreign import Two, contents, nothing
from tests.permissions.matrix import pages
from tests.permissions.named import OF_ENTITY, Named

#: In the frame of every page; tried once, on the first.
FRAME = ("/companies/", "/search/", "/palette/")
#: Pages that show the whole company to whoever may see them.
WHOLE_COMPANY = {"settings/audit/"}
#: Fragments, by the page whose form they are asked for with.
PREVIEWS = {
    "payments/receive/": "payments/receive/preview/",
    "refunds/new/": "refunds/preview/",
    "credits/apply/<int:key>/": "credits/apply/<int:key>/preview/",
    "credits/use/<int:key>/": "credits/use/<int:key>/preview/",
    "matching/workbench/": "matching/workbench/preview/",
}


@dataclass(frozen=True)
class Placed:
    """A form where it stands, and where it is sent to."""

    page: str
    address: str
    form: Sent


@pytest.fixture(scope="module")
def placed(two: Two) -> list[Placed]:
    """Every form there is, once for those with the same fields; with one's own customer where a page asks for one."""
    return list(forms(two, browser(two.member)))


def forms(two: Two, client: Client) -> Iterator[Placed]:
    root, keys = f"/c/{two.made.company.code}", keys_of(two.made)
    known: set[object] = set()
    for row in pages():
        if row.method != "GET" or not row.needs or row.address.endswith((".pdf", ".csv")):
            continue
        address = f"{root}/{row.path(keys).removeprefix('/')}"
        asked = f"{address}?customer={two.own.codes['customer']}" if row.address in PREVIEWS else address
        answer = client.get(asked)
        shut(answer)
        if answer.status_code != 200 or "html" not in answer.get("Content-Type", ""):
            continue
        for form in forms_of(answer.content.decode()):
            target = form.action or address
            if "/accounts/" in target:
                continue  # of the person himself: language, signing out
            framed = any(part in target for part in FRAME)
            place = target if framed else row.address.split("/")[0]
            same = (place, form.method, form.names())
            if same not in known:
                known.add(same)
                yield Placed(row.address, target, form)
                if form.method == "post" and row.address in PREVIEWS:
                    yield Placed(row.address, f"{address}preview/", form)


def test_every_field_with_figures_is_known(placed: list[Placed]) -> None:
    assert len(placed) > 60
    unknown = {(one.page, name) for one in placed for name in one.form.unknown()}
    assert unknown == set()


def shut(answer: Any) -> None:
    """Close the file that an answer streams; closing the answer would close the database under the tests."""
    for close in answer._resource_closers:
        close()


def send(client: Client, one: Placed, values: dict[str, str]) -> Said:
    def call() -> Said:
        answer = getattr(client, one.form.method)(one.address, values)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        shut(answer)
        text = content.decode(errors="replace") + answer.get("Location", "")
        return Said(answer.status_code, unquote(unquote(text)))  # a form's values stand in addresses too

    return undone(call)


def found_out(
    placed: list[Placed], own: Named, api: Integrator, hidden: Named, kinds: Collection[str] | None = None
) -> dict[str, str]:
    """Where a form tells what is hidden from what is nowhere, or takes it."""
    client, faults = browser(api), {}
    secret = {code for kind, code in hidden.codes.items() if kinds is None or kind in kinds}
    for one in placed:
        if kinds is not None and one.page in WHOLE_COMPANY:
            continue
        filled = one.form.filled(own)
        for name, text, nowhere in one.form.naming(hidden, kinds):
            grid = nowhere.startswith(("use-", "pin-"))
            tried = ({**filled, name: text}, {**filled, nowhere: text} if grid else {**filled, name: nowhere})
            echoed = [name, nowhere] if grid else [text, nowhere]
            said, expected = (bare(send(client, one, values), echoed) for values in tried)
            if said != expected or said.status >= 500 or any(code in said.text for code in secret):
                faults[f"{one.page} → {one.address} {name}={text}"] = difference(said, expected)
    return faults


def difference(one: Said, other: Said) -> str:
    at = next((at for at, (a, b) in enumerate(zip(one.text, other.text, strict=False)) if a != b), 0)
    shown = [said.text[max(at - 80, 0) : at + 80] for said in (one, other)]
    return f"{one.status} {shown[0]!r} instead of {other.status} {shown[1]!r}"


def test_no_form_takes_another_companys_things(two: Two, placed: list[Placed]) -> None:
    before = contents(two.made.company.pk), contents(two.theirs.made.company.pk)
    nothing(found_out(placed, two.own, two.member, two.theirs))
    assert (contents(two.made.company.pk), contents(two.theirs.made.company.pk)) == before


def test_no_form_of_a_member_of_one_entity_takes_things_of_another(two: Two, placed: list[Placed]) -> None:
    nothing(found_out(placed, two.own, two.limited, two.elsewhere, OF_ENTITY))


def test_forms_filled_with_ones_own_are_taken(two: Two, placed: list[Placed]) -> None:
    """So that what the others are refused for is the name."""
    client = browser(two.member)
    sent = [one for one in placed if one.form.method == "post" and "/companies/" not in one.address]
    answers = {f"{one.page} → {one.address}": send(client, one, one.form.filled(two.own)) for one in sent}
    taken = [place for place, said in answers.items() if said.status in (200, 303)]
    assert len(taken) > len(sent) / 3, sorted(f"{said.status} {place}" for place, said in answers.items())
