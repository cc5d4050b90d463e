"""Answering an invitation from the mail: for whoever has the link, without a cookie, with scripts or without.

Opening the page changes nothing, as mail programs follow links by themselves. A forged post can do no more than one
that is sent openly with the same link.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from meetings import actions, answer_links, invitation_words
from web.clock import Now
from web.limits import Limit, admits
from web.network import place_of

WINDOW = 600
MOST = 120


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_answer(request: HttpRequest, token: str) -> HttpResponse:
    now = Now.read()
    if not admits([(Limit("meeting-answer", MOST, WINDOW), place_of(request))], now):
        response = _quiet(render(request, "meetings/answer_busy.html", status=429))
        response["Retry-After"] = str(WINDOW)
        return response
    question = answer_links.find(token, now)
    if question is None:
        return _quiet(render(request, "meetings/answer_closed.html", status=404))
    error = ""
    chosen = (request.POST if request.method == "POST" else request.GET).get("day", "")
    of_day = question.of_day(chosen)
    if request.method == "POST":
        try:
            if chosen and of_day is None:
                raise ValidationError(_("This day takes no answer any more. Choose another."))
            said = request.POST.get("answer", "")
            actions.hear_answer(
                now=now, asked=of_day or question.asked, said=said, whole=question.whole and of_day is None
            )
        except ValidationError as refused:
            error = " ".join(refused.messages)
        else:
            day = f"&day={of_day.pk}" if of_day is not None else ""
            response = HttpResponseRedirect(f"{request.path}?noted=1{day}")
            response.status_code = 303
            return _quiet(response)
    asked = of_day or question.asked
    shown = {
        "asked": asked,
        "meeting": asked.meeting,
        "said": invitation_words.facts(asked, whole=question.whole, now=now),
        "days": [(one, invitation_words.day_said(one, now)) for one in question.days],
        "of_day": of_day,
        "day_noted": invitation_words.short(asked.meeting, now),
        "choices": list(answer_links.WORDS.items()),
        "chosen": request.GET.get("answer", ""),
        "noted": "noted" in request.GET and bool(asked.answer),
        "whole": question.whole,
        "error": error,
    }
    return _quiet(render(request, "meetings/answer.html", shown, status=422 if error else 200))


def _quiet(response: HttpResponse) -> HttpResponse:
    """The address is all that one needs: it is told to nobody, kept nowhere, and no search engine shows the page."""
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    add_never_cache_headers(response)
    return response
