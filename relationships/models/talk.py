"""What was said between the two sides."""

from __future__ import annotations

from collections.abc import Iterable
from secrets import token_urlsafe
from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.expressions import Combinable
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact, Someone, User, tracked
from relationships import cadence
from relationships.models.relationship import Relationship, lies_within
from web.clock import Now
from web.finding import PlainText

# What of it search reads; the index is made of the same.
NOTE_SEARCHED = ("summary", "purpose", "next_step", "project")


class InteractionQuerySet(models.QuerySet["Interaction"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.visible_to(user))

    def changeable_by(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.changeable_by(user))

    def touches(self) -> Self:
        return self.filter(two_way=True)

    def of_late(self, now: Now, zone: str | Combinable = "relationship__zone") -> Self:
        """The touches of the last four weeks, over which contact is counted: 28 days where the relationship is."""
        return self.touches().filter(lies_within("occurred_on", now, cadence.COUNTED_DAYS - 1, zone))

    def with_open_step(self) -> Self:
        return self.exclude(next_step_on=None).filter(next_step_done_on=None)

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

    class Topic(models.TextChoices):
        NEEDS = "needs", _("needs")
        PROCESSES = "processes", _("processes")
        IDEAS = "ideas", _("new ideas")

    class Side(models.TextChoices):
        OURS = "ours", _("we did")
        THEIRS = "theirs", _("they did")
        UNKNOWN = "unknown", _("not known")

    # The indexes below begin with it; one more invites the planner to read a whole history where a part is asked for.
    relationship = models.ForeignKey(Relationship, models.CASCADE, related_name="interactions", db_index=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    occurred_on = models.DateField(_("day"))
    channel = models.TextField(_("how"), choices=Channel, default=Channel.CALL)
    begun_by = models.TextField(_("who began it"), choices=Side, default=Side.UNKNOWN)
    purpose = models.TextField(_("purpose"), blank=True, default="")
    two_way = models.BooleanField(_("both sides spoke"), default=True)
    summary = models.TextField(_("what was said"), blank=True, default="")
    topics = ArrayField(models.TextField(choices=Topic), verbose_name=_("what it was about"), default=list, blank=True)
    # A plain label. None is the normal case: a partner is kept in touch with whatever project is running.
    project = models.TextField(_("project"), blank=True, default="")
    next_step = models.TextField(_("next step"), blank=True, default="")
    next_step_on = models.DateField(_("by"), null=True, blank=True)
    next_step_done_on = models.DateField(_("done on"), null=True, blank=True, editable=False)
    contacts = models.ManyToManyField(Contact, through="InteractionContact", related_name="interactions")
    colleagues = models.ManyToManyField(User, through="InteractionColleague", related_name="interactions")
    logged_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    logged_at = models.DateTimeField()
    # The people of both sides once more, as keys: who changes only them has changed the entry.
    present = ArrayField(models.TextField(), default=list, blank=True, editable=False)
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
            ),
            models.CheckConstraint(
                condition=Q(next_step_on=None) | ~Q(next_step=""),
                name="interaction_next_step_says_what",
                violation_error_message=_("Say what the next step is."),
            ),
        ]
        indexes = [
            models.Index(fields=["relationship", "-occurred_on", "-id"], name="interaction_timeline"),
            models.Index(
                fields=["relationship", "-occurred_on"], condition=Q(two_way=True), name="interaction_touches"
            ),
            models.Index(fields=["logged_by", "-logged_at"], name="interaction_lately_logged"),
            models.Index(
                fields=["relationship", "next_step_on"],
                condition=Q(next_step_on__isnull=False, next_step_done_on=None),
                name="interaction_next_steps",
            ),
            GinIndex(OpClass(PlainText(*NOTE_SEARCHED), name="gin_trgm_ops"), name="interaction_search"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} on {self.occurred_on}"

    @staticmethod
    def keys_of(contacts: Iterable[Contact], colleagues: Iterable[User]) -> list[str]:
        """What ``present`` holds for these people."""
        theirs, ours = (sorted({one.pk for one in people}) for people in (contacts, colleagues))
        return [*(f"contact {pk}" for pk in theirs), *(f"colleague {pk}" for pk in ours)]

    def get_topics_display(self) -> str:
        """*needs, new ideas*; Django makes no such method for an array."""
        return ", ".join(str(self.Topic(topic).label) for topic in self.topics)


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


class CommentQuerySet(models.QuerySet["Comment"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.visible_to(user))

    def changeable_by(self, user: Someone) -> Self:
        """One's own; nobody edits what a colleague said."""
        mine = Relationship.objects.changeable_by(user)
        return self.none() if isinstance(user, AnonymousUser) else self.filter(relationship__in=mine, written_by=user)


@tracked()
class Comment(models.Model):
    """What colleagues say to each other about an entry, a promise or the relationship; never seen by the partner."""

    relationship = models.ForeignKey(Relationship, models.CASCADE, related_name="comments")
    # What it was about may be removed and come back; what colleagues said of it stays.
    interaction = models.ForeignKey(Interaction, models.SET_NULL, null=True, blank=True, related_name="comments")
    commitment = models.ForeignKey("Commitment", models.SET_NULL, null=True, blank=True, related_name="comments")
    text = models.TextField(_("comment"))
    written_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    written_at = models.DateTimeField()

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["written_at", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="comment_says_something"),
            models.CheckConstraint(condition=Q(interaction=None) | Q(commitment=None), name="comment_on_one_thing"),
        ]

    def __str__(self) -> str:
        return self.text

    def stands_at(self) -> str:
        """Where it stands: at the promise, at the entry, or at the partner."""
        if self.commitment_id is not None:
            return reverse("commitment_detail", args=[self.commitment_id])
        page = self.relationship.get_absolute_url()
        return page if self.interaction_id is None else f"{page}#entry-{self.interaction_id}"


class MentionQuerySet(models.QuerySet["Mention"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(comment__relationship__in=Relationship.objects.visible_to(user))

    def unseen_by(self, user: User) -> Self:
        return self.visible_to(user).filter(user=user, seen_at=None)


@tracked()
class Mention(models.Model):
    """A colleague named in a comment with @; stands on their Today until they have seen it."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="mentions")
    user = models.ForeignKey(User, models.CASCADE, related_name="mentions")
    seen_at = models.DateTimeField(null=True)

    objects = MentionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comment", "user"], name="mention_once")]
        indexes = [models.Index(fields=["user"], condition=Q(seen_at=None), name="mention_unseen")]

    def __str__(self) -> str:
        return str(self.user)


def _place_for(attachment: Attachment, name: str) -> str:
    """A name that nobody can guess and that says nothing; the file's own name stays in the table."""
    return f"attachments/{token_urlsafe(24)}"


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.visible_to(user))

    def changeable_by(self, user: Someone) -> Self:
        return self.filter(relationship__in=Relationship.objects.changeable_by(user))


@tracked()
class Attachment(models.Model):
    """A link or a file beside the talk. Files lie outside the web root and are only served as attachments."""

    relationship = models.ForeignKey(Relationship, models.CASCADE, related_name="attachments")
    interaction = models.ForeignKey(Interaction, models.SET_NULL, null=True, blank=True, related_name="attachments")
    title = models.TextField(_("name"))
    url = models.URLField(_("address"), max_length=2000, blank=True, default="")
    file = models.FileField(_("file"), upload_to=_place_for, max_length=200, blank=True, default="")
    size = models.BigIntegerField(default=0, editable=False)
    added_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    added_at = models.DateTimeField()

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["-added_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(url="") & ~Q(file="")) | (~Q(url="") & Q(file="")),
                name="attachment_is_a_link_or_a_file",
                violation_error_message=_("Give an address or choose a file, not both."),
            ),
            models.CheckConstraint(condition=~Q(title=""), name="attachment_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.title
