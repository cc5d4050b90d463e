"""The outbox, and who wants which mail."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from accounts import access
from accounts.models import Contact, Someone, User, tracked

# Nobody works on the row any more: its lease is over, or the connection that took it is gone with its process.
ABANDONED = """(lease_until IS NULL OR lease_until <= clock_timestamp()
    OR NOT EXISTS (SELECT 1 FROM pg_stat_activity AS living WHERE living.pid = claimed_by))"""


class Kind(models.TextChoices):
    DIGEST = "digest", _("the weekly digest of your partners, on Mondays at 7:00")
    TEAM_DIGEST = "team_digest", _("the weekly digest of your team, on Tuesdays at 7:00")
    INVITATION = "invitation", _("the invitation")
    MEETING = "meeting", _("the invitation to a meeting")
    MINUTES = "minutes", _("the minutes of a meeting")
    BRIEF = "brief", _("the brief before a meeting")
    PULSE = "pulse", _("a question to one of theirs")


WEEKLY = (Kind.DIGEST, Kind.TEAM_DIGEST)


class OutboxMailQuerySet(models.QuerySet["OutboxMail"]):
    def visible_to(self, user: Someone) -> Self:
        """Administrators see all; others see of their own those that may not have reached them."""
        if access.reach_of(user).everything:
            return self
        return self.filter(access.staff(user), recipient=user.pk, state=OutboxMail.State.DOT)

    def unsure(self) -> Self:
        """Handed over to the last byte and never answered: delivered or not, nobody here knows."""
        return self.filter(RawSQL(ABANDONED, [], output_field=models.BooleanField()), state=OutboxMail.State.DOT)

    def failed(self) -> Self:
        return self.filter(state__in=[OutboxMail.State.BOUNCED, OutboxMail.State.DEAD])

    def held_up(self) -> Self:
        """Waiting for another attempt."""
        return self.filter(state=OutboxMail.State.PLANNED).exclude(last_error="")

    def in_want_of_a_person(self) -> Self:
        return self.filter(pk__in=self.unsure().values("pk")) | self.failed()


class OutboxMail(models.Model):
    """One mail to one person for one period. The unique key is the promise that it goes out once.

    The person is one of ours (``recipient``) or one of theirs (``contact``). ``lease_until`` is read by the database's
    clock: of a claimed row, until when it is somebody's; of a planned one, before when it is not tried again. ``raw``
    holds the bytes while they may have to be sent again.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        CLAIMED = "claimed", _("being sent")
        DOT = "dot", _("not known")
        SENT = "sent", _("sent")
        BOUNCED = "bounced", _("refused")
        PARKED = "parked", _("parked")
        SKIPPED = "skipped", _("not needed")
        SUPERSEDED = "superseded", _("replaced by a newer one")
        DEAD = "dead", _("given up")

    kind = models.TextField(choices=Kind)
    recipient = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    contact = models.ForeignKey(Contact, models.CASCADE, null=True, related_name="+")
    period = models.TextField()
    due_at = models.DateTimeField()
    planned_at = models.DateTimeField()
    state = models.TextField(choices=State, default=State.PLANNED)
    attempt = models.IntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    claimed_by = models.IntegerField(null=True)
    message_id = models.TextField(null=True, unique=True)  # noqa: DJ001  (none until it is written; those don't collide)
    raw = models.BinaryField(null=True)
    body_sha256 = models.TextField(default="")
    last_error = models.TextField(default="")
    sent_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = OutboxMailQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "recipient", "period"], name="mail_once_per_period"),
            models.UniqueConstraint(fields=["kind", "contact", "period"], name="mail_to_contact_once_per_period"),
            models.CheckConstraint(
                condition=Q(recipient__isnull=False, contact=None) | Q(recipient=None, contact__isnull=False),
                name="mail_to_one_person",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state__in=["planned", "claimed"]), name="mail_to_send"),
            models.Index(fields=["due_at"], condition=Q(state__in=["dot", "bounced", "dead"]), name="mail_to_look_at"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.period}"

    @property
    def person(self) -> User | Contact:
        """Needs ``recipient`` and ``contact`` selected where many are shown."""
        person = self.recipient or self.contact
        assert person is not None
        return person


class DigestOptOutQuerySet(models.QuerySet["DigestOptOut"]):
    def visible_to(self, user: Someone) -> Self:
        if access.reach_of(user).everything:
            return self
        return self.filter(access.staff(user), user=user.pk)


@tracked()
class DigestOptOut(models.Model):
    """A weekly mail that a person does not want."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    kind = models.TextField(choices=Kind)
    at = models.DateTimeField()

    objects = DigestOptOutQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="digest_opt_out_once")]

    def __str__(self) -> str:
        return f"{self.user} without {self.kind}"
