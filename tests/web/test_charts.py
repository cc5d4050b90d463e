"""What a chart refuses, and that its bundle is built apart from that of every page."""

from __future__ import annotations

import json

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
