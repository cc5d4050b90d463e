"""Whole lists on their way out, as CSV or as a workbook: all rows that fit, read in lots, in the order of the page."""

from __future__ import annotations

import logging
import tempfile
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.db.models import Model, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.http import content_disposition_header
from django.utils.text import capfirst, slugify
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from web.responses import refused
from web.sheets import MOST_ROWS, Column, Row, Sheet, csv_lots, write_workbook

logger = logging.getLogger(__name__)
Record = TypeVar("Record", bound=Model)
# So many rows are read at a time; each lot costs the same few queries.
LOT = 500
CSV, XLSX = "csv", "xlsx"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Listing:
    """A list to take along.

    ``keys`` are those of its rows in the order of the page: read once, so that each row is there once whatever
    happens meanwhile. ``rows`` makes lines of some of them, and asks again for what the person may see. ``also`` are
    further sheets of the workbook, each by its name; a CSV has one table.
    """

    name: str
    columns: Sequence[Column]
    keys: Iterable[int]
    rows: Callable[[Sequence[int]], Iterable[Row]]
    also: Sequence[Listing] = ()

    def lots(self) -> Iterator[Iterable[Row]]:
        # Eight bytes for each: a million of them are eight megabytes.
        keys = array("q", self.keys)
        for start in range(0, len(keys), LOT):
            yield self.rows(keys[start : start + LOT].tolist())


def whole(name: str, columns: Sequence[Column], read: Callable[[], Iterable[Row]]) -> Listing:
    """A list that its page reads as a whole too: the figures of a chart, the people of one partner.

    ``read`` is called once, when the first row is asked for.
    """
    found: list[Row] = []

    def keys() -> Iterator[int]:
        found.extend(read())
        yield from range(len(found))

    return Listing(name, columns, keys(), lambda keys: [found[key] for key in keys])


_FIRST = datetime(1970, 1, 1, tzinfo=UTC)


def key_of(moment: datetime) -> int:
    """Of what has no key but the moment when it happened: microseconds, as exact as the database."""
    return (moment - _FIRST) // timedelta(microseconds=1)


def moment_of(key: int) -> datetime:
    return _FIRST + timedelta(microseconds=key)


def here(moment: datetime | None, zone: str) -> datetime | None:
    """As a cell has it: where the reader is, without the zone."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) if moment else None


def keys_of(rows: QuerySet[Any]) -> Iterator[int]:
    """In the order of the rows, through a cursor of the database: no more than a lot of them is held."""
    return rows.values_list("pk", flat=True).iterator(chunk_size=10_000)


def by_key(rows: QuerySet[Record], keys: Sequence[int]) -> list[Record]:
    """Those of the rows that are still there, in the order of the keys. One query."""
    found = rows.in_bulk(keys)
    return [found[key] for key in keys if key in found]


def deliver(request: HttpRequest, listing: Listing, *, page: str, args: Sequence[Any] = ()) -> HttpResponseBase:
    """``?as=xlsx`` is a workbook, ``csv`` or nothing CSV; there is nothing else.

    ``page`` is the route of the list, with its ``args``, for who asks for too much.
    """
    kind = request.GET.get("as") or CSV
    if kind not in (CSV, XLSX):
        raise Http404
    logger.info("Person %s takes along the list %s.", request.user.pk, listing.name)
    name = f"{slugify(listing.name) or 'list'}-{timezone.localdate().isoformat()}.{kind}"
    if kind == XLSX:
        return _workbook(request, listing, name, page, args)
    language, zone = get_language(), timezone.get_current_timezone()

    def lots() -> Iterator[Iterable[Row]]:
        # What is read while the answer is on its way is read after the middleware has gone.
        with override(language), timezone.override(zone):
            for lot in listing.lots():
                yield list(lot)

    # The names of the columns are on their way before the first row is asked for.
    response = StreamingHttpResponse(csv_lots(listing.columns, lots()), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["X-Accel-Buffering"] = "no"
    return response


def _workbook(request: HttpRequest, listing: Listing, name: str, page: str, args: Sequence[Any]) -> HttpResponseBase:
    keys = array("q", listing.keys)
    if len(keys) > MOST_ROWS:
        return refused(request, too_many(len(keys)), to=_listed_at(request, page, args))
    kept = Listing(listing.name, listing.columns, keys, listing.rows)
    file = tempfile.TemporaryFile()  # noqa: SIM115
    more = [Sheet(capfirst(one.name), one.columns, chain.from_iterable(one.lots())) for one in listing.also]
    rows = chain.from_iterable(kept.lots())
    write_workbook(file, title=capfirst(listing.name), columns=listing.columns, rows=rows, more=more)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=WORKBOOK)


def too_many(count: int) -> str:
    told = {"count": number_format(count, force_grouping=True), "most": number_format(MOST_ROWS, force_grouping=True)}
    return (
        _("A workbook is made of at most %(most)s rows, and these are %(count)s. Narrow the list, or take CSV.") % told
    )


@dataclass(frozen=True, slots=True)
class Menu:
    """What a list can be taken along as; ``too_many`` says why not as a workbook.

    Of several ``tables`` each has a CSV of its own, by its name; the workbook has a sheet of each. ``whole`` is the
    same list with all of its columns, where the page shows some.
    """

    csv: str
    xlsx: str
    too_many: str = ""
    tables: Sequence[tuple[str, str]] = ()
    whole: Menu | None = None


def menu(request: HttpRequest, route: str, count: int = 0, **more: str | list[str]) -> Menu:
    """For the list as a whole filter narrows it, from its first row on; ``count`` is how many rows there are.

    ``more`` stands in the place of what the address of the page says; an empty list takes it away.
    """
    values = request.GET.copy()
    for name in [name for name in values if name.startswith("after")]:
        values.pop(name)
    for name, value in more.items():
        values.setlist(name, [value] if isinstance(value, str) else value)
    return _menu(reverse(route), values, count)


def menu_of(route: str, *args: Any, count: int = 0, **values: str) -> Menu:
    """For a list that is narrowed by a word or two, or by nothing; ``args`` are those of the route."""
    asked = QueryDict(mutable=True)
    asked.update({name: value for name, value in values.items() if value})
    return _menu(reverse(route, args=args), asked, count)


def _menu(address: str, values: QueryDict, count: int) -> Menu:
    asked = {}
    for kind in (CSV, XLSX):
        values["as"] = kind
        asked[kind] = f"{address}?{values.urlencode()}"
    return Menu(asked[CSV], asked[XLSX], too_many(count) if count > MOST_ROWS else "")


def _listed_at(request: HttpRequest, route: str, args: Sequence[Any]) -> str:
    """The page of the list that was asked for, narrowed alike."""
    values = request.GET.copy()
    values.pop("as", None)
    asked = f"?{values.urlencode()}" if values else ""
    return f"{reverse(route, args=args)}{asked}"
