"""What every request passes: closed by default, the right half of the site, the zone, the audit's who and where."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from pghistory.middleware import HistoryMiddleware

from accounts.models import User

Handler = Callable[[HttpRequest], HttpResponseBase]

# Open without signing in: the whole list. A route outside it asks for a sign-in, whatever its view forgot.
OPEN_ROUTES = frozenset(
    {
        "account_login",
        "account_logout",
        "account_signup",
        "account_inactive",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "mfa_authenticate",
        "openid_connect_login",
        "openid_connect_callback",
        "socialaccount_login_cancelled",
        "socialaccount_login_error",
        "socialaccount_signup",
        "invitation",
        "unsubscribe",
        "hear",
        "meeting_answer",
        "pulse_question",
        "pulse_stop",
        "calendar_feed",
        "healthz",
        "readyz",
    }
)


class ClosedByDefaultMiddleware(LoginRequiredMiddleware):
    """Django's own lock with one list for a key, instead of decorators spread over views."""

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        match = request.resolver_match
        if request.user.is_authenticated or (match and match.url_name in OPEN_ROUTES):
            return None
        response: HttpResponseBase = self.handle_no_permission(request, view_func)
        if getattr(request, "htmx", False) or request.headers.get("HX-Request"):
            # A part of a page can't become the sign-in form: the browser goes there as a whole.
            response["HX-Redirect"] = response["Location"]
            response.status_code = 204
        return response


class AudienceMiddleware:
    """People of partners find nothing outside ``/portal/``, and the staff nothing inside."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view_func: object, view_args: object, view_kwargs: object) -> None:
        match = request.resolver_match
        user = request.user
        if not isinstance(user, User) or (match and match.url_name in OPEN_ROUTES):
            return
        inside = request.path_info.startswith("/portal/")
        if inside != (user.audience == User.Audience.PARTNER):
            raise Http404


class ZoneMiddleware:
    """Moments are shown in the person's own zone."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        with timezone.override(ZoneInfo(user.zone) if isinstance(user, User) else None):
            return self.get_response(request)


class FreshMiddleware:
    """A page behind the sign-in is asked for anew on Back: each log changes it, and signing out ends it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        return response


class ButtonsMiddleware:
    """An address that only takes what a button sends, opened by hand, says so inside the frame, with status 405."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code != 405 or request.method != "GET" or not request.user.is_authenticated:
            return response
        if request.headers.get("HX-Request"):
            return response
        page = render(request, "405.html", status=405)
        page["Allow"] = response["Allow"]
        return page


class AuditMiddleware(HistoryMiddleware):
    """Who and from where, written beside every audit row of the request."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request)
        return {**context, "address": request.META.get("REMOTE_ADDR", "")}
