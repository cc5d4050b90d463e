"""A relationship: begun, changed, paused, removed."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import actions as accounts
from accounts.meanwhile import Meanwhile
from accounts.models import Team
from accounts.requests import PersonRequest
from relationships import actions
from relationships.forms.relationship import NewRelationshipForm, RelationshipForm
from relationships.forms.rhythm import PauseForm
from relationships.models import Relationship
from relationships.views.common import attempt, changeable
from web.clock import Now
from web.responses import done, form_page, safe_next


@require_http_methods(["GET", "POST"])
def relationship_create(request: PersonRequest) -> HttpResponse:
    user, now = request.user, Now.read()
    if not user.reach.writes:
        raise Http404
    team = Team.objects.filter(pk__in=user.reach.changed).first()
    initial = {"owner": user, "zone": user.zone, "team": team, "account": request.GET.get("account", "")}
    form = NewRelationshipForm(request.POST or None, user=user, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        new_name = values.pop("new_account")
        made = attempt(
            form,
            lambda: actions.begin_with(actor=user, now=now, new_account=new_name, **values),
        )
        if made:
            if new_name:
                accounts.look_for_alike(accounts=[made.row.account_id], now=now)
            said = _("%(partner)s added.") % {"partner": made.row}
            return done(request, said, step_id=made.step.pk, to=made.row.get_absolute_url(), go=True)
    return form_page(request, "relationships/relationship_form.html", _("New relationship"), {"form": form})


@require_http_methods(["GET", "POST"])
def relationship_edit(request: PersonRequest, pk: int) -> HttpResponse:
    meanwhile = Meanwhile(request, Relationship, pk)
    row = changeable(request, pk)
    form = RelationshipForm(request.POST or None, instance=row, user=request.user)
    if request.method == "POST" and form.is_valid():
        with meanwhile.unchanged(form, row) as same:
            changed = same and attempt(
                form,
                lambda: actions.change_relationship(
                    actor=request.user, now=Now.read(), relationship=row, values=dict(form.cleaned_data)
                ),
            )
        if changed:
            to = row.get_absolute_url()
            if not Relationship.objects.visible_to(request.user).filter(pk=row.pk).exists():
                to = reverse("portfolio")
            return done(request, _("Changed."), step_id=changed.step.pk, to=to, go=True)
    context = {"form": form, "relationship": row, "version": meanwhile.version}
    return form_page(
        request, "relationships/relationship_form.html", _("Change %(partner)s") % {"partner": row}, context
    )


@require_POST
def relationship_remove(request: PersonRequest, pk: int) -> HttpResponse:
    row = changeable(request, pk)
    removed = actions.remove_relationship(actor=request.user, now=Now.read(), relationship=row)
    said = _("%(partner)s removed.") % {"partner": row}
    return done(request, said, step_id=removed.step.pk, to=reverse("portfolio"), go=True)


@require_http_methods(["GET", "POST"])
def relationship_pause(request: PersonRequest, pk: int) -> HttpResponse:
    row = changeable(request, pk)
    form = PauseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        paused = attempt(
            form,
            lambda: actions.pause(actor=request.user, now=Now.read(), relationship=row, **form.cleaned_data),
        )
        if paused:
            said = _("%(partner)s paused. Nothing is due until it is resumed.") % {"partner": row}
            return done(request, said, step_id=paused.step.pk, to=safe_next(request, row.get_absolute_url()))
    return form_page(
        request,
        "relationships/small_form.html",
        _("Pause %(partner)s") % {"partner": row},
        {"form": form, "verb": _("Pause"), "next": safe_next(request, "")},
    )


@require_POST
def relationship_resume(request: PersonRequest, pk: int) -> HttpResponse:
    row = changeable(request, pk)
    to = safe_next(request, row.get_absolute_url())
    try:
        resumed = actions.resume(actor=request.user, now=Now.read(), relationship=row)
    except ValidationError as error:
        return done(request, " ".join(error.messages), to=to)
    return done(request, _("%(partner)s resumed.") % {"partner": row}, step_id=resumed.step.pk, to=to)
