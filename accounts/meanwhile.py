"""What somebody else changed while a form was open: the second is told, and both values are there."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User


def _newest_event(row: models.Model) -> Any:
    events: Any = row._meta.get_field("events").related_model
    return events._base_manager.filter(pgh_obj_id=row.pk).select_related("pgh_context").order_by("-pgh_id").first()


def version(row: models.Model) -> int:
    """The row's newest audit event; a form carries it to say what it was filled from."""
    event = _newest_event(row)
    return int(event.pgh_id) if event else 0


def tell(form: forms.ModelForm[Any], row: models.Model, shown: str) -> bool:
    """Whether the row is as the form showed it. If not, the form says who changed what; sent again, it stands.

    ``shown`` is the version that came with the form; one without any is taken as it is.
    """
    event = _newest_event(row)
    if event is None or not shown or shown == str(event.pgh_id):
        return True
    metadata = event.pgh_context.metadata if event.pgh_context else {}
    who = User.objects.filter(pk=metadata.get("user")).first()
    at = date_format(timezone.localtime(event.pgh_created_at), "H:i")
    form.add_error(
        None,
        _("%(name)s changed this at %(time)s while you typed. Your text is still here; save again to keep it.")
        % {"name": who or _("Somebody"), "time": at},
    )
    for name in form.fields:
        if name in form.cleaned_data and _is_column(row, name) and getattr(row, name) != form.cleaned_data[name]:
            display = getattr(row, f"get_{name}_display", None)
            value = display() if display else getattr(row, name)
            form.add_error(name, _("Now: %(value)s") % {"value": value if value not in (None, "") else _("nothing")})
    return False


def _is_column(row: models.Model, name: str) -> bool:
    return any(field.name == name for field in row._meta.concrete_fields)
