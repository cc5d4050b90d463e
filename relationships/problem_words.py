"""Problems in words: how they stand, how soon somebody met or rang them, how long it took."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from relationships import problems
from relationships.models import Problem
from relationships.problems import State, Tally
from relationships.words import Look
from web import dates
from web.clock import Now

LOOKS = {
    State.LATE: Look(gettext_lazy("Late"), "alert-triangle", "over"),
    State.REOPENED: Look(gettext_lazy("Came back"), "refresh", "due"),
    State.OPEN: Look(gettext_lazy("Open"), "alert-circle", "due"),
    State.SOLVED: Look(gettext_lazy("Solved"), "check", "ok"),
    State.SOLVED_LATE: Look(gettext_lazy("Solved late"), "check", "due"),
}


def sentence(row: Problem, now: Now) -> str:
    """*9 days late, opened on 12 November*. Needs ``relationship`` selected."""
    today = row.relationship.today(now)
    told = {"opened": dates.on(row.opened_on, today), "due": dates.by(row.until, today)}
    match row.state(now):
        case State.LATE:
            told["late"] = dates.days((today - row.until).days)
            return _("%(late)s late, opened %(opened)s") % told
        case State.REOPENED:
            return _("Came back; to be solved %(due)s") % told
        case State.OPEN:
            return _("Opened %(opened)s, to be solved %(due)s") % told
        case State.SOLVED | State.SOLVED_LATE:
            return _solved(row, today)


def _solved(row: Problem, today: date) -> str:
    solved = row.solved_on or today
    days = problems.days_until_solved(row.opened_on, solved) or 0
    said = _("Solved %(day)s, after %(days)s") if days else _("Solved %(day)s, the day it was opened")
    told = {"day": dates.on(solved, today), "days": dates.days(days)}
    if solved > row.until:
        return _("%(said)s, %(late)s late") % {"said": said % told, "late": dates.days((solved - row.until).days)}
    return said % told


def spoken(opened_on: date, spoken_on: date | None, today: date) -> str:
    """*first met or rung after 2 days*, *met or rung the same day*, *nobody has met or rung them in the 4 days since*.

    What was written counts elsewhere, and so does a message left: direct is a call, a meeting or a visit both ways.
    """
    if spoken_on is None:
        quiet = (today - opened_on).days
        if quiet <= 0:
            return _("nobody has met or rung them yet")
        return ngettext(
            "nobody has met or rung them in the day since",
            "nobody has met or rung them in the %(count)d days since",
            quiet,
        ) % {"count": quiet}
    days = (spoken_on - opened_on).days
    return _("first met or rung after %(days)s") % {"days": dates.days(days)} if days else _("met or rung the same day")


def came_back(row: Problem) -> str:
    """*came back twice*; empty where it did not."""
    if not row.reopened:
        return ""
    return ngettext("came back once", "came back %(count)d times", row.reopened) % {"count": row.reopened}


def in_days(figure: float | None) -> str:
    """*1.5 days*, *same day*; a dash where nothing is known yet."""
    if figure is None:
        return "–"
    if figure == 0:
        return _("same day")
    return dates.days(int(figure)) if figure == int(figure) else _("%(days)s days") % {"days": f"{figure:.1f}"}


def tally(found: Tally) -> str:
    """*3 problems: 2 solved, 1 of them in time; 1 open*, *one problem, solved in time*."""
    if found.all == 1:
        if found.solved:
            return _("one problem, solved in time") if found.in_time else _("one problem, solved late")
        return _("one problem, which came back and is open") if found.back else _("one problem, and it is open")
    told = {"all": found.all, "solved": found.solved, "in_time": found.in_time, "open": found.open, "back": found.back}
    some = _("%(solved)d solved, %(in_time)d of them in time")
    if found.in_time in (0, found.solved):
        some = _("%(solved)d solved in time") if found.in_time else _("%(solved)d solved late")
    parts = [some % told] if found.solved else []
    if found.back and found.back == found.open:
        parts.append(ngettext("%(back)d came back and is open", "%(back)d came back and are open", found.back) % told)
    elif found.open:
        parts.append((_("%(open)d open, %(back)d of them come back") if found.back else _("%(open)d open")) % told)
    return f"{_('%(all)d problems') % told}: {'; '.join(parts)}"
