"""A rhythm that is tighter for a while: agreed with a reason, back by itself, taken back, over the clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Affiliation, Contact
from accounts.undo import Done, take_back
from relationships import actions, queries, words
from relationships.models import CadenceAgreement, Evidence, Relationship
from tests import people
from tests.relationships.records import DAY, KEPT, MONDAY, agreed, dates, flags, log, noon
from web.clock import Now

pytestmark = pytest.mark.django_db
NOW = noon(MONDAY)


def tighter(row: Relationship, *, now: Now = NOW, **changes: Any) -> Done[CadenceAgreement]:
    """Weekly from today for ten days."""
    first = row.today(now)
    values = {"every_days": 7, "starts_on": first, "ends_on": first + 9 * DAY, "reason": "Price talks", **changes}
    return actions.agree_cadence(actor=row.owner, now=now, relationship=row, **values)


def ines(row: Relationship) -> Contact:
    found = Contact.objects.create(name="Ines Iversen")
    Affiliation.objects.create(contact=found, account=row.account)
    return found


def picture(row: Relationship) -> list[Any]:
    """All that an agreement can change."""
    return [
        Relationship.objects.filter(pk=row.pk).values(*KEPT).get(),
        list(row.agreements.order_by("pk").values()),
        list(row.evidence.order_by("source_model", "source_id", "kind").values("kind", "side", "day", "source_id")),
        flags(row),
    ]


def refused(row: Relationship, **changes: Any) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as caught:
        tighter(row, **changes)
    found: dict[str, list[str]] = caught.value.message_dict
    return found


# Tighter for a while -----------------------------------------------------------------------------------------------


def test_tighter_for_a_while_and_back_by_itself() -> None:
    row = agreed(30, touched=MONDAY - 3 * DAY)
    tighter(row)
    row.refresh_from_db()
    assert (row.every_days, row.due_on, row.changes_on) == (7, MONDAY + 4 * DAY, MONDAY + 10 * DAY)
    actions.sweep_cadence(now=noon(MONDAY + 9 * DAY))
    assert flags(row) == [(MONDAY + 4 * DAY, "open")]
    actions.sweep_cadence(now=noon(MONDAY + 10 * DAY))
    row.refresh_from_db()
    assert (row.every_days, row.due_on, row.changes_on) == (30, MONDAY + 27 * DAY, None)
    assert flags(row) == [(MONDAY + 4 * DAY, "cadence_changed")]


def test_tightened_after_a_silence_it_is_due_at_once_and_not_overdue() -> None:
    row = agreed(14, touched=MONDAY - 12 * DAY)
    tighter(row, every_days=5)
    row.refresh_from_db()
    assert (row.base_due_on, row.due_on, row.overdue_from) == (MONDAY, MONDAY, MONDAY + DAY)
    actions.sweep_cadence(now=NOW)
    assert flags(row) == []
    actions.sweep_cadence(now=noon(MONDAY + DAY))
    assert flags(row) == [(MONDAY, "open")]


def test_snooze_made_before_it_began_keeps_it_asleep() -> None:
    row = agreed(14, touched=MONDAY - 12 * DAY)
    actions.snooze(actor=row.owner, now=NOW, relationship=row, until_on=MONDAY + 2 * DAY, reason="They are away")
    tighter(row, every_days=5)
    assert dates(row)[1:] == (MONDAY + 3 * DAY, MONDAY + 3 * DAY)


def test_it_begins_today_at_the_earliest() -> None:
    row = agreed(30, touched=MONDAY - 12 * DAY)
    before = picture(row)
    assert refused(row, starts_on=MONDAY - DAY) == {
        "starts_on": ["This day is over. A tighter rhythm begins today or later."]
    }
    assert refused(row, starts_on=MONDAY - DAY, ends_on=MONDAY - 2 * DAY).keys() == {"starts_on", "ends_on"}
    assert picture(row) == before
    assert tighter(row, starts_on=MONDAY).row.starts_on == MONDAY


def test_today_is_that_of_the_relationship() -> None:
    """It is Monday at noon here and Tuesday already there."""
    row = agreed(30, touched=MONDAY - 12 * DAY, zone="Pacific/Kiritimati")
    assert refused(row, starts_on=MONDAY).keys() == {"starts_on"}


def test_agreed_for_later_it_waits_for_its_day() -> None:
    row = agreed(30, touched=MONDAY)
    tighter(row, starts_on=MONDAY + 5 * DAY)
    row.refresh_from_db()
    assert (row.every_days, row.changes_on) == (30, MONDAY + 5 * DAY)
    actions.sweep_cadence(now=noon(MONDAY + 5 * DAY))
    row.refresh_from_db()
    assert (row.every_days, row.changes_on) == (7, MONDAY + 10 * DAY)


def test_lasting_one_agreed_meanwhile_counts_at_once() -> None:
    row = agreed(30, touched=MONDAY)
    tighter(row)
    actions.agree_cadence(actor=row.owner, now=noon(MONDAY + 2 * DAY), relationship=row, every_days=21)
    row.refresh_from_db()
    assert (row.every_days, row.changes_on) == (21, None)


@pytest.mark.parametrize("every_days", [14, 15, 30])
def test_for_a_while_means_more_often(every_days: int) -> None:
    assert "every 14 days counts already" in refused(agreed(14), every_days=every_days)["every_days"][0]


def test_compared_with_what_counts_on_its_first_day() -> None:
    row = agreed(30)
    actions.agree_cadence(
        actor=row.owner, now=NOW, relationship=row, every_days=7, starts_on=MONDAY + 20 * DAY, reason="A trial"
    )
    assert tighter(row, every_days=10).row.every_days == 10
    assert refused(row, every_days=10, starts_on=MONDAY + 20 * DAY, ends_on=MONDAY + 30 * DAY).keys() == {"every_days"}


def test_there_must_be_a_rhythm_to_tighten() -> None:
    assert refused(people.relationship()).keys() == {"every_days"}


def test_it_needs_a_reason_and_days_in_order() -> None:
    row = agreed(14)
    assert refused(row, reason=" ").keys() == {"reason"}
    assert refused(row, ends_on=MONDAY - DAY).keys() == {"ends_on"}
    assert row.agreements.count() == 1


# The reason of a lasting change ------------------------------------------------------------------------------------


def test_change_of_what_was_agreed_with_them_needs_a_reason() -> None:
    row = agreed(14)
    actions.agree_cadence(actor=row.owner, now=NOW, relationship=row, every_days=21, agreed_with=ines(row))
    with pytest.raises(ValidationError, match="Say why it changes"):
        actions.agree_cadence(actor=row.owner, now=NOW, relationship=row, every_days=28)
    actions.agree_cadence(actor=row.owner, now=NOW, relationship=row, every_days=28, reason="Calm season")
    assert [agreement.reason for agreement in row.agreements.order_by("pk")] == ["", "", "Calm season"]


def test_day_agreed_without_a_person_or_still_to_come_is_refused() -> None:
    row = agreed(14)
    with pytest.raises(ValidationError, match="who of theirs"):
        actions.agree_cadence(actor=row.owner, now=NOW, relationship=row, every_days=7, agreed_on=MONDAY)
    with pytest.raises(ValidationError, match="still to come"):
        actions.agree_cadence(
            actor=row.owner, now=NOW, relationship=row, every_days=7, agreed_with=ines(row), agreed_on=MONDAY + DAY
        )


# Evidence ----------------------------------------------------------------------------------------------------------


def agreed_evidence() -> list[tuple[str, date, float]]:
    return list(Evidence.objects.filter(kind="cadence_agreed").values_list("side", "day", "r"))


def test_agreed_with_them_is_evidence_and_goes_with_the_agreement() -> None:
    row = agreed(14)
    assert agreed_evidence() == []
    made = actions.agree_cadence(
        actor=row.owner,
        now=NOW,
        relationship=row,
        every_days=21,
        agreed_with=ines(row),
        agreed_on=MONDAY - 4 * DAY,
    )
    assert agreed_evidence() == [("both", MONDAY - 4 * DAY, 0.0)]
    away = take_back(step_id=made.step.pk, actor=row.owner, now=NOW)
    assert agreed_evidence() == []
    take_back(step_id=away.step.pk, actor=row.owner, now=NOW)
    assert agreed_evidence() == [("both", MONDAY - 4 * DAY, 0.0)]


# Undo --------------------------------------------------------------------------------------------------------------


@given(
    every_days=st.integers(1, 13),
    begins=st.integers(0, 20),
    span=st.integers(0, 40),
    touched=st.integers(0, 60),
    swept=st.booleans(),
)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_taken_back_everything_is_as_before(every_days: int, begins: int, span: int, touched: int, swept: bool) -> None:
    row = agreed(14, start=MONDAY - 60 * DAY, touched=MONDAY - touched * DAY)
    actions.sweep_cadence(now=NOW)
    before = picture(row)
    first = MONDAY + begins * DAY
    made = tighter(row, every_days=every_days, starts_on=first, ends_on=first + span * DAY, agreed_with=ines(row))
    if swept:
        actions.sweep_cadence(now=NOW)
    during = picture(row)
    away = take_back(step_id=made.step.pk, actor=row.owner, now=NOW)
    assert picture(row)[:3] == before[:3]
    assert open_days(row) == [due for due, because in before[3] if because == "open"]
    take_back(step_id=away.step.pk, actor=row.owner, now=NOW)
    assert picture(row)[:3] == during[:3]
    assert open_days(row) == [due for due, because in during[3] if because == "open"]


def open_days(row: Relationship) -> list[date]:
    return [due for due, because in flags(row) if because == "open"]


def test_tightened_while_overdue_the_flag_stands_and_no_second_is_raised() -> None:
    row = agreed(14, touched=MONDAY - 17 * DAY)
    actions.sweep_cadence(now=NOW)
    before = dates(row)
    assert flags(row) == [(MONDAY - 3 * DAY, "open")]
    made = tighter(row)
    for day in range(30):
        actions.sweep_cadence(now=noon(MONDAY + day * DAY))
        assert (dates(row), flags(row)) == (before, [(MONDAY - 3 * DAY, "open")])
    take_back(step_id=made.step.pk, actor=row.owner, now=noon(MONDAY + 2 * DAY))
    assert (dates(row), flags(row)) == (before, [(MONDAY - 3 * DAY, "open")])


def test_change_while_overdue_closes_the_flag_and_taken_back_it_stands_again() -> None:
    row = agreed(14, touched=MONDAY - 17 * DAY)
    actions.sweep_cadence(now=NOW)
    made = actions.agree_cadence(actor=row.owner, now=NOW, relationship=row, every_days=18, reason="They asked for it")
    actions.sweep_cadence(now=noon(MONDAY + DAY))
    assert flags(row) == [(MONDAY - 3 * DAY, "cadence_changed")]
    actions.sweep_cadence(now=noon(MONDAY + 4 * DAY))
    assert flags(row) == [(MONDAY - 3 * DAY, "cadence_changed"), (MONDAY + DAY, "open")]
    take_back(step_id=made.step.pk, actor=row.owner, now=noon(MONDAY + 4 * DAY))
    assert flags(row) == [(MONDAY - 3 * DAY, "open"), (MONDAY + DAY, "corrected")]


# Ended early -------------------------------------------------------------------------------------------------------


def test_ended_early_the_one_beneath_counts_and_taken_back_it_holds_again() -> None:
    row = agreed(30, touched=MONDAY)
    made = tighter(row).row
    later = noon(MONDAY + 3 * DAY)
    before = picture(row)
    ended = actions.end_agreement(actor=row.owner, now=later, agreement_id=made.pk, ends_on=MONDAY + 2 * DAY)
    assert dates(row)[1] == MONDAY + 30 * DAY
    assert ended.row.ends_on == MONDAY + 2 * DAY
    again = take_back(step_id=ended.step.pk, actor=row.owner, now=later)
    assert picture(row) == before
    take_back(step_id=again.step.pk, actor=row.owner, now=later)
    assert dates(row)[1] == MONDAY + 30 * DAY


@pytest.mark.parametrize("offset", [-1, 9, 20])
def test_end_that_is_none_is_refused(offset: int) -> None:
    row = agreed(30)
    made = tighter(row).row
    with pytest.raises(ValidationError):
        actions.end_agreement(actor=row.owner, now=NOW, agreement_id=made.pk, ends_on=MONDAY + offset * DAY)


def test_lasting_one_has_no_end() -> None:
    row = agreed(30)
    with pytest.raises(ValidationError, match="lasting"):
        actions.end_agreement(actor=row.owner, now=NOW, agreement_id=row.agreements.get().pk, ends_on=MONDAY)


# The sweep ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("begins", [0, 5, 30])
@pytest.mark.parametrize("swept", [4, 8, 20, 60])
def test_swept_as_of_a_later_day_it_goes_back(begins: int, swept: int) -> None:
    row = agreed(30, touched=MONDAY - 5 * DAY)
    tighter(row, starts_on=MONDAY + begins * DAY, ends_on=MONDAY + (begins + 9) * DAY)
    actions.sweep_cadence(now=NOW)
    before = picture(row)[0]
    actions.sweep_cadence(now=noon(MONDAY + swept * DAY))
    actions.sweep_cadence(now=NOW)
    assert picture(row)[0] == before


def clock_changes(zone: str, year: int) -> list[date]:
    """The days of a year that are not 24 hours long there."""
    there = ZoneInfo(zone)
    first = date(year, 1, 1)
    return [
        day
        for day in (first + number * DAY for number in range(365))
        if begin(day, there) + timedelta(hours=24) != begin(day + DAY, there)
    ]


def begin(day: date, there: ZoneInfo) -> datetime:
    """The first moment of a day, as an instant."""
    return datetime.combine(day, time.min, there).astimezone(UTC)


@given(
    zone=st.sampled_from(
        ["Europe/Oslo", "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Beirut"]
    ),
    change=st.integers(0, 1),
    offset=st.integers(-2, 1),
    span=st.integers(0, 3),
)
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_begins_and_ends_with_the_local_day_over_clock_changes(zone: str, change: int, offset: int, span: int) -> None:
    """To the second, whichever way the clocks go and whatever day it is elsewhere."""
    there = ZoneInfo(zone)
    first = clock_changes(zone, 2026)[change] + offset * DAY
    last = first + span * DAY
    made_on = first - 5 * DAY
    row = agreed(30, start=made_on, touched=made_on, zone=zone)
    tighter(row, now=noon(made_on), every_days=7, starts_on=first, ends_on=last)
    second = timedelta(seconds=1)
    for instant, every in (
        (begin(first, there) - second, 30),
        (begin(first, there), 7),
        (begin(last + DAY, there) - second, 7),
        (begin(last + DAY, there), 30),
    ):
        actions.sweep_cadence(now=Now(instant))
        row.refresh_from_db()
        assert row.every_days == every, instant
        late = row.overdue_from is not None and row.overdue_from <= row.today(Now(instant))
        assert open_days(row) == ([made_on + 7 * DAY] if late else [])


# In words ----------------------------------------------------------------------------------------------------------


def said(row: Relationship, day: date) -> str:
    row = Relationship.objects.select_related("agreement__agreed_with", "agreement__made_by").get(pk=row.pk)
    return words.agreement(row, day, queries.rhythm_of(row, day).agreements)


def test_rhythm_in_words() -> None:
    row = agreed(30, start=date(2026, 1, 1), touched=date(2026, 1, 1))
    assert said(row, MONDAY) == "Every 30 days, assumed: nobody of theirs has agreed it yet."
    actions.agree_cadence(actor=row.owner, now=NOW, relationship=row, every_days=14, agreed_with=ines(row))
    assert said(row, MONDAY + 20 * DAY) == "Every 14 days, agreed by Ines Iversen and Alice Ahlberg on 2 March."
    tighter(row, now=noon(MONDAY + 20 * DAY), starts_on=MONDAY + 20 * DAY, ends_on=date(2026, 3, 31))
    assert said(row, MONDAY + 21 * DAY) == (
        "Every week until 31 March, assumed: nobody of theirs has agreed it yet; then every 14 days."
    )
    actions.sweep_cadence(now=noon(date(2026, 4, 10)))
    assert said(row, date(2026, 4, 10)) == (
        "Every 14 days, agreed by Ines Iversen and Alice Ahlberg on 2 March; weekly in March."
    )


# The pages ---------------------------------------------------------------------------------------------------------


def alice() -> Client:
    client = Client()
    client.force_login(people.alice())
    return client


@pytest.fixture
def row() -> Relationship:
    today = Now.read().today("UTC")
    return agreed(14, start=today - 30 * DAY, touched=today - 2 * DAY)


def test_form_has_two_ways_with_a_link_between(row: Relationship) -> None:
    address = reverse("agreement_create", args=[row.pk])
    lasting, tight = (alice().get(address + query).content.decode() for query in ("", "?for_a_while=1"))
    assert f'href="{address}?for_a_while=1"' in lasting and 'name="ends_on"' not in lasting
    assert f'href="{address}"' in tight and 'name="ends_on"' in tight and "Tighter for a while" in tight
    assert f'action="{address}?for_a_while=1"' in tight


def test_tighter_by_the_form(row: Relationship) -> None:
    today = row.today(Now.read())
    address = reverse("agreement_create", args=[row.pk]) + "?for_a_while=1"
    typed = {"every_days": 3, "starts_on": today, "ends_on": today + 9 * DAY, "reason": "Price talks"}
    assert alice().post(address, typed).status_code == 302
    row.refresh_from_db()
    assert row.every_days == 3
    assert row.agreements.get(ends_on=today + 9 * DAY).starts_on == today


def test_tighter_since_yesterday_is_ended_on_the_page(row: Relationship) -> None:
    today = row.today(Now.read())
    agreement = tighter(row, now=noon(today - DAY), every_days=3).row
    assert alice().post(reverse("agreement_end", args=[agreement.pk])).status_code == 302
    row.refresh_from_db()
    agreement.refresh_from_db()
    assert (row.every_days, agreement.ends_on) == (14, today - DAY)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"every_days": 14}, "every_days"),
        ({"every_days": 0}, "every_days"),
        ({"every_days": ""}, "every_days"),
        ({"reason": ""}, "reason"),
        ({"ends_on": ""}, "ends_on"),
        ({"ends_on": "2020-01-01"}, "ends_on"),
        ({"starts_on": "2020-01-01"}, "starts_on"),
        ({"every_days": 367}, "every_days"),
        ({"agreed_on": "2020-01-01"}, "agreed_with"),
    ],
)
def test_what_is_wrong_stands_at_its_field(row: Relationship, changes: dict[str, Any], field: str) -> None:
    today = row.today(Now.read())
    typed = {"every_days": 3, "starts_on": today, "ends_on": today + 9 * DAY, "reason": "Price talks", **changes}
    answer = alice().post(reverse("agreement_create", args=[row.pk]) + "?for_a_while=1", typed)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert row.agreements.count() == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"every_days": 0}, {"every_days": ["At least one day."]}),
        ({"every_days": 367}, {"every_days": ["At most 366 days."]}),
        (
            {"every_days": 0, "ends_on": "2020-01-01"},
            {"every_days": ["At least one day."], "ends_on": ["The last day lies before the first."]},
        ),
        ({"starts_on": "2020-01-01"}, {"starts_on": ["This day is over. A tighter rhythm begins today or later."]}),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    row: Relationship, changes: dict[str, Any], said: dict[str, list[str]]
) -> None:
    today = row.today(Now.read())
    typed = {"every_days": 3, "starts_on": today, "ends_on": today + 9 * DAY, "reason": "Price talks", **changes}
    answer = alice().post(reverse("agreement_create", args=[row.pk]) + "?for_a_while=1", typed)
    assert answer.context["form"].errors == said


def missed_on_the_page(row: Relationship) -> int:
    found: int = alice().get(row.get_absolute_url()).context["missed"]
    return found


def test_flag_of_a_rhythm_taken_back_is_no_missed_check_in() -> None:
    today = Now.read().today("UTC")
    row = agreed(14, start=today - 60 * DAY, touched=today - 60 * DAY)
    actions.sweep_cadence(now=noon(today - 40 * DAY))
    log(row, today - 12 * DAY)
    assert missed_on_the_page(row) == 1
    made = tighter(row, now=noon(today - 2 * DAY), every_days=3)
    actions.sweep_cadence(now=noon(today - DAY))
    assert missed_on_the_page(row) == 2
    take_back(step_id=made.step.pk, actor=row.owner, now=Now.read())
    assert flags(row) == [(today - 46 * DAY, "touched"), (today - 2 * DAY, "corrected")]
    assert missed_on_the_page(row) == 1


def test_check_in_missed_stays_one_when_the_rhythm_changes_afterwards() -> None:
    today = Now.read().today("UTC")
    row = agreed(14, start=today - 60 * DAY, touched=today - 20 * DAY)
    actions.sweep_cadence(now=Now.read())
    assert missed_on_the_page(row) == 1
    actions.agree_cadence(actor=row.owner, now=Now.read(), relationship=row, every_days=30)
    assert flags(row) == [(today - 6 * DAY, "cadence_changed")]
    assert missed_on_the_page(row) == 1


def test_flag_of_a_record_corrected_is_no_missed_check_in() -> None:
    today = Now.read().today("UTC")
    row = agreed(14, start=today - 60 * DAY, touched=today - 60 * DAY)
    actions.sweep_cadence(now=noon(today - 40 * DAY))
    spoken = log(row, today - 30 * DAY, now=noon(today - 20 * DAY))
    actions.sweep_cadence(now=noon(today - 10 * DAY))
    assert missed_on_the_page(row) == 2
    take_back(step_id=spoken.step.pk, actor=row.owner, now=Now.read())
    assert flags(row) == [(today - 46 * DAY, "open"), (today - 16 * DAY, "corrected")]
    assert missed_on_the_page(row) == 1


def test_facts_list_what_was_agreed_and_why(row: Relationship) -> None:
    now = Now.read()
    tighter(row, now=now, every_days=5)
    log(row, row.today(now) - 9 * DAY, now=now)
    page = alice().get(row.get_absolute_url()).content.decode()
    assert "Price talks" in page
