"""What can be done with a relationship. Each verb is one transaction and leaves a step that takes it back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts import actions as accounts
from accounts.models import Account, Contact, Team, User
from accounts.rows import plain, row_from, values_of
from accounts.undo import Done, inverse, record
from relationships import cadence, sweep
from relationships.models import (
    CadenceAgreement,
    Interaction,
    InteractionColleague,
    InteractionContact,
    MissedCheckIn,
    Relationship,
    Snooze,
    latest_date,
)
from web.clock import Now

ASSUMED_EVERY = 30


# Dates that follow from the record ---------------------------------------------------------------------------------


def refresh(ids: Collection[int], *, now: Now) -> None:
    """Bring the derived dates of these relationships in line with their record, and close or reopen their flags.

    The same small number of statements for one and for a thousand; each reads the last touch from an index,
    so the length of a history does not matter. Must run inside the transaction of the verb.
    """
    # Locked first, read after: what a concurrent verb committed while this one waited is seen.
    rows = list(Relationship.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=ids).order_by("pk"))
    last_touch = Interaction.objects.touches().filter(relationship=OuterRef("pk")).order_by("-occurred_on")
    touched = dict(
        Relationship.objects.filter(pk__in=ids).values_list("pk", Subquery(last_touch.values("occurred_on")[:1]))
    )
    agreements: dict[int, list[CadenceAgreement]] = {row.pk: [] for row in rows}
    for agreement in CadenceAgreement.objects.filter(relationship__in=ids).order_by("id"):
        agreements[agreement.relationship_id].append(agreement)
    rests: dict[int, list[cadence.Rest]] = {row.pk: [] for row in rows}
    for snooze in Snooze.objects.filter(relationship__in=ids):
        rests[snooze.relationship_id].append(cadence.Rest(snooze.from_on, snooze.until_on))
    moved = [row for row in rows if _set_dates(row, touched[row.pk], agreements[row.pk], rests[row.pk], now)]
    if moved:
        sweep.store_dates(moved)
    sweep.close_flags(now, ids)
    sweep.reopen_flags(now, ids)


def _set_dates(
    row: Relationship,
    last_touch_on: date | None,
    agreements: Sequence[CadenceAgreement],
    rests: Sequence[cadence.Rest],
    now: Now,
) -> bool:
    """Set the derived fields on the instance; says whether one changed."""
    today = row.today(now)
    intervals = [cadence.Interval(agreement.starts_on, agreement.every_days) for agreement in agreements]
    dates = cadence.schedule(
        today=today,
        last_touch_on=last_touch_on,
        intervals=intervals,
        rests=rests,
        workdays=row.workdays,
        stopped=row.paused_since is not None or row.removed_at is not None,
    )
    index = cadence.in_force(intervals, today)
    values = {
        "last_touch_on": last_touch_on,
        "agreement_id": None if index is None else agreements[index].pk,
        "every_days": dates.every_days,
        "counts_from": dates.counts_from,
        "base_due_on": dates.base_due_on,
        "due_on": dates.due_on,
        "overdue_from": dates.overdue_from,
        "changes_on": dates.changes_on,
    }
    changed = any(getattr(row, field) != value for field, value in values.items())
    for field, value in values.items():
        setattr(row, field, value)
    return changed


def apply_agreements_that_begin(*, now: Now, batch: int = 1000) -> int:
    """Agreements made for a later day come into force; called by the sweep. Returns the relationships looked at.

    One in force too early, because somebody swept as of a later day, goes back to the one before.
    """
    too_early = CadenceAgreement.objects.filter(starts_on__gt=latest_date(now)).values("relationship")
    begins = Q(changes_on__lte=latest_date(now)) | Q(pk__in=too_early, agreement__starts_on__gt=latest_date(now))
    from_today = Relationship.objects.filter(begins).order_by("pk")
    done = 0
    reached = 0
    while ids := [row.pk for row in from_today.filter(pk__gt=reached)[:batch]]:
        with transaction.atomic():
            refresh(ids, now=now)
        done += len(ids)
        reached = ids[-1]
    return done


def sweep_cadence(*, now: Now) -> sweep.Count:
    """Raise a flag for every relationship that missed its cadence, once, and close those that no longer hold."""
    apply_agreements_that_begin(now=now)
    closed = sweep.close_flags(now)
    raised = sweep.raise_flags(now)
    return sweep.Count(raised=raised, closed=closed, open=MissedCheckIn.objects.open().count())


def _theirs(actor: User, relationship_id: int) -> Relationship:
    """The relationship if the actor may change it; raises ``Relationship.DoesNotExist`` otherwise."""
    return Relationship.objects.changeable_by(actor).select_related("account").get(pk=relationship_id)


# Relationships -----------------------------------------------------------------------------------------------------

EDITABLE = [
    "name", "owner", "team", "stage", "zone", "workdays", "yearly_worth", "renewal_on", "tier", "tags",
]  # fmt: skip


@transaction.atomic
def open_relationship(
    *,
    actor: User,
    now: Now,
    account: Account,
    owner: User,
    team: Team | None = None,
    name: str = "",
    stage: str = Relationship.Stage.CONTACT,
    zone: str = "UTC",
    every_days: int | None = ASSUMED_EVERY,
    reason: str = "",
    **more: Any,
) -> Done[Relationship]:
    """Begin a relationship, with an assumed rhythm from today unless ``every_days`` is ``None``."""
    row = Relationship(
        account=account, owner=owner, team=team, name=name, stage=stage, zone=zone, created_at=now.moment(zone), **more
    )
    row.full_clean()
    row.save()
    if every_days is not None:
        _write_agreement(row, actor=actor, now=now, every_days=every_days, starts_on=row.today(now), reason=reason)
    refresh([row.pk], now=now)
    row.refresh_from_db()
    step = record(
        actor=actor,
        now=now,
        said=_("%(partner)s added") % {"partner": row},
        verb=take_relationship_away,
        arguments={"relationship_id": row.pk},
        watch=[(Relationship, row.pk)],
    )
    return Done(row, step)


@transaction.atomic
def begin_with(
    *, actor: User, now: Now, account: Account | None, new_account: str, zone: str, **more: Any
) -> Done[Relationship]:
    """A relationship with an organisation that is there, or with one made for it."""
    if account is None:
        try:
            account = accounts.create_account(actor=actor, now=now, name=new_account, zone=zone).row
        except ValidationError as error:
            raise ValidationError({"new_account": error.messages}) from error
    return open_relationship(actor=actor, now=now, account=account, zone=zone, **more)


@transaction.atomic
def change_relationship(
    *, actor: User, now: Now, relationship: Relationship, values: dict[str, Any]
) -> Done[Relationship]:
    """Set fields of ``EDITABLE``; one of them may be the owner, which hands the relationship over."""
    unknown = set(values) - set(EDITABLE)
    assert not unknown, unknown
    row = (
        Relationship.objects.select_for_update(no_key=True, of=("self",))
        .select_related("account")
        .get(pk=relationship.pk)
    )
    columns = {field: row._meta.get_field(field).attname for field in values}  # type: ignore[union-attr]
    before = {field: plain(getattr(row, column)) for field, column in columns.items()}
    for field, value in values.items():
        setattr(row, field, value)
    row.full_clean()
    row.save(update_fields=list(values))
    refresh([row.pk], now=now)
    row.refresh_from_db()
    step = record(
        actor=actor,
        now=now,
        said=_("%(partner)s changed") % {"partner": row},
        verb=set_relationship,
        arguments={"relationship_id": row.pk, "values": before},
        watch=[(Relationship, row.pk)],
    )
    return Done(row, step)


@inverse
def set_relationship(*, actor: User, now: Now, relationship_id: int, values: dict[str, Any]) -> Done[Relationship]:
    row = _theirs(actor, relationship_id)
    fields = {field: row._meta.get_field(field) for field in values}
    ready = {
        name: (
            fields[name].related_model.objects.filter(pk=value).first()  # type: ignore[union-attr]
            if fields[name].is_relation
            else fields[name].to_python(value)  # type: ignore[union-attr]
        )
        for name, value in values.items()
    }
    return change_relationship(actor=actor, now=now, relationship=row, values=ready)


@transaction.atomic
def remove_relationship(*, actor: User, now: Now, relationship: Relationship) -> Done[Relationship]:
    """Take it out of every list. Its record stays, so that it can be brought back for 30 days."""
    row = (
        Relationship.objects.select_for_update(no_key=True, of=("self",))
        .select_related("account")
        .get(pk=relationship.pk)
    )
    row.removed_at = now.instant
    row.save(update_fields=["removed_at"])
    refresh([row.pk], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("%(partner)s removed") % {"partner": row},
        verb=bring_relationship_back,
        arguments={"relationship_id": row.pk},
        watch=[(Relationship, row.pk)],
    )
    return Done(row, step)


@inverse
def take_relationship_away(*, actor: User, now: Now, relationship_id: int) -> Done[Relationship]:
    return remove_relationship(actor=actor, now=now, relationship=_theirs(actor, relationship_id))


@inverse
@transaction.atomic
def bring_relationship_back(*, actor: User, now: Now, relationship_id: int) -> Done[Relationship]:
    row = (
        Relationship.objects.removed_for(actor)
        .select_for_update(no_key=True, of=("self",))
        .select_related("account")
        .get(pk=relationship_id)
    )
    row.removed_at = None
    row.validate_constraints()
    row.save(update_fields=["removed_at"])
    refresh([row.pk], now=now)
    row.refresh_from_db()
    step = record(
        actor=actor,
        now=now,
        said=_("%(partner)s is back") % {"partner": row},
        verb=take_relationship_away,
        arguments={"relationship_id": row.pk},
        watch=[(Relationship, row.pk)],
    )
    return Done(row, step)


@transaction.atomic
def pause(*, actor: User, now: Now, relationship: Relationship, reason: str) -> Done[Relationship]:
    """No check-in is due until it is resumed."""
    if relationship.paused_since is not None:
        raise ValidationError(_("It is paused already."))
    return _set_pause(actor=actor, now=now, relationship=relationship, since=relationship.today(now), reason=reason)


@transaction.atomic
def resume(*, actor: User, now: Now, relationship: Relationship) -> Done[Relationship]:
    return _set_pause(actor=actor, now=now, relationship=relationship, since=None, reason="")


def _set_pause(
    *, actor: User, now: Now, relationship: Relationship, since: date | None, reason: str
) -> Done[Relationship]:
    row = (
        Relationship.objects.select_for_update(no_key=True, of=("self",))
        .select_related("account")
        .get(pk=relationship.pk)
    )
    before = {"since": row.paused_since, "reason": row.pause_reason}
    row.paused_since, row.pause_reason = since, reason.strip()
    row.validate_constraints()
    row.save(update_fields=["paused_since", "pause_reason"])
    refresh([row.pk], now=now)
    row.refresh_from_db()
    said = _("%(partner)s paused") if since else _("%(partner)s resumed")
    step = record(
        actor=actor,
        now=now,
        said=said % {"partner": row},
        verb=set_pause,
        arguments={"relationship_id": row.pk, **before},
        watch=[(Relationship, row.pk)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def set_pause(*, actor: User, now: Now, relationship_id: int, since: str | None, reason: str) -> Done[Relationship]:
    return _set_pause(
        actor=actor,
        now=now,
        relationship=_theirs(actor, relationship_id),
        since=date.fromisoformat(since) if since else None,
        reason=reason,
    )


@transaction.atomic
def hand_over(*, actor: User, now: Now, relationships: Iterable[Relationship], to: User) -> Done[list[int]]:
    """Give relationships another owner, all at once."""
    ids = sorted(row.pk for row in relationships)
    before = dict(
        Relationship.objects.changeable_by(actor)
        .select_for_update(no_key=True, of=("self",))
        .filter(pk__in=ids)
        .order_by("pk")
        .values_list("pk", "owner_id")
    )
    Relationship.objects.filter(pk__in=before).update(owner=to)
    step = record(
        actor=actor,
        now=now,
        said=_("%(count)d handed over to %(name)s") % {"count": len(before), "name": to},
        verb=set_owners,
        arguments={"owners": [[pk, owner] for pk, owner in before.items()]},
        watch=[(Relationship, pk) for pk in before],
    )
    return Done(sorted(before), step)


@transaction.atomic
def let_go(*, actor: User, now: Now, leaving: User, to: User | None) -> Done[User]:
    """Deactivate a person; what they own goes to ``to``, which is needed where there is something."""
    owned = Relationship.objects.changeable_by(actor).filter(owner=leaving)
    if to is not None:
        hand_over(actor=actor, now=now, relationships=owned, to=to)
    elif owned.exists():
        raise ValidationError({"to": _("Say who takes over.")})
    return accounts.deactivate_person(actor=actor, now=now, person=leaving)


@inverse
@transaction.atomic
def set_owners(*, actor: User, now: Now, owners: list[list[int]]) -> Done[list[int]]:
    """Give each relationship the owner named beside it."""
    wanted: dict[int, int] = dict(owners)  # type: ignore[arg-type]
    rows = list(
        Relationship.objects.changeable_by(actor)
        .select_for_update(no_key=True, of=("self",))
        .filter(pk__in=wanted)
        .order_by("pk")
    )
    before = [[row.pk, row.owner_id] for row in rows]
    for row in rows:
        row.owner_id = wanted[row.pk]
    Relationship.objects.bulk_update(rows, ["owner"])
    step = record(
        actor=actor,
        now=now,
        said=_("%(count)d handed back") % {"count": len(rows)},
        verb=set_owners,
        arguments={"owners": before},
        watch=[(Relationship, row.pk) for row in rows],
    )
    return Done([row.pk for row in rows], step)


# Rhythm ------------------------------------------------------------------------------------------------------------


def _write_agreement(
    relationship: Relationship,
    *,
    actor: User,
    now: Now,
    every_days: int,
    starts_on: date,
    agreed_with: Contact | None = None,
    agreed_on: date | None = None,
    reason: str = "",
) -> CadenceAgreement:
    row = CadenceAgreement(
        relationship=relationship,
        account_id=relationship.account_id,
        every_days=every_days,
        starts_on=starts_on,
        agreed_with=agreed_with,
        agreed_on=agreed_on,
        reason=reason.strip(),
        made_by=actor,
        made_at=now.moment(relationship.zone),
    )
    row.full_clean()
    row.save()
    return row


@transaction.atomic
def agree_cadence(
    *,
    actor: User,
    now: Now,
    relationship: Relationship,
    every_days: int,
    starts_on: date | None = None,
    agreed_with: Contact | None = None,
    agreed_on: date | None = None,
    reason: str = "",
) -> Done[CadenceAgreement]:
    """A rhythm from a day on; the former ones stay as history. Assumed unless a person of theirs agreed it."""
    starts_on = starts_on or relationship.today(now)
    if agreed_with is not None and agreed_on is None:
        agreed_on = relationship.today(now)
    row = _write_agreement(
        relationship,
        actor=actor,
        now=now,
        every_days=every_days,
        starts_on=starts_on,
        agreed_with=agreed_with,
        agreed_on=agreed_on,
        reason=reason,
    )
    refresh([relationship.pk], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("%(partner)s: every %(days)d days") % {"partner": relationship, "days": every_days},
        verb=withdraw_agreement,
        arguments={"agreement_id": row.pk},
        watch=[(CadenceAgreement, row.pk)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def withdraw_agreement(*, actor: User, now: Now, agreement_id: int) -> Done[CadenceAgreement]:
    """Remove an agreement as if it had not been made; the audit trail keeps it."""
    row = CadenceAgreement.objects.changeable_by(actor).select_related("relationship__account").get(pk=agreement_id)
    values = values_of(row)
    row.delete()
    refresh([row.relationship_id], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("%(partner)s: rhythm taken back") % {"partner": row.relationship},
        verb=restore_agreement,
        arguments={"values": values},
        watch=[(CadenceAgreement, agreement_id)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def restore_agreement(*, actor: User, now: Now, values: dict[str, Any]) -> Done[CadenceAgreement]:
    relationship = _theirs(actor, values["relationship_id"])
    if not Contact.objects.filter(pk=values["agreed_with_id"]).exists():
        # The person was erased meanwhile; who else agreed it is not known.
        values = {**values, "agreed_with_id": None}
    row = row_from(CadenceAgreement, values)
    refresh([relationship.pk], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("%(partner)s: every %(days)d days again") % {"partner": relationship, "days": row.every_days},
        verb=withdraw_agreement,
        arguments={"agreement_id": row.pk},
        watch=[(CadenceAgreement, row.pk)],
    )
    return Done(row, step)


@transaction.atomic
def snooze(*, actor: User, now: Now, relationship: Relationship, until_on: date, reason: str) -> Done[Snooze]:
    """Put the check-in off until after a day. The snoozes of one silence total 31 days at most; longer is a pause."""
    row = (
        Relationship.objects.select_for_update(no_key=True, of=("self",))
        .select_related("account")
        .get(pk=relationship.pk)
    )
    today = row.today(now)
    if row.due_on is None:
        raise ValidationError({"until_on": _("Nothing is due here, so there is nothing to snooze.")})
    if until_on < today:
        raise ValidationError({"until_on": _("This day is over. Choose today or a later one.")})
    if not reason.strip():
        raise ValidationError({"reason": _("Say why, so that others know.")})
    kept = [cadence.Rest(rest.from_on, rest.until_on) for rest in row.snoozes.all()]
    rests = cadence.of_this_gap([*kept, cadence.Rest(today, until_on)], row.counts_from or today)
    if cadence.snoozed_days(rests) > cadence.LONGEST_SNOOZE:
        left = cadence.LONGEST_SNOOZE - cadence.snoozed_days(cadence.of_this_gap(kept, row.counts_from or today))
        raise ValidationError(
            {
                "until_on": _("A silence can be snoozed for %(most)d days in all; %(left)d are left. Pause it instead.")
                % {"most": cadence.LONGEST_SNOOZE, "left": max(0, left)}
            }
        )
    made = Snooze.objects.create(
        relationship=row,
        from_on=today,
        until_on=until_on,
        reason=reason.strip(),
        made_by=actor,
        made_at=now.moment(row.zone),
    )
    refresh([row.pk], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("%(partner)s snoozed until %(day)s") % {"partner": row, "day": date_format(until_on, "l j F")},
        verb=wake,
        arguments={"snooze_id": made.pk},
        watch=[(Snooze, made.pk)],
    )
    return Done(made, step)


@inverse
@transaction.atomic
def wake(*, actor: User, now: Now, snooze_id: int) -> Done[Snooze]:
    """End a snooze as if it had not been made."""
    row = Snooze.objects.changeable_by(actor).select_related("relationship__account").get(pk=snooze_id)
    values = values_of(row)
    row.delete()
    refresh([row.relationship_id], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("%(partner)s is awake again") % {"partner": row.relationship},
        verb=restore_snooze,
        arguments={"values": values},
        watch=[(Snooze, snooze_id)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def restore_snooze(*, actor: User, now: Now, values: dict[str, Any]) -> Done[Snooze]:
    relationship = _theirs(actor, values["relationship_id"])
    row = row_from(Snooze, values)
    refresh([relationship.pk], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("%(partner)s snoozed again") % {"partner": relationship},
        verb=wake,
        arguments={"snooze_id": row.pk},
        watch=[(Snooze, row.pk)],
    )
    return Done(row, step)


# Interactions ------------------------------------------------------------------------------------------------------


@transaction.atomic
def log_interaction(
    *,
    actor: User,
    now: Now,
    relationship: Relationship,
    occurred_on: date,
    channel: str,
    summary: str = "",
    two_way: bool = True,
    begun_by: str = Interaction.Side.UNKNOWN,
    purpose: str = "",
    contacts: Iterable[Contact] = (),
    colleagues: Iterable[User] | None = None,
) -> Done[Interaction]:
    """Write down what was said. A two-way one moves the next due day and closes the flag.

    ``occurred_on`` is a local date of the relationship's zone, or of the actor's where that is further on;
    a later one raises ``ValidationError``. Without ``colleagues`` the actor took part.
    """
    _not_in_the_future(occurred_on, relationship, actor, now)
    row = Interaction(
        relationship=relationship,
        account_id=relationship.account_id,
        occurred_on=occurred_on,
        channel=channel,
        begun_by=begun_by,
        purpose=purpose.strip(),
        two_way=two_way,
        summary=summary.strip(),
        logged_by=actor,
        logged_at=now.moment(relationship.zone),
    )
    row.full_clean()
    row.save()
    _set_people(row, contacts, [actor] if colleagues is None else colleagues)
    refresh([relationship.pk], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("Logged with %(partner)s") % {"partner": relationship},
        verb=remove_interaction,
        arguments={"interaction_id": row.pk},
        watch=[(Interaction, row.pk)],
    )
    return Done(row, step)


def _not_in_the_future(day: date, relationship: Relationship, actor: User, now: Now) -> None:
    if day > max(now.today(relationship.zone), now.today(actor.zone)):
        raise ValidationError({"occurred_on": _("This day is still to come. Log it once it has happened.")})


def _set_people(row: Interaction, contacts: Iterable[Contact], colleagues: Iterable[User]) -> None:
    InteractionContact.objects.bulk_create([InteractionContact(interaction=row, contact=person) for person in contacts])
    InteractionColleague.objects.bulk_create(
        [InteractionColleague(interaction=row, user=person) for person in colleagues]
    )


def _people_of(row: Interaction) -> dict[str, list[int]]:
    return {
        "contacts": sorted(row.contacts.values_list("pk", flat=True)),
        "colleagues": sorted(row.colleagues.values_list("pk", flat=True)),
    }


@transaction.atomic
def change_interaction(
    *,
    actor: User,
    now: Now,
    interaction: Interaction,
    values: dict[str, Any],
    contacts: Iterable[Contact],
    colleagues: Iterable[User],
) -> Done[Interaction]:
    """Correct an interaction: ``values`` for its own fields, and the people of both sides as they should be."""
    row = (
        Interaction.objects.select_for_update(no_key=True, of=("self",))
        .select_related("relationship__account")
        .get(pk=interaction.pk)
    )
    before = {**values_of(row), **_people_of(row)}
    _not_in_the_future(values.get("occurred_on", row.occurred_on), row.relationship, actor, now)
    for field, value in values.items():
        setattr(row, field, value)
    row.full_clean()
    row.save()
    InteractionContact.objects.filter(interaction=row).delete()
    InteractionColleague.objects.filter(interaction=row).delete()
    _set_people(row, contacts, colleagues)
    refresh([row.relationship_id], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("Entry for %(partner)s changed") % {"partner": row.relationship},
        verb=set_interaction,
        arguments={"values": before},
        watch=[(Interaction, row.pk)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def set_interaction(*, actor: User, now: Now, values: dict[str, Any]) -> Done[Interaction]:
    row = Interaction.objects.changeable_by(actor).get(pk=values["id"])
    own = {
        field: row._meta.get_field(field).to_python(values[field])  # type: ignore[union-attr]
        for field in ("occurred_on", "channel", "begun_by", "purpose", "two_way", "summary")
    }
    return change_interaction(
        actor=actor,
        now=now,
        interaction=row,
        values=own,
        contacts=Contact.objects.filter(pk__in=values["contacts"]),
        colleagues=User.objects.filter(pk__in=values["colleagues"]),
    )


@inverse
@transaction.atomic
def remove_interaction(*, actor: User, now: Now, interaction_id: int) -> Done[Interaction]:
    """Remove an entry; the dates and the flag go back to what they were."""
    row = Interaction.objects.changeable_by(actor).select_related("relationship__account").get(pk=interaction_id)
    values = {**values_of(row), **_people_of(row)}
    row.delete()
    refresh([row.relationship_id], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("Entry for %(partner)s removed") % {"partner": row.relationship},
        verb=restore_interaction,
        arguments={"values": values},
        watch=[(Interaction, interaction_id)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def restore_interaction(*, actor: User, now: Now, values: dict[str, Any]) -> Done[Interaction]:
    relationship = _theirs(actor, values["relationship_id"])
    own = {key: value for key, value in values.items() if key not in ("contacts", "colleagues")}
    row = row_from(Interaction, own)
    # Somebody may have been erased meanwhile; those who are left took part.
    _set_people(
        row, Contact.objects.filter(pk__in=values["contacts"]), User.objects.filter(pk__in=values["colleagues"])
    )
    refresh([relationship.pk], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("Entry for %(partner)s is back") % {"partner": relationship},
        verb=remove_interaction,
        arguments={"interaction_id": row.pk},
        watch=[(Interaction, row.pk)],
    )
    return Done(row, step)
