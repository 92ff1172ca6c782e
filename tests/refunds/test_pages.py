"""The list of refunds, one refund, and who may see them; nothing at all while they are switched off (SPEC 4, 9)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arledger.companies.models import BankAccount
from ledger.models import Document
from reconciliation.mirrors import TakenBack
from reconciliation.selectors import TextSearch
from tests.build import TODAY, Books, books
from tests.clerk import Clerk, at_the_time_of_the_books
from tests.examples import examples
from tests.refunds.helping import refunding

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]
ROUTES = ("", "export/", "new/", "{key}/", "{key}/edit/", "{key}/post/", "{key}/delete/", "{key}/void/")


@pytest.fixture
def b() -> Iterator[Books]:
    with refunding() as made:
        made.number_advances()
        yield made


def lived(b: Books) -> tuple[int, int, int]:
    """A draft of 10, a posted refund of 20, a voided one of 30."""
    advance, memo = b.advance(100), b.adjustment(-40)
    draft = b.refund({advance: 10}, post=False, reference="first")
    posted = b.refund({advance: 15, memo: 5}, reference="second", pay_to="Acme bank")
    voided = b.refund({memo: 30}, on=TODAY - timedelta(days=0))
    b.reverse(voided)
    return draft, posted, voided


def numbers(clerk: Clerk, query: str = "") -> list[str]:
    page = clerk.open(f"/refunds/{query}")
    assert page.status == 200
    return [text for text in page.links if text.startswith("REF-") or text == "Draft refund"]


def test_nothing_is_there_until_refunds_are_switched_on() -> None:
    with books() as b:
        b.configure(refunds_enabled=True)
        key = b.refund({b.advance(100): 10})
        b.configure(refunds_enabled=False)
        clerk = Clerk(b)
        for route in ROUTES:
            assert clerk.open(f"/refunds/{route.format(key=key)}").status == 404, route
        answer = clerk.client.post(f"{clerk.root}/refunds/preview/", {})
        assert answer.status_code == 404
        assert "Refunds" not in clerk.open("/").links
        b.configure(refunds_enabled=True)
        assert clerk.open("/").links["Refunds"] == f"{clerk.root}/refunds/"


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("administrator", {"", "export/", "new/", "{key}/", "{key}/edit/", "{key}/post/", "{key}/delete/"}),
        ("ar-clerk", {"", "export/", "new/", "{key}/", "{key}/edit/", "{key}/delete/"}),
        ("auditor", {"", "export/", "{key}/"}),
        ("billing-clerk", set()),
    ],
)
def test_each_role_gets_its_pages(b: Books, role: str, allowed: set[str]) -> None:
    draft, _posted, _voided = lived(b)
    clerk = Clerk(b, role)
    paths = {route: f"{clerk.root}/refunds/{route.format(key=draft)}" for route in ROUTES}
    found = {route for route, path in paths.items() if clerk.client.get(path).status_code == 200}
    assert found - {"{key}/void/"} == allowed
    assert ("Refunds" in clerk.open("/").links) == bool(allowed)
    for button in ("Edit", "Delete", "Post refund") if "{key}/" in allowed else ():
        route = {"Edit": "edit", "Delete": "delete", "Post refund": "post"}[button]
        assert (button in clerk.open(f"/refunds/{draft}/").links) == (f"{{key}}/{route}/" in allowed)


def test_voiding_is_a_right_of_its_own(b: Books) -> None:
    _draft, posted, _voided = lived(b)
    assert "Void" in Clerk(b).open(f"/refunds/{posted}/").links
    auditor = Clerk(b, "auditor")
    assert "Void" not in auditor.open(f"/refunds/{posted}/").links
    assert auditor.open(f"/refunds/{posted}/void/").status == 403


def test_another_company_s_refund_does_not_exist(b: Books) -> None:
    draft, posted, _voided = lived(b)
    with refunding() as other:
        clerk = Clerk(other)
        for key in (draft, posted):
            for route in ROUTES[3:]:
                assert clerk.open(f"/refunds/{route.format(key=key)}").status == 404
        assert clerk.open(f"/refunds/new/?customer={b.customer}").form().fields["customer"] == ""


def test_what_is_not_a_refund_is_no_refund_s_page(b: Books) -> None:
    advance = b.advance(10)
    clerk = Clerk(b)
    for key in (advance, 0, 99999999999999999999999):
        for route in ROUTES[3:]:
            assert clerk.open(f"/refunds/{route.format(key=key)}").status == 404


@pytest.mark.parametrize("few", [1_000, 0], ids=["few are voided", "many are voided"])
def test_tabs_filters_and_sums(b: Books, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TakenBack, "FEW", few)
    monkeypatch.setattr(TextSearch, "MANY", few)
    lived(b)
    clerk = Clerk(b)
    page = clerk.open("/refunds/")
    assert numbers(clerk) == ["REF-00003", "REF-00002", "REF-00001", "Draft refund"]
    assert "All 4" in page.text
    assert "Drafts 1 Posted 1 Voided 2" in page.text
    assert "Refunded 20.00" in page.text
    assert "In drafts 10.00" in page.text
    assert numbers(clerk, "?tab=drafts") == ["Draft refund"]
    assert numbers(clerk, "?tab=posted") == ["REF-00001"]
    assert numbers(clerk, "?tab=voided") == ["REF-00003", "REF-00002"]
    assert numbers(clerk, "?q=second") == ["REF-00001"]
    assert numbers(clerk, "?q=30.00") == ["REF-00003", "REF-00002"]
    assert numbers(clerk, "?q=nobody") == []
    assert numbers(clerk, "?amount=20") == ["REF-00001"]
    assert numbers(clerk, "?customer=acme&tab=posted") == ["REF-00001"]
    assert numbers(clerk, f"?date_from={TODAY + timedelta(days=1)}") == []
    assert numbers(clerk, "?sort=-amount&tab=posted") == ["REF-00001"]
    assert numbers(clerk, "?sort=amount")[0] == "REF-00003", "the void counts against"
    other = BankAccount.objects.exclude(pk=b.bank).filter(company=b.company).first()
    assert numbers(clerk, f"?account={b.bank}&tab=posted") == ["REF-00001"]
    assert other is None or numbers(clerk, f"?account={other.pk}") == []


def test_the_file_has_what_the_list_shows(b: Books) -> None:
    lived(b)
    clerk = Clerk(b)
    answer = clerk.client.get(f"{clerk.root}/refunds/export/?tab=posted")
    rows = b"".join(answer).decode("utf-8-sig").splitlines()
    assert rows[0] == (
        "number,state,customer,customer_name,date,bank_account,pay_to,reference,description,currency,amount"
    )
    code = Document.objects.get(company=b.company, number="REF-00001").customer
    assert code is not None
    assert rows[1:] == [f"REF-00001,posted,{code.code},Acme,2026-03-15,BANK,Acme bank,second,,EUR,20.00"]


@pytest.mark.parametrize(
    "query",
    ["q=%00", "cursor=x", "sort=-x", "date_from=1", "amount=1e3", "tab=x", "account=9", "match_code=%00"],
)
def test_the_list_takes_any_address(b: Books, query: str) -> None:
    lived(b)
    assert Clerk(b).open(f"/refunds/?{query}").status in (200, 400)


def test_a_refund_shows_its_credits_with_codes_and_leads_to_them(b: Books) -> None:
    _draft, posted, voided = lived(b)
    clerk = Clerk(b)
    page = clerk.open(f"/refunds/{posted}/")
    assert "REF-00001 Posted" in page.text
    assert "ADV-00001 Advance Mar 15, 2026 a 15.00 85.00" in page.text
    assert "ADJ-00001 Adjustment Mar 15, 2026 b 5.00 35.00" in page.text
    assert page.links["Acme"] == f"{clerk.root}/customers/{b.customer}/"
    assert page.links["a"] == f"{clerk.root}/reports/reconciliation/?start=1900-01-01&match_code=a"
    assert numbers(clerk, "?match_code=A") == ["REF-00001"]
    gone = clerk.open(f"/refunds/{voided}/")
    assert "Voided by REF-00003" in gone.text
    assert "Credits it had cleared" in gone.text
    assert "ADJ-00001 Adjustment Mar 15, 2026 30.00 35.00" in gone.text
    mirror = clerk.open(gone.links["REF-00003"])
    assert "REF-00003 Void" in mirror.text
    assert mirror.links["REF-00002"] == f"{clerk.root}/refunds/{voided}/"


def test_a_draft_shows_what_it_reserves_and_is_deleted_with_its_effect_told(b: Books) -> None:
    draft, *_rest = lived(b)
    clerk = Clerk(b)
    page = clerk.open(f"/refunds/{draft}/")
    assert "Credits it reserves" in page.text
    assert "ADV-00001 Advance Mar 15, 2026 10.00" in page.text
    asked = clerk.open(f"/refunds/{draft}/delete/")
    assert "Frees 10.00 EUR of ADV-00001" in asked.text
    done = asked.press("Delete draft", form="confirm")
    assert "The draft is deleted; what it had reserved is available again." in done.text
    assert not Document.objects.filter(pk=draft).exists()


def test_posting_a_draft_tells_its_effect_and_has_it_once(b: Books) -> None:
    draft, *_rest = lived(b)
    clerk = Clerk(b)
    asked = clerk.open(f"/refunds/{draft}/post/")
    assert "Clears 10.00 EUR of ADV-00001" in asked.text
    assert "Takes 10.00 EUR out of" in asked.text
    done = asked.press("Post refund", form="confirm")
    assert "REF-00004 is posted." in done.text
    again = asked.press("Post refund", form="confirm")
    assert again.address == done.address
    assert Document.objects.filter(company=b.company, kind="refund", state="posted").count() == 4


def test_voiding_tells_all_credits_and_says_why_not(b: Books) -> None:
    _draft, posted, _voided = lived(b)
    clerk = Clerk(b)
    asked = clerk.open(f"/refunds/{posted}/void/")
    assert "Voiding gives back 5.00 to ADJ-00001 and 15.00 to ADV-00001." in asked.text
    early = asked.press("Void refund", form="confirm", date="2026-03-01", reason="x")
    assert early.status == 422
    assert "A void is dated Mar 15, 2026 at the earliest" in early.text
    missing = asked.press("Void refund", form="confirm", reason="")
    assert "This field is required." in missing.text
    b.configure(closed_through=TODAY)
    closed = clerk.open(f"/refunds/{posted}/void/")
    assert "The books are closed through Mar 15, 2026." in closed.text


def test_from_a_credit_to_its_refunds(b: Books) -> None:
    _draft, posted, _voided = lived(b)
    memo = Document.objects.get(company=b.company, number="ADJ-00001")
    clerk = Clerk(b)
    receipt = b.receipt(50)
    back = b.refund({receipt: 20})
    page = clerk.open(f"/payments/{receipt}/")
    number = b.document(back).number
    assert page.links[str(number)] == f"{clerk.root}/refunds/{back}/"
    shown = clerk.open(f"/credits/adjustments/{memo.pk}/")
    if shown.status == 200:
        assert shown.links["REF-00001"] == f"{clerk.root}/refunds/{posted}/"


def count(clerk: Clerk, path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert clerk.open(path).status == 200
    return len(asked)


def test_pages_ask_as_much_of_few_as_of_many(b: Books) -> None:
    clerk = Clerk(b)
    few = b.refund({b.advance(10): 5})
    before = count(clerk, f"/refunds/{few}/"), count(clerk, "/refunds/")
    credits: dict[int, object] = {b.adjustment(-5): Decimal(2) for _ in range(6)}
    many = b.refund(credits)  # type: ignore[arg-type]
    for _ in range(4):
        b.refund({b.advance(10): 5})
    assert (count(clerk, f"/refunds/{many}/"), count(clerk, "/refunds/")) == before


BAD = st.sampled_from(
    [
        "",
        "\0",
        "²",
        "1e9",
        "NaN",
        "9" * 30,
        "-1",
        "0",
        "1,2,3",
        "\ud7ff",
        "x" * 500,
        "2026-02-30",
        "!",
        "acme",
    ]
)
NAMES = [
    "customer", "amount", "date", "account", "entity", "reference", "pay_to", "pay_to_for", "description", "order",
    "limit", "find", "unfold", "unfolded", "zero", "seen", "shown", "version", "idempotency_key",
]  # fmt: skip


def test_nothing_sent_breaks_a_page(b: Books) -> None:
    advance = b.advance(100)
    draft = b.refund({advance: 10}, post=False)
    clerk = Clerk(b)
    paths = ["refunds/new/", "refunds/preview/", f"refunds/{draft}/edit/", f"refunds/{draft}/post/"]
    keys = [
        f"use-c{advance}",
        f"pin-c{advance}",
        f"use-k{b.line(advance)}",
        "use-c0",
        "use-k99999999",
        "use-x",
    ]

    @settings(max_examples=examples(30), deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        path=st.sampled_from(paths),
        sent=st.dictionaries(st.sampled_from([*NAMES, *keys]), BAD, max_size=8),
        action=st.sampled_from(["", "draft", "other"]),
        whole=st.booleans(),
    )
    def send(path: str, sent: dict[str, str], action: str, whole: bool) -> None:
        good = {"customer": "acme", "amount": "20", "date": "2026-03-15", "account": str(b.bank)}
        fields = (good if whole else {}) | sent | {"action": action}
        answer = clerk.client.post(f"{clerk.root}/{path}", fields)
        assert answer.status_code in (200, 303, 404, 409, 422), (path, fields)
        answer = clerk.client.get(f"{clerk.root}/{path}", sent)
        assert answer.status_code in (200, 303, 400, 404, 405, 409)

    send()
