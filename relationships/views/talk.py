"""The log, and the entries of the timeline."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import meanwhile
from accounts.requests import PersonRequest
from relationships import actions, queries, words
from relationships.forms.talk import InteractionForm
from relationships.models import Interaction, Relationship
from relationships.views.common import wrong
from web import dates
from web.clock import Now
from web.responses import done, form_page, safe_next
from web.text import name_key

OFFERED = 20


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
            wrong(form, error)
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
            wrong(form, error)
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
