"""The line of contact: where its ticks stand, how long they are, what is waited for and what is late."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relationships import actions, health, strip_words, words
from relationships.cadence import Interval
from relationships.rhythm import Contact, Rhythm, Silence, Span, draw, going_on, listed, silences
from tests import people
from tests.relationships.records import DAY, MONDAY, agreed, log
from tests.relationships.test_attachments import client_of
from web import dates
from web.clock import Now

TODAY = date(2026, 11, 23)
WIDE, TALL = 1144.0, 48.0


def drawn(*contacts: Contact, due_on: date | None = None, width: float = WIDE, height: float = TALL) -> Rhythm:
    last = max((contact.day for contact in contacts if contact.two_way), default=None)
    return draw(contacts=contacts, today=TODAY, due_on=due_on, last_touch_on=last, width=width, height=height)


@pytest.mark.parametrize(
    ("contact", "kind", "up", "down"),
    [
        (Contact(TODAY, "theirs", True, "call"), "t", 14, 0),
        (Contact(TODAY, "ours", True, "email"), "o", 0, 14),
        (Contact(TODAY, "unknown", True, "chat"), "n", 14, 14),
        (Contact(TODAY, "theirs", True, "visit"), "t", 22, 0),
        (Contact(TODAY, "ours", True, "meeting"), "o", 0, 22),
        (Contact(TODAY, "ours", True, "event"), "o", 0, 22),
    ],
)
def test_tick_up_for_them_down_for_us_longer_face_to_face(contact: Contact, kind: str, up: float, down: float) -> None:
    (tick,) = drawn(contact).ticks
    assert tick.kind == kind
    assert 24 - tick.y1 == pytest.approx(up, abs=0.5)
    assert tick.y2 - 24 == pytest.approx(down, abs=0.5)


def test_one_way_stands_off_the_line_and_is_short_even_face_to_face() -> None:
    (ours,) = drawn(Contact(TODAY, "ours", False, "visit")).ticks
    (theirs,) = drawn(Contact(TODAY, "theirs", False)).ticks
    assert (ours.kind, theirs.kind) == ("x", "x")
    assert 24 < ours.y1 < ours.y2 <= 36 and 12 <= theirs.y1 < theirs.y2 < 24


def test_low_drawing_has_one_length() -> None:
    call, visit = drawn(Contact(TODAY, "ours", True, "call"), Contact(TODAY, "ours", True, "visit"), height=20).ticks
    assert (call.y1, call.y2) == (visit.y1, visit.y2) == (10, 18)


def test_waiting_ends_where_late_begins() -> None:
    found = drawn(Contact(TODAY - 41 * DAY, "theirs", True), due_on=TODAY - 27 * DAY)
    (tick,) = found.ticks
    assert found.waiting is not None and found.late is not None
    assert found.waiting[0] == tick.x
    assert found.waiting[1] == found.late[0]
    assert found.late[1] == WIDE
    assert found.waiting_width / found.late_width == pytest.approx(14 / 27, abs=0.01)


def test_nothing_is_late_before_the_due_day() -> None:
    found = drawn(Contact(TODAY - 3 * DAY, "theirs", True), due_on=TODAY + DAY)
    assert (found.waiting, found.late, found.gap) == (None, None, None)


def test_tighter_stretch_is_marked_and_cut_at_the_edges() -> None:
    first = TODAY - 182 * DAY
    found = draw(
        contacts=(),
        today=TODAY,
        due_on=None,
        last_touch_on=None,
        width=182,
        height=TALL,
        tighter=[
            (first - 20 * DAY, first + 9 * DAY),
            (TODAY - 30 * DAY, TODAY - 21 * DAY),
            (TODAY - 2 * DAY, TODAY + 90 * DAY),
            (TODAY + DAY, TODAY + 9 * DAY),
            (first - 9 * DAY, first - DAY),
        ],
    )
    assert found.tighter == (Span(0, 10), Span(152, 10), Span(180, 2))


def test_month_whose_name_would_not_fit_is_left_out() -> None:
    def names(today: date) -> list[int]:
        found = draw(contacts=(), today=today, due_on=None, last_touch_on=None, width=WIDE, height=TALL)
        return [month.first.month for month in found.months]

    assert names(TODAY) == [6, 7, 8, 9, 10, 11]
    assert names(date(2026, 12, 1)) == [7, 8, 9, 10, 11]
    assert names(date(2026, 12, 12)) == [7, 8, 9, 10, 11, 12]


@given(
    contacts=st.lists(
        st.builds(
            Contact,
            st.dates(date(2026, 1, 1), date(2027, 1, 1)),
            st.sampled_from(["ours", "theirs", "unknown"]),
            st.booleans(),
            st.sampled_from(["call", "visit", ""]),
        )
    ),
    due_in=st.none() | st.integers(-300, 60),
    weeks=st.sampled_from([13, 26]),
    height=st.sampled_from([20.0, 48.0]),
)
def test_everything_stays_within_the_picture(
    contacts: list[Contact], due_in: int | None, weeks: int, height: float
) -> None:
    found = draw(
        contacts=contacts,
        today=TODAY,
        due_on=None if due_in is None else TODAY + due_in * DAY,
        last_touch_on=None,
        width=350,
        height=height,
        weeks=weeks,
    )
    assert len(found.ticks) == sum(0 <= (TODAY - contact.day).days <= 7 * weeks for contact in contacts)
    assert all(0 <= tick.x <= 350 and 0 <= tick.y1 < tick.y2 <= height for tick in found.ticks)
    assert all(0 <= month.x < 350 for month in found.months)
    assert found.waiting_width >= 0 and found.late_width >= 0


@pytest.mark.django_db
def test_words_say_what_is_drawn() -> None:
    row = agreed(14, touched=MONDAY - 20 * DAY)
    log(row, MONDAY - 4 * DAY, two_way=False)
    row.refresh_from_db()
    contacts = [
        Contact(MONDAY - 200 * DAY, "theirs", True, "call"),
        Contact(MONDAY - 50 * DAY, "theirs", True, "visit"),
        Contact(MONDAY - 20 * DAY, "ours", True, "call"),
        Contact(MONDAY - 4 * DAY, "ours", False, "email"),
    ]
    assert words.drawn(row, contacts, MONDAY, 26) == (
        "2 contacts in 26 weeks, 1 begun by them, 1 face to face. 1 one-way, which does not count."
        " None since 10 February: 6 days past due."
    )
    assert words.drawn(row, contacts[2:3], MONDAY - 18 * DAY, 13) == "1 contact in 13 weeks."


@pytest.mark.django_db
def test_words_of_a_partner_never_spoken_to() -> None:
    row = agreed(14)
    assert words.drawn(row, [], MONDAY, 26) == "0 contacts in 26 weeks. Never in touch: 26 days past due."
    assert words.drawn(people.relationship(), [], MONDAY, 26) == "0 contacts in 26 weeks."


# Silences that are over ----------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 180), min_size=1, max_size=20), st.integers(1, 40), st.integers(20, 180))
def test_days_of_a_silence_are_kept_or_late_and_each_silence_ends_with_a_contact(
    ago: list[int], every: int, since: int
) -> None:
    touches = sorted({TODAY - days * DAY for days in ago})
    agreed = health.Rhythm([Interval(touches[0], every)])
    found = silences(agreed, health.gaps(touches, touches[0]), TODAY - since * DAY)
    for one in found:
        assert one.end in touches and one.end >= TODAY - since * DAY
        days = sum((last - first).days + 1 for first, last in (*one.kept, *one.late))
        assert days <= one.days and one.days - days <= 1
        assert bool(one.late) == (one.days > every + health.slack(every) + 1) or one.days - every - health.slack(
            every
        ) in (0, 1)
    contacts = [Contact(day, "ours", True, "call") for day in touches for _twice in range(2)]
    told = [one.silence for one in listed(contacts, found) if one.silence is not None]
    assert told == found[::-1], "each stands once, at the contact that ended it"


def test_a_band_says_what_was_agreed_and_what_lay_beyond_it() -> None:
    days = [TODAY - 60 * DAY, TODAY - 30 * DAY, TODAY - 20 * DAY]
    ended = silences(health.Rhythm([Interval(days[0], 7)]), health.gaps(days, days[0]), TODAY - 90 * DAY)
    contacts = [Contact(day, "ours", True, "call") for day in days]
    found = draw(
        contacts=contacts, today=TODAY, due_on=None, last_touch_on=days[-1], width=WIDE, height=TALL, ended=ended
    )
    assert len(found.kept) == len(found.long) == 2
    for kept, long in zip(found.kept, found.long, strict=True):
        assert kept.x + kept.width == pytest.approx(long.x, abs=0.2), "the one begins where the other ends"
    assert found.long[0].width > found.long[1].width > 0


def test_the_strip_is_told_in_a_sentence_and_as_lines() -> None:
    contacts = [
        Contact(TODAY - 40 * DAY, "ours", True, "call"),
        Contact(TODAY - 12 * DAY, "theirs", True, "meeting"),
        Contact(TODAY - 5 * DAY, "unknown", True, "chat"),
        Contact(TODAY - 2 * DAY, "ours", False, "email"),
    ]
    ended = [
        Silence(contacts[0].day, contacts[1].day, 14, (), ((TODAY - 22 * DAY, TODAY - 13 * DAY),)),
        Silence(contacts[1].day, contacts[2].day, 14),
    ]
    assert strip_words.sentence(contacts, ended, TODAY, 26) == (
        "3 contacts in 26 weeks: we began 1, they 1; of 1 nobody said who did. "
        "One silence that ended in these 26 weeks was too long: 28 days until 11 November, agreed 14."
    )
    assert [
        (one.began, one.how, one.silence, one.long) for one in strip_words.lines(listed(contacts, ended), TODAY)
    ] == [
        ("We", "E-mail, one-way", "–", False),
        ("Not known", "Chat", "7 days, 14 agreed", False),
        ("They", "Meeting", "28 days, too long: 14 agreed", True),
        ("We", "Call", "–", False),
    ]
    assert strip_words.sentence([], [], TODAY, 26) == "No contact in 26 weeks."


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        ([22, 13, 4], "No silence that ended in these 26 weeks was too long."),
        (
            [30, 20, 12],
            "No silence that ended in these 26 weeks was too long. "
            "The one that goes on now is longer than agreed, not yet so long that it counts.",
        ),
        ([70, 60, 41], "One silence that ended in these 26 weeks was too long: 19 days until 13 October, agreed 10. "
            "The one that goes on now is too long as well."),
        ([60, 51, 41], "No silence that ended in these 26 weeks was too long. The one that goes on now is too long."),
        ([200, 190], "No contact in 26 weeks. The silence that goes on now is too long."),
    ],
)  # fmt: skip
def test_the_silence_that_goes_on_is_counted_with_those_that_ended(ago: list[int], said: str) -> None:
    days = [TODAY - one * DAY for one in ago]
    rhythm_of = health.Rhythm([Interval(days[0], 10)])
    gaps = health.gaps(days, days[0])
    contacts = [Contact(day, "ours", True, "call") for day in days if day > TODAY - 182 * DAY]
    ended = silences(rhythm_of, gaps, TODAY - 182 * DAY)
    told = strip_words.sentence(contacts, ended, TODAY, 26, going_on(rhythm_of, gaps, TODAY))
    assert told.removeprefix(f"{len(contacts)} contacts in 26 weeks: we began {len(contacts)}, they 0. ") == said


def test_no_silence_goes_on_where_nothing_is_agreed() -> None:
    assert going_on(health.Rhythm(), [], TODAY) is None


@pytest.mark.django_db
def test_the_page_says_the_same_of_its_silences_above_beside_and_below() -> None:
    """Ten days were agreed: one silence was too long a year ago, one ended well, and one goes on for too long."""
    now = Now.read()
    today = now.today("UTC")
    row = agreed(10, start=today - 400 * DAY)
    for days in (400, 370, 362, *range(352, 60, -8), 56, 48, 41):
        log(row, today - days * DAY)
    actions.sweep_cadence(now=now)
    page = client_of(people.alice()).get(row.get_absolute_url())
    said = " ".join(page.content.decode().split())
    assert "Overdue" in said and "quiet for 41 days" in said
    assert page.context["strip_says"].endswith(
        "No silence that ended in these 26 weeks was too long. The one that goes on now is too long."
    )
    since = dates.plain(today - 400 * DAY, today)
    assert f"silences since {since} were too long" in said and "Two of " in said
    # The smaller drawing of a phone has half of these weeks, and says so there alone.
    assert '<span class="phone-only">The last 13 weeks are drawn. </span>' in said
