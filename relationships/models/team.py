"""The colleagues around a relationship besides its owner, and how it went from one owner to the next."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Someone, User, tracked
from relationships.models.relationship import Relationship


class RelationshipMemberQuerySet(models.QuerySet["RelationshipMember"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.visible_to(user))

    def changeable_by(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.changeable_by(user))


@tracked()
class RelationshipMember(models.Model):
    """A colleague with a part in the relationship; sees and changes it as its owner does."""

    class Role(models.TextChoices):
        DEPUTY = "deputy", _("deputy")
        SPONSOR = "sponsor", _("sponsor")
        EXPERT = "expert", _("expert")

    relationship = models.ForeignKey(Relationship, models.CASCADE, related_name="members")
    user = models.ForeignKey(User, models.CASCADE, related_name="parts", verbose_name=_("colleague"))
    role = models.TextField(_("part"), choices=Role, default=Role.DEPUTY)
    subject = models.TextField(_("for what"), blank=True, default="")

    objects = RelationshipMemberQuerySet.as_manager()

    class Meta:
        ordering = ["role", "user__name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["relationship", "user"],
                name="relationship_member_once",
                violation_error_message=_("This colleague has a part in it already."),
            ),
            models.UniqueConstraint(
                fields=["relationship"],
                condition=Q(role="deputy"),
                name="relationship_one_deputy",
                violation_error_message=_("There is a deputy already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}"


class HandOverQuerySet(models.QuerySet["HandOver"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.visible_to(user))


@tracked()
class HandOver(models.Model):
    """From one owner to the next, with what the next one should know."""

    relationship = models.ForeignKey(Relationship, models.CASCADE, related_name="hand_overs")
    former = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    next = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    note = models.TextField(_("what to know"), blank=True, default="")
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()

    objects = HandOverQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-id"]

    def __str__(self) -> str:
        return f"from {self.former} to {self.next}"
