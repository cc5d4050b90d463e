"""Pulse: one question at a time to both sides in turn, and what they say. No standing reads it."""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact, Someone, User, tracked
from relationships import pulse, two_views
from relationships.models.people import Stakeholder
from relationships.models.relationship import Relationship
from relationships.models.talk import Interaction
from relationships.pulse import HIGHEST, LOWEST


class PulseSide(models.TextChoices):
    OURS = pulse.Side.OURS.value, _("ours")
    THEIRS = pulse.Side.THEIRS.value, _("theirs")


class PulseQuestion(models.TextChoices):
    """What it is about, in short; what is asked of either side is in ``relationships.pulse_words``."""

    SATISFACTION = "satisfaction", _("satisfied with us")
    KEEPS_WORD = "keeps_word", _("we keep our word")
    CHOOSE_AGAIN = "choose_again", _("would choose us again")
    LISTENS = "listens", _("we listen")
    WORTH_PRICE = "worth_price", _("worth the price")
    OPEN_ABOUT_TROUBLE = "open_about_trouble", _("bad news comes from us, in time")
    KNOWS_THEM = "knows_them", _("we know their business")
    FAIR = "fair", _("we are fair")
    HONEST_NUMBERS = "honest_numbers", _("our figures hold")
    OWNS_MISTAKES = "owns_mistakes", _("we own our mistakes")
    THEIR_INTEREST = "their_interest", _("we look after their interest")
    RELIABLE_PEOPLE = "reliable_people", _("our people can be relied on")


class PulseQuerySet(models.QuerySet["Pulse"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.visible_to(user))

    def changeable_by(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.changeable_by(user))

    def open(self) -> Self:
        return self.filter(state=Pulse.State.OPEN)

    def alive(self) -> Self:
        """Without those of partners that are paused, over or removed: they are not asked."""
        going_on = {"relationship__paused_since": None, "relationship__ended_on": None}
        return self.filter(relationship__removed_at=None, **going_on)


@tracked()
class Pulse(models.Model):
    """A question that one side is asked. Theirs comes after ours was answered or skipped, and names it (``follows``).

    ``to_stakeholder`` is whom of theirs it was given to, by a link; ``sent_at`` when the link was sent by mail, which
    may be taken back for some seconds. Open, it waits until ``pulse.until(asked_on)``; then the sweep lets it go.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        ANSWERED = "answered", _("answered")
        SKIPPED = "skipped", _("skipped")
        LAPSED = "lapsed", _("not answered")

    class Occasion(models.TextChoices):
        MEETING = pulse.Occasion.MEETING.value, _("after a meeting")
        MONTH = pulse.Occasion.MONTH.value, _("once a month")
        HAND = pulse.Occasion.HAND.value, _("asked by hand")

    relationship = models.ForeignKey(Relationship, models.CASCADE, related_name="pulses", db_index=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    question = models.TextField(_("question"), choices=PulseQuestion)
    side = models.TextField(_("side"), choices=PulseSide)
    asked_on = models.DateField(_("asked on"))
    occasion = models.TextField(_("why it was asked"), choices=Occasion)
    talk = models.ForeignKey(Interaction, models.SET_NULL, null=True, related_name="+")
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    follows = models.OneToOneField("self", models.CASCADE, null=True, related_name="followed_by")
    state = models.TextField(choices=State, default=State.OPEN)
    closed_on = models.DateField(null=True)
    to_stakeholder = models.ForeignKey(
        Stakeholder, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("given to")
    )
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = PulseQuerySet.as_manager()

    class Meta:
        ordering = ["asked_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["relationship"],
                condition=Q(state="open"),
                name="pulse_open_once",
                violation_error_message=_("A question is open here already."),
            ),
            models.CheckConstraint(condition=Q(shared=False), name="pulse_stays_among_us"),
            models.CheckConstraint(
                condition=Q(state="open", closed_on=None) | (~Q(state="open") & Q(closed_on__isnull=False)),
                name="pulse_closed_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(side="theirs") | Q(to_stakeholder=None, sent_at=None, follows=None),
                name="pulse_only_theirs_is_given",
            ),
        ]
        indexes = [
            models.Index(fields=["relationship", "-asked_on", "-id"], name="pulse_by_day"),
            models.Index(fields=["side", "asked_on"], condition=Q(state="open"), name="pulse_open"),
            models.Index(fields=["sent_at"], condition=Q(state="open", sent_at__isnull=False), name="pulse_to_send"),
        ]

    def __str__(self) -> str:
        return f"{self.question} of {self.side}"

    @property
    def is_skipped(self) -> bool:
        return self.state == self.State.SKIPPED


class PulseAnswerQuerySet(models.QuerySet["PulseAnswer"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.visible_to(user))

    def changeable_by(self, user: Someone) -> Self:
        """One's own, and what was entered for somebody of theirs. What they said themselves nobody here touches."""
        if isinstance(user, AnonymousUser):
            return self.none()
        mine = self.filter(relationship__in=Relationship.objects.changeable_by(user))
        return mine.filter(Q(way=PulseAnswer.Way.OWN, answered_by=user) | Q(way=PulseAnswer.Way.STAFF))


@tracked()
class PulseAnswer(models.Model):
    """What a side said to a question: 1 to 5, and words where they were given.

    Ours is said by ``answered_by``. Theirs is said by ``said_by``: through the link, or told to ``entered_by``, who
    wrote it down.
    """

    class Way(models.TextChoices):
        OWN = "own", _("said here")
        STAFF = "staff", _("entered by one of ours")
        LINK = "link", _("answered by link")

    pulse = models.OneToOneField(Pulse, models.CASCADE, related_name="answer")
    relationship = models.ForeignKey(Relationship, models.CASCADE, related_name="pulse_answers", db_index=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    question = models.TextField(choices=PulseQuestion)
    side = models.TextField(choices=PulseSide)
    score = models.PositiveSmallIntegerField(
        _("answer"), validators=[MinValueValidator(LOWEST), MaxValueValidator(HIGHEST)]
    )
    words = models.TextField(_("in words"), blank=True, default="")
    on = models.DateField(_("on"))
    said_by = models.ForeignKey(
        Stakeholder, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("said by")
    )
    answered_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    entered_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    way = models.TextField(choices=Way)

    objects = PulseAnswerQuerySet.as_manager()

    class Meta:
        ordering = ["on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(score__gte=LOWEST, score__lte=HIGHEST), name="pulse_answer_is_one_to_five"
            ),
            models.CheckConstraint(
                condition=Q(side="ours", way="own", said_by=None) | Q(side="theirs", way__in=["staff", "link"]),
                name="pulse_answer_came_its_way",
            ),
            models.CheckConstraint(condition=Q(shared=False), name="pulse_answer_stays_among_us"),
        ]
        indexes = [models.Index(fields=["relationship", "-on", "-id"], name="pulse_answer_by_day")]

    def __str__(self) -> str:
        return f"{self.question} of {self.side}: {self.score}"

    @property
    def as_answer(self) -> two_views.Answer:
        return two_views.Answer(self.question, self.side, self.score, self.on, self.pk)


class PulseRefusalQuerySet(models.QuerySet["PulseRefusal"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(contact__in=Contact.objects.visible_to(user))


@tracked()
class PulseRefusal(models.Model):
    """A person of theirs who does not want to be sent such questions by mail. They say so behind the link."""

    contact = models.OneToOneField(Contact, models.CASCADE, related_name="+")
    at = models.DateTimeField()

    objects = PulseRefusalQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.contact_id} is not asked by mail"
