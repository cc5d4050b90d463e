"""The independent count, checked on texts small enough to count by hand."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.real_data import raw_count
from tests.real_data.raw_count import RefusedWhole, State, Totals

Write = Callable[..., Path]
Meeting = tuple[str, str, str, str]
"""mep, account, title, date."""

AS_OF = date(2020, 3, 2)
HEADER = ["epid", "mep", "country", "title", "lobbyists", "date"]


def text_of(*meetings: Meeting) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADER)
    writer.writerows(["1", mep, "Belgium", title, account, day] for mep, account, title, day in meetings)
    return out.getvalue()


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_to(text: str | bytes) -> Path:
        path = tmp_path / "meetings.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write_to


def reasons(state: State) -> list[tuple[int, str]]:
    return [(row.line, row.reason) for row in state.refused]


def last_met(days_before: int, today: date = AS_OF) -> str:
    return (today - timedelta(days=days_before)).strftime("%d/%m/%Y")


def test_counts_what_a_run_creates(write: Write) -> None:
    path = write(
        text_of(
            ("Ann LEE", "Acme", "Steel", "01/02/2020"),
            ("Ann LEE", "ACME.", "Steel", "02/02/2020"),
            ("Bo RAY", "acme", "Steel", "01/02/2020"),
            ("Bo RAY", "Other", "Steel", "01/02/2020"),
        )
    )
    state = raw_count.read(path, AS_OF, None)
    assert state.totals == Totals(
        rows=4,
        accounts=2,
        users=2,
        relationships=3,
        interactions=4,
        duplicates=0,
        errors=0,
    )
    assert state.accounts == {"acme": "Acme", "other": "Other"}


def test_each_refusal_has_its_line_and_reason_and_makes_nothing(write: Write) -> None:
    lines = [
        "epid,mep,country,title,lobbyists,date",
        '1,Ann LEE,Belgium,"two\r\nlines",Acme,01/02/2020',
        "1,Too FEW,Belgium,t,Few",
        "1,Too MANY,Belgium,t,Many,01/02/2020,",
        "1,No DATE,Belgium,t,Dateless,30/02/2020",
        "1,Late ONE,Belgium,t,Later,03/03/2020",
        "1,No ACCOUNT,Belgium,t,  ,01/02/2020",
        "1,A NUL,Bel\0gium,t,Nul,01/02/2020",
        "   ",
        "",
        ",,,,,",
        "1,On TIME,Belgium,t,Today,02/03/2020",
        "",
    ]
    state = raw_count.read(write("\r\n".join(lines)), AS_OF, None)
    assert reasons(state) == [
        (4, raw_count.WRONG_CELLS),
        (5, raw_count.WRONG_CELLS),
        (6, raw_count.NO_DATE),
        (7, raw_count.DATE_AFTER),
        (8, raw_count.EMPTY_ACCOUNT),
        (9, raw_count.HAS_NUL),
        (10, raw_count.WRONG_CELLS),
        (12, raw_count.EMPTY_ACCOUNT),
    ]
    assert state.totals == Totals(
        rows=10,
        accounts=2,
        users=2,
        relationships=2,
        interactions=2,
        duplicates=0,
        errors=8,
    )


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "1/2/2020",
        "2020-02-01",
        "01/13/2020",
        "29/02/2019",
        "01.02.2020",
        "01/02/20",
        "01/02/20200",
        "00/00/0000",
    ],
)
def test_what_is_no_date(cell: str) -> None:
    assert raw_count.day_of(cell) is None


def test_a_date_may_have_blanks_around_it() -> None:
    assert raw_count.day_of(" 29/02/2020 ") == date(2020, 2, 29)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("  ACME   Europe ", "acme europe"),
        ("Acme\u00a0\n Europe.", "acme europe"),
        ("\uff21\uff23\uff2d\uff25", "acme"),
        ("Stra\u00dfe", "strasse"),
        ("Nestle\u0301", "nestl\u00e9"),
        ("\u00ab . Acme (EU) . \u00bb", "acme (eu"),
        ("A.C.M.E.", "a.c.m.e"),
        ("Acme+", "acme+"),
        ("\u200eAcme", "\u200eacme"),
        (" ?! ... ", ""),
        ("", ""),
    ],
)
def test_what_an_account_is_matched_by(name: str, key: str) -> None:
    assert raw_count.account_key(name) == key


def test_an_account_of_punctuation_alone_is_empty(write: Write) -> None:
    state = raw_count.read(write(text_of(("Ann LEE", "?!", "t", "01/02/2020"))), AS_OF, None)
    assert reasons(state) == [(2, raw_count.EMPTY_ACCOUNT)]


def test_the_same_meeting_is_one_though_its_ends_or_its_place_differ(
    write: Write,
) -> None:
    path = write(
        text_of(
            ("Ann LEE", "Acme", "Steel", "01/02/2020"),
            ("Ann LEE", "acme", "  Steel ", "01/02/2020"),
            ("Ann LEE", "Acme", "steel", "01/02/2020"),
            ("Ann LEE", "Acme", "Steel", "02/02/2020"),
            ("Ann LEE", "Acme", "", "02/02/2020"),
            ("Ann LEE", "Acme", " ", "02/02/2020"),
        )
    )
    totals = raw_count.read(path, AS_OF, None).totals
    assert totals == Totals(
        rows=6,
        accounts=1,
        users=1,
        relationships=1,
        interactions=4,
        duplicates=2,
        errors=0,
    )


def test_no_owner_no_user_and_two_spellings_of_one_address_one_user(
    write: Write,
) -> None:
    path = write(
        text_of(
            ("", "Acme", "t", "01/01/2020"),
            ("José LÓPEZ", "Acme", "t", "01/01/2020"),
            ("Jose Lopez", "Acme", "t", "01/01/2020"),
            ("Ωμέγα", "Acme", "t", "01/01/2020"),
        )
    )
    state = raw_count.read(path, AS_OF, None)
    assert state.users == {"jose-lopez": "José LÓPEZ", "Ωμέγα": "Ωμέγα"}
    assert len(state.meetings) == 4
    assert len(raw_count.flags(state, AS_OF)) == 4
    assert {owner: len(mail.overdue) for owner, mail in raw_count.digests(state, AS_OF).items()} == {
        "jose-lopez": 2,
        "Ωμέγα": 1,
    }


def test_a_second_run_counts_only_what_is_new_and_leaves_the_first_alone(
    write: Write,
) -> None:
    path = write(
        text_of(
            ("Cy FOX", "ACME", "later", "05/03/2020"),
            ("Ann LEE", "Acme", "first", "01/02/2020"),
            ("Ann LEE", "Acme", "far", "01/01/2021"),
        )
    )
    first = raw_count.read(path, AS_OF, None)
    assert first.totals == Totals(
        rows=3,
        accounts=1,
        users=1,
        relationships=1,
        interactions=1,
        duplicates=0,
        errors=2,
    )
    second = raw_count.read(path, date(2020, 7, 6), first)
    assert second.totals == Totals(
        rows=3,
        accounts=0,
        users=1,
        relationships=1,
        interactions=1,
        duplicates=1,
        errors=1,
    )
    assert second.accounts == {"acme": "Acme"}
    assert len(first.meetings) == 1
    again = raw_count.read(path, date(2020, 7, 6), second)
    assert again.totals == Totals(
        rows=3,
        accounts=0,
        users=0,
        relationships=0,
        interactions=0,
        duplicates=2,
        errors=1,
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "no header"),
        (b"\r\n\r\n", "no header"),
        (b"mep,lobbyists,date\n", "no column title"),
        (b"mep,lobbyists,title,date\nAnn,\xff,t,01/02/2020\n", "not decodable"),
    ],
)
def test_what_is_refused_whole(write: Write, text: bytes, why: str) -> None:
    with pytest.raises(RefusedWhole, match=why):
        raw_count.read(write(text), AS_OF, None)


def test_a_byte_order_mark_is_no_part_of_the_header(write: Write) -> None:
    path = write(b"\xef\xbb\xbfmep,lobbyists,title,date\nAnn,Acme,t,01/02/2020\n")
    assert raw_count.read(path, AS_OF, None).totals.interactions == 1


@pytest.mark.parametrize(("days", "flagged"), [(0, False), (30, False), (31, False), (32, True), (33, True)])
def test_a_flag_is_raised_on_the_thirty_second_day(write: Write, days: int, flagged: bool) -> None:
    state = raw_count.read(write(text_of(("Ann LEE", "Acme", "t", last_met(days)))), AS_OF, None)
    assert bool(raw_count.flags(state, AS_OF)) is flagged


def test_a_flag_counts_from_the_last_meeting(write: Write) -> None:
    path = write(
        text_of(
            ("Ann LEE", "Acme", "new", last_met(40)),
            ("Ann LEE", "Acme", "old", last_met(90)),
        )
    )
    (flag,) = raw_count.flags(raw_count.read(path, AS_OF, None), AS_OF).values()
    assert (flag.due_on, flag.days_late) == (date(2020, 2, 21), 10)
    assert flag.lateness == pytest.approx(1 / 3)
    assert flag.flag == ("acme", "Ann LEE", date(2020, 2, 21))


def test_the_parts_of_a_mail_and_their_order(write: Write) -> None:
    path = write(
        text_of(
            ("Ann LEE", "Beta", "t", last_met(40)),
            ("Ann LEE", "Worst", "t", last_met(60)),
            ("Ann LEE", "alpha", "t", last_met(40)),
            ("Ann LEE", "In grace", "t", last_met(31)),
            ("Ann LEE", "Edge", "t", last_met(23)),
            ("Ann LEE", "Beyond", "t", last_met(22)),
            ("Bo RAY", "Beyond", "t", last_met(0)),
        )
    )
    mails = raw_count.digests(raw_count.read(path, AS_OF, None), AS_OF)
    assert list(mails) == ["ann-lee"]
    assert [row.account for row in mails["ann-lee"].overdue] == [
        "Worst",
        "alpha",
        "Beta",
    ]
    assert [row.account for row in mails["ann-lee"].due] == ["In grace", "Edge"]


def test_a_mail_shows_seven_rows_a_part(write: Write) -> None:
    overdue: list[Meeting] = [("Ann LEE", f"Acme {n}", "t", last_met(40)) for n in range(9)]
    due: list[Meeting] = [("Ann LEE", f"Beta {n}", "t", last_met(30)) for n in range(7)]
    mail = raw_count.digests(raw_count.read(write(text_of(*overdue, *due)), AS_OF, None), AS_OF)["ann-lee"]
    assert [row.account for row in mail.overdue_shown] == [f"Acme {n}" for n in range(7)]
    assert (mail.overdue_more, len(mail.due_shown), mail.due_more) == (2, 7, 0)


def test_two_mondays_and_what_is_printed(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(
        text_of(
            ("Ann LEE", "Kept", "t", "01/12/2019"),
            ("Ann LEE", "Met since, fine", "t", "01/12/2019"),
            ("Ann LEE", "Met since, fine", "t", "01/07/2020"),
            ("Ann LEE", "Met since, missed again", "t", "01/12/2019"),
            ("Ann LEE", "Met since, missed again", "t", "01/04/2020"),
            ("Ann LEE", "Was fine", "t", "01/03/2020"),
            ("Bo RAY", "New", "t", "01/04/2020"),
        )
    )
    first, second = raw_count.two_mondays(path)
    assert {flag[0] for flag in first.raised} == {
        "kept",
        "met since, fine",
        "met since, missed again",
    }
    assert {flag[0] for flag in second.closed_by_import} == {
        "met since, fine",
        "met since, missed again",
    }
    assert {flag[0] for flag in second.raised} == {
        "met since, missed again",
        "was fine",
        "new",
    }
    assert {flag[0] for flag in second.open} == {
        "kept",
        "met since, missed again",
        "was fine",
        "new",
    }
    assert raw_count.main([str(path)]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["2020-03-02"]["flags"] == {
        "raised": 3,
        "closed_by_import": 0,
        "closed_by_sweep": 0,
        "kept_open": 0,
        "open": 3,
    }
    assert printed["2020-07-06"]["flags"] == {
        "raised": 3,
        "closed_by_import": 2,
        "closed_by_sweep": 0,
        "kept_open": 1,
        "open": 4,
    }
    assert printed["2020-07-06"]["digests"]["mails"] == 2
    assert printed["2020-07-06"]["import"]["rows"] == 7


def test_a_file_that_is_refused_ends_with_two(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    assert raw_count.main([str(write(b""))]) == 2
    assert capsys.readouterr().err == "refused: no header\n"
