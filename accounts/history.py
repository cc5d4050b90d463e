"""What the audit rows say: the newest of each row, who wrote it, and all that changed about something, by the deed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Value
from django.db.models.functions import JSONObject

from accounts.models import User

Watched = tuple[str, int]
Named = tuple[type[models.Model], int]
# A deed of more rows than these (an import) is shown without its last ones.
MOST_ROWS = 3000


class Newest(NamedTuple):
    """The newest audit event of a row. ``id`` is 0 where there is none; ``values`` are columns as JSON has them."""

    id: int = 0
    at: datetime | None = None
    metadata: Mapping[str, Any] | None = None
    label: str = ""
    values: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Strand:
    """The audit rows of one model that speak about something: those that fit ``where``.

    ``parent`` is the column that names what the row hangs on, and its model.
    """

    model: type[models.Model]
    where: Q
    parent: tuple[str, type[models.Model]] | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One audit row, beside what the row said before and what it says now; values are columns as JSON has them."""

    model: type[models.Model]
    event: int
    label: str
    at: datetime
    context: UUID | None
    metadata: Mapping[str, Any]
    pk: int
    values: Mapping[str, Any]
    before: Mapping[str, Any] | None
    before_event: int
    now: Mapping[str, Any]
    newest: int
    is_gone: bool
    parent: Mapping[str, Any]

    @property
    def is_back(self) -> bool:
        """Made again under its old key, after it had been removed."""
        return self.label == "insert" and self.before is not None


def events_of(model: type[models.Model]) -> Any:
    """The model of a tracked model's audit rows."""
    return model._meta.get_field("events").related_model


def _rows(model: type[models.Model]) -> models.QuerySet[Any]:
    rows: models.QuerySet[Any] = events_of(model)._base_manager.order_by()
    return rows


def _columns(model: type[models.Model]) -> JSONObject:
    fields = events_of(model)._meta.concrete_fields
    return JSONObject(**{field.attname: F(field.attname) for field in fields if not field.name.startswith("pgh_")})


def newest_of(rows: Collection[Watched]) -> dict[Watched, Newest]:
    """The newest audit event of each row, deleted ones included; one query for each model."""
    found = dict.fromkeys(rows, Newest())
    for label in sorted({label for label, _pk in rows}):
        model = apps.get_model(label)
        events = _rows(model).filter(pgh_obj_id__in={pk for other, pk in rows if other == label})
        told = events.order_by("pgh_obj_id", "-pgh_id").distinct("pgh_obj_id")
        columns = ("pgh_id", "pgh_created_at", "pgh_context__metadata", "pgh_label")
        for pk, *event in told.values_list("pgh_obj_id", *columns, _columns(model)):
            found[label, pk] = Newest._make(event)
    return found


def people_of(told: Iterable[Mapping[str, Any] | None]) -> dict[int, User]:
    """Who wrote these audit rows, by key, from what their contexts say; those who were erased are left out."""
    keys = {metadata["user"] for metadata in told if metadata and metadata.get("user")}
    return {person.pk: person for person in User.objects.filter(pk__in=keys)}


# Where it happened ---------------------------------------------------------------------------------------------------


def places_of(rows: Mapping[Watched, Newest], user: User, *, page: str = "get_absolute_url") -> dict[Watched, str]:
    """The page of each row, or of what it belongs to, where the person may see it; one query for each kind of page.

    ``page`` is the method of a model that gives the address.
    """
    candidates = {row: list(_candidates(row, newest, page)) for row, newest in rows.items()}
    wanted: dict[type[models.Model], set[int]] = {}
    for model, pk in (named for found in candidates.values() for named in found):
        wanted.setdefault(model, set()).add(pk)
    seen: dict[Named, models.Model] = {}
    for model, keys in wanted.items():
        visible = model._default_manager.visible_to(user)  # type: ignore[attr-defined]
        seen |= {(model, one.pk): one for one in visible.filter(pk__in=keys)}
    places = {}
    for row, found in candidates.items():
        for model, pk in found:
            if (model, pk) in seen:
                places[row] = getattr(seen[model, pk], page)()
                break
    return places


def _candidates(row: Watched, newest: Newest, page: str) -> Iterable[Named]:
    model = apps.get_model(row[0])
    if hasattr(model, page):
        yield model, row[1]
    for field in model._meta.concrete_fields:
        target = field.related_model
        key = (newest.values or {}).get(field.attname)
        if isinstance(target, type) and issubclass(target, models.Model) and hasattr(target, page) and key:
            yield target, key


# What happened to something ------------------------------------------------------------------------------------------


def moments(strands: Sequence[Strand], *, before: datetime | None, size: int) -> list[datetime]:
    """When something changed, newest first, ``size`` at most; all that one transaction wrote has one moment."""
    return list(_moments(strands, before=before, size=size))


def every_moment(strands: Sequence[Strand]) -> Iterator[datetime]:
    """As ``moments``, all of them, through a cursor of the database."""
    return _moments(strands, before=None, size=None).iterator(chunk_size=10_000)


def _moments(strands: Sequence[Strand], *, before: datetime | None, size: int | None) -> models.QuerySet[Any, datetime]:
    earlier = Q() if before is None else Q(pgh_created_at__lt=before)
    first, *others = (
        _rows(strand.model)
        .filter(strand.where, earlier)
        .order_by("-pgh_created_at")
        .values_list("pgh_created_at", flat=True)
        .distinct()[:size]
        for strand in strands
    )
    # A union of one is that one, and can't be ordered and cut again.
    return first.union(*others).order_by("-pgh_created_at")[:size] if others else first


def changes(strands: Sequence[Strand], *, first: datetime, last: datetime) -> list[Change]:
    """What changed from ``first`` to ``last``, the newest moment first, in the order of the strands; one query."""
    branch, *others = (_branch(number, strand, first, last) for number, strand in enumerate(strands))
    rows = branch.union(*others, all=True).order_by("-pgh_created_at", "strand", "pgh_id")[:MOST_ROWS]
    found = []
    for number, event, label, at, context, metadata, pk, values, before, newest, parent in rows:
        found.append(
            Change(
                model=strands[number].model,
                event=event,
                label=label,
                at=at,
                context=context,
                metadata=metadata or {},
                pk=pk,
                values=values,
                before=before["values"] if before else None,
                before_event=before["event"] if before else 0,
                now=newest["values"],
                newest=newest["event"],
                is_gone=newest["label"] == "delete",
                parent=parent or {},
            )
        )
    return found


def _branch(number: int, strand: Strand, first: datetime, last: datetime) -> Any:
    columns = _columns(strand.model)
    same = _rows(strand.model).filter(pgh_obj_id=OuterRef("pgh_obj_id")).order_by("-pgh_id")
    whole = JSONObject(event=F("pgh_id"), label=F("pgh_label"), values=columns)
    parent: Any = Value(None, output_field=models.JSONField())
    if strand.parent is not None:
        column, model = strand.parent
        of = _rows(model).filter(pgh_obj_id=OuterRef(column)).order_by("-pgh_id")
        parent = Subquery(of.values(told=_columns(model))[:1])
    return (
        _rows(strand.model)
        .filter(strand.where, pgh_created_at__gte=first, pgh_created_at__lte=last)
        .annotate(
            strand=Value(number),
            told=columns,
            told_before=Subquery(same.filter(pgh_id__lt=OuterRef("pgh_id")).values(told=whole)[:1]),
            told_now=Subquery(same.values(told=whole)[:1]),
            told_of=parent,
        )
        .values_list(
            "strand", "pgh_id", "pgh_label", "pgh_created_at", "pgh_context_id", "pgh_context__metadata",
            "pgh_obj_id", "told", "told_before", "told_now", "told_of",
        )
    )  # fmt: skip
