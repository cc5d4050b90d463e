"""The history of a relationship in words: who did what when, and which values can be put back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.history import MOST_ROWS, Change, Strand, changes, events_of, every_moment, moments, people_of
from accounts.models import Account, Contact, Team, User
from relationships import pulse, stage_words, stages, words
from relationships.actions.history import BACK, RESTORABLE
from relationships.models import (
    Attachment,
    CadenceAgreement,
    Comment,
    Commitment,
    Feedback,
    FeedbackStep,
    Feeling,
    Fulfilment,
    Halt,
    HandOver,
    HealthFlag,
    Interaction,
    InteractionColleague,
    InteractionContact,
    Introduction,
    ListeningPost,
    Miss,
    MissedCheckIn,
    PlanStep,
    Problem,
    ProblemStep,
    Pulse,
    PulseAnswer,
    PulseQuestion,
    Relationship,
    RelationshipMember,
    RelationshipOutcome,
    Renegotiation,
    Scope,
    Snooze,
    StageChange,
    Stakeholder,
    Waiver,
)
from web.downloads import here
from web.sheets import Cell, Column
from web.zones import city

DEEDS = 30
MOST_ITEMS = 12

KINDS = {
    "": gettext_lazy("Everything"),
    "relationship": gettext_lazy("Relationship"),
    "talk": gettext_lazy("Talk"),
    "promises": gettext_lazy("Promises"),
    "feedback": gettext_lazy("Feedback"),
    "problems": gettext_lazy("Problems"),
    "rhythm": gettext_lazy("Rhythm"),
    "people": gettext_lazy("Their people"),
    "stage": gettext_lazy("Stage"),
    "team": gettext_lazy("Team"),
}
OF_KIND: dict[str, list[type[models.Model]]] = {
    "relationship": [Relationship, Halt, RelationshipOutcome, Feeling, HealthFlag, Pulse, PulseAnswer],
    "team": [RelationshipMember, HandOver],
    "rhythm": [CadenceAgreement, Snooze, MissedCheckIn],
    "talk": [Interaction, InteractionContact, InteractionColleague, Comment, Attachment],
    "promises": [Commitment, Renegotiation, Fulfilment, Miss],
    "feedback": [Feedback, FeedbackStep],
    "people": [Stakeholder, Introduction],
    "problems": [Problem, ProblemStep],
    "stage": [StageChange, Waiver, Scope, PlanStep],
}
ICONS: dict[type[models.Model], str] = {
    Relationship: "building", RelationshipMember: "users", HandOver: "users", CadenceAgreement: "calendar-time",
    Snooze: "zzz", MissedCheckIn: "flag", HealthFlag: "flag",
    Interaction: "message-circle", InteractionContact: "message-circle",
    InteractionColleague: "message-circle", Comment: "messages", Attachment: "link", Commitment: "checks",
    Renegotiation: "calendar-plus", Fulfilment: "circle-check", Miss: "alert-circle",
    Feedback: "message-circle", FeedbackStep: "message",
    Stakeholder: "user", Introduction: "user-plus", Problem: "alert-triangle", ProblemStep: "alert-triangle",
    Halt: "player-pause", StageChange: "trending-up", Waiver: "hand-stop", Scope: "circle-check", PlanStep: "stairs-up",
    RelationshipOutcome: "flag-check", Feeling: "heart",
    Pulse: "question-mark", PulseAnswer: "message-circle",
}  # fmt: skip
# The fields that are told; the others are keys, derived, or said by the headline.
TOLD: dict[type[models.Model], list[str]] = {
    **RESTORABLE,
    Relationship: [*RESTORABLE[Relationship], "stage", "pause_reason", "end_reason", "target_stage", "target_on"],
    Halt: ["why"],
    StageChange: ["why"],
    Waiver: ["why", "until_on"],
    Scope: ["what", "agreed_on", "agreed_with"],
    PlanStep: [*RESTORABLE[PlanStep], "done_on"],
    Commitment: [*RESTORABLE[Commitment], "due_on"],
    CadenceAgreement: ["every_days", "starts_on", "ends_on", "agreed_with", "agreed_on", "reason"],
    Snooze: ["from_on", "until_on", "reason"],
    HealthFlag: ["snoozed_why"],
    Renegotiation: ["agreed_on", "new_due_on", "reason"],
    Fulfilment: ["kept_on", "note"],
    Miss: ["missed_on", "explanation", "plan", "explained_on"],
    Comment: ["text"],
    ProblemStep: ["done_on", "due_on", "note"],
    RelationshipMember: ["user", "role", "subject"],
    HandOver: ["former", "next", "note"],
    Attachment: ["title", "url"],
    Feedback: [*RESTORABLE[Feedback], "grew_into"],
    FeedbackStep: ["done_on", "text", "url"],
    Stakeholder: [*RESTORABLE[Stakeholder], "known_on"],
    Introduction: ["wanted", "through", "keeper", "closed_on", "met", "note"],
    Feeling: ["word", "note"],
}
# What a new or a removed one says besides its headline.
TEXTS: dict[type[models.Model], list[str]] = {
    Halt: ["why"], Interaction: ["summary"], Commitment: ["remedy"], CadenceAgreement: ["reason"], Snooze: ["reason"],
    HealthFlag: ["snoozed_why"],
    Renegotiation: ["reason"], Fulfilment: ["note"], Miss: ["explanation", "plan"], Comment: ["text"],
    HandOver: ["note"], Feedback: ["behalf_of"], FeedbackStep: ["text", "url"],
    Stakeholder: ["readiness_why"], Introduction: ["note"], ProblemStep: ["note"],
    Feeling: ["note"], RelationshipOutcome: ["reason"], PulseAnswer: ["words"],
}  # fmt: skip
PEOPLE = (InteractionContact, InteractionColleague)
# What hangs on one of these, and came or went with it, is not told again; by the column that names it.
PARENTS: list[tuple[type[models.Model], str]] = [
    (Commitment, "commitment_id"),
    (Feedback, "feedback_id"),
    (Problem, "problem_id"),
]
# Which audit rows of a model of an app above this one speak about a relationship: that app puts its models in here,
# and in the tables above.
STRANDS: dict[type[models.Model], Callable[[Relationship], Strand]] = {}
# What apps above leave out of a deed of many rows, so that it is told once what happened to all of them.
FOLDS: list[Callable[[Sequence[Change]], Sequence[Change]]] = []


@dataclass(frozen=True, slots=True)
class Offer:
    """What *Restore* (of a field) or *Bring back* (without one) sends."""

    model: str
    event: int
    field: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A field that changed; without ``before`` it says in words what did."""

    label: str
    before: str
    after: str
    restore: Offer | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that happened in a deed."""

    icon: str
    said: str
    texts: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    back: Offer | None = None


@dataclass(frozen=True, slots=True)
class Deed:
    """What one person did at one moment; ``more`` counts what is left out of a very long one."""

    at: datetime
    who: str
    items: list[Item]
    more: int = 0


# Reading -------------------------------------------------------------------------------------------------------------


def strands(relationship: Relationship, kind: str = "") -> list[Strand]:
    """The audit rows that speak about a relationship, of one kind or of all."""
    about = {model: Strand(model, Q(relationship=relationship.pk)) for of in OF_KIND.values() for model in of}
    about[Relationship] = Strand(Relationship, Q(pgh_obj=relationship.pk))
    for models_of, column, parent in (
        (PEOPLE, "interaction_id", Interaction),
        ((Renegotiation, Fulfilment, Miss), "commitment_id", Commitment),
        ((FeedbackStep,), "feedback_id", Feedback),
        ((ProblemStep,), "problem_id", Problem),
    ):
        known = events_of(parent)._base_manager.filter(relationship=relationship.pk).order_by().values("id")
        for model in models_of:
            about[model] = Strand(model, Q(**{f"{column}__in": known}), (column, parent))
    about |= {model: strand(relationship) for model, strand in STRANDS.items()}
    return [about[model] for name, of in OF_KIND.items() for model in of if kind in ("", name)]


def deeds(
    relationship: Relationship, *, kind: str = "", before: datetime | None = None, writes: bool
) -> tuple[list[Deed], datetime | None]:
    """A page of what happened, newest first, and the moment that the next page begins before.

    A handful of queries, however long the history is. With ``writes`` values are offered to be put back.
    """
    about = strands(relationship, kind)
    times = moments(about, before=before, size=DEEDS + 1)
    if not times:
        return [], None
    more = times[DEEDS - 1] if len(times) > DEEDS else None
    found = changes(about, first=times[:DEEDS][-1], last=times[0])
    told = [
        replace(deed, items=deed.items[:MOST_ITEMS], more=max(0, len(deed.items) - MOST_ITEMS))
        for deed in _deeds(found, writes=writes)
    ]
    return told, more


def every_moment_of(relationship: Relationship, kind: str = "") -> Iterator[datetime]:
    """When something happened, the newest first."""
    return every_moment(strands(relationship, kind))


def deeds_at(relationship: Relationship, times: Sequence[datetime], kind: str = "") -> Iterator[Deed]:
    """All that happened at some moments that follow each other, the newest first; nothing is left out of a long deed.

    The same few queries for one moment as for fifty. Where they are too many rows for one, in halves; of a single
    moment of more rows than ``MOST_ROWS`` the last ones are missing, as on the page.
    """
    found = changes(strands(relationship, kind), first=times[-1], last=times[0])
    if len(found) < MOST_ROWS or len(times) == 1:
        yield from _deeds(found, writes=False)
        return
    middle = len(times) // 2
    yield from deeds_at(relationship, times[:middle], kind)
    yield from deeds_at(relationship, times[middle:], kind)


def _deeds(found: Sequence[Change], *, writes: bool) -> list[Deed]:
    teller = Teller(_names(found), writes=writes)
    people = people_of(change.metadata for change in found)
    told = []
    ordered = sorted(found, key=lambda change: (change.at, str(change.context)), reverse=True)
    for (at, _context), together in groupby(ordered, key=lambda change: (change.at, change.context)):
        rows: Sequence[Change] = list(together)
        metadata = rows[0].metadata
        for fold in FOLDS:
            rows = fold(rows)
        items = teller.items(rows)
        if items:
            who = _who(metadata, people)
            told.append(Deed(at, who, items))
    return told


def columns(zone: str) -> list[Column]:
    return [
        Column(_("When in %(city)s") % {"city": city(zone)}, 16),
        Column(_("Who"), 28),
        Column(_("What happened"), 50),
        Column(_("In words"), 50),
        Column(_("What changed"), 20),
        Column(_("Before"), 40),
        Column(_("After"), 40),
    ]


def in_cells(deeds: Iterable[Deed], zone: str) -> Iterator[list[Cell]]:
    """A row for each value that changed, or for each thing that happened where no value did."""
    for deed in deeds:
        for item in deed.items:
            told: list[Cell] = [here(deed.at, zone), deed.who, item.said, "\n".join(item.texts)]
            for line in item.lines or [Line("", "", "")]:
                yield [*told, line.label, line.before, line.after]


def _who(metadata: Mapping[str, Any], people: Mapping[int, User]) -> str:
    commands = {"import_csv": _("An import"), "seed_demo": _("The demonstration")}
    if metadata.get("user"):
        return str(people.get(metadata["user"]) or _("Somebody"))
    command = str(metadata.get("command", ""))
    said = commands.get(command, _("Concord"))
    return f"{said} ({metadata['file']})" if metadata.get("file") else said


def _names(found: Sequence[Change]) -> dict[tuple[type[models.Model], int], str]:
    """The names of all who and what is named in the rows; one query for each of these models that is."""
    wanted: dict[type[models.Model], set[int]] = {
        model: set() for model in (User, Contact, Team, Feedback, ListeningPost)
    }
    for change in found:
        for column in change.model._meta.concrete_fields:
            target = column.related_model
            if isinstance(target, type) and target in wanted:
                told = (change.values, change.before or {})
                wanted[target] |= {values[column.attname] for values in told if values.get(column.attname)}
    moved = (change for change in found if change.model is Relationship and _has_moved(change))
    wanted[Account] = {change.values["account_id"] for change in moved}
    return {
        (model, row.pk): str(row) for model, keys in wanted.items() for row in model._base_manager.filter(pk__in=keys)
    }


# Telling -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Teller:
    names: Mapping[tuple[type[models.Model], int], str]
    writes: bool

    def items(self, rows: Sequence[Change]) -> list[Item]:
        """The things that happened in one deed; what hangs on a row that came or went is told with it."""
        whole = {(row.model, row.pk) for row in rows if row.label != "update"}
        present: dict[int, list[Change]] = {}
        for row in rows:
            if row.model in PEOPLE:
                present.setdefault(row.values["interaction_id"], []).append(row)
        items: list[Item] = []
        told: dict[tuple[type[models.Model], int, str], int] = {}
        moved = any(row.model is StageChange for row in rows)
        halted = any(row.model is Halt for row in rows)
        for row in rows:
            # The move tells it, or the halt.
            if row.model is Relationship and ((moved and _is_moved(row)) or (halted and _is_halted(row))):
                continue
            if row.model in PEOPLE or _with_its_parent(row, whole):
                continue
            item = self._item(row)
            if row.model is Interaction:
                item = self._with_people(row, item, present.pop(row.pk, []))
            if item is None or not item.said:
                continue
            # Written twice in one deed, it is told once.
            place = told.setdefault((row.model, row.pk, item.said), len(items))
            if place < len(items):
                items[place] = replace(items[place], lines=[*items[place].lines, *item.lines])
            else:
                items.append(item)
        for others in present.values():
            lines = self._people_lines(others)
            if lines:
                said = _("Entry of %(day)s changed") % {"day": _day(others[0].parent.get("occurred_on"))}
                items.append(Item(ICONS[Interaction], said, lines=lines))
        return items

    def _item(self, row: Change) -> Item | None:
        if row.model is not Relationship and _has_moved(row):
            return None
        said = HEADLINES[row.model](self, row)
        back = self._offer(row) if row.label == "delete" and row.model in BACK and row.newest == row.event else None
        if row.label != "update":
            return Item(ICONS[row.model], said, texts=self._texts(row), back=back)
        lines = [line for name in TOLD.get(row.model, []) if (line := self._line(row, name)) is not None]
        of_its_own = row.model is Relationship and said != _("Relationship changed")
        says_it_all = row.model in (MissedCheckIn, HealthFlag, Halt, Pulse) or of_its_own
        return Item(ICONS[row.model], said, lines=lines) if said and (lines or says_it_all) else None

    def _texts(self, row: Change) -> list[str]:
        return [text for name in TEXTS.get(row.model, []) if (text := row.values.get(name))]

    def _with_people(self, row: Change, item: Item | None, present: list[Change]) -> Item | None:
        if row.label == "update":
            lines = self._people_lines(present)
            if item is None:
                said = HEADLINES[Interaction](self, row)
                return Item(ICONS[Interaction], said, lines=lines) if lines else None
            return replace(item, lines=[*item.lines, *lines])
        names = [self._name_of(one) for one in present if one.model is InteractionContact]
        if item is None or not names:
            return item
        said = _("%(said)s, with %(names)s") % {"said": item.said, "names": words.names(list(dict.fromkeys(names)))}
        return replace(item, said=said)

    def _people_lines(self, rows: Iterable[Change]) -> list[Line]:
        """Who came and who went; those who were written again are neither."""
        lines = []
        for model, label in ((InteractionContact, _("Who of theirs")), (InteractionColleague, _("Who of us"))):
            came = {self._name_of(row) for row in rows if row.model is model and row.label == "insert"}
            went = {self._name_of(row) for row in rows if row.model is model and row.label == "delete"}
            told = [_("%(names)s added") % {"names": ", ".join(sorted(came - went))}] if came - went else []
            told += [_("%(names)s taken out") % {"names": ", ".join(sorted(went - came))}] if went - came else []
            lines += [Line(label, "", one) for one in told]
        return lines

    def _name_of(self, row: Change) -> str:
        model, column = (Contact, "contact_id") if row.model is InteractionContact else (User, "user_id")
        return self.name(model, row.values[column])

    def name(self, model: type[models.Model], key: int | None) -> str:
        if key is None:
            return _("nobody")
        gone = {Team: _("a team that is gone"), User: _("somebody"), Contact: _("somebody")}
        return self.names.get((model, key)) or gone.get(model) or _("something that is gone")

    def _line(self, row: Change, name: str) -> Line | None:
        column: Any = row.model._meta.get_field(name)
        before, after = (row.before or {}).get(column.attname), row.values.get(column.attname)
        if row.before is None or column.attname not in row.before or before == after:
            return None
        offered = (
            name in RESTORABLE.get(row.model, [])
            and not row.is_gone
            and row.now.get(column.attname) != before
            and self.writes
        )
        restore = Offer(row.model._meta.label_lower, row.before_event, name) if offered else None
        label = capfirst(column.verbose_name)
        return Line(label, self.value(column, before), self.value(column, after), restore)

    def _offer(self, row: Change) -> Offer | None:
        return Offer(row.model._meta.label_lower, row.event) if self.writes else None

    def value(self, column: Any, value: Any) -> str:
        """A column's value, as JSON has it, as people say it."""
        if value is None or value in ("", []):
            return _("nobody") if column.related_model in (User, Contact) else _("nothing")
        if column.related_model is not None:
            return self.name(column.related_model, value)
        if isinstance(column, ArrayField):
            each = (
                [WEEKDAYS[day] for day in value]
                if column.name == "workdays"
                else [self.value(column.base_field, one) for one in value]
            )
            return ", ".join(str(one) for one in each)
        if column.name == "criterion":
            return stage_words.plain_title(stages.Criterion(value))
        if column.choices:
            return capfirst(str(dict(column.flatchoices).get(value, value)))
        return _plain(column, column.to_python(value))


def _with_its_parent(row: Change, whole: Collection[tuple[type[models.Model], int]]) -> bool:
    """What hangs on a promise, feedback or a problem that came or went in the same deed is not told again."""
    return bool(row.parent) and any((model, row.values.get(column)) in whole for model, column in PARENTS)


def _plain(column: models.Field[Any, Any], value: Any) -> str:
    match value:
        case bool():
            return _("yes") if value else _("no")
        case datetime():
            return date_format(timezone.localtime(value), "j F Y, H:i")
        case date():
            return date_format(value, "j F Y")
        case Decimal():
            return f"{number_format(value, decimal_pos=2, force_grouping=True)} {settings.CURRENCY}"
        case int() if column.name == "every_days":
            return words.interval(value)
    return str(value)


def _has_moved(row: Change) -> bool:
    """Whether the deed was a merger of organisations, or the end of one: the row names another one than before."""
    now, before = row.values.get("account_id"), (row.before or {}).get("account_id")
    return row.label == "update" and bool(before) and bool(now != before)


def _day(value: str | None) -> str:
    return date_format(date.fromisoformat(value), "j F Y") if value else ""


def _pick(row: Change, made: str, changed: str, removed: str, back: str) -> str:
    if row.label == "insert":
        return back if row.is_back else made
    return changed if row.label == "update" else removed


def _is_halted(row: Change) -> bool:
    before = row.before or {}
    changed = any(before.get(name) != row.values.get(name) for name in ("paused_since", "ended_on"))
    return row.label == "update" and changed


def _is_moved(row: Change) -> bool:
    return row.label == "update" and bool((row.before or {}).get("stage") != row.values["stage"])


# Headlines -----------------------------------------------------------------------------------------------------------


def _relationship(teller: Teller, row: Change) -> str:
    before = row.before or {}
    if _has_moved(row):
        return _("Organisations merged or parted: now with %(name)s") % {
            "name": teller.names.get((Account, row.values["account_id"])) or _("one that is gone")
        }
    if row.label != "update":
        return _("Removed for good") if row.label == "delete" else _("Relationship begun")
    if before.get("removed_at") != row.values["removed_at"]:
        return _("Relationship removed") if row.values["removed_at"] else _("Relationship brought back")
    if before.get("ended_on") != row.values.get("ended_on"):
        return _("Ended") if row.values["ended_on"] else _("Taken up again")
    if before.get("paused_since") != row.values["paused_since"]:
        return _("Paused") if row.values["paused_since"] else _("Resumed")
    return _("Relationship changed")


def _halt(teller: Teller, row: Change) -> str:
    ended = row.values["kind"] == Halt.Kind.ENDED
    if row.label == "update" and (row.before or {}).get("until_on") != row.values["until_on"]:
        if row.values["until_on"]:
            return _("Taken up again") if ended else _("Resumed")
        return _("Ended as before") if ended else _("Paused as before")
    if row.label == "delete":
        return _("Did not end after all") if ended else _("Not paused after all")
    return _("Ended") if ended else _("Paused")


def _agreement(teller: Teller, row: Change) -> str:
    every = words.interval(row.values["every_days"])
    told = {"every": every, "day": _day(row.values["starts_on"]), "until": _day(row.values.get("ends_on"))}
    rhythm = _("%(every)s from %(day)s until %(until)s") if told["until"] else _("%(every)s from %(day)s")
    who = row.values["agreed_with_id"]
    agreed = _("agreed with %(name)s") % {"name": teller.name(Contact, who)} if who else _("assumed")
    said = f"{rhythm % told}, {agreed}"
    return _pick(
        row,
        _("Rhythm: %(said)s") % {"said": said},
        _("Rhythm changed: %(said)s") % {"said": said},
        _("Rhythm taken back: %(said)s") % {"said": said},
        _("Rhythm is back: %(said)s") % {"said": said},
    )


def _entry(teller: Teller, row: Change) -> str:
    channel = str(dict(Interaction.Channel.choices).get(row.values["channel"], row.values["channel"]))
    told = {"channel": channel, "day": _day(row.values["occurred_on"])}
    return _pick(
        row,
        _("Logged: %(channel)s on %(day)s") % told,
        _("Entry of %(day)s changed") % told,
        _("Entry removed: %(channel)s on %(day)s") % told,
        _("Entry is back: %(channel)s on %(day)s") % told,
    )


def _snooze(teller: Teller, row: Change) -> str:
    told = {"day": _day(row.values["until_on"])}
    return _pick(
        row,
        _("Snoozed until %(day)s") % told,
        _("Snooze changed: until %(day)s") % told,
        _("Snooze until %(day)s ended") % told,
        _("Snoozed again until %(day)s") % told,
    )


def _flag(teller: Teller, row: Change) -> str:
    told = {"day": _day(row.values["due_on"])}
    closed = row.values["closed_at"]
    if row.label == "update" and closed and not (row.before or {}).get("closed_at"):
        told["why"] = str(dict(MissedCheckIn.Reason.choices).get(row.values["closed_because"], ""))
        return _("Missed check-in of %(day)s closed: %(why)s") % told
    if row.label == "update" and closed:
        return ""
    return _pick(
        row,
        _("Check-in missed: it was due on %(day)s") % told,
        _("Missed check-in of %(day)s is open again") % told,
        _("Missed check-in of %(day)s withdrawn") % told,
        _("Missed check-in of %(day)s is open again") % told,
    )


def _health_flag(teller: Teller, row: Change) -> str:
    """A flag that came on or went off, or that somebody put off."""
    kind = capfirst(str(dict(HealthFlag.Kind.choices).get(row.values["kind"], row.values["kind"])))
    before, until = row.before or {}, row.values["snoozed_until"]
    told = {"flag": kind, "day": _day(until), "since": _day(row.values["since"])}
    if row.label == "update" and before.get("snoozed_until") != until:
        return (_("Snoozed until %(day)s: %(flag)s") if until else _("No longer snoozed: %(flag)s")) % told
    if row.label == "update" and row.values["until"] and not before.get("until"):
        return _("Flag over: %(flag)s") % told
    return _pick(
        row,
        _("Flag: %(flag)s, since %(since)s") % told,
        _("Flag again: %(flag)s") % told,
        _("Flag withdrawn: %(flag)s") % told,
        _("Flag: %(flag)s, since %(since)s") % told,
    )


def _promise(teller: Teller, row: Change) -> str:
    told = {"what": row.values["what"], "day": _day(row.values["due_on"])}
    ours = row.values["side"] == Commitment.Side.OURS
    made = _("Promise of ours: %(what)s, by %(day)s") if ours else _("Promise of theirs: %(what)s, by %(day)s")
    return _pick(
        row,
        made % told,
        _("Promise changed: %(what)s") % told,
        _("Promise removed: %(what)s") % told,
        _("Promise is back: %(what)s") % told,
    )


def _of_promise(made: Callable[[], str], column: str) -> Callable[[Teller, Change], str]:
    def said(teller: Teller, row: Change) -> str:
        told = {"what": row.parent.get("what", ""), "day": _day(row.values[column])}
        return _pick(
            row,
            made() % told,
            _("Explained: %(what)s") % told,
            _("Taken back: %(said)s") % {"said": made() % told},
            made() % told,
        )

    return said


def _problem(teller: Teller, row: Change) -> str:
    told = {"what": row.values["what"], "day": _day(row.values["due_on"])}
    return _pick(
        row,
        _("Problem: %(what)s, to be solved by %(day)s") % told,
        _("Problem changed: %(what)s") % told,
        _("Problem removed: %(what)s") % told,
        _("Problem is back: %(what)s") % told,
    )


def _of_problem(teller: Teller, row: Change) -> str:
    made = {
        ProblemStep.Kind.SOLVED: _("Solved on %(day)s: %(what)s"),
        ProblemStep.Kind.REOPENED: _("Opened again on %(day)s: %(what)s"),
        ProblemStep.Kind.OWNED: _("Owned up to on %(day)s: %(what)s"),
    }[ProblemStep.Kind(row.values["kind"])]
    told = {"what": row.parent.get("what", ""), "day": _day(row.values["done_on"])}
    if row.values.get("due_on"):
        made = _("Opened again on %(day)s, to be solved by %(due)s: %(what)s")
        told["due"] = _day(row.values["due_on"])
    said = made % told
    return _pick(row, said, said, _("Taken back: %(said)s") % {"said": said}, said)


def _comment(teller: Teller, row: Change) -> str:
    return _pick(row, _("Comment"), _("Comment changed"), _("Comment removed"), _("Comment is back"))


def _member(teller: Teller, row: Change) -> str:
    role = dict(RelationshipMember.Role.choices).get(row.values["role"], row.values["role"])
    told = {"name": teller.name(User, row.values["user_id"]), "role": role}
    return _pick(
        row,
        _("%(name)s joined as %(role)s") % told,
        _("Part of %(name)s changed") % told,
        _("%(name)s is no longer %(role)s") % told,
        _("%(name)s is %(role)s again") % told,
    )


def _hand_over(teller: Teller, row: Change) -> str:
    told = {name: teller.name(User, row.values[f"{name}_id"]) for name in ("former", "next")}
    return _pick(
        row,
        _("Handed over from %(former)s to %(next)s") % told,
        _("Hand-over changed: from %(former)s to %(next)s") % told,
        _("Hand-over from %(former)s to %(next)s taken back") % told,
        _("Handed over again from %(former)s to %(next)s") % told,
    )


def _attachment(teller: Teller, row: Change) -> str:
    told = {"name": row.values["title"]}
    return _pick(
        row,
        _("Added: %(name)s") % told,
        _("Changed: %(name)s") % told,
        _("Removed: %(name)s") % told,
        _("Back: %(name)s") % told,
    )


def _feedback(teller: Teller, row: Change) -> str:
    told = {"said": row.values["said"], "day": _day(row.values["heard_on"])}
    ours = row.values["side"] == Feedback.Side.OURS
    given = _("Our feedback: %(said)s") if ours else _("Their feedback: %(said)s")
    told_now = (row.before or {}).get("unsaid") and not row.values["unsaid"]
    return _pick(
        row,
        (_("Our idea, not told to them yet: %(said)s") if row.values["unsaid"] else given) % told,
        (_("Told them: %(said)s") if told_now else _("Feedback changed: %(said)s")) % told,
        _("Feedback removed: %(said)s") % told,
        _("Feedback is back: %(said)s") % told,
    )


def _feedback_step(teller: Teller, row: Change) -> str:
    kind = str(dict(FeedbackStep.Kind.choices).get(row.values["kind"], row.values["kind"]))
    told = {"kind": capfirst(kind), "day": _day(row.values["done_on"]), "said": row.parent.get("said", "")}
    made = _("%(kind)s on %(day)s: %(said)s") % told
    return _pick(row, made, _("Changed: %(said)s") % {"said": made}, _("Taken back: %(said)s") % {"said": made}, made)


def _stakeholder(teller: Teller, row: Change) -> str:
    power = dict(Stakeholder.Power.choices).get(row.values["power"], "")
    name = teller.name(Contact, row.values["contact_id"])
    told = {"name": name, "who": f"{name}, {power}" if power else name}
    return _pick(
        row,
        _("Named: %(who)s") % told,
        _("Part of %(name)s changed") % told,
        _("Part of %(name)s removed") % told,
        _("Named again: %(who)s") % told,
    )


def _introduction(teller: Teller, row: Change) -> str:
    told = {"wanted": row.values["wanted"]}
    closed = row.values["closed_on"]
    if row.label == "update" and closed and not (row.before or {}).get("closed_on"):
        met = row.values["met_id"]
        said = _("Met %(name)s: %(wanted)s") if met else _("Not wanted any more: %(wanted)s")
        return said % {**told, "name": teller.name(Contact, met)}
    return _pick(
        row,
        _("To be met: %(wanted)s") % told,
        _("To be met, changed: %(wanted)s") % told,
        _("Nobody to be met any more: %(wanted)s") % told,
        _("To be met again: %(wanted)s") % told,
    )


def _stage_change(teller: Teller, row: Change) -> str:
    values = row.values
    move = stage_words.heading(values["from_stage"], values["to_stage"])
    if values["declared"]:
        move = _("Declared: %(stage)s") % {"stage": stage_words.name(values["to_stage"])}
    told = {"move": move}
    return _pick(
        row,
        move,
        _("Move changed: %(move)s") % told,
        _("Move taken back: %(move)s") % told,
        _("Moved again: %(move)s") % told,
    )


def _waiver(teller: Teller, row: Change) -> str:
    criterion = stages.Criterion(row.values["criterion"])
    told = {"criterion": stage_words.plain_title(criterion), "day": _day(row.values["until_on"])}
    return _pick(
        row,
        _("Waived until %(day)s: %(criterion)s") % told,
        _("Waiver changed, until %(day)s: %(criterion)s") % told,
        _("No longer waived: %(criterion)s") % told,
        _("Waived again until %(day)s: %(criterion)s") % told,
    )


def _scope(teller: Teller, row: Change) -> str:
    told = {"what": row.values["what"]}
    return _pick(
        row,
        _("Agreed to do together: %(what)s") % told,
        _("What was agreed changed: %(what)s") % told,
        _("No longer agreed: %(what)s") % told,
        _("Agreed again: %(what)s") % told,
    )


def _plan_step(teller: Teller, row: Change) -> str:
    told = {"what": row.values["what"]}
    if row.label == "update" and (row.before or {}).get("done_on") != row.values["done_on"]:
        return (_("Step done: %(what)s") if row.values["done_on"] else _("Step open again: %(what)s")) % told
    return _pick(
        row,
        _("Step planned: %(what)s") % told,
        _("Step changed: %(what)s") % told,
        _("Step removed: %(what)s") % told,
        _("Step is back: %(what)s") % told,
    )


def _outcome(teller: Teller, row: Change) -> str:
    what = dict(RelationshipOutcome.Kind.choices)[row.values["kind"]]
    told = {"what": capfirst(str(what)), "day": _day(row.values["came_on"])}
    return _pick(
        row,
        _("%(what)s on %(day)s") % told,
        _("What became of it changed: %(what)s on %(day)s") % told,
        _("No longer noted: %(what)s on %(day)s") % told,
        _("Noted again: %(what)s on %(day)s") % told,
    )


def _feeling(teller: Teller, row: Change) -> str:
    told = {"word": dict(Feeling.Word.choices)[row.values["word"]], "day": _day(row.values["felt_on"])}
    return _pick(
        row,
        _("It feels %(word)s") % told,
        _("What was felt on %(day)s changed: %(word)s") % told,
        _("No longer said for %(day)s: it feels %(word)s") % told,
        _("Said again for %(day)s: it feels %(word)s") % told,
    )


def _pulse(teller: Teller, row: Change) -> str:
    """Asked, skipped, not answered or given to somebody; that it was answered is told by the answer."""
    told = {"question": PulseQuestion(row.values["question"]).label}
    theirs = row.values["side"] == pulse.Side.THEIRS
    if row.label != "update":
        return _pick(
            row,
            _("Asked of them: %(question)s") % told if theirs else _("Asked of us: %(question)s") % told,
            "",
            "" if theirs else _("No longer asked: %(question)s") % told,
            _("Asked again: %(question)s") % told,
        )
    before, state = row.before or {}, row.values["state"]
    if state != before.get("state"):
        return {
            Pulse.State.SKIPPED.value: _("Skipped: %(question)s") % told,
            Pulse.State.LAPSED.value: _("Not answered: %(question)s") % told,
        }.get(state, "")
    given = row.values["to_stakeholder_id"], row.values["sent_at"]
    if None in given[:1] or given == (before.get("to_stakeholder_id"), before.get("sent_at")):
        return ""
    if given[1] is not None:
        return _("Sent to them by mail: %(question)s") % told
    return _("Link made for them: %(question)s") % told


def _pulse_answer(teller: Teller, row: Change) -> str:
    about = PulseQuestion(row.values["question"]).label
    told = {"question": about, "score": row.values["score"], "day": _day(row.values["on"])}
    said = {
        PulseAnswer.Way.OWN.value: _("We said: %(question)s, %(score)d of 5"),
        PulseAnswer.Way.STAFF.value: _("They said, entered by us: %(question)s, %(score)d of 5"),
        PulseAnswer.Way.LINK.value: _("They said by link: %(question)s, %(score)d of 5"),
    }[row.values["way"]]
    return _pick(
        row,
        said % told,
        _("Answer of %(day)s changed: %(question)s, %(score)d of 5") % told,
        _("No longer said: %(question)s, %(score)d of 5") % told,
        _("Said again: %(question)s, %(score)d of 5") % told,
    )


HEADLINES: dict[type[models.Model], Callable[[Teller, Change], str]] = {
    Relationship: _relationship,
    Halt: _halt,
    CadenceAgreement: _agreement,
    Interaction: _entry,
    Snooze: _snooze,
    MissedCheckIn: _flag,
    HealthFlag: _health_flag,
    Commitment: _promise,
    Renegotiation: _of_promise(lambda: _("New day %(day)s: %(what)s"), "new_due_on"),
    Fulfilment: _of_promise(lambda: _("Kept on %(day)s: %(what)s"), "kept_on"),
    Miss: _of_promise(lambda: _("Missed on %(day)s: %(what)s"), "missed_on"),
    Comment: _comment,
    Problem: _problem,
    ProblemStep: _of_problem,
    RelationshipMember: _member,
    HandOver: _hand_over,
    Attachment: _attachment,
    StageChange: _stage_change,
    Waiver: _waiver,
    Scope: _scope,
    PlanStep: _plan_step,
    Feedback: _feedback,
    FeedbackStep: _feedback_step,
    Stakeholder: _stakeholder,
    Introduction: _introduction,
    RelationshipOutcome: _outcome,
    Feeling: _feeling,
    Pulse: _pulse,
    PulseAnswer: _pulse_answer,
}
