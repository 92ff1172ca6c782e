"""Who a person is in a company: one statement, and nothing of it for whoever is no member."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arledger.companies.models import Entity, EntityConfiguration, Membership, MembershipEntity
from arledger.companies.standing import standing
from arledger.core.scope import company_scope
from arledger.core.sql import fetch_all
from tests.build import AT, books, person

pytestmark = pytest.mark.django_db


def scope() -> tuple[str, str]:
    """The company and the person whose rows the connection shows."""
    found = fetch_all(
        "SELECT current_setting('arledger.company', true), current_setting('arledger.user', true)"
    )
    return found[0][0] or "", found[0][1] or ""


def test_a_member_stands_in_his_company_with_rights_and_entities_in_one_statement() -> None:
    with books() as b, books() as other:
        with company_scope(b.company.pk):
            user = person(b, "auditor")
            entity = Entity.objects.create(company=b.company, code="E1", name="One")
            membership = Membership.objects.get(company=b.company, user=user)
            MembershipEntity.objects.create(company=b.company, membership=membership, entity=entity)
        before = scope()
        inside = standing(user=user, company_code=b.company.code, at=AT)
        with CaptureQueriesContext(connection) as asked, inside as found:
            assert scope() == (str(b.company.pk), str(user.pk))
        assert scope() == before
        assert len(asked) == 3, "entering, the look at the scope, leaving"
        assert found is not None
        assert found.company == b.company
        assert (found.company.base_currency, found.company.created_at) == (
            b.company.base_currency,
            b.company.created_at,
        )
        assert found.actor.may("invoices.view")
        assert not found.actor.may("invoices.post")
        assert found.actor.entities == frozenset([entity.pk])
        assert [company.code for company in found.companies] == [b.company.code]
        assert other.company.code not in [company.code for company in found.companies]


def test_whoever_is_no_active_member_finds_nothing_and_no_scope() -> None:
    with books() as b, books() as other:
        with company_scope(b.company.pk):
            user = person(b)
        for code in (other.company.code, "nowhere", ""):
            before = scope()
            with standing(user=user, company_code=code, at=AT) as found:
                assert found is None
                assert scope() == before
            assert scope() == before
        with company_scope(b.company.pk):
            Membership.objects.filter(user=user).update(active=False)
        with standing(user=user, company_code=b.company.code, at=AT) as found:
            assert found is None
        with company_scope(b.company.pk):
            Membership.objects.filter(user=user).update(active=True)
        user.is_active = False
        with standing(user=user, company_code=b.company.code, at=AT) as found:
            assert found is None


def test_what_is_switched_on_in_the_company_or_in_an_entity_of_it() -> None:
    with books() as b:
        user = person(b)
        entity = Entity.objects.create(company=b.company, code="E1", name="One")

        def features() -> frozenset[str]:
            with standing(user=user, company_code=b.company.code, at=AT) as found:
                assert found is not None
                return found.features

        assert features() == frozenset()
        b.configure(refunds_enabled=True)
        assert features() == {"refunds"}
        b.configure(refunds_enabled=False)
        own = EntityConfiguration.objects.create(company=b.company, entity=entity, refunds_enabled=False)
        assert features() == frozenset()
        own.refunds_enabled = True
        own.save()
        assert features() == {"refunds"}
