"""A person's own calendar: given, read every quarter of an hour, stopped; what it tells confirmed or dismissed.

The address is a secret: no undo step, no line of the log and no error that is raised here holds it. Giving one and
stopping leave no step, as taking either back would need the address.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from accounts.models import Affiliation, User
from accounts.undo import Done, gather, inverse, record
from meetings import capture, capture_words
from meetings.actions.following import follow
from meetings.actions.planning import plan_meeting
from meetings.calendar_lines import UnreadableError
from meetings.calendar_reading import Calendar, Event, read
from meetings.models import ANSWER, CalendarSource, CapturedEvent, CapturedMatch, Meeting, Participant
from relationships.actions import log_interaction
from relationships.models import Interaction, Relationship
from web.clock import Now
from web.fetching import Fetched, FetchError, Limits, fetch, host_of
from web.sealed import SealError, seal, unseal

logger = logging.getLogger(__name__)

PURPOSE = "meetings.CalendarSource.address"
# One run of the job claims, asks and holds the answers of so many at a time, and begins no more after so many seconds.
AT_ONCE, SECONDS = 8, 420.0
# More than these in four months are no meetings that somebody goes to.
MOST_CAPTURED = 500
ANSWERS = {
    "ACCEPTED": Participant.Answer.COMES,
    "TENTATIVE": Participant.Answer.MAYBE,
    "DECLINED": Participant.Answer.DECLINED,
}
FIELDS = [
    "source",
    "starts_at",
    "ends_at",
    "all_day",
    "day",
    "title",
    "place",
    "private",
    "begun_by",
    "colleagues",
    "gone",
]


# Given and stopped ---------------------------------------------------------------------------------------------------


def give_calendar(*, actor: User, now: Now, address: str) -> CalendarSource:
    """Read the calendar at the address, and from now on every quarter of an hour; replaces the one given before.

    Raises ``ValidationError`` at ``address`` where it cannot be read; then everything is as it was.
    """
    try:
        fetched = _fetched(address)
        calendar = _read(fetched, actor, now)
    except (FetchError, UnreadableError) as error:
        raise ValidationError({"address": capture_words.said(_code(error), before=False)}) from None
    with transaction.atomic():
        source, _new = CalendarSource.objects.update_or_create(
            user=actor,
            defaults={
                "address": seal(address.strip(), PURPOSE),
                "host": host_of(address),
                "given_at": now.instant,
                "next_read_at": now.instant,
            },
        )
        CapturedEvent.objects.filter(user=actor, state=CapturedEvent.State.WAITING).delete()
        _keep(source, calendar, fetched.etag, now=now)
    source.refresh_from_db()
    return source


@transaction.atomic
def stop_reading(*, actor: User, now: Now) -> int:
    """Forget the address and what waits; says how many there were. What was confirmed or dismissed stays so."""
    CapturedEvent.objects.filter(user=actor, state=CapturedEvent.State.WAITING).delete()
    count, _each = CalendarSource.objects.filter(user=actor).delete()
    return count


# Read ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, repr=False)
class _Answer:
    """What one server gave, or the code of why nothing."""

    fetched: Fetched | None = None
    error: str = ""


def read_calendars(*, now: Now) -> int:
    """Read what is due; says how many. A slow or broken one keeps nobody back; each is read by one run alone."""
    began, count = time.monotonic(), 0
    while time.monotonic() - began < SECONDS:
        claimed = _claim(now)
        if not claimed:
            break
        count += len(claimed)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            asked = {pool.submit(_ask, *_opened(source, now)): source for source in claimed}
            for answer in as_completed(asked):
                # Let go of at once: what a server gave may be large.
                _settle(asked.pop(answer), answer.result(), now)
    return count


@transaction.atomic
def _claim(now: Now) -> list[CalendarSource]:
    """Nobody else reads these until their next time, whatever happens to this run."""
    due = CalendarSource.objects.due(now).order_by("next_read_at")
    claimed = list(due.select_related("user").select_for_update(of=("self",), skip_locked=True)[:AT_ONCE])
    until = capture.next_reading(now.instant, 0)
    CalendarSource.objects.filter(pk__in=[source.pk for source in claimed]).update(next_read_at=until)
    return claimed


def _opened(source: CalendarSource, now: Now) -> tuple[str, str]:
    """The address, empty where it no longer opens, and the mark to show; no mark where it is to be read anew."""
    try:
        address = unseal(bytes(source.address), PURPOSE)
    except SealError:
        return "", ""
    fresh = source.anew_at is not None and source.anew_at > now.instant - capture.ANEW
    return address, source.etag if fresh and not source.error else ""


def _ask(address: str, etag: str) -> _Answer:
    """In a thread, so without the database."""
    if not address:
        return _Answer(error=capture_words.SEALED)
    try:
        return _Answer(_fetched(address, etag))
    except FetchError as error:
        return _Answer(error=_code(error))


def _fetched(address: str, etag: str = "") -> Fetched:
    limits = Limits(seconds=settings.CALENDAR_SECONDS)
    return fetch(address.strip(), allowed=settings.CALENDAR_NETWORKS, limits=limits, etag=etag)


def _settle(source: CalendarSource, answer: _Answer, now: Now) -> None:
    """Keep what one calendar says. Whatever goes wrong with one is its own."""
    try:
        if answer.fetched is None:
            _failed(source, answer.error, now)
        elif answer.fetched.unchanged:
            own = CalendarSource.objects.filter(pk=source.pk)
            own.update(read_at=now.instant, failures=0, error="", next_read_at=capture.next_reading(now.instant, 0))
        else:
            calendar = _read(answer.fetched, source.user, now)
            with transaction.atomic():
                _keep(source, calendar, answer.fetched.etag, now=now)
    except UnreadableError as error:
        _failed(source, _code(error), now)
    except Exception as error:
        # Its words are left out: they may hold lines of somebody's calendar.
        logger.error("Calendar %s could not be kept: %s", source.pk, type(error).__name__)
        _failed(source, capture_words.FAILED, now)


def _failed(source: CalendarSource, code: str, now: Now) -> None:
    failures = source.failures + 1
    logger.info("Calendar %s was not read: %s", source.pk, code)
    CalendarSource.objects.filter(pk=source.pk).update(
        failures=min(failures, 1000), error=code, next_read_at=capture.next_reading(now.instant, failures)
    )


def _code(error: FetchError | UnreadableError) -> str:
    return error.reason.value if isinstance(error, FetchError) else error.why.value


def _read(fetched: Fetched, user: User, now: Now) -> Calendar:
    return read(
        fetched.body,
        zone=user.zone,
        first=now.instant - capture.READ_BACK,
        last=now.instant + capture.READ_AHEAD,
    )


# Kept ----------------------------------------------------------------------------------------------------------------


def _keep(source: CalendarSource, calendar: Calendar, etag: str, *, now: Now) -> None:
    """Bring what waits in line with the calendar: whatever it says of people of theirs, and nothing else of it.

    A fixed number of statements. What was settled stays settled; its time and its name follow the calendar.
    """
    found = _found(source.user, _of_interest(source.user, calendar.events), now)
    rows = [_row(source, one, now) for one in found]
    CapturedEvent.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["user", "uid", "instance"], update_fields=FIELDS
    )
    mine = CapturedEvent.objects.filter(user=source.user)
    kept = mine.filter(uid__in={row.uid for row in rows}).values_list("uid", "instance", "pk")
    keys = {(uid, instance): pk for uid, instance, pk in kept}
    seen = [keys[row.uid, row.instance] for row in rows]
    CapturedMatch.objects.filter(event__in=seen).delete()
    CapturedMatch.objects.bulk_create(
        CapturedMatch(event_id=key, **match) for key, one in zip(seen, found, strict=True) for match in one.matches
    )
    if calendar.complete:
        waiting = mine.filter(state=CapturedEvent.State.WAITING, starts_at__gte=now.instant - capture.READ_BACK)
        waiting.exclude(pk__in=seen).update(gone=True)
    mine.filter(ends_at__lt=now.instant - capture.KEPT).delete()
    CalendarSource.objects.filter(pk=source.pk).update(
        read_at=now.instant,
        anew_at=now.instant,
        next_read_at=capture.next_reading(now.instant, 0),
        failures=0,
        error="",
        etag=etag,
        events=len(calendar.events),
        matched=len(rows),
        skipped=[[skipped.name, skipped.why.value] for skipped in calendar.skipped],
        left_out=calendar.left_out,
    )


def _of_interest(user: User, events: Iterable[Event]) -> list[Event]:
    """Neither called off nor declined by the person, nor one that Concord wrote itself."""
    near = [event for event in events if not event.cancelled and event.people]
    own = user.email.lower()
    near = [event for event in near if not any(one.address == own and one.answer == "DECLINED" for one in event.people)]
    ours = set(Meeting.objects.filter(uid__in={event.uid for event in near}).values_list("uid", flat=True))
    return [event for event in near if event.uid not in ours]


@dataclass(frozen=True, slots=True, repr=False)
class _Found:
    """An event with people of theirs: who they are, and which colleagues were asked too."""

    event: Event
    matches: list[dict[str, Any]]
    colleagues: list[int]


def _found(user: User, events: Sequence[Event], now: Now) -> list[_Found]:
    """Those with people of theirs; two queries, whatever the calendar holds."""
    addresses = {one.address for event in events for one in event.people}
    colleagues = User.objects.active_staff().annotate(key=Lower("email")).filter(key__in=addresses)
    staff = dict(colleagues.values_list("key", "pk"))
    places = (
        Affiliation.objects.current(now.today(user.zone))
        .annotate(key=Lower("contact__email"), bond=F("account__relationships"))
        .filter(key__in=addresses - set(staff))
        .filter(bond__in=Relationship.objects.changeable_by(user).filter(ended_on=None).order_by().values("pk"))
        .order_by("contact", "bond")
        .values_list("key", "contact", "bond")
        .distinct()
    )
    known: dict[str, list[tuple[int, int]]] = {}
    for address, contact, relationship in places:
        known.setdefault(address, []).append((contact, relationship))
    found = [
        _Found(
            event,
            list(_matches(event, known)),
            [staff[one.address] for one in event.people if staff.get(one.address, user.pk) != user.pk],
        )
        for event in events
    ]
    return [one for one in found if one.matches][-MOST_CAPTURED:]


def _matches(event: Event, known: dict[str, list[tuple[int, int]]]) -> Iterator[dict[str, Any]]:
    for one in event.people:
        for contact, relationship in known.get(one.address, []):
            yield {
                "contact_id": contact,
                "relationship_id": relationship,
                "address": one.address,
                "answer": ANSWERS.get(one.answer, Participant.Answer.NONE),
            }


def _row(source: CalendarSource, one: _Found, now: Now) -> CapturedEvent:
    event = one.event
    return CapturedEvent(
        user=source.user,
        source=source,
        uid=event.uid,
        instance=event.instance,
        starts_at=event.starts,
        ends_at=event.ends,
        all_day=event.all_day,
        day=event.starts.astimezone(ZoneInfo(source.user.zone)).date(),
        title=event.title,
        place=event.place,
        private=event.private,
        begun_by=_begun_by(source.user, event, {match["address"] for match in one.matches}),
        colleagues=one.colleagues,
        captured_at=now.instant,
    )


def _begun_by(user: User, event: Event, theirs: Collection[str]) -> str:
    invites = next((one.address for one in event.people if one.invites), "")
    if invites == user.email.lower():
        return Interaction.Side.OURS
    return Interaction.Side.THEIRS if invites in theirs else Interaction.Side.UNKNOWN


# Confirmed and dismissed ---------------------------------------------------------------------------------------------


def _waiting(actor: User, event_id: int) -> CapturedEvent:
    """Raises ``CapturedEvent.DoesNotExist`` for what is another's, ``ValidationError`` for what is settled."""
    row = CapturedEvent.objects.visible_to(actor).select_for_update().get(pk=event_id)
    if row.state != CapturedEvent.State.WAITING:
        raise ValidationError(_("This was settled already: it is %(state)s.") % {"state": row.get_state_display()})
    return row


def _meant(actor: User, row: CapturedEvent, matches: Collection[int] | None) -> list[CapturedMatch]:
    """Who is meant: those named, or all where there is no doubt. In the order of the partners."""
    mine = CapturedMatch.objects.changeable_by(actor).filter(event=row).exclude(answer=Participant.Answer.DECLINED)
    found = list(mine.select_related("relationship__account", "contact").order_by("relationship", "id"))
    if matches is not None:
        found = [match for match in found if match.pk in matches]
    if not found:
        raise ValidationError({"with_whom": _("Say with whom it was.")})
    if not capture.is_sure(capture.Match(one.address, one.contact_id, one.relationship_id) for one in found):
        raise ValidationError({"with_whom": _("Choose one: this address belongs to several.")})
    return found


@transaction.atomic
def log_captured(
    *, actor: User, now: Now, event: CapturedEvent, matches: Collection[int] | None = None
) -> Done[CapturedEvent]:
    """It took place: a meeting with each of the partners is logged, with the people of both sides. One step for all."""
    row = _waiting(actor, event.pk)
    if not row.is_over(now):
        raise ValidationError(_("This is still to come."))
    people = _meant(actor, row, matches)
    colleagues = [actor, *User.objects.active_staff().filter(pk__in=row.colleagues).exclude(pk=actor.pk)]
    logged = [
        log_interaction(
            actor=actor,
            now=now,
            relationship=group[0].relationship,
            occurred_on=row.starts_at.astimezone(ZoneInfo(group[0].relationship.zone)).date(),
            channel=Interaction.Channel.MEETING,
            summary="" if row.private else row.title,
            begun_by=row.begun_by,
            contacts=[match.contact for match in group],
            colleagues=colleagues,
        ).step
        for group in _groups(people)
    ]
    settled = _settled(row, CapturedEvent.State.LOGGED, _("Logged from your calendar"), actor=actor, now=now)
    said = _("Logged with %(partners)s") % {"partners": _partners(people)}
    return Done(row, gather(actor=actor, now=now, said=said, steps=[settled.step, *logged]))


@transaction.atomic
def plan_captured(
    *, actor: User, now: Now, event: CapturedEvent, matches: Collection[int] | None = None
) -> Done[CapturedEvent]:
    """It is to come: a meeting is planned with the partners and their people, as the calendar has it."""
    row = _waiting(actor, event.pk)
    if row.is_over(now):
        raise ValidationError(_("This is over."))
    people = _meant(actor, row, matches)
    groups = _groups(people)
    free = not row.instance and not Meeting.objects.filter(uid=row.uid).exists()
    planned = plan_meeting(
        actor=actor,
        now=now,
        relationships=[group[0].relationship for group in groups],
        title=(not row.private and row.title) or _("Meeting with %(partners)s") % {"partners": _partners(people)},
        starts_at=row.starts_at,
        zone=actor.zone,
        minutes=min(max(int((row.ends_at - row.starts_at) / timedelta(minutes=1)), 5), 14 * 60),
        host=Meeting.Host.THEIRS if row.begun_by == Interaction.Side.THEIRS else Meeting.Host.OURS,
        place="" if row.private else row.place,
        colleagues=[actor, *User.objects.active_staff().filter(pk__in=row.colleagues).exclude(pk=actor.pk)],
        contacts={group[0].relationship_id: [match.contact for match in group] for group in groups},
        uid=row.uid if free else None,
    )
    _answered(planned.row, people, now)
    settled = _settled(row, CapturedEvent.State.PLANNED, planned.step.said, actor=actor, now=now)
    return Done(row, gather(actor=actor, now=now, said=planned.step.said, steps=[settled.step, planned.step]))


def _groups(people: Sequence[CapturedMatch]) -> list[list[CapturedMatch]]:
    found: dict[int, list[CapturedMatch]] = {}
    for match in people:
        found.setdefault(match.relationship_id, []).append(match)
    return list(found.values())


def _partners(people: Sequence[CapturedMatch]) -> str:
    return ", ".join(dict.fromkeys(str(match.relationship) for match in people))


def _answered(meeting: Meeting, people: Sequence[CapturedMatch], now: Now) -> None:
    """What they answered stands in the calendar already."""
    answers = {match.contact_id: match.answer for match in people if match.answer}
    rows = list(meeting.people.filter(contact__in=answers))
    for row in rows:
        row.answer, row.answered_on = answers[row.contact_id or 0], now.today(meeting.zone)
        row.answered_way = Participant.Way.CALENDAR
    Participant.objects.bulk_update(rows, ANSWER)
    follow([meeting.pk], now=now)


@transaction.atomic
def dismiss_captured(*, actor: User, now: Now, event: CapturedEvent) -> Done[CapturedEvent]:
    """It is no business of Concord's: it never asks about it again."""
    row = _waiting(actor, event.pk)
    return _settled(row, CapturedEvent.State.DISMISSED, _("Dismissed; it will not ask again"), actor=actor, now=now)


def _settled(row: CapturedEvent, state: str, said: str, *, actor: User, now: Now) -> Done[CapturedEvent]:
    row.state = state
    row.save(update_fields=["state"])
    # No history is kept of what is in somebody's calendar; the inverse looks at the row itself.
    step = record(
        actor=actor, now=now, said=said, verb=ask_again, arguments={"event_id": row.pk, "state": state}, watch=[]
    )
    return Done(row, step)


@inverse
@transaction.atomic
def ask_again(*, actor: User, now: Now, event_id: int, state: str) -> Done[CapturedEvent]:
    """What was settled waits again."""
    row = CapturedEvent.objects.visible_to(actor).select_for_update().get(pk=event_id)
    if row.state != state:
        raise ValidationError(_("This has changed meanwhile: it is %(state)s.") % {"state": row.get_state_display()})
    row.state = CapturedEvent.State.WAITING
    row.save(update_fields=["state"])
    step = record(
        actor=actor,
        now=now,
        said=_("Asked again"),
        verb=settle_again,
        arguments={"event_id": row.pk, "state": state},
        watch=[],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def settle_again(*, actor: User, now: Now, event_id: int, state: str) -> Done[CapturedEvent]:
    row = _waiting(actor, event_id)
    return _settled(row, state, _("Settled again"), actor=actor, now=now)
