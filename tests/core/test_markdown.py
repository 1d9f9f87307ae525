"""Markdown by strangers is shown, never run."""

import pytest

from apps.core.markdown import render


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "![x](https://example.org/tracker.png)",
        "<svg><script>alert(1)</script></svg>",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
    ],
)
def test_hostile_text_becomes_harmless(hostile: str) -> None:
    html = render(hostile)
    for sign in ("<script", "<img", "<svg", 'href="javascript', 'href="data', "onerror=alert(1)>"):
        assert sign not in html


def test_good_text_keeps_its_form() -> None:
    html = render(
        "# Concept\n\nA *logit lens* in `gpt2`.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n[paper](https://example.org/p)"
    )
    for part in (
        "<h3>Concept</h3>",
        "<em>logit lens</em>",
        "<code>gpt2</code>",
        "<td>1</td>",
        'rel="noopener noreferrer nofollow"',
    ):
        assert part in html
