"""A meeting planned, changed, called off, not held; its people asked, and what they answered. All of it taken back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Contact, UndoStep, User
from accounts.rows import plain, row_from, values_of
from accounts.undo import Done, inverse, record
from meetings.actions.following import follow, lock
from meetings.actions.telling import tell
from meetings.models import (
    ANSWER,
    AgendaItem,
    CalendarMessage,
    Insight,
    Meeting,
    MeetingAccount,
    MinutesDispatch,
    Outcome,
    Participant,
)
from relationships.models import Relationship
from web.clock import Now

# What a form may change of a meeting.
EDITABLE_MEETING = ["title", "kind", "host", "starts_at", "minutes", "zone", "place", "link", "organiser"]
# What calendars show of it: when it changes, they are told with a higher number.
SHOWN_IN_CALENDARS = ["title", "starts_at", "minutes", "zone", "place", "link", "organiser"]
# What hangs on a meeting and goes with it, in the order in which it comes back.
CHILDREN: list[type[models.Model]] = [MeetingAccount, Participant, AgendaItem, Outcome, Insight]

NO_ANSWER = {"answer": "", "answered_on": None, "answered_way": "", "answered_by": None}

# Whom of theirs, by the relationship for which they come.
Guests = Mapping[int, Collection[Contact]]


def theirs(actor: User, meeting_id: int) -> Meeting:
    """The meeting if the actor may change it; raises ``Meeting.DoesNotExist`` otherwise."""
    return Meeting.objects.changeable_by(actor).get(pk=meeting_id)


def _locked(actor: User, meeting_id: int) -> Meeting:
    theirs(actor, meeting_id)
    return lock(meeting_id)


def _must_be_planned(row: Meeting) -> None:
    if row.state != Meeting.State.PLANNED:
        raise ValidationError(
            _("This meeting is no longer planned: it is %(state)s.") % {"state": row.get_state_display()}
        )


# Planned -------------------------------------------------------------------------------------------------------------


@transaction.atomic
def plan_meeting(
    *,
    actor: User,
    now: Now,
    relationships: Sequence[Relationship],
    title: str,
    starts_at: datetime,
    zone: str,
    minutes: int = 60,
    kind: str = Meeting.Kind.CHECK_IN,
    host: str = Meeting.Host.OURS,
    place: str = "",
    link: str = "",
    organiser: User | None = None,
    colleagues: Iterable[User] | None = None,
    contacts: Guests | None = None,
    uid: str | None = None,
) -> Done[Meeting]:
    """Plan a meeting with one or several partners; the actor may change each of them.

    ``starts_at`` is aware; one that is over may be planned too, and then asks whether it was held. Without
    ``colleagues`` the organiser comes, who is the actor unless somebody else is named. ``contacts`` are asked for
    the relationship under whose key they stand. ``uid`` names it as a calendar does already.
    """
    if not relationships:
        raise ValidationError({"relationships": _("Say with whom.")})
    organiser = organiser or actor
    row = Meeting(
        title=title.strip(),
        kind=kind,
        host=host,
        starts_at=starts_at,
        minutes=minutes,
        ends_at=starts_at + timedelta(minutes=minutes),
        zone=zone,
        place=place.strip(),
        link=link.strip(),
        organiser=organiser,
        planned_by=actor,
        planned_at=now.instant,
        **({"uid": uid} if uid else {}),
    )
    row.full_clean()
    row.save()
    parties = {one.pk: _party(row, one) for one in relationships}
    MeetingAccount.objects.bulk_create(parties.values())
    ours = [organiser] if colleagues is None else list(colleagues)
    _ask(row, parties, ours, contacts or {}, actor=actor, now=now)
    follow([row.pk], now=now)
    row.refresh_from_db()
    step = record(
        actor=actor,
        now=now,
        said=_("Meeting planned: %(title)s") % {"title": row.title},
        verb=unplan_meeting,
        arguments={"meeting_id": row.pk},
        watch=[(Meeting, row.pk)],
    )
    return Done(row, step)


def _party(row: Meeting, relationship: Relationship) -> MeetingAccount:
    return MeetingAccount(
        meeting=row,
        relationship=relationship,
        account_id=relationship.account_id,
        starts_at=row.starts_at,
        meets_on=row.day,
        state=row.state,
    )


def _comes(user: User, day: date) -> dict[str, Any]:
    said = {"answer": Participant.Answer.COMES, "answered_on": day}
    return {**said, "answered_way": Participant.Way.NOTED, "answered_by": user}


def _ask(
    row: Meeting,
    parties: Mapping[int, MeetingAccount],
    colleagues: Iterable[User],
    contacts: Guests,
    *,
    actor: User,
    now: Now,
) -> None:
    """Ask these people, who are not asked yet. Who plans it comes."""
    today = now.today(row.zone)
    people = [
        Participant(
            meeting=row,
            user=user,
            asked_on=today,
            **(_comes(actor, today) if user == actor else {}),
        )
        for user in {user.pk: user for user in colleagues}.values()
    ]
    seen: set[int] = set()
    for relationship_id, guests in contacts.items():
        for contact in guests:
            if contact.pk not in seen:
                seen.add(contact.pk)
                people.append(Participant(meeting=row, party=parties[relationship_id], contact=contact, asked_on=today))
    Participant.objects.bulk_create(people)


def _kept(row: Meeting) -> list[list[Any]]:
    """What hangs on it, ready for JSON."""
    return [
        [model._meta.label_lower, values_of(child)]
        for model in CHILDREN
        for child in model._base_manager.filter(meeting=row).order_by("pk")
    ]


def has_gone_out(row: Meeting, now: Now) -> bool:
    """Whether somebody was told of it already, by an invitation or by its minutes."""
    told = CalendarMessage.objects.filter(meeting=row, due_at__lte=now.instant).wanted()
    sent = MinutesDispatch.objects.filter(meeting=row, due_at__lte=now.instant).wanted()
    return told.exists() or sent.exists()


@inverse
@transaction.atomic
def unplan_meeting(*, actor: User, now: Now, meeting_id: int) -> Done[Meeting]:
    """Take back that it was planned; not once invitations went out, because then people have to be told."""
    row = _locked(actor, meeting_id)
    _must_be_planned(row)
    if has_gone_out(row, now):
        raise ValidationError(_("Invitations have gone out already. Cancel the meeting instead, so that they hear."))
    Meeting.objects.filter(pk=row.pk).update(current_item=None, current_since=None)
    row.current_item = row.current_since = None
    values, kept = values_of(row), _kept(row)
    partners = set(row.parties.values_list("relationship", flat=True))
    row.delete()
    row.pk = meeting_id
    follow([], now=now, besides=partners)
    step = record(
        actor=actor,
        now=now,
        said=_("Meeting removed: %(title)s") % {"title": row.title},
        verb=restore_meeting,
        arguments={"values": values, "children": kept},
        watch=[(Meeting, meeting_id)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def restore_meeting(*, actor: User, now: Now, values: dict[str, Any], children: list[list[Any]]) -> Done[Meeting]:
    partners = {child["relationship_id"] for label, child in children if label == MeetingAccount._meta.label_lower}
    if Relationship.objects.changeable_by(actor).filter(pk__in=partners).count() < len(partners):
        raise Relationship.DoesNotExist
    row = row_from(Meeting, values)
    by_label = {model._meta.label_lower: model for model in CHILDREN}
    for label, child in children:
        row_from(by_label[label], child)
    follow([row.pk], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("Meeting is back: %(title)s") % {"title": row.title},
        verb=unplan_meeting,
        arguments={"meeting_id": row.pk},
        watch=[(Meeting, row.pk)],
    )
    return Done(row, step)


# Changed -------------------------------------------------------------------------------------------------------------


@transaction.atomic
def change_meeting(
    *,
    actor: User,
    now: Now,
    meeting: Meeting,
    values: Mapping[str, Any],
    colleagues: Collection[User] | None = None,
    contacts: Guests | None = None,
) -> Done[Meeting]:
    """Change fields of ``EDITABLE_MEETING``, and who is asked: all of ours, all of theirs by relationship, as they
    should be; without, they stay as they are.

    Another time is another question: what was answered to the former one no longer counts.
    """
    unknown = set(values) - set(EDITABLE_MEETING)
    assert not unknown, unknown
    row = _locked(actor, meeting.pk)
    _must_be_planned(row)
    before = {"values": values_of(row), "people": _people_of(row)}
    shown = {field: getattr(row, field) for field in SHOWN_IN_CALENDARS}
    for field, value in values.items():
        setattr(row, field, value)
    row.ends_at = row.end
    row.differs = row.series_id is not None
    asked = _ask_anew(row, colleagues, contacts, actor=actor, now=now)
    if asked or any(getattr(row, field) != value for field, value in shown.items()):
        row.sequence += 1
    if (row.starts_at, row.minutes) != (shown["starts_at"], shown["minutes"]):
        others = Participant.objects.filter(meeting=row).exclude(user=actor)
        others.update(**NO_ANSWER, asked_on=now.today(row.zone))
    row.full_clean()
    row.save()
    follow([row.pk], now=now)
    tell(row, actor=actor, now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("Meeting changed: %(title)s") % {"title": row.title},
        verb=set_meeting,
        arguments={"meeting_id": row.pk, **before},
        watch=[(Meeting, row.pk)],
    )
    return Done(row, step)


def planned_for_another_day(row: Meeting, now: Now) -> str:
    """*Monday 30 November*, where that is a day to come; otherwise empty."""
    today = now.today(row.zone)
    return date_format(row.day, "l j F" if row.day.year == today.year else "l j F Y") if row.day > today else ""


def bring_forward(row: Meeting, to: datetime, *, actor: User, now: Now) -> UndoStep:
    """It is held before its day: from now on its day is that one. Who said that they come need not say it again.

    For the verbs that begin a meeting and say that it was held, inside their transaction and with the meeting locked.
    """
    before = {"values": values_of(row), "people": _people_of(row)}
    row.starts_at = to.replace(second=0, microsecond=0)
    row.ends_at = row.end
    row.differs = row.series_id is not None
    row.sequence += 1
    row.save()
    follow([row.pk], now=now)
    tell(row, actor=actor, now=now)
    return record(
        actor=actor,
        now=now,
        said=_("Meeting changed: %(title)s") % {"title": row.title},
        verb=set_meeting,
        arguments={"meeting_id": row.pk, **before},
        watch=[(Meeting, row.pk)],
    )


def _people_of(row: Meeting) -> list[dict[str, Any]]:
    return [values_of(one) for one in row.people.order_by("pk")]


def _ask_anew(
    row: Meeting, colleagues: Collection[User] | None, contacts: Guests | None, *, actor: User, now: Now
) -> bool:
    """Bring who is asked in line; says whether that changed anything. Who stays keeps what they answered."""
    parties = {one.relationship_id: one for one in row.parties.all()}
    asked = list(row.people.all())
    gone: list[int] = []
    new_users: list[User] = []
    new_contacts: dict[int, list[Contact]] = {}
    if colleagues is not None:
        wanted = {user.pk for user in colleagues}
        gone += [one.pk for one in asked if one.user_id is not None and one.user_id not in wanted]
        there = {one.user_id for one in asked}
        new_users = [user for user in colleagues if user.pk not in there]
    if contacts is not None:
        wanted = {contact.pk for guests in contacts.values() for contact in guests}
        gone += [one.pk for one in asked if one.contact_id is not None and one.contact_id not in wanted]
        there = {one.contact_id for one in asked}
        new_contacts = {key: [one for one in guests if one.pk not in there] for key, guests in contacts.items()}
    Participant.objects.filter(pk__in=gone).delete()
    _ask(row, parties, new_users, new_contacts, actor=actor, now=now)
    return bool(gone or new_users or any(new_contacts.values()))


@inverse
@transaction.atomic
def set_meeting(
    *, actor: User, now: Now, meeting_id: int, values: dict[str, Any], people: list[dict[str, Any]]
) -> Done[Meeting]:
    """The meeting and its people as they were; for calendars that is another change, so their number rises."""
    row = _locked(actor, meeting_id)
    before = {"values": values_of(row), "people": _people_of(row)}
    state = row.state
    columns = [*(field for field in EDITABLE_MEETING if field != "organiser"), "ends_at", "state", "reason", "begun_at"]
    for field in [*columns, "settled_at", "differs"]:
        if field not in values:
            # Kept before there was such a column.
            continue
        setattr(row, field, row._meta.get_field(field).to_python(values[field]))  # type: ignore[union-attr]
    row.organiser = User._base_manager.filter(pk=values["organiser_id"]).first()
    row.sequence += 1
    row.save()
    Participant.objects.filter(meeting=row).delete()
    # Somebody may have been erased meanwhile; those who are left were asked.
    users = set(User._base_manager.filter(pk__in=[one["user_id"] for one in people]).values_list("pk", flat=True))
    there = set(Contact._base_manager.filter(pk__in=[one["contact_id"] for one in people]).values_list("pk", flat=True))
    for one in people:
        if one["user_id"] in users or one["contact_id"] in there:
            row_from(Participant, one)
    follow([row.pk], now=now)
    tell(row, actor=actor, now=now)
    said = _("Meeting changed: %(title)s") if state == row.state else _("Meeting is planned again: %(title)s")
    step = record(
        actor=actor,
        now=now,
        said=said % {"title": row.title},
        verb=set_meeting,
        arguments={"meeting_id": row.pk, **before},
        watch=[(Meeting, row.pk)],
    )
    return Done(row, step)


# Called off, not held ------------------------------------------------------------------------------------------------


@transaction.atomic
def cancel_meeting(*, actor: User, now: Now, meeting: Meeting, reason: str = "") -> Done[Meeting]:
    """Call a planned meeting off."""
    return _end(actor, now, meeting, Meeting.State.CANCELLED, reason, _("Meeting cancelled: %(title)s"))


@transaction.atomic
def not_held(*, actor: User, now: Now, meeting: Meeting, reason: str) -> Done[Meeting]:
    """It was planned and did not take place; ``reason`` says why."""
    if meeting.starts_at > now.instant:
        raise ValidationError(_("This meeting is still to come. Cancel it, or give it another time."))
    return _end(actor, now, meeting, Meeting.State.NOT_HELD, reason, _("Meeting not held: %(title)s"))


def _end(actor: User, now: Now, meeting: Meeting, state: str, reason: str, said: str) -> Done[Meeting]:
    row = _locked(actor, meeting.pk)
    _must_be_planned(row)
    before = {"values": values_of(row), "people": _people_of(row)}
    row.state, row.reason, row.settled_at = state, reason.strip(), now.instant
    row.sequence += 1
    row.full_clean()
    row.save()
    follow([row.pk], now=now)
    tell(row, actor=actor, now=now)
    step = record(
        actor=actor,
        now=now,
        said=said % {"title": row.title},
        verb=set_meeting,
        arguments={"meeting_id": row.pk, **before},
        watch=[(Meeting, row.pk)],
    )
    return Done(row, step)


# Answers -------------------------------------------------------------------------------------------------------------


@transaction.atomic
def answer(*, actor: User, now: Now, participant: Participant, said: str) -> Done[Participant]:
    """What somebody answered to being asked; empty takes it back."""
    row = _participant(actor, participant.pk)
    _must_be_planned(row.meeting)
    values: dict[str, Any] = {**NO_ANSWER}
    if said:
        way = Participant.Way.NOTED
        values = {"answer": said, "answered_on": now.today(row.meeting.zone), "answered_way": way, "answered_by": actor}
    return _answered(row, values, actor=actor, now=now)


def _answered(row: Participant, values: Mapping[str, Any], *, actor: User, now: Now) -> Done[Participant]:
    before = {
        "answer": row.answer,
        "answered_on": plain(row.answered_on),
        "answered_way": row.answered_way,
        "answered_by": row.answered_by_id,
    }
    for name, value in values.items():
        setattr(row, name, value)
    row.full_clean()
    row.save(update_fields=ANSWER)
    follow([row.meeting_id], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("%(name)s: %(answer)s") % {"name": row.person, "answer": row.get_answer_display()},
        verb=set_answer,
        arguments={"participant_id": row.pk, **before},
        watch=[(Participant, row.pk)],
    )
    return Done(row, step)


def _participant(actor: User, participant_id: int) -> Participant:
    found = Participant.objects.changeable_by(actor).select_related("meeting", "user", "contact").get(pk=participant_id)
    found.meeting = lock(found.meeting_id)
    found.refresh_from_db(fields=ANSWER)
    return found


@inverse
@transaction.atomic
def set_answer(
    *,
    actor: User,
    now: Now,
    participant_id: int,
    answer: str,
    answered_on: str | None,
    answered_way: str = "",
    answered_by: int | None = None,
) -> Done[Participant]:
    row = _participant(actor, participant_id)
    values = {
        "answer": answer,
        "answered_on": row._meta.get_field("answered_on").to_python(answered_on),
        "answered_way": answered_way,
        "answered_by": User._base_manager.filter(pk=answered_by).first() if answered_by else None,
    }
    return _answered(row, values, actor=actor, now=now)
