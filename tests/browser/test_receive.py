"""Receive payment in a real browser: with the keyboard alone, in both languages, in a hurry, and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import BrowserContext, Dialog, Page, Route, expect

from ledger.models import Document
from tests.browser.seeing import PASSWORD, come_back, faults, open_small, serious, soon
from tests.build import Books, books, person
from tests.long_accounts import many
from tests.long_accounts import opens as long_opens


@pytest.fixture
def b(live_url: str) -> Iterator[Books]:
    with books() as made:
        yield made


def receiving(page: Page, b: Books, *, language: str = "en", query: str = "") -> None:
    come_back(page, person(b, password=PASSWORD, language=language))
    on_receive(page, b, query)


def on_receive(page: Page, b: Books, query: str = "") -> None:
    """Open the page and wait, as a person would, until it listens."""
    page.goto(f"/c/{b.company.code}/payments/receive/{query}", wait_until="networkidle")
    expect(page.locator("input:focus")).to_have_count(1)


def w2(b: Books) -> list[int]:
    return [b.invoice(300), b.invoice(160), b.invoice(300, 100, -20)]


def opens(b: Books, invoices: list[int]) -> list[Decimal]:
    return [b.open(key, date.max) for key in invoices]


def codes(b: Books, invoices: list[int]) -> list[str]:
    return [b.code(key, date.max) for key in invoices]


def payments(b: Books) -> int:
    return Document.objects.filter(company=b.company, kind="payment").count()


def use(page: Page, document: int) -> str:
    return page.locator(f"#use-d{document}").input_value()


@pytest.mark.parametrize(("language", "amount"), [("en", "500.00"), ("fr", "500,00")])
def test_w2_with_the_keyboard_alone(b: Books, page: Page, language: str, amount: str) -> None:
    invoices = w2(b)
    receiving(page, b, language=language)
    keys = page.keyboard
    for typed, rests, letters in (("500", [0, 0, 340], ["A", "B", "c"]), ("340", [0, 0, 0], ["A", "B", "C"])):
        keys.type("acme")
        expect(page.locator("[role=option]")).to_have_count(1)
        keys.press("Enter")
        expect(page.locator("[data-picked]").first).to_have_text("Acme")
        expect(page.locator("[data-use]").first).to_be_visible()
        keys.press("Enter")
        keys.type(typed)
        expect(page.locator("#work-total")).to_contain_text(amount if typed == "500" else "340")
        keys.press("Control+Enter")
        expect(page.locator("h1")).to_contain_text("PAY-0000")
        assert opens(b, invoices) == rests
        assert codes(b, invoices) == letters
        for code in letters if typed == "500" else ["C"]:
            expect(page.locator(f".code:text-is('{code}')").first).to_be_visible()
        on_receive(page, b)
    on_receive(page, b, f"?customer={b.customer}")
    keys.type("0.01")
    keys.press("Control+Enter")
    expect(page.locator("h1")).to_contain_text("PAY-00003")
    last = Document.objects.get(company=b.company, number="PAY-00003")
    assert b.figures(last.pk, date.max).open_sides == Decimal("0.01")


def test_rows_by_keyboard(b: Books, page: Page) -> None:
    first, second, third = w2(b)
    receiving(page, b, query=f"?customer={b.customer}")
    keys = page.keyboard
    keys.type("400")
    expect(page.locator(f"#use-d{second}")).to_have_value("100.00")
    page.locator(f"#use-d{first}").focus()
    keys.press("ArrowDown")
    keys.press("Space")
    expect(page.locator(f"#use-d{first}")).to_have_value("240.00")
    assert use(page, second) == "160.00"
    keys.press("Space")
    expect(page.locator(f"#use-d{first}")).to_have_value("300.00")
    keys.press("ArrowUp")
    keys.type("100")
    expect(page.locator(f"#use-d{third}")).to_have_value("140.00")
    expect(page.locator(f"#use-d{first}")).to_be_focused()
    assert use(page, first) == "100", "what is being typed stays as typed"
    keys.press("Enter")
    keys.press("Enter")
    expect(page.locator(f"#use-d{third}")).to_be_focused()
    keys.press("ArrowRight")
    keys.press("Enter")
    line = page.locator("tr.line-row [data-use]").nth(1)
    keys.press("Enter")
    keys.type("90")
    expect(page.locator(f"#use-d{third}")).to_have_value("140.00")
    expect(page.locator("tr.line-row [data-use]").first).to_have_value("50.00")
    assert line.input_value() == "90"
    keys.press("Alt+ArrowUp")
    expect(page.locator(f"button[name=move][value='{third}']")).to_have_attribute("aria-pressed", "true")
    keys.press("?")
    expect(page.locator("#help")).to_be_visible()
    keys.press("Escape")
    keys.press("Control+Enter")
    expect(page.locator("h1")).to_contain_text("PAY-00001")
    assert b.open_lines(third, date.max)[1] == 10


def test_a_verb_pressed_in_a_hurry_waits_for_the_amounts(b: Books, page: Page) -> None:
    invoices = w2(b)
    receiving(page, b, query=f"?customer={b.customer}")
    page.keyboard.type("500")
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_contain_text("PAY-00001")
    assert opens(b, invoices) == [0, 0, 340]


def test_a_double_click_posts_once(b: Books, page: Page) -> None:
    invoices = w2(b)
    receiving(page, b, query=f"?customer={b.customer}")
    page.keyboard.type("100")
    expect(page.locator(f"#use-d{invoices[0]}")).to_have_value("100.00")
    page.locator("[data-primary]").dblclick()
    expect(page.locator("h1")).to_contain_text("PAY-00001")
    assert payments(b) == 1
    assert opens(b, invoices) == [200, 160, 380]


def test_leaving_with_changes_asks(b: Books, page: Page) -> None:
    w2(b)
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    receiving(page, b, query=f"?customer={b.customer}")
    page.on("dialog", answer)
    page.keyboard.type("100")
    expect(page.locator("#work-total")).to_contain_text("100.00")
    page.keyboard.press("Escape")
    assert soon(page, lambda: asked == ["beforeunload"])
    expect(page.locator("[name=amount]")).to_have_value("100")
    page.locator("[name=amount]").fill("")
    expect(page.locator("#work-total")).not_to_contain_text("100.00")
    page.keyboard.press("Escape")
    expect(page.locator("h1")).to_have_text("Payments")
    assert asked == ["beforeunload"], "nothing was changed any more"


def test_a_refusal_keeps_what_was_typed_and_leads_to_the_row(
    b: Books, page: Page, complaints: list[str]
) -> None:
    first, *_rest = w2(b)
    receiving(page, b, query=f"?customer={b.customer}")
    page.keyboard.type("500")
    page.locator(f"#use-d{first}").fill("310")
    expect(page.locator("[data-use-error]").first).to_contain_text(
        "INV-00001 has 300.00 left; you entered 310.00."
    )
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-error-summary]")).to_contain_text("Use 300.00 at most.")
    assert use(page, first) == "310"
    page.locator("[data-error-summary] a").click()
    expect(page.locator(f"#use-d{first}")).to_be_focused()
    assert payments(b) == 0
    page.locator(f"#use-d{first}").fill("300")
    expect(page.locator("[data-error-summary]")).to_have_count(0)
    page.locator("#id_amount").fill("5x")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#id_amount_error")).to_contain_text("which no amount may contain")
    page.locator("#id_amount").fill("500")
    page.keyboard.press("Tab")
    expect(page.locator("#id_amount_error, [data-error-summary]")).to_have_count(0)
    expect(page.locator("#id_amount")).not_to_have_attribute("aria-invalid", "true")
    assert all("422" in complaint for complaint in complaints)
    complaints.clear()


def test_several_customers_and_another_order(b: Books, page: Page) -> None:
    first, second, third = w2(b)
    other = b.add_customer("Other Company")
    theirs = b.invoice(80, customer=other)
    receiving(page, b, query=f"?customer={b.customer}")
    page.keyboard.type("380")
    expect(page.locator("#work-total")).to_contain_text("380")
    page.get_by_role("button", name="Add a customer").click()
    expect(page.locator("#customer-1")).to_be_focused()
    page.keyboard.type("other")
    expect(page.locator("[role=option]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator(f"#use-d{theirs}")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator("#amount-1")).to_be_focused()
    page.keyboard.type("80")
    expect(page.locator("#share-0")).to_contain_text("300.00: 300.00 applied")
    expect(page.locator(f"#use-d{theirs}")).to_have_value("80.00")
    page.get_by_role("button", name="Open amount").click()
    expect(page.locator(f"#use-d{second}")).to_have_value("160.00")
    assert use(page, first) == "140.00"
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_contain_text("PAY-00001")
    assert opens(b, [first, second, third, theirs]) == [160, 0, 380, 0]


def test_what_is_typed_while_the_grid_is_fetched_stays(b: Books, page: Page) -> None:
    first, *_rest = w2(b)
    other = b.add_customer("Other Company")
    theirs = b.invoice(80, customer=other)
    receiving(page, b, query=f"?customer={b.customer}")
    page.keyboard.type("380")
    page.get_by_role("button", name="Add a customer").click()
    expect(page.locator("#customer-1")).to_be_focused()
    held: list[Route] = []
    address = re.compile(r"/payments/receive/\?")
    page.route(address, lambda route: held.append(route))
    page.locator("#customer-1").fill("other")
    page.keyboard.press("Tab")
    page.keyboard.type("8")
    expect(page.locator("#amount-1")).to_have_value("8")
    assert soon(page, lambda: bool(held)), "the grid is under way"
    page.unroute(address)
    page.keyboard.type("0")
    expect(page.locator(f"#use-d{theirs}")).to_have_value("80.00")
    expect(page.locator("#amount-1")).to_have_value("80")
    expect(page.locator("#amount-1")).to_be_focused()
    expect(page.locator("#share-0")).to_contain_text("300.00: 300.00 applied")
    assert use(page, first) == "300.00"


def test_what_was_typed_before_the_script_listened_counts(b: Books, page: Page) -> None:
    first, *_rest = w2(b)
    come_back(page, person(b, password=PASSWORD))
    address = re.compile(r"/work-screen[^/]*\.js$")
    held: list[Route] = []
    released: list[bool] = []
    page.route(address, lambda route: route.continue_() if released else held.append(route))
    page.goto(f"/c/{b.company.code}/payments/receive/?customer={b.customer}", wait_until="commit")
    page.locator("#id_amount").fill("100")
    assert soon(page, lambda: bool(held))
    released.append(True)
    for route in held:
        route.continue_()
    expect(page.locator(f"#use-d{first}")).to_have_value("100.00")


def test_without_scripts(b: Books, new_context: Callable[..., BrowserContext]) -> None:
    first, second, third = w2(b)
    page = new_context(java_script_enabled=False).new_page()
    receiving(page, b)
    page.locator("[name=customer]").fill("acme")
    page.locator("[name=amount]").fill("500")
    page.keyboard.press("Enter")
    assert use(page, third) == "40.00", "Enter spreads, it never posts"
    page.locator(f"#use-d{first}").fill("250")
    page.get_by_role("button", name="Spread", exact=True).last.click()
    expect(page.locator(f"#use-d{third}")).to_have_value("90.00")
    assert [use(page, key) for key in (first, second, third)] == ["250", "160.00", "90.00"]
    expect(page.locator("tr.line-row [data-use]").first).to_be_visible()
    page.get_by_role("button", name="Post payment").click()
    expect(page.locator("h1")).to_contain_text("PAY-00001")
    assert opens(b, [first, second, third]) == [50, 0, 290]


@pytest.mark.long
def test_the_pages_fit_and_are_accessible(b: Books, page: Page) -> None:
    first, *_rest = w2(b)
    draft = b.receipt(50, [first], post=False)
    posted = b.receipt(120, [first])
    receiving(page, b, language="fr", query=f"?customer={b.customer}")
    expect(page.locator("#id_amount")).to_be_focused()
    page.keyboard.type("100000")
    expect(page.locator("#work-total")).to_contain_text("100")
    root = f"/c/{b.company.code}"
    for path in (
        "",
        "/payments/",
        f"/payments/{draft}/",
        f"/payments/{posted}/",
        f"/payments/{posted}/reverse/",
    ):
        if path:
            open_small(page, root + path)
        assert faults(page) == [], path


def test_unapplying_in_a_dialog(b: Books, page: Page) -> None:
    invoice = b.invoice(100)
    key = b.receipt(80, [invoice])
    come_back(page, person(b, password=PASSWORD))
    page.goto(f"/c/{b.company.code}/payments/{key}/")
    page.locator(".matches a[data-dialog]").click()
    box = page.locator("#dialog")
    expect(box).to_contain_text("Un-apply PAY-00001 from INV-00001")
    assert serious(page) == []
    box.locator("[name=amount]").fill("30")
    expect(box.locator("#unapply-effect")).to_contain_text("50.00")
    box.locator("[name=reason]").fill("agreed by phone")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".messages")).to_contain_text("30.00 EUR was un-applied.")
    assert opens(b, [invoice]) == [50]


def test_a_long_account_is_received_with_rows_out_of_sight(b: Books, page: Page) -> None:
    bills = many(b, 600, 10)
    last, number = bills[-1], b.document(bills[-1]).number or ""
    receiving(page, b, query=f"?customer={b.customer}")
    flows = page.locator("#flows-0")
    expect(page.locator("[data-use]")).to_have_count(200)
    page.keyboard.type("5000")
    expect(flows).to_have_text("3,000.00 EUR goes to 300 more documents that are not shown.")
    page.locator("#work-filter").focus()
    page.keyboard.type(number)
    expect(page.locator("[data-use]")).to_have_count(1)
    assert page.evaluate("document.activeElement.id") == "work-filter", "the caret stays where one types"
    expect(flows).to_have_text("5,000.00 EUR goes to 500 more documents that are not shown.")
    page.keyboard.press("Enter")
    page.keyboard.type("4")
    expect(flows).to_have_text("4,996.00 EUR goes to 500 more documents that are not shown.")
    page.locator("#work-filter").fill("")
    expect(page.locator("[data-use]")).to_have_count(201)
    assert use(page, last) == "4"
    page.locator("#more-0").click()
    expect(page.locator("[data-use]")).to_have_count(401)
    assert use(page, last) == "4"
    first = page.locator(f"#use-d{bills[0]}")
    first.fill("1")
    expect(flows).to_have_text("1,005.00 EUR goes to 101 more documents that are not shown.")
    first.fill("")
    expect(first).to_have_value("10.00")
    expect(flows).to_have_text("996.00 EUR goes to 100 more documents that are not shown.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_contain_text("PAY-00001")
    left = long_opens(b, bills)
    assert (left[:499], left[499:501], left[-1]) == ([0] * 499, [4, 10], 6)
