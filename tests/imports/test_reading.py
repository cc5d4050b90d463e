from __future__ import annotations

import csv
import io
import random
from datetime import date
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.reading import Refused, RefusedFileError, Row, check
from tests.conftest import REAL_DATA
from tests.imports.shapes import HEADER, changed, parsed, rows_of, text

SOUND = ["Ann Lee", "Steel", "Acme", "01/02/2020"]


def reason(*cells: str) -> str:
    (only,) = rows_of(text([cells]))
    assert isinstance(only, Refused)
    return only.reason


def refusal(content: bytes) -> str:
    with pytest.raises(RefusedFileError) as refused:
        check(io.BytesIO(content), parsed())
    return str(refused.value)


def test_reads_a_row() -> None:
    (row,) = rows_of(text([[" Ann Lee ", " Steel ", " «Acme» ", " 01/02/2020 "]]))
    assert isinstance(row, Row)
    assert (row.account, row.account_key, row.owner, row.address) == (
        "«Acme»",
        "acme",
        "Ann Lee",
        "ann-lee@ours.example",
    )
    assert row.met is not None
    assert (row.met.day, row.met.summary, row.met.two_way, row.met.begun_by) == (
        date(2020, 2, 1),
        "Steel",
        True,
        "unknown",
    )


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["Ann Lee", "Steel", "Acme"], "3 cells where the header has 4"),
        ([*SOUND, ""], "5 cells where the header has 4"),
        (["   "], "1 cells where the header has 4"),
        (["Ann", "a\0", "", "no"], "a NUL character"),
        (["", "Steel", " ?! ", "no"], "no account"),
        (["", "Steel", "Acme", "1/2/2020"], "“1/2/2020” is no day of the form dd/mm/yyyy"),
        (["", "Steel", "Acme", "01/01/0000"], "“01/01/0000” is no day of the form dd/mm/yyyy"),
        (["", "Steel", "Acme", "03/03/2020"], "the day 03/03/2020 lies after 2020-03-02"),
        (["Ann", "Steel", "Acme", "31/12/9999"], "the day 31/12/9999 lies after 2020-03-02"),
        (["", "Steel", "Acme", "02/03/2020"], "no owner"),
        (["?!", "Steel", "Acme", "02/03/2020"], "no owner"),
        (["", "", "", ""], "no account"),
    ],
)
def test_refuses_a_row_for_the_first_of_its_faults(cells: list[str], expected: str) -> None:
    assert reason(*cells) == expected


def test_names_the_line_on_which_a_row_begins() -> None:
    content = b'who,title,with,day\r\n\r\nAnn,"two\r\nlines",Acme,bad\r\nAnn,x,,01/02/2020\n'
    assert [row.line for row in rows_of(content)] == [3, 5]


def test_empty_lines_are_no_rows_and_one_mark_is_dropped() -> None:
    content = b"\xef\xbb\xbf\n\nwho,title,with,day\n\nAnn,x,Acme,01/02/2020\n\n"
    assert [type(row) for row in rows_of(content)] == [Row]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file has no header"),
        (b"\n\r\n", "the file has no header"),
        (b"who,title,with\n", "no column day; the columns are: who, title, with"),
        (b"who,title,with,day,day\n", "more than one column day"),
        (
            b"who,title,with,day\nAnn,\xff,Acme,01/02/2020\n",
            "the file is not utf-8: it cannot be read from about line 1 on",
        ),
        (b"who,title,with,day\nAnn,\xed\xa0\x80,Acme,01/02/2020\n", "the file is not utf-8"),
        ("who,title,with,day\n".encode("utf-16"), "the file is not utf-8"),
    ],
)
def test_refuses_a_file_whole(content: bytes, message: str) -> None:
    assert refusal(content).startswith(message)


def test_refuses_what_is_broken_at_the_very_end() -> None:
    content = text([SOUND] * 20_000) + b"\xff"
    assert "about line 19" in refusal(content)


def test_of_very_many_columns_some_are_named() -> None:
    content = (",".join(f"c{number}" for number in range(100_000)) + "\n").encode()
    assert refusal(content).endswith("c38, c39 and 99960 more")


def test_reads_very_many_columns() -> None:
    extra = [f"c{number}" for number in range(100_000)]
    (row,) = rows_of(text([[*SOUND, *extra]], [*HEADER, *extra]))
    assert isinstance(row, Row)


def test_unmapped_columns_may_have_one_name() -> None:
    (row,) = rows_of(text([[*SOUND, "", ""]], [*HEADER, "x", "x"]))
    assert isinstance(row, Row)


def test_reads_a_cell_of_a_megabyte_and_refuses_a_boundless_one() -> None:
    (row,) = rows_of(text([["Ann", "x" * 1_000_000, "Acme", "01/02/2020"]]))
    assert isinstance(row, Row)
    assert row.met is not None
    assert len(row.met.summary) == 1_000_000
    endless = text([]) + b'Ann,"' + b"x" * (16 * 1024 * 1024 + 1)
    assert refusal(endless).startswith("line 2: this is not CSV")


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252", "latin-1", "utf-8-sig"])
def test_reads_the_encoding_named(encoding: str) -> None:
    content = text([["Zoë", "x", "Ålesund", "01/02/2020"]]).decode().encode(encoding)
    (row,) = rows_of(content, changed("encoding", encoding))
    assert isinstance(row, Row)
    assert (row.owner, row.account) == ("Zoë", "Ålesund")


def test_reads_another_delimiter() -> None:
    (row,) = rows_of(text([SOUND]).replace(b",", b";"), changed("delimiter", ";"))
    assert isinstance(row, Row)


def test_words_that_are_not_known_refuse_the_row() -> None:
    mapping = changed("interactions.channel", {"column": "title", "values": {"Tel": "call"}})
    cells = [["Ann", word, "Acme", "01/02/2020"] for word in ("TEL", "", "pigeon", "Visit")]
    call, default, pigeon, visit = rows_of(text(cells), mapping)
    assert [row.met.channel for row in (call, default, visit) if isinstance(row, Row) and row.met] == [
        "call",
        "meeting",
        "visit",
    ]
    assert isinstance(pigeon, Refused)
    assert pigeon.reason.startswith("“pigeon” is no channel; these are: call, email")


def test_an_address_of_its_own_column() -> None:
    mapping = changed("owners.address", {"column": "title"})
    sound, bad = rows_of(text([["Ann", "Ann@Ours.Example", "Acme", "01/02/2020"], SOUND]), mapping)
    assert isinstance(sound, Row)
    assert sound.address == "ann@ours.example"
    assert bad == Refused(3, "“steel” is no e-mail address of an owner")


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


# The writer quotes only the line ends that it writes itself, so quoting as little as it can is not for every one.
WRITERS = [("\n", csv.QUOTE_ALL), ("\r\n", csv.QUOTE_ALL), ("\r", csv.QUOTE_ALL), ("\r\n", csv.QUOTE_MINIMAL)]


@given(st.lists(CELLS, max_size=6), st.sampled_from(WRITERS))
def test_what_is_written_is_read(summaries: list[str], how: tuple[str, Literal[0, 1]]) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator=how[0], quoting=how[1])
    writer.writerows([HEADER, *(["Ann", summary, "Acme", "01/02/2020"] for summary in summaries)])
    rows = rows_of(out.getvalue().encode())
    assert [row.met.summary for row in rows if isinstance(row, Row) and row.met] == [cell.strip() for cell in summaries]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        rows = rows_of(b"who,title,with,day\n" + content)
    except RefusedFileError:
        return
    assert all(isinstance(row, Row | Refused) for row in rows)


def test_bytes_turned_at_random() -> None:
    chance = random.Random(2020)
    content = bytearray(text([SOUND] * 20))
    for _ in range(300):
        broken = bytearray(content)
        for _ in range(3):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        try:
            assert len(rows_of(bytes(broken))) <= 60
        except RefusedFileError as refused:
            assert str(refused)


@pytest.mark.real_data
@pytest.mark.parametrize(
    "path", sorted((REAL_DATA / "crm" / "csv_edge_cases").glob("*.csv")), ids=lambda path: path.stem
)
def test_reads_the_edge_cases_as_csv_does(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as lines:
        header, *records = list(csv.reader(lines))
    mapping = {
        "accounts": {"name": {"constant": "Acme"}, "zone": "UTC"},
        "owners": {"name": {"constant": "Ann"}, "address": {"constant": "ann@ours.example"}, "zone": "UTC"},
        "relationships": {"name": {"column": header[-1]}, "zone": "UTC"},
    }
    rows = rows_of(path.read_bytes(), mapping)
    assert records
    assert [row.name for row in rows if isinstance(row, Row)] == [record[-1].strip() for record in records]
