"""Promises about the code itself: templates compile, settings are documented, dates are aware."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template
from django.template.loaders.app_directories import get_app_template_dirs

from courseproj.settings import BASE_DIR, VARIABLES

OWN_TEMPLATES = [
    file.relative_to(folder).as_posix()
    for folder in [Path(settings.TEMPLATES[0]["DIRS"][0]), *get_app_template_dirs("templates")]
    if str(folder).startswith((str(BASE_DIR / "templates"), str(BASE_DIR / "apps")))
    for file in Path(folder).rglob("*.*")
    if file.suffix in {".html", ".txt"}
]


@pytest.mark.parametrize("name", OWN_TEMPLATES)
def test_every_template_compiles(name: str) -> None:
    get_template(name)


@pytest.mark.parametrize("name", [name for name in OWN_TEMPLATES if name.endswith(".html")])
def test_templates_hold_no_inline_script_or_style(name: str) -> None:
    text = (BASE_DIR / "templates" / name).read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=\"|javascript:", text), name


def test_the_settings_table_says_what_the_code_reads() -> None:
    table = (BASE_DIR / "docs" / "settings.md").read_text(encoding="utf-8")
    documented = {
        match[1]: match[2] for match in re.finditer(r"^\| `([A-Z_]+)` \| .*? \| (.*?) \|$", table, re.MULTILINE)
    }
    assert documented == {name: text for name, (_, _, text) in VARIABLES.items()}


def test_no_file_passes_its_length() -> None:
    """A file over 400 lines holds more than one idea."""
    code = [
        file
        for root in ("apps", "courseproj", "tests", "tools", "benchmarks")
        for file in (BASE_DIR / root).rglob("*.py")
    ]
    long = {
        str(file.relative_to(BASE_DIR)): lines
        for file in code
        if (lines := len(file.read_text("utf-8").splitlines())) > 400
    }
    assert not long
