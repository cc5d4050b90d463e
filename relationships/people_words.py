"""What is said of their people: their part in two words, what is missing, and how willing they are to give time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from relationships import gaps, words
from relationships.acquaintance import COLD
from relationships.gaps import Gap, Kind
from relationships.models import Stakeholder
from relationships.readiness import Level, Reading
from web import dates

Power, Role = Stakeholder.Power, Stakeholder.Role

# Under a name in the map, and in rows: *signs · 96 days*.
DOES = {
    Power.SIGNS: gettext_lazy("signs"),
    Power.DECIDES: gettext_lazy("decides"),
    Power.INFLUENCES: gettext_lazy("influences"),
}
IS = {
    Role.SPONSOR: gettext_lazy("sponsor"),
    Role.DECISION_MAKER: gettext_lazy("decides"),
    Role.INFLUENCER: gettext_lazy("influences"),
    Role.USER: gettext_lazy("uses"),
    Role.GATEKEEPER: gettext_lazy("gatekeeper"),
}
WHO = {
    gaps.SIGNS: gettext_lazy("who signs"),
    gaps.DECIDES: gettext_lazy("who decides"),
}
WHO_DID = {
    gaps.SIGNS: gettext_lazy("who signed"),
    gaps.DECIDES: gettext_lazy("who decided"),
    gaps.SPONSOR: gettext_lazy("who stood up for us"),
    gaps.ACCOUNTABLE: gettext_lazy("who answered for results"),
}
READINESS = {
    Level.READILY: gettext_lazy("gives time readily"),
    Level.WHEN_ASKED: gettext_lazy("gives time when asked"),
    Level.RARELY: gettext_lazy("rarely gives time"),
    Level.NOT: gettext_lazy("gives no time"),
    None: gettext_lazy("cannot be said yet"),
}


def does(stake: Stakeholder | None) -> str:
    """*signs*, *decides*, *uses*; empty where neither power nor part is known."""
    if stake is None:
        return ""
    said = DOES.get(stake.power) or IS.get(stake.role)  # type: ignore[call-overload]
    return str(said or (_("no say") if stake.power else ""))


# What a part says that the power says already.
SAID_BY = {Role.DECISION_MAKER: Stakeholder.DECIDING, Role.INFLUENCER: (Power.INFLUENCES,)}


def part(stake: Stakeholder | None) -> str:
    """*Sponsor, accountable for results, commands resources*: what ``does`` has not said."""
    if stake is None:
        return ""
    role = stake.power in DOES and stake.power not in SAID_BY.get(stake.role, ())  # type: ignore[call-overload]
    told = [
        str(stake.get_role_display()) if stake.role and role else "",
        str(stake.get_power_display()) if stake.power == Power.NONE and stake.role else "",
        _("accountable for results") if stake.accountable else "",
        _("commands resources") if stake.commands else "",
    ]
    return capfirst(", ".join(filter(None, told)))


def unknown(stake: Stakeholder | None, *, told: bool) -> str:
    """What to ask of somebody; their part only where nothing else is ``told`` of them."""
    power, role = (stake.power, stake.role) if stake else ("", "")
    if not power:
        return _("Do they decide, do they sign?") if role else _("What are they here? Do they decide, do they sign?")
    return "" if role or told else _("What is their part here?")


# What is missing -----------------------------------------------------------------------------------------------------


def gap(one: Gap, today: date) -> str:
    """*Nobody has spoken with Solveig Dahl, who signs, for 96 days.*"""
    match one.kind:
        case Kind.LEFT:
            return _("%(name)s, %(who)s, left %(day)s: nobody has taken their place.") % {
                "name": one.people[0].name,
                "who": WHO_DID[one.standing],
                "day": dates.on(one.left_on, today) if one.left_on else "",
            }
        case Kind.SILENT_DECIDER:
            said = {"name": one.people[0].name, "who": WHO[one.standing]}
            if one.days is None:
                return _("Nobody has spoken with %(name)s, %(who)s, in the last year.") % said
            return _("Nobody has spoken with %(name)s, %(who)s, for %(days)s.") % {
                **said,
                "days": dates.days(one.days),
            }
        case Kind.ONE_SPOKEN:
            return _("Only one person spoken to in 90 days: %(name)s.") % {"name": one.people[0].name}
        case Kind.NOBODY_DECIDES:
            return _("Nobody here is known to decide or to sign.")
        case Kind.NOBODY_SIGNS:
            return _("Nobody here is known to sign.")
        case Kind.ONE_KNOWER:
            return _("Only %(colleague)s knows %(names)s.") % {
                "colleague": one.ours.name if one.ours else "",
                "names": words.names([person.name for person in one.people]),
            }
        case Kind.POWER_UNKNOWN:
            return _("Nobody’s decision power is known.")
        case Kind.UNMET:
            return _("No conversation with %(names)s stands in the log of the last year.") % {
                "names": words.names([person.name for person in one.people])
            }
    return _silent(one)


def _silent(one: Gap) -> str:
    values = {"name": one.people[0].name, "days": dates.days(one.days or 0)}
    said = _("Nobody has spoken with %(name)s for %(days)s.") % values
    more = len(one.people) - 1
    also = ngettext("%(count)d other is quiet too.", "%(count)d others are quiet too.", more) % {"count": more}
    return f"{said} {also}" if more else said


# Who should be met ---------------------------------------------------------------------------------------------------


def wanted_after(name: str, standing: str) -> str:
    """*Meet who follows Solveig Dahl, who signed*."""
    said = _("Meet who follows %(name)s, %(who)s") if standing else _("Meet who follows %(name)s")
    return said % {"name": name, "who": WHO_DID.get(standing, "")}


def to_be_met(said: str, wanted: Sequence[str], *, cold: bool) -> str:
    """What follows from somebody's leaving, after ``said``; ``cold`` where nobody of theirs is near enough to ask."""
    if not wanted:
        return said
    told = _("%(said)s To be met: %(wanted)s.") % {"said": said, "wanted": "; ".join(wanted)}
    return f"{told} {capfirst(no_way_in())}." if cold else told


def no_way_in() -> str:
    """Why nobody is proposed who could introduce us."""
    count = dates.days(COLD)
    return _("nobody of theirs was spoken with in the last %(days)s") % {"days": count}


# How willing they are to give time -----------------------------------------------------------------------------------


def quiet(days: int | None) -> str:
    """What stands beside a name: *96 days*, *today*, *not spoken to*."""
    if days is None:
        return _("not spoken to")
    return dates.days(days) if days else _("today")


def reason(reading: Reading | None, today: date, with_whom: str = "") -> str:
    """*answered 2 of 5 messages, last spoke 41 days ago*; why nothing can be said, where nothing can."""
    if reading is None:
        return _("no conversation and no message in the last year")
    told = []
    talks, messages, asked = reading.talks, reading.messages, reading.asked
    if reading.begun:
        said = ngettext("began %(some)d of %(all)d conversation", "began %(some)d of %(all)d conversations", talks)
        told.append(said % {"some": reading.begun, "all": talks})
    elif talks:
        told.append(ngettext("%(all)d conversation", "%(all)d conversations", talks) % {"all": talks})
    if messages:
        said = ngettext("answered %(some)d of %(all)d message", "answered %(some)d of %(all)d messages", messages)
        told.append(said % {"some": reading.answered, "all": messages})
    if asked:
        said = ngettext("came to %(some)d of %(all)d meeting", "came to %(some)d of %(all)d meetings", asked)
        told.append(said % {"some": reading.came, "all": asked})
    if reading.last_on is not None:
        said = _("last spoke %(ago)s with %(name)s") if with_whom else _("last spoke %(ago)s")
        told.append(said % {"ago": dates.ago(reading.last_on, today), "name": with_whom})
    return ", ".join(told) or _("no conversation yet, and no message that was due an answer")
