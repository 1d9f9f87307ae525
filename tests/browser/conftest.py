"""A real Chromium against the real processes of the Procfile."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.procfile import running_site

CHROMIUM = (
    os.environ.get("CHROMIUM")
    or shutil.which("chromium")
    or shutil.which("chromium-browser")
    or shutil.which("google-chrome")
)
# As root Chromium's own sandbox is not to be had; the other flags keep it from looking for its maker's services.
FLAGS = ["--no-sandbox"] if os.geteuid() == 0 else []
FLAGS += ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
FLAGS += ["--disable-sync", "--disable-quic"]
PATIENCE_MS = 30_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives a browser; tests.services keeps such tests in one worker, where they share one site."""
    here = str(Path(__file__).parent)
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def site() -> Iterator[Any]:
    """The site in demo mode on PostgreSQL: web, worker, beat and runner, with the demo course loaded."""
    with running_site(database="postgres", demo=True) as site:
        yield site


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.fail("There is no Chromium on this machine; make test installs it with apt where it may.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_window(chromium: Browser, site: Any) -> Iterator[Callable[..., Page]]:
    """`open_window()` is a page in a browser context of its own, as if on a computer of its own.

    Anything a page logs as an error, and any answer of 500 or more, fails the test.
    """
    contexts, troubles = [], []

    def window(width: int = 1280, scheme: str = "light") -> Page:
        context = chromium.new_context(
            base_url=site.base_url,
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))
        page.on(
            "response",
            lambda answer: troubles.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None,
        )
        return page

    yield window
    for context in contexts:
        context.close()
    assert not troubles
