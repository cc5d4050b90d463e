"""Relationships, their rhythm and what was said: the core."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.expressions import Combinable, CombinedExpression
from django.db.models.functions import MD5, Cast
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import access
from accounts.models import Account, Contact, Someone, Team, User, tracked
from relationships import cadence
from relationships.cadence import State
from web import zones
from web.clock import Now

DERIVED = [
    "last_touch_on", "agreement", "every_days", "counts_from", "base_due_on", "due_on", "overdue_from", "changes_on",
]  # fmt: skip


def local_date(now: Now, zone: str = "zone") -> Combinable:
    """The date that it is where the relationship is; ``zone`` is the path to its column."""
    if now.day is not None:
        return Value(now.day, output_field=models.DateField())
    there = Func(F(zone), Value(now.instant), function="timezone", output_field=models.DateTimeField())
    return Cast(there, models.DateField())


def latest_date(now: Now) -> date:
    """The latest date that it is anywhere: a bound that an index can use."""
    return now.day or (now.instant.astimezone(UTC) + timedelta(hours=14)).date()


def lateness(now: Now) -> CombinedExpression:
    """Days late (today − due) over the interval, as in ``cadence.lateness``; for the overdue."""
    days = Cast(local_date(now), models.DateField()) - F("due_on")
    late = Func(days, template="EXTRACT(DAY FROM %(expressions)s)", output_field=models.FloatField())
    return late / Cast("every_days", models.FloatField())


def every_weekday() -> list[int]:
    return list(cadence.WEEKDAYS)


class RelationshipQuerySet(models.QuerySet["Relationship"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(access.sees(user), removed_at=None)

    def changeable_by(self, user: Someone) -> Self:
        return self.filter(access.changes(user), removed_at=None)

    def removed_for(self, user: Someone) -> Self:
        """What the person removed or could have: for taking it back."""
        return self.filter(access.changes(user)).exclude(removed_at=None)

    def paused(self) -> Self:
        return self.exclude(paused_since=None)

    def without_cadence(self) -> Self:
        return self.filter(paused_since=None, due_on=None)

    def overdue(self, now: Now) -> Self:
        return self.filter(overdue_from__lte=latest_date(now)).filter(overdue_from__lte=local_date(now))

    def due(self, now: Now) -> Self:
        """Due and not overdue, those in their grace included."""
        return self.filter(due_on__lte=latest_date(now)).filter(
            due_on__lte=local_date(now), overdue_from__gt=local_date(now)
        )

    def due_within(self, now: Now, days: int) -> Self:
        """Due now or within ``days``, and not overdue."""
        horizon = latest_date(now) + timedelta(days=days)
        soon = Cast(local_date(now) + Value(timedelta(days=days)), models.DateField())
        return self.filter(due_on__lte=horizon).filter(due_on__lte=soon, overdue_from__gt=local_date(now))

    def new(self, now: Now) -> Self:
        return self.filter(last_touch_on=None, due_on__gt=local_date(now))

    def in_touch(self, now: Now) -> Self:
        return self.filter(last_touch_on__isnull=False, due_on__gt=local_date(now))

    def in_state(self, state: State, now: Now) -> Self:
        match state:
            case State.PAUSED:
                return self.paused()
            case State.NO_CADENCE:
                return self.without_cadence()
            case State.OVERDUE:
                return self.overdue(now)
            case State.DUE:
                return self.due(now)
            case State.NEW:
                return self.new(now)
            case State.IN_TOUCH:
                return self.in_touch(now)

    def with_lateness(self, now: Now) -> Self:
        return self.annotate(lateness=lateness(now))


@tracked(*DERIVED)
class Relationship(models.Model):
    """What we have with an account; with one account there may be several.

    The fields under *Derived* follow from interactions, agreements, snoozes and pauses; only
    ``actions.refresh`` writes them, so that lists can filter and sort without computing.
    """

    class Stage(models.TextChoices):
        CONTACT = "contact", _("contact")
        CUSTOMER = "customer", _("customer")
        PARTNER = "partner", _("partner")

    account = models.ForeignKey(Account, models.PROTECT, related_name="relationships", verbose_name=_("organisation"))
    shared = models.BooleanField(default=False)
    name = models.TextField(_("name"), blank=True, default="")
    owner = models.ForeignKey(User, models.PROTECT, related_name="relationships", verbose_name=_("owner"))
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="relationships", verbose_name=_("team")
    )
    stage = models.TextField(_("stage"), choices=Stage, default=Stage.CONTACT)
    zone = models.TextField(_("time zone"), default="UTC", validators=[zones.validate])
    workdays = ArrayField(
        models.SmallIntegerField(validators=[MinValueValidator(0), MaxValueValidator(6)]),
        verbose_name=_("working days"),
        default=every_weekday,
    )
    paused_since = models.DateField(_("paused since"), null=True, blank=True)
    pause_reason = models.TextField(_("reason for the pause"), blank=True, default="")
    yearly_worth = models.DecimalField(
        _("yearly worth"), max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    renewal_on = models.DateField(_("renewal day"), null=True, blank=True)
    tier = models.TextField(_("tier"), blank=True, default="")
    tags = ArrayField(models.TextField(), verbose_name=_("tags"), default=list, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)

    # Derived
    last_touch_on = models.DateField(null=True, editable=False)
    agreement = models.ForeignKey(
        "CadenceAgreement", models.SET_NULL, null=True, editable=False, related_name="+", db_index=False
    )
    every_days = models.SmallIntegerField(null=True, editable=False)
    counts_from = models.DateField(null=True, editable=False)
    base_due_on = models.DateField(null=True, editable=False)
    due_on = models.DateField(null=True, editable=False)
    overdue_from = models.DateField(null=True, editable=False)
    changes_on = models.DateField(null=True, editable=False)

    objects = RelationshipQuerySet.as_manager()

    class Meta:
        ordering = ["account__name", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                "account",
                MD5("name"),
                condition=Q(removed_at=None),
                name="relationship_unique_per_account",
                violation_error_message=_("There is a relationship of this name with the organisation already."),
            ),
            models.CheckConstraint(
                condition=Q(paused_since=None) | ~Q(pause_reason=""),
                name="relationship_pause_has_reason",
                violation_error_message=_("Say why it is paused."),
            ),
            models.CheckConstraint(condition=~Q(workdays=[]), name="relationship_has_working_days"),
        ]
        indexes = [
            models.Index(fields=["owner", "overdue_from"], name="relationship_owner_overdue"),
            models.Index(fields=["owner", "due_on"], name="relationship_owner_due"),
            models.Index(fields=["team", "overdue_from"], name="relationship_team_overdue"),
            models.Index(fields=["team", "due_on"], name="relationship_team_due"),
            models.Index(fields=["overdue_from", "id"], name="relationship_overdue"),
            models.Index(fields=["due_on", "id"], name="relationship_due"),
            models.Index(fields=["changes_on"], condition=Q(changes_on__isnull=False), name="relationship_changes"),
            GinIndex("tags", name="relationship_tags"),
        ]

    def __str__(self) -> str:
        return f"{self.account.name} · {self.name}" if self.name else self.account.name

    def get_absolute_url(self) -> str:
        return reverse("relationship_detail", args=[self.pk])

    def today(self, now: Now) -> date:
        return now.today(self.zone)

    def state(self, now: Now) -> State:
        return cadence.state(
            today=self.today(now),
            paused=self.paused_since is not None,
            due_on=self.due_on,
            overdue_from=self.overdue_from,
            last_touch_on=self.last_touch_on,
        )


class CadenceAgreementQuerySet(models.QuerySet["CadenceAgreement"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.visible_to(user))

    def changeable_by(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.changeable_by(user))


@tracked()
class CadenceAgreement(models.Model):
    """How often both sides are in touch, from a day on. *Assumed* until a person of theirs agreed it."""

    relationship = models.ForeignKey(Relationship, models.CASCADE, related_name="agreements")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    every_days = models.SmallIntegerField(_("every"), validators=[MinValueValidator(1), MaxValueValidator(366)])
    starts_on = models.DateField(_("from"))
    agreed_with = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("agreed with")
    )
    agreed_on = models.DateField(_("agreed on"), null=True, blank=True)
    reason = models.TextField(_("reason for more than a month"), blank=True, default="")
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()

    objects = CadenceAgreementQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(every_days__gte=1, every_days__lte=366), name="cadence_between_a_day_and_a_year"
            ),
            models.CheckConstraint(
                condition=Q(every_days__lte=cadence.LONGEST_INTERVAL) | ~Q(reason=""),
                name="cadence_over_a_month_has_reason",
                violation_error_message=_("More than a month needs a reason."),
            ),
        ]
        indexes = [
            models.Index(fields=["relationship", "starts_on"], name="cadence_by_start"),
            models.Index(fields=["starts_on"], name="cadence_coming"),
        ]

    def __str__(self) -> str:
        return f"every {self.every_days} days from {self.starts_on}"

    @property
    def assumed(self) -> bool:
        return self.agreed_with_id is None


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


class SnoozeQuerySet(models.QuerySet["Snooze"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.visible_to(user))

    def changeable_by(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.changeable_by(user))


@tracked()
class Snooze(models.Model):
    """A check-in put off, with a reason; internal, so it never leaves for the partner's pages."""

    relationship = models.ForeignKey(Relationship, models.CASCADE, related_name="snoozes")
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"))
    reason = models.TextField(_("reason"))
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()

    objects = SnoozeQuerySet.as_manager()

    class Meta:
        ordering = ["from_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="snooze_ends_after_it_began"),
            models.CheckConstraint(condition=~Q(reason=""), name="snooze_has_reason"),
        ]

    def __str__(self) -> str:
        return f"until {self.until_on}"


class MissedCheckInQuerySet(models.QuerySet["MissedCheckIn"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.visible_to(user))

    def open(self) -> Self:
        return self.filter(closed_at=None)


@tracked()
class MissedCheckIn(models.Model):
    """The flag of one missed check-in: a level, not an event. ``due_on`` leaves snoozes out and names the gap."""

    class Reason(models.TextChoices):
        TOUCHED = "touched", _("in touch again")
        SNOOZED = "snoozed", _("snoozed")
        PAUSED = "paused", _("paused")
        CADENCE_CHANGED = "cadence_changed", _("the rhythm changed")
        CORRECTED = "corrected", _("the record was corrected")
        ENDED = "ended", _("ended")

    relationship = models.ForeignKey(Relationship, models.CASCADE, related_name="missed_check_ins")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    due_on = models.DateField()
    last_touch_on = models.DateField(null=True)
    raised_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_because = models.TextField(choices=Reason, blank=True, default="")

    objects = MissedCheckInQuerySet.as_manager()

    class Meta:
        ordering = ["-due_on"]
        constraints = [models.UniqueConstraint(fields=["relationship", "due_on"], name="missed_check_in_once_per_gap")]
        indexes = [models.Index(fields=["relationship"], condition=Q(closed_at=None), name="missed_check_in_open")]

    def __str__(self) -> str:
        return f"missed on {self.due_on}"
