"""The page of a day that is over: as it was shown then, as it is known now, and why these differ."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.urls import reverse

from relationships import actions
from relationships.models import Evidence, Halt, HealthFlag, Relationship, ScoreConfig, Snapshot
from tests import people
from tests.dashboards.test_standing_page import DAY, NOW, TODAY, client_of, page, proven, text

pytestmark = pytest.mark.django_db
# One more than the page of today.
THEN_QUERIES = 35


def remembered(talks: int = 12, promises: int = 6) -> tuple[Relationship, date]:
    """Stood on each Monday of five weeks, as was known then; and a Monday among them."""
    row = proven(talks, promises)
    actions.remember(since=TODAY - 35 * DAY, now=NOW)
    days = list(row.snapshots.order_by("on").values_list("on", flat=True))
    assert len(days) >= 4
    return row, days[2]


def of(row: Relationship, day: date) -> Any:
    return page(row, on=day.isoformat())


def told(row: Relationship, day: date, number: int = 1) -> Evidence:
    return Evidence.objects.create(
        relationship=row, account_id=row.account_id, component="trust", kind="promise_kept", side="ours", day=day,
        r=1.0, source_model="tests.later", source_id=number,
    )  # fmt: skip


def test_a_day_is_shown_as_it_was_shown_and_says_that_nothing_became_known_since() -> None:
    row, day = remembered()
    answer = of(row, day)
    kept = Snapshot.objects.get(relationship=row, on=day)
    then = answer.context["then"]
    assert then.card.bar.earned == math.floor(kept.earned)
    assert 0 <= then.card.bar.earned - sum(part.bar.earned for part in then.card.parts) < 5
    assert (then.card.stood, then.why) == ("", [])
    said = text(answer)
    assert "As it was shown then" in said and "By version 1 of the weights." in said
    assert "The same: nothing became known since that would change it." in said


def test_what_is_dated_back_afterwards_changes_what_is_known_and_not_what_was_shown() -> None:
    row, day = remembered()
    before = of(row, day).context["then"].card
    told(row, day - 2 * DAY)
    answer = of(row, day)
    assert answer.context["then"].card == before
    [why] = answer.context["then"].why
    assert why.startswith("Added later: Promise kept in time (")
    assert answer.context["standing"].bar.earned > before.bar.earned
    assert why in text(answer)
    for number in range(2, 6):
        told(row, day - number * 9 * DAY, number)
    [many] = of(row, day).context["then"].why
    assert many.startswith(why[:-1]) and many.endswith(") and 3 more.")
    # Taken back again it is as if nothing had been.
    Evidence.objects.filter(source_model="tests.later").delete()
    assert of(row, day).context["then"].why == []


def test_what_was_taken_back_since_is_told_by_its_part() -> None:
    row, day = remembered()
    Evidence.objects.filter(relationship=row, kind="promise_kept", day__lte=day).delete()
    assert of(row, day).context["then"].why == ["Trust: something that counted then was taken back since."]


def test_other_weights_are_told_by_their_version() -> None:
    row, day = remembered()
    numbers = {**ScoreConfig.DEFAULTS, "trust": 45, "credibility": 5}
    moment = datetime.combine(day, time(15), UTC)
    ScoreConfig.objects.create(version=2, valid_from=moment + 9 * DAY, why="Promises matter more", **numbers)
    then = of(row, day).context["then"]
    assert then.card.version == "By version 1 of the weights; today version 2 counts."
    assert then.why == []
    ScoreConfig.objects.filter(version=2).update(valid_from=moment)
    assert of(row, day).context["then"].why == ["Other weights came into force that day: version 2 after 1."]


def test_flags_stand_as_they_were_told_beside_those_known_now() -> None:
    row, day = remembered()
    HealthFlag.objects.create(relationship=row, account_id=row.account_id, kind="fair_weather", since=day - DAY)
    Snapshot.objects.filter(relationship=row, on=day).update(flags=["one_sided", "trust_eroding"])
    answer = of(row, day)
    assert answer.context["then"].card.flags == "One-sided and trust eroding"
    assert answer.context["then"].why == [
        "Not flagged then, but known now: Fair-weather.",
        "Flagged then, and not as known now: One-sided and trust eroding.",
    ]
    assert "Flagged: Fair-weather." in text(answer)


def test_a_day_between_shows_the_last_that_was_kept_and_leads_to_those_beside_it() -> None:
    row, day = remembered()
    answer = of(row, day + 2 * DAY)
    assert answer.context["then"].card.stood.startswith("As kept on Monday ")
    html = answer.content.decode()
    assert f'rel="prev" href="?on={day}"' in html
    assert f'rel="next" href="?on={day + 7 * DAY}"' in html
    first, last = (row.snapshots.order_by(order).values_list("on", flat=True)[0] for order in ("on", "-on"))
    assert f'rel="next" href="{reverse("relationship_standing", args=[row.pk])}"' in of(row, last).content.decode()
    assert 'rel="prev"' not in of(row, first).content.decode()
    today = page(row).content.decode()
    assert f'rel="prev" href="?on={last}"' in today and 'rel="next"' not in today
    assert "As it was shown then" not in today


def test_a_day_between_is_held_against_what_is_known_of_itself() -> None:
    """A contact of the days between is newer where it was written by then, and else was added later."""
    row, day = remembered()
    asked = day + 4 * DAY
    about: dict[str, Any] = {"relationship": row, "account_id": row.account_id, "day": day + DAY}
    added = Evidence.objects.create(
        **about, component="cadence", kind="touch", side="both", r=1.0, source_model="tests.later", source_id=1
    )
    # What was kept stood in a long silence, and so did not know of the contact.
    kept = Snapshot.objects.get(relationship=row, on=day)
    Snapshot.objects.filter(pk=kept.pk).update(cadence_b=kept.cadence_b - 0.3, cadence_d=kept.cadence_d + 0.3)
    answer = of(row, asked)
    assert any(said.startswith("Added later: Two-way contact (") for said in answer.context["then"].why)
    said = text(answer)
    assert "The same: nothing became known" not in said
    # The standing of the day that was asked for stands beside what was kept.
    assert f"{answer.context['standing'].bar.earned} " in said and "Why it differs" in said
    Evidence.objects.filter(pk=added.pk).update(written_at=datetime.combine(day + DAY, time(12), UTC))
    why = of(row, asked).context["then"].why
    assert any(said.startswith("Newer than ") and "Two-way contact (" in said for said in why)
    assert not any(said.startswith("Added later") for said in why)


def test_a_day_before_anything_was_kept_says_so() -> None:
    row, _day = remembered()
    first = row.snapshots.order_by("on")[0].on
    answer = of(row, first - DAY)
    assert answer.context["then"].card is None
    assert "What was shown that day was not kept: the first that was is of " in text(answer)
    assert "As it is known now" in text(answer) and answer.context["standing"].bar.most == 100
    new = people.relationship()
    assert "nothing is kept yet" in text(of(new, TODAY - DAY))


@pytest.mark.parametrize(("talks", "promises"), [(3, 4), (30, 24)])
def test_page_of_a_past_day_takes_the_same_queries(
    talks: int, promises: int, django_assert_num_queries: Callable[..., Any]
) -> None:
    row, _day = remembered(talks, promises)
    client, day = client_of(row.owner), row.snapshots.newest_first()[0].on
    with django_assert_num_queries(THEN_QUERIES):
        client.get(reverse("relationship_standing", args=[row.pk]), {"on": day.isoformat()})


def test_a_day_within_a_pause_is_told_as_it_stood_when_that_began() -> None:
    """Also by the weights of that day, whatever was applied since; what is kept of the pause itself was on no page."""
    row, day = remembered()
    paused = day + 3 * DAY
    actions.pause(actor=row.owner, now=NOW, relationship=row, reason="Their plant is shut")
    Relationship.objects.filter(pk=row.pk).update(paused_since=paused)
    Halt.objects.filter(relationship=row).update(from_on=paused)
    Snapshot.objects.filter(relationship=row, on__gt=paused).update(earned=1.0, score=1.0, band="weak")
    before = of(row, paused)
    within = of(row, paused + 9 * DAY)
    assert within.context["standing"] == before.context["standing"]
    assert within.context["then"] == before.context["then"]
    assert "On " in within.context["rested"] and within.context["rested"] in text(within)
    assert within.context["asked"] == (paused + 9 * DAY).isoformat()
    assert before.context["rested"] == ""
    now = page(row).context["standing"]
    assert now.bar == before.context["standing"].bar
    numbers = {**ScoreConfig.DEFAULTS, "trust": 45, "credibility": 5}
    actions.set_score(actor=people.adam(), now=NOW, numbers=numbers, why="Promises matter more", seen=1)
    assert page(row).context["standing"].bar == now.bar
