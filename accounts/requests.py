"""The request as pages see it: everything behind the sign-in has a person, and htmx says whether it asked."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class PersonRequest(HttpRequest):
    """A request of somebody who signed in; the middleware lets no other through."""

    user: User
    htmx: HtmxDetails
