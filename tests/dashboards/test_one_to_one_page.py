"""The sheet of a one-to-one: who reads it, what it tells, from which day, and how many queries that takes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import actions as accounts
from accounts.models import Membership, OneToOne, UndoStep, User
from accounts.queries import managers_of
from accounts.undo import take_back
from relationships import actions
from relationships.models import (
    Comment,
    Feedback,
    HandOver,
    HealthFlag,
    Mention,
    MissedCheckIn,
    Relationship,
    ScoreConfig,
    Snapshot,
    StageChange,
    Standing,
)
from tests import people
from web import dates
from web.clock import Now

pytestmark = pytest.mark.django_db
QUERIES = 48


def today() -> date:
    return Now.read().today("UTC")


def ago(days: int) -> date:
    return today() - timedelta(days=days)


def client_of(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def sheet(reader: User | None = None, person: User | None = None, **query: str) -> Any:
    return client_of(reader or people.mona()).get(f"/people/{(person or people.alice()).pk}/one-to-one/", query)


def hold(days: int, **more: str) -> OneToOne:
    people.alice()
    people.been_here_since(ago(800))
    done = accounts.hold_one_to_one(
        actor=people.mona(), now=Now.read(), person=people.alice(), held_on=ago(days), **more
    )
    return done.row


def changed(response: Any) -> list[str]:
    return [line.said for line in response.context["changed"]]


def talked(response: Any) -> list[tuple[str, str]]:
    return [(str(line.relationship), line.fact) for line in response.context["talk"]]


# Who reads it --------------------------------------------------------------------------------------------------------


def test_the_person_and_whoever_manages_them_read_it_and_nobody_else() -> None:
    people.relationship()
    readers = [people.mona(), people.alice()]
    others = [people.bob(), people.rita(), people.outsider(), people.adam(), people.petra()]
    assert [sheet(one).status_code for one in readers] == [200, 200]
    assert [sheet(one).status_code for one in others] == [404] * 5


def test_two_who_manage_one_team_are_nobodys_manager_and_who_manages_above_is() -> None:
    north, europe = people.north(), people.europe()
    lead, second = (people._person(f"{name} Lead", north, Membership.Role.MANAGER) for name in ("Nora", "Nils"))
    assert list(User.objects.managed_by(lead)) == []
    assert list(User.objects.managed_by(people.mona()).order_by("name")) == [second, lead]
    people.alice(), people.rita()
    assert list(User.objects.managed_by(lead)) == [people.alice()]
    assert managers_of(people.alice()) == [people.mona(), second, lead]
    assert managers_of(lead) == [people.mona()]
    assert managers_of(people.mona()) == []
    assert europe.pk in people.mona().manages


def test_a_manager_sees_of_the_book_what_belongs_to_their_teams() -> None:
    people.relationship(account=people.account("Ewos"))
    people.relationship(account=people.account("Salmar"), team=people.south())
    for row in Relationship.objects.all():
        people.promise(row, due_on=ago(3), made_on=ago(10))
    assert {partner for partner, _fact in talked(sheet())} == {"Ewos"}
    assert {partner for partner, _fact in talked(sheet(people.alice()))} == {"Ewos", "Salmar"}
    assert "Salmar" not in sheet().content.decode()


def test_a_partner_of_a_colleague_is_on_nobody_elses_sheet() -> None:
    people.relationship(account=people.account("Ewos"), owner=people.bob())
    assert "Ewos" not in sheet().content.decode()
    kept = people.promise(Relationship.objects.get(), due_on=ago(2), made_on=ago(9), keeper=people.alice())
    assert talked(sheet())[0][0] == "Ewos", "a promise that she sees to is hers wherever it was given"
    assert f"/commitments/{kept.pk}/" in sheet().context["talk"][0].address or kept.get_absolute_url()


# From which day ------------------------------------------------------------------------------------------------------


def test_without_any_it_tells_four_weeks_and_says_so() -> None:
    people.relationship()
    assert sheet().context["begin"].day == ago(28)
    assert "noted no one-to-one with Alice Ahlberg yet" in sheet().context["since"]


def test_what_happened_before_the_last_one_is_told_no_more() -> None:
    row = people.relationship()
    early = people.promise(row, due_on=ago(15), made_on=ago(20))
    late = people.promise(row, due_on=ago(4), made_on=ago(8))
    for promise, day in ((early, 16), (late, 5)):
        actions.keep_promise(actor=people.alice(), now=Now.read(), commitment=promise, kept_on=ago(day))
    assert changed(sheet()) == ["Two promises of ours were kept", "One relationship is new"]
    hold(10)
    assert changed(sheet()) == ["One promise of ours was kept", "One relationship is new"]
    assert changed(sheet(since=ago(30).isoformat()))[0] == "Two promises of ours were kept"


def test_what_happened_on_its_day_is_told_again_rather_than_lost() -> None:
    row = people.relationship()
    promise = people.promise(row, due_on=ago(4), made_on=ago(8))
    actions.keep_promise(actor=people.alice(), now=Now.read(), commitment=promise, kept_on=ago(5))
    hold(5)
    assert changed(sheet())[0] == "One promise of ours was kept"


@pytest.mark.parametrize("typed", ["soon", "2026-13-45", "2999-01-01", "1066-10-14"])
def test_a_day_that_cannot_be_counted_from_says_why_and_stays_typed(typed: str) -> None:
    people.relationship()
    hold(9)
    response = sheet(since=typed)
    assert response.context["wrong"] and response.context["typed"] == typed
    assert response.context["begin"].day == ago(9)
    assert f'value="{typed}"' in response.content.decode()


# What it tells -------------------------------------------------------------------------------------------------------


def test_each_thing_that_changed_is_counted_and_named() -> None:
    row = people.relationship(account=people.account("Ewos"))
    about = {"relationship": row, "account": row.account}
    moved = {"from_stage": "contact", "to_stage": "customer", "changed_on": ago(3), "why": "All met"}
    StageChange.objects.create(**about, **moved, made_at=Now.read().instant)
    missed = {**about, "due_on": ago(9), "raised_at": Now.read().instant - timedelta(days=6)}
    MissedCheckIn.objects.create(**missed, closed_at=Now.read().instant, closed_because="touched")
    broken = people.promise(row, due_on=ago(4), made_on=ago(8))
    actions.miss_promise(actor=people.alice(), now=Now.read(), commitment=broken, missed_on=ago(1))
    HealthFlag.objects.create(**about, kind="going_quiet", since=ago(4))
    HealthFlag.objects.create(**about, kind="one_sided", since=ago(90), until=ago(2))
    assert changed(sheet()) == [
        "One stage moved up",
        "One flag came",
        "One flag went",
        "One promise of ours was missed",
        "One check-in was missed",
        "One missed check-in was made up",
        "One relationship is new",
    ]
    assert sheet().context["changed"][0].things[0].said == "from contact to customer"


def test_a_partner_that_came_from_a_colleague_is_taken_over_and_one_that_went_is_named() -> None:
    came = people.relationship(account=people.account("Ewos"))
    went = people.relationship(account=people.account("Salmar"), owner=people.bob())
    now = Now.read().instant
    HandOver.objects.create(relationship=came, former=people.bob(), next=people.alice(), made_at=now)
    HandOver.objects.create(relationship=went, former=people.alice(), next=people.bob(), made_at=now)
    lines = {line.said: [(one.partner, one.said) for one in line.things] for line in sheet().context["changed"]}
    assert lines == {
        "One partner was taken over": [("Ewos", "from Bob Brandt")],
        "One partner was handed on": [("Salmar", "to Bob Brandt")],
    }


def stood(row: Relationship, now: float, then: float, config: int = 1) -> None:
    """A standing of today and a snapshot of twelve days ago that differ in trust."""
    parts = {f"{name}_{one}": 0.4 for name in ("cadence", "access", "credibility", "reciprocity") for one in "bd"}
    parts |= {f"trust_{side}{one}": 0.1 for side in ("", "ours_", "theirs_") for one in "bd"}
    same = {"account": row.account, "lost": 10.0, "unknown": 20.0, "low": 40.0, "high": 80.0, "limiting": "trust"}
    Standing.objects.filter(pk=row.pk).delete()
    Standing.objects.create(
        relationship=row, as_of=today(), earned=now, score=now, **same, **{**parts, "trust_b": now / 100}
    )
    Snapshot.objects.create(
        relationship=row, on=ago(12), earned=then, score=then, config_version=config, **same,
        **{**parts, "trust_b": then / 100},
    )  # fmt: skip


def test_a_standing_that_fell_is_to_be_talked_about_and_says_what_moved_it() -> None:
    row = people.relationship(account=people.account("Ewos"))
    stood(row, 52.4, 61.9)
    hold(10)
    compared = dates.plain(ago(12), today())
    assert talked(sheet()) == [("Ewos", f"down 9 points since {compared}, from 61 to 52")]
    assert sheet().context["talk"][0].why == "Most of it: trust."
    assert sheet().context["talk"][0].address.endswith("/standing/")
    Snapshot.objects.all().delete()
    stood(row, 61.9, 52.4)
    assert talked(sheet()) == []
    assert [line.fact for line in sheet().context["good"]] == [f"up 9 points since {compared}, from 52 to 61"]


def test_standings_by_other_weights_are_not_compared() -> None:
    row = people.relationship()
    actions.set_score(
        actor=people.adam(),
        now=Now.read(),
        numbers={
            **ScoreConfig.DEFAULTS,
            "trust": 30,
            "cadence": 15,
        },
        why="Promises",
        seen=1,
    )
    stood(row, 52.0, 61.0, config=2)
    assert talked(sheet(since=ago(12).isoformat())) == []
    assert "One standing is not compared: other weights are in force since" in changed(sheet(since=ago(12).isoformat()))


def test_the_worst_stands_first_with_its_reason_and_at_most_seven() -> None:
    for number in range(9):
        people.promise(people.relationship(account=people.account(f"Late {number}")), due_on=ago(number + 1))
    worst = people.relationship(account=people.account("Worst"))
    actions.open_problem(
        actor=people.alice(), now=Now.on(ago(9)), relationship=worst, what="No ice", severity=3, opened_on=ago(9)
    )
    response = sheet()
    partners = [partner for partner, _fact in talked(response)]
    assert partners == ["Worst", *(f"Late {number}" for number in (8, 7, 6, 5, 4, 3))]
    assert response.context["talk_more"] == "3 more partners"
    assert "10 to talk about" in response.context["lede"].replace("ten", "10")


def line_of(partner: str) -> Any:
    return next(line for line in sheet().context["talk"] if str(line.relationship) == partner)


def flag(row: Relationship, kind: str, days: int) -> None:
    HealthFlag.objects.create(relationship=row, account=row.account, kind=kind, since=ago(days))


def test_a_line_tells_no_fact_twice() -> None:
    """The reason why a renewal is told quotes a flag or the silence: it is not there besides as well."""
    row = people.relationship(account=people.account("Osprey"), renewal_on=today() + timedelta(days=40))
    hold(60)
    flag(row, "single_threaded", 90)
    line = line_of("Osprey")
    assert line.fact.startswith("renews") and line.why.startswith("Single-threaded since") and line.also == ""
    flag(row, "going_quiet", 95)
    line = line_of("Osprey")
    assert line.why.startswith("Going quiet since") and line.also == "Besides: another flag."
    Relationship.objects.filter(pk=row.pk).update(due_on=ago(70), overdue_from=ago(69), every_days=300)
    line = line_of("Osprey")
    assert line.fact.startswith("renews"), "that it is overdue was known the last time"
    assert line.why.startswith("Never in touch") and line.also == "Besides: a flag."


def test_what_is_new_since_the_last_one_stands_before_what_was_there_already_and_says_so() -> None:
    for number in range(8):
        flag(people.relationship(account=people.account(f"Old {number}")), "single_threaded", 100 + number)
    late = people.relationship(account=people.account("Late"))
    people.promise(late, due_on=ago(40), made_on=ago(50))
    felt = people.relationship(account=people.account("Fenwick"))
    flag(people.relationship(account=people.account("New")), "one_sided", 5)
    hold(20)
    actions.feel(actor=people.alice(), now=Now.on(ago(5)), relationship=felt, word="troubled", note="Cold on the phone")
    response = sheet()
    assert [(str(line.relationship), line.new) for line in response.context["talk"]][:4] == [
        ("Fenwick", True),
        ("New", True),
        ("Late", False),
        ("Old 0", False),
    ]
    assert response.content.decode().count(">new</span>") == 2
    assert "what is critical, then what is new, the worst first" in response.content.decode()
    assert [str(line.relationship) for line in sheet(all="talk").context["lines"]][:3] == ["Fenwick", "New", "Late"]


def test_a_critical_complaint_is_to_be_talked_about_from_its_first_day_until_it_is_answered() -> None:
    row = people.relationship(account=people.account("Northmere"))
    people.promise(row, due_on=ago(3), made_on=ago(9))
    said = people.feedback(row, heard_on=today(), nature="complaint", severity=3, said="The ice was warm")
    milder = people.feedback(people.relationship(), heard_on=today(), nature="complaint", severity=2)
    response = sheet()
    line = response.context["talk"][0]
    assert str(line.relationship) == "Northmere" and "The ice was warm" in line.fact
    assert line.why.startswith("Critical. Complaint")
    assert line.address == said.get_absolute_url() and "a promise of ours is late" in line.also
    assert str(milder.relationship) not in {partner for partner, _fact in talked(response)}
    Feedback.objects.filter(pk=said.pk).update(answered_on=today())
    assert "The ice was warm" not in sheet().context["talk"][0].fact


def test_a_critical_complaint_beside_a_problem_is_named_besides() -> None:
    row = people.relationship(account=people.account("Northmere"))
    actions.open_problem(
        actor=people.alice(), now=Now.on(ago(9)), relationship=row, what="No ice", severity=3, opened_on=ago(9)
    )
    people.feedback(row, heard_on=ago(1), nature="complaint", severity=3)
    assert "a critical complaint without an answer" in line_of("Northmere").also


def test_what_the_person_asked_for_is_told_with_whoever_was_asked() -> None:
    row = people.relationship(account=people.account("Ewos"))
    comment = Comment.objects.create(
        relationship=row, text="@Mona can we lend them a van?", written_by=people.alice(), written_at=Now.read().instant
    )
    Mention.objects.create(comment=comment, user=people.mona())
    people.promise(row, what="Ring their board", keeper=people.mona())
    hold(9, asked="A driver on Thursdays")
    for reader in (people.mona(), people.alice()):
        response = sheet(reader)
        assert response.context["asked"] == "A driver on Thursdays"
        assert [wish.why for wish in response.context["wishes"]] == [
            "Named Mona Moreau today.",
            "Mona Moreau sees to it.",
        ]


def told(response: Any) -> list[str]:
    """The page's own lines, without what is of the request alone."""
    page = response.content.decode().split('<div id="sheet"')[1]
    return [line for line in page.splitlines() if "csrf" not in line]


def test_no_sheet_differs_by_what_a_colleague_has() -> None:
    people.relationship(account=people.account("Ewos"))
    before = told(sheet())
    for _number in range(3):
        people.promise(people.relationship(owner=people.bob()), due_on=ago(5))
    assert told(sheet()) == before


# What is noted -------------------------------------------------------------------------------------------------------


def test_held_today_is_kept_once_changed_and_taken_back() -> None:
    client = client_of(people.mona())
    address = f"/people/{people.alice().pk}/one-to-ones/new/"
    people.been_here_since(ago(400))
    sent = {"held_on": today().isoformat(), "note": " Ice first ", "asked": ""}
    assert client.post(address, sent).status_code == 302
    again = client.post(address, {**sent, "note": "Typed twice"})
    page = again.content.decode()
    row = OneToOne.objects.get()
    assert again.status_code == 422
    assert "is noted already: this is it, with what you typed." in page
    assert f'action="{reverse("one_to_one_edit", args=[row.pk])}"' in page
    assert again.context["form"]["note"].value() == "Ice first\n\nTyped twice"
    assert (row.note, row.manager, row.person) == ("Ice first", people.mona(), people.alice())
    step = accounts.change_one_to_one(
        actor=people.mona(), now=Now.read(), one_to_one=row, values={"note": "Salt", "held_on": ago(2)}
    ).step
    assert OneToOne.objects.get().held_on == ago(2)
    take_back(step_id=step.pk, actor=people.mona(), now=Now.read())
    assert (OneToOne.objects.get().note, OneToOne.objects.get().held_on) == ("Ice first", today())
    gone = accounts.remove_one_to_one(actor=people.mona(), now=Now.read(), one_to_one_id=row.pk)
    assert not OneToOne.objects.exists()
    take_back(step_id=gone.step.pk, actor=people.mona(), now=Now.read())
    assert OneToOne.objects.get().note == "Ice first"


def test_a_day_to_come_is_refused_where_it_was_typed() -> None:
    address = f"/people/{people.alice().pk}/one-to-ones/new/"
    response = client_of(people.mona()).post(address, {"held_on": (today() + timedelta(days=3)).isoformat()})
    assert response.status_code == 422
    assert response.context["form"].errors["held_on"] == ["This day is still to come. Note it once you have talked."]


def test_a_second_one_of_a_day_is_saved_into_the_first_which_nobody_changed_meanwhile() -> None:
    row, client = hold(0, note="Ice", asked="A van"), client_of(people.mona())
    address = reverse("one_to_one_create", args=[people.alice().pk])
    sent = {"held_on": today().isoformat(), "note": "Salt", "asked": "A van"}
    again = client.post(address, sent)
    form = again.context["form"]
    both = {name: form[name].value() for name in ("held_on", "note", "asked")}
    assert both == {"held_on": today().isoformat(), "note": "Ice\n\nSalt", "asked": "A van"}
    saved = client.post(again.context["action"], {**both, "version": again.context["version"]})
    assert saved.status_code == 302
    kept = OneToOne.objects.get()
    assert (kept.pk, kept.note, kept.asked) == (row.pk, "Ice\n\nSalt", "A van")
    stale = client.post(again.context["action"], {**both, "note": "Other", "version": again.context["version"]})
    assert stale.status_code == 422 and "while you typed" in stale.content.decode()


def test_once_noted_the_button_changes_the_one_of_today_and_another_day_is_still_noted() -> None:
    people.relationship()
    client, day = client_of(people.mona()), dates.plain(today(), today())
    new = reverse("one_to_one_create", args=[people.alice().pk])
    assert client.get(new).context["form"]["held_on"].value() == today()
    assert sheet().context["held_today"] is None and "Held today" in sheet().content.decode()
    row = hold(0)
    change = reverse("one_to_one_edit", args=[row.pk])
    for address in (f"/people/{people.alice().pk}/one-to-one/", "/people/one-to-ones/"):
        page = client.get(address).content.decode()
        assert "Held today" not in page and "Change today’s" in page and f'href="{change}"' in page
    assert f'href="{new}"' in sheet().content.decode(), "one of another day"
    assert client.get(new).context["form"]["held_on"].value() is None
    hers = sheet(people.alice()).content.decode()
    assert "Change today’s" not in hers and new not in hers
    said = [step.said for step in UndoStep.objects.filter(actor=people.mona())]
    assert said == [f"One-to-one with Alice Ahlberg on {day} noted"]


def test_every_message_names_the_day_so_that_taking_back_is_no_guess() -> None:
    mona, now = people.mona(), Now.read()
    long_ago = date(today().year - 1, 3, 2)
    row, other = hold(9), hold((today() - long_ago).days)
    accounts.change_one_to_one(actor=mona, now=now, one_to_one=row, values={"note": "Ice"})
    accounts.remove_one_to_one(actor=mona, now=now, one_to_one_id=other.pk)
    day = dates.plain(ago(9), today())
    assert [step.said for step in UndoStep.objects.filter(actor=mona).order_by("id")] == [
        f"One-to-one with Alice Ahlberg on {day} noted",
        f"One-to-one with Alice Ahlberg on 2 March {today().year - 1} noted",
        f"One-to-one with Alice Ahlberg on {day} changed",
        f"One-to-one with Alice Ahlberg on 2 March {today().year - 1} removed",
    ]


def test_a_day_before_the_person_was_there_is_refused_where_it_was_typed() -> None:
    alice, client = people.alice(), client_of(people.mona())
    people.been_here_since(date(2025, 11, 4))
    address = reverse("one_to_one_create", args=[alice.pk])
    why = ["Alice Ahlberg has been here since 4 November 2025, so it can't have been before that."]
    for day in ("1970-01-02", "2025-11-03"):
        response = client.post(address, {"held_on": day, "note": "Typed"})
        assert response.status_code == 422 and "Typed" in response.content.decode()
        assert response.context["form"].errors["held_on"] == why
    assert client.post(address, {"held_on": "2025-11-04"}).status_code == 302
    row = OneToOne.objects.get()
    edit = reverse("one_to_one_edit", args=[row.pk])
    assert client.post(edit, {"held_on": "2025-11-03"}).status_code == 422
    people.been_here_since(date(2026, 1, 1))
    assert client.post(edit, {"held_on": "2025-11-04", "note": "Kept"}).status_code == 302, "it stands as it was noted"


def test_what_is_noted_is_read_by_the_two_and_not_by_another_manager_of_the_person() -> None:
    people.relationship()
    hold(9, note="Between us", asked="A van")
    other = people._person("Nora Lead", people.north(), Membership.Role.MANAGER)
    assert "Between us" in sheet(people.alice()).content.decode()
    response = sheet(other)
    assert response.status_code == 200
    assert "Between us" not in response.content.decode() and "A van" not in response.content.decode()
    assert response.context["begin"].day == ago(28), "she has held none"
    assert list(OneToOne.objects.visible_to(people.adam())) == []


def test_who_no_longer_manages_somebody_notes_nothing_and_takes_nothing_back() -> None:
    row = hold(9)
    Membership.objects.filter(user=people.mona()).delete()
    mona = User.objects.get(pk=people.mona().pk)
    with pytest.raises(User.DoesNotExist):
        accounts.hold_one_to_one(actor=mona, now=Now.read(), person=people.alice(), held_on=today())
    with pytest.raises(OneToOne.DoesNotExist):
        accounts.remove_one_to_one(actor=mona, now=Now.read(), one_to_one_id=row.pk)
    with pytest.raises(ValidationError):
        OneToOne(person=mona, manager=mona, held_on=today(), noted_at=Now.read().instant).full_clean()


# Ways there, and what it costs ---------------------------------------------------------------------------------------


def test_the_list_names_the_team_by_name_with_the_last_day_and_the_portfolio_leads_there() -> None:
    people.relationship(), people.bob()
    hold(9)
    response = client_of(people.mona()).get("/people/one-to-ones/")
    assert [(str(one), last) for one, last, _today in response.context["team"]] == [
        ("Alice Ahlberg", "9 days ago"),
        ("Bob Brandt", ""),
    ]
    way = f"/people/{people.alice().pk}/one-to-one/"
    book = f"/portfolio/?owner={people.alice().pk}"
    assert way in client_of(people.mona()).get(book).content.decode()
    assert way not in client_of(people.bob()).get(book).content.decode()
    narrowed = f"/insights/?owner={people.alice().pk}"
    assert way in client_of(people.mona()).get(narrowed).content.decode()
    assert way not in client_of(people.bob()).get(narrowed).content.decode()


def test_a_sheet_of_twenty_takes_as_many_queries_as_one_of_one() -> None:
    counts = []
    for size in (1, 19):
        for number in range(size):
            row = people.relationship(renewal_on=today() + timedelta(days=9))
            people.promise(row, due_on=ago(number % 5 + 1), keeper=people.bob())
            kept = people.promise(row, due_on=ago(4), made_on=ago(8))
            actions.keep_promise(actor=people.alice(), now=Now.read(), commitment=kept, kept_on=ago(5))
            people.feedback(row, heard_on=ago(12), nature="complaint")
            actions.open_problem(
                actor=people.alice(), now=Now.on(ago(9)), relationship=row, what="Ice", severity=3, opened_on=ago(9)
            )
            HealthFlag.objects.create(relationship=row, account=row.account, kind="fair_weather", since=ago(4))
            actions.feel(actor=people.alice(), now=Now.read(), relationship=row, word="uneasy")
            Snapshot.objects.filter(relationship=row).delete()
            stood(row, 52.0, 61.0)
        hold(10 + size, asked="A van", note="Ice")
        reader = client_of(people.mona())
        with CaptureQueriesContext(connection) as queries:
            response = reader.get(f"/people/{people.alice().pk}/one-to-one/")
        assert response.context["talk"] and response.context["good"]
        counts.append(len(queries))
    assert counts == [QUERIES, QUERIES]
