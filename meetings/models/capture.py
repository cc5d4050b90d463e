"""Capture: a person's own calendar, read from its secret address, and what it tells of people of theirs.

Nobody but the person sees any of it, administrators included. What has nobody of theirs in it is never kept.
"""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts import access
from accounts.models import Contact, Someone, User
from meetings import capture
from meetings.models.meeting import Participant
from relationships.models import Interaction, InteractionContact, Relationship
from web.clock import Now


class CalendarSourceQuerySet(models.QuerySet["CalendarSource"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(access.staff(user), user=user.pk)

    def due(self, now: Now) -> Self:
        """To be read by now, of people who are still here."""
        return self.filter(next_read_at__lte=now.instant, user__is_active=True, user__audience=User.Audience.STAFF)


class CalendarSource(models.Model):
    """Where a person's own calendar is read. ``address`` is sealed (``web.sealed``); only ``host`` is ever shown.

    ``failures`` counts those since it was last read, and ``error`` is the code of the last one (``capture_words``).
    No history is kept of it, as a secret has none.
    """

    user = models.OneToOneField(User, models.CASCADE, related_name="+")
    address = models.BinaryField()
    host = models.TextField()
    given_at = models.DateTimeField()
    # When it was last read with success, and when it was last read anew though it may have said it is unchanged.
    read_at = models.DateTimeField(null=True)
    anew_at = models.DateTimeField(null=True)
    next_read_at = models.DateTimeField()
    failures = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(default="")
    etag = models.TextField(default="")
    events = models.PositiveIntegerField(default=0)
    matched = models.PositiveIntegerField(default=0)
    # The names of entries that could not be understood, each with why; how many there are in all.
    skipped = models.JSONField(default=list)
    left_out = models.PositiveIntegerField(default=0)

    objects = CalendarSourceQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["next_read_at"], name="calendar_source_due")]

    def __str__(self) -> str:
        return f"calendar of {self.user_id}"


class CapturedEventQuerySet(models.QuerySet["CapturedEvent"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(access.staff(user), user=user.pk)

    def waiting(self) -> Self:
        return self.filter(state=CapturedEvent.State.WAITING, gone=False)

    def asking(self, user: User, now: Now) -> Self:
        """What the person is asked about: with partners that they may change, and not written down by hand already."""
        near = self.waiting().filter(
            user=user,
            ends_at__gte=now.instant - capture.ASKED_BACK,
            starts_at__lt=now.instant + capture.ASKED_AHEAD,
        )
        mine = CapturedMatch.objects.changeable_by(user).filter(event=OuterRef("pk")).order_by()
        logged = InteractionContact.objects.filter(
            contact=OuterRef("contact"),
            interaction__relationship=OuterRef("relationship"),
            interaction__occurred_on=OuterRef("event__day"),
        )
        planned = Participant.objects.filter(
            contact=OuterRef("contact"),
            party__relationship=OuterRef("relationship"),
            party__starts_at=OuterRef("event__starts_at"),
        )
        known = mine.filter(Exists(logged.order_by()) | Exists(planned.order_by()))
        return near.filter(Exists(mine)).exclude(Exists(known))


class CapturedEvent(models.Model):
    """Something in a person's calendar with people of theirs: waiting to be confirmed, or settled for good.

    Nothing counts until it is confirmed. ``day`` is the local date of the person's zone. ``begun_by`` says whose
    invitation it was, where the calendar tells. ``gone``: it is no longer in the calendar.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        LOGGED = "logged", _("logged")
        PLANNED = "planned", _("planned")
        DISMISSED = "dismissed", _("dismissed")

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    source = models.ForeignKey(CalendarSource, models.SET_NULL, null=True, related_name="captured")
    uid = models.TextField()
    instance = models.TextField(default="")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    all_day = models.BooleanField(default=False)
    day = models.DateField()
    title = models.TextField(default="")
    place = models.TextField(default="")
    private = models.BooleanField(default=False)
    begun_by = models.TextField(choices=Interaction.Side, default=Interaction.Side.UNKNOWN)
    colleagues = ArrayField(models.BigIntegerField(), default=list)
    state = models.TextField(choices=State, default=State.WAITING)
    gone = models.BooleanField(default=False)
    captured_at = models.DateTimeField()

    objects = CapturedEventQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [models.UniqueConstraint(fields=["user", "uid", "instance"], name="captured_event_once")]
        indexes = [
            models.Index(
                fields=["user", "ends_at"], condition=Q(state="waiting", gone=False), name="captured_event_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"event of {self.user_id}"

    def is_over(self, now: Now) -> bool:
        return self.ends_at <= now.instant


class CapturedMatchQuerySet(models.QuerySet["CapturedMatch"]):
    def visible_to(self, user: Someone) -> Self:
        events = CapturedEvent.objects.visible_to(user)
        return self.filter(event__in=events, relationship__in=Relationship.objects.visible_to(user))

    def changeable_by(self, user: Someone) -> Self:
        events = CapturedEvent.objects.visible_to(user)
        return self.filter(event__in=events, relationship__in=Relationship.objects.changeable_by(user))


class CapturedMatch(models.Model):
    """Who of theirs was at it, for which relationship. ``answer`` is what the calendar says they answered."""

    event = models.ForeignKey(CapturedEvent, models.CASCADE, related_name="matches")
    relationship = models.ForeignKey(Relationship, models.CASCADE, related_name="+")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="+")
    address = models.TextField()
    answer = models.TextField(choices=Participant.Answer, default=Participant.Answer.NONE)

    objects = CapturedMatchQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["event", "relationship", "contact"], name="captured_match_once")]

    def __str__(self) -> str:
        return f"match of {self.event_id}"
