"""Search over what was said, promised and went wrong: which rows have the words, best first.

Whoever sees few relationships is asked for these: their rows, or the index of words, whichever PostgreSQL finds
cheaper. Whoever sees many is answered from the newest rows first; only what is rare in the whole book is looked up in
the index of all, and then by the rights of the person. So no search costs more than its bounds, however large the book
is and however common the word.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import and_, or_
from typing import Any, TypeAlias

from django.db.models import F, IntegerField, Q, QuerySet, Value
from django.db.models.expressions import Combinable

from accounts.models import Account, AccountAlias, User
from relationships.models import (
    FEEDBACK_SEARCHED,
    NOTE_SEARCHED,
    PROBLEM_SEARCHED,
    PROMISE_SEARCHED,
    STEP_SEARCHED,
    Commitment,
    Feedback,
    Interaction,
    Problem,
    ProblemStep,
    Relationship,
)
from web.finding import PlainText, has, has_all, read
from web.plain import Candidate, Word, best_first, words_of

# Up to so many relationships are named one by one; of up to so many all is read.
FEW, READ = 1000, 200
# What more rows of a table are likely to have is not looked up in the index of all of them: so many of the newest are
# tried.
RARE, TRIED = 20_000, 2000
# Rows of which it is known which are best.
MOST = 200
# Of the newest rows so many are looked at for whether one may see them, and so many of those that one may are read.
LATELY_SEEN, LATELY_READ = 10_000, 5000
# So many are read for words with a mistake in them.
NEARLY_READ = 2000


@dataclass(frozen=True, slots=True)
class Scope:
    """What a person may see: the keys of their relationships, none where these are many; and of organisations near.

    ``newest`` has the highest key of each model, where the newest rows are looked at.
    """

    user: User
    relationships: tuple[int, ...] | None
    accounts: Collection[int]
    newest: Mapping[Any, int] = field(default_factory=dict)


def scope_of(user: User, sources: Sequence[Source] = ()) -> Scope:
    """One query, or two for who sees many: then those are near that the person owns. One more of the sources, where it
    is asked which words are rare."""
    rows = Relationship.objects.visible_to(user).order_by().values_list("pk", "account")
    seen = [] if user.reach.everything else list(rows[: FEW + 1])
    many = user.reach.everything or len(seen) > FEW
    near = rows.filter(owner__in=user.acts_for)[:FEW] if many else seen
    accounts = {account for _pk, account in near}
    ends = _ends(sources) if many or len(seen) > READ else {}
    return Scope(user, None if many else tuple(pk for pk, _account in seen), accounts, ends)


def _ends(sources: Sequence[Source]) -> dict[Any, int]:
    models = list(dict.fromkeys(model for source in sources for model in (source.model, source.told_by)))
    place = [Value(at, output_field=IntegerField()) for at in range(len(models))]
    lots: list[QuerySet[Any, Any]] = [
        model.objects.order_by("-pk").annotate(at=at).values_list("at", "pk")[:1]
        for at, model in zip(place, models, strict=True)
    ]
    return {models[at]: newest for at, newest in lots[0].union(*lots[1:], all=True)} if lots else {}


def partners(scope: Scope, words: tuple[Word, ...]) -> list[int]:
    """Keys of relationships that the person may see, by their own name with any of the organisation's. One query."""
    seen = Relationship.objects.visible_to(scope.user).order_by()
    if scope.relationships is not None:
        # Few: both names together are read of each.
        both = [_called(seen.filter(pk__in=scope.relationships), ("account__name", "name"), words)]
    else:
        both = [_called(rows, ("account__name",), words) for rows in (seen, seen.filter(account__in=scope.accounts))]
        both.append(_called(seen.exclude(name=""), ("name",), words))
    other = AccountAlias.objects.alias(plain=PlainText("name")).filter(has_all("plain", words, nearly=True))
    also = seen.filter(account__aliases__in=other).values_list("pk", "account__aliases__name", "name", "owner")[:MOST]
    own = scope.user.acts_for
    found = [
        Candidate(pk, f"{account} {name}", own=owner in own)
        for pk, account, name, owner in both[0].union(*both[1:], also)
    ]
    return best_first(found, words, nearly=True, names=True)


def _called(rows: QuerySet[Any, Any], columns: tuple[str, ...], words: tuple[Word, ...]) -> QuerySet[Any, Any]:
    told = rows.alias(plain=PlainText(*columns)).filter(has_all("plain", words, nearly=True))
    named: QuerySet[Any, Any] = told.values_list("pk", "account__name", "name", "owner")
    return named[:MOST]


# A plural is so many letters longer.
PLURAL, PLURAL_FROM = 2, 4


def _is(word: Word, other: Word) -> bool:
    if word.text == other.text:
        return True
    short, long = sorted((word.text, other.text), key=len)
    return len(short) >= PLURAL_FROM and long.startswith(short) and len(long) - len(short) <= PLURAL


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of rows in which is searched: what of it is read, and the day by which the newest comes first.

    ``key`` is the row that is shown for it: of a step of a problem the problem. ``relationship`` is the path to it.
    ``choice`` is the column of its kind, whose words find it too: *complaint*.
    """

    model: Any
    columns: tuple[str, ...]
    day: str
    key: str = "pk"
    relationship: str = "relationship"
    choice: str = ""

    def text(self, row: Any) -> str:
        return " · ".join(filter(None, (getattr(row, column) for column in self.columns)))

    @property
    def labels(self) -> dict[Any, str]:
        """What each kind is called."""
        return dict(self.model._meta.get_field(self.choice).flatchoices) if self.choice else {}

    def kinds(self, word: Word) -> list[Any]:
        """Those that are called so: by a whole word, or its plural."""
        return [kind for kind, label in self.labels.items() if any(_is(word, of) for of in words_of(str(label)))]

    @property
    def told_by(self) -> Any:
        """The model whose keys say which rows are the newest."""
        return self.model

    def seen_by(self, user: User) -> QuerySet[Any, Any]:
        """All that the person may see, whether PostgreSQL begins with what they see or with the words."""
        rows: QuerySet[Any, Any] = self.model.objects.visible_to(user)
        return rows

    def lately(self, user: User, newest: int, most: int) -> QuerySet[Any, Any]:
        """Of the newest those that the person may see, by when they were written."""
        seen = self.seen_by(user).filter(pk__gt=newest - LATELY_SEEN).order_by("-pk")
        rows: QuerySet[Any, Any] = self.model.objects.filter(pk__in=seen.values("pk")[:most])
        return rows

    def of_these(self, user: User, relationships: Collection[int]) -> QuerySet[Any, Any]:
        """What of it hangs on these relationships."""
        return self.seen_by(user).filter(**{f"{self.relationship}__in": relationships})

    def with_these(self, user: User, accounts: Collection[int]) -> QuerySet[Any, Any]:
        """What of it is with these organisations."""
        return self.seen_by(user).filter(self.is_with(user, accounts))

    def is_with(self, user: User, accounts: Collection[int]) -> Q:
        """The condition that a row is with one of these organisations, as far as the person may know that it is."""
        return Q(account__in=accounts)

    def partner(self, user: User) -> Combinable:
        """The name of the organisation that it is with."""
        return F("account__name")


NOTES = Source(Interaction, NOTE_SEARCHED, "occurred_on")
FEEDBACK = Source(Feedback, FEEDBACK_SEARCHED, "heard_on", choice="nature")
PROMISES = Source(Commitment, PROMISE_SEARCHED, "binding_on")
PROBLEMS = Source(Problem, PROBLEM_SEARCHED, "opened_on", choice="severity")
# What was written as it was solved, came back or was owned up to.
STEPS = Source(ProblemStep, STEP_SEARCHED, "done_on", "problem", "problem__relationship")


@dataclass(frozen=True, slots=True)
class Sought:
    """The words, and for each the organisations in whose name it stands: there it need not stand in the text too.

    ``kinds``: nor where it says what kind of row it is.
    """

    words: tuple[Word, ...]
    named: tuple[frozenset[int], ...]
    kinds: bool = True


def sought(scope: Scope, words: tuple[Word, ...]) -> Sought:
    """*ewos prices* is a note about prices with Ewos. One query; none for one word, which has to be in the text."""
    accounts = Account.objects.listed_for(scope.user).order_by().alias(plain=PlainText("name"))
    if scope.relationships is not None:
        accounts = accounts.filter(pk__in=scope.accounts)
    place = [Value(at, output_field=IntegerField()) for at in range(len(words))]
    lots = [
        accounts.filter(has("plain", word)).annotate(word=at).values_list("word", "pk")[:MOST]
        for at, word in zip(place, words, strict=True)
    ]
    found = list(lots[0].union(*lots[1:], all=True)) if len(words) > 1 else []
    return Sought(words, tuple(frozenset(pk for of, pk in found if of == at) for at in range(len(words))))


@dataclass(frozen=True, slots=True)
class Found:
    """Keys, the best first; ``more``: there may be others, that were not looked at. ``nearly``: none has the words."""

    keys: list[int]
    more: bool = False
    nearly: bool = False


def keys(sources: Sequence[Source], scope: Scope, sought: Sought) -> Found:
    """Those of the rows that have all the words, and only where none has, of those that nearly have them."""
    look: Look = _few if scope.relationships is not None else _many
    lots = [look(source, scope, sought) for source in sources]
    if any(found for found, _more in lots):
        best = best_first([one for lot, _more in lots for one in lot], sought.words, nearly=False)
        return Found(best, any(more for _lot, more in lots))
    meant = [one for source in sources for one in _nearly(source, scope, sought)]
    return Found(best_first(meant, sought.words, nearly=True), nearly=True)


Lot: TypeAlias = tuple[list[Candidate], bool]
Look: TypeAlias = Callable[[Source, Scope, Sought], Lot]


def _few(source: Source, scope: Scope, sought: Sought) -> Lot:
    # No index has a kind beside the words.
    kinds = any(source.kinds(word) for word in sought.words)
    few = len(scope.relationships or ()) <= READ or kinds or not _is_rare(source, scope, sought)
    found = _newest(source, scope, _having(source, scope, _own(source, scope), sought, few=few))
    return found, len(found) >= MOST


def _many(source: Source, scope: Scope, sought: Sought) -> Lot:
    """The newest; then, by an index of their own, what is with a partner that is named, and what has all the words."""
    seen, in_text = source.seen_by(scope.user), replace(sought, named=(frozenset(),) * len(sought.words), kinds=False)
    found = _newest(source, scope, _having(source, scope, _lately(source, scope, LATELY_READ), sought, few=True))
    if len(found) >= MOST:
        return found, True
    if named := frozenset[int]().union(*sought.named):
        theirs = source.with_these(scope.user, named)
        found += _newest(source, scope, _having(source, scope, theirs, sought, few=True))
    if rare := _is_rare(source, scope, in_text):
        found += _newest(source, scope, _having(source, scope, seen, in_text))
    elif not found:
        found = _newest(source, scope, _having(source, scope, _own_newest(source, scope), sought, few=True))
    return found, not rare or len(found) >= MOST


def _is_rare(source: Source, scope: Scope, sought: Sought) -> bool:
    """Whether few rows of the table are likely to be let through by its index, of whoever they are.

    Of the newest it is counted, and nothing else told.
    """
    newest = scope.newest.get(source.model, 0)
    tried = source.model.objects.filter(pk__gt=newest - TRIED).order_by()
    return bool(_having(source, scope, tried, sought, few=True).count() * newest <= RARE * TRIED)


def _nearly(source: Source, scope: Scope, sought: Sought) -> list[Candidate]:
    """Read and not looked up: of a word with a mistake the index knows only what half of all texts have."""
    if scope.relationships is None:
        rows = _lately(source, scope, NEARLY_READ)
    else:
        newest = _own(source, scope).order_by(f"-{source.day}", "-pk").values("pk")[:NEARLY_READ]
        rows = source.model.objects.filter(pk__in=newest)
    return _newest(source, scope, _having(source, scope, rows, sought, few=True, nearly=True))


def _own(source: Source, scope: Scope) -> QuerySet[Any, Any]:
    return source.of_these(scope.user, scope.relationships or ())


def _lately(source: Source, scope: Scope, most: int) -> QuerySet[Any, Any]:
    return source.lately(scope.user, scope.newest.get(source.told_by, 0), most)


def _own_newest(source: Source, scope: Scope) -> QuerySet[Any, Any]:
    """The newest that the person may see, however long ago: through their relationships."""
    rows: QuerySet[Any, Any] = source.model.objects.filter(
        pk__in=source.seen_by(scope.user).order_by("-pk").values("pk")[:LATELY_READ]
    )
    return rows


def _having(
    source: Source, scope: Scope, rows: QuerySet[Any, Any], sought: Sought, *, few: bool = False, nearly: bool = False
) -> QuerySet[Any, Any]:
    """``few``: they are read, and the index of all is left alone."""
    condition = _condition(source, scope, sought, nearly=nearly)
    told: QuerySet[Any, Any] = rows.alias(plain=PlainText(*source.columns))
    return told.filter(read(condition) if few else condition)


def _condition(source: Source, scope: Scope, sought: Sought, *, nearly: bool) -> Q:
    here = [has("plain", word, nearly=nearly) for word in sought.words]
    if sought.kinds and source.choice:
        of = [source.kinds(word) for word in sought.words]
        here = [
            one | Q(**{f"{source.choice}__in": kinds}) if kinds else one for one, kinds in zip(here, of, strict=True)
        ]
    if not any(sought.named):
        return reduce(and_, here, Q())
    each = [
        one | source.is_with(scope.user, named) if named else one for one, named in zip(here, sought.named, strict=True)
    ]
    # The name alone would be every row of theirs.
    return reduce(and_, each, reduce(or_, here))


def _newest(source: Source, scope: Scope, rows: QuerySet[Any, Any]) -> list[Candidate]:
    # As no index has it: else the planner may go through one by day, and read all of a table for a rare word.
    newest = rows.order_by(F(source.day).desc(nulls_last=True), F("pk").desc(nulls_last=True))
    kind = F(source.choice) if source.choice else Value("")
    found = newest.values_list(source.key, source.day, kind, source.partner(scope.user), *source.columns)[:MOST]
    called = source.labels
    return [
        Candidate(pk, " · ".join(filter(None, (str(called.get(kind, "")), *told))), (-day.toordinal(), -pk))
        for pk, day, kind, *told in found
    ]
