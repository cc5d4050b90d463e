"""What a row of each list is in a spreadsheet: what the page shows of it in cells of their own, and some more.

Each takes rows that were read as the person may see them, and asks as often for five hundred as for one. Of what is
told on the page alone below a threshold, a sheet tells nothing either: no score, no range, no word for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import OneToOne, User
from dashboards import columns, health_flags, people_page
from dashboards.rows import first_drawn
from dashboards.stage_page import Came
from dashboards.standing_bar import in_list
from dashboards.standing_page import Proof
from dashboards.timeline import Entry
from dashboards.two_views import Placed, who_said
from meetings import words as meeting_words
from meetings.models import Meeting, MeetingAccount, Participant
from relationships import (
    feedback_words,
    health,
    health_words,
    people_words,
    problem_words,
    queries,
    trend,
    two_views_words,
    words,
)
from relationships.cadence import State
from relationships.models import (
    Commitment,
    Feedback,
    Introduction,
    ListeningPost,
    Problem,
    PulseAnswer,
    Relationship,
)
from web.clock import Now
from web.downloads import here
from web.sheets import Cell, Column
from web.zones import city

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


def relationship_columns(currency: str, shown: Sequence[str] = ()) -> list[Column]:
    """All there are, or those of the parts ``shown``, by the keys of ``dashboards.columns``, in their order."""
    parts = _relationship_parts(currency)
    return [column for key in shown or parts for column in parts[key]]


def _relationship_parts(currency: str) -> dict[str, list[Column]]:
    owner, team, tier, tags = _whose()
    return {
        columns.ALWAYS: [Column(_("Partner"), NAME)],
        "kind": [Column(_("Kind"), WORD)],
        "unit": [Column(_("Unit of"), NAME)],
        columns.STATE: [Column(_("State"), WORD), Column(_("Why"), LONG)],
        "contact": [Column(_("Last contact"), DAY)],
        "every": [Column(_("Days between contacts"), NUMBER)],
        "rhythm": [Column(_("Contacts in 26 weeks"), NUMBER)],
        "needed": [Column(_("Needed in 4 weeks"), NUMBER)],
        "happened": [Column(_("Happened in 4 weeks"), NUMBER)],
        "missing": [Column(_("Check-ins missing"), NUMBER)],
        "due": [Column(_("Due"), DAY)],
        "late": [Column(_("Days overdue"), NUMBER)],
        "booked": [Column(_("Meeting booked"), DAY)],
        "standing": [
            Column(_("Standing"), NUMBER),
            Column(_("Standing from"), NUMBER),
            Column(_("Standing to"), NUMBER),
            Column(_("Standing in a word"), WORD),
        ],
        "judged": [Column(_("Points judged of 100"), NUMBER)],
        "direction": [Column(_("Points gone up or down in 30 days"), NUMBER)],
        "flag": [Column(_("Worst flag"), NAME)],
        "stage": [Column(_("Stage"), WORD)],
        "since": [Column(_("In it since"), DAY)],
        "target": [Column(_("Stage aimed at"), WORD)],
        "worth": [Column(_("Yearly worth, %(currency)s") % {"currency": currency}, WORD)],
        "at_stake": [Column(_("At stake, %(currency)s") % {"currency": currency}, WORD)],
        "renewal": [Column(_("Renewal day"), DAY)],
        "paused": [Column(_("Paused since"), DAY)],
        "ended": [Column(_("Ended on"), DAY)],
        "owner": [owner],
        "team": [team],
        "tier": [tier],
        "tags": [tags],
    }


def relationships(rows: Sequence[Relationship], now: Now, shown: Sequence[str] = ()) -> Iterator[list[Cell]]:
    """Three queries more than the rows, whose account with its parent, agreement, owner, team and standing are
    selected."""
    keys = [row.pk for row in rows]
    gone = queries.directions_of(keys, now.instant.date())
    flags = health_flags.worst_of(rows, now)
    contacts = queries.contacts_since(keys, first_drawn(now))
    for row in rows:
        met = [contact.day for contact in contacts.get(row.pk, []) if contact.two_way]
        parts = _relationship(row, gone.get(row.pk, trend.UNKNOWN), flags.get(row.pk), met, now)
        yield [cell for key in shown or parts for cell in parts[key]]


def _relationship(
    row: Relationship, gone: trend.Direction, flag: health_flags.Worst | None, met: Sequence[date], now: Now
) -> dict[str, list[Cell]]:
    today, state = row.today(now), row.state(now)
    score, low, high, word, judged, way = _standing(row, gone)
    owner, team, tier, tags = _of(row)
    return {
        columns.ALWAYS: [str(row)],
        "kind": [capfirst(row.account.get_kind_display())],
        "unit": [str(row.account.parent or "")],
        columns.STATE: [str(words.LOOKS[state].word), words.short(row, now)],
        "contact": [row.last_touch_on],
        "every": [row.every_days],
        "rhythm": [len(met)],
        "needed": [columns.needed(row)],
        "happened": [columns.happened(row, met, now)],
        "missing": [columns.missing(row, met, now)],
        "due": [row.due_on],
        "late": [_between(row.due_on, today) if state is State.OVERDUE else None],
        "booked": [row.booked_on],
        "standing": [score, low, high, word],
        "judged": [judged],
        "direction": [way],
        "flag": [flag.name if flag else ""],
        "stage": [capfirst(row.get_stage_display())],
        "since": [row.stage_since],
        "target": [capfirst(row.get_target_stage_display()) if row.target_stage else ""],
        "worth": [row.yearly_worth],
        "at_stake": [_rounded(columns.at_stake(row, state, today))],
        "renewal": [row.renewal_on],
        "paused": [row.paused_since],
        "ended": [row.ended_on],
        "owner": [owner],
        "team": [team],
        "tier": [tier],
        "tags": [tags],
    }


def _rounded(amount: Decimal | None) -> Decimal | None:
    return amount if amount is None else round(amount, 2)


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
        Column(_("Start in %(city)s") % {"city": city(user.zone)}, WORD),
        Column(_("Minutes"), NUMBER),
        Column(_("Partners"), NAME),
        Column(_("Who of theirs"), NAME),
        Column(_("Place"), NAME),
        Column(_("Organiser"), NAME),
        Column(_("Comes again"), NUMBER),
    ]


def meetings(rows: Sequence[Meeting], user: User, now: Now) -> Iterator[list[Cell]]:
    """Two queries more than the rows: their partners and people, as far as the person sees them."""
    ids = [row.pk for row in rows]
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
            here(row.starts_at, user.zone),
            round((row.ends_at - row.starts_at) / timedelta(minutes=1)),
            ", ".join(partners.get(row.pk, [])),
            meeting_words.who_comes(people.get(row.pk, [])),
            row.place,
            str(row.organiser or ""),
            _yes(row.series_id is not None),
        ]


# Of one relationship --------------------------------------------------------------------------------------------------


def timeline_columns() -> list[Column]:
    return [
        Column(_("Day"), DAY), Column(_("Side"), NUMBER), Column(_("What happened"), NAME), Column(_("More"), NAME),
        Column(_("In words"), LONG), Column(_("Who of theirs"), NAME), Column(_("Promises"), LONG),
        Column(_("Next step"), NAME), Column(_("Its day"), DAY), Column(_("Comments"), NUMBER),
        Column(_("Links and files"), NUMBER),
    ]  # fmt: skip


def timeline(entries: Iterable[Entry]) -> Iterator[list[Cell]]:
    for entry in entries:
        talk = entry.row
        yield [
            entry.day,
            {"o": _("Ours"), "t": _("Theirs")}.get(entry.side, ""),
            entry.said,
            entry.faint,
            entry.note,
            ", ".join(str(one) for one in talk.contacts.all()) if talk else "",
            "; ".join(f"{one.row.what} ({one.said})" for one in entry.promises),
            talk.next_step if talk else "",
            talk.next_step_on if talk else None,
            len(entry.comments) if talk else None,
            len(entry.attachments) if talk else None,
        ]


def their_people_columns() -> list[Column]:
    return [
        Column(_("Name"), NAME), Column(_("Title"), NAME), Column(_("What they do"), WORD), Column(_("Part"), NAME),
        Column(_("Reports to"), NAME), Column(_("Last contact"), DAY), Column(_("With whom of ours"), NAME),
        Column(_("Willing to give time"), LONG), Column(_("E-mail"), NAME), Column(_("Phone"), WORD),
        Column(_("Left on"), DAY),
    ]  # fmt: skip


def their_people(here: Iterable[people_page.Line], left: Iterable[queries.Theirs]) -> Iterator[list[Cell]]:
    for line in here:
        who, stake = line.contact, line.one.stake
        boss = str(stake.reports_to or "") if stake else ""
        title = line.one.place.title if line.one.place else ""
        yield [
            who.name, title, line.does, line.part, boss, line.last_on, line.spoke, line.said, who.email, who.phone, None
        ]  # fmt: skip
    for one in left:
        title = one.place.title if one.place else ""
        yield [
            one.contact.name, title, people_words.does(one.stake), people_words.part(one.stake), "", None, "", "",
            one.contact.email, one.contact.phone, one.left_on,
        ]  # fmt: skip


def introduction_columns() -> list[Column]:
    return [
        Column(_("To be met"), LONG), Column(_("Since"), DAY), Column(_("Through whom"), NAME),
        Column(_("Instead of"), NAME), Column(_("Who sees to it"), NAME), Column(_("Closed on"), DAY),
        Column(_("Met"), NAME), Column(_("Note"), LONG),
    ]  # fmt: skip


def introductions(rows: Iterable[Introduction]) -> Iterator[list[Cell]]:
    for row in rows:
        yield [
            row.wanted, row.opened_on, str(row.through or ""), str(row.instead_of or ""), str(row.keeper or ""),
            row.closed_on, str(row.met or ""), row.note,
        ]  # fmt: skip


def move_columns() -> list[Column]:
    return [Column(_("Day"), DAY), Column(_("What happened"), NAME), Column(_("More"), NAME), Column(_("Why"), LONG)]


def moves(rows: Iterable[Came]) -> Iterator[list[Cell]]:
    for row in rows:
        yield [row.day, row.said, row.faint, row.note]


def point_columns() -> list[Column]:
    return [
        Column(_("What is judged"), WORD), Column(_("Side"), NUMBER), Column(_("Day"), DAY), Column(_("What"), NAME),
        Column(_("Of what"), LONG), Column(_("Points earned"), NUMBER), Column(_("Points lost"), NUMBER),
    ]  # fmt: skip


def points(rows: Iterable[Proof]) -> Iterator[list[Cell]]:
    sides = {"ours": _("Ours"), "theirs": _("Theirs")}
    for row in rows:
        yield [
            row.component, sides.get(row.shown.side, ""), row.day, row.shown.said, row.shown.what,
            round(row.earned, 2), round(row.lost, 2),
        ]  # fmt: skip


def answer_columns() -> list[Column]:
    return [
        Column(_("Day"), DAY), Column(_("Side"), NUMBER), Column(_("Question"), LONG), Column(_("Of 5"), NUMBER),
        Column(_("Who"), NAME), Column(_("In words"), LONG),
    ]  # fmt: skip


def answers(rows: Iterable[PulseAnswer]) -> Iterator[list[Cell]]:
    for row in rows:
        side = capfirst(row.get_side_display())
        yield [row.on, side, capfirst(two_views_words.about(row.question)), row.score, who_said(row), row.words]


# Listening posts, and who is quiet ------------------------------------------------------------------------------------


def post_columns() -> list[Column]:
    return [
        Column(_("Listening post"), NAME), Column(_("Kind"), WORD), Column(_("Covers"), LONG),
        Column(_("Only about"), NAME), Column(_("Owner"), WORD), Column(_("Team"), WORD), Column(_("Open since"), DAY),
        Column(_("Closed on"), DAY), Column(_("Heard in 30 days"), NUMBER), Column(_("Heard in a year"), NUMBER),
        Column(_("To sort"), NUMBER),
    ]  # fmt: skip


def posts(rows: Sequence[ListeningPost], today: date) -> Iterator[list[Cell]]:
    """Two queries more than the rows."""
    counts = queries.heard_at([row.pk for row in rows], today)
    for row in rows:
        heard = counts[row.pk]
        yield [
            row.name, row.kind_said, row.covers, str(row.relationship or ""), str(row.owner), str(row.team or ""),
            row.opened_on, row.closed_on, heard.month, heard.year, heard.unsorted,
        ]  # fmt: skip


def quiet_columns() -> list[Column]:
    return [
        Column(_("Partner"), NAME), Column(_("Last heard from"), DAY), Column(_("Known since"), DAY),
        Column(_("Days of silence"), NUMBER), *_whose(),
    ]  # fmt: skip


def quiet(rows: Iterable[Any], zone: str, today: date) -> Iterator[list[Cell]]:
    """Of what ``listening.quiet`` reads, with the team selected."""
    for row in rows:
        known = here(row.created_at, zone)
        yield [str(row), row.heard_on, known.date() if known else None, (today - row.since).days, *_of(row)]


# One-to-ones ----------------------------------------------------------------------------------------------------------


def team_columns() -> list[Column]:
    return [Column(_("Name"), NAME), Column(_("Last one-to-one"), DAY)]


def one_to_one_columns() -> list[Column]:
    return [
        Column(_("Held on"), DAY), Column(_("Held by"), NAME), Column(_("With"), NAME), Column(_("Note"), LONG),
        Column(_("What they asked for"), LONG),
    ]  # fmt: skip


def one_to_ones(rows: Iterable[OneToOne]) -> Iterator[list[Cell]]:
    for row in rows:
        yield [row.held_on, str(row.manager), str(row.person), row.note, row.asked]
