"""The tree of teams (pure)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable


def at_and_below(roots: Iterable[int], parents: Iterable[tuple[int, int | None]]) -> frozenset[int]:
    """The roots and every team under them; ``parents`` are pairs of team and parent. A loop ends the walk."""
    children: dict[int, list[int]] = defaultdict(list)
    for team, parent in parents:
        if parent is not None:
            children[parent].append(team)
    reached: set[int] = set()
    waiting = list(roots)
    while waiting:
        team = waiting.pop()
        if team not in reached:
            reached.add(team)
            waiting += children[team]
    return frozenset(reached)


def at_and_above(team: int, parents: Iterable[tuple[int, int | None]]) -> frozenset[int]:
    """The team and every one that it is part of. A loop ends the walk."""
    parent_of = dict(parents)
    reached: set[int] = set()
    reach: int | None = team
    while reach is not None and reach not in reached:
        reached.add(reach)
        reach = parent_of.get(reach)
    return frozenset(reached)


def would_loop(team: int, parent: int | None, parents: Iterable[tuple[int, int | None]]) -> bool:
    """Whether putting ``team`` under ``parent`` would make it a part of itself."""
    return parent is not None and parent in at_and_below([team], parents)


def in_order(parents: Iterable[tuple[int, int | None]]) -> list[tuple[int, int]]:
    """Every team after the one it is part of, with its depth (0 at the top); siblings in the order given."""
    pairs = list(parents)
    children: dict[int | None, list[int]] = defaultdict(list)
    for team, parent in pairs:
        children[parent].append(team)
    order: list[tuple[int, int]] = []
    waiting = [(team, 0) for team in reversed(children[None])]
    while waiting:
        team, depth = waiting.pop()
        order.append((team, depth))
        waiting += [(child, depth + 1) for child in reversed(children[team])]
    return order
