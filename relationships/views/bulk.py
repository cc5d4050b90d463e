"""What is done with many relationships at once, chosen in the portfolio."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.requests import PersonRequest
from accounts.undo import Done
from relationships import actions
from relationships.forms.bulk import CadenceForm, TagsForm, TeamForm, TierForm
from relationships.forms.portfolio import PortfolioForm
from relationships.forms.team import HandOverForm
from relationships.models import Relationship
from relationships.open_items import given_away, open_items
from relationships.views.common import attempt
from web.clock import Now
from web.responses import done, form_page, safe_next

# So many can be changed at once; so many are named.
MOST = 2000
NAMED = 7


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing to do with many: what its form asks and which verb it calls."""

    heading: Any
    button: Any
    form: Callable[..., forms.Form]
    verb: Callable[..., Done[list[int]]]


DEEDS = {
    "owner": Deed(gettext_lazy("Hand over"), gettext_lazy("Hand over"), HandOverForm, actions.hand_over),
    "team": Deed(gettext_lazy("Change the team"), gettext_lazy("Set the team"), TeamForm, actions.move_to_team),
    "tags": Deed(gettext_lazy("Change tags"), gettext_lazy("Change tags"), TagsForm, actions.retag),
    "tier": Deed(gettext_lazy("Change the tier"), gettext_lazy("Set the tier"), TierForm, actions.set_tier),
    "cadence": Deed(
        gettext_lazy("Change the rhythm"), gettext_lazy("Set the rhythm"), CadenceForm, actions.assume_cadence
    ),
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The relationships to change, or why nothing can be done with this choice."""

    rows: list[Relationship]
    refusal: str = ""


def _keys(values: QueryDict) -> set[int]:
    """The keys that an address or a form names: one each, or several parted by commas."""
    words = ",".join(values.getlist("rows")).split(",")
    return {int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 19}


def _chosen(user: User, values: QueryDict, now: Now) -> Chosen:
    changeable = Relationship.objects.changeable_by(user).select_related("account", "agreement", "owner")
    asked = 0
    if values.get("fits"):
        filters = PortfolioForm(values, user=user)
        rows = filters.narrow(changeable, now)
        if state := filters.wanted_state:
            rows = rows.in_state(state, now)
    else:
        keys = _keys(values)
        asked = len(keys)
        rows = changeable.filter(pk__in=keys) if asked <= MOST else changeable.none()
    found = list(rows.order_by("account__name_key", "name", "pk")[: MOST + 1])
    if max(asked, len(found)) > MOST:
        return Chosen(
            [], _("More than %(most)s are chosen. Narrow the list and do it in parts.") % {"most": f"{MOST:,}"}
        )
    if asked > len(found):
        return Chosen([], actions.not_yours(asked - len(found)))
    if not found:
        return Chosen([], _("Nothing is chosen. Tick partners in the portfolio first."))
    return Chosen(found)


def _form(deed: Deed, request: PersonRequest, rows: list[Relationship]) -> forms.Form:
    data = request.POST if request.method == "POST" else None
    if deed.form is HandOverForm:
        owners = {row.owner for row in rows}
        return HandOverForm(data, user=request.user, former=owners.pop() if len(owners) == 1 else None)
    if deed.form is TeamForm:
        return TeamForm(data, user=request.user, present={row.team_id for row in rows})
    if deed.form is CadenceForm:
        return CadenceForm(data, agreed=_agreed(rows), chosen=len(rows))
    return deed.form(data)


def _agreed(rows: list[Relationship]) -> int:
    """How many have a rhythm that somebody of theirs agreed to."""
    return sum(1 for row in rows if row.agreement is not None and not row.agreement.assumed)


def _about(name: str, rows: list[Relationship], user: User, now: Now) -> dict[str, Any]:
    """What to know before it is done."""
    about: dict[str, Any] = {}
    if name == "owner":
        about |= {"items": open_items([row.pk for row in rows], now), "given_away": given_away(user, rows)}
    if name == "tags":
        about["tags"] = sorted({tag for row in rows for tag in row.tags})[:20]
    return about


@require_http_methods(["GET", "POST"])
def relationship_bulk(request: PersonRequest) -> HttpResponse:
    now = Now.read()
    values = request.POST if request.method == "POST" else request.GET
    chosen = _chosen(request.user, values, now)
    if chosen.refusal:
        refused = {"refusal": chosen.refusal}
        return form_page(request, "relationships/bulk_refusal.html", _("Change many at once"), refused)
    name = values.get("deed", "")
    if name not in DEEDS:
        raise Http404
    deed = DEEDS[name]
    form = _form(deed, request, chosen.rows)
    if request.method == "POST" and form.is_valid():
        verb = partial(deed.verb, actor=request.user, now=now, relationships=chosen.rows, **form.cleaned_data)
        did = attempt(form, verb)
        if did:
            to = safe_next(request, reverse("portfolio"))
            return done(request, f"{did.step.said}.", step_id=did.step.pk, to=to)
    context: dict[str, Any] = {
        "form": form,
        "deed": name,
        "button": deed.button,
        "keys": ",".join(str(row.pk) for row in chosen.rows),
        "named": chosen.rows[:NAMED],
        "more": len(chosen.rows) - NAMED,
        "next": safe_next(request, ""),
        **_about(name, chosen.rows, request.user, now),
    }
    count = len(chosen.rows)
    partners = ngettext("%(count)d relationship", "%(count)d relationships", count) % {"count": count}
    heading = f"{deed.heading}: {chosen.rows[0] if count == 1 else partners}"
    return form_page(request, "relationships/bulk_form.html", heading, context)
