"""A person's name as the local part of an address (pure).

The result depends on the name alone, so that the same name leads to the same person in every file. Latin letters
lose their marks, Greek and Cyrillic ones are transliterated, every other letter is spelt as its code point:
none is dropped, for then two people could become one.
"""

from __future__ import annotations

import hashlib
import unicodedata

_LATIN = {
    "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "ng",
    "ə": "e", "ĸ": "k", "ɓ": "b", "ɗ": "d", "ƙ": "k",
}  # fmt: skip
_GREEK = {
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "h", "θ": "th", "ι": "i", "κ": "k", "λ": "l",
    "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "τ": "t", "υ": "y", "φ": "f", "χ": "ch",
    "ψ": "ps", "ω": "w",
}  # fmt: skip
_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "gh", "ѓ": "gj", "д": "d", "ђ": "dj", "е": "e", "ё": "yo", "є": "ye",
    "ж": "zh", "з": "z", "ѕ": "dz", "и": "i", "і": "ih", "ї": "yih", "й": "j", "ј": "jh", "к": "k", "ќ": "kj", "л": "l",
    "љ": "lj", "м": "m", "н": "n", "њ": "nj", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "ћ": "tj", "у": "u",
    "ў": "uh", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "џ": "dzh", "ш": "sh", "щ": "shch", "ъ": "y", "ы": "yi",
    "ь": "j", "э": "eh", "ю": "yu", "я": "ya",
}  # fmt: skip
_SPELT = {**_LATIN, **_GREEK, **_CYRILLIC}
_DIGEST = 8


def slug(name: str, longest: int = 64) -> str:
    """Lower-case ASCII letters, digits and single hyphens; empty where the name has no letter and no digit.

    A slug over ``longest`` characters is cut and ends with a digest of the whole.
    """
    words = "".join(_spelt(letter) for letter in unicodedata.normalize("NFKC", name).casefold()).split("-")
    whole = "-".join(word for word in words if word)
    if len(whole) <= longest:
        return whole
    digest = hashlib.sha256(whole.encode()).hexdigest()[:_DIGEST]
    return f"{whole[: longest - _DIGEST - 1].rstrip('-')}-{digest}"


def _spelt(letter: str) -> str:
    if letter in _SPELT:
        return _SPELT[letter]
    parts = unicodedata.normalize("NFKD", letter)
    base, marks = parts[0], parts[1:]
    if (base in _SPELT or (base.isascii() and base.isalnum())) and all(_is_mark(mark) for mark in marks):
        return _SPELT.get(base, base.lower())
    if _is_mark(letter) or letter in "'’ʼ":
        return ""
    if unicodedata.category(letter)[0] in "LMN":
        return f"u{ord(letter):04x}"
    return "-"


def _is_mark(letter: str) -> bool:
    """An accent; the vowel signs of other scripts are letters."""
    return "\u0300" <= letter <= "\u036f"
