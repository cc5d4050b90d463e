"""By which weights and thresholds relationships are judged: versions, each with who set it, when and why."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any, ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts import access
from accounts.models import Someone, User, tracked
from relationships import health
from relationships.health import Thresholds, Weights
from relationships.weighing import Scale
from web.clock import Now

POINTS = [MinValueValidator(0), MaxValueValidator(100)]
# Before anybody could have changed anything.
EVER = datetime(1970, 1, 1, tzinfo=UTC)


class ScoreConfigQuerySet(models.QuerySet["ScoreConfig"]):
    def visible_to(self, user: Someone) -> Self:
        """Published to all of the staff."""
        return self.filter(access.staff(user))

    def in_force(self, now: Now | None = None) -> ScoreConfig:
        """The newest version; for a day that was named the one in force at its end. ``standings.SCORE`` is the same."""
        rows = self
        if now is not None and now.day is not None:
            rows = rows.filter(valid_from__lt=datetime.combine(now.day + timedelta(days=1), time.min, UTC))
        return rows.order_by("-version").first() or ScoreConfig(version=1, valid_from=EVER)


@tracked()
class ScoreConfig(models.Model):
    """Points of 100 of each component, and where the words for a score begin. A row is never changed: the next is.

    Whole numbers, so that people can say them. The first version is that of ``relationships.health`` and has nobody
    who set it.
    """

    THRESHOLDS: ClassVar[tuple[str, ...]] = ("strong", "steady", "most_unknown")
    DEFAULTS: ClassVar[dict[str, int]] = {
        **{name: int(getattr(Weights(), name)) for name in Weights.__dataclass_fields__},
        "strong": int(health.STRONG),
        "steady": int(health.STEADY),
        "most_unknown": int(health.MOST_UNKNOWN),
    }

    version = models.IntegerField(unique=True)
    valid_from = models.DateTimeField()
    cadence = models.SmallIntegerField(_("cadence"), default=20, validators=POINTS)
    access = models.SmallIntegerField(_("access"), default=20, validators=POINTS)
    credibility = models.SmallIntegerField(_("credibility"), default=25, validators=POINTS)
    trust = models.SmallIntegerField(_("trust"), default=25, validators=POINTS)
    reciprocity = models.SmallIntegerField(_("reciprocity"), default=10, validators=POINTS)
    strong = models.SmallIntegerField(_("strong from"), default=65, validators=POINTS)
    steady = models.SmallIntegerField(_("steady from"), default=50, validators=POINTS)
    most_unknown = models.SmallIntegerField(_("most that may be unknown"), default=50, validators=POINTS)
    why = models.TextField(_("why"))
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = ScoreConfigQuerySet.as_manager()

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cadence=100 - F("access") - F("credibility") - F("trust") - F("reciprocity")),
                name="score_config_adds_up",
                violation_error_message=_("The five weights have to add up to 100."),
            ),
            models.CheckConstraint(
                condition=Q(
                    cadence__gte=0, access__gte=0, credibility__gte=0, trust__gte=0, reciprocity__gte=0,
                    most_unknown__range=(0, 100),
                ),
                name="score_config_takes_no_points_away",
            ),
            models.CheckConstraint(
                condition=Q(steady__gt=0, strong__gt=F("steady"), strong__lte=100),
                name="score_config_strong_above_steady",
                violation_error_message=_("Strong has to begin above steady, and steady above 0."),
            ),
            models.CheckConstraint(
                condition=~Q(why=""), name="score_config_says_why", violation_error_message=_("Say why.")
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"version {self.version}"

    @property
    def weights(self) -> Weights:
        return Weights(**{name: float(getattr(self, name)) for name in Weights.__dataclass_fields__})

    @property
    def thresholds(self) -> Thresholds:
        return Thresholds(**{name: float(getattr(self, name)) for name in self.THRESHOLDS})

    @property
    def scale(self) -> Scale:
        return Scale(self.weights, self.thresholds)

    @property
    def numbers(self) -> dict[str, Any]:
        """Its weights and thresholds by name, in the order in which they are told."""
        return {name: getattr(self, name) for name in self.DEFAULTS}
