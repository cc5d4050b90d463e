"""The words of a digest: true, short enough, and the same in both parts."""

from __future__ import annotations

from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from mail.digest import LONGEST_SUBJECT, Digest, Part, Row, by_words, plain, text

MONDAY = date(2026, 3, 2)
HERE = "https://concord.example/"


def row(**fields: object) -> Row:
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
        "log": f"{HERE}log/?relationship=1",
    }
    return Row(**{**known, **fields})


def part(*rows: Row, total: int | None = None, overdue: bool = True, heading: str = "Overdue") -> Part:
    return Part(heading, overdue, rows, len(rows) if total is None else total, f"{HERE}portfolio/")


def digest(*parts: Part, of_team: bool = False, person: str = "Alice Moran") -> Digest:
    return Digest(person, "Europe/London", MONDAY, of_team, parts, HERE, f"{HERE}settings/mail/", f"{HERE}stop/")


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
    ("ahead", "words"),
    [
        (-3, "due since 27 February"),
        (0, "due today"),
        (1, "by tomorrow"),
        (2, "by Wednesday"),
        (6, "by Sunday"),
        (7, "by Monday 9 March"),
    ],
)
def test_due_day_in_words(ahead: int, words: str) -> None:
    assert by_words(MONDAY + timedelta(days=ahead), MONDAY) == words


@pytest.mark.parametrize(
    ("overdue", "due", "subject", "headline"),
    [
        (2, 1, "2 partners overdue, 1 due this week", "Two partners are overdue. One is due this week."),
        (1, 0, "1 partner overdue", "One partner is overdue."),
        (0, 3, "3 partners due this week", "Three partners are due this week."),
        (5544, 13, "5,544 partners overdue, 13 due this week", "5,544 partners are overdue. 13 are due this week."),
    ],
)
def test_subject_carries_the_fact(overdue: int, due: int, subject: str, headline: str) -> None:
    shown = digest(part(total=overdue), part(total=due, overdue=False))
    assert (shown.subject, shown.headline) == (subject, headline)


def test_subject_of_a_team() -> None:
    shown = digest(part(total=4, heading="Bob"), part(total=1, heading="Olga"), of_team=True)
    assert shown.subject == "5 partners overdue in your team"
    assert shown.headline == "Five partners are overdue, with two people of your team."


@given(overdue=st.integers(0, 10**12), due=st.integers(0, 10**12), of_team=st.booleans())
def test_subject_is_short_whatever_the_counts(overdue: int, due: int, of_team: bool) -> None:
    shown = digest(part(total=overdue), part(total=due, overdue=False), of_team=of_team).subject
    assert 0 < len(shown) <= LONGEST_SUBJECT
    assert shown.isascii() and "\n" not in shown


names = st.text(min_size=1, max_size=1400).map(plain).filter(bool)


@given(rows=st.lists(st.tuples(names, names, st.booleans()), min_size=1, max_size=7), left=st.integers(0, 5000))
def test_text_and_html_carry_the_same_rows(rows: list[tuple[str, str, bool]], left: int) -> None:
    made = [row(partner=partner, name=name, assumed=assumed) for partner, name, assumed in rows]
    shown = digest(part(*made, total=len(made) + left))
    html = unescape(render_to_string("mail/digest.html", {"digest": shown}))
    words = text(shown)
    for one in made:
        assert f"\n{one.title}: {one.fact}\n  {one.detail}\n" in words
        for said in (one.partner, one.name, one.fact, one.detail, one.page, one.log):
            assert said in html
    for said in (shown.headline, shown.week, shown.why, shown.open_today, shown.change, shown.stop):
        assert said in words
        assert said in html
    assert (f"and {left:,} more" in words) is (left > 0)
    assert (f"and {left:,} more" in html) is (left > 0)


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
