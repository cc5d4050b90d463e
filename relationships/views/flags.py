"""Flags of health put off, and told again."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import PersonRequest
from relationships import actions, flag_words
from relationships.forms.flags import FlagSnoozeForm
from relationships.models import HealthFlag
from relationships.views.common import attempt
from web import dates
from web.clock import Now
from web.responses import done, form_page, safe_next


def _flag(request: PersonRequest, pk: int) -> HealthFlag:
    rows = HealthFlag.objects.changeable_by(request.user).open()
    return get_object_or_404(rows.select_related("relationship__account"), pk=pk)


@require_http_methods(["GET", "POST"])
def health_flag_snooze(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    flag = _flag(request, pk)
    row, today = flag.relationship, flag.relationship.today(now)
    form = FlagSnoozeForm(request.POST or None, today=today)
    if request.method == "POST" and form.is_valid():
        put_off = attempt(
            form, lambda: actions.snooze_flag(actor=request.user, now=now, flag=flag, **form.cleaned_data)
        )
        if put_off:
            assert put_off.row.snoozed_until is not None
            said = _("%(flag)s: snoozed until %(day)s.") % {
                "flag": flag_words.name(flag),
                "day": dates.said(put_off.row.snoozed_until, today),
            }
            return done(request, said, step_id=put_off.step.pk, to=safe_next(request, row.get_absolute_url()))
    heading = _("Snooze “%(flag)s” of %(partner)s") % {"flag": flag_words.name(flag), "partner": row}
    context = {"form": form, "row": row, "back": row.get_absolute_url(), "next": safe_next(request, "")}
    return form_page(request, "relationships/flag_snooze_form.html", heading, context)


@require_POST
def health_flag_wake(request: PersonRequest, pk: int) -> HttpResponse:
    flag = _flag(request, pk)
    awake = actions.wake_flag(actor=request.user, now=Now.read(), flag=flag)
    said = _("%(flag)s: no longer snoozed.") % {"flag": flag_words.name(flag)}
    to = safe_next(request, flag.relationship.get_absolute_url())
    return done(request, said, step_id=awake.step.pk, to=to)
