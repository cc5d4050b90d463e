"""Ways in, who may be named, insights and each other's meetings, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.humanize.templatetags.humanize import apnumber
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from meetings import each_other, plays
from meetings.models import Insight, Play
from meetings.plays import Figure, Kind, Suggestion, Thin
from meetings.ways_in import Named
from relationships import gaps, people_words, words
from relationships.gaps import Gap
from relationships.words import Look
from web import dates

ICONS = {
    Kind.ASK_TIME: "clock",
    Kind.SHARE_RESULT: "share",
    Kind.UNIT_NEWS: "sitemap",
    Kind.ARTICLE: "news",
    Kind.SIT_IN: "armchair",
    Kind.INTRODUCTION: "user-plus",
}
# What a way in is called as something that one does often: in figures.
DOING = {
    Kind.ASK_TIME: gettext_lazy("Asking for time"),
    Kind.SHARE_RESULT: gettext_lazy("Sharing a result"),
    Kind.UNIT_NEWS: gettext_lazy("Taking up news from a unit"),
    Kind.ARTICLE: gettext_lazy("Sending an article"),
    Kind.SIT_IN: gettext_lazy("Sitting in and offering help"),
    Kind.INTRODUCTION: gettext_lazy("Asking for an introduction"),
}
# What one does for it, and what one asks afterwards.
DONE = {
    Kind.ASK_TIME: gettext_lazy("Asked"),
    Kind.SHARE_RESULT: gettext_lazy("Shared"),
    Kind.UNIT_NEWS: gettext_lazy("Taken up"),
    Kind.ARTICLE: gettext_lazy("Sent"),
    Kind.SIT_IN: gettext_lazy("Sat in"),
    Kind.INTRODUCTION: gettext_lazy("Asked"),
}
PLANNED = Look(gettext_lazy("Way in"), "door-enter", "faint")
WAITING = Look(gettext_lazy("Follow up"), "door-enter", "due")
INSIGHT = Look(gettext_lazy("Insight"), "bulb", "faint")


# Suggested -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """A suggestion in words: what to do, and why. The rest is what a form begins with."""

    one: Suggestion
    what: str
    why: str

    @property
    def kind(self) -> str:
        return self.one.kind.value

    @property
    def icon(self) -> str:
        return ICONS[self.one.kind]

    @property
    def name(self) -> str:
        return str(Play.Kind(self.kind).label)


def suggested(one: Suggestion, today: date) -> Told:
    return Told(one, _what(one), _why(one, today))


def _what(one: Suggestion) -> str:
    who = one.who.name if one.who else ""
    match one.kind:
        case Kind.INTRODUCTION:
            through = one.colleague or one.through
            values = {"through": through.name if through else "", "who": who}
            if who:
                return _("Ask %(through)s for an introduction to %(who)s") % values
            return _("Ask %(through)s who else should know us") % values
        case Kind.ASK_TIME:
            return _("Ask %(who)s for half an hour") % {"who": who} if who else _("Ask for an hour together")
        case Kind.SHARE_RESULT:
            return _("Share a result of other work with %(who)s") % {"who": who}
        case Kind.ARTICLE:
            return _("Send %(who)s an article") % {"who": who}
        case Kind.UNIT_NEWS:
            return _("Take up news from %(unit)s") % {"unit": one.unit.name if one.unit else ""}
    return _("Sit in on one of their staff meetings and offer help")


def _why(one: Suggestion, today: date) -> str:
    told = [_reason(one, today)]
    if one.kind is Kind.INTRODUCTION and one.who:
        if one.colleague:
            told.append(_("%(name)s knows %(who)s.") % {"name": one.colleague.name, "who": one.who.name})
        elif one.through:
            told.append(_("%(name)s was spoken with lately.") % {"name": one.through.name})
    if one.lately:
        told.append(_("Tried in the last %(days)s without an answer.") % {"days": dates.days(plays.TRIED_LATELY)})
    return " ".join(told)


def _reason(one: Suggestion, today: date) -> str:
    people = (one.who,) if one.who else ()
    match one.reason:
        case Thin.DECIDER_SILENT:
            return people_words.gap(Gap(gaps.Kind.SILENT_DECIDER, people, days=one.days, standing=one.standing), today)
        case Thin.ONE_PERSON:
            return people_words.gap(Gap(gaps.Kind.ONE_SPOKEN, (one.through,) if one.through else ()), today)
        case Thin.NOBODY_DECIDES:
            return _("Who decides and who signs is not known; in a meeting of their own one sees it.")
        case Thin.NOBODY_SIGNS:
            return _("Who signs is not known; in a meeting of their own one sees it.")
        case Thin.APART if one.days is None:
            return _("No meeting and no visit stands in the log.")
        case Thin.APART:
            return _("Nobody has sat with them for %(days)s.") % {"days": dates.days(one.days or 0)}
        case Thin.NOBODY_NEW:
            return _("Nobody new of theirs was spoken with for %(days)s.") % {"days": dates.days(one.days or 0)}
    return people_words.gap(Gap(gaps.Kind.SILENT, people, days=one.days), today)


# A play --------------------------------------------------------------------------------------------------------------


def state(row: Play, today: date) -> str:
    """*Planned for Thursday*, *Sent on 3 November; did it land?*, *Answered after 3 days*, *No answer*."""
    if row.dropped_on is not None:
        return _("Dropped %(day)s") % {"day": dates.on(row.dropped_on, today)}
    if row.done_on is None:
        return capfirst(planned_for(row, today))
    if row.answered_on is not None:
        days = (row.answered_on - row.done_on).days
        return _("Answered after %(days)s") % {"days": dates.days(days)} if days else _("Answered on the same day")
    done = done_on(row, today)
    if row.unanswered_on is not None:
        return _("%(done)s; no answer") % {"done": done}
    if row.follow_up_on is None:
        return done
    if row.follow_up_on < today:
        since = dates.said(row.follow_up_on, today)
        return _("%(done)s; to be followed up since %(day)s") % {"done": done, "day": since}
    return _("%(done)s; follow up %(day)s") % {"done": done, "day": dates.on(row.follow_up_on, today)}


def planned_for(row: Play, today: date) -> str:
    return _("planned for %(day)s") % {"day": dates.said(row.planned_on, today)}


def done_on(row: Play, today: date) -> str:
    """*Sent on 3 November*; needs ``done_on``."""
    day = dates.on(row.done_on, today) if row.done_on else ""
    return _("%(done)s %(day)s") % {"done": DONE[Kind(row.kind)], "day": day}


def for_whom(row: Play) -> str:
    """*for Solveig Dahl, through Bob Brandt*; empty where nobody is named."""
    told = [
        _("for %(name)s") % {"name": row.contact} if row.contact else "",
        _("through %(name)s") % {"name": row.through} if row.through else "",
        _("about %(name)s") % {"name": row.unit} if row.unit else "",
    ]
    return ", ".join(one for one in told if one)


def asked(row: Play) -> str:
    """What Today asks of one that waits: *The article you sent Jonas Lie: did it land?*"""
    name = str(row.contact or row.relationship)
    match Kind(row.kind):
        case Kind.ARTICLE:
            return _("The article sent to %(name)s: did it land?") % {"name": name}
        case Kind.SHARE_RESULT:
            return _("The result shared with %(name)s: was it of use?") % {"name": name}
        case Kind.UNIT_NEWS:
            return _("The news taken up with %(name)s: what did they say?") % {"name": name}
        case Kind.ASK_TIME:
            return _("Time asked of %(name)s: did they give it?") % {"name": name}
        case Kind.SIT_IN:
            return _("You sat in with %(name)s: did it open a door?") % {"name": name}
    return _("The introduction to %(name)s: did it come?") % {"name": name}


# Which of them work --------------------------------------------------------------------------------------------------


def figure(one: Figure) -> str:
    """*7 times: 4 answered after 3 days, 2 without an answer, 1 still waits.* The days are the middle value."""
    after = "" if one.days is None else _after(round(one.days))
    if one.tried == 1:
        if one.answered:
            return _("Once: answered %(after)s.") % {"after": after}
        return _("Once: no answer.") if one.unanswered else _("Once, and it still waits.")
    times = _("Twice") if one.tried == 2 else _("%(count)d times") % {"count": one.tried}
    if one.answered == one.tried:
        answered = _("both answered") if one.tried == 2 else _("all answered")
        return _("%(times)s: %(answered)s, %(after)s.") % {"times": times, "answered": answered, "after": after}
    told = []
    if one.answered:
        told.append(_("%(count)d answered %(after)s") % {"count": one.answered, "after": after})
    if one.unanswered:
        told.append(_("%(count)d without an answer") % {"count": one.unanswered})
    if one.waiting:
        told.append(ngettext("%(count)d still waits", "%(count)d still wait", one.waiting) % {"count": one.waiting})
    return _("%(times)s: %(what)s.") % {"times": times, "what": ", ".join(told)}


def _after(days: int) -> str:
    return _("after %(days)s") % {"days": dates.days(days)} if days else _("on the same day")


def working(found: Sequence[Figure]) -> str:
    """*Asking for an introduction works best: 5 of 6 were answered. Sending an article is answered least: 1 of 7.*"""
    told = plays.working(found)
    if told.best is None:
        if not found:
            return _("No way in was tried yet.")
        return _("Too few have come to an end to say which of them work: at least %(count)s of a kind.") % {
            "count": apnumber(plays.ENOUGH)
        }
    said = _("%(doing)s works best: %(good)d of %(all)d were answered.") % _values(told.best)
    if told.least is None:
        return said
    return said + " " + _("%(doing)s is answered least: %(good)d of %(all)d.") % _values(told.least)


def _values(one: Figure) -> dict[str, object]:
    return {"doing": DOING[one.kind], "good": one.answered, "all": one.settled}


# Who may be named ----------------------------------------------------------------------------------------------------


def naming(one: Named, today: date) -> str:
    """*is named here. They allowed it on 3 May (Ingrid Moe): in talks.*; what follows the name."""
    if not one.readable:
        return _("is named here. Ask whoever looks after them whether they allow it.")
    if one.permission is None:
        return _("is named here and has not allowed it. Ask them first, or leave the name out.")
    row = one.permission
    said = _("is named here. They allowed it %(day)s") % {"day": dates.on(row.given_on, today)}
    if row.given_by:
        said += f" ({row.given_by})"
    if row.until_on:
        said += ", " + _("until %(day)s") % {"day": dates.said(row.until_on, today)}
    return f"{said}: {row.scope}" if row.scope else f"{said}."


# Insights ------------------------------------------------------------------------------------------------------------


def learnt(row: Insight, today: date) -> str:
    """*Their quay at night on 3 November*."""
    return _("%(meeting)s %(day)s") % {"meeting": row.meeting, "day": dates.on(row.meeting.day, today)}


def told_by(row: Insight) -> str:
    """*from Ingrid Moe, by Alice Ahlberg*: where the meeting is known."""
    told = [
        _("from %(name)s") % {"name": row.contact} if row.contact else "",
        _("by %(name)s") % {"name": row.written_by} if row.written_by else "",
    ]
    return ", ".join(one for one in told if one)


def routed(row: Insight) -> str:
    """*For Bob Brandt, seen*; empty where nobody in particular should know."""
    if row.colleague is None:
        return ""
    said = _("for %(name)s, who has seen it") if row.seen_at else _("for %(name)s, not seen yet")
    return said % {"name": row.colleague}


# Each other's meetings -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter of the strip: a mark for each meeting of ours that they were asked into, and of theirs we sat in on."""

    name: str
    said: str
    ours: range
    theirs: range


def each_others(year: each_other.Year) -> str:
    """*Of 14 meetings in a year 5 were of our own, into which they were asked, and 2 of theirs, where we sat in.*"""
    whole = year.whole
    if not whole.all:
        return _("No meeting with them was held in the last four quarters.")
    if not whole.internal:
        said = ngettext(
            "One meeting was held in the last four quarters, and it was no meeting of either side’s own.",
            "%(all)d meetings were held in the last four quarters, none of them a meeting of either side’s own.",
            whole.all,
        )
        return said % {"all": whole.all}
    ours = ngettext(
        "they were asked into %(count)d of our own", "they were asked into %(count)d of our own", whole.ours
    ) % {"count": whole.ours}
    theirs = ngettext("we sat in on %(count)d of theirs", "we sat in on %(count)d of theirs", whole.theirs) % {
        "count": whole.theirs
    }
    parts = [part for part, number in ((ours, whole.ours), (theirs, whole.theirs)) if number]
    said = ngettext(
        "Of %(all)d meeting in the last four quarters %(what)s: %(share)d %%.",
        "Of %(all)d meetings in the last four quarters %(what)s: %(share)d %%.",
        whole.all,
    )
    told = said % {"all": whole.all, "what": _(" and ").join(parts), "share": whole.per_cent}
    if whole.came < whole.ours:
        told += " " + (
            _("They came to %(came)d of ours.") % {"came": whole.came} if whole.came else _("They came to none.")
        )
    return told


def quarters(year: each_other.Year) -> list[Quarter]:
    return [
        Quarter(
            _("%(first)s–%(last)s") % {"first": date_format(one.begins, "M"), "last": _last(one.begins)},
            _("%(internal)d of %(all)d") % {"internal": one.internal, "all": one.all} if one.all else _("none"),
            range(one.ours),
            range(one.theirs),
        )
        for one in year.quarters
    ]


def _last(begins: date) -> str:
    """The last month of a quarter."""
    return date_format(begins + timedelta(days=62), "M")


def clipped(row: Play | Insight) -> str:
    return words.clipped(str(row), 90)


def heading(row: Play) -> str:
    return str(capfirst(str(row.get_kind_display())))
