"""Relationships: what we have with an organisation."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from functools import reduce
from operator import or_
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.expressions import Combinable, CombinedExpression
from django.db.models.functions import MD5, Cast, Least, Upper
from django.db.models.lookups import Exact
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import access
from accounts.models import Account, Someone, Team, User, tracked
from relationships import cadence, stages
from relationships.cadence import State
from relationships.evidence import Component
from relationships.flags import Flag
from web import zones
from web.clock import Now
from web.finding import Capitals, PlainText
from web.text import name_key

DERIVED = [
    "last_touch_on", "agreement", "every_days", "counts_from", "base_due_on", "due_on", "overdue_from", "changes_on",
    "booked_on",
]  # fmt: skip
STAGE_DERIVED = [
    "stage_since", "proposed_stage", "lost_criteria", "low_components", "long_flags", "evidence_due_on",
    "judged_again_on", "judged_as_of",
]  # fmt: skip


def local_date(now: Now, zone: str | Combinable = "zone") -> Combinable:
    """The date that it is where the relationship is; ``zone`` is the path to its column, or its column elsewhere."""
    if now.day is not None:
        return Value(now.day, output_field=models.DateField())
    column = F(zone) if isinstance(zone, str) else zone
    there = Func(column, Value(now.instant), function="timezone", output_field=models.DateTimeField())
    return Cast(there, models.DateField())


def latest_date(now: Now) -> date:
    """The latest date that it is anywhere: a bound that an index can use."""
    return now.day or (now.instant.astimezone(UTC) + timedelta(hours=14)).date()


def lies_within(column: str, now: Now, days: int, zone: str | Combinable = "relationship__zone") -> Q:
    """The condition for a day from ``days`` before today to today, both with it, where the relationship is."""
    today = local_date(now, zone)
    first = Cast(today - Value(timedelta(days=days)), models.DateField())
    # The earliest that it can be anywhere, for an index.
    bound = latest_date(now) - timedelta(days=days + 2)
    return Q(**{f"{column}__gte": bound}) & Q(**{f"{column}__gte": first, f"{column}__lte": today})


def lateness(now: Now) -> CombinedExpression:
    """Days late (today − due) over the interval, as in ``cadence.lateness``; for the overdue."""
    days = Cast(local_date(now), models.DateField()) - F("due_on")
    late = Func(days, template="EXTRACT(DAY FROM %(expressions)s)", output_field=models.FloatField())
    return late / Cast("every_days", models.FloatField())


def _ago(now: Now, days: int) -> Cast:
    """The date that it was so many days ago where the relationship is."""
    return Cast(local_date(now) - Value(timedelta(days=days)), models.DateField())


def is_booked(now: Now) -> Q:
    """The condition for those with a check-in due and a meeting near that they accepted; as ``cadence.is_booked``."""
    days = Least(F("every_days") / Value(2), Value(cadence.NEAR_DAYS), output_field=models.IntegerField())
    today = Cast(local_date(now), models.DateField())
    near = Func(today, days, arg_joiner=" + ", template="(%(expressions)s)", output_field=models.DateField())
    return Q(booked_on__gte=local_date(now), booked_on__lte=near, due_on__lte=local_date(now))


def in_capitals(tier: Combinable) -> MD5:
    """By which spellings of a tier are one; a digest, as an index takes no text of any length."""
    return MD5(Upper(tier))


def every_weekday() -> list[int]:
    return list(cadence.WEEKDAYS)


class RelationshipQuerySet(models.QuerySet["Relationship"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(access.sees(user), removed_at=None)

    def changeable_by(self, user: Someone) -> Self:
        return self.filter(access.changes(user), removed_at=None)

    def of_book(self, user: Someone) -> Self:
        """Those counted in the person's book: see ``access.of_book``."""
        return self.filter(access.of_book(user), removed_at=None)

    def removed_for(self, user: Someone) -> Self:
        """What the person removed or could have: for taking it back."""
        return self.filter(access.changes(user)).exclude(removed_at=None)

    def named(self, text: str) -> Self:
        """Those whose own name, or one of the organisation's names, has the text in it."""
        found = Q(name__icontains=text.strip())
        if key := name_key(text):
            found |= Q(account__name_key__contains=key) | Q(account__aliases__name_key__contains=key)
        return self.filter(pk__in=Relationship.objects.filter(found).order_by().values("pk"))

    def in_cell(
        self, *, team: Team | None = None, owner: User | None = None, kind: str = "", tier: str = "", tag: str = ""
    ) -> Self:
        """Those of one team and those below it, one owner, kind of organisation and tier, with one tag; of each only
        what is said. Capitals don't matter."""
        said: dict[str, Any] = {"team__in": team and team.branch, "owner": owner, "account__kind": kind}
        rows = self.filter(**{name: value for name, value in said.items() if value})
        if tier:
            rows = rows.filter(Exact(in_capitals(F("tier")), in_capitals(Value(tier))))
        if tag:
            wanted = Capitals(Value([tag], ArrayField(models.TextField())))
            rows = rows.alias(capitals=Capitals("tags")).filter(capitals__contains=wanted)
        return rows

    def ended(self) -> Self:
        return self.exclude(ended_on=None)

    def paused(self) -> Self:
        return self.filter(ended_on=None).exclude(paused_since=None)

    def without_cadence(self) -> Self:
        return self.filter(ended_on=None, paused_since=None, due_on=None)

    def overdue(self, now: Now) -> Self:
        """Those that miss their rhythm, without those for whom a meeting is near."""
        late = self.filter(overdue_from__lte=latest_date(now)).filter(overdue_from__lte=local_date(now))
        return late.exclude(is_booked(now))

    def overdue_by(self, late: cadence.Late, now: Now) -> Self:
        """Of the overdue those that are late by so much."""
        least, most = late.days
        rows = self.overdue(now).filter(due_on__lte=_ago(now, least))
        return rows if most is None else rows.filter(due_on__gte=_ago(now, most))

    def booked(self, now: Now) -> Self:
        """Due or overdue, and a meeting that they accepted is near."""
        return self.filter(due_on__lte=latest_date(now)).filter(is_booked(now))

    def due(self, now: Now) -> Self:
        """Due and not overdue, those in their grace included; without those for whom a meeting is near."""
        now_due = self.filter(due_on__lte=latest_date(now)).filter(
            due_on__lte=local_date(now), overdue_from__gt=local_date(now)
        )
        return now_due.exclude(is_booked(now))

    def waiting(self, now: Now) -> Self:
        """Due or overdue, and no meeting is near."""
        come = self.filter(due_on__lte=latest_date(now)).filter(due_on__lte=local_date(now))
        return come.exclude(is_booked(now))

    def due_within(self, now: Now, days: int) -> Self:
        """Due now or within ``days``, neither overdue nor booked."""
        horizon = latest_date(now) + timedelta(days=days)
        soon = Cast(local_date(now) + Value(timedelta(days=days)), models.DateField())
        near = self.filter(due_on__lte=horizon).filter(due_on__lte=soon, overdue_from__gt=local_date(now))
        return near.exclude(is_booked(now))

    def new(self, now: Now) -> Self:
        return self.filter(last_touch_on=None, due_on__gt=local_date(now))

    def in_touch(self, now: Now) -> Self:
        return self.filter(last_touch_on__isnull=False, due_on__gt=local_date(now))

    def in_state(self, state: State, now: Now) -> Self:
        match state:
            case State.ENDED:
                return self.ended()
            case State.PAUSED:
                return self.paused()
            case State.NO_CADENCE:
                return self.without_cadence()
            case State.OVERDUE:
                return self.overdue(now)
            case State.BOOKED:
                return self.booked(now)
            case State.DUE:
                return self.due(now)
            case State.NEW:
                return self.new(now)
            case State.IN_TOUCH:
                return self.in_touch(now)

    def with_rhythm(self) -> Self:
        """Those of whom a rhythm asks for check-ins."""
        return self.exclude(every_days=None)

    def met_lately(self, now: Now) -> Self:
        """Those with a touch in the last four weeks."""
        of_late = lies_within("interactions__occurred_on", now, cadence.COUNTED_DAYS - 1, "zone")
        met = Relationship.objects.filter(of_late, interactions__two_way=True)
        return self.filter(pk__in=met.order_by().values("pk"))

    def going_on(self) -> Self:
        """Neither paused nor ended: those whose stage is asked about."""
        return self.filter(paused_since=None, ended_on=None)

    def renewing_within(self, days: int, now: Now) -> Self:
        """Going on, and their renewal day is today or comes within so many days."""
        soon = self.going_on().filter(renewal_on__lte=latest_date(now) + timedelta(days=days))
        return soon.filter(renewal_on__gte=local_date(now), renewal_on__lte=_ago(now, -days))

    def judged_within(self, low: int, high: int) -> Self:
        """Going on, with a score from ``low`` to below ``high``; 100 is within what ends there."""
        rows = self.going_on().filter(standing__score__gte=low)
        return rows if high >= 100 else rows.filter(standing__score__lt=high)

    def unjudged(self) -> Self:
        """Going on, and too little is known for a score."""
        return self.going_on().filter(standing__score=None)

    def proposed(self) -> Self:
        """Those whose evidence is there for the next stage."""
        return self.going_on().exclude(proposed_stage="")

    def to_review(self, now: Now) -> Self:
        """Those whose stage is to be looked at again: as ``stages.wants_review``, with criteria that are lost,
        components that are low for long, or flags that stand for long."""
        days = F("every_days") * Value(stages.REVIEWED_AFTER)
        from_on = models.ExpressionWrapper(F("overdue_from") + days, output_field=models.DateField())
        rows = self.going_on().exclude(stage=stages.Stage.CONTACT).alias(reviewed_from=from_on)
        overdue = Q(reviewed_from__lte=local_date(now))
        return rows.filter(~Q(lost_criteria="") | ~Q(low_components="") | ~Q(long_flags="") | overdue)

    def evidence_overdue(self, now: Now) -> Self:
        """Declared, and the day by which the evidence was due is over."""
        late = self.going_on().filter(evidence_due_on__lt=latest_date(now))
        return late.filter(evidence_due_on__lt=local_date(now))

    def stage_asks(self, now: Now) -> Self:
        """Those with a review or a move proposed, or evidence overdue: their stage wants somebody."""
        every = Relationship.objects.order_by()
        kinds = (every.to_review(now), every.proposed(), every.evidence_overdue(now))
        return self.filter(reduce(or_, (Q(pk__in=rows.values("pk")) for rows in kinds)))

    def unadvanced(self, now: Now) -> Self:
        """Those that nobody tries to advance: long in their stage, without a higher target, an open step or a proposal.

        Partners have nowhere to go, and whoever is newer in a stage is given time: neither is counted.
        """
        tried = Relationship.objects.filter(plan_steps__isnull=False, plan_steps__done_on=None).order_by().values("pk")
        since = _ago(now, stages.TRIED_WITHIN.days)
        waiting = self.going_on().filter(proposed_stage="", stage_since__lte=since).exclude(stage=stages.Stage.PARTNER)
        aimed = Q(target_stage=stages.Stage.PARTNER) | Q(target_stage=stages.Stage.CUSTOMER, stage=stages.Stage.CONTACT)
        return waiting.exclude(aimed).exclude(pk__in=tried)

    def with_lateness(self, now: Now) -> Self:
        return self.annotate(lateness=lateness(now))


@tracked(*DERIVED, *STAGE_DERIVED)
class Relationship(models.Model):
    """What we have with an account; with one account there may be several.

    The fields under *Derived* follow from interactions, agreements, snoozes and pauses; only
    ``actions.refresh`` writes them, so that lists can filter and sort without computing. Those of the stage follow
    from its changes and criteria; only ``actions.judge_stages`` writes them.
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
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    end_reason = models.TextField(_("why it ended"), blank=True, default="")
    # The stage that somebody tries to reach, and by when.
    target_stage = models.TextField(_("target"), choices=Stage, blank=True, default="")
    target_on = models.DateField(_("to be reached by"), null=True, blank=True)
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
    # The next meeting that somebody of theirs has accepted; ``actions.book`` writes it for whoever plans meetings.
    booked_on = models.DateField(null=True, editable=False)
    changes_on = models.DateField(null=True, editable=False)
    # Derived, of the stage: since when it is in it, the one proposed, which of its own criteria are lost, which
    # components are low for long, which flags stand for long, until when a declared one wants its evidence, and the
    # next day on which one of these may change by itself.
    stage_since = models.DateField(null=True, editable=False)
    proposed_stage = models.TextField(choices=Stage, blank=True, default="", editable=False)
    lost_criteria = models.TextField(blank=True, default="", editable=False)
    low_components = models.TextField(blank=True, default="", editable=False)
    long_flags = models.TextField(blank=True, default="", editable=False)
    evidence_due_on = models.DateField(null=True, editable=False)
    judged_again_on = models.DateField(null=True, editable=False)
    # The day as of which the seven above were found so: a sweep as of an earlier one looks at them again.
    judged_as_of = models.DateField(null=True, editable=False)

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
            models.CheckConstraint(
                condition=Q(ended_on=None) | ~Q(end_reason=""),
                name="relationship_end_has_reason",
                violation_error_message=_("Say why it ended."),
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
            models.Index(
                fields=["judged_again_on"],
                condition=Q(judged_again_on__isnull=False),
                name="relationship_judged_again",
            ),
            models.Index(fields=["judged_as_of"], name="relationship_judged_as_of"),
            models.Index(
                fields=["owner", "proposed_stage"], condition=~Q(proposed_stage=""), name="relationship_proposed"
            ),
            models.Index(in_capitals(F("tier")), name="relationship_tier"),
            GinIndex(Capitals("tags"), name="relationship_tags_as_capitals"),
            GinIndex(
                OpClass(PlainText("name"), name="gin_trgm_ops"), condition=~Q(name=""), name="relationship_search"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account.name} · {self.name}" if self.name else self.account.name

    def get_absolute_url(self) -> str:
        return reverse("relationship_detail", args=[self.pk])

    @property
    def lost(self) -> list[stages.Criterion]:
        """The criteria of its stage that were met or waived and are neither now."""
        return [stages.Criterion(name) for name in self.lost_criteria.split()]

    @property
    def low(self) -> list[Component]:
        """The components of its standing that are low for long."""
        return [Component(name) for name in self.low_components.split()]

    @property
    def flagged(self) -> list[Flag]:
        """Its flags that stand for long, where there are two or more."""
        return [Flag(name) for name in self.long_flags.split()]

    def get_history_url(self) -> str:
        return reverse("relationship_history", args=[self.pk])

    def renews_soon(self, today: date) -> bool:
        """Whether it renews on that day or near it."""
        near = timedelta(days=cadence.RENEWAL_DAYS)
        return self.renewal_on is not None and today <= self.renewal_on <= today + near

    def today(self, now: Now) -> date:
        return now.today(self.zone)

    def state(self, now: Now) -> State:
        return cadence.state(
            today=self.today(now),
            paused=self.paused_since is not None,
            ended=self.ended_on is not None,
            due_on=self.due_on,
            overdue_from=self.overdue_from,
            last_touch_on=self.last_touch_on,
            every_days=self.every_days,
            booked_on=self.booked_on,
        )
