"""Flags of health: alarms for one pattern each, kept for lists."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Someone, User, tracked
from relationships import flags
from relationships.models.relationship import Relationship, local_date
from web.clock import Now


class HealthFlagQuerySet(models.QuerySet["HealthFlag"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.visible_to(user))

    def changeable_by(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.changeable_by(user))

    def open(self) -> Self:
        return self.filter(until=None)

    def raised_within(self, days: int, now: Now) -> Self:
        """That hold since within the last so many days, today with them, where the relationship is."""
        return self.filter(since__gt=_days_ago(days, now))

    def cleared_within(self, days: int, now: Now) -> Self:
        """Likewise those that hold no more since then."""
        return self.filter(until__gt=_days_ago(days, now), until__lte=local_date(now, "relationship__zone"))


def _days_ago(days: int, now: Now) -> Cast:
    return Cast(local_date(now, "relationship__zone") - Value(timedelta(days=days)), models.DateField())


@tracked()
class HealthFlag(models.Model):
    """A pattern that held from a day on, up to before another; one open row per kind and side.

    ``relationships.flagging`` writes it, by the rules of ``relationships.flags``. Snoozed it is told all the same, with
    who said why and until when; what is put off is the alarm that stands, so the next one is not.
    """

    class Kind(models.TextChoices):
        TRUST_ERODING = flags.Flag.TRUST_ERODING.value, _("trust eroding")
        GOING_QUIET = flags.Flag.GOING_QUIET.value, _("going quiet")
        ONLY_TROUBLE = flags.Flag.ONLY_TROUBLE.value, _("only when trouble")
        MAY_LEAVE = flags.Flag.MAY_LEAVE.value, _("satisfied but may leave")
        FAIR_WEATHER = flags.Flag.FAIR_WEATHER.value, _("fair-weather")
        SINGLE_THREADED = flags.Flag.SINGLE_THREADED.value, _("single-threaded")
        ONE_SIDED = flags.Flag.ONE_SIDED.value, _("one-sided")

    class Side(models.TextChoices):
        OURS = "ours", _("ours")
        THEIRS = "theirs", _("theirs")

    relationship = models.ForeignKey(Relationship, models.CASCADE, related_name="health_flags", db_index=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    kind = models.TextField(choices=Kind)
    # Whose trust is eroding; of the others it says nothing.
    side = models.TextField(choices=Side, blank=True, default="")
    since = models.DateField()
    until = models.DateField(null=True)
    snoozed_until = models.DateField(_("snoozed until"), null=True)
    snoozed_why = models.TextField(_("why"), blank=True, default="")
    snoozed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("snoozed by"))

    objects = HealthFlagQuerySet.as_manager()

    class Meta:
        ordering = ["since", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["relationship", "kind", "side"], condition=Q(until=None), name="health_flag_open_once"
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=models.F("since")), name="health_flag_ends_after_it_began"
            ),
            models.CheckConstraint(
                condition=Q(snoozed_until=None) | ~Q(snoozed_why=""),
                name="health_flag_snooze_has_reason",
                violation_error_message=_("Say why, so that others know."),
            ),
        ]
        indexes = [
            models.Index(fields=["relationship", "-since"], name="health_flag_by_day"),
            models.Index(fields=["kind", "relationship"], condition=Q(until=None), name="health_flag_open_by_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} since {self.since}"
