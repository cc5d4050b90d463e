"""Meetings: when, where, of what kind, with which partners and people of both sides, and whether they were held."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Self
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact, Someone, User, tracked
from relationships.models import Interaction, Relationship, latest_date, local_date
from web import zones
from web.clock import Now
from web.finding import PlainText

MEETING_DERIVED = ["agenda_version", "current_item", "current_since"]
PARTY_DERIVED = ["starts_at", "meets_on", "state"]
# What the index of words reads of a meeting.
MEETING_SEARCHED = ("title", "place", "reason")
# What an answer is made of; empty all of it where nobody has answered.
ANSWER = ["answer", "answered_on", "answered_way", "answered_by"]
# What the days of a series have in common that a list shows once.
ONE_OF_SERIES = ("series", "state", "settled_at")


def new_uid() -> str:
    """What names a meeting in every calendar, for good."""
    return str(uuid4())


class SeriesQuerySet(models.QuerySet["Series"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(pk__in=Meeting.objects.visible_to(user).order_by().values("series"))

    def changeable_by(self, user: Someone) -> Self:
        return self.filter(pk__in=Meeting.objects.changeable_by(user).order_by().values("series"))


@tracked()
class Series(models.Model):
    """Meetings that come again. ``rule`` is an RFC 5545 recurrence rule (*FREQ=MONTHLY;BYDAY=1MO*) over local time.

    ``starts_on`` at ``starts_time`` in ``zone`` is the first; a clock change moves none of them. Each occurrence up to
    ``made_until`` is a meeting of its own, which may differ.
    """

    uid = models.TextField(unique=True, default=new_uid, editable=False)
    rule = models.TextField(_("comes again"))
    starts_on = models.DateField(_("first on"))
    starts_time = models.TimeField(_("at"))
    zone = models.TextField(_("time zone"), validators=[zones.validate])
    made_until = models.DateField(editable=False)
    ended_on = models.DateField(null=True, blank=True, editable=False)
    # Of the newest message about it; calendars know series and single meetings of it by one number that rises.
    sequence = models.PositiveIntegerField(default=0, editable=False)
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", editable=False)
    made_at = models.DateTimeField(editable=False)

    objects = SeriesQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "series"

    def __str__(self) -> str:
        return self.rule


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def visible_to(self, user: Someone) -> Self:
        """Whoever sees one of its partners."""
        return self.filter(pk__in=MeetingAccount.objects.visible_to(user).order_by().values("meeting"))

    def changeable_by(self, user: Someone) -> Self:
        """Whoever may change one of its partners."""
        return self.filter(pk__in=MeetingAccount.objects.changeable_by(user).order_by().values("meeting"))

    def planned(self) -> Self:
        return self.filter(state=Meeting.State.PLANNED)

    def held(self) -> Self:
        return self.filter(state=Meeting.State.HELD)

    def ahead(self, now: Now) -> Self:
        """Planned, and not over yet."""
        return self.planned().filter(ends_at__gt=now.instant)

    def unsettled(self, now: Now) -> Self:
        """Planned and over: was it held?"""
        return self.planned().filter(ends_at__lte=now.instant)

    def of(self, people: Collection[int]) -> Self:
        """Those which one of these organises or is asked to, or which are with a partner of theirs."""
        organised = Meeting.objects.filter(organiser__in=people).order_by().values("pk")
        asked = Participant.objects.filter(user__in=people).order_by().values("meeting")
        owned = MeetingAccount.objects.filter(relationship__owner__in=people).order_by().values("meeting")
        # Each by an index of its own: of conditions that one OR joins PostgreSQL asks every meeting of the book.
        return self.filter(pk__in=organised.union(asked, owned))

    def seen_to_by(self, people: Collection[int]) -> Self:
        """Those whose organiser one of these is; where that is nobody who works here, whoever owns the partner."""
        organised = Meeting.objects.filter(organiser__in=people).order_by().values("pk")
        nobody = Q(organiser=None) | Q(organiser__is_active=False)
        owned = Meeting.objects.filter(nobody, parties__relationship__owner__in=people).order_by().values("pk")
        return self.filter(pk__in=organised.union(owned))

    def each_series_once(self, now: Now) -> MeetingQuerySet:
        """Of the days of a series that are to come the next one, of those called off in one go the first.

        What has been stays, day by day.
        """
        to_come = Q(state=Meeting.State.PLANNED, ends_at__gt=now.instant)
        of_series = Q(series__isnull=False) & (to_come | Q(state=Meeting.State.CANCELLED))
        # Called off in one go is what was settled at one moment.
        found = self.filter(of_series).order_by(*ONE_OF_SERIES, "starts_at", "pk").distinct(*ONE_OF_SERIES)
        once = Meeting.objects.filter(pk__in=found.values("pk")).order_by().values("pk")
        # A union, not an OR: see ``of``.
        others = self.filter(~of_series).order_by().values("pk")
        return Meeting.objects.filter(pk__in=others.union(once))

    def soonest_first(self) -> Self:
        return self.order_by("starts_at", "id")

    def newest_first(self) -> Self:
        return self.order_by("-starts_at", "-id")


@tracked(*MEETING_DERIVED)
class Meeting(models.Model):
    """A meeting with one or several partners. Moments are kept exactly; ``zone`` is the one in which it was agreed.

    ``place`` is where people come together, ``link`` where they do from afar. ``sequence`` rises whenever what
    calendars show of it changes. Fields under *Derived* are written by the agenda's verbs alone.
    """

    class Kind(models.TextChoices):
        CHECK_IN = "check_in", _("check-in")
        REVIEW = "review", _("review")
        WORKSHOP = "workshop", _("workshop")
        SITE_VISIT = "site_visit", _("site visit")
        INTERNAL = "internal", _("internal meeting")

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        HELD = "held", _("held")
        NOT_HELD = "not_held", _("not held")
        CANCELLED = "cancelled", _("cancelled")

    class Host(models.TextChoices):
        OURS = "ours", _("we do")
        THEIRS = "theirs", _("they do")

    uid = models.TextField(unique=True, default=new_uid, editable=False)
    title = models.TextField(_("title"))
    kind = models.TextField(_("kind"), choices=Kind, default=Kind.CHECK_IN)
    host = models.TextField(_("who invites"), choices=Host, default=Host.OURS)
    starts_at = models.DateTimeField(_("start"))
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), default=60, validators=[MinValueValidator(5), MaxValueValidator(14 * 60)]
    )
    ends_at = models.DateTimeField(editable=False)
    zone = models.TextField(_("time zone"), default="UTC", validators=[zones.validate])
    place = models.TextField(_("place"), blank=True, default="")
    link = models.URLField(_("link"), max_length=2000, blank=True, default="")
    organiser = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="organised_meetings", verbose_name=_("organiser")
    )
    state = models.TextField(_("state"), choices=State, default=State.PLANNED, editable=False)
    reason = models.TextField(_("why"), blank=True, default="")
    series = models.ForeignKey(Series, models.SET_NULL, null=True, blank=True, related_name="meetings", editable=False)
    # When the rule would have it; what differs from it has been moved.
    occurrence_at = models.DateTimeField(null=True, editable=False)
    # Changed by itself: what is changed of its series leaves it alone.
    differs = models.BooleanField(default=False, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    begun_at = models.DateTimeField(null=True, editable=False)
    settled_at = models.DateTimeField(null=True, editable=False)
    planned_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", editable=False)
    planned_at = models.DateTimeField(editable=False)

    # Derived
    agenda_version = models.PositiveIntegerField(default=0, editable=False)
    current_item = models.ForeignKey("AgendaItem", models.SET_NULL, null=True, related_name="+", editable=False)
    current_since = models.DateTimeField(null=True, editable=False)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(title=""), name="meeting_has_a_title", violation_error_message=_("Give it a title.")
            ),
            models.CheckConstraint(
                condition=~Q(state="not_held") | ~Q(reason=""),
                name="meeting_not_held_says_why",
                violation_error_message=_("Say why it was not held."),
            ),
            models.UniqueConstraint(
                fields=["series", "occurrence_at"],
                condition=Q(series__isnull=False),
                name="meeting_occurs_once",
            ),
        ]
        indexes = [
            models.Index(fields=["ends_at", "id"], condition=Q(state="planned"), name="meeting_planned"),
            models.Index(fields=["-starts_at", "-id"], name="meeting_newest"),
            models.Index(fields=["organiser", "starts_at"], name="meeting_by_organiser"),
            GinIndex(OpClass(PlainText(*MEETING_SEARCHED), name="gin_trgm_ops"), name="meeting_search"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("meeting_detail", args=[self.pk])

    @property
    def starts_here(self) -> datetime:
        """The start in the zone in which it was agreed."""
        return self.starts_at.astimezone(ZoneInfo(self.zone))

    @property
    def day(self) -> date:
        """The day of its own zone."""
        return self.starts_here.date()

    @property
    def end(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def is_planned(self) -> bool:
        return self.state == self.State.PLANNED

    @property
    def is_internal(self) -> bool:
        return self.kind == self.Kind.INTERNAL

    @property
    def is_off(self) -> bool:
        return self.state == self.State.CANCELLED

    def is_over(self, now: Now) -> bool:
        return self.ends_at <= now.instant

    def wants_settling(self, now: Now) -> bool:
        """Was it held? Nobody has said."""
        return self.is_planned and self.is_over(now)


class MeetingAccountQuerySet(models.QuerySet["MeetingAccount"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.visible_to(user))

    def changeable_by(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.changeable_by(user))

    def ahead(self, now: Now) -> Self:
        """Of meetings planned for today or later, as the relationship's zone has it."""
        upcoming = self.filter(state=Meeting.State.PLANNED, meets_on__gte=latest_date(now) - timedelta(days=2))
        return upcoming.filter(meets_on__gte=local_date(now, "relationship__zone"))

    def accepted(self) -> Self:
        """Somebody of theirs has said that they come."""
        return self.filter(people__answer=Participant.Answer.COMES, people__contact__isnull=False).distinct()

    def known_to_them(self) -> Self:
        """Where somebody of theirs is asked or, once it was held, was there: of no other anything leaves the house."""
        return self.filter(_known_to_them())

    def only_ours(self) -> Self:
        return self.filter(~_known_to_them())


def _known_to_them() -> Q:
    """Its kind does not matter: a check-in for which nobody of theirs was named is talked of among us as well."""
    theirs = Participant.objects.filter(party=OuterRef("pk")).order_by()
    held = Q(state=Meeting.State.HELD)
    return ~held & Q(Exists(theirs)) | held & Q(Exists(theirs.filter(came=True)))


@tracked(*PARTY_DERIVED)
class MeetingAccount(models.Model):
    """A partner at a meeting: a row for each. ``interaction`` is the touch that was logged when it was held.

    ``meets_on`` is the local date of the relationship's zone. The fields under *Derived* follow from the meeting.
    """

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="parties")
    relationship = models.ForeignKey(Relationship, models.CASCADE, related_name="meetings")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    interaction = models.ForeignKey(
        Interaction, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )

    # Derived
    starts_at = models.DateTimeField(editable=False)
    meets_on = models.DateField(editable=False)
    state = models.TextField(choices=Meeting.State, editable=False)

    objects = MeetingAccountQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["meeting", "relationship"], name="meeting_party_once")]
        indexes = [
            models.Index(fields=["relationship", "-starts_at", "-id"], name="meeting_party_by_day"),
            models.Index(fields=["relationship", "meets_on"], condition=Q(state="planned"), name="meeting_party_ahead"),
        ]

    def __str__(self) -> str:
        return str(self.relationship)


def beside(parties: MeetingAccountQuerySet) -> Q:
    """The condition for what belongs to a meeting with one of these partners: about that one, or about all.

    Asked of each row: as lists of keys both would be made of all the book for a page of it.
    """
    plain = parties.order_by()
    of_all = Q(Exists(plain.filter(meeting=OuterRef("meeting"))), party=None)
    return of_all | Q(Exists(plain.filter(pk=OuterRef("party"))))


class ParticipantQuerySet(models.QuerySet["Participant"]):
    def visible_to(self, user: Someone) -> Self:
        """Ours with the meeting; theirs with their partner."""
        return self.filter(beside(MeetingAccount.objects.visible_to(user)))

    def changeable_by(self, user: Someone) -> Self:
        return self.filter(beside(MeetingAccount.objects.changeable_by(user)))

    def ours(self) -> Self:
        return self.filter(contact=None)

    def theirs(self) -> Self:
        return self.filter(user=None)

    def theirs_first(self) -> Self:
        """By name within each side."""
        return self.order_by(F("contact__name").asc(nulls_last=True), "user__name", "pk")


@tracked()
class Participant(models.Model):
    """Somebody asked to a meeting: a colleague, or a person of theirs with the partner for whom they come.

    ``came`` is not known until the meeting was held. ``answered_by`` is the user who noted the answer, if one did.
    """

    class Answer(models.TextChoices):
        NONE = "", _("no answer yet")
        COMES = "comes", _("comes")
        MAYBE = "maybe", _("maybe")
        DECLINED = "declined", _("does not come")

    class Way(models.TextChoices):
        UNKNOWN = "", _("not known")
        LINK = "link", _("by the link in the mail")
        CALENDAR = "calendar", _("from the calendar")
        NOTED = "noted", _("noted here")

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="people")
    party = models.ForeignKey(MeetingAccount, models.CASCADE, null=True, blank=True, related_name="people")
    user = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="meetings")
    contact = models.ForeignKey(Contact, models.CASCADE, null=True, blank=True, related_name="meetings")
    answer = models.TextField(_("answer"), choices=Answer, blank=True, default=Answer.NONE)
    answered_on = models.DateField(null=True, blank=True)
    answered_way = models.TextField(_("way"), choices=Way, blank=True, default=Way.UNKNOWN, editable=False)
    answered_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", editable=False)
    asked_on = models.DateField(editable=False)
    came = models.BooleanField(_("came"), null=True, blank=True)

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(user=None, contact__isnull=False, party__isnull=False)
                | Q(user__isnull=False, contact=None, party=None),
                name="participant_of_one_side",
            ),
            models.UniqueConstraint(
                fields=["meeting", "user"], condition=Q(user__isnull=False), name="participant_of_ours_once"
            ),
            models.UniqueConstraint(
                fields=["meeting", "contact"], condition=Q(contact__isnull=False), name="participant_of_theirs_once"
            ),
            models.CheckConstraint(
                condition=Q(answered_on=None) | ~Q(answer=""), name="participant_answered_with_an_answer"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "meeting"], condition=Q(user__isnull=False), name="participant_by_user"),
            models.Index(
                fields=["asked_on", "id"],
                condition=Q(answer="", contact__isnull=False),
                name="participant_without_answer",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user or self.contact)

    def is_there(self, meeting: Meeting) -> bool:
        """Whether they came, as noted; of a planned meeting who accepted, and our host, are proposed.

        ``meeting`` is that of the row. What is proposed stands nowhere before somebody says that it was held.
        """
        if self.came is not None or not meeting.is_planned:
            return bool(self.came)
        hosts = self.user_id is not None and self.user_id == meeting.organiser_id and self.answer == self.Answer.NONE
        return hosts or self.answer == self.Answer.COMES

    @property
    def person(self) -> User | Contact:
        person = self.user or self.contact
        assert person is not None
        return person

    @property
    def is_ours(self) -> bool:
        return self.user_id is not None
