"""Series as meetings: made ahead, changed and ended from one on, told to calendars, and all of it taken back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Affiliation, Contact
from accounts.undo import take_back
from meetings import actions
from meetings.calendar_queries import series_for
from meetings.models import CalendarMessage, Meeting, MeetingAccount, Participant, Series
from meetings.series import Rule, parse
from relationships.models import Evidence
from tests import people
from web.clock import Now

pytestmark = pytest.mark.django_db

NOW = Now.parse("2026-09-01T09:00:00+00:00")
SOON = Now(NOW.instant + timedelta(seconds=21))
WEEK = timedelta(days=7)
OSLO = ZoneInfo("Europe/Oslo")
TUESDAYS = parse("FREQ=WEEKLY;BYDAY=TU")
FORTNIGHT = parse("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU")


def planned(**fields: Any) -> Meeting:
    """Alice's with Ingrid and Bob, on Tuesday 8 September at 9:30 in Oslo."""
    row = people.relationship(account=people.account("Fjord"), zone="Europe/Oslo")
    ingrid = Contact.objects.create(name="Ingrid Solberg", email="ingrid@fjord.example")
    Affiliation.objects.create(contact=ingrid, account_id=row.account_id)
    values: dict[str, Any] = {
        "title": "Check-in",
        "starts_at": datetime(2026, 9, 8, 9, 30, tzinfo=OSLO),
        "zone": "Europe/Oslo",
        "colleagues": [people.alice(), people.bob()],
        "contacts": {row.pk: [ingrid]},
    }
    return actions.plan_meeting(actor=people.alice(), now=NOW, relationships=[row], **{**values, **fields}).row


def series(rule: Rule = FORTNIGHT, *, invited: bool = False, **fields: Any) -> list[Meeting]:
    meeting = planned(**fields)
    if invited:
        actions.invite(actor=people.alice(), now=NOW, meeting=meeting)
    actions.make_series(actor=people.alice(), now=SOON, meeting=meeting, rule=rule)
    return rows()


def rows() -> list[Meeting]:
    return list(Meeting.objects.order_by("starts_at", "pk"))


def whole() -> dict[str, list[Any]]:
    """Everything that meetings are, for comparing; the number that only rises left out."""
    left_out = {"sequence"}
    return {
        model.__name__: list(
            model._base_manager.order_by("pk").values_list(
                *(one.attname for one in model._meta.concrete_fields if one.name not in left_out)
            )
        )
        for model in (Series, Meeting, MeetingAccount, Participant)
    }


def told(since: Now) -> list[tuple[str, str, bool, int]]:
    found = CalendarMessage.objects.wanted().filter(wanted_at__gte=since.instant).order_by("sequence", "pk")
    said = [
        (one.sequence, str(one.contact or one.user), one.method, one.series_id is not None)
        for one in found.select_related("user", "contact")
    ]
    return [(name, method, of_series, sequence) for sequence, name, method, of_series in sorted(said)]


# Made ----------------------------------------------------------------------------------------------------------------


def test_meetings_of_half_a_year_are_made_and_keep_their_time_through_the_clock_change() -> None:
    found = series()
    local = [one.starts_at.astimezone(OSLO) for one in found]
    assert {moment.time() for moment in local} == {time(9, 30)}
    assert [moment.date() for moment in local] == [date(2026, 9, 8) + 2 * number * WEEK for number in range(13)]
    assert {moment.utcoffset() for moment in local} == {timedelta(hours=1), timedelta(hours=2)}
    assert {one.parties.count() for one in found} == {1}
    assert {tuple(one.people.order_by("pk").values_list("answer", flat=True)) for one in found} == {("comes", "", "")}


def test_sweep_makes_what_comes_into_sight_once() -> None:
    found = series()
    assert actions.extend_series(now=SOON) == 0
    later = Now(NOW.instant + 4 * WEEK)
    assert actions.extend_series(now=later) == 2
    assert actions.extend_series(now=later) == 0
    last = rows()[-1]
    assert (last.title, last.starts_at - found[-1].starts_at) == ("Check-in", 4 * WEEK)
    assert last.people.count() == 3


def test_one_that_comes_once_a_year_has_its_next_one_all_the_same() -> None:
    found = series(parse("FREQ=YEARLY"))
    assert [one.starts_at.astimezone(OSLO).date() for one in found] == [date(2026, 9, 8)]
    assert actions.extend_series(now=Now.parse("2026-09-10T09:00:00+00:00")) == 1
    assert [one.starts_at.astimezone(OSLO).date() for one in rows()] == [date(2026, 9, 8), date(2027, 9, 8)]


def test_series_ends_where_its_rule_does_and_not_with_partners_who_are_gone() -> None:
    found = series(parse("FREQ=WEEKLY;BYDAY=TU;COUNT=3"))
    assert len(found) == 3
    assert actions.extend_series(now=Now(NOW.instant + 20 * WEEK)) == 0
    party = found[0].parties.get()
    Series.objects.update(rule="FREQ=WEEKLY;BYDAY=TU", made_until=date(2026, 9, 22))
    type(party.relationship).objects.filter(pk=party.relationship_id).update(
        ended_on=date(2026, 9, 22), end_reason="They closed"
    )
    assert actions.extend_series(now=Now(NOW.instant + 2 * WEEK)) == 0


def test_rule_that_does_not_fit_the_day_is_refused() -> None:
    meeting = planned()
    with pytest.raises(ValidationError):
        actions.make_series(actor=people.alice(), now=NOW, meeting=meeting, rule=parse("FREQ=WEEKLY;BYDAY=WE"))
    actions.make_series(actor=people.alice(), now=NOW, meeting=meeting, rule=TUESDAYS)
    with pytest.raises(ValidationError):
        actions.make_series(actor=people.alice(), now=NOW, meeting=meeting, rule=TUESDAYS)


# Taken back ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("deed", ["make", "change one", "cancel one", "time", "day", "place", "rule", "end"])
def test_each_deed_is_taken_back_and_done_again(deed: str) -> None:
    alice = people.alice()
    meeting = planned() if deed == "make" else series()[3]
    before = whole()
    by: dict[str, Any] = {"actor": alice, "now": SOON, "meeting": meeting}
    match deed:
        case "make":
            done = actions.make_series(**by, rule=FORTNIGHT)
        case "change one":
            done = actions.change_meeting(**by, values={"starts_at": meeting.starts_at + timedelta(hours=2)})
        case "cancel one":
            done = actions.cancel_meeting(**by)
        case "time":
            done = actions.change_following(**by, values={"starts_at": meeting.starts_at + timedelta(hours=2)})
        case "day":
            done = actions.change_following(**by, values={"starts_at": meeting.starts_at + timedelta(days=1)})
        case "place":
            done = actions.change_following(**by, values={"place": "Elsewhere", "title": "Other"})
        case "rule":
            done = actions.change_following(**by, values={}, rule=TUESDAYS)
        case _:
            done = actions.end_series(**by)
    after = whole()
    assert after != before
    back = take_back(step_id=done.step.pk, actor=alice, now=SOON)
    assert whole() == before
    take_back(step_id=back.step.pk, actor=alice, now=SOON)
    assert {name: len(found) for name, found in whole().items()} == {name: len(found) for name, found in after.items()}


# This one, and those that follow -------------------------------------------------------------------------------------


def days_of(found: list[Meeting]) -> list[str]:
    return [f"{one.starts_at.astimezone(OSLO):%d.%m. %H:%M}" for one in found]


def test_another_time_from_one_on_leaves_what_comes_before() -> None:
    found = series(parse("FREQ=WEEKLY;BYDAY=TU;COUNT=4"))
    at = found[2].starts_at + timedelta(hours=1)
    actions.change_following(
        actor=people.alice(), now=SOON, meeting=found[2], values={"starts_at": at, "place": "Here"}
    )
    assert days_of(rows()) == ["08.09. 09:30", "15.09. 09:30", "22.09. 10:30", "29.09. 10:30"]
    assert [one.place for one in rows()] == ["", "", "Here", "Here"]
    old, new = Series.objects.order_by("pk")
    assert (old.rule, new.rule) == ("FREQ=WEEKLY;BYDAY=TU;UNTIL=20260921", "FREQ=WEEKLY;BYDAY=TU;COUNT=2")


def test_another_day_of_all_of_them_is_the_same_series() -> None:
    found = series(parse("FREQ=MONTHLY;BYDAY=2TU;COUNT=3"))
    at = found[0].starts_at + timedelta(days=1)
    actions.change_following(actor=people.alice(), now=SOON, meeting=found[0], values={"starts_at": at})
    assert days_of(rows()) == ["09.09. 09:30", "14.10. 09:30", "11.11. 09:30"]
    assert Series.objects.get().rule == "FREQ=MONTHLY;BYDAY=2WE;COUNT=3"


def test_what_was_changed_by_itself_keeps_what_it_has() -> None:
    alice = people.alice()
    found = series(parse("FREQ=WEEKLY;BYDAY=TU;COUNT=4"))
    at = found[2].starts_at + timedelta(days=1)
    actions.change_meeting(actor=alice, now=SOON, meeting=found[2], values={"starts_at": at, "place": "Their place"})
    actions.change_following(actor=alice, now=SOON, meeting=found[1], values={"place": "Here"})
    assert [(one.place, one.differs) for one in rows()] == [
        ("", False),
        ("Here", False),
        ("Their place", True),
        ("Here", False),
    ]
    assert days_of(rows())[2] == "23.09. 09:30"


def test_what_another_rule_has_no_day_for_is_called_off_and_it_is_kept_when() -> None:
    found = series(parse("FREQ=WEEKLY;BYDAY=TU;COUNT=4"))
    actions.change_following(
        actor=people.alice(), now=SOON, meeting=found[0], values={}, rule=parse("FREQ=WEEKLY;BYDAY=TU;COUNT=2")
    )
    assert [(one.state, one.settled_at) for one in rows()] == [
        *[("planned", None)] * 2,
        *[("cancelled", SOON.instant)] * 2,
    ]


def test_ended_from_one_on() -> None:
    found = series()
    actions.end_series(actor=people.alice(), now=SOON, meeting=found[2])
    assert [one.state for one in rows()] == ["planned"] * 2 + ["cancelled"] * 11
    assert actions.extend_series(now=Now(NOW.instant + 4 * WEEK)) == 0


def test_another_sees_only_theirs_and_changes_none() -> None:
    found = series()
    for verb in (actions.end_series, actions.make_series, actions.change_following):
        with pytest.raises(Meeting.DoesNotExist):
            extra: dict[str, Any] = {"rule": TUESDAYS} if verb is actions.make_series else {}
            extra |= {"values": {}} if verb is actions.change_following else {}
            verb(actor=people.outsider(), now=SOON, meeting=found[0], **extra)


# What calendars are told ---------------------------------------------------------------------------------------------


def test_series_goes_out_as_one_message_under_the_name_of_its_first_meeting() -> None:
    found = series(invited=True)
    assert told(SOON) == [("Bob Brandt", "request", True, 1), ("Ingrid Solberg", "request", True, 1)]
    made = Series.objects.get()
    assert made.uid == found[0].uid
    event = series_for(Contact.objects.get(), found[0], made, 1)
    assert event.series is not None
    assert event.series.first == datetime(2026, 9, 8, 9, 30)


def test_one_that_is_moved_or_cancelled_is_told_by_itself_with_a_higher_number() -> None:
    alice, found = people.alice(), series(invited=True)
    later = Now(SOON.instant + timedelta(minutes=1))
    at = found[2].starts_at + timedelta(days=1)
    actions.change_meeting(actor=alice, now=later, meeting=found[2], values={"starts_at": at})
    actions.cancel_meeting(actor=alice, now=later, meeting=found[3])
    assert told(later) == [
        ("Bob Brandt", "request", False, 2),
        ("Ingrid Solberg", "request", False, 2),
        ("Bob Brandt", "cancel", False, 3),
        ("Ingrid Solberg", "cancel", False, 3),
    ]


def test_another_time_from_one_on_ends_the_old_one_and_names_a_new_one() -> None:
    alice, found = people.alice(), series(invited=True)
    later = Now(SOON.instant + timedelta(minutes=1))
    at = found[2].starts_at + timedelta(hours=1)
    actions.change_following(actor=alice, now=later, meeting=found[2], values={"starts_at": at})
    sent = CalendarMessage.objects.wanted().filter(wanted_at=later.instant).select_related("series")
    old, new = Series.objects.order_by("pk")
    assert sorted((one.series_id, one.method) for one in sent) == [(old.pk, "request")] * 2 + [(new.pk, "request")] * 2
    assert old.uid != new.uid


def test_new_meetings_of_a_series_mail_nobody() -> None:
    series(invited=True)
    later = Now(NOW.instant + 4 * WEEK)
    assert actions.extend_series(now=later) > 0
    assert told(later) == []


# Answers -------------------------------------------------------------------------------------------------------------


def test_answer_to_a_whole_series_counts_once_and_is_kept_for_those_made_later() -> None:
    found = series(invited=True)
    ingrid = found[0].people.theirs().get()
    changed = actions.hear_answer(now=SOON, asked=ingrid, said="comes", whole=True)
    assert changed == len(found)
    assert list(Evidence.objects.values_list("kind", "day")) == [("meeting_accepted", date(2026, 9, 1))]
    actions.extend_series(now=Now(NOW.instant + 4 * WEEK))
    assert set(Participant.objects.theirs().values_list("answer", flat=True)) == {"comes"}
    assert Evidence.objects.filter(kind="meeting_accepted").count() == 1


def test_silence_about_a_whole_series_counts_once() -> None:
    series(invited=True)
    actions.weigh_what_is_unanswered(now=Now(datetime(2026, 9, 20, tzinfo=UTC)))
    assert list(Evidence.objects.values_list("kind", "day")) == [("meeting_unanswered", date(2026, 9, 15))]
