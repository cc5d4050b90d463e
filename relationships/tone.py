"""Whether what we say to a partner is written for business (pure): shouting, insults, blame, threats, sarcasm.

A note points at the words and never blocks. It would rather miss something than cry wolf over ordinary text: acronyms,
names, one exclamation mark and what is quoted are left alone. The lists are our own judgement; words of other languages
stand there only where they mean nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

# Of what is longer only the beginning is looked at.
LONGEST = 20_000
# So many of the words found are named.
MOST_WORDS = 3
LONGEST_WORDS = 60


class Kind(StrEnum):
    """What a note is about, the gravest first."""

    INSULT = "insult"
    THREAT = "threat"
    BLAME = "blame"
    SHOUTING = "shouting"
    SARCASM = "sarcasm"


@dataclass(frozen=True, slots=True)
class Note:
    """One kind of thing that was found, and the words that it points at, in the order of the text."""

    kind: Kind
    words: tuple[str, ...]


# What is quoted ------------------------------------------------------------------------------------------------------

# Straight single quotes are apostrophes too often to be told apart.
_QUOTED: Final = re.compile(
    r"“[^“”]{0,2000}”|„[^„“”]{0,2000}[“”]|«[^«»]{0,2000}»|»[^«»]{0,2000}«|\"[^\"\n]{0,2000}\"|^[ \t]*>.*$", re.MULTILINE
)


def _own_words(text: str) -> str:
    """The text with what is quoted blanked out, each letter in its place."""
    return _QUOTED.sub(lambda found: " " * len(found.group()), text[:LONGEST])


# Shouting ------------------------------------------------------------------------------------------------------------

# After a word, as ``!!`` alone begins a promise in a note, and a tag in some formats.
_ROW_OF_MARKS: Final = re.compile(r"(?:(?<=\w)|(?<=\w )|(?<=[)”\"’']))(?:[!?]*!![!?]*|\?{3,})(?=\s|$|[)\]”\"’'])")
_BETWEEN: Final = re.compile(r"[ \t,;:–—-]{1,10}")
_CAPITALS: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
# No acronyms, and not the words of a heading: three in a row in capitals, one of them of these, are a raised voice.
_SPOKEN: Final = frozenset(
    {
        "YOU", "YOUR", "YOURS", "WE", "US", "NOT", "NEVER", "ALWAYS", "WHY", "WHAT", "WHEN", "IS", "ARE", "WAS", "HAVE",
        "HAS", "DO", "DOES", "DON'T", "DON’T", "CAN'T", "CAN’T", "WON'T", "WON’T", "MUST", "NEED", "WANT", "STOP",
        "NOW", "AGAIN", "PLEASE", "THIS", "THAT", "SIE", "IHR", "WIR", "NICHT", "NIE", "IMMER", "WARUM", "JETZT",
        "SCHON", "BITTE", "VOUS", "NOUS", "JAMAIS", "TOUJOURS", "POURQUOI", "USTEDES", "NUNCA", "SIEMPRE",
    }
)  # fmt: skip
_WORDS_IN_A_ROW = 3
# Without one of them: so many words in capitals, most of them too long for acronyms.
_LONG_ROW, _LONG_WORD = 6, 6


def _shouting(text: str) -> Iterator[tuple[int, str]]:
    for found in _ROW_OF_MARKS.finditer(text):
        yield found.start(), _with_the_word_before(text, found.start(), found.end())
    row: list[re.Match[str]] = []
    for found in _CAPITALS.finditer(text):
        raised = found.group().isupper()
        goes_on = raised and (not row or bool(_BETWEEN.fullmatch(text, row[-1].end(), found.start())))
        if not goes_on and _is_shouted(row):
            yield row[0].start(), text[row[0].start() : row[-1].end()]
        row = [*row, found] if goes_on else [found] if raised else []
    if _is_shouted(row):
        yield row[0].start(), text[row[0].start() : row[-1].end()]


def _is_shouted(row: list[re.Match[str]]) -> bool:
    words = [found.group() for found in row]
    if len(words) >= _WORDS_IN_A_ROW and sum(word in _SPOKEN for word in words) * 3 >= len(words):
        return sum(map(len, words)) > 2 * len(words)
    return len(words) >= _LONG_ROW and 2 * sum(len(word) >= _LONG_WORD for word in words) > len(words)


def _with_the_word_before(text: str, start: int, end: int) -> str:
    before = re.search(r"\S*\s?$", text[max(0, start - 30) : start])
    return ((before.group() if before else "") + text[start:end]).strip()


# Words ---------------------------------------------------------------------------------------------------------------

_INSULTS: Final = re.compile(
    r"\b(?:"
    # English
    r"idiots?|idiotic|imbeciles?|moronic|scumbags?|bastards?|assholes?|arseholes?|bullshit|dimwits?|dumbass(?:es)?|"
    r"(?:you|your \w+|they) (?:are|is|were|was) (?:all |so |just |completely |utterly |totally )?"
    r"(?:stupid|useless|pathetic|incompetent|liars?|crooks?|morons?|clowns?|a joke|a disgrace|a bunch of \w+)|"
    r"stupid (?:people|team|company|lot|person)|useless (?:people|team|lot)|incompetent (?:people|team|lot|fools?)|"
    # German
    r"idioten?|vollidioten?|trottel|schwachk(?:opf|öpfe)|arschl(?:och|öcher)|schei(?:ß|ss)e|bescheuert\w*|"
    # French, Spanish, Italian, Portuguese
    r"imbéciles?|crétins?|connards?|idiotes|idiotas?|imbécil(?:es)?|estúpid[oa]s?|mentiros[oa]s?|mierda|cretin[oi]|"
    r"stupid[oi]|bugiard[oi]|stronz[oi]|merda|"
    # Dutch, the Scandinavian languages, Polish
    r"idioot|klootzak(?:ken)?|leugenaars?|idioter|drittsekk(?:er)?|løgnere?|skitstövlar?|lögnare|kretyni?|kłamc[ay]"
    r")\b",
    re.IGNORECASE,
)

# What people do that others reproach them with; what one "always gets" or "never needs" is no reproach.
_CONDUCT: Final = (
    r"(?:answer|repl|respond|listen|deliver|call|write|wrote|pay|paid|keep|kept|tell|told|forget|forgot|fail|ignor|"
    r"chang|complain|break|broke|cancel|miss|let us|let me|care|understand|understood|late|too late|"
    r"come late|came late|do what|did what|do your|make mistakes|made mistakes|find excuses|leave us|left us)"
)
_BLAME: Final = re.compile(
    r"\b(?:"
    r"you(?: have|’ve|'ve|’re|'re| are)? (?:always|never|constantly)(?: ever)? " + _CONDUCT + r"\w*|"
    r"you(?: people| guys| lot)? (?:just )?(?:keep|kept) (?:failing|forgetting|ignoring|missing|breaking|complaining)|"
    r"your (?:own |entire |damn )?fault|"
    r"(?:all |only |just |solely )?because of you(?= *(?:[.,;:!?\n)]|$|we\b|our\b|and\b|that\b|people\b))|"
    r"you (?:should|ought to) have known|you have only yourselves? to blame|(?:we|I) blame you\b|you are to blame|"
    r"the blame (?:is|lies) (?:with you|yours)|you (?:screwed|messed|cocked) (?:it |this |everything |us )?up|"
    r"you people (?:never|always|can|do)\w*|"
    # German
    r"(?:eure|deine) (?:eigene )?schuld|(?:ist|war|alles) ihre (?:eigene )?schuld|"
    r"(?:nur |alles )?wegen euch(?= *(?:[.,;:!?\n)]|$))|"
    r"(?:sie|ihr) (?:antworten|antwortet|liefern|liefert|hören|hört|melden|meldet)(?: \w+){0,2} (?:nie|niemals)|"
    # French
    r"c['’]est (?:de )?(?:votre|ta) faute|vous ne (?:répondez|écoutez|livrez|tenez|rappelez) jamais|"
    # Spanish, Italian, Portuguese
    r"(?:es|fue|todo) (?:su|tu|vuestra) culpa|por culpa (?:suya|tuya|vuestra|de ustedes|de vosotros)|"
    r"(?:è|tutta) colpa (?:vostra|tua|sua)|per colpa (?:vostra|tua)|(?:é|foi) culpa (?:sua|vossa)|"
    # Dutch, Norwegian, Danish, Swedish
    r"(?:jullie|uw|jouw) (?:eigen )?schuld|er (?:din|deres) (?:egen )?(?:skyld|feil|fejl)|är (?:ert|ditt) (?:eget )?fel"
    r")",
    re.IGNORECASE,
)
# "You always deliver on time" is praise.
_PRAISES: Final = re.compile(
    r"\b(?:thank|kind|friendly|great|appreciat|quick|promptly|on time|in time|reliabl|well\b|good|glad|happy|helpful|"
    r"within|fast|punctual|what you promise|your promise|your word|your promises)",
    re.IGNORECASE,
)

_THREATS: Final = re.compile(
    r"\bor else *(?=[.!?…]|$)|"
    r"\b(?:"
    r"you(?:['’]ll| will| are going to) (?:regret|be sorry|pay for this)|"
    r"(?:last|final) (?:warning|chance)\b|see you in court|(?:face|bear|suffer) the consequences|"
    r"there will be consequences|our lawyers (?:will|are)|(?:take|taking|start|begin) legal (?:action|steps)|"
    r"if you (?:don['’]t|do not|won['’]t|will not|can['’]t|cannot|fail to) [^.!?\n]{1,100}?"
    r"(?:we|I)(?:['’]ll| will| shall| are going to) (?:sue|leave you|leave\b|terminate|go elsewhere|look elsewhere|"
    r"report you|stop paying|withhold|take our business|"
    r"cancel (?:the|our|this|every) (?:contract|agreement|partnership)|"
    r"end (?:the|our|this) (?:contract|agreement|partnership|relationship))|"
    # German
    r"letzte (?:warnung|chance)|rechtliche schritte|vor gericht sehen|wir sehen uns vor gericht|"
    r"(?:sie|ihr) (?:werden|werdet) (?:es|das) (?:noch )?bereuen|"
    # French, Spanish, Italian
    r"dernier avertissement|dernière chance|poursuites judiciaires|vous (?:allez )?(?:le|nous) regretter(?:ez)?|"
    r"última advertencia|acciones legales|se arrepentirán|ultimo avvertimento|azioni legali|ve ne pentirete|"
    # Dutch, Norwegian, Danish, Swedish
    r"laatste waarschuwing|juridische stappen|siste advarsel|sidste advarsel|sista varningen?"
    r")",
    re.IGNORECASE | re.MULTILINE,
)

_SARCASM: Final = re.compile(
    r"\b(?:"
    r"thanks (?:a lot )?for nothing|thank you for nothing|"
    r"(?:what a|big|huge) surprise *(?=[.!?…]|$)|how surprising *(?=[.!?…]|$)|"
    r"oh,? (?:great|wonderful|brilliant|fantastic|lovely|well done|how nice) *(?=[.!?,…]|$)|"
    r"as if you (?:cared|knew|read|listened)|yeah,? right *(?=[.!?…]|$)|"
    r"congratulations (?:on|for) (?:losing|failing|breaking|missing|forgetting|ignoring|ruining)|"
    r"(?:nice|great|good) job (?:losing|failing|breaking|missing|forgetting|ignoring|ruining)|"
    r"(?:well done|bravo|brilliant|great), as (?:usual|always|ever)|"
    r"na toll|danke für nichts|vielen dank auch *(?=[.!?…]|$)|wie überraschend *(?=[.!?…]|$)|"
    r"merci pour rien|quelle surprise *(?=[.!?…]|$)|gracias por nada|bedankt voor niets|"
    r"takk for ingenting|tack för inget"
    r")",
    re.IGNORECASE | re.MULTILINE,
)


def _sentence_around(text: str, start: int, end: int) -> str:
    first = max(text.rfind(mark, 0, start) for mark in ".!?\n") + 1
    ends = [at for mark in ".!?\n" if (at := text.find(mark, end)) >= 0]
    return text[first : min(ends, default=len(text))]


def _blame(text: str) -> Iterator[tuple[int, str]]:
    for found in _BLAME.finditer(text):
        is_habit = re.search(r"\balways\b", found.group(), re.IGNORECASE)
        if not (is_habit and _PRAISES.search(_sentence_around(text, found.start(), found.end()))):
            yield found.start(), found.group()


def _matches(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, str]]:
    return ((found.start(), found.group()) for found in pattern.finditer(text))


# Reading -------------------------------------------------------------------------------------------------------------


def read(text: str) -> list[Note]:
    """What a partner may take amiss, the gravest kind first; nothing for ordinary text."""
    own = _own_words(text)
    found = {
        Kind.INSULT: _matches(_INSULTS, own),
        Kind.THREAT: _matches(_THREATS, own),
        Kind.BLAME: _blame(own),
        Kind.SHOUTING: _shouting(own),
        Kind.SARCASM: _matches(_SARCASM, own),
    }
    notes = []
    for kind, places in found.items():
        words = [_clipped(word) for _start, word in sorted(places)]
        if words:
            notes.append(Note(kind, tuple(dict.fromkeys(words))[:MOST_WORDS]))
    return notes


def _clipped(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= LONGEST_WORDS else f"{line[: LONGEST_WORDS - 1].rstrip()}…"
