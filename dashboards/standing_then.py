"""What was shown of a standing on a day that is over, and why what is known of it now differs: in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Max, Min, Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from dashboards.standing_bar import Bar, band, bar
from relationships import health, health_case, health_words, records, standing_then, words
from relationships.evidence import Component
from relationships.health_case import Case, Entry
from relationships.models import HealthFlag, Relationship, ScoreConfig, Snapshot
from relationships.standing_then import Difference, Shown
from relationships.weighing import Scale
from web import dates

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Part:
    """A component as it was shown: *7 of 20* and its bar."""

    name: str
    bar: Bar
    weak: bool

    @property
    def score(self) -> str:
        return _("%(earned)d of %(most)d") % {"earned": self.bar.earned, "most": self.bar.most}


@dataclass(frozen=True, slots=True)
class Card:
    """The standing as it was shown. ``stood`` says of which day it is, where none was kept of the day asked for."""

    judged: bool
    word: str
    bar: Bar
    band: str
    parts: list[Part]
    stood: str
    flags: str
    version: str
    direction: str = ""


@dataclass(frozen=True, slots=True)
class Then:
    """What was shown on a day; ``card`` is none where nothing was kept of it, and ``silent`` says so.

    ``why`` tells what is known otherwise now; nothing where nothing is. ``flags`` are those known of the day now.
    """

    card: Card | None
    silent: str
    why: list[str] = field(default_factory=list)
    flags: str = ""


@dataclass(frozen=True, slots=True)
class Around:
    """The days before and after one of which something is kept; today where that is the next."""

    before: date | None
    after: date | None
    first: date | None


def around(row: Relationship, day: date, here: date) -> Around:
    """One query."""
    found = row.snapshots.aggregate(
        before=Max("on", filter=Q(on__lt=day)),
        after=Min("on", filter=Q(on__gt=day, on__lt=here)),
        first=Min("on", filter=Q(on__lt=here)),
    )
    return Around(found["before"], found["after"] or (here if day < here else None), found["first"])


def then(row: Relationship, known: records.Known, case: Case, entries: Sequence[Entry], beside: Around) -> Then:
    """Three queries: what was kept, the versions of the weights, the flags that are known of the day now.

    ``case`` is the day that was asked for as it is known now; what was kept may be of a day before it.
    """
    day = case.day
    kept = row.snapshots.filter(on__lte=day).newest_first().first()
    if kept is None:
        return Then(None, _nothing(beside, day))
    versions = {one.version: one for one in ScoreConfig.objects.all()}
    flags = _flags_on(row, day)
    scale = versions[kept.config_version].scale if kept.config_version in versions else Scale()
    shown = Shown(kept.on, _opinions(kept), kept.config_version, scale, frozenset(kept.flags))
    zone = ZoneInfo(row.zone)
    ends, until = (datetime.combine(one + DAY, time.min, zone) for one in (kept.on, day))
    on_its_day = health_case.of(known.record, entries, kept.on, scale, past=True)
    found = standing_then.difference(shown, on_its_day, ends, _version_on(versions, until), flags)
    if day > kept.on:
        found = standing_then.between(shown, found, case, until)
    newest = max(versions, default=1)
    return Then(_card(kept, shown, day, newest), "", _why(found, shown, day), _named(flags))


def _nothing(beside: Around, day: date) -> str:
    if beside.first is None:
        return _("What was shown on a day is kept from the first night on; nothing is kept yet.")
    said = _("What was shown that day was not kept: the first that was is of %(day)s.")
    return said % {"day": dates.plain(beside.first, day)}


def _opinions(kept: Snapshot) -> Mapping[Component, tuple[float, float]]:
    return {one: (getattr(kept, f"{one}_b"), getattr(kept, f"{one}_d")) for one in Component}


def _version_on(versions: Mapping[int, ScoreConfig], until: datetime) -> int:
    """The one in force at the end of a day."""
    return max((number for number, one in versions.items() if one.valid_from < until), default=1)


def _flags_on(row: Relationship, day: date) -> list[str]:
    """The flags that stood on a day, as is known now. One query."""
    rows = row.health_flags.filter(Q(until=None) | Q(until__gt=day), since__lte=day)
    return sorted(set(rows.values_list("kind", flat=True)))


def _named(kinds: Sequence[str]) -> str:
    """*Going quiet and one-sided*; nothing for none."""
    labels = dict(HealthFlag.Kind.choices)
    return capfirst(words.names([str(labels[kind]) for kind in kinds])) if kinds else ""


def _card(kept: Snapshot, shown: Shown, day: date, newest: int) -> Card:
    parts = [
        Part(
            str(health_words.NAMES[component]),
            bar(shown.points(component)),
            bool(kept.band) and component == kept.limiting and shown.points(component)[1] >= 1,
        )
        for component in Component
    ]
    said = {"version": kept.config_version, "newest": newest}
    version = _("By version %(version)s of the weights.") % said
    if newest != kept.config_version:
        version = _("By version %(version)s of the weights; today version %(newest)s counts.") % said
    return Card(
        judged=bool(kept.band),
        word=str(health_words.BANDS[health.Band(kept.band)]) if kept.band else "",
        bar=bar((kept.earned, kept.lost, kept.unknown)),
        band=band(kept.low, kept.high),
        parts=parts,
        stood="" if kept.on == day else _("As kept on %(day)s.") % {"day": dates.weekday(kept.on, day)},
        flags=_named(kept.flags),
        version=version,
    )


def _why(found: Difference, shown: Shown, day: date) -> list[str]:
    """Why what is known now differs, in sentences."""
    told: dict[str, Any] = {"day": dates.plain(shown.on, day)}
    said = []
    if found.newer:
        said.append(_("Newer than %(day)s: %(rows)s.") % {**told, "rows": _rows(found.newer, day)})
    if found.added:
        said.append(_("Added later: %(rows)s.") % {"rows": _rows(found.added, day)})
    said += _otherwise(found.otherwise)
    if found.went_by:
        told |= {"parts": _parts(found.went_by), "days": dates.days((day - shown.on).days)}
        said.append(
            _("%(parts)s: %(days)s went by since %(day)s, or somebody was seen within them.") % told
            if Component.ACCESS in found.went_by
            else _("%(parts)s: %(days)s went by since %(day)s.") % told
        )
    if found.version:
        told |= {"version": found.version, "former": shown.version}
        said.append(
            _("Other weights came into force that day: version %(version)s after %(former)s.") % told
            if day == shown.on
            else _("Other weights came into force since %(day)s: version %(version)s after %(former)s.") % told
        )
    if found.flags_more:
        said.append(_("Not flagged then, but known now: %(flags)s.") % {"flags": _named(found.flags_more)})
    if found.flags_fewer:
        said.append(_("Flagged then, and not as known now: %(flags)s.") % {"flags": _named(found.flags_fewer)})
    return said


def _otherwise(parts: Sequence[Component]) -> list[str]:
    """What may be behind it, by what each part looks at besides rows."""
    besides = {
        Component.CADENCE: _("Cadence: a contact was taken back since or is dated otherwise, or the rhythm is."),
        Component.ACCESS: _("Access: a meeting, who decides or signs, or when they were seen is told otherwise since."),
    }
    said = [besides[one] for one in parts if one in besides]
    if rows := _parts([one for one in parts if one not in besides]):
        said.append(_("%(parts)s: something that counted then was taken back since.") % {"parts": rows})
    return said


def _parts(parts: Sequence[Component]) -> str:
    """*Cadence and trust*."""
    return capfirst(words.names([str(health_words.NAMES[one]).lower() for one in parts]))


def _rows(rows: Sequence[Entry], day: date) -> str:
    """*Promise kept in time (2 November), We began it (1 November) and 3 more*."""
    named = [
        _("%(what)s (%(day)s)")
        % {"what": health_words.row_says(one.row.kind, one.row.side), "day": dates.plain(one.row.day, day)}
        for one in rows
    ]
    return words.names(named)
