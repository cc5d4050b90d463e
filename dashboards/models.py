"""The book counted: figures kept so that reading them costs the same whatever the size of the book."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models.functions import MD5

from accounts import access
from accounts.models import Account, Someone, Team, User
from relationships.evidence import Component
from relationships.models import Relationship


class BookCountQuerySet(models.QuerySet["BookCount"]):
    def visible_to(self, user: Someone) -> Self:
        """That it was counted, and when, is no secret among the staff."""
        return self.filter(access.staff(user))


class BookCount(models.Model):
    """The whole book counted as of a day, at a moment. Kept are the newest and of each week the first."""

    day = models.DateField(unique=True)
    counted_at = models.DateTimeField()

    objects = BookCountQuerySet.as_manager()

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return f"the book on {self.day}"


class BookFigureQuerySet(models.QuerySet["BookFigure"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(access.of_book(user))


class BookFigure(models.Model):
    """One figure of a cell: of the relationships of one owner, team, kind of organisation and tier.

    Figures of different cells add up. With an empty ``tag`` all of the cell are counted, else only those with this
    tag: one with two tags is in two sets, so sets of different tags do not add up. No row is a 0.
    """

    # The indexes below begin with the count; each figure is read with it.
    count = models.ForeignKey(BookCount, models.CASCADE, related_name="figures", db_index=False)
    team = models.ForeignKey(Team, models.CASCADE, null=True, related_name="+", db_index=False)
    owner = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    kind = models.TextField(choices=Account.Kind)
    tier = models.TextField(default="")
    tag = models.TextField(default="")
    figure = models.TextField(db_collation="C")
    value = models.FloatField()

    objects = BookFigureQuerySet.as_manager()

    class Meta:
        constraints = [
            # Digests, as an index takes no text of any length.
            models.UniqueConstraint(
                "count", "owner", "team", "kind", MD5("tag"), MD5("tier"), "figure",
                name="book_figure_once_per_cell",
                nulls_distinct=False,
            )
        ]  # fmt: skip
        indexes = [models.Index(fields=["count", "team"], name="book_figure_by_team")]

    def __str__(self) -> str:
        return f"{self.figure} = {self.value:g}"


class MovementQuerySet(models.QuerySet["Movement"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.visible_to(user))


class Movement(models.Model):
    """How many points a standing went up or down since a day some 30 days before, as its page says it.

    ``component`` is the part that moved most in that direction, by ``component_moved`` points.
    """

    relationship = models.OneToOneField(Relationship, models.CASCADE, primary_key=True, related_name="movement")
    moved = models.SmallIntegerField()
    component = models.TextField(choices=[(name.value, name.value) for name in Component])
    component_moved = models.FloatField()
    since = models.DateField()

    objects = MovementQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["moved", "relationship"], name="movement_by_points")]

    def __str__(self) -> str:
        return f"{self.relationship_id} moved {self.moved} since {self.since}"
