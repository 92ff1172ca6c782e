"""Debian's Chromium through Playwright. A page that complains in its console fails its test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, expect, sync_playwright

# Playwright's loop runs in this thread; Django's own queries in it are not asynchronous (PITFALLS 22).
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

CHROMIUM = os.environ.get("ARLEDGER_CHROMIUM", "/usr/bin/chromium")
# Playwright's own list, which ours takes the place of; last what Chromium (156) does for each window and ahead of time,
# though nobody sees it: suggestions below an address bar, which are web pages in a process of their own, and a spare
# process. That was a third of what the tests in a browser cost.
UNUSED = [
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "SpareRendererForSitePerProcess",
]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(UNUSED)}",
]
WAIT_MILLISECONDS = 30_000
"""How long anything may take before its test fails: only a failure waits for it, and a machine may be busy."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.fail(
            f"{CHROMIUM} is missing: install Debian's package chromium, or name one in ARLEDGER_CHROMIUM."
        )
    expect.set_options(timeout=WAIT_MILLISECONDS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser said was wrong, in every page of the test; a test that expects some clears it."""
    return []


@pytest.fixture
def new_context(
    browser: Browser, live_url: str, complaints: list[str]
) -> Iterator[Callable[..., BrowserContext]]:
    """Make a fresh browser profile on the served application: ``new_context(locale="fr-FR", …)``."""
    contexts: list[BrowserContext] = []

    def make(**options: object) -> BrowserContext:
        options = {"viewport": {"width": 1440, "height": 900}, "locale": "en-GB"} | options
        context = browser.new_context(base_url=live_url, reduced_motion="reduce", **options)  # type: ignore[arg-type]
        context.set_default_timeout(WAIT_MILLISECONDS)
        context.on("console", lambda message: note_console(message, complaints))
        context.on("weberror", lambda error: complaints.append(f"page error: {error.error}"))
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_context: Callable[..., BrowserContext], complaints: list[str]) -> Iterator[Page]:
    """One page of a fresh profile. Fails the test on console errors, policy violations and script errors."""
    yield new_context().new_page()
    assert complaints == []


def note_console(message: ConsoleMessage, complaints: list[str]) -> None:
    """Errors and warnings count; violations of the content security policy are console errors too."""
    if message.type in {"error", "warning"}:
        try:
            place = message.location.get("url", "")
        except Error:
            place = ""
        complaints.append(f"{message.type}: {message.text} ({place})")
