from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts import actions
from accounts.models import Team
from accounts.teams import at_and_below, in_order, would_loop
from tests import people
from web.clock import Now

NOW = Now(datetime(2026, 3, 2, 12, tzinfo=UTC))
TEAMS = range(6)
moves = st.lists(st.tuples(st.sampled_from(TEAMS), st.none() | st.sampled_from(TEAMS)), max_size=40)


@given(moves)
def test_no_row_of_moves_makes_a_loop(wanted: list[tuple[int, int | None]]) -> None:
    parents: dict[int, int | None] = dict.fromkeys(TEAMS)
    for team, parent in wanted:
        if not would_loop(team, parent, parents.items()):
            parents[team] = parent
        for start in TEAMS:
            steps = 0
            above = parents[start]
            while above is not None:
                above = parents[above]
                steps += 1
                assert steps <= len(TEAMS)


@given(moves)
def test_only_moves_that_would_loop_are_refused(wanted: list[tuple[int, int | None]]) -> None:
    parents: dict[int, int | None] = dict.fromkeys(TEAMS)
    for team, parent in wanted:
        above, passed = parent, False
        while above is not None and not passed:
            passed = above == team
            above = parents[above]
        assert would_loop(team, parent, parents.items()) == passed
        if not passed:
            parents[team] = parent


@given(moves)
def test_the_order_names_every_team_once_after_its_parent(wanted: list[tuple[int, int | None]]) -> None:
    parents: dict[int, int | None] = dict.fromkeys(TEAMS)
    for team, parent in wanted:
        if not would_loop(team, parent, parents.items()):
            parents[team] = parent
    order = in_order(parents.items())
    assert sorted(team for team, _depth in order) == list(TEAMS)
    depths = dict(order)
    for team, parent in parents.items():
        assert depths[team] == (0 if parent is None else depths[parent] + 1)
    for root in TEAMS:
        below = at_and_below([root], parents.items())
        places = [place for place, (team, _depth) in enumerate(order) if team in below]
        assert places == list(range(places[0], places[0] + len(below)))


@pytest.mark.django_db
def test_a_team_cannot_move_below_itself() -> None:
    north, europe = people.north(), people.europe()
    with pytest.raises(ValidationError) as error:
        actions.change_team(actor=people.adam(), now=NOW, team=europe, name="Europe", parent=north)
    assert list(error.value.error_dict) == ["parent"]


@pytest.mark.django_db
def test_a_team_with_people_partners_or_teams_stays() -> None:
    adam = people.adam()
    relationship = people.relationship(team=Team.objects.create(name="Only a partner"))
    assert relationship.team
    people.bob()
    people.north()
    for team in (relationship.team, people.north(), people.europe()):
        with pytest.raises(ValidationError, match="is not empty"):
            actions.remove_team(actor=adam, now=NOW, team=team)
