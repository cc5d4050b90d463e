"""From contact to customer to partner: moves, waivers, what was agreed first, the plan of steps; pauses and ends."""

from __future__ import annotations

from datetime import timedelta
from functools import reduce
from itertools import combinations
from operator import or_
from typing import Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact, Someone, User, tracked
from relationships import stages
from relationships.models.relationship import Relationship, local_date
from web.clock import Now

# The moves to a stage that comes after the one that was left.
UPWARDS = reduce(or_, (Q(from_stage=one, to_stage=two) for one, two in combinations(stages.Stage, 2)))
CRITERIA = [(name.value, name.value) for name in stages.Criterion]


class StageChangeQuerySet(models.QuerySet["StageChange"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.visible_to(user))

    def up(self) -> Self:
        return self.filter(UPWARDS)

    def down(self) -> Self:
        return self.exclude(UPWARDS)

    def within(self, days: int, now: Now) -> Self:
        """Made within the last so many days, today with them, where the relationship is."""
        first = Cast(local_date(now, "relationship__zone") - Value(timedelta(days=days)), models.DateField())
        return self.filter(changed_on__gt=first)


@tracked()
class StageChange(models.Model):
    """A move from one stage to another, made by a person on a day, with the criteria as they were judged then.

    ``days_in_former`` counts the days spent in the stage that was left. *Declared*: taken over as it is, by an import
    or when the relationship was entered; its evidence is due by ``evidence_due_on``.
    """

    relationship = models.ForeignKey(Relationship, models.CASCADE, related_name="stage_changes")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    from_stage = models.TextField(_("from"), choices=Relationship.Stage)
    to_stage = models.TextField(_("to"), choices=Relationship.Stage)
    changed_on = models.DateField(_("on"))
    why = models.TextField(_("why"), blank=True, default="")
    declared = models.BooleanField(default=False)
    evidence_due_on = models.DateField(_("evidence due by"), null=True, blank=True)
    days_in_former = models.IntegerField(null=True)
    criteria = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()

    objects = StageChangeQuerySet.as_manager()

    class Meta:
        ordering = ["changed_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(from_stage=F("to_stage")),
                name="stage_change_changes",
                violation_error_message=_("It is in this stage already."),
            ),
            models.CheckConstraint(
                condition=Q(declared=False, evidence_due_on=None) | Q(declared=True, evidence_due_on__isnull=False),
                name="stage_change_declared_with_a_day",
            ),
            models.CheckConstraint(
                condition=Q(declared=True) | ~Q(why=""),
                name="stage_change_says_why",
                violation_error_message=_("Say why."),
            ),
        ]
        indexes = [models.Index(fields=["relationship", "changed_on", "id"], name="stage_change_by_day")]

    def __str__(self) -> str:
        return f"from {self.from_stage} to {self.to_stage}"


class WaiverQuerySet(models.QuerySet["Waiver"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.visible_to(user))

    def changeable_by(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.changeable_by(user))


@tracked()
class Waiver(models.Model):
    """A criterion that need not be met, openly: who says so, why, and until when. Both days included."""

    relationship = models.ForeignKey(Relationship, models.CASCADE, related_name="waivers")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    criterion = models.TextField(choices=CRITERIA)
    why = models.TextField(_("why"))
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"))
    granted_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    granted_at = models.DateTimeField()

    objects = WaiverQuerySet.as_manager()

    class Meta:
        ordering = ["from_on", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(why=""), name="waiver_says_why", violation_error_message=_("Say why.")),
            models.CheckConstraint(
                condition=Q(until_on__gte=F("from_on")),
                name="waiver_ends_after_it_began",
                violation_error_message=_("The last day lies before the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion} until {self.until_on}"


class ScopeQuerySet(models.QuerySet["Scope"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.visible_to(user))

    def changeable_by(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.changeable_by(user))


@tracked()
class Scope(models.Model):
    """What both sides agreed to do together, on a day; the first one lets a contact become a customer."""

    relationship = models.ForeignKey(Relationship, models.CASCADE, related_name="scopes")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    what = models.TextField(_("what was agreed"))
    agreed_on = models.DateField(_("agreed on"))
    agreed_with = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("agreed with")
    )
    written_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    written_at = models.DateTimeField()

    objects = ScopeQuerySet.as_manager()

    class Meta:
        ordering = ["agreed_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(what=""), name="scope_says_what", violation_error_message=_("Say what was agreed.")
            )
        ]

    def __str__(self) -> str:
        return self.what


class PlanStepQuerySet(models.QuerySet["PlanStep"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.visible_to(user))

    def changeable_by(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.changeable_by(user))

    def open(self) -> Self:
        return self.filter(done_on=None)


@tracked()
class PlanStep(models.Model):
    """A step towards the stage that is aimed at; ``criterion`` names the one that it serves, if any."""

    relationship = models.ForeignKey(Relationship, models.CASCADE, related_name="plan_steps")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    what = models.TextField(_("step"))
    criterion = models.TextField(_("for"), choices=CRITERIA, blank=True, default="")
    keeper = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("who sees to it")
    )
    due_on = models.DateField(_("by"), null=True, blank=True)
    done_on = models.DateField(_("done on"), null=True, blank=True)
    written_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    written_at = models.DateTimeField()

    objects = PlanStepQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(what=""), name="plan_step_says_what", violation_error_message=_("Say what the step is.")
            )
        ]
        indexes = [
            models.Index(fields=["relationship"], condition=Q(done_on=None), name="plan_step_open"),
            models.Index(fields=["relationship", "-done_on"], name="plan_step_done"),
        ]

    def __str__(self) -> str:
        return self.what


class HaltQuerySet(models.QuerySet["Halt"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.visible_to(user))

    def changeable_by(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.changeable_by(user))


@tracked()
class Halt(models.Model):
    """The relationship was paused, or ended, from a day on and for a reason, until the day it was taken up again.

    What it is now stands in the relationship itself; these rows tell all that was.
    """

    class Kind(models.TextChoices):
        PAUSED = "paused", _("paused")
        ENDED = "ended", _("ended")

    relationship = models.ForeignKey(Relationship, models.CASCADE, related_name="halts")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    kind = models.TextField(choices=Kind)
    from_on = models.DateField(_("since"))
    why = models.TextField(_("why"))
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()
    until_on = models.DateField(_("taken up again on"), null=True)
    taken_up_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    taken_up_at = models.DateTimeField(null=True)

    objects = HaltQuerySet.as_manager()

    class Meta:
        ordering = ["from_on", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(why=""), name="halt_says_why", violation_error_message=_("Say why.")),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name="halt_ends_after_it_began"
            ),
            models.UniqueConstraint(
                fields=["relationship", "kind"], condition=Q(until_on=None), name="halt_one_at_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["relationship", "from_on", "id"], name="halt_by_day"),
            models.Index(
                fields=["relationship", "until_on", "id"], condition=Q(until_on__isnull=False), name="halt_taken_up"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} since {self.from_on}"
