"""Promises of either side, and what became of them. Each thing that happens to one is a row."""

from __future__ import annotations

from collections.abc import Collection
from typing import Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import access
from accounts.models import Account, Contact, Someone, User, tracked
from relationships import promises
from relationships.models.relationship import Relationship, latest_date, local_date
from relationships.models.talk import Interaction
from web.clock import Now
from web.finding import PlainText
from web.quarters import Quarter, Quarters

COMMITMENT_DERIVED = ["binding_on", "moved", "late_on", "ended_on", "outcome"]


def is_late(now: Now) -> Q:
    """The condition for open promises past the day that counts, or given a new day only after it was past."""
    past = Q(binding_on__lte=latest_date(now), binding_on__lt=local_date(now, "relationship__zone"))
    return Q(ended_on=None) & (past | Q(late_on__isnull=False))


def seen_to_by(people: Collection[int]) -> Q:
    """The condition for promises that one of them sees to: named for them, or for nobody with a partner of theirs."""
    return Q(keeper__in=people) | Q(keeper=None, relationship__owner__in=people)


# What of it search reads; the index is made of the same.
PROMISE_SEARCHED = ("what", "remedy")


class CommitmentQuerySet(models.QuerySet["Commitment"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.visible_to(user))

    def changeable_by(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.changeable_by(user))

    def open(self) -> Self:
        """Neither kept nor broken yet."""
        return self.filter(ended_on=None)

    def judged(self) -> Self:
        """Kept, kept late or broken."""
        return self.exclude(outcome="")

    def unplanned(self) -> Self:
        """Broken, and nobody has said how it goes on: no new plan, and no promise in its place."""
        instead = Commitment.objects.filter(follows=OuterRef("pk")).order_by()
        return self.filter(~Exists(instead), outcome=Commitment.Outcome.BROKEN, miss__plan="")

    def ours(self) -> Self:
        return self.filter(side=Commitment.Side.OURS)

    def theirs(self) -> Self:
        return self.filter(side=Commitment.Side.THEIRS)

    def late(self, now: Now) -> Self:
        return self.filter(is_late(now))

    def of_quarter(self, quarter: Quarter | Quarters) -> Self:
        """Those whose day that counts lies in the quarter, or in several, whenever they were kept or given up."""
        return self.filter(binding_on__gte=quarter.first, binding_on__lte=quarter.last)

    def due_within(self, now: Now, days: int) -> Self:
        """Open, not late, and due today or within ``days``."""
        here = local_date(now, "relationship__zone")
        soon = models.functions.Cast(here + models.Value(promises.DAY * days), models.DateField())
        return self.open().filter(late_on=None, binding_on__gte=here, binding_on__lte=soon)

    def by_day(self) -> Self:
        return self.order_by("binding_on", "id")


@tracked(*COMMITMENT_DERIVED)
class Commitment(models.Model):
    """Something one side promised the other by a day. ``due_on`` is that day and never changes afterwards.

    Ours: ``colleague`` made it, to ``contact``. Theirs: ``contact`` made it, to ``colleague``. ``keeper`` is the
    colleague who sees to it now. The fields under *Derived* follow from the rows below; only
    ``actions.judge`` writes them.
    """

    class Side(models.TextChoices):
        OURS = "ours", _("ours")
        THEIRS = "theirs", _("theirs")

    class Outcome(models.TextChoices):
        KEPT = "kept", _("kept")
        KEPT_LATE = "kept_late", _("kept late")
        BROKEN = "broken", _("broken")

    relationship = models.ForeignKey(Relationship, models.CASCADE, related_name="commitments")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    side = models.TextField(_("whose promise"), choices=Side, default=Side.OURS)
    colleague = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("who of us")
    )
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("who of theirs")
    )
    keeper = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="kept_commitments", verbose_name=_("who sees to it")
    )
    what = models.TextField(_("what"))
    due_on = models.DateField(_("by"))
    remedy = models.TextField(_("if it is missed"), blank=True, default="")
    made_on = models.DateField(_("made on"))
    interaction = models.ForeignKey(
        Interaction, models.SET_NULL, null=True, blank=True, related_name="commitments", editable=False
    )
    follows = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="followed_by", editable=False
    )
    # What they asked for and we promised.
    feedback = models.ForeignKey(
        "Feedback", models.SET_NULL, null=True, blank=True, related_name="commitments", editable=False
    )
    written_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", editable=False)
    written_at = models.DateTimeField(editable=False)

    # Derived
    binding_on = models.DateField(editable=False)
    moved = models.BooleanField(default=False, editable=False)
    late_on = models.DateField(null=True, editable=False)
    ended_on = models.DateField(null=True, editable=False)
    outcome = models.TextField(choices=Outcome, blank=True, default="", editable=False)

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        ordering = ["binding_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(what=""),
                name="commitment_says_what",
                violation_error_message=_("Say what was promised."),
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("made_on")),
                name="commitment_due_after_it_was_made",
                violation_error_message=_("The day lies before the one on which it was promised."),
            ),
        ]
        indexes = [
            models.Index(fields=["relationship", "binding_on"], name="commitment_by_day"),
            models.Index(fields=["keeper", "binding_on"], condition=Q(ended_on=None), name="commitment_open_by_keeper"),
            models.Index(
                fields=["binding_on", "id"], condition=Q(ended_on=None, late_on=None), name="commitment_to_fall_late"
            ),
            models.Index(
                fields=["late_on"], condition=Q(ended_on=None, late_on__isnull=False), name="commitment_late_now"
            ),
            GinIndex(OpClass(PlainText(*PROMISE_SEARCHED), name="gin_trgm_ops"), name="commitment_search"),
        ]

    def __str__(self) -> str:
        return self.what

    def get_absolute_url(self) -> str:
        return reverse("commitment_detail", args=[self.pk])

    @property
    def maker(self) -> User | Contact | None:
        return self.colleague if self.side == self.Side.OURS else self.contact

    @property
    def receiver(self) -> User | Contact | None:
        return self.contact if self.side == self.Side.OURS else self.colleague

    def state(self, now: Now) -> promises.State:
        """Needs ``relationship`` selected."""
        return promises.state(
            today=self.relationship.today(now),
            binding_on=self.binding_on,
            moved=self.moved,
            late_on=self.late_on,
            outcome=self.outcome,
        )


class RenegotiationQuerySet(models.QuerySet["Renegotiation"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(access.sees(user, "commitment__relationship__"), commitment__relationship__removed_at=None)


@tracked()
class Renegotiation(models.Model):
    """A new day, agreed on a day: in time while the one that counted was not over; after that it stays late."""

    commitment = models.ForeignKey(Commitment, models.CASCADE, related_name="renegotiations")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    agreed_on = models.DateField(_("agreed on"))
    new_due_on = models.DateField(_("new day"))
    reason = models.TextField(_("reason"), blank=True, default="")
    written_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    written_at = models.DateTimeField()

    objects = RenegotiationQuerySet.as_manager()

    class Meta:
        ordering = ["agreed_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(new_due_on__gte=F("agreed_on")),
                name="renegotiation_to_a_later_day",
                violation_error_message=_("The new day lies before the one on which it was agreed."),
            )
        ]

    def __str__(self) -> str:
        return f"by {self.new_due_on}"


class FulfilmentQuerySet(models.QuerySet["Fulfilment"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(access.sees(user, "commitment__relationship__"), commitment__relationship__removed_at=None)


@tracked()
class Fulfilment(models.Model):
    """The promise was kept, on a day."""

    commitment = models.OneToOneField(Commitment, models.CASCADE, related_name="fulfilment")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    kept_on = models.DateField(_("kept on"))
    note = models.TextField(_("note"), blank=True, default="")
    written_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    written_at = models.DateTimeField()

    objects = FulfilmentQuerySet.as_manager()

    def __str__(self) -> str:
        return f"kept on {self.kept_on}"


class MissQuerySet(models.QuerySet["Miss"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(access.sees(user, "commitment__relationship__"), commitment__relationship__removed_at=None)


@tracked()
class Miss(models.Model):
    """The promise will not be kept. *Owned* where it is explained with a new plan within 7 days of its day."""

    commitment = models.OneToOneField(Commitment, models.CASCADE, related_name="miss")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    missed_on = models.DateField(_("missed on"))
    explanation = models.TextField(_("why"), blank=True, default="")
    plan = models.TextField(_("new plan"), blank=True, default="")
    explained_on = models.DateField(_("explained on"), null=True, blank=True)
    written_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    written_at = models.DateTimeField()

    objects = MissQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(explained_on=None) | (~Q(explanation="") & ~Q(plan="")),
                name="miss_explained_in_words_and_with_a_plan",
                violation_error_message=_("Say why, and what the new plan is."),
            )
        ]

    def __str__(self) -> str:
        return f"missed on {self.missed_on}"
