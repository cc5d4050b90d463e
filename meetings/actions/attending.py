"""Who came to a meeting. Of one that was held the touch and the access it gave follow; each of it taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Contact, UndoStep, User
from accounts.undo import Done, gather, inverse, record
from meetings.actions.following import lock
from meetings.actions.planning import theirs
from meetings.actions.running import locked
from meetings.models import Meeting, MeetingAccount, Participant
from relationships import evidence, ledger
from relationships.actions import change_interaction, judge_stages
from relationships.models import Stakeholder
from web.clock import Now

PARTICIPANT = Participant._meta.label_lower


@transaction.atomic
def attend(*, actor: User, now: Now, participant: Participant, came: bool | None) -> Done[Participant]:
    """Whether somebody came. Of a meeting that was held the touch and the access it gave follow."""
    found = Participant.objects.changeable_by(actor).select_related("meeting", "user", "contact").get(pk=participant.pk)
    row = lock(found.meeting_id)
    before = {"meeting_id": row.pk, "came": came_of(row)}
    Participant.objects.filter(pk=found.pk).update(came=came)
    found.came = came
    said = _("%(name)s came") if came else _("%(name)s did not come")
    step = record(
        actor=actor,
        now=now,
        said=said % {"name": found.person},
        verb=set_came,
        arguments=before,
        watch=[(Participant, found.pk)],
    )
    return Done(found, _with_touches(row, [step], step.said, actor=actor, now=now))


@transaction.atomic
def bring(
    *,
    actor: User,
    now: Now,
    meeting: Meeting,
    user: User | None = None,
    contact: Contact | None = None,
    party: MeetingAccount | None = None,
) -> Done[Participant]:
    """Somebody came who was not asked; one of theirs for a partner."""
    row = locked(actor, meeting.pk)
    if contact is not None and party is None:
        raise ValidationError({"contact": _("Say for which partner.")})
    if party is not None:
        MeetingAccount.objects.changeable_by(actor).get(pk=party.pk, meeting=row)
    new = Participant(
        meeting=row,
        party=None if contact is None else party,
        user=user,
        contact=contact,
        asked_on=now.today(row.zone),
        came=True,
    )
    new.full_clean()
    new.save()
    step = record(
        actor=actor,
        now=now,
        said=_("%(name)s came too") % {"name": new.person},
        verb=send_off,
        arguments={"participant_id": new.pk},
        watch=[(Participant, new.pk)],
    )
    return Done(new, _with_touches(row, [step], step.said, actor=actor, now=now))


@inverse
@transaction.atomic
def send_off(*, actor: User, now: Now, participant_id: int) -> Done[Participant]:
    """Who had not been asked did not come after all."""
    found = Participant.objects.changeable_by(actor).select_related("user", "contact", "party").get(pk=participant_id)
    row = lock(found.meeting_id)
    arguments = {
        "meeting_id": row.pk,
        "user_id": found.user_id,
        "contact_id": found.contact_id,
        "party_id": found.party_id,
    }
    ledger.forget(PARTICIPANT, [found.pk])
    said = _("%(name)s did not come") % {"name": found.person}
    found.delete()
    found.pk = participant_id
    judge_stages(partners_of(row), now=now)
    step = record(
        actor=actor,
        now=now,
        said=said,
        verb=bring_again,
        arguments=arguments,
        watch=[(Participant, participant_id)],
    )
    return Done(found, step)


@inverse
def bring_again(
    *, actor: User, now: Now, meeting_id: int, user_id: int | None, contact_id: int | None, party_id: int | None
) -> Done[Participant]:
    done = bring(
        actor=actor,
        now=now,
        meeting=theirs(actor, meeting_id),
        user=User._base_manager.get(pk=user_id) if user_id else None,
        contact=Contact._base_manager.get(pk=contact_id) if contact_id else None,
        party=MeetingAccount.objects.get(pk=party_id) if party_id else None,
    )
    return done


def came_of(row: Meeting) -> dict[str, bool | None]:
    return {str(pk): came for pk, came in row.people.values_list("pk", "came")}


@inverse
@transaction.atomic
def set_came(*, actor: User, now: Now, meeting_id: int, came: dict[str, bool | None]) -> Done[Meeting]:
    """Who came, as it was; the evidence follows. The touches are steps of their own."""
    row = locked(actor, meeting_id)
    before = {"meeting_id": row.pk, "came": came_of(row)}
    set_all_came(row, came)
    write_access(row, now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("Who came as before: %(title)s") % {"title": row.title},
        verb=set_came,
        arguments=before,
        watch=[(Meeting, row.pk)],
    )
    return Done(row, step)


def set_all_came(row: Meeting, came: Mapping[str, bool | None]) -> None:
    people = list(row.people.filter(pk__in=came))
    for one in people:
        one.came = came[str(one.pk)]
    Participant.objects.bulk_update(people, ["came"])


def _with_touches(row: Meeting, steps: Sequence[UndoStep], said: str, *, actor: User, now: Now) -> UndoStep:
    """The step of a correction, with the touches of a held meeting brought in line."""
    if row.state != Meeting.State.HELD:
        return steps[0]
    write_access(row, now=now)
    more = [
        change_interaction(
            actor=actor,
            now=now,
            interaction=party.interaction,
            values={"two_way": bool(contacts)},
            contacts=contacts,
            colleagues=colleagues,
        ).step
        for party, contacts, colleagues in by_party(row)
        if party.interaction is not None
    ]
    return gather(actor=actor, now=now, said=said, steps=[*steps, *more]) if more else steps[0]


def by_party(row: Meeting) -> list[tuple[MeetingAccount, list[Contact], list[User]]]:
    """Each partner with who of theirs came for it, and who of ours; two queries."""
    came = list(row.people.filter(came=True).select_related("user", "contact").order_by("pk"))
    colleagues = [one.user for one in came if one.user is not None]
    return [
        (party, [one.contact for one in came if one.contact is not None and one.party_id == party.pk], colleagues)
        for party in row.parties.select_related("relationship__account", "interaction").order_by("pk")
    ]


def partners_of(row: Meeting) -> set[int]:
    return set(row.parties.values_list("relationship", flat=True))


def write_access(row: Meeting, *, now: Now) -> None:
    """Decision makers who came count as access, those who stayed away against it; once per meeting and person.

    Who had said that they do not come is not counted as absent too.
    """
    people = list(row.people.exclude(contact=None).select_related("party"))
    deciding = set(
        Stakeholder.objects.deciding()
        .filter(relationship__in=partners_of(row), contact__in=[one.contact_id for one in people])
        .values_list("relationship", "contact")
    )
    held = row.state == Meeting.State.HELD
    wanted: dict[ledger.Source, list[evidence.Row]] = {}
    for one in people:
        party = one.party
        assert party is not None
        counts = held and (party.relationship_id, one.contact_id) in deciding
        source = ledger.Source(PARTICIPANT, one.pk, party.relationship_id, party.account_id)
        wanted[source] = []
        if counts and one.came:
            wanted[source] = [evidence.row(evidence.Kind.DECISION_MAKER_MET, "theirs", party.meets_on)]
        elif counts and one.came is False and one.answer != Participant.Answer.DECLINED:
            wanted[source] = [evidence.row(evidence.Kind.DECISION_MAKER_ABSENT, "theirs", party.meets_on)]
    ledger.write(wanted, kinds=[evidence.Kind.DECISION_MAKER_MET, evidence.Kind.DECISION_MAKER_ABSENT])
    judge_stages(partners_of(row), now=now)
