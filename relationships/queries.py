"""Reads over several tables, each a fixed number of queries for any number of relationships."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, DateField, Max, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce

from accounts.access import NOTHING
from accounts.models import Contact, Cover, Membership, Team, User
from accounts.teams import at_and_above
from relationships import cadence, rhythm, topics
from relationships.cadence import State
from relationships.models import (
    Attachment,
    CadenceAgreement,
    Comment,
    Interaction,
    InteractionContact,
    Mention,
    Relationship,
    Snooze,
    latest_date,
    local_date,
)
from web.clock import Now


def last_touches(ids: Collection[int]) -> dict[int, Interaction]:
    """The newest two-way interaction of each; one index look-up per relationship, in one query."""
    newest = Interaction.objects.touches().filter(relationship=OuterRef("pk")).order_by("-occurred_on", "-id")
    found = Relationship.objects.filter(pk__in=ids).values(touch=Subquery(newest.values("pk")[:1]))
    return {touch.relationship_id: touch for touch in Interaction.objects.filter(pk__in=found)}


def contacts_since(ids: Collection[int], first: date) -> dict[int, list[rhythm.Contact]]:
    """Days, sides and direction of what was logged since ``first``, for the line of contact."""
    rows = Interaction.objects.filter(relationship__in=ids, occurred_on__gte=first).order_by("occurred_on", "id")
    contacts: dict[int, list[rhythm.Contact]] = defaultdict(list)
    columns = rows.values_list("relationship_id", "occurred_on", "begun_by", "two_way", "channel")
    for pk, day, side, two_way, channel in columns:
        contacts[pk].append(rhythm.Contact(day, side, two_way, channel))
    return contacts


def people_lately_spoken_to(relationship: Relationship, most: int = 3) -> list[int]:
    """The people of theirs who took part last, newest first."""
    recent = Interaction.objects.filter(relationship=relationship).newest_first()[:20]
    pairs = InteractionContact.objects.filter(interaction__in=list(recent)).order_by(
        "-interaction__occurred_on", "-interaction_id", "id"
    )
    return list(dict.fromkeys(pairs.values_list("contact_id", flat=True)))[:most]


def last_channel(user: User) -> str:
    """How this person last talked to anybody; the default of the log."""
    last = Interaction.objects.filter(logged_by=user).order_by("-logged_at").values_list("channel", flat=True).first()
    return last or Interaction.Channel.CALL


def people_of(relationship: Relationship, today: date) -> QuerySet[Contact]:
    return Contact.objects.at(relationship.account, today)


@dataclass(frozen=True, slots=True)
class Effect:
    """What logging this would do: said before it is done."""

    counts: bool
    clears: bool
    due_on: date | None


def effect_of(
    relationship: Relationship, *, day: date, two_way: bool, now: Now, instead_of: int | None = None
) -> Effect:
    """The next due day if ``day`` were logged now, or put in the place of the interaction ``instead_of``."""
    today = relationship.today(now)
    last = relationship.last_touch_on
    if instead_of is not None:
        others = Interaction.objects.filter(relationship=relationship).touches().exclude(pk=instead_of)
        last = others.aggregate(last=Max("occurred_on"))["last"]
    agreements = list(relationship.agreements.order_by("id"))
    after = cadence.schedule(
        today=today,
        last_touch_on=max(day, last or day) if two_way else last,
        intervals=[row.interval for row in agreements],
        rests=[cadence.Rest(row.from_on, row.until_on) for row in relationship.snoozes.all()],
        workdays=relationship.workdays,
        stopped=relationship.paused_since is not None,
    )
    late = relationship.state(now) is State.OVERDUE
    return Effect(
        counts=two_way,
        clears=two_way and late and (after.overdue_from is None or after.overdue_from > today),
        due_on=after.due_on,
    )


def counting_on(relationship: Relationship, day: date) -> CadenceAgreement | None:
    """The agreement that counts on a day, as the record stands now."""
    rows = list(relationship.agreements.order_by("pk"))
    index = cadence.in_force([row.interval for row in rows], day)
    return None if index is None else rows[index]


def year_of(
    relationship: Relationship, today: date, *, agreements: Iterable[CadenceAgreement], snoozes: Iterable[Snooze]
) -> cadence.Adherence:
    """How the last 365 days went, today included; while paused up to the day before. One query."""
    first = today - cadence.YEAR + cadence.DAY
    touches = Interaction.objects.filter(relationship=relationship).touches().order_by()
    before = touches.filter(occurred_on__lt=first).order_by("-occurred_on").values("occurred_on")[:1]
    days = touches.filter(occurred_on__gte=Coalesce(Subquery(before), first), occurred_on__lte=today)
    last = today if relationship.paused_since is None else min(today, relationship.paused_since - cadence.DAY)
    return cadence.adherence(
        first=first,
        last=last,
        touches=set(days.values_list("occurred_on", flat=True)),
        intervals=[row.interval for row in sorted(agreements, key=lambda row: row.pk)],
        rests=[cadence.Rest(row.from_on, row.until_on) for row in snoozes],
        workdays=relationship.workdays,
    )


@dataclass(frozen=True, slots=True)
class RhythmFacts:
    """What a relationship's page says of its rhythm: newest agreement first, and the snoozes not over yet."""

    agreements: list[CadenceAgreement]
    snoozes: list[Snooze]
    year: cadence.Adherence


def rhythm_of(relationship: Relationship, today: date) -> RhythmFacts:
    """Three queries, whatever the length of the history."""
    agreements = list(relationship.agreements.select_related("agreed_with", "made_by").order_by("-starts_on", "-id"))
    snoozes = list(relationship.snoozes.select_related("made_by"))
    year = year_of(relationship, today, agreements=agreements, snoozes=snoozes)
    return RhythmFacts(agreements, [rest for rest in snoozes if rest.until_on >= today], year)


def projects_of(relationship: Relationship) -> list[str]:
    """The labels of projects that were used here, the latest first."""
    used = Interaction.objects.filter(relationship=relationship).exclude(project="").order_by()
    return list(used.values_list("project", flat=True).annotate(last=Max("occurred_on")).order_by("-last", "project"))


@dataclass(frozen=True, slots=True)
class TalkedAbout:
    """What the touches were about. ``counts`` and ``outside`` (any project) are of the 365 days up to today.

    ``last`` has a topic only if it ever came up; ``first_on`` is the day of the first touch.
    """

    last: dict[str, date]
    counts: dict[str, int]
    first_on: date | None
    outside: topics.Share

    def silent(self, today: date) -> list[topics.Silence]:
        return topics.silent(self.last, first_on=self.first_on, today=today)


def talked_about(relationship: Relationship, today: date) -> TalkedAbout:
    """One query, whatever the history."""
    lately = Q(occurred_on__gt=today - timedelta(days=365))
    about = {topic: Q(topics__contains=[topic]) for topic in topics.TOPICS}
    found = (
        Interaction.objects.filter(relationship=relationship)
        .touches()
        .aggregate(
            first_on=Min("occurred_on"),
            touches=Count("pk", filter=lately),
            outside=Count("pk", filter=lately & Q(project="")),
            **{f"last_{topic}": Max("occurred_on", filter=one) for topic, one in about.items()},
            **{f"count_{topic}": Count("pk", filter=lately & one) for topic, one in about.items()},
        )
    )
    return TalkedAbout(
        last={topic: found[f"last_{topic}"] for topic in about if found[f"last_{topic}"] is not None},
        counts={topic: found[f"count_{topic}"] for topic in about},
        first_on=found["first_on"],
        outside=topics.Share(found["outside"], found["touches"]),
    )


# Talk among colleagues -----------------------------------------------------------------------------------------------


def who_sees(relationship: Relationship, now: Now) -> QuerySet[User]:
    """The colleagues who see this relationship: the rule of ``accounts.access`` from its other end, in two queries."""
    team = relationship.team_id
    above = at_and_above(team, Team.objects.values_list("id", "parent_id")) if team is not None else frozenset()
    manages = Q(memberships__team__in=above, memberships__role=Membership.Role.MANAGER)
    in_team = manages | Q(memberships__team=team) if team is not None else NOTHING
    covered = Cover.objects.on(relationship.today(now)).filter(absent=relationship.owner_id, absent__is_active=True)
    seeing = (
        Q(pk=relationship.owner_id)
        | Q(is_administrator=True)
        | Q(pk__in=User.objects.filter(in_team).values("pk"))
        | Q(pk__in=relationship.members.values("user"))
        | Q(pk__in=covered.values("stand_in"))
    )
    people: QuerySet[User] = User.objects.active_staff().filter(seeing)
    return people


def comments_of(relationship: Relationship) -> QuerySet[Comment]:
    """What colleagues say about the relationship itself, oldest first."""
    return Comment.objects.filter(relationship=relationship, interaction=None, commitment=None).select_related(
        "written_by"
    )


def comments_by_entry(interactions: Collection[int]) -> dict[int, list[Comment]]:
    by_entry: dict[int, list[Comment]] = defaultdict(list)
    for comment in Comment.objects.filter(interaction__in=interactions).select_related("written_by"):
        by_entry[comment.interaction_id or 0].append(comment)
    return by_entry


def attachments_of(relationship: Relationship) -> QuerySet[Attachment]:
    """Links and files of the relationship itself, newest first."""
    return Attachment.objects.filter(relationship=relationship, interaction=None).select_related("added_by")


def attachments_by_entry(interactions: Collection[int]) -> dict[int, list[Attachment]]:
    by_entry: dict[int, list[Attachment]] = defaultdict(list)
    for attachment in Attachment.objects.filter(interaction__in=interactions).select_related("added_by"):
        by_entry[attachment.interaction_id or 0].append(attachment)
    return by_entry


def mentions_of(user: User) -> QuerySet[Mention]:
    """Where colleagues named the person and they have not said that they saw it, newest first; one query."""
    return (
        Mention.objects.unseen_by(user)
        .select_related(
            "comment__relationship__account", "comment__written_by", "comment__interaction", "comment__commitment"
        )
        .order_by("-comment__written_at", "-id")
    )


def next_steps_of(user: User, now: Now, within: int = 7) -> list[Interaction]:
    """Open next steps to come within so many days where the partner is, nearest first; one query.

    Of the partners the person looks after, their own and those of whom they stand in for.
    """
    here = local_date(now, "relationship__zone")
    soon = Cast(here + Value(timedelta(days=within)), DateField())
    steps = Interaction.objects.visible_to(user).with_open_step().filter(relationship__owner__in=user.acts_for)
    within_reach = steps.filter(next_step_on__lte=latest_date(now) + timedelta(days=within))
    found = within_reach.filter(next_step_on__gt=here, next_step_on__lte=soon)
    return list(found.select_related("relationship__account").order_by("next_step_on", "id"))
