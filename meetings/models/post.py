"""What goes out about meetings: invitations, minutes, briefs, and the calendar that a person subscribes to.

Nobody calls the outbox: rows here say what is wanted, and ``mail`` plans from them.
"""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import access
from accounts.models import Contact, Someone, User, tracked
from meetings import held
from meetings.models.meeting import Meeting, Series


class CalendarMessageQuerySet(models.QuerySet["CalendarMessage"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(meeting__in=Meeting.objects.visible_to(user))

    def wanted(self) -> Self:
        """Neither taken back nor overtaken."""
        return self.filter(withdrawn_at=None)


class CalendarMessage(models.Model):
    """An invitation, an update of it or a cancellation, for one person. It may be taken back until ``due_at``.

    ``uid`` is the name under which calendars know what it is about: one meeting, a part of a series or the whole of it,
    and then the meeting is the one from which it was sent. ``other`` is the series with which a series was divided.
    ``shown`` is the digest of what calendars show, so that nobody is told the same twice.
    """

    class Scope(models.TextChoices):
        ONE = held.Scope.ONE.value, _("a meeting")
        PART = held.Scope.PART.value, _("one meeting of a series")
        WHOLE = held.Scope.WHOLE.value, _("a series")

    class Method(models.TextChoices):
        REQUEST = "request", _("invitation")
        CANCEL = "cancel", _("cancellation")

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="calendar_messages")
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    contact = models.ForeignKey(Contact, models.CASCADE, null=True, related_name="+")
    method = models.TextField(choices=Method, default=Method.REQUEST)
    uid = models.TextField(default="")
    scope = models.TextField(choices=Scope, default=Scope.ONE)
    series = models.ForeignKey(Series, models.SET_NULL, null=True, related_name="calendar_messages")
    other = models.ForeignKey(Series, models.SET_NULL, null=True, related_name="+")
    sequence = models.PositiveIntegerField()
    shown = models.TextField(default="")
    due_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    wanted_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    wanted_at = models.DateTimeField()

    objects = CalendarMessageQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(user=None, contact__isnull=False) | Q(user__isnull=False, contact=None),
                name="calendar_message_to_one_person",
            ),
            models.UniqueConstraint(
                fields=["meeting", "user", "sequence"],
                condition=Q(withdrawn_at=None, user__isnull=False),
                name="calendar_message_to_user_once",
            ),
            models.UniqueConstraint(
                fields=["meeting", "contact", "sequence"],
                condition=Q(withdrawn_at=None, contact__isnull=False),
                name="calendar_message_to_contact_once",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(withdrawn_at=None), name="calendar_message_to_send"),
            models.Index(fields=["uid", "id"], name="calendar_message_of_name"),
            models.Index(fields=["meeting", "user", "contact", "-sequence"], name="calendar_message_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.sequence}"


class MinutesDispatchQuerySet(models.QuerySet["MinutesDispatch"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(meeting__in=Meeting.objects.visible_to(user))

    def wanted(self) -> Self:
        return self.filter(withdrawn_at=None)


class MinutesDispatch(models.Model):
    """The minutes as they go out to those chosen. They may be taken back until ``due_at``."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="dispatches")
    message = models.TextField(_("a line to them"), blank=True, default="")
    due_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    sent_at = models.DateTimeField()

    objects = MinutesDispatchQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_at", "-id"]
        verbose_name_plural = "minutes dispatches"
        indexes = [models.Index(fields=["due_at"], condition=Q(withdrawn_at=None), name="minutes_to_send")]

    def __str__(self) -> str:
        return f"minutes of {self.meeting_id}"


class MinutesCopyQuerySet(models.QuerySet["MinutesCopy"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(dispatch__meeting__in=Meeting.objects.visible_to(user))


class MinutesCopy(models.Model):
    """One person's copy of minutes that went out."""

    dispatch = models.ForeignKey(MinutesDispatch, models.CASCADE, related_name="copies")
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    contact = models.ForeignKey(Contact, models.CASCADE, null=True, related_name="+")

    objects = MinutesCopyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(user=None, contact__isnull=False) | Q(user__isnull=False, contact=None),
                name="minutes_copy_to_one_person",
            ),
            models.UniqueConstraint(
                fields=["dispatch", "user"], condition=Q(user__isnull=False), name="minutes_copy_of_ours_once"
            ),
            models.UniqueConstraint(
                fields=["dispatch", "contact"], condition=Q(contact__isnull=False), name="minutes_copy_of_theirs_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.user or self.contact)


class BriefWishQuerySet(models.QuerySet["BriefWish"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(access.staff(user), user=user.pk)


@tracked()
class BriefWish(models.Model):
    """A person who wants the brief by mail before each meeting of theirs."""

    user = models.OneToOneField(User, models.CASCADE, related_name="+")
    at = models.DateTimeField()

    objects = BriefWishQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "brief wishes"

    def __str__(self) -> str:
        return f"brief for {self.user_id}"


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(access.staff(user), user=user.pk)


@tracked("token_hash")
class CalendarFeed(models.Model):
    """The secret address under which a person's calendar program reads their meetings and check-ins."""

    user = models.OneToOneField(User, models.CASCADE, related_name="+")
    token_hash = models.TextField(unique=True)
    made_at = models.DateTimeField()

    objects = CalendarFeedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"feed of {self.user_id}"
