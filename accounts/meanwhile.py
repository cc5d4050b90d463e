"""What somebody else changed while a form was open: the second is told, and both values are there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.db import models, transaction
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User

# The version of a row that is not there yet: a form that would make it is told, too, that somebody else has.
NO_EVENT = "0"


class Meanwhile:
    """One form that changes one row. Make it before the row is read, so that no change falls between the two.

    ``version`` is the row's newest audit event as the form shows it; the form carries it as a hidden field. A form
    that is shown again for another reason keeps the one it came with.
    """

    def __init__(self, request: HttpRequest, model: type[models.Model], pk: int) -> None:
        self.version = request.POST.get("version", "") if request.method == "POST" else _newest(model, pk)

    @contextmanager
    def unchanged(self, form: forms.BaseForm, row: models.Model) -> Iterator[bool]:
        """Whether the row, which nobody else changes inside the block, is as the form showed it.

        If not, the form says who changed what; sent again, it stands. A form without a version is taken as it is.
        Raises ``Http404`` when the row is gone.
        """
        with transaction.atomic():
            rows: models.QuerySet[Any] = row.__class__._base_manager.all()
            held = rows.select_for_update(no_key=True).filter(pk=row.pk).first()
            if held is None:
                raise Http404
            newest = _newest(row.__class__, row.pk)
            same = not self.version or newest in (self.version, NO_EVENT)
            if not same:
                _tell(form, held, shown=self.version, newest=newest)
                self.version = newest
            yield same


def _events(model: type[models.Model]) -> Any:
    return model._meta.get_field("events").related_model


def _newest(model: type[models.Model], pk: int) -> str:
    newest = _events(model)._base_manager.filter(pgh_obj_id=pk).aggregate(newest=models.Max("pgh_id"))["newest"]
    return str(newest or NO_EVENT)


def _tell(form: forms.BaseForm, row: models.Model, *, shown: str, newest: str) -> None:
    """Who changed it and when, and at each field that they changed what stands there now."""
    event = _events(row.__class__)._base_manager.select_related("pgh_context").get(pgh_id=newest)
    metadata = event.pgh_context.metadata if event.pgh_context else {}
    who = User.objects.filter(pk=metadata.get("user")).first()
    at = date_format(timezone.localtime(event.pgh_created_at), "H:i")
    said = {"name": who or _("Somebody"), "time": at}
    form.add_error(
        None,
        _("Changed by %(name)s at %(time)s while you typed. Your text is still here; save again to keep it.") % said,
    )
    former = _former(row, shown)
    columns = {field.name: field.attname for field in row._meta.concrete_fields}
    for name in [name for name in form.fields if name in form.cleaned_data and name in columns]:
        now = getattr(row, columns[name])
        theirs = former is None or not hasattr(former, columns[name]) or getattr(former, columns[name]) != now
        if theirs and getattr(row, name) != form.cleaned_data[name]:
            display = getattr(row, f"get_{name}_display", None)
            value = display() if display else getattr(row, name)
            form.add_error(name, _("Now: %(value)s") % {"value": value if value not in (None, "") else _("nothing")})


def _former(row: models.Model, shown: str) -> Any:
    """The row as the form showed it; ``None`` where that is not known."""
    if not (shown.isascii() and shown.isdigit() and len(shown) < 19):
        return None
    return _events(row.__class__)._base_manager.filter(pgh_obj_id=row.pk, pgh_id=int(shown)).first()
