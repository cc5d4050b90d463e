"""A running meeting in words: how far it is, and what has come of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.contrib.humanize.templatetags.humanize import apnumber
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetings.live import Pace
from meetings.models import Outcome
from relationships.models import Commitment


def pace(found: Pace, numbers: Sequence[int]) -> str:
    """*One minute ahead. Item 7 would still run over; it carries over unless you get to it.*

    ``numbers`` are those of the items that would run over.
    """
    parts = [_ahead(found.ahead)]
    if len(numbers) == 1:
        said = _("Item %(number)d would still run over; it carries over unless you get to it.")
        parts.append(said % {"number": numbers[0]})
    elif numbers:
        said = _("Items %(first)d to %(last)d would still run over; they carry over unless you get to them.")
        parts.append(said % {"first": numbers[0], "last": numbers[-1]})
    return " ".join(parts)


def _ahead(minutes: int) -> str:
    if minutes == 0:
        return _("On time.")
    count = abs(minutes)
    ahead = ngettext("%(count)s minute ahead.", "%(count)s minutes ahead.", count)
    behind = ngettext("%(count)s minute behind.", "%(count)s minutes behind.", count)
    said = ahead if minutes > 0 else behind
    return capfirst(said % {"count": apnumber(count)})


def left(minutes: int) -> str:
    """*33 minutes left*, *4 minutes over*."""
    if minutes >= 0:
        return ngettext("%(count)d minute left", "%(count)d minutes left", minutes) % {"count": minutes}
    return ngettext("%(count)d minute over", "%(count)d minutes over", -minutes) % {"count": -minutes}


def so_far(outcomes: Iterable[Outcome]) -> str:
    """*2 decisions, 4 promises – 2 ours, 2 theirs.* Empty where nothing has come of it yet."""
    rows = list(outcomes)
    decisions = sum(bool(row.decision) for row in rows)
    promises = [row.commitment for row in rows if row.commitment is not None]
    ours = sum(row.side == Commitment.Side.OURS for row in promises)
    feedback = sum(row.feedback is not None for row in rows)
    parts = []
    if decisions:
        parts.append(ngettext("%(count)d decision", "%(count)d decisions", decisions) % {"count": decisions})
    if promises:
        parts.append(ngettext("%(count)d promise", "%(count)d promises", len(promises)) % {"count": len(promises)})
        parts[-1] += _(" – %(ours)d ours, %(theirs)d theirs") % {"ours": ours, "theirs": len(promises) - ours}
    if feedback:
        parts.append(_("%(count)d times feedback") % {"count": feedback} if feedback > 1 else _("feedback once"))
    return f"{', '.join(parts)}." if parts else ""
