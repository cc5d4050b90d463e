"""The deeds of meetings in the history of a relationship, which knows nothing of them: they are put in its tables."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.history import Change, Strand, events_of
from accounts.models import Contact, User
from meetings.models import Insight, Meeting, MeetingAccount, NamingPermission, Outcome, Participant, Play
from relationships import history
from relationships.history import Teller
from relationships.models import Relationship

STATES = {
    Meeting.State.PLANNED: gettext_lazy("Meeting is planned again: %(title)s"),
    Meeting.State.HELD: gettext_lazy("Meeting held: %(title)s"),
    Meeting.State.NOT_HELD: gettext_lazy("Meeting not held: %(title)s"),
    Meeting.State.CANCELLED: gettext_lazy("Meeting cancelled: %(title)s"),
}


def _ever(relationship: Relationship, column: str) -> Any:
    """Of each row that ever said that the relationship has a meeting."""
    return events_of(MeetingAccount)._base_manager.filter(relationship=relationship.pk).order_by().values(column)


def _meetings(relationship: Relationship) -> Strand:
    return Strand(Meeting, Q(pgh_obj_id__in=_ever(relationship, "meeting_id")))


def _hanging(model: type[models.Model], relationship: Relationship) -> Strand:
    """What is about this partner, or about all of a meeting."""
    of_all = Q(party_id=None, meeting_id__in=_ever(relationship, "meeting_id"))
    own = Q(party_id__in=_ever(relationship, "pgh_obj_id"))
    return Strand(model, of_all | own, ("meeting_id", Meeting))


def _people(relationship: Relationship) -> Strand:
    return _hanging(Participant, relationship)


def _outcomes(relationship: Relationship) -> Strand:
    return _hanging(Outcome, relationship)


def _meeting(teller: Teller, row: Change) -> str:
    starts = datetime.fromisoformat(row.values["starts_at"]).astimezone(ZoneInfo(row.values["zone"]))
    told = {"title": row.values["title"], "when": date_format(starts, "j F Y, H:i")}
    if row.label == "insert":
        return (_("Meeting is back: %(title)s") if row.is_back else _("Meeting planned: %(title)s, %(when)s")) % told
    if row.label == "delete":
        return _("Meeting removed: %(title)s") % told
    if (row.before or {}).get("state") != row.values["state"]:
        return str(STATES[Meeting.State(row.values["state"])]) % told
    return _("Meeting changed: %(title)s") % told


def _participant(teller: Teller, row: Change) -> str:
    contact, user = row.values.get("contact_id"), row.values.get("user_id")
    name = teller.name(Contact, contact) if contact else teller.name(User, user)
    told = {"name": name, "title": row.parent.get("title", "")}
    said = {"insert": _("%(name)s asked to: %(title)s"), "delete": _("%(name)s no longer asked to: %(title)s")}
    return said.get(row.label, _("%(name)s, asked to: %(title)s")) % told


def _outcome(teller: Teller, row: Change) -> str:
    """Decisions; a promise or feedback is told as what it is."""
    decision = row.values.get("decision")
    if not decision:
        return ""
    said = {"insert": _("Decided: %(what)s"), "delete": _("Decision removed: %(what)s")}
    return said.get(row.label, _("Decision changed: %(what)s")) % {"what": decision}


# Each day that is said of a way in, and what it says.
ENDS = {
    "dropped_on": gettext_lazy("Way in dropped: %(what)s"),
    "answered_on": gettext_lazy("Way in answered: %(what)s"),
    "unanswered_on": gettext_lazy("Way in without an answer: %(what)s"),
    "done_on": gettext_lazy("Way in done: %(what)s"),
}


def _play(teller: Teller, row: Change) -> str:
    told = {"what": row.values["what"]}
    if row.label == "insert":
        return (_("Way in is back: %(what)s") if row.is_back else _("Way in planned: %(what)s")) % told
    if row.label == "delete":
        return _("Way in removed: %(what)s") % told
    for column, said in ENDS.items():
        if row.values[column] and not (row.before or {}).get(column):
            return str(said) % told
    return _("Way in changed: %(what)s") % told


def _insight(teller: Teller, row: Change) -> str:
    told = {"text": row.values["text"]}
    if row.label == "insert":
        return (_("Insight is back: %(text)s") if row.is_back else _("Learnt: %(text)s")) % told
    if row.label == "delete":
        return _("Insight removed: %(text)s") % told
    if row.values["closed_on"] and not (row.before or {}).get("closed_on"):
        return _("Insight followed to its end: %(text)s") % told
    return _("Insight changed: %(text)s") % told


def _naming(teller: Teller, row: Change) -> str:
    if row.label == "delete":
        return _("Permission to name them removed")
    if row.label == "insert":
        return _("They allowed us to name them")
    if row.values["withdrawn_on"] and not (row.before or {}).get("withdrawn_on"):
        return _("They no longer allow us to name them")
    return _("Permission to name them changed")


def _permissions(relationship: Relationship) -> Strand:
    """Of the organisation, whose details whoever sees the relationship may read."""
    return Strand(NamingPermission, Q(account=relationship.account_id))


def register_ways_in() -> None:
    history.OF_KIND["meetings"] += [Insight]
    history.OF_KIND["people"] += [Play, NamingPermission]
    history.ICONS |= {Play: "door-enter", Insight: "bulb", NamingPermission: "circle-check"}
    history.TOLD |= {
        Play: [
            "what", "contact", "through", "url", "keeper", "planned_on", "done_on", "follow_up_on", "answered_on",
            "unanswered_on", "dropped_on", "note",
        ],
        Insight: ["text", "contact", "colleague", "became", "closed_on"],
        NamingPermission: ["given_on", "given_by", "until_on", "scope", "withdrawn_on"],
    }  # fmt: skip
    history.TEXTS |= {Play: ["note"], Insight: ["became"], NamingPermission: ["scope"]}
    history.HEADLINES |= {Play: _play, Insight: _insight, NamingPermission: _naming}
    history.STRANDS |= {NamingPermission: _permissions}


def register() -> None:
    history.KINDS["meetings"] = gettext_lazy("Meetings")
    history.OF_KIND["meetings"] = [Meeting, Participant, Outcome]
    history.ICONS |= {Meeting: "calendar-event", Participant: "calendar-event", Outcome: "calendar-event"}
    history.TOLD |= {
        Meeting: ["title", "kind", "host", "starts_at", "minutes", "zone", "place", "link", "organiser", "reason"],
        Participant: ["answer", "came"],
        Outcome: ["decision"],
    }
    history.TEXTS[Meeting] = ["reason"]
    history.HEADLINES |= {Meeting: _meeting, Participant: _participant, Outcome: _outcome}
    history.STRANDS |= {Meeting: _meetings, Participant: _people, Outcome: _outcomes}
    history.PARENTS.append((Meeting, "meeting_id"))
    register_ways_in()
