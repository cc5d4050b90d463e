"""A calendar given, read, stopped; what it tells confirmed or dismissed. The server is a real one on this machine."""

from __future__ import annotations

import ipaddress
import logging
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import connection
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import Affiliation, Contact, UndoStep, User
from accounts.undo import take_back
from meetings import actions, tasks
from meetings.actions import capture as verbs
from meetings.models import CalendarSource, CapturedEvent, CapturedMatch, Meeting, Participant
from relationships.actions import log_interaction
from relationships.models import Interaction, Relationship
from tests import people
from tests.conftest import REAL_DATA
from tests.serving import Answer, Served, answer, serving
from web.clock import Now
from web.sealed import seal

pytestmark = pytest.mark.django_db

NOW = Now(datetime(2026, 11, 26, 12, tzinfo=UTC))
LATER = Now(NOW.instant + timedelta(minutes=16))
SECRET = "s3cretpath"
BOB = "bob@concord.example"
NOT_ALICE = "ATTENDEE;PARTSTAT=DECLINED:mailto:alice@concord.example"
INGRID, OMAR = "ingrid@nordwind.example", "omar@nordwind.example"


@pytest.fixture(autouse=True)
def here(settings: Settings) -> None:
    settings.CALENDAR_SECONDS = 1.5
    settings.CALENDAR_NETWORKS = [ipaddress.ip_network("127.0.0.0/8")]


def event(uid: str, starts: str, *who: str, title: str = "", more: str = "") -> str:
    lines = [f"UID:{uid}", f"DTSTART:{starts}", "DURATION:PT45M", f"SUMMARY:{title or uid}", *more.split("|")]
    lines += [f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{address}" for address in who]
    return "\n".join(["BEGIN:VEVENT", *filter(None, lines), "END:VEVENT"])


def calendar(*events: str) -> bytes:
    return "\n".join(["BEGIN:VCALENDAR", *events, "END:VCALENDAR", ""]).encode()


PAST = event("past", "20261124T140000Z", INGRID, "alice@concord.example", title="Quarterly review")
COMING = event("coming", "20261203T100000Z", INGRID, title="Next steps")


def contact(email: str = INGRID, row: Relationship | None = None) -> Contact:
    person = Contact.objects.create(name=email.partition("@")[0].title(), email=email)
    Affiliation.objects.create(contact=person, account=(row or people.relationship()).account)
    return person


def given(body: bytes, user: User | None = None) -> CalendarSource:
    with serving({f"/{SECRET}.ics": answer(body=body)}) as server:
        return actions.give_calendar(actor=user or people.alice(), now=NOW, address=server.at(f"/{SECRET}.ics"))


def captured(uid: str = "past") -> CapturedEvent:
    return CapturedEvent.objects.get(uid=uid)


def asked(user: User | None = None, now: Now = NOW) -> list[str]:
    found = CapturedEvent.objects.asking(user or people.alice(), now)
    return list(found.order_by("starts_at").values_list("uid", flat=True))


# Given ---------------------------------------------------------------------------------------------------------------


def test_what_has_people_of_theirs_in_it_waits_and_nothing_else_is_kept() -> None:
    contact("Ingrid@Nordwind.Example")
    source = given(
        calendar(
            PAST,
            COMING,
            event("private", "20261125T090000Z", "doctor@elsewhere.example"),
            event("alone", "20261125T100000Z"),
            event("off", "20261125T110000Z", INGRID, more="STATUS:CANCELLED"),
            event(
                "not mine", "20261125T120000Z", INGRID, more="ATTENDEE;PARTSTAT=DECLINED:mailto:alice@concord.example"
            ),
            event("broken", "20269925T120000Z", INGRID, title="Broken one"),
        )
    )
    assert (source.host, source.events, source.matched, source.left_out) == ("127.0.0.1", 6, 2, 1)
    assert source.skipped == [["Broken one", "bad_time"]]
    assert asked() == ["past", "coming"]
    assert CapturedEvent.objects.count() == 2
    assert captured().day.isoformat() == "2026-11-24"
    assert not Interaction.objects.exists() and not Meeting.objects.exists()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (answer(403, b""), "The server lets nobody in with this address."),
        (answer(body=b"<html>Sign in</html>"), "That is a web page and no calendar"),
        (answer(body=b"nonsense"), "What lies there is no calendar"),
    ],
)
def test_what_cannot_be_read_is_refused_with_words_and_the_former_one_stays(body: Answer, said: str) -> None:
    former = given(calendar(PAST))
    with serving({"/x": body}) as server, pytest.raises(ValidationError) as raised:
        actions.give_calendar(actor=people.alice(), now=LATER, address=server.at("/x"))
    assert said in raised.value.message_dict["address"][0]
    assert bytes(CalendarSource.objects.get().address) == bytes(former.address)


def test_this_machine_is_not_read_unless_the_settings_allow_it(settings: Settings) -> None:
    settings.CALENDAR_NETWORKS = []
    with pytest.raises(ValidationError) as raised:
        given(calendar(PAST))
    assert "private network" in raised.value.message_dict["address"][0]
    assert not CalendarSource.objects.exists()


def test_the_address_stands_nowhere_in_the_clear(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    contact()
    given(calendar(PAST, COMING))
    with serving({}) as server, pytest.raises(ValidationError):
        actions.give_calendar(actor=people.alice(), now=NOW, address=server.at(f"/{SECRET}"))
    # Nobody serves it any more.
    tasks_done = actions.read_calendars(now=LATER)
    actions.dismiss_captured(actor=people.alice(), now=NOW, event=captured())
    assert tasks_done == 1
    assert SECRET not in caplog.text
    kept = serializers.serialize(
        "json", [*CalendarSource.objects.all(), *CapturedEvent.objects.all(), *UndoStep.objects.all()]
    )
    assert SECRET not in kept
    assert not [table for table in connection.introspection.table_names() if "source" in table and "event" in table]


def test_stopping_forgets_the_address_and_what_waits_and_what_was_dismissed_stays_so() -> None:
    contact()
    given(calendar(PAST, COMING))
    actions.dismiss_captured(actor=people.alice(), now=NOW, event=captured())
    assert actions.stop_reading(actor=people.alice(), now=NOW) == 1
    assert list(CapturedEvent.objects.values_list("uid", "state")) == [("past", "dismissed")]
    given(calendar(PAST, COMING))
    assert asked() == ["coming"]


# Read ----------------------------------------------------------------------------------------------------------------


def test_reading_again_follows_the_calendar_and_repeats_nothing() -> None:
    contact()
    states = [
        calendar(PAST, COMING),
        calendar(PAST, event("coming", "20261204T110000Z", INGRID, title="Moved")),
        calendar(PAST),
        calendar(PAST, COMING),
    ]
    told = []
    with serving({"/c": lambda handler: answer(body=states[0])(handler)}) as server:
        actions.give_calendar(actor=people.alice(), now=NOW, address=server.at("/c"))
        for number in range(4):
            states[0] = states[number]
            now = Now(NOW.instant + timedelta(minutes=16 * (number + 1)))
            assert (actions.read_calendars(now=now), actions.read_calendars(now=now)) == (1, 0)
            told.append([(row.uid, row.title, row.gone) for row in CapturedEvent.objects.order_by("starts_at")])
        assert len(server.asked) == 5
    assert told[1] == [("past", "Quarterly review", False), ("coming", "Moved", False)]
    assert told[2] == [("past", "Quarterly review", False), ("coming", "Moved", True)]
    assert told[3] == [("past", "Quarterly review", False), ("coming", "Next steps", False)]


def test_an_unchanged_calendar_is_not_sent_again_until_it_is_read_anew() -> None:
    def marked(handler: Any) -> None:
        same = handler.headers["If-None-Match"] == '"1"'
        answer(304 if same else 200, b"" if same else calendar(PAST), ETag='"1"')(handler)

    with serving({"/c": marked}) as server:
        actions.give_calendar(actor=people.alice(), now=NOW, address=server.at("/c"))
        # Somebody becomes known to us meanwhile.
        contact()
        for minutes in (16, 32, 200):
            actions.read_calendars(now=Now(NOW.instant + timedelta(minutes=minutes)))
            seen = asked(now=NOW)
            assert seen == (["past"] if minutes == 200 else [])
        assert ["if-none-match" in headers for _path, headers in server.asked] == [False, True, True, False]


def test_slow_and_broken_calendars_keep_nobody_back_and_are_asked_ever_later() -> None:
    stop = threading.Event()

    def silent(handler: Any) -> None:
        stop.wait(20)

    users = [people.alice(), people.bob(), people.mona(), people.outsider()]
    with serving({"/good": answer(body=calendar(PAST)), "/slow": silent, "/page": answer(body=b"<html>")}) as server:
        for user, path in zip(users, ("/slow", "/page", "/gone", "/good"), strict=True):
            CalendarSource.objects.create(
                user=user,
                address=seal(server.at(path), verbs.PURPOSE),
                host="127.0.0.1",
                given_at=NOW.instant,
                next_read_at=NOW.instant,
            )
        CalendarSource.objects.create(
            user=people.adam(),
            address=b"sealed under another key",
            host="x",
            given_at=NOW.instant,
            next_read_at=NOW.instant,
        )
        assert actions.read_calendars(now=NOW) == 5
        stop.set()
    kept = {source.user.email.partition("@")[0]: source for source in CalendarSource.objects.select_related("user")}
    assert {name: source.error for name, source in kept.items()} == {
        "alice": "too_slow",
        "bob": "a_page",
        "mona": "gone",
        "olga": "",
        "adam": "sealed",
    }
    assert kept["alice"].next_read_at == NOW.instant + timedelta(minutes=30)
    assert kept["olga"].next_read_at == NOW.instant + timedelta(minutes=15)
    assert kept["olga"].read_at == NOW.instant


def test_one_that_fails_here_in_the_middle_is_named_without_its_words(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    contact()
    given(calendar(PAST))

    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError(SECRET)

    with serving({f"/{SECRET}": answer(body=calendar(PAST))}) as server:
        CalendarSource.objects.update(address=seal(server.at(f"/{SECRET}"), verbs.PURPOSE))
        monkeypatch.setattr(verbs, "_keep", broken)
        assert actions.read_calendars(now=LATER) == 1
    assert CalendarSource.objects.get().error == "failed"
    assert "RuntimeError" in caplog.text and SECRET not in caplog.text


def test_the_job_reads_what_is_due_and_whoever_left_is_not_read() -> None:
    given(calendar(PAST))
    CalendarSource.objects.update(next_read_at=datetime(2020, 1, 1, tzinfo=UTC))
    User.objects.update(is_active=False)
    assert tasks.read_calendars() == 0
    User.objects.update(is_active=True)
    assert (tasks.read_calendars(), tasks.read_calendars()) == (1, 0)


def test_a_calendar_costs_the_same_whatever_it_holds(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    row = people.relationship()
    addresses = [f"person{number}@nordwind.example" for number in range(50)]
    for address in addresses:
        contact(address, row)
    few = calendar(event("0", "20261124T140000Z", addresses[0]))
    many = calendar(*[event(str(one), "20261124T140000Z", *addresses) for one in range(50)])
    for body in (few, many):
        actions.stop_reading(actor=people.alice(), now=NOW)
        with django_assert_num_queries(27):
            given(body)
    assert CapturedMatch.objects.count() == 2500


@pytest.mark.real_data
def test_each_real_calendar_is_read_from_a_server_or_refused_with_a_reason() -> None:
    paths = sorted((REAL_DATA / "ical").rglob("*.ics"))
    answers = {f"/{number}": answer(body=path.read_bytes()) for number, path in enumerate(paths)}
    outcomes = {"read": 0, "refused": 0}
    with serving(answers) as server:
        for number, _path in enumerate(paths):
            outcomes[given_or_refused(server, number)] += 1
    assert sum(outcomes.values()) == len(paths) and min(outcomes.values()) > 5


def given_or_refused(server: Served, number: int) -> str:
    began = datetime.now(UTC)
    try:
        actions.give_calendar(actor=people.alice(), now=NOW, address=server.at(f"/{number}"))
    except ValidationError as error:
        assert error.message_dict["address"][0]
        return "refused"
    finally:
        assert datetime.now(UTC) - began < timedelta(seconds=10)
    return "read"


# Confirmed -----------------------------------------------------------------------------------------------------------


def test_confirming_logs_a_meeting_with_the_people_of_both_sides_and_undo_asks_again() -> None:
    person = contact()
    body = calendar(
        event(
            "past", "20261124T233000Z", INGRID, "bob@concord.example", title="Review", more=f"ORGANIZER:mailto:{INGRID}"
        )
    )
    people.bob()
    given(body)
    done = actions.log_captured(actor=people.alice(), now=NOW, event=captured())
    entry = Interaction.objects.get()
    assert (entry.channel, entry.two_way, entry.summary, entry.begun_by) == ("meeting", True, "Review", "theirs")
    assert list(entry.contacts.all()) == [person]
    assert {user.email for user in entry.colleagues.all()} == {"alice@concord.example", "bob@concord.example"}
    assert entry.occurred_on.isoformat() == "2026-11-24"
    assert (captured().state, asked()) == ("logged", [])
    taken = take_back(step_id=done.step.pk, actor=people.alice(), now=NOW)
    assert (Interaction.objects.count(), asked()) == (0, ["past"])
    take_back(step_id=taken.step.pk, actor=people.alice(), now=NOW)
    assert (Interaction.objects.count(), asked()) == (1, [])


def test_what_is_private_in_the_calendar_says_nothing_in_the_log() -> None:
    contact()
    given(
        calendar(event("past", "20261124T140000Z", INGRID, title="Severance talk", more="CLASS:PRIVATE|LOCATION:Café"))
    )
    actions.log_captured(actor=people.alice(), now=NOW, event=captured())
    assert Interaction.objects.get().summary == ""


def test_confirming_what_is_to_come_plans_it_as_the_calendar_has_it() -> None:
    person = contact()
    given(calendar(COMING))
    done = actions.plan_captured(actor=people.alice(), now=NOW, event=captured("coming"))
    meeting = Meeting.objects.get()
    assert (meeting.title, meeting.uid, meeting.minutes, meeting.state) == ("Next steps", "coming", 45, "planned")
    assert meeting.starts_at == datetime(2026, 12, 3, 10, tzinfo=UTC)
    assert [(one.person, one.answer) for one in meeting.people.theirs()] == [(person, Participant.Answer.COMES)]
    assert asked() == []
    # It is ours now: what the calendar says of it is no news.
    given(calendar(COMING))
    assert asked() == []
    take_back(step_id=done.step.pk, actor=people.alice(), now=NOW)
    assert (Meeting.objects.count(), asked()) == (0, ["coming"])


def test_one_instance_of_a_series_is_confirmed_by_itself() -> None:
    contact()
    given(calendar(event("weekly", "20261110T100000Z", INGRID, more="RRULE:FREQ=WEEKLY")))
    instances = CapturedEvent.objects.filter(uid="weekly").order_by("starts_at")
    first = instances[0]
    actions.log_captured(actor=people.alice(), now=NOW, event=first)
    actions.plan_captured(actor=people.alice(), now=NOW, event=instances.get(instance="20261201T100000Z"))
    assert list(instances.values_list("state", flat=True))[:4] == ["logged", "waiting", "waiting", "planned"]
    assert Interaction.objects.get().occurred_on.isoformat() == "2026-11-10"
    given(calendar(event("weekly", "20261110T100000Z", INGRID, more="RRULE:FREQ=WEEKLY")))
    assert captured_states() == {"logged": 1, "planned": 1}


def captured_states() -> dict[str, int]:
    states = list(CapturedEvent.objects.exclude(state="waiting").values_list("state", flat=True))
    return {state: states.count(state) for state in set(states)}


def test_a_meeting_with_two_partners_is_logged_with_both_and_taken_back_at_once() -> None:
    contact(), contact(OMAR)
    given(calendar(event("past", "20261124T140000Z", INGRID, OMAR)))
    done = actions.log_captured(actor=people.alice(), now=NOW, event=captured())
    assert Interaction.objects.count() == 2
    take_back(step_id=done.step.pk, actor=people.alice(), now=NOW)
    assert Interaction.objects.count() == 0


def test_two_people_with_one_address_have_to_be_told_apart() -> None:
    first, _second = contact(), contact()
    given(calendar(PAST))
    with pytest.raises(ValidationError) as raised:
        actions.log_captured(actor=people.alice(), now=NOW, event=captured())
    assert "several" in raised.value.message_dict["with_whom"][0]
    chosen = CapturedMatch.objects.get(contact=first)
    actions.log_captured(actor=people.alice(), now=NOW, event=captured(), matches=[chosen.pk])
    assert list(Interaction.objects.get().contacts.all()) == [first]


def test_dismissing_is_for_good_and_can_be_taken_back() -> None:
    contact()
    given(calendar(PAST))
    done = actions.dismiss_captured(actor=people.alice(), now=NOW, event=captured())
    given(calendar(PAST))
    assert asked() == []
    with pytest.raises(ValidationError):
        actions.log_captured(actor=people.alice(), now=NOW, event=captured())
    take_back(step_id=done.step.pk, actor=people.alice(), now=NOW)
    assert asked() == ["past"]


def test_what_was_written_down_by_hand_or_planned_here_is_not_asked() -> None:
    person, row = contact(), Relationship.objects.get()
    given(calendar(PAST, COMING))
    by: dict[str, Any] = {"actor": people.alice(), "now": NOW}
    log_interaction(relationship=row, occurred_on=captured().day, channel="call", contacts=[person], **by)
    assert asked() == ["coming"]
    starts = captured("coming").starts_at
    actions.plan_meeting(
        relationships=[row], title="x", starts_at=starts, zone="UTC", contacts={row.pk: [person]}, **by
    )
    assert asked() == []


def test_nobody_else_sees_or_settles_it_and_rights_are_those_of_today() -> None:
    contact()
    given(calendar(PAST))
    for stranger in (people.bob(), people.mona(), people.adam(), people.outsider(), people.petra()):
        assert not CapturedEvent.objects.visible_to(stranger).exists()
        assert not CalendarSource.objects.visible_to(stranger).exists()
        assert not CapturedMatch.objects.visible_to(stranger).exists()
        for verb in (actions.log_captured, actions.dismiss_captured, actions.plan_captured):
            with pytest.raises(CapturedEvent.DoesNotExist):
                verb(actor=stranger, now=NOW, event=captured())
    # The partner is another team's by now.
    Relationship.objects.update(owner=people.outsider(), team=people.south())
    assert asked(User.objects.get(pk=people.alice().pk)) == []
    with pytest.raises(ValidationError):
        actions.log_captured(actor=people.alice(), now=NOW, event=captured())


def test_what_is_settled_long_ago_is_forgotten() -> None:
    contact()
    given(calendar(PAST))
    CapturedEvent.objects.update(state="logged")
    with serving({"/c": answer(body=calendar())}) as server:
        later = Now(NOW.instant + timedelta(days=100))
        actions.give_calendar(actor=people.alice(), now=later, address=server.at("/c"))
    assert not CapturedEvent.objects.exists()
