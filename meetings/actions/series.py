"""Meetings that come again: made from one meeting, each of them a meeting of its own up to half a year ahead.

*This one* is changed and cancelled as any meeting is, and then differs from its series. *This and those that follow* is
done here: what comes before stays as it was held. Everything is taken back from a snapshot of the meetings concerned.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice, takewhile
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rows import row_from, rows_from, values_of
from accounts.undo import Done, gather, inverse, record
from meetings import series as rules
from meetings.actions.following import follow, lock
from meetings.actions.planning import CHILDREN, EDITABLE_MEETING, NO_ANSWER, Guests, change_meeting, plan_meeting
from meetings.actions.telling import invite, is_sent_out, overtake, tell, tell_series, told_of
from meetings.models import ANSWER, Meeting, MeetingAccount, Participant, Series
from meetings.series import Rule
from relationships.models import Relationship
from web.clock import Now

AHEAD = timedelta(days=182)
DAY = timedelta(days=1)
ANSWER_COLUMNS = [Participant._meta.get_field(name).attname for name in ANSWER]  # type: ignore[union-attr]
# A rule that comes every day of the week for half a year.
MOST = 200
PARTY = MeetingAccount._meta.label_lower
SNAPSHOT = ["series_id", "occurrence_at", "differs", "ends_at", "state", "reason", "settled_at", "organiser_id"]
SNAPSHOT += [field for field in EDITABLE_MEETING if field != "organiser"]


# What is locked and kept ---------------------------------------------------------------------------------------------


def _locked(actor: User, meeting: Meeting) -> tuple[Meeting, list[Meeting]]:
    """The meeting, and all of its series, kept from others; the actor may change each of them."""
    row = Meeting.objects.changeable_by(actor).get(pk=meeting.pk)
    if row.series_id is None:
        return lock(row.pk), []
    _series_locked(row.series_id)
    own = Meeting.objects.filter(series=row.series_id)
    rows = list(own.select_for_update(no_key=True, of=("self",)).order_by("occurrence_at", "pk"))
    if Meeting.objects.changeable_by(actor).filter(series=row.series_id).count() < len(rows):
        raise ValidationError(_("Some meetings of this series are with partners that you may not change."))
    return next(one for one in rows if one.pk == row.pk), rows


def _series_locked(pk: int) -> Series:
    """Its partners first, in the order of their keys, as every verb does."""
    partners = MeetingAccount.objects.filter(meeting__series=pk).order_by().values("relationship")
    list(Relationship.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=partners).order_by("pk"))
    return Series.objects.select_for_update(no_key=True).get(pk=pk)


def _snapshot(series: Collection[int], meetings: Collection[int]) -> dict[str, Any]:
    """Rows as they are, ready for JSON; what hangs on the meetings in as many queries for one as for all."""
    children = [
        [model._meta.label_lower, values_of(child)]
        for model in CHILDREN
        for child in model._base_manager.filter(meeting__in=meetings).order_by("pk")
    ]
    return {
        "series": [values_of(one) for one in Series.objects.filter(pk__in=series).order_by("pk")],
        "meetings": [values_of(one) for one in Meeting.objects.filter(pk__in=meetings).order_by("pk")],
        "children": children,
    }


def _step(
    row: Meeting, before: dict[str, Any], said: str, *, actor: User, now: Now, touched: Iterable[int]
) -> Done[Meeting]:
    row.refresh_from_db()
    step = record(
        actor=actor,
        now=now,
        said=said % {"title": row.title},
        verb=set_series,
        arguments={"meeting_id": row.pk, "before": before, "made": sorted(touched)},
        watch=[(Meeting, pk) for pk in sorted({row.pk, *touched})],
    )
    return Done(row, step)


# Made ----------------------------------------------------------------------------------------------------------------


@transaction.atomic
def make_series(*, actor: User, now: Now, meeting: Meeting, rule: Rule) -> Done[Meeting]:
    """Let a planned meeting come again. Whoever was invited to it is invited to all of them."""
    row, _none = _locked(actor, meeting)
    if not row.is_planned or row.series_id is not None:
        raise ValidationError(_("Only a planned meeting that does not come again yet can do so."))
    if rules.begins(replace(rule, until=None), row.day) != row.day:
        raise ValidationError({"rule": _("The meeting is not on a day of this rule.")})
    if rule.until is not None and rule.until < row.day:
        raise ValidationError({"until": _("This is before the first meeting.")})
    before = _snapshot([], [row.pk])
    invited = is_sent_out(row)
    made = Series.objects.create(
        uid=row.uid,
        rule=rules.text(rule),
        starts_on=row.day,
        starts_time=row.starts_here.time(),
        zone=row.zone,
        made_until=row.day,
        sequence=row.sequence,
        made_by=actor,
        made_at=now.instant,
    )
    row.series, row.occurrence_at = made, row.starts_at
    row.save(update_fields=["series", "occurrence_at"])
    new = materialise(made, now=now, by=actor)
    if invited:
        tell_series(made, row, actor=actor, now=now)
    return _step(row, before, _("Comes again: %(title)s"), actor=actor, now=now, touched=new)


@transaction.atomic
def plan_meetings(
    *, actor: User, now: Now, rule: Rule | None = None, send: bool = False, **values: Any
) -> Done[Meeting]:
    """Plan a meeting, let it come again and send invitations, as one deed; ``values`` are those of ``plan_meeting``."""
    done = plan_meeting(actor=actor, now=now, **values)
    steps = [done.step]
    if rule is not None:
        steps.append(make_series(actor=actor, now=now, meeting=done.row, rule=rule).step)
    if send:
        steps.append(invite(actor=actor, now=now, meeting=done.row).step)
    row = Meeting.objects.get(pk=done.row.pk)
    if len(steps) == 1:
        return Done(row, done.step)
    return Done(row, gather(actor=actor, now=now, said=done.step.said, steps=steps))


@transaction.atomic
def change_meetings(
    *, actor: User, now: Now, meeting: Meeting, rule: Rule | None = None, following: bool = False, **values: Any
) -> Done[Meeting]:
    """Change one meeting, which may come again from now on, or it and those that follow, as one deed."""
    if following:
        return change_following(actor=actor, now=now, meeting=meeting, rule=rule, **values)
    done = change_meeting(actor=actor, now=now, meeting=meeting, **values)
    if rule is None or done.row.series_id is not None:
        return done
    again = make_series(actor=actor, now=now, meeting=done.row, rule=rule)
    return Done(again.row, gather(actor=actor, now=now, said=done.step.said, steps=[done.step, again.step]))


def materialise(row: Series, *, now: Now, by: User | None, kept_answers: bool = False) -> list[int]:
    """Make the meetings of a series, which is locked, up to half a year ahead, and the next one in any case.

    Each is like the last one that does not differ. Returns the keys of what was made; twice is once.
    """
    own = Meeting.objects.filter(series=row)
    pattern = own.filter(differs=False).order_by("-occurrence_at").first() or own.order_by("-occurrence_at").first()
    if pattern is None or row.ended_on is not None:
        return []
    parties = list(pattern.parties.filter(relationship__removed_at=None, relationship__ended_on=None))
    horizon = now.today(row.zone) + AHEAD
    found = rules.days(rules.parse(row.rule), row.starts_on, row.made_until + DAY)
    days = list(islice(takewhile(lambda day: day <= horizon, found), MOST))
    if not days and not own.planned().filter(starts_at__gt=now.instant).exists():
        days = list(islice(rules.days(rules.parse(row.rule), row.starts_on, row.made_until + DAY), 1))
    if not days or not parties:
        return []
    meetings = Meeting.objects.bulk_create([_like(pattern, row, day, by=by, now=now) for day in days])
    _with_people(meetings, pattern, parties, now=now, kept_answers=kept_answers)
    Series.objects.filter(pk=row.pk).update(made_until=max(horizon, days[-1]) if len(days) < MOST else days[-1])
    keys = [one.pk for one in meetings]
    follow(keys, now=now)
    return keys


def _at(row: Series, day: date) -> datetime:
    return rules.placed(datetime.combine(day, row.starts_time), row.zone)


def _like(pattern: Meeting, row: Series, day: date, *, by: User | None, now: Now) -> Meeting:
    at = _at(row, day)
    return Meeting(
        title=pattern.title,
        kind=pattern.kind,
        host=pattern.host,
        starts_at=at,
        occurrence_at=at,
        minutes=pattern.minutes,
        ends_at=at + timedelta(minutes=pattern.minutes),
        zone=pattern.zone,
        place=pattern.place,
        link=pattern.link,
        organiser_id=pattern.organiser_id,
        series=row,
        planned_by=by,
        planned_at=now.instant,
    )


def _with_people(
    meetings: Sequence[Meeting], pattern: Meeting, parties: Sequence[MeetingAccount], *, now: Now, kept_answers: bool
) -> None:
    """The same partners and people. Who organises it comes; the others as they said of all, if they were asked that."""
    new = MeetingAccount.objects.bulk_create(
        [
            MeetingAccount(
                meeting=meeting,
                relationship_id=party.relationship_id,
                account_id=party.account_id,
                starts_at=meeting.starts_at,
                meets_on=meeting.day,
                state=meeting.state,
            )
            for meeting in meetings
            for party in parties
        ]
    )
    party_of = {(one.meeting_id, one.relationship_id): one for one in new}
    of_pattern = {party.pk: party.relationship_id for party in parties}
    people = [one for one in pattern.people.all() if one.party_id is None or one.party_id in of_pattern]
    today = now.today(pattern.zone)
    asked = []
    for meeting in meetings:
        for one in people:
            keeps = kept_answers or (one.user_id is not None and one.user_id == pattern.organiser_id)
            asked.append(
                Participant(
                    meeting=meeting,
                    party=party_of[meeting.pk, of_pattern[one.party_id]] if one.party_id is not None else None,
                    user_id=one.user_id,
                    contact_id=one.contact_id,
                    **({name: getattr(one, name) for name in ANSWER_COLUMNS} if keeps else {}),
                    asked_on=one.asked_on if kept_answers else today,
                )
            )
    Participant.objects.bulk_create(asked)


def extend_series(*, now: Now) -> int:
    """Every series up to half a year ahead, by the sweep, each in a transaction of its own. Returns how many came."""
    due = now.today("UTC") + AHEAD - 2 * DAY
    made = 0
    for pk in Series.objects.filter(ended_on=None, made_until__lt=due).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            partners = MeetingAccount.objects.filter(meeting__series=pk).order_by().values("relationship")
            list(
                Relationship.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=partners).order_by("pk")
            )
            row = Series.objects.select_for_update(no_key=True).select_related(None).get(pk=pk)
            made += len(materialise(row, now=now, by=row.made_by, kept_answers=True))
    return made


# This and those that follow ------------------------------------------------------------------------------------------


def _following(row: Meeting, rows: Iterable[Meeting]) -> list[Meeting]:
    """The meeting and those after it that are planned or called off; what was held stays as it was."""
    assert row.occurrence_at is not None
    open_ = (Meeting.State.PLANNED, Meeting.State.CANCELLED)
    return [one for one in rows if one.occurrence_at and one.occurrence_at >= row.occurrence_at and one.state in open_]


def _must_follow(row: Meeting) -> Series:
    if row.series_id is None or row.occurrence_at is None or not row.is_planned:
        raise ValidationError(_("This meeting is not a planned one of a series."))
    return Series.objects.get(pk=row.series_id)


def rule_after(row: Meeting, former: Rule, on: date) -> Rule:
    """The rule of a series whose meeting is put on another day: the same, beginning there."""
    if rules.begins(replace(former, until=None, times=None), on) == on:
        return former
    if former.every is rules.Every.WEEK and len(former.weekdays) == 1:
        return replace(former, weekdays=(on.weekday(),))
    if former.nth:
        last = (on + 7 * DAY).month != on.month
        nth = rules.LAST if last and (former.nth == rules.LAST or on.day > 28) else (on.day - 1) // 7 + 1
        return replace(former, weekdays=(on.weekday(),), nth=nth)
    if former.day:
        return replace(former, day=on.day)
    raise ValidationError({"rule": _("The meeting is not on a day of this rule. Choose how it comes again.")})


@transaction.atomic
def change_following(
    *,
    actor: User,
    now: Now,
    meeting: Meeting,
    values: Mapping[str, Any],
    rule: Rule | None = None,
    colleagues: Collection[User] | None = None,
    contacts: Guests | None = None,
) -> Done[Meeting]:
    """Change fields of ``EDITABLE_MEETING``, how often it comes, and who is asked, of this meeting and all that follow.

    Another day or time moves them all; those that had been changed by themselves keep what they have.
    """
    unknown = set(values) - set(EDITABLE_MEETING)
    assert not unknown, unknown
    row, rows = _locked(actor, meeting)
    old = _must_follow(row)
    before = _snapshot([old.pk], [one.pk for one in rows])
    following = _following(row, rows)
    assert row.occurrence_at is not None
    was_on = row.occurrence_at.astimezone(ZoneInfo(old.zone)).date()
    zone = values.get("zone", row.zone)
    start = values.get("starts_at", row.starts_at).astimezone(ZoneInfo(zone))
    former, rest = rules.cut(rules.parse(old.rule), old.starts_on, was_on)
    rest = rule or rule_after(row, rest, start.date())
    if rules.begins(replace(rest, until=None, times=None), start.date()) != start.date():
        raise ValidationError({"rule": _("The meeting is not on a day of this rule.")})
    invited = is_sent_out(row)
    new = _divided(old, former, rest, start, zone, actor=actor, now=now)
    _moved(following, new, rest, start, values, now)
    row = next(one for one in following if one.pk == row.pk)
    if (row.starts_at, row.minutes) != _time_in(before, row.pk) or zone != old.zone:
        _ask_again(following, actor=actor, now=now)
    ask_all([one for one in following if one.is_planned and not one.differs], colleagues, contacts, now=now)
    made = materialise(new, now=now, by=actor)
    follow([one.pk for one in following], now=now)
    if invited:
        if new.pk != old.pk:
            tell_series(old, _last_before(row, rows), actor=actor, now=now, other=new)
        messages = tell_series(new, row, actor=actor, now=now, other=old if new.pk != old.pk else None)
        if new.pk != old.pk:
            overtake(following, messages, now=now)
    touched = [*(one.pk for one in following), *made]
    said = _("Changed from here on: %(title)s")
    return _step(row, before, said, actor=actor, now=now, touched=touched)


def _time_in(before: dict[str, Any], pk: int) -> tuple[datetime, int]:
    values = next(one for one in before["meetings"] if one["id"] == pk)
    return datetime.fromisoformat(values["starts_at"]), values["minutes"]


def _divided(
    old: Series, former: Rule | None, rest: Rule, start: datetime, zone: str, *, actor: User, now: Now
) -> Series:
    """The series from here on: the old one itself where nothing comes before."""
    shown = {
        "rule": rules.text(rest),
        "starts_on": start.date(),
        "starts_time": start.time().replace(tzinfo=None),
        "zone": zone,
        "made_until": start.date(),
    }
    if former is None:
        for name, value in shown.items():
            setattr(old, name, value)
        old.save()
        return old
    old.rule, old.ended_on = rules.text(former), start.date()
    old.save()
    # What is told of its meetings goes on by the same count: a calendar drops what comes with a lower number.
    return Series.objects.create(**shown, sequence=old.sequence, made_by=actor, made_at=now.instant)


def _moved(
    following: list[Meeting], new: Series, rest: Rule, start: datetime, values: Mapping[str, Any], now: Now
) -> None:
    """Put them on the days of the rule from here on, one after the other; what is too many is called off."""
    days = list(islice(rules.days(rest, start.date()), len(following)))
    # For the moment nowhere, so that none meets another on its way.
    Meeting.objects.filter(pk__in=[one.pk for one in following]).update(occurrence_at=None)
    for number, one in enumerate(following):
        one.sequence += 1
        if number >= len(days):
            one.series, one.occurrence_at, one.state = None, None, Meeting.State.CANCELLED
            one.settled_at = now.instant
            continue
        one.series, one.occurrence_at = new, _at(new, days[number])
        if one.differs and number > 0:
            continue
        for name, value in values.items():
            setattr(one, name, value)
        one.starts_at, one.zone, one.differs = one.occurrence_at, new.zone, False
        one.ends_at = one.end
        one.full_clean(exclude=["series"], validate_constraints=False)
    columns = ["series", "sequence", "occurrence_at", "state", "settled_at", "differs", "ends_at", *EDITABLE_MEETING]
    Meeting.objects.bulk_update(following, columns)
    if days:
        new.made_until = days[-1]
        new.save(update_fields=["made_until"])


def _last_before(row: Meeting, rows: Sequence[Meeting]) -> Meeting:
    """The meeting from which people are told that a series ends; the one itself where none comes before."""
    before = [one for one in rows if one.occurrence_at and row.occurrence_at and one.occurrence_at < row.occurrence_at]
    return before[-1] if before else row


def _ask_again(meetings: Iterable[Meeting], *, actor: User, now: Now) -> None:
    """Another time is another question."""
    asked = Participant.objects.filter(meeting__in=[one.pk for one in meetings if one.is_planned]).exclude(user=actor)
    asked.update(**NO_ANSWER, asked_on=now.today("UTC"))


def ask_all(
    meetings: Sequence[Meeting], colleagues: Collection[User] | None, contacts: Guests | None, *, now: Now
) -> None:
    """Bring who is asked to these meetings in line, as in one; who stays keeps what they answered."""
    keys = [one.pk for one in meetings]
    asked = Participant.objects.filter(meeting__in=keys)
    today = now.today("UTC")
    new: list[Participant] = []
    if colleagues is not None:
        asked.ours().exclude(user__in=colleagues).delete()
        there = set(asked.ours().values_list("meeting", "user"))
        new += [
            Participant(meeting_id=key, user=one, asked_on=today)
            for key in keys
            for one in colleagues
            if (key, one.pk) not in there
        ]
    if contacts is not None:
        wanted = {guest.pk: relationship for relationship, guests in contacts.items() for guest in guests}
        asked.theirs().exclude(contact__in=wanted).delete()
        there = set(asked.theirs().values_list("meeting", "contact"))
        parties = MeetingAccount.objects.filter(meeting__in=keys).order_by("pk")
        new += [
            Participant(meeting_id=party.meeting_id, party=party, contact_id=contact, asked_on=today)
            for party in parties
            for contact, relationship in wanted.items()
            if relationship == party.relationship_id and (party.meeting_id, contact) not in there
        ]
    Participant.objects.bulk_create(new)


@transaction.atomic
def end_series(*, actor: User, now: Now, meeting: Meeting) -> Done[Meeting]:
    """Call this meeting off and those that follow; what comes before stays."""
    row, rows = _locked(actor, meeting)
    old = _must_follow(row)
    before = _snapshot([old.pk], [one.pk for one in rows])
    assert row.occurrence_at is not None
    on = row.occurrence_at.astimezone(ZoneInfo(old.zone)).date()
    former, _rest = rules.cut(rules.parse(old.rule), old.starts_on, on)
    off = [one for one in _following(row, rows) if one.is_planned]
    keys = [one.pk for one in off]
    Meeting.objects.filter(pk__in=keys).update(
        state=Meeting.State.CANCELLED, settled_at=now.instant, sequence=F("sequence") + 1
    )
    old.rule = rules.text(former) if former is not None else old.rule
    old.ended_on = on
    old.save()
    follow(keys, now=now)
    if is_sent_out(row):
        tell_series(old, _last_before(row, rows), actor=actor, now=now)
    return _step(row, before, _("Ended from here on: %(title)s"), actor=actor, now=now, touched=keys)


# Taken back ----------------------------------------------------------------------------------------------------------


@inverse
@transaction.atomic
def set_series(*, actor: User, now: Now, meeting_id: int, before: dict[str, Any], made: list[int]) -> Done[Meeting]:
    """The series and its meetings as they were; what was made since goes, if nothing has come of it."""
    kept = {values["id"]: values for values in before["meetings"]}
    known = {values["id"] for values in before["series"]}
    concerned = Meeting.objects.filter(pk__in={*kept, *made})
    rows = {one.pk: one for one in concerned.select_for_update(no_key=True, of=("self",)).order_by("pk")}
    _must_be_mine(actor, rows, [values for label, values in before["children"] if label == PARTY])
    series = known | {one.series_id for one in rows.values() if one.series_id is not None}
    after = _snapshot(series, rows)
    gone = [pk for pk in rows if pk not in kept]
    if any(rows[pk].state not in (Meeting.State.PLANNED, Meeting.State.CANCELLED) for pk in gone):
        raise ValidationError(_("One of these meetings was held since, so all of them stay."))
    there = set(Series.objects.filter(pk__in=known).values_list("pk", flat=True))
    for values in before["series"]:
        _series_back(values, there)
    partners = set(MeetingAccount.objects.filter(meeting__in=gone).values_list("relationship", flat=True))
    Meeting.objects.filter(pk__in=gone).delete()
    _meetings_back(rows, kept, before["children"])
    follow(list(kept), now=now, besides=partners)
    row = Meeting.objects.get(pk=meeting_id)
    for pk in sorted(series - known):
        _let_go(Series.objects.get(pk=pk), row, actor=actor, now=now)
    ones = list(Series.objects.filter(pk__in=known).order_by("pk"))
    if is_sent_out(row) or any(told_of(one) for one in ones):
        for one in ones:
            # Done again, a series is divided again.
            beside = (two for two in ones if two.starts_on == one.ended_on or two.ended_on == one.starts_on)
            tell_series(one, row, actor=actor, now=now, other=next(beside, None))
    return _step(row, after, _("As it was: %(title)s"), actor=actor, now=now, touched={*rows, *kept})


def _must_be_mine(actor: User, rows: Collection[int], parties: Iterable[dict[str, Any]]) -> None:
    """Raises ``DoesNotExist`` where the actor may not change a meeting, or a partner of one that comes back."""
    if Meeting.objects.changeable_by(actor).filter(pk__in=rows).count() < len(rows):
        raise Meeting.DoesNotExist
    partners = {values["relationship_id"] for values in parties if values["meeting_id"] not in rows}
    if Relationship.objects.changeable_by(actor).filter(pk__in=partners).count() < len(partners):
        raise Relationship.DoesNotExist


def _series_back(values: dict[str, Any], there: Collection[int]) -> None:
    if values["id"] not in there:
        row_from(Series, values)
        return
    fields = ("rule", "starts_on", "starts_time", "zone", "made_until", "ended_on")
    Series.objects.filter(pk=values["id"]).update(**{name: values[name] for name in fields})


def _meetings_back(
    rows: Mapping[int, Meeting], kept: Mapping[int, dict[str, Any]], children: Iterable[list[Any]]
) -> None:
    """Those that are there get their former values and people, those that are gone come back whole."""
    changed = [rows[pk] for pk in kept if pk in rows]
    Meeting.objects.filter(pk__in=[one.pk for one in changed]).update(occurrence_at=None)
    for one in changed:
        for name in SNAPSHOT:
            setattr(one, name, one._meta.get_field(name).to_python(kept[one.pk][name]))  # type: ignore[union-attr]
        one.sequence += 1
    Meeting.objects.bulk_update(changed, [name.removesuffix("_id") for name in [*SNAPSHOT, "sequence"]])
    lost = {pk for pk in kept if pk not in rows}
    rows_from(Meeting, [kept[pk] for pk in sorted(lost)])
    Participant.objects.filter(meeting__in=[one.pk for one in changed]).delete()
    for model in CHILDREN:
        label = model._meta.label_lower
        back = [values for name, values in children if name == label]
        rows_from(model, [one for one in back if one["meeting_id"] in lost or model is Participant])


def _let_go(row: Series, meeting: Meeting, *, actor: User, now: Now) -> None:
    """A series without meetings goes; whoever was told of it hears that it is off."""
    if row.uid == meeting.uid:
        # It began with this meeting: in calendars it is that one again, by a higher number.
        meeting.sequence = max(meeting.sequence, row.sequence) + 1
        meeting.save(update_fields=["sequence"])
        row.delete()
        tell(meeting, actor=actor, now=now)
    elif told_of(row):
        row.ended_on = now.today(row.zone)
        row.save(update_fields=["ended_on"])
        tell_series(row, meeting, actor=actor, now=now, other=meeting.series)
    else:
        row.delete()
