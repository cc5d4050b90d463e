"""What speaks for and against partners of the demonstration company besides talks and promises: feedback that was
answered, problems that were solved, meetings to which people who decide came. Balanced so that about three of four can
be judged, from strong to weak.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from meetings.actions.attending import write_access
from meetings.actions.following import weigh_answers
from meetings.models import Meeting, MeetingAccount, Participant
from prm.demo_company import SEED, PlannedRelationship
from relationships import actions
from relationships.models import (
    Feedback,
    FeedbackStep,
    Interaction,
    InteractionContact,
    Problem,
    ProblemStep,
    Relationship,
    Stakeholder,
)
from web.clock import Now

DAY = timedelta(days=1)
OURS, THEIRS = "ours", "theirs"
# How it goes with a partner: of ten answers so many come in time, of ten problems so many are solved by their day.
WELL, SO_SO, BADLY = 10, 7, 3
# Of these little is written down, and a score is not shown.
QUIET_BOOKS = {
    "Osprey Hill Optics", "Aldergrove Timber", "Wellbrink Chemicals", "Penrosa Chemicals", "Polderwick Greens",
    "Norrtorp Board",
}  # fmt: skip
# With these it goes badly; with every third of the others so-so.
HARD = {"Castell Bakeries", "Mirathal Diagnostics", "Saltholm Cold Stores", "Lindenau Clinic Supply"}


@dataclass(frozen=True)
class Said:
    """Feedback as anybody may give it; what the other side may answer to it, and what became of it."""

    nature: str
    text: str
    answers: tuple[str, str, str]
    applied: str = ""


SAID = {
    THEIRS: (
        Said(
            "suggestion", "Print the week in which the crates are due on their labels.",
            ("Good idea; on the labels from the next roll on.", "The printer can do it; the depot tries it this week.",
            "Yes. We print the week large, beside the number of the crate."),
            "On every label since.",
        ),
        Said(
            "praise", "The depot rang back within the hour.",
            ("Thank you; passed on to the depot.", "Good to hear. Kate was on the desk that day, and we told her.",
            "Thank you. An hour is what the depot aims for."),
        ),
        Said(
            "question", "Can the liners be had in half lengths?",
            ("Yes, from fifty on; a sample is on its way.", "Yes, cut to length at no charge.",
            "Not as stock. We cut them to order within a week."),
        ),
        Said(
            "suggestion", "Send the list of returns as a table.",
            ("Easily done; from this month on it comes as a spreadsheet.", "Yes. Say which columns you need.",
            "We send both for a month, then the table alone."),
            "The list of returns has come as a table since.",
        ),
        Said(
            "praise", "Nothing was missing at the last count.",
            ("Thank you; the loaders were glad to read it.", "Good to hear. We count twice since the spring.",
            "Thank you; read out at the depot on Friday."),
        ),
        Said(
            "complaint", "The statement came a week after the month had ended.",
            ("Sorry. It waited for one signature; a second person signs now.",
            "You are right. It will be with you by the third working day.",
            "Sorry about that. Our accounts desk was one short; it is two again."),
            "Statements have come by the third working day since.",
        ),
    ),
    OURS: (
        Said(
            "praise", "Crates come back clean from all of your sites.",
            ("Thank you; passed on to the sites.", "Good to hear. The night shift rinses them now.",
            "Thank you. We put it up on the board."),
        ),
        Said(
            "suggestion", "A fixed hour for the ramp would save both of us waiting.",
            ("Good idea; tried from next week on.", "Fine with us: the ramp is yours at ten.",
            "We ask the other hauliers, and try it for a month."),
            "The ramp has had its fixed hour since.",
        ),
        Said(
            "question", "Which of your sites will grow next year?",
            ("The one by the harbour, by a third or so.", "None that is decided. We tell you in the spring.",
            "Two of them; the plans come with the next forecast."),
        ),
        Said(
            "suggestion", "Ring us before a round that is smaller than usual.",
            ("Yes; dispatch rings the day before.", "Fair enough. It is on the list of the morning shift.",
            "We will. Which number is best before seven?"),
            "They have rung before each small round since.",
        ),
    ),
}  # fmt: skip
PROBLEMS = (
    ("Crates of the wrong size on one round", 1),
    ("A statement named the wrong site", 1),
    ("Two liners were torn", 1),
    ("The van came after the gate had closed", 2),
    ("Labels could not be read by their scanner", 2),
    ("A box arrived without its ice", 2),
)
SOLVED = "Made good, and checked at loading since."
LATE = 6


@dataclass(frozen=True)
class Story:
    """A partner and how it goes with them; dice of its own."""

    row: Relationship
    planned: PlannedRelationship
    luck: int
    dice: Random

    @property
    def today(self) -> date:
        return self.planned.today

    def well(self) -> bool:
        return self.dice.randrange(10) < self.luck


def write(told: Sequence[tuple[Relationship, PlannedRelationship]], now: Now) -> int:
    """Returns for how many partners something was written."""
    stories = list(_stories(told))
    _feedback(stories, now)
    _problems(stories, now)
    _meetings(stories, now)
    return len(stories)


def _stories(told: Sequence[tuple[Relationship, PlannedRelationship]]) -> Iterator[Story]:
    for number, (row, planned) in enumerate(told):
        name = planned.partner.name
        if planned.bond.stage == "contact" or name in QUIET_BOOKS or len(planned.talks) < 4:
            continue
        luck = BADLY if name in HARD else SO_SO if number % 3 == 0 else WELL
        yield Story(row, planned, luck, Random(f"{SEED} evidence {name} {planned.bond.name}"))


def _at(row: Relationship, day: date, now: Now) -> datetime:
    return min(datetime.combine(day, time(15), ZoneInfo(row.zone)), now.instant)


def _feedback(stories: Sequence[Story], now: Now) -> None:
    """Some of both sides, all of it answered or long over: nothing of it waits on Today."""
    rows, steps = [], []
    for story in stories:
        for side, most in ((THEIRS, 4), (OURS, 3)):
            said = story.dice.sample(SAID[side], most if story.luck > BADLY else most - 2)
            for number, one in enumerate(said):
                heard = story.today - (28 + 37 * number + story.dice.randrange(12)) * DAY
                row = Feedback(
                    relationship=story.row, account_id=story.row.account_id, side=side, nature=one.nature,
                    said=one.text, severity=1 if one.nature == "complaint" else None, keeper=story.row.owner,
                    colleague=story.row.owner if side == OURS else None,
                    heard_on=heard, written_by=story.row.owner, written_at=_at(story.row, heard, now),
                )  # fmt: skip
                rows.append(row)
                answered = heard + (1 + story.dice.randrange(3) if story.well() else 9 + story.dice.randrange(8)) * DAY
                if side == THEIRS or story.luck > BADLY:
                    steps.append((row, answered, story.dice.choice(one.answers)))
    Feedback.objects.bulk_create(rows)
    FeedbackStep.objects.bulk_create(
        FeedbackStep(
            feedback=row, account_id=row.account_id, kind="answered", done_on=day, text=text,
            written_by=row.keeper, written_at=_at(row.relationship, day, now),
        )
        for row, day, text in steps
    )  # fmt: skip
    _close(rows, steps, now)
    actions.settle([row.pk for row in rows], now=now)


def _close(rows: Sequence[Feedback], steps: Sequence[tuple[Feedback, date, str]], now: Now) -> None:
    """What was answered was also seen to and told back, so that nobody is asked about it again."""
    became = {one.text: one.applied for said in SAID.values() for one in said}
    later = [
        FeedbackStep(
            feedback=row, account_id=row.account_id, kind=kind, done_on=day + after * DAY, text=text,
            written_by=row.keeper, written_at=_at(row.relationship, day + after * DAY, now),
        )
        for row, day, _text in steps
        if row.nature in ("suggestion", "complaint")
        for kind, after, text in (("applied", 6, became[row.said]), ("told_voice", 7, "Told them on the phone."))
    ]  # fmt: skip
    FeedbackStep.objects.bulk_create(later)


def _problems(stories: Sequence[Story], now: Now) -> None:
    rows, solved = [], []
    for story in stories:
        for number, (what, severity) in enumerate(story.dice.sample(PROBLEMS, 5 if story.luck == WELL else 4)):
            opened = story.today - (20 + 29 * number + story.dice.randrange(14)) * DAY
            row = Problem(
                relationship=story.row, account_id=story.row.account_id, what=what, severity=severity,
                opened_on=opened, due_on=opened + Problem.DAYS[Problem.Severity(severity)], opened_by=story.row.owner,
                keeper=story.row.owner, written_by=story.row.owner, written_at=_at(story.row, opened, now),
            )  # fmt: skip
            rows.append(row)
            solved.append((row, row.due_on - DAY if story.well() else row.due_on + LATE * DAY))
    Problem.objects.bulk_create(rows)
    ProblemStep.objects.bulk_create(
        ProblemStep(
            problem=row, account_id=row.account_id, kind=ProblemStep.Kind.SOLVED, done_on=max(day, row.opened_on),
            note=SOLVED, written_by=row.keeper, written_at=_at(row.relationship, day, now),
        )
        for row, day in solved
    )  # fmt: skip
    actions.assess([row.pk for row in rows], now=now)


# Meetings ------------------------------------------------------------------------------------------------------------

# Of a partner's talks face to face the last so many were meetings that had been planned.
HELD = 4


def _meetings(stories: Sequence[Story], now: Now) -> None:
    """Talks of the past that had been meetings: whoever was there had accepted, and decides where they decide."""
    lucky = [story for story in stories if story.luck > BADLY]
    ids = [story.row.pk for story in lucky]
    talks = Interaction.objects.touches().filter(relationship__in=ids, channel__in=("meeting", "visit"))
    met: dict[int, list[Interaction]] = {}
    for talk in talks.prefetch_related("contacts").order_by("-occurred_on", "-pk"):
        met.setdefault(talk.relationship_id, []).append(talk)
    made: list[tuple[Meeting, Relationship, Interaction]] = []
    for story in lucky:
        past = [one for one in met.get(story.row.pk, []) if (story.today - one.occurred_on).days > 14]
        made += [(_meeting(story.row, talk), story.row, talk) for talk in past[:HELD]]
    Meeting.objects.bulk_create(meeting for meeting, _row, _talk in made)
    parties = MeetingAccount.objects.bulk_create(
        MeetingAccount(
            meeting=meeting, relationship=row, account_id=row.account_id, interaction=talk,
            starts_at=meeting.starts_at, meets_on=talk.occurred_on, state=meeting.state,
        )
        for meeting, row, talk in made
    )  # fmt: skip
    deciding = _deciding(ids)
    # Whoever came spoke with us: the timeline and the meeting name the same people.
    InteractionContact.objects.bulk_create(
        (
            InteractionContact(interaction=talk, contact_id=pk)
            for _meeting, row, talk in made
            for pk in deciding.get(row.pk, [])[:1]
        ),
        ignore_conflicts=True,
    )
    Participant.objects.bulk_create(
        Participant(
            meeting=meeting, party=party, contact_id=pk, answer=Participant.Answer.COMES,
            asked_on=talk.occurred_on - 12 * DAY, answered_on=talk.occurred_on - 8 * DAY, came=True,
        )
        for (meeting, row, talk), party in zip(made, parties, strict=True)
        for pk in dict.fromkeys([*[one.pk for one in talk.contacts.all()], *deciding.get(row.pk, [])[:1]])
    )  # fmt: skip
    weigh_answers([meeting.pk for meeting, _row, _talk in made], now=now)
    for meeting, _row, _talk in made:
        write_access(meeting, now=now)


def _meeting(row: Relationship, talk: Interaction) -> Meeting:
    starts_at = datetime.combine(talk.occurred_on, time(10), ZoneInfo(row.zone))
    visit = talk.channel == Interaction.Channel.VISIT
    return Meeting(
        title="At their site" if visit else "Check-in",
        kind=Meeting.Kind.SITE_VISIT if visit else Meeting.Kind.CHECK_IN,
        host=talk.begun_by if talk.begun_by in (OURS, THEIRS) else OURS,
        starts_at=starts_at, ends_at=starts_at + timedelta(hours=1), zone=row.zone, organiser=row.owner,
        state=Meeting.State.HELD, begun_at=starts_at, settled_at=starts_at + timedelta(hours=1),
        planned_by=row.owner, planned_at=starts_at - timedelta(days=12),
    )  # fmt: skip


def _deciding(ids: Sequence[int]) -> Mapping[int, list[int]]:
    found: dict[int, list[int]] = {}
    for row in Stakeholder.objects.deciding().filter(relationship__in=ids).order_by("pk"):
        found.setdefault(row.relationship_id, []).append(row.contact_id)
    return found
