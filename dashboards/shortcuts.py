"""The page of the keys: every one there is, where ``?`` tells those of the page one is on."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.requests import PersonRequest
from web import shortcuts


@require_safe
def shortcut_list(request: PersonRequest) -> HttpResponse:
    context = {"sections": shortcuts.told(), "switched_off": not request.user.shortcuts}
    return render(request, "dashboards/shortcut_list.html", context)
