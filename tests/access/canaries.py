"""A world of two halves in which every text of every model is a canary that says whose it is.

Filled from the models' own fields: a new model or a new field is in it without being listed anywhere.
North is Alice's, South is Olga's. A canary is one lower-case word, so that no folding or trimming hides it.
Each has left something behind in the other half, from a time before the relationship was handed over.
"""

from __future__ import annotations

import copy
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models
from django.utils import timezone

from accounts import invitations
from accounts.checks import ours
from accounts.models import Account, Invitation, Membership, Team, User
from mail import optout
from mail.models import Kind
from meetings import answer_links, feeds
from meetings.actions.capture import PURPOSE
from meetings.agenda import Kind as AgendaKind
from meetings.models import Series
from relationships import actions, addresses, pulse_links
from relationships.models import Attachment, Comment, Commitment, HealthFlag, Interaction, Pulse
from tests import people
from web.clock import Now
from web.sealed import seal

# Parted by a figure that is in no name.
CANARY = re.compile(r"canary(north|south)0([a-z1-9]+)0([a-z1-9]+)0")

# A directory for the staff, and for nobody else: names of organisations, people, teams and colleagues.
DIRECTORY = {
    ("account", "name"),
    ("account", "namekey"),
    ("contact", "name"),
    ("outlineitem", "title"),
    # Published to the staff: why relationships are judged as they are.
    ("scoreconfig", "why"),
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
    more: list[models.Model] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rows |= {"User": self.person, "Team": self.team}
        for row in (self.person, self.team):
            for text in texts_of(type(row)):
                setattr(row, text.attname, self.canary(text))
            row.save()
        self.rows["Membership"] = Membership.objects.get(user=self.person)

    def canary(self, text: models.Field[Any, Any]) -> str:
        word = re.sub(r"[^a-z0-9]", "", f"canary{self.side}0{text.model.__name__}0{text.name}0".lower())
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

    def rows_of(self, model: str) -> list[models.Model]:
        return [self.rows[model], *(row for row in self.more if type(row).__name__ == model)]

    def add(self, model: str, **values: Any) -> models.Model:
        """Another row like the half's own, with some values changed."""
        row = copy.copy(self.rows[model])
        row.pk, row._state = None, models.base.ModelState()
        # An entry is imported once.
        values |= {"import_digest": None} if model == "Interaction" else {}
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
        self.more.append(row)
        return row

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
        if one.choices:
            return one.flatchoices[0][0]
        if isinstance(one, models.DateTimeField):
            return timezone.now()
        if isinstance(one, models.DateField):
            return timezone.now().date()
        if isinstance(one, models.TimeField):
            return time(10)
        return 14


# Where a rule of the database asks for a value of its own.
GIVEN: dict[tuple[str, str], Any] = {
    ("UndoStep", "verb"): "relationships.actions.remove_interaction",
    ("UndoStep", "watched"): [],
    ("UndoStep", "parts"): [],
    ("UndoStep", "arguments"): lambda half: {"interaction_id": half.row(Interaction).pk},
    ("Invitation", "expires_at"): timezone.now() + timedelta(days=7),
    ("Cover", "stand_in"): lambda half: stand_in(half).pk,
    ("OneToOne", "manager"): lambda half: manager(half).pk,
    ("RelationshipMember", "user"): lambda half: deputy(half).pk,
    # An open step, which lists and hand-overs name.
    ("Interaction", "next_step_on"): lambda half: timezone.now().date(),
    # About an entry, so not about a promise; there is a row more for that.
    ("Comment", "commitment"): lambda half: None,
    # Its owner's alone, so not a team's.
    ("SavedView", "team"): lambda half: None,
    # A file, so not a link; it holds a canary too. There is a row more for a link.
    ("Attachment", "url"): "",
    ("Attachment", "file"): lambda half: stored(half),
    # Two organisations that are alike; likely enough, by all that is known and not by their names.
    ("Likeness", "second"): lambda half: twin(half).pk,
    ("Likeness", "score"): 1.0,
    ("Likeness", "by_name"): 0.0,
    ("NotTheSame", "second"): lambda half: twin(half).pk,
    # Nobody reports to themselves.
    ("Stakeholder", "reports_to"): lambda half: None,
    # Overruled, so that the why is told.
    ("Stakeholder", "readiness"): "rarely",
    ("StageChange", "to_stage"): "customer",
    # A complaint, which can be a problem; the half's own problem came up in a talk.
    ("Feedback", "nature"): "complaint",
    ("Problem", "feedback"): lambda half: None,
    # With a form that is open to whoever has its address.
    ("ListeningPost", "public"): True,
    # What was kept with the decision, as the verb keeps it.
    ("StageChange", "criteria"): lambda half: [
        {"criterion": "scope", "title": f"canary{half.side}0stagechange0criteria0", "verdict": "met", "rows": []}
    ],
    ("Waiver", "criterion"): "scope",
    ("PlanStep", "done_on"): lambda half: None,
    # A version of its own; the first one is Concord's.
    ("ScoreConfig", "version"): lambda half: 2 + ["north", "south"].index(half.side),
    # A flag that somebody has put off, so that the why is told.
    ("HealthFlag", "snoozed_until"): timezone.now().date() + timedelta(days=7),
    # A question that is open to theirs, given to somebody; answered is one before it, as one of ours entered it.
    ("Pulse", "side"): "theirs",
    ("PulseAnswer", "pulse"): lambda half: answered(half).pk,
    ("PulseAnswer", "side"): "theirs",
    ("PulseAnswer", "way"): "staff",
    ("PulseAnswer", "score"): 4,
    # Not sorted yet, so that it waits for somebody.
    ("Heard", "feedback"): lambda half: None,
    # Tomorrow, and one of a series; who is asked and told is somebody of theirs, with a row more for ours.
    ("Meeting", "starts_at"): timezone.now() + timedelta(days=1),
    ("Meeting", "ends_at"): timezone.now() + timedelta(days=1, hours=1),
    ("Meeting", "series"): lambda half: half.row(Series).pk,
    ("Series", "zone"): "UTC",
    ("Participant", "user"): lambda half: None,
    ("CalendarMessage", "user"): lambda half: None,
    ("MinutesCopy", "user"): lambda half: None,
    # Written by hand: what no source names goes by itself.
    ("AgendaItem", "kind"): AgendaKind.WRITTEN,
    # A template has each place once.
    ("OutlineItem", "position"): lambda half: ["north", "south"].index(half.side),
    ("Series", "rule"): "FREQ=YEARLY",
    ("CalendarFeed", "token_hash"): lambda half: feeds.hash_of(f"feed-of-{half.side}"),
    ("OutboxMail", "contact"): lambda half: None,
    # The address is a secret even to whoever gave it.
    ("CalendarSource", "address"): lambda half: seal(f"canary{half.side}0calendarsource0address0", PURPOSE),
    # Not written down by hand already, so that it asks.
    ("CapturedEvent", "day"): lambda half: timezone.now().date() - timedelta(days=1),
    ("OutboxMail", "kind"): Kind.DIGEST,
    ("OutboxMail", "state"): "dot",
    ("DigestOptOut", "kind"): Kind.DIGEST,
    # Each day is counted once.
    ("BookCount", "day"): lambda half: timezone.now().date() - timedelta(days=["north", "south"].index(half.side)),
}


def stand_in(half: Half) -> User:
    """Somebody of no team: whoever stands in sees what the other does, and the day after nothing."""
    return _colleague("Stand-in", half)


def deputy(half: Half) -> User:
    """Somebody of a team of their own, with a part in the half's relationship."""
    person = _colleague("Deputy", half)
    team = Team.objects.get_or_create(name="West")[0]
    Membership.objects.get_or_create(user=person, team=team, role=Membership.Role.ACCOUNT_MANAGER)
    return person


def manager(half: Half) -> User:
    """Mona, who manages North through Europe; of the other half somebody of their own."""
    if half.side == "north":
        return people.mona()
    person = _colleague("Manager", half)
    Membership.objects.get_or_create(user=person, team=half.team, role=Membership.Role.MANAGER)
    return person


def _colleague(name: str, half: Half) -> User:
    email = f"{name.lower()}-{half.side}@concord.example"
    found = User.objects.filter(email=email).first()
    return found or User.objects.create_user(email, people.PASSWORD, name=f"{name} {half.side}")


def twin(half: Half) -> Account:
    """An organisation that is much like the half's own, with a relationship of the half's."""
    name = f"Twin of {half.side}"
    found = Account.objects.filter(name=name).first()
    return found or people.relationship(account=people.account(name), owner=half.person, team=half.team).account


def answered(half: Half) -> models.Model:
    half.row(Pulse)
    return half.add("Pulse", state="answered", closed_on=timezone.now().date(), to_stakeholder_id=None)


def stored(half: Half) -> str:
    content = f"canary{half.side}0attachment0content0".encode()
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
            "answer token": answer_links.token_for(self.north.rows["Participant"]),  # type: ignore[arg-type]
            "feed token": "feed-of-north",
            "question token": pulse_links.token_for(self.north.rows["Pulse"]),  # type: ignore[arg-type]
            "listening token": addresses.token_for(self.north.rows["ListeningPost"]),  # type: ignore[arg-type]
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
    more_of(north)
    more_of(south)
    left_behind(by=south.person, in_half=north)
    left_behind(by=north.person, in_half=south)
    actions.refresh([half.rows["Relationship"].pk for half in (north, south)], now=Now(timezone.now()))
    for half in (north, south):
        # Nothing gave rise to it, so it was gone as soon as somebody looked.
        del half.rows["HealthFlag"]
        half.row(HealthFlag)
    roles["alice"], roles["olga"] = User.objects.get(pk=north.person.pk), User.objects.get(pk=south.person.pk)
    roles["deputy"], roles["stand-in"] = deputy(north), stand_in(north)
    return World(north, south, roles)


def more_of(half: Half) -> None:
    """What one row of a model cannot say at once: a link beside the file, comments about each kind of thing."""
    link = Attachment._meta.get_field("url")
    half.add("Attachment", url=half.canary(link), file="")
    half.add("Comment", interaction=None, commitment=half.rows["Commitment"])
    half.add("Comment", interaction=None)
    half.add("Commitment", side=Commitment.Side.THEIRS)
    half.add("Introduction", closed_on=timezone.now().date())
    half.add("Participant", party=None, contact=None, user=half.person)
    half.add("Insight", closed_on=timezone.now().date())


def left_behind(*, by: User, in_half: Half) -> None:
    """What a person wrote, keeps and was named in while they could see it: it no longer lets them in."""
    kept = (
        "Interaction", "Comment", "Commitment", "Attachment", "HandOver", "Snooze", "CadenceAgreement", "Feedback",
        "Feeling", "Insight", "Introduction", "PlanStep", "Play", "Problem", "StageChange",
    )  # fmt: skip
    for model in kept:
        row = in_half.add(model, **names_of(in_half.rows[model], by))
        if isinstance(row, Comment):
            in_half.add("Mention", comment=row, user=by)
        if isinstance(row, Interaction):
            in_half.add("InteractionColleague", interaction=row, user=by)


def names_of(row: models.Model, person: User) -> dict[str, User]:
    """The person in every place of a row that names one of ours."""
    return {one.name: person for one in row._meta.concrete_fields if one.related_model is User}


def leaks(body: str, *, side: str, directory: bool) -> set[tuple[str, str]]:
    """Model and field of the canaries of a side in a text; those of the directory left out where it is allowed."""
    found = {(model, name) for which, model, name in CANARY.findall(body.casefold()) if which == side}
    return found - DIRECTORY if directory else found
