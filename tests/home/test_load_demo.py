"""The demo company: made once, plausible, ready for W2."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from arledger.companies.models import Company
from arledger.core.scope import company_scope
from customers.models import Customer
from ledger.models import Document
from reconciliation.figures import document_figures

#: One history in every run: an invoice of several lines was paid by mistake, and in Paris it is another year already.
DAY = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def first(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The password of the company, made once for all tests here: none may use the database by another fixture."""
    with time_machine.travel(DAY, tick=True), django_db_blocker.unblock(), transaction.atomic():
        yield load()
        transaction.set_rollback(True)


def load() -> str:
    told = io.StringIO()
    call_command("load_demo", stdout=told)
    return re.search(r"password (\S+)", told.getvalue())[1]  # type: ignore[index]


def test_loading_twice_makes_it_once_and_the_printed_sign_in_works(first: str, client: Client) -> None:
    company = Company.objects.get(code="demo")
    with company_scope(company.pk):
        documents = Document.objects.filter(company=company).count()
    second = load()
    with company_scope(company.pk):
        assert Document.objects.filter(company=company).count() == documents
    assert first != second
    for who in ("demo", "clerk"):
        client.logout()
        answer = client.post(
            "/accounts/login/", {"login": f"{who}@arledger.example", "password": second}, follow=True
        )
        assert answer.redirect_chain[-1][0] == "/c/demo/"
        assert answer.status_code == 200


def test_it_holds_a_living_history(first: str) -> None:
    company = Company.objects.get(code="demo")
    with company_scope(company.pk):
        posted = Document.objects.filter(company=company, state="posted")
        assert 130 <= posted.filter(kind="invoice").count() <= 180
        assert posted.filter(kind="payment").count() > 80
        assert Customer.objects.filter(company=company).count() == 32
        for kind in ("adjustment", "advance", "refund", "deposit"):
            assert posted.filter(kind=kind).exists(), kind
        drafts = Document.objects.filter(company=company, state="draft").values_list("kind", flat=True)
        assert sorted(drafts) == [*["invoice"] * 3, "payment", "refund"]
        assert posted.filter(reverses__isnull=False).count() == 2
        today = max(posted.filter(kind="invoice").values_list("date", flat=True))
        assert posted.filter(kind="payment", date__gt=today).count() == 1, "a post-dated receipt"
        found = document_figures(company_id=company.pk, ids=posted.values_list("pk", flat=True), day=today)
        settlements = {figures.settlement.value for figures in found.values()}
        assert {"open", "selected", "partially_paid", "paid", "partially_applied", "applied"} <= settlements


def test_w2_is_ready_to_be_paid(first: str) -> None:
    company = Company.objects.get(code="demo")
    with company_scope(company.pk):
        customer = Customer.objects.get(company=company, code="W2")
        invoices = Document.objects.filter(company=company, customer=customer).order_by("due_date")
        found = document_figures(
            company_id=company.pk,
            ids=[invoice.pk for invoice in invoices],
            day=max(invoice.date for invoice in invoices),
        )
        assert [found[i.pk].open_amount for i in invoices] == [Decimal(300), Decimal(160), Decimal(380)]
