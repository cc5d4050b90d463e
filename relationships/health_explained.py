"""How a standing is reckoned, in words, for somebody who reads of it for the first time: limits, weights, fading.

All numbers are those by which it is reckoned, so none of it can go stale.
"""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relationships import feedback, health
from relationships.evidence import Component
from relationships.health import Standing, Thresholds
from relationships.health_case import Case
from relationships.health_words import Words
from web import dates

# It stands beside a score only.
UNCERTAINTY = gettext_lazy(
    "The uncertainty beside the score, here %(low)s–%(high)s: of each part its evidence allows a range at 80 %%, down "
    "for what chance may have earned, up for what is not known yet. Hardly all parts are off the same way at once, so "
    "the five are put together by their squares, and the whole is narrower. More evidence makes it narrower still. It "
    "is no forecast: as more becomes known the score may come to lie beyond it."
)
RECKONED: tuple[Words, ...] = (
    gettext_lazy(
        "A hundred points are shared out among five parts. Each row speaks for or against one of them; what "
        "speaks for it is earned, what speaks against it is lost, and what nothing speaks about yet is not known."
    ),
    gettext_lazy(
        "Evidence fades, so old deeds neither carry nor burden a relationship for ever: each part says after how many "
        "days its rows weigh half (more days with a partner met less often than monthly), and how much each row "
        "weighs. Of much of one kind in a week only some counts, the newest first. What a row weighs by now, divided "
        "by all that weighs for and against beside it and %(w)s for what is not known, is its share of the points: of "
        "its part, of its side in trust, of half of access, of a third of reciprocity."
    ),
    gettext_lazy(
        "Every sum is cut, never rounded up: of rows at the tenth, of the score and its parts at the full point. "
        "What is earned is cut, and so is what is earned or lost together; lost is what lies between. So that rows add "
        "up to their sum, some show a tenth more than they are cut to."
    ),
    UNCERTAINTY,
    gettext_lazy(
        "A word stands for the score where no more than %(unknown)s points are unknown: strong from %(strong)s on, "
        "steady from %(steady)s on, weak below. Weights and limits are judgement. The score tells what was earned; it "
        "does not foretell."
    ),
)


def reckoned(standing: Standing, by: Thresholds) -> list[str]:
    """How it is reckoned, with the limits by which it is and the uncertainty of its score."""
    low, high = health.limits(standing.low, standing.high)
    told = {"unknown": f"{by.most_unknown:g}", "strong": f"{by.strong:g}", "steady": f"{by.steady:g}"}
    told |= {"low": str(low), "high": str(high), "w": f"{health.W:g}"}
    return [str(said) % told for said in RECKONED if standing.judged or said is not UNCERTAINTY]


def how_rows_count(component: Component, known: Case) -> list[str]:
    """For somebody who wonders why a row has the points that it has; what each weighs says ``score_words.rules``."""
    said: list[str] = []
    match component:
        case Component.CADENCE:
            said = _of_days(known)
        case Component.ACCESS:
            said = _of_people(known)
        case Component.TRUST:
            said = _of_promises()
        case Component.RECIPROCITY:
            said = _of_giving()
    pot = next(pot for pot, one in health.COMPONENT.items() if one is component)
    half = _("After %(days)d days a row weighs half.") % {"days": health.half_life(pot, known.sums.stretched)}
    return [*said, half]


def _of_days(case: Case) -> list[str]:
    """Why a longer silence earns more than a shorter one, and why the last one may stand in two rows."""
    every = case.rhythm.every(case.day)
    if every is None:
        return []
    slack = health.slack(every)
    told = {"until": every + slack, "every": every, "slack": slack, "none": every + slack + 2 * every}
    return [
        _(
            "Half of the points are for how current the contact is: all of them up to %(every)d days after the last, "
            "half of them after %(until)d, none after %(none)d."
        )
        % told,
        _(
            "The other half is for the days of the silences: the first %(until)d of one (%(every)d and %(slack)d of "
            "slack) are earned once it is over, each later one is lost at once. So the silence since the last contact "
            "has a row besides once it is too long, and of two silences within the slack the longer one earns more. "
            "Each day goes by the rhythm that held on it."
        )
        % told,
        _(
            "A check-in is due without that slack: missed check-ins, and days out of rhythm, may be more than the "
            "silences that were too long."
        ),
    ]


def _of_people(case: Case) -> list[str]:
    every = case.rhythm.every(case.day) or health.WITHOUT_RHYTHM
    told = {
        "most": health.DECISION_MAKERS,
        "near": dates.days(health.SEEN_WITHIN * every),
        "far": dates.days(health.SEEN_UNTIL * every),
    }
    return [
        _(
            "Half of the points are for when the %(most)d people who decide or sign and were seen last were seen: in "
            "full within %(near)s, then ever less, not at all after %(far)s. Seen is who came to a meeting, or took "
            "part in contact of any kind that went both ways."
        )
        % told,
        _("The other half is for meetings that they accept, and to which somebody comes who decides or signs."),
    ]


def _of_promises() -> list[str]:
    told = {"soon": feedback.DAYS_TO_ANSWER, "late": feedback.DAYS_TO_IGNORE}
    return [
        _("Each side has half of the points."),
        _(
            "A promise that is kept late, or missed, has the row of its day besides; a new day that was agreed before "
            "the old one was over takes its place. Feedback of any kind asks for an answer, praise too; one after "
            "%(soon)d days and before %(late)d counts neither way."
        )
        % told,
    ]


def _of_giving() -> list[str]:
    return [
        _(
            "Contact begun, feedback and roadmaps have a third of the points each: what both sides gave alike is "
            "earned, what one gave more than the other is lost, shared out among all rows of the side that gave more. "
            "One contact begun by a side counts in a week."
        )
    ]
