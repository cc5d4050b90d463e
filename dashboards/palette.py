"""The palette: places, partners and what can be done with them, found by a few letters.

Everything in it is a link, so it is also a plain page. Nothing is offered that the person could not open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Case, Value, When
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import Reach
from accounts.models import User
from accounts.requests import PersonRequest
from relationships import finding, words
from relationships.models import Commitment, Relationship
from web.clock import Now
from web.plain import Word, match, plain, words_of

PARTNERS = 8
# Partners with which something can be done straight from here: each has several actions.
ACTED_ON = 3
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """A line of the palette. ``dialog``: it opens in the dialog. ``tone`` is the class of the icon's hue."""

    text: str
    address: str
    icon: str
    hint: str = ""
    tone: str = ""
    dialog: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    name: str | Promise
    choices: list[Choice]


@dataclass(frozen=True, slots=True)
class Offer:
    """A place, or an action that needs no partner; ``may`` says who is let in."""

    text: str | Promise
    url: str
    icon: str
    may: Callable[[Reach], bool]
    dialog: bool = False
    # Other words for it, by which it is found too.
    also: str | Promise = ""

    def choice(self) -> Choice:
        return Choice(str(self.text), reverse(self.url), self.icon, dialog=self.dialog)


def _everybody(reach: Reach) -> bool:
    return reach.staff


def _administrators(reach: Reach) -> bool:
    return reach.everything


def _writers(reach: Reach) -> bool:
    return reach.writes


PLACES = (
    Offer(gettext_lazy("Today"), "today", "sun", _everybody),
    Offer(gettext_lazy("Portfolio"), "portfolio", "layout-list", _everybody),
    Offer(gettext_lazy("Meetings"), "meeting_list", "calendar-event", _everybody),
    Offer(gettext_lazy("Promises"), "promise_list", "checks", _everybody),
    Offer(gettext_lazy("Feedback"), "feedback_list", "message-circle", _everybody),
    Offer(
        gettext_lazy("Insights"), "insights", "chart-dots", _everybody, also=gettext_lazy("dashboard charts figures")
    ),
    Offer(gettext_lazy("Saved views"), "view_list", "bookmark", _everybody),
    Offer(gettext_lazy("Satisfied, and loyal"), "loyalty_list", "heart", _everybody),
    Offer(gettext_lazy("Problems"), "problem_list", "alert-circle", _everybody),
    Offer(gettext_lazy("Listening posts"), "listening_list", "ear", _everybody),
    Offer(
        gettext_lazy("Learnt on visits"), "insight_list", "bulb", _everybody, also=gettext_lazy("insights from visits")
    ),
    Offer(gettext_lazy("Which ways in work"), "play_list", "door-enter", _everybody),
    Offer(
        gettext_lazy("One-to-ones"),
        "one_to_one_list",
        "user-circle",
        _everybody,
        also=gettext_lazy("one to one sheet team talk 1:1"),
    ),
    Offer(gettext_lazy("Organisations"), "account_list", "building", _everybody),
    Offer(gettext_lazy("Duplicates"), "duplicate_list", "copy", _everybody),
    Offer(gettext_lazy("History"), "history", "history", _everybody),
    Offer(gettext_lazy("Holidays"), "cover_list", "calendar-time", _everybody),
    Offer(gettext_lazy("People"), "person_list", "users", _administrators),
    Offer(gettext_lazy("Teams"), "team_list", "users-group", _administrators),
    Offer(
        gettext_lazy("Outlines of meetings"),
        "outline_list",
        "list-details",
        _administrators,
        also=gettext_lazy("outlines agenda agendas template templates of meetings"),
    ),
    Offer(gettext_lazy("Outbox"), "outbox", "send", _administrators),
    Offer(gettext_lazy("Search"), "search", "search", _everybody, also=gettext_lazy("find look for notes words")),
    Offer(gettext_lazy("Keys"), "shortcut_list", "command", _everybody, also=gettext_lazy("shortcuts keyboard help")),
    Offer(gettext_lazy("Settings"), "settings", "settings", _everybody),
    Offer(gettext_lazy("Weekly mails"), "mail_settings", "mail", _everybody),
    Offer(
        gettext_lazy("How relationships are judged"),
        "health_settings",
        "adjustments-horizontal",
        _everybody,
        also=gettext_lazy("health weights thresholds score standing settings"),
    ),
)
DEEDS = (
    Offer(gettext_lazy("Log check-in"), "log", "pencil-plus", _writers, dialog=True),
    Offer(gettext_lazy("Plan a meeting"), "meeting_new", "calendar-event", _writers, dialog=True),
    Offer(gettext_lazy("New promise"), "commitment_new", "checks", _writers, dialog=True),
    Offer(gettext_lazy("New feedback"), "feedback_new", "message-circle", _writers, dialog=True),
    Offer(gettext_lazy("New problem"), "problem_new", "alert-circle", _writers, dialog=True),
    Offer(gettext_lazy("Review pack"), "pack_choice", "notes", _writers, also=gettext_lazy("prepare a review")),
    Offer(gettext_lazy("New relationship"), "relationship_create", "plus", _writers, dialog=True),
    Offer(gettext_lazy("Add organisation"), "account_create", "building", _writers, dialog=True),
)


@require_safe
@vary_on_headers("HX-Request")
def palette(request: PersonRequest) -> HttpResponse:
    """A page of links; asked by the palette itself (``HX-Request``) only the options of its list."""
    typed = request.GET.get("q", "").replace("\0", "")[:LONGEST]
    groups = find(request.user, typed, Now.read())
    count = sum(len(group.choices) for group in groups)
    context = {
        "typed": typed,
        "groups": groups,
        "said": ngettext("%(count)d result", "%(count)d results", count) % {"count": count}
        if count
        else _("No result"),
    }
    if request.htmx:
        # Without what the navigation of a page counts: this is asked for at every letter.
        return HttpResponse(render_to_string("dashboards/palette_options.html", context))
    return render(request, "dashboards/palette.html", context)


def find(user: User, typed: str, now: Now) -> list[Group]:
    """Places whose name begins with what was typed, partners (own ones first), colleagues, then actions.

    The empty groups are left out. A colleague is found by a manager, who has a one-to-one with them.

    Blanks around it count for nothing. As many queries for one partner as for a thousand.
    """
    typed = " ".join(typed.split())
    reach, begun = user.reach, plain(typed)
    looked_for = words_of(typed)
    partners = _partners(user, looked_for) if looked_for else []
    places = [place for place in PLACES if place.may(reach)]
    deeds = [deed for deed in DEEDS if deed.may(reach)]
    if not any(_meant(offer, begun) for offer in (*places, *deeds)):
        # Perhaps one letter of it is wrong.
        places, deeds = _nearly(places, looked_for), _nearly(deeds, looked_for)
    else:
        places = [place for place in places if _meant(place, begun)]
        deeds = [deed for deed in deeds if _meant(deed, begun)]
    groups = [
        Group(_("Places"), [place.choice() for place in places]),
        Group(_("Partners"), [_page_of(row, now) for row in partners]),
        Group(_("One-to-ones"), _colleagues(user, looked_for) if looked_for else []),
        Group(
            _("Actions"),
            [
                *(deed for row in _changeable(user, partners) for deed in _deeds_with(row)),
                *(deed.choice() for deed in deeds),
            ],
        ),
    ]
    return [group for group in groups if group.choices]


def _meant(offer: Offer, begun: str) -> bool:
    """A place whose name begins like that, a deed of which each word typed begins one; other words for either."""
    text = plain(str(offer.text))
    told = _speaks_of(text, begun) if offer in DEEDS else text.startswith(begun)
    return told or bool(begun and offer.also and _speaks_of(plain(str(offer.also)), begun))


def _speaks_of(text: str, begun: str) -> bool:
    known = text.split()
    return all(any(word.startswith(letters) for word in known) for letters in begun.split())


def _nearly(offers: list[Offer], looked_for: tuple[Word, ...]) -> list[Offer]:
    """Those that are called like that but for a mistake, as in search."""
    return [one for one in offers if looked_for and match(f"{one.text} {one.also}", looked_for)]


# Partners ------------------------------------------------------------------------------------------------------------


def _partners(user: User, looked_for: tuple[Word, ...]) -> list[Relationship]:
    """Own ones first, and of each the best; any spelling of the name counts, and a mistake is forgiven."""
    keys = finding.partners(finding.scope_of(user), looked_for)
    place = Case(*(When(pk=key, then=Value(at)) for at, key in enumerate(keys)), default=Value(len(keys)))
    theirs = Case(When(owner__in=user.acts_for, then=Value(0)), default=Value(1))
    ranked = Relationship.objects.visible_to(user).filter(pk__in=keys).alias(theirs=theirs, place=place)
    return list(ranked.order_by("theirs", "place").select_related("account", "agreement", "owner")[:PARTNERS])


def _changeable(user: User, partners: list[Relationship]) -> list[Relationship]:
    """The first of them with which the person may do something."""
    ids = [row.pk for row in partners]
    allowed = set(Relationship.objects.changeable_by(user).filter(pk__in=ids).values_list("pk", flat=True))
    return [row for row in partners if row.pk in allowed][:ACTED_ON]


def _page_of(row: Relationship, now: Now) -> Choice:
    look = words.LOOKS[row.state(now)]
    return Choice(str(row), row.get_absolute_url(), look.icon, words.short(row, now), look.tone)


def _colleagues(user: User, looked_for: tuple[Word, ...]) -> list[Choice]:
    """Those of the manager's team who are called like that. One query, none for whoever manages nobody."""
    if not user.manages:
        return []
    team = User.objects.managed_by(user).order_by("name", "pk").values_list("pk", "name")
    called = [(pk, name) for pk, name in team if match(name, looked_for)][:PARTNERS]
    return [
        Choice(_("One-to-one with %(name)s") % {"name": name}, reverse("one_to_one", args=[pk]), "user-circle")
        for pk, name in called
    ]


def _deeds_with(row: Relationship) -> Iterator[Choice]:
    known = {"partner": row}
    promise = reverse("commitment_new")
    yield Choice(
        _("Log check-in with %(partner)s") % known,
        f"{reverse('log')}?{urlencode({'relationship': row.pk})}",
        "pencil-plus",
        dialog=True,
    )
    yield Choice(
        _("Plan a meeting with %(partner)s") % known,
        reverse("meeting_create", args=[row.pk]),
        "calendar-event",
        dialog=True,
    )
    for text, side in (
        (_("Promise to %(partner)s"), Commitment.Side.OURS),
        (_("Their promise from %(partner)s"), Commitment.Side.THEIRS),
    ):
        query = urlencode({"relationship": row.pk, "side": side.value})
        yield Choice(text % known, f"{promise}?{query}", "checks", dialog=True)
    yield Choice(
        _("Feedback from %(partner)s") % known,
        reverse("feedback_create", args=[row.pk]),
        "message-circle",
        dialog=True,
    )
    yield Choice(_("Review pack of %(partner)s") % known, reverse("review_pack", args=[row.pk]), "notes")
    if row.due_on is not None and row.paused_since is None:
        yield Choice(_("Snooze %(partner)s") % known, reverse("snooze_create", args=[row.pk]), "zzz", dialog=True)
    if row.paused_since is None and row.ended_on is None:
        address = reverse("relationship_pause", args=[row.pk])
        yield Choice(_("Pause %(partner)s") % known, address, "player-pause", dialog=True)
