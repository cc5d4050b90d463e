"""A person's own calendar: the page where its address is given, and what it asks."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import PersonRequest
from meetings import actions, capture, capture_words, waiting
from meetings.forms.capture import CalendarForm, MatchForm
from meetings.models import CalendarSource, CapturedEvent
from meetings.views.common import sent
from relationships.views.common import attempt, wrong
from web.clock import Now
from web.limits import Limit, admits
from web.responses import done, form_page, refused, safe_next

# Each try asks somebody's server.
TRIES = Limit("calendar-given", 12, 10 * 60)


@sensitive_post_parameters("address")
@require_http_methods(["GET", "POST"])
def calendar_source(request: PersonRequest) -> HttpResponse:
    now = Now.read()
    form = CalendarForm(sent(request))
    if form.is_valid():
        if not admits([(TRIES, str(request.user.pk))], now):
            form.add_error("address", _("Too many attempts. Wait ten minutes."))
        elif source := _given(request, form, now):
            return done(request, _read(source), to=reverse("calendar_source"))
    source = CalendarSource.objects.visible_to(request.user).first()
    lines, count = waiting.of(request.user, now)
    context = {
        "form": form,
        "source": source,
        "said": _read(source) if source and source.read_at else "",
        "error": capture_words.said(source.error) if source and source.error else "",
        "skipped": [(name or _("Without a name"), capture_words.left_out(why)) for name, why in _skipped(source)],
        "lines": lines,
        "count": count,
        "minutes": int(capture.EVERY.total_seconds() // 60),
    }
    return render(request, "meetings/calendar_source.html", context, status=422 if form.errors else 200)


def _skipped(source: CalendarSource | None) -> list[tuple[str, str]]:
    kept = source.skipped if source and isinstance(source.skipped, list) else []
    return [(str(one[0]), str(one[1])) for one in kept if isinstance(one, list) and len(one) == 2]


def _given(request: PersonRequest, form: CalendarForm, now: Now) -> CalendarSource | None:
    try:
        return actions.give_calendar(actor=request.user, now=now, address=form.cleaned_data["address"])
    except ValidationError as error:
        wrong(form, error)
        return None


def _read(source: CalendarSource) -> str:
    """*Read: 48 events in the last and next 60 days, 3 with people of yours.*"""
    return ngettext(
        "Read: %(count)d event in the last and next %(days)d days, %(matched)d with people of your partners.",
        "Read: %(count)d events in the last and next %(days)d days, %(matched)d with people of your partners.",
        source.events,
    ) % {"count": source.events, "days": capture.READ_BACK.days, "matched": source.matched}


@require_POST
def calendar_stop(request: PersonRequest) -> HttpResponse:
    actions.stop_reading(actor=request.user, now=Now.read())
    return done(
        request, _("Your calendar is no longer read, and its address is forgotten."), to=reverse("calendar_source")
    )


def _own(request: PersonRequest, pk: int) -> CapturedEvent:
    return get_object_or_404(CapturedEvent.objects.visible_to(request.user), pk=pk)


@require_http_methods(["GET", "POST"])
def captured_confirm(request: PersonRequest, pk: int) -> HttpResponse:
    """What is over is logged, what is to come is planned; where it is not clear with whom, the form asks."""
    now, row = Now.read(), _own(request, pk)
    over = row.is_over(now)
    form = MatchForm(sent(request), user=request.user, event=row)
    if form.is_valid():
        verb = actions.log_captured if over else actions.plan_captured
        deed = attempt(form, lambda: verb(actor=request.user, now=now, event=row, matches=form.chosen))
        if deed:
            return done(request, deed.step.said, step_id=deed.step.pk, to=safe_next(request, reverse("today")))
    context = {
        "form": form,
        "event": row,
        "why": waiting.why(row, request.user),
        "next": safe_next(request, ""),
        "back": reverse("today"),
        "over": over,
    }
    return form_page(
        request, "meetings/captured_form.html", _("Log the meeting") if over else _("Plan the meeting"), context
    )


@require_POST
def captured_dismiss(request: PersonRequest, pk: int) -> HttpResponse:
    row, back = _own(request, pk), safe_next(request, reverse("today"))
    try:
        deed = actions.dismiss_captured(actor=request.user, now=Now.read(), event=row)
    except ValidationError as error:
        return refused(request, " ".join(error.messages), to=back)
    return done(request, deed.step.said, step_id=deed.step.pk, to=back)
