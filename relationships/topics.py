"""What a talk was about (pure): suggested from its words, and what has not come up for long.

A good partnership talks about the *needs* of either side, about how the two work together (*processes*) and about
*new ideas*. The words below are English stems: *price* also finds *prices* and *pricing*, because a word counts if
it begins with the stem. They only suggest; what a talk was about is what a person ticked.

- needs: what one side lacks, wants, pays or gets – demand, volumes, prices, quality, deadlines, problems
- processes: how things are done between the two – orders, deliveries, invoices, forms, meetings, handovers
- ideas: what does not exist yet – pilots, trials, prototypes, proposals, plans for something together
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

NEEDS, PROCESSES, IDEAS = "needs", "processes", "ideas"
TOPICS = (NEEDS, PROCESSES, IDEAS)
# A topic that has not come up for so many days is silent.
LONG_DAYS = 90

_STEMS = {
    NEEDS: """need want wish require requirement demand volume price pricing budget capacity shortage lack
        urgent deadline quality complain complaint problem pain priorit expect worr concern tonne quantit forecast""",
    PROCESSES: """process procedure workflow order deliver invoice payment logistic transport schedul approv handover
        onboard portal interface report audit reconcil claim routine checklist format template lead-time
        contact-person cut-off""",
    IDEAS: """new-idea ideas pilot trial prototype experiment innovat proposal propos suggest brainstorm concept explore
        co-develop co-design co-create joint-venture invent patent research workshop what-if vision roadmap""",
}
_PATTERNS = {
    topic: re.compile(r"\b(?:" + "|".join(stem.replace("-", r"[\s-]?") for stem in stems.split()) + r")", re.IGNORECASE)
    for topic, stems in _STEMS.items()
}


def suggest(text: str) -> list[str]:
    """The topics that the words of a note speak of, in the order of ``TOPICS``."""
    return [topic for topic in TOPICS if _PATTERNS[topic].search(text)]


@dataclass(frozen=True, slots=True)
class Silence:
    """A topic and since when nobody has spoken of it; ``never`` where the day is that of the first contact."""

    topic: str
    since: date
    days: int
    never: bool


def silent(
    last: Mapping[str, date | None], *, first_on: date | None, today: date, long: int = LONG_DAYS
) -> list[Silence]:
    """The topics that have not come up for ``long`` days or more, the longest first.

    ``last`` is the last day on which each came up, ``first_on`` the day of the first contact: who has been in touch
    for a short time has not been silent for long. Without any contact nothing is silent.
    """
    found = []
    for topic in TOPICS:
        day = last.get(topic)
        since = day or first_on
        if since is not None and (today - since).days >= long:
            found.append(Silence(topic, since, (today - since).days, never=day is None))
    return sorted(found, key=lambda silence: (-silence.days, TOPICS.index(silence.topic)))


@dataclass(frozen=True, slots=True)
class Share:
    """How many of so many."""

    part: int
    whole: int
