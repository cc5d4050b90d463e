"""The review pack in words: sections of sentences and tables, which the page and the paper both show as they are.

Days are told in full: paper is read on another day.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dashboards.pack_facts import People
from dashboards.packs import (
    Agreed,
    Ahead,
    Count,
    Given,
    Heard,
    Held,
    Pack,
    Part,
    Period,
    Promise,
    Stretch,
    Trouble,
    Troubles,
    Voiced,
)
from relationships import problem_words, words
from relationships.problems import State as ProblemState
from relationships.promises import Share
from relationships.promises import State as PromiseState
from web import dates, paper

PARTS = {
    Part.RHYTHM: gettext_lazy("How often we talk"),
    Part.PROMISES: gettext_lazy("What we promised each other"),
    Part.FEEDBACK: gettext_lazy("Feedback, and what became of it"),
    Part.PROBLEMS: gettext_lazy("Problems, and how they ended"),
    Part.DECISIONS: gettext_lazy("What was decided"),
    Part.NEXT: gettext_lazy("What comes next"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A text, and what is said more quietly under it."""

    said: str
    under: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """The first cell names the row; ``ours`` puts the mark of a side before it.

    ``below`` is what is too long for its column: it stands under the row, as wide as all of them. What has a ``key``
    may be left out: it is ``out`` then, and only the page on which one prepares shows that.
    """

    cells: tuple[Cell, ...]
    ours: bool | None = None
    below: tuple[str, ...] = ()
    key: str = ""
    out: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """``widths`` are shares of the width; ``numbers`` ranges all cells but the first at the right."""

    name: str
    said: str
    heads: tuple[str, ...]
    widths: tuple[int, ...]
    rows: list[Row]
    ours: bool | None = None
    numbers: bool = False


# About as many letters stand in a line as wide as the paper; a column takes its share of them.
LETTERS_OF_LINE = 100
# A text of more lines than that would leave the columns beside it empty for half a page.
MOST_LINES = 9


def laid(rows: list[Row], widths: tuple[int, ...]) -> list[Row]:
    """The rows with what is too long for a column below them."""
    return [_laid(row, widths) for row in rows]


def _laid(row: Row, widths: tuple[int, ...]) -> Row:
    below: list[str] = []
    cells = []
    for cell, width in zip(row.cells, widths, strict=True):
        most = MOST_LINES * LETTERS_OF_LINE * width // sum(widths) if len(widths) > 1 else None
        long = [one for one in (cell.said, *cell.under) if most is not None and len(one) > most]
        below += long
        said = _("In full below") if cell.said in long else cell.said
        cells.append(Cell(said, tuple(one for one in cell.under if one not in long)) if long else cell)
    return replace(row, cells=tuple(cells), below=tuple(below)) if below else row


@dataclass(frozen=True, slots=True)
class Section:
    """A part: sentences first, then its tables. Of a part about which there is nothing the sentence says so.

    ``headed``: each table bears its name, one that is alone too, as it is not what the part is called.
    """

    key: str
    name: str
    said: list[str]
    tables: list[Table] = field(default_factory=list)
    headed: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """``agreed``: who agreed how often we talk, where nobody is known to have taken part."""

    name: str
    ours: bool
    responsible: str
    others: str
    agreed: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """All of a pack. ``brief`` says it in a few sentences; ``as_of`` is the day of the evidence; ``intro`` the words of
    whoever brings it."""

    title: str
    period: str
    as_of: str
    sides: list[Side]
    brief: list[str]
    sections: list[Section]
    intro: str = ""

    @property
    def text(self) -> str:
        """All that somebody may have typed."""
        rows = [row for section in self.sections for one in section.tables for row in one.rows if not row.out]
        cells = [said for row in rows for cell in row.cells for said in (cell.said, *cell.under)]
        sides = [said for side in self.sides for said in (side.name, side.responsible, side.others, side.agreed)]
        said = [line for section in self.sections for line in section.said]
        return "\n".join([self.title, self.intro, *sides, *said, *cells, *(said for row in rows for said in row.below)])

    @property
    def left_out(self) -> int:
        return sum(row.out for section in self.sections for one in section.tables for row in one.rows)


def day(on: date) -> str:
    """*7 December 2026*."""
    return date_format(on, "j F Y")


def brief_day(on: date) -> str:
    """*7 Dec 2026*, for a table."""
    return date_format(on, "j M Y")


def span(period: Period) -> str:
    """*1 July to 30 September 2026*."""
    same = (period.first.year == period.last.year, period.first.month == period.last.month)
    first = date_format(period.first, "j" if all(same) else "j F") if same[0] else day(period.first)
    return _("%(first)s to %(last)s") % {"first": first, "last": day(period.last)}


def sheet(
    pack: Pack, partner: str, them: str, us: People, theirs: People, without: Collection[str] = (), intro: str = ""
) -> Sheet:
    """``partner`` names the relationship, ``them`` the organisation; ``without`` are the rows that are left out."""
    sections = {
        Part.RHYTHM: _rhythm,
        Part.PROMISES: _promises,
        Part.FEEDBACK: _feedback,
        Part.PROBLEMS: _problems,
        Part.DECISIONS: _decisions,
    }
    return Sheet(
        title=_("Review with %(partner)s") % {"partner": partner},
        period=span(pack.period),
        as_of=_("Evidence as of %(day)s") % {"day": day(pack.as_of)},
        sides=_sides(pack, them, us, theirs),
        brief=[said for part in pack.parts for said in _BRIEF[part](pack, them)],
        sections=[
            _fitting(_next(pack, them, without) if part is Part.NEXT else sections[part](pack, them), without)
            for part in pack.parts
        ],
        intro=intro,
    )


def _fitting(section: Section, without: Collection[str]) -> Section:
    return replace(section, tables=[_left_out(one, without) for one in section.tables])


def _left_out(table: Table, without: Collection[str]) -> Table:
    """Its rows as they fit; figures go on speaking of all of them, and a list that is not whole says so."""
    rows = [replace(row, out=bool(row.key) and row.key in without) for row in laid(table.rows, table.widths)]
    listed = sum(not row.out for row in rows)
    if listed == len(rows):
        return replace(table, rows=rows)
    told = {"listed": listed, "all": len(rows)}
    some = ngettext("%(listed)d of %(all)d is listed here.", "%(listed)d of %(all)d are listed here.", listed) % told
    said = some if listed else _("None of it is listed here.")
    return replace(table, rows=rows, said=f"{table.said} {said}".strip())


def _sides(pack: Pack, them: str, us: People, theirs: People) -> list[Side]:
    """A side of which nobody is known is not there. Who spoke with us is not told: the others need not know of it."""
    agreed = list(dict.fromkeys(one.agreed.who for one in pack.rhythm.held if one.agreed.who)) if pack.rhythm else []
    found = [
        Side(paper.of_us(), True, words.names(us.responsible), ", ".join(us.others)),
        Side(
            _("Of %(them)s") % {"them": them},
            False,
            words.names(theirs.responsible),
            ", ".join(theirs.others),
            "" if theirs.responsible or theirs.others else words.names(agreed),
        ),
    ]
    return [side for side in found if side.responsible or side.others or side.agreed]


# How often we talk ---------------------------------------------------------------------------------------------------


def _talked(count: Count, them: str) -> str:
    """*We spoke 12 times: 5 times we began it, 6 times Nordfjell did, once nobody noted who.*"""
    if not count.all:
        return _("We did not speak in this time.")
    said = ngettext("We spoke once", "We spoke %(count)d times", count.all) % {"count": count.all}
    if count.unknown == count.all:
        return ngettext("%(said)s; who began it is not noted.", "%(said)s; who began is not noted.", count.all) % {
            "said": said
        }
    if count.all == 1:
        began = _("we began it") if count.ours else _("%(them)s began it") % {"them": them}
        return f"{said}; {began}."
    if count.all in (count.ours, count.theirs):
        began = _("we began all of them") if count.ours else _("%(them)s began all of them") % {"them": them}
        return f"{said}; {began}."
    parts = [_("%(count)d began with us") % {"count": count.ours}] if count.ours else []
    begun = _("%(count)d with %(them)s") if count.ours else _("%(count)d began with %(them)s")
    parts += [begun % {"count": count.theirs, "them": them}] if count.theirs else []
    parts += [_("who began the other %(count)d is not noted") % {"count": count.unknown}] if count.unknown > 1 else []
    parts += [_("who began the other is not noted")] if count.unknown == 1 else []
    return f"{said}: {', '.join(parts)}."


def _met(count: Count) -> str:
    """*At 3 of them we met in person.*"""
    if count.met == count.all:
        return ngettext("We met in person.", "Each time we met in person.", count.all)
    told = {"count": count.met}
    return ngettext("At one of them we met in person.", "At %(count)d of them we met in person.", count.met) % told


def _rested(rests: list[Period], last: date) -> list[str]:
    """What goes on up to the last day that is told is not over."""
    over = [
        (_("It rested on %(days)s.") if one.first == one.last else _("It rested from %(days)s."))
        % {"days": day(one.first) if one.first == one.last else span(one)}
        for one in rests
        if one.last < last
    ]
    return over + [_("It has rested since %(day)s.") % {"day": day(one.first)} for one in rests if one.last >= last]


def _rhythm(pack: Pack, them: str) -> Section:
    assert pack.rhythm is not None
    found = pack.rhythm
    agreed = [_held(one) for one in found.held]
    agreed = agreed or [_("No rhythm was agreed in this time.")]
    # Where nobody spoke and nothing fell late, nobody has kept anything either.
    if found.kept.counted and (found.count.all or found.kept.in_rhythm < found.kept.counted):
        kept = {"good": found.kept.in_rhythm, "days": found.kept.counted, "percent": found.kept.percent}
        some = _("The rhythm was kept on %(good)d of %(days)d days (%(percent)d\u00a0%%).")
        agreed.append((some if found.kept.in_rhythm else _("The rhythm was kept on none of %(days)d days.")) % kept)
    agreed += _rested(found.rests, pack.as_of)
    said = [_talked(found.count, them)]
    if found.count.met:
        said.append(_met(found.count))
    if found.silence is not None and found.count.all and found.silence.days > 1:
        told = {
            "days": dates.days(found.silence.days),
            "first": brief_day(found.silence.first),
            "last": brief_day(found.silence.last),
        }
        said.append(_("The longest silence lasted %(days)s, from %(first)s to %(last)s.") % told)
    said = [" ".join(agreed), " ".join(said)]
    if not found.count.all:
        return Section(Part.RHYTHM, str(PARTS[Part.RHYTHM]), said)
    heads = (_("When"), _("We began"), _("%(them)s began") % {"them": them}, _("Not noted"), _("All"))
    rows = [
        Row(
            (
                Cell(_stretch(one)),
                *(Cell(str(number)) for number in (one.count.ours, one.count.theirs, one.count.unknown, one.count.all)),
            )
        )
        for one in found.stretches
    ]
    table = Table(_("Conversations"), "", heads, (3, 2, 2, 2, 2), rows, numbers=True)
    return Section(Part.RHYTHM, str(PARTS[Part.RHYTHM]), said, [table])


def _stretch(one: Stretch) -> str:
    """*October 2026*, *2026*; with its days where it is a part of one."""
    month = (one.first.year, one.first.month) == (one.last.year, one.last.month)
    whole = one.first.day == 1 and (one.last.month, one.last.day) in _ENDS if month else _whole_year(one)
    if one.first == one.last:
        return day(one.first)
    if not whole:
        return span(Period(one.first, one.last))
    return capfirst(date_format(one.first, "F Y" if month else "Y"))


_ENDS = {
    (1, 31), (2, 28), (2, 29), (3, 31), (4, 30), (5, 31), (6, 30), (7, 31), (8, 31), (9, 30), (10, 31), (11, 30),
    (12, 31),
}  # fmt: skip


def _whole_year(one: Stretch) -> bool:
    return (one.first.month, one.first.day, one.last.month, one.last.day) == (1, 1, 12, 31)


def _held(one: Held) -> str:
    """*Until 18 June 2026: every 30 days, not agreed. From 19 June 2026: every 21 days, …*"""
    told = {
        "said": _agreed(one.agreed, over=one.last is not None),
        "first": day(one.first) if one.first else "",
        "last": day(one.last) if one.last else "",
    }
    if one.first and one.last:
        return _("From %(first)s to %(last)s: %(said)s") % told
    if one.last:
        return _("Until %(last)s: %(said)s") % told
    if one.first:
        return _("From %(first)s: %(said)s") % told
    return capfirst(str(told["said"]))


def _agreed(one: Agreed, *, over: bool) -> str:
    every = words.interval(one.interval.every_days)
    if one.assumed:
        return (_("%(every)s, not agreed.") if over else _("%(every)s, not agreed yet.")) % {"every": every}
    agreed_on = one.agreed_on
    told = {"every": every, "who": one.who, "day": day(agreed_on) if agreed_on else ""}
    if one.who and agreed_on:
        return _("%(every)s, agreed with %(who)s on %(day)s.") % told
    if agreed_on:
        return _("%(every)s, agreed on %(day)s.") % told
    return _("%(every)s, agreed with %(who)s.") % told


# Promises ------------------------------------------------------------------------------------------------------------


def _promises(pack: Pack, them: str) -> Section:
    assert pack.by_us is not None and pack.by_them is not None
    tables = [
        _promised(given, name, ours=ours)
        for given, name, ours in (
            (pack.by_us, _("What we promised"), True),
            (pack.by_them, _("What %(them)s promised") % {"them": them}, False),
        )
        if given.rows
    ]
    said = [
        _("Listed is what was kept or missed in this time, and what fell late in it and is open still."),
    ]
    if not tables:
        said = [_("No promise of either side was due in this time.")]
    elif len(tables) == 1:
        none = _("No promise of %(them)s was due.") % {"them": them} if pack.by_us.rows else _("None of ours was due.")
        said.append(none)
    return Section(Part.PROMISES, str(PARTS[Part.PROMISES]), said, tables)


def _promised(given: Given, name: str, *, ours: bool) -> Table:
    heads = (_("What"), _("Who"), _("By"), _("What became of it"))
    rows = [_promise(row) for row in given.rows]
    return Table(name, capfirst(_share(given.share)) + ".", heads, (23, 8, 9, 10), rows, ours=ours)


def _share(share: Share) -> str:
    """*4 of 6 kept in time, 1 late, 1 missed*; where none was, only what became of them."""
    return words.promise_share(share) if share.kept else ", ".join(words.not_in_time(share))


def _promise(row: Promise) -> Row:
    return Row((Cell(row.what), Cell(row.who), _by(row), Cell(_became(row))), ours=row.ours, key=row.key)


def _by(row: Promise) -> Cell:
    """Why a day to come is late already: it was agreed when another had passed."""
    late = row.late_on if row.late_on != row.due_on else None
    under = []
    if row.first_due_on not in (row.due_on, late):
        under.append(_("first by %(day)s") % {"day": brief_day(row.first_due_on)})
    if late is not None:
        under.append(_("agreed only after %(day)s had passed") % {"day": brief_day(late)})
    return Cell(brief_day(row.due_on), tuple(under))


def _became(row: Promise) -> str:
    """*Kept on 3 Oct 2026, 2 days late*."""
    ended = row.ended_on or row.due_on
    match row.state:
        case PromiseState.KEPT:
            return _("Kept on %(day)s") % {"day": brief_day(ended)}
        case PromiseState.KEPT_LATE:
            late = dates.days(max((ended - (row.late_on or row.due_on)).days, 1))
            return _("Kept on %(day)s, %(late)s late") % {"day": brief_day(ended), "late": late}
        case PromiseState.BROKEN:
            return _("Missed on %(day)s") % {"day": brief_day(ended)}
        case PromiseState.LATE:
            return _("Late since %(day)s") % {"day": brief_day(row.late_on or row.due_on)}
        case PromiseState.DUE:
            return _("Due today, %(day)s") % {"day": brief_day(row.due_on)}
        case _:
            return _("Open")


# Feedback ------------------------------------------------------------------------------------------------------------


def _feedback(pack: Pack, them: str) -> Section:
    assert pack.from_us is not None and pack.from_them is not None
    tables = [
        _voiced(heard, name, ours=ours)
        for heard, name, ours in (
            (pack.from_them, _("What %(them)s told us") % {"them": them}, False),
            (pack.from_us, _("What we told %(them)s") % {"them": them}, True),
        )
        if heard.rows
    ]
    said = []
    if not tables:
        said = [_("Neither side gave feedback in this time.")]
    elif not pack.from_them.rows:
        said = [_("%(them)s gave no feedback in this time.") % {"them": them}]
    elif not pack.from_us.rows:
        said = [_("We gave no feedback in this time.")]
    return Section(Part.FEEDBACK, str(PARTS[Part.FEEDBACK]), said, tables)


def _voiced(heard: Heard, name: str, *, ours: bool) -> Table:
    heads = (_("What was said"), _("Who"), _("When"), _("What became of it"))
    rows = [
        Row(
            (Cell(row.said, _kind(row)), Cell(row.voice or _("not named")), Cell(brief_day(row.heard_on)), _loop(row)),
            ours=ours,
            key=row.key,
        )
        for row in heard.rows
    ]
    return Table(name, _heard(heard), heads, (17, 7, 7, 14), rows, ours=ours)


def _heard(heard: Heard) -> str:
    """*4 of 5 answered, half of those within 2 days; 2 applied, 1 declined.*"""
    told = {"answered": heard.answered, "all": len(heard.rows)}
    said = _("%(answered)d of %(all)d answered") % told if heard.answered else _("None answered yet")
    if heard.half_within is not None:
        within = dates.days(heard.half_within) if heard.half_within else _("the same day")
        said = _("%(said)s, half of those within %(days)s") % {"said": said, "days": within}
    ends = [_("%(count)d applied") % {"count": heard.applied}] if heard.applied else []
    ends += [_("%(count)d declined") % {"count": heard.declined}] if heard.declined else []
    return "; ".join([said, *([", ".join(ends)] if ends else [])]) + "."


def _kind(row: Voiced) -> tuple[str, ...]:
    """*Praise, on behalf of the warehouse*: a group has a name too long for the column of names."""
    said = capfirst(row.kind)
    return (_("%(kind)s, on behalf of %(group)s") % {"kind": said, "group": row.group} if row.group else said,)


def _loop(row: Voiced) -> Cell:
    """How far it has come, with its days; the answer in the words that were said, and whose idea it was first."""
    under = [_("Answer: %(said)s") % {"said": row.answer}] if row.answer else []
    under += [_("First suggested by %(names)s") % {"names": row.credit}] if row.credit else []
    return Cell(". ".join(_steps(row)), tuple(under))


def _steps(row: Voiced) -> Iterator[str]:
    if row.answered_on is None:
        yield _("Not answered yet")
        return
    days = (row.answered_on - row.heard_on).days
    yield _("Answered after %(days)s") % {"days": dates.days(days)} if days else _("Answered the same day")
    if row.ended_on is not None:
        said = _("applied on %(day)s") if row.applied else _("declined on %(day)s")
        yield capfirst(said % {"day": brief_day(row.ended_on)})
    elif row.grown:
        yield _("It grew into another")
    elif row.asks:
        yield _("In work") if row.promised else _("To be decided")
    if row.told_on is not None:
        yield _("Told back on %(day)s") % {"day": brief_day(row.told_on)}


# Problems and decisions ----------------------------------------------------------------------------------------------


def _problems(pack: Pack, them: str) -> Section:
    assert pack.troubles is not None
    if not pack.troubles.rows:
        return Section(Part.PROBLEMS, str(PARTS[Part.PROBLEMS]), [_("No problem was open in this time.")])
    # Where nobody is named of any, no column says so.
    named = any(row.raised_by for row in pack.troubles.rows)
    heads = (_("What was wrong"), *([_("Raised by")] if named else []), _("Opened"), _("How it ended"))
    rows = [
        Row(
            (
                Cell(row.what),
                *([Cell(row.raised_by or "–")] if named else []),
                Cell(brief_day(row.opened_on)),
                _ended(row),
            ),
            key=row.key,
        )
        for row in pack.troubles.rows
    ]
    table = Table(_("Problems"), "", heads, (17, 8, 7, 13) if named else (22, 7, 15), rows)
    return Section(Part.PROBLEMS, str(PARTS[Part.PROBLEMS]), [_troubles(pack.troubles)], [table])


def _troubles(found: Troubles) -> str:
    """*3 problems: 2 solved, 1 of them in time; 1 open.* Of one only what became of it."""
    return f"{capfirst(problem_words.tally(found.tally))}."


def _ended(row: Trouble) -> Cell:
    under = []
    # A talk after it was solved was about something else.
    if row.spoken_on is not None and (row.solved_on is None or row.spoken_on <= row.solved_on):
        days = (row.spoken_on - row.opened_on).days
        under = [_("Spoken about after %(days)s") % {"days": dates.days(days)} if days else _("Spoken about that day")]
    if row.came_back:
        under.append(ngettext("Came back once", "Came back %(count)d times", row.came_back) % {"count": row.came_back})
    if row.solved_on is None:
        late = row.state is ProblemState.LATE
        said = _("Open, was to be solved by %(day)s") if late else _("Open, to be solved by %(day)s")
        return Cell(said % {"day": brief_day(row.due_on)}, tuple(under))
    told = {"day": brief_day(row.solved_on), "late": dates.days((row.solved_on - row.due_on).days)}
    late = row.state is ProblemState.SOLVED_LATE
    return Cell((_("Solved on %(day)s, %(late)s late") if late else _("Solved on %(day)s")) % told, tuple(under))


def _decisions(pack: Pack, them: str) -> Section:
    found = pack.decisions or []
    if not found:
        return Section(Part.DECISIONS, str(PARTS[Part.DECISIONS]), [_("No meeting of this time noted a decision.")])
    heads = (_("What was decided"), _("Meeting"), _("When"))
    rows = [Row((Cell(one.said), Cell(one.meeting), Cell(brief_day(one.day))), key=one.key) for one in found]
    said = ngettext("%(count)d decision.", "%(count)d decisions.", len(found)) % {"count": len(found)}
    return Section(
        Part.DECISIONS, str(PARTS[Part.DECISIONS]), [said], [Table(_("Decisions"), "", heads, (11, 6, 3), rows)]
    )


# What comes next -----------------------------------------------------------------------------------------------------


def _next(pack: Pack, them: str, without: Collection[str] = ()) -> Section:
    assert pack.ahead is not None
    found = pack.ahead
    tables: list[Table] = []
    if found.promises:
        heads = (_("What"), _("Who"), _("By"), _("How it stands"))
        rows = [_promise(row) for row in found.promises]
        tables.append(Table(_("Promises that are open"), _waiting(found, them), heads, (23, 8, 9, 10), rows))
    if found.meetings:
        rows = [Row((Cell(one.title), Cell(one.when)), key=one.key) for one in found.meetings]
        name = _("Meetings that are planned")
        tables.append(Table(name, "", (_("Meeting"), _("When")), (8, 12), rows))
    for one in found.meetings:
        if one.items and one.key not in without:
            rows = [Row((Cell(item.said),), key=item.key) for item in one.items]
            name = _("On the agenda of %(meeting)s") % {"meeting": one.title}
            tables.append(Table(name, "", (_("Item"),), (1,), rows))
    said = [] if found.promises else [_("No promise is open.")]
    said += [] if found.meetings else [_("No meeting of both sides is planned.")]
    return Section(Part.NEXT, str(PARTS[Part.NEXT]), said, tables, headed=True)


def _waiting(found: Ahead, them: str) -> str:
    ours = sum(row.ours for row in found.promises)
    theirs = len(found.promises) - ours
    parts = [_("%(count)d of ours") % {"count": ours}] if ours else []
    parts += [_("%(count)d of %(them)s") % {"count": theirs, "them": them}] if theirs else []
    return f"{', '.join(parts)}."


# In short ------------------------------------------------------------------------------------------------------------


def _brief_rhythm(pack: Pack, them: str) -> list[str]:
    return [_talked(pack.rhythm.count, them)] if pack.rhythm else []


def _brief_promises(pack: Pack, them: str) -> list[str]:
    told = ((pack.by_us, _("Our promises")), (pack.by_them, _("Promises of %(them)s") % {"them": them}))
    return [f"{name}: {_share(given.share)}." for given, name in told if given and given.rows]


def _brief_feedback(pack: Pack, them: str) -> list[str]:
    told = (
        (pack.from_them, _("Feedback of %(them)s") % {"them": them}),
        (pack.from_us, _("Our feedback")),
    )
    return [f"{name}: {_heard(heard)}" for heard, name in told if heard and heard.rows]


def _brief_problems(pack: Pack, them: str) -> list[str]:
    return [_troubles(pack.troubles)] if pack.troubles and pack.troubles.rows else []


def _brief_next(pack: Pack, them: str) -> list[str]:
    found = pack.ahead.promises if pack.ahead else []
    if not found:
        return []
    late = sum(row.state is PromiseState.LATE for row in found)
    told = {"count": len(found), "late": late}
    if len(found) == 1:
        return [_("One promise is open, and late.") if late else _("One promise is open.")]
    if late == len(found):
        return [_("%(count)d promises are open, all of them late.") % told]
    some = _("%(count)d promises are open, %(late)d of them late.")
    return [(some if late else _("%(count)d promises are open.")) % told]


def _brief_decisions(pack: Pack, them: str) -> list[str]:
    count = len(pack.decisions or [])
    said = ngettext("%(count)d decision was made.", "%(count)d decisions were made.", count) % {"count": count}
    return [said] if count else []


_BRIEF: dict[Part, Callable[[Pack, str], list[str]]] = {
    Part.RHYTHM: _brief_rhythm,
    Part.PROMISES: _brief_promises,
    Part.FEEDBACK: _brief_feedback,
    Part.PROBLEMS: _brief_problems,
    Part.DECISIONS: _brief_decisions,
    Part.NEXT: _brief_next,
}
