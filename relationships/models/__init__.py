"""The core: relationships, their rhythm, what was said."""

from relationships.models.relationship import (
    DERIVED,
    Relationship,
    RelationshipQuerySet,
    every_weekday,
    lateness,
    latest_date,
    local_date,
)
from relationships.models.rhythm import (
    CadenceAgreement,
    CadenceAgreementQuerySet,
    MissedCheckIn,
    MissedCheckInQuerySet,
    Snooze,
    SnoozeQuerySet,
)
from relationships.models.talk import (
    Interaction,
    InteractionColleague,
    InteractionColleagueQuerySet,
    InteractionContact,
    InteractionContactQuerySet,
    InteractionQuerySet,
)

__all__ = [
    "DERIVED",
    "CadenceAgreement",
    "CadenceAgreementQuerySet",
    "Interaction",
    "InteractionColleague",
    "InteractionColleagueQuerySet",
    "InteractionContact",
    "InteractionContactQuerySet",
    "InteractionQuerySet",
    "MissedCheckIn",
    "MissedCheckInQuerySet",
    "Relationship",
    "RelationshipQuerySet",
    "Snooze",
    "SnoozeQuerySet",
    "every_weekday",
    "lateness",
    "latest_date",
    "local_date",
]
