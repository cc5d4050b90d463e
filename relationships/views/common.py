"""What the pages around a relationship share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.shortcuts import get_object_or_404

from accounts.requests import PersonRequest
from accounts.undo import Done
from relationships.models import Relationship

Deed = TypeVar("Deed", bound=Done[Any])


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


def attempt(form: BaseForm, verb: Callable[[], Deed]) -> Deed | None:
    """What the verb did; nothing where a rule forbids it, and then the form says which."""
    try:
        return verb()
    except ValidationError as error:
        wrong(form, error)
        return None
