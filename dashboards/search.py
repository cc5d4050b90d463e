"""Search: organisations, people, and what was said, promised, wrong or met about, by what the person may see."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeAlias
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts import finding as names
from accounts.models import AccountAlias, Affiliation, Contact, User
from accounts.queries import directory
from accounts.requests import PersonRequest
from dashboards.timeline import Kind, Place
from meetings import finding as met
from meetings import words as meeting_words
from meetings.models import AgendaItem, Meeting, MeetingAccount, Outcome
from relationships import feedback_words, finding, problem_words, words
from relationships.finding import FEEDBACK, NOTES, PROBLEMS, PROMISES, STEPS, Found, Scope, Sought, Source
from relationships.models import Commitment, Feedback, Interaction, Problem, ProblemStep, Relationship
from web import dates
from web.clock import Now
from web.downloads import deliver, menu_of, whole
from web.finding import PlainText, has_all
from web.plain import LONGEST, MOST_WORDS, Candidate, Word, best_first, excerpt, marked, match, words_of
from web.sheets import Cell, Column

# So many of each kind where all kinds are shown, and of one kind by itself.
OF_EACH, OF_ONE = 5, 50
# So many letters of what went wrong, before what was written of it.
BRIEF = 60

Pieces: TypeAlias = list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Line:
    """What was found. ``title`` and ``text`` in pieces, each with whether it is one of the words."""

    icon: str
    title: Pieces
    address: str
    said: str = ""
    text: Pieces = field(default_factory=list)
    tone: str = ""
    label: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)
    # Where it is taken along: with whom it is, and of when.
    partner: str = ""
    day: date | None = None

    @property
    def shown(self) -> str:
        """All of its words, in one line."""
        title, text = ("".join(piece for piece, _hit in pieces) for pieces in (self.title, self.text))
        return " · ".join(filter(None, ("" if title == self.partner else title, self.said, text)))


@dataclass(frozen=True, slots=True)
class Asked:
    """A search under way: who asks, for which words, when."""

    user: User
    typed: str
    words: tuple[Word, ...]
    now: Now
    scope: Scope
    sought: Sought
    partners: list[int]


@dataclass(frozen=True, slots=True)
class Sort:
    """One of the kinds in which is searched."""

    key: str
    name: str | Promise
    keys: Callable[[Asked], Found]
    lines: Callable[[Asked, list[int]], dict[int, Line]]
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of a kind: the best of it, and how much there is.

    ``count`` is *200 or more* at the bound; ``said`` names it too: *1 organisation*.
    """

    key: str
    name: str
    count: str
    said: str
    lines: list[Line]
    more: str


# Organisations and people --------------------------------------------------------------------------------------------


def _organisations(asked: Asked) -> Found:
    """By any of their names, and by what a relationship with them is called."""
    found = names.organisations(asked.user, asked.words, asked.scope.accounts)
    of = dict(Relationship.objects.filter(pk__in=asked.partners).order_by().values_list("pk", "account"))
    tagged = Relationship.objects.visible_to(asked.user).in_cell(tag=asked.typed).order_by("account__name", "pk")
    called = [*found, *(of[pk] for pk in asked.partners if pk in of)]
    return _of_names(list(dict.fromkeys([*called, *tagged.values_list("account", flat=True)[: names.MOST]])))


def _organisation_lines(asked: Asked, keys: list[int]) -> dict[int, Line]:
    seen = Relationship.objects.visible_to(asked.user).select_related("account", "owner", "agreement")
    rows: Any = directory(asked.user).filter(pk__in=keys)
    rows = rows.prefetch_related(Prefetch("relationships", seen, to_attr="seen"), "aliases")
    return {row.pk: _organisation(asked, row, row.seen, row.aliases.all()) for row in rows}


def _organisation(asked: Asked, row: Any, seen: list[Relationship], aliases: list[AccountAlias]) -> Line:
    also: Pieces = []
    if match(row.name, asked.words) is None:
        other = min((one.name for one in aliases if match(one.name, asked.words)), default="", key=len)
        also = [(_("also called") + " ", False), *marked(other, asked.words)] if other else []
    if tag := next((tag for one in seen for tag in one.tags if tag.upper() == asked.typed.upper()), ""):
        also = [*also, *([(" · ", False)] if also else []), (_("tag") + " ", False), (tag, True)]
    if len(seen) == 1:
        (one,) = seen
        look = words.LOOKS[one.state(asked.now)]
        said = words.short(one, asked.now)
        title = marked(str(one), asked.words)
        return Line(look.icon, title, one.get_absolute_url(), said, also, look.tone, str(look.word), partner=str(one))
    said = row.get_kind_display() if row.readable else _("the name alone is yours to see")
    links = [(str(one), one.get_absolute_url()) for one in seen]
    title = marked(row.name, asked.words)
    return Line("building", title, row.get_absolute_url(), capfirst(said), also, links=links, partner=row.name)


def _people(asked: Asked) -> Found:
    return _of_names(names.people(asked.user, asked.words, asked.scope.accounts))


def _of_names(keys: list[int]) -> Found:
    return Found(keys, len(keys) >= names.MOST)


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person of a partner as they are told: what they are where, and the page of that organisation."""

    name: str
    email: str
    said: str
    address: str


def people_told(user: User, keys: list[int]) -> dict[int, Somebody]:
    """At places that the person may see. Two queries."""
    where = Affiliation.objects.visible_to(user).select_related("account").order_by("until", "-pk")
    rows: Any = Contact.objects.filter(pk__in=keys).prefetch_related(Prefetch("affiliations", where, to_attr="at"))
    return {row.pk: _somebody(row) for row in rows}


def _somebody(row: Any) -> Somebody:
    # Of several places the one that goes on; it has no last day.
    place: Affiliation | None = next((one for one in row.at if one.until is None), row.at[-1] if row.at else None)
    if place is None:
        return Somebody(row.name, row.email, "", reverse("account_list"))
    known = {"title": place.title, "account": place.account}
    said = _("%(title)s at %(account)s") % known if place.title else str(place.account)
    return Somebody(row.name, row.email, said, place.account.get_absolute_url())


def _people_lines(asked: Asked, keys: list[int]) -> dict[int, Line]:
    return {
        key: Line("user", marked(one.name, asked.words), one.address, one.said, marked(one.email, asked.words))
        for key, one in people_told(asked.user, keys).items()
    }


# Of so many colleagues is it known which are best.
COLLEAGUES = 50


def _colleagues(asked: Asked) -> Found:
    """People of ours who look after a partner that the person sees. One query."""
    theirs = Relationship.objects.visible_to(asked.user).filter(owner=OuterRef("pk"))
    seen = User.objects.visible_to(asked.user).alias(plain=PlainText("name"))
    rows = seen.filter(has_all("plain", asked.words, nearly=True)).filter(Exists(theirs)).order_by("name", "pk")
    told = [Candidate(pk, name) for pk, name in rows.values_list("pk", "name")[:COLLEAGUES]]
    return Found(best_first(told, asked.words, nearly=True, names=True))


def _colleague_lines(asked: Asked, keys: list[int]) -> dict[int, Line]:
    """To their partners, as far as one sees these."""
    rows = User.objects.visible_to(asked.user).filter(pk__in=keys)
    return {
        row.pk: Line(
            "user-circle",
            marked(row.name, asked.words),
            f"{reverse('portfolio')}?{urlencode({'owner': row.pk})}",
            _("one of us: the partners they look after"),
        )
        for row in rows
    }


# What was said -------------------------------------------------------------------------------------------------------


def _rows(
    key: str, name: str | Promise, lines: Callable[[Asked, list[int]], dict[int, Line]], *sources: Source
) -> Sort:
    return Sort(key, name, lambda asked: finding.keys(sources, asked.scope, asked.sought), lines, sources)


def _lines_of(source: Source, line: Callable[[Asked, Any], Line]) -> Callable[[Asked, list[int]], dict[int, Line]]:
    def lines(asked: Asked, keys: list[int]) -> dict[int, Line]:
        rows = source.model.objects.visible_to(asked.user).filter(pk__in=keys)
        return {row.pk: line(asked, row) for row in rows.select_related("relationship__account", *JOINED[source.model])}

    return lines


JOINED: dict[Any, tuple[str, ...]] = {
    Interaction: (),
    Feedback: ("contact", "colleague"),
    Commitment: ("miss",),
}


def _of_partner(row: Any, line: Line, day: date | None) -> Line:
    return replace(line, partner=str(row.relationship), day=day)


def _note(asked: Asked, row: Interaction) -> Line:
    today = row.relationship.today(asked.now)
    # The page of the timeline that begins with it.
    query = urlencode({"after": str(Place(row.occurred_on, Kind.TALK, row.pk + 1)), "q": asked.typed})
    address = f"{row.relationship.get_absolute_url()}?{query}#entry-{row.pk}"
    said = f"{words.beginning(row)} {dates.on(row.occurred_on, today)}"
    text = marked(excerpt(NOTES.text(row), asked.words), asked.words)
    return _of_partner(
        row, Line("message", marked(str(row.relationship), asked.words), address, said, text), row.occurred_on
    )


def _feedback(asked: Asked, row: Feedback) -> Line:
    today = row.relationship.today(asked.now)
    text = marked(excerpt(FEEDBACK.text(row), asked.words), asked.words)
    said = f"{feedback_words.heading(row)}, {dates.said(row.heard_on, today)}"
    line = Line("message-circle", marked(str(row.relationship), asked.words), row.get_absolute_url(), said, text)
    return _of_partner(row, line, row.heard_on)


def _promise(asked: Asked, row: Commitment) -> Line:
    look = words.PROMISE_LOOKS[row.state(asked.now)]
    whose = _("Ours") if row.side == Commitment.Side.OURS else _("Theirs")
    said = f"{whose}. {words.promise_sentence(row, asked.now)}"
    text = marked(excerpt(PROMISES.text(row), asked.words), asked.words)
    title = marked(str(row.relationship), asked.words)
    line = Line(look.icon, title, row.get_absolute_url(), said, text, look.tone, str(look.word))
    return _of_partner(row, line, row.binding_on)


# Problems and meetings -----------------------------------------------------------------------------------------------


def _best(texts: Iterable[str], words: tuple[Word, ...]) -> str:
    """Of what belongs to a row the text that has the words best; empty where none has all of them."""
    found = [(hit.worst, hit.total, at, text) for at, text in enumerate(texts) if (hit := match(text, words))]
    return min(found, default=(0, 0, 0, ""))[3]


def _problem_lines(asked: Asked, keys: list[int]) -> dict[int, Line]:
    rows = Problem.objects.visible_to(asked.user).filter(pk__in=keys).select_related("relationship__account")
    steps: dict[int, list[str]] = {}
    for step in ProblemStep.objects.visible_to(asked.user).filter(problem__in=keys).exclude(note="").order_by("-pk"):
        steps.setdefault(step.problem_id, []).append(STEPS.text(step))
    return {row.pk: _problem(asked, row, steps.get(row.pk, [])) for row in rows}


def _problem(asked: Asked, row: Problem, steps: Sequence[str]) -> Line:
    look = problem_words.LOOKS[row.state(asked.now)]
    written = _best(steps, asked.words) if match(row.what, asked.words) is None else ""
    text = f"{words.clipped(row.what, BRIEF)} – {excerpt(written, asked.words)}" if written else row.what
    text = text if written else excerpt(text, asked.words)
    title, said = marked(str(row.relationship), asked.words), problem_words.sentence(row, asked.now)
    told = marked(text, asked.words)
    line = Line(look.icon, title, row.get_absolute_url(), said, told, look.tone, str(look.word))
    return _of_partner(row, line, row.opened_on)


MEETINGS = (met.MEETINGS, met.ITEMS, met.DECISIONS)


def _meetings(asked: Asked) -> Found:
    found = finding.keys(MEETINGS, asked.scope, met.named_of(asked.scope, asked.sought))
    return replace(found, keys=met.each_series_once(found.keys, asked.now))


def _meeting_lines(asked: Asked, keys: list[int]) -> dict[int, Line]:
    """Four queries: the meetings, their partners as far as the person sees them, what is on the agenda, decisions."""
    user = asked.user
    partners: dict[int, list[Relationship]] = {}
    seen = MeetingAccount.objects.visible_to(user).filter(meeting__in=keys).select_related("relationship__account")
    for party in seen:
        partners.setdefault(party.meeting_id, []).append(party.relationship)
    under: dict[int, list[AgendaItem | Outcome]] = {}
    for source in (met.ITEMS, met.DECISIONS):
        for one in source.seen_by(user).filter(meeting__in=keys).order_by("pk"):
            under.setdefault(one.meeting_id, []).append(one)
    rows = Meeting.objects.visible_to(user).filter(pk__in=keys)
    return {row.pk: _meeting(asked, row, partners.get(row.pk, []), under.get(row.pk, [])) for row in rows}


def _meeting(asked: Asked, row: Meeting, partners: list[Relationship], under: list[AgendaItem | Outcome]) -> Line:
    look = meeting_words.look(row, over=row.is_over(asked.now))
    when = meeting_words.brief_when(row, asked.user.zone, asked.now.today(asked.user.zone))
    told = {"when": when, "partners": words.names(partners)}
    said = _("%(when)s, with %(partners)s") % told
    address, text = row.get_absolute_url(), ""
    own = met.MEETINGS.text(row)
    if match(own, asked.words) is None:
        texts = {(met.ITEMS if isinstance(one, AgendaItem) else met.DECISIONS).text(one): one for one in under}
        text = _best(texts, asked.words)
        # What was said and decided stands in the minutes.
        if row.state == Meeting.State.HELD and text:
            address = reverse("minutes", args=[row.pk])
        text = excerpt(text, asked.words)
    elif match(row.title, asked.words) is None:
        text = excerpt(" · ".join(filter(None, (row.place, row.reason))), asked.words)
    title = marked(row.title, asked.words)
    line = Line(look.icon, title, address, said, marked(text, asked.words), look.tone, str(look.word))
    day = row.starts_at.astimezone(ZoneInfo(asked.user.zone)).date() if row.starts_at else None
    return replace(line, partner=", ".join(map(str, partners)), day=day)


SORTS = (
    Sort("organisations", gettext_lazy("Organisations"), _organisations, _organisation_lines),
    Sort("people", gettext_lazy("People"), _people, _people_lines),
    Sort("colleagues", gettext_lazy("Colleagues"), _colleagues, _colleague_lines),
    _rows("notes", gettext_lazy("Notes"), _lines_of(NOTES, _note), NOTES),
    _rows("feedback", gettext_lazy("Feedback"), _lines_of(FEEDBACK, _feedback), FEEDBACK),
    _rows("promises", gettext_lazy("Promises"), _lines_of(PROMISES, _promise), PROMISES),
    _rows("problems", gettext_lazy("Problems"), _problem_lines, PROBLEMS, STEPS),
    Sort("meetings", gettext_lazy("Meetings"), _meetings, _meeting_lines, MEETINGS),
)


# The page ------------------------------------------------------------------------------------------------------------


def found(user: User, typed: str, now: Now, kind: str = "", most: int | None = None) -> list[Group]:
    """Groups of what has the words, the empty ones left out; ``kind`` narrows to one. None of too little typed.

    ``most`` is how many of each, where that is not what a page shows.
    """
    looked_for = words_of(typed)
    if not looked_for or not user.reach.staff:
        return []
    scope = finding.scope_of(user, [source for sort in SORTS for source in sort.sources])
    sought = finding.sought(scope, looked_for)
    asked = Asked(user, typed, looked_for, now, scope, sought, finding.partners(scope, looked_for))
    lots = {sort: sort.keys(asked) for sort in SORTS if kind in ("", sort.key)}
    # Where one kind of what was said has the words, what only nearly has them is not meant in another.
    as_typed = any(hits.keys and not hits.nearly for sort, hits in lots.items() if sort.sources)
    groups = []
    for sort, hits in lots.items():
        keys = hits.keys
        shown = keys[: most or (OF_ONE if kind else OF_EACH)]
        if not shown or (as_typed and hits.nearly):
            continue
        lines = sort.lines(asked, shown)
        more = "" if kind or len(keys) <= OF_EACH else f"?{urlencode({'q': typed, 'kind': sort.key})}"
        # What vanished between two queries is left out.
        told = [lines[key] for key in shown if key in lines]
        count = _count(hits)
        groups.append(Group(sort.key, str(sort.name), count, counted(sort.key, len(keys), count), told, more))
    return groups


def _count(hits: Found) -> str:
    """*12*, *200 or more*."""
    count = min(len(hits.keys), finding.MOST)
    return _("%(count)d or more") % {"count": count} if hits.more or count >= finding.MOST else str(count)


def counted(kind: str, number: int, count: str) -> str:
    """*1 organisation*, *12 people*, *200 or more notes*."""
    match kind:
        case "organisations":
            text = ngettext("%(count)s organisation", "%(count)s organisations", number)
        case "people":
            text = ngettext("%(count)s person", "%(count)s people", number)
        case "colleagues":
            text = ngettext("%(count)s colleague", "%(count)s colleagues", number)
        case "notes":
            text = ngettext("%(count)s note", "%(count)s notes", number)
        case "feedback":
            text = ngettext("%(count)s piece of feedback", "%(count)s pieces of feedback", number)
        case "problems":
            text = ngettext("%(count)s problem", "%(count)s problems", number)
        case "meetings":
            text = ngettext("%(count)s meeting", "%(count)s meetings", number)
        case _:
            text = ngettext("%(count)s promise", "%(count)s promises", number)
    return text % {"count": count}


@require_safe
@vary_on_headers("HX-Request")
def search(request: PersonRequest) -> HttpResponse:
    typed, sort = _asked_for(request)
    enough, named = bool(words_of(typed)), _like_a_name(typed)
    groups = found(request.user, typed, Now.read(), sort.key if sort else "")
    context = {
        "typed": typed,
        "kinds": _kinds(),
        "enough": enough,
        "groups": groups,
        "sort": sort,
        "everywhere": f"?{urlencode({'q': typed})}",
        "said": _said(groups) if enough else "",
        "alone": _alone(typed) if not groups else [],
        "named": named,
        "add": f"{reverse('account_create')}?{urlencode({'q': named})}" if request.user.reach.writes else "",
        "download": menu_of("search_download", q=typed, kind=sort.key if sort else "") if groups else None,
    }
    # As one types only what was found is asked for, without what the navigation counts.
    return render(request, f"dashboards/search.html{'#found' if request.htmx else ''}", context)


@require_safe
def search_download(request: PersonRequest) -> HttpResponseBase:
    """The best of each kind, more of them than the page shows; of one kind where it is narrowed to one."""
    typed, sort = _asked_for(request)
    groups = found(request.user, typed, Now.read(), sort.key if sort else "", finding.MOST)
    columns = [
        Column(_("Kind"), 16), Column(_("Partner"), 28), Column(_("Day"), 11), Column(_("What it says"), 60),
        Column(_("Address"), 50),
    ]  # fmt: skip

    def rows() -> list[list[Cell]]:
        return [
            [group.name, line.partner, line.day, line.shown, settings.SITE_URL + line.address]
            for group in groups
            for line in group.lines
        ]

    return deliver(request, whole(_("search"), columns, rows), page="search")


def _asked_for(request: PersonRequest) -> tuple[str, Sort | None]:
    typed = " ".join(request.GET.get("q", "").replace("\0", "")[:LONGEST].split())
    kind = request.GET.get("kind", "")
    return typed, next((one for one in SORTS if one.key == kind), None)


# No organisation is called by signs of a programme, and a longer name is a sentence.
_SIGNS, _NAME_LENGTH = set("<>{}[]=;|\\^`~"), 80
_MARKS = str.maketrans("", "", '"“”„«»')


def _like_a_name(typed: str) -> str:
    """What an organisation could be called, without quotation marks; empty where that is no name: a year, or signs."""
    name = " ".join(typed.translate(_MARKS).split())
    like_one = any(letter.isalpha() for letter in name) and not _SIGNS.intersection(name)
    return name if like_one and len(name) <= _NAME_LENGTH else ""


def _kinds() -> str:
    """*Organisations, people, notes … and meetings*: what is searched."""
    return capfirst(get_text_list([str(sort.name).lower() for sort in SORTS], _("and")))


def _alone(typed: str) -> list[tuple[str, str]]:
    """Each of several words with the search for it alone."""
    words = [word for word in dict.fromkeys(typed.replace('"', " ").split()) if words_of(word)]
    return [(word, f"?{urlencode({'q': word})}") for word in words[:MOST_WORDS]] if len(words) > 1 else []


def _said(groups: list[Group]) -> str:
    """*Found: 1 organisation, 12 notes.*"""
    if not groups:
        return _("Nothing found.")
    return _("Found: %(kinds)s.") % {"kinds": ", ".join(group.said for group in groups)}
