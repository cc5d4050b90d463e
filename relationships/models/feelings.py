"""What the person who looks after a relationship feels about it, and what became of it in the end.

Neither is evidence: no standing reads them. Feelings stand beside it; outcomes are kept so that an organisation can
hold its standings against its own history.
"""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Someone, User, tracked
from relationships import feelings, outcomes
from relationships.models.health import Standing
from relationships.models.relationship import Relationship


class FeelingQuerySet(models.QuerySet["Feeling"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.visible_to(user))

    def changeable_by(self, user: Someone) -> Self:
        """One's own; nobody feels for a colleague."""
        mine = Relationship.objects.changeable_by(user)
        return self.none() if isinstance(user, AnonymousUser) else self.filter(relationship__in=mine, felt_by=user)


@tracked()
class Feeling(models.Model):
    """How somebody of ours felt about a relationship on a day: a word, and why in a line. Never seen by the partner.

    ``evidence`` is the word that the evidence had for that day; empty where there was not enough to judge. It is kept
    so that the two can be held against each other later (``relationships.feelings``).
    """

    class Word(models.TextChoices):
        THRIVING = feelings.Word.THRIVING.value, _("thriving")
        GOOD = feelings.Word.GOOD.value, _("good")
        MIXED = feelings.Word.MIXED.value, _("mixed")
        UNEASY = feelings.Word.UNEASY.value, _("uneasy")
        TROUBLED = feelings.Word.TROUBLED.value, _("troubled")

    relationship = models.ForeignKey(Relationship, models.CASCADE, related_name="feelings")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    word = models.TextField(_("it feels"), choices=Word)
    note = models.TextField(_("why, in a line"), blank=True, default="")
    felt_on = models.DateField(_("on"))
    evidence = models.TextField(_("what the evidence said"), choices=Standing.Band, blank=True, default="")
    felt_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    felt_at = models.DateTimeField()

    objects = FeelingQuerySet.as_manager()

    class Meta:
        ordering = ["felt_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["relationship", "felt_by", "felt_on"],
                name="feeling_once_a_day",
                violation_error_message=_("You have said how it felt on this day already; change that."),
            ),
            models.CheckConstraint(condition=Q(shared=False), name="feeling_stays_among_us"),
        ]
        indexes = [models.Index(fields=["relationship", "-felt_on", "-id"], name="feeling_by_day")]

    def __str__(self) -> str:
        return str(self.get_word_display())


class RelationshipOutcomeQuerySet(models.QuerySet["RelationshipOutcome"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.visible_to(user))

    def changeable_by(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.changeable_by(user))

    def gathered_for(self, user: User) -> Self:
        """Those that a manager may look at together: of the teams that they manage; all for administrators."""
        if user.reach.everything:
            return self
        return self.filter(relationship__team__in=user.reach.managed)


@tracked()
class RelationshipOutcome(models.Model):
    """What became of a relationship on a day: renewed, ended, or less than before. Worth is a year's."""

    class Kind(models.TextChoices):
        RENEWED = outcomes.Kind.RENEWED.value, _("renewed")
        DOWNGRADED = outcomes.Kind.DOWNGRADED.value, _("downgraded")
        ENDED = outcomes.Kind.ENDED.value, _("ended")

    relationship = models.ForeignKey(Relationship, models.CASCADE, related_name="outcomes")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    kind = models.TextField(_("what became of it"), choices=Kind)
    came_on = models.DateField(_("on"))
    reason = models.TextField(_("why"))
    worth_before = models.DecimalField(
        _("yearly worth before"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    worth_after = models.DecimalField(
        _("yearly worth after"), max_digits=14, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(0)],
    )  # fmt: skip
    written_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    written_at = models.DateTimeField()

    objects = RelationshipOutcomeQuerySet.as_manager()

    class Meta:
        ordering = ["came_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""), name="outcome_says_why", violation_error_message=_("Say why.")
            ),
            models.UniqueConstraint(
                fields=["relationship", "kind", "came_on"],
                name="outcome_once",
                violation_error_message=_("This is noted already for this day."),
            ),
        ]
        indexes = [models.Index(fields=["relationship", "-came_on", "-id"], name="outcome_by_day")]

    def __str__(self) -> str:
        return f"{self.kind} on {self.came_on}"
