"""The rhythm and what puts a check-in off."""

from __future__ import annotations

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import PersonRequest
from relationships import actions, words
from relationships.forms.rhythm import AgreementForm, SnoozeForm, TighterForm
from relationships.models import CadenceAgreement, Relationship, Snooze
from relationships.views.common import attempt, changeable
from web import dates
from web.clock import Now
from web.responses import done, form_page, safe_next


@require_http_methods(["GET", "POST"])
def agreement_create(request: PersonRequest, pk: int) -> HttpResponse:
    """The lasting rhythm; with ``?for_a_while=1`` a tighter one until a day."""
    now = Now.read()
    row = changeable(request, pk)
    for_a_while = request.GET.get("for_a_while") == "1"
    form = (TighterForm if for_a_while else AgreementForm)(request.POST or None, relationship=row, now=now)
    if request.method == "POST" and form.is_valid():
        agreed = attempt(
            form,
            lambda: actions.agree_cadence(actor=request.user, now=now, relationship=row, **form.cleaned_data),
        )
        if agreed:
            said = _agreed_says(agreed.row, row, now)
            return done(request, said, step_id=agreed.step.pk, to=row.get_absolute_url())
    heading = (
        _("Tighter for a while with %(partner)s") if for_a_while else _("How often to be in touch with %(partner)s")
    )
    context = {
        "form": form,
        "row": row,
        "for_a_while": for_a_while,
        "counts": words.agreement(row, row.today(now)),
        "action": request.get_full_path(),
    }
    return form_page(request, "relationships/agreement_form.html", heading % {"partner": row}, context)


def _agreed_says(agreed: CadenceAgreement, row: Relationship, now: Now) -> str:
    values = {"partner": row, "every": words.interval(agreed.every_days)}
    if agreed.ends_on is None:
        return _("%(partner)s: %(every)s.") % values
    until = dates.said(agreed.ends_on, row.today(now))
    return _("%(partner)s: %(every)s until %(day)s.") % {**values, "day": until}


@require_POST
def agreement_end(request: PersonRequest, pk: int) -> HttpResponse:
    """One that is tighter for a while ends: from today the one beneath it counts again."""
    now = Now.read()
    agreed = get_object_or_404(
        CadenceAgreement.objects.changeable_by(request.user).select_related("relationship"), pk=pk
    )
    yesterday = agreed.relationship.today(now) - timedelta(days=1)
    to = agreed.relationship.get_absolute_url()
    try:
        ended = actions.end_agreement(actor=request.user, now=now, agreement_id=agreed.pk, ends_on=yesterday)
    except ValidationError as error:
        return done(request, " ".join(error.messages), to=to)
    return done(request, _("Ended: from today the lasting rhythm counts again."), step_id=ended.step.pk, to=to)


@require_POST
def agreement_remove(request: PersonRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(CadenceAgreement.objects.changeable_by(request.user), pk=pk)
    removed = actions.withdraw_agreement(actor=request.user, now=Now.read(), agreement_id=row.pk)
    return done(
        request, _("Agreement removed."), step_id=removed.step.pk, to=removed.row.relationship.get_absolute_url()
    )


@require_http_methods(["GET", "POST"])
def snooze_create(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    row = changeable(request, pk)
    today = row.today(now)
    form = SnoozeForm(request.POST or None, today=today)
    if request.method == "POST" and form.is_valid():
        made = attempt(
            form,
            lambda: actions.snooze(actor=request.user, now=now, relationship=row, **form.cleaned_data),
        )
        if made:
            said = _("%(partner)s snoozed until %(day)s.") % {
                "partner": row,
                "day": dates.said(made.row.until_on, today),
            }
            return done(request, said, step_id=made.step.pk, to=safe_next(request, row.get_absolute_url()))
    heading = _("Snooze %(partner)s") % {"partner": row}
    context = {"form": form, "relationship": row, "next": safe_next(request, "")}
    return form_page(request, "relationships/snooze_form.html", heading, context)


@require_POST
def snooze_remove(request: PersonRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Snooze.objects.changeable_by(request.user), pk=pk)
    awake = actions.wake(actor=request.user, now=Now.read(), snooze_id=row.pk)
    said = _("%(partner)s is awake again.") % {"partner": awake.row.relationship}
    return done(request, said, step_id=awake.step.pk, to=awake.row.relationship.get_absolute_url())
