"""One question behind a signed link: for whoever of theirs has it, without a cookie, with scripts or without.

Opening the page changes nothing, as mail programs follow links by themselves. A forged post can do no more than one
that is sent openly with the same link. Nothing of ours is told but the question and who asks it.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from relationships import actions, pulse, pulse_links, pulse_words
from relationships.forms.pulse import QuestionForm
from relationships.models import Pulse, PulseSide
from web.clock import Now
from web.limits import Limit, admits
from web.network import place_of

WINDOW = 600
MOST = 120


def _busy(request: HttpRequest, now: Now) -> HttpResponse | None:
    if admits([(Limit("pulse-answer", MOST, WINDOW), place_of(request))], now):
        return None
    response = _quiet(render(request, "relationships/pulse_busy.html", status=429))
    response["Retry-After"] = str(WINDOW)
    return response


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def pulse_question(request: HttpRequest, token: str) -> HttpResponse:
    now = Now.read()
    if (busy := _busy(request, now)) is not None:
        return busy
    row = pulse_links.find(token, now)
    if row is None:
        return _closed(request)
    form = QuestionForm(request.POST) if request.method == "POST" else None
    if form is not None and form.is_valid():
        if actions.hear_pulse(now=now, question=row, **form.cleaned_data) is None:
            return _closed(request)
        response = HttpResponseRedirect(f"{request.path}?noted=1")
        response.status_code = 303
        return _quiet(response)
    return _quiet(
        render(request, "relationships/pulse_question.html", _shown(request, row, form), status=422 if form else 200)
    )


def _shown(request: HttpRequest, row: Pulse, form: QuestionForm | None) -> dict[str, object]:
    answer = getattr(row, "answer", None)
    score, words = (str(answer.score), answer.words) if answer is not None else ("", "")
    if form is not None:
        score, words = request.POST.get("score", ""), request.POST.get("words", "")
    elif not answer:
        # A mail offers the answers one by one: that which was followed is chosen, and nothing is noted yet.
        score = request.GET.get("score", "")
    return {
        "asked": pulse_words.asked(row.question, PulseSide.THEIRS),
        "name": row.to_stakeholder.contact.name if row.to_stakeholder else "",
        "who": (row.sent_by or row.relationship.owner).name,
        "until": date_format(pulse.until(row.asked_on), "j F Y"),
        "choices": [(str(one), capfirst(str(word))) for one, word in pulse_words.SCORES.items()],
        "score": score,
        "words": words,
        "answered": capfirst(str(pulse_words.SCORES[answer.score])) if answer is not None else "",
        "noted": "noted" in request.GET and answer is not None,
        "errors": [error for errors in form.errors.values() for error in errors] if form is not None else [],
        "stop": pulse_links.stop_address_for(row) if row.sent_at is not None else "",
    }


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def pulse_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Opened by GET it asks; by POST, from any mail program and without a cookie, it is done."""
    now = Now.read()
    if (busy := _busy(request, now)) is not None:
        return busy
    person = pulse_links.person_of(token)
    if person is None:
        return _closed(request)
    if request.method == "POST":
        actions.refuse_pulses(now=now, contact=person.contact)
    return _quiet(render(request, "relationships/pulse_stop.html", {"stopped": request.method == "POST"}))


def _closed(request: HttpRequest) -> HttpResponse:
    """For every link that takes no answer, whatever is wrong with it: the same."""
    return _quiet(render(request, "relationships/pulse_closed.html", status=404))


def _quiet(response: HttpResponse) -> HttpResponse:
    """The address is all that one needs: it is told to nobody, kept nowhere, and no search engine shows the page."""
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    add_never_cache_headers(response)
    return response
