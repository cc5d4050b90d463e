"""A one-to-one in words: what changed, what to talk about and why, what goes well; of one person, and nobody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.contrib.humanize.templatetags.humanize import apnumber
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dashboards import wanting_problems
from dashboards.one_to_one import Base, Candidate, Change, Event, Good, Picked, Start, Topic
from dashboards.one_to_one_changes import part_that_moved
from dashboards.one_to_one_reading import Book, Open
from dashboards.wanting import promise_due, promise_why
from relationships import feedback_words, flag_words, health, health_words, problem_words, stage_words, words
from relationships.cadence import State
from relationships.flags import Flag
from relationships.models import Feeling, HealthFlag, Relationship, ScoreConfig, Standing
from relationships.words import Look
from web import dates

LONGEST = 90
# Of what else there is with a partner, so many are named.
NAMED_BESIDES = 3
FLAGGED = Look(gettext_lazy("Flagged"), "flag", "over")
FALLEN = Look(gettext_lazy("Standing"), "arrow-down", "over")
RISEN = Look(gettext_lazy("Standing"), "arrow-up", "ok")
RENEWS = Look(gettext_lazy("Renews"), "calendar-event", "due")
FEELS = Look(gettext_lazy("How it feels"), "heart", "due")
UNTRIED = Look(gettext_lazy("Stage"), "stairs-up", "faint")
WELL = Look(gettext_lazy("Good news"), "circle-check", "ok")
# What a flag says where its rows are not at hand.
ALARMS: dict[Flag, str | Promise] = {
    Flag.TRUST_ERODING: gettext_lazy("More promises and answers were late or missed than chance explains."),
    Flag.GOING_QUIET: gettext_lazy("From how often you were in touch, more silence is likelier than not."),
    Flag.ONLY_TROUBLE: gettext_lazy("Most contact follows a problem."),
    Flag.MAY_LEAVE: gettext_lazy("They say that they are satisfied, and what they do says otherwise."),
    Flag.FAIR_WEATHER: gettext_lazy(
        "Problems are late and nobody was in touch about them, while other contact goes on."
    ),
    Flag.SINGLE_THREADED: gettext_lazy("The contact hangs on one person of theirs."),
    Flag.ONE_SIDED: gettext_lazy("One side begins nearly all of it."),
}


# From which day ------------------------------------------------------------------------------------------------------


def counts_from(begin: Start, today: date, *, mine: bool, name: str) -> str:
    day = dates.plain(begin.day, today)
    match begin.base:
        case Base.HELD:
            return _("Since the last one-to-one on %(day)s, that day included.") % {"day": day}
        case Base.ASKED:
            return _("Since %(day)s, as asked for.") % {"day": day}
        case _:
            said = (
                _("No one-to-one is noted yet, so this tells the last four weeks, since %(day)s.")
                if mine
                else _(
                    "You have noted no one-to-one with %(name)s yet, so this tells the last four weeks, since %(day)s."
                )
            )
            return said % {"day": day, "name": name}


def lede(going_on: int, talk: Picked, good: Picked) -> str:
    """*14 partners: five to talk about, six with good news.*"""
    partners = ngettext("%(count)d partner", "%(count)d partners", going_on) % {"count": going_on}
    if not going_on and not talk.total and not good.total:
        return _("No relationship is going on.")
    if not talk.total and not good.total:
        return _("%(partners)s: nothing wants a conversation, and nothing new went well.") % {"partners": partners}
    to_talk, well = {"count": apnumber(talk.total)}, {"count": apnumber(good.total)}
    told = {
        "partners": partners,
        "talk": _("%(count)s to talk about") % to_talk if talk.total else _("none to talk about"),
        "good": _("%(count)s with good news") % well if good.total else _("no news of the good kind"),
    }
    return _("%(partners)s: %(talk)s, %(good)s.") % told


def more(count: int) -> str:
    return ngettext("%(count)d more partner", "%(count)d more partners", count) % {"count": count} if count else ""


# What to talk about --------------------------------------------------------------------------------------------------

ALSO: dict[Topic | Good, str | Promise] = {
    Topic.CRITICAL: gettext_lazy("a critical problem"),
    Topic.OUTCRY: gettext_lazy("a critical complaint without an answer"),
    Topic.OURS_LATE: gettext_lazy("a promise of ours is late"),
    Topic.RENEWS: gettext_lazy("it renews soon"),
    Topic.FLAGGED: gettext_lazy("a flag"),
    Topic.SILENT: gettext_lazy("long overdue"),
    Topic.PROBLEM: gettext_lazy("a late problem"),
    Topic.UNANSWERED: gettext_lazy("feedback waits for an answer"),
    Topic.FALLEN: gettext_lazy("its standing fell"),
    Topic.FEELING: gettext_lazy("it does not feel well"),
    Topic.REVIEW: gettext_lazy("a review of its stage is proposed"),
    Topic.OVERDUE: gettext_lazy("overdue"),
    Topic.UNTRIED: gettext_lazy("nobody tries to advance it"),
    Good.RENEWED: gettext_lazy("renewed"),
    Good.MOVED_UP: gettext_lazy("moved up"),
    Good.EARNED: gettext_lazy("all is there for the next stage"),
    Good.FLAG_WENT: gettext_lazy("a flag went"),
    Good.RISEN: gettext_lazy("its standing rose"),
    Good.SOLVED: gettext_lazy("a problem solved in time"),
    Good.KEPT: gettext_lazy("our word kept"),
    Good.PRAISED: gettext_lazy("praise"),
    Good.THEIRS_KEPT: gettext_lazy("they kept their word"),
    Good.MADE_UP: gettext_lazy("in touch again"),
}


# Of what the explanation has told already, by reason: what is to be said besides; nothing where there is no other.
Before = Mapping[Topic | Good, str]


def said_before(one: Candidate, book: Book, found: Open) -> Before:
    """What the reason why it is told says by the way, so that no line tells it twice."""
    if one.reason is not Topic.RENEWS:
        return {}
    return _wrong_with(book.partners[one.relationship], book, found).before


def besides(also: Sequence[Topic | Good], before: Before | None = None, *, whole: bool = False) -> str:
    """*Besides: overdue, its standing fell, and 2 more.* Empty where there is nothing else."""
    told = [said for one in also if (said := (before or {}).get(one, str(ALSO[one])))]
    named = told if whole else told[:NAMED_BESIDES]
    rest = len(told) - len(named)
    named = [*named, _("and %(count)d more") % {"count": rest}] if rest else named
    return _("Besides: %(what)s.") % {"what": ", ".join(named)} if named else ""


Told = tuple[Look, str, str]


def topic(one: Candidate, book: Book, found: Open, events: dict[int, Event], force: ScoreConfig) -> Told:
    """How it looks, the fact, and why, for whoever reads it."""
    row = book.partners[one.relationship]
    today = row.today(book.now)
    match one.reason:
        case Topic.CRITICAL | Topic.PROBLEM:
            problem = found.problems[one.key]
            look = problem_words.LOOKS[problem.state(book.now)]
            return look, wanting_problems.fact(problem, today), wanting_problems.why(problem, today)
        case Topic.OURS_LATE:
            promise = found.promises[one.key]
            fact = f"{words.clipped(promise.what, LONGEST)} – {promise_due(promise, today)}"
            return words.PROMISE_LOOKS[promise.state(book.now)], fact, promise_why(promise, book.reader, today)
        case Topic.UNANSWERED | Topic.OUTCRY:
            fact, why = feedback_words.unanswered(found.feedback[one.key], today)
            severe = one.reason is Topic.OUTCRY
            return feedback_words.LATE, fact, _("Critical. %(why)s") % {"why": why} if severe else why
        case Topic.FLAGGED:
            flag = found.flags[one.key]
            return FLAGGED, flag_since(flag, today), str(ALARMS[Flag(flag.kind)])
        case Topic.FALLEN:
            return FALLEN, went(events[row.pk], today), part(events[row.pk], force)
        case Topic.FEELING:
            return FEELS, *_feels(found.feelings[one.key], today)
        case Topic.RENEWS:
            day = row.renewal_on or today
            return RENEWS, _("renews %(day)s") % {"day": dates.on(day, today)}, _wrong_with(row, book, found).said
        case Topic.REVIEW:
            return stage_words.review(row, today)
        case Topic.UNTRIED:
            told = {"stage": stage_words.name(row.stage), "day": dates.said(row.stage_since or today, today)}
            return (
                UNTRIED,
                _("a %(stage)s since %(day)s") % told,
                _("No target, no step and no proposal for the next stage."),
            )
        case _:
            return words.LOOKS[State.OVERDUE], words.sentence(row, book.now), _due(row, today)


def _due(row: Relationship, today: date) -> str:
    return _("Due since %(day)s.") % {"day": dates.said(row.due_on or today, today)}


def _feels(row: Feeling, today: date) -> tuple[str, str]:
    fact = _("feels %(word)s %(day)s") % {"word": row.get_word_display(), "day": dates.on(row.felt_on, today)}
    why = words.clipped(row.note, 160)
    return fact, f"“{why}”" if why else _("Said by whoever looks after it; no line says why.")


@dataclass(frozen=True, slots=True)
class Wrong:
    said: str
    before: Before = field(default_factory=dict)


def _wrong_with(row: Relationship, book: Book, found: Open) -> Wrong:
    """*Its standing is 44, weak*; or that it is overdue, or flagged; and what need not be said of it besides."""
    standing: Standing | None = getattr(row, "standing", None)
    if standing is not None and standing.band == Standing.Band.WEAK and standing.score is not None:
        return Wrong(_("Its standing is %(score)d: weak.") % {"score": health.whole(standing.score)})
    if row.state(book.now) is State.OVERDUE:
        return Wrong(capfirst(words.sentence(row, book.now)) + ".", {Topic.SILENT: "", Topic.OVERDUE: ""})
    mine = [flag for flag in found.flags.values() if flag.relationship_id == row.pk]
    worst = min(mine, key=lambda flag: flag_words.rank(flag, row.today(book.now)))
    said = capfirst(flag_since(worst, row.today(book.now))) + "."
    return Wrong(said, {Topic.FLAGGED: _("another flag") if len(mine) > 1 else ""})


def flag_since(flag: HealthFlag, today: date) -> str:
    return _("%(flag)s since %(day)s") % {"flag": flag_words.name(flag).lower(), "day": dates.said(flag.since, today)}


def went(event: Event, today: date) -> str:
    """*down 9 points since 26 October, from 61 to 52*: the day is that of the standing with which it is compared."""
    before, after = health.whole(event.before.earned), health.whole(event.row.earned)
    day = dates.plain(event.before.on, today)
    told = {"day": day, "before": before, "after": after, "points": abs(after - before)}
    said = (
        _("up %(points)d points since %(day)s, from %(before)d to %(after)d")
        if after > before
        else _("down %(points)d points since %(day)s, from %(before)d to %(after)d")
    )
    return said % told


def part(event: Event, force: ScoreConfig) -> str:
    return _("Most of it: %(part)s.") % {"part": str(health_words.NAMES[part_that_moved(event, force)]).lower()}


# What goes well ------------------------------------------------------------------------------------------------------


def good(one: Candidate, book: Book, event: Event | None, force: ScoreConfig) -> Told:
    row = book.partners[one.relationship]
    today = row.today(book.now)
    if event is None:
        return stage_words.asks(row, today)
    day, told = dates.on(event.day, today), event.row
    match one.reason:
        case Good.RENEWED:
            return WELL, _("renewed %(day)s") % {"day": day}, words.clipped(told.reason, 160)
        case Good.MOVED_UP:
            return stage_words.PROPOSED, thing(Change.MOVED_UP, event, book, LONGEST), words.clipped(told.why, 160)
        case Good.FLAG_WENT:
            return (
                WELL,
                _("no longer %(flag)s") % {"flag": flag_words.name(told).lower()},
                _("Off %(day)s.") % {"day": day},
            )
        case Good.RISEN:
            return RISEN, went(event, today), part(event, force)
        case Good.SOLVED:
            return (
                WELL,
                _("%(what)s – solved in time") % {"what": words.clipped(told.what, LONGEST)},
                capfirst(day) + ".",
            )
        case Good.KEPT:
            return (
                WELL,
                _("%(what)s – our word kept") % {"what": words.clipped(told.what, LONGEST)},
                capfirst(day) + ".",
            )
        case Good.PRAISED:
            return WELL, _("praise %(day)s") % {"day": day}, f"“{words.clipped(told.said, 160)}”"
        case Good.THEIRS_KEPT:
            return WELL, _("%(what)s – they kept it") % {"what": words.clipped(told.what, LONGEST)}, capfirst(day) + "."
        case _:
            return WELL, _("in touch again %(day)s") % {"day": day}, _("A missed check-in was made up.")


# What changed --------------------------------------------------------------------------------------------------------

ICONS = {
    Change.MOVED_UP: "trending-up",
    Change.MOVED_DOWN: "arrow-down",
    Change.RISEN: "arrow-up",
    Change.FALLEN: "arrow-down",
    Change.REWEIGHED: "adjustments-horizontal",
    Change.FLAG_CAME: "flag",
    Change.FLAG_WENT: "flag-check",
    Change.KEPT: "checks",
    Change.KEPT_LATE: "check",
    Change.BROKEN: "x",
    Change.THEIRS_KEPT: "checks",
    Change.THEIRS_BROKEN: "x",
    Change.MISSED: "alert-triangle",
    Change.MADE_UP: "circle-check",
    Change.OPENED: "alert-circle",
    Change.SOLVED: "flag-check",
    Change.PRAISED: "message-circle",
    Change.COMPLAINED: "message-circle",
    Change.RENEWED: "repeat",
    Change.DOWNGRADED: "arrow-down",
    Change.ENDED: "flag-check",
    Change.PAUSED: "player-pause",
    Change.RESUMED: "player-play",
    Change.NEW: "sparkles",
    Change.TAKEN_OVER: "users",
    Change.HANDED_ON: "users",
}


def counted(what: Change, count: int) -> str:
    """*Two promises of ours were missed*."""
    said = {
        Change.MOVED_UP: ngettext("%(count)s stage moved up", "%(count)s stages moved up", count),
        Change.MOVED_DOWN: ngettext("%(count)s stage moved down", "%(count)s stages moved down", count),
        Change.RISEN: ngettext("%(count)s standing rose", "%(count)s standings rose", count),
        Change.FALLEN: ngettext("%(count)s standing fell", "%(count)s standings fell", count),
        Change.REWEIGHED: ngettext(
            "%(count)s standing is not compared: other weights are in force since",
            "%(count)s standings are not compared: other weights are in force since",
            count,
        ),
        Change.FLAG_CAME: ngettext("%(count)s flag came", "%(count)s flags came", count),
        Change.FLAG_WENT: ngettext("%(count)s flag went", "%(count)s flags went", count),
        Change.KEPT: ngettext("%(count)s promise of ours was kept", "%(count)s promises of ours were kept", count),
        Change.KEPT_LATE: ngettext(
            "%(count)s promise of ours was kept late", "%(count)s promises of ours were kept late", count
        ),
        Change.BROKEN: ngettext(
            "%(count)s promise of ours was missed", "%(count)s promises of ours were missed", count
        ),
        Change.THEIRS_KEPT: ngettext(
            "%(count)s promise of theirs was kept", "%(count)s promises of theirs were kept", count
        ),
        Change.THEIRS_BROKEN: ngettext(
            "%(count)s promise of theirs was missed", "%(count)s promises of theirs were missed", count
        ),
        Change.MISSED: ngettext("%(count)s check-in was missed", "%(count)s check-ins were missed", count),
        Change.MADE_UP: ngettext(
            "%(count)s missed check-in was made up", "%(count)s missed check-ins were made up", count
        ),
        Change.OPENED: ngettext("%(count)s problem was opened", "%(count)s problems were opened", count),
        Change.SOLVED: ngettext("%(count)s problem was solved", "%(count)s problems were solved", count),
        Change.PRAISED: ngettext("%(count)s praise was heard", "%(count)s praises were heard", count),
        Change.COMPLAINED: ngettext("%(count)s complaint was heard", "%(count)s complaints were heard", count),
        Change.RENEWED: ngettext("%(count)s relationship was renewed", "%(count)s relationships were renewed", count),
        Change.DOWNGRADED: ngettext("%(count)s relationship became less", "%(count)s relationships became less", count),
        Change.ENDED: ngettext("%(count)s relationship ended", "%(count)s relationships ended", count),
        Change.PAUSED: ngettext("%(count)s relationship was paused", "%(count)s relationships were paused", count),
        Change.RESUMED: ngettext(
            "%(count)s relationship was taken up again", "%(count)s relationships were taken up again", count
        ),
        Change.NEW: ngettext("%(count)s relationship is new", "%(count)s relationships are new", count),
        Change.TAKEN_OVER: ngettext("%(count)s partner was taken over", "%(count)s partners were taken over", count),
        Change.HANDED_ON: ngettext("%(count)s partner was handed on", "%(count)s partners were handed on", count),
    }[what]  # fmt: skip
    return capfirst(said % {"count": apnumber(count)})


BY: dict[str, str | Promise] = {
    "talk": gettext_lazy("what is critical, then what is new, the worst first"),
    "good": gettext_lazy("the best first"),
    Change.RISEN: gettext_lazy("by points"),
    Change.FALLEN: gettext_lazy("by points"),
    Change.FLAG_CAME: gettext_lazy("the worst that are up first"),
    Change.FLAG_WENT: gettext_lazy("the worst first"),
    Change.KEPT_LATE: gettext_lazy("the latest first"),
    Change.BROKEN: gettext_lazy("the latest first"),
    Change.THEIRS_BROKEN: gettext_lazy("the latest first"),
    Change.MISSED: gettext_lazy("the longest first"),
    Change.MADE_UP: gettext_lazy("the longest first"),
    Change.OPENED: gettext_lazy("the most severe first"),
    Change.SOLVED: gettext_lazy("the most severe first"),
    Change.COMPLAINED: gettext_lazy("the most severe first"),
}


def ordered(part: str) -> str:
    """By what a part of the sheet is in order; what has no more and less of itself is by what the partner is worth."""
    return str(BY.get(part, _("by yearly worth")))


def thing(what: Change, event: Event, book: Book, longest: int) -> str:
    """What it was with one partner, after its name; empty where the name says all."""
    today, told = book.today(event.relationship), event.row
    match what:
        case Change.MOVED_UP | Change.MOVED_DOWN:
            return _("from %(former)s to %(stage)s") % {
                "former": stage_words.name(told.from_stage), "stage": stage_words.name(told.to_stage)
            }  # fmt: skip
        case Change.RISEN | Change.FALLEN:
            return went(event, today)
        case Change.FLAG_CAME:
            gone = _(", off again %(day)s") % {"day": dates.on(told.until, today)} if told.until else ""
            return f"{flag_words.name(told).lower()}{gone}"
        case Change.FLAG_WENT:
            return flag_words.name(told).lower()
        case Change.KEPT | Change.KEPT_LATE | Change.BROKEN | Change.THEIRS_KEPT | Change.THEIRS_BROKEN:
            return words.clipped(told.what, longest)
        case Change.OPENED | Change.SOLVED:
            return f"{words.clipped(told.what, longest)} ({told.get_severity_display()})"
        case Change.PRAISED | Change.COMPLAINED:
            severe = f" ({told.get_severity_display()})" if told.severity else ""
            return f"{words.clipped(told.said, longest)}{severe}"
        case Change.MISSED | Change.MADE_UP:
            return _("due %(day)s") % {"day": dates.on(told.due_on, today)}
        case Change.TAKEN_OVER:
            return _("from %(name)s") % {"name": told.former} if told.former else ""
        case Change.HANDED_ON:
            return _("to %(name)s") % {"name": told.next} if told.next else ""
        case Change.PAUSED | Change.ENDED:
            return words.clipped(told.why, longest)
        case Change.RENEWED | Change.DOWNGRADED:
            return words.clipped(told.reason, longest)
        case _:
            return ""
