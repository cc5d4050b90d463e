"""What the demonstration company and its partners say about each other, and what became of it (pure).

Days count back from the partner's own today. Told by hand, so that each kind and each state stands somewhere whenever
the company is made.
"""

from __future__ import annotations

from dataclasses import dataclass

from prm.demo_company import PlannedRelationship

OURS, THEIRS = "ours", "theirs"
# One of ours that a partner may take amiss, so that the note about it can be seen.
ROUGH = "The gate is closed when the night run comes at four. You always forget it!!"


@dataclass(frozen=True)
class Told:
    """Feedback heard so many days ago. ``voice`` is the place of who said it among those of theirs spoken to last,
    counted from 0; or the login of a colleague. ``steps``: kind, days after it was heard, words, link. ``into`` is the
    key of what it grew into, ``promise`` the words of the promise that was made for it.
    """

    partner: str
    nature: str
    said: str
    ago: int
    voice: int | str | None = 0
    behalf_of: str = ""
    steps: tuple[tuple[str, int, str, str], ...] = ()
    side: str = THEIRS
    hidden: bool = False
    severity: int | None = None
    where: str = ""
    key: str = ""
    into: str = ""
    promise: str = ""
    unsaid: bool = False


def _took(kind: str, after: int, text: str = "", url: str = "") -> tuple[str, int, str, str]:
    return kind, after, text, url


def _page(partner: str, page: str) -> str:
    return f"https://www.{partner}.example/{page}"


FEEDBACK = (
    Told("Havbris Sea Farm", "suggestion", "The order form times out at night. Could it wait for us?", 96, 1,
        "the night shift", (_took("acknowledged", 1), _took("answered", 2, "It can, but there may be a better way. "
        "We come and watch a night.")), into="scan", where="their evening round"),
    Told("Havbris Sea Farm", "suggestion", "Let us reorder from the phone, by scanning the pallet.", 62, 1,
        "the night shift", (_took("acknowledged", 0), _took("answered", 3, "We build a first version with you; the "
        "labels carry all it needs.")), key="scan", promise="Scan to reorder, first version",
        where="visit to the quay"),
    Told("Havbris Sea Farm", "complaint", "Pallets stand on the quay for a day before anybody hears of it.", 58, 2,
        steps=(_took("acknowledged", 0), _took("answered", 4, "The driver sends a picture on arrival."),
        _took("applied", 20, "Pictures go out with every delivery since then."), _took("told_voice", 21)),
        hidden=True, severity=2, where="visit to the quay"),
    Told("Havbris Sea Farm", "question", "What would two deliveries a week cost from January on?", 9),
    Told("Havbris Sea Farm", "praise", "The quay was clear each time that we came at five. Our drivers talk about it.",
        30, "bob", side=OURS, steps=(_took("answered", 1, "Read out at their morning meeting."),)),
    Told("Marlow Paper", "suggestion", "Print the number of the load on the outside of the wrap.", 71, 0,
        "the dispatch", (_took("acknowledged", 0), _took("answered", 2, "Good idea; we try it on your loads first."),
        _took("applied", 47, "Every load carries its number since week 40.", _page("marlow-paper", "wrap")),
        _took("told_voice", 48, "Rang and thanked them."), _took("told_group", 50, "A card for the board in the "
        "dispatch, with the name of who had the idea."))),
    Told("Marlow Paper", "complaint", "Two loads came after the gate had closed, and nobody had rung.", 13, 1,
        "the gate", (_took("acknowledged", 1),), severity=2),
    Told("Northmere Foods", "complaint", "Half of the crates for the northern shops were of the wrong size.", 4, 0,
        "the shops in the north", severity=3),
    Told("Northmere Foods", "suggestion", "Deliver on Sundays before the holidays.", 80, 1, steps=(_took("answered", 3,
        "We look into what the drivers say."), _took("declined", 10, "The law on driving times leaves no room; an "
        "early Monday run does the same."), _took("told_voice", 10))),
    Told("Castell Bakeries", "complaint", "The night run was late three times and nobody told our foreman.", 20, 0,
        "the bakers of the night", severity=3),
    Told("Castell Bakeries", "praise", "The new driver is the first who waits until the oven is empty.", 45,
        steps=(_took("answered", 1, "We have told him; he was glad."),)),
    Told("Castell Bakeries", "complaint", ROUGH, 7, "bob", side=OURS, severity=1),
    Told("Fjordfôr Feed", "suggestion", "Big bags with a loop on each corner would save us a fork-lift.", 40, 0,
        "the mixing plant", (_took("acknowledged", 2), _took("answered", 5, "The maker can do it from the next batch "
        "on."), _took("applied", 25, "All bags since the second batch.")), where="usability test in Florø"),
    Told("Fjordfôr Feed", "question", "Who answers when the line stops on a Saturday?", 27, 1,
        steps=(_took("answered", 0, "The desk in Leeds, until eight in the evening."),)),
    Told("Lindenau Clinic Supply", "question", "May the sterile boxes be stacked four high?", 19,
        steps=(_took("answered", 1, "Three high, as the maker writes; the leaflet is on its way."),)),
    Told("Lindenau Clinic Supply", "complaint", "They rang the old number for a week before they gave up.", 6, None,
        hidden=True, severity=1, where="noticed in the list of calls", into="number"),
    Told("Lindenau Clinic Supply", "suggestion", "One number for every clinic, printed on each box.", 2, "bob",
        side=OURS, unsaid=True, key="number"),
    Told("Datarook Systems", "suggestion", "Send the scans as one file a night instead of one each.", 24, 0,
        steps=(_took("answered", 4, "Planned for the next version."),), where="support"),
    Told("Datarook Systems", "suggestion", "A test account of our own would spare both of us a call a week.", 16,
        "alice", side=OURS),
    Told("Polderwick Greens", "suggestion", "Colour the crates by the day on which they have to go back.", 33, 0,
        "the packing hall"),
    Told("Kestrin Instruments", "praise", "Every gauge came back with its own report. Nobody else does that.", 2),
    Told("Tarn Valley Dairy", "suggestion", "Ring before you come, and the forecourt is clear.", 8, 0, "the drivers"),
    Told("Mirathal Diagnostics", "question", "Which of your people has been trained for dry ice?", 6, 0),
    Told("Saltholm Cold Stores", "suggestion", "One ramp for our lorries until noon would shorten your queue.", 37,
        "alice", side=OURS),
)  # fmt: skip


def voices_of(row: PlannedRelationship) -> list[str]:
    """Those of theirs who were spoken to, the last first."""
    met = [name for talk in reversed(row.talks) if talk.two_way for name in talk.contacts]
    return list(dict.fromkeys(met))
