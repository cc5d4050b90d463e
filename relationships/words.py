"""The state of a rhythm in words, the same on every page and in every mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.words import first_of
from relationships import cadence, notes, promises, rhythm, topics
from relationships.cadence import State
from relationships.models import CadenceAgreement, Commitment, Interaction, Relationship
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
    State.BOOKED: Look(gettext_lazy("Booked"), "calendar-check", "booked"),
    State.DUE: Look(gettext_lazy("Due"), "clock", "due"),
    State.NEW: Look(gettext_lazy("New"), "sparkles", "new"),
    State.IN_TOUCH: Look(gettext_lazy("In touch"), "circle-check", "ok"),
    State.PAUSED: Look(gettext_lazy("Paused"), "player-pause", "paused"),
    State.ENDED: Look(gettext_lazy("Ended"), "flag-check", "paused"),
    State.NO_CADENCE: Look(gettext_lazy("No cadence"), "circle-dashed", "paused"),
}
# Of fewer days no share is told.
A_WEEK = 7
WORST_FIRST = [
    State.OVERDUE, State.BOOKED, State.DUE, State.NEW, State.IN_TOUCH, State.PAUSED, State.NO_CADENCE, State.ENDED,
]  # fmt: skip

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


def agreed(relationship: Relationship, brief: bool = False) -> str:
    """*you agreed on 14*, or *30 assumed* while nobody of theirs has."""
    every = relationship.every_days or 0
    if relationship.agreement is None or relationship.agreement.assumed:
        return _("%(days)d assumed") % {"days": every}
    return (_("agreed %(days)d") if brief else _("you agreed on %(days)d")) % {"days": every}


def _quiet(relationship: Relationship, today: date, brief: bool = False) -> str:
    if relationship.last_touch_on is None:
        return _("never in touch")
    days = dates.days((today - relationship.last_touch_on).days)
    return (_("quiet %(days)s") if brief else _("quiet for %(days)s")) % {"days": days}


def sentence(relationship: Relationship, now: Now, channel: str = "", brief: bool = False) -> str:
    """The state of the rhythm: *quiet for 41 days – you agreed on 14*. Needs ``agreement`` selected.

    ``channel`` names how the last contact came about, where the caller knows. ``brief`` has room for one line of a
    table: *quiet 41 days, agreed 14*.
    """
    today = relationship.today(now)
    dash = ", " if brief else " – "
    match relationship.state(now):
        case State.ENDED:
            ended = dates.said(relationship.ended_on or today, today)
            return _("since %(day)s: %(reason)s") % {"day": ended, "reason": relationship.end_reason}
        case State.PAUSED:
            paused = dates.said(relationship.paused_since or today, today)
            return _("since %(day)s: %(reason)s") % {"day": paused, "reason": relationship.pause_reason}
        case State.NO_CADENCE:
            return _("nobody has said how often to be in touch")
        case State.OVERDUE:
            return dash.join([_quiet(relationship, today, brief), agreed(relationship, brief)])
        case State.BOOKED:
            meeting = _("meeting %(day)s") % {"day": dates.on(relationship.booked_on or today, today)}
            if brief:
                return f"{meeting}, {_quiet(relationship, today, brief)}"
            return f"{meeting}; {_quiet(relationship, today)} – {agreed(relationship)}"
        case State.DUE:
            due = relationship.due_on or today
            since = _("due today") if due == today else _("due since %(day)s") % {"day": dates.said(due, today)}
            return dash.join([since, agreed(relationship, brief)])
        case State.NEW:
            never = _("never in touch, first %(day)s") if brief else _("never in touch – first %(day)s")
            return never % {"day": dates.by(relationship.due_on or today, today)}
        case State.IN_TOUCH:
            touched, due = relationship.last_touch_on or today, relationship.due_on or today
            how = Interaction.Channel(channel).label if channel else _("contact")
            said = {"how": how, "ago": dates.ago(touched, today), "day": dates.by(due, today)}
            return _("%(how)s %(ago)s, next %(day)s") % said


def short(relationship: Relationship, now: Now, channel: str = "") -> str:
    """The same where the state's word stands in a heading, for a row of a table."""
    text = clipped(sentence(relationship, now, channel, brief=True), 60)
    return text[:1].upper() + text[1:]


def beginning(interaction: Interaction) -> str:
    """Who began it, how: *They rang*, *You wrote*, *A meeting*; the channel alone when nobody said who began."""
    ours, theirs, unknown = {
        Interaction.Channel.CALL: (_("We rang"), _("They rang"), _("Call")),
        Interaction.Channel.EMAIL: (_("We wrote"), _("They wrote"), _("E-mail")),
        Interaction.Channel.MEETING: (_("We asked them to meet"), _("They asked us to meet"), _("Meeting")),
        Interaction.Channel.VISIT: (_("We asked for a visit"), _("They asked for a visit"), _("Visit")),
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


def drawn(relationship: Relationship, contacts: Sequence[rhythm.Contact], today: date, weeks: int) -> str:
    """What the drawing shows, for those who do not see it: *11 contacts in 26 weeks, 5 begun by them, 2 face to face.

    1 one-way, which does not count. None since 13 October: due since 27 October, 27 days past due.*
    """
    within = [contact for contact in contacts if contact.day >= today - timedelta(weeks=weeks)]
    faces = sum(contact.two_way and contact.face_to_face for contact in within)
    one_way = sum(not contact.two_way for contact in within)
    said = contact_count(within, weeks) + (_(", %(count)d face to face") % {"count": faces} if faces else "")
    parts = [said]
    if one_way:
        parts.append(_("%(count)d one-way, which does not count") % {"count": one_way})
    if relationship.due_on is not None and relationship.due_on <= today and relationship.paused_since is None:
        touched = relationship.last_touch_on
        since = _("None since %(day)s") % {"day": dates.said(touched, today)} if touched else _("Never in touch")
        late = (today - relationship.due_on).days
        due = _("%(days)s past due") % {"days": dates.days(late)} if late else _("due today")
        parts.append(f"{since}: {due}")
    return ". ".join(parts) + "."


def contact_count(contacts: Sequence[rhythm.Contact], weeks: int) -> str:
    """*11 contacts in 26 weeks, 5 begun by them.* for those who do not see the drawing."""
    touches = [contact for contact in contacts if contact.two_way]
    theirs = sum(contact.side == Interaction.Side.THEIRS for contact in touches)
    said = ngettext("%(count)d contact in %(weeks)d weeks", "%(count)d contacts in %(weeks)d weeks", len(touches))
    begun = _(", %(count)d begun by them") % {"count": theirs} if theirs else ""
    return said % {"count": len(touches), "weeks": weeks} + begun


def names(people: Sequence[object]) -> str:
    """*Ingrid Moe*, *Ingrid Moe and Lars Tveit*, *Ingrid Moe, Lars Tveit and 3 more*."""
    return first_of(people, shown=2)


def kind(interaction: Interaction) -> str:
    """What stands in grey behind an entry: *Call · needs · one-way, does not count*."""
    known = interaction.begun_by != Interaction.Side.UNKNOWN
    parts = [interaction.get_channel_display().capitalize()] if known else []
    parts += [interaction.purpose] if interaction.purpose else []
    parts += [] if interaction.two_way else [_("one-way, does not count")]
    return " · ".join(parts)


def agreement(relationship: Relationship, today: date, agreements: Sequence[CadenceAgreement] = ()) -> str:
    """*Every 14 days, agreed by Ingrid Moe and Alice Moran on 3 March; weekly in September.*

    Needs ``agreement__agreed_with`` and ``agreement__made_by`` selected. ``agreements`` are all of the relationship:
    with them it says what comes after one for a while, and which were for a while in the last year.
    """
    row = relationship.agreement
    if row is None:
        return _("No rhythm yet.")
    every = interval(row.every_days)
    every = every[:1].upper() + every[1:]
    if row.ends_on is not None:
        every = _("%(every)s until %(day)s") % {"every": every, "day": dates.said(row.ends_on, today)}
    said = f"{every}, {_agreed_by(row, today)}"
    parts = [said, *_what_follows(row, agreements)]
    earlier = [
        other
        for other in sorted(agreements, key=lambda other: other.starts_on)
        if other.ends_on is not None and today - cadence.YEAR < other.ends_on < today and other.pk != row.pk
    ]
    if earlier:
        parts.append(_(" and ").join(f"{_adverb(other.every_days)} {_span(other, today)}" for other in earlier[-2:]))
    return "; ".join(parts) + "."


def _agreed_by(row: CadenceAgreement, today: date) -> str:
    """Who agreed it, both sides where both are known; *assumed* where nobody of theirs has."""
    if row.assumed:
        return _("assumed: nobody of theirs has agreed it yet")
    people = names([person for person in (row.agreed_with, row.made_by) if person is not None])
    by = _("agreed by %(names)s") % {"names": people} if row.agreed_with is not None else _("agreed")
    return f"{by} {dates.on(row.agreed_on, today)}" if row.agreed_on else by


def _what_follows(row: CadenceAgreement, agreements: Sequence[CadenceAgreement]) -> list[str]:
    """What comes back by itself after an agreement for a while."""
    if row.ends_on is None:
        return []
    ordered = sorted(agreements, key=lambda other: other.pk)
    index = cadence.in_force([other.interval for other in ordered], row.ends_on + cadence.DAY)
    return [] if index is None else [_("then %(every)s") % {"every": interval(ordered[index].every_days)}]


def _adverb(every_days: int) -> str:
    return {1: _("daily"), 7: _("weekly")}.get(every_days, interval(every_days))


def _span(row: CadenceAgreement, today: date) -> str:
    """*in September* within one month; *from 3 September to 14 October*."""
    last = row.ends_on or row.starts_on
    if (row.starts_on.year, row.starts_on.month) == (last.year, last.month):
        near = last.year == today.year or (today - last).days <= 120
        return _("in %(month)s") % {"month": date_format(last, "F" if near else "F Y")}
    days = {"first": dates.said(row.starts_on, today), "last": dates.said(last, today)}
    return _("from %(first)s to %(last)s") % days


def adherence(year: cadence.Adherence, today: date) -> str:
    """*In rhythm on 292 of the last 365 days (80 %)*; nothing where less than a week counted.

    It names its days, as a criterion beside it asks for the share of other ones.
    """
    if year.counted < A_WEEK:
        return ""
    span = (year.last - year.first).days + 1
    if year.counted < span:
        days = (
            _("%(count)d days that count, of the %(span)d up to %(day)s")
            if year.last < today
            else _("%(count)d days that count, of the last %(span)d")
        )
    elif year.last < today:
        days = _("%(count)d days up to %(day)s")
    else:
        days = _("the last %(count)d days")
    said = days % {"count": year.counted, "span": span, "day": dates.said(year.last, today)}
    values = {"good": year.in_rhythm, "days": said, "percent": year.percent}
    return _("In rhythm on %(good)d of %(days)s (%(percent)d %%)") % values


def full_sentence(relationship: Relationship, now: Now) -> str:
    """The state on the relationship's own page, with the person who agreed the rhythm."""
    text = sentence(relationship, now)
    row = relationship.agreement
    state = relationship.state(now)
    if row is None or row.agreed_with is None or state not in (State.OVERDUE, State.BOOKED, State.DUE):
        return text.rstrip(".") + "."
    text = _("%(sentence)s with %(name)s") % {"sentence": text, "name": row.agreed_with}
    return f"{text} {dates.on(row.agreed_on, relationship.today(now))}." if row.agreed_on else f"{text}."


# Promises ------------------------------------------------------------------------------------------------------------

PROMISE_LOOKS = {
    promises.State.LATE: Look(gettext_lazy("Late"), "alert-triangle", "over"),
    promises.State.DUE: Look(gettext_lazy("Due today"), "clock", "due"),
    promises.State.RENEGOTIATED: Look(gettext_lazy("New day agreed"), "calendar-event", "faint"),
    promises.State.OPEN: Look(gettext_lazy("Open"), "circle", "faint"),
    promises.State.KEPT: Look(gettext_lazy("Kept"), "check", "ok"),
    promises.State.KEPT_LATE: Look(gettext_lazy("Kept late"), "check", "due"),
    promises.State.BROKEN: Look(gettext_lazy("Missed"), "x", "over"),
}


def promise_sentence(row: Commitment, now: Now) -> str:
    """*Late since 27 November – new day agreed: 4 December*. Needs ``relationship`` selected, ``miss`` if broken."""
    today = row.relationship.today(now)
    day = dates.on(row.binding_on, today)
    match row.state(now):
        case promises.State.OPEN:
            return _("Due %(day)s") % {"day": day}
        case promises.State.DUE:
            return _("Due today")
        case promises.State.RENEGOTIATED:
            first = dates.by(row.due_on, today)
            return _("New day agreed: due %(day)s, first promised %(first)s") % {"day": day, "first": first}
        case promises.State.LATE:
            return _said_of_late(row, today)
        case promises.State.KEPT:
            return _("Kept %(day)s, %(when)s") % {"day": dates.on(row.ended_on or today, today), "when": _early(row)}
        case promises.State.KEPT_LATE:
            ended, late = row.ended_on or today, row.late_on or row.binding_on
            said = {"day": dates.on(ended, today), "late": dates.days((ended - late).days)}
            return _("Kept %(day)s, %(late)s late") % said
        case promises.State.BROKEN:
            return _said_of_missed(row, today)


def _said_of_late(row: Commitment, today: date) -> str:
    late = row.late_on or row.binding_on
    said = _("Late since %(day)s") % {"day": _weekday_and_date(late, today)}
    if late == row.binding_on:
        return said
    new = dates.said(row.binding_on, today)
    if row.binding_on < today:
        return _("%(said)s – the new day, %(day)s, is over too") % {"said": said, "day": new}
    return _("%(said)s – new day agreed: %(day)s") % {"said": said, "day": new}


def _weekday_and_date(day: date, today: date) -> str:
    """*yesterday*, *Friday 27 November*: what is past and stands open is not to be taken for a coming day."""
    if (today - day).days == 1:
        return _("yesterday")
    return date_format(day, "l j F" if day.year == today.year else "l j F Y")


def _early(row: Commitment) -> str:
    days = (row.binding_on - (row.ended_on or row.binding_on)).days
    return _("%(days)s early") % {"days": dates.days(days)} if days > 0 else _("on the day")


def _said_of_missed(row: Commitment, today: date) -> str:
    said = _("Missed %(day)s") % {"day": dates.on(row.ended_on or today, today)}
    until = promises.to_own_until(row.binding_on, row.late_on)
    explained = row.miss.explained_on
    if explained is None:
        return said + (_(", not explained yet") if today <= until else _(", not explained"))
    if explained > until:
        return _("%(said)s, explained too late to count as owned up to") % {"said": said}
    days = (explained - (row.late_on or row.binding_on)).days
    if days < 0:
        return _("Missed, and owned up to before its day")
    return _("Missed, and owned up to within %(days)s") % {"days": dates.days(max(days, 1))}


def promise_share(share: promises.Share) -> str:
    """*40 of 49 kept in time, 2 kept late, 1 late, 6 missed*: of those that came to an end or whose day is over."""
    if not share.judged:
        return _("none due yet")
    kept = _("%(kept)d of %(judged)d kept in time") % {"kept": share.kept, "judged": share.judged}
    return ", ".join([kept, *not_in_time(share)])


def not_in_time(share: promises.Share) -> list[str]:
    """*2 kept late*, *1 late*, *6 missed*: what there is of it."""
    parts = [_("%(count)d kept late") % {"count": share.kept_late}] if share.kept_late else []
    parts += [_("%(count)d late") % {"count": share.late}] if share.late else []
    parts += [_("%(count)d missed") % {"count": share.broken}] if share.broken else []
    return parts


def brief_share(share: promises.Share) -> str:
    """*4 of 6 kept in time*: the beginning of ``promise_share``, where it is narrow."""
    if not share.judged:
        return _("none due yet")
    return _("%(kept)d of %(judged)d kept in time") % {"kept": share.kept, "judged": share.judged}


def promise_day(day: date, today: date) -> str:
    """*Friday 27 November*; with the year where that is another one."""
    return date_format(day, "l j F" if day.year == today.year else "l j F Y")


def read_promise(side: str, due_on: date, what: str, who: object, today: date) -> str:
    """What the log understood: *Our promise by Friday 27 November: send the table*."""
    said = {"day": promise_day(due_on, today), "what": what, "who": who}
    if side == notes.Side.OURS:
        text = _("Our promise by %(day)s, %(who)s’s: %(what)s") if who else _("Our promise by %(day)s: %(what)s")
    else:
        text = _("Theirs by %(day)s, %(who)s’s: %(what)s") if who else _("Theirs by %(day)s: %(what)s")
    return text % said


def note_problem(problem: notes.Problem) -> str:
    """Why a line of a note that begins like a promise is none: *Line 2: say by when, as in “! Fri send the table”.*"""
    if problem.trouble == notes.Trouble.TELLS_NOBODY:
        return _("A name with @ in the note tells nobody; write a comment beside the entry for that.")
    marks = "!!" if problem.side == notes.Side.THEIRS else "!"
    said = {
        notes.Trouble.EMPTY: _("say by when and what, as in “%(marks)s Fri send the table”."),
        notes.Trouble.NO_DAY: _(
            "a promise begins with its day, as in “%(marks)s Fri …”, “%(marks)s 12 Dec …” or “%(marks)s in 2 weeks …”."
        ),
        notes.Trouble.NO_SUCH_DAY: _("there is no such day. The day goes before the month, as in “%(marks)s 12/3 …”."),
        notes.Trouble.BEFORE: _("%(day)s lies before the talk. A promise is for a day that was still to come."),
        notes.Trouble.TOO_FAR: _("%(day)s is too far off."),
        notes.Trouble.NOT_SAID_WHAT: _("say what was promised, as in “%(marks)s Fri send the table”."),
        notes.Trouble.NOBODY: _("nobody here is called “%(who)s”. Begin the name as it is written in the list."),
        notes.Trouble.SEVERAL: _("“%(who)s” may be more than one person. Write the whole name."),
        notes.Trouble.OTHER_WEEKDAY: _("%(day)s is a %(weekday)s, not a %(other)s."),
        notes.Trouble.OTHER_SIDE: (
            _("“%(who)s” is one of theirs. Their promise begins with two marks, as in “!! Fri …”.")
            if problem.side == notes.Side.OURS
            else _("“%(who)s” is one of ours. Our promise begins with one mark, as in “! Fri …”.")
        ),
        notes.Trouble.TOO_MANY_MARKS: _("a promise begins with one mark, “!”, if it is ours, or two, “!!”, if theirs."),
    }[problem.trouble]
    line = _("Line %(number)d: %(said)s")
    return line % {"number": problem.line, "said": said % {"marks": marks, "who": problem.who, **_day_read(problem)}}


def _day_read(problem: notes.Problem) -> dict[str, str]:
    """The day that a line speaks of; without the year where that is plain."""
    day, talked_on = problem.day, problem.talked_on
    if day is None:
        return {"day": _("this day"), "weekday": "", "other": ""}
    over = talked_on is not None and notes.DAY <= talked_on - day <= notes.JUST_OVER
    return {
        "day": date_format(day, "j F" if over else "j F Y"),
        "weekday": date_format(day, "l"),
        "other": str(WEEKDAYS[problem.weekday]) if problem.weekday is not None else "",
    }


def silence(silent: topics.Silence) -> str:
    """*Nothing on new ideas for 94 days.*, or that they never came up."""
    about = {"topic": Interaction.Topic(silent.topic).label, "days": dates.days(silent.days)}
    if silent.never:
        return _("Never talked about %(topic)s.") % about
    return _("Nothing on %(topic)s for %(days)s.") % about


def outside_projects(share: topics.Share) -> str:
    """*9 of 12 contacts of the last year belong to no project.* Empty without any contact."""
    if not share.whole:
        return ""
    said = ngettext(
        "%(part)d of %(count)d contact of the last year belongs to no project.",
        "%(part)d of %(count)d contacts of the last year belong to no project.",
        share.whole,
    )
    return said % {"part": share.part, "count": share.whole}
