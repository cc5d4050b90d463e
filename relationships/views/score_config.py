"""The page *Health* of the settings: how relationships are judged, for all to read, and for administrators to set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import PersonRequest
from relationships import actions, score_words, weighing
from relationships.forms.score_config import ScoreForm, signature
from relationships.models import Relationship, RelationshipOutcome, ScoreConfig, Standing
from relationships.score_words import Moved
from relationships.views.common import attempt
from web.clock import Now
from web.downloads import menu_of
from web.paging import page
from web.responses import done


@dataclass(frozen=True, slots=True)
class Shown:
    """Before and after of some numbers, in words."""

    says: list[str]
    moved: list[Moved]
    looked: str


def _compare(request: PersonRequest, force: ScoreConfig, numbers: dict[str, int]) -> Shown:
    """Two queries, for any number of relationships."""
    standing = Standing.objects.visible_to(request.user).going_on()
    found = weighing.compare(standing.kept(), force.scale, ScoreConfig(version=0, **numbers).scale)
    named = Relationship.objects.visible_to(request.user).select_related("account")
    rows = named.in_bulk([one.pk for one in found.moved])
    moved = [score_words.moved(one, rows[one.pk]) for one in found.moved if one.pk in rows]
    return Shown(score_words.comparison(found), moved, signature(numbers))


@require_http_methods(["GET", "HEAD", "POST"])
def health_settings(request: PersonRequest) -> HttpResponse:
    """First before and after of all relationships is shown; then, with a reason, it is applied as a version."""
    now, writes = Now.read(), request.user.reach.everything
    force = ScoreConfig.objects.in_force()
    if request.method == "POST" and not writes:
        raise Http404
    former = _former(request) if writes else None
    form = ScoreForm(request.POST if request.method == "POST" else None, numbers=(former or force).numbers)
    if form.applies and form.is_valid():
        applied = attempt(form, lambda: _apply(request, form, now))
        if applied:
            said = _("Version %(version)s is in force: all relationships are judged by it.") % {
                "version": applied.row.version
            }
            return done(request, said, step_id=applied.step.pk, to=reverse("health_settings"))
        force = ScoreConfig.objects.in_force()
    shown = _compare(request, force, form.numbers) if form.complete else None
    if former is not None and not form.is_bound:
        shown = _compare(request, force, former.numbers)
    versions = ScoreConfig.objects.visible_to(request.user).select_related("made_by")
    context = {
        "form": form if writes else None,
        "force": force,
        "former": former,
        "shown": shown,
        "published": score_words.published(force.numbers),
        "versions": page(versions, order=("-version",), after=request.GET.get("after", "")),
        "rule": score_words.feelings_rule(),
        "outcomes": _outcomes(request),
        "download": menu_of("outcome_export"),
        "writes": writes,
    }
    return render(request, "relationships/health_settings.html", context, status=422 if form.errors else 200)


def _apply(request: PersonRequest, form: ScoreForm, now: Now) -> Any:
    values = form.cleaned_data
    return actions.set_score(actor=request.user, now=now, numbers=form.numbers, why=values["why"], seen=values["seen"])


def _former(request: PersonRequest) -> ScoreConfig | None:
    """The version that is to be taken back, as the address names it."""
    wanted = request.GET.get("version", "")
    if not wanted:
        return None
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 9):
        raise Http404
    return get_object_or_404(ScoreConfig.objects.visible_to(request.user), version=int(wanted))


def _outcomes(request: PersonRequest) -> int | None:
    """How many outcomes the person may look at together; none where they may not."""
    if not (request.user.reach.everything or request.user.reach.managed):
        return None
    return RelationshipOutcome.objects.visible_to(request.user).gathered_for(request.user).count()
