"""Stages and their criteria in words, the same on every page."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.humanize.templatetags.humanize import apnumber
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from relationships import criteria, health_words, score_criteria, stages, words
from relationships.criteria import Lack, Missing, Shown
from relationships.evidence import Component
from relationships.flags import Flag
from relationships.models import (
    CadenceAgreement,
    Commitment,
    Feedback,
    Halt,
    HealthFlag,
    Interaction,
    Relationship,
    Scope,
    StageChange,
    Stakeholder,
    Waiver,
)
from relationships.stages import Criterion, Finding, Outlook, Stage, Verdict
from relationships.words import Look
from web import dates
from web.clock import Now

# The code of the error where somebody else was quicker.
MEANWHILE = "meanwhile"
# What each stage is, said plainly.
MEANS: dict[Stage, str | Promise] = {
    Stage.CONTACT: gettext_lazy("A name with an address is a contact."),
    Stage.CUSTOMER: gettext_lazy(
        "A customer has agreed with us what we do together; we know who has a say and who answers for results, we keep "
        "a rhythm that they agreed to, we kept our word, and we have been in touch for 90 days."
    ),
    Stage.PARTNER: gettext_lazy(
        "A partner earns with us what both can measure: people who decide or sign meet us, both sides tell each other "
        "what works and what comes next, trust holds on each side, and we talk when no project makes us."
    ),
}
TITLES: dict[Criterion, str | Promise] = {
    Criterion.SCOPE: gettext_lazy("First scope or joint project agreed"),
    Criterion.PEOPLE: gettext_lazy("Two people with decision power named, one accountable"),
    Criterion.CADENCE: gettext_lazy("Rhythm agreed with them"),
    Criterion.PROMISE: gettext_lazy("A promise kept by us in time"),
    Criterion.IN_TOUCH: gettext_lazy("In touch for 90 days"),
    Criterion.SCORE: gettext_lazy("Enough evidence for a score"),
    Criterion.COMPONENTS: gettext_lazy("Access, credibility, trust at .60 or more"),
    Criterion.TRUST_OF_EACH: gettext_lazy("Trust at .55 or more on each side"),
    Criterion.DECISION_MAKERS: gettext_lazy("Two people who decide or sign seen in %(days)d days"),
    Criterion.KPIS: gettext_lazy("Three KPIs ranked by both, one met"),
    Criterion.BENEFIT: gettext_lazy("A joint project that gained both sides"),
    Criterion.FEEDBACK: gettext_lazy("Feedback both ways in 180 days"),
    Criterion.ROADMAPS: gettext_lazy("Roadmaps both ways in 180 days"),
    Criterion.ADHERENCE: gettext_lazy("Rhythm kept on at least 70\u00a0%% of the last 180 days"),
    Criterion.TRUST_FLAGS: gettext_lazy("No warning about trust"),
    Criterion.BESIDE_PROJECTS: gettext_lazy("A third of contact outside projects"),
}
# Of fewer days nothing is said.
WEEK = 7
# Why a criterion can't be judged yet.
NOT_YET: dict[Criterion, str | Promise] = {
    Criterion.KPIS: gettext_lazy("KPIs can’t be kept here yet."),
    Criterion.BENEFIT: gettext_lazy("Joint projects and their benefit can’t be kept here yet."),
    Criterion.ROADMAPS: gettext_lazy("Roadmaps can’t be kept here yet."),
}
# What would raise each soonest.
RAISES: dict[Component, str | Promise] = {
    Component.CADENCE: gettext_lazy("Ring them, and keep the rhythm from there."),
    Component.ACCESS: gettext_lazy("Meet one of theirs who decides or signs."),
    Component.CREDIBILITY: gettext_lazy("Solve a problem of theirs by the day that was named."),
    Component.TRUST: gettext_lazy("Keep a promise by its day, and see that they keep theirs."),
    Component.RECIPROCITY: gettext_lazy("Give and ask for feedback in one conversation."),
}
LOOKS = {
    Verdict.NOT_MET: Look(gettext_lazy("Not met"), "x", "over"),
    Verdict.UNKNOWN: Look(gettext_lazy("Cannot be judged yet"), "question-mark", "faint"),
    Verdict.HOLDS: Look(gettext_lazy("Holds, does not count yet"), "clock", "faint"),
    Verdict.WAIVED: Look(gettext_lazy("Waived"), "hand-stop", "due"),
    Verdict.MET: Look(gettext_lazy("Met"), "check", "ok"),
}


def unadvanced() -> str:
    """Who is meant where it is said that nobody tries to advance them: ``Relationship.objects.unadvanced``."""
    said = _(
        "contacts and customers, %(days)d days or longer in their stage, without a higher target, open step or proposal"
    )
    return said % {"days": stages.TRIED_WITHIN.days}


def name(stage: str) -> str:
    return str(Relationship.Stage(stage).label)


def title(criterion: Criterion, every_days: int) -> str:
    """What is asked for; ``every_days`` is the rhythm in force."""
    return str(TITLES[criterion]) % {"days": criteria.SEEN_WITHIN * every_days}


def plain_title(criterion: Criterion) -> str:
    """The same where no rhythm is at hand."""
    if criterion is Criterion.DECISION_MAKERS:
        return _("Two people who decide or sign seen lately")
    return title(criterion, criteria.WITHOUT_RHYTHM)


def no_longer(gone: Sequence[Criterion]) -> str:
    """*no longer: first scope or joint project agreed; a promise kept by us in time*, of whatever was lost."""
    titles = [str(plain_title(one)) for one in gone]
    return _("no longer: %(what)s") % {"what": "; ".join(f"{one[:1].lower()}{one[1:]}" for one in titles)}


def low_for_long(parts: Sequence[Component]) -> str:
    """*access and trust low for 60 days*; nothing for none."""
    told = {
        "what": words.names([str(health_words.NAMES[one]).lower() for one in parts]),
        "days": dates.days(score_criteria.LOW_DAYS),
    }
    return _("%(what)s low for more than %(days)s") % told if parts else ""


def low(record: criteria.Record, component: Component, today: date) -> str:
    """*Trust is at .31, and has been below .40 since 3 June. Keep a promise by its day …*"""
    span = next((one for one in score_criteria.low(record, component) if one.holds(today)), None)
    told = {
        "what": str(health_words.NAMES[component]),
        "belief": part(score_criteria.hundredths(record.course.of(component, today).belief)),
        "least": part(score_criteria.hundredths(score_criteria.LOW)),
        "day": dates.said(span.first if span else today, today),
    }
    said = _("%(what)s is at %(belief)s, and has been below %(least)s since %(day)s.") % told
    return f"{said} {RAISES[component]}"


FLAGS: dict[str, str | Promise] = {**dict(HealthFlag.Kind.choices), Flag.OVERDUE.value: gettext_lazy("overdue")}


def flagged(flags: Sequence[Flag]) -> str:
    """*overdue and going quiet for more than 30 days*; nothing for none."""
    told = {
        "what": words.names([str(FLAGS[one]) for one in flags]),
        "days": dates.days(stages.FLAGGED_FOR.days),
    }
    return _("%(what)s for more than %(days)s") % told if flags else ""


def part(count: int) -> str:
    """*.84*, of hundredths; what is whole is 1."""
    return f".{count:02}" if count < 100 else "1"


def heading(former: str, wanted: str) -> str:
    """*From customer to partner*."""
    return _("From %(former)s to %(wanted)s") % {"former": name(former), "wanted": name(wanted)}


def who_moved(row: Relationship, last: StageChange | None, reader: User, now: Now) -> str:
    """*Alice Ahlberg made it a customer today at 16:04: “Five of five criteria met.”*

    ``last`` is the newest move; where it does not lead to where the relationship is, a move was taken back.
    """
    if last is None or last.to_stage != row.stage:
        return _("The move was taken back meanwhile: it is a %(stage)s.") % {"stage": name(row.stage)}
    at = last.made_at.astimezone(ZoneInfo(reader.zone))
    told = {
        "name": _("You") if last.made_by_id == reader.pk else last.made_by or _("Somebody"),
        "stage": name(last.to_stage),
        "day": dates.on(at.date(), now.today(reader.zone)),
        "time": date_format(at, "H:i"),
    }
    if not last.why:
        return _("%(name)s made it a %(stage)s %(day)s at %(time)s.") % told
    return _("%(name)s made it a %(stage)s %(day)s at %(time)s: “%(why)s”") % {
        **told,
        "why": words.clipped(last.why, 300),
    }


def score(outlook: Outlook) -> str:
    """*6 of 9*."""
    return _("%(met)d of %(all)d") % {"met": outlook.met, "all": len(outlook.findings)}


def all_met(outlook: Outlook) -> str:
    """*Five of five criteria met.* Waived ones are told apart."""
    waived = sum(one.verdict is Verdict.WAIVED for one in outlook.findings)
    count = len(outlook.findings)
    values = {"met": capfirst(str(apnumber(outlook.met - waived))), "all": apnumber(count), "waived": apnumber(waived)}
    said = _("%(met)s of %(all)s criteria met, %(waived)s waived.") if waived else _("%(met)s of %(all)s criteria met.")
    return said % values


# What it wants of somebody -------------------------------------------------------------------------------------------

REVIEW = Look(gettext_lazy("Review proposed"), "alert-triangle", "over")
PROPOSED = Look(gettext_lazy("Move proposed"), "trending-up", "ok")
OVERDUE = Look(gettext_lazy("Evidence overdue"), "clock", "over")


def review(row: Relationship, today: date) -> tuple[Look, str, str]:
    """How a review looks that is proposed, the fact, and why: what was lost, is low or flagged for long, or that it is
    long overdue."""
    fact = no_longer(row.lost) if row.lost else low_for_long(row.low) or flagged(row.flagged)
    fact = fact or _("overdue for more than three intervals")
    told = {"stage": name(row.stage), "day": dates.said(row.stage_since or today, today)}
    return REVIEW, words.clipped(fact, 160), _("A %(stage)s since %(day)s. Is it still one?") % told


def asks(row: Relationship, today: date) -> tuple[Look, str, str]:
    """Likewise of a move that is proposed, or of evidence that is overdue."""
    since = row.stage_since or today
    if row.proposed_stage:
        fact = _("all is there to make it a %(stage)s") % {"stage": name(row.proposed_stage)}
        told = {"stage": name(row.stage), "day": dates.said(since, today)}
        return PROPOSED, fact, _("A %(stage)s since %(day)s.") % told
    late = dates.days((today - (row.evidence_due_on or today)).days)
    fact = _("its evidence is %(late)s late") % {"late": late}
    return OVERDUE, fact, _("Declared a %(stage)s %(day)s.") % {"stage": name(row.stage), "day": dates.on(since, today)}


# What is missing, and what would change that -------------------------------------------------------------------------


def missing(finding: Finding, record: criteria.Record, today: date) -> str:
    """What is short, in a sentence that says the cheapest next step; or why nobody can say yet."""
    if finding.verdict in (Verdict.UNKNOWN, Verdict.WAIVED) and finding.criterion in NOT_YET:
        return str(NOT_YET[finding.criterion])
    if finding.verdict is Verdict.HOLDS and finding.met_since and finding.counts_from:
        said = {"since": dates.said(finding.met_since, today), "day": dates.said(finding.counts_from, today)}
        return _("Holds since %(since)s, counts from %(day)s.") % said
    short = [_short(one, record, today) for one in finding.missing if one.lack not in criteria.NOTHING_KNOWN]
    nothing = [one for one in finding.missing if one.lack in criteria.NOTHING_KNOWN]
    return " ".join([*short, *([_nothing_known(nothing)] if nothing else [])])


def _nothing_known(missing: Sequence[Missing]) -> str:
    """*Nothing is known yet of access. Meet one of theirs who decides or signs.*; what helps with the first."""
    sides = {"ours": _("our side"), "theirs": _("their side")}
    first = missing[0]
    parts = [sides[one.said] if one.said in sides else str(health_words.NAMES[Component(one.said)]) for one in missing]
    said = _("Nothing is known yet of %(parts)s.") % {"parts": words.names([one.lower() for one in parts])}
    if first.lack is Lack.NOTHING_OF:
        return f"{said} {RAISES[Component(first.said)]}"
    helps = _("Keep a promise by its day.") if first.said == "ours" else _("Ask for a small promise, with a day.")
    return f"{said} {helps}"


def _short(one: Missing, record: criteria.Record, today: date) -> str:
    day = dates.on(one.day, today) if one.day else ""
    if one.lack in SCORED:
        return _short_of_score(one, record, today)
    values = {
        "count": one.count,
        "day": day,
        "days": dates.days(one.count),
        "every": capfirst(words.interval(one.count)),
        "ago": dates.ago(today - timedelta(days=one.count), today),
        "name": one.said,
        "since": dates.said(one.day or today, today),
        "number": capfirst(str(apnumber(one.count))),
    }
    said = {
        Lack.SCOPE: _("Write down what both sides agreed to do together."),
        Lack.PEOPLE: ngettext(
            "%(number)s more is to be named.",
            "%(number)s are to be named.",
            one.count,
        ),
        Lack.ANSWERS: _("One of them who is accountable for results and commands resources."),
        Lack.RHYTHM: _("No rhythm is in force. Agree on one with them."),
        Lack.AGREED: _("%(every)s is assumed. Ask one of theirs to agree to it."),
        Lack.PROMISE: _("None yet. Promise something small, and keep it by its day."),
        Lack.NEVER_IN_TOUCH: _("Never in touch. One conversation begins to count."),
        Lack.SILENT: _("Silent for %(days)s. The next conversation begins to count anew."),
        Lack.ONCE: _("One conversation so far, %(ago)s. A second one makes it count from there."),
        Lack.YOUNG: _("In touch for %(days)s; without a long silence it will be 90 %(day)s."),
        Lack.DECISION_MAKERS: ngettext(
            "%(number)s more who decides or signs is to be named, and seen.",
            "%(number)s who decide or sign are to be named, and seen.",
            one.count,
        ),
        Lack.UNSEEN: _("%(name)s was last seen %(ago)s.") if one.day else _("%(name)s was never seen."),
        Lack.FEEDBACK_OURS: _("Ours was last given %(day)s.") if day else _("We have given them none yet."),
        Lack.FEEDBACK_THEIRS: _("Theirs was last heard %(day)s.") if day else _("They have given us none yet."),
        Lack.COUNTED: _("A rhythm has counted on %(days)s so far; 90 of 180 are needed to judge.")
        if one.count >= WEEK
        else _("A rhythm has to count on 90 of 180 days before this can be judged."),
        Lack.ADHERENCE: _("%(count)d %% over 180 days."),
        Lack.ALL_IN_PROJECTS: _("%(count)d %% over a year. Ring once without a project."),
        Lack.UNTRIED: _("Nothing promised has come due yet, so nothing could be warned of."),
        Lack.ERODES: _("Theirs erodes since %(since)s: see its flag.")
        if one.said == "theirs"
        else _("Ours erodes since %(since)s: see its flag."),
    }[one.lack]
    return said % values


SCORED = {Lack.KNOWN, Lack.COMPONENT, Lack.TRUST_OURS, Lack.TRUST_THEIRS}


def _short_of_score(one: Missing, record: criteria.Record, today: date) -> str:
    """*46 of 100 points can be judged; 50 are needed. Name somebody who decides or signs.*"""
    if one.lack is Lack.KNOWN:
        remedy = score_criteria.cheapest(record, today)
        needed = math.ceil(100 - record.course.most_unknown(today))
        said = _("%(count)d of 100 points can be judged, %(needed)d are needed.") % {
            "count": one.count,
            "needed": needed,
        }
        return f"{said} {health_words.REMEDIES[remedy]}." if remedy else said
    belief = part(one.count)
    if one.lack is Lack.COMPONENT:
        component = Component(one.said)
        said = _("%(what)s is at %(belief)s.") % {"what": str(health_words.NAMES[component]), "belief": belief}
        return f"{said} {RAISES[component]}"
    if one.lack is Lack.TRUST_OURS:
        return _("Ours is at %(belief)s. Keep a promise by its day.") % {"belief": belief}
    return _("Theirs is at %(belief)s. Ask for a small promise, with a day.") % {"belief": belief}


# A line of the list --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """A row that shows something: what it is, when, and where it is to be read."""

    said: str
    day: date
    address: str


@dataclass(frozen=True, slots=True)
class Line:
    """A criterion as it stands in a list: the verdict, a second line where it wants something, the evidence beside."""

    criterion: str
    title: str
    verdict: str
    look: Look
    second: str = ""
    beside: str = ""
    since: date | None = None
    rows: list[Told] = field(default_factory=list)
    more: int = 0
    waiver: Waiver | None = None

    @property
    def met(self) -> bool:
        return self.verdict == Verdict.MET

    @property
    def waived(self) -> bool:
        return self.verdict == Verdict.WAIVED


WEIGHED = (Criterion.COMPONENTS, Criterion.TRUST_OF_EACH, Criterion.TRUST_FLAGS)
# So many rows open under a criterion; of the rest the number is told.
ROWS = 8


def lines(
    outlook: Outlook,
    record: criteria.Record,
    waivers: Sequence[Waiver],
    told: Mapping[tuple[str, int], tuple[str, str]],
    today: date,
) -> list[Line]:
    by_key = {row.pk: row for row in waivers}
    return [_line(one, record, by_key, told, today) for one in outlook.findings]


def _line(
    one: Finding,
    record: criteria.Record,
    waivers: Mapping[int, Waiver],
    told: Mapping[tuple[str, int], tuple[str, str]],
    today: date,
) -> Line:
    waiver = waivers.get(one.waiver.pk) if one.waiver and one.verdict is Verdict.WAIVED else None
    rows = [_told(shown, told) for shown in one.shown]
    if one.criterion in WEIGHED:
        # What gave rise to them is of many kinds; some have nothing to say here.
        rows = [row for row in rows if row.said]
    holds = one.verdict in (Verdict.MET, Verdict.HOLDS)
    return Line(
        criterion=one.criterion.value,
        title=title(one.criterion, record.every(today)),
        verdict=one.verdict.value,
        look=LOOKS[one.verdict],
        second="" if one.verdict is Verdict.MET else missing(one, record, today),
        beside=_beside(one, rows, record, today) if holds else "",
        since=one.met_since if one.verdict is Verdict.MET else None,
        rows=rows[:ROWS],
        more=max(0, len(rows) - ROWS),
        waiver=waiver,
    )


def _told(shown: Shown, told: Mapping[tuple[str, int], tuple[str, str]]) -> Told:
    said, address = told.get((shown.model, shown.pk), (shown.said, ""))
    return Told(said or shown.said, shown.day, address)


def _beside(one: Finding, rows: Sequence[Told], record: criteria.Record, today: date) -> str:
    """The evidence in three words, at the right of its line."""
    match one.criterion:
        case Criterion.PEOPLE | Criterion.DECISION_MAKERS:
            return words.names([row.said.split(" ")[0] for row in rows])
        case Criterion.ADHERENCE | Criterion.BESIDE_PROJECTS:
            return f"{one.figure} %"
        case Criterion.IN_TOUCH | Criterion.TRUST_FLAGS:
            return ""
        case Criterion.SCORE:
            return _("%(count)d of 100 points") % {"count": one.figure or 0}
        case Criterion.COMPONENTS:
            return words.names([part(count) for count in score_criteria.beliefs(record, today).values()])
        case Criterion.TRUST_OF_EACH:
            found = {side: part(count) for side, count in score_criteria.trust_by_side(record, today).items()}
            return _("ours %(ours)s, theirs %(theirs)s") % found
        case Criterion.PROMISE if len(rows) > 1:
            return _("%(count)d kept") % {"count": len(rows)}
        case Criterion.FEEDBACK:
            theirs, ours = criteria.feedback_given(record, today)
            return _("they %(theirs)d, we %(ours)d") % {"theirs": theirs, "ours": ours}
    return words.clipped(rows[0].said, 28) if rows else ""


def tell(outlooks: Sequence[Outlook], row: Relationship) -> dict[tuple[str, int], tuple[str, str]]:
    """What the rows say that show something, and where they are read; a query for each kind that there is."""
    wanted: dict[str, list[int]] = {}
    for outlook in outlooks:
        for finding in outlook.findings:
            for shown in finding.shown[:ROWS]:
                wanted.setdefault(shown.model, []).append(shown.pk)
    found: dict[tuple[str, int], tuple[str, str]] = {}
    for model, say in TELLERS.items():
        for thing in say.rows(wanted[model]) if model in wanted else ():
            found[model, thing.pk] = say.say(thing, row)
    return found


@dataclass(frozen=True, slots=True)
class Teller:
    """How the rows of a model are fetched, and what one of them says with its address."""

    rows: Any
    say: Any


def _page(row: Relationship) -> str:
    return row.get_absolute_url()


TELLERS: dict[str, Teller] = {
    Commitment._meta.label_lower: Teller(
        lambda ids: Commitment.objects.filter(pk__in=ids), lambda one, row: (one.what, one.get_absolute_url())
    ),
    Scope._meta.label_lower: Teller(lambda ids: Scope.objects.filter(pk__in=ids), lambda one, row: (one.what, "")),
    Interaction._meta.label_lower: Teller(
        lambda ids: Interaction.objects.filter(pk__in=ids),
        lambda one, row: (
            f"{words.beginning(one)}: {words.clipped(one.summary, 70)}" if one.summary else words.beginning(one),
            f"{_page(row)}#entry-{one.pk}",
        ),
    ),
    CadenceAgreement._meta.label_lower: Teller(
        lambda ids: CadenceAgreement.objects.filter(pk__in=ids).select_related("agreed_with"),
        lambda one, row: (
            _("%(every)s, with %(name)s") % {"every": words.interval(one.every_days), "name": one.agreed_with}
            if one.agreed_with
            else words.interval(one.every_days),
            f"{_page(row)}#rhythm",
        ),
    ),
    Stakeholder._meta.label_lower: Teller(
        lambda ids: Stakeholder.objects.filter(pk__in=ids).select_related("contact"),
        lambda one, row: (f"{one.contact}, {one.get_power_display()}", f"{_page(row)}#people"),
    ),
    Feedback._meta.label_lower: Teller(
        lambda ids: Feedback.objects.filter(pk__in=ids), lambda one, row: (words.clipped(one.said, 70), "")
    ),
}


def of_move(change: StageChange) -> tuple[str, str]:
    """*From contact to customer*, and in grey *by Mona Reyes, after 142 days*. Needs ``made_by`` selected."""
    who = change.made_by or (_("an import") if change.declared else _("somebody who left"))
    if change.declared:
        return _("Declared a %(stage)s") % {"stage": name(change.to_stage)}, _("by %(who)s") % {"who": who}
    told = heading(change.from_stage, change.to_stage)
    if not change.days_in_former:
        return told, _("by %(who)s, on the same day") % {"who": who}
    return told, _("by %(who)s, after %(days)s") % {"who": who, "days": dates.days(change.days_in_former)}


def of_halt(halt: Halt) -> tuple[str, str, str]:
    """*Paused*, and in grey *by Mona Reyes*, with its icon. Needs ``made_by`` selected."""
    who = _("by %(who)s") % {"who": halt.made_by} if halt.made_by else ""
    ended = halt.kind == Halt.Kind.ENDED
    return (_("Ended"), who, "flag-check") if ended else (_("Paused"), who, "player-pause")


def of_going_on(halt: Halt) -> tuple[str, str, str]:
    """*Resumed*, and in grey *by Mona Reyes, after 12 days*, with its icon. Needs ``taken_up_by`` selected."""
    count = (halt.until_on - halt.from_on).days if halt.until_on else 0
    told = {"who": halt.taken_up_by or _("somebody who left"), "days": dates.days(count)}
    faint = (_("by %(who)s, after %(days)s") if count else _("by %(who)s, on the same day")) % told
    ended = halt.kind == Halt.Kind.ENDED
    return (_("Taken up again"), faint, "refresh") if ended else (_("Resumed"), faint, "player-play")


# What is kept with a decision ----------------------------------------------------------------------------------------


def kept(found: Sequence[Line]) -> list[dict[str, Any]]:
    """The criteria as they were judged, with what showed them, ready for JSON; in the words of the day."""
    return [
        {
            "criterion": line.criterion,
            "title": line.title,
            "verdict": line.verdict,
            "since": line.since.isoformat() if line.since else None,
            "said": line.second or line.beside,
            "rows": [{"said": row.said, "day": row.day.isoformat(), "address": row.address} for row in line.rows],
            "more": line.more,
            "waiver": {
                "why": line.waiver.why,
                "until": line.waiver.until_on.isoformat(),
                "by": str(line.waiver.granted_by or ""),
            }
            if line.waiver
            else None,
        }
        for line in found
    ]
