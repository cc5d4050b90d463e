"""What they were asked and how they behave, from the tables, and the flag that follows: *satisfied but may leave*."""

from __future__ import annotations

import random
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import actions as accounts
from accounts.models import Affiliation, Contact
from accounts.undo import take_back
from dashboards import health_flags
from relationships import actions, behaviour, flags, standings, two_views
from relationships.actions.standing import flag_anew, flag_what_turns
from relationships.flags import CHOOSE_AGAIN, SATISFACTION, Fact, Said
from relationships.models import EvidenceSums, HealthFlag, PulseAnswer, Relationship, Snapshot, Stakeholder, Standing
from tests import people
from tests.relationships.records import DAY, MONDAY, agreed, log, noon

pytestmark = pytest.mark.django_db
NOW = noon(MONDAY)


def decider(row: Relationship, name: str = "Ingrid Moe", **fields: Any) -> Stakeholder:
    contact = Contact.objects.create(name=name)
    Affiliation.objects.create(contact=contact, account=row.account)
    return Stakeholder.objects.create(
        relationship=row,
        account_id=row.account_id,
        contact=contact,
        **{"power": "decides", "known_on": MONDAY - 200 * DAY, **fields},
    )


def monthly(**fields: Any) -> Relationship:
    """Agreed monthly 40 days before Monday, and there for half a year."""
    return agreed(30, created_at=noon(MONDAY - 180 * DAY).instant, **fields)


def standing(row: Relationship) -> list[str]:
    return list(row.health_flags.open().order_by("kind").values_list("kind", flat=True))


def test_the_newest_answers_of_theirs_who_decides_and_what_they_gave_are_read() -> None:
    row, other = monthly(), monthly()
    ingrid, jonas = decider(row), decider(row, "Jonas Berg")
    decider(row, "Solveig Lie", power="influences")
    log(row, MONDAY - 9 * DAY, contacts=[ingrid.contact])
    log(row, MONDAY - 4 * DAY, contacts=[jonas.contact])
    given = people.feedback(row, MONDAY - 20 * DAY)
    people.feedback(row, MONDAY - 30 * DAY)
    people.feedback(row, MONDAY - 2 * DAY, side="ours")
    people.answered(row, SATISFACTION, 3, MONDAY - 60 * DAY)
    said = people.answered(row, SATISFACTION, 5, MONDAY - 6 * DAY, said_by=ingrid)
    people.answered(row, SATISFACTION, 1, MONDAY, side="ours")
    people.answered(row, "listens", 1, MONDAY)
    again = people.answered(row, CHOOSE_AGAIN, 4, MONDAY - 8 * DAY)
    with CaptureQueriesContext(connection) as queries:
        found = behaviour.read([row, other], NOW)
    assert len(queries) == 1
    begun = MONDAY - 180 * DAY
    assert found == {
        row.pk: Said(
            Fact(MONDAY - 6 * DAY, 5, ("relationships.pulseanswer", said.pk), "Ingrid Moe", SATISFACTION),
            Fact(MONDAY - 8 * DAY, 4, ("relationships.pulseanswer", again.pk), "", CHOOSE_AGAIN),
            Fact(MONDAY - 4 * DAY, 0, ("", 0), "Jonas Berg", flags.SEEN),
            Fact(MONDAY - 20 * DAY, 0, ("relationships.feedback", given.pk), "", "feedback_given"),
            begun,
        ),
        other.pk: Said(begun_on=begun, named=False),
    }
    Affiliation.objects.filter(contact=jonas.contact).update(until=MONDAY)
    seen = behaviour.read([row], NOW)[row.pk].seen
    assert seen is not None and seen.who == "Ingrid Moe", "who has left is seen no more"


def test_it_comes_on_with_an_answer_goes_off_when_who_decides_is_seen_and_comes_back_by_itself() -> None:
    row = monthly()
    ingrid = decider(row)
    people.answered(row, SATISFACTION, 4, MONDAY)
    flag_anew(row, NOW)
    assert standing(row) == ["may_leave"], "nobody who decides was seen in half a year"
    log(row, MONDAY + DAY, contacts=[ingrid.contact], now=noon(MONDAY + DAY))
    assert standing(row) == []
    people.answered(row, SATISFACTION, 4, MONDAY + 2 * DAY)
    flag_anew(row, noon(MONDAY + 2 * DAY))
    day = MONDAY + 92 * DAY
    for ago in (60, 30, 1):
        log(row, day - ago * DAY, now=noon(day - ago * DAY))
    assert EvidenceSums.objects.get(pk=row.pk).flags_again_on == day
    assert flag_what_turns(now=noon(day - 2 * DAY)) == 0
    actions.sweep_cadence(now=noon(day))
    assert standing(row) == ["may_leave"]
    assert row.health_flags.open().get().since == day, "not seen for three months"
    before = list(row.health_flags.values_list("pk", "since", "until"))
    actions.sweep_cadence(now=noon(day))
    assert list(row.health_flags.values_list("pk", "since", "until")) == before


def test_where_nobody_who_decides_is_named_it_is_not_known_whether_they_were_seen() -> None:
    row = monthly()
    people.answered(row, SATISFACTION, 2, MONDAY)
    place = two_views.place(behaviour.read([row], NOW)[row.pk], MONDAY, 30)
    assert (place.quadrant, place.reasons) == (None, ())
    people.answered(row, SATISFACTION, 5, MONDAY)
    flag_anew(row, NOW)
    assert standing(row) == [], "field and flag agree"
    decider(row)
    place = two_views.place(behaviour.read([row], NOW)[row.pk], MONDAY, 30)
    assert (place.quadrant, place.reasons) == (two_views.Quadrant.MERCENARY, (flags.Reason.UNSEEN,))
    flag_anew(row, NOW)
    assert standing(row) == ["may_leave"]


def test_naming_saying_otherwise_and_removing_somebody_keeps_the_flag_and_so_does_each_taken_back() -> None:
    row = monthly()
    by: dict[str, Any] = {"actor": people.alice(), "now": NOW}
    people.answered(row, SATISFACTION, 5, MONDAY)
    flag_anew(row, NOW)
    contact = Contact.objects.create(name="Ingrid Moe")
    Affiliation.objects.create(contact=contact, account=row.account)
    named = actions.name_stakeholder(relationship=row, contact=contact, power="signs", **by)
    assert standing(row) == ["may_leave"], "named, and never seen"
    unnamed = take_back(step_id=named.step.pk, **by)
    assert standing(row) == [], "nobody is named of whom it could be known"
    take_back(step_id=unnamed.step.pk, **by)
    assert standing(row) == ["may_leave"]
    stake = row.stakeholders.get()
    changed = actions.change_stakeholder(stakeholder=stake, values={"power": "influences"}, **by)
    assert standing(row) == []
    take_back(step_id=changed.step.pk, **by)
    assert standing(row) == ["may_leave"]
    removed = actions.remove_stakeholder(stakeholder_id=stake.pk, **by)
    assert standing(row) == []
    take_back(step_id=removed.step.pk, **by)
    assert standing(row) == ["may_leave"]


def both_with_one_who_decides() -> tuple[Relationship, Relationship, Stakeholder]:
    """Ours and that of another team with the same organisation: they are satisfied, and Ingrid was never seen."""
    row = monthly()
    others = monthly(account=row.account, name="South", owner=people.outsider(), team=people.south())
    ingrid = decider(row)
    Stakeholder.objects.create(
        relationship=others, account=row.account, contact=ingrid.contact, power="signs", known_on=ingrid.known_on
    )
    for one in (row, others):
        people.answered(one, SATISFACTION, 5, MONDAY)
        flag_anew(one, NOW)
        assert standing(one) == ["may_leave"]
    return row, others, ingrid


@pytest.mark.parametrize("said_of", ["relationship", "organisation"])
def test_somebody_who_leaves_is_judged_in_every_relationship_where_they_are_named(said_of: str) -> None:
    row, others, ingrid = both_with_one_who_decides()
    by: dict[str, Any] = {"actor": people.alice(), "now": NOW}
    left = (
        actions.somebody_left(relationship=row, contact=ingrid.contact, **by)
        if said_of == "relationship"
        else actions.left_organisation(place=ingrid.contact.affiliations.get(), **by)
    )
    assert (standing(row), standing(others)) == ([], []), "nobody who decides is left, whoever looks after it"
    back = take_back(step_id=left.step.pk, **by)
    assert (standing(row), standing(others)) == (["may_leave"], ["may_leave"])
    take_back(step_id=back.step.pk, **by)
    assert (standing(row), standing(others)) == ([], [])


def test_leaving_is_judged_at_once_however_many_relationships_there_are() -> None:
    """The last column is how many others they are named in; none of them is ours to change."""

    def statements(others: int) -> int:
        row, *_rest, ingrid = both_with_one_who_decides()
        for number in range(others):
            besides = monthly(account=row.account, name=f"South {number}", owner=people.outsider(), team=people.south())
            Stakeholder.objects.create(
                relationship=besides, account=row.account, contact=ingrid.contact, power="signs", known_on=MONDAY
            )
        with CaptureQueriesContext(connection) as queries:
            actions.left_organisation(place=ingrid.contact.affiliations.get(), actor=people.alice(), now=NOW)
        return len(queries)

    assert statements(1) == statements(12)


def test_who_comes_or_goes_on_a_day_to_come_is_judged_on_that_day() -> None:
    row, _others, ingrid = both_with_one_who_decides()
    place = ingrid.contact.affiliations.get()
    accounts.end_place(actor=people.alice(), now=NOW, place=place, until=MONDAY + 9 * DAY)
    flag_anew(row, NOW)
    assert standing(row) == ["may_leave"]
    assert EvidenceSums.objects.get(pk=row.pk).flags_again_on == MONDAY + 9 * DAY
    flag_what_turns(now=noon(MONDAY + 9 * DAY))
    assert standing(row) == []
    Affiliation.objects.filter(pk=place.pk).update(since=MONDAY + 20 * DAY, until=None)
    flag_anew(row, noon(MONDAY + 10 * DAY))
    assert standing(row) == []
    assert EvidenceSums.objects.get(pk=row.pk).flags_again_on == MONDAY + 20 * DAY
    flag_what_turns(now=noon(MONDAY + 20 * DAY))
    assert standing(row) == ["may_leave"]


def test_flags_of_before_are_judged_anew_where_they_were_asked() -> None:
    """A flag that stood as nobody who decides was named, and marks as if it had been judged."""
    row, not_asked = monthly(), monthly()
    people.answered(row, SATISFACTION, 5, MONDAY)
    for one in (row, not_asked):
        flag_anew(one, NOW)
    HealthFlag.objects.create(relationship=row, account=row.account, kind="may_leave", since=MONDAY - 9 * DAY)
    assert flag_what_turns(now=NOW) == 0
    with connection.cursor() as cursor:
        cursor.execute(import_module("relationships.migrations.0019_may_leave_anew").ANEW)
    assert flag_what_turns(now=NOW) == 1
    assert standing(row) == []


def test_every_way_of_answering_taking_back_and_putting_right_keeps_the_flag() -> None:
    row, alice = monthly(), people.alice()
    ingrid = decider(row)
    by: dict[str, Any] = {"actor": alice, "now": NOW}
    asked = actions.ask_pulse(relationship=row, question=SATISFACTION, **by).row
    actions.answer_pulse(question=asked, score=5, **by)
    assert standing(row) == [], "what we think of it says nothing of them"
    theirs = row.pulses.open().get()
    entered = actions.enter_answer(question=theirs, score=5, **by)
    assert standing(row) == ["may_leave"]
    take_back(step_id=entered.step.pk, **by)
    assert standing(row) == []
    actions.give_pulse(question=theirs, to=ingrid, by_mail=False, **by)
    theirs.refresh_from_db()
    assert actions.hear_pulse(now=NOW, question=theirs, score=4) is not None
    assert standing(row) == ["may_leave"]
    actions.hear_pulse(now=NOW, question=theirs, score=3)
    assert standing(row) == [], "put right by their link"
    again = people.answered(row, SATISFACTION, 2, MONDAY)
    changed = actions.change_answer(answer=again, values={"score": 5}, **by)
    assert standing(row) == ["may_leave"]
    take_back(step_id=changed.step.pk, **by)
    assert standing(row) == []


def test_its_rows_are_told_with_day_who_and_what() -> None:
    row = monthly()
    ingrid = decider(row)
    log(row, MONDAY - DAY, contacts=[ingrid.contact], now=noon(MONDAY - DAY))
    people.answered(row, SATISFACTION, 5, MONDAY, said_by=ingrid)
    people.answered(row, CHOOSE_AGAIN, 2, MONDAY)
    flag_anew(row, NOW)
    (shown,) = health_flags.of(row, NOW)["health_flags"]
    assert shown.says == "they say that they are satisfied; they would rather not choose us again."
    assert [(one.day, one.said, one.what, one.speaks) for one in shown.rows] == [
        (MONDAY, "Satisfied with us: 5 of 5", "Ingrid Moe", True),
        (MONDAY, "Would choose us again: 2 of 5", "", True),
        (MONDAY - DAY, "Seen last, of those who decide or sign", "Ingrid Moe", False),
    ]


def test_no_answer_changes_a_standing_or_what_is_kept_of_it() -> None:
    """Random answers of both sides, judged and swept: the bytes of standing, sums and snapshot stay."""
    rows = [monthly() for _number in range(3)]
    for row in rows:
        people.promise(row, due_on=MONDAY - DAY)
        log(row, MONDAY - 3 * DAY)
    actions.sweep_cadence(now=NOW)

    def kept() -> tuple[Any, ...]:
        sums = [one.name for one in EvidenceSums._meta.fields if not one.name.startswith("flags_")]
        snapshots = [one.name for one in Snapshot._meta.fields if one.name not in ("id", "flags")]
        return tuple(
            list(model.objects.order_by("pk").values_list(*names))
            for model, names in ((Standing, ()), (EvidenceSums, sums), (Snapshot, snapshots))
        )

    before, chance = kept(), random.Random(7)
    for _number in range(40):
        row = chance.choice(rows)
        question = chance.choice([SATISFACTION, CHOOSE_AGAIN, "listens", "fair"])
        side = chance.choice(["ours", "theirs"])
        people.answered(row, question, chance.randint(1, 5), MONDAY - chance.randint(0, 90) * DAY, side=side)
        flag_anew(row, NOW)
    assert PulseAnswer.objects.count() == 40
    actions.refresh([row.pk for row in rows], now=NOW)
    actions.sweep_cadence(now=NOW)
    newest = {row.pk: Snapshot.objects.filter(relationship=row).latest("pk").pk for row in rows}
    Snapshot.objects.exclude(pk__in=newest.values()).delete()
    assert kept() == before
    assert actions.rebuild_health(now=NOW, check=True).different == 0


def test_the_place_of_a_person_is_judged_as_by_the_standing() -> None:
    assert standings.HAS_A_PLACE.format(today="a.today") in behaviour.READ
    assert standings.HAS_A_PLACE.format(today="p.today") in standings.DECIDERS


@pytest.mark.parametrize("count", [1, 50])
def test_it_is_one_query_for_any_number(count: int) -> None:
    rows = [monthly()] * count
    with CaptureQueriesContext(connection) as queries:
        behaviour.read(rows, NOW)
    assert len(queries) == 1
