"""The calendar that a person subscribes to, at a secret address; and the page on which it is made and stopped."""

from __future__ import annotations

import hashlib
import re

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts.requests import PersonRequest
from meetings import actions, calendar_writing, feeds
from meetings.calendar_queries import feed_of
from meetings.models import CalendarFeed
from web.clock import Now
from web.limits import Limit, admits
from web.network import place_of

WINDOW = 600
TYPE = "text/calendar; charset=utf-8"
# In the session: the address that the next look at the page shows.
SHOWN_ONCE = "calendar_address"


@csrf_exempt
@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """For calendar programs: no cookie, no sign-in. A wrong address and one that was replaced answer alike."""
    now = Now.read()
    if not admits([(Limit("calendar-feed", settings.FEEDS_PER_ADDRESS, WINDOW), place_of(request))], now):
        response = _quiet(HttpResponse("Too many at once.\n", content_type="text/plain; charset=utf-8", status=429))
        response["Retry-After"] = str(WINDOW)
        return response
    found = feeds.find(token)
    if found is None:
        return _quiet(HttpResponse("Not found.\n", content_type="text/plain; charset=utf-8", status=404))
    with translation.override(settings.LANGUAGE_CODE), timezone.override(found.user.zone):
        events, days = feed_of(found.user, now)
        raw = calendar_writing.feed("Concord", events, days, now.instant)
    # When it was written makes it no other.
    contents = re.sub(rb"DTSTAMP:[^\r]*", b"", raw)
    tag = f'W/"{hashlib.sha256(contents).hexdigest()[:32]}"'
    if tag in parse_etags(request.headers.get("If-None-Match", "")):
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(raw, content_type=TYPE)
        response["Content-Disposition"] = 'inline; filename="concord.ics"'
    response["ETag"] = tag
    return _quiet(response)


def _quiet(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["X-Content-Type-Options"] = "nosniff"
    return response


# Settings ------------------------------------------------------------------------------------------------------------


@never_cache
@require_GET
def calendar_settings(request: PersonRequest) -> HttpResponse:
    """A new address is shown once, by the first look after it was made: whoever leaves the page makes another one."""
    address, renewed = request.session.pop(SHOWN_ONCE, ("", False))
    feed = _own(request)
    if feed is None or not feeds.is_of(feed, address):
        # Stopped or replaced since, perhaps from elsewhere.
        address = ""
    shown = {"feed": feed, "address": address, "renewed": renewed, "instead_of": _stamp(feed)}
    response = render(request, "meetings/calendar_settings.html", shown)
    if address:
        response["Cache-Control"] = "private, no-store"
        response["Referrer-Policy"] = "no-referrer"
    return response


@require_POST
def feed_make(request: PersonRequest) -> HttpResponse:
    """The address waits in the person's session until the page shows it; loading that again makes no other one.

    The form says which address it takes the place of. Sent once more it makes none: the one that was just copied would
    be dead.
    """
    feed = _own(request)
    if request.POST.get("instead_of", _stamp(feed)) != _stamp(feed):
        messages.info(request, _("The address was made already. It works, and cannot be shown again."))
        return redirect("calendar_settings")
    token = actions.make_feed(actor=request.user, now=Now.read())
    request.session[SHOWN_ONCE] = (feeds.address_for(token), feed is not None)
    return redirect("calendar_settings")


@require_POST
def feed_stop(request: PersonRequest) -> HttpResponse:
    request.session.pop(SHOWN_ONCE, None)
    actions.stop_feed(actor=request.user, now=Now.read())
    messages.success(request, _("Your calendar can no longer be read from outside."))
    return redirect("calendar_settings")


def _own(request: PersonRequest) -> CalendarFeed | None:
    return CalendarFeed.objects.visible_to(request.user).filter(user=request.user).first()


def _stamp(feed: CalendarFeed | None) -> str:
    """Which address it is, without saying it."""
    return feed.made_at.isoformat() if feed else ""
