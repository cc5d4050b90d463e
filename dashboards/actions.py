"""What is kept for the pages that show the whole book: counts by the hour, views that people save, and what somebody
chose for their next review pack."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Team, User
from accounts.rows import row_from, values_of
from accounts.undo import Done, inverse, record
from dashboards import book_sweep, book_then, movers
from dashboards.models import BookCount, PackChoice, SavedView
from dashboards.packs import Part, Span
from relationships.models import Relationship
from web.clock import Now

# A count that is younger is not made again by a job that is run twice.
STILL_FRESH = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Counted:
    """The figures of a count, and of how many standings it is told anew how they moved.

    Both are 0 where there was a count so young that nothing was counted.
    """

    figures: int
    moved: int


@transaction.atomic
def count_book(*, now: Now, unless_fresh: bool = False) -> Counted:
    """Count the book as of today, in place of what was counted today; older counts go, but the first of each week.

    Of two at once the second waits, and finds the count of the first ``unless_fresh``.
    """
    day = now.today("UTC")
    count, is_new = BookCount.objects.get_or_create(day=day, defaults={"counted_at": now.instant})
    count = BookCount.objects.select_for_update().get(pk=count.pk)
    if unless_fresh and not is_new and now.instant - count.counted_at < STILL_FRESH:
        return Counted(0, 0)
    count.figures.all().delete()
    figures = book_sweep.count(count, now)
    count.counted_at = now.instant
    count.save(update_fields=["counted_at"])
    days = BookCount.objects.order_by().values_list("day", flat=True)
    BookCount.objects.exclude(day__in=kept({*days}, day)).delete()
    return Counted(figures, movers.keep())


@transaction.atomic
def tell_book(*, since: date, now: Now) -> int:
    """Tell of the Mondays since a day which nobody counted; returns how many Mondays."""
    return book_then.tell(since, now)


def kept(days: Collection[date], today: date) -> set[date]:
    """Of the days that were counted today, the newest, and of each week the first: its Monday, if all went well."""
    weeks: dict[tuple[int, int], date] = {}
    for day in sorted(days, reverse=True):
        weeks[day.isocalendar()[:2]] = day
    return {today, max(days), *weeks.values()}


# Saved views ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def save_view(
    *, actor: User, now: Now, page: str, query: str, name: str, sharing: str = "nobody", team: Team | None = None
) -> Done[SavedView]:
    """Keep a list as it is narrowed now; one's own of the same name and page is narrowed so from now on instead."""
    values = {"name": name.strip(), "query": query, "sharing": sharing, "team_id": team.pk if team else None}
    own = SavedView.objects.select_for_update().filter(owner=actor, page=page, name__iexact=values["name"])
    former = own.first()
    if former is not None:
        return _set(former, values, actor=actor, now=now, said=_("“%(name)s” shows this now"))
    row = SavedView(owner=actor, page=page, made_at=now.instant, **values)
    row.validate_constraints()
    row.save()
    return Done(row, _step(row, remove_view, {"view_id": row.pk}, actor, now, _("“%(name)s” saved")))


@transaction.atomic
def change_view(
    *, actor: User, now: Now, view: SavedView, name: str, sharing: str, team: Team | None = None
) -> Done[SavedView]:
    """Name it otherwise, or share it with others; what it narrows stays."""
    row = _locked(actor, view.pk)
    values = {"name": name.strip(), "sharing": sharing, "team_id": team.pk if team else None}
    return _set(row, values, actor=actor, now=now, said=_("“%(name)s” changed"))


@inverse
@transaction.atomic
def set_view(*, actor: User, now: Now, view_id: int, values: dict[str, Any]) -> Done[SavedView]:
    return _set(_locked(actor, view_id), values, actor=actor, now=now, said=_("“%(name)s” as it was"))


@inverse
@transaction.atomic
def remove_view(*, actor: User, now: Now, view_id: int) -> Done[SavedView]:
    row = _locked(actor, view_id)
    kept = values_of(row)
    row.delete()
    row.pk = view_id
    return Done(row, _step(row, restore_view, {"kept": kept}, actor, now, _("“%(name)s” removed")))


@inverse
@transaction.atomic
def restore_view(*, actor: User, now: Now, kept: dict[str, Any]) -> Done[SavedView]:
    """Whose it was brings it back; what was shared an administrator may too."""
    shared = kept["sharing"] != SavedView.Sharing.NOBODY and actor.reach.everything
    if kept["owner_id"] != actor.pk and not shared:
        raise SavedView.DoesNotExist
    row = row_from(SavedView, kept)
    return Done(row, _step(row, remove_view, {"view_id": row.pk}, actor, now, _("“%(name)s” is back")))


def _locked(actor: User, view_id: int) -> SavedView:
    return SavedView.objects.changeable_by(actor).select_for_update().get(pk=view_id)


def _set(row: SavedView, values: dict[str, Any], *, actor: User, now: Now, said: str) -> Done[SavedView]:
    before = {name: getattr(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    row.validate_constraints()
    row.save(update_fields=list(values))
    return Done(row, _step(row, set_view, {"view_id": row.pk, "values": before}, actor, now, said))


def _step(row: SavedView, verb: Any, arguments: dict[str, Any], actor: User, now: Now, said: str) -> Any:
    said = said % {"name": row.name}
    return record(actor=actor, now=now, said=said, verb=verb, arguments=arguments, watch=[(SavedView, row.pk)])


# The next review pack ------------------------------------------------------------------------------------------------


# What is kept of a choice; of none there is nothing.
PACK_KEPT = ("span", "parts", "letter", "without", "intro")


@transaction.atomic
def keep_pack_choice(
    *,
    actor: User,
    now: Now,
    relationship: Relationship,
    span: Span,
    parts: Collection[Part],
    letter: bool,
    without: Collection[str] = (),
    intro: str = "",
) -> Done[Relationship]:
    """For the actor alone, who sees the relationship. Dates are not kept."""
    values = {
        "span": "" if span is Span.DATES else str(span),
        "parts": [str(part) for part in Part if part in parts],
        "letter": letter,
        "without": sorted(without),
        "intro": intro.strip(),
    }
    said = _("The choice for your pack with %(partner)s is kept")
    return _keep_pack(actor, now, relationship.pk, values, said)


@inverse
@transaction.atomic
def set_pack_choice(
    *, actor: User, now: Now, relationship_id: int, values: dict[str, Any] | None
) -> Done[Relationship]:
    return _keep_pack(actor, now, relationship_id, values, _("The choice for your pack with %(partner)s as it was"))


def _keep_pack(
    actor: User, now: Now, relationship_id: int, values: dict[str, Any] | None, said: str
) -> Done[Relationship]:
    relationship = Relationship.objects.visible_to(actor).get(pk=relationship_id)
    own = PackChoice.objects.select_for_update().filter(user=actor, relationship=relationship)
    former = own.first()
    before = {name: getattr(former, name) for name in PACK_KEPT} if former else None
    if values is None:
        own.delete()
    else:
        own.update_or_create(user=actor, relationship=relationship, defaults={**values, "kept_at": now.instant})
    step = record(
        actor=actor,
        now=now,
        said=said % {"partner": relationship},
        verb=set_pack_choice,
        arguments={"relationship_id": relationship.pk, "values": before},
        watch=[],
    )
    return Done(relationship, step)
