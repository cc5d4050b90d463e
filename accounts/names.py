"""Names of organisations taken apart for comparison: words, legal forms, places, initials, domains (pure)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

# Letters that Unicode does not take apart into a plain one and its mark.
_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})


def _several(text: str) -> frozenset[str]:
    return frozenset(text.split())


_APOSTROPHES = re.compile(r"['’‘ʼ`´]")
# B.V., S.p.A., A/S, m.b.H.: letters parted by points and strokes are one word.
_DOTTED = re.compile(r"(?<![^\W_])((?:[^\W\d_]{1,2}[./]){1,7}[^\W\d_]{0,2}\.?)(?![^\W_])")
_NOT_LETTERS = re.compile(r"[\W_]+")
_BRACKETS = re.compile(r"\(([^()]*)\)")

# Form as written → its family and where it exists; two families that exist nowhere together are two legal persons.
_FORMS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("inc", "incorporated", "corp", "corporation"), ("inc", "us ca")),
    **dict.fromkeys(("co", "company"), ("", "")),
    **dict.fromkeys(("ltd", "limited", "ltda", "lda"), ("ltd", "gb ie in cn jp kr au il tw hk sg nz br pt hu")),
    **dict.fromkeys(("pty",), ("ltd", "au za")),
    **dict.fromkeys(("pvt", "private"), ("ltd", "in")),
    **dict.fromkeys(("pte",), ("ltd", "sg")),
    **dict.fromkeys(("llc",), ("llc", "us nl be jp ru")),
    **dict.fromkeys(("llp", "lp"), ("llp", "us gb")),
    "plc": ("plc", "gb ie"),
    **dict.fromkeys(("ag", "aktiengesellschaft"), ("ag", "de at ch")),
    **dict.fromkeys(("gmbh", "mbh", "ggmbh", "gesellschaft", "ug"), ("gmbh", "de at ch")),
    **dict.fromkeys(("kg", "kgaa", "ohg"), ("gmbh", "de at ch")),
    "ev": ("ev", "de"),
    **dict.fromkeys(("ab", "aktiebolag", "aktiebolaget", "telefonaktiebolaget"), ("ab", "se fi")),
    "as": ("as", "no dk ee tr cz sk"),
    **dict.fromkeys(("asa", "ans", "ba"), ("as", "no")),
    **dict.fromkeys(("aps", "ivs"), ("aps", "dk")),
    **dict.fromkeys(("oy", "oyj"), ("oy", "fi")),
    **dict.fromkeys(("bv", "bvba", "sprl"), ("bv", "nl be")),
    "nv": ("nv", "nl be"),
    **dict.fromkeys(("sa", "sab", "sau"), ("sa", "fr es pt be ch ro lu pl mx br gr")),
    **dict.fromkeys(("sas", "sasu"), ("sas", "fr")),
    **dict.fromkeys(("sarl", "eurl"), ("sarl", "fr ch lu")),
    **dict.fromkeys(("srl", "srls"), ("srl", "it ro es be")),
    "spa": ("spa", "it"),
    **dict.fromkeys(("sl", "slu"), ("sl", "es")),
    **dict.fromkeys(("spzoo", "spolka", "akcyjna"), ("spzoo", "pl")),
    **dict.fromkeys(("kft", "zrt", "nyrt", "bt"), ("kft", "hu")),
    **dict.fromkeys(("kk", "gk"), ("kk", "jp")),
    **dict.fromkeys(("sro",), ("sro", "cz sk")),
    **dict.fromkeys(("doo",), ("doo", "si hr rs ba")),
    **dict.fromkeys(("eood", "ood", "ead"), ("ood", "bg")),
    **dict.fromkeys(("ooo", "zao", "pao", "jsc", "pjsc", "ojsc"), ("ooo", "ru ua kz")),
    **dict.fromkeys(("sdn", "bhd"), ("bhd", "my")),
    **dict.fromkeys(("ehf", "hf"), ("hf", "is")),
    **dict.fromkeys(("uab", "sia"), ("uab", "lt lv")),
    **dict.fromkeys(("ou",), ("ou", "ee")),
}
# Short forms that are words or initials too: only where they end the name.
_ONLY_AT_THE_END = {
    *("as", "co", "ag", "ab", "sa", "se", "nv", "kg", "bt", "ba", "hf", "gk", "ou", "ug", "lp", "company", "private"),
    *("gesellschaft", "ans", "sia", "kk", "oy", "sl", "spa", "ev", "inc"),
}
_PARTED = [
    (re.compile(rf"\b{written}\b"), one)
    for written, one in (("sp z ?o ?o", "spzoo"), ("s ?p zoo", "spzoo"), ("d o o", "doo"), ("s r o", "sro"))
]
# Words that say little about which organisation it is: with and without them it is the same one.
_WEAK = _several(
    "group gruppe gruppen groupe gruppo grupo holding holdings international intl global worldwide the of for and "
    "und et og och y e de di du des la le el der die das technologies technology systems system solutions "
    "solution services service industries industry networks network communications communication "
    "telecommunications telecom software electronics laboratories products partners associates konzern koncern"
)
_SHORT = dict(
    pair.split("=")
    for pair in _several(
        "intl=international tech=technology technologies=technology univ=university systems=system solutions=solution "
        "services=service networks=network communications=communication telecommunications=telecommunication "
        "telecom=telecommunication industries=industry "
        "labs=laboratory laboratories=laboratory lab=laboratory centre=center dept=department mfg=manufacturing "
        "assoc=association inst=institute bros=brothers natl=national govt=government saint=st rd=research "
        "products=product holdings=holding farms=farm"
    )
)
# What such a body is called says all of it: no word of it is weak.
_BODIES = _several(
    "academy agency alliance association authority bank board bureau center college commission committee "
    "consortium council department federation forum foundation hospital institute ministry museum national office "
    "school society union university"
)
# Places in a name mark a unit or a branch there.
_PLACES = _several(
    "africa america americas apac asia australia austria bangalore beijing belgium benelux brasil brazil britain "
    "bulgaria canada chengdu china chongqing czech czechia danmark denmark deutschland dubai duesseldorf dongguan "
    "emea england espana eu europe european europa finland france germany greece guangdong guangzhou hangzhou "
    "hefei hungary iberia iceland india indonesia ireland israel italia italy japan korea latam lisbon london "
    "luxembourg madrid malaysia mexico munich nanjing netherlands nederland nordic nordics norge norway "
    "osterreich oslo paris poland polska portugal romania russia schweiz scotland shanghai shenzhen singapore "
    "slovakia slovenia spain stockholm stuttgart suisse suomi suzhou svenska sverige sweden swiss switzerland "
    "taiwan thailand turkey turkiye uk ukraine usa vietnam wales wuhan"
)
_SMALL = _several("the of for and und et og och y e de di du des la le el der die das")
_ACRONYM = range(3, 8)


@dataclass(frozen=True, slots=True)
class Reading:
    """A name taken apart. ``words`` in their order without legal forms; ``core`` without the weak and places."""

    folded: str
    words: tuple[str, ...]
    core: tuple[str, ...]
    places: frozenset[str]
    form: str
    countries: frozenset[str]
    initials: frozenset[str]

    @property
    def compact(self) -> str:
        return "".join(self.words)


def fold(text: str) -> str:
    """Small plain letters and digits in words: accents, punctuation and the points of abbreviations gone."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter)).translate(_LETTERS)
    plain = _APOSTROPHES.sub("", plain)
    plain = _DOTTED.sub(lambda found: re.sub(r"[./]", "", found[1]) + " ", plain)
    plain = re.sub(r"(?<=\w)&(?=\w)", "", plain).replace("&", " and ").replace("+", " and ")
    plain = " ".join(_NOT_LETTERS.sub(" ", plain).split())
    for written, one in _PARTED:
        plain = written.sub(one, plain)
    return plain


def _legal(words: list[str]) -> tuple[list[str], str, frozenset[str]]:
    """The words without legal forms, the family of the form and the countries that know it."""
    left, found = list(words), []
    while len(left) > 1 and left[-1] in _FORMS:
        found.append(left.pop())
    kept: list[str] = []
    for place, word in enumerate(left):
        anywhere = word in _FORMS and word not in _ONLY_AT_THE_END
        if len(left) > 1 and (anywhere or (place == 0 and word in {"oy", "ab"})):
            found.append(word)
        else:
            kept.append(word)
    families = [_FORMS[word] for word in found if _FORMS[word][0]]
    if not kept:
        return words, "", frozenset()
    if not families:
        return kept, "", frozenset()
    # GmbH & Co. KG, Pty Ltd, Oy Ab: the narrowest says where.
    family, countries = min(families, key=lambda one: len(one[1]))
    return kept, family, frozenset(countries.split())


def _initials(words: Iterable[str]) -> set[str]:
    told = list(words)
    found = {"".join(word[0] for word in told), "".join(word[0] for word in told if word not in _WEAK)}
    found.add("".join(word[0] for word in told if word not in _SMALL))
    return {one for one in found if len(one) in _ACRONYM}


@lru_cache(maxsize=50_000)
def read(name: str) -> Reading:
    """Take a name apart. Initials that it gives of itself, *European Commission (EC)*, are no words of it."""
    folded = fold(name)
    words, form, countries = _legal(folded.split())
    rest = [word for word in words if word != "and"] or words
    first_letters = _initials(rest)
    if len(rest) > 2:
        for place, word in enumerate(rest):
            others = rest[:place] + rest[place + 1 :]
            of_others = _initials(others) | {"".join(one[0] for one in others)}
            if word in of_others and place in (0, len(rest) - 1):
                first_letters = _initials(others) | {word}
                rest = others
                break
    told = tuple(_SHORT.get(word, word) for word in rest)
    places = frozenset(word for word in told if word in _PLACES)
    core = tuple(word for word in told if word not in _ALL_WEAK and word not in places)
    if not core or _BODIES.intersection(told):
        core = tuple(word for word in told if word not in _SMALL and word not in places) or told
    return Reading(folded, told, core, places, form, countries, frozenset(first_letters))


_ALL_WEAK = _WEAK | (frozenset(_SHORT[word] for word in _WEAK if word in _SHORT) - {"laboratory"})

# Domains -----------------------------------------------------------------------------------------------------------

_SECOND = _several("ac co com edu gov gob govt mil ne net nom or org gv ltd plc sch go")
# Mail for everybody, and pages that thousands share: no mark of an organisation.
EVERYBODYS = _several(
    "126.com 163.com aol.com bigpond.com bluewin.ch btinternet.com comcast.net earthlink.net email.com "
    "fastmail.com free.fr freenet.de gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com hotmail.co.uk "
    "hotmail.com hotmail.fr hushmail.com icloud.com inbox.com laposte.net libero.it linkedin.com live.com mac.com "
    "mail.com mail.ru me.com msn.com naver.com online.no orange.fr outlook.com pm.me posteo.de proton.me "
    "protonmail.com qq.com rocketmail.com sbcglobal.net sfr.fr t-online.de telenet.be tutanota.com verizon.net "
    "virgilio.it wanadoo.fr web.de yahoo.co.jp yahoo.co.uk yahoo.com yahoo.de yahoo.fr yandex.ru ymail.com "
    "zoho.com facebook.com github.io wixsite.com wordpress.com blogspot.com"
)
_HOST = re.compile(r"^[a-z][a-z0-9+.-]*://(?:[^/?#@]*@)?([^/?#:]+)|^([^/?#:@\s]+)$|^[^@\s]+@([^@\s]+)$", re.IGNORECASE)


def domain_of(address: str) -> str:
    """The domain that an organisation owns, of a page's address, a mail address or a host; empty for everybody's."""
    found = _HOST.match(address.strip().casefold())
    host = next((part for part in found.groups() if part), "") if found else ""
    labels = [label for label in host.strip(".").split(".") if label]
    if len(labels) < 2 or labels[-1].isdigit():
        return ""
    many = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND
    domain = ".".join(labels[-3:] if many else labels[-2:])
    return "" if domain in EVERYBODYS else domain


def number_key(system: str, value: str) -> tuple[str, str]:
    """A number elsewhere as it counts: *SAP 0004711* and *sap 4711* are one."""
    told = _NOT_LETTERS.sub("", value.casefold())
    return " ".join(_NOT_LETTERS.sub(" ", system.casefold()).split()), told.lstrip("0") or told
