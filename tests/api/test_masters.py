"""What is set up once per company, read and changed over the API (SPEC 3, 15)."""

from __future__ import annotations

import pytest

from tests.build import books
from tests.integrator import Integrator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]
WORDS = ("accounts", "bank-accounts", "terms", "number-sequences", "journals", "entities", "locations")


def test_a_clerk_reads_what_he_has_to_name_and_sets_up_nothing() -> None:
    with books() as made:
        api = Integrator(made, "ar-clerk")
    for word in WORDS:
        assert api.get(f"/{word}").status == 200, word
        refused = api.post(f"/{word}", {"code": "X", "name": "X"})
        assert (refused.status, refused["code"]) == (403, "forbidden"), word
    for word in ("configuration", "users", "roles"):
        assert api.get(f"/{word}").status == 403, word


def test_each_is_created_shown_by_id_or_code_changed_and_never_deleted() -> None:
    with books() as made:
        api = Integrator(made)
    bodies: dict[str, dict[str, object]] = {
        "entities": {"code": "E1", "name": "Paris"},
        "accounts": {"code": "512900", "name": "Second bank", "kind": "bank"},
        "bank-accounts": {
            "code": "B2",
            "name": "Two",
            "currency": "EUR",
            "account": "512900",
            "entity": "E1",
        },
        "locations": {"code": "L1", "name": "Shop", "entity": "E1"},
        "terms": {"code": "N45", "name": "45 days", "net_days": 45, "discount_percent": "2.50"},
        "number-sequences": {"code": "S2", "name": "Second", "prefix": "X-", "width": 4},
        "journals": {"code": "J9", "name": "Nine"},
    }
    for word, body in bodies.items():
        created = api.post(f"/{word}", body)
        assert created.status == 201, (word, created.text)
        assert created["active"] is True
        by_code = api.get(f"/{word}/{body['code']}")
        assert by_code.body == created.body == api.get(f"/{word}/{created['id']}").body
        changed = api.patch(f"/{word}/{created['id']}", {"name": "Other"})
        assert changed.body == created.body | {"name": "Other"}
        assert api.delete(f"/{word}/{created['id']}").status == 405
        again = api.post(f"/{word}", body)
        assert (again.status, again.codes, again.places) == (409, ["code_taken"], ["/code"])
    for word, body in reversed(bodies.items()):
        assert api.patch(f"/{word}/{body['code']}", {"active": False})["active"] is False
        assert [row["code"] for row in api.get(f"/{word}?active=false")["results"]] == [body["code"]]


def test_what_documents_rely_on_stays() -> None:
    with books() as made:
        api = Integrator(made)
    refused = api.patch("/bank-accounts/BANK", {"currency": "USD"})
    assert (refused.status, refused.codes, refused.places) == (422, ["field_fixed"], ["/currency"])
    wrong = api.post("/bank-accounts", {"code": "B", "name": "B", "currency": "EUR", "account": "nowhere"})
    assert (wrong.status, wrong.codes, wrong.places) == (404, ["not_found"], ["/account"])


def test_lists_page_order_choose_and_refuse_what_they_do_not_know() -> None:
    with books() as made:
        api = Integrator(made)
    everything = api.get("/accounts?limit=200")
    assert everything["next"] is None
    codes = [row["code"] for row in everything["results"]]
    assert codes == sorted(codes)
    assert len(codes) > 5
    seen: list[str] = []
    page = api.get("/accounts?limit=2&fields=code&ordering=-code")
    while True:
        assert all(set(row) == {"code"} for row in page["results"])
        seen += [row["code"] for row in page["results"]]
        if page["next"] is None:
            break
        page = api.get(page["next"].removeprefix("http://testserver"))
    assert seen == codes[::-1]
    assert page["previous"]
    for query, code, place in (
        ("colour=red", "parameter_unknown", "colour"),
        ("limit=1&limit=2", "parameter_repeated", "limit"),
        ("limit=0", "number_out_of_range", "limit"),
        ("limit=201", "number_out_of_range", "limit"),
        ("limit=1e1", "number_out_of_range", "limit"),
        ("limit=", "number_out_of_range", "limit"),
        ("kind=", "required", "kind"),
        ("kind=other", "choice_unknown", "kind"),
        ("q=", "required", "q"),
        ("ordering=colour", "sort_unknown", "ordering"),
        ("cursor=abc", "cursor_invalid", "cursor"),
        ("fields=code,colour", "field_unknown", "fields"),
        ("active=1", "choice_unknown", "active"),
        ("q=%00", "text_unstorable", "q"),
        ("q=%ff", "query_invalid", ""),
        ("format=json", "parameter_unknown", "format"),
        ("validate_only=true", "parameter_unknown", "validate_only"),
    ):
        refused = api.get(f"/accounts?{query}")
        assert (refused.status, refused.codes, refused.places) == (400, [code], [place]), query


def test_a_cursor_belongs_to_its_list_and_order() -> None:
    with books() as made:
        api = Integrator(made)
    cursor = api.get("/accounts?limit=1")["next"].partition("cursor=")[2]
    assert api.get(f"/accounts?limit=3&cursor={cursor}").status == 200
    assert api.get(f"/journals?cursor={cursor}").codes == ["cursor_invalid"]
    assert api.get(f"/accounts?ordering=-code&cursor={cursor}").codes == ["cursor_invalid"]


def test_the_configuration_is_read_and_changed_by_name() -> None:
    with books() as made:
        api = Integrator(made)
    before = api.get("/configuration")
    assert before["invoice_sequence"] == "INV"
    assert before["auto_apply_inline_credits"] is True
    changed = api.patch(
        "/configuration",
        {"auto_apply_inline_credits": False, "advance_sequence": "ADV", "closed_through": "2025-12-31"},
        if_match=before["version"],
    )
    assert changed.status == 200, changed.text
    expected = before.body | {
        "auto_apply_inline_credits": False,
        "advance_sequence": "ADV",
        "closed_through": "2025-12-31",
        "version": before["version"] + 1,
    }
    assert changed.body == expected == api.get("/configuration").body
    assert changed.headers["ETag"] == f'"{expected["version"]}"'
    emptied = api.patch("/configuration", {"advance_sequence": None})
    assert (emptied.status, emptied["advance_sequence"]) == (200, None)


def test_what_the_configuration_refuses_names_its_place() -> None:
    with books() as made:
        api = Integrator(made)
    version = api.get("/configuration")["version"]
    for body, status, code, place in (
        ({"colour": True}, 400, "member_unknown", "/colour"),
        ({"refunds_enabled": 1}, 400, "type_wrong", "/refunds_enabled"),
        ({"refunds_enabled": None}, 400, "required", "/refunds_enabled"),
        ({"invoice_sequence": None}, 400, "required", "/invoice_sequence"),
        ({"invoice_sequence": "NONE"}, 404, "not_found", "/invoice_sequence"),
        ({"invoice_sequence": "MATCH"}, 400, "sequence_not_numeric", "/invoice_sequence"),
        ({"receivable_account": "BANK"}, 404, "not_found", "/receivable_account"),
        ({"write_off_limit": 5}, 400, "amount_is_number", "/write_off_limit"),
        ({"write_off_limit": "5.001"}, 400, "amount_decimals", "/write_off_limit"),
        ({"closed_through": "2025-13-01"}, 400, "date_no_such_day", "/closed_through"),
        ({"version": 3}, 400, "member_unknown", "/version"),
    ):
        refused = api.patch("/configuration", body)
        assert (refused.status, refused.codes, refused.places) == (status, [code], [place]), body
    stale = api.patch("/configuration", {"refunds_enabled": True}, if_match=version + 1)
    assert (stale.status, stale["code"], stale.places) == (412, "version_mismatch", ["If-Match"])
    assert api.get("/configuration")["version"] == version


def test_people_and_roles_are_read() -> None:
    with books() as made:
        api = Integrator(made)
        Integrator(made, "auditor")
    users = api.get("/users")["results"]
    assert sorted(user["role_code"] for user in users) == ["administrator", "auditor"]
    auditor = next(user for user in users if user["role_code"] == "auditor")
    assert api.get(f"/users/{auditor['id']}").body == auditor
    assert api.get("/users?role=auditor")["results"] == [auditor]
    assert api.get("/users/usr_999999999").status == 404
    roles = api.get("/roles")["results"]
    role = api.get("/roles/auditor")
    assert role.body in roles
    assert "invoices.view" in role["rights"]
    assert "invoices.add" not in role["rights"]
