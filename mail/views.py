"""Switching weekly mails off, with or without signing in; and what an administrator must see of the outbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from accounts.requests import PersonRequest
from mail import actions, optout
from mail.forms import WantedForm
from mail.models import WEEKLY, DigestOptOut, OutboxMail
from meetings.actions import want_brief
from meetings.models import BriefWish
from web.clock import Now
from web.downloads import Listing, by_key, deliver, here, keys_of, menu_of
from web.sheets import Column, Row
from web.zones import city


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Opened by GET it asks; by POST, from any mail program and without a cookie, it is done."""
    found = optout.read(token)
    person = User.objects.filter(pk=found[0]).first() if found else None
    if found is None or person is None:
        raise Http404
    kind = found[1]
    if request.method == "POST":
        actions.switch_off(actor=person, now=Now.read(), kind=kind)
        return render(request, "mail/unsubscribed.html", {"kind": kind})
    return render(request, "mail/unsubscribe.html", {"kind": kind})


@require_http_methods(["GET", "HEAD", "POST"])
def mail_settings(request: PersonRequest) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    form = WantedForm(posted, initial=_wanted_by(request.user))
    if form.is_valid():
        now = Now.read()
        actions.choose(actor=request.user, now=now, wanted=form.kinds(), offered=WEEKLY)
        want_brief(actor=request.user, now=now, wanted=form.cleaned_data["brief"])
        messages.success(request, _("Saved."))
        return redirect("mail_settings")
    return render(request, "mail/mail_settings.html", {"form": form}, status=422 if form.errors else 200)


def _wanted_by(person: User) -> dict[str, Any]:
    switched_off = set(DigestOptOut.objects.filter(user=person).values_list("kind", flat=True))
    return {
        "wanted": [kind.value for kind in WEEKLY if kind not in switched_off],
        "brief": BriefWish.objects.filter(user=person).exists(),
    }


# The outbox --------------------------------------------------------------------------------------------------------


@require_GET
def outbox(request: PersonRequest) -> HttpResponse:
    _administrators_only(request.user)
    mails = OutboxMail.objects.visible_to(request.user).defer("raw").select_related("recipient", "contact")
    shown = {
        "unsure": mails.unsure().order_by("due_at", "id"),
        "failed": mails.failed().order_by("due_at", "id"),
        "held_up": mails.held_up().order_by("due_at", "id")[:50],
        "held_up_count": mails.held_up().count(),
        "download": menu_of("outbox_download"),
    }
    return render(request, "mail/outbox.html", shown)


@require_GET
def outbox_download(request: PersonRequest) -> HttpResponseBase:
    """All that waits for an answer, and all that is held up; of no mail what it says."""
    user = request.user
    _administrators_only(user)
    found = OutboxMail.objects.visible_to(user).defer("raw").select_related("recipient", "contact")
    parts = (
        (_("Perhaps delivered"), found.unsure()),
        (_("Not delivered"), found.failed()),
        (_("Tried again by itself"), found.held_up()),
    )
    state: dict[int, str] = {}

    def keys() -> Iterator[int]:
        for name, mails in parts:
            for key in keys_of(mails.order_by("due_at", "id")):
                state.setdefault(key, name)
                yield key

    def rows(chosen: Sequence[int]) -> Iterator[Row]:
        for mail in by_key(found, chosen):
            what = capfirst(mail.get_kind_display())
            due, who = here(mail.due_at, user.zone), mail.person
            yield [state[mail.pk], who.name, who.email, what, due, mail.attempt, mail.last_error, mail.message_id]

    columns = [
        Column(_("State"), 20), Column(_("To whom"), 28), Column(_("E-mail"), 32), Column(_("What"), 20),
        Column(_("Due in %(city)s") % {"city": city(user.zone)}, 16), Column(_("Attempts"), 9),
        Column(_("Reason"), 50), Column(_("Number of the mail"), 40),
    ]  # fmt: skip
    listing = Listing(_("outbox"), columns, keys(), rows)
    return deliver(request, listing, page="outbox")


@require_POST
def outbox_again(request: PersonRequest, mail_id: int) -> HttpResponse:
    return _answer(request, mail_id, actions.send_again, _("It goes out with the next minute’s mail."))


@require_POST
def outbox_arrived(request: PersonRequest, mail_id: int) -> HttpResponse:
    return _answer(request, mail_id, actions.mark_arrived, _("Noted as sent."))


@require_POST
def outbox_closed(request: PersonRequest, mail_id: int) -> HttpResponse:
    return _answer(request, mail_id, actions.let_it_be, _("It will not be sent."))


def _answer(request: PersonRequest, mail_id: int, verb: Callable[..., OutboxMail], said: str) -> HttpResponse:
    _administrators_only(request.user)
    mail = get_object_or_404(OutboxMail.objects.visible_to(request.user), pk=mail_id)
    try:
        verb(actor=request.user, now=Now.read(), mail=mail)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, said)
    return redirect("outbox")


def _administrators_only(user: User) -> None:
    if not user.reach.everything:
        raise Http404
