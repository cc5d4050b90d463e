"""How the weights, thresholds, masses, caps and half-lives are published, and what a change of them would do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from relationships import evidence, feelings, health
from relationships.evidence import Component, Kind
from relationships.health_words import BANDS, NAMES
from relationships.weighing import Comparison, Judged, Move
from web import dates

ABOUT = {
    Component.CADENCE: gettext_lazy(
        "Half of it is how current the contact is, half how well the agreed rhythm was kept. Contact is current for "
        "the interval that was agreed, then less by the day. Several contacts on a day are one; only a two-way contact "
        "counts. Days put off or paused count neither way."
    ),
    Component.ACCESS: gettext_lazy(
        "Half of it is whether they take meetings with us, half whether two people who decide or sign were seen in "
        "the last %(near)s intervals, fading out at %(far)s."
    ),
    Component.CREDIBILITY: gettext_lazy("Whether what we do together works, by figures and dates."),
    Component.TRUST: gettext_lazy("Whether promises are kept: half of it ours, half of it theirs."),
    Component.RECIPROCITY: gettext_lazy(
        "Whether both sides give: who begins a conversation, feedback, roadmaps shared, a third each. What both gave "
        "counts for it, what one gave more than the other counts against it."
    ),
}
KINDS = {
    Kind.MEETING_ACCEPTED: gettext_lazy("They accepted a meeting"),
    Kind.MEETING_DECLINED: gettext_lazy("They declined a meeting"),
    Kind.MEETING_UNANSWERED: gettext_lazy("They left an invitation unanswered for 14 days"),
    Kind.DECISION_MAKER_MET: gettext_lazy("Somebody who decides or signs came to a meeting"),
    Kind.DECISION_MAKER_ABSENT: gettext_lazy("Somebody who decides or signs was expected and did not come"),
    Kind.KPI_READING: gettext_lazy("A figure read against the target that both sides set"),
    Kind.PROJECT_MEASURED: gettext_lazy("A joint project with a measured benefit"),
    Kind.PROJECT_CLOSED: gettext_lazy("A joint project closed without one"),
    Kind.PROJECT_FAILED: gettext_lazy("A joint project that failed"),
    Kind.PROBLEM_SOLVED: gettext_lazy("A problem solved in time"),
    Kind.PROBLEM_SOLVED_LATE: gettext_lazy("A problem solved late"),
    Kind.PROBLEM_REOPENED: gettext_lazy("A problem that came back"),
    Kind.PROMISE_KEPT: gettext_lazy("A promise kept"),
    Kind.PROMISE_KEPT_LATE: gettext_lazy("A promise kept late, on the day it was kept"),
    Kind.PROMISE_LATE: gettext_lazy("A promise late, on the day it was due"),
    Kind.PROMISE_BROKEN: gettext_lazy("A promise missed, besides having been late"),
    Kind.PROMISE_OWNED: gettext_lazy("A miss explained within a week, with a new plan: takes back"),
    Kind.FEEDBACK_ANSWERED: gettext_lazy("Feedback answered within 5 days"),
    Kind.FEEDBACK_IGNORED: gettext_lazy("Feedback, praise too, left without an answer for 30 days"),
    Kind.INITIATIVE: gettext_lazy("A side began a conversation"),
    Kind.FEEDBACK_GIVEN: gettext_lazy("A side gave feedback"),
    Kind.ROADMAP_SHARED: gettext_lazy("A side shared its roadmap"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """What a kind of evidence counts for and against, and the most of the first that counts in a week."""

    what: str
    r: str
    s: str
    weekly: str


@dataclass(frozen=True, slots=True)
class Published:
    """A component as it is published: its name, what it is about, how long its evidence lasts, what counts."""

    key: str
    name: str
    weight: int
    about: str
    half_life: str
    rules: list[Rule]


def _mass(value: float) -> str:
    return number_format(float(round(value, 2))).rstrip("0").rstrip(".,") if value else ""


def _rule(kind: Kind, rule: evidence.Rule) -> Rule:
    if kind is Kind.KPI_READING:
        return Rule(str(KINDS[kind]), _("the share reached"), _("the rest"), _mass(rule.weekly or 0))
    taken_back = f"−{_mass(-rule.s)}" if rule.s < 0 else _mass(rule.s)
    return Rule(str(KINDS[kind]), _mass(rule.r), taken_back, _mass(rule.weekly or 0))


def rules(component: Component) -> list[Rule]:
    """What each kind of its evidence counts; what weighs nothing by itself is left out."""
    return [_rule(kind, rule) for kind, rule in evidence.RULES.items() if rule.component is component and kind in KINDS]


def published(numbers: dict[str, Any]) -> list[Published]:
    """All of it, from ``evidence.RULES`` and ``HALF_LIFE``."""
    seen = {"near": health.SEEN_WITHIN, "far": health.SEEN_UNTIL}
    return [
        Published(
            component.value,
            str(NAMES[component]),
            numbers[component.value],
            str(about) % seen if component is Component.ACCESS else str(about),
            dates.days(evidence.HALF_LIFE[component]),
            rules(component),
        )
        for component, about in ABOUT.items()
    ]


def feelings_rule() -> dict[str, Any]:
    """The numbers of the rule by which feelings and evidence are at odds."""
    return {"feelings": feelings.FEELINGS, "days": feelings.DAYS}


# Before and after ----------------------------------------------------------------------------------------------------


def change(value: float) -> str:
    """*+3*, *−0.5* (a median lies between two), *0*."""
    if value == 0:
        return "0"
    return f"{'+' if value > 0 else '−'}{number_format(abs(value), 0 if value == int(value) else 1)}"


def _judged(one: Judged) -> str:
    if one.band is None:
        return _("not enough evidence")
    return _("%(points)s, %(word)s") % {"points": number_format(one.shown), "word": BANDS[one.band]}


@dataclass(frozen=True, slots=True)
class Moved:
    """A relationship that moves: its name and address, and how it stands before and after."""

    name: str
    address: str
    before: str
    after: str
    by: str


def moved(move: Move, relationship: Any) -> Moved:
    return Moved(
        str(relationship),
        relationship.get_absolute_url(),
        _judged(move.before),
        _judged(move.after),
        change(move.by),
    )


def comparison(found: Comparison) -> list[str]:
    """What a change would do, in sentences."""
    if not found.of:
        return [_("There is no relationship yet that it would change.")]
    said = [
        ngettext(
            "Of %(of)s relationship %(shown)s has or would have a score.",
            "Of %(of)s relationships %(shown)s have or would have a score.",
            found.of,
        )
        % {"of": found.of, "shown": found.shown}
    ]
    if found.better or found.worse:
        said.append(
            _("%(count)s would get another word: %(better)s a better one, %(worse)s a worse one.")
            % {
                "count": found.better + found.worse,
                "better": found.better or _("none"),
                "worse": found.worse or _("none"),
            }
        )
    else:
        said.append(_("None that has a score would get another word."))
    if found.judged_now:
        said.append(_("%(count)s could be judged that cannot be now.") % {"count": found.judged_now})
    if found.judged_no_more:
        said.append(_("%(count)s could be judged no more.") % {"count": found.judged_no_more})
    if found.shown:
        one = abs(found.median) == 1
        said.append(
            (_("The median change is %(change)s point.") if one else _("The median change is %(change)s points."))
            % {"change": change(found.median)}
        )
    if found.moving > len(found.moved):
        said.append(
            _("Of the %(moving)s that move, these are the %(shown)s that get another word or move most.")
            % {"moving": found.moving, "shown": len(found.moved)}
        )
    said.append(_("What is paused or has ended stands as it stood then."))
    return said
