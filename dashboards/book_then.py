"""How a book stood on former Mondays, for one that was there before anybody counted it: from what was logged.

Told are the states, and how many check-ins were needed and happened.

Owner, team, tier and tags are those of today, and what is removed by now was never there. In lots, so that a book of
any size is told; a Monday that was counted stays as it was counted.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from django.db.models import Q

from dashboards.models import BookCount, BookFigure
from relationships import cadence, records
from relationships.models import Halt, Interaction, Relationship, Snooze
from web.clock import Now

LOT = 1_000
STATE, NEEDED, HAPPENED = "state:", "needed", "touch_days"
Cell = tuple[int | None, int, str, str, str]


def tell(since: date, now: Now) -> int:
    """Tell all Mondays from a day on, up to before today, on which there was a book; returns how many.

    Five queries a lot of relationships.
    """
    days = _to_tell(since, now.today("UTC"))
    found: defaultdict[tuple[date, Cell, str], float] = defaultdict(float)
    for rows in _lots() if days else ():
        for row, told in zip(rows, _told(rows, days), strict=True):
            tags = {"", *{tag.upper(): tag for tag in row.tags}.values()}
            cells = [(row.team_id, row.owner_id, row.account.kind, row.tier, tag) for tag in tags]
            for day, figures in zip(days, told, strict=True):
                for figure, value in figures.items():
                    for cell in cells:
                        found[day, cell, figure] += value
    begun_on = min((day for day, _cell, _figure in found), default=now.today("UTC"))
    days = [day for day in days if day >= begun_on]
    BookCount.objects.bulk_create(
        (BookCount(day=day, counted_at=now.instant) for day in days),
        update_conflicts=True,
        unique_fields=["day"],
        update_fields=["counted_at"],
    )
    keys = dict(BookCount.objects.filter(day__in=days).order_by().values_list("day", "pk"))
    BookFigure.objects.filter(count__in=keys.values()).delete()
    kept = (
        BookFigure(
            count_id=keys[day],
            team_id=team,
            owner_id=owner,
            kind=kind,
            tier=tier,
            tag=tag,
            figure=figure,
            value=value,
        )
        for (day, (team, owner, kind, tier, tag), figure), value in found.items()
    )
    BookFigure.objects.bulk_create(kept, batch_size=LOT)
    return len(days)


def _to_tell(since: date, today: date) -> list[date]:
    """The Mondays that nobody counted: they have no count, or one of what is told alone."""
    first = since + timedelta(days=-since.weekday() % 7)
    mondays = [first + timedelta(days=ahead) for ahead in range(0, max(0, (today - first).days), 7)]
    told = Q(figure__startswith=STATE) | Q(figure__in=(NEEDED, HAPPENED))
    others = BookFigure.objects.filter(~told, count__day__range=(first, today))
    counted = set(BookCount.objects.filter(pk__in=others.order_by().values("count")).values_list("day", flat=True))
    return [day for day in mondays if day not in counted]


def _lots() -> Iterator[list[Relationship]]:
    rows = Relationship.objects.filter(removed_at=None).select_related("account").order_by("pk")
    lot = list(rows[:LOT])
    while lot:
        yield lot
        lot = list(rows.filter(pk__gt=lot[-1].pk)[:LOT])


def _told(rows: Sequence[Relationship], days: Sequence[date]) -> Iterator[list[dict[str, float]]]:
    """Of each row its figures on each day; it begins with the first thing known of it."""
    ids = [row.pk for row in rows]
    touches: defaultdict[int, list[date]] = defaultdict(list)
    rests: defaultdict[int, list[cadence.Rest]] = defaultdict(list)
    halts: defaultdict[tuple[int, str], list[tuple[date, date | None]]] = defaultdict(list)
    talk = Interaction.objects.touches().filter(relationship__in=ids).order_by()
    for pk, day in talk.values_list("relationship", "occurred_on").distinct():
        touches[pk].append(day)
    agreements = records.agreements_of(ids)
    for snooze in Snooze.objects.filter(relationship__in=ids):
        rests[snooze.relationship_id].append(cadence.Rest(snooze.from_on, snooze.until_on))
    for halt in Halt.objects.filter(relationship__in=ids):
        halts[halt.relationship_id, halt.kind].append((halt.from_on, halt.until_on))
    for row in rows:
        paused, ended = halts[row.pk, Halt.Kind.PAUSED], halts[row.pk, Halt.Kind.ENDED]
        intervals = [one.interval for one in agreements[row.pk]]
        known = [*touches[row.pk], *(one.starts_on for one in intervals), *(since for since, _ in paused + ended)]
        stood = cadence.stood_on(
            days,
            begun_on=min([records.begun_on(row), *known]),
            touches=touches[row.pk],
            intervals=intervals,
            rests=rests[row.pk],
            paused=paused,
            ended=ended,
            workdays=row.workdays,
        )
        met = sorted(touches[row.pk])
        yield [_figures(one, met, day) for day, one in zip(days, stood, strict=True)]


def _figures(stood: cadence.Stood | None, met: Sequence[date], day: date) -> dict[str, float]:
    """As ``book_sweep`` counts them: the state, check-ins needed per working day, days with a touch in four weeks."""
    if stood is None:
        return {}
    figures = {f"{STATE}{stood.state}": 1.0}
    if stood.every_days is not None:
        figures[NEEDED] = cadence.needed_a_day(stood.every_days)
    happened = bisect_right(met, day) - bisect_right(met, day - timedelta(days=cadence.COUNTED_DAYS))
    return figures | ({HAPPENED: float(happened)} if happened else {})
