"""The page of a meeting: when and where, its agenda, who comes, and what one keeps to oneself."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Contact, User
from accounts.requests import PersonRequest
from meetings import actions, series, series_words, told_words, words
from meetings.agenda_page import agenda_of
from meetings.forms.agenda import whose_choices
from meetings.models import Meeting, MeetingAccount, Participant, PrivateNote
from meetings.since_queries import since_of
from meetings.views import insights
from meetings.views.common import answered, changeable, overtaken, saved, seen, version_of, wants_json
from relationships.models import RelationshipMember, Stakeholder
from web.clock import Now
from web.responses import refused, safe_next

# So long a private note may be.
NOTE_MOST = 20_000


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody asked to the meeting: what they are in it, and what they answered."""

    row: Participant
    part: str
    tone: str
    writes: bool
    told: told_words.Line | None = None
    way: str = ""


def parties_of(row: Meeting, user: User) -> list[MeetingAccount]:
    """Those of its partners that the person sees. One query."""
    seen_by = MeetingAccount.objects.visible_to(user).filter(meeting=row)
    return list(seen_by.select_related("relationship__account", "relationship__owner", "relationship__agreement"))


def people_of(row: Meeting, parties: Sequence[MeetingAccount], user: User, now: Now, *, writes: bool) -> list[Person]:
    """Theirs first, who decides at the top; then ours, the host at the top. Five queries."""
    visible = Participant.objects.visible_to(user).filter(meeting=row)
    asked = list(visible.select_related("user", "contact", "party", "answered_by"))
    told, today = told_words.of(row, asked, user, now), now.today(user.zone)
    relationships = [one.relationship_id for one in parties]
    powers = {
        (one.relationship_id, one.contact_id): one for one in Stakeholder.objects.filter(relationship__in=relationships)
    }
    members = {one.user_id: one for one in RelationshipMember.objects.filter(relationship__in=relationships)}
    found = []
    for one in asked:
        deciding, part = False, ""
        if one.party is not None:
            stake = powers.get((one.party.relationship_id, one.contact_id or 0))
            deciding = stake is not None and stake.decides
            part = stake.get_power_display() if stake is not None and stake.decides else ""
        elif one.user_id == row.organiser_id:
            part = _("host") if row.host == Meeting.Host.OURS else _("for us")
        elif member := members.get(one.user_id or 0):
            part = member.subject or member.get_role_display()
        rank = (one.is_ours, not deciding, one.user_id != row.organiser_id, str(one.person))
        tone = words.TONES[Participant.Answer(one.answer)]
        way = told_words.answered(one, user, today)
        found.append((rank, Person(one, part, tone, writes, told.get(one.pk), way)))
    return [person for _rank, person in sorted(found, key=lambda pair: pair[0])]


def page_of(request: PersonRequest, row: Meeting, now: Now) -> dict[str, Any]:
    """What every page of a meeting says at its top, and its people."""
    user = request.user
    parties = parties_of(row, user)
    writes = Meeting.objects.changeable_by(user).filter(pk=row.pk).exists()
    others = [row.zone, *(one.relationship.zone for one in parties)]
    over = row.is_over(now)
    people = people_of(row, parties, user, now, writes=writes and row.is_planned and not over)
    return {
        "row": row,
        "parties": parties,
        "partners": [one.relationship for one in parties],
        "when": words.when(row, user.zone, others, now.today(user.zone)),
        "look": words.look(row, over=over),
        "over": over,
        "asks": row.wants_settling(now),
        "under_way": row.is_planned and row.begun_at is not None,
        "writes": writes,
        "people": people,
        "untold": row.is_planned and not over and len(people) > 1 and not any(one.told for one in people),
        "answers": [choice for choice in Participant.Answer.choices if choice[0]],
        "length": capfirst(words.length(row.minutes)),
        "repeats": _repeats(row, now),
        "link_said": words.link(row),
    }


def _repeats(row: Meeting, now: Now) -> str:
    """*Every second Tuesday, until 30 June*; empty where it stands by itself. Needs ``series`` selected."""
    if row.series is None:
        return ""
    return capfirst(series_words.say(series.parse(row.series.rule), row.series.starts_on, now.today(row.series.zone)))


def _learns(row: Meeting, now: Now) -> bool:
    """Whether what was learnt is asked for: after it, on a visit from the start, never of what did not take place."""
    if row.state in (Meeting.State.NOT_HELD, Meeting.State.CANCELLED):
        return False
    return row.is_over(now) or row.kind == Meeting.Kind.SITE_VISIT


def _contacts_of(people: Sequence[Person], parties: Collection[int]) -> list[Contact]:
    """Those of theirs, by name, who are asked for one of these partners."""
    found = {one.row.contact for one in people if one.row.contact is not None and one.row.party_id in parties}
    return sorted(found, key=str)


@require_GET
def meeting_detail(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    row = seen(request, pk)
    note = PrivateNote.objects.visible_to(request.user).filter(meeting=row).first()
    shown = page_of(request, row, now)
    agenda = agenda_of(row, request.user, now)
    context = {
        **shown,
        **insights.part(row, request.user, now),
        "learns": _learns(row, now),
        "reason": words.reason(row),
        "agenda": agenda,
        "whose": whose_choices(_contacts_of(shown["people"], agenda.changed)),
        # Once it was held, its minutes say what it was about.
        "since": since_of(row, shown["parties"], request.user, now) if row.is_planned else [],
        "note": note,
        "note_most": NOTE_MOST,
    }
    return render(request, "meetings/meeting_detail.html", context)


# Answers, and the private note ---------------------------------------------------------------------------------------


@require_POST
def participant_answer(request: PersonRequest, pk: int) -> HttpResponse:
    """What somebody answered, in one tap; the same answer again takes it back."""
    rows = Participant.objects.changeable_by(request.user).select_related("meeting", "user", "contact")
    participant = get_object_or_404(rows, pk=pk)
    said = request.POST.get("answer", "")
    if said not in Participant.Answer.values:
        raise Http404
    meeting = changeable(request, participant.meeting_id)
    try:
        deed = actions.answer(actor=request.user, now=Now.read(), participant=participant, said=said)
    except ValidationError as error:
        return refused(request, " ".join(error.messages), to=meeting.get_absolute_url())
    told = {"name": deed.row.person, "answer": deed.row.get_answer_display()}
    return answered(request, deed, meeting, _("%(name)s: %(answer)s.") % told)


@require_POST
def private_note_edit(request: PersonRequest, pk: int) -> HttpResponse:
    """Kept as it is typed; nobody else ever sees it, so there is nothing to tell others of."""
    now = Now.read()
    row = seen(request, pk)
    text = request.POST.get("text", "")[:NOTE_MOST]
    version = version_of(request) if wants_json(request) else None
    try:
        note = actions.keep_private_note(actor=request.user, now=now, meeting=row, text=text, version=version)
    except actions.OvertakenError as error:
        return overtaken(error)
    if wants_json(request):
        return saved(note.version if note else 0, now, request)
    return HttpResponseRedirect(safe_next(request, row.get_absolute_url()))
