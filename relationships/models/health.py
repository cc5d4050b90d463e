"""What is kept of the evidence, so that a standing costs the same whatever the history; standings, now and before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models import Account, Someone
from relationships import evidence, health
from relationships.models.relationship import Relationship
from relationships.weighing import Kept


class EvidenceSumsQuerySet(models.QuerySet["EvidenceSums"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.visible_to(user))


class EvidenceSums(models.Model):
    """The forward-decayed sums of one relationship: see ``relationships.health.Sums``.

    They follow from the ledger, the agreements, snoozes and halts; only ``relationships.sums`` writes them.
    ``rhythm`` is a print of what of these was read, ``latest_on`` the day of the newest row in them. ``stale`` says
    that something else than one more row happened, so that the relationship is to be summed anew.
    """

    relationship = models.OneToOneField(Relationship, models.CASCADE, primary_key=True, related_name="sums")
    stretched = models.SmallIntegerField(default=1)
    touched_on = models.DateField(null=True)
    latest_on = models.DateField(null=True)
    rhythm = models.TextField(default="")
    stale = models.BooleanField(default=False)
    adherence_r = models.FloatField(default=0.0)
    adherence_s = models.FloatField(default=0.0)
    access_r = models.FloatField(default=0.0)
    access_s = models.FloatField(default=0.0)
    credibility_r = models.FloatField(default=0.0)
    credibility_s = models.FloatField(default=0.0)
    trust_ours_r = models.FloatField(default=0.0)
    trust_ours_s = models.FloatField(default=0.0)
    trust_theirs_r = models.FloatField(default=0.0)
    trust_theirs_s = models.FloatField(default=0.0)
    initiative_ours_r = models.FloatField(default=0.0)
    initiative_theirs_r = models.FloatField(default=0.0)
    feedback_ours_r = models.FloatField(default=0.0)
    feedback_theirs_r = models.FloatField(default=0.0)
    roadmap_ours_r = models.FloatField(default=0.0)
    roadmap_theirs_r = models.FloatField(default=0.0)
    # Of the flags, which ``relationships.flagging`` keeps: the day as of which they were judged, the next one on which
    # one may turn by itself, and whether the ledger has changed since.
    flags_as_of = models.DateField(null=True)
    flags_again_on = models.DateField(null=True)
    flags_stale = models.BooleanField(default=True)

    objects = EvidenceSumsQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "evidence sums"
        indexes = [
            models.Index(fields=["relationship"], condition=Q(stale=True), name="evidence_sums_stale"),
            models.Index(fields=["relationship"], condition=Q(flags_stale=True), name="evidence_sums_flags_stale"),
            models.Index(fields=["flags_again_on"], name="evidence_sums_flags_again"),
            models.Index(fields=["flags_as_of"], name="evidence_sums_flags_as_of"),
        ]

    def __str__(self) -> str:
        return f"sums of {self.relationship_id}"


class StandingQuerySet(models.QuerySet["Standing"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.visible_to(user))

    def going_on(self) -> Self:
        """Of those that neither rest nor have ended nor are removed: the others stand as they stood."""
        return self.filter(relationship__removed_at=None, relationship__paused_since=None, relationship__ended_on=None)

    def kept(self) -> Iterator[Kept]:
        """Of each the opinions of its components, enough to judge it by other weights; nothing else is read."""
        names = [component.value for component in evidence.Component]
        columns = [f"{name}_{one}" for one in "bd" for name in names]
        for pk, *found in self.order_by().values_list("pk", *columns).iterator():
            yield Kept(pk, found[: len(names)], found[len(names) :])


class Standing(models.Model):
    """How a relationship stands, as of a day: see ``relationships.health.Standing``; for lists.

    Points of 100; ``score`` and ``band`` only where enough is known. Of each component the belief and the disbelief, of
    trust by side besides. ``config`` is the version of the weights and thresholds that made it. Only
    ``relationships.standings`` writes it.
    """

    class Band(models.TextChoices):
        STRONG = health.Band.STRONG.value
        STEADY = health.Band.STEADY.value
        WEAK = health.Band.WEAK.value

    relationship = models.OneToOneField(Relationship, models.CASCADE, primary_key=True, related_name="standing")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    as_of = models.DateField()
    config = models.IntegerField(default=1)
    earned = models.FloatField()
    lost = models.FloatField()
    unknown = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    score = models.FloatField(null=True)
    band = models.TextField(choices=Band, blank=True, default="")
    limiting = models.TextField(choices=[(name.value, name.value) for name in evidence.Component])
    cadence_b = models.FloatField()
    cadence_d = models.FloatField()
    access_b = models.FloatField()
    access_d = models.FloatField()
    credibility_b = models.FloatField()
    credibility_d = models.FloatField()
    trust_b = models.FloatField()
    trust_d = models.FloatField()
    trust_ours_b = models.FloatField()
    trust_ours_d = models.FloatField()
    trust_theirs_b = models.FloatField()
    trust_theirs_d = models.FloatField()
    reciprocity_b = models.FloatField()
    reciprocity_d = models.FloatField()

    objects = StandingQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["score", "relationship"], name="standing_by_score")]

    def __str__(self) -> str:
        return f"standing of {self.relationship_id}"


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.visible_to(user))

    def newest_first(self) -> Self:
        return self.order_by("-on", "-id")


class Snapshot(models.Model):
    """How a relationship stood on a day, as it was shown then: in the columns of ``Standing``.

    One for each ISO week, of its first day, kept for years; and one for each day on which the band, the limiting
    component or the flags became others. Only ``relationships.snapshots`` writes it, and whoever knows more today
    changes nothing in it. ``config_version`` names the weights that were in force.
    """

    relationship = models.ForeignKey(Relationship, models.CASCADE, related_name="snapshots")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    on = models.DateField()
    earned = models.FloatField()
    lost = models.FloatField()
    unknown = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    score = models.FloatField(null=True)
    band = models.TextField(choices=Standing.Band, blank=True, default="")
    limiting = models.TextField(choices=[(name.value, name.value) for name in evidence.Component])
    cadence_b = models.FloatField()
    cadence_d = models.FloatField()
    access_b = models.FloatField()
    access_d = models.FloatField()
    credibility_b = models.FloatField()
    credibility_d = models.FloatField()
    trust_b = models.FloatField()
    trust_d = models.FloatField()
    trust_ours_b = models.FloatField()
    trust_ours_d = models.FloatField()
    trust_theirs_b = models.FloatField()
    trust_theirs_d = models.FloatField()
    reciprocity_b = models.FloatField()
    reciprocity_d = models.FloatField()
    flags = ArrayField(models.TextField(), default=list)
    config_version = models.IntegerField(default=1)

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["relationship", "on"], name="one_snapshot_a_day")]

    def __str__(self) -> str:
        return f"standing of {self.relationship_id} on {self.on}"
