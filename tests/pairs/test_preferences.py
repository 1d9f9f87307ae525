"""Wishes: whom a student would like to work with, and with whom not. What others may learn of them: test_vetoes.py."""

import datetime as dt
import re
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.core.models import AuditEvent, OutgoingMail
from apps.courses.models import Membership
from apps.courses.states import MembershipState, Role
from apps.pairs import operations
from apps.pairs.models import Invitation, Offer, RankedChoice, Veto
from apps.pairs.states import InvitationState, OfferState
from tests.factories.courses import CourseFactory, MembershipFactory
from tests.factories.pairs import InvitationFactory, PairFactory
from tests.pairs.threads import at_once, of_kind

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(db: None) -> Membership:
    return MembershipFactory(course=CourseFactory(), user__name="Ada Lovelace")


def classmate(ada: Membership, name: str, **more: Any) -> Membership:
    return MembershipFactory(course=ada.course, user__name=name, **more)


def url(member: Membership) -> str:
    return reverse("pairs:preferences", args=[member.course.slug])


def wish(client: Any, member: Membership, **chosen: Any) -> str:
    """What the page says to `ranked_1=ben, vetoed_1=cy`."""
    data = {field: getattr(value, "pk", value) for field, value in chosen.items()}
    answer = client.post(url(member), data, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def places(page: str) -> dict[str, str]:
    """The name chosen in each place of the form that has one."""
    found = {}
    for name, options in re.findall(r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        if match := re.search(r"<option[^>]* selected>([^<]*)<", options):
            found[name] = match[1]
    return found


def test_wishes_are_kept_in_order_without_gaps(ada: Membership, as_user: Any) -> None:
    ben, cy, dee = (classmate(ada, name) for name in ("Ben", "Cy", "Dee"))
    client = as_user(ada.user)
    page = wish(client, ada, ranked_2=cy, ranked_5=ben, vetoed_3=dee)
    assert "Nobody else sees this list, and nobody gets mail about it." in page
    assert places(page) == {"ranked_1": "Cy", "ranked_2": "Ben", "vetoed_1": "Dee"}
    assert list(ada.ranked_choices.order_by("rank").values_list("classmate", "rank")) == [(cy.pk, 1), (ben.pk, 2)]
    kept = Veto.objects.get().created_at
    wish(client, ada, ranked_1=ben, vetoed_1=dee)
    assert list(ada.ranked_choices.values_list("classmate", "rank")) == [(ben.pk, 1)]
    assert Veto.objects.get().created_at == kept
    assert places(wish(client, ada)) == {}
    assert not RankedChoice.objects.exists()
    assert not Veto.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_what_the_history_says_names_nobody(ada: Membership, as_user: Any) -> None:
    ben, cy = classmate(ada, "Ben"), classmate(ada, "Cy")
    wish(as_user(ada.user), ada, ranked_1=ben, vetoed_1=cy)
    event = AuditEvent.objects.get()
    assert event.summary == "saved their wishes for the matching"
    assert event.data == {}
    assert event.target_id == ada.pk


@pytest.mark.parametrize(
    ("chosen", "field", "sentence"),
    [
        ({"ranked_1": "ben", "ranked_3": "ben"}, "ranked_3", "Ben is chosen twice."),
        ({"vetoed_2": "cy", "vetoed_4": "cy"}, "vetoed_4", "Cy is chosen twice."),
        ({"ranked_4": "ben", "vetoed_5": "ben"}, "vetoed_5", "Ben is among those you would like to work with"),
        ({"ranked_2": "ada"}, "ranked_2", "This person is not in the course any more. Choose again."),
        ({"ranked_2": "gone"}, "ranked_2", "This person is not in the course any more."),
        ({"vetoed_2": "teacher"}, "vetoed_2", "This person is not in the course any more."),
        ({"vetoed_2": "elsewhere"}, "vetoed_2", "This person is not in the course any more."),
        ({"ranked_1": "\0"}, "ranked_1", "This person is not in the course any more."),
    ],
)
def test_a_refusal_stands_beside_its_place_and_keeps_the_choices(
    ada: Membership, as_user: Any, chosen: dict[str, str], field: str, sentence: str
) -> None:
    people = {
        "ada": ada,
        "ben": classmate(ada, "Ben"),
        "cy": classmate(ada, "Cy"),
        "gone": classmate(ada, "Gone", state=MembershipState.DROPPED),
        "teacher": classmate(ada, "Teacher", role=Role.TA),
        "elsewhere": MembershipFactory(user__name="Elsewhere"),
    }
    dee = classmate(ada, "Dee")
    values = {name: people.get(key, key) for name, key in chosen.items()}
    page = wish(as_user(ada.user), ada, **values, ranked_5=dee)
    assert re.search(rf'id="id_{field}-error">{re.escape(sentence)}', page), page
    stays = {name: str(people[key]) for name, key in chosen.items() if key in ("ben", "cy")}
    assert places(page) == {**stays, "ranked_5": "Dee"}
    assert not RankedChoice.objects.exists()
    assert not Veto.objects.exists()


def test_an_arrow_moves_a_choice_and_saves_nothing(ada: Membership, as_user: Any) -> None:
    ben, cy = classmate(ada, "Ben"), classmate(ada, "Cy")
    client = as_user(ada.user)
    page = wish(client, ada, ranked_1=ben, ranked_2=cy, vetoed_1=cy, press="up-2")
    assert places(page) == {"ranked_1": "Cy", "ranked_2": "Ben", "vetoed_1": "Cy"}
    assert "<bdi>Cy</bdi> is your first choice now. It counts once you save." in page
    assert re.search(r'id="down-1"[^>]* autofocus', page)
    data = {"ranked_1": ben.pk, "press": "down-1"}
    part = client.post(url(ada), data, headers={"HX-Request": "true"}).content.decode()
    assert places(part) == {"ranked_2": "Ben"}
    assert "<html" not in part
    for press in ("up-1", "down-5", "up-0", "up-", "x", "down-\0", "up-" + "9" * 5000, "up-²"):
        assert places(wish(client, ada, ranked_1=ben, press=press)) == {"ranked_1": "Ben"}
    assert not RankedChoice.objects.exists()


def test_everybody_of_the_course_can_be_chosen_and_nobody_else(ada: Membership, as_user: Any) -> None:
    paired = classmate(ada, "Paired Person")
    PairFactory(course=ada.course, of=[paired, classmate(ada, "Their Partner")])
    classmate(ada, "Free Person")
    classmate(ada, "Gone Person", state=MembershipState.DROPPED)
    classmate(ada, "Staff Person", role=Role.INSTRUCTOR)
    MembershipFactory(user__name="Elsewhere Person")
    classmate(ada, "Same Name", user__email="first@example.edu")
    classmate(ada, "Same Name", user__email="second@example.edu")
    page = as_user(ada.user).get(url(ada)).content.decode()
    options = re.findall(r"<option value=\"\d+\"\s*>([^<]*)<", re.search(r"<select.*?</select>", page, re.DOTALL)[0])
    assert options == [
        "Free Person",
        "Same Name (first@example.edu)",
        "Same Name (second@example.edu)",
        "Paired Person",
        "Their Partner",
    ]
    assert page.index('label="Looking for a partner"') < page.index('label="Have a partner now"')


def test_a_veto_outlives_that_somebody_leaves(ada: Membership, as_user: Any) -> None:
    ben = classmate(ada, "Ben")
    client = as_user(ada.user)
    wish(client, ada, vetoed_1=ben)
    Membership.objects.filter(pk=ben.pk).update(state=MembershipState.DROPPED)
    page = client.get(url(ada)).content.decode()
    assert places(page) == {"vetoed_1": "Ben"}
    assert "Not in the course any more" in page
    wish(client, ada, vetoed_1=ben)
    assert Veto.objects.get().classmate == ben


def test_a_veto_withdraws_ones_own_invitation_with_the_usual_mail(ada: Membership, as_user: Any) -> None:
    ben, cy = classmate(ada, "Ben"), classmate(ada, "Cy")
    mine, other, theirs = (
        InvitationFactory(sender=ada, receiver=ben),
        InvitationFactory(sender=ada, receiver=cy),
        InvitationFactory(sender=ben, receiver=ada),
    )
    page = wish(as_user(ada.user), ada, vetoed_1=ben)
    assert "Your open invitation to Ben was withdrawn, with the usual mail." in page
    states = dict(Invitation.objects.values_list("pk", "state"))
    assert states == {
        mine.pk: InvitationState.WITHDRAWN,
        other.pk: InvitationState.PENDING,
        theirs.pk: InvitationState.PENDING,
    }
    mail = OutgoingMail.objects.get()
    assert mail.to == ben.user.email
    assert mail.subject == "Ada Lovelace withdrew the invitation"
    assert "took back the invitation" in mail.body
    again = wish(as_user(ada.user), ada, vetoed_1=ben)
    assert "withdrawn" not in again.split("</div>")[0]
    assert OutgoingMail.objects.count() == 1


def test_a_veto_declines_what_the_staff_proposed_for_both(ada: Membership, as_user: Any) -> None:
    ben, cy, dee = (classmate(ada, name) for name in ("Ben", "Cy", "Dee"))
    teacher = classmate(ada, "Teacher", role=Role.INSTRUCTOR).user
    soon = timezone.now() + dt.timedelta(days=2)
    offered = {"reasons": [], "expires_at": soon, "run": None, "by": teacher}
    offer = operations.make_offer(ada.course, members=[ada, ben, cy], **offered)
    operations.answer_offer(offer, membership=ada, is_accepted=True, by=ada.user)
    client = as_user(ada.user)
    assert "What the course staff proposed" not in wish(client, ada, vetoed_1=dee)
    assert Offer.objects.get().state == OfferState.OPEN
    OutgoingMail.objects.all().delete()
    assert "What the course staff proposed was declined, with the usual mail." in wish(client, ada, vetoed_1=ben)
    assert Offer.objects.get().state == OfferState.DECLINED
    told = list(OutgoingMail.objects.all())
    assert {ben.user.email, cy.user.email} <= {mail.to for mail in told}
    assert not any("Ada Lovelace declined" in mail.subject + mail.body for mail in told)


def test_the_lists_are_as_long_as_the_form(ada: Membership, as_user: Any) -> None:
    people = [classmate(ada, f"Person {number}") for number in range(10)]
    chosen = {f"ranked_{at}": people[at - 1] for at in range(1, 6)}
    chosen |= {f"vetoed_{at}": people[at + 4] for at in range(1, 6)}
    assert "Saved" in wish(as_user(ada.user), ada, **chosen, ranked_6=people[6])
    assert ada.ranked_choices.count() == 5
    assert ada.vetoes.count() == 5


def test_alone_in_the_course(ada: Membership, as_user: Any) -> None:
    page = as_user(ada.user).get(url(ada)).content.decode()
    assert "There is nobody else in the course yet" in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_the_same_queries_however_many_there_are(
    ada: Membership, as_user: Any, count_queries: Any, count: int
) -> None:
    people = [classmate(ada, f"Person {number}") for number in range(2 * count)]
    operations.save_wishes(ada, ranked=people[:count], vetoed=people[count:], by=ada.user)
    assert count_queries(as_user(ada.user), url(ada)) == 8


@pytest.mark.django_db(transaction=True)
def test_saving_twice_at_once_leaves_one_list() -> None:
    ada = MembershipFactory()
    ben, cy = classmate(ada, "Ben"), classmate(ada, "Cy")
    results = at_once(
        lambda: operations.save_wishes(ada, ranked=[ben, cy], vetoed=[], by=ada.user),
        lambda: operations.save_wishes(ada, ranked=[cy], vetoed=[ben], by=ada.user),
    )
    assert of_kind(results, operations.SavedWishes) == 2
    ranked = list(ada.ranked_choices.order_by("rank").values_list("classmate", flat=True))
    vetoed = list(ada.vetoes.values_list("classmate", flat=True))
    assert (ranked, vetoed) in [([ben.pk, cy.pk], []), ([cy.pk], [ben.pk])]
