from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from accounts import actions, queries
from accounts.models import Cover, Membership, User
from accounts.undo import Done, take_back
from relationships.models import Relationship
from tests import people
from tests.relationships.records import DAY, MONDAY, noon
from web.clock import Now

pytestmark = pytest.mark.django_db

NOW = noon(MONDAY)


def cover(absent: User, stand_in: User, *, first: date = MONDAY, last: date = MONDAY + 4 * DAY) -> Done[Cover]:
    return actions.create_cover(
        actor=absent, now=NOW, absent=absent, stand_in=stand_in, from_on=first, until_on=last, note="Ring Ingrid"
    )


def today() -> date:
    """The real one: what a person may see is asked of the clock."""
    return Now.read().today("UTC")


def running(absent: User, stand_in: User, *, first: int = 0, last: int = 0) -> Cover:
    """From and until so many days from today, made directly: its days may be over."""
    days = {"from_on": today() + first * DAY, "until_on": today() + last * DAY}
    return Cover.objects.create(absent=absent, stand_in=stand_in, **days)


def fresh(user: User) -> User:
    """As on the next request."""
    found: User = User.objects.get(pk=user.pk)
    return found


def sees(user: User, row: Relationship) -> tuple[bool, bool]:
    person = fresh(user)
    visible, changeable = Relationship.objects.visible_to(person), Relationship.objects.changeable_by(person)
    return visible.filter(pk=row.pk).exists(), changeable.filter(pk=row.pk).exists()


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


# While it lasts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "lasts"), [(0, 0, True), (-3, 0, True), (0, 3, True), (1, 3, False), (-3, -1, False)]
)
def test_stand_in_sees_and_changes_on_the_first_and_the_last_day_and_not_beyond(
    first: int, last: int, lasts: bool
) -> None:
    row, olga = people.relationship(), people.outsider()
    running(people.alice(), olga, first=first, last=last)
    assert sees(olga, row) == (lasts, lasts)
    assert [one.absent for one in queries.covers_of(olga, today())] == ([people.alice()] if lasts else [])


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_days_are_those_of_where_the_stand_in_is(zone: str) -> None:
    row, olga = people.relationship(), people.outsider()
    User.objects.filter(pk=olga.pk).update(zone=zone)
    there = Now.read().today(zone)
    Cover.objects.create(absent=people.alice(), stand_in=olga, from_on=there, until_on=there)
    assert sees(olga, row) == (True, True)
    Cover.objects.update(from_on=there + DAY, until_on=there + DAY)
    assert sees(olga, row) == (False, False)


def test_reader_who_stands_in_changes_what_the_absent_one_owns_and_no_more() -> None:
    own, others = people.relationship(), people.relationship(owner=people.bob())
    running(people.alice(), people.rita())
    assert sees(people.rita(), own) == (True, True)
    assert sees(people.rita(), others) == (True, False)


def test_standing_in_is_not_passed_on() -> None:
    row, bob, olga = people.relationship(team=None), people.bob(), people.outsider()
    running(people.alice(), bob)
    running(bob, olga)
    assert sees(bob, row) == (True, True)
    assert sees(olga, row) == (False, False)
    assert fresh(olga).acts_for == [olga.pk, bob.pk]


def test_nobody_stands_in_for_who_has_left_nor_when_gone() -> None:
    row, olga = people.relationship(), people.outsider()
    running(people.alice(), olga)
    User.objects.filter(pk=people.alice().pk).update(is_active=False)
    assert sees(olga, row) == (False, False)
    assert queries.covers_of(olga, today()) == []
    User.objects.filter(pk=people.alice().pk).update(is_active=True)
    User.objects.filter(pk=olga.pk).update(is_active=False)
    assert sees(olga, row) == (False, False)


def test_what_only_a_team_lets_one_see_is_not_lent() -> None:
    of_the_team = people.relationship(owner=people.bob())
    running(people.alice(), people.outsider())
    assert sees(people.alice(), of_the_team) == (True, True)
    assert sees(people.outsider(), of_the_team) == (False, False)


# Made, removed, back -------------------------------------------------------------------------------------------------


def test_made_taken_back_and_done_again() -> None:
    alice = people.alice()
    made = cover(alice, people.bob())
    before = list(Cover.objects.values())
    back = take_back(step_id=made.step.pk, actor=alice, now=NOW)
    assert not Cover.objects.exists()
    take_back(step_id=back.step.pk, actor=alice, now=NOW)
    assert list(Cover.objects.values()) == before


def test_the_same_two_on_the_same_day_are_refused() -> None:
    alice, bob = people.alice(), people.bob()
    cover(alice, bob)
    for first, last in ((0, 0), (4, 9), (-3, 0), (-3, 9)):
        with pytest.raises(ValidationError, match="Bob Brandt stands in from 2 March until 6 March already"):
            cover(alice, bob, first=MONDAY + first * DAY, last=MONDAY + last * DAY)
    cover(alice, bob, first=MONDAY + 5 * DAY, last=MONDAY + 5 * DAY)
    cover(alice, people.mona())
    cover(bob, alice)


def test_not_back_where_another_lies_on_its_days() -> None:
    alice, bob = people.alice(), people.bob()
    made = cover(alice, bob)
    gone = actions.remove_cover(actor=alice, now=NOW, cover_id=made.row.pk)
    cover(alice, bob, last=MONDAY)
    with pytest.raises(ValidationError, match="already"):
        take_back(step_id=gone.step.pk, actor=alice, now=NOW)


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [(0, -1, "lies before the first"), (-9, -1, "This day is over"), (0, 366, "A year at most")],
)
def test_days_that_do_not_do(first: int, last: int, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        cover(people.alice(), people.bob(), first=MONDAY + first * DAY, last=MONDAY + last * DAY)


def test_somebody_else_who_works_here_stands_in() -> None:
    with pytest.raises(ValidationError, match="Somebody else has to stand in"):
        cover(people.alice(), people.alice())
    User.objects.filter(pk=people.bob().pk).update(is_active=False)
    with pytest.raises(ValidationError, match="Bob Brandt does not work here any more"):
        cover(people.alice(), people.bob())


# Who arranges it for whom --------------------------------------------------------------------------------------------


def arranges_for(user: User) -> set[User]:
    return set(User.objects.covered_by_order_of(user))


def test_oneself_ones_people_or_everybody() -> None:
    everybody = {people.alice(), people.bob(), people.rita(), people.outsider(), people.mona(), people.adam()}
    assert arranges_for(people.alice()) == {people.alice()}
    assert arranges_for(people.rita()) == {people.rita()}
    assert arranges_for(people.mona()) == {people.mona(), people.alice(), people.bob(), people.rita()}
    assert arranges_for(people.adam()) == everybody
    assert arranges_for(people.petra()) == set()


def test_manager_does_not_arrange_for_who_also_works_elsewhere() -> None:
    Membership.objects.create(user=people.bob(), team=people.south(), role=Membership.Role.ACCOUNT_MANAGER)
    assert people.bob() not in arranges_for(people.mona())


def test_nobody_removes_anothers() -> None:
    made = cover(people.alice(), people.bob())
    for other in (people.bob(), people.outsider(), people.rita()):
        with pytest.raises(Cover.DoesNotExist):
            actions.remove_cover(actor=other, now=NOW, cover_id=made.row.pk)
    actions.remove_cover(actor=people.mona(), now=NOW, cover_id=made.row.pk)


# Pages ---------------------------------------------------------------------------------------------------------------


def listed(user: User) -> list[Any]:
    return list(client_of(user).get(reverse("cover_list")).context["page"].rows)


def test_list_shows_ones_own_and_those_of_ones_people() -> None:
    made = running(people.alice(), people.outsider(), last=3)
    running(people.alice(), people.outsider(), first=-9, last=-5)
    for person in (people.alice(), people.outsider(), people.mona(), people.adam()):
        assert listed(person) == [made], person
    for person in (people.bob(), people.rita()):
        assert listed(person) == [], person


@pytest.mark.parametrize("count", [1, 40])
def test_list_asks_the_same_number_of_questions(count: int, django_assert_num_queries: Any) -> None:
    for number in range(count):
        running(people.alice(), people.bob(), first=number, last=number)
    client = client_of(people.alice())
    with django_assert_num_queries(19):
        assert client.get(reverse("cover_list")).status_code == 200


def test_days_the_wrong_way_round_are_said_at_the_last_day() -> None:
    days = {"from_on": today().isoformat(), "until_on": (today() - DAY).isoformat(), "stand_in": people.bob().pk}
    page = client_of(people.alice()).post(reverse("cover_create"), days)
    assert page.status_code == 422
    assert page.context["form"].errors == {"until_on": ["The last day lies before the first."]}


def test_who_is_away_does_not_stand_in() -> None:
    alice, bob, mona = people.alice(), people.bob(), people.mona()

    def offered(user: User, **asked: Any) -> set[User]:
        return set(client_of(user).get(reverse("cover_create"), asked).context["form"].fields["stand_in"].queryset)

    assert offered(alice) == {bob, mona}
    assert offered(mona, absent=alice.pk) == {bob, mona}
    # Whom she arranges it for is not known yet: it may be herself who stands in.
    assert offered(mona) == {alice, bob, mona}
    values = {"absent": bob.pk, "stand_in": bob.pk, "from_on": today().isoformat(), "until_on": today().isoformat()}
    page = client_of(mona).post(reverse("cover_create"), values)
    assert page.context["form"].errors == {"stand_in": ["Somebody else has to stand in."]}


def test_one_says_it_oneself_and_a_manager_for_somebody() -> None:
    days = {"from_on": today().isoformat(), "until_on": (today() + DAY).isoformat(), "stand_in": people.bob().pk}
    client = client_of(people.alice())
    assert client.post(reverse("cover_create"), days).status_code == 302
    assert Cover.objects.get().absent == people.alice()
    assert client.post(reverse("cover_create"), {**days, "absent": people.rita().pk}).status_code == 422
    assert client.post(reverse("cover_remove", args=[Cover.objects.get().pk])).status_code == 302
    page = client_of(people.mona()).get(reverse("cover_create"), {"absent": people.alice().pk})
    assert page.context["form"]["absent"].value() == people.alice().pk
    assert (
        client_of(people.mona()).post(reverse("cover_create"), {**days, "absent": people.alice().pk}).status_code == 302
    )
    assert client_of(people.bob()).post(reverse("cover_remove", args=[Cover.objects.get().pk])).status_code == 404
