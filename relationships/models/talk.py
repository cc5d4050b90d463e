"""What was said between the two sides."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact, Someone, User, tracked
from relationships.models.relationship import Relationship


class InteractionQuerySet(models.QuerySet["Interaction"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.visible_to(user))

    def changeable_by(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.changeable_by(user))

    def touches(self) -> Self:
        return self.filter(two_way=True)

    def newest_first(self) -> Self:
        return self.order_by("-occurred_on", "-id")

    def before(self, pk: int) -> Self:
        """Those that stand behind one in the timeline; none where it is gone."""
        last = self.order_by().filter(pk=pk)
        day = models.Subquery(last.values("occurred_on")[:1])
        return self.filter(Q(occurred_on__lt=day) | Q(occurred_on=day, pk__lt=pk))


@tracked()
class Interaction(models.Model):
    """Something said between the two sides. Only a two-way one is a touch and moves the rhythm."""

    class Channel(models.TextChoices):
        CALL = "call", _("call")
        EMAIL = "email", _("e-mail")
        MEETING = "meeting", _("meeting")
        VISIT = "visit", _("visit")
        CHAT = "chat", _("chat")
        EVENT = "event", _("event")
        LETTER = "letter", _("letter")

    class Side(models.TextChoices):
        OURS = "ours", _("we did")
        THEIRS = "theirs", _("they did")
        UNKNOWN = "unknown", _("not known")

    relationship = models.ForeignKey(Relationship, models.CASCADE, related_name="interactions")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    occurred_on = models.DateField(_("day"))
    channel = models.TextField(_("how"), choices=Channel, default=Channel.CALL)
    begun_by = models.TextField(_("who began it"), choices=Side, default=Side.UNKNOWN)
    purpose = models.TextField(_("purpose"), blank=True, default="")
    two_way = models.BooleanField(_("both sides spoke"), default=True)
    summary = models.TextField(_("what was said"), blank=True, default="")
    contacts = models.ManyToManyField(Contact, through="InteractionContact", related_name="interactions")
    colleagues = models.ManyToManyField(User, through="InteractionColleague", related_name="interactions")
    logged_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    logged_at = models.DateTimeField()
    # Null and not empty: the unique key leaves out what was logged by hand.
    import_digest = models.TextField(null=True, editable=False)  # noqa: DJ001

    objects = InteractionQuerySet.as_manager()

    class Meta:
        ordering = ["-occurred_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["relationship", "occurred_on", "import_digest"],
                condition=Q(import_digest__isnull=False),
                name="interaction_imported_once",
            )
        ]
        indexes = [
            models.Index(fields=["relationship", "-occurred_on", "-id"], name="interaction_timeline"),
            models.Index(
                fields=["relationship", "-occurred_on"], condition=Q(two_way=True), name="interaction_touches"
            ),
            models.Index(fields=["logged_by", "-logged_at"], name="interaction_lately_logged"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} on {self.occurred_on}"


class InteractionContactQuerySet(models.QuerySet["InteractionContact"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(interaction__relationship__in=Relationship.objects.visible_to(user))


@tracked()
class InteractionContact(models.Model):
    """A person of theirs who took part."""

    interaction = models.ForeignKey(Interaction, models.CASCADE, related_name="+")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="+")

    objects = InteractionContactQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["interaction", "contact"], name="interaction_contact_once")]

    def __str__(self) -> str:
        return str(self.contact)


class InteractionColleagueQuerySet(models.QuerySet["InteractionColleague"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(interaction__relationship__in=Relationship.objects.visible_to(user))


@tracked()
class InteractionColleague(models.Model):
    """A person of ours who took part."""

    interaction = models.ForeignKey(Interaction, models.CASCADE, related_name="+")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")

    objects = InteractionColleagueQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["interaction", "user"], name="interaction_colleague_once")]

    def __str__(self) -> str:
        return str(self.user)
