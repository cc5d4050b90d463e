"""What the demonstration company and its partners promised each other in a year, and who else has a part (pure).

Days count back from the partner's own today, as in ``demo_company``; a few stories are told by hand so that each
state of a promise stands somewhere whenever the company is made, the rest comes from dice of each partner's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from prm.demo_company import SEED, PlannedRelationship, PlannedTalk
from relationships.cadence import DAY, State

OURS, THEIRS = "ours", "theirs"


@dataclass(frozen=True)
class PlannedPromise:
    """``talk`` is the place of the talk in which it was made; ``follows`` the place of the promise it makes good."""

    side: str
    what: str
    made_on: date
    due_on: date
    colleague: str
    contact: str
    remedy: str = ""
    moves: tuple[tuple[date, date, str], ...] = ()
    kept_on: date | None = None
    note: str = ""
    missed_on: date | None = None
    explanation: str = ""
    plan: str = ""
    explained_on: date | None = None
    talk: int | None = None
    follows: int | None = None


@dataclass(frozen=True)
class Part:
    """A colleague's part in a relationship."""

    partner: str
    who: str
    role: str
    subject: str = ""


@dataclass(frozen=True)
class Away:
    """Who stands in for whom, from and until so many days from today."""

    absent: str
    stand_in: str
    begins_in: int
    ends_in: int
    note: str


@dataclass(frozen=True)
class Remark:
    """A comment on the last talk with a partner, so many days ago; ``names`` are those of whom it speaks with @."""

    partner: str
    who: str
    text: str
    ago: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """The next step noted with the last talk, due in so many days."""

    partner: str
    what: str
    due_in: int


PARTS = (
    Part("Havbris Sea Farm", "bob", "deputy"),
    Part("Havbris Sea Farm", "mona", "sponsor"),
    Part("Marlow Paper", "mona", "sponsor"),
    Part("Marlow Paper", "dev", "expert", "the refit in Kelheim"),
    Part("Northmere Foods", "bob", "deputy"),
    Part("Fjordfôr Feed", "bob", "deputy"),
    Part("Castell Bakeries", "alice", "deputy"),
    Part("Fenwick Aas Laboratories", "alice", "expert", "dry ice"),
    Part("Lindenau Clinic Supply", "mona", "sponsor"),
    Part("Datarook Systems", "alice", "expert", "labels and scanners"),
    Part("Ardentis Packaging", "dev", "deputy"),
)
COVERS = (
    Away("dev", "carla", -2, 5, "Hollisworth is the one to watch: their tender closes soon."),
    Away("alice", "bob", 24, 38, "Two weeks in the hills. Havbris first, please."),
)
REMARKS = (
    Remark("Havbris Sea Farm", "mona", "@Alice Moran before we quote two deliveries a week: what does the ferry cost "
        "us in winter? I would rather be a day late than wrong.", 2, ("alice",)),
    Remark("Castell Bakeries", "bob", "@Alice Moran you know their night foreman. Could you ring him once before I "
        "do?", 1, ("alice",)),
    Remark("Marlow Paper", "alice", "Six loads are the most that our yard takes; told the dispatch so.", 6),
    Remark("Mirathal Diagnostics", "mona", "@Carla Diaz their audit is on the 14th, let us not be the ones who are "
        "missing a document.", 3, ("carla",)),
)  # fmt: skip
STEPS = (
    Step("Havbris Sea Farm", "Ask Lars for the ferry times", -1),
    Step("Fjordfôr Feed", "Send the drawing of the new big-bag frame", 2),
    Step("Kestrin Instruments", "Ring about the gauges that came back", 4),
    Step("Fenwick Aas Laboratories", "Fix the day of the temperature trial", 3),
    Step("Polderwick Greens", "Count the crates together", 6),
)
# Links that colleagues put beside a relationship: partner, what it is called, the page at the partner's own address.
LINKS = (
    ("Havbris Sea Farm", "Ferry timetable and their quay", "quay"),
    ("Marlow Paper", "The refit, week by week", "kelheim"),
    ("Northmere Foods", "Opening hours of the shops", "shops"),
)
# Owners changed a few months ago: partner, who had it before, how long ago, what to know.
HANDED_OVER = (
    ("Tarn Valley Dairy", "bob", 188, "Goes with the group from now on. They like short calls and long visits."),
    ("Saltholm Cold Stores", "alice", 140, "Køge decides, Ringsted complains. Both are right most of the time."),
)
# What part of the talk belongs to a project; most belongs to none.
PROJECTS = {
    "Datarook Systems": ("Tracking pilot", 0.5),
    "Polderwick Greens": ("Crate pool", 0.35),
    "Marlow Paper": ("Kelheim refit", 0.3),
    "Northmere Foods": ("Night deliveries", 0.2),
    "Ringlauf Collection": ("Collection boxes", 0.4),
    "Lindenau Clinic Supply": ("Sterile returns", 0.25),
}
SAID_BY_TOPIC = {"needs", "processes", "new ideas"}
TOPICS = {"needs": "needs", "processes": "processes", "delivery": "processes", "new ideas": "ideas", "prices": "needs"}

WE_PROMISE = (
    "Send the table of prices for the half-year",
    "Quote the smaller crates",
    "Name one person who answers after five",
    "Send proof of delivery with photographs",
    "Try the evening collection for a month",
    "Send the damage list every Monday",
    "Clear the old pallets from the yard",
    "Bring two sample liners",
    "Check the scanner against their labels",
    "Put the empties on the weekly list",
    "Answer the question about the deposit",
    "Show the portal to their dispatch",
    "Find out what a second ramp would cost",
    "Send the minutes of the visit",
    "Return the signed schedule",
    "Ask our insurer about the transport at night",
)
THEY_PROMISE = (
    "Volumes for the next quarter",
    "Say who signs for the site",
    "Let us know the new gate times",
    "Send the layout of the yard",
    "Sign off the label",
    "Give us the dates of their stocktaking",
    "Pay the two open invoices",
    "Ask their board about the pilot",
    "Count the crates that are with them",
    "Send the complaint in writing, with pictures",
    "Introduce us to their quality manager",
    "Confirm the price list",
    "Say which of the three sizes stays",
    "Book a day for the site visit",
)
WHY_LATE = (
    "the figures came late",
    "one of us was ill",
    "the sample had to be made again",
    "it waited for a signature",
)
REMEDIES = ("The next delivery is free of charge.", "We come and do it by hand.", "They get the old price for a month.")


def promises_of(row: PlannedRelationship) -> list[PlannedPromise]:
    """What was promised in the talks of this relationship, in the order made; the stories told by hand at the end."""
    rng = Random(f"{SEED} promises {row.partner.name} {row.bond.name}")
    made = _of_the_year(row, rng)
    return [*made, *_story(row, len(made))]


def _of_the_year(row: PlannedRelationship, rng: Random) -> list[PlannedPromise]:
    """Mostly kept, now and then moved in time or late; whatever is old enough has come to its end."""
    found = []
    ours, theirs = list(WE_PROMISE), list(THEY_PROMISE)
    rng.shuffle(ours)
    rng.shuffle(theirs)
    share = {"partner": 0.4, "customer": 0.28}.get(row.bond.stage, 0.12)
    for number, talk in enumerate(row.talks):
        if not talk.two_way or not talk.contacts or rng.random() > share or (row.today - talk.on).days < 35:
            continue
        side = OURS if rng.random() < 0.6 else THEIRS
        phrases = ours if side == OURS else theirs
        if not phrases:
            continue
        due_on = _working_day(talk.on + rng.choice((4, 7, 7, 10, 14, 21)) * DAY)
        found.append(_ended(talk, number, side, phrases.pop(), due_on, rng))
    return found


def _ended(talk: PlannedTalk, number: int, side: str, what: str, due_on: date, rng: Random) -> PlannedPromise:
    base = {
        "side": side, "what": what, "made_on": talk.on, "due_on": due_on, "colleague": talk.colleagues[0],
        "contact": talk.contacts[0], "talk": number, "remedy": rng.choice(REMEDIES) if rng.random() < 0.12 else "",
    }  # fmt: skip
    roll = rng.random()
    early = due_on - min((due_on - talk.on).days, rng.choice((0, 0, 1, 2, 3))) * DAY
    if roll < 0.74:
        return PlannedPromise(**base, kept_on=early)  # type: ignore[arg-type]
    if roll < 0.84:
        later = _working_day(due_on + 7 * DAY)
        move = (max(talk.on, due_on - 2 * DAY), later, rng.choice(WHY_LATE))
        return PlannedPromise(**base, moves=(move,), kept_on=later - rng.choice((0, 1)) * DAY)  # type: ignore[arg-type]
    if roll < 0.95:
        return PlannedPromise(**base, kept_on=due_on + rng.choice((2, 3, 5)) * DAY, note=rng.choice(WHY_LATE))  # type: ignore[arg-type]
    gone = due_on + 6 * DAY
    return PlannedPromise(
        **base,  # type: ignore[arg-type]
        missed_on=gone,
        explanation=rng.choice(WHY_LATE).capitalize() + ".",
        plan="Begin again with the next order.",
        explained_on=gone,
    )


def _working_day(day: date) -> date:
    return day + max(0, 7 - day.weekday()) % 7 * DAY if day.weekday() >= 5 else day


def _story(row: PlannedRelationship, before: int) -> list[PlannedPromise]:
    """The promises that stand open today, told by hand for a few and by the state of the rhythm for the others."""
    touches = [(number, talk) for number, talk in enumerate(row.talks) if talk.two_way and talk.contacts]
    if not touches:
        return []
    number, last = touches[-1]
    teller = _Teller(row, number, last, before)
    by_hand = {
        "Havbris Sea Farm": teller.havbris,
        "Marlow Paper": teller.marlow,
        "Ringlauf Collection": teller.ringlauf,
        "Northmere Foods": teller.northmere,
        "Castell Bakeries": teller.castell,
        "Fjordfôr Feed": teller.fjordfor,
    }
    if row.partner.name in by_hand:
        return by_hand[row.partner.name]()
    if row.bond.state is State.IN_TOUCH and row.bond.stage != "contact":
        return teller.coming()
    return []


class _Teller:
    """Open promises of one relationship, made in its last talk."""

    def __init__(self, row: PlannedRelationship, number: int, talk: PlannedTalk, before: int) -> None:
        self.row, self.number, self.talk, self.before = row, number, talk, before
        self.rng = Random(f"{SEED} open {row.partner.name} {row.bond.name}")

    def _one(self, side: str, what: str, due_in: int, **more: object) -> PlannedPromise:
        return PlannedPromise(
            side,
            what,
            self.talk.on,
            max(self.talk.on, self.row.today + due_in * DAY),
            self.row.bond.owner,
            self.talk.contacts[0],
            talk=self.number,
            **more,  # type: ignore[arg-type]
        )

    def _ago(self, days: int) -> date:
        return max(self.talk.on, self.row.today - days * DAY)

    def havbris(self) -> list[PlannedPromise]:
        return [
            self._one(OURS, "Price for two deliveries a week", -3, remedy="They keep the old price for the winter."),
            self._one(OURS, "Scan to reorder, first version", 54),
            self._one(THEIRS, "Volumes for the spring", 12),
        ]

    def marlow(self) -> list[PlannedPromise]:
        return [
            self._one(OURS, "Room for six loads in our yard", 0),
            self._one(THEIRS, "Say when the second paper machine runs again", -2),
        ]

    def ringlauf(self) -> list[PlannedPromise]:
        """Missed, owned up to in the same week, and made good by a new promise."""
        missed = self._ago(6)
        first = self._one(
            OURS,
            "Dates for the collection boxes in Hamburg and Lübeck",
            -9,
            missed_on=missed,
            explanation="The maker of the boxes moved us back twice and we did not say so.",
            plan="Dates for both towns, from another maker",
            explained_on=missed,
        )
        again = PlannedPromise(
            OURS,
            "Dates for both towns, from another maker",
            missed,
            self.row.today + 8 * DAY,
            self.row.bond.owner,
            self.talk.contacts[0],
            follows=self.before,
        )
        return [first, again]

    def northmere(self) -> list[PlannedPromise]:
        """A new day agreed in time."""
        move = (self._ago(4), self.row.today + 9 * DAY, "Their plan of the night runs comes a week later")
        return [
            self._one(OURS, "Route plan for the night deliveries", 2, moves=(move,)),
            self._one(THEIRS, "Which shops take part first", 5),
        ]

    def castell(self) -> list[PlannedPromise]:
        """Two broken and never explained, one late, another with a new day agreed after it was past: trust erodes."""
        move = (self._ago(3), self.row.today + 4 * DAY, "The driver’s contract is not signed")
        return [
            self._one(OURS, "A driver of its own for the night run", -12, moves=(move,)),
            self._one(OURS, "Credit for the three late runs", -24, missed_on=self._ago(14)),
            self._one(OURS, "A call before a run is late", -30, missed_on=self._ago(20)),
            self._one(OURS, "The dock at Chester free at five", -33, kept_on=self._ago(27)),
        ]

    def fjordfor(self) -> list[PlannedPromise]:
        return [
            self._one(OURS, "Drawing of the big-bag frame", 2),
            self._one(THEIRS, "Test of the frame in Florø", 20),
        ]

    def coming(self) -> list[PlannedPromise]:
        """What anybody has open: now and then one of ours, one of theirs."""
        found = []
        if self.rng.random() < 0.55:
            found.append(self._one(OURS, self.rng.choice(WE_PROMISE), self.rng.choice((1, 3, 5, 8, 13, 20))))
        if self.rng.random() < 0.45:
            found.append(self._one(THEIRS, self.rng.choice(THEY_PROMISE), self.rng.choice((-4, 2, 4, 9, 16))))
        return found


def topics_of(talk: PlannedTalk) -> Sequence[str]:
    """What a talk was about, from the purpose noted."""
    return [TOPICS[talk.purpose]] if talk.purpose in TOPICS else []


def project_of(row: PlannedRelationship, talk: PlannedTalk) -> str:
    """The project a talk belongs to, for the few that do."""
    project, share = PROJECTS.get(row.partner.name, ("", 0.0))
    dice = Random(f"{SEED} project {row.partner.name} {talk.on}")
    return project if project and (row.today - talk.on).days < 240 and dice.random() < share else ""
