"""What the tests of leaving share: presses on pages, and the people of a pair."""

from typing import Any

from django.urls import reverse

from apps.core.models import OutgoingMail
from apps.pairs.models import Pair, Separation


def url(name: str, thing: Any) -> str:
    """The address of a pairs page about a pair, a separation, or a course."""
    args = [thing.course.slug, thing.pk] if isinstance(thing, Pair | Separation) else [thing.slug]
    return reverse(f"pairs:{name}", args=args)


def get(client: Any, name: str, thing: Any) -> str:
    answer = client.get(url(name, thing), follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def post(client: Any, name: str, thing: Any, **data: Any) -> str:
    answer = client.post(url(name, thing), data, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def people(pair: Pair) -> list[Any]:
    return [member.membership for member in Pair.objects.with_people().get(pk=pair.pk).current_members]


def mailed(subject: str) -> list[str]:
    """To whom mail with these words in its subject went, sorted."""
    return sorted(OutgoingMail.objects.filter(subject__contains=subject).values_list("to", flat=True))
