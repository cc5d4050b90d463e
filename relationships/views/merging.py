"""Two organisations that are one: what would move, and the merger."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import Account, Merge, NotTheSame, User
from accounts.requests import PersonRequest
from relationships import actions
from relationships.forms.merging import MergeForm
from relationships.merging import what_moves, words_apart, words_merged
from relationships.views.common import attempt
from web.clock import Now
from web.responses import done, form_page


@require_http_methods(["GET", "HEAD", "POST"])
def account_merge(request: PersonRequest, pk: int) -> HttpResponse:
    """With ``other`` in the address what would move is said before anything does; so is who said that they are two."""
    user, now = request.user, Now.read()
    kept = Account.objects.changeable_by(user).filter(pk=pk).first()
    if kept is None:
        return _merged_already(request, pk, now)
    data = request.POST if request.method == "POST" else request.GET if "other" in request.GET else None
    form = MergeForm(data, user=user, kept=kept)
    other = form.cleaned_data["other"] if form.is_valid() else None
    if form.chosen is not None and _merge_of(user, form.chosen) is not None:
        return _merged_already(request, form.chosen, now)
    if request.method == "POST" and other is not None:
        told_apart = form.cleaned_data["told_apart"]
        merged = attempt(
            form, lambda: actions.merge_accounts(actor=user, now=now, kept=kept, gone=other, told_apart=told_apart)
        )
        if merged:
            to = kept.get_absolute_url()
            return done(request, f"{merged.step.said}.", step_id=merged.step.pk, to=to, go=True)
    may = other is not None and actions.may_merge(user, kept, other)
    apart = None
    if other is not None and may:
        apart = NotTheSame.objects.said_of(kept.pk, other.pk).select_related("said_by").first()
    context = {
        "form": form,
        "kept": kept,
        "other": other,
        "may": may,
        "apart": apart,
        "said_apart": words_apart(apart, user, now) if apart else "",
        "moves": what_moves(kept, other) if other is not None and may else [],
    }
    heading = _("Merge with %(name)s") % {"name": kept}
    if other is not None:
        heading = _("Merge %(other)s into %(name)s") % {"name": kept, "other": other}
    return form_page(request, "relationships/merge_form.html", heading, context)


def _merge_of(user: User, gone_id: int) -> Merge | None:
    """What became of an organisation that is no more, for whoever may see what it became."""
    rows = Merge.objects.visible_to(user).select_related("account", "merged_by").filter(values__id=gone_id)
    return rows.first()


def _merged_already(request: PersonRequest, gone_id: int, now: Now) -> HttpResponse:
    """Somebody was quicker, or the page is of before: what it became, and who did that and when."""
    merge = _merge_of(request.user, gone_id)
    if merge is None:
        raise Http404
    context = {
        "merge": merge, "said": words_merged(merge, request.user, now), "back": merge.account.get_absolute_url(),
    }  # fmt: skip
    response = form_page(request, "relationships/merged_already.html", _("Merged already"), context)
    response.status_code = 422 if request.method == "POST" else 200
    return response
