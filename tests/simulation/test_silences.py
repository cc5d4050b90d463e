"""The part on real meetings, against a count of its own on meetings that nobody had."""

from __future__ import annotations

import csv
import io
import math
import random
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from simulation import silences

from imports import mappings
from tests.relationships import health_oracle as slow
from tests.relationships import oracle
from web import zones

DAY = timedelta(days=1)
FIRST = date(2019, 2, 4)
LAST = FIRST + 330 * DAY
MAPPING = mappings.parse(Path("imports/presets/mep-meetings.json").read_text(), zones.names())


def invented() -> str:
    """Thirty organisations and two members; some stop, a name is spelt in two ways, and years are mistyped."""
    rng = random.Random(6)
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(["mep", "title", "lobbyists", "date"])
    for number in range(30):
        mean = rng.choice((8, 20, 35, 60))
        stops = FIRST + rng.choice((150, 250, 400)) * DAY
        day = FIRST + (rng.randrange(40) if number else 0) * DAY
        while day <= min(stops, LAST):
            name = rng.choice((f"Fjord {number}", f" fjord {number}. "))
            lines.writerow([f"Member {number % 2}", f"Crates {day.month}", name, f"{day:%d/%m/%Y}"])
            day += max(1, round(rng.expovariate(1 / mean))) * DAY
    lines.writerow(["Member 0", "Mistyped", "Fjord 0", "23/09/2029"])
    lines.writerow(["Member 0", "Mistyped", "Fjord 0", "14/11/2013"])
    lines.writerow(["Member 0", "No day", "Fjord 0", "31/02/2019"])
    # On the last day of judging, and as late as counts after it.
    lines.writerow(["Member 0", "At the edge", "Edge 1", f"{LAST - 60 * DAY:%d/%m/%Y}"])
    lines.writerow(["Member 0", "At the edge", "Edge 2", f"{LAST - 70 * DAY:%d/%m/%Y}"])
    lines.writerow(["Member 0", "The last", "Edge 2", f"{LAST:%d/%m/%Y}"])
    return out.getvalue()


class Counted(NamedTuple):
    pair: tuple[str, str]
    day: date
    met: int
    silent: bool
    since: int
    quiet: float
    flagged: bool
    earned: float


def chance(days: list[date], today: date) -> float:
    """No contact in the next 37 days, for a rhythm of 30: from the words of the specification."""
    ages = [(today - day).days for day in days]
    seen = sum(0.5 ** (age / 60) for age in ages)
    exposed = 60 / math.log(2) * (1 - 0.5 ** (max(ages) / 60))
    return float(((30 + exposed) / (30 + exposed + 37)) ** (1 + seen))


def counted(text: str) -> list[Counted]:
    """Straight from the text, sharing nothing with what is tried but the slow oracle of health."""
    met: dict[tuple[str, str], set[date]] = {}
    for row in csv.DictReader(io.StringIO(text)):
        day, month, year = map(int, row["date"].split("/"))
        if year == 2019 and (day, month) != (31, 2):
            met.setdefault((row["lobbyists"].strip().rstrip(".").lower(), row["mep"]), set()).add(
                date(year, month, day)
            )
    whole = sorted(set().union(*met.values()))
    assert all((after - before).days <= 31 for before, after in pairwise(whole))
    assert (whole[0], whole[-1]) == (FIRST, LAST)
    found = []
    for back in range(20):
        today = LAST - 60 * DAY - 30 * back * DAY
        if today < FIRST + 180 * DAY:
            break
        for pair, days in met.items():
            before = sorted(day for day in days if day <= today)
            if not before or before[-1] <= today - 60 * DAY:
                continue
            lines = [oracle.Line("cadence", "touch", "both", day, 0.0, 0.0) for day in before]
            history = slow.History(lines=lines, agreements=[slow.Agreed(before[0], 30)])
            since = (today - before[-1]).days
            p = chance(before, today) if len(before) >= 5 else -math.inf
            silent = not any(today < day <= today + 60 * DAY for day in days)
            found.append(
                Counted(
                    pair, today, len(before), silent, since, p, p >= 0.5 and since > 30, slow.points(history, today).b
                )
            )
    return sorted(found)


@pytest.fixture(scope="module")
def both() -> tuple[list[silences.Case], list[Counted]]:
    text = invented()
    pairs = silences.pairs(io.BytesIO(text.encode()), MAPPING)
    return silences.cases(pairs, 30), counted(text)


def test_each_pair_on_each_day(both: tuple[list[silences.Case], list[Counted]]) -> None:
    found, count = both
    assert len(count) > 60
    assert {one.silent for one in count} == {one.flagged for one in count} == {True, False}
    plain = sorted((one.pair, one.day, one.met, one.silent, one.since, one.flagged) for one in found)
    assert plain == [(one.pair, one.day, one.met, one.silent, one.since, one.flagged) for one in count]
    by_key = {(one.pair, one.day): one for one in found}
    for one in count:
        case = by_key[one.pair, one.day]
        assert case.quiet == pytest.approx(one.quiet)
        assert 100 - case.lost == pytest.approx(one.earned)
        assert not case.judged


@pytest.mark.parametrize("fewest", [1, 5])
def test_the_figures(both: tuple[list[silences.Case], list[Counted]], fewest: int) -> None:
    found, count = both
    told = silences.weigh(found, fewest, seed=1)
    count = [one for one in count if one.met >= fewest]
    ill, well = [one for one in count if one.silent], [one for one in count if not one.silent]
    assert (told.cases, told.silent, told.pairs) == (len(count), len(ill), len({one.pair for one in count}))

    def auc(value: str) -> float:
        pairs = [(float(getattr(one, value)), float(getattr(other, value))) for one in ill for other in well]
        return sum((one > other) + (one == other) / 2 for one, other in pairs) / len(pairs)

    for name, value in (("days since contact", "since"), ("going quiet", "quiet")):
        figure = told.auc[name]
        assert figure is not None
        assert figure.value == pytest.approx(auc(value))
        assert figure.low <= figure.value <= figure.high
    for name, on in (
        ("going quiet", [one.flagged for one in count]),
        ("more than 30 days", [one.since > 30 for one in count]),
    ):
        alarm = told.alarms[name]
        right = sum(stands and one.silent for stands, one in zip(on, count, strict=True))
        assert (alarm.on, alarm.right) == (sum(on), right)
        assert alarm.recall is not None
        assert alarm.recall.value == pytest.approx(right / len(ill))
        # A share of a handful is not told.
        assert (alarm.precision is None) == (sum(on) < 5)
        assert alarm.precision is None or alarm.precision.value == pytest.approx(right / sum(on))


def test_an_organisation_is_met_on_every_day_on_which_one_of_ours_met_it() -> None:
    pairs = {("fjord", "A"): [FIRST, LAST], ("fjord", "B"): [FIRST, FIRST + DAY], ("crates", "A"): [LAST]}
    assert silences.organisations(pairs) == {("fjord", ""): [FIRST, FIRST + DAY, LAST], ("crates", ""): [LAST]}


def test_what_is_dated_after_the_file_was_made_was_not_held() -> None:
    pairs = silences.pairs(io.BytesIO(invented().encode()), MAPPING, FIRST + 100 * DAY)
    assert max(day for days in pairs.values() for day in days) <= FIRST + 100 * DAY


def test_where_nobody_fell_silent_there_is_nothing_to_tell() -> None:
    pair = ("fjord", "Member")
    often = {pair: [FIRST + 7 * number * DAY for number in range(60)]}
    told = silences.weigh(silences.cases(often, 30), 1, seed=1)
    assert told.silent == 0
    assert told.cases > 3
    assert set(told.auc.values()) == {None}
