"""A world of two halves in which every text of every model is a canary that says whose it is.

Filled from the models' own fields: a new model or a new field is in it without being listed anywhere.
North is Alice's, South is Olga's. A canary is one lower-case word, so that no folding or trimming hides it.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models
from django.utils import timezone

from accounts import invitations
from accounts.checks import ours
from accounts.models import Invitation, Membership, Team, User
from mail import optout
from mail.models import Kind
from relationships import actions
from relationships.models import Interaction
from tests import people
from web.clock import Now

CANARY = re.compile(r"canary(north|south)x([a-z0-9]+)x([a-z0-9]+)x")

# A directory for the staff, and for nobody else: names of organisations, people, teams and colleagues.
DIRECTORY = {
    ("account", "name"),
    ("account", "namekey"),
    ("contact", "name"),
    ("team", "name"),
    ("user", "name"),
}

TEXTS = (models.CharField, models.TextField)


@dataclass
class Half:
    """The rows of one side, one of each model, by the model's name."""

    side: str
    person: User
    team: Team
    rows: dict[str, models.Model] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rows |= {"User": self.person, "Team": self.team}
        for row in (self.person, self.team):
            for text in texts_of(type(row)):
                setattr(row, text.attname, self.canary(text))
            row.save()
        self.rows["Membership"] = Membership.objects.get(user=self.person)

    def canary(self, text: models.Field[Any, Any]) -> str:
        word = re.sub(r"[^a-z0-9]", "", f"canary{self.side}x{text.model.__name__}x{text.name}x".lower())
        if isinstance(text, models.EmailField):
            return f"{word}@concord.example"
        if isinstance(text, models.URLField):
            return f"https://{word}.example"
        return word

    def row(self, model: type[models.Model]) -> models.Model:
        """The half's row of a model, made when it is first asked for."""
        name = model.__name__
        if name not in self.rows:
            self.rows[name] = made = model(**{one.attname: self.value(one) for one in model._meta.concrete_fields})
            made.save()
        return self.rows[name]

    def value(self, one: models.Field[Any, Any]) -> Any:
        given = GIVEN.get((one.model.__name__, one.name))
        if given is not None:
            return given(self) if callable(given) else given
        if isinstance(one, models.ForeignKey):
            # What follows from other rows points in circles.
            derived = one.null and not one.editable
            return None if derived or one.related_model is one.model else self.row(one.related_model).pk
        if is_text(one):
            return self.canary(one)
        if isinstance(one, ArrayField) and is_text(one.base_field):
            return [self.canary(one)]
        if isinstance(one, models.JSONField):
            return {"said": self.canary(one)}
        if isinstance(one, models.BinaryField):
            return self.canary(one).encode()
        if one.null or one.primary_key:
            return None
        if one.has_default():
            return one.get_default()
        if isinstance(one, models.DateTimeField):
            return timezone.now()
        if isinstance(one, models.DateField):
            return timezone.now().date()
        return 14


# Where a rule of the database asks for a value of its own.
GIVEN: dict[tuple[str, str], Any] = {
    ("UndoStep", "verb"): "relationships.actions.remove_interaction",
    ("UndoStep", "watched"): [],
    ("UndoStep", "arguments"): lambda half: {"interaction_id": half.row(Interaction).pk},
    ("Invitation", "expires_at"): timezone.now() + timedelta(days=7),
    ("Cover", "stand_in"): lambda half: stand_in(half),
    # About an entry, so not about a promise.
    ("Comment", "commitment"): lambda half: None,
    # A file, so not a link; it holds a canary too.
    ("Attachment", "url"): "",
    ("Attachment", "file"): lambda half: stored(half),
    ("OutboxMail", "kind"): Kind.DIGEST,
    ("OutboxMail", "state"): "dot",
    ("DigestOptOut", "kind"): Kind.DIGEST,
}


def stand_in(half: Half) -> int:
    """Somebody of no role: whoever stands in sees what the other does."""
    return User.objects.create_user(f"stand-in-{half.side}@concord.example", name=f"Stand-in {half.side}").pk


def stored(half: Half) -> str:
    content = f"canary{half.side}xattachmentxcontentx".encode()
    return default_storage.save(f"attachments/{secrets.token_urlsafe(24)}", ContentFile(content))


def is_text(one: models.Field[Any, Any]) -> bool:
    return isinstance(one, TEXTS) and not one.choices and one.name not in ("zone", "password")


def texts_of(model: type[models.Model]) -> Iterator[models.Field[Any, Any]]:
    return (one for one in model._meta.concrete_fields if is_text(one))


@dataclass
class World:
    north: Half
    south: Half
    roles: dict[str, User | None]

    def tokens(self) -> dict[str, str]:
        """The links that mails to the north hold, by the name of their kind."""
        invitation = self.north.rows["Invitation"]
        assert isinstance(invitation, Invitation)
        return {
            "invitation token": invitations.token_for(invitation),
            "unsubscribe token": optout.token_for(self.north.person.pk, Kind.DIGEST),
        }


def build() -> World:
    roles: dict[str, User | None] = {
        "anonymous": None,
        "petra": people.petra(),
        "olga": people.outsider(),
        "rita": people.rita(),
        "alice": people.alice(),
        "bob": people.bob(),
        "mona": people.mona(),
        "adam": people.adam(),
    }
    north = Half("north", people.alice(), people.north())
    south = Half("south", people.outsider(), people.south())
    for half in (north, south):
        for model in ours():
            half.row(model)
    actions.refresh([half.rows["Relationship"].pk for half in (north, south)], now=Now(timezone.now()))
    roles["alice"], roles["olga"] = User.objects.get(pk=north.person.pk), User.objects.get(pk=south.person.pk)
    return World(north, south, roles)


def leaks(body: str, *, side: str, directory: bool) -> set[tuple[str, str]]:
    """Model and field of the canaries of a side in a text; those of the directory left out where it is allowed."""
    found = {(model, name) for which, model, name in CANARY.findall(body.casefold()) if which == side}
    return found - DIRECTORY if directory else found
