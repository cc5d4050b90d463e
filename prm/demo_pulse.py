"""What both sides of some partners of the demonstration company were asked, one question at a time, and said.

Written before the sweep, which asks the next questions of the others: so some are answered, some open, some skipped.
Havbris waits for its owner's tap, Northmere for Northmere; Tarn Valley and Castell see it otherwise than we do;
Bramble & Finch is satisfied and would choose others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from relationships.models import EvidenceSums, Pulse, PulseAnswer, Relationship, Stakeholder
from web.clock import Now

DAY = timedelta(days=1)
SKIPPED, OPEN = 0, -1


@dataclass(frozen=True)
class Asked:
    """So many days ago; 1 to 5 of each side, or skipped, or open; theirs came by link or was entered by the owner."""

    partner: str
    question: str
    ago: int
    ours: int
    theirs: int = SKIPPED
    words: str = ""
    our_words: str = ""
    link: bool = False


ASKED = (
    Asked("Northmere Foods", "satisfaction", 212, 4, 5, "Nobody else answers on a Sunday", link=True),
    Asked("Northmere Foods", "keeps_word", 180, 4, 5, link=True),
    Asked("Northmere Foods", "choose_again", 149, 4, 5, link=True),
    Asked("Northmere Foods", "listens", 118, 4, 4),
    Asked("Northmere Foods", "worth_price", 88, 3, 4, "The two hubs pay for themselves", link=True),
    Asked("Northmere Foods", "open_about_trouble", 57, 4, SKIPPED),
    Asked("Northmere Foods", "knows_them", 26, 5, 4),
    Asked("Northmere Foods", "fair", 5, 4, OPEN),
    Asked("Havbris Sea Farm", "satisfaction", 131, 4, 4, "The boxes come when they are needed"),
    Asked("Havbris Sea Farm", "keeps_word", 100, 4, 2, "Two rounds late, nobody rang", "We met all dates", link=True),
    Asked("Havbris Sea Farm", "choose_again", 70, 4, 4),
    Asked("Havbris Sea Farm", "listens", 38, 3, 3),
    Asked("Havbris Sea Farm", "worth_price", 2, OPEN),
    Asked("Tarn Valley Dairy", "satisfaction", 95, 5, 3, "It got better since the autumn", link=True),
    Asked("Tarn Valley Dairy", "keeps_word", 64, 4, 4),
    Asked("Tarn Valley Dairy", "choose_again", 33, 5, 3, "We would ask around first"),
    Asked("Castell Bakeries", "satisfaction", 120, 4, 2, "The night run", link=True),
    Asked("Castell Bakeries", "open_about_trouble", 84, 4, 1, "We heard it from our shops", "We told them", link=True),
    Asked("Castell Bakeries", "choose_again", 52, 3, 2),
    Asked("Bramble & Finch", "satisfaction", 77, 4, 5, "Always friendly"),
    Asked("Bramble & Finch", "choose_again", 45, 4, 2, "Head office wants one carrier for all shops", link=True),
    Asked("Nordhavn Lines", "satisfaction", 60, 4, 4),
    Asked("Nordhavn Lines", "keeps_word", 29, SKIPPED, 4),
    Asked("Fjordfôr Feed", "satisfaction", 90, 4, 4, link=True),
    Asked("Fjordfôr Feed", "choose_again", 58, 4, 5, link=True),
    Asked("Fjordfôr Feed", "fair", 27, 3, 3),
    Asked("Marlow Paper", "satisfaction", 41, 2, 3, "Ask again when the mill runs"),
)  # fmt: skip


def write(named: Mapping[str, Relationship], now: Now) -> int:
    told = [(one, row) for one in ASKED if (row := named.get(one.partner)) is not None]
    people: dict[int, Stakeholder] = {}
    for person in Stakeholder.objects.filter(relationship__in=[row.pk for _one, row in told]).order_by("-pk"):
        people[person.relationship_id] = person
    ours = Pulse.objects.bulk_create(_pulse(one, row, "ours", one.ours, now) for one, row in told)
    both = [
        (one, row, _pulse(one, row, "theirs", one.theirs, now, follows=first, person=people.get(row.pk)))
        for (one, row), first in zip(told, ours, strict=True)
        if one.ours != OPEN
    ]
    Pulse.objects.bulk_create(made for _one, _row, made in both)
    PulseAnswer.objects.bulk_create(
        [
            *_of_ours(((one, row, made) for (one, row), made in zip(told, ours, strict=True))),
            *_of_theirs(both, people),
        ]
    )
    # Judged today already, without these answers: the sweep judges as for the first time, and finds since when a flag
    # has stood.
    answered = EvidenceSums.objects.filter(relationship__in=[row.pk for _one, row in told])
    answered.update(flags_as_of=None, flags_stale=True)
    return len(told)


def _pulse(
    one: Asked,
    row: Relationship,
    side: str,
    answer: int,
    now: Now,
    *,
    follows: Pulse | None = None,
    person: Stakeholder | None = None,
) -> Pulse:
    on = row.today(now) - one.ago * DAY
    state = {OPEN: "open", SKIPPED: "skipped"}.get(answer, "answered")
    closed_on = None if answer == OPEN else on + (DAY if side == "theirs" and one.ago > 1 else timedelta())
    return Pulse(
        relationship=row,
        account_id=row.account_id,
        question=one.question,
        side=side,
        asked_on=on,
        occasion="month",
        follows=follows,
        state=state,
        closed_on=closed_on,
        to_stakeholder=person if one.link else None,
    )


def _of_ours(rows: Iterable[tuple[Asked, Relationship, Pulse]]) -> Iterable[PulseAnswer]:
    return (
        _answer(row, made, one.ours, one.our_words, answered_by=row.owner, way="own")
        for one, row, made in rows
        if one.ours > 0
    )


def _of_theirs(
    rows: Iterable[tuple[Asked, Relationship, Pulse]], people: Mapping[int, Stakeholder]
) -> Iterable[PulseAnswer]:
    for one, row, made in rows:
        if one.theirs <= 0:
            continue
        person = people.get(row.pk)
        by_link = one.link and person is not None
        yield _answer(
            row,
            made,
            one.theirs,
            one.words,
            said_by=person,
            entered_by=None if by_link else row.owner,
            way="link" if by_link else "staff",
        )


def _answer(row: Relationship, made: Pulse, score: int, words: str, **more: object) -> PulseAnswer:
    return PulseAnswer(
        pulse=made,
        relationship=row,
        account_id=row.account_id,
        question=made.question,
        side=made.side,
        score=score,
        words=words,
        on=made.closed_on or made.asked_on,
        **more,
    )
