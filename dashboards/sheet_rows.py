"""What a row of each list is in a spreadsheet: what the page shows of it in cells of their own, and some more.

Each takes rows that were read as the person may see them, and asks as often for five hundred as for one. Of what is
told on the page alone below a threshold, a sheet tells nothing either: no score, no range, no word for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from dashboards import health_flags
from dashboards.standing_bar import in_list
from dashboards.two_views import Placed
from meetings import words as meeting_words
from meetings.models import Meeting, MeetingAccount, Participant
from relationships import feedback_words, health, health_words, problem_words, queries, trend, words
from relationships.models import Commitment, Feedback, Problem, Relationship
from web.clock import Now
from web.sheets import Cell, Column

NAME, LONG, WORD, DAY, NUMBER = 28, 50, 16, 11, 9


def _yes(value: bool) -> str:
    return _("yes") if value else _("no")


def _of(row: Relationship) -> list[Cell]:
    """Whose a relationship is; the last columns of each list."""
    return [str(row.owner), str(row.team or ""), row.tier, ", ".join(row.tags)]


def _whose() -> list[Column]:
    return [
        Column(_("Owner"), WORD), Column(_("Team"), WORD), Column(_("Tier"), NUMBER), Column(_("Tags"), NAME)
    ]  # fmt: skip


def _between(first: date | None, last: date | None) -> int | None:
    return (last - first).days if first and last else None


# Relationships -------------------------------------------------------------------------------------------------------


def relationship_columns(currency: str) -> list[Column]:
    return [
        Column(_("Partner"), NAME),
        Column(_("Kind"), WORD),
        Column(_("Unit of"), NAME),
        Column(_("State"), WORD),
        Column(_("Why"), LONG),
        Column(_("Last contact"), DAY),
        Column(_("Days between contacts"), NUMBER),
        Column(_("Due"), DAY),
        Column(_("Days overdue"), NUMBER),
        Column(_("Meeting booked"), DAY),
        Column(_("Standing"), NUMBER),
        Column(_("Standing from"), NUMBER),
        Column(_("Standing to"), NUMBER),
        Column(_("Standing in a word"), WORD),
        Column(_("Points judged of 100"), NUMBER),
        Column(_("Points gone up or down in 30 days"), NUMBER),
        Column(_("Worst flag"), NAME),
        Column(_("Stage"), WORD),
        Column(_("In it since"), DAY),
        Column(_("Stage aimed at"), WORD),
        Column(_("Yearly worth, %(currency)s") % {"currency": currency}, WORD),
        Column(_("Renewal day"), DAY),
        Column(_("Paused since"), DAY),
        Column(_("Ended on"), DAY),
        *_whose(),
    ]


def relationships(rows: Sequence[Relationship], now: Now) -> Iterator[list[Cell]]:
    """Two queries more than the rows, whose account with its parent, owner, team and standing are selected."""
    gone = queries.directions_of([row.pk for row in rows], now.instant.date())
    flags = health_flags.worst_of(rows, now)
    for row in rows:
        today, state = row.today(now), row.state(now)
        flag = flags.get(row.pk)
        late = _between(row.due_on, today) if state.value == "overdue" else None
        yield [
            str(row),
            capfirst(row.account.get_kind_display()),
            str(row.account.parent or ""),
            str(words.LOOKS[state].word),
            words.short(row, now),
            row.last_touch_on,
            row.every_days,
            row.due_on,
            late,
            row.booked_on,
            *_standing(row, gone.get(row.pk, trend.UNKNOWN)),
            flag.name if flag else "",
            capfirst(row.get_stage_display()),
            row.stage_since,
            capfirst(row.get_target_stage_display()) if row.target_stage else "",
            row.yearly_worth,
            row.renewal_on,
            row.paused_since,
            row.ended_on,
            *_of(row),
        ]


def _standing(row: Relationship, gone: trend.Direction) -> list[Cell]:
    """Score, from, to, word, points judged, direction; the first four only where enough is known, as in every list."""
    shown = in_list(row, gone)
    if shown is None:
        return [None] * 6
    kept = row.standing
    full = health.full(kept.earned, kept.unknown, kept.earned + kept.lost + kept.unknown)
    judged = full.most - full.unknown
    if shown.bar is None:
        return [None, None, None, "", judged, None]
    low, high = health.limits(kept.low, kept.high)
    way = {trend.Way.UP: gone.points, trend.Way.DOWN: -gone.points, trend.Way.STEADY: 0}.get(gone.way)
    return [full.earned, low, high, str(health_words.BANDS[health.Band(kept.band)]), judged, way]


# Satisfaction and loyalty ---------------------------------------------------------------------------------------------


def loyalty_columns() -> list[Column]:
    return [Column(_("Partner"), NAME), Column(_("Where it stands"), NAME), Column(_("Why"), LONG), *_whose()]


def loyalty(rows: Iterable[tuple[Relationship, Placed]]) -> Iterator[list[Cell]]:
    for row, place in rows:
        yield [str(row), place.name, place.why, *_of(row)]


# Promises ------------------------------------------------------------------------------------------------------------


def promise_columns() -> list[Column]:
    return [
        Column(_("Partner"), NAME),
        Column(_("Side"), NUMBER),
        Column(_("Promise"), LONG),
        Column(_("State"), WORD),
        Column(_("By"), DAY),
        Column(_("First agreed for"), DAY),
        Column(_("Late since"), DAY),
        Column(_("Ended on"), DAY),
        Column(_("Promised on"), DAY),
        Column(_("Who promised"), NAME),
        Column(_("To whom"), NAME),
        Column(_("Who sees to it"), NAME),
        *_whose(),
    ]


def promises(rows: Iterable[Commitment], now: Now) -> Iterator[list[Cell]]:
    for row in rows:
        partner = row.relationship
        yield [
            str(partner),
            capfirst(row.get_side_display()),
            row.what,
            str(words.PROMISE_LOOKS[row.state(now)].word),
            row.binding_on,
            row.due_on,
            row.late_on,
            row.ended_on,
            row.made_on,
            str(row.maker or ""),
            str(row.receiver or ""),
            str(row.keeper or partner.owner),
            *_of(partner),
        ]


# Feedback ------------------------------------------------------------------------------------------------------------


def feedback_columns() -> list[Column]:
    return [
        Column(_("Partner"), NAME),
        Column(_("Side"), NUMBER),
        Column(_("Kind"), WORD),
        Column(_("What was said"), LONG),
        Column(_("State"), WORD),
        Column(_("Said outright"), NUMBER),
        Column(_("Severity"), WORD),
        Column(_("Who said it"), NAME),
        Column(_("On behalf of"), NAME),
        Column(_("Heard on"), DAY),
        Column(_("Heard at"), NAME),
        Column(_("Acknowledged on"), DAY),
        Column(_("Answered on"), DAY),
        Column(_("Days to the answer"), NUMBER),
        Column(_("Outcome"), WORD),
        Column(_("Decided on"), DAY),
        Column(_("Told who said it on"), DAY),
        Column(_("Told the others on"), DAY),
        Column(_("Who answers"), NAME),
        *_whose(),
    ]


def feedback(rows: Iterable[Feedback], now: Now) -> Iterator[list[Cell]]:
    """Whether a promise was made from it is known to the rows: ``with_promise``."""
    for row in rows:
        partner = row.relationship
        yield [
            str(partner),
            capfirst(row.get_side_display()),
            capfirst(row.get_nature_display()),
            row.said,
            str(feedback_words.look(row, partner.today(now)).word),
            _yes(not row.hidden),
            capfirst(row.get_severity_display()) if row.severity else "",
            row.voice,
            row.behalf_of,
            row.heard_on,
            str(row.post or row.where),
            row.acknowledged_on,
            row.answered_on,
            _between(row.heard_on, row.answered_on),
            capfirst(row.get_outcome_display()) if row.outcome else "",
            row.ended_on,
            row.told_voice_on,
            row.told_group_on,
            str(row.keeper or partner.owner),
            *_of(partner),
        ]


# Problems ------------------------------------------------------------------------------------------------------------


def problem_columns() -> list[Column]:
    return [
        Column(_("Partner"), NAME),
        Column(_("Problem"), LONG),
        Column(_("Severity"), WORD),
        Column(_("State"), WORD),
        Column(_("Opened on"), DAY),
        Column(_("Met or rung on"), DAY),
        Column(_("To be solved by"), DAY),
        Column(_("Solved on"), DAY),
        Column(_("Days to solve it"), NUMBER),
        Column(_("Times it came back"), NUMBER),
        Column(_("Owned up to on"), DAY),
        Column(_("Who raised it"), NAME),
        Column(_("Who sees to it"), NAME),
        *_whose(),
    ]


def problems(rows: Iterable[Problem], now: Now) -> Iterator[list[Cell]]:
    """When somebody first met or rang them is known to the rows: ``with_first_contact``."""
    for row in rows:
        partner = row.relationship
        yield [
            str(partner),
            row.what,
            capfirst(row.get_severity_display()),
            str(problem_words.LOOKS[row.state(now)].word),
            row.opened_on,
            row.spoken_on,  # type: ignore[attr-defined]
            row.until,
            row.solved_on,
            _between(row.opened_on, row.solved_on),
            row.reopened,
            row.owned_on,
            str(row.contact or ""),
            str(row.keeper or partner.owner),
            *_of(partner),
        ]


# Meetings ------------------------------------------------------------------------------------------------------------


def meeting_columns(user: User) -> list[Column]:
    return [
        Column(_("Meeting"), NAME),
        Column(_("Kind"), WORD),
        Column(_("State"), WORD),
        Column(_("Start in %(city)s") % {"city": meeting_words.city(user.zone)}, WORD),
        Column(_("Minutes"), NUMBER),
        Column(_("Partners"), NAME),
        Column(_("Who of theirs"), NAME),
        Column(_("Place"), NAME),
        Column(_("Organiser"), NAME),
        Column(_("Comes again"), NUMBER),
    ]


def meetings(rows: Sequence[Meeting], user: User, now: Now) -> Iterator[list[Cell]]:
    """Two queries more than the rows: their partners and people, as far as the person sees them."""
    ids, zone = [row.pk for row in rows], ZoneInfo(user.zone)
    partners: dict[int, list[str]] = {}
    parties = MeetingAccount.objects.visible_to(user).filter(meeting__in=ids)
    for party in parties.select_related("relationship__account"):
        partners.setdefault(party.meeting_id, []).append(str(party.relationship))
    people: dict[int, list[Participant]] = {}
    for one in Participant.objects.visible_to(user).filter(meeting__in=ids).theirs().select_related("contact"):
        people.setdefault(one.meeting_id, []).append(one)
    for row in rows:
        yield [
            row.title,
            capfirst(row.get_kind_display()),
            str(meeting_words.look(row, over=row.is_over(now)).word),
            row.starts_at.astimezone(zone).replace(tzinfo=None),
            round((row.ends_at - row.starts_at) / timedelta(minutes=1)),
            ", ".join(partners.get(row.pk, [])),
            meeting_words.who_comes(people.get(row.pk, [])),
            row.place,
            str(row.organiser or ""),
            _yes(row.series_id is not None),
        ]
