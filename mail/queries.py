"""What a weekly mail lists, with the person's rights at that moment: as many queries for one row as for a thousand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import BigIntegerField, Case, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When, Window
from django.db.models.functions import Coalesce, Collate, RowNumber
from django.urls import reverse
from django.utils.text import capfirst

from accounts.models import Cover, User
from mail import digest
from mail.digest import DAYS_AHEAD, ROWS_SHOWN, Batch, CheckIn, Digest, Part, Promise, Row, Voice, day_words, plain
from mail.models import Kind
from mail.optout import address_for
from meetings import words as meeting_words
from meetings.models import Meeting, MeetingAccount, MeetingQuerySet, Participant
from relationships import feedback_words, problem_words, stage_words, stages
from relationships.models import (
    Commitment,
    CommitmentQuerySet,
    Feedback,
    FeedbackQuerySet,
    Interaction,
    Problem,
    ProblemQuerySet,
    Relationship,
    RelationshipQuerySet,
    seen_to_by,
)
from web.clock import Now

# By code point, so that the order does not depend on the machine.
BY_NAME = (Collate("account__name_key", "C"), Collate("name", "C"), F("id"))
LONGEST_THERE_FIRST = (F("stage_since").asc(nulls_last=True), *BY_NAME)
WORST_FIRST = (F("lateness").desc(), *BY_NAME)
FIRST_FIRST = (F("due_on").asc(), *BY_NAME)
NEAREST_FIRST = (F("booked_on").asc(), *BY_NAME)
IN_ORDER = {digest.Kind.OVERDUE: WORST_FIRST, digest.Kind.BOOKED: NEAREST_FIRST, digest.Kind.DUE: FIRST_FIRST}
BY_PARTNER = (Collate("relationship__account__name_key", "C"), Collate("relationship__name", "C"), F("id"))
LATEST_FIRST = (Coalesce("late_on", "binding_on").asc(), *BY_PARTNER)
CRITICAL_FIRST = Case(When(severity=Problem.Severity.CRITICAL, then=Value(0)), default=Value(1))
LONGEST_OPEN_FIRST = (CRITICAL_FIRST.asc(), F("binding_on").asc(), *BY_PARTNER)
LONGEST_WAIT_FIRST = (F("heard_on").asc(), *BY_PARTNER)
SOONEST_FIRST = (F("binding_on").asc(), *BY_PARTNER)
GOES_ON = Q(relationship__paused_since=None, relationship__ended_on=None)

HEADINGS = {
    digest.Kind.URGENT: "Problems that can’t wait",
    digest.Kind.PROMISE_LATE: "Our promises that are late",
    digest.Kind.OVERDUE: "Overdue",
    digest.Kind.UNANSWERED: "Feedback without an answer",
    digest.Kind.PROBLEM: "Other open problems",
    digest.Kind.PROMISE_DUE: "Promises due in 7 days",
    digest.Kind.DUE: "Check-ins due in 7 days",
    digest.Kind.BOOKED: "Due, with a meeting near",
    digest.Kind.MEETING: "Meetings in 7 days",
    digest.Kind.STAGE: "Stages to look at",
}
# Of theirs, and of partners, so many are named in a line.
NAMED = 4

# By the person whose it is: the batch of each kind that has rows, the most urgent kind first.
Book = Mapping[int, list[Batch]]


def digest_of(person: User, kind: Kind, now: Now) -> Digest:
    of_team = kind == Kind.TEAM_DIGEST
    return Digest(
        person=plain(person.name) or person.email,
        zone=person.zone,
        today=now.today(person.zone),
        of_team=of_team,
        parts=_parts_of_team(person, now) if of_team else _parts_of_own(person, now),
        open_today=settings.SITE_URL + reverse("today"),
        change=settings.SITE_URL + reverse("mail_settings"),
        stop=address_for(person.pk, kind),
    )


def _parts_of_own(person: User, now: Now) -> tuple[Part, ...]:
    """A part for each kind; then one for each colleague for whom the person stands in, with all kinds."""
    today = now.today(person.zone)
    covers = _covers_of(person, today)
    whose = [person.pk, *covers]
    own = Relationship.objects.visible_to(person).filter(owner__in=whose)
    promises = Commitment.objects.visible_to(person).filter(seen_to_by(whose))
    voices = Feedback.objects.visible_to(person).filter(seen_to_by(whose)).owed(now)
    troubles = Problem.objects.visible_to(person).filter(seen_to_by(whose))
    pending, urgent = troubles.open().filter(GOES_ON), troubles.cannot_wait(now)
    calm = pending.exclude(pk__in=urgent.order_by().values("pk")).with_first_contact()
    booked, meetings, staged = own.booked(now), _meetings_near(person, now), own.stage_asks(now)
    there = _holding([pending, promises.open(), voices, booked, meetings, staged])
    any_problem, any_promise, any_voice, any_booked, any_meeting, any_staged = there
    book = _book(
        [
            _problems(digest.Kind.URGENT, urgent, now) if any_problem else {},
            _promises(digest.Kind.PROMISE_LATE, promises.ours().late(now), person, now) if any_promise else {},
            _check_ins(digest.Kind.OVERDUE, own.overdue(now), now),
            _voices(voices, now) if any_voice else {},
            _problems(digest.Kind.PROBLEM, calm, now) if any_problem else {},
            _promises(digest.Kind.PROMISE_DUE, promises.due_within(now, DAYS_AHEAD), person, now)
            if any_promise
            else {},
            _check_ins(digest.Kind.DUE, own.due_within(now, DAYS_AHEAD), now),
            _check_ins(digest.Kind.BOOKED, booked, now, verb="Open") if any_booked else {},
            _meetings(meetings, person, list(covers), now) if any_meeting else {},
            _stages(staged, now) if any_staged else {},
        ]
    )
    parts = [Part(HEADINGS[batch.kind], (batch,)) for batch in book.get(person.pk, [])]
    parts += [
        Part(f"For {_called(cover.absent)}, until {day_words(cover.until_on, today)}", tuple(book[absent]))
        for absent, cover in covers.items()
        if absent in book
    ]
    return tuple(parts)


def _holding(lists: Sequence[QuerySet[Any]]) -> list[bool]:
    """Whether each of the lists holds anything, in one query.

    Most people’s hold little: to put together what ranks a list takes longer than to learn that it is empty.
    """
    one_of_each = [rows.order_by().values_list(Value(nth))[:1] for nth, rows in enumerate(lists)]
    found = {nth for (nth,) in one_of_each[0].union(*one_of_each[1:], all=True)}
    return [nth in found for nth in range(len(lists))]


def _covers_of(person: User, today: date) -> dict[int, Cover]:
    """By the colleague who is away; of several that follow one another the one that ends last."""
    found = Cover.objects.on(today).filter(stand_in=person, absent__is_active=True).select_related("absent")
    return {cover.absent_id: cover for cover in found.order_by("absent__name", "absent", "until_on")}


def _parts_of_team(person: User, now: Now) -> tuple[Part, ...]:
    """What is late or overdue with others in the teams that the person manages: a part for each, the worst first."""
    managed = person.manages
    promises = Commitment.objects.visible_to(person).filter(relationship__team__in=managed)
    relationships = Relationship.objects.visible_to(person).filter(team__in=managed).exclude(owner=person)
    others = Q(relationship__team__in=managed) & ~seen_to_by([person.pk])
    book = _book(
        [
            _problems(
                digest.Kind.URGENT, Problem.objects.visible_to(person).filter(others).cannot_wait(now), now, verb="Open"
            ),
            _promises(
                digest.Kind.PROMISE_LATE, promises.exclude(seen_to_by([person.pk])).ours().late(now), person, now
            ),
            _check_ins(digest.Kind.OVERDUE, relationships.overdue(now), now, verb="Open"),
            _voices(Feedback.objects.visible_to(person).filter(others).owed(now), now, verb="Open"),
            _stages(relationships.stage_asks(now), now),
        ]
    )
    people = {one.pk: one for one in User.objects.filter(pk__in=book)}
    return tuple(Part(_called(people[pk]), tuple(batches)) for pk, batches in book.items())


def _called(person: User) -> str:
    return plain(person.name) or person.email


def _book(kinds: Iterable[Mapping[int, Batch]]) -> Book:
    """People in the order in which the kinds bring them: who is late with a promise before who has it quiet."""
    found: dict[int, list[Batch]] = defaultdict(list)
    for batches in kinds:
        for whose, batch in batches.items():
            found[whose].append(batch)
    return dict(found)


# Rows --------------------------------------------------------------------------------------------------------------


def _check_ins(kind: digest.Kind, found: RelationshipQuerySet, now: Now, *, verb: str = "Log") -> dict[int, Batch]:
    """Two queries where there are any."""
    rows = list(
        _first_of_each(found.with_lateness(now), "owner_id", IN_ORDER[kind]).select_related("account", "agreement")
    )
    channels = _last_channels(rows)
    return _batches(
        kind, ((row.owner_id, row.total, _check_in(row, channels.get(row.pk), kind, now, verb)) for row in rows)
    )


def _last_channels(rows: Sequence[Relationship]) -> dict[int, str | None]:
    """How each was last in touch. Asked of those that are shown: beside their ranks it is looked up for all that lie
    behind them too, one by one."""
    last = Interaction.objects.touches().filter(relationship=OuterRef("pk")).newest_first()
    shown = Relationship.objects.filter(pk__in=[row.pk for row in rows]).order_by()
    return dict(shown.values_list("pk", Subquery(last.values("channel")[:1]))) if rows else {}


def _promises(kind: digest.Kind, found: CommitmentQuerySet, person: User, now: Now) -> dict[int, Batch]:
    with_keeper = found.annotate(sees_to=Coalesce("keeper_id", "relationship__owner_id"))
    ranked = _first_of_each(with_keeper, "sees_to", LATEST_FIRST if kind.late else SOONEST_FIRST)
    rows = ranked.select_related("relationship__account", "colleague", "contact")
    return _batches(kind, ((row.sees_to, row.total, _promise(row, person, now)) for row in rows))


def _voices(found: FeedbackQuerySet, now: Now, *, verb: str = "Answer") -> dict[int, Batch]:
    with_keeper = found.annotate(sees_to=Coalesce("keeper_id", "relationship__owner_id"))
    ranked = _first_of_each(with_keeper, "sees_to", LONGEST_WAIT_FIRST)
    rows = ranked.select_related("relationship__account", "contact")
    return _batches(digest.Kind.UNANSWERED, ((row.sees_to, row.total, _voice(row, now, verb)) for row in rows))


def _problems(kind: digest.Kind, found: ProblemQuerySet, now: Now, *, verb: str = "Solved") -> dict[int, Batch]:
    with_keeper = found.annotate(sees_to=Coalesce("keeper_id", "relationship__owner_id"))
    ranked = _first_of_each(with_keeper, "sees_to", LONGEST_OPEN_FIRST)
    rows = ranked.select_related("relationship__account", "contact")
    return _batches(kind, ((row.sees_to, row.total, _problem(row, kind.late, now, verb)) for row in rows))


def _stages(found: RelationshipQuerySet, now: Now) -> dict[int, Batch]:
    rows = _first_of_each(found, "owner_id", LONGEST_THERE_FIRST).select_related("account")
    return _batches(digest.Kind.STAGE, ((row.owner_id, row.total, _stage(row, now)) for row in rows))


def _meetings_near(person: User, now: Now) -> MeetingQuerySet:
    near = Meeting.objects.visible_to(person).ahead(now)
    return near.filter(starts_at__lte=now.instant + timedelta(days=DAYS_AHEAD))


def _meetings(seen: MeetingQuerySet, person: User, absent: Sequence[int], now: Now) -> dict[int, Batch]:
    """Those of the person, then those that somebody organises for whom they stand in. Three queries.

    What the person said they do not come to is theirs no longer.
    """
    declined = Participant.objects.filter(user=person, answer=Participant.Answer.DECLINED).order_by().values("meeting")
    own = seen.of([person.pk]).exclude(pk__in=declined).order_by().values("pk")
    found = seen.filter(Q(pk__in=own) | Q(organiser__in=absent)).annotate(
        sees_to=Case(When(pk__in=own, then=Value(person.pk)), default=F("organiser"), output_field=BigIntegerField())
    )
    rows = list(_first_of_each(found, "sees_to", (F("starts_at").asc(), F("id").asc())))
    keys = [row.pk for row in rows]
    parties = MeetingAccount.objects.visible_to(person).filter(meeting__in=keys).select_related("relationship__account")
    partners: dict[int, list[Relationship]] = defaultdict(list)
    for party in parties.order_by("pk"):
        partners[party.meeting_id].append(party.relationship)
    people: dict[int, list[str]] = defaultdict(list)
    asked = Participant.objects.visible_to(person).theirs().filter(meeting__in=keys).select_related("contact")
    for one in asked.exclude(answer=Participant.Answer.DECLINED).order_by("pk"):
        people[one.meeting_id].append(plain(str(one.contact)))
    told = ((row.sees_to, row.total, _meeting(row, partners[row.pk], people[row.pk], person, now)) for row in rows)
    return _batches(digest.Kind.MEETING, told)


def _meeting(
    row: Meeting, partners: Sequence[Relationship], people: Sequence[str], person: User, now: Now
) -> digest.Meeting:
    """Its time as the person's clock shows it, and beside it that of the partner where it shows another."""
    others = [row.zone, *(one.zone for one in partners)]
    who = f"With {_named(people)}." if people else ""
    where = f"{plain(row.place)}." if row.place else ""
    first = partners[0]
    return digest.Meeting(
        partner=_named([plain(one.account.name) for one in partners]),
        name=plain(first.name) if len(partners) == 1 else "",
        today=now.today(person.zone),
        page=_page(first),
        act=settings.SITE_URL + row.get_absolute_url(),
        verb="Open",
        what=plain(row.title),
        day=row.starts_at.astimezone(ZoneInfo(person.zone)).date(),
        times=meeting_words.times(row.starts_at, row.minutes, person.zone, others),
        more=" ".join(filter(None, [who, where])),
    )


def _named(names: Sequence[str]) -> str:
    """*Petra Vogel, Jonas Brandt and 3 others*."""
    more = len(names) - NAMED
    return ", ".join(names) if more <= 1 else f"{', '.join(names[:NAMED])} and {more} others"


def _first_of_each(found: QuerySet[Any], whose: str, order: Sequence[Any]) -> QuerySet[Any]:
    """The first rows of each person, and how many there are in all, in one query."""
    nth = Window(RowNumber(), partition_by=whose, order_by=list(order))
    counted = found.annotate(total=Window(Count("*"), partition_by=whose), nth=nth)
    first: QuerySet[Any] = counted.filter(nth__lte=ROWS_SHOWN)
    return first.order_by(*order)


def _batches(kind: digest.Kind, found: Iterable[tuple[int, int, Row]]) -> dict[int, Batch]:
    rows: dict[int, list[Row]] = defaultdict(list)
    totals: dict[int, int] = {}
    for whose, total, row in found:
        rows[whose].append(row)
        totals[whose] = total
    return {whose: Batch(kind, tuple(of), totals[whose], _rest(kind, whose)) for whose, of in rows.items()}


def _rest(kind: digest.Kind, whose: int) -> str:
    """The whole list of this kind."""
    match kind:
        case digest.Kind.URGENT:
            return _address("problem_list", state="urgent", person=whose)
        case digest.Kind.PROBLEM:
            return _address("problem_list", person=whose)
        case digest.Kind.STAGE:
            return _address("portfolio", moving="asked", owner=whose)
        case digest.Kind.PROMISE_LATE:
            return _address("promise_list", side=Commitment.Side.OURS.value, state="late", person=whose)
        case digest.Kind.OVERDUE:
            return _address("portfolio", state="overdue", owner=whose)
        case digest.Kind.BOOKED:
            return _address("portfolio", state="booked", owner=whose)
        case digest.Kind.UNANSWERED:
            return _address("feedback_list", state="late", side=Feedback.Side.THEIRS.value, person=whose)
        case digest.Kind.PROMISE_DUE:
            return _address("promise_list", person=whose)
        case digest.Kind.MEETING:
            return _address("meeting_list", person=whose)
        case digest.Kind.DUE:
            return _address("portfolio", owner=whose)


def _address(name: str, **query: object) -> str:
    return f"{settings.SITE_URL}{reverse(name)}?{urlencode(query)}"


def _page(relationship: Relationship) -> str:
    return f"{settings.SITE_URL}{reverse('relationship_detail', args=[relationship.pk])}"


def _check_in(row: Relationship, channel: str | None, kind: digest.Kind, now: Now, verb: str) -> CheckIn:
    assert row.due_on is not None and row.every_days is not None  # lists of due ones hold no others
    return CheckIn(
        partner=plain(row.account.name),
        name=plain(row.name),
        today=row.today(now),
        page=_page(row),
        act=_address("log", relationship=row.pk) if verb == "Log" else _page(row),
        verb=verb,
        overdue=kind is digest.Kind.OVERDUE,
        due_on=row.due_on,
        every_days=row.every_days,
        assumed=row.agreement is None or row.agreement.assumed,
        last_touch_on=row.last_touch_on,
        last_channel=str(Interaction.Channel(channel).label) if channel else "",
        booked_on=row.booked_on if kind is digest.Kind.BOOKED else None,
    )


def _promise(row: Commitment, person: User, now: Now) -> Promise:
    today = row.relationship.today(now)
    ours = row.side == Commitment.Side.OURS
    you = "You" if ours else "you"
    colleague = "" if row.colleague is None else you if row.colleague == person else _called(row.colleague)
    contact = "" if row.contact is None else plain(row.contact.name)
    return Promise(
        partner=plain(row.relationship.account.name),
        name=plain(row.relationship.name),
        today=today,
        page=_page(row.relationship),
        act=settings.SITE_URL + reverse("commitment_detail", args=[row.pk]),
        verb="Open",
        ours=ours,
        what=plain(row.what),
        due_on=row.due_on,
        binding_on=row.binding_on,
        made_on=row.made_on,
        missed_on=row.late_on or (row.binding_on if row.binding_on < today else None),
        maker=colleague if ours else contact,
        receiver=contact if ours else colleague,
    )


def _voice(row: Feedback, now: Now, verb: str) -> Voice:
    told = " ".join(part for part in (feedback_words.heading(row), feedback_words.behalf(row)) if part)
    route = "feedback_answer" if verb == "Answer" else "feedback_detail"
    return Voice(
        partner=plain(row.relationship.account.name),
        name=plain(row.relationship.name),
        today=row.relationship.today(now),
        page=_page(row.relationship),
        act=settings.SITE_URL + reverse(route, args=[row.pk]),
        verb=verb,
        said=plain(row.said),
        heading=plain(told),
        heard_on=row.heard_on,
    )


def _problem(row: Any, urgent: bool, now: Now, verb: str) -> digest.Problem:
    today = row.relationship.today(now)
    severity = capfirst(row.get_severity_display())
    who = f"{severity} problem that {row.contact} raised" if row.contact else f"{severity} problem"
    route = "problem_solve" if verb == "Solved" else "problem_detail"
    return digest.Problem(
        partner=plain(row.relationship.account.name),
        name=plain(row.relationship.name),
        today=today,
        page=_page(row.relationship),
        act=settings.SITE_URL + reverse(route, args=[row.pk]),
        verb=verb,
        what=plain(row.what),
        heading=plain(who),
        spoken=problem_words.spoken(row.opened_on, row.spoken_on, today),
        opened_on=row.opened_on,
        due_on=row.until,
        urgent=urgent,
    )


def _stage(row: Relationship, now: Now) -> digest.Stage:
    """A review before what else its stage wants, as on Today."""
    today = row.today(now)
    overdue = stages.wants_review(row.stage, today, row.overdue_from, row.every_days)
    reviewed = overdue or row.lost or row.low or row.flagged
    look, fact, why = stage_words.review(row, today) if reviewed else stage_words.asks(row, today)
    return digest.Stage(
        partner=plain(row.account.name),
        name=plain(row.name),
        today=today,
        page=_page(row),
        act=settings.SITE_URL + reverse("relationship_stage", args=[row.pk]),
        verb="Open",
        fact=plain(fact),
        detail=plain(why),
        late=look is not stage_words.PROPOSED,
    )
