"""The state of a rhythm in words, the same on every page and in every mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from relationships import rhythm
from relationships.cadence import State
from relationships.models import Interaction, Relationship
from web import dates
from web.clock import Now


@dataclass(frozen=True, slots=True)
class Look:
    """How a state looks everywhere: the word, the icon's name and the class of its hue; never colour alone."""

    word: str | Promise
    icon: str
    tone: str


LOOKS = {
    State.OVERDUE: Look(gettext_lazy("Overdue"), "alert-triangle", "over"),
    State.DUE: Look(gettext_lazy("Due"), "clock", "due"),
    State.NEW: Look(gettext_lazy("New"), "sparkles", "new"),
    State.IN_TOUCH: Look(gettext_lazy("In touch"), "circle-check", "ok"),
    State.PAUSED: Look(gettext_lazy("Paused"), "player-pause", "paused"),
    State.NO_CADENCE: Look(gettext_lazy("No cadence"), "circle-dashed", "paused"),
}
WORST_FIRST = [State.OVERDUE, State.DUE, State.NEW, State.IN_TOUCH, State.PAUSED, State.NO_CADENCE]

CHANNEL_ICONS = {
    Interaction.Channel.CALL: "phone",
    Interaction.Channel.EMAIL: "mail",
    Interaction.Channel.MEETING: "users",
    Interaction.Channel.VISIT: "map-pin",
    Interaction.Channel.CHAT: "messages",
    Interaction.Channel.EVENT: "calendar-event",
    Interaction.Channel.LETTER: "note",
}


def interval(every_days: int) -> str:
    """*every day*, *every week*, *every 14 days*."""
    if every_days == 7:
        return _("every week")
    return ngettext("every day", "every %(count)d days", every_days) % {"count": every_days}


def agreed(relationship: Relationship) -> str:
    """*you agreed on 14*, or *30 assumed* while nobody of theirs has."""
    every = relationship.every_days or 0
    if relationship.agreement is not None and not relationship.agreement.assumed:
        return _("you agreed on %(days)d") % {"days": every}
    return _("%(days)d assumed") % {"days": every}


def _quiet(relationship: Relationship, today: date) -> str:
    if relationship.last_touch_on is None:
        return _("never in touch")
    return _("quiet for %(days)s") % {"days": dates.days((today - relationship.last_touch_on).days)}


def sentence(relationship: Relationship, now: Now, channel: str = "") -> str:
    """The state of the rhythm: *quiet for 41 days – you agreed on 14*. Needs ``agreement`` selected.

    ``channel`` names how the last contact came about, where the caller knows.
    """
    today = relationship.today(now)
    match relationship.state(now):
        case State.PAUSED:
            paused = dates.said(relationship.paused_since or today, today)
            return _("since %(day)s: %(reason)s") % {"day": paused, "reason": relationship.pause_reason}
        case State.NO_CADENCE:
            return _("nobody has said how often to be in touch")
        case State.OVERDUE:
            return f"{_quiet(relationship, today)} – {agreed(relationship)}"
        case State.DUE:
            due = relationship.due_on or today
            since = _("due today") if due == today else _("due since %(day)s") % {"day": dates.said(due, today)}
            return f"{since} – {agreed(relationship)}"
        case State.NEW:
            return _("never in touch – first %(day)s") % {"day": dates.by(relationship.due_on or today, today)}
        case State.IN_TOUCH:
            touched, due = relationship.last_touch_on or today, relationship.due_on or today
            how = Interaction.Channel(channel).label if channel else _("in touch")
            said = {"how": how, "ago": dates.ago(touched, today), "day": dates.by(due, today)}
            return _("%(how)s %(ago)s, next %(day)s") % said


def short(relationship: Relationship, now: Now, channel: str = "") -> str:
    """The same where the state's word stands in a heading, for a row of a table."""
    text = clipped(sentence(relationship, now, channel), 60)
    return text[:1].upper() + text[1:]


def beginning(interaction: Interaction) -> str:
    """Who began it, how: *They rang*, *You wrote*, *A meeting*; the channel alone when nobody said who began."""
    ours, theirs, unknown = {
        Interaction.Channel.CALL: (_("We rang"), _("They rang"), _("Call")),
        Interaction.Channel.EMAIL: (_("We wrote"), _("They wrote"), _("E-mail")),
        Interaction.Channel.MEETING: (_("We asked them to meet"), _("They asked us to meet"), _("Meeting")),
        Interaction.Channel.VISIT: (_("We visited"), _("They visited"), _("Visit")),
        Interaction.Channel.CHAT: (_("We wrote in the chat"), _("They wrote in the chat"), _("Chat")),
        Interaction.Channel.EVENT: (_("We met at our event"), _("We met at their event"), _("Event")),
        Interaction.Channel.LETTER: (_("We sent a letter"), _("They sent a letter"), _("Letter")),
    }[Interaction.Channel(interaction.channel)]
    return {Interaction.Side.OURS: ours, Interaction.Side.THEIRS: theirs}.get(interaction.begun_by, unknown)  # type: ignore[call-overload, no-any-return]


def clipped(text: str, most: int = 110) -> str:
    """The beginning of a note on one line, cut between words."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    return line[: line.rfind(" ", most // 2, most) if " " in line[most // 2 : most] else most].rstrip(",;:. ") + "…"


def last_time(interaction: Interaction, today: date) -> str:
    """*They rang on 13 October: feed prices rise again in January.*"""
    said = f"{beginning(interaction)} {dates.on(interaction.occurred_on, today)}"
    return f"{said}: {clipped(interaction.summary)}" if interaction.summary else f"{said}."


def contact_count(contacts: Sequence[rhythm.Contact], weeks: int) -> str:
    """*11 contacts in 26 weeks, 5 begun by them.* for those who do not see the drawing."""
    touches = [contact for contact in contacts if contact.two_way]
    theirs = sum(contact.side == Interaction.Side.THEIRS for contact in touches)
    said = ngettext("%(count)d contact in %(weeks)d weeks", "%(count)d contacts in %(weeks)d weeks", len(touches))
    begun = _(", %(count)d begun by them") % {"count": theirs} if theirs else ""
    return said % {"count": len(touches), "weeks": weeks} + begun


def names(people: Sequence[object]) -> str:
    """*Ingrid Moe*, *Ingrid Moe and Lars Tveit*, *Ingrid Moe, Lars Tveit and 3 more*."""
    said = [str(person) for person in people]
    if len(said) > 3:
        return _("%(names)s and %(count)d more") % {"names": ", ".join(said[:2]), "count": len(said) - 2}
    return _(" and ").join([", ".join(said[:-1]), said[-1]]) if len(said) > 1 else "".join(said)


def kind(interaction: Interaction) -> str:
    """What stands in grey behind an entry: *Call · needs · one-way, does not count*."""
    known = interaction.begun_by != Interaction.Side.UNKNOWN
    parts = [interaction.get_channel_display().capitalize()] if known else []
    parts += [interaction.purpose] if interaction.purpose else []
    parts += [] if interaction.two_way else [_("one-way, does not count")]
    return " · ".join(parts)


def agreement(relationship: Relationship, today: date) -> str:
    """*Every 14 days, agreed with Ingrid Moe on 3 March.* Needs ``agreement__agreed_with`` selected."""
    row = relationship.agreement
    if row is None:
        return _("No rhythm yet.")
    every = interval(row.every_days)
    every = every[:1].upper() + every[1:]
    if row.agreed_with is None:
        return _("%(every)s, assumed: nobody of theirs has agreed it yet.") % {"every": every}
    said = _("%(every)s, agreed with %(name)s") % {"every": every, "name": row.agreed_with}
    return f"{said} {dates.on(row.agreed_on, today)}." if row.agreed_on else f"{said}."


def full_sentence(relationship: Relationship, now: Now) -> str:
    """The state on the relationship's own page, with the person who agreed the rhythm."""
    text = sentence(relationship, now)
    row = relationship.agreement
    state = relationship.state(now)
    if row is None or row.agreed_with is None or state not in (State.OVERDUE, State.DUE):
        return text.rstrip(".") + "."
    return _("%(sentence)s with %(name)s.") % {"sentence": text, "name": row.agreed_with}
