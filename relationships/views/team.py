"""Who looks after a relationship, how it goes to the next owner, and what becomes of it when somebody leaves."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.meanwhile import Meanwhile
from accounts.models import User
from accounts.requests import PersonRequest
from relationships import actions
from relationships.forms.team import HandOverForm, LeavingForm, MemberForm
from relationships.models import Relationship, RelationshipMember
from relationships.open_items import given_away, open_items
from relationships.views.common import attempt, changeable
from web.clock import Now
from web.responses import done, form_page


def still_seen(request: PersonRequest, row: Relationship) -> str:
    """The relationship's page, or the portfolio where it is no longer the person's to see."""
    fresh = User.objects.get(pk=request.user.pk)
    seen = Relationship.objects.visible_to(fresh).filter(pk=row.pk).exists()
    return row.get_absolute_url() if seen else reverse("portfolio")


# Colleagues with a part ----------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def member_add(request: PersonRequest, pk: int) -> HttpResponse:
    row = changeable(request, pk)
    form = MemberForm(request.POST if request.method == "POST" else None, user=request.user, relationship=row)
    if request.method == "POST" and form.is_valid():
        added = attempt(
            form,
            lambda: actions.add_member(actor=request.user, now=Now.read(), relationship=row, **form.cleaned_data),
        )
        if added:
            said = _("%(name)s has a part in %(partner)s.") % {"name": added.row.user, "partner": row}
            return done(request, said, step_id=added.step.pk, to=row.get_absolute_url())
    heading = _("Who else looks after %(partner)s") % {"partner": row}
    context = {"form": form, "verb": _("Add colleague"), "relationship": row}
    return form_page(request, "relationships/member_form.html", heading, context)


def _member(request: PersonRequest, pk: int) -> RelationshipMember:
    rows = RelationshipMember.objects.changeable_by(request.user)
    return get_object_or_404(rows.select_related("relationship__account", "user"), pk=pk)


@require_http_methods(["GET", "POST"])
def member_edit(request: PersonRequest, pk: int) -> HttpResponse:
    meanwhile = Meanwhile(request, RelationshipMember, pk)
    member = _member(request, pk)
    row = member.relationship
    form = MemberForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        relationship=row,
        instance=_member(request, pk),
    )
    if request.method == "POST" and form.is_valid():
        with meanwhile.unchanged(form, member) as same:
            changed = same and attempt(
                form,
                lambda: actions.change_member(actor=request.user, now=Now.read(), member=member, **form.cleaned_data),
            )
        if changed:
            return done(request, _("Changed."), step_id=changed.step.pk, to=row.get_absolute_url())
    heading = _("The part of %(name)s in %(partner)s") % {"name": member.user, "partner": row}
    context = {
        "form": form,
        "verb": _("Save"),
        "member": member,
        "version": meanwhile.version,
        "back": row.get_absolute_url(),
    }
    return form_page(request, "relationships/member_form.html", heading, context)


@require_POST
def member_remove(request: PersonRequest, pk: int) -> HttpResponse:
    member = _member(request, pk)
    removed = actions.remove_member(actor=request.user, now=Now.read(), member_id=member.pk)
    to = still_seen(request, member.relationship)
    gone = to != member.relationship.get_absolute_url()
    return done(request, f"{removed.step.said}.", step_id=removed.step.pk, to=to, go=gone)


# From one owner to the next ------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def relationship_hand_over(request: PersonRequest, pk: int) -> HttpResponse:
    user, now = request.user, Now.read()
    row = changeable(request, pk)
    form = HandOverForm(request.POST if request.method == "POST" else None, user=user, former=row.owner)
    if request.method == "POST" and form.is_valid():
        handed = attempt(
            form,
            lambda: actions.hand_over(actor=user, now=now, relationships=[row], **form.cleaned_data),
        )
        if handed:
            to = still_seen(request, row)
            gone = to != row.get_absolute_url()
            return done(request, f"{handed.step.said}.", step_id=handed.step.pk, to=to, go=gone)
    heading = _("Hand over %(partner)s") % {"partner": row}
    context = {"form": form, "items": open_items([row.pk], now), "given_away": given_away(user, [row])}
    return form_page(request, "relationships/hand_over_form.html", heading, context)


@require_http_methods(["GET", "POST"])
def person_deactivate(request: PersonRequest, pk: int) -> HttpResponse:
    """An administrator deactivates a person and says who takes over what they own."""
    user, now = request.user, Now.read()
    if not user.reach.everything:
        raise Http404
    leaving = get_object_or_404(User.objects.visible_to(user).filter(is_active=True), pk=pk)
    owned = Relationship.objects.changeable_by(user).filter(owner=leaving)
    count = owned.count()
    form = LeavingForm(request.POST or None, user=user, leaving=leaving)
    form.fields["to"].required = count > 0
    if request.method == "POST" and form.is_valid():
        gone = attempt(
            form,
            lambda: actions.let_go(actor=user, now=now, leaving=leaving, **form.cleaned_data),
        )
        if gone:
            said = _("%(name)s can no longer sign in.") % {"name": leaving}
            return done(request, said, step_id=gone.step.pk, to=reverse("person_list"), go=True)
    heading = _("Deactivate %(name)s") % {"name": leaving}
    context = {"form": form, "count": count, "leaving": leaving}
    return form_page(request, "relationships/person_deactivation.html", heading, context)
