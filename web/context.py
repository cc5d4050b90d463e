"""What every template may use."""

from __future__ import annotations

from django.http import HttpRequest


def csp_nonce(request: HttpRequest) -> dict[str, str]:
    """The page's nonce under the name that django-htmx (and Django 6) look for."""
    return {"csp_nonce": str(getattr(request, "csp_nonce", ""))}
