"""The reasons of Today in words: as headings, counted, and beside something worse."""

from __future__ import annotations

from collections import Counter

from django.contrib.humanize.templatetags.humanize import apnumber
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dashboards.today import Board, Reason, Row

# Of what else waits with a partner, so many reasons are named.
NAMED_BESIDES = 2

NAMES = {
    Reason.CRITICAL: gettext_lazy("Critical problems"),
    Reason.OURS_LATE: gettext_lazy("Late promises of ours"),
    Reason.PROBLEM: gettext_lazy("Late problems"),
    Reason.UNSETTLED: gettext_lazy("Meetings that are over"),
    Reason.OVERDUE: gettext_lazy("Overdue"),
    Reason.UNANSWERED: gettext_lazy("Feedback to answer"),
    Reason.HEARD: gettext_lazy("New feedback"),
    Reason.DUE: gettext_lazy("Due"),
    Reason.BARE: gettext_lazy("Meetings without an agenda"),
    Reason.OURS_SOON: gettext_lazy("Promises to keep"),
    Reason.THEIRS_LATE: gettext_lazy("Late promises of theirs"),
    Reason.REVIEW: gettext_lazy("Stages to review"),
    Reason.STAGE: gettext_lazy("Stages to look at"),
    Reason.STEP: gettext_lazy("Next steps"),
    Reason.PLAY: gettext_lazy("Ways in"),
    Reason.INTRODUCTION: gettext_lazy("To be met"),
    Reason.INSIGHT: gettext_lazy("For you to know"),
}
# One of it, where the partner is named already.
ONE = {
    Reason.CRITICAL: gettext_lazy("a critical problem"),
    Reason.OURS_LATE: gettext_lazy("a promise of ours is late"),
    Reason.PROBLEM: gettext_lazy("a late problem"),
    Reason.UNSETTLED: gettext_lazy("was a meeting held?"),
    Reason.OVERDUE: gettext_lazy("overdue"),
    Reason.UNANSWERED: gettext_lazy("feedback waits for an answer"),
    Reason.HEARD: gettext_lazy("new feedback"),
    Reason.DUE: gettext_lazy("check-in due"),
    Reason.BARE: gettext_lazy("a meeting without an agenda"),
    Reason.OURS_SOON: gettext_lazy("a promise of ours is due"),
    Reason.THEIRS_LATE: gettext_lazy("late with a promise"),
    Reason.REVIEW: gettext_lazy("a review of its stage is proposed"),
    Reason.STAGE: gettext_lazy("its stage"),
    Reason.STEP: gettext_lazy("next step"),
    Reason.PLAY: gettext_lazy("a way in"),
    Reason.INTRODUCTION: gettext_lazy("somebody to be met"),
    Reason.INSIGHT: gettext_lazy("an insight for you to know"),
}


def counted(reason: Reason, count: int) -> str:
    """*two promises of ours are late*, *three partners are overdue*."""
    said = {
        Reason.CRITICAL: ngettext(
            "%(count)s critical problem can’t wait", "%(count)s critical problems can’t wait", count
        ),
        Reason.OURS_LATE: ngettext("%(count)s promise of ours is late", "%(count)s promises of ours are late", count),
        Reason.PROBLEM: ngettext("%(count)s problem is late", "%(count)s problems are late", count),
        Reason.UNSETTLED: ngettext(
            "%(count)s meeting is over and not settled", "%(count)s meetings are over and not settled", count
        ),
        Reason.BARE: ngettext(
            "%(count)s meeting is near and has no agenda", "%(count)s meetings are near and have no agenda", count
        ),
        Reason.OVERDUE: ngettext("%(count)s partner is overdue", "%(count)s partners are overdue", count),
        Reason.UNANSWERED: ngettext(
            "%(count)s of their remarks waits for an answer", "%(count)s of their remarks wait for an answer", count
        ),
        Reason.HEARD: ngettext("%(count)s of their remarks is new", "%(count)s of their remarks are new", count),
        Reason.DUE: ngettext("%(count)s check-in is due", "%(count)s check-ins are due", count),
        Reason.OURS_SOON: ngettext(
            "%(count)s promise of ours is due within a week",
            "%(count)s promises of ours are due within a week",
            count,
        ),
        Reason.THEIRS_LATE: ngettext(
            "%(count)s promise of theirs is late", "%(count)s promises of theirs are late", count
        ),
        Reason.REVIEW: ngettext(
            "a review of %(count)s stage is proposed", "a review of %(count)s stages is proposed", count
        ),
        Reason.STAGE: ngettext("%(count)s stage is to be looked at", "%(count)s stages are to be looked at", count),
        Reason.STEP: ngettext("%(count)s next step is due", "%(count)s next steps are due", count),
        Reason.PLAY: ngettext("%(count)s way in is to be seen to", "%(count)s ways in are to be seen to", count),
        Reason.INTRODUCTION: ngettext("%(count)s introduction is open", "%(count)s introductions are open", count),
        Reason.INSIGHT: ngettext(
            "%(count)s insight is for you to know", "%(count)s insights are for you to know", count
        ),
    }[reason]
    return said % {"count": apnumber(count)}


def besides(row: Row) -> str:
    """*Besides: a promise of ours is late, two next steps are due, and 3 more*; empty where nothing else waits."""
    found = sorted(Counter(one.reason for one in row.also).items())
    if not found:
        return ""
    named = [str(ONE[reason]) if count == 1 else counted(reason, count) for reason, count in found[:NAMED_BESIDES]]
    more = sum(count for _reason, count in found[NAMED_BESIDES:])
    named += [_("and %(count)d more") % {"count": more}] if more else []
    return _("Besides: %(what)s") % {"what": ", ".join(named)}


def elsewhere(board: Board, reason: Reason) -> str:
    """Where the heading counts more than stands below it: *two of them with partners that want something worse*."""
    count = board.beside(reason)
    if not count:
        return ""
    if count == board.count(reason):
        return ngettext("with a partner that wants something worse", "with partners that want something worse", count)
    said = ngettext(
        "%(count)s of them with a partner that wants something worse",
        "%(count)s of them with partners that want something worse",
        count,
    )
    return said % {"count": apnumber(count)}
