"""Lists as files for spreadsheets (pure): CSV a lot of lines at a time, workbooks in memory that does not grow.

Texts stay texts: a spreadsheet that opens either takes none of them for a formula or a link. Days are days, numbers
numbers; a moment is written without its zone, so whoever makes the rows puts it into that of the reader.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

from web.text import harmless

Cell = str | int | float | Decimal | date | datetime | None
Row = Sequence[Cell]

# What tells a spreadsheet that the file is UTF-8.
MARK = "\ufeff"
# A workbook is written before its first byte goes out: so many rows are made within half a minute. Excel has room for
# 1,048,576, the names of the columns with them.
MOST_ROWS = 100_000
# So many characters are the most that a cell holds.
LONGEST = 32_767
# Excel counts days from 1900 on.
FIRST_YEAR = 1900
# So long may the name of a sheet be, without any of these.
TITLE, NOT_IN_TITLE = 31, str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, and how wide it is in a workbook, in characters."""

    name: str
    width: int = 14


def csv_lots(columns: Sequence[Column], lots: Iterable[Iterable[Row]]) -> Iterator[bytes]:
    """The file, the names of the columns first, then as many lines at a time as come together."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([harmless(column.name) for column in columns])
    yield (MARK + buffer.getvalue()).encode()
    for lot in lots:
        buffer.seek(0)
        buffer.truncate()
        writer.writerows([in_csv(value) for value in row] for row in lot)
        if written := buffer.getvalue():
            yield written.encode("utf-8", "replace")


def in_csv(value: Cell) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return value.isoformat(" ", "minutes")
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case int() | float():
            return str(value)
        case _:
            # A text that is translated late is one here at the latest.
            return harmless(str(value))


@dataclass(frozen=True, slots=True)
class Sheet:
    title: str
    columns: Sequence[Column]
    rows: Iterable[Row]


def write_workbook(
    target: IO[bytes], *, title: str, columns: Sequence[Column], rows: Iterable[Row], more: Sequence[Sheet] = ()
) -> None:
    """A workbook, row after row through a file: at most ``MOST_ROWS`` of a sheet, which the caller has counted.

    The first sheet has the title of all, ``more`` follow it.
    """
    # Slow to load, and few processes ever write one.
    import xlsxwriter

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(target, options) as book:
        formats = {
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm", "valign": "top"}),
            date: book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"}),
            Decimal: book.add_format({"num_format": "#,##0.00", "valign": "top"}),
            str: book.add_format({"valign": "top"}),
        }
        book.set_properties({"title": title})
        for one in (Sheet(title, columns, rows), *more):
            _write_sheet(book, one, formats)


def _write_sheet(book: Any, one: Sheet, formats: dict[type, Any]) -> None:
    sheet = book.add_worksheet(one.title.translate(NOT_IN_TITLE).strip()[:TITLE].strip())
    sheet.freeze_panes(1, 1)
    for index, column in enumerate(one.columns):
        sheet.set_column(index, index, column.width)
    bold = book.add_format({"bold": True, "bottom": 1})
    for index, column in enumerate(one.columns):
        sheet.write_string(0, index, _cut(column.name), bold)
    last = 0
    for last, row in enumerate(one.rows, start=1):
        for index, value in enumerate(row):
            _write(sheet, last, index, value, formats)
    sheet.autofilter(0, 0, last, len(one.columns) - 1)


def _write(sheet: Any, row: int, index: int, value: Cell, formats: dict[type, Any]) -> None:
    match value:
        case None | "":
            pass
        case date() if value.year < FIRST_YEAR:
            sheet.write_string(row, index, value.isoformat(), formats[str])
        case datetime():
            sheet.write_datetime(row, index, value, formats[datetime])
        case date():
            sheet.write_datetime(row, index, value, formats[date])
        case Decimal():
            sheet.write_number(row, index, value, formats[Decimal])
        case int() | float():
            sheet.write_number(row, index, value, formats[str])
        case _:
            # A text that is translated late is one here at the latest.
            sheet.write_string(row, index, _cut(str(value)), formats[str])


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
