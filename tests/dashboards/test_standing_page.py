"""How a relationship stands, on its pages: that every number opens its rows, that they add up, and whom it is told."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from dashboards import standing_bar, standing_page
from relationships import actions, health_points, ledger, problems, queries, records
from relationships.evidence import Component
from relationships.models import (
    Commitment,
    Evidence,
    HealthFlag,
    Interaction,
    InteractionContact,
    Relationship,
    Stakeholder,
    Standing,
)
from tests import people
from tests.relationships.records import agreed, log
from tests.relationships.test_stage_actions import person
from web.clock import Now

pytestmark = pytest.mark.django_db
NOW = Now.read()
TODAY = NOW.today("UTC")
DAY = timedelta(days=1)
# Of a page with a course, which begins after a week.
STANDING_QUERIES = 42


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(row: Relationship, name: str = "relationship_standing", who: Any = None, **asked: str) -> Any:
    return client_of(who or row.owner).get(reverse(name, args=[row.pk]), asked)


def text(answer: Any) -> str:
    return " ".join(strip_tags(answer.content.decode()).split())


def proven(talks: int = 12, promises: int = 6) -> Relationship:
    """Enough is known of it: a rhythm that is kept, who decides, promises of both, feedback, problems solved.

    Written in bulk: a page is what is tried, not the verbs.
    """
    row = agreed(14, start=TODAY - 300 * DAY)
    deciders = [person(row, name, TODAY - 200 * DAY).contact for name in ("Ingrid Moe", "Solveig Dahl")]
    about: dict[str, Any] = {"relationship": row, "account_id": row.account_id}
    met = Interaction.objects.bulk_create(
        Interaction(
            occurred_on=TODAY - (3 + 14 * number) * DAY, begun_by=("ours", "theirs")[number % 2], summary="Prices",
            logged_by=row.owner, logged_at=NOW.instant, channel="call", **about,
        )
        for number in range(talks)
    )  # fmt: skip
    InteractionContact.objects.bulk_create(InteractionContact(interaction=met[0], contact=one) for one in deciders)
    made = Commitment.objects.bulk_create(
        Commitment(
            side=("ours", "theirs")[number % 2], what=f"Table {number}", made_on=TODAY - 290 * DAY,
            due_on=TODAY - 9 * number * DAY, binding_on=TODAY - 9 * number * DAY, ended_on=TODAY - 9 * number * DAY,
            outcome="kept", keeper=row.owner, written_by=row.owner, written_at=NOW.instant, **about,
        )
        for number in range(promises)
    )  # fmt: skip
    rows = [(one.side, "trust", "promise_kept", one.due_on, 1.0, "relationships.commitment", one.pk) for one in made]
    rows += [
        (
            "ours",
            "credibility",
            "problem_solved",
            TODAY - 20 * number * DAY,
            0.5,
            "tests.problem",
            row.pk * 100 + number,
        )
        for number in range(6)
    ]
    rows += [("ours", "reciprocity", "feedback_given", TODAY, 1.0, "tests.feedback", row.pk * 100)]
    rows += [("theirs", "reciprocity", "feedback_given", TODAY, 1.0, "tests.feedback", row.pk * 100 + 1)]
    Evidence.objects.bulk_create(
        Evidence(side=side, component=component, kind=kind, day=day, r=r, source_model=model, source_id=pk, **about)
        for side, component, kind, day, r, model, pk in rows
    )
    ledger.follow_interactions([one.pk for one in met])
    actions.refresh([row.pk], now=NOW)
    actions.rebuild_health(now=NOW)
    return Relationship.objects.get(pk=row.pk)


# The section -------------------------------------------------------------------------------------------------------


def test_little_is_known_from_the_first_day_in_sentences_and_what_would_tell_most_leads_there() -> None:
    row = people.relationship()
    said = text(page(row, "relationship_detail"))
    assert "Not enough evidence yet: 0 of 100 points can be judged." in said
    assert "0 earned" in said and "100 not yet known" in said
    assert "Nobody who decides or signs is named yet." in said and "No promise has come due yet." in said
    ways = page(row, "relationship_detail").context["standing"].ways
    assert len(ways) == 3
    assert "Together they would make at least " in said and "of the 50 points that a score needs" in said
    assert all(client_of(row.owner).get(way.address).status_code == 200 for way in ways)


def test_judged_it_says_number_word_uncertainty_parts_and_what_lost_most() -> None:
    row = proven()
    answer = page(row, "relationship_detail")
    found = answer.context["standing"]
    said = text(answer)
    kept = Standing.objects.get(pk=row.pk)
    assert found.judged and kept.score is not None
    assert found.bar.earned == math.floor(kept.score)
    assert f"{found.bar.earned} {found.word} uncertainty {found.band}" in said
    assert found.bar.earned + found.bar.lost + found.bar.unknown == 100
    exact = standing_page.case_of(row, records.read([row])[row.pk], TODAY)
    wanted = {str(component): math.floor(exact.points(component)[0] + 1e-9) for component in Component}
    assert {part.key: part.bar.earned for part in found.parts} == wanted
    assert "3 of our 3 promises kept in time, 3 of 3 of theirs." in said
    assert "Most lost: " in said or "what is missing is " in said
    assert not re.search("predict|churn|at risk", said)
    assert 'style="' not in answer.content.decode()


def test_reader_sees_how_it_stands_and_is_offered_no_form_that_is_closed_to_them() -> None:
    row = people.relationship()
    answer = page(row, "relationship_detail", people.rita())
    found = answer.context["standing"]
    assert found.ways and not any(way.address for way in found.ways)
    assert "What would tell most" in text(answer)


@pytest.mark.parametrize("rests", ["paused", "ended"])
def test_what_rests_is_told_as_it_stood(rests: str) -> None:
    row = proven()
    since = {"paused": "paused_since", "ended": "ended_on"}[rests]
    why = {"paused": "pause_reason", "ended": "end_reason"}[rests]
    Relationship.objects.filter(pk=row.pk).update(**{since: TODAY - 2 * DAY, why: "Their plant is shut."})
    when = "paused" if rests == "paused" else "ended"
    for name in ("relationship_detail", "relationship_standing"):
        assert f"when it {'was ' if when == 'paused' else ''}{when}." in text(page(row, name))
    # In lists nothing is told of what rests.
    assert standing_bar.in_list(Relationship.objects.select_related("standing").get(pk=row.pk)) is None


# The page of evidence ----------------------------------------------------------------------------------------------


def test_every_number_opens_its_rows_and_they_add_up() -> None:
    row = proven()
    answer = page(row)
    context = answer.context
    said = answer.content.decode()
    exact = standing_page.case_of(row, records.read([row])[row.pk], TODAY)
    for one in context["evidence"]:
        groups = one.groups
        earned, lost, _unknown = exact.points(Component(one.part.key))
        assert sum(group.earned for group in groups) == pytest.approx(earned, abs=0.11)
        assert sum(group.lost for group in groups) == pytest.approx(lost, abs=0.11)
        judged = sum(group.earned + group.lost for group in groups)
        assert math.floor(sum(group.earned for group in groups) + 1e-6) == one.part.bar.earned
        assert math.floor(judged + 1e-6) - one.part.bar.earned == one.part.bar.lost
        assert one.in_full in text(answer)
        for group in groups:
            told = [*((point.earned, point.lost) for point in group.points), (group.older_earned, group.older_lost)]
            assert round(sum(earned for earned, _ in told), 1) == group.earned
            assert round(sum(lost for _, lost in told), 1) == group.lost
            days = [point.day for point in group.points if point.day]
            assert days == sorted(days, reverse=True)
    assert reverse("commitment_detail", args=[row.commitments.first().pk]) in said  # type: ignore[union-attr]
    assert f"{row.get_absolute_url()}#entry-{row.interactions.order_by('-occurred_on').first().pk}" in said  # type: ignore[union-attr]
    assert reverse("relationship_people", args=[row.pk]) in said
    plain = text(answer)
    assert "one after 5 days and before 30 counts neither way." in plain
    assert "The uncertainty beside the score, here " in plain and "Full points: " in plain
    assert "Promise kept in time: " in plain and "Decides or signs, seen last " in plain
    assert "A hundred points are shared out among five parts." in plain


def test_long_history_is_folded_and_opens() -> None:
    row = people.relationship()
    Evidence.objects.bulk_create(
        Evidence(
            relationship=row, account_id=row.account_id, component="trust", kind="promise_kept", side="ours",
            day=TODAY - 10 * number * DAY, r=1.0, source_model="relationships.commitment", source_id=10**9 + number,
        )
        for number in range(50)
    )  # fmt: skip
    ours = next(group for one in page(row).context["evidence"] for group in one.groups if group.key == "trust-ours")
    assert (len(ours.points), ours.older) == (20, "and 30 older, together")
    assert ours.older_earned > 0 and "all=trust-ours" in ours.opens
    answer = page(row, all="trust-ours")
    opened = next(group for one in answer.context["evidence"] for group in one.groups if group.key == "trust-ours")
    assert (len(opened.points), opened.older) == (50, "")
    assert opened.earned == ours.earned


def test_rows_that_come_to_nothing_are_told_together_until_they_are_asked_for() -> None:
    row = people.relationship()
    Evidence.objects.bulk_create(
        Evidence(
            relationship=row, account_id=row.account_id, component="credibility", kind="problem_solved", side="ours",
            day=TODAY - ago * DAY, r=0.5, source_model="tests.problem", source_id=10**9 + ago,
        )
        for ago in (5, 2500, 2600)
    )  # fmt: skip

    def group(**asked: str) -> standing_page.Group:
        found: list[standing_page.Evidence] = page(row, **asked).context["evidence"]
        return next(one for part in found for one in part.groups if one.key == "credibility")

    folded, whole = group(), group(all="credibility")
    assert (len(folded.points), folded.older) == (1, "and 2 older, together")
    assert (len(whole.points), whole.older) == (3, "") and whole.folds
    assert (folded.earned, folded.lost) == (whole.earned, whole.lost)


def test_page_names_the_flags_in_force_says_what_uncertainty_is_and_how_silence_counts() -> None:
    row = proven()
    about: dict[str, Any] = {"relationship": row, "account_id": row.account_id, "since": TODAY - 9 * DAY}
    quiet = HealthFlag.objects.create(kind="going_quiet", **about)
    HealthFlag.objects.create(kind="one_sided", until=TODAY - DAY, **about)
    HealthFlag.objects.create(kind="single_threaded", snoozed_until=TODAY + DAY, snoozed_why="A new buyer", **about)
    answer = page(row)
    said = text(answer)
    assert "Flagged: Going quiet, Single-threaded (snoozed)" in said
    assert f'href="{row.get_absolute_url()}#flag-{quiet.pk}"' in answer.content.decode()
    assert "The uncertainty beside the score" in said and 'title="At 80 %: ' in answer.content.decode()
    assert "the first 17 of one (14 and 3 of slack) are earned once it is over" in said
    assert "Going quiet" not in text(page(row, on=(TODAY - 30 * DAY).isoformat())), "of a day that is over its own"


def test_only_where_a_problem_is_open_is_solving_one_offered(django_assert_num_queries: Any) -> None:
    row = people.relationship()
    kinds = (("trust", "promise_kept"), ("reciprocity", "initiative"), ("reciprocity", "feedback_given"))
    Evidence.objects.bulk_create(
        Evidence(
            relationship=row, account_id=row.account_id, component=component, kind=kind, side=side,
            day=TODAY - 7 * number * DAY, r=1.0, source_model="tests.row", source_id=10**9 + number,
        )
        for component, kind in kinds
        for side in ("ours", "theirs")
        for number in range(12)
    )  # fmt: skip
    case = standing_page.case_of(row, records.read([row])[row.pk], TODAY)
    solve = health_points.Remedy.SOLVE
    with django_assert_num_queries(0):
        assert solve not in [offer.remedy for offer in standing_page._offers(row, case)]
    actions.open_problem(actor=row.owner, now=NOW, relationship=row, what="No forks")
    case = standing_page.case_of(row, records.read([row])[row.pk], TODAY)
    assert solve in [offer.remedy for offer in standing_page._offers(row, case)]


def test_a_problem_that_came_back_is_open_here_and_in_the_review_pack() -> None:
    """Its row of the first time stays, with the day on which it came back beside it."""
    row = people.relationship()
    opened = TODAY - 20 * DAY
    *_others, told = (
        actions.open_problem(
            actor=row.owner, now=Now.on(opened), relationship=row, what=f"Crates {number}", opened_on=opened
        ).row
        for number in range(5)
    )
    for one in row.problems.all():
        actions.solve_problem(actor=row.owner, now=Now.on(opened + 2 * DAY), problem=one)
    actions.reopen_problem(actor=row.owner, now=NOW, problem=told, due_on=TODAY + 5 * DAY)
    said = "5 problems: 4 solved in time; 1 came back and is open."
    pack = client_of(row.owner).get(reverse("review_pack", args=[row.pk]))
    for answer in (page(row), client_of(row.owner).get(row.get_absolute_url()), pack):
        assert said in text(answer)
    assert "5 problems: 5 solved in time." in text(page(row, on=(TODAY - DAY).isoformat()))
    standing = text(page(row))
    assert "Problem solved in time" in standing and standing.count("Problem came back") == 1
    assert "A problem counts once it is solved: one is open." in standing
    counted = problems.tally((one.state(NOW), one.reopened) for one in row.problems.select_related("relationship"))
    assert problems.tally_on(queries.problems_of(row), TODAY) == counted
    actions.solve_problem(actor=row.owner, now=NOW, problem=told)
    for answer in (page(row), client_of(row.owner).get(reverse("review_pack", args=[row.pk]))):
        assert "5 problems: 5 solved in time." in text(answer)
    assert "One of the solved had come back." in text(page(row))


def test_open_problems_are_named_where_somebody_looks_for_their_rows() -> None:
    row = people.relationship()
    assert "A problem counts once it is solved" not in text(page(row))
    for what, opened in (("No forks", TODAY - 200 * DAY), ("Crates too wide", TODAY)):
        actions.open_problem(actor=row.owner, now=Now.on(opened), relationship=row, what=what, opened_on=opened)
    answer = page(row)
    assert "A problem counts once it is solved: two are open, one of them late." in text(answer)
    assert f'{reverse("problem_list")}?relationship={row.pk}"' in answer.content.decode()
    assert "A problem counts once it is solved" not in text(page(row, on=(TODAY - DAY).isoformat()))


def test_praise_nobody_answered_says_so_in_its_row() -> None:
    row = people.relationship()
    given = [people.feedback(row, TODAY - 60 * DAY, nature=nature) for nature in ("praise", "suggestion")]
    ledger.fall_ignored(NOW)
    said = text(page(row))
    assert len(given) == said.count(" for 30 days: ")
    assert "We did not answer their praise for 30 days: Praise" in said
    assert "We left their feedback unanswered for 30 days: Suggestion" in said


def test_portfolio_shows_the_worst_flag_before_the_tags_and_not_as_one() -> None:
    row = people.relationship()
    Relationship.objects.filter(pk=row.pk).update(tags=["salmon"])
    HealthFlag.objects.create(relationship=row, account_id=row.account_id, kind="going_quiet", since=TODAY)
    said = client_of(row.owner).get(reverse("portfolio")).content.decode()
    flag, tags = said.index('<span class="worst">'), said.index('<span class="tags">')
    assert flag < tags
    assert "#flag" in said[flag:tags] and "Going quiet" in said[flag:tags] and "salmon" not in said[flag:tags]


def test_a_past_day_tells_what_was_there_by_then() -> None:
    row = agreed(14, start=TODAY - 100 * DAY)
    log(row, TODAY - 50 * DAY)
    log(row, TODAY - 2 * DAY)
    then = TODAY - 40 * DAY
    answer = page(row, on=then.isoformat())
    assert answer.context["day"] == then
    assert "what was shown then, and every point as it is known now" in text(answer)
    days = [point.day for one in answer.context["evidence"] for group in one.groups for point in group.points]
    assert days and all(day is None or day <= then for day in days)
    exact = standing_page.case_of(row, records.read([row])[row.pk], then)
    assert answer.context["standing"].bar.earned == math.floor(exact.standing.earned)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("yesterday", "That is no day that Concord can read."),
        ("2026-02-31", "That is no day that Concord can read."),
        ("9999-01-01", "That day is still to come"),
        ("0001-01-01", "Nothing is known of a day that long ago."),
    ],
)
def test_day_that_cannot_be_shown_is_said_clearly(asked: str, said: str) -> None:
    row = people.relationship()
    answer = page(row, on=asked)
    assert answer.status_code == 200
    assert said in text(answer) and answer.context["day"] == TODAY
    assert f'value="{asked}"' in answer.content.decode()


def test_day_before_anything_was_known_knows_nothing() -> None:
    assert "0 of 100 points can be judged" in text(page(people.relationship(), on="1999-12-31"))


@pytest.mark.parametrize(("talks", "promises"), [(1, 2), (30, 24)])
def test_page_takes_the_same_queries(
    talks: int, promises: int, django_assert_num_queries: Callable[..., object]
) -> None:
    row = proven(talks, promises)
    Relationship.objects.filter(pk=row.pk).update(created_at=Now.read().instant - timedelta(days=90))
    client = client_of(row.owner)
    with django_assert_num_queries(STANDING_QUERIES):  # type: ignore[attr-defined]
        assert client.get(reverse("relationship_standing", args=[row.pk])).status_code == 200


def test_page_and_list_tell_the_same() -> None:
    """Two spellings of one person, somebody who left, whoever decides: counted as the list counts them."""
    row = proven()
    person(row, "ingrid moe", TODAY - 30 * DAY)
    gone = person(row, "Henrik Aune", TODAY - 30 * DAY)
    gone.contact.affiliations.update(until=TODAY - DAY)
    Stakeholder.objects.filter(pk=gone.pk).update(power="signs")
    actions.rebuild_health(now=NOW)
    case = standing_page.case_of(row, records.read([row])[row.pk], TODAY)
    kept = Standing.objects.get(pk=row.pk)
    assert case.standing.earned == pytest.approx(kept.earned, abs=1e-9)
    assert case.standing.lost == pytest.approx(kept.lost, abs=1e-9)
    assert case.standing.limiting.value == kept.limiting
    assert len(queries.evidence_of(row)) == Evidence.objects.filter(relationship=row).count()


# The portfolio -----------------------------------------------------------------------------------------------------


def test_portfolio_shows_the_score_or_how_much_can_be_judged_and_sorts_by_it() -> None:
    rows = [people.relationship() for _number in range(4)]
    for row, score in zip(rows, (70.2, None, 41.0, 55.0), strict=True):
        Standing.objects.filter(pk=row.pk).delete()
        Standing.objects.create(
            relationship=row, account_id=row.account_id, as_of=TODAY, score=score, limiting="trust",
            band={70.2: "strong", 41.0: "weak", 55.0: "steady"}.get(score or 0, ""),
            earned=score or 20.0, lost=5, unknown=95 - (score or 20.0), low=0, high=100,
            **{f"{name}_{sign}": 0 for name in COMPONENTS for sign in "bd"},
        )  # fmt: skip
    client = client_of(people.alice())
    answer = client.get(reverse("portfolio"), {"sort": "standing"})
    lines = [line for _look, _count, lines in answer.context["groups"] for line in lines]
    assert [line.relationship for line in lines] == [rows[2], rows[3], rows[0], rows[1]]
    assert [(line.standing.score, line.standing.word) for line in lines] == [
        ("41", "41 weak"), ("55", "55 steady"), ("70", "70 strong"), ("", "25 of 100 judged"),
    ]  # fmt: skip
    said = text(answer)
    assert "25 of 100 judged" in said and "70 strong" in said
    assert "70 earned, 5 lost, 25 not yet known of 100" in answer.content.decode()


COMPONENTS = ("cadence", "access", "credibility", "trust", "trust_ours", "trust_theirs", "reciprocity")
