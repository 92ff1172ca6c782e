"""Pages of summaries and periods: read and used as a clerk does, without scripts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arledger.companies.models import BankAccount
from arledger.companies.selectors import settings_of
from arledger.core.errors import Refusal
from summaries import services
from summaries.models import Summary
from summaries.services import SummaryInput
from tests.build import Books, books
from tests.clerk import Clerk, Page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


def entry(page: Page) -> dict[str, str]:
    """What the form with a title would send."""
    return next(form.fields for form in page.forms if "title" in form.fields)


def users(b: Books) -> None:
    b.configure(summary_frequency={"invoices": "user", "payments": "user"})


def test_from_the_empty_summary_to_the_closed_one_and_back() -> None:
    with books() as b:
        users(b)
        clerk = Clerk(b)
        form = clerk.open("/summaries/").text
        assert "New summary" in form
        page = clerk.open("/summaries/new/")
        fields = entry(page) | {"title": "March", "gl_date": "2026-03-31", "control_total": "2 x"}
        refused = clerk.send(clerk.root + "/summaries/new/", fields)
        assert refused.status == 422
        assert "March" in entry(refused).values()
        made = clerk.send(clerk.root + "/summaries/new/", fields | {"control_total": "100.00"})
        assert made.status == 200
        assert "Nothing in it yet" in made.text
        key = Summary.objects.get(company=b.company, title="March").pk
        b.invoice(100, summary_id=key)
        b.invoice(5, summary_id=key, post=False)
        shown = clerk.open(f"/summaries/{key}/")
        assert "INV-00001" in shown.text
        assert "Acme" in shown.text
        asked = clerk.open(f"/summaries/{key}/close/")
        assert "It holds 1 posted document for 100.00 EUR." in asked.text
        assert "1 draft stays in it" in asked.text
        closed = asked.press("Close summary", form="confirm")
        assert "The summary is closed." in closed.text
        assert Summary.objects.get(pk=key).state == "closed"
        clerk.open(f"/summaries/{key}/open/").press("Open summary", form="confirm")
        assert Summary.objects.get(pk=key).state == "open"
        edited = entry(clerk.open(f"/summaries/{key}/edit/"))
        answer = clerk.send(f"{clerk.root}/summaries/{key}/edit/", edited | {"gl_date": "2026-03-30"})
        assert answer.status == 409
        assert "holds posted documents" in answer.text


def test_the_list_in_french_and_its_file() -> None:
    with books() as b:
        clerk = Clerk(b, language="fr")
        assert clerk.open("/summaries/?tab=open&type=invoices").status == 200
        file = clerk.client.get(clerk.root + "/summaries/export/")
        text = b"".join(file).decode()
        assert "Invoices 2026-03-15 00:00:00" in text
        assert "refunds" not in text


def test_a_billing_clerk_sees_and_neither_opens_nor_closes() -> None:
    with books() as b:
        users(b)
        key = Summary.objects.filter(company=b.company, automatic=True, type="invoices").first()
        assert key is not None
        clerk = Clerk(b, "billing-clerk")
        assert "Close summary" not in clerk.open(f"/summaries/{key.pk}/").text
        for verb in ("close", "open", "edit", "delete"):
            assert clerk.open(f"/summaries/{key.pk}/{verb}/").status == 403
        assert clerk.open("/summaries/new/").status == 403
        assert clerk.open("/settings/periods/close/").status == 403


def test_nobody_is_shown_a_form_of_what_nobody_may_change() -> None:
    with books() as b:
        users(b)
        automatic = Summary.objects.filter(company=b.company, automatic=True, type="invoices").first()
        own = services.add(
            actor=b.actor, entered=SummaryInput(type="invoices", title="March", gl_date=date(2026, 3, 31))
        )
        services.close(actor=b.actor, ids=[own])
        assert automatic is not None
        clerk = Clerk(b)
        for key, why in ((automatic.pk, "nobody edits or deletes it"), (own, "is closed")):
            for verb in ("edit", "delete"):
                page = clerk.open(f"/summaries/{key}/{verb}/")
                assert page.status in (409, 422), verb
                assert why in page.text
                assert not any("title" in form.fields for form in page.forms)


def test_pages_cost_the_same_statements_whatever_they_show() -> None:
    with books() as b:
        clerk = Clerk(b)
        key = b.document(b.invoice(1)).summary_id
        costs = []
        for _ in range(2):
            for path in ("/summaries/", f"/summaries/{key}/"):
                clerk.open(path)
                with CaptureQueriesContext(connection) as queries:
                    clerk.open(path)
                costs.append(len(queries))
            for _more in range(5):
                b.invoice(1)
        assert costs[:2] == costs[2:]


def test_a_period_is_closed_and_reopened_with_its_history() -> None:
    with books() as b:
        clerk = Clerk(b)
        clerk.client.post("/accounts/reauthenticate/", {"password": "secret-1234"})
        page = clerk.open("/settings/periods/close/")
        page.press("Close the books", form="confirm", through="2026-02-28")
        assert str(settings_of(b.company.pk).row.closed_through) == "2026-02-28"
        history = clerk.open("/settings/periods/").text
        assert "Feb 28, 2026" in history
        again = clerk.open("/settings/periods/close/").press(
            "Close the books", "confirm", through="2026-01-31"
        )
        assert again.status == 422
        assert "closed through Feb 28, 2026 already" in again.text
        clerk.open("/settings/periods/reopen/").press("Reopen the books", form="confirm", through="")
        assert settings_of(b.company.pk).row.closed_through is None


def test_another_companys_summary_is_not_found() -> None:
    with books() as other:
        foreign = Summary.objects.filter(company=other.company).first()
        assert foreign is not None
    with books() as b:
        clerk = Clerk(b)
        for verb in ("", "close/", "open/", "edit/", "delete/"):
            assert clerk.open(f"/summaries/{foreign.pk}/{verb}").status == 404


def test_entry_forms_offer_open_summaries_only_where_people_make_them() -> None:
    with books() as b:
        clerk = Clerk(b)
        every = (
            "/invoices/new/",
            "/credits/adjustments/new/",
            "/credits/advances/new/",
            "/payments/receive/",
        )
        addresses = (*every, "/deposits/new/", "/quick-deposit/")
        for path in addresses:
            page = clerk.open(path)
            assert page.status in (200, 404), path
            assert not any("summary" in form.fields for form in page.forms), path
        everything = ("invoices", "adjustments", "advances", "payments", "deposits")
        b.configure(summary_frequency=dict.fromkeys(everything, "user"))
        for path in (*every, "/deposits/new/"):
            page = clerk.open(path)
            assert any("summary" in form.fields for form in page.forms), path
        march = services.add(
            actor=b.actor,
            entered=services.SummaryInput(type="invoices", title="March", gl_date=date(2026, 3, 31)),
        )
        page = clerk.open(f"/invoices/new/?customer={b.customer}")
        assert "March (Mar 31, 2026)" in page.text
        form = next(form for form in page.forms if "summary" in form.fields)
        line = next(name for name in form.fields if name.endswith("-amount"))
        fields = form.fields | {line: "100.00", "post": "1"}
        refused = clerk.send(clerk.root + "/invoices/new/", fields)
        assert refused.status == 422
        assert "choose one that is open" in refused.text
        posted = clerk.send(clerk.root + "/invoices/new/", fields | {"summary": str(march)})
        assert "INV-00001" in posted.text
        assert Summary.objects.get(pk=march).documents.count() == 1


def test_a_draft_of_a_closed_summary_says_why_nothing_can_be_done_with_it() -> None:
    with books() as b:
        users(b)
        day, bank = date(2026, 3, 31), BankAccount.objects.get(company=b.company).pk
        both = {
            type: services.add(
                actor=b.actor,
                entered=SummaryInput(type=type, title=type, gl_date=day, bank_account_id=bank_id),
            )
            for type, bank_id in (("invoices", None), ("payments", bank))
        }
        drafts = {
            "invoices": b.invoice(100, summary_id=both["invoices"], post=False),
            "payments": b.receipt(10, leave=True, summary_id=both["payments"], post=False),
        }
        clerk = Clerk(b)
        verbs = {
            kind: [f"{clerk.root}/{kind}/{key}/{verb}/" for verb in ("edit", "post", "delete")]
            for kind, key in drafts.items()
        }
        for kind, key in drafts.items():
            links = clerk.open(f"/{kind}/{key}/").links.values()
            assert all(verb in links for verb in verbs[kind])
        services.close(actor=b.actor, ids=list(both.values()))
        for kind, key in drafts.items():
            page = clerk.open(f"/{kind}/{key}/")
            assert not any(verb in page.links.values() for verb in verbs[kind])
            assert f"The summary “{kind}” is closed" in page.text


def test_one_document_is_told_of_in_words_that_are_right_for_one() -> None:
    with books() as b:
        users(b)
        entered = SummaryInput(type="invoices", title="March", gl_date=date(2026, 3, 31), control_count=2)
        key = services.add(actor=b.actor, entered=entered)
        b.invoice(5, summary_id=key)
        with pytest.raises(Refusal, match="included: 1\\)"):
            services.delete(actor=b.actor, key=key)
        few = replace(b.actor, rights=b.actor.rights - {"summaries.override"})
        with pytest.raises(Refusal, match="the count 1 and"):
            services.close(actor=few, ids=[key])
