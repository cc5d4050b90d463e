"""The agenda as a person sees it on the page of a meeting: its lines, what could go on, and whether it fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from django.contrib.humanize.templatetags.humanize import apnumber
from django.urls import reverse
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from meetings import agenda_words
from meetings.agenda import Fit, Kind, Row
from meetings.arranging import Arranged, arranged
from meetings.models import AgendaItem, Meeting, MeetingAccount
from relationships.words import clipped
from web.clock import Now

# The page of what an item is about, by the first part of its key.
PAGES = {"promise": "commitment_detail", "feedback": "feedback_detail", "problem": "problem_detail"}
# So many are named among those that could go on.
NAMED = 2
# Between two parts of the bar, in per cent of it.
GAP = 0.7


@dataclass(frozen=True, slots=True)
class Line:
    """An item: its number among those one sees, why it stands there, who brought it, and where it may be moved."""

    item: AgendaItem
    number: int
    why: str
    by: str
    url: str
    partner: str
    writes: bool
    cut: bool = False
    fits: bool = True
    up: int | None = None
    down: int | None = None

    @property
    def pinned(self) -> bool:
        return self.item.pinned_at is not None

    @property
    def moved(self) -> bool:
        return self.item.moved and not self.pinned


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the bar, in per cent of its width; ``tone`` is its class."""

    x: str
    width: str
    tone: str


@dataclass(frozen=True, slots=True)
class AgendaPage:
    """``others`` are the minutes about partners that the person does not see: of these nothing but the time is told."""

    meeting: Meeting
    lines: list[Line]
    dropped: list[Line]
    waiting: list[Line]
    fit: Fit
    others: int
    parties: list[MeetingAccount]
    writes: bool
    # Whether the reader may change what stands on the agenda of each kind from the beginning.
    outlined: bool
    fixed: bool
    parts: list[Part] = field(default_factory=list)
    # The parties that the person may change.
    changed: frozenset[int] = frozenset()

    @property
    def version(self) -> int:
        return self.meeting.agenda_version

    @property
    def order(self) -> str:
        """By what its items stand in their order; empty where there is none to explain."""
        if len(self.lines) < 2:
            return ""
        by_hand = any(line.pinned or line.moved for line in self.lines)
        return agenda_words.order(by_hand, any(line.item.critical for line in self.dropped))

    @property
    def over(self) -> str:
        return agenda_words.over(self.fit)

    @property
    def time(self) -> str:
        return agenda_words.time(self.fit)

    @property
    def remedy(self) -> str:
        return agenda_words.remedy(self.fit, len(self.lines))

    @property
    def ends(self) -> str:
        return _("%(minutes)d minutes end here") % {"minutes": self.fit.length}

    @property
    def others_said(self) -> str:
        if not self.others:
            return ""
        said = ngettext(
            "%(minutes)d minute is about partners that you do not see.",
            "%(minutes)d minutes are about partners that you do not see.",
            self.others,
        )
        return said % {"minutes": self.others}

    @property
    def spans(self) -> str:
        """The bar in words: *Items take 10, 8 and 5 minutes; the last does not fit in 60.*"""
        if not self.lines:
            return _("No items yet")
        minutes = get_text_list([str(line.item.minutes) for line in self.lines], _("and"))
        said = _("Items take %(minutes)s minutes") % {"minutes": minutes}
        unfitting = sum(not line.fits for line in self.lines)
        if not unfitting:
            return said
        told = ngettext("the last does not fit in %(length)d", "%(count)s do not fit in %(length)d", unfitting)
        return f"{said}; {told % {'count': apnumber(unfitting), 'length': self.fit.length}}"

    @property
    def more(self) -> list[Line]:
        """What could go on: dropped, or without time."""
        return [*self.waiting, *self.dropped]

    @property
    def more_said(self) -> str:
        """*Two more could go on: “The winter timetable” and “The result of the trial”.*"""
        count = len(self.more)
        names = [_("“%(title)s”") % {"title": clipped(line.item.title, 60)} for line in self.more[:NAMED]]
        if count > NAMED:
            names.append(ngettext("%(count)s other", "%(count)s others", count - NAMED) % {"count": count - NAMED})
        said = ngettext("%(count)s more could go on: %(names)s.", "%(count)s more could go on: %(names)s.", count)
        return said % {"count": capfirst(str(apnumber(count))), "names": get_text_list(names, _("and"))}


def agenda_of(meeting: Meeting, user: User, now: Now) -> AgendaPage:
    """For who sees the meeting. The same number of queries for one item and for fifty."""
    now_so = arranged(meeting, now)
    seen = set(MeetingAccount.objects.visible_to(user).filter(meeting=meeting).values_list("pk", flat=True))
    changed = set(MeetingAccount.objects.changeable_by(user).filter(meeting=meeting).values_list("pk", flat=True))
    lines = _lines(now_so, seen, changed)
    full = [row.minutes for row in now_so.agenda.rows]
    mine = sum(line.item.minutes for line in lines)
    fit = Fit(sum(full), meeting.minutes, sum(line.fits for line in lines))
    return AgendaPage(
        meeting=meeting,
        lines=lines,
        dropped=_others(now_so, now_so.agenda.dropped, seen, changed),
        waiting=_others(now_so, now_so.waiting, seen, changed),
        fit=fit,
        others=sum(full) - mine,
        parties=[party for party in now_so.parties.values() if party.pk in seen],
        writes=bool(changed) and meeting.is_planned,
        outlined=user.reach.everything,
        fixed=now_so.fixed,
        parts=parts_of(lines, max(fit.total, fit.length)),
        changed=frozenset(changed),
    )


def _lines(now_so: Arranged, seen: set[int], changed: set[int]) -> list[Line]:
    length = now_so.meeting.minutes
    ends = list(accumulate(row.minutes for row in now_so.agenda.rows))
    shown = [
        (row, end <= length)
        for row, end in zip(now_so.agenda.rows, ends, strict=True)
        if _is_seen(now_so.items[row.key], seen)
    ]
    lines: list[Line] = []
    for index, (row, fits) in enumerate(shown):
        cut = not fits and bool(lines) and lines[-1].fits
        lines.append(
            _line(
                now_so,
                row,
                changed,
                number=index + 1,
                cut=cut,
                fits=fits,
                up=index - 1 if index else None,
                down=index + 1 if index + 1 < len(shown) else None,
            )
        )
    return lines


def _others(now_so: Arranged, rows: Sequence[Row], seen: set[int], changed: set[int]) -> list[Line]:
    return [_line(now_so, row, changed, number=0) for row in rows if _is_seen(now_so.items[row.key], seen)]


def _is_seen(item: AgendaItem, seen: set[int]) -> bool:
    return item.party_id is None or item.party_id in seen


def _line(
    now_so: Arranged,
    row: Row,
    changed: set[int],
    *,
    number: int,
    cut: bool = False,
    fits: bool = True,
    up: int | None = None,
    down: int | None = None,
) -> Line:
    item = now_so.items[row.key]
    planned = now_so.meeting.is_planned
    return Line(
        item=item,
        number=number,
        why=now_so.why(row),
        by=by(item),
        url=_url(item),
        partner=str(item.party.relationship.account) if item.party and len(now_so.parties) > 1 else "",
        writes=planned and bool(changed) and (item.party_id is None or item.party_id in changed),
        cut=cut,
        fits=fits,
        up=up,
        down=down,
    )


def by(item: AgendaItem) -> str:
    """Who brought it, by the first name; where nobody did, what did."""
    who = item.contact if item.side == "theirs" else item.colleague
    if who is not None:
        return str(who).split()[0] if str(who).split() else str(who)
    named = agenda_words.BROUGHT_BY.get(Kind(item.kind))
    if named is not None:
        return str(named)
    return _("Theirs") if item.side == "theirs" else _("Ours")


def _url(item: AgendaItem) -> str:
    source, _colon, number = item.key.partition(":")
    if source == "play" and item.party is not None:
        return f"{reverse('relationship_plays', args=[item.party.relationship_id])}#play-{number}"
    if source not in PAGES or not number.isdigit() or item.settled:
        return ""
    return reverse(PAGES[source], args=[int(number)])


def parts_of(lines: Sequence[Line], whole: int) -> list[Part]:
    """The bar: a part for each item, as wide as it is long; what does not fit is hatched."""
    parts, start = [], 0
    for line in lines:
        tone = "u" if not line.fits else "l" if line.item.critical else "e"
        x, width = 100 * start / whole, 100 * line.item.minutes / whole
        parts.append(Part(f"{x:.2f}%", f"{max(0.1, width - GAP):.2f}%", tone))
        start += line.item.minutes
    return parts
