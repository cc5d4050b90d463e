"""The tables under a chart to take along: the numbers as the page tells them, days as days."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from django.http import Http404

from web import charts
from web.charts import Chart, Table
from web.downloads import Listing, Menu, whole
from web.sheets import Cell, Column, Row

# The first column names the row, the others are numbers.
NAME, NUMBER = 24, 14
PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?")
# What an address says of several tables: the first has no number.
TABLE = "table"


def menu(of: Menu, chart: Chart | None) -> Menu:
    """With the tables of the chart by name, where there are several."""
    if chart is None or not chart.also:
        return of
    every = enumerate(chart.tables, start=1)
    return replace(of, tables=[(one.name, f"{of.csv}&{TABLE}={at}" if at > 1 else of.csv) for at, one in every])


def listing(name: str, key: str, drawn: Iterable[Chart | None], *, table: str = "") -> Listing:
    """The tables of the chart with the key, the first or the one asked for before the others; there are no more."""
    chart = next((one for one in drawn if one is not None and one.key == key), None)
    tables = {str(at): one for at, one in enumerate(chart.tables, start=1)} if chart else {}
    first = tables.pop(table or "1", None)
    if first is None:
        raise Http404
    named = f"{name}-{key}-{first.name}" if table else f"{name}-{key}"
    return replace(_of(named, first), also=[_of(one.name, one) for one in tables.values()])


def _of(name: str, table: Table) -> Listing:
    columns = [Column(one, NUMBER if at else NAME) for at, one in enumerate(table.head)]
    return whole(name, columns, lambda: _rows(table))


def _rows(table: Table) -> Iterator[Row]:
    for line in table.lines:
        yield [line[0].day or line[0].text, *(_number(cell) for cell in line[1:])]


def _number(cell: charts.Cell) -> Cell:
    """The number that a cell of the page shows; a text where it shows none, such as *–*."""
    if cell.number is not None:
        return cell.number
    if not PLAIN.fullmatch(cell.text):
        return cell.text
    return float(cell.text) if "." in cell.text else int(cell.text)
