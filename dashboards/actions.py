"""What is kept for the pages that show the whole book: counted anew by the hour."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from dashboards import book_sweep, book_then, movers
from dashboards.models import BookCount
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
    """Tell the states on the Mondays since a day which nobody counted; returns how many Mondays."""
    return book_then.tell(since, now)


def kept(days: Collection[date], today: date) -> set[date]:
    """Of the days that were counted today, the newest, and of each week the first: its Monday, if all went well."""
    weeks: dict[tuple[int, int], date] = {}
    for day in sorted(days, reverse=True):
        weeks[day.isocalendar()[:2]] = day
    return {today, max(days), *weeks.values()}
