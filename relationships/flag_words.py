"""Flags of health in words: what each is called, what it says now, and what it means."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relationships import flags
from relationships.flags import RULES, Because, Flag, Measure, Reason, Record
from relationships.health import slack
from relationships.models import HealthFlag
from web import dates

# Rows older than so many half-lives weigh less than a quarter: the sentence counts the others, and *Why* lists them.
TOLD = 2

MEANS: dict[Flag, str | Promise] = {
    Flag.GOING_QUIET: gettext_lazy(
        "Reckoned from how often you were in touch: the chance that nobody is in touch in that time. On from 50 %, once"
        " the rhythm is missed; off below 40 %."
    ),
    Flag.TRUST_ERODING: gettext_lazy(
        "More was missed than the 12 in 100 that are usual, by more than chance explains. What is older weighs less:"
        " half after 60 days."
    ),
    Flag.ONLY_TROUBLE: gettext_lazy(
        "Contact within three days after a problem was opened. On from 60 %, off below 45 %; half the weight after 60"
        " days."
    ),
    Flag.FAIR_WEATHER: gettext_lazy(
        "Two problems past their day about which nobody was in touch within a week. Off when one is solved."
    ),
    Flag.ONE_SIDED: gettext_lazy(
        "Who began it, once a week for each side. On where the difference is more than chance explains; half the weight"
        " after 90 days."
    ),
    Flag.SINGLE_THREADED: gettext_lazy(
        "Should this person leave, the contact leaves too. Off when it is carried as by two; half the weight after 120"
        " days."
    ),
    Flag.MAY_LEAVE: gettext_lazy(
        "Asked and satisfied (4 or 5 of 5), and yet nobody who decides or signs was seen for three times the rhythm, or"
        " their feedback and plans have not come for 120 days, or they would rather not choose us again (3 or less). An"
        " answer counts for a year."
    ),
}


def name(flag: HealthFlag) -> str:
    """*Going quiet*."""
    return capfirst(flag.get_kind_display())


def says(one: Measure, record: Record, today: date) -> str:
    """What it is about now, after its name and since when."""
    rows = told(one, today, record.rhythm.every(today))
    against, all_of_it = sum(row.speaks for row in rows), len(rows)
    match one.flag:
        case Flag.GOING_QUIET:
            return _quiet(one, record.rhythm.every(today) or 0)
        case Flag.TRUST_ERODING:
            return _missed(one.side, against, all_of_it)
        case Flag.ONLY_TROUBLE:
            days = len({row.day for row in rows})
            after = len({row.day for row in rows if row.speaks})
            return _("%(count)d of %(all)d days of contact followed a problem.") % {"count": after, "all": days}
        case Flag.FAIR_WEATHER:
            return _("%(count)d problems are late and nobody was in touch about them, while other contact goes on.") % {
                "count": round(one.value)
            }
        case Flag.ONE_SIDED:
            return _begun(rows, against, all_of_it)
        case Flag.SINGLE_THREADED:
            return _alone(record, today)
        case Flag.MAY_LEAVE:
            return _may_leave(record, today)
        case _:
            return ""


def _quiet(one: Measure, every_days: int) -> str:
    ahead = dates.days(every_days + slack(every_days))
    if one.value >= RULES[Flag.GOING_QUIET].on:
        return _("more likely silent than not for the next %(days)s.") % {"days": ahead}
    return _("the chance of silence for the next %(days)s is still %(chance)d %%.") % {
        "days": ahead,
        "chance": round(100 * one.value),
    }


def _missed(side: str, missed: int, count: int) -> str:
    said = (
        _("%(missed)d of the last %(count)d promises and answers of ours were late or missed.")
        if side == "ours"
        else _("%(missed)d of the last %(count)d promises and answers of theirs were late or missed.")
    )
    return said % {"missed": missed, "count": count}


def _begun(rows: Sequence[Because], more: int, count: int) -> str:
    side = next((row.side for row in rows if row.speaks), "ours")
    said = (
        _("we began it %(more)d of %(count)d times.")
        if side == "ours"
        else _("they began it %(more)d of %(count)d times.")
    )
    return said % {"more": more, "count": count}


def _alone(record: Record, today: date) -> str:
    found = flags.shares(record, today)
    if not found:
        return ""
    who = max(found, key=lambda name: found[name])
    percent = int(100 * found[who])
    if len(found) == 1:
        return _("all contact is with %(name)s.") % {"name": who}
    return _("%(percent)d %% of the contact is with %(name)s.") % {"percent": percent, "name": who}


def why_they_may_leave(said: flags.Said, today: date, every_days: int | None) -> list[str]:
    """Each as the end of a sentence."""
    words = {
        Reason.UNSEEN: _("nobody who decides or signs was seen for %(days)s")
        % {"days": dates.days((today - said.seen.day).days)}
        if said.seen
        else _("nobody who decides or signs has been seen yet"),
        Reason.GIVES_NO_MORE: _("nothing has come from them for %(days)s")
        % {"days": dates.days((today - said.gave.day).days if said.gave else 0)},
        Reason.CHOOSES_OTHERS: _("they would rather not choose us again"),
    }
    return [words[one] for one in flags.reasons(said, today, every_days)]


def _may_leave(record: Record, today: date) -> str:
    said = record.said
    why = why_they_may_leave(said, today, record.rhythm.every(today)) if said else []
    if not why:
        return ""
    return _("they say that they are satisfied; %(why)s.") % {"why": _("; ").join(why)}


def told(one: Measure, today: date, every_days: int | None) -> list[Because]:
    """The rows that still weigh a quarter or more; of what is late all that is."""
    half = flags.half_life(one.flag, every_days)
    if not half:
        return list(one.rows)
    return [row for row in one.rows if (today - row.day).days <= TOLD * half]


def snoozed(flag: HealthFlag, today: date) -> str:
    """*Snoozed until 12 December by Alice Ahlberg: they are away*; empty where it is not, or was until earlier."""
    if not is_snoozed(flag, today):
        return ""
    assert flag.snoozed_until is not None
    values = {
        "day": dates.said(flag.snoozed_until, today),
        "name": flag.snoozed_by or _("somebody"),
        "why": flag.snoozed_why,
    }
    return _("Snoozed until %(day)s by %(name)s: %(why)s") % values


def is_snoozed(flag: HealthFlag, today: date) -> bool:
    return flag.snoozed_until is not None and flag.snoozed_until >= today


def rank(flag: HealthFlag, today: date) -> tuple[bool, int]:
    """The worst first; those that are snoozed behind the others."""
    return is_snoozed(flag, today), flags.WORST_FIRST.index(Flag(flag.kind))


def in_a_list(found: Sequence[HealthFlag], today: date) -> tuple[HealthFlag, bool] | None:
    """The worst of a relationship's flags, and whether it is snoozed: those that are stand behind the others."""
    ranked = sorted(found, key=lambda one: (rank(one, today), one.pk))
    return (ranked[0], is_snoozed(ranked[0], today)) if ranked else None
