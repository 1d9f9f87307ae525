"""The shared cast: one course with everybody in it, and what each app adds to it.

`build_world()` makes the people and one pair, then calls `build(world)` of every module in tests/factories/ that has
one, in the order of the layers. Tests use the `world` fixture and read attributes such as `world.pair`.
"""

import importlib
import importlib.util
import types
from typing import Any

from apps.courses.states import MembershipState, Role
from tests.factories.accounts import UserFactory
from tests.factories.courses import CourseFactory, MembershipFactory
from tests.factories.pairs import PairFactory

LAYERS = ["courses", "pairs", "proposals", "checks", "quota", "feedback", "scheduling"]

# Who opens a page in the URL × role test. "anonymous" has no session.
CAST = [
    "partner",  # a student; `world.pair` is theirs
    "second_partner",  # the other one
    "other_student",  # a student of the course in another pair
    "dropped",  # was a student of the course
    "ta",
    "instructor",
    "guest",  # an instructor of another course
    "nobody",  # signed in, in no course
    "admin",  # a site admin
    "anonymous",
]


class World(types.SimpleNamespace):
    """People by the names of CAST, `course`, `pair`, `other_pair`, `other_course`, and what the apps add."""

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"The world has no {name}; tests/factories/<app>.py adds it in build(world)")


def build_world() -> World:
    world = World()
    world.course = CourseFactory(slug="interp-f24", title="Interpretability")
    world.other_course = CourseFactory(slug="vision-f24", title="Vision")
    world.membership = {}
    for name in CAST[:-1]:
        user = UserFactory(
            email=f"{name}@example.edu", name=name.replace("_", " ").title(), is_superuser=name == "admin"
        )
        setattr(world, name, user)
    for name in ("partner", "second_partner", "other_student"):
        world.membership[name] = MembershipFactory(course=world.course, user=getattr(world, name))
    world.membership["dropped"] = MembershipFactory(
        course=world.course, user=world.dropped, state=MembershipState.DROPPED
    )
    world.membership["ta"] = MembershipFactory(course=world.course, user=world.ta, role=Role.TA)
    world.membership["instructor"] = MembershipFactory(course=world.course, user=world.instructor, role=Role.INSTRUCTOR)
    world.membership["guest"] = MembershipFactory(course=world.other_course, user=world.guest, role=Role.INSTRUCTOR)
    world.pair = PairFactory(course=world.course, of=[world.membership["partner"], world.membership["second_partner"]])
    world.other_pair = PairFactory(
        course=world.course, of=[world.membership["other_student"], MembershipFactory(course=world.course)]
    )
    for layer in LAYERS:
        if importlib.util.find_spec(f"tests.factories.{layer}") is None:
            continue
        module = importlib.import_module(f"tests.factories.{layer}")
        if hasattr(module, "build"):
            module.build(world)
    return world
