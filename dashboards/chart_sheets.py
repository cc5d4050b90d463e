"""The table under a chart to take along: the numbers as the page tells them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from django.http import Http404

from web import charts
from web.charts import Chart
from web.downloads import Listing, whole
from web.sheets import Cell, Column, Row

# The first column names the row, the others are numbers.
NAME, NUMBER = 24, 14
PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def listing(name: str, key: str, drawn: Iterable[Chart | None]) -> Listing:
    """That of the chart with the key; where there is none, there is nothing."""
    chart = next((one for one in drawn if one is not None and one.key == key), None)
    if chart is None:
        raise Http404
    head = chart.table.head
    columns = [Column(name, NUMBER if at else NAME) for at, name in enumerate(head)]
    return whole(f"{name}-{key}", columns, lambda: _rows(chart))


def _rows(chart: Chart) -> Iterator[Row]:
    for line in chart.table.lines:
        yield [line[0].text, *(_number(cell) for cell in line[1:])]


def _number(cell: charts.Cell) -> Cell:
    """The number that a cell of the page shows; a text where it shows none, such as *–*."""
    if cell.number is not None:
        return cell.number
    if not PLAIN.fullmatch(cell.text):
        return cell.text
    return float(cell.text) if "." in cell.text else int(cell.text)
