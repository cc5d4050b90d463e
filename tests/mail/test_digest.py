"""The words of a digest: true, short enough, and the same in both parts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from mail.digest import (
    LONGEST_SUBJECT,
    ROWS_SHOWN,
    Batch,
    CheckIn,
    Digest,
    Kind,
    Part,
    Problem,
    Promise,
    Row,
    Stage,
    Voice,
    by_words,
    plain,
    text,
)

MONDAY = date(2026, 3, 2)
HERE = "https://concord.example/"


def row(**fields: object) -> CheckIn:
    known: dict[str, Any] = {
        "partner": "Stolt Sea Farm",
        "name": "",
        "overdue": True,
        "today": MONDAY,
        "due_on": MONDAY - timedelta(days=27),
        "every_days": 14,
        "assumed": False,
        "last_touch_on": MONDAY - timedelta(days=41),
        "last_channel": "visit",
        "page": f"{HERE}relationships/1/",
        "act": f"{HERE}log/?relationship=1",
        "verb": "Log",
    }
    return CheckIn(**{**known, **fields})


def promise(**fields: object) -> Promise:
    """Ours, promised for last Friday."""
    friday = MONDAY - timedelta(days=3)
    known: dict[str, Any] = {
        "partner": "Ewos",
        "name": "",
        "today": MONDAY,
        "page": f"{HERE}relationships/2/",
        "act": f"{HERE}commitments/5/",
        "verb": "Open",
        "ours": True,
        "what": "send table",
        "due_on": friday,
        "binding_on": friday,
        "made_on": MONDAY - timedelta(days=20),
        "missed_on": friday,
        "maker": "You",
        "receiver": "Jon Hauge",
    }
    return Promise(**{**known, **fields})


def voice(**fields: object) -> Voice:
    known: dict[str, Any] = {
        "partner": "Ewos",
        "name": "",
        "today": MONDAY,
        "page": f"{HERE}relationships/2/",
        "act": f"{HERE}feedback/7/answer/",
        "verb": "Answer",
        "said": "Scan the pallet",
        "heading": "Suggestion from Jon Hauge on behalf of the night shift",
        "heard_on": MONDAY - timedelta(days=6),
    }
    return Voice(**{**known, **fields})


def problem(**fields: object) -> Problem:
    known: dict[str, Any] = {
        "partner": "Havbris",
        "name": "",
        "today": MONDAY,
        "page": f"{HERE}relationships/3/",
        "act": f"{HERE}problems/4/solve/",
        "verb": "Solved",
        "what": "Boxes on the night boat",
        "heading": "Critical problem that Henrik Aune raised",
        "spoken": "nobody has met or rung them in the 24 days since",
        "opened_on": MONDAY - timedelta(days=24),
        "due_on": MONDAY - timedelta(days=22),
        "urgent": True,
    }
    return Problem(**{**known, **fields})


def stage(**fields: object) -> Stage:
    known: dict[str, Any] = {
        "partner": "Kestrin",
        "name": "",
        "today": MONDAY,
        "page": f"{HERE}relationships/4/",
        "act": f"{HERE}relationships/4/stage/",
        "verb": "Open",
        "fact": "no longer: rhythm agreed with them",
        "detail": "A customer since 3 July. Is it still one?",
        "late": True,
    }
    return Stage(**{**known, **fields})


def batch(kind: Kind, *rows: Row, total: int | None = None) -> Batch:
    return Batch(kind, rows, len(rows) if total is None else total, f"{HERE}list/{kind.name}/")


def part(*rows: Row, total: int | None = None, kind: Kind = Kind.OVERDUE, heading: str = "Overdue") -> Part:
    return Part(heading, (batch(kind, *rows, total=total),))


def digest(*parts: Part, of_team: bool = False, person: str = "Alice Moran") -> Digest:
    return Digest(person, "Europe/London", MONDAY, of_team, parts, HERE, f"{HERE}settings/mail/", f"{HERE}stop/")


def of_counts(counts: Sequence[int], **fields: Any) -> Digest:
    """By kind, the most urgent first; what is zero has no part."""
    return digest(*(part(total=count, kind=kind) for kind, count in zip(Kind, counts, strict=True) if count), **fields)


def test_fact_of_an_agreed_rhythm() -> None:
    assert row().fact == "quiet for 41 days, agreed 14"
    assert row().detail == "Last: visit on 20 January. Due since 3 February."


def test_fact_of_an_assumed_rhythm() -> None:
    assert row(assumed=True, every_days=30).fact == "quiet for 41 days, every 30 days assumed"


def test_fact_of_a_partner_never_in_touch() -> None:
    never = row(last_touch_on=None, due_on=date(2025, 12, 30))
    assert never.fact == "never in touch, due since 30 December 2025"
    assert never.detail == "Agreed: every 14 days."


@pytest.mark.parametrize(
    ("ahead", "fact"),
    [
        (-1, "check-in was due on Sunday 1 March"),
        (0, "check-in due today"),
        (1, "check-in due tomorrow"),
        (2, "check-in due on Wednesday 4 March"),
        (7, "check-in due on Monday 9 March"),
    ],
)
def test_fact_of_what_is_due_says_that_it_is_a_check_in_and_on_which_day(ahead: int, fact: str) -> None:
    assert row(overdue=False, due_on=MONDAY + timedelta(days=ahead)).fact == fact


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (-3, "due since 27 February"),
        (0, "due today"),
        (1, "due tomorrow"),
        (2, "by Wednesday"),
        (6, "by Sunday"),
        (7, "by Monday 9 March"),
    ],
)
def test_due_day_in_words(ahead: int, words: str) -> None:
    assert by_words(MONDAY + timedelta(days=ahead), MONDAY) == words


def test_fact_of_a_late_promise_of_ours() -> None:
    assert promise().fact == "send table – promised by Friday 27 February, 3 days late"
    assert promise().detail == "You promised it to Jon Hauge on 10 February."


def test_new_day_that_passed_is_told_as_the_new_one() -> None:
    moved = promise(due_on=MONDAY - timedelta(days=30), binding_on=MONDAY - timedelta(days=1))
    moved = replace(moved, missed_on=moved.binding_on)
    assert moved.fact == "send table – new day Sunday 1 March, 1 day late"


def test_new_day_agreed_too_late_leaves_it_late() -> None:
    moved = promise(binding_on=MONDAY + timedelta(days=4))
    assert moved.fact == "send table – promised by Friday 27 February, 3 days late, now for 6 March"


@pytest.mark.parametrize(
    ("ours", "maker", "receiver", "fact", "detail"),
    [
        (True, "", "", "our promise", "We promised it on 10 February."),
        (True, "Bob Brandt", "Jon Hauge", "our promise", "Bob Brandt promised it to Jon Hauge on 10 February."),
        (False, "", "you", "their promise", "They promised it to you on 10 February."),
        (False, "Jon Hauge", "", "their promise", "Jon Hauge promised it on 10 February."),
    ],
)
def test_promise_that_is_due_says_whose_it_is(ours: bool, maker: str, receiver: str, fact: str, detail: str) -> None:
    friday = MONDAY + timedelta(days=4)
    due = promise(ours=ours, due_on=friday, binding_on=friday, missed_on=None, maker=maker, receiver=receiver)
    assert (due.fact, due.detail) == (f"send table – {fact}, by Friday", detail)


def test_fact_of_what_waits_for_an_answer() -> None:
    assert voice().fact == "“Scan the pallet” – unanswered for 6 days"
    assert voice().detail == "Suggestion from Jon Hauge on behalf of the night shift, heard on 24 February."


def test_fact_of_a_problem_says_how_late_or_until_when_and_whether_somebody_spoke_with_them() -> None:
    assert problem().fact == "Boxes on the night boat – 22 days late"
    assert problem().detail == (
        "Critical problem that Henrik Aune raised, opened on 6 February; "
        "nobody has met or rung them in the 24 days since."
    )
    for ahead, until in ((0, "today"), (1, "tomorrow"), (3, "by Thursday"), (9, "by Wednesday 11 March")):
        due_on = MONDAY + timedelta(days=ahead)
        assert problem(due_on=due_on).fact == f"Boxes on the night boat – to be solved {until}"


OF_OTHER_KINDS = [
    ({Kind.URGENT: 1}, "1 problem can't wait", "One problem can’t wait."),
    (
        {Kind.URGENT: 2, Kind.PROMISE_LATE: 1},
        "2 problems can't wait, 1 promise late",
        "Two problems can’t wait. One promise is late.",
    ),
    ({Kind.PROBLEM: 1}, "1 open problem", "One problem is open."),
    (
        {Kind.OVERDUE: 1, Kind.PROBLEM: 2, Kind.DUE: 1},
        "1 partner overdue, 2 open problems, 1 partner due this week",
        "One partner is overdue. Two problems are open. One partner is due this week.",
    ),
    (
        dict.fromkeys(Kind, 1),
        "1 problem can't wait, 1 promise late, 1 partner overdue",
        "One problem can’t wait. One promise is late. One partner is overdue. One answer is owed.",
    ),
    ({Kind.STAGE: 1}, "1 stage to look at", "One stage is to be looked at."),
    (
        {Kind.DUE: 1, Kind.STAGE: 3},
        "1 partner due this week, 3 stages to look at",
        "One partner is due this week. Three stages are to be looked at.",
    ),
]


@pytest.mark.parametrize(("counts", "subject", "headline"), OF_OTHER_KINDS)
def test_subject_of_problems_and_stages(counts: dict[Kind, int], subject: str, headline: str) -> None:
    shown = of_counts([counts.get(kind, 0) for kind in Kind])
    assert (shown.subject, shown.headline) == (subject, headline)


@pytest.mark.parametrize(
    ("counts", "subject", "headline"),
    [
        ((0, 2, 0, 0, 1), "2 partners overdue, 1 due this week", "Two partners are overdue. One is due this week."),
        ((0, 1, 0, 0, 0), "1 partner overdue", "One partner is overdue."),
        ((0, 0, 0, 0, 3), "3 partners due this week", "Three partners are due this week."),
        (
            (0, 5544, 0, 0, 13),
            "5,544 partners overdue, 13 due this week",
            "5,544 partners are overdue. 13 are due this week.",
        ),
        ((1, 2, 0, 0, 0), "1 promise late, 2 partners overdue", "One promise is late. Two partners are overdue."),
        ((0, 0, 1, 0, 0), "1 answer owed", "One answer is owed."),
        (
            (1, 2, 3, 4, 5),
            "1 promise late, 2 partners overdue, 3 answers owed",
            "One promise is late. Two partners are overdue. Three answers are owed. "
            "Four promises and five check-ins are due this week.",
        ),
        (
            (0, 1, 2, 0, 1),
            "1 partner overdue, 2 answers owed, 1 partner due this week",
            "One partner is overdue. Two answers are owed. One partner is due this week.",
        ),
        ((2, 0, 0, 0, 0), "2 promises late", "Two promises are late."),
        ((0, 0, 0, 1, 0), "1 promise due this week", "One promise is due this week."),
        (
            (1, 0, 0, 1, 2),
            "1 promise late, 1 promise due this week",
            "One promise is late. One promise and two check-ins are due this week.",
        ),
        (
            (1, 2, 0, 3, 4),
            "1 promise late, 2 partners overdue, 3 promises due this week",
            "One promise is late. Two partners are overdue. Three promises and four check-ins are due this week.",
        ),
    ],
)
def test_subject_carries_the_fact(counts: tuple[int, ...], subject: str, headline: str) -> None:
    late, overdue, unanswered, promised, due = counts
    shown = of_counts([0, late, overdue, unanswered, 0, promised, due, 0, 0, 0])
    assert (shown.subject, shown.headline) == (subject, headline)


def test_subject_of_a_team() -> None:
    shown = digest(part(total=4, heading="Bob"), part(total=1, heading="Olga"), of_team=True)
    assert shown.subject == "5 partners overdue in your team"
    assert shown.headline == "Five partners are overdue, with two people of your team."
    late = batch(Kind.PROMISE_LATE, promise())
    shown = digest(Part("Bob", (late, batch(Kind.OVERDUE, total=4))), of_team=True)
    assert shown.subject == "1 promise late, 4 partners overdue in your team"
    assert shown.headline == "One promise is late and four partners are overdue, with one person of your team."
    urgent = batch(Kind.URGENT, problem())
    shown = digest(Part("Bob", (urgent, late, batch(Kind.STAGE, stage(), total=2))), of_team=True)
    assert shown.subject == "1 problem can't wait, 1 promise late in your team"
    assert shown.headline == (
        "One problem can’t wait, one promise is late and two stages are to be looked at, with one person of your team."
    )
    assert of_counts([1] * len(Kind), of_team=True).headline.startswith(
        "One problem can’t wait, one promise is late, one partner is overdue and one answer is owed, with"
    )
    shown = digest(Part("Bob", (late,)), of_team=True)
    assert shown.headline == "One promise is late, with one person of your team."
    owed = batch(Kind.UNANSWERED, voice(), total=2)
    shown = digest(Part("Bob", (late, batch(Kind.OVERDUE, total=4), owed)), of_team=True)
    assert shown.subject == "1 promise late, 4 partners overdue in your team"
    assert shown.headline == (
        "One promise is late, four partners are overdue and two answers are owed, with one person of your team."
    )


@given(counts=st.tuples(*[st.integers(0, 10**12)] * len(Kind)).filter(any), of_team=st.booleans())
def test_subject_is_short_and_says_the_most_important(counts: tuple[int, ...], of_team: bool) -> None:
    shown = of_counts(counts, of_team=of_team).subject
    assert 0 < len(shown) <= LONGEST_SUBJECT
    assert shown.isascii() and "\n" not in shown
    words = ("wait", "late", "overdue", "answer", "problem", "promise", "partner", "booked", "stage")
    first = next(word for word, count in zip(words, counts, strict=True) if count)
    assert first in re.split(r", (?=\D|\d+ )", shown)[0]


# What a part shows and what it counts --------------------------------------------------------------------------------

totals = st.dictionaries(st.sampled_from(list(Kind)), st.integers(1, 30), min_size=1)


@given(totals)
def test_nothing_is_lost_and_the_most_urgent_is_shown(totals: dict[Kind, int]) -> None:
    """The slow way: all rows in one list, cut after the seventh."""
    everything = [row(partner=f"{kind.name} {number}") for kind in Kind for number in range(totals.get(kind, 0))]
    batches, begin = [], 0
    for kind in Kind:
        if total := totals.get(kind, 0):
            batches.append(batch(kind, *everything[begin : begin + total][:ROWS_SHOWN], total=total))
            begin += total
    shown = Part("For Alice Ahlberg", tuple(batches))
    assert list(shown.rows) == everything[:ROWS_SHOWN]
    assert len(shown.rows) + sum(more.count for more in shown.more) == shown.total == len(everything)
    hidden = Counter(one.partner.split()[0] for one in everything[ROWS_SHOWN:])
    assert {more.address.split("/")[-2]: more.count for more in shown.more} == hidden


def test_rest_of_several_kinds_is_named() -> None:
    shown = Part(
        "For Alice Ahlberg",
        (
            batch(Kind.PROMISE_LATE, *[promise()] * 6, total=6),
            batch(Kind.OVERDUE, *[row()] * 2, total=2),
            batch(Kind.PROMISE_DUE, promise(), total=1),
            batch(Kind.DUE, *[row()] * 7, total=1200),
        ),
    )
    assert [more.words for more in shown.more] == [
        "and 1 more overdue partner",
        "and 1 more promise due in 7 days",
        "and 1,200 more check-ins due in 7 days",
    ]


names = st.text(min_size=1, max_size=1400).map(plain).filter(bool)


lines = st.tuples(names, names, names, st.sampled_from(["check-in", "late", "due", "problem", "stage"]))


def made(line: tuple[str, str, str, str]) -> Row:
    partner, name, what, kind = line
    if kind == "check-in":
        return row(partner=partner, name=name)
    if kind == "problem":
        return problem(partner=partner, name=name, what=what)
    if kind == "stage":
        return stage(partner=partner, name=name, fact=what, detail=what)
    return promise(
        partner=partner, name=name, what=what, missed_on=MONDAY - timedelta(days=3) if kind == "late" else None
    )


@given(rows=st.lists(lines, min_size=1, max_size=7), left=st.integers(0, 5000))
def test_text_and_html_carry_the_same_rows(rows: list[tuple[str, str, str, str]], left: int) -> None:
    drawn = [made(line) for line in rows]
    shown = digest(part(*drawn, total=len(drawn) + left))
    html = unescape(render_to_string("mail/digest.html", {"digest": shown}))
    words = text(shown)
    for one in drawn:
        assert f"\n{one.title}: {one.fact}\n  {one.detail}\n  {one.verb}: {one.act}\n  Partner: {one.page}\n" in words
        for said in (one.partner, one.name, one.fact, one.detail, one.page, one.act, f">{one.verb}</a>"):
            assert said in html
    for said in (shown.headline, shown.week, shown.why, shown.open_today, shown.change, shown.stop):
        assert said in words
        assert said in html
    assert (f"and {left:,} more" in words) is (left > 0)
    assert (f"and {left:,} more" in html) is (left > 0)


def test_partner_is_named_once_where_the_action_is_its_page() -> None:
    page = f"{HERE}relationships/1/"
    words = text(digest(part(row(act=page, verb="Open"))))
    assert words.count(page) == 1
    assert f"  Open: {page}\n" in words


@given(st.text(max_size=300))
def test_plain_name_stays_on_one_line_and_in_its_direction(name: str) -> None:
    shown = plain(name)
    assert len(shown.splitlines()) <= 1
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\r\n\0")
    assert plain(shown) == shown


def test_name_of_html_is_shown_as_it_is_typed() -> None:
    html = render_to_string("mail/digest.html", {"digest": digest(part(row(partner="<script>alert(1)</script>")))})
    assert "<script" not in html


def test_very_long_name_is_shortened_in_the_html_alone() -> None:
    long = "Federation of names " * 70
    shown = row(partner=long.strip())
    assert (len(shown.shown), shown.shown[-1]) == (160, "…")
    assert long.strip() in text(digest(part(shown)))
