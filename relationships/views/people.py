"""Their people: named with their part, changed, gone; and whom we have to meet."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.meanwhile import Meanwhile
from accounts.models import Affiliation, Contact
from accounts.requests import PersonRequest
from accounts.undo import Done
from relationships import actions, people_words, queries
from relationships.forms.people import (
    DepartureForm,
    IntroductionEndForm,
    IntroductionForm,
    NewPersonForm,
    StakeholderForm,
)
from relationships.models import Introduction, Relationship, Stakeholder
from relationships.views.common import attempt, changeable
from web.clock import Now
from web.responses import CHANGED, done, form_page, safe_next

read_or_write = require_http_methods(["GET", "POST"])


def _data(request: PersonRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _page_of(request: PersonRequest, row: Relationship) -> str:
    return safe_next(request, reverse("relationship_people", args=[row.pk]))


def _people(row: Relationship, now: Now) -> QuerySet[Contact]:
    return queries.people_of(row, row.today(now))


def _key(request: PersonRequest, name: str) -> int:
    """The key that a form or an address names; 0 for what is none."""
    number = str(request.POST.get(name) or request.GET.get(name) or "")
    return int(number) if number.isascii() and number.isdigit() and len(number) <= 18 else 0


def _contact(request: PersonRequest, row: Relationship) -> Contact | None:
    """The person of theirs whom the address names, whether they are here or have left; nobody where none is named."""
    key = _key(request, "contact")
    if not key:
        return None
    named = Contact.objects.filter(affiliations__account=row.account_id) | Contact.objects.filter(
        stakes__relationship=row
    )
    return get_object_or_404(named.distinct(), pk=key)


# What somebody is ----------------------------------------------------------------------------------------------------


@read_or_write
def stakeholder_create(request: PersonRequest, pk: int) -> HttpResponse:
    """Somebody new with their part; with ``contact`` in the address the part of somebody who is here already."""
    now, row = Now.read(), changeable(request, pk)
    contact = _contact(request, row)
    if contact is not None:
        return _name(request, row, contact, now)
    form = NewPersonForm(_data(request), user=request.user, people=_people(row, now))
    if request.method == "POST" and form.is_valid():
        added = attempt(
            form,
            lambda: actions.add_person(
                actor=request.user, now=now, relationship=row, person=form.person(), same=form.same(), part=form.part()
            ),
        )
        if added:
            return _added(request, row, added, now)
    return _new_person(request, row, form)


def _new_person(request: PersonRequest, row: Relationship, form: NewPersonForm) -> HttpResponse:
    heading = _("Who is who at %(partner)s") % {"partner": row}
    # The number tells the draft of the next person from that of the one just saved.
    context = {
        "form": form,
        "relationship": row,
        "named": row.stakeholders.count(),
        "next": safe_next(request, ""),
    }
    return form_page(request, "relationships/stakeholder_new.html", heading, context)


def _added(request: PersonRequest, row: Relationship, added: Done[Stakeholder], now: Now) -> HttpResponse:
    """Said; and with *Add another* the empty form again, so that several are named in a row."""
    said = f"{added.step.said}."
    if "again" not in request.POST:
        return done(request, said, step_id=added.step.pk, to=_page_of(request, row))
    undo_url = reverse("undo", args=[added.step.pk])
    if not getattr(request, "htmx", False):
        messages.success(request, said, extra_tags=undo_url)
        return HttpResponseRedirect(request.get_full_path())
    form = NewPersonForm(user=request.user, people=_people(row, now))
    response = _new_person(request, row, form)
    response["HX-Trigger"] = json.dumps({CHANGED: {}, "toast": {"message": said, "undo_url": undo_url}})
    return response


def _name(request: PersonRequest, row: Relationship, contact: Contact, now: Now) -> HttpResponse:
    stake = Stakeholder.objects.filter(relationship=row, contact=contact).first()
    if stake is not None:
        return _edit(request, stake.pk)
    form = StakeholderForm(_data(request), people=_people(row, now), stake=None, contact=contact)
    if request.method == "POST" and form.is_valid():
        named = attempt(
            form,
            lambda: actions.name_stakeholder(
                actor=request.user, now=now, relationship=row, contact=contact, **form.cleaned_data
            ),
        )
        if named:
            return done(request, f"{named.step.said}.", step_id=named.step.pk, to=_page_of(request, row))
    return _part_form(request, form, row, contact, now)


@read_or_write
def stakeholder_edit(request: PersonRequest, pk: int) -> HttpResponse:
    return _edit(request, pk)


def _stake(request: PersonRequest, pk: int) -> Stakeholder:
    rows = Stakeholder.objects.changeable_by(request.user)
    return get_object_or_404(rows.select_related("relationship__account", "contact"), pk=pk)


def _edit(request: PersonRequest, pk: int) -> HttpResponse:
    now, meanwhile = Now.read(), Meanwhile(request, Stakeholder, pk)
    stake = _stake(request, pk)
    row = stake.relationship
    form = StakeholderForm(_data(request), people=_people(row, now), stake=stake, contact=stake.contact)
    if request.method == "POST" and form.is_valid():
        with meanwhile.unchanged(form, stake) as same:
            changed = same and attempt(
                form,
                lambda: actions.change_stakeholder(
                    actor=request.user, now=now, stakeholder=stake, values=dict(form.cleaned_data)
                ),
            )
        if changed:
            return done(request, f"{changed.step.said}.", step_id=changed.step.pk, to=_page_of(request, row))
    return _part_form(request, form, row, stake.contact, now, stake=stake, version=meanwhile.version)


def _part_form(
    request: PersonRequest, form: StakeholderForm, row: Relationship, contact: Contact, now: Now, **more: Any
) -> HttpResponse:
    """With what the record says of how willing they are."""
    today = row.today(now)
    reading = queries.readings_of(row, today).get(contact.pk)
    level = people_words.READINESS[reading.level if reading else None]
    context = {
        "form": form,
        "relationship": row,
        "contact": contact,
        "record": f"{level}: {people_words.reason(reading, today)}",
        "next": safe_next(request, ""),
        "back": reverse("relationship_people", args=[row.pk]),
        **more,
    }
    heading = _("What %(name)s is at %(partner)s") % {"name": contact, "partner": row}
    return form_page(request, "relationships/stakeholder_form.html", heading, context)


@require_POST
def stakeholder_remove(request: PersonRequest, pk: int) -> HttpResponse:
    stake = _stake(request, pk)
    removed = actions.remove_stakeholder(actor=request.user, now=Now.read(), stakeholder_id=stake.pk)
    return done(request, f"{removed.step.said}.", step_id=removed.step.pk, to=_page_of(request, stake.relationship))


# Somebody left -------------------------------------------------------------------------------------------------------


@read_or_write
def departure_create(request: PersonRequest, pk: int) -> HttpResponse:
    """One tap says that somebody left today; the form asks for the day where it was another."""
    now, row = Now.read(), changeable(request, pk)
    contact = _contact(request, row)
    if contact is None:
        raise Http404
    form = DepartureForm(_data(request), today=row.today(now))
    if request.method == "POST" and form.is_valid():
        left = attempt(
            form,
            lambda: actions.somebody_left(
                actor=request.user, now=now, relationship=row, contact=contact, on=form.cleaned_data["on"]
            ),
        )
        if left:
            wanted, cold = ([left.row.wanted], left.row.through is None) if left.row else ([], False)
            said = people_words.to_be_met(f"{left.step.said}.", wanted, cold=cold)
            return done(request, said, step_id=left.step.pk, to=_page_of(request, row))
    heading = _("%(name)s has left") % {"name": contact}
    context = {"form": form, "contact": contact, "next": safe_next(request, "")}
    return form_page(request, "relationships/departure_form.html", heading, context)


@read_or_write
def contact_left(request: PersonRequest, place_id: int) -> HttpResponse:
    """The same from the organisation's page, for every relationship that the person has there."""
    now = Now.read()
    places = Affiliation.objects.changeable_by(request.user).select_related("contact", "account")
    place = get_object_or_404(places, pk=place_id)
    form = DepartureForm(_data(request), today=now.today(place.account.zone))
    if request.method == "POST" and form.is_valid():
        left = attempt(
            form,
            lambda: actions.left_organisation(actor=request.user, now=now, place=place, on=form.cleaned_data["on"]),
        )
        if left:
            # Several relationships may wait for the same person.
            wanted = list(dict.fromkeys(one.wanted for one in left.row))
            cold = all(one.through is None for one in left.row)
            said = people_words.to_be_met(f"{left.step.said}.", wanted, cold=cold)
            return done(request, said, step_id=left.step.pk, to=place.account.get_absolute_url())
    heading = _("%(name)s has left") % {"name": place.contact}
    context = {"form": form, "contact": place.contact, "next": "", "back": place.account.get_absolute_url()}
    return form_page(request, "relationships/departure_form.html", heading, context)


# Whom we have to meet ------------------------------------------------------------------------------------------------


@read_or_write
def introduction_create(request: PersonRequest, pk: int) -> HttpResponse:
    """With ``contact`` in the address in place of somebody who left."""
    now, row = Now.read(), changeable(request, pk)
    gone = _contact(request, row)
    wanted = ""
    if gone is not None:
        stake = Stakeholder.objects.filter(relationship=row, contact=gone).first()
        standing = queries.Theirs(gone, None, stake).known().standing
        wanted = people_words.wanted_after(gone.name, standing)
    form = IntroductionForm(
        _data(request), user=request.user, relationship=row, now=now, initial={"wanted": wanted, "keeper": row.owner_id}
    )
    if request.method == "POST" and form.is_valid():
        opened = attempt(
            form,
            lambda: actions.open_introduction(
                actor=request.user, now=now, relationship=row, instead_of=gone, **form.cleaned_data
            ),
        )
        if opened:
            return done(request, f"{opened.step.said}.", step_id=opened.step.pk, to=_page_of(request, row))
    heading = _("Whom we want to meet at %(partner)s") % {"partner": row}
    context = {"form": form, "contact": gone, "next": safe_next(request, "")}
    return form_page(request, "relationships/introduction_form.html", heading, context)


def _introduction(request: PersonRequest, pk: int) -> Introduction:
    rows = Introduction.objects.changeable_by(request.user)
    return get_object_or_404(rows.select_related("relationship__account", "instead_of"), pk=pk)


@read_or_write
def introduction_edit(request: PersonRequest, pk: int) -> HttpResponse:
    now, meanwhile = Now.read(), Meanwhile(request, Introduction, pk)
    one = _introduction(request, pk)
    row = one.relationship
    form = IntroductionForm(
        _data(request), user=request.user, relationship=row, now=now, instance=_introduction(request, pk)
    )
    if request.method == "POST" and form.is_valid():
        with meanwhile.unchanged(form, one) as same:
            changed = same and attempt(
                form,
                lambda: actions.change_introduction(
                    actor=request.user, now=now, introduction=one, values=dict(form.cleaned_data)
                ),
            )
        if changed:
            return done(request, f"{changed.step.said}.", step_id=changed.step.pk, to=_page_of(request, row))
    context = {"form": form, "introduction": one, "version": meanwhile.version, "next": safe_next(request, "")}
    context["back"] = reverse("relationship_people", args=[row.pk])
    return form_page(request, "relationships/introduction_form.html", _("Change whom we want to meet"), context)


@read_or_write
def introduction_end(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    one = _introduction(request, pk)
    row = one.relationship
    form = IntroductionEndForm(_data(request), people=_people(row, now), besides=[one.instead_of_id or 0])
    if request.method == "POST" and form.is_valid():
        closed = attempt(form, lambda: _ended(request, one, form.cleaned_data, now))
        if closed:
            return done(request, f"{closed.step.said}.", step_id=closed.step.pk, to=_page_of(request, row))
    context = {"form": form, "introduction": one, "next": safe_next(request, "")}
    context["back"] = reverse("relationship_people", args=[row.pk])
    return form_page(request, "relationships/introduction_end.html", one.wanted, context)


def _ended(request: PersonRequest, one: Introduction, said: dict[str, Any], now: Now) -> Done[Introduction]:
    by: dict[str, Any] = {
        "actor": request.user,
        "now": now,
        "introduction": one,
        "on": said["on"],
        "note": said["note"],
    }
    if said["met"] is None and said["name"]:
        person = {"name": said["name"], "title": said["title"]}
        return actions.meet_somebody_new(person=person, part={"power": said["power"]}, **by)
    return actions.close_introduction(met=said["met"], **by)


@require_POST
def introduction_remove(request: PersonRequest, pk: int) -> HttpResponse:
    one = _introduction(request, pk)
    removed = actions.remove_introduction(actor=request.user, now=Now.read(), introduction_id=one.pk)
    return done(request, f"{removed.step.said}.", step_id=removed.step.pk, to=_page_of(request, one.relationship))
