"""Two people who press at once."""

import threading

import pytest
from django.db import connection

from apps.core.errors import Stale
from apps.courses import operations
from apps.courses.models import RosterImport
from apps.courses.queries import compare
from apps.courses.roster import Person, read
from apps.courses.states import Role
from tests.factories.courses import CourseFactory, MembershipFactory, RosterImportFactory


@pytest.mark.django_db(transaction=True)
def test_two_yeses_at_once_import_one_roster_once() -> None:
    course = CourseFactory()
    by = MembershipFactory(course=course, role=Role.INSTRUCTOR).user
    people = read("Name,Email\n" + "".join(f"N{i},n{i}@example.edu\n" for i in range(5))).people
    rosters = [RosterImportFactory(course=course, by=by, rows=[vars(person) for person in people]) for _ in range(2)]
    seen, results = compare(course, [Person(**row) for row in rosters[0].rows]).mark, []

    def apply(roster: RosterImport) -> None:
        try:
            operations.apply_roster(roster, addresses={}, drop=[], seen=seen, by=by)
            results.append("done")
        except Stale:
            results.append("stale")
        finally:
            connection.close()

    threads = [threading.Thread(target=apply, args=(roster,)) for roster in rosters]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(results) == ["done", "stale"]
    assert course.memberships.students().count() == 5
