"""A meeting while it runs: the current item with its notes, what comes of it, who is there; and that it was held."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import PersonRequest
from accounts.undo import gather
from meetings import actions, agenda, agenda_words, live, live_words, queries
from meetings.actions import OvertakenError
from meetings.forms.live import AttendeeForm, DecisionForm, FeedbackAtForm, HoldForm, PromiseAtForm
from meetings.models import AgendaItem, Meeting, MeetingAccount, Outcome, Participant, PrivateNote
from meetings.views.common import answered, changeable, overtaken, saved, sent, version_of, wants_json
from relationships.models import Commitment, Relationship
from relationships.notes import Side
from relationships.views.common import attempt, attempt_once
from web import dates
from web.clock import Now
from web.longest import LONGEST_TEXT
from web.responses import done, form_page, refused, safe_next

read_or_write = require_http_methods(["GET", "POST"])
State = Meeting.State


# The page ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """An item in the list at the left. ``used`` is in minutes."""

    row: AgendaItem
    number: int
    used: int
    current: bool
    changes: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """Something that came of the meeting, as the list shows it."""

    row: Outcome
    icon: str
    tone: str
    name: str
    said: str
    fact: str
    at: str
    by: str
    ours: bool
    url: str


def taken_of(rows: Sequence[Outcome], zone: str, now: Now) -> list[Taken]:
    """Needs the promise or feedback of each, with its people."""
    today = now.today(zone)
    found = []
    for row in rows:
        at = date_format(row.written_at.astimezone(ZoneInfo(zone)), "H:i")
        icon, tone, name, said, fact, by, ours, url = "gavel", "quiet", _("Decision"), row.decision, "", "", True, ""
        if row.commitment is not None:
            promise = row.commitment
            ours = promise.side == Commitment.Side.OURS
            icon, tone, said = "checks", "ours" if ours else "theirs", promise.what
            name = _("Our promise") if ours else _("Their promise")
            fact, by = dates.by(promise.binding_on, today), str((promise.colleague if ours else promise.contact) or "")
            url = promise.get_absolute_url()
        elif row.feedback is not None:
            ours = row.feedback.side == "ours"
            icon, tone, said = "message-circle", "ours" if ours else "theirs", row.feedback.said
            name, by = _("Our feedback") if ours else _("Their feedback"), str(row.feedback.contact or "")
            url = row.feedback.get_absolute_url()
        found.append(Taken(row, icon, tone, name, said, fact, at, by, ours, url))
    return found


def outcomes_of(row: Meeting, request: PersonRequest) -> list[Outcome]:
    seen = Outcome.objects.visible_to(request.user).filter(meeting=row)
    people = ["item"]
    for name in ("commitment", "feedback"):
        people += [f"{name}__contact", f"{name}__colleague"]
    return list(seen.select_related(*people).order_by("written_at", "pk"))


def _parties(row: Meeting, request: PersonRequest) -> list[MeetingAccount]:
    mine = MeetingAccount.objects.changeable_by(request.user).filter(meeting=row)
    return list(mine.select_related("relationship__account").order_by("pk"))


def _steps(row: Meeting, items: Sequence[AgendaItem], parties: Sequence[MeetingAccount]) -> list[Step]:
    mine = {None, *(party.pk for party in parties)}
    return [
        Step(item, place, _time_of(item).used, item.pk == row.current_item_id, item.party_id in mine)
        for place, item in enumerate(items, 1)
    ]


def _time_of(item: AgendaItem, more: int = 0) -> live.Step:
    return live.Step(item.minutes, item.spent + more, item.done_at is not None)


def _time(row: Meeting, items: Sequence[AgendaItem], now: Now) -> dict[str, Any]:
    """How far it is: the clock of the item, the time that is left, and the sentence about both."""
    running = live.stretch(row.current_since, now.instant)
    span = live.span(row.starts_at, row.ends_at, row.begun_at)
    left = int((span.ends_at - now.instant).total_seconds())
    steps = [_time_of(item, running if item.pk == row.current_item_id else 0) for item in items]
    found = live.pace(steps, left, span.late)
    current = next((item for item in items if item.pk == row.current_item_id), None)
    return {
        "pace": live_words.pace(found, [place + 1 for place in found.over]) if items else "",
        "until": span.ends_at.isoformat(),
        "left": live_words.left(left // live.MINUTE),
        "clock": _clock((current.spent if current else 0) + running),
        "spent": (current.spent if current else 0) + running,
        "of": _clock(current.minutes * live.MINUTE) if current else "",
        "of_seconds": current.minutes * live.MINUTE if current else 0,
    }


def _clock(seconds: int) -> str:
    return f"{seconds // 60:02d}:{seconds % 60:02d}"


def _why(item: AgendaItem, row: Meeting, now: Now) -> str:
    """Why it stands on the agenda, in words."""
    return agenda_words.why(reason_of(item, row), now.today(row.zone))


def reason_of(item: AgendaItem, row: Meeting) -> agenda.Reason:
    candidate = agenda.Candidate(
        key=item.key,
        kind=agenda.Kind(item.kind),
        relationship=0,
        side=Side(item.side),
        critical=item.critical,
        due_on=item.due_on,
        since=item.since,
        carried=item.carried,
        carried_from=item.carried_from,
    )
    return agenda.reason(candidate, row.day, row.day)


@require_GET
def meeting_live(request: PersonRequest, pk: int) -> HttpResponse:
    row = changeable(request, pk)
    if row.state == State.HELD:
        return redirect("minutes", pk=row.pk)
    if row.state != State.PLANNED:
        return redirect(row)
    return render(request, "meetings/live.html", live_page(request, row, Now.read()))


def live_page(request: PersonRequest, row: Meeting, now: Now, **more: Any) -> dict[str, Any]:
    user = request.user
    parties = _parties(row, request)
    items = list(AgendaItem.objects.visible_to(user).filter(meeting=row).standing().select_related("party"))
    current = next((item for item in items if item.pk == row.current_item_id), None)
    outcomes = outcomes_of(row, request)
    taken = taken_of(outcomes, user.zone, now)
    people = Participant.objects.visible_to(user).filter(meeting=row).select_related("user", "contact").theirs_first()
    steps = _steps(row, items, parties)
    note = PrivateNote.objects.visible_to(user).filter(meeting=row).first()
    return {
        "row": row,
        "parties": parties,
        "steps": steps,
        "number": next((step.number for step in steps if step.current), 0),
        "current": current,
        "why": _why(current, row, now) if current else "",
        "writes": current is not None and any(step.current and step.changes for step in steps),
        "partners": _partners_at(current, parties),
        "here": [one for one in taken if one.row.item_id == row.current_item_id],
        "before": [one for one in taken if one.row.item_id != row.current_item_id],
        "so_far": live_words.so_far(outcomes),
        "people": [(one, one.is_there(row)) for one in people],
        "proposed": any(one.came is None and one.is_there(row) for one in people),
        "note": note,
        "longest": LONGEST_TEXT,
        "planned_for": actions.planned_for_another_day(row, now),
        "clock_now": date_format(now.instant.astimezone(ZoneInfo(user.zone)), "H:i"),
        **_time(row, items, now),
        **more,
    }


def _partners_at(item: AgendaItem | None, parties: Sequence[MeetingAccount]) -> list[MeetingAccount]:
    """With whom something may be promised at an item: with its partner, or with any."""
    if item is None or item.party_id is None:
        return list(parties)
    return [party for party in parties if party.pk == item.party_id]


# Item by item --------------------------------------------------------------------------------------------------------


@require_POST
def meeting_begin(request: PersonRequest, pk: int) -> HttpResponse:
    row = changeable(request, pk)
    try:
        actions.begin_meeting(actor=request.user, now=Now.read(), meeting=row, today="today" in request.POST)
    except ValidationError as error:
        return refused(request, " ".join(error.messages), to=row.get_absolute_url())
    return _to(request, reverse("meeting_live", args=[row.pk]))


def _to(request: PersonRequest, address: str) -> HttpResponse:
    if not getattr(request, "htmx", False):
        return HttpResponseRedirect(address)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = address
    return response


def _item(request: PersonRequest, pk: int) -> AgendaItem:
    rows = AgendaItem.objects.changeable_by(request.user).filter(dropped_at=None).select_related("meeting")
    return get_object_or_404(rows, pk=pk)


@require_POST
def item_turn(request: PersonRequest, pk: int) -> HttpResponse:
    """Speak about this item now."""
    item = _item(request, pk)
    here = reverse("meeting_live", args=[item.meeting_id])
    try:
        actions.go_to_item(actor=request.user, now=Now.read(), item=item)
    except ValidationError as error:
        return refused(request, " ".join(error.messages), to=here)
    return _to(request, here)


@require_POST
def meeting_next(request: PersonRequest, pk: int) -> HttpResponse:
    """The current item is done, its notes with it; on to the next."""
    now = Now.read()
    row = changeable(request, pk)
    number = request.POST.get("at", "")
    at = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else None
    if at is not None and "text" in request.POST:
        refusal = _write(request, _item(request, at), now)
        if refusal is not None:
            return refusal
    try:
        actions.next_item(actor=request.user, now=now, meeting=row, at=at)
    except ValidationError as error:
        return refused(request, " ".join(error.messages), to=row.get_absolute_url())
    return _to(request, reverse("meeting_live", args=[row.pk]))


@require_POST
def item_done(request: PersonRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)
    was = request.POST.get("done") == "1"
    deed = actions.tick_item(actor=request.user, now=Now.read(), item=item, done=was)
    to = safe_next(request, reverse("meeting_live", args=[item.meeting_id]))
    said = _("Done: %(title)s.") if was else _("Not done: %(title)s.")
    return done(request, said % {"title": item.title}, step_id=deed.step.pk, to=to)


# Notes ---------------------------------------------------------------------------------------------------------------


@require_POST
def item_notes(request: PersonRequest, pk: int) -> HttpResponse:
    """Save the notes of an item: as they are typed, or by the button."""
    now = Now.read()
    item = _item(request, pk)
    refusal = _write(request, item, now)
    if refusal is not None:
        return refusal
    if wants_json(request):
        item.refresh_from_db(fields=["notes_version"])
        return saved(item.notes_version, now, request)
    to = safe_next(request, reverse("meeting_live", args=[item.meeting_id]))
    return done(request, _("Notes saved."), to=to)


def _write(request: PersonRequest, item: AgendaItem, now: Now) -> HttpResponse | None:
    """Why the notes were not saved, if so: too long, or somebody wrote meanwhile, with both texts."""
    text = request.POST.get("text", "")
    if len(text) > LONGEST_TEXT:
        said = _("This is too long: %(most)s characters fit. It is still here.") % {"most": f"{LONGEST_TEXT:,}"}
        return _not_saved(request, item, now, text, item.notes_version, said)
    try:
        actions.write_notes(actor=request.user, now=now, item=item, text=text, version=version_of(request))
    except OvertakenError as error:
        if wants_json(request):
            return overtaken(error)
        said = " ".join(error.messages)
        return _not_saved(request, item, now, text, error.number, said, theirs=error.text)
    except ValidationError as error:
        return refused(request, " ".join(error.messages), to=item.meeting.get_absolute_url())
    return None


def _not_saved(
    request: PersonRequest, item: AgendaItem, now: Now, text: str, version: int, said: str, theirs: str = ""
) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"said": said}, status=422)
    if getattr(request, "htmx", False):
        # The page stays as it is, with what was typed; both texts stand there once it saves itself again.
        answer = refused(request, said, to=item.meeting.get_absolute_url())
        answer.status_code = 422
        return answer
    context = {"item": item, "text": text, "version": version, "said": said, "theirs": theirs, "row": item.meeting}
    return render(request, "meetings/notes_overtaken.html", context, status=422)


# What comes of it ----------------------------------------------------------------------------------------------------


def _at(request: PersonRequest, row: Meeting) -> AgendaItem | None:
    """The item that the address names."""
    number = request.GET.get("item", "")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    return get_object_or_404(AgendaItem.objects.changeable_by(request.user).filter(meeting=row), pk=int(number))


def _party(request: PersonRequest, row: Meeting, parties: Sequence[MeetingAccount]) -> MeetingAccount:
    """With whom: the partner chosen in the form, else with whom the person noted something last, else the first."""
    chosen = (request.POST if request.method == "POST" else request.GET).get("relationship", "")
    named = [party for party in parties if str(party.relationship_id) == chosen]
    if not named and len(parties) > 1:
        last = queries.last_noted_with(row, request.user)
        named = [party for party in parties if party.pk == last]
    found = next(iter(named or parties), None)
    if found is None:
        raise Http404
    return found


@read_or_write
def decision_create(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    row = changeable(request, pk)
    item = _at(request, row)
    mine = (
        MeetingAccount.objects.changeable_by(request.user).filter(meeting=row).select_related("relationship__account")
    )
    several = (item is None or item.party_id is None) and mine.count() > 1
    form = DecisionForm(sent(request), parties=mine if several else None, item=item, internal=row.is_internal)
    if request.method == "POST" and form.is_valid():
        values = {"meeting": row, "item": item, **form.cleaned_data}
        deed, _again = attempt_once(form, actions.decide, Outcome, request=request, now=now, **values)
        if deed:
            return _noted(request, deed.step.pk, row, _("Decision noted."))
    return _outcome_form(request, row, item, form, _("What was decided"), _("Note the decision"), "decision")


def _outcome_form(
    request: PersonRequest, row: Meeting, item: AgendaItem | None, form: Any, heading: str, verb: str, draft: str
) -> HttpResponse:
    context = {
        "form": form,
        "row": row,
        "item": item,
        "verb": verb,
        "action": request.get_full_path(),
        "next": safe_next(request, ""),
        "draft": f"{draft}-{row.pk}",
        "back": _page_of(row),
    }
    return form_page(request, "meetings/outcome_form.html", heading, context)


def _page_of(row: Meeting) -> str:
    return reverse("minutes" if row.state == State.HELD else "meeting_live", args=[row.pk])


def _noted(request: PersonRequest, step_id: int, row: Meeting, said: str) -> HttpResponse:
    return done(request, said, step_id=step_id, to=safe_next(request, _page_of(row)))


def _arising(
    request: PersonRequest,
    pk: int,
    make: Callable[..., Any],
    verb: Callable[..., Any],
    *,
    template: str,
    heading: str,
    with_partner: str,
    said: str,
) -> HttpResponse:
    now = Now.read()
    row = changeable(request, pk)
    item = _at(request, row)
    parties = _partners_at(item, _parties(row, request))
    party = _party(request, row, parties)
    side = request.GET.get("side", "")
    initial = {"colleague": request.user, **({"side": side} if side in Commitment.Side.values else {})}
    partners = [one.relationship for one in parties]
    form = make(
        sent(request),
        user=request.user,
        now=now,
        relationship=party.relationship,
        partners=partners,
        initial=initial,
    )
    if request.method == "POST" and form.is_valid():
        values = {"party": party, "item": item, **form.cleaned_data}
        deed, _again = attempt_once(form, verb, Outcome, request=request, now=now, **values)
        if deed:
            return _noted(request, deed.step.pk, row, said)
    context = {
        "form": form,
        "action": request.get_full_path(),
        "next": safe_next(request, ""),
        "back": _page_of(row),
    }
    # Of several the form asks with which.
    named = heading if len(parties) > 1 else with_partner % {"partner": party.relationship}
    return form_page(request, template, named, context)


@read_or_write
def meeting_promise_create(request: PersonRequest, pk: int) -> HttpResponse:
    return _arising(
        request,
        pk,
        PromiseAtForm,
        actions.promise_at,
        template="relationships/commitment_form.html",
        heading=_("New promise"),
        with_partner=_("New promise with %(partner)s"),
        said=_("Promise noted."),
    )


@read_or_write
def meeting_feedback_create(request: PersonRequest, pk: int) -> HttpResponse:
    return _arising(
        request,
        pk,
        FeedbackAtForm,
        actions.feedback_at,
        template="relationships/feedback_form.html",
        heading=_("New feedback"),
        with_partner=_("Feedback with %(partner)s"),
        said=_("Feedback noted."),
    )


def _outcome(request: PersonRequest, pk: int) -> Outcome:
    rows = Outcome.objects.changeable_by(request.user).select_related("meeting", "item")
    return get_object_or_404(rows, pk=pk)


@read_or_write
def decision_edit(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    row = _outcome(request, pk)
    if not row.decision:
        raise Http404
    initial = {"decision": row.decision, "shared": row.shared}
    form = DecisionForm(sent(request), parties=None, item=row.item, initial=initial)
    if request.method == "POST" and form.is_valid():
        deed = attempt(
            form,
            lambda: actions.change_decision(actor=request.user, now=now, outcome=row, **form.cleaned_data),
        )
        if deed:
            return _noted(request, deed.step.pk, row.meeting, _("Decision changed."))
    return _outcome_form(request, row.meeting, row.item, form, _("Change the decision"), _("Save"), f"decision-of-{pk}")


@require_POST
def outcome_remove(request: PersonRequest, pk: int) -> HttpResponse:
    row = _outcome(request, pk)
    deed = actions.remove_outcome(actor=request.user, now=Now.read(), outcome=row)
    return _noted(request, deed.step.pk, row.meeting, _("Removed: %(what)s.") % {"what": str(row)[:80]})


# Who is in the room --------------------------------------------------------------------------------------------------


@require_POST
def meeting_room(request: PersonRequest, pk: int) -> HttpResponse:
    """Who is there, all at once: ``came`` names those who are. Only what is said otherwise than proposed is noted."""
    now = Now.read()
    row = changeable(request, pk)
    ticked = {int(number) for number in request.POST.getlist("came") if number.isascii() and number.isdigit()}
    mine = Participant.objects.changeable_by(request.user).filter(meeting=row).select_related("user", "contact")
    moved = [one for one in mine if (one.pk in ticked) != one.is_there(row)]
    to = safe_next(request, _page_of(row))
    steps = [actions.attend(actor=request.user, now=now, participant=one, came=one.pk in ticked).step for one in moved]
    if not steps:
        return _to(request, to) if not getattr(request, "htmx", False) else HttpResponse(status=204)
    said = steps[0].said if len(steps) == 1 else _("Who came is noted")
    step = steps[0] if len(steps) == 1 else gather(actor=request.user, now=now, said=said, steps=steps)
    return done(request, f"{said}.", step_id=step.pk, to=to, about=f"{row.pk}/room")


@read_or_write
def attendee_create(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    row = changeable(request, pk)
    party = next(iter(_parties(row, request)), None)
    if party is None:
        raise Http404
    form = AttendeeForm(sent(request), user=request.user, meeting=row, party=party, now=now)
    if request.method == "POST" and form.is_valid():
        contact, colleague = form.cleaned_data["contact"], form.cleaned_data["colleague"]
        deed = attempt(
            form,
            lambda: actions.bring(
                actor=request.user,
                now=now,
                meeting=row,
                user=colleague,
                contact=contact,
                party=party if contact else None,
            ),
        )
        if deed:
            return answered(request, deed, row, _("%(name)s came too.") % {"name": deed.row.person})
    return _outcome_form(request, row, None, form, _("Somebody else came"), _("Add"), "attendee")


# Held ----------------------------------------------------------------------------------------------------------------


@read_or_write
def meeting_hold(request: PersonRequest, pk: int) -> HttpResponse:
    """It was held: from the live page, and straight from the question on Today."""
    now = Now.read()
    row = changeable(request, pk)
    if row.state == State.HELD:
        return _to(request, reverse("minutes", args=[row.pk]))
    form = HoldForm(sent(request), user=request.user, meeting=row, now=now)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        came = [one.pk for one in values.pop("came")]
        deed = attempt(
            form,
            lambda: actions.hold_meeting(actor=request.user, now=now, meeting=row, came=came, **values),
        )
        if deed:
            to = reverse("minutes", args=[row.pk])
            return done(request, held_said(deed.row), step_id=deed.step.pk, to=to, go=True)
    context = {"form": form, "row": row, "next": safe_next(request, ""), "back": row.get_absolute_url()}
    return form_page(request, "meetings/hold_form.html", _("Was it held?"), context)


def held_said(row: Meeting) -> str:
    """*Held and logged with Close the Loop.* Of a talk among us, that nobody of theirs was in touch."""
    rows = Relationship.objects.filter(meetings__meeting=row).select_related("account")
    among_us = row.is_internal and not row.people.filter(came=True).exclude(contact=None).exists()
    said = (
        _("Held among us: for %(partners)s it counts as no contact.")
        if among_us
        else _("Held and logged with %(partners)s.")
    )
    return said % {"partners": ", ".join(map(str, rows))}
