"""Every failed attempt to do something forbidden is in the audit trail (SPEC 17, docs/adr/0063)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from arledger.core import audit
from arledger.core.models import AuditEvent
from arledger.core.scope import company_scope
from tests.build import Books, books, person
from tests.clerk import Clerk, at_the_time_of_the_books
from tests.integrator import Integrator

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


def attempts(b: Books) -> list[tuple[str, str, str, Any]]:
    """Who, from which door, from where and what; oldest first."""
    with company_scope(b.company.pk):
        assert audit.verify(b.company.pk).intact
        found = AuditEvent.objects.filter(company_id=b.company.pk, action="refused").order_by("sequence")
        return [(event.actor, event.source, event.address, event.after) for event in found]


def test_a_page_and_a_form_without_the_right() -> None:
    with books() as b:
        clerk = Clerk(b, "billing-clerk")
        summary = b.document(b.invoice(1)).summary_id
        name = str(clerk.user)
        assert clerk.open("/settings/roles/").status == 403
        assert clerk.send(f"{clerk.root}/summaries/{summary}/close/", {}).status == 403
        roles = {"code": "forbidden", "right": "roles.view", "url": f"GET {clerk.root}/settings/roles/"}
        close = {
            "code": "forbidden",
            "right": "summaries.close",
            "url": f"POST {clerk.root}/summaries/{summary}/close/",
        }
        assert attempts(b) == [(name, "page", "127.0.0.1", roles), (name, "page", "127.0.0.1", close)]
        shown = Clerk(b).open("/settings/audit/?action=refused").text
    assert "was refused · right" in shown
    assert "summaries.close" in shown


def test_a_call_without_the_right_leaves_nothing_but_the_attempt() -> None:
    with books() as b:
        api = Integrator(b, "auditor")
        assert api.patch("/configuration", {"refunds_enabled": True}).status == 403
        ((_who, source, _where, after),) = attempts(b)
    assert source == "api"
    assert after == {
        "code": "forbidden",
        "right": "configuration.edit",
        "url": "PATCH /api/v1/configuration",
    }


def test_raising_oneself_is_an_attempt_although_the_form_shows_it() -> None:
    with books() as b:
        api = Integrator(b)
        own = next(row for row in api.get("/users")["results"] if row["email"] == api.user.email)
        assert api.patch(f"/users/{own['id']}", {"role": "ar-manager"}).codes == ["own_membership"]
        assert [after["code"] for *_rest, after in attempts(b)] == ["own_membership"]


def test_what_is_allowed_stale_or_elsewhere_is_none() -> None:
    with books() as other:
        code = other.company.code
    with books() as b:
        clerk = Clerk(b, "billing-clerk")
        assert clerk.open("/customers/").status == 200
        assert clerk.client.get(f"/c/{code}/customers/").status_code == 404
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(person(b))
        assert strict.post(f"{clerk.root}/settings/", {}).status_code == 403
        assert attempts(b) == attempts(other) == []
