"""Files in a real browser: chosen, dropped, removed in a dialog; the panel fits, is accessible and stays off paper."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from ledger import attachment_services as attachments
from tests import uploads
from tests.browser.seeing import come_back, faults, open_small, sign_in
from tests.build import Books, books, person

LONG = "Justificatif-de-virement-" + "très-long-" * 10 + "nom.pdf"
DROP = """([name, text]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([text], name, { type: "application/pdf" }));
  const panel = document.querySelector("#attachments");
  for (const kind of ["dragover", "drop"]) {
    panel.dispatchEvent(new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true }));
  }
}"""


@pytest.fixture
def b(live_url: str) -> Iterator[Books]:
    with books() as made:
        made.configure(refunds_enabled=True)
        made.number_advances()
        yield made


def shot(page: Page, name: str) -> None:
    """A picture to look at, where somebody asks for it."""
    if folder := os.environ.get("ARLEDGER_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_choosing_dropping_and_removing(b: Books, page: Page) -> None:
    invoice = b.invoice(300)
    sign_in(page, person(b))
    page.goto(f"/c/{b.company.code}/invoices/{invoice}/")
    panel = page.locator("#attachments")
    panel.locator("input[type=file]").set_input_files(
        [
            FilePayload(name="one.pdf", mimeType="application/pdf", buffer=uploads.PDF),
            FilePayload(name="two.txt", mimeType="text/plain", buffer=uploads.TEXT),
        ]
    )
    panel.get_by_role("button", name="Attach", exact=True).click()
    expect(page.locator(".messages")).to_contain_text("2 files are attached.")
    page.wait_for_load_state()  # Before its scripts are there, nothing takes what is dropped.
    page.evaluate(DROP, ["dropped.pdf", uploads.PDF.decode()])
    expect(page.locator(".messages")).to_contain_text("1 file is attached.")
    page.wait_for_load_state()  # Before its scripts are there, links lead to pages instead of dialogs.
    expect(panel.locator(".files > li")).to_have_count(3)
    with page.expect_download() as download:
        panel.get_by_role("link", name="dropped.pdf", exact=True).click()
    assert download.value.suggested_filename == "dropped.pdf"
    assert Path(download.value.path()).read_bytes() == uploads.PDF
    panel.get_by_role("link", name="Remove two.txt").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("wrong customer")
    dialog.get_by_role("button", name="Remove file").click()
    expect(panel).to_contain_text("removed by Administrator")
    shot(page, "files")


@pytest.mark.long
def test_the_panel_fits_and_is_accessible(b: Books, page: Page) -> None:
    refund = b.refund(b.advance(100))
    keys = attachments.attach(
        actor=b.actor, kind="refund", document=refund, files=[uploads.file(LONG), uploads.file()]
    )
    attachments.remove(actor=b.actor, kind="refund", document=refund, key=keys[1], reason="x" * 200)
    come_back(page, person(b, language="fr"))
    root = f"/c/{b.company.code}"
    for name, path in {
        "panel": f"refunds/{refund}/",
        "add": f"files/refunds/{refund}/",
        "remove": f"files/refunds/{refund}/{keys[0]}/remove/",
        "new": f"refunds/new/?customer={b.customer}",
        "receive": f"payments/receive/?customer={b.customer}",
        "form": f"invoices/new/?customer={b.customer}",
    }.items():
        open_small(page, f"{root}/{path}")
        shot(page, name)
        assert faults(page) == [], path


def test_paper_has_neither_files_nor_buttons(b: Books, page: Page) -> None:
    invoice = b.invoice(300, 100, -20)
    b.receipt(80, [invoice])
    attachments.attach(actor=b.actor, kind="invoice", document=invoice, files=[uploads.file()])
    come_back(page, person(b))
    page.goto(f"/c/{b.company.code}/invoices/{invoice}/")
    page.emulate_media(media="print")
    for seen in ("h1", ".doc-figures", "#main table", f".doc-head >> text={b.company.name}"):
        expect(page.locator(seen).first).to_be_visible()
    for unseen in (
        "#attachments",
        ".page-actions",
        ".rail",
        ".timeline",
        ".table .button",
        "text=Why is this open?",
    ):
        expect(page.locator(unseen).first).to_be_hidden()
    page.set_viewport_size({"width": 794, "height": 1123})
    shot(page, "print")
    if folder := os.environ.get("ARLEDGER_SHOTS"):
        page.pdf(path=Path(folder) / "print.pdf", format="A4")
