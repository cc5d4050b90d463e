"""What the people of theirs are in a relationship, and whom we still have to get to know."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact, Someone, User, tracked
from relationships.models.relationship import Relationship


class StakeholderQuerySet(models.QuerySet["Stakeholder"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.visible_to(user))

    def changeable_by(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.changeable_by(user))

    def deciding(self) -> Self:
        """Decision makers: who decides or signs."""
        return self.filter(power__in=Stakeholder.DECIDING)


@tracked("seen_on")
class Stakeholder(models.Model):
    """A person of theirs in one relationship; the same person may be another thing in the next.

    ``power`` empty: nobody knows yet. ``known_on`` is the day on which the power came to be known, from which it
    counts for a stage. ``readiness`` empty: how willing they are to give time is read from answers and attendance.
    ``seen_on`` follows from the talks and only ``relationships.seen`` writes it.
    """

    class Role(models.TextChoices):
        SPONSOR = "sponsor", _("sponsor")
        DECISION_MAKER = "decision_maker", _("decision maker")
        INFLUENCER = "influencer", _("influencer")
        USER = "user", _("user")
        GATEKEEPER = "gatekeeper", _("gatekeeper")

    class Power(models.TextChoices):
        NONE = "none", _("no say")
        INFLUENCES = "influences", _("influences")
        DECIDES = "decides", _("decides")
        SIGNS = "signs", _("signs")

    class Readiness(models.TextChoices):
        READILY = "readily", _("gives time readily")
        WHEN_ASKED = "when_asked", _("gives time when asked")
        RARELY = "rarely", _("rarely gives time")
        NOT = "not", _("gives no time")

    DECIDING = (Power.DECIDES, Power.SIGNS)

    relationship = models.ForeignKey(Relationship, models.CASCADE, related_name="stakeholders")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="stakes", verbose_name=_("person"))
    role = models.TextField(_("part"), choices=Role, blank=True, default="")
    power = models.TextField(_("decision power"), choices=Power, blank=True, default="")
    accountable = models.BooleanField(_("accountable for results"), default=False)
    commands = models.BooleanField(_("commands resources"), default=False)
    reports_to = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("reports to")
    )
    readiness = models.TextField(_("willing to give time"), choices=Readiness, blank=True, default="")
    readiness_why = models.TextField(_("why you say so"), blank=True, default="")
    known_on = models.DateField(_("known since"), null=True, blank=True)
    seen_on = models.DateField(null=True, editable=False)

    objects = StakeholderQuerySet.as_manager()

    class Meta:
        ordering = ["contact__name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["relationship", "contact"],
                name="stakeholder_once",
                violation_error_message=_("This person is named here already."),
            ),
            models.CheckConstraint(
                condition=~Q(reports_to=F("contact")),
                name="stakeholder_reports_to_somebody_else",
                violation_error_message=_("Nobody reports to themselves."),
            ),
            models.CheckConstraint(
                condition=Q(power="") | Q(known_on__isnull=False), name="stakeholder_power_is_known_since"
            ),
        ]

    def __str__(self) -> str:
        return str(self.contact)

    @property
    def decides(self) -> bool:
        return self.power in self.DECIDING


class IntroductionQuerySet(models.QuerySet["Introduction"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.visible_to(user))

    def changeable_by(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.changeable_by(user))

    def open(self) -> Self:
        return self.filter(closed_on=None)


@tracked()
class Introduction(models.Model):
    """Somebody of theirs whom we should get to know: after a person left, or because nobody of ours knows who decides.

    Closed when they were met (``met``) or when it is not wanted any more (``note`` says why).
    """

    relationship = models.ForeignKey(Relationship, models.CASCADE, related_name="introductions")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    wanted = models.TextField(_("whom we want to meet"))
    instead_of = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("in place of")
    )
    through = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("who could introduce us")
    )
    keeper = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("who sees to it")
    )
    opened_on = models.DateField(_("since"))
    closed_on = models.DateField(_("done on"), null=True, blank=True)
    met = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("whom we met")
    )
    note = models.TextField(_("note"), blank=True, default="")
    written_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    written_at = models.DateTimeField()

    objects = IntroductionQuerySet.as_manager()

    class Meta:
        ordering = ["opened_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(wanted=""),
                name="introduction_says_whom",
                violation_error_message=_("Say whom we want to meet."),
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(closed_on__gte=F("opened_on")), name="introduction_closed_after_opened"
            ),
        ]
        indexes = [
            models.Index(fields=["relationship"], condition=Q(closed_on=None), name="introduction_open"),
        ]

    def __str__(self) -> str:
        return self.wanted
