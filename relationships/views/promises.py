"""Promises: made, corrected, given a new day, kept, missed, explained; and the page of one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.forms import BaseForm
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.meanwhile import Meanwhile
from accounts.requests import PersonRequest
from accounts.undo import Done
from relationships import actions, feedback_words, promises, words
from relationships.feedback_words import ToneNote
from relationships.forms.promises import FulfilmentForm, MissForm, NewPromiseForm, PromiseForm, RenegotiationForm
from relationships.models import Commitment, Feedback, Fulfilment, Miss, Relationship
from relationships.views.common import attempt, attempt_once, changeable, known_already
from web import dates
from web.clock import Now
from web.responses import done, form_page, safe_next

read_or_write = require_http_methods(["GET", "POST"])


def _promise(request: PersonRequest, pk: int) -> Commitment:
    """The promise if the person may change it; otherwise it does not exist for them."""
    rows = Commitment.objects.changeable_by(request.user).select_related(
        "relationship__account", "colleague", "contact", "keeper", "miss"
    )
    return get_object_or_404(rows, pk=pk)


def _is_ours(row: Commitment) -> bool:
    return row.side == Commitment.Side.OURS


def _sent(request: PersonRequest) -> QueryDict | None:
    """What came with a form; one of which nothing is filled in has been sent all the same."""
    return request.POST if request.method == "POST" else None


def _answer(request: PersonRequest, deed: Done[Commitment], said: str) -> HttpResponse:
    to = safe_next(request, deed.row.get_absolute_url())
    return done(request, said, step_id=deed.step.pk, to=to, about=deed.row.get_absolute_url())


# Made, corrected, removed --------------------------------------------------------------------------------------------


@read_or_write
def commitment_create(request: PersonRequest, pk: int) -> HttpResponse:
    return _new_promise(request, changeable(request, pk))


@read_or_write
def commitment_new(request: PersonRequest) -> HttpResponse:
    return _new_promise(request, None)


def _asked_for(request: PersonRequest, relationship: Relationship | None) -> Feedback | None:
    """What of theirs it is promised for, if the address names feedback of this relationship."""
    number = request.GET.get("feedback", "")
    if relationship is None or not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    return Feedback.objects.filter(relationship=relationship, pk=int(number)).first()


def _new_promise(request: PersonRequest, relationship: Relationship | None) -> HttpResponse:
    now = Now.read()
    asked_for = _asked_for(request, relationship)
    side = request.GET.get("side", "")
    initial = {
        "side": side if side in Commitment.Side.values else Commitment.Side.OURS,
        "colleague": request.user,
        "relationship": request.GET.get("relationship", ""),
    }
    if asked_for is not None:
        initial |= {"what": words.clipped(asked_for.said, 200), "contact": asked_for.contact_id}
    form = NewPromiseForm(
        _sent(request),
        user=request.user,
        now=now,
        relationship=relationship,
        initial=initial,
    )
    if request.GET.get("side"):
        # Partner and side are chosen already; what is left to say is what.
        form.fields["what"].widget.attrs["autofocus"] = True
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        row = relationship or values["relationship"]
        values |= {"relationship": row, "feedback": asked_for}
        deed, again = attempt_once(form, actions.make_promise, Commitment, request=request, now=now, **values)
        if deed and again:
            return known_already(request, deed)
        if deed:
            said = _("Promise noted, due %(day)s.") % {"day": dates.on(deed.row.due_on, row.today(now))}
            to = safe_next(request, (asked_for or row).get_absolute_url())
            return done(request, said, step_id=deed.step.pk, to=to)
    heading = _("New promise with %(partner)s") % {"partner": relationship} if relationship else _("New promise")
    action = f"{request.path}?feedback={asked_for.pk}" if asked_for else request.path
    context = {"form": form, "action": action, "next": safe_next(request, ""), "asked_for": asked_for}
    return form_page(request, "relationships/commitment_form.html", heading, context)


@read_or_write
def commitment_edit(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    meanwhile = Meanwhile(request, Commitment, pk)
    row = _promise(request, pk)
    form = PromiseForm(_sent(request), user=request.user, now=now, relationship=row.relationship, instance=row)
    if request.method == "POST" and form.is_valid():
        with meanwhile.unchanged(form, row) as same:
            deed = same and attempt(
                form,
                lambda: actions.change_promise(
                    actor=request.user, now=now, commitment=row, values=dict(form.cleaned_data)
                ),
            )
        if deed:
            return _answer(request, deed, _("Promise changed."))
    context = {
        "form": form,
        "commitment": row,
        "version": meanwhile.version,
        "action": request.path,
        "next": safe_next(request, ""),
        "due": _due_said(row),
    }
    return form_page(request, "relationships/commitment_form.html", _("Change the promise"), context)


def _due_said(row: Commitment) -> str:
    said = _("Promised for %(day)s; that day stays as it was said.") % {"day": dates.full(row.due_on)}
    if row.binding_on == row.due_on:
        return said
    return _("%(said)s The one agreed since is %(day)s.") % {"said": said, "day": dates.full(row.binding_on)}


@require_POST
def commitment_remove(request: PersonRequest, pk: int) -> HttpResponse:
    row = _promise(request, pk)
    removed = actions.remove_promise(actor=request.user, now=Now.read(), commitment_id=row.pk)
    to, here = row.relationship.get_absolute_url(), row.get_absolute_url()
    # The page of what is gone cannot draw itself again.
    on_its_page = request.headers.get("HX-Current-URL", "").split("?")[0].endswith(here)
    return done(request, _("Promise removed."), step_id=removed.step.pk, to=to, go=on_its_page)


# What happens to it --------------------------------------------------------------------------------------------------


def _small(
    request: PersonRequest, row: Commitment, form: BaseForm, now: Now, *, template: str, heading: str, **more: Any
) -> HttpResponse:
    context = {
        "form": form,
        "commitment": row,
        "sentence": words.promise_sentence(row, now),
        "look": words.PROMISE_LOOKS[row.state(now)],
        "next": safe_next(request, ""),
        **more,
    }
    return form_page(request, template, heading, context)


@read_or_write
def renegotiation_create(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    row = _promise(request, pk)
    today = row.relationship.today(now)
    form = RenegotiationForm(_sent(request), today=today, ours=_is_ours(row))
    if request.method == "POST" and form.is_valid():
        deed = attempt(
            form,
            lambda: actions.renegotiate(actor=request.user, now=now, commitment=row, **form.cleaned_data),
        )
        if deed:
            said = _("New day agreed: %(day)s.") % {"day": dates.said(deed.row.binding_on, today)}
            if deed.row.late_on:
                said = _("%(said)s It stays late, because its day was over.") % {"said": said}
            return _answer(request, deed, said)
    return _small(
        request, row, form, now, template="relationships/commitment_new_day.html", heading=_("Agree a new day")
    )


@read_or_write
def fulfilment_create(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    row = _promise(request, pk)
    form = FulfilmentForm(_sent(request), today=row.relationship.today(now))
    if request.method == "POST" and form.is_valid():
        deed = attempt(
            form,
            lambda: actions.keep_promise(actor=request.user, now=now, commitment=row, **form.cleaned_data),
        )
        if deed:
            late = deed.row.outcome == Commitment.Outcome.KEPT_LATE
            return _answer(request, deed, _("Kept, late.") if late else _("Kept."))
    return _small(request, row, form, now, template="relationships/commitment_kept.html", heading=_("It was kept"))


@read_or_write
def miss_create(request: PersonRequest, pk: int) -> HttpResponse:
    """Missed, with or without saying why; later the same form says why."""
    now = Now.read()
    row = _promise(request, pk)
    meanwhile = Meanwhile(request, Miss, Miss.objects.filter(commitment=row).values_list("pk", flat=True).first() or 0)
    miss = Miss.objects.filter(commitment=row).first()
    today = row.relationship.today(now)
    form = MissForm(_sent(request), today=today, ours=_is_ours(row), instance=miss)
    if request.method == "POST" and form.is_valid():
        verb = actions.explain_miss if miss else actions.miss_promise
        with meanwhile.unchanged(form, miss) if miss else nullcontext(True) as same:
            deed = same and attempt(
                form, lambda: verb(actor=request.user, now=now, commitment=row, **form.cleaned_data)
            )
        if deed:
            return _answer(request, deed, _said_of_miss(deed.row, now))
    until = promises.to_own_until(row.binding_on, row.late_on)
    return _small(
        request,
        row,
        form,
        now,
        template="relationships/commitment_missed.html",
        heading=_("Why it was missed") if miss else _("It was missed"),
        version=meanwhile.version,
        until=dates.full(until),
        in_time=today <= until,
        owned=bool(miss and miss.explained_on and miss.explained_on <= until),
        followed=row.followed_by.exists(),
    )


def _said_of_miss(row: Commitment, now: Now) -> str:
    miss = Miss.objects.get(commitment=row)
    until = promises.to_own_until(row.binding_on, row.late_on)
    if miss.explained_on is None:
        day = dates.said(until, row.relationship.today(now))
        return _("Missed. Explained by %(day)s it counts as owned up to.") % {"day": day}
    return _("Missed, and owned up to.") if miss.explained_on <= until else _("Missed, and explained.")


# Its page ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Happening:
    """A line of what happened to a promise; ``dot`` is the class of its ring, ``reads`` how a note of ours may read."""

    day: date
    icon: str
    said: str
    dot: str = ""
    note: str = ""
    tone: str = ""
    reads: Sequence[ToneNote] = ()


def _reads(row: Commitment, text: str, *, writes: bool) -> Sequence[ToneNote]:
    """How what we say to them reads; for those who can still say it otherwise."""
    return feedback_words.tone_notes(text) if writes and _is_ours(row) else ()


def _date(day: date, today: date) -> str:
    """Without words such as *Tuesday*: a line of what is past reads the same for years."""
    return date_format(day, "j F" if day.year == today.year else "j F Y")


def _happenings(row: Commitment, today: date, *, writes: bool) -> list[Happening]:
    """What happened, the newest first."""
    side = "o" if row.side == Commitment.Side.OURS else "t"
    maker = str(row.maker) if row.maker else ""
    first = _("%(name)s promised it for %(day)s") if maker else _("Promised for %(day)s")
    by = _date(row.due_on, today)
    found = [Happening(row.made_on, "checks", first % {"name": maker, "day": by}, side)]
    binding, late = row.due_on, False
    for move in row.renegotiations.all():
        late = late or move.agreed_on > binding
        said = _("New day agreed: %(day)s") % {"day": _date(move.new_due_on, today)}
        when = _("after its day was over, so it stays late") if late else _("in time")
        reads = _reads(row, move.reason, writes=writes)
        found.append(Happening(move.agreed_on, "calendar-event", f"{said}, {when}", note=move.reason, reads=reads))
        binding = move.new_due_on
    if row.late_on or (row.ended_on is None and row.binding_on < today):
        found.append(Happening(row.late_on or row.binding_on, "alert-triangle", _("Its day was over"), tone="over"))
    found.extend(_end(row, side, writes=writes))
    return sorted(found, key=lambda one: one.day)[::-1]


def _end(row: Commitment, side: str, *, writes: bool) -> list[Happening]:
    kept = Fulfilment.objects.filter(commitment=row).first()
    if kept:
        said = _("Kept") if row.outcome == Commitment.Outcome.KEPT else _("Kept late")
        return [Happening(kept.kept_on, "check", said, side, kept.note)]
    if row.outcome != Commitment.Outcome.BROKEN:
        return []
    miss = row.miss
    found = [Happening(miss.missed_on, "x", _("Missed"), side, tone="over")]
    if miss.explanation or miss.plan:
        parts = [miss.explanation, _("New plan: %(plan)s") % {"plan": miss.plan} if miss.plan else ""]
        note = "\n".join(part for part in parts if part)
        day, reads = miss.explained_on or miss.missed_on, _reads(row, note, writes=writes)
        found.append(Happening(day, "message", _("Explained"), side, note, reads=reads))
    return found


@require_GET
def commitment_detail(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    rows = Commitment.objects.visible_to(request.user).select_related(
        "relationship__account",
        "colleague",
        "contact",
        "keeper",
        "interaction",
        "follows",
        "written_by",
        "miss",
        "feedback",
    )
    row = get_object_or_404(rows.prefetch_related("renegotiations", "followed_by__relationship"), pk=pk)
    today = row.relationship.today(now)
    writes = Commitment.objects.changeable_by(request.user).filter(pk=row.pk).exists()
    until = promises.to_own_until(row.binding_on, row.late_on)
    missed = row.outcome == Commitment.Outcome.BROKEN
    return render(
        request,
        "relationships/commitment_detail.html",
        {
            "row": row,
            "relationship": row.relationship,
            "look": words.PROMISE_LOOKS[row.state(now)],
            "sentence": words.promise_sentence(row, now),
            "today": today,
            "writes": writes,
            "happenings": _happenings(row, today, writes=writes),
            "tone": _reads(row, f"{row.what}\n{row.remedy}", writes=writes),
            "missed": missed,
            "may_own": missed and row.miss.explained_on is None and today <= until,
            "until": dates.full(until),
            "followers": [(one, words.promise_sentence(one, now)) for one in row.followed_by.all()],
            "log_url": _place_of_entry(row),
            "comments": row.comments.select_related("written_by"),
            "about": f"?commitment={row.pk}",
        },
    )


def _place_of_entry(row: Commitment) -> str:
    """Where the talk stands in which it was promised."""
    return f"{reverse('relationship_detail', args=[row.relationship_id])}#timeline" if row.interaction_id else ""
