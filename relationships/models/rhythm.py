"""The agreed rhythm, what puts a check-in off, and the flags of those missed."""

from __future__ import annotations

from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact, Someone, User, tracked
from relationships import cadence
from relationships.models.relationship import Relationship


class CadenceAgreementQuerySet(models.QuerySet["CadenceAgreement"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.visible_to(user))

    def changeable_by(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.changeable_by(user))


@tracked()
class CadenceAgreement(models.Model):
    """How often both sides are in touch, from a day on. *Assumed* until a person of theirs agreed it.

    With ``ends_on`` it is a tighter one for a while, both days included; the one beneath it comes back by itself.
    """

    relationship = models.ForeignKey(Relationship, models.CASCADE, related_name="agreements")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    every_days = models.SmallIntegerField(_("every"), validators=[MinValueValidator(1), MaxValueValidator(366)])
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    agreed_with = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("agreed with")
    )
    agreed_on = models.DateField(_("agreed on"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True, default="")
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()

    objects = CadenceAgreementQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(every_days__gte=1, every_days__lte=366), name="cadence_between_a_day_and_a_year"
            ),
            models.CheckConstraint(
                condition=Q(every_days__lte=cadence.LONGEST_INTERVAL) | ~Q(reason=""),
                name="cadence_over_a_month_has_reason",
                violation_error_message=_("More than a month needs a reason."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="cadence_ends_after_it_began",
                violation_error_message=_("The last day lies before the first."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | ~Q(reason=""),
                name="cadence_for_a_while_has_reason",
                violation_error_message=_("Say why it is tighter for a while."),
            ),
        ]
        indexes = [
            models.Index(fields=["relationship", "starts_on"], name="cadence_by_start"),
            models.Index(fields=["starts_on"], name="cadence_coming"),
        ]

    def __str__(self) -> str:
        return f"every {self.every_days} days from {self.starts_on}"

    @property
    def assumed(self) -> bool:
        """The day stays where the person who agreed was erased since: it was agreed all the same."""
        return self.agreed_with_id is None and self.agreed_on is None

    @property
    def interval(self) -> cadence.Interval:
        return cadence.Interval(self.starts_on, self.every_days, self.ends_on)

    @property
    def for_a_while(self) -> bool:
        """Tighter from a day until another; before and after it the one beneath it counts."""
        return self.ends_on is not None


class SnoozeQuerySet(models.QuerySet["Snooze"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.visible_to(user))

    def changeable_by(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.changeable_by(user))


@tracked()
class Snooze(models.Model):
    """A check-in put off, with a reason; internal, so it never leaves for the partner's pages."""

    relationship = models.ForeignKey(Relationship, models.CASCADE, related_name="snoozes")
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"))
    reason = models.TextField(_("reason"))
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()

    objects = SnoozeQuerySet.as_manager()

    class Meta:
        ordering = ["from_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="snooze_ends_after_it_began"),
            models.CheckConstraint(condition=~Q(reason=""), name="snooze_has_reason"),
        ]

    def __str__(self) -> str:
        return f"until {self.until_on}"


class MissedCheckInQuerySet(models.QuerySet["MissedCheckIn"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.visible_to(user))

    def open(self) -> Self:
        return self.filter(closed_at=None)

    def missed(self) -> Self:
        """Those that were missed as the record stands now: not what a correction took away."""
        return self.exclude(closed_because=MissedCheckIn.Reason.CORRECTED)


@tracked()
class MissedCheckIn(models.Model):
    """The flag of one missed check-in: a level, not an event. ``due_on`` leaves snoozes out and names the gap."""

    class Reason(models.TextChoices):
        TOUCHED = "touched", _("in touch again")
        SNOOZED = "snoozed", _("snoozed")
        PAUSED = "paused", _("paused")
        CADENCE_CHANGED = "cadence_changed", _("the rhythm changed")
        CORRECTED = "corrected", _("the record was corrected")
        ENDED = "ended", _("ended")

    relationship = models.ForeignKey(Relationship, models.CASCADE, related_name="missed_check_ins")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    due_on = models.DateField()
    last_touch_on = models.DateField(null=True)
    raised_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_because = models.TextField(choices=Reason, blank=True, default="")

    objects = MissedCheckInQuerySet.as_manager()

    class Meta:
        ordering = ["-due_on"]
        constraints = [models.UniqueConstraint(fields=["relationship", "due_on"], name="missed_check_in_once_per_gap")]
        indexes = [models.Index(fields=["relationship"], condition=Q(closed_at=None), name="missed_check_in_open")]

    def __str__(self) -> str:
        return f"missed on {self.due_on}"
