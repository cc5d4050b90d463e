"""The public form of a listening post: for anybody with its address, signed in or not, with scripts or without.

It needs no cookie and no token against forgery: whoever posts here is nobody, so a forged post can do no more than
one that is sent openly. What limits it is told by ``prm/settings.py``.
"""

from __future__ import annotations

import secrets

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from relationships import actions, addresses, listening
from relationships.forms.listening import HearForm
from relationships.models import ListeningPost
from web.clock import Now
from web.limits import Limit, admits
from web.network import place_of
from web.uploads import NoFiles

WINDOW = 600
LONGEST_NUMBER = 64


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def hear(request: HttpRequest, token: str) -> HttpResponse:
    post = addresses.find(token)
    if post is None:
        return _quiet(_closed(request))
    if request.method == "POST":
        return _quiet(_taken(request, post))
    if "taken" in request.GET:
        return _quiet(render(request, "relationships/heard.html", {"post": post}))
    return _page(request, post, HearForm(), number=secrets.token_urlsafe(12))


def _quiet(response: HttpResponse) -> HttpResponse:
    """The address is all that one needs: it is told to nobody, and no search engine keeps the page."""
    response["Referrer-Policy"] = "no-referrer"
    # Kept by the browser alone, and only to go back to: without it a form that was sent again has nothing behind it
    # but the browser's own error.
    patch_cache_control(response, private=True, no_cache=True, max_age=0)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _page(request: HttpRequest, post: ListeningPost, form: HearForm, *, number: str, status: int = 200) -> HttpResponse:
    context = {"post": post, "form": form, "number": number}
    return _quiet(render(request, "relationships/hear.html", context, status=status))


def _closed(request: HttpRequest) -> HttpResponse:
    """For every address that takes nothing, whatever is wrong with it: the same words, and what was typed.

    Whoever opened the form while it was open can't know that it was closed since: the text is theirs to copy.
    """
    if request.method != "POST":
        return render(request, "relationships/hear_closed.html", status=404)
    try:
        _read(request, NoFiles(request))
        text = listening.tidy(request.POST.get("text", ""), lines=True)
    except (BadRequest, RequestDataTooBig, SuspiciousOperation, MultiPartParserError, UnreadablePostError):
        text = ""
    return render(request, "relationships/hear_closed.html", {"sent": True, "text": text}, status=410)


def _taken(request: HttpRequest, post: ListeningPost) -> HttpResponse:
    """What was sent, kept; otherwise the form again with what is wrong and all that was written."""
    files = NoFiles(request)
    try:
        _read(request, files)
    except RequestDataTooBig:
        return render(request, "relationships/hear_refused.html", {"post": post, "too_large": True}, status=413)
    except (BadRequest, SuspiciousOperation, MultiPartParserError, UnreadablePostError):
        return render(request, "relationships/hear_refused.html", {"post": post}, status=400)
    sent = {name: listening.tidy(request.POST.get(name, ""), lines=name == "text") for name in HearForm.base_fields}
    number = request.POST.get("form", "")[:LONGEST_NUMBER] or secrets.token_urlsafe(12)
    form = HearForm(sent)
    if files.refused:
        form.add_error(None, _("Files can’t be taken here, so nothing was sent. Your text is still in the form."))
    if form.errors:
        return _page(request, post, form, number=number, status=422)
    now = Now.read()
    said = form.cleaned_data
    if not actions.was_heard(post=post, form=number, **said) and not admits(_limits(request, post), now):
        form.add_error(
            None,
            _("Too much has come in within a few minutes, so this was not taken yet. Your text is still in the form: "
              "wait ten minutes, then send it again."),
        )  # fmt: skip
        response = _page(request, post, form, number=number, status=429)
        response["Retry-After"] = str(WINDOW)
        return response
    actions.hear(now=now, post=post, form=number, **said)
    response = HttpResponseRedirect(f"{request.path}?taken=1")
    response.status_code = 303
    return response


def _read(request: HttpRequest, files: NoFiles) -> None:
    """Read the body once, within its limits, whatever it says of itself. Raises what Django raises."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > listening.LARGEST_BODY:
        raise RequestDataTooBig
    # Whoever names another encoding means no text that a browser would send.
    request.encoding = "utf-8"
    request.upload_handlers = [files]
    len(request.POST)


def _limits(request: HttpRequest, post: ListeningPost) -> list[tuple[Limit, str]]:
    return [
        (Limit("heard-from", settings.LISTENING_PER_ADDRESS, WINDOW), place_of(request)),
        (Limit("heard-at", settings.LISTENING_PER_POST, WINDOW), str(post.pk)),
    ]
