"""Words looked for in columns: the conditions that the trigram indexes answer (docs/adr/0039)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, ExpressionWrapper, F, Func, Q, TextField, Value
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce, Left

from web.plain import Word, swapped

# What may stand before a word; few signs, so that pg_trgm makes trigrams of them.
_BEFORE = r"""[ \n\t(/.,:;"'&+-]"""

# A function of its own, as an index takes only what never changes, and unaccent could be given another dictionary. Its
# cost is what it takes: the planner then goes through an index rather than through many texts. What it names is bound
# when it is made, so that a restore finds it.
MAKE_PLAIN = """
CREATE FUNCTION concord_plain(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 400
RETURN lower(unaccent('unaccent'::regdictionary, $1))
"""
DROP_PLAIN = "DROP FUNCTION concord_plain(text)"


# Likewise for lists of words, which PostgreSQL has no function for.
MAKE_CAPITALS = """
CREATE FUNCTION concord_capitals(text[]) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (SELECT array_agg(upper(word)) FROM unnest($1) AS word)
"""
DROP_CAPITALS = "DROP FUNCTION concord_capitals(text[])"


class Capitals(Func):
    """A list of words, each in capitals; null for an empty one."""

    function = "concord_capitals"
    output_field = ArrayField(TextField())


class PlainText(Func):
    """Columns in one, as ``web.plain.plain`` makes them; a blank stands before each. Null where one of them is."""

    function = "concord_plain"

    def __init__(self, *columns: str) -> None:
        joined = reduce(_beside, (_beside(Value(" "), F(column)) for column in columns))
        super().__init__(joined, output_field=TextField())


# So many letters of a text: of those an index may be made in order, however long the text is.
BEGINNING = 60


class Beginning(Left):
    """The first letters of a ``PlainText``: what a text begins with is found without going through all that have it.

    Of a word that half of all names have, and none begins with, the index of trigrams would read them all.
    """

    def __init__(self, *columns: str) -> None:
        super().__init__(PlainText(*columns), BEGINNING)


def begins_with(column: str, words: Iterable[Word]) -> Q:
    """The condition that a ``Beginning`` begins with these, one after the other."""
    return Q(**{f"{column}__startswith": (" " + " ".join(word.text for word in words))[:BEGINNING]})


def read(condition: Q) -> Coalesce:
    """The same condition for rows that are few already: it is tried on these, after all that makes them few.

    How many rows of a table have a word PostgreSQL only guesses, and a guess that is wrong reads a table for a page. Of
    what stands within ``coalesce`` it guesses nothing, and it looks it up in no index.
    """
    return Coalesce(ExpressionWrapper(condition, output_field=BooleanField()), Value(value=False))


def _beside(one: object, other: object) -> CombinedExpression:
    return CombinedExpression(one, "||", other, output_field=TextField())  # type: ignore[arg-type]


def has(column: str, word: Word, *, nearly: bool = False) -> Q:
    """The condition that a ``PlainText`` has the word in it, in one of its spellings; ``nearly``: or with a mistake.

    Of those with a mistake more pass than are meant: ``web.plain.match`` decides.
    """
    if word.phrase:
        return Q(**{f"{column}__regex": "[^[:alnum:]]+".join(word.text.split())})
    if word.begins:
        return _any(Q(**{f"{column}__regex": _BEFORE + spelling}) for spelling in word.spellings)
    exact = _any(Q(**{f"{column}__contains": spelling}) for spelling in word.spellings)
    if not (nearly and word.mistakes):
        return exact
    mixed = _any(Q(**{f"{column}__contains": spelling}) for spelling in swapped(word.text))
    return exact | mixed | _any(Q(**{f"{column}__trigram_word_similar": spelling}) for spelling in word.spellings)


def has_all(column: str, words: tuple[Word, ...], *, nearly: bool = False) -> Q:
    """The condition that it has every one of them."""
    found = Q()
    for word in words:
        found &= has(column, word, nearly=nearly)
    return found


def _any(conditions: Iterable[Q]) -> Q:
    return reduce(or_, conditions, Q(pk__in=[]))
