"""Listening posts: opened, changed, closed, given another address; the page of one, and what came in there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils.formats import date_format, time_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.meanwhile import Meanwhile
from accounts.requests import PersonRequest
from accounts.undo import Done
from relationships import actions, addresses, queries
from relationships.forms.listening import AsideForm, PostForm, SortForm
from relationships.models import Feedback, Heard, ListeningPost, Relationship
from relationships.views.common import attempt
from web import dates, downloads
from web.clock import Now
from web.paging import page
from web.responses import done, form_page, refused, safe_next
from web.sheets import Column, Row
from web.zones import city

read_or_write = require_http_methods(["GET", "POST"])
WAITING, LATELY = 30, 10


def _sent(request: PersonRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _post(request: PersonRequest, pk: int) -> ListeningPost:
    """The post if the person may change it; otherwise it does not exist for them."""
    rows = ListeningPost.objects.changeable_by(request.user).select_related("owner", "team", "relationship__account")
    return get_object_or_404(rows, pk=pk)


# The register --------------------------------------------------------------------------------------------------------


@read_or_write
def listening_post_create(request: PersonRequest) -> HttpResponse:
    if not request.user.reach.writes:
        raise Http404
    form = PostForm(_sent(request), user=request.user, initial={"owner": request.user})
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        deed = attempt(form, lambda: actions.open_post(actor=request.user, now=Now.read(), **values))
        if deed:
            to = safe_next(request, deed.row.get_absolute_url())
            return done(request, _("Listening post added."), step_id=deed.step.pk, to=to)
    context = {"form": form, "action": request.path, "next": safe_next(request, "")}
    return form_page(request, "relationships/listening_post_form.html", _("New listening post"), context)


@read_or_write
def listening_post_edit(request: PersonRequest, pk: int) -> HttpResponse:
    meanwhile = Meanwhile(request, ListeningPost, pk)
    row = _post(request, pk)
    form = PostForm(_sent(request), user=request.user, instance=row)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        with meanwhile.unchanged(form, row) as same:
            deed = same and attempt(
                form, lambda: actions.change_post(actor=request.user, now=Now.read(), post=row, values=values)
            )
        if deed:
            return _answer(request, deed, _("Listening post changed."))
    context = {
        "form": form,
        "post": row,
        "version": meanwhile.version,
        "action": request.path,
        "next": safe_next(request, ""),
    }
    return form_page(request, "relationships/listening_post_form.html", _("Change the listening post"), context)


def _answer(request: PersonRequest, deed: Done[ListeningPost], said: str) -> HttpResponse:
    return done(request, said, step_id=deed.step.pk, to=safe_next(request, deed.row.get_absolute_url()))


Verb = Callable[..., Done[ListeningPost]]


def _tap(request: PersonRequest, pk: int, verb: Verb, said: str) -> HttpResponse:
    """A verb that needs nothing but the post; where a colleague was first, it says so."""
    row = _post(request, pk)
    try:
        deed = verb(actor=request.user, now=Now.read(), post=row)
    except ValidationError as error:
        return refused(request, " ".join(error.messages), to=row.get_absolute_url())
    return _answer(request, deed, said)


@require_POST
def listening_post_close(request: PersonRequest, pk: int) -> HttpResponse:
    return _tap(request, pk, actions.close_post, _("Closed. What was heard there stays."))


@require_POST
def listening_post_reopen(request: PersonRequest, pk: int) -> HttpResponse:
    return _tap(request, pk, actions.open_post_again, _("Open again."))


@require_POST
def listening_post_renew(request: PersonRequest, pk: int) -> HttpResponse:
    said = _("There is a new address. The one given out before has stopped working.")
    return _tap(request, pk, actions.renew_address, said)


# Its page ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that came in and is not sorted yet: when, who says so, and whom it may come from."""

    row: Heard
    at: str
    title: str
    ago: str
    who: str
    likely: Relationship | None


@require_GET
def listening_post_detail(request: PersonRequest, pk: int) -> HttpResponse:
    user, now = request.user, Now.read()
    rows = ListeningPost.objects.visible_to(user).select_related("owner", "team", "relationship__account")
    row = get_object_or_404(rows, pk=pk)
    writes = ListeningPost.objects.changeable_by(user).filter(pk=row.pk).exists()
    came_in = Heard.objects.visible_to(user).filter(post=row)
    unsorted = page(came_in.unsorted(), order=("heard_at", "id"), after=request.GET.get("after", ""), size=WAITING)
    return render(
        request,
        "relationships/listening_post_detail.html",
        {
            "row": row,
            "writes": writes,
            "address": addresses.address_for(row) if row.public and not row.closed_on and writes else "",
            "counts": queries.heard_at([row.pk], now.today(user.zone))[row.pk],
            "waiting": _waiting(request, row, unsorted.rows, now),
            "more": f"?after={unsorted.after}" if unsorted.after else "",
            "lately": _lately(request, row, now),
            "aside": _set_aside(came_in),
            "download": downloads.menu_of("heard_download", row.pk),
            "heard_download": downloads.menu_of("feedback_download", post=str(row.pk), whose="all", state="all"),
        },
    )


@require_GET
def heard_download(request: PersonRequest, pk: int) -> HttpResponseBase:
    """All that came in at the post, whatever became of it, the newest first; for whoever sorts it."""
    user = request.user
    post = get_object_or_404(ListeningPost.objects.changeable_by(user), pk=pk)
    found = Heard.objects.visible_to(user).filter(post=post)

    def rows(keys: Sequence[int]) -> Iterator[Row]:
        known = found.select_related("set_aside_by")
        seen = dict(Feedback.objects.visible_to(user).filter(heard__in=keys).values_list("pk", "relationship_id"))
        partners = Relationship.objects.select_related("account").in_bulk(set(seen.values()))
        for one in downloads.by_key(known, keys):
            partner = partners.get(seen.get(one.feedback_id or 0, 0))
            became = _("To be sorted")
            if one.set_aside_at:
                became = _("Set aside")
            elif one.feedback_id:
                became = _("Feedback")
            yield [
                downloads.here(one.heard_at, user.zone), one.text, capfirst(one.nature), one.name, one.organisation,
                one.reach, one.behalf_of, one.noted_by, became, str(partner or ""), one.set_aside_why,
                str(one.set_aside_by or ""),
            ]  # fmt: skip

    name = _("heard at %(post)s") % {"post": post}
    listing = downloads.Listing(name, _heard_columns(user.zone), downloads.keys_of(found), rows)

    return downloads.deliver(request, listing, page="listening_post_detail", args=[post.pk])


def _heard_columns(zone: str) -> list[Column]:
    return [
        Column(_("When in %(city)s") % {"city": city(zone)}, 16), Column(_("What was said"), 60),
        Column(_("Kind"), 16), Column(_("Name"), 28), Column(_("Organisation"), 28), Column(_("How to reach them"), 28),
        Column(_("On behalf of"), 28), Column(_("Noted down by"), 28), Column(_("What became of it"), 16),
        Column(_("Partner"), 28), Column(_("Why set aside"), 40), Column(_("By whom"), 28),
    ]  # fmt: skip


def _likely(request: PersonRequest, post: ListeningPost, rows: list[Heard]) -> dict[int, list[Relationship]]:
    """Whom each may come from: at a post that is about one partner, that one."""
    if post.relationship is not None:
        return {row.pk: [post.relationship] for row in rows}
    return queries.likely_partners(request.user, rows)


def _waiting(request: PersonRequest, post: ListeningPost, rows: list[Heard], now: Now) -> list[Waiting]:
    likely = _likely(request, post, rows)
    zone, here = ZoneInfo(request.user.zone), now.today(request.user.zone)
    found = []
    for row in rows:
        at = row.heard_at.astimezone(zone)
        said = f"{dates.ago(at.date(), here)} {time_format(at, 'H:i')}"
        title = date_format(at, "l j F Y, H:i")
        best = next(iter(likely.get(row.pk, ())), None)
        found.append(Waiting(row, at.isoformat(), title, said, _who(row), best))
    return found


def _who(row: Heard) -> str:
    """*Ola, Ewos, on behalf of the night shift, noted down by Kari*; empty where nobody said."""
    parts = [row.name, row.organisation, row.reach]
    parts += [_("on behalf of %(group)s") % {"group": row.behalf_of}] if row.behalf_of else []
    parts += [_("noted down by %(name)s") % {"name": row.noted_by}] if row.noted_by else []
    return ", ".join(part for part in parts if part)


def _lately(request: PersonRequest, row: ListeningPost, now: Now) -> list[tuple[Feedback, str]]:
    """The newest that was heard there, of the partners that the person may see."""
    heard = Feedback.objects.visible_to(request.user).filter(post=row)
    found = heard.select_related("relationship__account", "contact", "colleague").order_by("-heard_on", "-id")[:LATELY]
    return [(one, dates.said(one.heard_on, one.relationship.today(now))) for one in found]


def _set_aside(came_in: QuerySet[Heard]) -> list[Heard]:
    rows = came_in.exclude(set_aside_at=None).select_related("set_aside_by").order_by("-set_aside_at", "-id")
    return list(rows[:LATELY])


# What came in --------------------------------------------------------------------------------------------------------


def _heard(request: PersonRequest, pk: int) -> Heard:
    rows = Heard.objects.changeable_by(request.user).select_related("post__relationship__account")
    return get_object_or_404(rows, pk=pk)


@read_or_write
def heard_sort(request: PersonRequest, pk: int) -> HttpResponse:
    """With the likely partner it is one tap; the form asks for any other."""
    row = _heard(request, pk)
    likely = _likely(request, row.post, [row]).get(row.pk, [])
    now = Now.read()
    named = {"relationship": request.GET["relationship"]} if request.GET.get("relationship") else {}
    form = SortForm(_sent(request), user=request.user, now=now, heard=row, likely=likely, initial=named)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        deed = attempt(form, lambda: actions.sort_heard(actor=request.user, now=now, heard=row, **values))
        if deed:
            said = _("It is feedback of %(partner)s now.") % {"partner": values["relationship"]}
            return done(request, said, step_id=deed.step.pk, to=safe_next(request, row.post.get_absolute_url()))
    heading = _("What is it?") if row.post.relationship_id else _("Whose feedback is it?")
    context = {"form": form, "heard": row, "who": _who(row), "action": request.path, "next": safe_next(request, "")}
    context["back"] = row.post.get_absolute_url()
    return form_page(request, "relationships/heard_sort.html", heading, context)


@read_or_write
def heard_set_aside_many(request: PersonRequest, pk: int) -> HttpResponse:
    """Several that came in at the post, chosen on its page, with one reason."""
    post = _post(request, pk)
    values = request.POST if request.method == "POST" else request.GET
    heading = _("Set several aside")
    rows = list(_chosen(request, post, values))
    if not rows:
        why = _("Nothing is chosen that still waits. Tick what to set aside first.")
        return form_page(request, "relationships/bulk_refusal.html", heading, {"refusal": why})
    form = AsideForm(_sent(request))
    if request.method == "POST" and form.is_valid():
        why = form.cleaned_data["why"]
        deed = attempt(form, lambda: actions.set_aside_many(actor=request.user, now=Now.read(), rows=rows, why=why))
        if deed:
            to = safe_next(request, post.get_absolute_url())
            return done(request, f"{deed.step.said}.", step_id=deed.step.pk, to=to)
    context = {"form": form, "rows": rows, "action": request.path, "next": safe_next(request, "")}
    return form_page(request, "relationships/heard_aside.html", heading, context)


def _chosen(request: PersonRequest, post: ListeningPost, values: QueryDict) -> QuerySet[Heard]:
    """Those that are named and still wait at the post, at most as many as its page shows."""
    words = ",".join(values.getlist("rows")).split(",")
    keys = {int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 19}
    rows = Heard.objects.changeable_by(request.user).unsorted().filter(post=post, pk__in=keys)
    return rows.order_by("heard_at", "pk")[:WAITING]


@read_or_write
def heard_set_aside(request: PersonRequest, pk: int) -> HttpResponse:
    row = _heard(request, pk)
    form = AsideForm(_sent(request))
    if request.method == "POST" and form.is_valid():
        why = form.cleaned_data["why"]
        deed = attempt(form, lambda: actions.set_aside(actor=request.user, now=Now.read(), heard=row, why=why))
        if deed:
            to = safe_next(request, row.post.get_absolute_url())
            return done(request, _("Set aside. It stays here, with why."), step_id=deed.step.pk, to=to)
    context = {"form": form, "heard": row, "who": _who(row), "action": request.path, "next": safe_next(request, "")}
    context["back"] = row.post.get_absolute_url()
    return form_page(request, "relationships/heard_aside.html", _("Set it aside"), context)
