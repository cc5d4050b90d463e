"""What hangs on an organisation, whichever app it belongs to, and how all of it moves to another and back.

The columns are found from the models, so that a new table is never forgotten. A ``Change`` says what was done in a
form that JSON keeps; ``back`` undoes it row by row. Statements are counted by tables, never by rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from graphlib import TopologicalSorter
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.db.models.functions import MD5

from accounts.checks import ours
from accounts.models import (
    Account,
    AccountAlias,
    Affiliation,
    Fingerprint,
    Likeness,
    Merge,
    NotTheSame,
    User,
)
from accounts.rows import plain, rows_from, values_of
from accounts.sweep import described
from web.clock import Now
from web.text import name_key

# Derived from the organisation as it is, or about two of them: these do not move as they are.
APART = (Fingerprint, Likeness, NotTheSame)
Column = tuple[type[models.Model], "models.Field[Any, Any]"]


@dataclass(slots=True)
class Change:
    """``moved``: column and keys of the rows that now name the other; ``was``: former values of columns by row;
    ``made`` and ``gone``: whole rows by table."""

    moved: list[tuple[str, str, list[int]]] = field(default_factory=list)
    was: list[tuple[str, int, dict[str, Any]]] = field(default_factory=list)
    made: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    gone: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def touched(self) -> list[tuple[type[models.Model], int]]:
        """The rows of tables with a history, which must not have changed when it is taken back."""
        rows = [(label, pk) for label, _column, pks in self.moved for pk in pks]
        rows += [(label, pk) for label, pk, _values in self.was]
        rows += [(label, values[_key(label)]) for label, values in (*self.made, *self.gone)]
        return [(model, pk) for label, pk in dict.fromkeys(rows) if is_told(model := apps.get_model(label))]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def _key(label: str) -> str:
    key: models.Field[Any, Any] = apps.get_model(label)._meta.pk
    return str(key.attname)


def is_told(model: type[models.Model]) -> bool:
    """Whether audit rows are written of it."""
    return any(one.name == "events" and one.one_to_many for one in model._meta.get_fields())


def references() -> list[Column]:
    """Every column of our tables that names an organisation, but for those ``APART``."""
    return [
        (model, column)
        for model in ours()
        if model not in APART
        for column in model._meta.concrete_fields
        if column.related_model is Account or column.attname == "account_id"
    ]


def _rows(model: type[models.Model]) -> models.QuerySet[Any]:
    rows: models.QuerySet[Any] = model._base_manager.all()
    return rows


def counts(account: Account) -> dict[type[models.Model], int]:
    """How many rows of each table name it; tables without any left out."""
    found = ((model, _rows(model).filter(**{column.attname: account.pk}).count()) for model, column in references())
    return {model: count for model, count in found if count}


# There -----------------------------------------------------------------------------------------------------------


def move(kept: Account, gone: Account, change: Change) -> None:
    """Everything that names ``gone`` names ``kept``; what would collide has been seen to."""
    for model, column in references():
        rows = _rows(model).filter(**{column.attname: gone.pk})
        # The kept one is no unit of itself: see ``join``.
        pks = list(
            rows.exclude(pk=kept.pk).values_list("pk", flat=True)
            if model is Account
            else rows.values_list("pk", flat=True)
        )
        if pks:
            _rows(model).filter(pk__in=pks).update(**{column.attname: kept.pk})
            change.moved.append((model._meta.label, column.attname, pks))


def write(row: models.Model, change: Change, **values: Any) -> None:
    """Set columns by attribute and save, remembering what they were."""
    change.was.append((row._meta.label, row.pk, {name: plain(getattr(row, name)) for name in values}))
    for name, value in values.items():
        setattr(row, name, value)


def join(kept: Account, gone: Account, change: Change) -> None:
    """What the kept one lacks it takes from the other, and neither is a unit of itself afterwards."""
    known = described([kept.pk, gone.pk], families=True)
    values: dict[str, Any] = {}
    if not kept.website and gone.website:
        values["website"] = gone.website
    if kept.kind == Account.Kind.OTHER and gone.kind != Account.Kind.OTHER:
        values["kind"] = gone.kind
    is_below = gone.pk in known[kept.pk].above
    if is_below or (kept.parent_id is None and gone.parent_id and kept.pk not in known[gone.pk].above):
        values["parent_id"] = gone.parent_id
    if values:
        write(kept, change, **values)
        kept.save(update_fields=[name.removesuffix("_id") for name in values])


def fold_places(kept: Account, gone: Account, change: Change) -> None:
    """Who has a place at both, at the same time and by the same title, has one: as long as both together."""
    rows = list(Affiliation.objects.filter(account__in=[kept.pk, gone.pk]).order_by("pk"))
    here = [row for row in rows if row.account_id == kept.pk]
    changed, over = {}, []
    for row in rows:
        if row.account_id != gone.pk:
            continue
        same = next((one for one in here if one.contact_id == row.contact_id and _is_one_place(one, row)), None)
        if same is None:
            continue
        since = min((day for day in (same.since, row.since) if day), default=None)
        until = None if same.until is None or row.until is None else max(same.until, row.until)
        write(same, change, title=same.title or row.title, since=since, until=until)
        changed[same.pk] = same
        over.append(row)
    Affiliation.objects.bulk_update(changed.values(), ["title", "since", "until"])
    remove(Affiliation, over, change)


def _is_one_place(one: Affiliation, other: Affiliation) -> bool:
    overlap = not (
        (one.until and other.since and one.until < other.since)
        or (other.until and one.since and other.until < one.since)
    )
    titles = {one.title.casefold(), other.title.casefold()} - {""}
    return overlap and len(titles) < 2


def fold_pairs(kept: Account, gone: Account, change: Change) -> None:
    """What was said of the other and a third holds for the kept one, unless it was said of that one too."""
    about = Q(first=gone.pk) | Q(second=gone.pk)
    rows = list(NotTheSame.objects.filter(about).order_by("pk"))
    known = set(NotTheSame.objects.filter(Q(first=kept.pk) | Q(second=kept.pk)).values_list("first", "second"))
    moved, over = [], []
    for row in rows:
        third = row.second_id if row.first_id == gone.pk else row.first_id
        pair = (min(third, kept.pk), max(third, kept.pk))
        if third == kept.pk or pair in known:
            over.append(row)
            continue
        write(row, change, first_id=pair[0], second_id=pair[1])
        known.add(pair)
        moved.append(row)
    NotTheSame.objects.bulk_update(moved, ["first", "second"])
    remove(NotTheSame, over, change)
    # Derived: the sweep finds anew what the kept one is like.
    remove(Likeness, list(Likeness.objects.filter(about)), change)
    remove(Fingerprint, list(Fingerprint.objects.filter(account=gone.pk)), change)


def remember(kept: Account, gone: Account, change: Change, *, actor: User, now: Now, again: list[Any]) -> None:
    """The name of the other becomes another name of the kept one, and its columns are kept beside.

    ``again`` are the rows as they were made the first time, when the deed is done again.
    """
    if again:
        for label, values in again:
            rows_from(apps.get_model(label), [values])
        change.made += [(label, values) for label, values in again]
        return
    kept_as = Merge.objects.create(
        account=kept, name=gone.name, values=values_of(gone), merged_by=actor, merged_at=now.instant
    )
    change.made.append((Merge._meta.label, values_of(kept_as)))
    key = name_key(gone.name)
    taken = AccountAlias.objects.alias(digest=MD5("name_key")).filter(digest=MD5(models.Value(key)))
    if key != kept.name_key and not taken.exists():
        alias = AccountAlias.objects.create(account=kept, name=gone.name, name_key=key)
        change.made.append((AccountAlias._meta.label, values_of(alias)))


def remove(model: type[models.Model], rows: Iterable[models.Model], change: Change) -> None:
    kept = [values_of(row) for row in rows]
    change.gone += [(model._meta.label, values) for values in kept]
    if kept:
        key = _key(model._meta.label)
        _rows(model).filter(pk__in=[values[key] for values in kept]).delete()


# And back ----------------------------------------------------------------------------------------------------------


def back(kept: Account, gone: dict[str, Any], change: Change) -> Account:
    """Every row is where and as it was; rows written since go with what they hang on. Returns the other one."""
    for label, rows in _by_table(change.made).items():
        key = _key(label)
        _rows(apps.get_model(label)).filter(pk__in=[values[key] for values in rows]).delete()
    [other] = rows_from(Account, [gone])
    for label, column, pks in change.moved:
        _rows(apps.get_model(label)).filter(pk__in=pks).update(**{column: other.pk})
    _put_back(change)
    for label, rows in _by_table(change.gone).items():
        rows_from(apps.get_model(label), rows)
    _follow(kept, other)
    return other


def _by_table(rows: Iterable[tuple[str, dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    tables: dict[str, list[dict[str, Any]]] = {}
    for label, values in rows:
        tables.setdefault(label, []).append(values)
    return tables


def _put_back(change: Change) -> None:
    """Columns get their former values; of a row that was written twice, the first ones."""
    former: dict[str, dict[int, dict[str, Any]]] = {}
    for label, pk, values in reversed(change.was):
        former.setdefault(label, {}).setdefault(pk, {}).update(values)
    for label, by_row in former.items():
        model = apps.get_model(label)
        names = {name for values in by_row.values() for name in values}
        columns = {one.attname: one for one in model._meta.concrete_fields if one.attname in names}
        rows = list(_rows(model).filter(pk__in=by_row))
        for row in rows:
            for name, value in by_row[row.pk].items():
                setattr(row, name, columns[name].to_python(value))
        model._base_manager.bulk_update(rows, [one.name for one in columns.values()])


def _follow(kept: Account, other: Account) -> None:
    """What was written since about something that goes back goes with it: parents first, then what hangs on them."""
    tables = [model for model, column in references() if column.attname == "account_id"]
    order: TopologicalSorter[type[models.Model]] = TopologicalSorter()
    links: dict[type[models.Model], list[str]] = {}
    for model in tables:
        columns = [one for one in model._meta.concrete_fields if not one.null and one.related_model in tables]
        links[model] = [one.name for one in columns]
        order.add(model, *(other for one in columns for other in tables if one.related_model is other))
    for model in order.static_order():
        away = Q(pk__in=[])
        for name in links[model]:
            away |= Q(**{f"{name}__account": other.pk})
        if links[model]:
            stray = _rows(model).filter(away, account_id=kept.pk).values("pk")
            _rows(model).filter(pk__in=stray).update(account_id=other.pk)
