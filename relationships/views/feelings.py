"""How a relationship feels, said by whoever looks after it; never seen by the partner, and no evidence."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.meanwhile import Meanwhile
from accounts.requests import PersonRequest
from relationships import actions
from relationships.forms.feelings import FeelingForm
from relationships.models import Feeling
from relationships.views.common import attempt, changeable
from web.clock import Now
from web.responses import done, form_page, safe_next

read_or_write = require_http_methods(["GET", "POST"])


def _feeling(request: PersonRequest, pk: int) -> Feeling:
    rows = Feeling.objects.changeable_by(request.user).select_related("relationship__account")
    return get_object_or_404(rows, pk=pk)


@read_or_write
def feeling_create(request: PersonRequest, pk: int) -> HttpResponse:
    """From the page a word is one tap; what was said in a line on the same day stays beside it."""
    now = Now.read()
    row = changeable(request, pk)
    form = FeelingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        word, note = form.cleaned_data["word"], form.cleaned_data["note"] if "note" in request.POST else None
        felt = attempt(form, lambda: actions.feel(actor=request.user, now=now, relationship=row, word=word, note=note))
        if felt:
            said = _("Noted for today: %(word)s. The standing stays as the evidence has it.") % {
                "word": felt.row.get_word_display()
            }
            return done(request, said, step_id=felt.step.pk, to=safe_next(request, row.get_absolute_url()))
    context = {"form": form, "row": row, "verb": _("Note it"), "next": safe_next(request, "")}
    return form_page(request, "relationships/feeling_form.html", _("How %(name)s feels") % {"name": row}, context)


@read_or_write
def feeling_edit(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    meanwhile = Meanwhile(request, Feeling, pk)
    row = _feeling(request, pk)
    form = FeelingForm(request.POST if request.method == "POST" else None, instance=row)
    if request.method == "POST" and form.is_valid():
        with meanwhile.unchanged(form, row) as same:
            changed = same and attempt(
                form,
                lambda: actions.change_feeling(actor=request.user, now=now, feeling=row, **form.cleaned_data),
            )
        if changed:
            to = safe_next(request, row.relationship.get_absolute_url())
            return done(request, _("Changed."), step_id=changed.step.pk, to=to)
    context = {
        "form": form,
        "feeling": row,
        "version": meanwhile.version,
        "verb": _("Save"),
        "back": reverse("relationship_detail", args=[row.relationship_id]),
        "next": safe_next(request, ""),
    }
    heading = _("How %(name)s feels") % {"name": row.relationship}
    return form_page(request, "relationships/feeling_form.html", heading, context)


@require_POST
def feeling_remove(request: PersonRequest, pk: int) -> HttpResponse:
    row = _feeling(request, pk)
    removed = actions.remove_feeling(actor=request.user, now=Now.read(), feeling_id=row.pk)
    to = safe_next(request, row.relationship.get_absolute_url())
    return done(request, _("No longer said."), step_id=removed.step.pk, to=to)
