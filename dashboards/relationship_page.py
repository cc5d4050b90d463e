"""A relationship's own page: its state, its rhythm, what was said and promised, and who knows whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.requests import PersonRequest
from dashboards import (
    feelings_part,
    health_flags,
    meetings_of,
    people_map,
    problems,
    promise_list,
    pulse_part,
    rows,
    standing_page,
    timeline,
    two_views,
    ways_in_part,
)
from dashboards.stage_page import stage_section
from dashboards.timeline import Entry, Place, Show
from dashboards.wanting import promise_due
from relationships import queries, records, rhythm, strip_words, words
from relationships.cadence import State
from relationships.models import CadenceAgreement, Commitment, Relationship
from relationships.words import Look
from web import dates
from web.clock import Now
from web.downloads import menu_of
from web.plain import marked, words_of

# States in which a check-in has come due.
PAST_DUE = (State.DUE, State.BOOKED, State.OVERDUE)
WIDE, NARROW, TALL = 1144.0, 350.0, 48.0
# Of each side's open promises so many stand on the page, and of hand-overs.
OPEN_SHOWN = 4
HANDED_OVER_SHOWN = 3
ON_A_PHONE = 6


@require_GET
def relationship_detail(request: PersonRequest, pk: int) -> HttpResponse:
    user, now = request.user, Now.read()
    visible = Relationship.objects.visible_to(user)
    row = get_object_or_404(
        visible.select_related("account__parent", "agreement__agreed_with", "agreement__made_by", "owner", "team"),
        pk=pk,
    )
    here, state = row.today(now), row.state(now)
    writes = Relationship.objects.changeable_by(user).filter(pk=row.pk).exists()
    entries = queries.evidence_of(row)
    known = records.read([row], ledger={row.pk: entries})[row.pk]
    members = list(row.members.select_related("user"))
    found = people_map.of(row, members, here)
    context = {
        "row": row,
        "here": here,
        "state": state.value,
        "look": words.LOOKS[state],
        "sentence": words.full_sentence(row, now),
        "people_map": found,
        "members": members,
        "stage_section": stage_section(row, known, here),
        "standing": standing_page.section(row, known, entries, here, writes=writes),
        "hand_overs": row.hand_overs.select_related("former", "next")[:HANDED_OVER_SHOWN],
        "talked": _talked_about(row, here),
        "comments": queries.comments_of(row),
        "attachments": queries.attachments_of(row),
        "currency": settings.CURRENCY,
        "missed": row.missed_check_ins.missed().count(),
        "writes": writes,
        **_rhythm(row, known, state, here),
        **_timeline(request, row, state, now),
        **_promises(row, now),
        **problems.open_of(row, user, now),
        **ways_in_part.of(row, found, user, here),
        **meetings_of.next_of(row, user, now),
        **feelings_part.of(row, user, here),
        **pulse_part.of(row, here),
        **two_views.section(row, now),
        **health_flags.of(row, now),
    }
    return render(request, "dashboards/relationship_detail.html", context)


# The rhythm --------------------------------------------------------------------------------------------------------


def _rhythm(row: Relationship, known: records.Known, state: State, here: date) -> dict[str, Any]:
    first = here - timedelta(weeks=rhythm.WEEKS)
    contacts = queries.contacts_since([row.pk], first).get(row.pk, [])
    course = known.record.course
    ended = rhythm.silences(course.rhythm, course.gaps, first)
    going = rhythm.going_on(course.rhythm, course.gaps, here) if state in PAST_DUE else None
    facts = queries.rhythm_of(row, here)
    tighter = _tighter(facts.agreements)
    return {
        "wide": rows.draw(row, contacts, here, WIDE, TALL, tighter=tighter, ended=ended),
        "wide_says": words.drawn(row, contacts, here, rhythm.WEEKS),
        "narrow": rows.draw(row, contacts, here, NARROW, TALL, weeks=rhythm.PHONE_WEEKS, tighter=tighter, ended=ended),
        "narrow_says": words.drawn(row, contacts, here, rhythm.PHONE_WEEKS),
        "narrow_weeks": rhythm.PHONE_WEEKS,
        "strip_says": strip_words.sentence(contacts, ended, here, rhythm.WEEKS, going),
        "strip": strip_words.lines(rhythm.listed(contacts, ended), here),
        "past_due": _past_due(row, state, here),
        "agreed": words.agreement(row, here, facts.agreements),
        "adherence": words.adherence(facts.year, here),
        "agreements": facts.agreements,
        "snoozes": facts.snoozes,
    }


def _tighter(agreements: Sequence[CadenceAgreement]) -> list[tuple[date, date]]:
    return [(row.starts_on, row.ends_on) for row in agreements if row.ends_on is not None]


def _past_due(row: Relationship, state: State, here: date) -> str:
    if state not in PAST_DUE or row.due_on is None:
        return ""
    count = (here - row.due_on).days
    return _("%(days)s past due") % {"days": dates.days(count)} if count else _("due today")


# The timeline ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """A choice of what the timeline shows."""

    name: str
    address: str
    current: bool


def _timeline(request: PersonRequest, row: Relationship, state: State, now: Now) -> dict[str, Any]:
    show = Show.read(request.GET.get("show", ""))
    after = Place.parse(request.GET.get("after", ""))
    places, last = timeline.places(row, show, after)
    narrowed = f"&show={show}" if show else ""
    names = {
        Show.ALL: _("All"),
        Show.TALK: _("Talk"),
        Show.MEETINGS: _("Meetings"),
        Show.PROMISES: _("Promises"),
        Show.FEEDBACK: _("Feedback"),
        Show.PROBLEMS: _("Problems"),
    }
    entries = timeline.entries(row, places, now)
    if after and entries and entries[0].row and (looked_for := words_of(request.GET.get("q", ""))):
        # Search leads to the page that begins with what it found.
        entries[0] = replace(entries[0], pieces=marked(entries[0].note, looked_for))
    gap = "" if after or show not in (Show.ALL, Show.TALK) else _gap(row, state, row.today(now))
    return {
        "entries": entries,
        "gap": gap,
        # A phone shows so many lines; the link to the next one unfolds the rest of the page.
        "seventh": _first_hidden(entries, ON_A_PHONE - bool(gap)),
        "more": f"?after={last}{narrowed}#timeline" if last else "",
        "download": menu_of("timeline_download", row.pk, show=show.value),
        "earlier": bool(after),
        "show": show.value,
        "parts": [
            Part(name, f"{row.get_absolute_url()}{f'?show={one}' if one else ''}#timeline", one is show)
            for one, name in names.items()
        ],
    }


def _first_hidden(entries: Sequence[Entry], shown: int) -> str:
    return entries[shown].anchor if len(entries) > shown else ""


def _gap(row: Relationship, state: State, here: date) -> str:
    """The open silence as the first line of the timeline, while a check-in is due."""
    if state not in PAST_DUE:
        return ""
    if row.last_touch_on is None:
        return _("Never in touch")
    return _("%(days)s without a conversation") % {"days": dates.days((here - row.last_touch_on).days)}


# Promises and what was talked about --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenPromise:
    """One of the open promises on the page."""

    row: Commitment
    look: Look
    due: str
    who: str


@dataclass(frozen=True, slots=True)
class Side:
    """A side's promises: the open ones that are shown, and how many were kept."""

    side: str
    name: str
    kept: str
    share: str
    shown: list[OpenPromise]
    more: int


def _promises(row: Relationship, now: Now) -> dict[str, Any]:
    """Four queries, whatever the number of promises."""
    found = promise_list.open_of(row, now, OPEN_SHOWN)
    counted = promise_list.counts(Commitment.objects.filter(relationship=row), now)
    here = row.today(now)
    names = {"ours": _("Ours"), "theirs": _("Theirs")}
    return {
        "sides": [
            Side(
                side,
                names[side],
                words.brief_share(counted[side].share),
                words.promise_share(counted[side].share),
                [_open(promise, now, here) for promise in shown],
                counted[side].open - len(shown),
            )
            for side, shown in found.items()
        ],
        "promises": sum(one.of("all") for one in counted.values()),
    }


def _open(promise: Commitment, now: Now, here: date) -> OpenPromise:
    maker = promise.maker
    return OpenPromise(
        promise,
        words.PROMISE_LOOKS[promise.state(now)],
        promise_due(promise, here),
        str(maker).split(" ")[0] if maker else "",
    )


def _talked_about(row: Relationship, here: date) -> dict[str, Any]:
    found = queries.talked_about(row, here)
    return {
        "silent": [words.silence(silence) for silence in found.silent(here)],
        "outside": words.outside_projects(found.outside),
    }
