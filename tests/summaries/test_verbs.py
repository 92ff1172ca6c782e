"""Summaries that people make: naming, GL dates, closing, opening, control figures, deleting (SPEC 13)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from arledger.companies.models import Entity
from arledger.companies.period_services import close_period
from arledger.companies.roles import SHIPPED
from arledger.companies.services import FrequencyNotAllowed
from arledger.core.errors import Forbidden, Invalid, NotFound, Stale
from arledger.core.models import AuditEvent
from customers.models import Customer
from invoices import services as invoices
from ledger.errors import PeriodClosed
from ledger.models import Document
from payments import services as payments
from summaries import services
from summaries.errors import (
    SummariesNotByUsers,
    SummaryAutomatic,
    SummaryClosed,
    SummaryDiffers,
    SummaryHolds,
    SummaryIsOpen,
    SummaryMissing,
    SummaryNotChosen,
    SummaryNotEmpty,
    SummaryUnfit,
    SummaryUnknown,
)
from summaries.models import Summary
from summaries.selectors import contents
from summaries.services import SummaryInput
from tests.build import AT, TODAY, Books, books

pytestmark = pytest.mark.django_db
GL = date(2026, 3, 31)


@pytest.fixture
def b() -> Iterator[Books]:
    """Invoices and payments go into summaries that people make."""
    with books() as made:
        made.configure(summary_frequency={"invoices": "user", "payments": "user"})
        yield made


def batch(b: Books, title: str = "March", type: str = "invoices", gl_date: date = GL, **more: object) -> int:
    entered = SummaryInput(type=type, title=title, gl_date=gl_date, **more)  # type: ignore[arg-type]
    return services.add(actor=b.actor, entered=entered)


def summary(key: int) -> Summary:
    return Summary.objects.get(pk=key)


def holds(b: Books, key: int) -> tuple[int, Decimal, int]:
    found = contents(company_id=b.company.pk, ids=[key])[key]
    return found.count, found.total, found.drafts


def in_hands_of(b: Books, role: str) -> Books:
    return b.limited_to(next(shipped.rights for shipped in SHIPPED if shipped.code == role))


def test_a_document_chooses_an_open_summary_whose_gl_date_rules(b: Books) -> None:
    key = batch(b)
    with pytest.raises(SummaryMissing):
        b.invoice(100)
    document = b.document(b.invoice(300, 100, -20, summary_id=key))
    assert (document.summary_id, document.gl_date, document.date) == (key, GL, TODAY)
    draft = b.invoice(50, post=False, summary_id=key)
    assert holds(b, key) == (1, Decimal(380), 1)
    invoices.post(actor=b.actor, ids=[draft])
    assert holds(b, key) == (2, Decimal(430), 0)
    unnamed = b.invoice(50, post=False)
    with pytest.raises(SummaryMissing):
        invoices.post(actor=b.actor, ids=[unnamed])


def test_what_a_document_may_not_choose(b: Books) -> None:
    automatic = Summary.objects.filter(company=b.company, type="invoices", automatic=True).first()
    assert automatic is not None
    payments = batch(b, type="payments")
    for key in (automatic.pk, payments):
        with pytest.raises(SummaryUnfit):
            b.invoice(1, summary_id=key)
    with pytest.raises(SummaryUnknown):
        b.invoice(1, summary_id=10**9)
    with pytest.raises(SummaryNotChosen):
        b.adjustment(-1, summary_id=payments)
    with books() as other:
        other.configure(summary_frequency={"invoices": "user"})
        foreign = batch(other)
    with pytest.raises(SummaryUnknown):
        b.invoice(1, summary_id=foreign)


def test_a_closed_summary_accepts_nothing_and_lets_nothing_go(b: Books) -> None:
    key = batch(b)
    b.invoice(100, summary_id=key)
    draft = b.invoice(50, post=False, summary_id=key)
    services.close(actor=b.actor, ids=[key])
    assert summary(key).closed_at == AT
    for attempt in (
        lambda: b.invoice(1, summary_id=key),
        lambda: b.invoice(1, post=False, summary_id=key),
        lambda: invoices.post(actor=b.actor, ids=[draft]),
        lambda: invoices.delete(actor=b.actor, ids=[draft]),
        lambda: services.close(actor=b.actor, ids=[key]),
        lambda: services.delete(actor=b.actor, key=key),
        lambda: services.edit(
            actor=b.actor, key=key, version=2, entered=SummaryInput(type="invoices", title="X", gl_date=GL)
        ),
    ):
        with pytest.raises(SummaryClosed):
            attempt()
    services.open_again(actor=b.actor, ids=[key])
    with pytest.raises(SummaryIsOpen):
        services.open_again(actor=b.actor, ids=[key])
    invoices.delete(actor=b.actor, ids=[draft])
    b.invoice(7, summary_id=key)
    assert holds(b, key) == (2, Decimal(107), 0)


def test_closing_with_a_difference_needs_the_right_to_override(b: Books) -> None:
    key = batch(b, control_count=2, control_total=Decimal(150))
    b.invoice(100, summary_id=key)
    clerk = b.limited_to(b.actor.rights - {"summaries.override"})
    with pytest.raises(SummaryDiffers) as refused:
        services.close(actor=clerk.actor, ids=[key])
    assert refused.value.values["total"] == Decimal(100)
    b.invoice(50, summary_id=key)
    services.close(actor=clerk.actor, ids=[key])
    other = batch(b, control_total=Decimal(1))
    services.close(actor=b.actor, ids=[other])
    event = AuditEvent.objects.filter(company_id=b.company.pk, action="close").latest("sequence")
    assert event.after is not None
    assert event.after["with_difference"] == ["March"]


def test_only_an_empty_open_summary_of_a_person_is_deleted(b: Books) -> None:
    key = batch(b)
    draft = b.invoice(50, post=False, summary_id=key)
    with pytest.raises(SummaryNotEmpty):
        services.delete(actor=b.actor, key=key)
    invoices.delete(actor=b.actor, ids=[draft])
    services.delete(actor=b.actor, key=key)
    assert not Summary.objects.filter(pk=key).exists()


def test_nobody_edits_an_automatic_summary() -> None:
    with books() as b:
        key = b.document(b.invoice(10)).summary_id or 0
        entered = SummaryInput(type="invoices", title="Mine", gl_date=GL)
        with pytest.raises(SummaryAutomatic):
            services.edit(actor=b.actor, key=key, entered=entered, version=1)
        with pytest.raises(SummaryAutomatic):
            services.delete(actor=b.actor, key=key)
        with pytest.raises(SummariesNotByUsers):
            services.add(actor=b.actor, entered=entered)
        services.close(actor=b.actor, ids=[key])
        with pytest.raises(SummaryClosed):
            b.invoice(20)
        services.open_again(actor=b.actor, ids=[key])
        assert b.document(b.invoice(20)).summary_id == key


def test_what_ruled_for_posted_documents_stays(b: Books) -> None:
    key = batch(b)
    b.invoice(1, summary_id=key)
    later = SummaryInput(type="invoices", title="March again", gl_date=GL + timedelta(days=1))
    with pytest.raises(SummaryHolds):
        services.edit(actor=b.actor, key=key, entered=later, version=1)
    services.edit(actor=b.actor, key=key, entered=replace(later, gl_date=GL), version=1)
    assert summary(key).title == "March again"
    with pytest.raises(Stale):
        services.edit(actor=b.actor, key=key, entered=replace(later, gl_date=GL), version=1)
    with pytest.raises(Invalid):
        services.edit(actor=b.actor, key=key, entered=replace(later, type="payments"), version=2)


def test_a_change_is_told_with_where_the_summary_takes_from(b: Books) -> None:
    entity = Entity.objects.create(company=b.company, code="N", name="North")
    key = batch(b, type="payments")
    entered = replace(SummaryInput(type="payments", title="March", gl_date=GL), entity_id=entity.pk)
    entered = replace(entered, bank_account_id=b.bank)
    services.edit(actor=b.actor, key=key, entered=entered, version=1)
    event = AuditEvent.objects.filter(company_id=b.company.pk, object_kind="summary", action="edit").get()
    assert event.before == {"entity": None, "bank_account": None}
    assert event.after == {"entity": "N", "bank_account": "BANK"}
    services.edit(actor=b.actor, key=key, entered=entered, version=2)
    assert (
        AuditEvent.objects.filter(company_id=b.company.pk, object_kind="summary", action="edit").count() == 1
    )


def test_a_summary_is_not_given_to_an_entity_whose_books_are_closed(b: Books) -> None:
    entity = Entity.objects.create(company=b.company, code="N", name="North")
    key = batch(b)
    close_period(actor=b.actor, through=GL, entity_id=entity.pk)
    entered = SummaryInput(type="invoices", title="March", gl_date=GL, entity_id=entity.pk)
    with pytest.raises(PeriodClosed) as refused:
        services.edit(actor=b.actor, key=key, entered=entered, version=1)
    assert refused.value.values["first_open"] == GL + timedelta(days=1)
    services.edit(actor=b.actor, key=key, entered=replace(entered, entity_id=None, title="April"), version=1)
    assert summary(key).title == "April"


def test_a_mirror_goes_to_the_next_open_summary(b: Books) -> None:
    april = batch(b, "April", gl_date=date(2026, 4, 30))
    march = batch(b)
    invoice = b.invoice(100, summary_id=march)
    services.close(actor=b.actor, ids=[march])
    mirror = b.document(b.reverse(invoice))
    assert (mirror.summary_id, mirror.gl_date) == (april, date(2026, 4, 30))
    assert holds(b, april) == (1, Decimal(-100), 0)
    b.configure(summary_frequency={"invoices": "daily"})
    assert b.document(b.invoice(1)).gl_date == TODAY


def test_payments_lie_where_their_money_is(b: Books) -> None:
    bank = batch(b, "Bank", "payments", bank_account_id=b.bank)
    undeposited = batch(b, "Cash", "payments", undeposited=True)
    anywhere = batch(b, "All", "payments")
    b.receipt(100, summary_id=bank)
    b.cash(50, summary_id=undeposited)
    draft = b.receipt(30, summary_id=anywhere, post=False)
    payments.post(actor=b.actor, ids=[draft])
    assert [holds(b, key)[1] for key in (bank, undeposited, anywhere)] == [100, 50, 30]
    with pytest.raises(SummaryUnfit):
        b.receipt(1, summary_id=undeposited)
    with pytest.raises(SummaryUnfit):
        b.cash(1, summary_id=bank)


def test_automatic_ones_by_entity_bank_account_and_payment() -> None:
    with books() as b:
        entity = Entity.objects.create(company=b.company, code="E1", name="One").pk
        own = b.document(b.invoice(1, entity_id=entity)).summary
        top = b.document(b.invoice(1)).summary
        assert own is not None
        assert top is not None
        assert (own.entity_id, top.entity_id) == (entity, None)
        held = b.document(b.cash(5)).summary
        banked = b.document(b.receipt(5)).summary
        assert held is not None
        assert banked is not None
        assert (held.undeposited, banked.bank_account_id) == (True, b.bank)
        b.configure(summary_frequency={"payments": "each"})
        each = [b.document(b.receipt(5)).summary_id for _ in range(3)]
        assert len(set(each)) == 3
        with pytest.raises(FrequencyNotAllowed):
            b.configure(summary_frequency={"invoices": "each"})
        with pytest.raises(Invalid):
            b.configure(summary_frequency={"matchings": "daily"})


def test_a_billing_clerk_enters_and_neither_opens_nor_closes(b: Books) -> None:
    key = batch(b)
    clerk = in_hands_of(b, "billing-clerk")
    clerk.invoice(100, summary_id=key)
    for verb in (services.close, services.open_again):
        with pytest.raises(Forbidden):
            verb(actor=clerk.actor, ids=[key])
    with pytest.raises(Forbidden):
        batch(clerk)
    with pytest.raises(Forbidden):
        services.delete(actor=clerk.actor, key=key)
    ar_clerk = in_hands_of(b, "ar-clerk")
    with pytest.raises(Forbidden):
        services.close(actor=ar_clerk.actor, ids=[key])


def test_summaries_of_other_entities_and_companies_do_not_exist(b: Books) -> None:
    entity = Entity.objects.create(company=b.company, code="E1", name="One").pk
    own = batch(b, entity_id=entity)
    limited = replace(b, actor=replace(b.actor, entities=frozenset()))
    with pytest.raises(NotFound):
        services.close(actor=limited.actor, ids=[own])
    with pytest.raises(SummaryUnknown):
        limited.invoice(1, summary_id=own)
    with pytest.raises(NotFound):
        services.close(actor=b.actor, ids=[10**9])


def test_closing_the_books_closes_their_summaries(b: Books) -> None:
    march, april = batch(b), batch(b, "April", gl_date=date(2026, 4, 30))
    before = Summary.objects.filter(company=b.company, type="refunds").get()
    now = b.at(AT + timedelta(days=20))
    b.at(AT).adjustment(-5)
    now.configure(closed_through=GL)
    assert (summary(march).state, summary(april).state) == ("closed", "open")
    before.refresh_from_db()
    assert before.state == "closed"
    with pytest.raises(PeriodClosed):
        services.open_again(actor=now.actor, ids=[march])
    with pytest.raises(PeriodClosed):
        batch(now, "Late")
    now.configure(closed_through=None)
    services.open_again(actor=now.actor, ids=[march])


def test_a_running_slot_ends_with_the_books_and_later_documents_get_their_own() -> None:
    with books() as b:
        first = b.document(b.invoice(10)).summary_id or 0
        now = b.at(AT + timedelta(hours=1))
        now.configure(closed_through=TODAY)
        assert (summary(first).state, summary(first).slot_end) == ("closed", now.actor.at)
        second = b.document(now.invoice(10, on=TODAY + timedelta(days=1)))
        assert second.summary_id != first
        assert holds(b, first) == (1, Decimal(10), 0)


def test_the_database_says_so_too(b: Books) -> None:
    key = batch(b)
    posted = b.invoice(1, summary_id=key)
    draft = b.invoice(2, post=False, summary_id=key)
    documents = Document.objects.filter(company=b.company)
    automatic = Summary.objects.filter(company=b.company, type="invoices", automatic=True)
    for attempt, rule in (
        (lambda: documents.filter(pk=posted).update(summary=None), "never changes"),
        (lambda: documents.filter(pk=draft).update(summary=automatic[0].pk), "does not belong"),
        (lambda: Summary.objects.filter(pk=key).update(gl_date=TODAY), "rely on this summary"),
        (lambda: Summary.objects.filter(pk=key).update(type="payments"), "stays what it is"),
        (lambda: automatic.update(title="Mine"), "nobody edits"),
        (lambda: automatic.delete(), "nobody deletes"),
        (lambda: Summary.objects.filter(pk=key).delete(), "foreign key"),
    ):
        with pytest.raises(DatabaseError, match=rule), transaction.atomic():
            attempt()
    services.close(actor=b.actor, ids=[key])
    for attempt, rule in (
        (lambda: documents.filter(pk=draft).update(reference="x"), "accepts nothing"),
        (lambda: documents.filter(pk=draft).update(summary=None), "accepts nothing"),
        (lambda: Summary.objects.filter(pk=key).update(title="x"), "open it first"),
        (lambda: Summary.objects.filter(pk=key).delete(), "opened before"),
    ):
        with pytest.raises(DatabaseError, match=rule), transaction.atomic():
            attempt()
    assert Customer.objects.filter(company=b.company).exists()
