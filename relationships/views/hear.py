"""The public form of a listening post: for anybody with its address, signed in or not, with scripts or without.

It needs no cookie and no token against forgery: whoever posts here is nobody, so a forged post can do no more than
one that is sent openly. What limits it is told by ``prm/settings.py``.
"""

from __future__ import annotations

import secrets

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, RawPostDataException, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
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
# What reading a body raises.
REFUSED = (BadRequest, RequestDataTooBig, SuspiciousOperation, MultiPartParserError, UnreadablePostError)
NO_FILES = gettext_lazy("Files can’t be taken here, so nothing was sent. Your text is still in the form.")
TOO_LARGE = gettext_lazy("This is more than fits, so nothing was sent. Your text is still in the form.")
CUT = gettext_lazy(
    "This is far more than fits, so nothing was sent. The beginning of your text is still in the form; "
    "go back, and your browser has all of it."
)
UNREADABLE = gettext_lazy(
    "This could not be read as a whole, so nothing was sent. What could be read is still in the form: "
    "look at it and send it again."
)


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
    except REFUSED:
        text = _rescued(request).get("text", "")
    return render(request, "relationships/hear_closed.html", {"sent": True, "text": text}, status=410)


def _taken(request: HttpRequest, post: ListeningPost) -> HttpResponse:
    """What was sent, kept; otherwise the form again with what is wrong and all that was written."""
    files = NoFiles(request)
    try:
        _read(request, files)
    except REFUSED as error:
        return _refused(request, post, error)
    sent = {name: listening.tidy(request.POST.get(name, ""), lines=name == "text") for name in HearForm.base_fields}
    number = request.POST.get("form", "")[:LONGEST_NUMBER] or secrets.token_urlsafe(12)
    form = HearForm(sent)
    if files.refused:
        form.add_error(None, NO_FILES)
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


def _refused(request: HttpRequest, post: ListeningPost, error: Exception) -> HttpResponse:
    """What could not be read as a whole: the form with what can be read of it, or a page that says what to do."""
    sent = _rescued(request)
    too_large, files = isinstance(error, RequestDataTooBig), isinstance(error, TooManyFilesSent)
    status = 413 if too_large else 422 if files else 400
    if not sent.get("text"):
        context = {"post": post, "too_large": too_large}
        return render(request, "relationships/hear_refused.html", context, status=status)
    form = HearForm(sent)
    if too_large:
        form.add_error(None, CUT if _length(request) > listening.LARGEST_KEPT else TOO_LARGE)
    else:
        form.add_error(None, NO_FILES if files else UNREADABLE)
    return _page(request, post, form, number=sent.get("form", "")[:LONGEST_NUMBER], status=status)


def _rescued(request: HttpRequest) -> dict[str, str]:
    """The fields of a body that was refused, made tidy."""
    try:
        body = _beginning(request) if _length(request) > listening.LARGEST_BODY else request.body
    except (OSError, RawPostDataException):
        return {}
    kind = request.META.get("CONTENT_TYPE") or ""
    found = listening.fields_in(body, kind, {*HearForm.base_fields, "form"})
    return {name: listening.tidy(value, lines=name == "text") for name, value in found.items()}


def _beginning(request: HttpRequest) -> bytes:
    """As much of a large body as is kept; the rest is read past, as a browser that still sends reads no answer."""
    body = request.read(listening.LARGEST_KEPT)
    passed = len(body)
    while passed < listening.LARGEST_PASSED and (chunk := request.read(1 << 16)):
        passed += len(chunk)
    return body


def _length(request: HttpRequest) -> int:
    return int(request.META.get("CONTENT_LENGTH") or 0)


def _read(request: HttpRequest, files: NoFiles) -> None:
    """Read the body once, within its limits, whatever it says of itself. Raises one of ``REFUSED``."""
    if _length(request) > listening.LARGEST_BODY:
        raise RequestDataTooBig
    # Kept as it came, for what can be read of it where it is refused.
    request.body  # noqa: B018
    # Whoever names another encoding means no text that a browser would send.
    request.encoding = "utf-8"
    request.upload_handlers = [files]
    len(request.POST)


def _limits(request: HttpRequest, post: ListeningPost) -> list[tuple[Limit, str]]:
    return [
        (Limit("heard-from", settings.LISTENING_PER_ADDRESS, WINDOW), place_of(request)),
        (Limit("heard-at", settings.LISTENING_PER_POST, WINDOW), str(post.pk)),
    ]
