"""The request as pages see it: everything behind the sign-in has a person, and htmx says whether it asked."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User
from web.clock import Now


class PersonRequest(HttpRequest):
    """A request of somebody who signed in; the middleware lets no other through."""

    user: User
    htmx: HtmxDetails


def now() -> Now:
    """The one reading of the clock in a request."""
    return Now.read()
