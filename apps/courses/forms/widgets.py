"""The browser's own pickers, and areas that grow with their text."""

from typing import Any

from django import forms


def day(**attrs: Any) -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date", **attrs}, format="%Y-%m-%d")


def time() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


def area() -> forms.Textarea:
    return forms.Textarea(attrs={"rows": 1, "data-grow": True})
