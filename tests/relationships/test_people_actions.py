"""Their people: what they are in a relationship, somebody who left, and whom we have to meet; each taken back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import Affiliation, Contact
from accounts.undo import take_back
from relationships import actions, queries
from relationships.models import Interaction, Introduction, Relationship, Stakeholder
from tests import people
from tests.relationships.records import DAY, MONDAY, noon

NOW = noon(MONDAY)
pytestmark = pytest.mark.django_db


def somebody(row: Relationship, name: str, **fields: Any) -> Contact:
    contact = Contact.objects.create(name=name)
    Affiliation.objects.create(contact=contact, account=row.account, **fields)
    return contact


def named(row: Relationship, name: str, **part: Any) -> Stakeholder:
    contact = somebody(row, name)
    return actions.name_stakeholder(actor=people.alice(), now=NOW, relationship=row, contact=contact, **part).row


def change(row: Stakeholder, day: date = MONDAY, **values: Any) -> Any:
    return actions.change_stakeholder(actor=people.alice(), now=noon(day), stakeholder=row, values=values)


def undo(step: Any) -> Any:
    return take_back(step_id=step.pk, actor=people.alice(), now=NOW)


def refused(verb: Any, **arguments: Any) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as told, transaction.atomic():
        verb(actor=people.alice(), now=NOW, **arguments)
    error = told.value
    return dict(error.message_dict) if hasattr(error, "error_dict") else {"": list(error.messages)}


# Somebody's part


def test_power_counts_from_the_day_on_which_it_became_known() -> None:
    row = people.relationship()
    stake = named(row, "Ingrid Moe", role="user")
    assert stake.known_on is None
    later = MONDAY + 3 * DAY
    assert change(stake, later, power="influences").row.known_on == later
    assert change(stake, later + DAY, role="influencer").row.known_on == later, "nothing new of the power"
    assert change(stake, later + 2 * DAY, power="decides").row.known_on == later + 2 * DAY
    assert change(stake, later + 9 * DAY, power="signs").row.known_on == later + 2 * DAY, "decided before"
    assert change(stake, later + 9 * DAY, power="").row.known_on is None


def test_part_changed_removed_and_all_of_it_back() -> None:
    row = people.relationship()
    boss = named(row, "Solveig Dahl", power="signs")
    stake = named(row, "Ingrid Moe", power="decides", accountable=True)
    before = Stakeholder.objects.filter(pk=stake.pk).values().get()
    changed = change(stake, MONDAY + DAY, power="", reports_to=boss.contact, commands=True)
    undone = undo(changed.step)
    assert Stakeholder.objects.filter(pk=stake.pk).values().get() == before
    undo(undone.step)
    again = Stakeholder.objects.get(pk=stake.pk)
    assert (again.power, again.reports_to, again.commands) == ("", boss.contact, True)
    removed = actions.remove_stakeholder(actor=people.alice(), now=NOW, stakeholder_id=stake.pk)
    assert not Stakeholder.objects.filter(pk=stake.pk).exists()
    undo(removed.step)
    assert Stakeholder.objects.get(pk=stake.pk).reports_to == boss.contact


def test_nobody_reports_to_themselves_or_in_a_ring() -> None:
    row = people.relationship()
    first, second, third = (named(row, name) for name in ("Ingrid Moe", "Lars Tveit", "Marit Foss"))
    change(first, reports_to=second.contact)
    change(second, reports_to=third.contact)
    values = {"reports_to": first.contact}
    told = refused(actions.change_stakeholder, stakeholder=third, values=values)
    assert told == {"reports_to": ["Ingrid Moe reports to them already."]}
    own = refused(actions.change_stakeholder, stakeholder=third, values={"reports_to": third.contact})
    assert own == {"reports_to": ["Nobody reports to themselves."]}


def test_a_part_comes_back_without_a_line_that_would_be_a_ring_by_now() -> None:
    row = people.relationship()
    first, second = named(row, "Ingrid Moe"), named(row, "Lars Tveit")
    change(first, reports_to=second.contact)
    removed = actions.remove_stakeholder(actor=people.alice(), now=NOW, stakeholder_id=first.pk)
    change(second, reports_to=first.contact)
    undo(removed.step)
    assert Stakeholder.objects.get(pk=first.pk).reports_to is None


def test_named_once_and_overruled_only_with_a_reason() -> None:
    row = people.relationship()
    stake = named(row, "Ingrid Moe")
    assert "named here already" in str(refused(actions.name_stakeholder, relationship=row, contact=stake.contact))
    assert list(refused(actions.change_stakeholder, stakeholder=stake, values={"readiness": "not"})) == [
        "readiness_why"
    ]
    said = change(stake, readiness="not", readiness_why="On leave until spring")
    assert said.row.readiness == "not"
    assert change(stake, readiness="").row.readiness_why == ""


def test_somebody_new_with_their_part_is_one_deed() -> None:
    row = people.relationship()
    person = {"name": "Solveig Dahl", "title": "Director", "email": "", "phone": "", "note": "", "since": None}
    added = actions.add_person(
        actor=people.alice(), now=NOW, relationship=row, person=person, part={"power": "signs", "role": "sponsor"}
    )
    assert (added.row.contact.name, added.row.known_on) == ("Solveig Dahl", MONDAY)
    undone = undo(added.step)
    assert not Contact.objects.exists() and not Stakeholder.objects.exists()
    undo(undone.step)
    assert Stakeholder.objects.get().contact.affiliations.get().title == "Director"


# Somebody left


def left(row: Relationship, contact: Contact, **more: Any) -> Any:
    return actions.somebody_left(actor=people.alice(), now=NOW, relationship=row, contact=contact, **more)


def talk(row: Relationship, *contacts: Contact, ago: int = 5) -> None:
    day = MONDAY - ago * DAY
    actions.log_interaction(
        actor=people.alice(), now=NOW, relationship=row, occurred_on=day, channel="call", contacts=list(contacts)
    )


def test_who_signed_and_left_opens_an_introduction_through_who_is_nearest() -> None:
    row = people.relationship()
    gone = named(row, "Solveig Dahl", power="signs")
    cold = named(row, "Ingrid Moe")
    near = named(row, "Lars Tveit")
    # Whoever reported to them knows the place, but cannot lead us there: nobody has spoken with them for long.
    change(cold, reports_to=gone.contact)
    talk(row, cold.contact, ago=155)
    talk(row, near.contact, ago=51)
    done = left(row, gone.contact)
    assert done.row is not None
    assert (done.row.wanted, done.row.through, done.row.keeper, done.row.instead_of) == (
        "Meet who follows Solveig Dahl, who signed", near.contact, people.alice(), gone.contact
    )  # fmt: skip
    assert gone.contact.affiliations.get().until == MONDAY
    here = {one.contact.name for one in queries.theirs_of(row, MONDAY) if one.here}
    assert here == {"Ingrid Moe", "Lars Tveit"}
    undone = undo(done.step)
    assert gone.contact.affiliations.get().until is None and not Introduction.objects.exists()
    undo(undone.step)
    assert Introduction.objects.get().opened_on == MONDAY


def test_nearest_is_who_was_spoken_with_latest_and_nobody_where_all_have_gone_cold() -> None:
    row = people.relationship()
    gone = named(row, "Solveig Dahl", role="sponsor")
    often, lately = named(row, "Ingrid Moe"), named(row, "Lars Tveit")
    for ago in (89, 100, 120):
        talk(row, often.contact, ago=ago)
    talk(row, lately.contact, ago=1)
    first = left(row, gone.contact)
    assert first.row.through == lately.contact
    undo(first.step)
    Interaction.objects.filter(contacts=lately.contact).delete()
    assert left(row, gone.contact).row.through == often.contact
    Introduction.objects.all().delete()
    Affiliation.objects.filter(contact=gone.contact).update(until=None)
    Interaction.objects.filter(occurred_on=MONDAY - 89 * DAY).delete()
    assert left(row, gone.contact).row.through is None


@pytest.mark.parametrize(
    ("part", "opens"),
    [
        ({"power": "decides"}, True),
        ({"power": "signs"}, True),
        ({"role": "sponsor"}, True),
        ({"accountable": True}, True),
        ({"power": "influences", "role": "user", "commands": True}, False),
        ({}, False),
    ],
)
def test_an_introduction_is_opened_for_who_mattered(part: dict[str, Any], opens: bool) -> None:
    row = people.relationship()
    named(row, "Ingrid Moe")
    done = left(row, named(row, "Solveig Dahl", **part).contact)
    assert (done.row is not None) is opens
    assert Introduction.objects.count() == opens


def test_the_only_one_known_is_followed_whoever_they_were() -> None:
    row = people.relationship()
    alone = somebody(row, "Ingrid Moe")
    done = left(row, alone, on=MONDAY - 4 * DAY)
    assert done.row is not None and done.row.wanted == "Meet who follows Ingrid Moe"
    assert alone.affiliations.get().until == MONDAY - 4 * DAY
    assert "not here any more" in str(refused(actions.somebody_left, relationship=row, contact=alone))


def test_whoever_leaves_an_organisation_is_followed_in_all_that_one_has_there_and_in_nothing_else() -> None:
    row = people.relationship()
    second = people.relationship(account=row.account, name="Feed trials", owner=people.bob())
    ended = people.relationship(account=row.account, name="Former")
    actions.end_relationship(actor=people.alice(), now=NOW, relationship=ended, reason="Sold")
    others = people.relationship(account=row.account, name="South", owner=people.outsider(), team=people.south())
    gone = named(row, "Solveig Dahl", power="signs")
    named(row, "Ingrid Moe")
    for other in (second, ended, others):
        actions.name_stakeholder(
            actor=people.alice(), now=NOW, relationship=other, contact=gone.contact, power="decides"
        )
    place = gone.contact.affiliations.get()

    def wanted() -> set[tuple[Relationship, str, Any]]:
        return {(one.relationship, one.wanted, one.keeper) for one in Introduction.objects.all()}

    done = actions.left_organisation(actor=people.alice(), now=NOW, place=place)
    followed = {
        (row, "Meet who follows Solveig Dahl, who signed", people.alice()),
        (second, "Meet who follows Solveig Dahl, who decided", people.bob()),
    }
    assert wanted() == followed and {one.relationship for one in done.row} == {row, second}
    assert gone.contact.affiliations.get().until == MONDAY
    place.refresh_from_db()
    assert "not here any more" in str(refused(actions.left_organisation, place=place))
    undo(done.step)
    assert gone.contact.affiliations.get().until is None and wanted() == set()
    assert left(second, gone.contact).row.relationship == second, "said of one, the same is opened"
    assert wanted() == followed


def test_nobody_leaves_tomorrow_or_before_they_came() -> None:
    row = people.relationship()
    contact = somebody(row, "Ingrid Moe", since=MONDAY - 5 * DAY)
    assert list(refused(actions.somebody_left, relationship=row, contact=contact, on=MONDAY + DAY)) == ["on"]
    refused(actions.somebody_left, relationship=row, contact=contact, on=MONDAY - 9 * DAY)
    assert contact.affiliations.get().until is None and not Introduction.objects.exists()


# Whom we have to meet


def wanted(row: Relationship) -> Introduction:
    return actions.open_introduction(
        actor=people.alice(), now=NOW, relationship=row, wanted="Meet who signs", keeper=people.bob()
    ).row


def test_met_somebody_known_and_taken_back() -> None:
    row = people.relationship()
    one, contact = wanted(row), somebody(row, "Jon Hauge")
    done = actions.close_introduction(actor=people.alice(), now=NOW, introduction=one, met=contact)
    assert (done.row.closed_on, done.row.met) == (MONDAY, contact)
    told = refused(actions.close_introduction, introduction=one, met=contact)
    assert "done already" in told[""][0]
    undo(done.step)
    assert Introduction.objects.open().get().met is None


def test_met_somebody_new_who_is_added_with_their_part() -> None:
    row = people.relationship()
    one = wanted(row)
    done = actions.meet_somebody_new(
        actor=people.alice(), now=NOW, introduction=one, person={"name": "Jon Hauge"}, part={"power": "signs"}
    )
    assert done.row.met == Contact.objects.get()
    assert Stakeholder.objects.get().power == "signs"
    undone = undo(done.step)
    assert not Contact.objects.exists() and Introduction.objects.open().count() == 1
    undo(undone.step)
    assert Introduction.objects.get().met.name == "Jon Hauge"  # type: ignore[union-attr]


def test_no_longer_wanted_needs_a_why() -> None:
    one = wanted(people.relationship())
    assert list(refused(actions.close_introduction, introduction=one)) == ["note"]
    done = actions.close_introduction(actor=people.alice(), now=NOW, introduction=one, note="The post was cut")
    assert (done.row.closed_on, done.row.met, done.row.note) == (MONDAY, None, "The post was cut")


def test_changed_and_removed_and_back() -> None:
    one = wanted(people.relationship())
    values = {"wanted": "Meet the new buyer", "keeper": people.alice()}
    done = actions.change_introduction(actor=people.alice(), now=NOW, introduction=one, values=values)
    undo(done.step)
    one.refresh_from_db()
    assert (one.wanted, one.keeper) == ("Meet who signs", people.bob())
    removed = actions.remove_introduction(actor=people.alice(), now=NOW, introduction_id=one.pk)
    undo(removed.step)
    assert Introduction.objects.get(pk=one.pk).keeper == people.bob()


@pytest.mark.parametrize("person", ["rita", "outsider", "petra"])
def test_who_may_not_change_it_finds_none(person: str) -> None:
    row = people.relationship()
    stake, one = named(row, "Ingrid Moe"), wanted(row)
    by: dict[str, Any] = {"actor": getattr(people, person)(), "now": NOW}
    for deed in (
        lambda: actions.change_stakeholder(stakeholder=stake, values={"power": "signs"}, **by),
        lambda: actions.remove_stakeholder(stakeholder_id=stake.pk, **by),
    ):
        with pytest.raises(Stakeholder.DoesNotExist):
            deed()
    for other in (
        lambda: actions.change_introduction(introduction=one, values={"wanted": "x"}, **by),
        lambda: actions.close_introduction(introduction=one, note="x", **by),
        lambda: actions.remove_introduction(introduction_id=one.pk, **by),
    ):
        with pytest.raises(Introduction.DoesNotExist):
            other()
