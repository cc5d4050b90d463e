"""What became of relationships: noted on their pages, and all together to take along for whoever answers for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.meanwhile import Meanwhile
from accounts.requests import PersonRequest
from relationships import actions, outcomes, queries
from relationships.forms.feelings import OutcomeForm
from relationships.models import Relationship, RelationshipOutcome
from relationships.views.common import attempt, changeable
from web import downloads
from web.clock import Now
from web.responses import done, form_page, safe_next
from web.sheets import Column, Row

read_or_write = require_http_methods(["GET", "POST"])


def _outcome(request: PersonRequest, pk: int) -> RelationshipOutcome:
    rows = RelationshipOutcome.objects.changeable_by(request.user).select_related("relationship__account")
    return get_object_or_404(rows, pk=pk)


def _likely(row: Relationship, now: Now) -> dict[str, Any]:
    """What the form begins with: the end, or the renewal that has come, and what it was worth."""
    today = row.today(now)
    found = {"came_on": today, "worth_before": row.yearly_worth}
    if row.ended_on:
        return found | {
            "kind": RelationshipOutcome.Kind.ENDED,
            "came_on": min(row.ended_on, today),
            "reason": row.end_reason,
        }
    if row.renewal_on and row.renewal_on <= today:
        return found | {"kind": RelationshipOutcome.Kind.RENEWED, "came_on": row.renewal_on}
    return found


@read_or_write
def outcome_create(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    row = changeable(request, pk)
    form = OutcomeForm(request.POST if request.method == "POST" else None, initial=_likely(row, now))
    if request.method == "POST" and form.is_valid():
        noted = attempt(
            form, lambda: actions.note_outcome(actor=request.user, now=now, relationship=row, **form.cleaned_data)
        )
        if noted:
            said = _("Noted: %(what)s.") % {"what": noted.row.get_kind_display()}
            return done(request, said, step_id=noted.step.pk, to=safe_next(request, row.get_absolute_url()))
    context = {"form": form, "row": row, "next": safe_next(request, "")}
    heading = _("What became of %(name)s") % {"name": row}
    return form_page(request, "relationships/relationship_outcome_form.html", heading, context)


@read_or_write
def outcome_edit(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    meanwhile = Meanwhile(request, RelationshipOutcome, pk)
    row = _outcome(request, pk)
    form = OutcomeForm(request.POST if request.method == "POST" else None, instance=row)
    if request.method == "POST" and form.is_valid():
        with meanwhile.unchanged(form, row) as same:
            changed = same and attempt(
                form,
                lambda: actions.change_outcome(
                    actor=request.user, now=now, outcome=row, values=dict(form.cleaned_data)
                ),
            )
        if changed:
            to = safe_next(request, row.relationship.get_absolute_url())
            return done(request, _("Changed."), step_id=changed.step.pk, to=to)
    context = {
        "form": form,
        "outcome": row,
        "version": meanwhile.version,
        "back": reverse("relationship_detail", args=[row.relationship_id]),
        "next": safe_next(request, ""),
    }
    heading = _("What became of %(name)s") % {"name": row.relationship}
    return form_page(request, "relationships/relationship_outcome_form.html", heading, context)


@require_POST
def outcome_remove(request: PersonRequest, pk: int) -> HttpResponse:
    row = _outcome(request, pk)
    removed = actions.remove_outcome(actor=request.user, now=Now.read(), outcome_id=row.pk)
    to = safe_next(request, row.relationship.get_absolute_url())
    return done(request, _("No longer noted."), step_id=removed.step.pk, to=to)


@require_safe
def outcome_export(request: PersonRequest) -> HttpResponseBase:
    """All outcomes that the person answers for, with the standing as it was before each."""
    user = request.user
    if not (user.reach.everything or user.reach.managed):
        raise Http404
    found = RelationshipOutcome.objects.visible_to(user).gathered_for(user)

    def rows(keys: Sequence[int]) -> Iterator[Row]:
        for row, standings in queries.outcomes_with_standings(found.filter(pk__in=keys)):
            told = [row.kind, row.came_on, row.reason, row.worth_before, row.worth_after, settings.CURRENCY]
            yield [str(row.account), row.relationship.name, *told, *(value for one in standings for value in one)]

    # Names for a program that reads it: these are figures to reckon with.
    before = [f"{name}_{days}_days_before" for days in outcomes.DAYS_BEFORE for name in ("score", "band", "unknown")]
    names = ["organisation", "relationship", "outcome", "day", "why", "worth_before", "worth_after", "currency"]
    keys = downloads.keys_of(found.order_by("came_on", "pk"))
    listing = downloads.Listing(_("outcomes"), [Column(name) for name in [*names, *before]], keys, rows)
    return downloads.deliver(request, listing, page="health_settings")
