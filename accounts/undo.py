"""Taking back: every verb leaves a step that names its inverse; replaying the step is itself a verb."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.history import Newest, Watched, events_of, newest_of, people_of, places_of
from accounts.models import UndoStep, UndoStepQuerySet, User
from accounts.words import NAMED, first_of
from web import dates
from web.clock import Now
from web.paging import page

KEPT_FOR = timedelta(days=30)

Row = TypeVar("Row")
Inverse = Callable[..., "Done[Any]"]
INVERSES: dict[str, Inverse] = {}


@dataclass(frozen=True, slots=True)
class Done(Generic[Row]):
    """What a verb did: the row, and the step that takes it back. ``left`` says what was not taken back, and why."""

    row: Row
    step: UndoStep
    left: str = ""


def _name(verb: Inverse) -> str:
    """``app.actions.verb``: kept steps name it, so it says nothing of the module inside the app's verbs."""
    app, actions, *_inside = verb.__module__.split(".")
    return f"{app}.{actions}.{verb.__name__}"


def inverse(verb: Inverse) -> Inverse:
    """Register a function that undo steps may name: ``actor``, ``now``, JSON values in, rights checked by itself."""
    assert _name(verb) not in INVERSES, verb
    INVERSES[_name(verb)] = verb
    return verb


# Of inverses that may be refused though no row has changed: of steps that name one, by key, why it would be now.
Hindrance = Callable[[Collection[UndoStep]], dict[int, str]]
HINDRANCES: dict[str, Hindrance] = {}


def hindrance(verb: Inverse) -> Callable[[Hindrance], Hindrance]:
    """Register what tells beforehand that an inverse would refuse, so that nothing is offered in vain."""

    def register(why: Hindrance) -> Hindrance:
        assert _name(verb) in INVERSES and _name(verb) not in HINDRANCES, verb
        HINDRANCES[_name(verb)] = why
        return why

    return register


def _hindered(steps: Collection[UndoStep]) -> dict[int, str]:
    """Why these would be refused by their own inverse; no query where none of them names such a one."""
    found: dict[int, str] = {}
    for verb, why in HINDRANCES.items():
        named = [step for step in steps if step.verb == verb and step.undone_at is None]
        found |= why(named) if named else {}
    return found


# Of inverses of what is done with many: the arguments without what belongs to other rows than these.
Narrowing = Callable[[dict[str, Any], Collection[Watched]], dict[str, Any]]
NARROWINGS: dict[str, Narrowing] = {}


def narrowing(verb: Inverse) -> Callable[[Narrowing], Narrowing]:
    """Register how an inverse is asked for some of its parts, so that these can be taken back without the others."""

    def register(narrow: Narrowing) -> Narrowing:
        assert _name(verb) in INVERSES and _name(verb) not in NARROWINGS, verb
        NARROWINGS[_name(verb)] = narrow
        return narrow

    return register


# One of those with which something was done together: its name, and the rows of the deed that are its own.
Part = tuple[str, Sequence[tuple[type[models.Model], int]]]
# Where what is said of a deed with many names them; anything else that is put in there is ``escaped``.
NAMES = "%(names)s"


def escaped(text: str) -> str:
    return text.replace("%", "%%")


class TooLateError(ValidationError):
    """A deed that can't be taken back any more; ``where`` is the page of its history, if there is one to see."""

    def __init__(self, why: str, where: str = "") -> None:
        super().__init__(why)
        self.where = where


def _versions(rows: Collection[Watched], *, besides: Mapping[Watched, int] | None = None) -> dict[Watched, int]:
    """The newest audit event of each row, deleted ones included, without those of ``besides``; 0 where none is.

    Each table of events counts by itself, so that an event of one is left out there and nowhere else.
    """
    newest = dict.fromkeys(rows, 0)
    for label in sorted({label for label, _pk in rows}):
        events = events_of(apps.get_model(label))
        found = events._base_manager.filter(pgh_obj_id__in=[pk for other, pk in rows if other == label])
        left_out = [event for (other, _pk), event in (besides or {}).items() if other == label]
        found = found.exclude(pgh_id__in=left_out).order_by().values_list("pgh_obj_id")
        newest |= {(label, pk): event for pk, event in found.annotate(newest=models.Max("pgh_id"))}
    return newest


def record(
    *,
    actor: User,
    now: Now,
    said: str,
    verb: Inverse,
    arguments: dict[str, Any],
    watch: Sequence[tuple[type[models.Model], int]],
    parts: Sequence[Part] = (),
) -> UndoStep:
    """Keep how to take a deed back. ``watch`` names the rows that must be as they are now when that happens.

    What was done with many says ``NAMES`` in ``said`` and has its ``parts``, each row in one of them: a part that
    somebody changes stays as it is then, and the others are taken back.
    """
    name = _name(verb)
    assert name in INVERSES, name
    kept = [[called, [[model._meta.label, pk] for model, pk in rows]] for called, rows in parts]
    assert not parts or (name in NARROWINGS and NAMES in said and sum(len(rows) for _one, rows in parts) == len(watch))
    newest = _versions([(model._meta.label, pk) for model, pk in watch])
    former = _versions(newest, besides=newest)
    return UndoStep.objects.create(
        actor=actor,
        done_at=now.instant,
        said=_of_parts(said, kept) if parts else said,
        form=said if parts else "",
        parts=kept,
        verb=name,
        arguments=arguments,
        watched=[[*row, newest[row], former[row]] for row in newest],
    )


def _of_parts(form: str, parts: Sequence[Any]) -> str:
    """*Tier of Ewos, Nordlaks, Salmar and 9 more set to B*."""
    return form % {"names": first_of([name for name, _rows in parts])}


def gather(*, actor: User, now: Now, said: str, steps: Sequence[UndoStep]) -> UndoStep:
    """One step for several deeds done together, in the order done; theirs go. Taken back, all are or none is."""
    former = {(label, pk): before for step in reversed(steps) for label, pk, _version, before in step.watched}
    newest = _versions(former)
    gathered = UndoStep.objects.create(
        actor=actor,
        done_at=now.instant,
        said=said,
        verb=_name(take_back_all),
        arguments={"said": said, "steps": [[step.verb, step.arguments] for step in steps]},
        watched=[[*row, newest[row], former[row]] for row in former],
    )
    UndoStep.objects.filter(pk__in=[step.pk for step in steps]).delete()
    return gathered


@inverse
@transaction.atomic
def take_back_all(*, actor: User, now: Now, said: str, steps: list[list[Any]]) -> Done[Any]:
    """What was done together is taken back together, the last deed first; the row is that of the first deed."""
    done = [INVERSES[verb](actor=actor, now=now, **arguments) for verb, arguments in reversed(steps)]
    return Done(done[-1].row, gather(actor=actor, now=now, said=said, steps=[one.step for one in done]))


@transaction.atomic
def take_back(*, step_id: int, actor: User, now: Now) -> Done[Any]:
    """Replay a step once. Raises ``TooLateError`` when it is too late or a row has changed since."""
    step = UndoStep.objects.visible_to(actor).select_related("actor").select_for_update(of=("self",)).get(pk=step_id)
    watched = watched_by(step)
    if step.undone_at is None:
        _lock(watched)
    newest = newest_of(watched)
    people = people_of(told.metadata for told in newest.values())
    why = refusal(step, newest, people, now=now)
    if why:
        places = places_of({row: newest[row] for row in watched}, actor, page="get_history_url")
        first = _firsts([step], newest, actor, now).get(step.pk)
        where = f"{reverse('history')}#deed-{first.pk}" if first else next(iter(places.values()), "")
        raise TooLateError(why, where=where if _changed(step, newest) else "")
    left = what_stays(step, newest, people, now=now)
    if left:
        _part_from(step, _changed(step, newest))
    done = INVERSES[step.verb](actor=actor, now=now, **step.arguments)
    step.undone_at = now.instant
    step.save(update_fields=["undone_at"])
    # An inverse names its deed as if it were done anew: who takes it back is told what was taken back.
    done.step.said = words_of_turn(step.said)
    done.step.parts = step.parts
    done.step.form = words_of_turn(step.form) if step.parts else ""
    done.step.save(update_fields=["said", "form", "parts"])
    _carry_over(step, now)
    return Done(done.row, done.step, left)


def _part_from(step: UndoStep, changed: Collection[Watched]) -> None:
    """Leave the parts of a deed that changed in a step of their own, and in this one the others."""

    def only(some: Sequence[Any]) -> dict[str, Any]:
        rows = {(label, pk) for _name, own in some for label, pk in own}
        return {
            "said": _of_parts(step.form, some),
            "parts": some,
            "arguments": NARROWINGS[step.verb](step.arguments, rows),
            "watched": [one for one in step.watched if (one[0], one[1]) in rows],
        }

    touched = [any((label, pk) in changed for label, pk in own) for _name, own in step.parts]
    apart, rest = (
        only([part for part, is_so in zip(step.parts, touched, strict=True) if is_so is wanted])
        for wanted in (True, False)
    )
    UndoStep.objects.create(actor=step.actor, done_at=step.done_at, verb=step.verb, form=step.form, **apart)
    for name, value in rest.items():
        setattr(step, name, value)
    step.save(update_fields=[*rest])


def words_of_turn(said: str) -> str:
    """*Taken back: Logged with Ewos*; of that in turn *Done again: Logged with Ewos*, and so on, never both at once."""
    back, again = _("Taken back: %(said)s"), _("Done again: %(said)s")
    for form, other in ((back, again), (again, back)):
        what = _inside(form, said)
        if what is not None:
            return other % {"said": what}
    return back % {"said": said}


def is_taken_back(said: str) -> bool:
    """Whether taking this deed back does something again, so that its button says *Redo*: *Taken back: …*."""
    return _inside(_("Taken back: %(said)s"), said) is not None


def newest_standing(user: User, *, since: datetime) -> UndoStep | None:
    """The last thing that the person did on or after a moment and that stands, done again counted as done.

    What was taken back does not stand, and its taking back is no deed of its own: whoever goes back step by step comes
    to the deed before, not forward again. One query, by the index of what they did last.
    """
    before, after = _("Taken back: %(said)s").split("%(said)s")
    steps = UndoStep.objects.visible_to(user).open().filter(done_at__gte=since)
    standing = steps.exclude(said__startswith=before, said__endswith=after)
    return standing.order_by("-done_at", "-id").first()


def _inside(form: str, said: str) -> str | None:
    before, after = form.split("%(said)s")
    return said[len(before) : len(said) - len(after)] if said.startswith(before) and said.endswith(after) else None


def watched_by(step: UndoStep) -> dict[Watched, int]:
    """The rows that must be as the deed left them, with their newest audit event then."""
    return {(label, pk): version for label, pk, version, _former in step.watched}


def _lock(rows: Iterable[Watched]) -> None:
    """Keep the rows from others until the step is through, so that nothing changes after it was looked at.

    Not people: their verbs lock all administrators first, so that none wait in a ring.
    """
    for label, pks in groupby(sorted(rows), key=itemgetter(0)):
        if label == User._meta.label:
            continue
        found = apps.get_model(label)._base_manager.select_for_update(no_key=True, of=("self",))
        list(found.filter(pk__in=[pk for _label, pk in pks]).order_by("pk").values_list("pk"))


def refusal(step: UndoStep, newest: Mapping[Watched, Newest], people: Mapping[int, User], *, now: Now) -> str:
    """Why a step of the actor's can't be taken back any more, in words; empty where it can.

    ``newest`` holds at least the rows that the step watches, ``people`` those who wrote the events.
    """
    if step.undone_at is not None:
        return _("This has been taken back already.")
    if now.instant - step.done_at > KEPT_FOR:
        return _("This is more than 30 days ago; change it by hand.")
    if step.verb not in INVERSES:
        return _("This was done with a former version of Concord; change it by hand.")
    changed = _changed(step, newest)
    if not changed:
        return ""
    if not step.parts:
        return _said_who(step, max(changed.values(), key=lambda told: told.at or step.done_at), people, now)
    touched = _touched(step, newest)
    own = {name: last for name, last in touched if _user_of(last) == step.actor_id}
    if own:
        return _("You changed %(what)s again %(day)s: take that back first, or change it by hand.") % {
            "what": first_of(list(own)), "day": _latest(step, own.values(), now)
        }  # fmt: skip
    if len(touched) < len(step.parts):
        return ""
    advice = ngettext(
        "Change it by hand, or restore a value from its history.",
        "Change them by hand, or restore values from their histories.",
        len(touched),
    )
    return f"{_said_whose(step, touched, people, now)} {advice}"


def what_stays(step: UndoStep, newest: Mapping[Watched, Newest], people: Mapping[int, User], *, now: Now) -> str:
    """Which parts somebody else has changed since, where the others can be taken back; empty where that is not so."""
    touched = _touched(step, newest) if step.parts else []
    return _said_whose(step, touched, people, now) if touched and len(touched) < len(step.parts) else ""


def _changed(step: UndoStep, newest: Mapping[Watched, Newest]) -> dict[Watched, Newest]:
    """The rows that are no more as the deed left them, each with its newest event."""
    return {row: newest[row] for row, version in watched_by(step).items() if newest[row].id != version}


def _touched(step: UndoStep, newest: Mapping[Watched, Newest]) -> list[tuple[str, Newest]]:
    """The parts that changed since, by name, with what was written last of each; the latest first."""
    changed = _changed(step, newest)
    found = [
        (name, max(last, key=_when))
        for name, rows in step.parts
        if (last := [changed[label, pk] for label, pk in rows if (label, pk) in changed])
    ]
    return sorted(found, key=lambda one: _when(one[1]), reverse=True)


def _when(told: Newest) -> datetime:
    return told.at or datetime.min.replace(tzinfo=UTC)


def _user_of(told: Newest) -> Any:
    return (told.metadata or {}).get("user")


def _latest(step: UndoStep, told: Iterable[Newest], now: Now) -> str:
    """*today*, of the day on which the last of it was written, as the actor has it."""
    zone = ZoneInfo(step.actor.zone)
    return dates.on(max(map(_when, told)).astimezone(zone).date(), now.today(step.actor.zone))


def _said_whose(step: UndoStep, touched: Sequence[tuple[str, Newest]], people: Mapping[int, User], now: Now) -> str:
    """*Bob Brandt changed Ewos and Salmar, most recently today, so they stay as they are.*"""
    who = [str(people.get(_user_of(last)) or _("Somebody")) for _name, last in touched]
    said = ngettext(
        "%(who)s changed %(what)s %(day)s, so it stays as it is.",
        "%(who)s changed %(what)s, most recently %(day)s, so they stay as they are.",
        len(touched),
    )
    return said % {
        "who": first_of(list(dict.fromkeys(who))),
        "what": first_of([name for name, _last in touched]),
        "day": _latest(step, [last for _name, last in touched], now),
    }


def _firsts(steps: Collection[UndoStep], newest: Mapping[Watched, Newest], user: User, now: Now) -> dict[int, UndoStep]:
    """By step the later deed of the person's own that stands in its way, where that can be taken back.

    One query where there is something in the way of any, none otherwise.
    """
    inside = {
        step.pk: [(*row, told.id) for row, told in _changed(step, newest).items()]
        for step in steps
        if step.undone_at is None
    }
    if not any(inside.values()):
        return {}
    own = UndoStep.objects.visible_to(user).open().filter(done_at__gte=now.instant - KEPT_FOR).order_by("done_at", "id")
    left = {(label, pk, version): step for step in own for label, pk, version, _former in step.watched}
    found = {pk: [left[one] for one in ways if one in left] for pk, ways in inside.items()}
    return {pk: max(ways, key=lambda step: (step.done_at, step.pk)) for pk, ways in found.items() if ways}


def _said_who(step: UndoStep, last: Newest, people: Mapping[int, User], now: Now) -> str:
    """*Bob Brandt changed it on Tuesday, so it stays as it is. …*"""
    zone = step.actor.zone
    day = dates.on(last.at.astimezone(ZoneInfo(zone)).date(), now.today(zone)) if last.at else ""
    key = _user_of(last)
    if key == step.actor_id:
        return _("You changed it again %(day)s: take that back first, or change it by hand.") % {"day": day}
    return _(
        "%(name)s changed it %(day)s, so it stays as it is. Change it by hand, or restore a value from its history."
    ) % {"name": people.get(key) or _("Somebody"), "day": day}


def _carry_over(undone: UndoStep, now: Now) -> None:
    """The rows are again as they were before the deed, so the actor's earlier deeds can be taken back in turn."""
    newest = _versions([(label, pk) for label, pk, _version, _former in undone.watched])
    same = {
        (label, pk, former): newest[label, pk]
        for label, pk, version, former in undone.watched
        if newest[label, pk] != version
    }
    earlier = UndoStep.objects.visible_to(undone.actor).open().filter(done_at__gte=now.instant - KEPT_FOR)
    moved = []
    for step in earlier:
        watched = [
            [label, pk, same.get((label, pk, version), version), former] for label, pk, version, former in step.watched
        ]
        if watched != step.watched:
            step.watched = watched
            moved.append(step)
    UndoStep.objects.bulk_update(moved, ["watched"])


def place_of(step: UndoStep, user: User) -> str:
    """The page of what a deed was about: that of the first of its rows that has one which the person may see."""
    return next(iter(places_of(newest_of(watched_by(step)), user).values()), "")


# What one did --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Deed:
    """A step as its actor sees it: why it can't be taken back any more, if so, and the page where it happened."""

    step: UndoStep
    refusal: str
    place: str
    # What is to be taken back before it.
    first: UndoStep | None = None
    # What of it would stay as it is, and why.
    stays: str = ""

    @property
    def again(self) -> bool:
        """Whether its button does again what was taken back."""
        return is_taken_back(self.step.said)

    @property
    def names(self) -> list[str]:
        """With whom it was done, where what is said of it does not name them all."""
        names = [name for name, _rows in self.step.parts]
        return names if len(names) > NAMED else []


def deeds_of(user: User, *, now: Now, after: str = "") -> tuple[list[Deed], str]:
    """A page of what the person did in the last 30 days, newest first, and the cursor of the next one.

    The same number of queries for one and for fifty, as long as they are about the same kinds of rows.
    """
    shown = page(steps_of(user, now), order=("-done_at", "-id"), after=after)
    return told_of(shown.rows, user, now), shown.after


def steps_of(user: User, now: Now) -> UndoStepQuerySet:
    """What the person did in the last 30 days."""
    return UndoStep.objects.visible_to(user).filter(done_at__gte=now.instant - KEPT_FOR).select_related("actor")


def told_of(steps: Sequence[UndoStep], user: User, now: Now) -> list[Deed]:
    """These steps of the person's own. As many queries for one as for fifty, about the same kinds of rows."""
    newest = newest_of({row for step in steps for row in watched_by(step)})
    people = people_of(told.metadata for told in newest.values())
    places = places_of(newest, user)
    firsts = _firsts(steps, newest, user, now)
    hindered = _hindered(steps)
    deeds = []
    for step in steps:
        there = {places[row] for row in watched_by(step) if row in places}
        place = there.pop() if len(there) == 1 else ""
        why = refusal(step, newest, people, now=now) or hindered.get(step.pk, "")
        stays = "" if why else what_stays(step, newest, people, now=now)
        deeds.append(Deed(step, why, place, firsts.get(step.pk), stays))
    return deeds
