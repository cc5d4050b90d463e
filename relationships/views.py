"""Forms and deeds around a relationship: fetch what the person may change, call one verb, answer."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.forms import BaseForm
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import meanwhile
from accounts.models import Team, User
from accounts.requests import PersonRequest
from relationships import actions, queries, words
from relationships.forms import (
    AgreementForm,
    HandOverForm,
    InteractionForm,
    NewRelationshipForm,
    PauseForm,
    RelationshipForm,
    SnoozeForm,
)
from relationships.models import CadenceAgreement, Interaction, Relationship, Snooze
from web import dates
from web.clock import Now
from web.responses import done, form_page, safe_next
from web.text import name_key

OFFERED = 20


def _changeable(request: PersonRequest, pk: int) -> Relationship:
    """The relationship if the person may change it; otherwise it does not exist for them."""
    rows = Relationship.objects.changeable_by(request.user).select_related("account", "agreement", "owner", "team")
    return get_object_or_404(rows, pk=pk)


def _wrong(form: BaseForm, error: ValidationError) -> None:
    """Put a broken rule at its field; at the top where the form does not have it."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for field, errors in error.error_dict.items():
        form.add_error(field if field in form.fields else None, errors)


# The log -----------------------------------------------------------------------------------------------------------


def _log_form(request: PersonRequest, now: Now, data: Any = None) -> InteractionForm:
    user = request.user
    initial = {
        "relationship": request.GET.get("relationship", ""),
        "channel": queries.last_channel(user),
        "begun_by": Interaction.Side.UNKNOWN,
    }
    return InteractionForm(data, user=user, now=now, initial=initial)


def _log_page(request: PersonRequest, form: InteractionForm, now: Now, heading: str, action: str) -> HttpResponse:
    return form_page(
        request,
        "relationships/interaction_form.html",
        heading,
        {
            "form": form,
            "action": action,
            "version": meanwhile.version(form.instance) if form.instance.pk else "",
            "next": safe_next(request, ""),
            **_log_details(form, now),
        },
    )


def _log_details(form: InteractionForm, now: Now) -> dict[str, Any]:
    """What the log says about the partner chosen: the state, the people, and what logging would do."""
    row = form.chosen
    if row is None:
        return {}
    lately = queries.people_lately_spoken_to(row)
    today = row.today(now)
    two_way = form["two_way"].value() not in ("no", False)
    effect = queries.effect_of(row, day=form.day(), two_way=two_way, now=now, instead_of=form.instance.pk)
    here = list(form.fields["contacts"].queryset)  # type: ignore[attr-defined]
    ticked = {str(value) for value in form["contacts"].value() or []}
    return {
        "chosen": row,
        "look": words.LOOKS[row.state(now)],
        "sentence": words.sentence(row, now),
        "effect": effect,
        "effect_day": dates.full(effect.due_on) if effect.due_on else "",
        "today": today,
        "near": [person for person in here if person.pk in lately or str(person.pk) in ticked],
        "others": [person for person in here if person.pk not in lately and str(person.pk) not in ticked],
        "ticked": ticked,
    }


@require_GET
def log(request: PersonRequest) -> HttpResponse:
    now = Now.read()
    return _log_page(request, _log_form(request, now), now, _("Log a check-in"), reverse("interaction_create"))


@require_GET
def log_details(request: PersonRequest) -> HttpResponse:
    """The parts of the log that follow from what is chosen so far; ``entry`` is the one that is being changed."""
    now = Now.read()
    entry = request.GET.get("entry", "")
    if entry:
        own = Interaction.objects.changeable_by(request.user).select_related("relationship__account")
        row = get_object_or_404(own, pk=int(entry) if entry.isascii() and entry.isdigit() and len(entry) < 19 else 0)
        form = InteractionForm(request.GET, user=request.user, now=now, instance=row)
    else:
        form = _log_form(request, now, data=request.GET)
    return render(request, "relationships/interaction_form.html#details", {"form": form, **_log_details(form, now)})


@require_POST
def interaction_create(request: PersonRequest) -> HttpResponse:
    now = Now.read()
    form = _log_form(request, now, data=request.POST)
    if form.is_valid():
        values = form.cleaned_data
        row = values["relationship"]
        try:
            logged = actions.log_interaction(
                actor=request.user,
                now=now,
                relationship=row,
                occurred_on=values["occurred_on"],
                channel=values["channel"],
                summary=values["summary"],
                two_way=values["two_way"],
                begun_by=values["begun_by"],
                purpose=values["purpose"],
                contacts=values["contacts"],
                colleagues=[request.user, *values["colleagues"].exclude(pk=request.user.pk)],
            )
        except ValidationError as error:
            _wrong(form, error)
        else:
            return done(
                request,
                _said_after(logged.row, now),
                step_id=logged.step.pk,
                to=safe_next(request, row.get_absolute_url()),
            )
    return _log_page(request, form, now, _("Log a check-in"), reverse("interaction_create"))


def _said_after(logged: Interaction, now: Now) -> str:
    """*Logged with Ewos. Next check-in by 6 December.*"""
    row = Relationship.objects.select_related("account").get(pk=logged.relationship_id)
    said = _("Logged with %(partner)s.") % {"partner": row}
    if not logged.two_way:
        return _("%(said)s It does not count as contact.") % {"said": said}
    if row.due_on is None:
        return said
    return _("%(said)s Next check-in %(day)s.") % {"said": said, "day": dates.by(row.due_on, row.today(now))}


@require_http_methods(["GET", "POST"])
def interaction_edit(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    user = request.user
    row = get_object_or_404(Interaction.objects.changeable_by(user).select_related("relationship__account"), pk=pk)
    form = InteractionForm(
        request.POST or None,
        user=user,
        now=now,
        instance=row,
        initial={
            "when": InteractionForm.When.OTHER,
            "occurred_on": row.occurred_on,
            "two_way": "yes" if row.two_way else "no",
            "contacts": [str(pk) for pk in row.contacts.values_list("pk", flat=True)],
            "colleagues": list(row.colleagues.values_list("pk", flat=True)),
        },
    )
    if request.method == "POST" and form.is_valid() and meanwhile.tell(form, row, request.POST.get("version", "")):
        values = form.cleaned_data
        own = ("occurred_on", "channel", "begun_by", "purpose", "two_way", "summary")
        try:
            changed = actions.change_interaction(
                actor=user,
                now=now,
                interaction=row,
                values={name: values[name] for name in own},
                contacts=values["contacts"],
                colleagues=values["colleagues"],
            )
        except ValidationError as error:
            _wrong(form, error)
        else:
            return done(request, _("Entry changed."), step_id=changed.step.pk, to=row.relationship.get_absolute_url())
    return _log_page(request, form, now, _("Change the entry"), request.path)


@require_POST
def interaction_remove(request: PersonRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Interaction.objects.changeable_by(request.user), pk=pk)
    removed = actions.remove_interaction(actor=request.user, now=Now.read(), interaction_id=row.pk)
    return done(request, _("Entry removed."), step_id=removed.step.pk, to=removed.row.relationship.get_absolute_url())


@require_GET
def relationship_options(request: PersonRequest) -> JsonResponse:
    """Partners for the search box: own ones first, the most overdue among them before the others."""
    user, now = request.user, Now.read()
    typed = request.GET.get("q", "").replace("\0", "")[:200]
    rows = Relationship.objects.changeable_by(user).select_related("account", "agreement")
    if typed.strip():
        rows = rows.filter(Q(account__name_key__contains=name_key(typed)) | Q(name__icontains=typed.strip()))
    rows = rows.alias(mine=Q(owner=user)).order_by("-mine", "overdue_from", "account__name_key", "id")[:OFFERED]
    return JsonResponse(
        [
            {"value": row.pk, "text": str(row), "hint": words.short(row, now), "state": row.state(now).value}
            for row in rows
        ],
        safe=False,
    )


# Relationships -----------------------------------------------------------------------------------------------------


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
        try:
            made = actions.begin_with(actor=user, now=now, new_account=new_name, **values)
        except ValidationError as error:
            _wrong(form, error)
        else:
            said = _("%(partner)s added.") % {"partner": made.row}
            return done(request, said, step_id=made.step.pk, to=made.row.get_absolute_url(), go=True)
    return form_page(request, "relationships/relationship_form.html", _("New relationship"), {"form": form})


@require_http_methods(["GET", "POST"])
def relationship_edit(request: PersonRequest, pk: int) -> HttpResponse:
    row = _changeable(request, pk)
    form = RelationshipForm(request.POST or None, instance=row, user=request.user)
    if request.method == "POST" and form.is_valid() and meanwhile.tell(form, row, request.POST.get("version", "")):
        try:
            changed = actions.change_relationship(
                actor=request.user, now=Now.read(), relationship=row, values=dict(form.cleaned_data)
            )
        except ValidationError as error:
            _wrong(form, error)
        else:
            to = row.get_absolute_url()
            if not Relationship.objects.visible_to(request.user).filter(pk=row.pk).exists():
                to = reverse("portfolio")
            return done(request, _("Changed."), step_id=changed.step.pk, to=to, go=True)
    context = {"form": form, "relationship": row, "version": meanwhile.version(row)}
    return form_page(
        request, "relationships/relationship_form.html", _("Change %(partner)s") % {"partner": row}, context
    )


@require_POST
def relationship_remove(request: PersonRequest, pk: int) -> HttpResponse:
    row = _changeable(request, pk)
    removed = actions.remove_relationship(actor=request.user, now=Now.read(), relationship=row)
    said = _("%(partner)s removed.") % {"partner": row}
    return done(request, said, step_id=removed.step.pk, to=reverse("portfolio"), go=True)


@require_http_methods(["GET", "POST"])
def relationship_pause(request: PersonRequest, pk: int) -> HttpResponse:
    row = _changeable(request, pk)
    form = PauseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            paused = actions.pause(actor=request.user, now=Now.read(), relationship=row, **form.cleaned_data)
        except ValidationError as error:
            _wrong(form, error)
        else:
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
    row = _changeable(request, pk)
    resumed = actions.resume(actor=request.user, now=Now.read(), relationship=row)
    return done(
        request, _("%(partner)s resumed.") % {"partner": row}, step_id=resumed.step.pk, to=row.get_absolute_url()
    )


# Rhythm ------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def agreement_create(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    row = _changeable(request, pk)
    form = AgreementForm(request.POST or None, relationship=row, now=now)
    if request.method == "POST" and form.is_valid():
        try:
            agreed = actions.agree_cadence(actor=request.user, now=now, relationship=row, **form.cleaned_data)
        except ValidationError as error:
            _wrong(form, error)
        else:
            said = _("%(partner)s: %(every)s.") % {"partner": row, "every": words.interval(agreed.row.every_days)}
            return done(request, said, step_id=agreed.step.pk, to=row.get_absolute_url())
    heading = _("How often to be in touch with %(partner)s") % {"partner": row}
    return form_page(request, "relationships/small_form.html", heading, {"form": form, "verb": _("Set the rhythm")})


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
    row = _changeable(request, pk)
    today = row.today(now)
    form = SnoozeForm(request.POST or None, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.snooze(actor=request.user, now=now, relationship=row, **form.cleaned_data)
        except ValidationError as error:
            _wrong(form, error)
        else:
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


# People who leave --------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def person_deactivate(request: PersonRequest, pk: int) -> HttpResponse:
    """An administrator deactivates a person and says who takes over what they own."""
    user, now = request.user, Now.read()
    if not user.reach.everything:
        raise Http404
    leaving = get_object_or_404(User.objects.visible_to(user).filter(is_active=True), pk=pk)
    owned = Relationship.objects.changeable_by(user).filter(owner=leaving)
    count = owned.count()
    form = HandOverForm(request.POST or None, user=user, leaving=leaving)
    form.fields["to"].required = count > 0
    if request.method == "POST" and form.is_valid():
        try:
            actions.let_go(actor=user, now=now, leaving=leaving, to=form.cleaned_data["to"])
        except ValidationError as error:
            _wrong(form, error)
        else:
            said = _("%(name)s can no longer sign in.") % {"name": leaving}
            return done(request, said, to=reverse("person_list"), go=True)
    heading = _("Deactivate %(name)s") % {"name": leaving}
    context = {"form": form, "count": count, "leaving": leaving}
    return form_page(request, "relationships/person_deactivation.html", heading, context)
