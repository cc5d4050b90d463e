"""What happened in the part of a standing that moved most, in words of counts: *two promises of ours missed*."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from relationships.evidence import Component, Kind
from relationships.health_words import number, times


@dataclass(frozen=True, slots=True)
class Happened:
    """So many rows of a kind and side, and their masses for and against."""

    kind: Kind
    side: str
    count: int
    r: float
    s: float


def why(component: Component, moved: float, rows: Iterable[Happened], rhythm: str) -> str:
    """What weighed most in the direction in which the part moved; ``rhythm`` is the state of the cadence, for its part.

    Empty where the rows do not tell: access follows from whom we saw too, which is no row.
    """
    rows = list(rows)
    if component is Component.CADENCE:
        return rhythm if moved < 0 else _talks(sum(row.count for row in rows if row.kind is Kind.TOUCH))
    if component is Component.RECIPROCITY:
        ours, theirs = (sum(row.count for row in rows if row.side == side) for side in ("ours", "theirs"))
        if not ours and not theirs:
            return _("neither side began or gave anything")
        told = {"theirs": times(theirs), "ours": times(ours)}
        return _("they began or gave something %(theirs)s, we %(ours)s") % told
    for row in sorted(rows, key=lambda row: row.r if moved > 0 else row.s, reverse=True):
        if (row.r if moved > 0 else row.s) > 0 and (text := said(row)):
            return text
    if component is Component.ACCESS:
        return ""
    return _("what was lost before fades") if moved > 0 else _("nothing new; what was earned fades")


def _talks(count: int) -> str:
    if not count:
        return ""
    return ngettext("%(n)s day with a conversation", "%(n)s days with a conversation", count) % {"n": number(count)}


def said(row: Happened) -> str:
    """*two promises of ours missed*; empty for a kind that says nothing by itself."""
    ours, n = row.side == "ours", row.count
    told = {"n": number(n)}
    match row.kind:
        case Kind.PROMISE_KEPT if ours:
            text = ngettext("%(n)s promise of ours kept", "%(n)s promises of ours kept", n)
        case Kind.PROMISE_KEPT:
            text = ngettext("%(n)s promise of theirs kept", "%(n)s promises of theirs kept", n)
        case Kind.PROMISE_KEPT_LATE if ours:
            text = ngettext("%(n)s promise of ours kept late", "%(n)s promises of ours kept late", n)
        case Kind.PROMISE_KEPT_LATE:
            text = ngettext("%(n)s promise of theirs kept late", "%(n)s promises of theirs kept late", n)
        case Kind.PROMISE_LATE if ours:
            text = ngettext("%(n)s promise of ours late", "%(n)s promises of ours late", n)
        case Kind.PROMISE_LATE:
            text = ngettext("%(n)s promise of theirs late", "%(n)s promises of theirs late", n)
        case Kind.PROMISE_BROKEN if ours:
            text = ngettext("%(n)s promise of ours missed", "%(n)s promises of ours missed", n)
        case Kind.PROMISE_BROKEN:
            text = ngettext("%(n)s promise of theirs missed", "%(n)s promises of theirs missed", n)
        case Kind.FEEDBACK_ANSWERED if ours:
            text = ngettext("we answered feedback in time once", "we answered feedback in time %(n)s times", n)
        case Kind.FEEDBACK_ANSWERED:
            text = ngettext("they answered feedback in time once", "they answered feedback in time %(n)s times", n)
        case Kind.FEEDBACK_IGNORED if ours:
            text = ngettext("feedback of theirs left unanswered", "%(n)s times feedback of theirs left unanswered", n)
        case Kind.FEEDBACK_IGNORED:
            text = ngettext("feedback of ours left unanswered", "%(n)s times feedback of ours left unanswered", n)
        case Kind.PROBLEM_SOLVED:
            text = ngettext("%(n)s problem solved in time", "%(n)s problems solved in time", n)
        case Kind.PROBLEM_SOLVED_LATE:
            text = ngettext("%(n)s problem solved late", "%(n)s problems solved late", n)
        case Kind.PROBLEM_REOPENED:
            text = ngettext("%(n)s problem came back", "%(n)s problems came back", n)
        case Kind.MEETING_ACCEPTED:
            text = ngettext("they accepted %(n)s meeting", "they accepted %(n)s meetings", n)
        case Kind.MEETING_DECLINED:
            text = ngettext("they declined %(n)s meeting", "they declined %(n)s meetings", n)
        case Kind.MEETING_UNANSWERED:
            text = ngettext("%(n)s invitation left unanswered", "%(n)s invitations left unanswered", n)
        case Kind.DECISION_MAKER_MET:
            text = ngettext("who decides or signs came once", "who decides or signs came %(n)s times", n)
        case Kind.DECISION_MAKER_ABSENT:
            text = ngettext(
                "somebody who decides or signs did not come", "who decides or signs stayed away %(n)s times", n
            )
        case _other:
            return ""
    return text % told
