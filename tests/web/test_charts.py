"""What a chart refuses, and that its bundle is built apart from that of every page."""

from __future__ import annotations

import json
import subprocess
from itertools import pairwise
from operator import itemgetter
from random import Random
from typing import Any

import pytest

from prm import services
from web.charts import Cell, Chart, Dot, Dots, Heap, HeapLane, Heaps, Lane, Line, Lines, Stop, Table, Tone

DIST = services.CHECKOUT / "static" / "dist"


def test_a_line_has_a_value_for_each_stop() -> None:
    with pytest.raises(ValueError, match="overdue has 1 values for 2 stops"):
        Lines([Stop(0, "a"), Stop(1, "b")], [], [Line("overdue", [1], Tone.OVER, "1")])


def test_what_is_drawn_is_json_and_tells_all() -> None:
    lines = Lines([Stop(0, "a")], [], [Line("theirs", [None], Tone.THEIRS, "–", ink=Tone.THEIRS_INK)])
    dots = Dots([Lane("Partner", [Dot(50, 40, 60, "so", "/x/", "Castell")], 50)])
    heaps = Heaps([HeapLane("Partner", [Heap(0, 10, 3, "so"), Heap(10, 20, 7, "so")])])
    told = [json.loads(json.dumps(plot.drawn)) for plot in (lines, dots, heaps)]
    assert told[0]["lines"][0]["ink"] == "theirs-ink"
    assert told[0]["lines"][0]["values"] == [None]
    assert told[1]["lanes"][0]["dots"][0] == {
        "value": 50,
        "low": 40,
        "high": 60,
        "said": "so",
        "href": "/x/",
        "name": "Castell",
    }
    assert told[2]["most"] == 7


def test_cells_of_a_table_may_be_words() -> None:
    table = Table(["Week", "Overdue"], [["1", Cell("3", "/portfolio/", "3 overdue")]])
    assert table.lines == [[Cell("1"), Cell("3", "/portfolio/", "3 overdue")]]
    assert json.loads(Chart("one", "t", "s", Dots([]), table).as_json) == {
        "kind": "dots",
        "low": 0,
        "high": 100,
        "lanes": [],
    }


def test_only_pages_that_draw_load_the_library() -> None:
    """ECharts is four times the rest together."""
    assert (DIST / "charts.js").stat().st_size > 400_000
    assert b"echarts" not in (DIST / "app.js").read_bytes()
    assert (DIST / "app.js").stat().st_size < 150_000


def test_dots_are_packed_so_that_no_two_lines_read_as_one() -> None:
    """By the module itself, of many lanes at once: each dot where there is room, a gap from its neighbours."""
    chance = Random(7)
    lanes = [[_line(chance) for _ in range(chance.randint(0, 40))] for _ in range(60)]
    lanes.append([{"low": 36, "high": 61, "name": "Saltholm"}, {"low": 62, "high": 78}])
    gap = 2.5
    for lane, laid in zip(lanes, _packed(lanes, 1, gap), strict=True):
        assert [{key: one[key] for key in one if key != "row"} for one in laid] == sorted(lane, key=itemgetter("low"))
        rows: dict[int, list[Any]] = {}
        for one in laid:
            rows.setdefault(one["row"], []).append(one)
        for row in rows.values():
            assert all(one["high"] + gap <= next_one["low"] for one, next_one in pairwise(row))
        # No row more than is needed: whoever opens one without a name met a line in each that was open.
        for place, one in enumerate(laid):
            before = laid[:place]
            if not one.get("name") and all(other["row"] != one["row"] for other in before):
                ends = {other["row"]: other["high"] for other in before}
                assert all(end + gap > one["low"] for end in ends.values())
    saltholm, other = _packed(lanes[-1:], 1, gap)[0]
    assert saltholm["row"] != other["row"]


def _line(chance: Random) -> dict[str, Any]:
    low = chance.uniform(0, 90)
    named = {"name": "Castell"} if chance.random() < 0.1 else {}
    return {"low": low, "high": min(100, low + chance.uniform(0, 30)), **named}


def _packed(lanes: list[list[dict[str, Any]]], free: int, gap: float) -> list[list[dict[str, Any]]]:
    script = (
        "import { packed } from './frontend/js/packing.js';"
        "const { lanes, free, gap } = JSON.parse(process.argv[1]);"
        "console.log(JSON.stringify(lanes.map((lane) => packed(lane, free, gap))));"
    )
    asked = json.dumps({"lanes": lanes, "free": free, "gap": gap})
    command = [str(services.CHECKOUT / "var" / "node"), "--input-type=module", "--eval", script, "--", asked]
    told = subprocess.run(command, cwd=services.CHECKOUT, check=True, capture_output=True, text=True)
    return list(json.loads(told.stdout))
