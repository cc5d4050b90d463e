"""What both say, and where they stand between satisfaction and loyalty, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from django.contrib.humanize.templatetags.humanize import apnumber
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from relationships import flag_words, flags
from relationships.flags import Fact, Said
from relationships.models import PulseQuestion
from relationships.two_views import Missing, Place, Quadrant, Summary, View
from web import dates

FIELDS: dict[Quadrant, str | Promise] = {
    Quadrant.APOSTLE: gettext_lazy("Satisfied and loyal"),
    Quadrant.MERCENARY: gettext_lazy("Satisfied, but may leave"),
    Quadrant.HOSTAGE: gettext_lazy("Not satisfied, and stays"),
    Quadrant.DEFECTOR: gettext_lazy("Not satisfied, and may leave"),
}
NOT_KNOWN = gettext_lazy("Not known yet")
# What to do about it, in a line.
ADVICE: dict[Quadrant, str | Promise] = {
    Quadrant.APOSTLE: gettext_lazy("Ask whether they would speak for you."),
    Quadrant.MERCENARY: gettext_lazy("Do not rest on the rating: see who decides or signs."),
    Quadrant.HOSTAGE: gettext_lazy("They stay because they must: mend it before they need not."),
    Quadrant.DEFECTOR: gettext_lazy("Speak about it now, and put right what can be."),
}
MISSING: dict[Missing, str | Promise] = {
    Missing.SATISFACTION: gettext_lazy("whether they are satisfied was not asked within a year"),
    Missing.SEEN: gettext_lazy("nobody who decides or signs is named and has been seen, or no rhythm is agreed"),
    Missing.GIVING: gettext_lazy("they have not given feedback or shown plans yet"),
    Missing.CHOOSE_AGAIN: gettext_lazy("whether they would choose us again was not asked within a year"),
}


def about(question: str) -> str:
    """*worth the price*."""
    return str(PulseQuestion(question).label)


def summary(found: Summary, views: Sequence[View]) -> str:
    """*We see it as they do on 5 of 7 questions. On “worth the price” they stand two below us: worth asking why.*"""
    if not found.compared:
        return _nothing_to_compare(views)
    told = {"alike": found.alike, "all": found.compared}
    if not found.apart and found.close:
        return ngettext(
            "We see it within one point of them on the one question that both have answered.",
            "We see it within one point of them on all %(all)d questions that both have answered.",
            found.compared,
        ) % {"all": found.compared}
    if not found.apart:
        return ngettext(
            "We see it as they do on the one question that both have answered.",
            "We see it as they do on all %(all)d questions that both have answered.",
            found.compared,
        ) % {"all": found.compared}
    if not found.alike:
        return capfirst(_widest(found)) + _(": worth asking why.")
    said = (
        ngettext(
            "We see it within one point of them on %(alike)d of %(all)d question; ",
            "We see it within one point of them on %(alike)d of %(all)d questions; ",
            found.compared,
        )
        if found.close
        else ngettext(
            "We see it as they do on %(alike)d of %(all)d question; ",
            "We see it as they do on %(alike)d of %(all)d questions; ",
            found.compared,
        )
    )
    return said % told + _widest(found) + _(": worth asking why.")


def _widest(found: Summary) -> str:
    one, rest = found.apart[0], len(found.apart) - 1
    gap = one.gap or 0
    told = {"question": about(one.question), "points": apnumber(abs(gap))}
    below, above = (
        _("on “%(question)s” they stand %(points)s below us"),
        _("on “%(question)s” they stand %(points)s above us"),
    )
    said = (below if gap < 0 else above) % told
    if rest:
        more = ngettext("%(said)s, and one more is apart", "%(said)s, and %(rest)s more are apart", rest)
        return more % {"said": said, "rest": apnumber(rest)}
    return said


def _nothing_to_compare(views: Sequence[View]) -> str:
    ours, theirs = sum(one.ours is not None for one in views), sum(one.theirs is not None for one in views)
    if not ours and not theirs:
        return _(
            "Nobody has been asked yet. After a meeting, or once a month, one question goes to you and then to them;"
            " the two answers stand here side by side."
        )
    if ours and theirs:
        return _("Both have answered, but no question together within a year: the next answers show the gap.")
    if ours:
        return _("You have answered %(count)s; theirs is still to come, and then the gap stands here.") % {
            "count": _questions(ours)
        }
    return _("They have answered %(count)s; yours is still to come, and then the gap stands here.") % {
        "count": _questions(theirs)
    }


def _questions(count: int) -> str:
    return ngettext("%(count)s question", "%(count)s questions", count) % {"count": apnumber(count)}


def gap(view: View, today: date) -> str:
    """*they stand two below us*; what is missing where only one side has spoken."""
    if view.gap is None:
        if view.ours is None and view.theirs is None:
            return _("not asked yet")
        return _("we have not said") if view.ours is None else _("they have not said")
    if not view.is_compared(today):
        return _("an answer is over a year old")
    if not view.gap:
        return _("both say the same")
    told = {"points": apnumber(abs(view.gap))}
    return _("they stand %(points)s below us") % told if view.gap < 0 else _("they stand %(points)s above us") % told


def days(view: View, today: date) -> str:
    """*we 15 Sep, they 18 Sep*."""
    ours = _("we %(day)s") % {"day": _short(view.ours.on, today)} if view.ours else ""
    theirs = _("they %(day)s") % {"day": _short(view.theirs.on, today)} if view.theirs else ""
    return _(", ").join(one for one in (ours, theirs) if one)


def _short(day: date, today: date) -> str:
    return date_format(day, "j M" if day.year == today.year else "j M Y")


# Satisfaction and loyalty ------------------------------------------------------------------------------------------


def field(place: Place) -> str:
    return str(FIELDS[place.quadrant]) if place.quadrant else str(NOT_KNOWN)


def why(place: Place, said: Said, today: date, every_days: int | None) -> str:
    """What the field rests on, or what is missing for one, as a sentence."""
    if place.missing:
        return f"{capfirst(_('; ').join(str(MISSING[one]) for one in place.missing))}."
    rated = _rated(said, today)
    against = flag_words.why_they_may_leave(said, today, every_days)
    if against:
        return _("%(rated)s; %(why)s.") % {"rated": rated, "why": _("; ").join(against)}
    return _("%(rated)s; %(why)s.") % {"rated": rated, "why": _("; ").join(_speaking_for_it(said, today, every_days))}


def _rated(said: Said, today: date) -> str:
    answer = said.satisfaction
    if answer is None:
        return ""
    told = {"score": round(answer.value), "day": dates.on(answer.day, today), "who": answer.who}
    if answer.who:
        return _("%(who)s rated it %(score)d of 5 %(day)s") % told
    return _("Rated %(score)d of 5 %(day)s") % told


def _speaking_for_it(said: Said, today: date, every_days: int | None) -> list[str]:
    found = []
    if said.seen is not None and every_days is not None:
        found.append(_("%(who)s, who decides or signs, was seen %(day)s") % _when(said.seen, today))
    if said.gave is not None:
        found.append(_("they gave feedback or showed plans %(day)s") % _when(said.gave, today))
    if flags.current(said.choose_again, today) is not None:
        found.append(_("they would choose us again"))
    return found


def _when(fact: Fact, today: date) -> dict[str, str]:
    return {"who": fact.who, "day": dates.on(fact.day, today)}


def book(counts: dict[Quadrant | None, int]) -> str:
    """*Of 46 relationships 12 are satisfied and loyal, and 3 are satisfied but may leave; of 20 it is not known.*"""
    total, unknown = sum(counts.values()), counts.get(None, 0)
    if not total:
        return _("No relationship is going on.")
    if total == unknown:
        return ngettext(
            "Of one relationship it is not known yet: nobody of theirs was asked, or too little is known.",
            "Of %(total)d relationships it is not known yet: nobody of theirs was asked, or too little is known.",
            total,
        ) % {"total": total}
    names: dict[Quadrant, Callable[[int], str]] = {
        Quadrant.MERCENARY: lambda n: ngettext(
            "%(n)s is satisfied but may leave", "%(n)s are satisfied but may leave", n
        ),
        Quadrant.DEFECTOR: lambda n: ngettext(
            "%(n)s is not satisfied and may leave", "%(n)s are not satisfied and may leave", n
        ),
        Quadrant.HOSTAGE: lambda n: ngettext("%(n)s is not satisfied and stays", "%(n)s are not satisfied and stay", n),
        Quadrant.APOSTLE: lambda n: ngettext("%(n)s is satisfied and loyal", "%(n)s are satisfied and loyal", n),
    }
    parts = [say(counts[one]) % {"n": counts[one]} for one, say in names.items() if counts.get(one)]
    told = {"known": total - unknown, "total": total, "parts": _(", ").join(parts)}
    return _("It is known of %(known)d of %(total)d relationships: %(parts)s.") % told
