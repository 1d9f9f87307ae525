"""A browser's part over plain HTTP: cookies, the token of forms, uploads. For benchmarks, in demo mode."""

import http.cookiejar
import re
import secrets
import urllib.error
import urllib.request
from urllib.parse import urlencode

from tools.problems import Problem

TIMEOUT_S = 30


class Client:
    """One person's session with a running site."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.cookies = http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(rfc2965=True))
        # No proxy: the site is on loopback.
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.cookies)
        )

    def get(self, path: str) -> tuple[str, str]:
        """(address after redirects, text) of a page; raises Problem when it is none."""
        return self._open(urllib.request.Request(self.base_url + path))

    def post(self, path: str, **fields: str) -> tuple[str, str]:
        """Send a form."""
        return self._send(path, urlencode(fields).encode(), "application/x-www-form-urlencoded")

    def upload(self, path: str, field: str, filename: str, data: bytes) -> tuple[str, str]:
        """Send a form with one file."""
        border = secrets.token_hex(16)
        head = f'--{border}\r\nContent-Disposition: form-data; name="{field}"; filename="{filename}"\r\n\r\n'
        body = head.encode() + data + f"\r\n--{border}--\r\n".encode()
        return self._send(path, body, f"multipart/form-data; boundary={border}")

    def sign_in_as(self, email: str) -> None:
        """Become somebody of the demo course."""
        _, page = self.get("/account/sign-in-as/")
        found = re.search(rf'{re.escape(email)}.*?name="user" value="(\d+)"', page, re.DOTALL)
        if found is None:
            raise Problem(f"There is no {email} to sign in as.")
        self.post("/account/sign-in-as/", user=found[1])

    def _send(self, path: str, body: bytes, kind: str) -> tuple[str, str]:
        token = next((cookie.value or "" for cookie in self.cookies if cookie.name == "csrftoken"), "")
        headers = {"Content-Type": kind, "X-CSRFToken": token, "Referer": self.base_url + path}
        return self._open(urllib.request.Request(self.base_url + path, data=body, headers=headers))

    def _open(self, request: urllib.request.Request) -> tuple[str, str]:
        try:
            with self.opener.open(request, timeout=TIMEOUT_S) as answer:
                return answer.url, answer.read().decode()
        except urllib.error.HTTPError as error:
            raise Problem(f"{request.full_url} answered {error.code}.") from error
        except OSError as error:
            raise Problem(f"{request.full_url} does not answer: {error}") from error
