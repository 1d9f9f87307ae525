"""What people do in a browser, in the words of the pages."""

import re

from playwright.sync_api import Page


def sign_in_as(page: Page, name: str) -> None:
    """Demo mode's short cut: one click and one is somebody."""
    page.goto("/account/sign-in-as/")
    page.get_by_role("button", name=f"Sign in as {name}").click()
    page.wait_for_url(lambda url: "/account/" not in url)


def sign_in_by_code(page: Page, email: str) -> None:
    """The real way: ask for a code, read it in the mail that the site sent, type it in."""
    page.goto("/account/login/code/")
    page.get_by_label("Email").fill(email)
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Code").fill(code_mailed_to(page, email))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/account/" not in url)


def code_mailed_to(page: Page, email: str) -> str:
    """The code in the newest mail to `email`; the worker may need a moment to send it."""
    for _ in range(60):
        text = page.request.get("/mail/", params={"to": email}).text()
        if match := re.search(r"^\s{4}([A-Z0-9-]{4,12})\s*$", text, re.MULTILINE):
            return match[1]
        page.wait_for_timeout(250)
    raise AssertionError(f"No code was mailed to {email}")
