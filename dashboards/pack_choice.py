"""Of which partner a review pack is prepared: where one begins with the book and not with a relationship."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.requests import PersonRequest
from relationships.forms.partner import NEAREST, PartnerField, offer_partners, partners_of
from relationships.models import Relationship
from web.clock import Now

SOON = 90


class PackChoiceForm(forms.Form):
    relationship = PartnerField()

    def __init__(self, *args: Any, user: User, now: Now, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What renews next is reviewed first.
        soon = Relationship.objects.changeable_by(user).of_book(user).renewing_within(SOON, now)
        first = soon.select_related("account", "agreement", "owner").order_by("renewal_on", "pk")[:NEAREST]
        offer_partners(self, partners_of(user), user=user, now=now, first=list(first))


@require_GET
def pack_choice(request: PersonRequest) -> HttpResponse:
    """Changes nothing: the choice stands in the address."""
    form = PackChoiceForm(request.GET if "relationship" in request.GET else None, user=request.user, now=Now.read())
    if form.is_bound and form.is_valid():
        return redirect("review_pack", pk=form.cleaned_data["relationship"].pk)
    status = 422 if form.is_bound else 200
    return render(request, "dashboards/pack_choice.html", {"form": form}, status=status)
