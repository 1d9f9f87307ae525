"""Asking for a check, through the form."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.checks import intake, operations
from apps.checks.models import Run, RunnerStatus, Submission
from apps.core.models import OutgoingMail
from tests.checks.conftest import Broker
from tests.factories.checks import a_status, ended, queued
from tests.factories.courses import MembershipFactory
from tests.factories.pairs import PairFactory
from tests.factories.world import World

DATA = Path(__file__).resolve().parents[1] / "data"
TOKEN = "hf_aBcDeFgHiJkLmNoPqRsTuVwXyZ01234567"


@pytest.fixture
def url(world: World) -> str:
    return f"/c/{world.course.slug}/checks/"


@pytest.fixture
def client(world: World, as_user: Any) -> Client:
    return as_user(world.partner)


def upload(client: Client, url: str, name: str, data: bytes, **fields: str) -> Any:
    return client.post(url, {"file": SimpleUploadedFile(name, data), **fields})


def newest() -> Run:
    return Run.objects.order_by("-pk")[0]


def test_a_script_is_kept_and_queued(client: Client, url: str, world: World) -> None:
    before = Run.objects.count()
    response = upload(client, url, "logit_lens.py", (DATA / "logit_lens.py").read_bytes())
    run = newest()
    assert response["Location"] == f"{url}runs/{run.pk}/"
    assert (run.state, run.pair, run.by) == ("queued", world.pair, world.partner)
    assert run.submission.filename == "logit_lens.py"
    assert run.submission.cells[0]["source"] == (DATA / "logit_lens.py").read_text()
    assert Run.objects.count() == before + 1
    assert not OutgoingMail.objects.filter(subject__icontains="check").exists()


def test_the_job_goes_to_the_runners_without_a_trace_of_it_in_the_headers(
    client: Client, url: str, world: World, broker: Broker, django_capture_on_commit_callbacks: Any
) -> None:
    world.waiting_check.pair.check_runs.filter(state="queued").update(state="cancelled")
    with django_capture_on_commit_callbacks(execute=True):
        upload(client, url, "logit_lens.ipynb", (DATA / "logit_lens.ipynb").read_bytes())
    (job,) = broker.jobs()
    run = newest()
    assert job["attempt"] == str(run.attempt)
    assert job["filename"] == "logit_lens.ipynb"
    assert [cell["number"] for cell in job["cells"]] == [1, 2, 3, 4, 5]
    assert job["limits"]["wall_s"] == 60
    assert "Eiffel" not in broker.headers()
    assert settings.SECRET_KEY not in str(broker.client.lrange("checks", 0, -1))


def test_pasted_code(client: Client, url: str) -> None:
    client.post(url, {"source": "  # begins with blanks\r\nx = 1\r\n"})
    assert newest().submission.cells == [{"number": 1, "source": "  # begins with blanks\nx = 1\n"}]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("my experiment (2).py", "my experiment (2).py"),
        ("<b>x</b>.py", "b_.py"),
        ("ev\u202eil.py", "evil.py"),
        ("x" * 300 + ".ipynb", "x" * 100 + ".ipynb"),
    ],
)
def test_names_are_made_safe(client: Client, url: str, name: str, kept: str) -> None:
    data = b"x = 1" if not name.endswith("ipynb") else (DATA / "logit_lens.ipynb").read_bytes()
    assert upload(client, url, name, data).status_code == 302
    assert newest().submission.filename == kept


@pytest.mark.parametrize("name", ["..", "", "///", "\0", " . ", "../../"])
def test_a_name_that_is_none_gets_one(name: str) -> None:
    assert operations.safe_name(name) == "program.py"


def test_a_syntax_error_shows_the_line_beside_the_field(client: Client, url: str) -> None:
    before = Submission.objects.count()
    response = upload(client, url, "syntax_error.py", (DATA / "syntax_error.py").read_bytes())
    assert response.status_code == 200
    (message,) = response.context["form"].errors["file"]
    assert message.startswith("Line 7: expected &#x27;:&#x27;.") or message.startswith("Line 7: expected ':'.")
    assert "with model.trace(&quot;The Eiffel Tower" in response.text
    assert Submission.objects.count() == before


def test_markup_in_a_bad_line_stays_text(client: Client, url: str) -> None:
    response = client.post(url, {"source": "x = <script>alert(1)</script>"})
    assert "<script>alert" not in response.text
    assert "&lt;script&gt;alert(1)" in response.context["form"].errors["source"][0]


def test_pasted_code_with_an_error_is_not_lost(client: Client, url: str) -> None:
    response = client.post(url, {"source": "if x\n    y = 'kept'"})
    assert list(response.context["form"].errors) == ["source"]
    assert "if x\n    y = &#x27;kept&#x27;" in response.text


@pytest.mark.parametrize("name", ["corrupt.ipynb"])
def test_a_corrupt_notebook(client: Client, url: str, name: str) -> None:
    response = upload(client, url, name, (DATA / name).read_bytes())
    assert "damaged" in response.context["form"].errors["file"][0]


def test_an_upload_of_50_mb(client: Client, url: str) -> None:
    before = Submission.objects.count()
    response = upload(client, url, "big.py", b"#" * 50_000_000, source="x = 'typed'")
    assert response.context["form"].errors["file"] == [
        f"This file is larger than {settings.UPLOAD_MAX_MB} MB. Nothing of it was kept."
    ]
    assert "x = &#x27;typed&#x27;" in response.text
    assert Submission.objects.count() == before


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({}, "file", "Choose a file"),
        ({"source": "   "}, "file", "Choose a file"),
        ({"source": "x\0 = 1"}, "source", "Null characters"),
        ({"file": SimpleUploadedFile("empty.py", b"")}, "file", "empty"),
        ({"file": SimpleUploadedFile("a.py", b"x = 1"), "source": "y = 2"}, "source", "not both"),
    ],
)
def test_neither_both_or_nothing(client: Client, url: str, data: Any, field: str, words: str) -> None:
    response = client.post(url, data)
    assert response.status_code == 200
    assert words in response.context["form"].errors[field][0]


def test_keys_are_masked_before_anything_is_kept(
    client: Client, url: str, broker: Broker, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(url, {"source": f"login('{TOKEN}')"}, follow=True)
    submission = newest().submission
    assert TOKEN not in str(Submission.objects.filter(pk=submission.pk).values())
    assert TOKEN not in str(broker.jobs())
    assert "Revoke it" in response.text
    assert "Hugging Face token in line 1" in response.text
    assert TOKEN not in response.text


def test_one_runs_three_wait_and_no_more(client: Client, url: str, world: World, as_user: Any) -> None:
    for _ in range(3):
        queued(world.pair)  # with the one of the world: four
    response = client.post(url, {"source": "x = 'fifth'"})
    assert "Your pair has 4 checks under way" in response.text
    assert "x = &#x27;fifth&#x27;" in response.text
    assert as_user(world.other_student).post(url, {"source": "x = 1"}).status_code == 302


def test_only_one_of_a_pair_is_with_the_runners(world: World) -> None:
    second, third = queued(world.pair), queued(world.pair)
    world.waiting_check.refresh_from_db()
    assert world.waiting_check.sent_at is not None
    assert second.sent_at is None
    assert third.sent_at is None


def test_without_a_pair_there_is_no_form(url: str, world: World, as_user: Any) -> None:
    lonely = MembershipFactory(course=world.course).user
    page = as_user(lonely).get(url)
    assert "Find a partner" in page.text
    assert "<textarea" not in page.text
    response = as_user(lonely).post(url, {"source": "x = 1"})
    assert response["Location"] == f"/c/{world.course.slug}/pairs/"


def test_the_page_says_when_no_runner_is_there(client: Client, url: str) -> None:
    assert "No runner is connected" in client.get(url).text


def test_the_page_says_why_a_runner_takes_nothing(client: Client, url: str) -> None:
    reason = "bubblewrap is not installed on this runner: apt install bubblewrap"
    intake.record_runner(a_status(state="unavailable", reason=reason))
    assert f"Checks wait: {reason}" in client.get(url).text


def test_the_page_shows_the_models_while_a_runner_is_ready(client: Client, url: str) -> None:
    intake.record_runner(a_status())
    page = client.get(url).text
    assert "<code>openai-community/gpt2</code></li>" in page
    assert "Checks wait" not in page
    assert "No runner" not in page
    RunnerStatus.objects.update(seen_at=RunnerStatus.objects.get().seen_at - dt.timedelta(minutes=1))
    assert "No runner is connected" in client.get(url).text


def test_the_list_takes_the_same_queries_for_one_and_for_many(
    url: str, world: World, as_user: Any, count_queries: Any
) -> None:
    Run.objects.filter(pk=world.waiting_check.pk).update(state="cancelled")
    pair = PairFactory(course=world.course)
    ended(pair)
    client = as_user(pair.users[0])
    assert count_queries(client, url) == QUERIES
    ended(pair)
    ended(pair)
    assert count_queries(client, url) == QUERIES


QUERIES = 16
