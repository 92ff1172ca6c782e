"""Credits used on Receive payment and applied from their own pages, in a real browser with the keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from ledger.models import Document
from tests.browser.seeing import PASSWORD, come_back, serious
from tests.browser.test_receive import opens, receiving, use
from tests.build import Books, books, person


@pytest.fixture
def b(live_url: str) -> Iterator[Books]:
    with books() as made:
        yield made


@pytest.mark.parametrize(
    ("language", "cash", "memo_use"), [("en", "200", "1000.00"), ("fr", "200", "1000,00")]
)
def test_w4_with_the_keyboard_alone(b: Books, page: Page, language: str, cash: str, memo_use: str) -> None:
    invoices = [b.invoice(amount) for amount in (300, 400, 500)]
    memo = b.adjustment(-2000)
    receiving(page, b, language=language)
    keys = page.keyboard
    keys.type("acme")
    expect(page.locator("[role=option]")).to_have_count(1)
    keys.press("Enter")
    expect(page.locator("#use-d" + str(invoices[0]))).to_be_visible()
    keys.press("Enter")
    expect(page.locator("#id_amount")).to_be_focused()
    keys.type(cash)
    expect(page.locator("#work-total")).to_contain_text("200")
    keys.press("c")
    field = page.locator(f"#use-c{memo}")
    expect(field).to_be_focused()
    keys.press("Space")
    expect(field).to_have_value(memo_use)
    expect(page.locator(f"#use-d{invoices[2]}")).to_have_value(re.compile("^500"))
    assert serious(page) == []
    keys.press("Control+Enter")
    page.wait_for_url(re.compile(r"/payments/\d+/$"))
    assert opens(b, [*invoices, memo]) == [0, 0, 0, -1000]


def test_what_space_takes_follows_what_is_typed(b: Books, page: Page) -> None:
    invoice, memo = b.invoice(300), b.adjustment(-1000)
    receiving(page, b, query=f"?customer={b.customer}")
    keys = page.keyboard
    page.locator("#id_amount").fill("100")
    expect(page.locator(f"#use-d{invoice}")).to_have_value("100.00")
    keys.press("c")
    field = page.locator(f"#use-c{memo}")
    keys.press("Space")
    expect(field).to_have_value("200.00")
    expect(page.locator(f"#use-d{invoice}")).to_have_value("300.00")
    page.locator("#id_amount").fill("50")
    expect(page.locator("#work-total")).to_contain_text("250.00")
    field.focus()
    keys.press("Space")
    expect(field).to_have_value("250.00")
    keys.press("Space")
    expect(field).to_have_value("")
    expect(page.locator(f"#use-d{invoice}")).to_have_value("50.00")
    assert use(page, invoice) == "50.00"
    assert Document.objects.filter(company=b.company, kind="payment").count() == 0


def opened(page: Page, b: Books, path: str) -> None:
    come_back(page, person(b, password=PASSWORD))
    page.goto(f"/c/{b.company.code}/credits/{path}", wait_until="networkidle")


def test_a_credit_is_applied_with_the_keyboard_alone(b: Books, page: Page) -> None:
    memo, first, second = b.adjustment(-100), b.invoice(80), b.invoice(50)
    opened(page, b, f"apply/{memo}/")
    keys = page.keyboard
    expect(page.locator("#id_amount")).to_be_focused()
    expect(page.locator(f"#use-d{second}")).to_have_value("20.00")
    assert serious(page) == []
    keys.press("Control+a")
    keys.press("Delete")
    expect(page.locator(f"#use-d{first}")).to_have_value("")
    for _ in range(4):
        keys.press("Enter")
    expect(page.locator(f"#use-d{second}")).to_be_focused()
    keys.press("Space")
    expect(page.locator("#work-total")).to_contain_text("50.00 stays available on ADJ-00001.")
    keys.press("ArrowUp")
    keys.press("Space")
    expect(page.locator(f"#use-d{first}")).to_have_value("50.00")
    expect(page.locator("#work-total")).to_contain_text("ADJ-00001 is used up.")
    keys.press("Control+Enter")
    page.wait_for_url(re.compile(r"/credits/adjustments/\d+/$"))
    assert opens(b, [memo, first, second]) == [0, 30, 0]


def test_an_invoice_is_settled_by_credits_with_one_key(b: Books, page: Page) -> None:
    advance, memo, charge = b.advance(30), b.adjustment(-100), b.invoice(80)
    opened(page, b, f"use/{charge}/")
    keys = page.keyboard
    keys.press("Enter")
    keys.press("Enter")
    expect(page.locator("[data-use]:focus")).to_have_count(1)
    keys.press("=")
    expect(page.locator(f"#use-c{advance}")).to_have_value("30.00")
    expect(page.locator(f"#use-c{memo}")).to_have_value("50.00")
    assert serious(page) == []
    keys.press("Control+Enter")
    page.wait_for_url(re.compile(r"/invoices/\d+/$"))
    assert opens(b, [advance, memo, charge]) == [0, -50, 0]
