"""Listening posts: the places where the partner's voice is heard, and what came in through their forms."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts import access
from accounts.models import Someone, Team, User, tracked
from relationships.models.relationship import Relationship


class ListeningPostQuerySet(models.QuerySet["ListeningPost"]):
    def visible_to(self, user: Someone) -> Self:
        """The register is for all of the staff; a post of one relationship for those who see that."""
        general = Q(relationship=None) & access.staff(user)
        return self.filter(general | Q(relationship__in=Relationship.objects.visible_to(user)))

    def changeable_by(self, user: Someone) -> Self:
        """Its owner, the managers of the team, administrators; one of a relationship whoever may change that."""
        reach = access.reach_of(user)
        if reach.everything:
            return self
        if not reach.staff:
            return self.none()
        general = Q(relationship=None) & (Q(owner__in=reach.owners) | Q(team__in=reach.managed))
        return self.filter(general | Q(relationship__in=Relationship.objects.changeable_by(user)))

    def open(self) -> Self:
        return self.filter(closed_on=None)

    def answering(self) -> Self:
        """Those with a public form that takes what is said."""
        there = Q(relationship=None) | Q(relationship__removed_at=None)
        return self.open().filter(there, public=True)


@tracked()
class ListeningPost(models.Model):
    """A place where the partner's voice is heard: a support line, a form, a visit, a test.

    With ``public`` it has a form that anybody with its address may fill in. The address holds a signature over the
    key and ``version``: raising the version makes all former addresses void. Nothing secret is stored.
    """

    class Kind(models.TextChoices):
        CALL = "call", _("calls")
        SUPPORT = "support", _("support")
        FORM = "form", _("form")
        EMAIL = "email", _("e-mail")
        VISIT = "visit", _("visits")
        TEST = "test", _("usability test")
        OTHER = "other", _("other")

    name = models.TextField(_("name"))
    kind = models.TextField(_("kind"), choices=Kind, default=Kind.FORM)
    covers = models.TextField(_("what it covers"), blank=True, default="")
    owner = models.ForeignKey(User, models.PROTECT, related_name="listening_posts", verbose_name=_("owner"))
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="listening_posts", verbose_name=_("team")
    )
    # With one, what is heard is about it; without, its owner sorts what comes in.
    relationship = models.ForeignKey(
        Relationship,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="listening_posts",
        verbose_name=_("only about"),
    )
    public = models.BooleanField(_("public form"), default=False)
    version = models.IntegerField(default=1, editable=False)
    opened_on = models.DateField(editable=False)
    closed_on = models.DateField(null=True, editable=False)

    objects = ListeningPostQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(name=""), name="listening_post_has_a_name", violation_error_message=_("Give it a name.")
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("listening_post_detail", args=[self.pk])

    @property
    def kind_said(self) -> str:
        """*Calls*, *Public form*, *Support, public form*: the kind of post, said once."""
        kind = str(self.get_kind_display())
        public = str(_("public form")) if self.public else ""
        parts = [public] if public and self.kind == self.Kind.FORM else [kind, public]
        return capfirst(", ".join(part for part in parts if part))


class HeardQuerySet(models.QuerySet["Heard"]):
    def visible_to(self, user: Someone) -> Self:
        """Whoever sorts what comes in at the post."""
        return self.filter(post__in=ListeningPost.objects.changeable_by(user))

    def changeable_by(self, user: Someone) -> Self:
        return self.filter(post__in=ListeningPost.objects.changeable_by(user))

    def unsorted(self) -> Self:
        return self.filter(feedback=None, set_aside_at=None)


@tracked()
class Heard(models.Model):
    """What somebody wrote into the public form of a listening post, as they wrote it; kept, whatever becomes of it.

    *Sorted* once it is feedback of a relationship, or set aside (not for us, nonsense) with a reason.
    """

    post = models.ForeignKey(ListeningPost, models.CASCADE, related_name="heard")
    text = models.TextField(_("what you want to say"))
    nature = models.TextField(_("it is"), blank=True, default="")
    name = models.TextField(_("your name"), blank=True, default="")
    organisation = models.TextField(_("your organisation"), blank=True, default="")
    reach = models.TextField(_("how to reach you"), blank=True, default="")
    behalf_of = models.TextField(_("on behalf of"), blank=True, default="")
    # A colleague without an account wrote down what somebody of theirs said.
    noted_by = models.TextField(_("noted down by"), blank=True, default="")
    heard_at = models.DateTimeField()
    # Of the form that was sent and all that was said in it: sent twice, it is the same.
    sent_as = models.UUIDField(unique=True, null=True, editable=False)
    feedback = models.ForeignKey("Feedback", models.SET_NULL, null=True, blank=True, related_name="heard")
    set_aside_at = models.DateTimeField(null=True)
    set_aside_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    set_aside_why = models.TextField(_("why"), blank=True, default="")

    objects = HeardQuerySet.as_manager()

    class Meta:
        ordering = ["-heard_at", "-id"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="heard_says_something")]
        indexes = [
            models.Index(
                fields=["post", "heard_at"], condition=Q(feedback=None, set_aside_at=None), name="heard_unsorted"
            ),
            models.Index(fields=["post", "-heard_at", "-id"], name="heard_newest"),
        ]

    def __str__(self) -> str:
        return self.text
