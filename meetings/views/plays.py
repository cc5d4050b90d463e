"""Ways in to a partner: what fits, what is planned and waits, what became of it; and who may be named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.meanwhile import Meanwhile
from accounts.models import Account
from accounts.requests import PersonRequest
from accounts.undo import Done
from meetings import actions, play_words, plays, ways_in
from meetings.actions.plays import CHANNELS
from meetings.forms.plays import NamingForm, PlayAnswerForm, PlayDoneForm, PlayForm
from meetings.models import NamingPermission, Play
from relationships.models import Relationship
from relationships.views.common import attempt, attempt_once, changeable, known_already
from web import dates
from web.clock import Now
from web.downloads import menu_of
from web.paging import page
from web.responses import done, form_page, refused, safe_next

read_or_write = require_http_methods(["GET", "POST"])
LONGEST_READ = 20_000
ENDED_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Warned:
    """What is said beside a text that names somebody else; ``allowed``: they let us."""

    named: ways_in.Named
    said: str

    @property
    def allowed(self) -> bool:
        return self.named.permission is not None


def _warned(found: Iterable[ways_in.Named], now: Now) -> list[Warned]:
    return [Warned(one, play_words.naming(one, now.today(one.account.zone))) for one in found]


@dataclass(frozen=True, slots=True)
class Line:
    """A play in words; ``warned`` of those whom it names and who are not known to allow it."""

    row: Play
    icon: str
    kind: str
    state: str
    who: str
    warned: list[Warned]


def lines(rows: Sequence[Play], today: date, warned: Mapping[int, list[Warned]]) -> list[Line]:
    return [
        Line(
            row,
            play_words.ICONS[plays.Kind(row.kind)],
            play_words.heading(row),
            play_words.state(row, today),
            play_words.for_whom(row),
            warned.get(row.pk, []),
        )
        for row in rows
    ]


def _not_allowed(rows: Sequence[Play], row: Relationship, request: PersonRequest, now: Now) -> dict[int, list[Warned]]:
    """What each of these plays, still to be done, names without being known to be allowed to. Five queries at most."""
    texts = {play.pk: play.what for play in rows if play.done_on is None}
    found = ways_in.named_in_each(texts, request.user, now, besides=[row.account_id])
    return {pk: [one for one in _warned(named, now) if not one.allowed] for pk, named in found.items()}


# The page ------------------------------------------------------------------------------------------------------------


@require_GET
def relationship_plays(request: PersonRequest, pk: int) -> HttpResponse:
    user, now = request.user, Now.read()
    rows = Relationship.objects.visible_to(user).select_related("account", "owner")
    row = get_object_or_404(rows, pk=pk)
    today = row.today(now)
    tried = ways_in.plays_tried(row)
    open_rows = sorted((play for play in tried if play.is_open), key=lambda play: (play.next_on, play.pk))
    ended = Play.objects.filter(relationship=row).exclude(dropped_on=None, answered_on=None, unanswered_on=None)
    shown = page(
        ended.select_related("contact", "through", "unit"),
        order=("-planned_on", "-id"),
        after=request.GET.get("after", ""),
        size=ENDED_SHOWN,
    )
    year = ways_in.year_of(row, today)
    found = plays.figures(play.tried() for play in tried)
    context = {
        "row": row,
        "suggested": [play_words.suggested(one, today) for one in ways_in.suggestions_of(row, user, today, tried)],
        "open": lines(open_rows, today, _not_allowed(open_rows, row, request, now)),
        "ended": lines(shown.rows, today, {}),
        "more": f"?after={shown.after}#ended" if shown.after else "",
        "download": menu_of("relationship_plays_download", row.pk),
        "works": play_words.working(found),
        "figures": [(play_words.DOING[one.kind], play_words.figure(one)) for one in found],
        "each_other": play_words.each_others(year),
        "quarters": play_words.quarters(year) if year.whole.internal else [],
        "invite": f"{reverse('meeting_create', args=[row.pk])}?kind=internal",
        "permissions": _permissions(row.account, request, today),
        "names": Account.objects.changeable_by(user).filter(pk=row.account_id).exists(),
        "writes": Relationship.objects.changeable_by(user).filter(pk=row.pk).exists(),
    }
    return render(request, "meetings/relationship_plays.html", context)


@dataclass(frozen=True, slots=True)
class Permission:
    row: NamingPermission
    stands: bool


def _permissions(account: Account, request: PersonRequest, today: date) -> list[Permission]:
    return [
        Permission(row, row.withdrawn_on is None and (row.until_on is None or row.until_on >= today))
        for row in ways_in.permissions_of(account, request.user)
    ]


@require_GET
def play_list(request: PersonRequest) -> HttpResponse:
    """What became of the ways in that were tried, all that the person sees together and by team. Nobody is ranked."""
    by_team = ways_in.tried_by_team(request.user)
    found = plays.figures(play for rows in by_team.values() for play in rows)
    teams = [_of_team(name, rows) for name, rows in sorted(by_team.items()) if len(by_team) > 1]
    context = {
        "lede": play_words.working(found),
        "figures": [_shown(one) for one in found],
        "teams": teams,
        "download": menu_of("play_download"),
    }
    return render(request, "meetings/play_list.html", context)


def _of_team(name: str, rows: Sequence[plays.Tried]) -> tuple[str, str, list[Any]]:
    found = plays.figures(rows)
    return name or _("Without a team"), play_words.working(found), [_shown(one) for one in found]


def _shown(one: plays.Figure) -> tuple[str, Any, str]:
    return play_words.ICONS[one.kind], play_words.DOING[one.kind], play_words.figure(one)


# Planned -------------------------------------------------------------------------------------------------------------


def _data(request: PersonRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _back(request: PersonRequest, row: Relationship) -> str:
    return safe_next(request, reverse("relationship_plays", args=[row.pk]))


# What the address of the form may begin with.
BEGINS = ("kind", "what", "contact", "through", "unit", "introduction")


@read_or_write
def play_create(request: PersonRequest, pk: int) -> HttpResponse:
    """A form, or one tap where a suggestion is taken as it stands."""
    now, row = Now.read(), changeable(request, pk)
    initial = {name: request.GET[name] for name in BEGINS if name in request.GET}
    form = PlayForm(_data(request), user=request.user, now=now, relationship=row, initial=initial)
    if request.method == "POST" and form.is_valid():
        made, known = attempt_once(
            form, actions.plan_play, Play, request=request, now=now, relationship=row, **form.cleaned_data
        )
        if made and known:
            return known_already(request, made)
        if made:
            return done(request, _with_names(request, made, row, now), step_id=made.step.pk, to=_back(request, row))
    heading = _("A way in to %(partner)s") % {"partner": row}
    return form_page(request, "meetings/play_form.html", heading, _form_context(request, form, row, now))


def _form_context(request: PersonRequest, form: PlayForm, row: Relationship, now: Now, **more: Any) -> dict[str, Any]:
    text = str(form["what"].value() or "")
    return {
        "form": form,
        "relationship": row,
        "warned": _warnings(request, text, row, now),
        "next": safe_next(request, ""),
        "back": reverse("relationship_plays", args=[row.pk]),
        **more,
    }


def _warnings(request: PersonRequest, text: str, row: Relationship | None, now: Now) -> list[Warned]:
    """Whom of others a text names; the partner to whom it goes may be named to themselves."""
    besides = [row.account_id] if row else []
    return _warned(ways_in.named_in(text, request.user, now, besides=besides), now)


def _with_names(request: PersonRequest, deed: Done[Play], row: Relationship, now: Now) -> str:
    """What was done, and whom it names who is not known to allow it: without JavaScript nothing else says so."""
    told = [one for one in _warnings(request, deed.row.what, row, now) if not one.allowed]
    return " ".join([f"{deed.step.said}.", *(f"{one.named.account} {one.said}" for one in told)])


@require_POST
def play_reading(request: PersonRequest) -> HttpResponse:
    """Whom the text that is being typed names; nothing is kept and nothing is blocked."""
    text = "\n".join(request.POST.get(name, "") for name in ("what", "note"))[:LONGEST_READ]
    key = request.POST.get("relationship", "")
    mine = Relationship.objects.visible_to(request.user)
    row = mine.filter(pk=int(key)).first() if key.isascii() and key.isdigit() and len(key) <= 18 else None
    return render(request, "meetings/_naming.html", {"warned": _warnings(request, text, row, Now.read())})


def _play(request: PersonRequest, pk: int) -> Play:
    rows = Play.objects.changeable_by(request.user).select_related("relationship__account", "contact")
    return get_object_or_404(rows, pk=pk)


@read_or_write
def play_edit(request: PersonRequest, pk: int) -> HttpResponse:
    now, meanwhile = Now.read(), Meanwhile(request, Play, pk)
    play = _play(request, pk)
    row = play.relationship
    form = PlayForm(_data(request), user=request.user, now=now, relationship=row, instance=play)
    if request.method == "POST" and form.is_valid():
        with meanwhile.unchanged(form, play) as same:
            changed = same and attempt(
                form,
                lambda: actions.change_play(actor=request.user, now=now, play=play, values=dict(form.cleaned_data)),
            )
        if changed:
            return done(
                request, _with_names(request, changed, row, now), step_id=changed.step.pk, to=_back(request, row)
            )
    heading = _("%(kind)s: %(partner)s") % {"kind": play_words.heading(play), "partner": row}
    context = _form_context(request, form, row, now, play=play, version=meanwhile.version)
    return form_page(request, "meetings/play_form.html", heading, context)


# What became of it ---------------------------------------------------------------------------------------------------


@read_or_write
def play_done(request: PersonRequest, pk: int) -> HttpResponse:
    """One tap says today; the form asks for another day, how it reached them and when to follow it up."""
    now, play = Now.read(), _play(request, pk)
    form = PlayDoneForm(_data(request), play=play, now=now, usual=CHANNELS.get(Play.Kind(play.kind), ""))
    if request.method == "POST" and form.is_valid():
        deed = attempt(form, lambda: actions.do_play(actor=request.user, now=now, play=play, **form.cleaned_data))
        if deed:
            return _said(request, deed, _followed(deed.row, now))
    heading = _("Done: %(what)s") % {"what": play_words.clipped(play)}
    return _step_form(request, form, play, heading)


def _followed(row: Play, now: Now) -> str:
    """What was done, what was logged of it and when it is looked at again."""
    told = [_("Done.")]
    if row.interaction_id:
        two_way = row.kind == Play.Kind.SIT_IN
        told.append(_("Logged as a visit.") if two_way else _("Logged as one-way, so it does not count yet."))
    if row.follow_up_on:
        day = dates.said(row.follow_up_on, row.relationship.today(now))
        told.append(_("Follow up: %(day)s.") % {"day": day})
    return " ".join(told)


@read_or_write
def play_answer(request: PersonRequest, pk: int) -> HttpResponse:
    """They answered: one tap, or a form with what they said."""
    now, play = Now.read(), _play(request, pk)
    usual = "" if play.kind == Play.Kind.SIT_IN else "email"
    form = PlayAnswerForm(_data(request), play=play, now=now, usual=usual)
    if request.method == "POST" and form.is_valid():
        deed = attempt(form, lambda: actions.answer_play(actor=request.user, now=now, play=play, **form.cleaned_data))
        if deed:
            said = _("Answered. Logged as a conversation.") if deed.row.reply_id else _("Answered.")
            return _said(request, deed, said)
    heading = _("Answered: %(what)s") % {"what": play_words.clipped(play)}
    return _step_form(request, form, play, heading)


def _step_form(request: PersonRequest, form: PlayDoneForm, play: Play, heading: str) -> HttpResponse:
    context = {
        "form": form,
        "play": play,
        "next": safe_next(request, ""),
        "back": reverse("relationship_plays", args=[play.relationship_id]),
    }
    return form_page(request, "meetings/play_step_form.html", heading, context)


def _said(request: PersonRequest, deed: Done[Play], said: str) -> HttpResponse:
    return done(request, said, step_id=deed.step.pk, to=_back(request, deed.row.relationship))


def _at_once(request: PersonRequest, pk: int, verb: Callable[..., Done[Play]], said: str) -> HttpResponse:
    play = _play(request, pk)
    try:
        deed = verb(actor=request.user, now=Now.read(), play=play)
    except ValidationError as error:
        return refused(request, " ".join(error.messages), to=_back(request, play.relationship))
    return _said(request, deed, said)


@require_POST
def play_no_answer(request: PersonRequest, pk: int) -> HttpResponse:
    return _at_once(request, pk, actions.leave_unanswered, _("No answer. It is not suggested first for 60 days."))


@require_POST
def play_drop(request: PersonRequest, pk: int) -> HttpResponse:
    return _at_once(request, pk, actions.drop_play, _("Dropped."))


@require_POST
def play_remove(request: PersonRequest, pk: int) -> HttpResponse:
    play = _play(request, pk)
    removed = actions.remove_play(actor=request.user, now=Now.read(), play_id=play.pk)
    return done(request, f"{removed.step.said}.", step_id=removed.step.pk, to=_back(request, play.relationship))


# Who may be named ----------------------------------------------------------------------------------------------------


@read_or_write
def naming_create(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    account = get_object_or_404(Account.objects.changeable_by(request.user), pk=pk)
    form = NamingForm(_data(request), account=account, now=now)
    if request.method == "POST" and form.is_valid():
        allowed = attempt(
            form,
            lambda: actions.allow_naming(actor=request.user, now=now, account=account, **form.cleaned_data),
        )
        if allowed:
            to = safe_next(request, account.get_absolute_url())
            return done(request, f"{allowed.step.said}.", step_id=allowed.step.pk, to=to)
    heading = _("%(name)s may be named") % {"name": account}
    context = {"form": form, "next": safe_next(request, ""), "back": account.get_absolute_url()}
    return form_page(request, "meetings/naming_form.html", heading, context)


def _permission(request: PersonRequest, pk: int) -> NamingPermission:
    rows = NamingPermission.objects.changeable_by(request.user).select_related("account")
    return get_object_or_404(rows, pk=pk)


@require_POST
def naming_withdraw(request: PersonRequest, pk: int) -> HttpResponse:
    row = _permission(request, pk)
    to = safe_next(request, row.account.get_absolute_url())
    try:
        deed = actions.withdraw_naming(actor=request.user, now=Now.read(), permission=row)
    except ValidationError as error:
        return refused(request, " ".join(error.messages), to=to)
    return done(request, f"{deed.step.said}.", step_id=deed.step.pk, to=to)


@require_POST
def naming_remove(request: PersonRequest, pk: int) -> HttpResponse:
    row = _permission(request, pk)
    deed = actions.remove_naming(actor=request.user, now=Now.read(), permission_id=row.pk)
    to = safe_next(request, row.account.get_absolute_url())
    return done(request, f"{deed.step.said}.", step_id=deed.step.pk, to=to)
