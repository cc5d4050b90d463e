"""What colleagues say to each other beside the talk, and what they put there: comments, links, files, next steps."""

from __future__ import annotations

import logging
from typing import TypeVar

from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.meanwhile import Meanwhile
from accounts.requests import PersonRequest
from relationships import actions, queries, words
from relationships.forms.comments import AttachmentForm, CommentForm
from relationships.models import Attachment, Comment, Commitment, Interaction, Mention, Relationship
from relationships.views.common import attempt, changeable
from web.clock import Now
from web.responses import done, form_page, safe_next

log = logging.getLogger(__name__)
About = TypeVar("About", Interaction, Commitment)


def _about(request: PersonRequest, name: str, rows: QuerySet[About]) -> About | None:
    """The entry or the promise that the address names; it has to be one of ``rows``."""
    number = request.GET.get(name, "")
    if not number:
        return None
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise Http404
    return get_object_or_404(rows, pk=int(number))


def _names(relationship: Relationship, request: PersonRequest, now: Now) -> list[str]:
    """Whom a mention would reach."""
    seeing = queries.who_sees(relationship, now).exclude(pk=request.user.pk)
    return list(seeing.order_by("name").values_list("name", flat=True))


def _said(row: Relationship, interaction: Interaction | None, commitment: Commitment | None) -> str:
    """What a comment is about, for the heading of its form."""
    if interaction is not None:
        said = {"how": interaction.get_channel_display(), "day": date_format(interaction.occurred_on, "j F")}
        return _("the %(how)s of %(day)s") % said
    return f"“{words.clipped(commitment.what, 60)}”" if commitment is not None else str(row)


@require_http_methods(["GET", "POST"])
def comment_create(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    row = changeable(request, pk)
    interaction = _about(request, "interaction", Interaction.objects.filter(relationship=row))
    commitment = None if interaction else _about(request, "commitment", Commitment.objects.filter(relationship=row))
    form = CommentForm(request.POST or None, names=_names(row, request, now))
    if request.method == "POST" and form.is_valid():
        written = attempt(
            form,
            lambda: actions.write_comment(
                actor=request.user,
                now=now,
                relationship=row,
                text=form.cleaned_data["text"],
                interaction=interaction,
                commitment=commitment,
            ),
        )
        if written:
            to = safe_next(request, written.row.stands_at())
            return done(request, _("Comment written."), step_id=written.step.pk, to=to)
    context = {
        "form": form,
        "relationship": row,
        "draft": f"comment-{row.pk}-{request.GET.urlencode()}",
        "action": request.get_full_path(),
        "next": safe_next(request, ""),
    }
    heading = _("Comment on %(what)s") % {"what": _said(row, interaction, commitment)}
    return form_page(request, "relationships/comment_form.html", heading, context)


@require_http_methods(["GET", "POST"])
def comment_edit(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    meanwhile = Meanwhile(request, Comment, pk)
    rows = Comment.objects.changeable_by(request.user).select_related("relationship__account")
    row = get_object_or_404(rows, pk=pk)
    form = CommentForm(request.POST or None, instance=row, names=_names(row.relationship, request, now))
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"]
        with meanwhile.unchanged(form, row) as same:
            changed = same and attempt(
                form, lambda: actions.change_comment(actor=request.user, now=now, comment=row, text=text)
            )
        if changed:
            to = safe_next(request, row.stands_at())
            return done(request, _("Comment changed."), step_id=changed.step.pk, to=to)
    context = {
        "form": form,
        "relationship": row.relationship,
        "version": meanwhile.version,
        "draft": f"comment-edit-{row.pk}",
        "back": row.stands_at(),
        "action": request.get_full_path(),
        "next": safe_next(request, ""),
    }
    return form_page(request, "relationships/comment_form.html", _("Change your comment"), context)


@require_POST
def comment_remove(request: PersonRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Comment.objects.changeable_by(request.user), pk=pk)
    removed = actions.remove_comment(actor=request.user, now=Now.read(), comment_id=row.pk)
    to = safe_next(request, removed.row.stands_at())
    return done(request, _("Comment removed."), step_id=removed.step.pk, to=to)


@require_POST
def mention_seen(request: PersonRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Mention.objects.visible_to(request.user).filter(user=request.user), pk=pk)
    seen = actions.see_mention(actor=request.user, now=Now.read(), mention_id=row.pk)
    return done(request, _("Seen."), step_id=seen.step.pk, to=safe_next(request, reverse("today")))


@require_http_methods(["GET", "POST"])
def attachment_create(request: PersonRequest, pk: int) -> HttpResponse:
    row = changeable(request, pk)
    interaction = _about(request, "interaction", Interaction.objects.filter(relationship=row))
    bound = request.method == "POST"
    form = AttachmentForm(request.POST if bound else None, request.FILES if bound else None)
    if bound and form.is_valid():
        added = attempt(
            form,
            lambda: actions.add_attachment(
                actor=request.user, now=Now.read(), relationship=row, interaction=interaction, **form.cleaned_data
            ),
        )
        if added:
            said = _("%(name)s added.") % {"name": added.row.title}
            to = safe_next(request, row.get_absolute_url())
            return done(request, said, step_id=added.step.pk, to=to)
    context = {"form": form, "action": request.get_full_path(), "next": safe_next(request, "")}
    heading = _("A link or a file for %(partner)s") % {"partner": row}
    return form_page(request, "relationships/attachment_form.html", heading, context)


@require_GET
def attachment_download(request: PersonRequest, pk: int) -> HttpResponseBase:
    """The file, and only ever as an attachment: whatever is in it is never shown as a page of this site."""
    row = get_object_or_404(Attachment.objects.visible_to(request.user).exclude(file=""), pk=pk)
    try:
        content = row.file.open("rb")
    except FileNotFoundError:
        log.error("The file of attachment %d is not in the store: %s", row.pk, row.file.name)
        return render(request, "relationships/attachment_missing.html", {"attachment": row}, status=404)
    answer = FileResponse(content, as_attachment=True, filename=row.title, content_type="application/octet-stream")
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_POST
def attachment_remove(request: PersonRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Attachment.objects.changeable_by(request.user), pk=pk)
    removed = actions.remove_attachment(actor=request.user, now=Now.read(), attachment_id=row.pk)
    to = safe_next(request, removed.row.relationship.get_absolute_url())
    return done(request, _("%(name)s removed.") % {"name": removed.row.title}, step_id=removed.step.pk, to=to)


@require_POST
def next_step_done(request: PersonRequest, pk: int) -> HttpResponse:
    rows = Interaction.objects.changeable_by(request.user).exclude(next_step="").filter(next_step_done_on=None)
    row = get_object_or_404(rows, pk=pk)
    finished = actions.finish_next_step(actor=request.user, now=Now.read(), interaction_id=row.pk)
    said = _("Done: %(what)s") % {"what": row.next_step}
    to = safe_next(request, finished.row.relationship.get_absolute_url())
    return done(request, said, step_id=finished.step.pk, to=to)
