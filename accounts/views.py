"""Pages of people, teams and organisations."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.account.utils import perform_login
from django.apps import apps
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models
from django.db.models import F, Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from accounts import actions, forms, invitations, queries
from accounts.history import newest_of
from accounts.meanwhile import Meanwhile
from accounts.models import (
    Account,
    AccountAlias,
    Affiliation,
    Cover,
    ExternalId,
    Invitation,
    Likeness,
    Merge,
    OneToOne,
    Team,
    UndoStep,
    User,
)
from accounts.requests import PersonRequest
from accounts.undo import (
    Done,
    TooLateError,
    deeds_of,
    is_taken_back,
    newest_standing,
    place_of,
    steps_of,
    take_back,
    told_of,
    watched_by,
)
from web import dates, downloads, sheets
from web.clock import Now
from web.paging import page
from web.responses import done, form_page, safe_next

read_or_write = require_http_methods(["GET", "HEAD", "POST"])


# So many seconds for what takes longer to read.
LONGER = 20


def _said(
    request: HttpRequest, deed: Done[Any], *, to: str, go: bool = False, again: bool = False, place: str = ""
) -> HttpResponse:
    # What stayed comes first: a message that is too long loses its end.
    said = f"{deed.left} {deed.step.said.rstrip('.')}.".strip()
    seconds = LONGER if deed.left else 0
    return done(request, said, to=to, step_id=deed.step.pk, go=go, again=again, place=place, seconds=seconds)


def _refused(request: PersonRequest, why: str, *, to: str, where: str = "") -> HttpResponse:
    """A deed of one button that could not be done: there is no form to show it in. ``where`` is its history's page."""
    if request.htmx:
        response = HttpResponse(status=204)
        link = {"link_url": where, "link_label": _("History")} if where else {}
        response["HX-Trigger"] = json.dumps({"toast": {"message": why, "bad": True, **link}})
        return response
    messages.error(request, why, extra_tags=where)
    return HttpResponseRedirect(to)


def _search(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\x00", "").strip()


def _show(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """A page with a form: as it is, or again with what is wrong."""
    return render(request, template, context, status=422 if request.method == "POST" else 200)


def _small(request: HttpRequest, heading: str, form: Any, verb: str, **more: Any) -> HttpResponse:
    """A form that fits the dialog."""
    return form_page(request, "accounts/small_form.html", heading, {"form": form, "verb": verb, **more})


# Taking back -------------------------------------------------------------------------------------------------------


def _came_from(request: HttpRequest) -> str:
    referer = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(referer, {request.get_host()}, request.is_secure())
    parts = urlsplit(referer)
    if not ours or not parts.path:
        return reverse("today")
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _gone_from(step: UndoStep, user: User, path: str) -> type[models.Model] | None:
    """The kind of the row whose page ``path`` is, if the deed was about it and it is no more."""
    for label, pk in watched_by(step):
        model = apps.get_model(label)
        if hasattr(model, "get_absolute_url") and path.startswith(model(pk=pk).get_absolute_url()):
            return None if model._default_manager.visible_to(user).filter(pk=pk).exists() else model
    return None


@require_POST
def undo(request: PersonRequest, step_id: int) -> HttpResponse:
    return _undo(request, get_object_or_404(UndoStep.objects.visible_to(request.user), pk=step_id))


# What one has just done: a key pressed by mistake must not take back what was done yesterday.
JUST = timedelta(hours=1)


@require_POST
def undo_latest(request: PersonRequest) -> HttpResponse:
    """For the key, when the message with its button is gone: each press goes one deed further back."""
    step = newest_standing(request.user, since=Now.read().instant - JUST)
    if step is None:
        why = _("Nothing that you did in the last hour is left to take back.")
        return _refused(request, why, to=_came_from(request), where=reverse("history"))
    return _undo(request, step)


def _undo(request: PersonRequest, step: UndoStep) -> HttpResponse:
    to = _came_from(request)
    try:
        undone = take_back(step_id=step.pk, actor=request.user, now=Now.read())
    except TooLateError as error:
        return _refused(request, " ".join(error.messages), to=to, where=error.where)
    except ValidationError as error:
        return _refused(request, " ".join(error.messages), to=to)
    except ObjectDoesNotExist:
        return _refused(request, _("This is no longer yours to change, so it stays as it is."), to=to)
    again = is_taken_back(undone.step.said)
    gone = _gone_from(step, request.user, to)
    if gone is not None:
        away = "account_list" if gone is Account else "today"
        return _said(request, undone, to=reverse(away), go=True, again=again)
    place = place_of(undone.step, request.user)
    return _said(request, undone, to=to, again=again, place="" if place == urlsplit(to).path else place)


@require_safe
def history(request: PersonRequest) -> HttpResponse:
    """What the person did in the last 30 days, and what of it can still be taken back."""
    deeds, after = deeds_of(request.user, now=Now.read(), after=request.GET.get("after", ""))
    context = {"deeds": deeds, "after": after, "download": downloads.menu_of("history_download")}
    return render(request, "accounts/history.html", context)


@require_GET
def history_download(request: PersonRequest) -> HttpResponseBase:
    user, now = request.user, Now.read()

    def rows(keys: Sequence[int]) -> Iterable[sheets.Row]:
        return queries.deeds_in_cells(told_of(downloads.by_key(steps_of(user, now), keys), user, now), user.zone)

    keys = downloads.keys_of(steps_of(user, now).order_by("-done_at", "-id"))
    listing = downloads.Listing(_("history"), queries.deed_columns(user.zone), keys, rows)

    return downloads.deliver(request, listing, page="history")


# People ------------------------------------------------------------------------------------------------------------


def _administrators_only(user: User) -> None:
    if not user.reach.everything:
        raise Http404


def _person(request: PersonRequest, person_id: int) -> User:
    _administrators_only(request.user)
    return get_object_or_404(queries.people(request.user), pk=person_id)


STATES = [
    ("", gettext_lazy("Everybody")),
    ("active", gettext_lazy("Active")),
    ("invited", gettext_lazy("Invited")),
    ("uninvited", gettext_lazy("Not invited")),
    ("deactivated", gettext_lazy("Deactivated")),
]


@require_safe
def person_list(request: PersonRequest) -> HttpResponse:
    _administrators_only(request.user)
    search, state = _search(request), request.GET.get("state", "")
    people = queries.people(request.user, search=search, state=state)
    shown = page(people, order=("name", "id"), after=request.GET.get("after", ""))
    context = {
        "page": shown,
        "search": search,
        "state": state,
        "states": STATES,
        "now": Now.read().instant,
        "download": downloads.menu(request, "person_download"),
    }
    return render(request, "accounts/person_list.html", context)


@require_GET
def person_download(request: PersonRequest) -> HttpResponseBase:
    _administrators_only(request.user)
    people = queries.people(request.user, search=_search(request), state=request.GET.get("state", ""))

    def rows(keys: Sequence[int]) -> Iterable[sheets.Row]:
        return queries.people_in_cells(downloads.by_key(queries.people(request.user), keys))

    keys = downloads.keys_of(people.order_by("name", "id"))
    listing = downloads.Listing(_("people"), queries.people_columns(), keys, rows)
    return downloads.deliver(request, listing, page="person_list")


@read_or_write
def person_invite(request: PersonRequest) -> HttpResponse:
    _administrators_only(request.user)
    data = request.POST if request.method == "POST" else None
    form = forms.PersonForm(data)
    roles = forms.role_forms(request.user, data)
    if form.is_valid() & roles.is_valid():
        deed = forms.attempt(
            form,
            lambda: actions.invite_person(actor=request.user, now=Now.read(), roles=roles.roles(), **form.cleaned_data),
        )
        if deed:
            return _said(request, deed, to=reverse("person_list"))
    return _show(request, "accounts/person_invite.html", {"form": form, "roles": roles})


@read_or_write
def person_edit(request: PersonRequest, person_id: int) -> HttpResponse:
    person = _person(request, person_id)
    data = request.POST if request.method == "POST" else None
    form = forms.PersonForm(data, person=person)
    roles = forms.role_forms(request.user, data, person=person)
    if form.is_valid() & roles.is_valid():
        deed = forms.attempt(
            form,
            lambda: actions.change_person(
                actor=request.user, now=Now.read(), person=person, values=form.cleaned_data, roles=roles.roles()
            ),
        )
        if deed:
            return _said(request, deed, to=reverse("person_edit", args=[person.pk]))
    invitation = person.invitations.open().first()
    context = {"person": person, "form": form, "roles": roles, "invitation": invitation, "now": Now.read().instant}
    return _show(request, "accounts/person_detail.html", context)


@require_POST
def person_invite_again(request: PersonRequest, person_id: int) -> HttpResponse:
    person = _person(request, person_id)
    to = reverse("person_edit", args=[person.pk])
    try:
        return _said(request, actions.invite_again(actor=request.user, now=Now.read(), person=person), to=to)
    except ValidationError as error:
        return _refused(request, " ".join(error.messages), to=to)


@require_POST
def person_reactivate(request: PersonRequest, person_id: int) -> HttpResponse:
    person = _person(request, person_id)
    to = reverse("person_edit", args=[person.pk])
    try:
        return _said(request, actions.reactivate_person(actor=request.user, now=Now.read(), person=person), to=to)
    except ValidationError as error:
        return _refused(request, " ".join(error.messages), to=to)


@require_POST
def invitation_withdraw(request: PersonRequest, invitation_id: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation.objects.visible_to(request.user).open(), pk=invitation_id)
    deed = actions.withdraw_invitation(actor=request.user, now=Now.read(), invitation=invitation)
    return _said(request, deed, to=reverse("person_edit", args=[invitation.user_id]))


@never_cache
@sensitive_post_parameters("password")
@read_or_write
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Open to whoever holds the link. Reading it changes nothing: scanners of mail follow links."""
    now = Now.read()
    found = invitations.find(token, now)
    if found is None:
        return render(request, "accounts/invitation_over.html", status=410)
    form = forms.InvitationForm(request.POST if request.method == "POST" else None, person=found.user)
    if form.is_valid():
        try:
            person = actions.accept_invitation(now=now, invitation=found, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            logout(request)
            response: HttpResponse = perform_login(request, person)
            return response
    return _show(request, "accounts/invitation.html", {"form": form, "invitation": found})


@read_or_write
def settings(request: PersonRequest) -> HttpResponse:
    person = User.objects.get(pk=request.user.pk)
    form = forms.SettingsForm(request.POST if request.method == "POST" else None, instance=person)
    if form.is_valid():
        deed = forms.attempt(
            form, lambda: actions.change_settings(actor=request.user, now=Now.read(), values=form.cleaned_data)
        )
        if deed:
            return _said(request, deed, to=reverse("settings"))
    return _show(request, "accounts/settings.html", {"form": form})


# Teams -------------------------------------------------------------------------------------------------------------


@require_safe
def team_list(request: PersonRequest) -> HttpResponse:
    _administrators_only(request.user)
    return render(request, "accounts/team_list.html", {"lines": queries.team_tree(request.user)})


@read_or_write
def team_create(request: PersonRequest) -> HttpResponse:
    _administrators_only(request.user)
    form = forms.TeamForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_valid():
        deed = forms.attempt(form, lambda: actions.add_team(actor=request.user, now=Now.read(), **form.cleaned_data))
        if deed:
            return _said(request, deed, to=reverse("team_list"))
    return _small(request, _("New team"), form, _("Add team"))


@read_or_write
def team_edit(request: PersonRequest, team_id: int) -> HttpResponse:
    _administrators_only(request.user)
    team = get_object_or_404(Team.objects.visible_to(request.user), pk=team_id)
    form = forms.TeamForm(request.POST if request.method == "POST" else None, user=request.user, team=team)
    if form.is_valid():
        deed = forms.attempt(
            form, lambda: actions.change_team(actor=request.user, now=Now.read(), team=team, **form.cleaned_data)
        )
        if deed:
            return _said(request, deed, to=reverse("team_list"))
    return _small(request, _("Change %(team)s") % {"team": team}, form, _("Save"))


@require_POST
def team_remove(request: PersonRequest, team_id: int) -> HttpResponse:
    _administrators_only(request.user)
    team = get_object_or_404(Team.objects.visible_to(request.user), pk=team_id)
    try:
        return _said(
            request, actions.remove_team(actor=request.user, now=Now.read(), team=team), to=reverse("team_list")
        )
    except ValidationError as error:
        return _refused(request, " ".join(error.messages), to=reverse("team_list"))


# One-to-ones -------------------------------------------------------------------------------------------------------


@read_or_write
def one_to_one_create(request: PersonRequest, person_id: int) -> HttpResponse:
    person, now = get_object_or_404(User.objects.managed_by(request.user), pk=person_id), Now.read()
    form = forms.OneToOneForm(
        request.POST if request.method == "POST" else None,
        person=person,
        initial={"held_on": _unnoted_day(request.user, person, now)},
    )
    if form.is_valid():
        typed = dict(form.cleaned_data)
        deed = forms.attempt(form, lambda: actions.hold_one_to_one(actor=request.user, now=now, person=person, **typed))
        if deed:
            return _said(request, deed, to=reverse("one_to_one", args=[deed.row.person_id]))
        noted = _noted_on(request.user, person, typed["held_on"]).first()
        if noted is not None:
            return _one_to_one_again(request, noted, typed)
    heading = _("One-to-one with %(name)s") % {"name": person}
    return _one_to_one_form(request, heading, form, back=reverse("one_to_one", args=[person.pk]))


def _noted_on(user: User, person: User, day: date) -> models.QuerySet[OneToOne]:
    return OneToOne.objects.changeable_by(user).filter(person=person, held_on=day).select_related("person")


def _unnoted_day(user: User, person: User, now: Now) -> date | None:
    """Today, unless it is noted already: then it is another day that is to be said."""
    today = now.today(user.zone)
    return None if _noted_on(user, person, today).exists() else today


def _one_to_one_again(request: PersonRequest, row: OneToOne, typed: dict[str, Any]) -> HttpResponse:
    """The form of the one that is noted of the day, with what was typed for a second one below what stands there."""
    version = str(newest_of([(OneToOne._meta.label, row.pk)])[OneToOne._meta.label, row.pk].id)
    both = {name: _below(getattr(row, name), typed[name]) for name in ("asked", "note")}
    form = forms.OneToOneForm({"held_on": row.held_on.isoformat(), **both}, person=row.person, instance=row)
    day = dates.plain(row.held_on, Now.read().today(request.user.zone))
    said = _("The one-to-one on %(day)s is noted already: this is it, with what you typed. Save it to keep both.")
    form.add_error(None, said % {"day": day})
    heading = _("One-to-one with %(name)s") % {"name": row.person}
    back = reverse("one_to_one", args=[row.person_id])
    action = reverse("one_to_one_edit", args=[row.pk])
    return _one_to_one_form(request, heading, form, one_to_one=row, version=version, action=action, back=back)


def _below(stood: str, typed: str) -> str:
    typed = typed.strip()
    return stood if typed in stood else "\n\n".join(part for part in (stood, typed) if part)


def _one_to_one_form(request: PersonRequest, heading: str, form: forms.OneToOneForm, **more: Any) -> HttpResponse:
    return form_page(request, "accounts/one_to_one_form.html", heading, {"form": form, **more})


@read_or_write
def one_to_one_edit(request: PersonRequest, pk: int) -> HttpResponse:
    meanwhile = Meanwhile(request, OneToOne, pk)
    rows = OneToOne.objects.changeable_by(request.user).select_related("person")
    row, now = get_object_or_404(rows, pk=pk), Now.read()
    back = reverse("one_to_one", args=[row.person_id])
    form = forms.OneToOneForm(request.POST if request.method == "POST" else None, person=row.person, instance=row)
    if form.is_valid():
        with meanwhile.unchanged(form, row) as same:
            deed = same and forms.attempt(
                form,
                lambda: actions.change_one_to_one(
                    actor=request.user, now=now, one_to_one=row, values=form.cleaned_data
                ),
            )
        if deed:
            return _said(request, deed, to=back)
    heading = _("One-to-one with %(name)s") % {"name": row.person}
    return _one_to_one_form(request, heading, form, one_to_one=row, version=meanwhile.version, back=back)


@require_POST
def one_to_one_remove(request: PersonRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(OneToOne.objects.changeable_by(request.user), pk=pk)
    deed = actions.remove_one_to_one(actor=request.user, now=Now.read(), one_to_one_id=row.pk)
    return _said(request, deed, to=reverse("one_to_one", args=[deed.row.person_id]))


# Holidays ----------------------------------------------------------------------------------------------------------


@require_safe
def cover_list(request: PersonRequest) -> HttpResponse:
    user, today = request.user, Now.read().today(request.user.zone)
    shown = page(queries.covers(user, today), order=("from_on", "id"), after=request.GET.get("after", ""))
    own = Cover.objects.changeable_by(user).filter(pk__in=[row.pk for row in shown.rows])
    context = {
        "page": shown,
        "today": today,
        "removable": set(own.values_list("pk", flat=True)),
        "arranges": User.objects.covered_by_order_of(user).exclude(pk=user.pk).exists(),
        "download": downloads.menu_of("cover_download"),
    }
    return render(request, "accounts/cover_list.html", context)


@require_GET
def cover_download(request: PersonRequest) -> HttpResponseBase:
    user, today = request.user, Now.read().today(request.user.zone)

    def rows(keys: Sequence[int]) -> Iterable[sheets.Row]:
        return queries.covers_in_cells(downloads.by_key(queries.covers(user, today), keys))

    keys = downloads.keys_of(queries.covers(user, today).order_by("from_on", "id"))
    listing = downloads.Listing(_("holidays"), queries.cover_columns(), keys, rows)
    return downloads.deliver(request, listing, page="cover_list")


@read_or_write
def cover_create(request: PersonRequest) -> HttpResponse:
    form = forms.CoverForm(
        request.POST if request.method == "POST" else None, user=request.user, absent=request.GET.get("absent", "")
    )
    if form.is_valid():
        deed = forms.attempt(
            form, lambda: actions.create_cover(actor=request.user, now=Now.read(), **form.cleaned_data)
        )
        if deed:
            return _said(request, deed, to=reverse("cover_list"))
    lede = _("The stand-in sees, changes and is reminded of all that whoever is away owns, on these days alone.")
    return _small(request, _("Who stands in"), form, _("Save"), lede=lede)


@require_POST
def cover_remove(request: PersonRequest, pk: int) -> HttpResponse:
    cover = get_object_or_404(Cover.objects.changeable_by(request.user), pk=pk)
    deed = actions.remove_cover(actor=request.user, now=Now.read(), cover_id=cover.pk)
    return _said(request, deed, to=reverse("cover_list"))


# Organisations -----------------------------------------------------------------------------------------------------


@require_safe
def account_list(request: PersonRequest) -> HttpResponse:
    search, kind = _search(request), request.GET.get("kind", "")
    kind = kind if kind in Account.Kind.values else ""
    rows = queries.directory(request.user, search=search, kind=kind)
    shown = page(rows, order=("name_key", "id"), after=request.GET.get("after", ""))
    filters = {name: value for name, value in (("q", search), ("kind", kind)) if value}
    context = {
        "page": shown,
        "search": search,
        "kind": kind,
        "kinds": [
            (value, capfirst(label), urlencode({**filters, "kind": value})) for value, label in Account.Kind.choices
        ],
        "of_any_kind": urlencode({"q": search}) if search else "",
        "next": urlencode({**filters, "after": shown.after}) if shown.after else "",
        "duplicates": queries.likely_pairs(request.user).count(),
        "download": downloads.menu(request, "account_download"),
        "can_write": request.user.reach.writes,
    }
    return render(request, "accounts/account_list.html", context)


@require_GET
def account_download(request: PersonRequest) -> HttpResponseBase:
    """The directory: of those whom the person may not read the name alone."""
    kind = request.GET.get("kind", "")
    kind = kind if kind in Account.Kind.values else ""
    found = queries.directory(request.user, search=_search(request), kind=kind)

    def rows(keys: Sequence[int]) -> Iterable[sheets.Row]:
        return queries.directory_in_cells(downloads.by_key(queries.directory(request.user), keys))

    keys = downloads.keys_of(found.order_by("name_key", "id"))
    listing = downloads.Listing(_("organisations"), queries.directory_columns(), keys, rows)
    return downloads.deliver(request, listing, page="account_list")


@require_safe
def account_alike(request: PersonRequest) -> HttpResponse:
    """While a name is typed: those here already that may be meant. It is a hint and keeps nobody from anything."""
    _may_write(request.user)
    name, website = (request.GET.get(field, "").replace("\x00", "") for field in ("name", "website"))
    name = name or request.GET.get("new_account", "").replace("\x00", "")
    return render(request, "accounts/_alike.html", {"hints": queries.hints(request.user, name=name, website=website)})


# Two that may be one -----------------------------------------------------------------------------------------------

PAIRS = 20


@require_safe
def duplicate_list(request: PersonRequest) -> HttpResponse:
    pairs = queries.likely_pairs(request.user)
    shown = page(pairs, order=("-shown", "id"), after=request.GET.get("after", ""), size=PAIRS)
    count = pairs.count()
    context = {
        "pairs": queries.told_of(request.user, shown.rows),
        "after": shown.after,
        "count": count,
        "download": downloads.menu_of("duplicate_download", count=count),
    }
    return render(request, "accounts/duplicate_list.html", context)


@require_GET
def duplicate_download(request: PersonRequest) -> HttpResponseBase:
    user = request.user

    def rows(keys: Sequence[int]) -> Iterable[sheets.Row]:
        pairs = downloads.by_key(queries.likely_pairs(user), keys)
        return queries.pairs_in_cells(queries.told_of(user, pairs), user.zone)

    keys = downloads.keys_of(queries.likely_pairs(user).order_by(F("shown").desc(), "id"))
    listing = downloads.Listing(_("duplicates"), queries.pair_columns(), keys, rows)
    return downloads.deliver(request, listing, page="duplicate_list")


@require_POST
def likeness_dismiss(request: PersonRequest, pk: int) -> HttpResponse:
    """They are two, says somebody who may change one of them."""
    changed = Account.objects.changeable_by(request.user).values("pk")
    pairs = Likeness.objects.visible_to(request.user).filter(Q(first__in=changed) | Q(second__in=changed))
    pair = get_object_or_404(pairs.select_related("first", "second"), pk=pk)
    to = safe_next(request, reverse("duplicate_list"))
    try:
        deed = actions.say_not_the_same(actor=request.user, now=Now.read(), one=pair.first, other=pair.second)
    except ValidationError as error:
        return _refused(request, " ".join(error.messages), to=to)
    return _said(request, deed, to=to)


@require_safe
def account_options(request: PersonRequest) -> HttpResponse:
    options = queries.account_options(request.user, _search(request))
    return JsonResponse([asdict(option) for option in options], safe=False)


@require_safe
def account_detail(request: PersonRequest, account_id: int) -> HttpResponse:
    """All of it to whom a relationship is visible; to the rest of the staff only the name."""
    account = queries.directory(request.user).filter(pk=account_id).first()
    if account is None:
        return _became(request, account_id)
    if not account.readable:  # type: ignore[attr-defined]
        return render(request, "accounts/account_name.html", {"account": account})
    now = Now.read()
    today = now.today(account.zone)
    people = _people_of(account, request.user)
    # Whoever has their last day today has left, as on the pages of a relationship.
    here = [place for place in people if not place.until or place.until > today]
    relationships = _relationships_of(account, request.user)
    _say_parts(people, relationships)
    context = {
        "account": account,
        "lede": _lede(sorted({row.owner.name for row in relationships})),
        "can_change": Account.objects.changeable_by(request.user).filter(pk=account.pk).exists(),
        "can_write": request.user.reach.writes,
        "relationships": relationships,
        "places": here,
        "people_here": len({place.contact_id for place in here}),
        "former": [place for place in people if place not in here],
        "aliases": account.aliases.all(),
        "external_ids": account.external_ids.all(),
        "above": queries.above(request.user, account),
        "units": queries.units_below(request.user, account),
        "merges": account.merges.select_related("merged_by"),
        "alike": queries.told_of(request.user, _alike(request.user, account)),
        "now": now,
        "download": downloads.menu_of("account_people_download", account.pk),
    }
    return render(request, "accounts/account_detail.html", context)


@require_GET
def account_people_download(request: PersonRequest, account_id: int) -> HttpResponseBase:
    """Everybody who is or was there, as the page tells them."""
    user = request.user
    account = get_object_or_404(Account.objects.visible_to(user), pk=account_id)

    def read() -> Iterable[sheets.Row]:
        people = _people_of(account, user)
        _say_parts(people, _relationships_of(account, user))
        return queries.places_in_cells(people)

    listing = downloads.whole(_("people at %(name)s") % {"name": account}, queries.place_columns(), read)

    return downloads.deliver(request, listing, page="account_detail", args=[account.pk])


def _people_of(account: Account, user: User) -> list[Affiliation]:
    """Their places there, with those elsewhere that the person may read. Two queries."""
    readable = Account.objects.visible_to(user)
    elsewhere = Affiliation.objects.filter(account__in=readable).exclude(account=account).select_related("account")
    places = account.affiliations.select_related("contact")
    return list(places.prefetch_related(Prefetch("contact__affiliations", elsewhere, to_attr="elsewhere")))


def _relationships_of(account: Account, user: User) -> list[Any]:
    """Two queries."""
    visible = account.relationships.visible_to(user)
    return list(visible.select_related("account", "owner", "team").prefetch_related("stakeholders"))


def _say_parts(places: list[Affiliation], relationships: list[Any]) -> None:
    """Beside each person what they are in the relationships given, which are those that the reader may see."""
    parts: dict[int, list[tuple[Any, Any]]] = {}
    for row in relationships:
        for stake in row.stakeholders.all():
            if stake.power or stake.role:
                parts.setdefault(stake.contact_id, []).append((row, stake))
    for place in places:
        place.parts = parts.get(place.contact_id, [])  # type: ignore[attr-defined]


def _became(request: PersonRequest, account_id: int) -> HttpResponse:
    """The address of an organisation that was merged leads to the one it became; for now, as that can be undone."""
    merge = Merge.objects.visible_to(request.user).filter(values__id=account_id).first()
    if merge is None:
        raise Http404
    return HttpResponseRedirect(reverse("account_detail", args=[merge.account_id]))


def _alike(user: User, account: Account) -> list[Likeness]:
    return page(queries.likely_pairs(user).about(account.pk), order=("-shown", "id"), size=3).rows


def _lede(owners: list[str]) -> str:
    if not owners:
        return _("Nobody looks after it yet.")
    return _("Looked after by %(names)s.") % {"names": get_text_list(owners, _("and"))}


def _may_write(user: User) -> None:
    if not user.reach.writes:
        raise Http404


def _account(request: PersonRequest, account_id: int) -> Account:
    return get_object_or_404(Account.objects.changeable_by(request.user), pk=account_id)


@read_or_write
def account_create(request: PersonRequest) -> HttpResponse:
    _may_write(request.user)
    start = {"name": _search(request)}
    form = forms.AccountForm(request.POST if request.method == "POST" else None, user=request.user, initial=start)
    forms.name_likely_ones(form, "name", "website")
    if form.is_valid():
        found = queries.hints(request.user, name=form.cleaned_data["name"], website=form.cleaned_data["website"])
        now = Now.read()
        deed = forms.attempt(form, lambda: actions.create_account(actor=request.user, now=now, **form.cleaned_data))
        if deed:
            actions.look_for_alike(accounts=[deed.row.pk], now=now)
            said = deed.step.said
            if found:
                same = get_text_list([hint.account.name for hint in found], _("or"))
                said = _("%(said)s. It may be the same as %(names)s") % {"said": said, "names": same}
            return done(request, f"{said}.", to=deed.row.get_absolute_url(), step_id=deed.step.pk, go=True)
    hints = queries.hints(request.user, name=start["name"])
    return _small(request, _("New organisation"), form, _("Add organisation"), hints=hints, hinting=True)


@read_or_write
def account_edit(request: PersonRequest, account_id: int) -> HttpResponse:
    meanwhile = Meanwhile(request, Account, account_id)
    account = _account(request, account_id)
    form = forms.AccountForm(
        request.POST if request.method == "POST" else None, user=request.user, instance=_account(request, account_id)
    )
    if form.is_valid():
        with meanwhile.unchanged(form, account) as same:
            deed = same and forms.attempt(
                form,
                lambda: actions.change_account(
                    actor=request.user, now=Now.read(), account=account, values=form.cleaned_data
                ),
            )
        if deed:
            actions.look_for_alike(accounts=[account.pk], now=Now.read())
            return _said(request, deed, to=account.get_absolute_url())
    return _small(request, _("Change %(name)s") % {"name": account}, form, _("Save"), version=meanwhile.version)


@require_POST
def account_remove(request: PersonRequest, account_id: int) -> HttpResponse:
    account = _account(request, account_id)
    try:
        deed = actions.remove_account(actor=request.user, now=Now.read(), account=account)
    except ValidationError as error:
        return _refused(request, " ".join(error.messages), to=account.get_absolute_url())
    return _said(request, deed, to=reverse("account_list"), go=True)


@read_or_write
def alias_add(request: PersonRequest, account_id: int) -> HttpResponse:
    account = _account(request, account_id)
    form = forms.AliasForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        deed = forms.attempt(
            form, lambda: actions.add_alias(actor=request.user, now=Now.read(), account=account, **form.cleaned_data)
        )
        if deed:
            actions.look_for_alike(accounts=[account.pk], now=Now.read())
            return _said(request, deed, to=account.get_absolute_url())
    lede = _("Imports and searches find %(name)s by it too.") % {"name": account}
    return _small(request, _("Another name"), form, _("Add name"), lede=lede)


@require_POST
def alias_remove(request: PersonRequest, alias_id: int) -> HttpResponse:
    accounts = Account.objects.changeable_by(request.user)
    alias = get_object_or_404(AccountAlias.objects.filter(account__in=accounts), pk=alias_id)
    deed = actions.remove_alias(actor=request.user, now=Now.read(), alias_id=alias.pk)
    return _said(request, deed, to=reverse("account_detail", args=[alias.account_id]))


@read_or_write
def external_id_add(request: PersonRequest, account_id: int) -> HttpResponse:
    account = _account(request, account_id)
    form = forms.ExternalIdForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        deed = forms.attempt(
            form,
            lambda: actions.add_external_id(actor=request.user, now=Now.read(), account=account, **form.cleaned_data),
        )
        if deed:
            actions.look_for_alike(accounts=[account.pk], now=Now.read())
            return _said(request, deed, to=account.get_absolute_url())
    lede = _("Imports from the other system find %(name)s by it.") % {"name": account}
    return _small(request, _("Number in another system"), form, _("Add number"), lede=lede)


@require_POST
def external_id_remove(request: PersonRequest, external_id: int) -> HttpResponse:
    accounts = Account.objects.changeable_by(request.user)
    number = get_object_or_404(ExternalId.objects.filter(account__in=accounts), pk=external_id)
    deed = actions.remove_external_id(actor=request.user, now=Now.read(), external_id=number.pk)
    return _said(request, deed, to=reverse("account_detail", args=[number.account_id]))


# Their people ------------------------------------------------------------------------------------------------------


@read_or_write
def contact_add(request: PersonRequest, account_id: int) -> HttpResponse:
    account = _account(request, account_id)
    data = request.POST if request.method == "POST" else None
    form = forms.ContactForm(data, user=request.user)
    if form.is_valid():
        deed = forms.attempt(form, lambda: _add(request, account, form))
        if deed:
            return _said(request, deed, to=account.get_absolute_url())
    return _small(request, _("New person at %(name)s") % {"name": account}, form, _("Add person"))


def _add(request: PersonRequest, account: Account, form: forms.ContactForm) -> Done[Affiliation]:
    values = {field: value for field, value in form.cleaned_data.items() if field != "same_as"}
    same = form.same()
    if same is None:
        return actions.add_contact(actor=request.user, now=Now.read(), account=account, **values)
    place = {field: values[field] for field in ("title", "since")}
    return actions.add_place(actor=request.user, now=Now.read(), account=account, contact=same, **place)


def _place(request: PersonRequest, place_id: int) -> Affiliation:
    places = Affiliation.objects.changeable_by(request.user).select_related("contact", "account")
    return get_object_or_404(places, pk=place_id)


@read_or_write
def contact_edit(request: PersonRequest, place_id: int) -> HttpResponse:
    place = _place(request, place_id)
    form = forms.PlaceForm(request.POST if request.method == "POST" else None, place=place)
    if form.is_valid():
        deed = forms.attempt(
            form,
            lambda: actions.change_place(
                actor=request.user, now=Now.read(), place=place, person=form.person(), values=form.place()
            ),
        )
        if deed:
            return _said(request, deed, to=place.account.get_absolute_url())
    back = place.account.get_absolute_url()
    return _small(request, _("Change %(name)s") % {"name": place.contact}, form, _("Save"), back=back)


@require_POST
def contact_remove(request: PersonRequest, place_id: int) -> HttpResponse:
    place = _place(request, place_id)
    deed = actions.remove_place(actor=request.user, now=Now.read(), place=place)
    return _said(request, deed, to=place.account.get_absolute_url())
