"""Ways in whose day has come, those to be followed up, and what was learnt for somebody to know: what Today reads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from dashboards.today import Candidate, Reason
from meetings import play_words
from meetings.models import Insight, InsightQuerySet, Play, PlayQuerySet
from relationships.words import Look
from web.clock import Now


def wanted(user: User, now: Now) -> PlayQuerySet:
    """Those that the person sees to: named for them, or for nobody with a partner of theirs."""
    mine = Q(keeper__in=user.acts_for) | Q(keeper=None, relationship__owner__in=user.acts_for)
    rows = Play.objects.visible_to(user).wanting(now).filter(mine)
    return rows.filter(relationship__ended_on=None).order_by()


def to_know(user: User) -> InsightQuerySet:
    """What was routed to the person and not seen yet."""
    return Insight.objects.routed_to(user).unseen().order_by()


def candidates(user: User, now: Now) -> Iterable[Candidate]:
    """Two queries. What was learnt stands last: it can wait, but not vanish."""
    rows: Iterable[Any] = wanted(user, now).values_list("pk", "relationship", "planned_on", "done_on", "follow_up_on")
    for pk, relationship, planned_on, done_on, follow_up_on in rows:
        day = planned_on if done_on is None else follow_up_on
        yield Candidate(relationship, Reason.PLAY, day.toordinal(), pk)
    learnt: Iterable[Any] = to_know(user).values_list("pk", "relationship", "written_at")
    for pk, relationship, at in learnt:
        yield Candidate(relationship, Reason.INSIGHT, at.timestamp(), pk)


def plays_named(keys: Iterable[int]) -> dict[int, Play]:
    named = Play.objects.select_related("contact", "through", "unit", "keeper", "relationship__account")
    return named.in_bulk(keys)


def insights_named(keys: Iterable[int]) -> dict[int, Insight]:
    return Insight.objects.select_related("meeting", "contact", "colleague", "written_by").in_bulk(keys)


def said_of_play(row: Play, today: date) -> tuple[Look, str, str]:
    """The look, the fact and why: what to do, or what to ask of one that waits."""
    who = play_words.for_whom(row)
    if row.done_on is None:
        fact = f"{play_words.clipped(row)} – {play_words.planned_for(row, today)}"
        why = ", ".join(one for one in (play_words.heading(row), who) if one)
        return play_words.PLANNED, fact, f"{why}."
    why = _("%(done)s: %(what)s") % {"done": play_words.done_on(row, today), "what": play_words.clipped(row)}
    return play_words.WAITING, play_words.asked(row), why


def said_of_insight(row: Insight, today: date) -> tuple[Look, str, str]:
    return play_words.INSIGHT, play_words.clipped(row), f"{play_words.learnt(row, today)}."
