"""The palette: places, partners, people, saved views and what can be done, found by a few letters.

Everything in it is a link, so it is also a plain page. Nothing is offered that the person could not open.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts import finding as names
from accounts.access import Reach
from accounts.models import User
from accounts.requests import PersonRequest
from dashboards import palette_offers, search
from dashboards.models import SavedView
from dashboards.palette_offers import DEEDS, DEEDS_WITH, PAGES_OF, PLACES, Choice, Deed, Group, Offer
from relationships import finding, words
from relationships.finding import Scope
from relationships.models import Relationship
from web.clock import Now
from web.finding import PlainText, has_all
from web.plain import FEWEST_LETTERS, Rank, Tier, Word, match, plain, rank, words_of

# Lines of a kind; also partners whose deed was named with them.
PARTNERS = 8
# Partners with which something can be done straight from here: each has several actions.
ACTED_ON = 3
LONGEST = 200
# So many partners and people are looked at for how well their name is meant.
LOOKED_AT = 50


@require_safe
@vary_on_headers("HX-Request")
def palette(request: PersonRequest) -> HttpResponse:
    """A page of links; asked by the palette itself (``HX-Request``) only the options of its list.

    ``relationship`` is the partner on whose page it was opened.
    """
    typed = request.GET.get("q", "").replace("\0", "")[:LONGEST]
    named = request.GET.get("relationship", "")
    at = int(named) if named.isascii() and named.isdigit() and len(named) < 19 else None
    groups = find(request.user, typed, Now.read(), at)
    count = sum(len(group.choices) for group in groups)
    context = {
        "typed": typed,
        "at": at,
        "groups": groups,
        "said": ngettext("%(count)d result", "%(count)d results", count) % {"count": count}
        if count
        else _("No result"),
    }
    if request.htmx:
        # Without what the navigation of a page counts: this is asked for at every letter.
        return HttpResponse(render_to_string("dashboards/palette_options.html", context))
    return render(request, "dashboards/palette.html", context)


@dataclass(frozen=True, slots=True)
class Hit:
    """A choice with its place among all that were found; ``own`` goes before what is not, among equals."""

    rank: Rank
    choice: Choice
    own: bool = True


def find(user: User, typed: str, now: Now, at: int | None = None) -> list[Group]:
    """What is called so, the best first: in each group, and the group of the best first; empty ones are left out.

    Each word may speak of a deed or of the partner: *pack havbris*. A colleague is found by a manager, who has a
    one-to-one with them. What is only nearly called so is offered where nothing is as it was typed. ``at`` is the
    partner on whose page one is: what can be done with them comes before the same without a partner. Blanks around
    what was typed count for nothing. As many queries for one partner as for a thousand.
    """
    typed = " ".join(typed.split())
    looked_for = words_of(typed)
    here = _here(user, at) if at else None
    if not looked_for:
        return _begun(user, plain(typed), here)
    scope = finding.scope_of(user)
    partners = _partners(user, scope, looked_for)
    groups = [
        (_("Places"), _offered(PLACES, user.reach, looked_for)),
        (_("Partners"), [Hit(one.rank, _page_of(one.row, now), one.own) for one in partners]),
        (_("Saved views"), _views(user, looked_for)),
        (_("People"), _people(user, scope, typed)),
        (_("One-to-ones"), _colleagues(user, looked_for)),
        (
            _("Actions"),
            [
                *(_deeds_of(here, looked_for) if here else ()),
                *_offered(DEEDS, user.reach, looked_for),
                *_with_partners(user, scope, looked_for, partners),
            ],
        ),
    ]
    return _best([(name, hits) for name, hits in groups if hits])


def _best(groups: list[tuple[str, list[Hit]]]) -> list[Group]:
    """Across all groups: what is nearly so only where nothing is so. Among equals everything stays in its order."""
    as_typed = any(not hit.rank.nearly for _name, hits in groups for hit in hits)
    kept = [(name, [hit for hit in hits if not (as_typed and hit.rank.nearly)]) for name, hits in groups]
    first = sorted((min(hit.rank for hit in hits), at) for at, (_name, hits) in enumerate(kept) if hits)
    return [Group(kept[at][0], _in_order(kept[at][1])) for _rank, at in first]


def _in_order(hits: list[Hit]) -> list[Choice]:
    """Each address once: what is done with the partner of this page may be found by their name too."""
    best = sorted(hits, key=lambda hit: (hit.rank, not hit.own))
    return list({hit.choice.address: hit.choice for hit in reversed(best)}.values())[::-1]


def _begun(user: User, letters: str, here: Here | None) -> list[Group]:
    """Nothing was typed, or a letter: what can be done here, places, and what can be made."""
    places = [one for one in PLACES if one.may(user.reach) and one.begins(letters)]
    listed = [one.choice() for one in places if one.listed or len(letters) >= FEWEST_LETTERS]
    deeds = [one.choice() for one in DEEDS if one.may(user.reach) and one.begins(letters)]
    named = Group(str(here.row), here.choices if not letters else []) if here else None
    groups = [*([named] if named else ()), Group(_("Places"), listed), Group(_("Actions"), deeds)]
    return [group for group in groups if group.choices]


def _offered(offers: Iterable[Offer], reach: Reach, looked_for: tuple[Word, ...]) -> list[Hit]:
    return [Hit(found, one.choice()) for one in offers if one.may(reach) and (found := one.fit(looked_for))]


# The partner of this page --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Here:
    """The partner on whose page one is, and what there is to do with them, for whoever may."""

    row: Relationship
    deeds: list[Deed]

    @property
    def choices(self) -> list[Choice]:
        """What is offered before anything is typed; the rest is found by its name."""
        return [deed.choice(self.row) for deed in self.deeds if deed.always or deed in PAGES_OF]


def _here(user: User, at: int) -> Here | None:
    row = Relationship.objects.visible_to(user).filter(pk=at).select_related("account", "agreement").first()
    if row is None:
        return None
    writes = Relationship.objects.changeable_by(user).filter(pk=at).exists()
    return Here(row, [deed for deed in (*(DEEDS_WITH if writes else ()), *PAGES_OF) if deed.fits(row)])


def _deeds_of(here: Here, looked_for: tuple[Word, ...]) -> list[Hit]:
    return [Hit(found, deed.choice(here.row)) for deed in here.deeds if (found := deed.fit(here.row, looked_for))]


# Partners, and what is done with them --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Named:
    """A partner that was found by name."""

    rank: Rank
    own: bool
    row: Relationship


def _partners(user: User, scope: Scope, looked_for: tuple[Word, ...]) -> list[Named]:
    """The best, own ones first among equals; any spelling of the name counts, and a mistake is forgiven."""
    keys = finding.partners(scope, looked_for)[:LOOKED_AT]
    place = {key: at for at, key in enumerate(keys)}
    seen = Relationship.objects.visible_to(user).filter(pk__in=keys).select_related("account", "agreement", "owner")
    own = user.acts_for
    rows = sorted(seen.prefetch_related("account__aliases"), key=lambda row: place[row.pk])
    found = [
        Named(called, row.owner_id in own, row)
        for row in rows
        if (called := rank(looked_for, str(row), others=[one.name for one in row.account.aliases.all()]))
    ]
    return sorted(found, key=lambda one: (one.rank, not one.own))[:PARTNERS]


def _page_of(row: Relationship, now: Now) -> Choice:
    look = words.LOOKS[row.state(now)]
    return Choice(str(row), row.get_absolute_url(), look.icon, words.short(row, now), look.tone)


def _with_partners(user: User, scope: Scope, looked_for: tuple[Word, ...], partners: list[Named]) -> list[Hit]:
    """What was named together with a partner, then what can be done with those whose name was typed."""
    named = palette_offers.named(looked_for)
    found = {one.row.pk for one in partners}
    meant = [one for one in _partners(user, scope, named) if one.row.pk not in found] if named else []
    changeable = Relationship.objects.changeable_by(user).filter(pk__in=[one.row.pk for one in (*partners, *meant)])
    allowed = set(changeable.values_list("pk", flat=True))
    told = [
        Hit(found_as, deed.choice(one.row), one.own)
        for one in meant
        for deed in (*(DEEDS_WITH if one.row.pk in allowed else ()), *PAGES_OF)
        if deed.fits(one.row) and (found_as := deed.fit(one.row, looked_for))
    ]
    # Each has several actions, of which the name is a part.
    acted_on = [one for one in partners if one.row.pk in allowed][:ACTED_ON]
    return told + [
        Hit(one.rank.at_best(Tier.WORDS), deed, one.own)
        for one in acted_on
        for deed in palette_offers.deeds_with(one.row)
    ]


# Saved views and people ----------------------------------------------------------------------------------------------


def _views(user: User, looked_for: tuple[Word, ...]) -> list[Hit]:
    """Saved views that the person may follow, own ones first among equals. One query."""
    seen = SavedView.objects.visible_to(user).there().alias(plain=PlainText("name"))
    rows = seen.filter(has_all("plain", looked_for, nearly=True)).own_first(user).select_related("owner")
    found = [
        Hit(called, _view(user, row), row.owner_id == user.pk)
        for row in rows[: finding.MOST]
        if (called := rank(looked_for, row.name))
    ]
    return sorted(found, key=lambda hit: (hit.rank, not hit.own))[:PARTNERS]


def _view(user: User, row: SavedView) -> Choice:
    page = str(row.get_page_display())
    hint = page if row.owner_id == user.pk else _("%(page)s, by %(owner)s") % {"page": page, "owner": row.owner}
    return Choice(row.name, row.address, "bookmark", hint)


def _people(user: User, scope: Scope, typed: str) -> list[Hit]:
    """People of partners by name, with the page of the organisation at which they are.

    By what ends their address only where one is typed: it names the partner, and so all people of theirs.
    """
    looked_for = words_of(typed)
    keys = names.people(user, looked_for, scope.accounts)[:LOOKED_AT]
    told = search.people_told(user, keys)
    found = [
        Hit(called, Choice(one.name, one.address, "user", one.said))
        for one in (told[key] for key in keys if key in told)
        if (called := rank(looked_for, one.name, also=one.email if "@" in typed else one.email.partition("@")[0]))
    ]
    return sorted(found, key=lambda hit: hit.rank)[:PARTNERS]


def _colleagues(user: User, looked_for: tuple[Word, ...]) -> list[Hit]:
    """Those of the manager's team who are called like that. One query, none for whoever manages nobody.

    That it is a one-to-one may be typed too; one of the words is of the name.
    """
    if not user.manages:
        return []
    team = User.objects.managed_by(user).order_by("name", "pk").values_list("pk", "name")
    lines = [(pk, name, _("One-to-one with %(name)s") % {"name": name}) for pk, name in team]
    return [
        Hit(called, Choice(text, reverse("one_to_one", args=[pk]), "user-circle"))
        for pk, name, text in lines
        if (called := rank(looked_for, text, also="1:1")) and any(match(name, (word,)) for word in looked_for)
    ][:PARTNERS]
