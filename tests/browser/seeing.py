"""Signing in, and what is wrong with a page for whoever looks at it."""

from __future__ import annotations

from collections.abc import Callable

from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page

from arledger.companies.models import User

PASSWORD = "secret-1234"
PHONE, BETWEEN, DESK = 390, 768, 1440


def sign_in(page: Page, user: User) -> None:
    """With the password, as a person does; ends on the first page."""
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill(user.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_selector(".rail-menu", state="attached")
    page.wait_for_load_state()  # its scripts listen


def come_back(page: Page, user: User) -> None:
    """Be somebody who signed in before: two pages less to load."""
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "domain": "127.0.0.1", "path": "/"}
    page.context.add_cookies([cookie])  # type: ignore[list-item]


#: A window that was made wider moves its parts, however shortly: until then colours lie over others than they will.
AT_REST = """async () => {
    for (let frames = 2; frames > 0; frames -= 1) await new Promise(requestAnimationFrame);
    const ending = document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime < Infinity);
    await Promise.allSettled(ending.map((one) => one.finished));
}"""


def serious(page: Page) -> list[str]:
    """What axe finds that keeps people out, on a telephone and on a desk.

    Between the two (768) stands the same as on a desk, only nearer: whether it fits is looked at there, no more.
    """
    size = page.viewport_size
    if size is not None and size["width"] == BETWEEN:
        return []
    page.evaluate(AT_REST)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("axe.run({resultTypes: ['violations']}).then(result => result.violations)")
    return [
        f"{one['id']}: {one['nodes'][0]['html']}" for one in found if one["impact"] in {"serious", "critical"}
    ]


#: Polled by the page itself: Playwright's own waiting evaluates strings, which the pages' policy forbids.
WAIT = """async () => {
    const good = () => %s;
    for (let left = %d; left > 0 && !good(); left -= 1) await new Promise((resume) => setTimeout(resume, 20));
    return good();
}"""


def comes_true(page: Page, condition: str, seconds: int) -> bool:
    """Whether a condition (script) holds within so many seconds."""
    return bool(page.evaluate(WAIT % (condition, seconds * 50)))


def soon(page: Page, condition: Callable[[], bool], seconds: int = 30) -> bool:
    """Whether a condition outside the page holds within so many seconds; what the page says is heard meanwhile."""
    for _ in range(seconds * 50):
        if condition():
            return True
        page.wait_for_timeout(20)
    return condition()


def fits(page: Page) -> bool:
    """Whether nothing lies beside the window, once the page knows which of its tables scroll inside their place."""
    return comes_true(page, "document.documentElement.scrollWidth <= window.innerWidth", 30)


def open_small(page: Page, address: str) -> None:
    """Open a page on a telephone at night, and wait until what it fetches by itself is there."""
    page.set_viewport_size({"width": PHONE, "height": 900})
    page.emulate_media(color_scheme="dark")
    page.goto(address)
    assert comes_true(page, "!document.querySelector('.htmx-request')", 60)


def faults(page: Page) -> list[str]:
    """What is wrong with an open page at every width: on a telephone at night, between, and on a desk by day.

    It is loaded once and then made wider: nothing but style sheets and observers of sizes asks how wide it is.
    """
    found = []
    for width, scheme in ((PHONE, "dark"), (BETWEEN, "light"), (DESK, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        if not fits(page):
            found.append(f"{width}: wider than the window")
        found += [f"{width}: {fault}" for fault in serious(page)]
    return found
