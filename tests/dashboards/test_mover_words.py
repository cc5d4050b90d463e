"""What is said of a standing that moved agrees with the rows that moved it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.mover_words import Happened, said, why
from relationships.evidence import RULES, Component, Kind
from relationships.health_words import times

SIDES = ("ours", "theirs")
QUIET = "quiet for 41 days – you agreed on 14"


def rows_of(component: Component) -> st.SearchStrategy[list[Happened]]:
    kinds = [kind for kind, rule in RULES.items() if rule.component is component]
    keys = st.tuples(st.sampled_from(kinds), st.sampled_from(SIDES))
    return st.dictionaries(keys, st.integers(1, 9)).map(
        lambda found: [
            Happened(kind, side, n, n * RULES[kind].r, n * RULES[kind].s) for (kind, side), n in found.items()
        ]
    )


@given(st.sampled_from([Component.TRUST, Component.CREDIBILITY]), st.sampled_from([3.0, -3.0]), st.data())
def test_the_heaviest_in_the_direction_is_told(component: Component, moved: float, data: st.DataObject) -> None:
    rows = data.draw(rows_of(component))
    told = why(component, moved, rows, QUIET)
    weighed = [row for row in rows if (row.r if moved > 0 else row.s) > 0 and said(row)]
    if not weighed:
        assert "fades" in told
        return
    most = max(row.r if moved > 0 else row.s for row in weighed)
    assert told in {said(row) for row in weighed if (row.r if moved > 0 else row.s) == most}


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(
    "kind",
    [kind for kind, rule in RULES.items() if rule.component in ("access", "trust") and (rule.r > 0 or rule.s > 0)],
)
def test_one_and_several_are_said(kind: Kind, side: str) -> None:
    one, three = (said(Happened(kind, side, n, 1, 1)) for n in (1, 3))
    assert one and three and one != three and "three" in three and "%" not in one + three


@pytest.mark.parametrize(
    ("component", "moved", "rows", "told"),
    [
        (Component.CADENCE, -5, [], QUIET),
        (Component.CADENCE, 5, [Happened(Kind.TOUCH, "both", 4, 0, 0)], "four days with a conversation"),
        (Component.CADENCE, 5, [], ""),
        (Component.ACCESS, 4, [], ""),
        (Component.ACCESS, 4, [Happened(Kind.MEETING_ACCEPTED, "theirs", 1, 0.5, 0)], "they accepted one meeting"),
        (Component.TRUST, -4, [Happened(Kind.PROMISE_BROKEN, "ours", 2, 0, 1.2)], "two promises of ours missed"),
        (Component.TRUST, -4, [Happened(Kind.PROMISE_KEPT, "ours", 2, 2, 0)], "nothing new; what was earned fades"),
        (
            Component.RECIPROCITY,
            -2,
            [Happened(Kind.INITIATIVE, "ours", 3, 3, 0), Happened(Kind.FEEDBACK_GIVEN, "theirs", 1, 1, 0)],
            "they began or gave something once, we three times",
        ),
        (Component.RECIPROCITY, -2, [], "neither side began or gave anything"),
    ],
)
def test_what_is_said(component: Component, moved: float, rows: list[Happened], told: str) -> None:
    assert why(component, moved, rows, QUIET) == told


def test_how_often() -> None:
    assert [times(n) for n in range(4)] == ["never", "once", "twice", "three times"]
