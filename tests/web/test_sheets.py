"""Lists as files: what is written is read again as it was, and no text of it is a formula, whoever opens it and how."""

from __future__ import annotations

import csv
import io
import re
import resource
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.utils.translation import gettext_lazy
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from web import sheets
from web.sheets import Cell, Column
from web.text import harmless

COLUMNS = [Column("Partner", 30), Column("=What"), Column("Day"), Column("Worth")]
FORMULA = tuple("=+-@＝＋－＠\t\r\n")
# What PostgreSQL can hold, with what is dangerous often in it.
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
TEXTS = st.text(st.sampled_from("=+-@;,\"'\t\r\n a1＝|") | CHARACTERS, max_size=40)
DAYS = st.dates()
MOMENTS = st.datetimes(min_value=datetime(1900, 3, 1)).map(lambda one: one.replace(second=0, microsecond=0))
NUMBERS = st.integers(-(10**12), 10**12) | st.decimals(-(10**11), 10**11, places=2)
ROWS = st.lists(st.tuples(TEXTS, TEXTS, DAYS | st.none() | MOMENTS, NUMBERS | st.none()), max_size=5)


def written(rows: list[Any]) -> str:
    return b"".join(sheets.csv_lots(COLUMNS, [rows[:2], rows[2:]])).decode()


def is_number(cell: str) -> bool:
    return re.fullmatch(r"-?[0-9.]+", cell) is not None


@given(TEXTS)
@example("a;=1")
@example('a;"=cmd|x')
@example("a\n=cmd|' /C calc'!A0\nb")
@example("\tplain")
def test_a_text_is_itself_or_has_apostrophes(text: str) -> None:
    told = harmless(text)
    assert not told.startswith(FORMULA)
    assert not told.lstrip().startswith(FORMULA)
    if told == text:
        return
    # Nothing but apostrophes was put in.
    rest = iter(told)
    assert all(sign in rest for sign in text)
    assert len(told) - len(text) == told.count("'") - text.count("'")


@pytest.mark.parametrize("text", ["Ewos", "a-b", "ola@ewos.example", "First; second", "'=1", "", "a\nb - c"])
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


@given(ROWS)
def test_csv_is_read_again(rows: list[Any]) -> None:
    text = written(rows)
    assert text.startswith("\ufeffPartner,'=What,Day,Worth\r\n")
    found = list(csv.reader(io.StringIO(text[1:], newline="")))[1:]
    assert found == [[sheets.in_csv(value) for value in row] for row in rows]
    for (partner, what, day, worth), row in zip(found, rows, strict=True):
        assert (partner, what) == (harmless(row[0]), harmless(row[1]))
        if row[2]:
            assert (datetime if isinstance(row[2], datetime) else date).fromisoformat(day) == row[2]
        if row[3] is not None:
            assert Decimal(worth) == row[3]


@given(ROWS)
def test_no_cell_is_a_formula_wherever_cells_are_parted(rows: list[Any]) -> None:
    """Excel parts at what the country parts at: what then begins a cell is none either."""
    text = written(rows)[1:]
    for sign in ",;\t":
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=sign):
            for cell in row:
                assert is_number(cell) or not cell.lstrip(' "').startswith(FORMULA[:8]), (sign, row)


@given(ROWS)
@settings(max_examples=40, deadline=None)
@example([('=HYPERLINK("http://x.example","y")', "https://x.example/", date(1899, 1, 1), -4)])
@example([("_x0041_", "{=1}", None, None)])
def test_a_workbook_is_read_again(rows: list[Any]) -> None:
    file = io.BytesIO()
    sheets.write_workbook(file, title="Feedback: [all]/'both'", columns=COLUMNS, rows=rows)
    book = openpyxl.load_workbook(file)
    assert book.sheetnames == ["Feedback   all   both"]
    sheet: Any = book.active
    assert [cell.value for cell in sheet[1]] == [column.name for column in COLUMNS]
    for index, row in enumerate(rows, start=2):
        for cell, value in zip(sheet[index], row, strict=True):
            assert cell.data_type != "f"
            assert cell.hyperlink is None
            assert same(cell.value, value), (cell.value, value)


def same(found: Any, value: Cell) -> bool:
    match value:
        case None | "":
            return found is None
        case datetime():
            return bool(found == value)
        case date():
            return bool(found == value.isoformat() if value.year < 1900 else found.date() == value)
        case str():
            # A line ends with one sign in XML.
            return bool(ends(unescape(str(found))) == ends(value))
    return abs(Decimal(str(found)) - Decimal(str(value))) < Decimal("0.01")


def ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def test_a_text_that_is_translated_late_is_a_text_and_no_formula() -> None:
    rows: list[Any] = [[gettext_lazy("=Name")]]
    file = io.BytesIO()
    sheets.write_workbook(file, title="Late", columns=COLUMNS[:1], rows=rows)
    sheet: Any = openpyxl.load_workbook(file).active
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("=Name", "s")
    assert harmless("=Name") in b"".join(sheets.csv_lots(COLUMNS[:1], [rows])).decode()


def test_a_text_longer_than_a_cell_is_cut() -> None:
    file = io.BytesIO()
    sheets.write_workbook(file, title="Long", columns=COLUMNS[:1], rows=[["x" * 40_000]])
    sheet: Any = openpyxl.load_workbook(file).active
    value = sheet["A2"].value
    assert len(value) == sheets.LONGEST
    assert value.endswith("x…")


def test_many_rows_take_no_more_memory_than_few() -> None:
    """By what the process held at most: a hundred megabytes of cells are written on the way."""

    def rows(count: int) -> Iterator[list[Cell]]:
        for number in range(count):
            yield [f"Organisation {number}", f"{number} " * 200, date(2026, 1, 1), number]

    class Nowhere(io.BytesIO):
        """Holds nothing of what is written; the archive goes back to say how long its parts are."""

    sheets.write_workbook(Nowhere(), title="Few", columns=COLUMNS, rows=rows(100))
    sum(map(len, sheets.csv_lots(COLUMNS, ([row] for row in rows(100)))))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sum(map(len, sheets.csv_lots(COLUMNS, ([row] for row in rows(60_000)))))
    sheets.write_workbook(Nowhere(), title="Many", columns=COLUMNS, rows=rows(20_000))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000
