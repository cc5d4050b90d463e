"""Reads over several tables, each a fixed number of queries for any number of relationships."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import (
    Aggregate,
    Count,
    DateField,
    F,
    FloatField,
    Func,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Power

from accounts.access import NOTHING
from accounts.duplicates import Description
from accounts.models import Affiliation, Contact, Cover, Membership, Team, User
from accounts.names import domain_of
from accounts.sweep import alike_each
from accounts.teams import at_and_above
from relationships import (
    acquaintance,
    cadence,
    evidence,
    gaps,
    health,
    outcomes,
    problems,
    readiness,
    rhythm,
    topics,
    trend,
)
from relationships.acquaintance import Person, Talk
from relationships.health_case import Entry
from relationships.models import (
    Attachment,
    CadenceAgreement,
    Comment,
    Evidence,
    Feedback,
    Halt,
    Heard,
    Interaction,
    InteractionContact,
    ListeningPost,
    Mention,
    Problem,
    ProblemQuerySet,
    Relationship,
    RelationshipOutcome,
    RelationshipOutcomeQuerySet,
    ScoreConfig,
    Snapshot,
    Snooze,
    Stakeholder,
    is_late_problem,
    latest_date,
    local_date,
)
from relationships.problems import Figures
from relationships.readiness import Seen, Sign
from web.clock import Now

# Signs of how willing people are that are kept above, by contact: meetings put theirs here.
SIGNS: list[Callable[[Relationship, date], Iterable[tuple[int, Seen]]]] = []


def last_touches(ids: Collection[int]) -> dict[int, Interaction]:
    """The newest two-way interaction of each; one index look-up per relationship, in one query."""
    newest = Interaction.objects.touches().filter(relationship=OuterRef("pk")).order_by("-occurred_on", "-id")
    found = Relationship.objects.filter(pk__in=ids).values(touch=Subquery(newest.values("pk")[:1]))
    return {touch.relationship_id: touch for touch in Interaction.objects.filter(pk__in=found)}


def directions_of(ids: Collection[int], today: date) -> dict[int, trend.Direction]:
    """Where the standing of each has gone within 30 days, of those judged at both ends; one query.

    ``today`` may be another day where the relationship is: each is judged as of the day of its standing. Versions of
    the weights that weigh alike count as one, so that going back to former ones brings the direction back.
    """
    near = (today - trend.OLDEST - cadence.DAY, today - trend.YOUNGEST + cadence.DAY)
    by = ScoreConfig.objects.filter(version=OuterRef("relationship__standing__config")).order_by()
    rows = Snapshot.objects.filter(relationship__in=ids, on__range=near, relationship__standing__isnull=False)
    kept: dict[int, list[trend.Then]] = defaultdict(list)
    now: dict[int, tuple[float | None, date, trend.Weighed]] = {}
    found = rows.values_list(
        "relationship_id",
        "on",
        "score",
        _first_alike("config_version"),
        "relationship__standing__score",
        "relationship__standing__as_of",
        _first_alike("relationship__standing__config"),
        Subquery(by.values("valid_from")[:1]),
        "relationship__zone",
    )
    for pk, on, then, version, score, as_of, config, valid_from, zone in found:
        kept[pk].append(trend.Then(on, then, version))
        since = valid_from.astimezone(ZoneInfo(zone)).date() if valid_from else None
        now[pk] = score, as_of, trend.Weighed(config, since)
    return {pk: _gone(kept[pk], *now[pk]) if pk in now else trend.UNKNOWN for pk in ids}


def stood_on(ids: Collection[int], day: date) -> dict[int, Any]:
    """The newest snapshot of each that was kept up to a day, and not long before; one query.

    ``alike`` is the version of its weights, ``alike_now`` that of the standing today: apart, the two do not compare.
    """
    rows = Snapshot.objects.filter(
        relationship__in=ids, on__range=(day - trend.OLDEST, day), relationship__standing__isnull=False
    )
    found = rows.annotate(
        alike=_first_alike("config_version"), alike_now=_first_alike("relationship__standing__config")
    )
    return {row.relationship_id: row for row in found.order_by("relationship_id", "-on").distinct("relationship_id")}


def _first_alike(version: str) -> Coalesce:
    """The first version by which everything weighs as by this one."""
    weights = {component.value: OuterRef(component.value) for component in evidence.Component}
    alike = ScoreConfig.objects.filter(**weights).order_by("version").values("version")[:1]
    this = ScoreConfig.objects.filter(version=OuterRef(version)).order_by().annotate(alike=Subquery(alike))
    return Coalesce(Subquery(this.values("alike")[:1]), F(version))


def _gone(kept: Iterable[trend.Then], score: float | None, as_of: date, by: trend.Weighed) -> trend.Direction:
    return trend.direction(score, as_of, kept, by)


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
        stopped=relationship.paused_since is not None or relationship.ended_on is not None,
    )
    late = relationship.overdue_from is not None and relationship.overdue_from <= today
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
    halts = Halt.objects.filter(relationship=relationship, until_on__isnull=False).order_by()
    found = days.values_list("occurred_on", Value(None, DateField())).union(halts.values_list("from_on", "until_on"))
    stops = [day - cadence.DAY for day in (relationship.paused_since, relationship.ended_on) if day is not None]
    last = min([today, *stops])
    spans = list(found)
    return cadence.adherence(
        first=first,
        last=last,
        touches={day for day, until in spans if until is None},
        halted=[(since, until) for since, until in spans if until is not None],
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


# Their people --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Theirs:
    """A person of theirs: their place in the organisation, their part in the relationship, and since when they left.

    Whoever has their last day today has left: what is opened by that need not wait until tomorrow.
    """

    contact: Contact
    place: Affiliation | None = None
    stake: Stakeholder | None = None
    left_on: date | None = None

    @property
    def here(self) -> bool:
        return self.left_on is None

    def known(self, seen_to: Collection[int] = ()) -> gaps.Known:
        """As ``gaps`` reads it; ``seen_to`` are the people whose place was seen to after they left."""
        stake = self.stake
        return gaps.Known(
            person=Person(self.contact.pk, self.contact.name, self.place.title if self.place else ""),
            power=stake.power if stake else "",
            sponsor=stake is not None and stake.role == Stakeholder.Role.SPONSOR,
            accountable=stake is not None and stake.accountable,
            known_on=stake.known_on if stake else None,
            left_on=self.left_on,
            followed=self.contact.pk in seen_to,
        )


def theirs_of(relationship: Relationship, today: date) -> list[Theirs]:
    """Everybody of theirs by name, those who left included; two queries for any number."""
    stakes = {stake.contact_id: stake for stake in relationship.stakeholders.select_related("contact", "reports_to")}
    places: dict[int, Affiliation] = {}
    rows = Affiliation.objects.filter(account=relationship.account_id).select_related("contact")
    for place in rows.order_by("until", "pk"):
        # Of several places the one that lasts longest counts; one without an end stands last here.
        places[place.contact_id] = place
    found = [
        Theirs(place.contact, place, stakes.get(pk), place.until if place.until and place.until <= today else None)
        for pk, place in places.items()
    ]
    found += [Theirs(stake.contact, None, stake) for pk, stake in stakes.items() if pk not in places]
    return sorted(found, key=lambda one: (one.contact.name, one.contact.pk))


def _age(today: date) -> Func:
    """Days from the talk to today, as PostgreSQL counts them."""
    apart = Cast(Value(today), DateField()) - F("occurred_on")
    return Func(apart, template="EXTRACT(DAY FROM %(expressions)s)", output_field=FloatField())


def talks_of(relationship: Relationship, today: date) -> tuple[list[Talk], dict[int, str]]:
    """Who of ours spoke with whom of theirs in the last year, and the names of ours. One query, summed there."""
    counted = Value(0.5, output_field=FloatField())
    said = Interaction.objects.touches().filter(
        relationship=relationship, occurred_on__gt=today - timedelta(days=acquaintance.DAYS), occurred_on__lte=today
    )
    # Either side of a pair may be nothing: nobody was named.
    pairs: Iterable[Any] = (
        said.order_by()
        .values("colleagues", "colleagues__name", "colleagues__is_active", "contacts")
        .annotate(
            last=Max("occurred_on"), weight=Sum(Power(counted, _age(today) / Value(float(acquaintance.HALF_LIFE))))
        )
    )
    found: list[Talk] = []
    names: dict[int, str] = {}
    for pair in pairs:
        if pair["contacts"] is None:
            continue
        colleague = pair["colleagues"] if pair["colleagues__is_active"] else None
        if colleague is not None:
            names[colleague] = pair["colleagues__name"]
        found.append(Talk(colleague, pair["contacts"], pair["last"], pair["weight"]))
    return found, names


def readings_of(relationship: Relationship, today: date) -> dict[int, readiness.Reading]:
    """How willing each of theirs is to give time, from the entries of a year; one query, and one for each of SIGNS."""
    signs: dict[int, list[Seen]] = defaultdict(list)
    for source in SIGNS:
        for contact, seen in source(relationship, today):
            signs[contact].append(seen)
    rows = InteractionContact.objects.filter(
        interaction__relationship=relationship,
        interaction__occurred_on__gt=today - timedelta(days=readiness.DAYS),
        interaction__occurred_on__lte=today,
    )
    columns = ("contact", "interaction__occurred_on", "interaction__two_way", "interaction__begun_by")
    for contact, day, two_way, begun_by in rows.order_by().values_list(*columns):
        theirs = begun_by == Interaction.Side.THEIRS
        sign = Sign.TALKED if two_way else Sign.WROTE if theirs else Sign.WAS_WRITTEN_TO
        signs[contact].append(Seen(day, sign, theirs))
    return {contact: readiness.read(found, today) for contact, found in signs.items()}


def places_seen_to(relationship: Relationship) -> set[int]:
    """The people in whose place somebody was met, or is not wanted any more; one query."""
    closed = relationship.introductions.exclude(closed_on=None).exclude(instead_of=None)
    return set(closed.order_by().values_list("instead_of", flat=True))


# Listening posts -----------------------------------------------------------------------------------------------------


def likely_partners(user: User, rows: Collection[Heard]) -> dict[int, list[Relationship]]:
    """Whom each of these may come from, by the organisation named and the domain of the address given.

    Only partners that the person may change; the likeliest organisation first. Four queries for any number.
    """
    told = {
        row.pk: Description(
            name=row.organisation or domain_of(row.reach),
            domains=frozenset({domain_of(row.reach)} - {""}) if "@" in row.reach else frozenset(),
        )
        for row in rows
        if row.organisation or ("@" in row.reach and domain_of(row.reach))
    }
    if not told:
        return {}
    likely = alike_each(told)
    accounts = {account for found in likely.values() for account in found}
    own = Relationship.objects.changeable_by(user).filter(account__in=accounts)
    own = own.select_related("account", "agreement", "owner")
    by_account: dict[int, list[Relationship]] = defaultdict(list)
    for one in own.order_by("pk"):
        by_account[one.account_id].append(one)
    return {pk: [one for account in found for one in by_account[account]] for pk, found in likely.items()}


def reached_at(address: str, people: QuerySet[Contact]) -> Contact | None:
    """The one of these people whose e-mail address it is; nobody where several share it. One query."""
    if "@" not in address:
        return None
    found = list(people.filter(email__iexact=address.strip())[:2])
    return found[0] if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class HeardCounts:
    """How much was heard at a post in 30 days and in a year, and how much of what came in is not sorted yet."""

    month: int = 0
    year: int = 0
    unsorted: int = 0


def heard_at(posts: Collection[int], today: date) -> dict[int, HeardCounts]:
    """For each post; what was set aside is not counted. Two queries for any number."""
    month, year = today - timedelta(days=30), today - timedelta(days=365)
    found = dict.fromkeys(posts, HeardCounts())
    of_feedback = Feedback.objects.filter(post__in=posts, heard_on__gt=year).order_by().values_list("post")
    lately = Count("pk", filter=Q(heard_on__gt=month))
    given = {pk: (near, far) for pk, near, far in of_feedback.annotate(near=lately, far=Count("pk"))}
    waiting = Heard.objects.filter(post__in=posts).unsorted().order_by().values_list("post")
    near, far = Q(heard_at__date__gt=month), Q(heard_at__date__gt=year)
    rows = waiting.annotate(near=Count("pk", filter=near), far=Count("pk", filter=far), every=Count("pk"))
    unsorted = {pk: (near, far, every) for pk, near, far, every in rows}
    for pk in found:
        given_near, given_far = given.get(pk, (0, 0))
        new_near, new_far, every = unsorted.get(pk, (0, 0, 0))
        found[pk] = HeardCounts(given_near + new_near, given_far + new_far, every)
    return found


@dataclass(frozen=True, slots=True)
class ToSort:
    """A post at which so many wait for the person; ``instead_of`` is the colleague whose it is otherwise."""

    post: ListeningPost
    count: int
    instead_of: User | None


def unsorted_of(user: User) -> list[ToSort]:
    """The posts, closed ones too, at which something waits for the person or for whom they stand in; one query.

    One that is about a partner is of its owner, and of whoever looks after that partner.
    """
    mine = Q(owner__in=user.acts_for) | Q(relationship__owner__in=user.acts_for)
    posts = ListeningPost.objects.changeable_by(user).filter(mine).select_related("owner", "relationship__account")
    rows: Any = posts.annotate(waiting=Count("heard", filter=Q(heard__feedback=None, heard__set_aside_at=None)))
    found = rows.filter(waiting__gt=0).order_by("name", "pk")
    return [ToSort(row, row.waiting, _whose(row, user)) for row in found]


def _whose(post: ListeningPost, user: User) -> User | None:
    is_own = post.owner_id == user.pk or (post.relationship is not None and post.relationship.owner_id == user.pk)
    return None if is_own else post.owner


# Problems ------------------------------------------------------------------------------------------------------------


class Median(Aggregate):
    """What half of the rows lie below; empty ones do not count."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


def _days_between(first: str, last: str) -> Func:
    return Func(F(last), F(first), template="(%(expressions)s)", arg_joiner=" - ", output_field=FloatField())


def problem_figures(rows: ProblemQuerySet, now: Now) -> Figures:
    """Open, late, how soon spoken to and solved, and how many in time; one query."""
    late = is_late_problem(now)
    solved = Q(solved_on__isnull=False)
    told: dict[str, Any] = (
        rows.with_first_contact()
        .order_by()
        .aggregate(
            n_open=Count("pk", filter=~solved),
            n_late=Count("pk", filter=late),
            days_spoken=Median(_days_between("opened_on", "spoken_on")),
            days_solved=Median(_days_between("opened_on", "solved_on")),
            n_in_time=Count("pk", filter=solved & Q(solved_on__lte=F("binding_on"))),
            n_judged=Count("pk", filter=solved | late),
        )
    )
    return Figures(
        told["n_open"], told["n_late"], told["days_spoken"], told["days_solved"], told["n_in_time"], told["n_judged"]
    )


def problems_of(relationship: Relationship) -> list[problems.Record]:
    """All that happened to the problems of a relationship, in the order in which they were opened. One query."""
    rows = Problem.objects.filter(relationship=relationship).order_by("opened_on", "pk", "steps__done_on", "steps__pk")
    columns = ("pk", "opened_on", "due_on", "steps__pk", "steps__kind", "steps__done_on", "steps__due_on")
    found: dict[int, problems.Record] = {}
    steps: dict[int, list[problems.Step]] = {}
    for pk, opened_on, due_on, key, kind, done_on, until in rows.values_list(*columns):
        steps.setdefault(pk, [])
        found.setdefault(pk, problems.Record(opened_on, due_on, steps[pk]))
        if key is not None:
            steps[pk].append(problems.Step(key, problems.What(kind), done_on, until))
    return list(found.values())


# Health --------------------------------------------------------------------------------------------------------------


def evidence_of(relationship: Relationship) -> list[Entry]:
    """The whole ledger of a relationship, by day. One query."""
    rows = Evidence.objects.filter(relationship=relationship).order_by("day", "id")
    columns = rows.values_list("kind", "side", "day", "r", "s", "source_model", "source_id", "written_at")
    return [
        Entry(evidence.Row(evidence.KINDS[kind], side, day, r, s), model, pk, written_at)
        for kind, side, day, r, s, model, pk, written_at in columns
    ]


# Outcomes ------------------------------------------------------------------------------------------------------------


# What is told of a standing of former days, and how old it may be to stand for one.
STANDING_THEN = ("score", "band", "unknown")
KEPT_WITHIN = 14


def outcomes_with_standings(rows: RelationshipOutcomeQuerySet) -> Iterator[tuple[RelationshipOutcome, list[list[Any]]]]:
    """Each outcome, the oldest first, with score, band and unknown points as they stood the days before it.

    One query for all; empty where nothing was kept of that time. Standings are kept weekly and at every change.
    """
    kept: dict[str, Any] = {}
    for days in outcomes.DAYS_BEFORE:
        then = Cast(OuterRef("came_on") - Value(timedelta(days=days)), DateField())
        newest = Snapshot.objects.filter(relationship=OuterRef("relationship"), on__lte=then).newest_first()
        near = newest.filter(on__gte=Cast(OuterRef("came_on") - Value(timedelta(days=days + KEPT_WITHIN)), DateField()))
        kept |= {f"{name}_{days}": Subquery(near.values(name)[:1]) for name in STANDING_THEN}
    found = rows.annotate(**kept).select_related("account", "relationship").order_by("came_on", "pk")
    for row in found.iterator():
        yield (
            row,
            [[_told(name, getattr(row, f"{name}_{days}")) for name in STANDING_THEN] for days in outcomes.DAYS_BEFORE],
        )


# In full points, as on the page.
_SHOWN: dict[str, Callable[[float], int]] = {
    "score": health.whole,
    "unknown": lambda unknown: 100 - health.whole(100 - unknown),
}


def _told(name: str, value: Any) -> Any:
    if value is None:
        return ""
    return _SHOWN[name](value) if name in _SHOWN else value
