"""Another company's ids, codes and numbers in bodies and filters: as if they were nowhere (SPEC 4)."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.integrator import Integrator
from tests.permissions.bodies import NEW, Call, kind_at, named_in
from tests.permissions.calling import Said, undone
from tests.permissions.foreign import REFUSED, Two, contents, nothing, without
from tests.permissions.members import (
    CODES,
    NAMES,
    TEXTS,
    free_members,
    free_parameters,
    reference_members,
)
from tests.permissions.named import OF_ENTITY, Named

#: What has codes of its own, by the address that makes one.
CODED = {
    "/accounts": "account",
    "/bank-accounts": "bank_account",
    "/customers": "customer",
    "/entities": "entity",
    "/journals": "journal",
    "/locations": "location",
    "/number-sequences": "sequence",
    "/roles": "role",
    "/terms": "term",
}
#: Parameters that take an id, and no code.
BY_ID = {("summary", "code")}
#: Reports that nobody runs who is limited to an entity.
WHOLE_COMPANY = {"/reports/proof"}


def test_every_free_text_either_names_something_or_not() -> None:
    known = set(NAMES) | TEXTS | CODES
    assert {str(one) for one in (*free_members(), *free_parameters()) if one.name not in known} == set()
    assert TEXTS.isdisjoint(NAMES)
    assert len(reference_members()) > 150


def sent(api: Integrator, call: Call, body: object) -> Said:
    answer = api.call(call.method, call.address, body)
    return Said(answer.status, answer.text)


def calls_of(two: Two) -> list[Call]:
    settings = two.member.get("/configuration").body
    return named_in(two.own, settings)


def worked(said: Said) -> bool:
    return said.status in (200, 201) and '"error"' not in said.text


def test_every_member_that_names_something_is_tried(two: Two) -> None:
    tried = {(call.method, call.path, place) for call in calls_of(two) for place in call.places()}
    assert {
        str(one) for one in reference_members() if (one.method, one.path, one.place) not in tried
    } == set()


def test_the_bodies_are_right_but_for_the_name(two: Two) -> None:
    faults = {}
    for call in calls_of(two):
        said = undone(lambda call=call: sent(two.member, call, call.body))  # type: ignore[misc]
        if not worked(said):
            faults[str(call)] = said.text
    nothing(faults)


def told(api: Integrator, call: Call, place: str, text: str) -> Said:
    return without(sent(api, call, call.naming(place, text)), text)


def texts_for(call: Call, hidden: Named, kind: str) -> dict[str, str]:
    """A call that reads the same body as another one is tried with ids only."""
    found = hidden.texts(kind)
    again = "bulk" in call.path or (call.method == "PATCH" and call.path != "/configuration")
    return {"id": found["id"]} if again else found


def refused(call: Call, said: Said) -> bool:
    """Whether nothing was done; of many items each by itself, the item's own answer says so."""
    return not worked(said) and (said.status in REFUSED or call.body.get("mode") == "each")


def told_apart(api: Integrator, call: Call, hidden: Named, kinds: Collection[str]) -> dict[str, str]:
    """Where a call tells somebody a thing that is not for him from one that is nowhere."""
    found = {}
    for place in dict.fromkeys(call.places()):
        kind = kind_at(place)
        if kind not in kinds:
            continue
        nowhere = hidden.nowhere(kind)
        for what, text in texts_for(call, hidden, kind).items():
            said, expected = told(api, call, place, text), told(api, call, place, nowhere[what])
            if said != expected or not refused(call, said) or hidden.mark in said.text:
                found[f"{call} {place} by {what}"] = f"{said} instead of {expected}"
    return found


def test_no_body_names_another_companys_things(two: Two) -> None:
    faults: dict[str, str] = {}
    before = contents(two.made.company.pk), contents(two.theirs.made.company.pk)
    for call in calls_of(two):
        faults |= told_apart(two.member, call, two.theirs, NAMES.values())
    nothing(faults)
    assert (contents(two.made.company.pk), contents(two.theirs.made.company.pk)) == before


def test_no_body_of_a_member_of_one_entity_names_things_of_another(two: Two) -> None:
    faults: dict[str, str] = {}
    before = contents(two.made.company.pk)
    for call in calls_of(two):
        faults |= told_apart(two.limited, call, two.elsewhere, OF_ENTITY)
    nothing(faults)
    assert contents(two.made.company.pk) == before


def test_what_another_company_calls_something_is_free_in_this_one(two: Two) -> None:
    """Codes and titles are a company's own: nobody learns from a refusal which ones others have."""
    faults = {}
    for path, kind in CODED.items():
        body = NEW[path] | {"code": two.theirs.codes[kind]}
        said = undone(lambda path=path, body=body: asked(two.member, "POST", path, body))  # type: ignore[misc]
        if said.status != 201:
            faults[path] = said.text
    nothing(faults)


# Filters -------------------------------------------------------------------------------------------------------


#: Parameters without which a call asks for nothing.
NEEDED = {"/reports/statement": ("customer",)}


def filters() -> list[tuple[str, str]]:
    """Lists and reports with each of their parameters that can name a thing, or look for a text."""
    return [(one.path, one.name) for one in free_parameters() if one.name in NAMES or one.name in CODES]


def of_entity(path: str, name: str) -> bool:
    """Whether a parameter can be about things of one entity."""
    kind = CODED.get(path, "customer") if name in CODES else NAMES[name]
    return kind in OF_ENTITY | {"match"}


def asked(api: Integrator, method: str, path: str, body: object = None) -> Said:
    answer = api.call(method, path, body)
    return Said(answer.status, answer.text)


def looked_for(named: Named, path: str, name: str) -> dict[str, str]:
    """What somebody may write into a parameter to get at a thing; what all codes begin with is looked for."""
    if name == "q":
        return {"text": named.mark}
    if name == "code":
        return {"code": named.codes[CODED[path]]}
    return named.texts(NAMES[name])


def not_there(named: Named, path: str, name: str) -> dict[str, str]:
    if name in CODES:
        return {what: f"{text}X" for what, text in looked_for(named, path, name).items()}
    return named.nowhere(NAMES[name])


def query(own: Named, path: str, name: str, text: str) -> str:
    """One parameter, with what the call cannot do without."""
    return urlencode({one: own.id(one) for one in NEEDED.get(path, ())} | {name: text})


def found_out(api: Integrator, own: Named, path: str, name: str, hidden: Named) -> dict[str, str]:
    """Where a filter tells what is hidden from what is nowhere, or shows it."""
    nowhere, found = not_there(hidden, path, name), {}
    for what, text in looked_for(hidden, path, name).items():
        said, expected = (
            without(asked(api, "GET", f"{path}?{query(own, path, name, one)}"), one)
            for one in (text, nowhere[what])
        )
        if said != expected or said.status not in (200, *REFUSED) or hidden.mark in said.text:
            found[f"{path}?{name} by {what}"] = f"{said} instead of {expected}"
    return found


def test_filters_take_ones_own_names(two: Two) -> None:
    faults = {}
    for path, name in filters():
        for what, text in looked_for(two.own, path, name).items():
            said = asked(two.member, "GET", f"{path}?{query(two.own, path, name, text)}")
            if said.status != 200 and what != "line" and (name, what) not in BY_ID:
                faults[f"{path}?{name} by {what}"] = said.text
    nothing(faults)


def test_no_filter_finds_another_companys_things(two: Two) -> None:
    faults: dict[str, str] = {}
    for path, name in filters():
        faults |= found_out(two.member, two.own, path, name, two.theirs)
    nothing(faults)


def test_no_filter_of_a_member_of_one_entity_finds_things_of_another(two: Two) -> None:
    faults: dict[str, str] = {}
    for path, name in filters():
        if of_entity(path, name) and path not in WHOLE_COMPANY:
            faults |= found_out(two.limited, two.own, path, name, two.elsewhere)
    nothing(faults)


def test_a_place_in_another_companys_list_is_none_in_ones_own(two: Two) -> None:
    """Cursors are signed for the company that they were given out in."""
    theirs, tried, faults = two.theirs.made.member("administrator"), 0, {}
    for one in free_parameters():
        if one.name != "cursor" or "{" in one.path:
            continue
        following = theirs.get(f"{one.path}?limit=1").body["next"]
        if following is None:
            continue
        tried += 1
        cursor = parse_qs(urlsplit(following).query)["cursor"][0]
        said = asked(two.member, "GET", f"{one.path}?{urlencode({'limit': 1, 'cursor': cursor})}")
        if said.status != 400 or "cursor_invalid" not in said.text:
            faults[one.path] = f"{said}"
    nothing(faults)
    assert tried > 10
