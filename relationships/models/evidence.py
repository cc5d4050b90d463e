"""The one ledger of evidence that stages and health read."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Someone
from relationships import evidence
from relationships.models.relationship import Relationship


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.visible_to(user))


class Evidence(models.Model):
    """What speaks about a relationship: a day, masses for and against, and the row that gave rise to it.

    Append-only: a row is never changed, and goes only with its source. It follows from the source row entirely, so
    it has no history of its own. Masses and weekly caps are those of ``relationships.evidence``.
    """

    class Side(models.TextChoices):
        OURS = "ours", _("ours")
        THEIRS = "theirs", _("theirs")
        BOTH = "both", _("both")

    relationship = models.ForeignKey(Relationship, models.CASCADE, related_name="evidence", db_index=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    component = models.TextField(choices=[(name.value, name.value) for name in evidence.Component])
    kind = models.TextField(choices=[(name.value, name.value) for name in evidence.Kind])
    side = models.TextField(choices=Side, default=Side.BOTH)
    day = models.DateField()
    r = models.FloatField(default=0.0)
    s = models.FloatField(default=0.0)
    # ``relationships.commitment`` and its key; any app above may write evidence of its own rows.
    source_model = models.TextField()
    source_id = models.BigIntegerField()
    # Its day may be long before; what was shown meanwhile knew nothing of it.
    written_at = models.DateTimeField(db_default=Now())

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["day", "id"]
        constraints = [
            models.UniqueConstraint(fields=["source_model", "source_id", "kind", "side"], name="evidence_once"),
            models.CheckConstraint(condition=Q(r__gte=0), name="evidence_for_is_not_negative"),
            models.CheckConstraint(
                condition=Q(s__gte=0) | Q(kind=evidence.Kind.PROMISE_OWNED.value),
                name="evidence_only_owning_takes_back",
            ),
        ]
        indexes = [
            models.Index(fields=["relationship", "component", "day"], name="evidence_by_component"),
            # What they gave last is read of each relationship, however often somebody began a conversation.
            models.Index(
                fields=["relationship", "-day", "-id"],
                condition=Q(side="theirs", kind__in=["feedback_given", "roadmap_shared"]),
                name="evidence_given_by_them",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} on {self.day}"
