"""Every state × every action, for every state machine of the site."""

import importlib
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Model
from django_fsm import FSMField, TransitionNotAllowed, can_proceed

TABLES = sorted(file.parent.name for file in Path(__file__).parent.parent.glob("*/transitions.py"))
TRANSITIONS: dict[type[Model], dict[str, set[str]]] = {}
for _app in TABLES:
    TRANSITIONS.update(importlib.import_module(f"tests.{_app}.transitions").TRANSITIONS)


def machines() -> list[tuple[type[Model], FSMField]]:
    ours = [model for model in apps.get_models() if model.__module__.startswith("apps.")]
    return [(model, field) for model in ours for field in model._meta.get_fields() if isinstance(field, FSMField)]


def cases() -> list[Any]:
    return [
        pytest.param(model, field, state, action, id=f"{model.__name__}-{state}-{action}")
        for model, field in machines()
        for state, _ in field.choices
        for action in TRANSITIONS.get(model, {})
    ]


@pytest.mark.parametrize(
    ("model", "field"), machines(), ids=lambda item: getattr(item, "__name__", getattr(item, "name", ""))
)
def test_every_transition_is_in_the_table(model: type[Model], field: FSMField) -> None:
    declared = {transition.name for transition in field.get_all_transitions(model)}
    assert declared == set(TRANSITIONS.get(model, {})), (
        f"Say in tests/<app>/transitions.py when {model.__name__} may do these"
    )


@pytest.mark.parametrize(("model", "field", "state", "action"), cases())
def test_an_action_works_in_its_states_only(model: type[Model], field: FSMField, state: str, action: str) -> None:
    obj = model(**{field.name: state})
    may = state in TRANSITIONS[model][action]
    assert can_proceed(getattr(obj, action), check_conditions=False) == may
    if not may:
        with pytest.raises(TransitionNotAllowed):
            getattr(obj, action)()
        assert getattr(obj, field.name) == state
