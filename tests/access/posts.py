"""A visitor who sends every form with what belongs to somebody else, and notes what comes back and what has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.db.models import Q
from django.test import Client
from django.urls import get_resolver

from accounts.checks import ours
from accounts.history import events_of
from relationships.actions.history import BACK, RESTORABLE
from tests.access.asked import Asked
from tests.access.canaries import Half, World, leaks
from tests.access.table import TABLE, patterns
from tests.access.visits import address_of, client_of, text_of, visit
from tests.rows import Rows

# What hangs on one of these belongs to the half; an organisation is a name for everybody.
PARENTS = ("Relationship", "Interaction", "Commitment", "Comment", "Feedback", "Meeting")
# Fields of forms, and whose key they are given.
NAMED = {
    "relationship": "Relationship",
    "interaction": "Interaction",
    "commitment": "Commitment",
    "entry": "Interaction",
    "follows": "Commitment",
    "contact": "Contact",
    "whose": "Contact",
    "contacts": "Contact",
    "agreed_with": "Contact",
    "other": "Account",
    "colleague": "User",
    "keeper": "User",
    "through": "Contact",
    "party": "MeetingAccount",
    "introduction": "Introduction",
    "given_by": "Contact",
    "met": "Contact",
    "reports_to": "Contact",
    "opened_by": "User",
    "owner": "User",
    "feedback": "Feedback",
    "into": "Feedback",
    "told_to": "Contact",
    "post": "ListeningPost",
    "with_whom": "CapturedMatch",
    "came": "Participant",
    "users": "User",
    "at": "AgendaItem",
    "item": "AgendaItem",
}
SAID = dict.fromkeys(
    (
        "what",
        "text",
        "summary",
        "reason",
        "note",
        "explanation",
        "plan",
        "subject",
        "title",
        "add",
        "wanted",
        "readiness_why",
        "why",
        "name",
        "said",
        "behalf_of",
        "became",
        "scope",
        "decision",
        "line",
    ),
    "said anew",
)
CHOSEN = {
    # Refused before anybody is asked.
    "address": "https://127.0.0.1/",
    "side": "ours",
    "role": "expert",
    "channel": "call",
    "begun_by": "ours",
    "when": "today",
    "two_way": "yes",
    "every_days": "7",
    "starts_on": date.today().isoformat(),
    "span": "7",
    "by": "7",
    "made": "0",
    "to": "7",
    "agreed": "0",
    "nature": "suggestion",
    "heard": "0",
    "promise_it": "7",
    "url": "https://partner.example/prices",
    "deed": "tags",
    "power": "signs",
    "readiness": "not",
    "end": "met",
    "severity": "3",
    "kind": "form",
    "opened": "0",
    "form": "a form",
    "which": "following",
    "again": "week",
    "word": "good",
}


def sent(own: Half, other: Half) -> dict[str, Any]:
    """A form in which everything that can be chosen belongs to the other half."""
    keys = {name: other.rows[model].pk for name, model in NAMED.items()}
    both = f"{own.rows['Relationship'].pk},{other.rows['Relationship'].pk}"
    return {**SAID, **CHOSEN, **keys, "rows": both, "kept_on": "", "next_step": "said anew"}


def variants(name: str, own: Half, other: Half) -> Iterator[dict[str, Any]]:
    """What is sent to a route: more than once where one form can ask for several things."""
    values = sent(own, other)
    yield values
    if name == "relationship_bulk":
        theirs = other.rows["Relationship"].pk
        for deed in ("owner", "team", "tags", "cadence"):
            yield values | {"deed": deed, "rows": theirs, "to": own.person.pk, "team": own.team.pk}
            # Those that fit a filter which names the other half.
            yield values | {"deed": deed, "fits": "1", "q": "canary", "to": own.person.pk, "team": own.team.pk}
    if name.startswith("stakeholder"):
        # Somebody of one's own partner who reports to somebody of the other's, and somebody of the other's.
        yield values | {"role": "user", "name": "said anew", "contact": own.rows["Contact"].pk}
        yield values | {"role": "user", "reports_to": "", "name": "said anew"}
    if name.startswith("introduction"):
        yield values | {"through": own.rows["Contact"].pk, "keeper": own.person.pk, "met": "", "name": "said anew"}
    if name in ("meeting_new", "meeting_create", "meeting_edit"):
        # With one's own partner, and with another's; people and partners of the other half either way.
        when = {"kind": "review", "day": date.today().isoformat(), "at": "10:00", "zone": "UTC", "minutes": "60"}
        theirs = {"also": values["relationship"], "another": values["relationship"], "host": "ours"}
        yield values | when | theirs | {"relationship": own.rows["Relationship"].pk, "link": ""}
        yield values | when | {"host": "ours", "link": ""}
        own_people = {"contacts": own.rows["Contact"].pk, "colleagues": own.person.pk}
        yield values | when | own_people | {"relationship": own.rows["Relationship"].pk, "host": "ours", "link": ""}
    if name.startswith("pulse"):
        theirs = other.rows["Stakeholder"].pk
        yield values | {"score": "2", "words": "said anew", "said_by": theirs, "to": theirs, "way": "mail"}
        yield values | {"score": "2", "words": "said anew", "said_by": "", "to": own.rows["Stakeholder"].pk}
    if name == "participant_answer":
        yield values | {"answer": "declined"}
    if name.startswith("play"):
        yield values | {"kind": "article", "through": own.person.pk, "when": "0"}
        yield values | {"kind": "article", "through": "", "introduction": "", "contact": own.rows["Contact"].pk}
    if name.startswith(("insight", "meeting_insights")):
        yield values | {"colleague": own.person.pk, "into": ""}
        yield values | {"contact": own.rows["Contact"].pk, "colleague": "", "into": "commitment"}
    if name == "naming_create":
        yield values | {"given_by": ""}
    if name == "meeting_agenda":
        theirs = {"key": other.rows["AgendaItem"].key, "seen": "0", "to": "0"}  # type: ignore[attr-defined]
        for deed in ("move", "move:0", "pin", "unpin", "drop", "back"):
            yield values | theirs | {"deed": deed}
    if name.startswith("relationship_outcome"):
        yield values | {"kind": "renewed", "came_on": date.today().isoformat(), "reason": "said anew"}
    if name == "waiver_create":
        yield values | {"criterion": "people", "span": "30", "why": "said anew"}
    if name == "stage_change_create":
        yield values | {"to": "customer"}
        yield values | {"to": "contact", "why": "said anew"}
    if name == "value_restore":
        for model in {**RESTORABLE, **BACK}:
            event = events_of(model)._base_manager.filter(pgh_obj_id=other.rows[model.__name__].pk).last()
            for field in ["", *RESTORABLE.get(model, [])[:1]]:
                yield {"model": model._meta.label_lower, "event": event.pgh_id, "field": field}


def rows_of(half: Half) -> Rows:
    """All rows of a half and what hangs on them, column by column."""
    found = {}
    for model in ours():
        belongs = Q(pk__in=[row.pk for row in half.rows_of(model.__name__)])
        for one in model._meta.concrete_fields:
            target: Any = one.related_model
            if isinstance(target, type) and issubclass(target, models.Model) and target.__name__ in PARENTS:
                belongs |= Q(**{f"{one.name}__in": [row.pk for row in half.rows_of(target.__name__)]})
        found[model.__name__] = model._base_manager.filter(belongs)
    return Rows(found)


def send_all(world: World, role: str, own: Half, other: Half) -> list[str]:
    """What went wrong when a person sent everything about both halves: what leaked, what changed of the other."""
    client, watched = client_of(world.roles[role]), rows_of(other)
    before = watched.read()
    wrong, noted = [], Asked(client)

    def look() -> list[str]:
        after = watched.read()
        return [f"changed {model}" for model in before if after[model] != before[model]]

    for name, address, pattern in patterns(get_resolver()):
        kind = TABLE[name].kind
        # Who holds a link has the right that it gives; signing in asks about nobody's partners.
        if (kind and kind not in own.rows) or address.startswith("accounts/"):
            continue
        addresses = [address_of(name, pattern, half.rows[kind].pk if kind else None) for half in (own, other)]
        asked = urlencode({key: other.rows[model].pk for key, model in NAMED.items()})
        for number, values in enumerate(variants(name, own, other)):
            more = [addresses[1], f"{addresses[0]}?{asked}"] if number == 0 and kind else []
            for one in [addresses[0], *more]:
                if noted.differs(one):
                    wrong += [f"{name} {one}: {what}" for what in _send(client, one, values, other, look)]
                    noted.note(one)
    return wrong


def _send(
    client: Client, address: str, values: dict[str, Any], other: Half, look: Callable[[], list[str]]
) -> list[str]:
    changed: list[str] = []
    response, _writes = visit(client, "post", address, values, after_writing=lambda: changed.extend(look()))
    assert response.status_code < 500, address
    told = leaks(text_of(response), side=other.side, directory=True)
    return [*changed, *(f"told {leak}" for leak in sorted(told))]
