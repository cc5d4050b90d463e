"""Feedback of either side and the loop that closes it: acknowledged, answered, applied or declined, told back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact, Someone, User, tracked
from relationships import feedback
from relationships.models.listening import Heard, ListeningPost
from relationships.models.promises import Commitment
from relationships.models.relationship import Relationship, latest_date, lies_within, local_date
from relationships.models.talk import Attachment, Interaction
from web.clock import Now
from web.finding import PlainText

FEEDBACK_DERIVED = [
    "acknowledged_on", "answered_on", "ended_on", "outcome", "told_voice_on", "told_group_on", "ignored_on",
]  # fmt: skip


# What can be applied; praise and a question end with the answer.
ASKING = ("complaint", "suggestion")
_ASKS = Q(nature__in=ASKING)
_UNTOLD_GROUP = ~Q(behalf_of="") & Q(told_group_on=None)
_HAS_VOICE = ~Q(voice_name="") | Q(side="theirs", contact__isnull=False) | Q(side="ours", colleague__isnull=False)
_UNTOLD_VOICE = Q(told_voice_on=None) & (_ASKS | Q(ended_on__isnull=False)) & _HAS_VOICE
# What grew into another is decided by that.
_UNDECIDED = Q(answered_on__isnull=False, ended_on=None, grew_into=None) & _ASKS
_DONE_WITH = Q(answered_on__isnull=False) & ~_UNDECIDED
_UNTOLD = _UNTOLD_VOICE | _UNTOLD_GROUP


def _promised() -> Exists:
    return Exists(Commitment.objects.filter(feedback=OuterRef("pk")).order_by())


def feedback_states() -> dict[str, Q]:
    """The conditions for the states that lists and their counts are about."""
    return {
        "open": Q(answered_on=None) | _UNDECIDED | _UNTOLD,
        "unsaid": Q(unsaid=True),
        "waiting": Q(answered_on=None, unsaid=False),
        "to_decide": _UNDECIDED & ~Q(_promised()),
        "in_work": _UNDECIDED & Q(_promised()),
        "to_tell": _DONE_WITH & _UNTOLD,
        "closed": _DONE_WITH & ~_UNTOLD,
    }


def waits_long(now: Now, days: int = feedback.DAYS_TO_ANSWER) -> Q:
    """The condition for what nobody has answered for so many days: by default, as long as an answer may take."""
    longest = days * feedback.DAY
    since = models.functions.Cast(local_date(now, "relationship__zone") - models.Value(longest), models.DateField())
    return Q(answered_on=None, unsaid=False, heard_on__lte=latest_date(now) - longest) & Q(heard_on__lte=since)


def is_unread() -> Q:
    """The condition for what became feedback by itself, through a form, and nobody has taken up: nobody knows of it."""
    through_form = Exists(Heard.objects.filter(feedback=OuterRef("pk")).order_by())
    return Q(through_form, written_by=None, acknowledged_on=None, answered_on=None)


def owed_answer(now: Now) -> Q:
    """The condition for what waits for an answer of ours for longer than one may take, where it goes on with them."""
    return waits_long(now) & Q(side="theirs", relationship__ended_on=None)


# What of it search reads; the index is made of the same.
FEEDBACK_SEARCHED = ("said", "voice_name", "behalf_of", "where")


class FeedbackQuerySet(models.QuerySet["Feedback"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.visible_to(user))

    def changeable_by(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.changeable_by(user))

    def ours(self) -> Self:
        """What we said to them."""
        return self.filter(side=Feedback.Side.OURS)

    def theirs(self) -> Self:
        """What they said to us: ours to answer."""
        return self.filter(side=Feedback.Side.THEIRS)

    def owed(self, now: Now) -> Self:
        """Theirs, unanswered for longer than an answer may take."""
        return self.filter(owed_answer(now))

    def wanting_words(self, now: Now) -> Self:
        """Owed, or critical: that is to be talked about on the day on which it was heard, until it is answered."""
        critical = Q(severity=Feedback.Severity.CRITICAL, side=Feedback.Side.THEIRS, answered_on=None, unsaid=False)
        return self.filter(owed_answer(now) | critical & Q(relationship__ended_on=None))

    def answered_within(self, now: Now, days: int) -> Self:
        """Answered on one of the last so many days or today, by the calendar of where the relationship is."""
        return self.filter(lies_within("answered_on", now, days))

    def open(self) -> Self:
        """Something is still to be done: answered, applied or declined, told."""
        return self.filter(feedback_states()["open"])

    def newest_first(self) -> Self:
        return self.order_by("-heard_on", "-id")

    def with_promise(self) -> Self:
        """For lists that say the state: ``has_promise``, whether a promise was made from it."""
        return self.annotate(has_promise=_promised())


@tracked(*FEEDBACK_DERIVED)
class Feedback(models.Model):
    """What one side said about the other: praise, complaint, suggestion or question.

    ``side`` is the side that gave it. The voice is ``contact`` (theirs) or ``colleague`` (ours), or ``voice_name``
    where it is nobody we know; ``behalf_of`` names the group for which they spoke. *Hidden*: nobody said it to us
    outright, we noticed. *Unsaid*: an idea of ours that they have not been told; it counts and waits from the day on
    which they are (``heard_on`` from then, ``told_to`` whom). ``keeper`` sees to the answer. The fields under *Derived*
    follow from the steps; only ``actions.settle`` writes them.
    """

    class Side(models.TextChoices):
        OURS = "ours", _("ours")
        THEIRS = "theirs", _("theirs")

    class Nature(models.TextChoices):
        PRAISE = "praise", _("praise")
        COMPLAINT = "complaint", _("complaint")
        SUGGESTION = "suggestion", _("suggestion")
        QUESTION = "question", _("question")

    class Severity(models.IntegerChoices):
        MINOR = 1, _("minor")
        SERIOUS = 2, _("serious")
        CRITICAL = 3, _("critical")

    class Outcome(models.TextChoices):
        APPLIED = "applied", _("applied")
        DECLINED = "declined", _("declined")

    relationship = models.ForeignKey(Relationship, models.CASCADE, related_name="feedback")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    side = models.TextField(_("whose"), choices=Side, default=Side.THEIRS)
    nature = models.TextField(_("kind"), choices=Nature, default=Nature.SUGGESTION)
    said = models.TextField(_("what was said"))
    hidden = models.BooleanField(_("not said outright, we noticed"), default=False)
    unsaid = models.BooleanField(_("not told to them yet"), default=False)
    told_to = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("told to")
    )
    severity = models.SmallIntegerField(_("severity"), choices=Severity, null=True, blank=True)
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("who of theirs")
    )
    colleague = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("who of us")
    )
    voice_name = models.TextField(_("name"), blank=True, default="")
    behalf_of = models.TextField(_("on behalf of"), blank=True, default="")
    keeper = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="kept_feedback", verbose_name=_("who answers")
    )
    post = models.ForeignKey(
        ListeningPost, models.SET_NULL, null=True, blank=True, related_name="feedback", verbose_name=_("heard at")
    )
    where = models.TextField(_("where it was heard"), blank=True, default="")
    heard_on = models.DateField(_("heard on"))
    interaction = models.ForeignKey(
        Interaction, models.SET_NULL, null=True, blank=True, related_name="feedback", editable=False
    )
    # A suggestion evolves: what came of this one is another.
    grew_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="grew_from", verbose_name=_("grew into")
    )
    written_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", editable=False)
    written_at = models.DateTimeField(editable=False)

    # Derived
    acknowledged_on = models.DateField(null=True, editable=False)
    answered_on = models.DateField(null=True, editable=False)
    ended_on = models.DateField(null=True, editable=False)
    outcome = models.TextField(choices=Outcome, blank=True, default="", editable=False)
    told_voice_on = models.DateField(null=True, editable=False)
    told_group_on = models.DateField(null=True, editable=False)
    ignored_on = models.DateField(null=True, editable=False)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        ordering = ["-heard_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(said=""), name="feedback_says_something", violation_error_message=_("Say what was said.")
            ),
            models.CheckConstraint(
                condition=Q(nature="complaint") | Q(severity=None),
                name="feedback_only_complaints_are_severe",
                violation_error_message=_("Only a complaint has a severity."),
            ),
            models.CheckConstraint(condition=~Q(grew_into=F("id")), name="feedback_not_grown_into_itself"),
            models.CheckConstraint(condition=Q(unsaid=False) | Q(side="ours"), name="feedback_only_ours_is_unsaid"),
        ]
        indexes = [
            models.Index(fields=["relationship", "-heard_on", "-id"], name="feedback_by_day"),
            models.Index(
                fields=["keeper", "heard_on"],
                condition=Q(side="theirs", answered_on=None),
                name="feedback_unanswered_by_keeper",
            ),
            models.Index(
                fields=["heard_on", "id"],
                condition=Q(answered_on=None, ignored_on=None),
                name="feedback_to_be_ignored",
            ),
            models.Index(fields=["-heard_on", "-id"], name="feedback_newest"),
            GinIndex(OpClass(PlainText(*FEEDBACK_SEARCHED), name="gin_trgm_ops"), name="feedback_search"),
        ]

    def __str__(self) -> str:
        return self.said

    def get_absolute_url(self) -> str:
        return reverse("feedback_detail", args=[self.pk])

    @property
    def voice(self) -> str:
        """Who said it, by name; empty where nobody in particular did."""
        who = self.colleague if self.side == self.Side.OURS else self.contact
        return str(who) if who else self.voice_name

    @property
    def has_voice(self) -> bool:
        who = self.colleague_id if self.side == self.Side.OURS else self.contact_id
        return who is not None or bool(self.voice_name)

    @property
    def asks(self) -> bool:
        return self.nature in ASKING

    @property
    def answering(self) -> str:
        """The side that owes the answer."""
        return self.Side.THEIRS if self.side == self.Side.OURS else self.Side.OURS

    @property
    def promised(self) -> bool:
        """Whether a promise was made from it: known to ``with_promise``, asked for otherwise."""
        known = self.__dict__.get("has_promise")
        return self.commitments.exists() if known is None else bool(known)

    def record(self, steps: Iterable[FeedbackStep]) -> feedback.Record:
        """For the rules; ``steps`` are those of this one. Promises make no difference to what follows from them."""
        return feedback.Record(
            heard_on=self.heard_on,
            steps=tuple(feedback.Dated(feedback.Step(step.kind), step.done_on) for step in steps),
            asks=self.asks,
            has_voice=self.has_voice,
            for_group=bool(self.behalf_of),
            grown=self.grew_into_id is not None,
            unsaid=self.unsaid,
        )

    @property
    def settled(self) -> feedback.Record:
        """For the rules, from the derived fields alone: as good as the steps, for lists that do not fetch them."""
        days = {
            feedback.Step.ACKNOWLEDGED: self.acknowledged_on,
            feedback.Step.ANSWERED: self.answered_on,
            feedback.Step.TOLD_VOICE: self.told_voice_on,
            feedback.Step.TOLD_GROUP: self.told_group_on,
        }
        if self.outcome:
            days[feedback.Step(self.outcome)] = self.ended_on
        grown = self.grew_into_id is not None
        undecided = self.asks and self.answered_on is not None and self.ended_on is None and not grown
        return feedback.Record(
            heard_on=self.heard_on,
            steps=tuple(feedback.Dated(step, day) for step, day in days.items() if day is not None),
            asks=self.asks,
            has_voice=self.has_voice,
            for_group=bool(self.behalf_of),
            promised=undecided and self.promised,
            grown=grown,
            unsaid=self.unsaid,
        )

    @property
    def state(self) -> feedback.State:
        return feedback.state_of(self.settled)


class FeedbackStepQuerySet(models.QuerySet["FeedbackStep"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(feedback__relationship__in=Relationship.objects.visible_to(user))

    def changeable_by(self, user: Someone) -> Self:
        return self.filter(feedback__relationship__in=Relationship.objects.changeable_by(user))


@tracked()
class FeedbackStep(models.Model):
    """What was done about it on a day; each kind once. ``text`` is the answer, the reason, or what was told."""

    class Kind(models.TextChoices):
        ACKNOWLEDGED = "acknowledged", _("acknowledged")
        ANSWERED = "answered", _("answered")
        APPLIED = "applied", _("applied")
        DECLINED = "declined", _("declined")
        TOLD_VOICE = "told_voice", _("told back")
        TOLD_GROUP = "told_group", _("told the group")

    feedback = models.ForeignKey(Feedback, models.CASCADE, related_name="steps")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    kind = models.TextField(choices=Kind)
    done_on = models.DateField(_("on"))
    text = models.TextField(_("what was said"), blank=True, default="")
    url = models.URLField(_("link to what was made"), max_length=2000, blank=True, default="")
    attachment = models.ForeignKey(
        Attachment, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("picture")
    )
    written_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    written_at = models.DateTimeField()

    objects = FeedbackStepQuerySet.as_manager()

    class Meta:
        ordering = ["done_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["feedback", "kind"],
                name="feedback_step_once",
                violation_error_message=_("This was done already."),
            ),
            models.CheckConstraint(
                condition=~Q(kind="declined") | ~Q(text=""),
                name="feedback_declined_with_a_reason",
                violation_error_message=_("Say why it is declined."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} on {self.done_on}"
