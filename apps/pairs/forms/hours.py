"""The weekly grid of hours as a form field: a table of check boxes that hours.js makes quick to fill.

    hours = HoursField(required=False)

The field's value is a sorted list of hours of the week as in `apps.pairs.hours`. A page that shows it loads
pairs/hours.js and pairs/partners.css, and puts `{{ form.hours }}` into a <fieldset> with a <legend>.
"""

from typing import Any

from django import forms

from apps.pairs.hours import DAYS, FIRST, IN_GRID, LAST, name


class HoursGrid(forms.Widget):
    """A table with a column for each day and a row for each hour; every box is named like "Monday 18:00"."""

    template_name = "pairs/hours.html"

    def format_value(self, value: Any) -> set[str]:
        """The chosen hours as they stand in the boxes, be they numbers of a profile or strings of a request."""
        return {str(hour) for hour in value or []}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False  # no box ticked sends nothing, and means no hours

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        chosen = self.format_value(value)
        rows = [(f"{hour:02}", [_cell(day * 24 + hour, chosen) for day in range(len(DAYS))]) for hour in HOURS]
        count = sum(cell["is_chosen"] for _, cells in rows for cell in cells)
        return {**super().get_context(name, value, attrs), "days": DAYS, "rows": rows, "count": count}


class HoursField(forms.Field):
    """The chosen hours, sorted; without a doubling, and only such as the grid has."""

    widget = HoursGrid
    default_error_messages = {
        "required": "Choose at least one hour.",
        "invalid": "One of these hours is not in the grid. Choose your hours again.",
    }

    def to_python(self, value: list[str] | None) -> list[int]:
        chosen = {int(hour) for hour in value or [] if hour.isascii() and hour.isdigit() and len(hour) <= 3}
        if len(chosen) != len(set(value or [])) or not chosen <= IN_GRID:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return sorted(chosen)


HOURS = range(FIRST, LAST)


def _cell(hour: int, chosen: set[str]) -> dict[str, Any]:
    return {"hour": hour, "name": name(hour), "is_chosen": str(hour) in chosen}
