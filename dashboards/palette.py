"""The palette: places, partners, people, saved views and what can be done, found by a few letters.

Everything in it is a link, so it is also a plain page. Nothing is offered that the person could not open.
"""

from __future__ import annotations

from django.db.models import Case, Value, When
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts import finding as names
from accounts.models import User
from accounts.requests import PersonRequest
from dashboards import palette_offers, search
from dashboards.models import SavedView
from dashboards.palette_offers import DEEDS, DEEDS_WITH, PAGES_OF, PLACES, Choice, Group, Offer
from relationships import finding, words
from relationships.finding import Scope
from relationships.models import Relationship
from web.clock import Now
from web.finding import PlainText, has_all
from web.plain import FEWEST_LETTERS, Candidate, Word, best_first, match, plain, words_of

# Lines of a kind; also partners whose deed was named with them.
PARTNERS = 8
# Partners with which something can be done straight from here: each has several actions.
ACTED_ON = 3
LONGEST = 200
# So many people are looked at for whether their name is meant.
LOOKED_AT = 50


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
    """Places, partners (own ones first), saved views, people, colleagues, then actions; empty groups are left out.

    Each word may speak of a deed or of the partner: *pack havbris*. A colleague is found by a manager, who has a
    one-to-one with them. Blanks around it count for nothing. As many queries for one partner as for a thousand.
    """
    typed = " ".join(typed.split())
    reach, begun = user.reach, plain(typed)
    looked_for = words_of(typed)
    scope = finding.scope_of(user) if looked_for else None
    partners = _partners(user, scope, looked_for) if scope else []
    places = [place for place in PLACES if place.may(reach) and (place.listed or len(begun) >= FEWEST_LETTERS)]
    deeds = [deed for deed in DEEDS if deed.may(reach)]
    if not any(_meant(offer, begun) for offer in (*places, *deeds)):
        # Perhaps one letter of it is wrong.
        places, deeds = _nearly(places, looked_for), _nearly(deeds, looked_for)
    else:
        # What begins like that comes before what only has it.
        places.sort(key=lambda place: not plain(str(place.text)).startswith(begun))
        places = [place for place in places if _meant(place, begun)]
        deeds = [deed for deed in deeds if _meant(deed, begun)]
    # What begins as was typed needs no partner: *review pack* stands before that of a partner who is called *Pack …*.
    called = [deed.choice() for deed in deeds if plain(str(deed.text)).startswith(begun)]
    others = [deed.choice() for deed in deeds if not plain(str(deed.text)).startswith(begun)]
    groups = [
        Group(_("Places"), [place.choice() for place in places]),
        Group(_("Partners"), [_page_of(row, now) for row in partners]),
        Group(_("Saved views"), _views(user, looked_for) if looked_for else []),
        Group(_("People"), _people(user, scope, typed) if scope else []),
        Group(_("One-to-ones"), _colleagues(user, looked_for) if looked_for else []),
        Group(_("Actions"), [*called, *(_with_partners(user, scope, looked_for, partners) if scope else []), *others]),
    ]
    return [group for group in groups if group.choices]


def _meant(offer: Offer, begun: str) -> bool:
    """One whose name begins like that, or has each word typed, or is also called so. A letter alone begins a place."""
    text = plain(str(offer.text))
    if len(begun) < FEWEST_LETTERS and offer not in DEEDS:
        return text.startswith(begun)
    return _speaks_of(text, begun) or bool(begun and _speaks_of(plain(str(offer.also)), begun))


def _speaks_of(text: str, begun: str) -> bool:
    known = text.split()
    return all(any(word.startswith(letters) for word in known) for letters in begun.split())


def _nearly(offers: list[Offer], looked_for: tuple[Word, ...]) -> list[Offer]:
    """Those that are called like that but for a mistake, as in search."""
    return [one for one in offers if looked_for and match(f"{one.text} {one.also}", looked_for)]


# Partners, and what is done with them --------------------------------------------------------------------------------


def _partners(user: User, scope: Scope, looked_for: tuple[Word, ...]) -> list[Relationship]:
    """Own ones first, and of each the best; any spelling of the name counts, and a mistake is forgiven."""
    keys = finding.partners(scope, looked_for)
    place = Case(*(When(pk=key, then=Value(at)) for at, key in enumerate(keys)), default=Value(len(keys)))
    theirs = Case(When(owner__in=user.acts_for, then=Value(0)), default=Value(1))
    ranked = Relationship.objects.visible_to(user).filter(pk__in=keys).alias(theirs=theirs, place=place)
    return list(ranked.order_by("theirs", "place").select_related("account", "agreement", "owner")[:PARTNERS])


def _page_of(row: Relationship, now: Now) -> Choice:
    look = words.LOOKS[row.state(now)]
    return Choice(str(row), row.get_absolute_url(), look.icon, words.short(row, now), look.tone)


def _with_partners(
    user: User, scope: Scope, looked_for: tuple[Word, ...], partners: list[Relationship]
) -> list[Choice]:
    """What was named together with a partner, then what can be done with those whose name was typed."""
    named = palette_offers.named(looked_for)
    found = {row.pk for row in partners}
    meant = [row for row in _partners(user, scope, named) if row.pk not in found] if named else []
    rows = [*partners, *meant]
    changeable = Relationship.objects.changeable_by(user).filter(pk__in=[row.pk for row in rows])
    allowed = set(changeable.values_list("pk", flat=True))
    told = [
        (found_as, deed.choice(row))
        for row in meant
        for deed in (*(DEEDS_WITH if row.pk in allowed else ()), *PAGES_OF)
        if deed.fits(row) and (found_as := deed.fit(row, looked_for))
    ]
    # What is there as it was typed is not mixed with what is nearly so.
    as_typed = [one for one in told if not one[0].nearly] or told
    best = sorted(as_typed, key=lambda one: (one[0].worst, one[0].total))
    acted_on = [row for row in partners if row.pk in allowed][:ACTED_ON]
    return [
        *(choice for _found_as, choice in best),
        *(deed for row in acted_on for deed in palette_offers.deeds_with(row)),
    ]


# Saved views and people ----------------------------------------------------------------------------------------------


def _views(user: User, looked_for: tuple[Word, ...]) -> list[Choice]:
    """Saved views that the person may follow, own ones first among equals. One query."""
    seen = SavedView.objects.visible_to(user).there().alias(plain=PlainText("name"))
    rows = seen.filter(has_all("plain", looked_for, nearly=True)).own_first(user).select_related("owner")
    known = {row.pk: row for row in rows[: finding.MOST]}
    called = [Candidate(row.pk, row.name, own=row.owner_id == user.pk) for row in known.values()]
    keys = best_first(called, looked_for, nearly=True)[:PARTNERS]
    return [_view(user, known[key]) for key in keys]


def _view(user: User, row: SavedView) -> Choice:
    page = str(row.get_page_display())
    hint = page if row.owner_id == user.pk else _("%(page)s, by %(owner)s") % {"page": page, "owner": row.owner}
    return Choice(row.name, row.address, "bookmark", hint)


def _people(user: User, scope: Scope, typed: str) -> list[Choice]:
    """People of partners by name, with the page of the organisation at which they are.

    By what ends their address only where one is typed: it names the partner, and so all people of theirs.
    """
    looked_for = words_of(typed)
    keys = names.people(user, looked_for, scope.accounts)[:LOOKED_AT]
    told = search.people_told(user, keys)
    found = [told[key] for key in keys if key in told]
    meant = [one for one in found if "@" in typed or match(f"{one.name} {one.email.partition('@')[0]}", looked_for)]
    return [Choice(one.name, one.address, "user", one.said) for one in meant[:PARTNERS]]


def _colleagues(user: User, looked_for: tuple[Word, ...]) -> list[Choice]:
    """Those of the manager's team who are called like that. One query, none for whoever manages nobody.

    That it is a one-to-one may be typed too; one of the words is of the name.
    """
    if not user.manages:
        return []
    team = User.objects.managed_by(user).order_by("name", "pk").values_list("pk", "name")
    lines = [(pk, name, _("One-to-one with %(name)s") % {"name": name}) for pk, name in team]
    called = [
        (pk, text)
        for pk, name, text in lines
        if match(f"{text} 1:1", looked_for) and any(match(name, (word,)) for word in looked_for)
    ][:PARTNERS]
    return [Choice(text, reverse("one_to_one", args=[pk]), "user-circle") for pk, text in called]
