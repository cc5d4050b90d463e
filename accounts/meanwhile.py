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

from accounts.history import Newest, events_of, newest_of, people_of


class Meanwhile:
    """One form that changes one row. Make it before the row is read, so that no change falls between the two.

    ``version`` is the row's newest audit event as the form shows it; the form carries it as a hidden field. A form
    that is shown again for another reason keeps the one it came with.
    """

    def __init__(self, request: HttpRequest, model: type[models.Model], pk: int) -> None:
        self.version = request.POST.get("version", "") if request.method == "POST" else str(_newest(model, pk).id)

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
            same = not self.version or not newest.id or str(newest.id) == self.version
            if not same:
                _tell(form, held, shown=self.version, newest=newest)
                self.version = str(newest.id)
            yield same


def _newest(model: type[models.Model], pk: int) -> Newest:
    named = (model._meta.label, pk)
    return newest_of([named])[named]


def _tell(form: forms.BaseForm, row: models.Model, *, shown: str, newest: Newest) -> None:
    """Who changed it and when, and at each field that they changed what stands there now."""
    who = next(iter(people_of([newest.metadata]).values()), None)
    at = date_format(timezone.localtime(newest.at), "H:i")
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
    return events_of(row.__class__)._base_manager.filter(pgh_obj_id=row.pk, pgh_id=int(shown)).first()
