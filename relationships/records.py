"""What the criteria of the stages read, fetched for any number of relationships in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.db.models import Q, Value

from accounts.models import Affiliation
from relationships import cadence, evidence, stages
from relationships.criteria import Agreed, Flagged, Person, Record, Shown, Span, Touch, Weighed
from relationships.evidence import Kind
from relationships.flags import Flag
from relationships.health_case import Entry
from relationships.models import (
    CadenceAgreement,
    Evidence,
    Halt,
    HealthFlag,
    Interaction,
    InteractionContact,
    Relationship,
    ScoreConfig,
    Snooze,
    StageChange,
    Stakeholder,
    Waiver,
)
from relationships.weighing import Scale
from web.text import name_key

INTERACTION = Interaction._meta.label_lower
AGREEMENT = CadenceAgreement._meta.label_lower
STAKEHOLDER = Stakeholder._meta.label_lower
# A scope that was agreed, or any joint project.
SCOPES = {Kind.SCOPE_AGREED, Kind.PROJECT_MEASURED, Kind.PROJECT_CLOSED, Kind.PROJECT_FAILED}
OF_CRITERIA = {*SCOPES, Kind.PROMISE_KEPT, Kind.FEEDBACK_GIVEN}
HAVE_A_SAY = (Stakeholder.Power.INFLUENCES, Stakeholder.Power.DECIDES, Stakeholder.Power.SIGNS)


@dataclass(frozen=True, slots=True)
class Known:
    """A relationship's record, its waivers, and its changes of stage, the oldest first."""

    record: Record
    waivers: list[Waiver] = field(default_factory=list)
    changes: list[StageChange] = field(default_factory=list)

    @property
    def waived(self) -> list[stages.Waiver]:
        return [
            stages.Waiver(stages.Criterion(row.criterion), Span(row.from_on, row.until_on), row.pk)
            for row in self.waivers
        ]

    def since(self, row: Relationship) -> date:
        """Since when it is in its stage: the day of the last change, or that on which it was begun."""
        return self.changes[-1].changed_on if self.changes else begun_on(row)

    def met_then(self, row: Relationship) -> set[stages.Criterion]:
        """What the move to the present stage kept as met or waived."""
        last = self.changes[-1] if self.changes else None
        if last is None or last.to_stage != row.stage:
            return set()
        stood = {stages.Verdict.MET, stages.Verdict.WAIVED}
        found = {one["criterion"] for one in last.criteria if one["verdict"] in stood}
        return {one for one in stages.CRITERIA[stages.Stage(row.stage)] if one in found}

    def declared(self, row: Relationship) -> stages.Declared | None:
        """What its stage was declared to be; none where somebody moved it there on evidence."""
        last = self.changes[-1] if self.changes else None
        if last is None or last.evidence_due_on is None or last.to_stage != row.stage:
            return None
        return stages.Declared(stages.Stage(row.stage), last.changed_on, last.evidence_due_on)


@dataclass(frozen=True, slots=True)
class Rested:
    """When check-ins were put off, and when there were none because it was paused or had ended."""

    snoozed: list[cadence.Rest] = field(default_factory=list)
    halted: list[Span] = field(default_factory=list)


def rested_of(ids: Collection[int]) -> dict[int, Rested]:
    """Of each relationship; one query for both."""
    found = {pk: Rested() for pk in ids}
    columns = ("relationship", "from_on", "until_on", "pk")
    snoozes = Snooze.objects.filter(relationship__in=ids).order_by().values_list(*columns, Value(value=False))
    halts = Halt.objects.filter(relationship__in=ids).order_by().values_list(*columns, Value(value=True))
    for pk, first, last, _key, halted in snoozes.union(halts, all=True).order_by("pk"):
        if not halted:
            found[pk].snoozed.append(cadence.Rest(first, last))
        # The day on which it went on counts again; of one that began and ended on one day there is nothing.
        elif last is None or last > first:
            found[pk].halted.append(Span(first, last - stages.DAY if last else None))
    return found


def agreements_of(ids: Collection[int]) -> dict[int, list[CadenceAgreement]]:
    """Of each relationship, in the order made."""
    return _by(ids, CadenceAgreement.objects.filter(relationship__in=ids).order_by("id"))


def begun_on(row: Relationship) -> date:
    return row.created_at.astimezone(ZoneInfo(row.zone)).date()


def read(
    rows: Sequence[Relationship],
    *,
    agreements: Mapping[int, Sequence[CadenceAgreement]] | None = None,
    rested: Mapping[int, Rested] | None = None,
    ledger: Mapping[int, Sequence[Entry]] | None = None,
) -> dict[int, Known]:
    """Eleven queries; two fewer where agreements (in the order made) and what rested are known already, one where the
    whole ledger is (by day), and two where all are contacts."""
    ids = [row.pk for row in rows]
    if agreements is None:
        agreements = agreements_of(ids)
    if rested is None:
        rested = rested_of(ids)
    # No criterion of a customer asks for a score, so nobody reads it of a contact.
    scored = [row for row in rows if row.stage != stages.Stage.CONTACT]
    if ledger is None:
        ledger = _ledger(ids, [row.pk for row in scored])
    shown, weighed = _evidence(ledger, {row.pk for row in scored})
    flagged = _flags([row.pk for row in scored])
    versions = list(ScoreConfig.objects.order_by("version")) if scored else []
    touches = _touches(ids)
    people = _people(rows)
    waivers = _by(ids, Waiver.objects.filter(relationship__in=ids).order_by("from_on", "id"))
    changes = _by(ids, StageChange.objects.filter(relationship__in=ids).order_by("changed_on", "id"))
    return {
        row.pk: Known(
            Record(
                scopes=shown[row.pk, "scope"],
                people=people[row.pk],
                agreements=[_agreed(one) for one in agreements[row.pk]],
                kept=shown[row.pk, "kept"],
                touches=touches[row.pk],
                feedback={side: shown[row.pk, side] for side in ("ours", "theirs")},
                rests=rested[row.pk].snoozed,
                halts=rested[row.pk].halted,
                workdays=row.workdays,
                weighed=weighed[row.pk],
                flagged=flagged[row.pk],
                scales=_scales(versions, row),
            ),
            waivers[row.pk],
            changes[row.pk],
        )
        for row in rows
    }


Row = TypeVar("Row", CadenceAgreement, Waiver, StageChange)


def _by(ids: Iterable[int], found: Iterable[Row]) -> dict[int, list[Row]]:
    rows: dict[int, list[Row]] = {pk: [] for pk in ids}
    for row in found:
        rows[row.relationship_id].append(row)
    return rows


def _agreed(row: CadenceAgreement) -> Agreed:
    return Agreed(row.interval, row.assumed, Shown(AGREEMENT, row.pk, row.agreed_on or row.starts_on))


def _ledger(ids: Sequence[int], scored: Sequence[int]) -> dict[int, list[Entry]]:
    """What criteria read of it: scopes, promises kept and feedback, and of some all that weighs."""
    asked = Q(relationship__in=ids, kind__in=OF_CRITERIA) | (Q(relationship__in=scored) & ~Q(r=0, s=0))
    rows = Evidence.objects.filter(asked).order_by("day", "id")
    found: dict[int, list[Entry]] = defaultdict(list)
    for pk, kind, side, day, model, source, r, s in rows.values_list(
        "relationship", "kind", "side", "day", "source_model", "source_id", "r", "s"
    ):
        found[pk].append(Entry(evidence.Row(evidence.KINDS[kind], side, day, r, s), model, source))
    return found


def _evidence(
    ledger: Mapping[int, Sequence[Entry]], scored: Collection[int]
) -> tuple[dict[tuple[int, str], list[Shown]], dict[int, list[Weighed]]]:
    """Scopes, promises of ours kept in time, and feedback of each side; of some all that weighs."""
    found: dict[tuple[int, str], list[Shown]] = defaultdict(list)
    weighed: dict[int, list[Weighed]] = defaultdict(list)
    for pk, entries in ledger.items():
        for entry in entries:
            row = entry.row
            weighs = pk in scored and (row.r or row.s)
            if not weighs and row.kind not in OF_CRITERIA:
                continue
            shown = Shown(entry.model, entry.pk, row.day)
            if weighs:
                weighed[pk].append(Weighed(row, shown))
            if row.kind in SCOPES:
                found[pk, "scope"].append(shown)
            elif row.kind is Kind.FEEDBACK_GIVEN:
                found[pk, row.side].append(shown)
            elif row.kind is Kind.PROMISE_KEPT and row.side == Evidence.Side.OURS:
                found[pk, "kept"].append(shown)
    return found, weighed


def _flags(ids: Sequence[int]) -> dict[int, list[Flagged]]:
    """Those that stood for a day at least, in the order in which they came on; no query for nobody."""
    found: dict[int, list[Flagged]] = defaultdict(list)
    rows = HealthFlag.objects.filter(relationship__in=ids).order_by("since", "id") if ids else HealthFlag.objects.none()
    for pk, kind, side, since, until in rows.values_list("relationship", "kind", "side", "since", "until"):
        if until is None or until > since:
            found[pk].append(Flagged(Flag(kind), Span(since, until - stages.DAY if until else None), side))
    return found


def _scales(versions: Sequence[ScoreConfig], row: Relationship) -> list[tuple[date, Scale]]:
    """The weights and thresholds with the day from which each was in force there, as ``ScoreConfig`` has it."""
    zone = ZoneInfo(row.zone)
    if row.stage == stages.Stage.CONTACT:
        return []
    return [(one.valid_from.astimezone(zone).date(), one.scale) for one in versions]


def _touches(ids: Sequence[int]) -> dict[int, list[Touch]]:
    rows = Interaction.objects.touches().filter(relationship__in=ids).order_by("occurred_on", "id")
    found: dict[int, list[Touch]] = defaultdict(list)
    for relationship, day, project, pk in rows.values_list("relationship", "occurred_on", "project", "pk"):
        found[relationship].append(Touch(day, beside=not project, pk=pk))
    return found


def _people(rows: Sequence[Relationship]) -> dict[int, list[Person]]:
    """Whose decision power is known. Three queries."""
    named = Stakeholder.objects.filter(relationship__in=[row.pk for row in rows], known_on__isnull=False)
    stakes = list(named.exclude(power="").select_related("contact").order_by("id"))
    contacts = {stake.contact_id for stake in stakes}
    places: dict[int, list[tuple[int, Span]]] = defaultdict(list)
    for contact, account, since, until in Affiliation.objects.filter(contact__in=contacts).values_list(
        "contact", "account", "since", "until"
    ):
        # On their last day they have left: a criterion need not wait until tomorrow to tell it.
        places[contact].append((account, Span(since or date.min, until - stages.DAY if until else None)))
    seen: dict[tuple[int, int], set[date]] = defaultdict(set)
    met = InteractionContact.objects.filter(
        interaction__relationship__in={stake.relationship_id for stake in stakes},
        interaction__two_way=True,
        contact__in=[stake.contact_id for stake in stakes if stake.decides],
    ).order_by()
    for relationship, contact, day in met.values_list(
        "interaction__relationship", "contact", "interaction__occurred_on"
    ):
        seen[relationship, contact].add(day)
    found: dict[int, list[Person]] = defaultdict(list)
    for stake in stakes:
        assert stake.known_on is not None
        key = (stake.relationship_id, stake.contact_id)
        found[stake.relationship_id].append(
            Person(
                shown=Shown(STAKEHOLDER, stake.pk, stake.known_on, str(stake.contact)),
                there=_there(places[stake.contact_id], stake.account_id),
                has_say=stake.power in HAVE_A_SAY,
                decides=stake.decides,
                answers=stake.accountable and stake.commands,
                seen=sorted(seen[key]),
                who=name_key(stake.contact.name),
            )
        )
    return found


def _there(places: Sequence[tuple[int, Span]], account: int) -> list[Span]:
    """When they work there; who has a place in a unit or a parent alone is asked about that; without any always."""
    here = [span for where, span in places if where == account]
    return here or [span for _where, span in places] or [Span(date.min)]
