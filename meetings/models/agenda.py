"""What is spoken about at a meeting, and what came of it."""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, Q, When
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact, Someone, User, tracked
from meetings import agenda
from meetings.models.meeting import Meeting, MeetingAccount, MeetingAccountQuerySet, beside
from relationships.models import Commitment, Feedback
from web.finding import PlainText

ITEM_DERIVED = ["position", "critical", "due_on", "since", "settled", "spent"]
# What the index of words reads of an item, and of a decision.
ITEM_SEARCHED, DECISION_SEARCHED = ("title", "notes"), ("decision",)


def _among_us() -> MeetingAccountQuerySet:
    return MeetingAccount.objects.only_ours().filter(meeting__kind=Meeting.Kind.INTERNAL)


class AgendaItemQuerySet(models.QuerySet["AgendaItem"]):
    def visible_to(self, user: Someone) -> Self:
        """What is about one partner with that partner; what is about all with the meeting."""
        return self.filter(beside(MeetingAccount.objects.visible_to(user)))

    def changeable_by(self, user: Someone) -> Self:
        return self.filter(beside(MeetingAccount.objects.changeable_by(user)))

    def standing(self) -> Self:
        """Those on the agenda, in their order."""
        return self.filter(dropped_at=None).order_by("position", "id")

    def dropped(self) -> Self:
        return self.exclude(dropped_at=None).order_by("-dropped_at", "id")

    def for_them(self) -> Self:
        """Those that leave the house, if their meeting does."""
        return self.standing().filter(shared=True)

    def with_kept_back(self) -> Self:
        """Each knows as ``kept_back`` whether it was written for an internal meeting with nobody of theirs.

        What stood on the agenda of a meeting with them was meant for them, whoever came.
        """
        ours = When(beside(_among_us()), then=True)
        return self.annotate(kept_back=Case(ours, default=False, output_field=models.BooleanField()))


@tracked(*ITEM_DERIVED)
class AgendaItem(models.Model):
    """An item of an agenda, as ``agenda.Row`` knows it. ``key`` names what it is about: *promise:12*.

    ``shared`` items stand in invitations and minutes; others are only ours. ``notes`` are those of the meeting and as
    shared as the item. The fields under *Derived* follow from their source each time the agenda is read anew.
    """

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="items")
    party = models.ForeignKey(MeetingAccount, models.CASCADE, null=True, blank=True, related_name="items")
    shared = models.BooleanField(_("they see it"), default=True)
    key = models.TextField(editable=False)
    kind = models.SmallIntegerField(choices=[(kind.value, kind.name.lower()) for kind in agenda.Kind], editable=False)
    side = models.TextField(choices=[("ours", _("ours")), ("theirs", _("theirs"))], default="ours", editable=False)
    title = models.TextField(_("item"))
    # A title that somebody wrote is no longer that of the source.
    reworded = models.BooleanField(default=False, editable=False)
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), validators=[MinValueValidator(1), MaxValueValidator(8 * 60)]
    )
    colleague = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", editable=False)
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, blank=True, related_name="+", editable=False)
    moved = models.BooleanField(default=False, editable=False)
    pinned_at = models.PositiveSmallIntegerField(null=True, editable=False)
    dropped_at = models.DateTimeField(null=True, editable=False)
    done_at = models.DateTimeField(null=True, editable=False)
    carried = models.PositiveSmallIntegerField(default=0, editable=False)
    carried_from = models.DateField(null=True, editable=False)
    notes = models.TextField(_("notes"), blank=True, default="")
    notes_version = models.PositiveIntegerField(default=0, editable=False)
    added_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", editable=False)
    added_at = models.DateTimeField(editable=False)

    # Derived
    position = models.PositiveSmallIntegerField(default=0, editable=False)
    critical = models.BooleanField(default=False, editable=False)
    due_on = models.DateField(null=True, editable=False)
    since = models.DateField(null=True, editable=False)
    settled = models.BooleanField(default=False, editable=False)
    # Seconds that were spent on it so far.
    spent = models.PositiveIntegerField(default=0, editable=False)

    objects = AgendaItemQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "key"], name="agenda_item_once"),
            models.CheckConstraint(
                condition=~Q(title=""), name="agenda_item_says_what", violation_error_message=_("Say what it is about.")
            ),
        ]
        indexes = [GinIndex(OpClass(PlainText(*ITEM_SEARCHED), name="gin_trgm_ops"), name="agenda_item_search")]

    def __str__(self) -> str:
        return self.title


class AgendaChangeQuerySet(models.QuerySet["AgendaChange"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(beside(MeetingAccount.objects.visible_to(user)))


class AgendaChange(models.Model):
    """What somebody made of an agenda, in words: whoever comes second with an older version is told it."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="agenda_changes")
    version = models.PositiveIntegerField()
    said = models.TextField()
    # What is about an item of one partner is told only to who sees that partner.
    party = models.ForeignKey(MeetingAccount, models.CASCADE, null=True, related_name="+")
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    objects = AgendaChangeQuerySet.as_manager()

    class Meta:
        ordering = ["version"]
        constraints = [models.UniqueConstraint(fields=["meeting", "version"], name="agenda_change_once")]

    def __str__(self) -> str:
        return self.said


class OutcomeQuerySet(models.QuerySet["Outcome"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(beside(MeetingAccount.objects.visible_to(user)))

    def changeable_by(self, user: Someone) -> Self:
        return self.filter(beside(MeetingAccount.objects.changeable_by(user)))

    def only_ours(self) -> Self:
        """Those that do not leave the house: by themselves, as they came up at an item that does not, or at an internal
        meeting with nobody of theirs."""
        return self.filter(Q(shared=False) | Q(item__shared=False) | beside(_among_us()))

    def untold(self) -> Self:
        """Those, and what came of any meeting in which nobody of theirs is known to have been."""
        return self.filter(Q(shared=False) | Q(item__shared=False) | beside(MeetingAccount.objects.only_ours()))


@tracked()
class Outcome(models.Model):
    """What came of a meeting, where it arose: a decision in words, or a promise or feedback that stands by itself."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="outcomes")
    item = models.ForeignKey(AgendaItem, models.SET_NULL, null=True, blank=True, related_name="outcomes")
    party = models.ForeignKey(MeetingAccount, models.CASCADE, null=True, blank=True, related_name="outcomes")
    shared = models.BooleanField(_("they see it"), default=True)
    decision = models.TextField(_("decision"), blank=True, default="")
    commitment = models.OneToOneField(
        Commitment, models.CASCADE, null=True, blank=True, related_name="+", editable=False
    )
    feedback = models.OneToOneField(Feedback, models.CASCADE, null=True, blank=True, related_name="+", editable=False)
    written_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", editable=False)
    written_at = models.DateTimeField(editable=False)

    objects = OutcomeQuerySet.as_manager()

    class Meta:
        ordering = ["written_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(commitment=None, feedback=None) & ~Q(decision="")
                | Q(commitment__isnull=False, feedback=None, decision="")
                | Q(commitment=None, feedback__isnull=False, decision=""),
                name="outcome_is_one_thing",
                violation_error_message=_("Say what was decided."),
            )
        ]
        indexes = [
            GinIndex(
                OpClass(PlainText(*DECISION_SEARCHED), name="gin_trgm_ops"),
                condition=~Q(decision=""),
                name="decision_search",
            )
        ]

    def __str__(self) -> str:
        return self.decision or str(self.commitment or self.feedback)


class PrivateNoteQuerySet(models.QuerySet["PrivateNote"]):
    def visible_to(self, user: Someone) -> Self:
        """Only who wrote it, while they see the meeting; not an administrator either."""
        if isinstance(user, AnonymousUser):
            return self.none()
        return self.filter(written_by=user.pk, meeting__in=Meeting.objects.visible_to(user))


class PrivateNote(models.Model):
    """What somebody keeps about a meeting for themselves: never shared, never sent, and not in the audit rows."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="private_notes")
    written_by = models.ForeignKey(User, models.CASCADE, related_name="+")
    text = models.TextField(_("private note"), blank=True, default="")
    version = models.PositiveIntegerField(default=0)
    written_at = models.DateTimeField()

    objects = PrivateNoteQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "written_by"], name="private_note_once")]

    def __str__(self) -> str:
        return f"of {self.written_by_id}"
