"""Every page that links lead to: no serious axe finding, light and dark, and nothing wider than a phone."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import Page

from courseproj.settings import BASE_DIR
from tests.browser.people import sign_in_as

AXE = BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
FINDINGS = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
    .filter(v => ['serious', 'critical'].includes(v.impact))
    .map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(' | '))"""
# The theme follows the system in an event of its own; only then, and once drawn, are the colours those to be judged.
THEMED = "scheme => document.documentElement.dataset.bsTheme === scheme"
DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
LINKS = "() => [...document.querySelectorAll('a[href]:not([download])')].map(a => a.href)"
MOST_PAGES = 60


def view_name(path: str) -> str:
    try:
        match = resolve(path)
    except Resolver404:
        return ""
    return match.view_name


def pages_behind(page: Page, start: str, base_url: str) -> Iterator[str]:
    """Opens one page of each kind that links lead to, beginning at `start`, and yields the kind while it is open."""
    waiting, seen = [start], set()
    while waiting and len(seen) < MOST_PAGES:
        address = urlsplit(waiting.pop(0))
        kind = view_name(address.path)
        if not kind or kind in seen:
            continue
        seen.add(kind)
        answer = page.request.get(address.path)
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        page.goto(f"{address.path}?{address.query}" if address.query else address.path)
        page.wait_for_load_state("networkidle")
        yield kind
        waiting += [link for link in page.evaluate(LINKS) if link.startswith(base_url)]


@pytest.mark.parametrize("person", ["Ada Quist", "Ida Lund", "Grace Okafor"])
def test_every_page_looks_right(person: str, open_window: Callable[..., Page], site: Any, subtests: Any) -> None:
    page = open_window()
    sign_in_as(page, person)
    kinds = 0
    for kind in pages_behind(page, "/c/interp-demo/overview/", site.base_url):
        kinds += 1
        with subtests.test(kind=kind):
            page.add_script_tag(path=AXE)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                page.wait_for_function(THEMED, arg=scheme)
                page.evaluate(DRAWN)
                assert page.evaluate(FINDINGS) == [], scheme
            page.set_viewport_size({"width": 375, "height": 800})
            assert page.evaluate(TOO_WIDE) <= 0, "wider than a phone"
        page.set_viewport_size({"width": 1280, "height": 900})
    assert kinds > 10
