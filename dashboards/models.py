"""The book counted: figures kept so that reading them costs the same whatever the size of the book."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import MD5, Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import access
from accounts.models import Account, Someone, Team, User, tracked
from dashboards.packs import Part, Span
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
        indexes = [
            models.Index(fields=["count", "team"], name="book_figure_by_team"),
            # For what is suggested; one of a hundred figures is a state.
            models.Index(fields=["count"], condition=Q(figure__startswith="state:"), name="book_figure_states"),
        ]

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


class PackChoiceQuerySet(models.QuerySet["PackChoice"]):
    def visible_to(self, user: Someone) -> Self:
        """One's own alone."""
        mine = self.filter(access.staff(user), user=user.pk)
        return mine.filter(relationship__in=Relationship.objects.visible_to(user))


class PackChoice(models.Model):
    """What somebody keeps for their next review pack of a relationship. ``span`` is empty where dates were chosen:
    those of one review are not those of the next."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    relationship = models.ForeignKey(Relationship, models.CASCADE, related_name="+")
    span = models.TextField(choices=[(one.value, one.value) for one in Span], blank=True, default="")
    parts = ArrayField(models.TextField(choices=[(one.value, one.value) for one in Part]), default=list)
    letter = models.BooleanField(default=False)
    # Rows that do not stand on the paper, as ``packs`` names them; and a line of one's own, which the partner reads.
    without = ArrayField(models.TextField(), default=list, blank=True)
    intro = models.TextField(blank=True, default="")
    kept_at = models.DateTimeField()

    objects = PackChoiceQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "relationship"], name="pack_choice_once")]

    def __str__(self) -> str:
        return f"pack of {self.relationship_id} for {self.user_id}"


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user: Someone) -> Self:
        """One's own, and those shared with all of the staff or with a team that one sees. Nobody sees a private one."""
        reach = access.reach_of(user)
        if not reach.staff:
            return self.none()
        shared = SavedView.Sharing
        teams = Q() if reach.everything else Q(team__in=reach.seen)
        ours = Q(sharing=shared.STAFF) | (Q(sharing=shared.TEAM) & teams)
        return self.filter(Q(owner=user.pk) | ours)

    def changeable_by(self, user: Someone) -> Self:
        """One's own; what is shared administrators too, as its owner may have left."""
        reach = access.reach_of(user)
        if not reach.staff:
            return self.none()
        shared = ~Q(sharing=SavedView.Sharing.NOBODY) if reach.everything else Q(pk__in=[])
        return self.filter(Q(owner=user.pk) | shared)

    def there(self) -> Self:
        """Those of a list that there is."""
        return self.filter(page__in=SavedView.Page.values)

    def own_first(self, user: Someone) -> Self:
        """One's own, then those of others, by name."""
        mine = models.Case(models.When(owner=user.pk, then=0), default=1, output_field=models.IntegerField())
        return self.annotate(whose=mine).order_by("whose", Lower("name"), "id")


@tracked()
class SavedView(models.Model):
    """A list narrowed in a way that somebody wants again: its page, and the query of its address.

    It opens nothing: whoever follows it sees what they may see, narrowed by what of it makes sense to them.
    """

    class Page(models.TextChoices):
        """The names of the addresses of the lists that can be saved."""

        PORTFOLIO = "portfolio", _("Portfolio")
        INSIGHTS = "insights", _("Insights")
        LOYALTY = "loyalty_list", _("Satisfied, and loyal")
        PROMISES = "promise_list", _("Promises")
        FEEDBACK = "feedback_list", _("Feedback")
        PROBLEMS = "problem_list", _("Problems")
        MEETINGS = "meeting_list", _("Meetings")

    class Sharing(models.TextChoices):
        NOBODY = "nobody", _("only you")
        TEAM = "team", _("a team")
        STAFF = "staff", _("all colleagues")

    owner = models.ForeignKey(User, models.CASCADE, related_name="saved_views")
    page = models.TextField(choices=Page)
    name = models.TextField(_("name"))
    query = models.TextField(blank=True, default="")
    sharing = models.TextField(choices=Sharing, default=Sharing.NOBODY)
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField()

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                "owner",
                "page",
                MD5(Lower("name")),
                name="saved_view_named_once",
                violation_error_message=_("You have a view of this name already."),
            ),
            models.CheckConstraint(
                condition=~Q(name=""), name="saved_view_has_a_name", violation_error_message=_("Give it a name.")
            ),
            models.CheckConstraint(
                condition=Q(sharing="team", team__isnull=False) | (~Q(sharing="team") & Q(team=None)),
                name="saved_view_team_where_shared_with_one",
            ),
        ]
        indexes = [models.Index(fields=["sharing"], condition=Q(sharing="staff"), name="saved_view_of_all")]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """Of the list, narrowed as it was saved. It is no page of the view's own."""
        return f"{reverse(self.page)}?{self.query}" if self.query else reverse(self.page)
