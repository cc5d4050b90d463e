"""What can't wait with colleagues of the teams that a person manages, each with who sees to it; the worst first.

In the order of what is wrong, and never of people.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.humanize.templatetags.humanize import apnumber
from django.db.models import Count, F, Q, QuerySet, Window
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from dashboards import health_flags, wanting_problems
from relationships import feedback_words, health, problem_words, words
from relationships.cadence import State
from relationships.models import Feedback, Problem, Relationship, Standing, seen_to_by
from relationships.words import Look
from web import dates
from web.clock import Now

# Of problems and complaints together, and of those overdue.
SHOWN, OVERDUE = 5, 3


def of_the_team(user: User) -> Q:
    """The condition for what hangs on a relationship of their teams, and somebody else sees to."""
    return Q(relationship__team__in=user.manages) & ~seen_to_by(user.acts_for)


@dataclass(frozen=True, slots=True)
class Line:
    """Something of a colleague's: its partner, the fact, why, and who sees to it."""

    relationship: Relationship
    look: Look
    sentence: str
    address: str
    why: str
    whose: User


@dataclass(frozen=True, slots=True)
class Rest:
    """A whole list: *7 problems can't wait*, and its address. ``more`` counts those that no line names, if some are."""

    said: str
    address: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class Team:
    lines: list[Line]
    rest: list[Rest]

    @property
    def sentence(self) -> str:
        """*In your team: 2 problems can’t wait, 1 partner is overdue.*"""
        return _("In your team: %(what)s.") % {"what": ", ".join(one.said for one in self.rest)}


def of(user: User, now: Now) -> Team | None:
    """Four queries for whoever manages a team; none for others, and nothing where all is well."""
    if not user.manages:
        return None
    troubles, trouble_count = _first(_problems(user, now))
    voices, voice_count = _first(_complaints(user, now))
    late, late_count = _first(_overdue(user, now), OVERDUE)
    lines = [*_said_of_problems(troubles, now), *_said_of_complaints(voices, now)][:SHOWN]
    lines += _said_of_overdue(late, now)
    rest = list(_rest(trouble_count, voice_count, late_count))
    return Team(lines, rest) if rest else None


def _problems(user: User, now: Now) -> QuerySet[Any]:
    named = ("relationship__account", "relationship__owner", "keeper", "contact")
    rows = Problem.objects.visible_to(user).filter(of_the_team(user)).cannot_wait(now).select_related(*named)
    critical = Q(severity=Problem.Severity.CRITICAL)
    return rows.alias(critical=critical).order_by("-critical", "binding_on", "pk")


def _complaints(user: User, now: Now) -> QuerySet[Any]:
    named = ("relationship__account", "relationship__owner", "keeper", "contact", "colleague")
    rows = Feedback.objects.visible_to(user).filter(of_the_team(user), nature=Feedback.Nature.COMPLAINT)
    return rows.owed(now).select_related(*named).order_by("heard_on", "pk")


def _overdue(user: User, now: Now) -> QuerySet[Any]:
    """Those who have missed the most of their rhythm first, as in the portfolio."""
    named = ("account", "owner", "agreement", "standing")
    rows = Relationship.objects.visible_to(user).filter(team__in=user.manages).exclude(owner__in=user.acts_for)
    return rows.overdue(now).with_lateness(now).select_related(*named).order_by(F("lateness").desc(), "pk")


def _first(rows: QuerySet[Any], most: int = SHOWN) -> tuple[list[Any], int]:
    """The first few, and how many there are in all; one query."""
    found = list(rows.annotate(counted=Window(Count("*")))[:most])
    return found, found[0].counted if found else 0


def _said_of_problems(rows: Iterable[Any], now: Now) -> Iterable[Line]:
    for row in rows:
        today = row.relationship.today(now)
        fact, why = wanting_problems.fact(row, today), wanting_problems.why(row, today)
        look, whose = problem_words.LOOKS[row.state(now)], row.keeper or row.relationship.owner
        yield Line(row.relationship, look, fact, row.get_absolute_url(), why, whose)


def _said_of_complaints(rows: Iterable[Any], now: Now) -> Iterable[Line]:
    for row in rows:
        fact, why = feedback_words.unanswered(row, row.relationship.today(now))
        whose = row.keeper or row.relationship.owner
        yield Line(row.relationship, feedback_words.LATE, fact, row.get_absolute_url(), why, whose)


def _said_of_overdue(rows: Sequence[Relationship], now: Now) -> Iterable[Line]:
    """One query."""
    flagged = health_flags.worst_of(rows, now)
    for row in rows:
        why = " ".join(_besides(row, flagged.get(row.pk), row.today(now)))
        said = capfirst(words.sentence(row, now))
        yield Line(row, words.LOOKS[State.OVERDUE], said, row.get_absolute_url(), why, row.owner)


def _besides(row: Relationship, flag: health_flags.Worst | None, today: date) -> Iterable[str]:
    """What makes it worse: a flag, a weak standing, a renewal that is near."""
    if flag and not flag.snoozed:
        yield _("Flagged: %(flag)s.") % {"flag": flag.name.lower()}
    standing: Standing | None = getattr(row, "standing", None)
    if standing is not None and standing.band == Standing.Band.WEAK and standing.score is not None:
        yield _("Its standing is %(score)d: weak.") % {"score": health.whole(standing.score)}
    if row.renewal_on and row.renews_soon(today):
        yield _("It renews %(day)s.") % {"day": dates.on(row.renewal_on, today)}


def _rest(troubles: int, voices: int, overdue: int) -> Iterable[Rest]:
    if troubles:
        said = ngettext("%(count)d problem can’t wait", "%(count)d problems can’t wait", troubles)
        yield Rest(said % {"count": troubles}, _address("problem_list", state="urgent", whose="team"))
    if voices:
        said = ngettext("%(count)d complaint is unanswered", "%(count)d complaints are unanswered", voices)
        address = _address("feedback_list", state="late", nature=Feedback.Nature.COMPLAINT.value, whose="team")
        yield Rest(said % {"count": voices}, address)
    if overdue:
        said = ngettext("%(count)d partner is overdue", "%(count)d partners are overdue", overdue)
        more = overdue - OVERDUE
        others = ngettext("and %(count)s more is overdue", "and %(count)s more are overdue", more)
        address = _address("portfolio", state="overdue", whose="team")
        yield Rest(said % {"count": overdue}, address, others % {"count": apnumber(more)} if more > 0 else "")


def _address(name: str, **query: str) -> str:
    return f"{reverse(name)}?{urlencode(query)}"
