"""The stage of a relationship: what the next one asks for, what was kept of each move, waivers, target and plan."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.contrib.humanize.templatetags.humanize import apnumber
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.requests import PersonRequest
from dashboards.wanting import due_words
from relationships import records, stage_words, stages, words
from relationships.models import Halt, PlanStep, Relationship, StageChange, Waiver
from relationships.stages import Outlook, Stage, Verdict
from web import dates
from web.clock import Now
from web.downloads import menu_of

# So many steps that are done stand on the page, and waivers that are over.
DONE_SHOWN, OVER_SHOWN = 5, 5


# The section on the overview ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Criteria:
    """The criteria of a stage as they stand: *From customer to partner*, *6 of 9*, and a line for each."""

    heading: str
    score: str
    lines: list[stage_words.Line]
    proposed: bool
    says: str = ""
    review: list[str] = field(default_factory=list)
    stood: str = ""


def section(row: Relationship, known: records.Known, outlook: Outlook | None, today: date) -> Criteria:
    """Towards the next stage; for a partner what makes it one, as it stood where it ended. Without the rows, so no
    query."""
    day = judged_on(row, today)
    shown = outlook or stages.judge(known.record, Stage(row.stage), day, known.waived)
    heading = (
        stage_words.heading(row.stage, outlook.stage)
        if outlook
        else _("What makes it a %(stage)s") % {"stage": stage_words.name(row.stage)}
    )
    return Criteria(
        heading,
        stage_words.score(shown),
        _lines(row, shown, known, {}, day),
        bool(outlook and outlook.settled and row.paused_since is None and row.ended_on is None),
        _declared(row, known, today),
        review(row, known, today),
        f"{_as_it_stood(row, today)} {_back_to(row, today)}".strip(),
    )


def judged_on(row: Relationship, today: date) -> date:
    """The day of the criteria: what ended is told as it stood then."""
    return min(today, row.ended_on) if row.ended_on else today


def _as_it_stood(row: Relationship, today: date) -> str:
    return _("As it stood %(day)s, when it ended.") % {"day": dates.on(row.ended_on, today)} if row.ended_on else ""


def _lines(
    row: Relationship, outlook: Outlook, known: records.Known, told: dict[tuple[str, int], tuple[str, str]], day: date
) -> list[stage_words.Line]:
    """A line for each criterion; where it ended none says what to do next."""
    found = stage_words.lines(outlook, known.record, known.waivers, told, day)
    return [replace(line, second="") for line in found] if row.ended_on else found


def review(row: Relationship, known: records.Known, today: date) -> list[str]:
    """Why a review of the present stage is proposed, in words; nothing where none is. Nobody is moved by a machine."""
    stage = Stage(row.stage)
    if stage is Stage.CONTACT or row.paused_since is not None or row.ended_on is not None:
        return []
    said = []
    if stages.wants_review(row.stage, today, row.overdue_from, row.every_days):
        said.append(_("Overdue for more than three intervals. Is it still what it is called?"))
    low, _turns = stages.low_for_long(known.record, stage, today)
    said += [stage_words.low(known.record, component, today) for component in low]
    long, _turns = stages.flagged_for_long(known.record, stage, today, row.overdue_from)
    if long:
        said.append(_("%(flags)s. What do they have in common?") % {"flags": capfirst(stage_words.flagged(long))})
    own = stages.judge(known.record, stage, today, known.waived)
    gone = stages.lost(known.record, stage, known.since(row), today, known.waived, known.met_then(row))
    if gone:
        what = capfirst(stage_words.no_longer(gone))
        told = {"stage": stage_words.name(stage), "gone": what, "all": apnumber(len(own.findings))}
        told["met"] = capfirst(str(apnumber(own.met))) if own.met else _("None")
        said.append(_("%(met)s of the %(all)s criteria of a %(stage)s count as met now. %(gone)s.") % told)
    return said


def next_of(row: Relationship, known: records.Known, today: date) -> Outlook | None:
    wanted = stages.following(row.stage)
    return stages.judge(known.record, wanted, judged_on(row, today), known.waived) if wanted else None


def stage_section(row: Relationship, known: records.Known, today: date) -> Criteria:
    """For the overview; no query."""
    return section(row, known, next_of(row, known, today), today)


def _declared(row: Relationship, known: records.Known, today: date) -> str:
    """*Declared on 3 March, evidence due by 3 September*; how late, where it is; nothing once it is shown."""
    declared = known.declared(row)
    if (
        row.ended_on
        or row.paused_since
        or declared is None
        or stages.is_shown(known.record, declared, today, known.waived)
    ):
        return ""
    said = {"day": dates.on(declared.on, today), "due": dates.said(declared.due_on, today)}
    if declared.due_on < today:
        said["late"] = dates.days((today - declared.due_on).days)
        return _("Declared %(day)s; its evidence was due by %(due)s, %(late)s ago.") % said
    return _("Declared %(day)s; its evidence is due by %(due)s.") % said


# The page ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Came:
    """A line of how it came here: a move with the criteria as they were judged then, or a pause, an end, or its end."""

    day: date
    anchor: str
    said: str
    faint: str
    icon: str
    note: str = ""
    kept: list[stage_words.Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Given:
    """A waiver: who, why, until when, or since when it is over."""

    row: Waiver
    title: str
    said: str
    running: bool


@dataclass(frozen=True, slots=True)
class Step:
    row: PlanStep
    said: str
    tone: str
    criterion: str


@require_GET
def relationship_stage(request: PersonRequest, pk: int) -> HttpResponse:
    user, now = request.user, Now.read()
    visible = Relationship.objects.visible_to(user).select_related("account__parent", "agreement", "owner")
    row = get_object_or_404(visible, pk=pk)
    here = row.today(now)
    known = records.read([row])[row.pk]
    outlook = next_of(row, known, here)
    day = judged_on(row, here)
    own = stages.judge(known.record, Stage(row.stage), day, known.waived) if row.stage != Stage.CONTACT else None
    shown = [one for one in (outlook, own) if one]
    told = stage_words.tell(shown, row)
    by_stage = {one.stage: _lines(row, one, known, told, day) for one in shown}
    state = row.state(now)
    changes = Relationship.objects.changeable_by(user).filter(pk=row.pk).exists()
    context = {
        "row": row,
        "here": here,
        "state": state.value,
        # What ended is taken up again first, before anything else of it is changed.
        "writes": changes and row.ended_on is None,
        "takes_up": changes and row.ended_on is not None,
        "waives": changes and row.ended_on is None and row.paused_since is None,
        "back_to": _back_to(row, here),
        "stood": _as_it_stood(row, here),
        "lede": _lede(row, known, here),
        "declared": _declared(row, known, here),
        "declared_late": row.evidence_due_on is not None and row.evidence_due_on < here,
        "look": words.LOOKS[state],
        "sentence": words.full_sentence(row, now),
        "review": review(row, known, here),
        "outlook": outlook,
        "heading": stage_words.heading(row.stage, outlook.stage) if outlook else "",
        "wanted": stage_words.name(outlook.stage) if outlook else "",
        "score": stage_words.score(outlook) if outlook else "",
        "lines": by_stage[outlook.stage] if outlook else [],
        "proposed": bool(outlook and outlook.settled and row.paused_since is None and row.ended_on is None),
        "own": own,
        "own_score": stage_words.score(own) if own else "",
        "own_lines": by_stage[own.stage] if own else [],
        "means": [(stage_words.MEANS[stage], stage == row.stage) for stage in Stage],
        "may_move": row.ended_on is None and (row.stage != Stage.CONTACT or bool(outlook and outlook.settled)),
        "came": came(row, here),
        "download": menu_of("relationship_stage_download", row.pk),
        **_waivers(row, here),
        **_plan(row, here),
        "scopes": row.scopes.select_related("agreed_with").order_by("-agreed_on", "-pk"),
    }
    return render(request, "dashboards/relationship_stage.html", context)


def _lede(row: Relationship, known: records.Known, today: date) -> str:
    """*Customer for 142 days, since 3 July.* Within a week the day says it all."""
    since = known.since(row)
    if (today - since).days < words.A_WEEK:
        said = {"stage": capfirst(stage_words.name(row.stage)), "day": dates.said(since, today)}
        return _("%(stage)s since %(day)s.") % said
    return _("%(stage)s for %(days)s, since %(day)s.") % {
        "stage": capfirst(stage_words.name(row.stage)),
        "days": dates.days((today - since).days),
        "day": dates.said(since, today),
    }


def _back_to(row: Relationship, today: date) -> str:
    """What it is again once it is taken up: paused, where it was paused when it ended."""
    if row.ended_on is None or row.paused_since is None:
        return ""
    return _("It was paused when it ended, since %(day)s. Taken up again it is paused as before.") % {
        "day": dates.said(row.paused_since, today)
    }


def came(row: Relationship, today: date) -> list[Came]:
    """How it came here, the newest first: moves, pauses and ends, and when it went on. Two queries."""
    changes = row.stage_changes.select_related("made_by")
    halts = row.halts.select_related("made_by", "taken_up_by")
    found = [(change.changed_on, change.made_at, _move(change, today)) for change in changes]
    for halt in halts:
        found.append((halt.from_on, halt.made_at, _halt(halt)))
        if halt.until_on and halt.taken_up_at:
            found.append((halt.until_on, halt.taken_up_at, _went_on(halt, halt.until_on)))
    # Of one moment the later written stands above.
    found.reverse()
    found.sort(key=lambda one: one[:2], reverse=True)
    return [one for _day, _at, one in found]


def _move(change: StageChange, today: date) -> Came:
    said, faint = stage_words.of_move(change)
    note = change.why
    if change.declared and change.evidence_due_on:
        due = _("Declared, evidence due by %(day)s.") % {"day": dates.said(change.evidence_due_on, today)}
        note = f"{change.why} {due}".strip()
    kept = [_kept(one) for one in change.criteria]
    return Came(change.changed_on, f"move-{change.pk}", said, faint, "trending-up", note, kept)


def _halt(halt: Halt) -> Came:
    said, faint, icon = stage_words.of_halt(halt)
    return Came(halt.from_on, f"halt-{halt.pk}", said, faint, icon, halt.why)


def _went_on(halt: Halt, day: date) -> Came:
    said, faint, icon = stage_words.of_going_on(halt)
    return Came(day, f"went-on-{halt.pk}", said, faint, icon)


def _kept(one: dict[str, Any]) -> stage_words.Line:
    """A criterion as a move kept it; what a former version did not keep is empty."""
    verdict = Verdict(one["verdict"])
    waiver = one.get("waiver")
    second = one.get("said", "")
    if waiver:
        second = _("Waived by %(by)s until %(until)s: %(why)s") % {
            "by": waiver["by"],
            "until": dates.full(date.fromisoformat(waiver["until"])),
            "why": waiver["why"],
        }
    return stage_words.Line(
        criterion=one["criterion"],
        title=one["title"],
        verdict=verdict.value,
        look=stage_words.LOOKS[verdict],
        second="" if verdict is Verdict.MET else second,
        beside=second if verdict is Verdict.MET else "",
        since=date.fromisoformat(one["since"]) if one.get("since") else None,
        rows=[
            stage_words.Told(shown["said"], date.fromisoformat(shown["day"]), shown["address"])
            for shown in one.get("rows", ())
        ],
        more=one.get("more", 0),
    )


def _waivers(row: Relationship, today: date) -> dict[str, Any]:
    rows = list(row.waivers.select_related("granted_by").order_by("-until_on", "-pk"))
    running = [_given(one, today) for one in rows if one.until_on >= today]
    over = [_given(one, today) for one in rows if one.until_on < today]
    return {"waivers": running, "waived_before": over[:OVER_SHOWN], "waived_more": max(0, len(over) - OVER_SHOWN)}


def _given(one: Waiver, today: date) -> Given:
    running = one.until_on >= today
    said = {
        "who": one.granted_by or _("somebody who left"),
        "day": dates.said(one.until_on, today),
        "over": dates.on(one.until_on + stages.DAY, today),
    }
    text = _("Until %(day)s, by %(who)s") if running else _("Expired %(over)s; it was given by %(who)s until %(day)s")
    return Given(one, stage_words.plain_title(stages.Criterion(one.criterion)), text % said, running)


def _plan(row: Relationship, today: date) -> dict[str, Any]:
    """The target in a sentence, the open steps by day, and those done lately."""
    steps = row.plan_steps.select_related("keeper")
    target = ""
    if row.target_stage and stages.is_up(row.stage, row.target_stage):
        said = {"stage": stage_words.name(row.target_stage)}
        if row.target_on:
            said |= {"day": dates.said(row.target_on, today), "left": due_words(row.target_on, today)}
        target = (_("A %(stage)s by %(day)s.") if row.target_on else _("A %(stage)s.")) % said
    return {
        "target": target,
        "steps": [_step(one, row, today) for one in steps.filter(done_on=None).order_by("due_on", "pk")],
        "done": [
            _step(one, row, today) for one in steps.exclude(done_on=None).order_by("-done_on", "-pk")[:DONE_SHOWN]
        ],
    }


def _step(one: PlanStep, row: Relationship, today: date) -> Step:
    who = str(one.keeper or row.owner).split(" ")[0]
    if one.done_on is not None:
        said = _("done %(day)s") % {"day": dates.on(one.done_on, today)}
        return Step(one, f"{said}, {who}", "ok", "")
    late = one.due_on is not None and one.due_on < today
    parts = [due_words(one.due_on, today)] if one.due_on else []
    criterion = stage_words.plain_title(stages.Criterion(one.criterion)) if one.criterion else ""
    return Step(one, ", ".join([*parts, who]), "over" if late else "faint", criterion)
