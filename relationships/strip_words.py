"""The line of contact in words: who began how much, which silences were too long, and every contact as a line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.humanize.templatetags.humanize import apnumber
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from relationships.models import Interaction
from relationships.rhythm import Contact, Listed, Silence
from web import dates


def sentence(
    contacts: Sequence[Contact], ended: Sequence[Silence], today: date, weeks: int, going: Silence | None = None
) -> str:
    """*25 contacts in 26 weeks: we began 12, they 8; of 5 nobody said who did. Two silences were too long, …*

    ``going`` is the silence that is open while a check-in is due: *No silence that ended … The one that goes on now …*
    """
    touches = [one for one in contacts if one.two_way]
    told = {"count": len(touches), "weeks": weeks}
    silent = f"{_too_long(ended, today, weeks)} {_going(going, bool(ended), any(one.late for one in ended))}".strip()
    if not touches:
        return f"{_('No contact in %(weeks)d weeks.') % told} {silent}".strip()
    said = (
        ngettext("%(count)d contact in %(weeks)d weeks", "%(count)d contacts in %(weeks)d weeks", len(touches)) % told
    )
    return f"{said}: {_begun(touches)}. {silent}".strip()


def _begun(touches: Sequence[Contact]) -> str:
    sides = [one.side for one in touches]
    ours, theirs = sides.count(Interaction.Side.OURS), sides.count(Interaction.Side.THEIRS)
    unknown = len(sides) - ours - theirs
    if unknown == len(sides):
        return _("nobody said who began")
    said = _("we began %(ours)d, they %(theirs)d") % {"ours": ours, "theirs": theirs}
    return said + (_("; of %(count)d nobody said who did") % {"count": unknown} if unknown else "")


def _too_long(ended: Sequence[Silence], today: date, weeks: int) -> str:
    """Of those that ended in these weeks, as the score counts them: what it says beside it is of all there were."""
    late = [one for one in ended if one.late]
    if not late:
        return _("No silence that ended in these %(weeks)d weeks was too long.") % {"weeks": weeks} if ended else ""
    longest = max(late, key=lambda one: (one.days, one.end))
    told = {
        "count": apnumber(len(late)),
        "days": dates.days(longest.days),
        "agreed": longest.every_days,
        "day": dates.plain(longest.end, today),
        "weeks": weeks,
    }
    said = ngettext(
        "%(count)s silence that ended in these %(weeks)d weeks was too long: %(days)s until %(day)s, "
        "agreed %(agreed)d.",
        "%(count)s silences that ended in these %(weeks)d weeks were too long; the longest, until %(day)s: %(days)s, "
        "agreed %(agreed)d.",
        len(late),
    )
    return capfirst(said % told)


def _going(going: Silence | None, others: bool, others_late: bool) -> str:
    if going is None or not (going.late or going.days > going.every_days):
        return ""
    if not going.late:
        form = (
            _("The one that goes on now is longer than agreed, not yet so long that it counts.")
            if others
            else _("The silence that goes on now is longer than agreed, not yet so long that it counts.")
        )
    elif others_late:
        form = _("The one that goes on now is too long as well.")
    else:
        form = _("The one that goes on now is too long.") if others else _("The silence that goes on now is too long.")
    return form


@dataclass(frozen=True, slots=True)
class Line:
    day: str
    began: str
    how: str
    silence: str
    long: bool


def lines(found: Iterable[Listed], today: date) -> list[Line]:
    return [_line(one, today) for one in found]


def _line(one: Listed, today: date) -> Line:
    contact = one.contact
    began = {Interaction.Side.OURS: _("We"), Interaction.Side.THEIRS: _("They")}.get(contact.side, _("Not known"))  # type: ignore[call-overload]
    channel = str(Interaction.Channel(contact.channel).label) if contact.channel else _("contact")
    how = capfirst(channel) if contact.two_way else _("%(channel)s, one-way") % {"channel": capfirst(channel)}
    silence, long = "–", False
    if one.silence is not None:
        told = {"days": dates.days(one.silence.days), "agreed": one.silence.every_days}
        long = bool(one.silence.late)
        said = _("%(days)s, too long: %(agreed)d agreed") if long else _("%(days)s, %(agreed)d agreed")
        silence = said % told
    return Line(dates.plain(contact.day, today), began, how, silence, long)
