"""What search costs as the book grows, and what its index of notes adds to a log (``make bench PART=search``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

# Twenty words for each note of two thousand, the first of them in every other note and the last in hardly any.
NOTES = """
CREATE TEMPORARY TABLE bench_words AS
SELECT n, translate(substr(md5(n::text), 1, 5 + n %% 5), '0123456789abcdef', 'etaoinshrdlucmfw') AS word
  FROM generate_series(0, 1999) n;
CREATE INDEX ON bench_words (n);
UPDATE relationships_interaction i SET summary = (
    SELECT string_agg(w.word, ' ')
      FROM generate_series(1, 20) place
      JOIN bench_words w
        ON w.n = (2000 * power((('x' || substr(md5(i.id || '-' || place), 1, 7))::bit(28)::int / 268435456.0), 4))::int
) WHERE i.account_id = ANY(%s);
DROP TABLE bench_words;
"""
OWN = "A savings table for the ferry, as the harbour master asked"


def write_notes(cursor: Any, accounts: list[int]) -> None:
    """Words into the notes of these, without the index, which is made anew of all."""
    with _without_index():
        cursor.execute(NOTES, [accounts])


@contextmanager
def _without_index() -> Iterator[None]:
    from django.db import connection

    from relationships.models import Interaction

    (index,) = (one for one in Interaction._meta.indexes if one.name == "interaction_search")
    with connection.schema_editor() as editor:
        editor.remove_index(Interaction, index)
    yield
    with connection.schema_editor() as editor:
        editor.add_index(Interaction, index)


def deeds(alice: Any, own: Any, whole: Any) -> dict[str, Callable[[], object]]:
    """The person's own book, which is the same in both, and the whole of it, by words that are rare and common."""
    from django.db import connection
    from django.urls import reverse

    from relationships.models import Interaction

    # An own one, old among all, and the newest of all: with a mistake only the newest of a whole book are read.
    first = Interaction.objects.filter(relationship__owner=alice).order_by("pk").values_list("pk", flat=True)[0]
    last = Interaction.objects.order_by("-pk").values_list("pk", flat=True)[0]
    Interaction.objects.filter(pk__in=[first, last]).update(summary=OWN)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE relationships_interaction")
        cursor.execute("SELECT translate(substr(md5('0'), 1, 5), '0123456789abcdef', 'etaoinshrdlucmfw')")
        ((common,),) = cursor.fetchall()

    def ask(client: Any, words: str) -> object:
        answer = client.get(reverse("search"), {"q": words}, headers={"HX-Request": "true"})
        assert b"data-hit" in answer.content, words
        return answer

    return {
        "search of an own note": partial(ask, own, "savings ferry"),
        "search of an own note, with a mistake": partial(ask, own, "savnigs ferry"),
        "search of a common word, own book": partial(ask, own, common),
        "search of an own partner": partial(ask, own, "partner 77"),
        "search of a note, whole book": partial(ask, whole, "savings ferry"),
        "search of a note, whole book, with a mistake": partial(ask, whole, "savnigs ferry"),
        "search of a common word, whole book": partial(ask, whole, common),
    }


def log_times(alice: Any, median_ms: Callable[..., float]) -> dict[str, Any]:
    """A log with a note of three hundred letters, with the index and without it."""
    from relationships import actions
    from relationships.models import Interaction, Relationship
    from web.clock import Now

    row = Relationship.objects.filter(owner=alice).order_by("-pk")[0]
    texts = Interaction.objects.exclude(summary="").order_by("-pk").values_list("summary", flat=True)[:200]
    notes = [f"{one} {other}" for one, other in zip(texts[::2], texts[1::2], strict=True)]

    def log() -> object:
        now = Now.read()
        return actions.log_interaction(
            actor=alice, now=now, relationship=row, occurred_on=row.today(now), channel="call", summary=notes.pop()
        )

    with_it = median_ms(log, 31)
    with _without_index():
        without = median_ms(log, 31)
    return {
        "milliseconds of a log with the index of notes, and without": [round(with_it, 1), round(without, 1)],
        "a log with the index of notes, times longer than without": round(with_it / without, 2),
    }
