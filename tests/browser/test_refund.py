"""A refund in a real browser: with the keyboard alone, in both languages, of many credits, and without scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from ledger.models import Document
from tests.browser.seeing import PASSWORD, come_back, faults, open_small, serious
from tests.build import TODAY, Books, person
from tests.refunds.helping import refunding


@pytest.fixture
def b(live_url: str) -> Iterator[Books]:
    with refunding() as made:
        made.number_advances()
        yield made


def on_refund(page: Page, b: Books, query: str = "", *, language: str = "en") -> None:
    """Open the page and wait, as a person would, until it listens."""
    come_back(page, person(b, password=PASSWORD, language=language))
    page.goto(f"/c/{b.company.code}/refunds/new/{query}", wait_until="networkidle")
    expect(page.locator("input:focus")).to_have_count(1)


def refunds(b: Books) -> list[Document]:
    return list(Document.objects.filter(company=b.company, kind="refund").order_by("pk"))


def use(page: Page, document: int) -> str:
    return page.locator(f"#use-c{document}").input_value()


@pytest.mark.parametrize(("language", "amount"), [("en", "110.00"), ("fr", "110,00")])
def test_a_refund_with_the_keyboard_alone(b: Books, page: Page, language: str, amount: str) -> None:
    old = b.advance(80, on=TODAY - timedelta(days=9))
    memo = b.adjustment(-50, on=TODAY - timedelta(days=3))
    on_refund(page, b, language=language)
    keys = page.keyboard
    keys.type("acme")
    expect(page.locator("[role=option]")).to_have_count(1)
    keys.press("Enter")
    expect(page.locator("[data-picked]").first).to_have_text("Acme")
    expect(page.locator("#id_pay_to")).to_have_value("Acme")
    expect(page.locator("[data-use]").first).to_be_visible()
    page.locator("#id_customer").press("Enter")
    expect(page.locator("#id_amount")).to_be_focused()
    keys.type("110")
    expect(page.locator("#work-total")).to_contain_text(amount)
    assert use(page, old) == "", "a total proposes nothing by itself"
    for _field in ("date", "reference"):
        keys.press("Enter")
    keys.type("virement 9")
    page.locator(f"#use-c{old}").focus()
    keys.press("Space")
    expect(page.locator(f"tbody:has(#use-c{old}) tr")).to_have_attribute("data-full", "")
    keys.press("Enter")
    expect(page.locator(f"#use-c{memo}")).to_be_focused()
    keys.type("30")
    expect(page.locator("#work-total .is-bad")).to_have_count(0)
    keys.press("Control+Enter")
    expect(page.locator("h1")).to_contain_text("REF-00001")
    done = refunds(b)[0]
    assert (done.total, done.reference, done.bill_to) == (110, "virement 9", "Acme")
    assert [b.open(old, date.max), b.open(memo, date.max)] == [0, -20]
    for code in (b.code(old, date.max), b.code(memo, date.max)):
        expect(page.locator(f".code:text-is('{code}')").first).to_be_visible()


def test_rows_by_keyboard(b: Books, page: Page) -> None:
    advance = b.advance(100, on=TODAY - timedelta(days=5))
    memo = b.adjustment(-30, -20)
    b.invoice(110)
    on_refund(page, b, f"?customer={b.customer}")
    keys = page.keyboard
    keys.press("=")
    expect(page.locator(f"#use-c{advance}")).to_have_value("40.00")
    expect(page.locator("#id_amount")).to_have_attribute("placeholder", "40.00")
    expect(page.locator("#id_amount")).to_be_focused()
    expect(page.locator("#work-total")).to_contain_text("Everything refunded is chosen")
    page.locator(f"#use-c{memo}").focus()
    keys.press("ArrowRight")
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    keys.type("15")
    expect(page.locator(f"#use-c{memo}")).to_have_value("15.00")
    keys.press("ArrowUp")
    keys.press("Space")
    expect(page.locator(f"#use-c{memo}")).to_have_value("45.00")
    keys.press("Space")
    expect(page.locator(f"#use-c{memo}")).to_have_value("15.00")
    keys.press("?")
    expect(page.locator("#help")).to_contain_text("Bring the account to zero")
    keys.press("Escape")
    page.locator("#order-available").focus()
    keys.press("Enter")
    expect(page.locator("[aria-sort=ascending]")).to_contain_text("Available")
    expect(page.locator("#order-available")).to_be_focused()
    expect(page.locator("tbody [data-use]").first).to_have_attribute("name", f"use-c{memo}")
    assert (use(page, memo), use(page, advance)) == ("15.00", "40.00")
    keys.press("Control+Enter")
    expect(page.locator("h1")).to_contain_text("REF-00001")
    assert b.open_lines(memo, date.max) == [-30, -5]
    assert b.open(advance, date.max) == -60


def test_the_filter_keeps_what_was_typed_in_sight(b: Books, page: Page) -> None:
    first, second = b.advance(100), b.adjustment(-30)
    third = b.invoice(-70)
    on_refund(page, b, f"?customer={b.customer}")
    page.locator(f"#use-c{first}").fill("10")
    page.locator("#work-filter").fill("adjustment 30")
    expect(page.locator(f"#use-c{third}")).to_be_hidden()
    expect(page.locator(f"#use-c{second}")).to_be_visible()
    expect(page.locator(f"#use-c{first}")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(f"#use-c{second}")).to_be_focused()
    page.locator("#work-filter").press("Escape")
    expect(page.locator(f"#use-c{third}")).to_be_visible()


def test_of_many_credits_the_server_finds(b: Books, page: Page) -> None:
    keys = [b.advance(10 + n, on=TODAY - timedelta(days=300 - n)) for n in range(203)]
    on_refund(page, b, f"?customer={b.customer}")
    expect(page.locator("tbody [data-use]")).to_have_count(200)
    page.locator(f"#use-c{keys[0]}").fill("5")
    page.locator("#work-filter").focus()
    page.keyboard.type("ADV-00203")
    expect(page.locator("tbody [data-use]")).to_have_count(2)
    expect(page.locator("#work-filter")).to_be_focused()
    assert page.locator("#work-filter").input_value() == "ADV-00203"
    assert use(page, keys[0]) == "5"
    page.locator(f"#use-c{keys[202]}").fill("7")
    expect(page.locator("#work-total")).to_contain_text("12.00")
    page.locator("#work-filter").press("Escape")
    expect(page.locator("tbody [data-use]")).to_have_count(201)
    page.get_by_role("button", name="Show more").click()
    expect(page.locator("tbody [data-use]")).to_have_count(203)
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_contain_text("REF-00001")
    assert refunds(b)[0].total == 12


def test_a_refusal_keeps_what_was_typed_and_leads_to_the_row(
    b: Books, page: Page, complaints: list[str]
) -> None:
    advance = b.advance(90)
    on_refund(page, b, f"?customer={b.customer}")
    page.locator(f"#use-c{advance}").fill("100")
    expect(page.locator("[data-use-error]").first).to_have_text(
        "ADV-00001 has 90.00 left; you entered 100.00. Use 90.00 at most."
    )
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-error-summary]")).to_contain_text("Use 90.00 at most.")
    assert use(page, advance) == "100"
    page.locator("[data-error-summary] a").click()
    expect(page.locator(f"#use-c{advance}")).to_be_focused()
    assert refunds(b) == []
    assert all("422" in complaint for complaint in complaints)
    complaints.clear()


def test_a_double_click_posts_once(b: Books, page: Page) -> None:
    advance = b.advance(90)
    on_refund(page, b, f"?customer={b.customer}")
    page.locator(f"#use-c{advance}").fill("20")
    expect(page.locator("#work-total")).to_contain_text("20.00")
    page.locator("[data-primary]").dblclick()
    expect(page.locator("h1")).to_contain_text("REF-00001")
    assert len(refunds(b)) == 1


def test_voiding_in_a_dialog(b: Books, page: Page) -> None:
    advance = b.advance(100)
    key = b.refund({advance: 80})
    come_back(page, person(b, password=PASSWORD))
    page.goto(f"/c/{b.company.code}/refunds/{key}/")
    page.locator("a[data-dialog]", has_text="Void").click()
    box = page.locator("#dialog")
    expect(box).to_contain_text("Voiding gives back 80.00 to ADV-00001.")
    assert serious(page) == []
    box.locator("[name=reason]").fill("sent back")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".messages")).to_contain_text("REF-00001 is voided.")
    assert b.open(advance, date.max) == -100


def test_without_scripts(b: Books, new_context: Callable[..., BrowserContext]) -> None:
    advance, memo = b.advance(100), b.adjustment(-30)
    page = new_context(java_script_enabled=False).new_page()
    come_back(page, person(b, password=PASSWORD))
    page.goto(f"/c/{b.company.code}/refunds/new/")
    page.locator("[name=customer]").fill("acme")
    page.keyboard.press("Enter")
    page.locator(f"#use-c{advance}").fill("40")
    page.locator("#work-filter").fill("adjustment")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert use(page, advance) == "40", "Enter arranges, it never posts"
    page.locator(f"#use-c{memo}").fill("30")
    with page.expect_navigation():
        page.get_by_role("button", name="Date").click()
    assert [use(page, key) for key in (advance, memo)] == ["40", "30"]
    page.get_by_role("button", name="Post refund").click()
    expect(page.locator("h1")).to_contain_text("REF-00001")
    assert refunds(b)[0].total == 70


@pytest.mark.long
def test_the_pages_fit_and_are_accessible(b: Books, page: Page) -> None:
    advance, memo = b.advance(100), b.adjustment(-30, -20)
    b.invoice(-100, 20)
    draft = b.refund({advance: 60, memo: 10}, post=False)
    posted = b.refund({advance: 15, memo: 5})
    on_refund(page, b, f"?customer={b.customer}", language="fr")
    page.locator(f"#use-c{advance}").fill("1000")
    expect(page.locator(f"tbody:has(#use-c{advance}) [data-use-error]").first).not_to_be_empty()
    root = f"/c/{b.company.code}/refunds"
    for path in ("", "/", f"/{draft}/", f"/{draft}/edit/", f"/{posted}/", f"/{posted}/void/"):
        if path:
            open_small(page, root + path)
        assert faults(page) == [], path
