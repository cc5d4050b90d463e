"""What the pages around a relationship share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.requests import PersonRequest
from accounts.sent import once
from accounts.undo import Done
from relationships.models import Relationship
from web.clock import Now
from web.responses import done

Deed = TypeVar("Deed", bound=Done[Any])
Row = TypeVar("Row", bound=models.Model)


def changeable(request: PersonRequest, pk: int) -> Relationship:
    """The relationship if the person may change it; otherwise it does not exist for them."""
    rows = Relationship.objects.changeable_by(request.user).select_related(
        "account", "agreement__agreed_with", "agreement__made_by", "owner", "team"
    )
    return get_object_or_404(rows, pk=pk)


def wrong(form: BaseForm, error: ValidationError) -> None:
    """Put a broken rule at its field; at the top where the form does not have it."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for field, errors in error.error_dict.items():
        form.add_error(field if field in form.fields else None, errors)


def attempt_once(
    form: BaseForm, verb: Callable[..., Done[Row]], model: type[Row], *, request: PersonRequest, now: Now, **values: Any
) -> tuple[Done[Row] | None, bool]:
    """As ``attempt``, and whether it was done before: the same, sent again by the same person, makes no second row."""
    try:
        return once(lambda: verb(actor=request.user, now=now, **values), model, values, actor=request.user, now=now)
    except ValidationError as error:
        wrong(form, error)
        return None, False


def known_already(request: PersonRequest, deed: Done[Any]) -> HttpResponse:
    """Lead to what the same form has made before, and say so."""
    said = _("This was noted already; here it is. Change it here if it should say something else.")
    return done(request, said, step_id=deed.step.pk, to=deed.row.get_absolute_url(), go=True)


def attempt(form: BaseForm, verb: Callable[[], Deed]) -> Deed | None:
    """What the verb did; nothing where a rule forbids it, and then the form says which."""
    try:
        return verb()
    except ValidationError as error:
        wrong(form, error)
        return None
