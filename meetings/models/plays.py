"""Ways in to a partner and what became of them; who may be named to others; what was learnt where we went."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Case, F, Q, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact, Someone, User, tracked
from meetings import plays
from meetings.models.meeting import Meeting, MeetingAccount
from relationships.models import (
    Commitment,
    Feedback,
    Interaction,
    Introduction,
    Problem,
    Relationship,
    latest_date,
    local_date,
)
from web.clock import Now

# Planned, or done and neither answered nor given up.
OPEN = Q(dropped_on=None, answered_on=None, unanswered_on=None)


class PlayQuerySet(models.QuerySet["Play"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.visible_to(user))

    def changeable_by(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.changeable_by(user))

    def open(self) -> Self:
        """Planned, or done and neither answered nor given up."""
        return self.filter(OPEN)

    def open_first(self) -> Self:
        """What is open by the day on which somebody has to see to it, then the others, the newest first."""
        next_on = Case(When(done_on=None, then=F("planned_on")), default=Coalesce("follow_up_on", "done_on"))
        turn = Case(When(OPEN, then=next_on), output_field=models.DateField())
        return self.alias(turn=turn).order_by(F("turn").asc(nulls_last=True), "-planned_on", "-id")

    def planned(self) -> Self:
        return self.open().filter(done_on=None)

    def waiting(self) -> Self:
        """Done, and neither answered nor given up."""
        return self.open().filter(done_on__isnull=False)

    def done(self) -> Self:
        return self.filter(done_on__isnull=False)

    def wanting(self, now: Now) -> Self:
        """Planned ones whose day has come, and those that are to be followed up by now."""
        here, latest = local_date(now, "relationship__zone"), latest_date(now)
        planned = Q(done_on=None, planned_on__lte=latest) & Q(planned_on__lte=here)
        waiting = Q(done_on__isnull=False, follow_up_on__lte=latest) & Q(follow_up_on__lte=here)
        return self.open().filter(planned | waiting)


@tracked()
class Play(models.Model):
    """A way in to a partner, planned for a day, done, answered or not. ``what`` is what we ask, share or send.

    ``contact`` is whom it is for; ``through`` the colleague who knows them. ``interaction`` is what was logged when it
    was done, ``reply`` when they answered.
    """

    class Kind(models.TextChoices):
        ASK_TIME = plays.Kind.ASK_TIME.value, _("ask for time")
        SHARE_RESULT = plays.Kind.SHARE_RESULT.value, _("share a result")
        UNIT_NEWS = plays.Kind.UNIT_NEWS.value, _("news from a unit")
        ARTICLE = plays.Kind.ARTICLE.value, _("article")
        SIT_IN = plays.Kind.SIT_IN.value, _("sit in and offer help")
        INTRODUCTION = plays.Kind.INTRODUCTION.value, _("introduction")

    relationship = models.ForeignKey(Relationship, models.CASCADE, related_name="plays")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    kind = models.TextField(_("way in"), choices=Kind)
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("for whom of theirs")
    )
    through = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("the colleague who knows them")
    )
    unit = models.ForeignKey(
        Account, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("which unit")
    )
    what = models.TextField(_("what"))
    url = models.URLField(_("link"), max_length=2000, blank=True, default="")
    keeper = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("who sees to it")
    )
    planned_on = models.DateField(_("planned for"))
    follow_up_on = models.DateField(_("follow up on"), null=True, blank=True)
    done_on = models.DateField(_("done on"), null=True, editable=False)
    answered_on = models.DateField(_("answered on"), null=True, editable=False)
    unanswered_on = models.DateField(_("no answer, said on"), null=True, editable=False)
    dropped_on = models.DateField(_("dropped on"), null=True, editable=False)
    note = models.TextField(_("what came of it"), blank=True, default="")
    introduction = models.ForeignKey(
        Introduction,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("whom we want to meet"),
    )
    interaction = models.ForeignKey(
        Interaction, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    reply = models.ForeignKey(Interaction, models.SET_NULL, null=True, blank=True, related_name="+", editable=False)
    written_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", editable=False)
    written_at = models.DateTimeField(editable=False)

    objects = PlayQuerySet.as_manager()

    class Meta:
        ordering = ["planned_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(what=""), name="play_says_what", violation_error_message=_("Say what you want to do.")
            ),
            models.CheckConstraint(
                condition=Q(done_on__isnull=False) | Q(answered_on=None, unanswered_on=None),
                name="play_done_before_its_answer",
            ),
            models.CheckConstraint(condition=Q(answered_on=None) | Q(unanswered_on=None), name="play_answered_or_not"),
            models.CheckConstraint(
                condition=Q(answered_on=None) | Q(answered_on__gte=F("done_on")),
                name="play_answered_after_it_was_done",
                violation_error_message=_("The answer lies before the day on which it was done."),
            ),
            models.CheckConstraint(condition=Q(dropped_on=None) | Q(done_on=None), name="play_dropped_instead_of_done"),
        ]
        indexes = [
            models.Index(fields=["relationship", "planned_on"], name="play_by_day"),
            models.Index(
                fields=["keeper", "planned_on"],
                condition=Q(dropped_on=None, answered_on=None, unanswered_on=None),
                name="play_open",
            ),
        ]

    def __str__(self) -> str:
        return self.what

    def get_absolute_url(self) -> str:
        return f"{reverse('relationship_plays', args=[self.relationship_id])}#play-{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.dropped_on is None and self.answered_on is None and self.unanswered_on is None

    @property
    def next_on(self) -> date:
        """The day on which somebody has to see to it next; of those that nobody follows up the day it was done."""
        return self.planned_on if self.done_on is None else self.follow_up_on or self.done_on

    @property
    def waits(self) -> bool:
        """Done, and it is not known whether they answered."""
        return self.is_open and self.done_on is not None

    def tried(self) -> plays.Tried:
        """As ``plays`` reads it."""
        return plays.Tried(plays.Kind(self.kind), self.contact_id, self.done_on, self.answered_on, self.unanswered_on)


class NamingPermissionQuerySet(models.QuerySet["NamingPermission"]):
    def visible_to(self, user: Someone) -> Self:
        """With the details of the organisation: who sees none of its relationships learns nothing of it."""
        return self.filter(account__in=Account.objects.visible_to(user))

    def changeable_by(self, user: Someone) -> Self:
        return self.filter(account__in=Account.objects.changeable_by(user))

    def standing(self, today: date) -> Self:
        """Neither withdrawn nor over."""
        return self.filter(Q(until_on=None) | Q(until_on__gte=today), withdrawn_on=None)


@tracked()
class NamingPermission(models.Model):
    """An organisation allowed us to name it to others: who of theirs, on which day, until when and for what."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="naming_permissions")
    given_by = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("who of theirs")
    )
    given_on = models.DateField(_("allowed on"))
    until_on = models.DateField(_("until"), null=True, blank=True)
    scope = models.TextField(_("for what"), blank=True, default="")
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, editable=False)
    written_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", editable=False)
    written_at = models.DateTimeField(editable=False)

    objects = NamingPermissionQuerySet.as_manager()

    class Meta:
        ordering = ["-given_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("given_on")),
                name="naming_until_after_it_was_given",
                violation_error_message=_("It would be over before it was given."),
            )
        ]
        indexes = [models.Index(fields=["account"], condition=Q(withdrawn_on=None), name="naming_standing")]

    def __str__(self) -> str:
        return f"{self.account}, {self.given_on}"


class InsightQuerySet(models.QuerySet["Insight"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.visible_to(user))

    def changeable_by(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.changeable_by(user))

    def routed_to(self, user: User) -> Self:
        """Those that the person, or whom they stand in for, should know; of partners that they see."""
        return self.visible_to(user).filter(colleague__in=user.acts_for)

    def unseen(self) -> Self:
        return self.filter(seen_at=None, closed_on=None)

    def open(self) -> Self:
        """It is not said yet what became of them."""
        return self.filter(closed_on=None)


@tracked()
class Insight(models.Model):
    """Something learnt at a meeting, a site visit above all: by whom it was said, which colleague should know it, and
    what became of it. ``colleague`` sees it on Today until they say that they saw it."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="insights")
    party = models.ForeignKey(MeetingAccount, models.CASCADE, related_name="insights")
    relationship = models.ForeignKey(Relationship, models.CASCADE, related_name="insights")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    text = models.TextField(_("what you learnt"))
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("heard from")
    )
    colleague = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("who should know")
    )
    seen_at = models.DateTimeField(null=True, editable=False)
    became = models.TextField(_("what became of it"), blank=True, default="")
    closed_on = models.DateField(_("closed on"), null=True, editable=False)
    commitment = models.ForeignKey(Commitment, models.SET_NULL, null=True, blank=True, related_name="+", editable=False)
    feedback = models.ForeignKey(Feedback, models.SET_NULL, null=True, blank=True, related_name="+", editable=False)
    problem = models.ForeignKey(Problem, models.SET_NULL, null=True, blank=True, related_name="+", editable=False)
    written_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", editable=False)
    written_at = models.DateTimeField(editable=False)

    objects = InsightQuerySet.as_manager()

    class Meta:
        ordering = ["written_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text=""), name="insight_says_what", violation_error_message=_("Say what you learnt.")
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None) | ~Q(became=""),
                name="insight_closed_says_what_became_of_it",
                violation_error_message=_("Say what became of it."),
            ),
        ]
        indexes = [
            models.Index(fields=["party"], name="insight_of_party"),
            models.Index(fields=["colleague"], condition=Q(seen_at=None, closed_on=None), name="insight_unseen"),
            models.Index(fields=["-written_at", "-id"], name="insight_newest"),
        ]

    def __str__(self) -> str:
        return self.text

    def get_absolute_url(self) -> str:
        return f"{reverse('insight_list')}#insight-{self.pk}"

    @property
    def made(self) -> Commitment | Feedback | Problem | None:
        """What was made of it, if it stands by itself now."""
        return self.commitment or self.feedback or self.problem
