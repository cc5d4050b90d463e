"""People, teams and organisations, and the steps a person can take back."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Any, ClassVar, Self, TypeAlias

import pghistory
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import MD5, Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import access, duplicates
from accounts.access import Reach
from accounts.teams import at_and_below
from web import zones
from web.clock import Now
from web.finding import Beginning, PlainText

Someone: TypeAlias = "User | AnonymousUser"


def tracked(*exclude: str) -> Any:
    """History by database trigger, deletes included. ``exclude`` names columns that are derived or secret."""
    changed = pghistory.AnyChange(exclude=list(exclude)) if exclude else pghistory.AnyChange()
    return pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(condition=changed),
        pghistory.DeleteEvent(),
        exclude=list(exclude),
    )


class TeamQuerySet(models.QuerySet["Team"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(access.staff(user))


@tracked()
class Team(models.Model):
    """A node of the tree of teams. Managers of a team manage the teams below it too."""

    name = models.TextField(_("name"))
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"), name="team_name_unique", violation_error_message=_("A team of this name exists.")
            ),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="team_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def branch(self) -> frozenset[int]:
        """The keys of the team and of all below it: what a list narrowed to the team shows. One query."""
        return at_and_below([self.pk], Team.objects.values_list("id", "parent_id"))


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: Someone) -> Self:
        """Colleagues are a directory for the staff; people of partners only for administrators."""
        if access.reach_of(user).everything:
            return self
        return self.filter(access.staff(user), audience=User.Audience.STAFF)

    def active_staff(self) -> Self:
        return self.filter(is_active=True, audience=User.Audience.STAFF)

    def managed_by(self, user: Someone) -> Self:
        """Whose manager the person is: who looks after partners for a team of theirs, and the managers of teams below.

        Two who manage one team are nobody's manager there, and an administrator's rights make nobody's either.
        """
        if isinstance(user, AnonymousUser):
            return self.none()
        below = ~Q(role=Membership.Role.MANAGER) | Q(team__parent__in=user.manages)
        inside = Membership.objects.filter(below, team__in=user.manages).exclude(role=Membership.Role.READER)
        return self.active_staff().filter(pk__in=inside.order_by().values("user")).exclude(pk=user.pk)

    def covered_by_order_of(self, user: Someone) -> Self:
        """For whom the person may say who stands in: oneself, and for a manager whoever is in no team but theirs.

        Somebody who also works for a team elsewhere says it themselves: the stand-in sees that team's partners too.
        """
        reach = access.reach_of(user)
        if reach.everything or not reach.staff:
            return self.filter(access.administers(user), audience=User.Audience.STAFF)
        inside = self.filter(memberships__team__in=reach.managed).exclude(
            pk__in=Membership.objects.exclude(team__in=reach.managed).values("user")
        )
        return self.filter(Q(pk=user.pk) | Q(pk__in=inside.values("pk")), audience=User.Audience.STAFF)


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user: User = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, email: str | None) -> User:
        return self.get(email__iexact=email)  # type: ignore[no-any-return]


@tracked("password", "last_login")
class User(AbstractBaseUser):
    """A person who can sign in. ``audience`` decides which half of the site exists for them."""

    class Audience(models.TextChoices):
        STAFF = "staff", _("staff")
        PARTNER = "partner", _("partner")

    email = models.EmailField(_("e-mail address"), max_length=254, unique=True)
    name = models.TextField(_("name"))
    zone = models.TextField(_("time zone"), default="UTC", validators=[zones.validate])
    audience = models.TextField(_("audience"), choices=Audience, default=Audience.STAFF)
    is_administrator = models.BooleanField(_("administrator"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now)
    theme = models.TextField(
        _("appearance"),
        choices=[("", _("As the system")), ("light", _("Light")), ("dark", _("Dark"))],
        default="",
        blank=True,
    )
    shortcuts = models.BooleanField(_("single-letter keys"), default=True)

    teams = models.ManyToManyField(Team, through="Membership", related_name="people")

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique_caseless"),
            models.CheckConstraint(
                condition=Q(audience="staff") | Q(is_administrator=False), name="user_partner_never_administers"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def reach(self) -> Reach:
        """Four queries, once per request: the person's teams, the tree, their parts, whom they stand in for."""
        if not self.is_active or self.audience != self.Audience.STAFF:
            return Reach()
        if self.is_administrator:
            return Reach(staff=True, everything=True)
        roles = list(self.memberships.values_list("team_id", "role"))
        tree = list(Team.objects.values_list("id", "parent_id"))
        managed = at_and_below((team for team, role in roles if role == Membership.Role.MANAGER), tree)
        changed = managed | {team for team, role in roles if role == Membership.Role.ACCOUNT_MANAGER}
        seen = changed | {team for team, role in roles if role == Membership.Role.READER}
        return Reach(
            staff=True,
            seen=seen,
            changed=changed,
            managed=managed,
            joined=frozenset(self.parts.values_list("relationship_id", flat=True)),
            owners=frozenset(self.acts_for),
        )

    @cached_property
    def acts_for(self) -> list[int]:
        """The person, and the colleagues whom they stand in for today: whose partners are theirs to look after."""
        covers = Cover.objects.on(Now.read().today(self.zone)).filter(stand_in=self, absent__is_active=True)
        return [self.pk, *dict.fromkeys(covers.order_by("absent").values_list("absent", flat=True))]

    @cached_property
    def manages(self) -> frozenset[int]:
        """The teams that the person manages, from the memberships: an administrator's rights make nobody's manager."""
        if not self.reach.everything:
            return self.reach.managed
        roots = self.memberships.filter(role=Membership.Role.MANAGER).values_list("team_id", flat=True)
        return at_and_below(roots, Team.objects.values_list("id", "parent_id"))


def display_name(user: User) -> str:
    return user.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(access.staff(user))


@tracked()
class Membership(models.Model):
    """What a person is in a team."""

    class Role(models.TextChoices):
        MANAGER = "manager", _("manager")
        ACCOUNT_MANAGER = "account_manager", _("account manager")
        READER = "reader", _("reader")

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("person"))
    team = models.ForeignKey(Team, models.PROTECT, related_name="memberships", verbose_name=_("team"))
    role = models.TextField(_("role"), choices=Role, default=Role.ACCOUNT_MANAGER)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["team__name"]
        constraints = [models.UniqueConstraint(fields=["user", "team"], name="membership_once_per_team")]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()} of {self.team}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(access.administers(user))

    def open(self) -> Self:
        return self.filter(accepted_at=None, withdrawn_at=None)


@tracked()
class Invitation(models.Model):
    """A person asked in. The mail is planned from this row; its link is the only way to set the first password."""

    user = models.ForeignKey(User, models.CASCADE, related_name="invitations")
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-invited_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="invitation_one_open_per_person",
            )
        ]

    def __str__(self) -> str:
        return f"Invitation of {self.user}"


class AccountQuerySet(models.QuerySet["Account"]):
    def visible_to(self, user: Someone) -> Self:
        """Those whose details the person may read: with a relationship that is visible, or with none."""
        if access.reach_of(user).everything:
            return self
        seen = Exists(self._relationships().filter(access.sees(user), account=OuterRef("pk")))
        return self.filter(access.staff(user)).filter(seen | self._unattended())

    def changeable_by(self, user: Someone) -> Self:
        if access.reach_of(user).everything:
            return self
        changed = Q(Exists(self._relationships().filter(access.changes(user), account=OuterRef("pk"))))
        # One that nobody looks after yet is anybody's who may make one.
        return self.filter(changed | self._unattended() if access.reach_of(user).writes else changed)

    def wholly_changeable_by(self, user: Someone) -> Self:
        """Those that the person may change with every relationship there is with them, removed ones included."""
        if access.reach_of(user).everything:
            return self
        others = self._relationships().exclude(access.changes(user)).values("account")
        return self.changeable_by(user).exclude(pk__in=others)

    def _relationships(self) -> Any:
        """All there are, those that were removed too. Asked of each organisation: a list of keys would be made of the
        whole book for the few that a page shows."""
        related: Any = Account._meta.get_field("relationships").related_model
        return related._base_manager.order_by()

    def _unattended(self) -> Q:
        """Those without a relationship."""
        return Q(~Exists(self._relationships().filter(account=OuterRef("pk"))))

    def listed_for(self, user: Someone) -> Self:
        """Names alone: a directory for the staff, so that nobody makes the same organisation twice."""
        return self.filter(access.staff(user))

    def keyed(self, keys: list[str]) -> Self:
        """Those whose ``name_key`` is one of ``keys``; through the index, which holds a digest as names are long."""
        return self.alias(key_digest=MD5("name_key")).filter(key_digest__in=[MD5(models.Value(key)) for key in keys])


@tracked()
class Account(models.Model):
    """An organisation."""

    class Kind(models.TextChoices):
        CUSTOMER = "customer", _("customer")
        SUPPLIER = "supplier", _("supplier")
        RESELLER = "reseller", _("reseller")
        ALLY = "ally", _("ally")
        OTHER = "other", _("other")

    name = models.TextField(_("name"))
    name_key = models.TextField(editable=False)
    kind = models.TextField(_("kind"), choices=Kind, default=Kind.OTHER)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="units", verbose_name=_("unit of")
    )
    zone = models.TextField(_("time zone"), default="UTC", validators=[zones.validate])
    website = models.URLField(_("website"), max_length=2000, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AccountQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                MD5("name_key"),
                name="account_name_unique",
                violation_error_message=_("An organisation of this name exists."),
            ),
            models.CheckConstraint(condition=~Q(name_key=""), name="account_name_not_empty"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="account_not_its_own_parent"),
        ]
        indexes = [
            GinIndex(OpClass(PlainText("name"), name="gin_trgm_ops"), name="account_search"),
            models.Index(OpClass(Beginning("name"), name="text_pattern_ops"), name="account_begins"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("account_detail", args=[self.pk])


class AccountAliasQuerySet(models.QuerySet["AccountAlias"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(account__in=Account.objects.visible_to(user))


@tracked()
class AccountAlias(models.Model):
    """Another spelling by which imports and searches find the account."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="aliases")
    name = models.TextField(_("other name"))
    name_key = models.TextField(editable=False)

    objects = AccountAliasQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                MD5("name_key"), name="alias_unique", violation_error_message=_("Another organisation has this name.")
            ),
            models.CheckConstraint(condition=~Q(name_key=""), name="alias_not_empty"),
        ]
        indexes = [
            GinIndex(OpClass(PlainText("name"), name="gin_trgm_ops"), name="alias_search"),
            models.Index(OpClass(Beginning("name"), name="text_pattern_ops"), name="alias_begins"),
        ]

    def __str__(self) -> str:
        return self.name


class ExternalIdQuerySet(models.QuerySet["ExternalId"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(account__in=Account.objects.visible_to(user))


@tracked()
class ExternalId(models.Model):
    """The account's number in another system."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="external_ids")
    system = models.TextField(_("system"))
    value = models.TextField(_("number there"))

    objects = ExternalIdQuerySet.as_manager()

    class Meta:
        ordering = ["system", "value"]
        constraints = [
            models.UniqueConstraint(
                "system",
                MD5("value"),
                name="external_id_unique",
                violation_error_message=_("Another organisation has this number."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.value}"


# What of a person search reads; the index is made of the same.
CONTACT_SEARCHED = ("name", "email")


class ContactQuerySet(models.QuerySet["Contact"]):
    def visible_to(self, user: Someone) -> Self:
        """People of an account whose details the person may read."""
        if access.reach_of(user).everything:
            return self
        return self.filter(affiliations__account__in=Account.objects.visible_to(user)).distinct()

    def changeable_by(self, user: Someone) -> Self:
        if access.reach_of(user).everything:
            return self
        return self.filter(affiliations__account__in=Account.objects.changeable_by(user)).distinct()

    def at(self, account: Account, day: date) -> Self:
        """Those who work there on ``day``."""
        current = Q(until__isnull=True) | Q(until__gte=day)
        return self.filter(pk__in=Affiliation.objects.filter(current, account=account).values("contact"))


@tracked()
class Contact(models.Model):
    """A person of theirs."""

    name = models.TextField(_("name"))
    email = models.EmailField(_("e-mail address"), max_length=254, blank=True, default="")
    phone = models.TextField(_("telephone"), blank=True, default="")
    note = models.TextField(_("note"), blank=True, default="")

    accounts = models.ManyToManyField(Account, through="Affiliation", related_name="contacts")

    objects = ContactQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        indexes = [
            models.Index(Lower("email"), name="contact_email"),
            GinIndex(OpClass(PlainText(*CONTACT_SEARCHED), name="gin_trgm_ops"), name="contact_search"),
            models.Index(OpClass(Beginning(*CONTACT_SEARCHED), name="text_pattern_ops"), name="contact_begins"),
        ]

    def __str__(self) -> str:
        return self.name


class AffiliationQuerySet(models.QuerySet["Affiliation"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(account__in=Account.objects.visible_to(user))

    def changeable_by(self, user: Someone) -> Self:
        return self.filter(account__in=Account.objects.changeable_by(user))

    def current(self, day: date) -> Self:
        return self.filter(Q(until__isnull=True) | Q(until__gte=day))


@tracked()
class Affiliation(models.Model):
    """A person's place in an organisation; one person may have several, one after or beside the other."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="affiliations")
    account = models.ForeignKey(Account, models.CASCADE, related_name="affiliations")
    title = models.TextField(_("title"), blank=True, default="")
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)

    objects = AffiliationQuerySet.as_manager()

    class Meta:
        ordering = ["contact__name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(since=None) | Q(until=None) | Q(until__gte=F("since")),
                name="affiliation_ends_after_it_began",
                violation_error_message=_("The last day lies before the first."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.contact}, {self.title or self.account}"


class FingerprintQuerySet(models.QuerySet["Fingerprint"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(account__in=Account.objects.visible_to(user))


class Fingerprint(models.Model):
    """What an organisation can be found by when it is written otherwise. Derived; only ``accounts.sweep`` writes it.

    ``keys`` are those of ``accounts.duplicates.keys_of``; two that share a rare one are compared. ``digest`` is that
    of all that the keys follow from, so that the sweep finds what has changed.
    """

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True, related_name="fingerprint")
    digest = models.TextField()
    keys = ArrayField(models.TextField(), default=list)

    objects = FingerprintQuerySet.as_manager()

    class Meta:
        indexes = [GinIndex(fields=["keys"], name="fingerprint_keys", fastupdate=False)]

    def __str__(self) -> str:
        return f"Fingerprint of {self.account_id}"


class PairQuerySet(models.QuerySet["Likeness"]):
    def visible_to(self, user: Someone) -> Self:
        """Pairs of which the person may read both; and those whose names, a directory, are enough to find them."""
        reach = access.reach_of(user)
        if reach.everything:
            return self
        readable = Account.objects.visible_to(user).values("pk")
        both = Q(first__in=readable, second__in=readable)
        return self.filter(access.staff(user)).filter(both | Q(by_name__gte=duplicates.LIKELY))

    def open(self) -> Self:
        """Those of whom nobody said that they are two."""
        said = NotTheSame.objects.filter(first=models.OuterRef("first"), second=models.OuterRef("second"))
        return self.exclude(models.Exists(said))

    def about(self, account: int) -> Self:
        return self.filter(Q(first=account) | Q(second=account))


class Likeness(models.Model):
    """Two organisations that may be one. Derived; only ``accounts.sweep`` writes it, for those that are likely."""

    first = models.ForeignKey(Account, models.CASCADE, related_name="+")
    second = models.ForeignKey(Account, models.CASCADE, related_name="+")
    score = models.FloatField()
    by_name = models.FloatField()
    found_at = models.DateTimeField()

    objects = PairQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "likenesses"
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="likeness_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="likeness_in_one_order"),
            models.CheckConstraint(condition=Q(score__range=(0, 1), by_name__range=(0, 1)), name="likeness_up_to_one"),
        ]
        indexes = [models.Index(fields=["-score", "id"], name="likeness_worst_first")]

    def __str__(self) -> str:
        return f"{self.first_id} and {self.second_id}"


class NotTheSameQuerySet(models.QuerySet["NotTheSame"]):
    def visible_to(self, user: Someone) -> Self:
        readable = Account.objects.visible_to(user).values("pk")
        return self.filter(Q(first__in=readable) | Q(second__in=readable))

    def changeable_by(self, user: Someone) -> Self:
        """Who may change one of the two may say so, and take it back."""
        changed = Account.objects.changeable_by(user).values("pk")
        return self.filter(Q(first__in=changed) | Q(second__in=changed))

    def about(self, account: int) -> Self:
        return self.filter(Q(first=account) | Q(second=account))

    def said_of(self, one: int, other: int) -> Self:
        return self.filter(first=min(one, other), second=max(one, other))


@tracked()
class NotTheSame(models.Model):
    """Somebody looked at two organisations that are alike and said that they are two."""

    first = models.ForeignKey(Account, models.CASCADE, related_name="+")
    second = models.ForeignKey(Account, models.CASCADE, related_name="+")
    said_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    said_at = models.DateTimeField()

    objects = NotTheSameQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["first", "second"],
                name="not_the_same_once",
                violation_error_message=_("Somebody has said so already."),
            ),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="not_the_same_in_one_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first} is not {self.second}"


class MergeQuerySet(models.QuerySet["Merge"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(account__in=Account.objects.visible_to(user))


@tracked()
class Merge(models.Model):
    """Another organisation became this one. ``values`` are the columns it had, so that nothing of it is lost."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="merges")
    name = models.TextField()
    values = models.JSONField(encoder=DjangoJSONEncoder)
    merged_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    merged_at = models.DateTimeField()

    objects = MergeQuerySet.as_manager()

    class Meta:
        ordering = ["-merged_at", "-id"]

    def __str__(self) -> str:
        return self.name


class CoverQuerySet(models.QuerySet["Cover"]):
    def visible_to(self, user: Someone) -> Self:
        """Who stands in for whom is known to the staff, so that they ask the right one."""
        return self.filter(access.staff(user))

    def changeable_by(self, user: Someone) -> Self:
        """Those of the person's own holidays, and of whoever the person arranges holidays for."""
        return self.filter(absent__in=User.objects.covered_by_order_of(user))

    def on(self, day: date) -> Self:
        return self.filter(from_on__lte=day, until_on__gte=day)


@tracked()
class Cover(models.Model):
    """While somebody is away, a colleague sees and does what they would; both days included."""

    absent = models.ForeignKey(User, models.CASCADE, related_name="covers", verbose_name=_("who is away"))
    stand_in = models.ForeignKey(User, models.CASCADE, related_name="covered", verbose_name=_("who stands in"))
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"))
    note = models.TextField(_("what to know"), blank=True, default="")

    objects = CoverQuerySet.as_manager()

    class Meta:
        ordering = ["from_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__gte=F("from_on")),
                name="cover_ends_after_it_began",
                violation_error_message=_("The last day lies before the first."),
            ),
            models.CheckConstraint(
                condition=~Q(absent=F("stand_in")),
                name="cover_by_somebody_else",
                violation_error_message=_("Somebody else has to stand in."),
            ),
        ]
        indexes = [models.Index(fields=["stand_in", "until_on"], name="cover_by_stand_in")]

    def __str__(self) -> str:
        return f"{self.stand_in} for {self.absent}"


class OneToOneQuerySet(models.QuerySet["OneToOne"]):
    def visible_to(self, user: Someone) -> Self:
        """Of the two who were there alone; not even administrators read what they noted."""
        if isinstance(user, AnonymousUser):
            return self.none()
        return self.filter(Q(person=user) | Q(manager=user), access.staff(user))

    def changeable_by(self, user: Someone) -> Self:
        """By the manager who held it, as long as they are the person's manager."""
        if isinstance(user, AnonymousUser):
            return self.none()
        return self.filter(manager=user, person__in=User.objects.managed_by(user))

    def newest_first(self) -> Self:
        return self.order_by("-held_on", "-id")


@tracked()
class OneToOne(models.Model):
    """A manager and somebody of their team talked about the partners that this person looks after, on a day.

    ``note`` and ``asked`` (what the person asked for) are read by these two and by nobody else.
    """

    person = models.ForeignKey(User, models.CASCADE, related_name="one_to_ones", verbose_name=_("with"))
    manager = models.ForeignKey(User, models.CASCADE, related_name="held_one_to_ones", verbose_name=_("held by"))
    held_on = models.DateField(_("held on"))
    asked = models.TextField(_("what they asked for"), blank=True, default="")
    note = models.TextField(_("note"), blank=True, default="")
    noted_at = models.DateTimeField()

    objects = OneToOneQuerySet.as_manager()

    class Meta:
        ordering = ["-held_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "manager", "held_on"],
                name="one_to_one_once_a_day",
                violation_error_message=_("This one-to-one is noted already; change that one."),
            ),
            models.CheckConstraint(condition=~Q(person=F("manager")), name="one_to_one_of_two"),
        ]
        indexes = [models.Index(fields=["person", "-held_on", "-id"], name="one_to_one_by_day")]

    def __str__(self) -> str:
        return f"{self.manager} and {self.person} on {self.held_on}"


class UndoStepQuerySet(models.QuerySet["UndoStep"]):
    def visible_to(self, user: Someone) -> Self:
        """What the person did; nobody takes back another's deed from here."""
        return self.none() if isinstance(user, AnonymousUser) else self.filter(actor=user)

    def open(self) -> Self:
        return self.filter(undone_at=None)


class UndoStep(models.Model):
    """How to take a deed back: the verb and its arguments, and the rows that must not have changed since.

    ``watched`` holds ``[label, pk, version, former]``: the row's newest audit event after the deed and the one before.
    ``sent_as`` is what was sent for it (``accounts.sent``), empty where that does not matter. What was done with many
    has ``parts``, ``[name, [[label, pk], …]]``, and ``form``, which says it of any of them (``accounts.undo.NAMES``).
    """

    actor = models.ForeignKey(User, models.CASCADE, related_name="undo_steps")
    done_at = models.DateTimeField()
    said = models.TextField()
    form = models.TextField(blank=True, default="", db_default="")
    parts = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    verb = models.TextField()
    arguments = models.JSONField(encoder=DjangoJSONEncoder)
    watched = models.JSONField(default=list)
    undone_at = models.DateTimeField(null=True)
    sent_as = models.TextField(blank=True, default="")

    objects = UndoStepQuerySet.as_manager()

    class Meta:
        ordering = ["-done_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["actor", "sent_as"],
                condition=~models.Q(sent_as="") & models.Q(undone_at=None),
                name="undo_step_sent_once",
            )
        ]
        indexes = [models.Index(fields=["actor", "-done_at"], name="undo_step_newest")]

    def __str__(self) -> str:
        return self.said
