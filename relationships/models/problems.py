"""Problems: opened, first answered in person, solved in time or late, reopened, owned up to."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact, Someone, User, tracked
from relationships import problems
from relationships.models.feedback import Feedback
from relationships.models.relationship import Relationship, latest_date, lies_within, local_date
from relationships.models.talk import Interaction
from web.clock import Now
from web.finding import PlainText

DAY = timedelta(days=1)
PROBLEM_DERIVED = ["solved_on", "reopened", "owned_on", "binding_on"]
# What the index of words reads of a problem, and of a step of it.
PROBLEM_SEARCHED, STEP_SEARCHED = ("what",), ("note",)
# Speaking with them, and not writing to them.
DIRECT = (Interaction.Channel.CALL, Interaction.Channel.MEETING, Interaction.Channel.VISIT)


def is_late_problem(now: Now) -> Q:
    """The condition for open problems past the day that they were to be solved by."""
    past = Q(binding_on__lte=latest_date(now), binding_on__lt=local_date(now, "relationship__zone"))
    return Q(solved_on=None) & past


class ProblemQuerySet(models.QuerySet["Problem"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.visible_to(user))

    def changeable_by(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.changeable_by(user))

    def open(self) -> Self:
        return self.filter(solved_on=None)

    def solved_within(self, now: Now, days: int) -> Self:
        """Solved on one of the last so many days or today, by the calendar of where the relationship is."""
        return self.filter(lies_within("solved_on", now, days))

    def late(self, now: Now) -> Self:
        """Open, and the day that it was to be solved by is over."""
        return self.filter(is_late_problem(now))

    def cannot_wait(self, now: Now) -> Self:
        """Open ones past their day, and critical ones about which nobody has met or rung them in time.

        Where the relationship rests or is over nothing waits. With ``spoken_on``.
        """
        before = Cast(local_date(now, "relationship__zone") - Value(problems.DAYS_TO_SPEAK * DAY), models.DateField())
        unspoken = Q(severity=Problem.Severity.CRITICAL, spoken_on=None, opened_on__lt=before)
        going_on = self.open().filter(relationship__paused_since=None, relationship__ended_on=None)
        return going_on.with_first_contact().filter(is_late_problem(now) | unspoken)

    def with_first_contact(self) -> Self:
        """``spoken_on`` is the day of the first direct contact on or after the one on which it was opened."""
        direct = Interaction.objects.touches().filter(
            relationship=models.OuterRef("relationship"),
            channel__in=DIRECT,
            occurred_on__gte=models.OuterRef("opened_on"),
        )
        first = direct.order_by("occurred_on").values("occurred_on")[:1]
        return self.annotate(spoken_on=models.Subquery(first, output_field=models.DateField()))


@tracked(*PROBLEM_DERIVED)
class Problem(models.Model):
    """Something that went wrong for the partner, from a complaint, a log or by itself; to be solved by ``due_on``.

    The first *direct* contact (a two-way call, meeting or visit on or after the day it was opened) is read from the
    log. The fields under *Derived* follow from the steps; only ``actions.assess`` writes them.
    """

    class Severity(models.IntegerChoices):
        MINOR = 1, _("minor")
        SERIOUS = 2, _("serious")
        CRITICAL = 3, _("critical")

    # Days to solve it in where nobody says otherwise.
    DAYS = {Severity.MINOR: timedelta(14), Severity.SERIOUS: timedelta(7), Severity.CRITICAL: timedelta(2)}

    relationship = models.ForeignKey(Relationship, models.CASCADE, related_name="problems")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    what = models.TextField(_("what is wrong"))
    severity = models.SmallIntegerField(_("severity"), choices=Severity, default=Severity.SERIOUS)
    opened_on = models.DateField(_("opened on"))
    opened_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("opened by")
    )
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("who of theirs raised it")
    )
    keeper = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="kept_problems", verbose_name=_("who sees to it")
    )
    due_on = models.DateField(_("to be solved by"))
    feedback = models.ForeignKey(
        Feedback, models.SET_NULL, null=True, blank=True, related_name="problems", editable=False
    )
    interaction = models.ForeignKey(
        Interaction, models.SET_NULL, null=True, blank=True, related_name="problems", editable=False
    )
    written_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", editable=False)
    written_at = models.DateTimeField(editable=False)

    # Derived
    solved_on = models.DateField(null=True, editable=False)
    reopened = models.SmallIntegerField(default=0, editable=False)
    owned_on = models.DateField(null=True, editable=False)
    # The day that counts by now: ``due_on``, or the new one of the last time that it came back.
    binding_on = models.DateField(null=True, editable=False)

    objects = ProblemQuerySet.as_manager()

    class Meta:
        ordering = ["binding_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(what=""), name="problem_says_what", violation_error_message=_("Say what is wrong.")
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("opened_on")),
                name="problem_due_after_it_was_opened",
                violation_error_message=_("The day lies before the one on which it was opened."),
            ),
            models.UniqueConstraint(
                fields=["feedback"],
                condition=Q(feedback__isnull=False),
                name="problem_once_per_feedback",
                violation_error_message=_("This complaint is a problem already."),
            ),
        ]
        indexes = [
            models.Index(fields=["relationship", "-opened_on", "-id"], name="problem_by_day"),
            models.Index(fields=["keeper", "binding_on"], condition=Q(solved_on=None), name="problem_open_by_keeper"),
            GinIndex(OpClass(PlainText(*PROBLEM_SEARCHED), name="gin_trgm_ops"), name="problem_search"),
        ]

    def __str__(self) -> str:
        return self.what

    def get_absolute_url(self) -> str:
        return reverse("problem_detail", args=[self.pk])

    @property
    def until(self) -> date:
        """The day to be solved by that counts."""
        return self.binding_on or self.due_on

    def state(self, now: Now) -> problems.State:
        """Needs ``relationship`` selected."""
        return problems.state(
            today=self.relationship.today(now),
            due_on=self.until,
            solved_on=self.solved_on,
            reopened=self.reopened,
        )


class ProblemStepQuerySet(models.QuerySet["ProblemStep"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(problem__relationship__in=Relationship.objects.visible_to(user))

    def changeable_by(self, user: Someone) -> Self:
        return self.filter(problem__relationship__in=Relationship.objects.changeable_by(user))


@tracked()
class ProblemStep(models.Model):
    """What happened to a problem on a day."""

    class Kind(models.TextChoices):
        SOLVED = "solved", _("solved")
        REOPENED = "reopened", _("reopened")
        OWNED = "owned", _("owned up to")

    problem = models.ForeignKey(Problem, models.CASCADE, related_name="steps")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    kind = models.TextField(choices=Kind)
    done_on = models.DateField(_("on"))
    # Of one that came back: the new day.
    due_on = models.DateField(_("to be solved by"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True, default="")
    written_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    written_at = models.DateTimeField()

    objects = ProblemStepQuerySet.as_manager()

    class Meta:
        ordering = ["done_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_on=None) | Q(due_on__gte=F("done_on"), kind="reopened"),
                name="problem_step_due_after_it_came_back",
                violation_error_message=_("The day lies before the one on which it came back."),
            )
        ]
        indexes = [GinIndex(OpClass(PlainText(*STEP_SEARCHED), name="gin_trgm_ops"), name="problem_step_search")]

    def __str__(self) -> str:
        return f"{self.kind} on {self.done_on}"
