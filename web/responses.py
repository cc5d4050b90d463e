"""How a page answers a deed: a toast with *Undo*, and the parts that care fetch themselves again."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import is_valid_path, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

CHANGED = "concord:changed"
# The level of a message about a deed taken back: the button of its toast says *Redo*.
TAKEN_BACK = messages.SUCCESS + 1


def safe_next(request: HttpRequest, fallback: str) -> str:
    """Where the person came from, if that is a page of this host."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    hosts = {request.get_host()}
    return wanted if url_has_allowed_host_and_scheme(wanted, hosts, request.is_secure()) else fallback


def done(
    request: HttpRequest,
    said: str,
    *,
    to: str,
    step_id: int | None = None,
    go: bool = False,
    again: bool = False,
    about: str = "",
    place: str = "",
    undo_label: str = "",
    seconds: int = 0,
) -> HttpResponse:
    """Say what was done and offer to take it back.

    Plain requests are redirected to ``to``. Under htmx nothing is swapped: the dialog closes, the toast appears
    and ``concord:changed`` tells the parts of the page; with ``go`` the browser goes to ``to`` instead. ``again``
    marks what was taken back: its button does it again, and says *Redo*. A toast replaces one that stands
    there ``about`` the same, named by its address: how that stood before is no news any more. ``place`` is the page of
    what it is about, where that is another one than the person is on. ``undo_label`` where taking it back has a name of
    its own, and ``seconds`` for how long it can be.
    """
    undo_url = reverse("undo", args=[step_id]) if step_id is not None else ""
    if not getattr(request, "htmx", False) or go:
        messages.add_message(request, TAKEN_BACK if again else messages.SUCCESS, said, extra_tags=undo_url)
        if not getattr(request, "htmx", False):
            return HttpResponseRedirect(to)
        response = HttpResponse(status=204)
        response["HX-Redirect"] = to
        return response
    toast: dict[str, Any] = {
        "message": said,
        "undo_url": undo_url,
        **({"undo_label": _("Redo"), "again": True} if again else {}),
    }
    toast |= {"about": about} if about else {}
    toast |= {"undo_label": undo_label} if undo_label else {}
    toast |= {"seconds": seconds} if seconds else {}
    if place:
        toast |= {"link_url": place, "link_label": _("Show")}
    elif undo_url:
        toast |= {"link_url": reverse("history"), "link_label": _("History")}
    response = HttpResponse(status=204)
    response["HX-Trigger"] = json.dumps({CHANGED: {}, "dialog:close": {}, "toast": toast})
    return response


def refused(request: HttpRequest, why: str, *, to: str) -> HttpResponse:
    """Say why nothing was done; the page stays as it is."""
    if getattr(request, "htmx", False):
        response = HttpResponse(status=204)
        response["HX-Trigger"] = json.dumps({"toast": {"message": why, "bad": True}})
        return response
    messages.error(request, why)
    return HttpResponseRedirect(to)


def _above(request: HttpRequest) -> str:
    """The nearest address above that is the page of a thing or a list; what hangs on something lies below it."""
    steps = request.path.strip("/").split("/")[:-1]
    while steps:
        address = f"/{'/'.join(steps)}/"
        if is_valid_path(address) and (resolve(address).url_name or "").endswith(("_detail", "_list")):
            return address
        steps.pop()
    return "/"


def form_page(request: HttpRequest, template: str, heading: str, context: dict[str, Any]) -> HttpResponse:
    """A form in the dialog or on a page of its own; with status 422 when what was typed does not do.

    The template extends ``frame`` and fills its block ``form``. A page of its own leads back: to where the person came
    from, to ``back`` of the context, or to the page above its address.
    """
    back = safe_next(request, context.get("back") or _above(request))
    frame = "web/dialog.html" if getattr(request, "htmx", False) else "web/page.html"
    form = context.get("form")
    status = 422 if form is not None and form.is_bound and form.errors else 200
    return render(request, template, {**context, "frame": frame, "heading": heading, "back": back}, status=status)
