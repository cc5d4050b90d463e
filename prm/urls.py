"""Where each address leads."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from prm import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("dashboards.urls")),
    path("", include("relationships.urls")),
    path("", include("meetings.urls")),
    path("", include("accounts.urls")),
    path("", include("mail.urls")),
    path("accounts/email/", views.nothing_here, name="account_email"),
    path("accounts/", include("allauth.urls")),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]
