"""The deeds of meetings in the history of a relationship, which knows nothing of them: they are put in its tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.history import Change, Strand, events_of
from accounts.models import Contact, User
from meetings import series, series_words
from meetings.actions import answer
from meetings.models import Insight, Meeting, MeetingAccount, NamingPermission, Outcome, Participant, Play, Series
from relationships import history
from relationships.actions.history import RESTORABLE, SETTERS
from relationships.history import Teller
from relationships.models import Relationship

STATES = {
    Meeting.State.PLANNED: gettext_lazy("Meeting is planned again: %(title)s"),
    Meeting.State.HELD: gettext_lazy("Meeting held: %(title)s"),
    Meeting.State.NOT_HELD: gettext_lazy("Meeting not held: %(title)s"),
    Meeting.State.CANCELLED: gettext_lazy("Meeting cancelled: %(title)s"),
}
# As the audit calls rows that were made and removed.
WRITTEN = ("insert", "delete")


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


def _series(relationship: Relationship) -> Strand:
    told = events_of(Meeting)._base_manager.filter(pgh_obj_id__in=_ever(relationship, "meeting_id")).order_by()
    return Strand(Series, Q(pgh_obj_id__in=told.exclude(series_id=None).values("series_id")))


# A deed that wrote many meetings -------------------------------------------------------------------------------------


def _of_series(row: Change) -> int | None:
    """The series to which a meeting belongs, or did before this."""
    return row.values.get("series_id") or (row.before or {}).get("series_id")


def fold(rows: Sequence[Change]) -> Sequence[Change]:
    """What happened to all days of a series in one deed is told of the first; the series is given their title."""
    titles = {_of_series(row): row.values["title"] for row in reversed(rows) if row.model is Meeting}
    told = {row.pk for row in rows if row.model is Series and (row.label == "delete" or _ends(row))}
    alike: dict[tuple[object, ...], list[Change]] = {}
    for row in _without_what_hangs_on_it(rows):
        alike.setdefault(_told_with(row), []).append(row)
    kept = []
    for group in alike.values():
        first = group[0]
        if first.model is Series:
            before = _spoken(first.before) if first.before else None
            first = replace(first, values=_spoken(first.values), before=before, parent={"title": titles.get(first.pk)})
        elif first.model is Meeting and _is_off(first) and told & {_of_series(first), _before(first, "series_id")}:
            continue
        elif first.model is Participant:
            first = replace(first, parent={**first.parent, "days": len(group)})
        kept.append(first)
    return kept


def _without_what_hangs_on_it(rows: Sequence[Change]) -> Iterator[Change]:
    """Who was asked to a meeting that came or went, and who was written again as they were, is not told."""
    whole = {row.pk for row in rows if row.model is Meeting and row.label != "update"}
    came, went = ({row.pk for row in rows if row.model is Participant and row.label == of} for of in WRITTEN)
    for row in rows:
        hangs = row.model in (Participant, Outcome) and row.values["meeting_id"] in whole
        if not hangs and not (row.model is Participant and row.pk in came & went):
            yield row


def _told_with(row: Change) -> tuple[object, ...]:
    """Rows with one key say the same."""
    if row.model is Meeting and row.label != "insert" and _of_series(row):
        return (Meeting, _of_series(row), row.label, row.values["state"], _newly(row, "differs"))
    series_id = row.parent.get("series_id") if row.model is Participant else None
    if series_id:
        person = (row.values["contact_id"], row.values["user_id"])
        return (Participant, series_id, row.label, *person, row.values["answer"], row.values["came"])
    return (row.model, row.pk, row.event)


def _spoken(values: Mapping[str, Any]) -> dict[str, Any]:
    """A series with its rule in words."""
    starts = date.fromisoformat(values["starts_on"])
    return {**values, "rule": series_words.say(series.parse(values["rule"]), starts, starts)}


def _before(row: Change, name: str) -> Any:
    return (row.before or {}).get(name)


def _newly(row: Change, name: str) -> bool:
    return bool(row.values[name]) and row.before is not None and not row.before.get(name)


def _ends(row: Change) -> bool:
    return row.label == "update" and _newly(row, "ended_on")


def _is_off(row: Change) -> bool:
    """Called off, or gone."""
    called_off = row.values["state"] == Meeting.State.CANCELLED and _before(row, "state") != Meeting.State.CANCELLED
    return row.label == "delete" or (row.label == "update" and called_off)


# In words ------------------------------------------------------------------------------------------------------------


def _again(teller: Teller, row: Change) -> str:
    """*Comes again every second Tuesday from 8 December 2026 on: Check-in*"""
    starts = date.fromisoformat(row.values["starts_on"])
    told = {
        "title": row.parent.get("title") or "",
        "rule": row.values["rule"],
        "day": date_format(starts, "j F Y"),
    }
    if row.label == "delete":
        said = _("No longer comes again: %(title)s")
    elif row.label == "insert" or _before(row, "ended_on"):
        said = _("Comes again %(rule)s from %(day)s on: %(title)s")
    elif _ends(row):
        told["day"] = date_format(date.fromisoformat(row.values["ended_on"]), "j F Y")
        said = _("Ended, none from %(day)s on: %(title)s")
    elif _before(row, "rule") != row.values["rule"]:
        said = _("Comes again otherwise, %(rule)s from %(day)s on: %(title)s")
    else:
        return ""
    return (said % told).removesuffix(": ")


def _meeting(teller: Teller, row: Change) -> str:
    starts = datetime.fromisoformat(row.values["starts_at"]).astimezone(ZoneInfo(row.values["zone"]))
    told = {"title": row.values["title"], "when": date_format(starts, "j F Y, H:i")}
    if row.label == "insert" and row.values["series_id"] and not row.is_back:
        # A day that came by its rule.
        return ""
    if row.label == "insert":
        return (_("Meeting is back: %(title)s") if row.is_back else _("Meeting planned: %(title)s, %(when)s")) % told
    if row.label == "delete":
        return _("Meeting removed: %(title)s") % told
    if (row.before or {}).get("state") != row.values["state"]:
        return str(STATES[Meeting.State(row.values["state"])]) % told
    if _newly(row, "differs"):
        return _("One day changed: %(title)s, %(when)s") % told
    return _("Meeting changed: %(title)s") % told


def _participant(teller: Teller, row: Change) -> str:
    contact, user = row.values.get("contact_id"), row.values.get("user_id")
    name = teller.name(Contact, contact) if contact else teller.name(User, user)
    told = {"name": name, "title": row.parent.get("title", "")}
    if row.label == "update" and _before(row, "answer") != row.values["answer"]:
        return _answer(row, told)
    said = {"insert": _("%(name)s asked to: %(title)s"), "delete": _("%(name)s no longer asked to: %(title)s")}
    return said.get(row.label, _("%(name)s, asked to: %(title)s")) % told


def _answer(row: Change, told: dict[str, Any]) -> str:
    """*Ingrid Solberg answered by the link in the mail, for 12 days: Check-in*"""
    if not row.values["answer"]:
        return _("%(name)s is asked anew: %(title)s") % told
    days = row.parent.get("days", 1)
    way = dict(Participant.Way.choices).get(row.values.get("answered_way") or "noted", "")
    told = {**told, "way": way, "count": days}
    return (
        ngettext(
            "%(name)s answered, %(way)s: %(title)s", "%(name)s answered, %(way)s, for %(count)d days: %(title)s", days
        )
        % told
    )


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
    history.OF_KIND["meetings"] = [Series, Meeting, Participant, Outcome]
    history.ICONS |= {
        Series: "repeat",
        Meeting: "calendar-event",
        Participant: "calendar-event",
        Outcome: "calendar-event",
    }
    history.TOLD |= {
        Meeting: ["title", "kind", "host", "starts_at", "minutes", "zone", "place", "link", "organiser", "reason"],
        Participant: ["answer", "came"],
        Outcome: ["decision"],
        Series: ["rule", "ended_on"],
    }
    RESTORABLE[Participant] = ["answer"]
    SETTERS[Participant] = lambda row, values, by: answer(participant=row, said=values["answer"], **by)
    history.TEXTS[Meeting] = ["reason"]
    history.FOLDS.append(fold)
    history.HEADLINES |= {Series: _again, Meeting: _meeting, Participant: _participant, Outcome: _outcome}
    history.STRANDS |= {Series: _series, Meeting: _meetings, Participant: _people, Outcome: _outcomes}
    history.PARENTS.append((Meeting, "meeting_id"))
    register_ways_in()
