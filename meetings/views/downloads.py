"""Ways in and what was learnt, to take along: narrowed and in the order of their pages, all of their rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.models import F
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.requests import PersonRequest
from meetings import play_words
from meetings.models import Insight, Play
from meetings.views.insights import NAMED, TABS, in_tab
from relationships.models import Relationship
from web.clock import Now
from web.downloads import Listing, by_key, deliver, keys_of
from web.sheets import Cell, Column, Row

NAME, LONG, WORD, DAY = 28, 50, 16, 11
PLAY_NAMED = ("relationship__account", "relationship__team", "contact", "through", "unit", "keeper")


@require_GET
def relationship_plays_download(request: PersonRequest, pk: int) -> HttpResponseBase:
    """What was ever planned with one partner: what is open first, by the day on which somebody has to see to it."""
    user, now = request.user, Now.read()
    row = get_object_or_404(Relationship.objects.visible_to(user).select_related("account"), pk=pk)
    found = Play.objects.visible_to(user).filter(relationship=row).open_first()
    listing = Listing(
        _("ways in to %(partner)s") % {"partner": row},
        _play_columns(),
        keys_of(found),
        lambda keys: _plays(request, keys, now),
    )

    return deliver(request, listing, page="relationship_plays", args=[row.pk])


@require_GET
def play_download(request: PersonRequest) -> HttpResponseBase:
    """Those that the figures of the page count: what was done of all that the person sees, by team."""
    user, now = request.user, Now.read()
    found = (
        Play.objects.visible_to(user)
        .done()
        .order_by(F("relationship__team__name").asc(nulls_first=True), "done_on", "id")
    )
    listing = Listing(_("ways-in"), _play_columns(), keys_of(found), lambda keys: _plays(request, keys, now))
    return deliver(request, listing, page="play_list")


def _play_columns() -> list[Column]:
    return [
        Column(_("Partner"), NAME),
        Column(_("Team"), WORD),
        Column(_("Kind"), WORD),
        Column(_("What"), LONG),
        Column(_("State"), NAME),
        Column(_("For whom of theirs"), NAME),
        Column(_("Through whom of ours"), NAME),
        Column(_("Which unit"), NAME),
        Column(_("Who sees to it"), NAME),
        Column(_("Planned for"), DAY),
        Column(_("Done on"), DAY),
        Column(_("Follow up on"), DAY),
        Column(_("Answered on"), DAY),
        Column(_("No answer, said on"), DAY),
        Column(_("Dropped on"), DAY),
        Column(_("What came of it"), LONG),
        Column(_("Link"), NAME),
    ]


def _plays(request: PersonRequest, keys: Sequence[int], now: Now) -> Iterator[list[Cell]]:
    """One query."""
    for row in by_key(Play.objects.visible_to(request.user).select_related(*PLAY_NAMED), keys):
        partner = row.relationship
        yield [
            str(partner),
            str(partner.team or ""),
            capfirst(row.get_kind_display()),
            row.what,
            play_words.state(row, partner.today(now)),
            str(row.contact or ""),
            str(row.through or ""),
            str(row.unit or ""),
            str(row.keeper or ""),
            row.planned_on,
            row.done_on,
            row.follow_up_on,
            row.answered_on,
            row.unanswered_on,
            row.dropped_on,
            row.note,
            row.url,
        ]


@require_GET
def insight_download(request: PersonRequest) -> HttpResponseBase:
    user = request.user
    tab = request.GET.get("show", "")
    tab = tab if tab in TABS else ""

    def rows(keys: Sequence[int]) -> Iterator[Row]:
        for row in by_key(Insight.objects.visible_to(user).select_related(*NAMED), keys):
            yield [
                str(row.relationship),
                row.text,
                str(row.meeting),
                row.meeting.day,
                str(row.contact or ""),
                str(row.written_by or ""),
                str(row.colleague or ""),
                _("yes") if row.seen_at else _("no"),
                row.became,
                row.closed_on,
                str(row.made or ""),
            ]

    columns = [
        Column(_("Partner"), NAME),
        Column(_("What we learnt"), LONG),
        Column(_("Meeting"), NAME),
        Column(_("Day"), DAY),
        Column(_("Heard from"), NAME),
        Column(_("Written down by"), NAME),
        Column(_("Who should know"), NAME),
        Column(_("Seen by them"), DAY),
        Column(_("What became of it"), LONG),
        Column(_("Closed on"), DAY),
        Column(_("It became"), NAME),
    ]
    listing = Listing(_("learnt"), columns, keys_of(in_tab(tab, user).order_by("-written_at", "-id")), rows)
    return deliver(request, listing, page="insight_list")
