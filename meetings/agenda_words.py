"""The agenda in words: why each item stands on it, and whether it fits the time."""

from __future__ import annotations

from datetime import date

from django.contrib.humanize.templatetags.humanize import apnumber
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from meetings.agenda import Fit, Kind, Reason
from relationships.notes import Side
from web import dates

# Who brought an item that nobody did.
BROUGHT_BY = {
    Kind.OUTLINE: gettext_lazy("Outline"),
    Kind.RHYTHM: gettext_lazy("Rhythm"),
    Kind.CRITERION: gettext_lazy("Stage"),
    Kind.TOPIC: gettext_lazy("Topic"),
    Kind.PLAY: gettext_lazy("Play"),
    Kind.VIEW: gettext_lazy("Pulse"),
}


def why(reason: Reason, today: date) -> str:
    """*Our promise of 12 November is 11 days late; carried over twice, first on 26 May.*"""
    parts = [part for part in (_of_kind(reason, today), _carried(reason, today)) if part]
    return capfirst("; ".join(parts)) + "."


def _of_kind(reason: Reason, today: date) -> str:
    match reason.kind:
        case Kind.PROBLEM:
            return _of_problem(reason, today)
        case Kind.OUR_PROMISE | Kind.THEIR_PROMISE:
            return _of_promise(reason, today)
        case Kind.FEEDBACK:
            return _of_feedback(reason, today)
        case Kind.CARRIED:
            return ""
        case Kind.WRITTEN:
            return _("put on by us") if reason.side == Side.OURS else _("put on by them")
        case Kind.OUTLINE:
            return _("stands on every agenda of this kind")
        case Kind.RHYTHM:
            return _("the rhythm is assumed: nobody of theirs has agreed it yet")
        case Kind.CRITERION:
            return _("still open on the way to the next stage")
        case Kind.TOPIC:
            if reason.waits is None:
                return _("not talked about yet")
            return _("not talked about for %(days)s") % {"days": dates.days(reason.waits)}
        case Kind.PLAY:
            return _of_play(reason, today)
        case Kind.VIEW:
            if reason.since is None:
                return _("they see it otherwise than we do")
            return _("they see it otherwise than we do, as was said %(day)s") % {"day": dates.on(reason.since, today)}


def _of_problem(reason: Reason, today: date) -> str:
    """*open since 12 November, 9 days late*, *open since yesterday, to be solved by Friday*."""
    said = _("open")
    if reason.since is not None:
        said = _("open since %(day)s") % {"day": dates.said(reason.since, today)}
    if reason.late:
        return _("%(said)s, %(days)s late") % {"said": said, "days": dates.days(reason.late)}
    if reason.due_on is not None:
        return _("%(said)s, to be solved %(day)s") % {"said": said, "day": dates.by(reason.due_on, today)}
    return said


def _of_promise(reason: Reason, today: date) -> str:
    ours = reason.kind == Kind.OUR_PROMISE
    if reason.since is not None and reason.due_on is not None:
        return _of_broken(ours, reason.due_on, reason.since, today)
    if reason.due_on is None:
        return _("our promise") if ours else _("their promise")
    if reason.late:
        said = _("our promise of %(day)s is %(days)s late") if ours else _("their promise of %(day)s is %(days)s late")
        return said % {"day": dates.said(reason.due_on, today), "days": dates.days(reason.late)}
    said = _("our promise, due %(day)s") if ours else _("their promise, due %(day)s")
    said %= {"day": dates.on(reason.due_on, today)}
    return _("%(said)s, before we meet") % {"said": said} if reason.before else said


def _of_broken(ours: bool, due_on: date, broken_on: date, today: date) -> str:
    """*our promise of 12 November was broken and has no new plan*; with the day, where it was not its own."""
    said = _("our promise of %(day)s was broken") if ours else _("their promise of %(day)s was broken")
    said %= {"day": dates.said(due_on, today)}
    if broken_on != due_on:
        said = _("%(said)s %(day)s") % {"said": said, "day": dates.on(broken_on, today)}
    return _("%(said)s and has no new plan") % {"said": said}


def _of_feedback(reason: Reason, today: date) -> str:
    """*said on 2 November, unanswered for 21 days*."""
    if reason.since is None or not reason.waits:
        return _("not answered yet")
    said = {"day": dates.on(reason.since, today), "days": dates.days(reason.waits)}
    return _("said %(day)s, unanswered for %(days)s") % said


def _of_play(reason: Reason, today: date) -> str:
    if reason.since is not None:
        return _("a way in, done %(day)s and not answered yet") % {"day": dates.on(reason.since, today)}
    if reason.due_on is None:
        return _("a way in, where access is thin")
    if reason.late:
        return _("a way in planned for %(day)s, not done yet") % {"day": dates.said(reason.due_on, today)}
    return _("a way in, planned for %(day)s") % {"day": dates.said(reason.due_on, today)}


def _carried(reason: Reason, today: date) -> str:
    """*carried over twice, first on 26 May*; empty where it is new."""
    match reason.carried:
        case 0:
            return "" if reason.kind != Kind.CARRIED else _("from an earlier agenda")
        case 1:
            said = _("carried over once")
        case 2:
            said = _("carried over twice")
        case count:
            said = _("carried over %(count)s times") % {"count": apnumber(count)}
    if reason.carried_from is None:
        return said
    day = dates.on(reason.carried_from, today)
    if reason.carried == 1:
        return _("%(said)s, %(day)s") % {"said": said, "day": day}
    return _("%(said)s, first %(day)s") % {"said": said, "day": day}


def order(by_hand: bool, critical_dropped: bool) -> str:
    """What the items are ordered by. ``by_hand``: people moved or pinned some of them."""
    said = _("in order of priority: critical, then longest late, then most often carried over")
    if by_hand:
        said = _("by hand where it says so, the rest in order of priority")
    return _("%(said)s; something critical was dropped") % {"said": said} if critical_dropped else said


def time(fit: Fit) -> str:
    """*66 of 60 minutes*."""
    return _("%(total)d of %(length)d minutes") % {"total": fit.total, "length": fit.length}


def over(fit: Fit) -> str:
    """*six minutes over*; empty where all of it fits."""
    if not fit.over:
        return ""
    return ngettext("%(count)s minute over", "%(count)s minutes over", fit.over) % {"count": apnumber(fit.over)}


def remedy(fit: Fit, rows: int) -> str:
    """*Drop the last item, or ask for 70 minutes.* Empty where all of it fits. ``rows`` is how many there are."""
    if not fit.over:
        return ""
    many = rows - fit.fitting
    said = ngettext(
        "Drop the last item, or ask for %(minutes)d minutes.",
        "Drop items – %(count)s do not fit – or ask for %(minutes)d minutes.",
        many,
    )
    return said % {"count": apnumber(many), "minutes": fit.enough}
