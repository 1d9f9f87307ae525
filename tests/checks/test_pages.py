"""The pages of a check: live, then the report; who sees what."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.checks import intake
from apps.checks.models import Run
from apps.core.models import AuditEvent
from tests.checks.conftest import Broker
from tests.factories.checks import a_failure, a_trace, ended, png, queued, running
from tests.factories.pairs import PairFactory
from tests.factories.world import World


@pytest.fixture
def client(world: World, as_user: Any) -> Client:
    return as_user(world.partner)


def path(run: Run, tail: str = "") -> str:
    return f"/c/{run.pair.course.slug}/checks/runs/{run.pk}/{tail}"


def live(client: Client, run: Run, seen: str = "") -> Any:
    return client.get(path(run), {"seen": seen} if seen else {}, headers={"HX-Request": "true"})


def test_a_report_has_the_verdict_first(client: Client, world: World) -> None:
    page = client.get(path(world.check_run)).text
    parts = ["Passed", "1 nnsight trace saved 1 value", "openai-community/gpt2", "1 × 8 × 60", "layer 0", "512 MB"]
    places = [page.index(part) for part in parts]
    assert places == sorted(places)
    assert "hx-get" not in page  # nothing to wait for
    assert "in line 3, 8 prompt tokens" in page
    assert "random weights" in page


def test_a_failure_shows_the_line_among_its_neighbours(client: Client, world: World) -> None:
    source = "\n".join(f"x{number} = {number}" for number in range(1, 12))
    error = a_failure(line=6, message="too many indices", traceback="line 6, in <module>")
    run = ended(world.other_pair, source, outcome="failed", error=error, traces=[], figures=[])
    page = client.get(path(run))
    assert page.status_code == 404  # another pair's
    page = Client()
    page.force_login(world.other_student)
    text = page.get(path(run)).text
    assert "IndexError in line 6: too many indices" in text
    mend = text[text.index("What to mend") : text.index("Traces")]
    assert 'class="row-of-code bad" data-line="6">x6 = 6' in mend
    assert 'data-line="3"' in mend
    assert 'data-line="2"' not in mend
    assert "No trace came to its end" in text


def test_what_a_program_says_stays_text(world: World, as_user: Any) -> None:
    evil = "<script>alert(1)</script>"
    trace = a_trace(model=evil, saved=[{"name": evil, "shape": None, "dtype": evil, "finite": None, "kind": evil}])
    figures = [{**a_figure(), "name": evil}]
    error = a_failure(type=evil, message=evil, traceback=evil)
    fields = {"log": evil, "notes": [evil], "environment": {evil: evil}, "runner": evil}
    run = ended(
        world.other_pair, f"x = '{evil}'", outcome="failed", traces=[trace], error=error, figures=figures, **fields
    )
    page = as_user(world.other_student).get(path(run)).text
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)") > 8


def a_figure() -> dict[str, Any]:
    return {"name": "figure 1", "cell": 1, "png_base64": "iVBORw0KGgo="}


def test_a_check_that_waits_says_where_it_stands(client: Client, world: World) -> None:
    ended_at = timezone.now()
    Run.objects.filter(pk=world.check_run.pk).update(started_at=ended_at - dt.timedelta(seconds=6), ended_at=ended_at)
    first = live(client, world.waiting_check).text
    assert "Queued" in first
    assert "1st in the queue; one check takes about 6.0 s." in first
    assert "No runner is connected" in first
    assert 'hx-trigger="every 700ms"' in first
    Run.objects.update(started_at=None)
    assert "no basis yet for an estimate" in live(client, world.waiting_check).text


def test_pairs_take_turns_in_the_queue(world: World, as_user: Any) -> None:
    second_of_pair = queued(world.pair)
    first_of_other = queued(world.other_pair)
    assert "2nd in the queue" in live(as_user(world.other_student), first_of_other).text
    assert "3rd in the queue" in live(as_user(world.partner), second_of_pair).text


def test_the_page_asks_again_and_hears_nothing_until_something_is_new(client: Client, world: World) -> None:
    run = world.waiting_check
    seen = live(client, run).context["seen"]
    assert live(client, run, seen).status_code == 204
    intake.record_progress(str(run.attempt), "running")
    news = live(client, run, seen)
    assert news.status_code == 200
    assert "Running" in news.text
    assert "<html" not in news.text
    assert 'hx-swap-oob="true">running. A runner works on it.' in news.text


def test_the_asking_stops_at_the_end(client: Client, world: World) -> None:
    run = world.waiting_check
    seen = live(client, run).context["seen"]
    intake.record_report({"attempt": str(run.attempt), "outcome": "timeout"})
    page = live(client, run, seen)
    assert "Timed out" in page.text
    assert "hx-get" not in page.text


def test_answers_differ_for_htmx_and_say_so(client: Client, world: World) -> None:
    assert "HX-Request" in client.get(path(world.check_run))["Vary"]


@pytest.mark.parametrize("make", [queued, running])
def test_cancel(make: Any, world: World, as_user: Any, broker: Broker, django_capture_on_commit_callbacks: Any) -> None:
    run = make(world.other_pair)
    with django_capture_on_commit_callbacks(execute=True):
        page = as_user(world.other_student).post(path(run, "cancel/"), follow=True)
    assert "Cancelled by Other Student." in page.text
    assert broker.is_called_back(run)
    assert not intake.record_report({"attempt": str(run.attempt), "outcome": "finished"})
    run = Run.objects.get(pk=run.pk)
    assert run.state == "cancelled"
    again = as_user(world.other_student).post(path(run, "cancel/"), follow=True)
    assert "had ended already" in again.text
    assert AuditEvent.objects.on(run).filter(verb="checks.cancel").count() == 1


def test_cancelling_one_sends_the_next(world: World, client: Client) -> None:
    second = queued(world.pair)
    client.post(path(world.waiting_check, "cancel/"))
    second.refresh_from_db()
    assert second.sent_at is not None


def test_run_again_is_a_check_of_its_own(client: Client, world: World) -> None:
    response = client.post(path(world.check_run, "again/"))
    new = Run.objects.order_by("-pk")[0]
    assert response["Location"] == path(new)
    assert new.submission == world.check_run.submission
    assert Run.objects.get(pk=world.check_run.pk).state == "passed"


def test_a_dissolved_pair_reads_but_does_not_run(client: Client, world: World) -> None:
    type(world.pair).objects.filter(pk=world.pair.pk).update(state="dissolved")
    assert client.get(path(world.check_run)).status_code == 200
    assert client.post(path(world.check_run, "again/")).status_code == 403


def test_a_figure_is_a_png_and_nothing_else(client: Client, world: World) -> None:
    answer = client.get(path(world.check_run, "figures/1/"))
    assert answer.content == png()
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert client.get(path(world.check_run, "figures/2/")).status_code == 404
    world.check_run.figures.get().file.delete(save=False)
    assert client.get(path(world.check_run, "figures/1/")).status_code == 404


def test_nothing_leaks_to_others(world: World, as_user: Any) -> None:
    run = ended(world.other_pair, "secret_of_the_other_pair = 1", log="what it printed")
    slug = world.course.slug
    pages = [f"/c/{slug}/checks/", path(world.check_run), f"/c/{slug}/checks/pair/{world.pair.pk}/"]
    for page in pages:
        text = as_user(world.partner).get(page).text
        assert "secret_of_the_other_pair" not in text
        assert run.submission.filename not in text
    for person in (world.partner, world.dropped, world.guest, world.nobody):
        for tail in ("", "figures/1/"):
            assert as_user(person).get(path(run, tail)).status_code == 404
    # The same check under another course's address.
    other = path(run).replace(slug, world.other_course.slug)
    assert as_user(world.admin).get(path(run)).status_code == 200
    assert as_user(world.admin).get(other).status_code == 404


def test_staff_see_all_and_filter(world: World, as_user: Any) -> None:
    failed = ended(world.other_pair, outcome="failed", error=a_failure())
    elsewhere = ended(PairFactory(course=world.other_course))
    staff, url = as_user(world.ta), f"/c/{world.course.slug}/checks/"

    def names(**filters: Any) -> set[int]:
        return {run.pk for run in staff.get(url, filters).context["page"]}

    assert names() == {world.check_run.pk, world.waiting_check.pk, failed.pk}
    assert names(state="failed") == {failed.pk}
    assert names(pair=world.pair.pk) == {world.check_run.pk, world.waiting_check.pk}
    assert names(pair=world.pair.pk, state="passed") == {world.check_run.pk}
    assert names(state="nonsense", pair="x", page="y") == names()
    assert names(pair=elsewhere.pair.pk) == names()
    assert "No check fits" in staff.get(url, {"state": "timed_out"}).text


def test_staffs_list_takes_the_same_queries_for_one_and_for_many(
    world: World, as_user: Any, count_queries: Any
) -> None:
    staff, url = as_user(world.guest), f"/c/{world.other_course.slug}/checks/"
    pair, other = PairFactory(course=world.other_course), PairFactory(course=world.other_course)
    ended(pair)
    assert count_queries(staff, url) == STAFF_QUERIES
    ended(pair)
    ended(other)
    assert count_queries(staff, url) == STAFF_QUERIES


STAFF_QUERIES = 14


def test_a_page_of_a_check_takes_few_queries(client: Client, world: World, count_queries: Any) -> None:
    assert count_queries(client, path(world.check_run)) <= 20


def test_the_line_for_other_pages(client: Client, world: World, as_user: Any) -> None:
    Run.objects.filter(pk=world.waiting_check.pk).update(queued_at=timezone.now() - dt.timedelta(days=1))
    url = f"/c/{world.course.slug}/checks/pair/{world.pair.pk}/"
    block = client.get(url, headers={"HX-Request": "true"}).text
    assert "<html" not in block
    assert "passed" in block
    assert path(world.check_run) in block
    assert "<html" in client.get(url).text
    other = f"/c/{world.course.slug}/checks/pair/{world.other_pair.pk}/"
    assert "Check your code" in as_user(world.other_student).get(other).text
    assert "Nothing was checked yet" in as_user(world.ta).get(other).text
