"""Which organisations a text names (pure). A text is read in windows of words; a name is found however it is written:
without its legal form, with other capitals, in the possessive, or by the words of it that are nobody else's: *Kestrin*
for *Kestrin Foods*. One word counts only where it has a capital, as *best* is a word before it is a company, and those
of ``COMMON`` say nothing alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from accounts.names import read
from web.text import name_key

# Longer texts are read at their beginning; longer names than these have a shorter one besides.
LONGEST, MOST_WORDS = 3_000, 7


def _several(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Shorter words are small ones, or initials that many share.
SHORTEST = 4
# What organisations are, do, make and stand beside, and what sentences begin with: in names, and everywhere else.
COMMON = _several(
    """
    academy accounts advisory agency agri agro airlines airport alliance alpha animal apparel aqua aquaculture
    architects assembly assets association atlantic automotive aviation bakery bank banking baltic bay beach best
    beta beverage beverages bike blue board boat boats books bottle bottling brand brands brewery bridge brothers
    brown build builders building business cable capital care cargo castle catering cement center central centre
    ceramics chain charter chemical chemicals church city clean clear clinic cloud club coast coastal coffee college
    commerce commercial company computing concrete construction consult consulting control cooperative corner
    council craft creative credit crown dairy data delta design development digital direct distribution dock
    dynamics eagle east eastern education electric electrical energy engineering enterprise enterprises environment
    equipment estate exchange express fabrics factory farm farmers farming farms fashion feed field fields film
    finance financial fine fire first fish fisheries fishing fleet flour food foods forest forestry forge forum
    foundation foundry free freight fresh fruit fruits fund furniture future galaxy garden gardens gate general
    glass gold golden good goods grain grand gray great green grey ground group grove guild hall harbor harbour
    hardware harvest health healthcare heat heating heritage high highland hill hills home homes horizon hospital
    hotel hotels house housing image impact import imports independent industrial industry information innovation
    institute instruments insurance invest investment investments iron island islands kitchen laboratory lake land
    landscape laundry leather legal library life light lighting limited line lines link living local lodge logistics
    lumber machine machinery machines main management manor manufacturing marina marine maritime market marketing
    markets mart master material materials meadow meat media medical medicine metal metals mill mills mine mineral
    minerals mining mobile modern motor motors mountain museum music national natural nature north northern ocean
    office oils open optics orchard organic outdoor pacific pack packaging paint paints paper papers park parts
    people petroleum pharma pharmaceuticals pharmacy pipe plant plants plastic plastics point polymers pool port
    ports poultry power premium press prime print printing private process processing produce production productions
    project projects property public publishing pumps pure quality quarry quay rail railway ranch real red regional
    rental research resources restaurant retail river road rock royal rubber safety sail sales salmon salt sand
    school science sciences sea seafood seafoods security seed seeds shipping shipyard shop shops silver sister
    sisters smart society solar sons south southern space special specialty spirits spring square standard star
    station steel stone storage store stores strategy street studio studios sugar summit super supplies supply
    surface sweet table tailor talent team textile textiles theatre timber tools total tower town toys trade trading
    traffic training transit transport travel tree trees true trust trucks union united universal university urban
    utilities valley value vegetables vehicles venture ventures view village vine vision water wave well west
    western white wholesale wild wind wine wines winter wood woods work works workshop world yacht yard young also
    another april august because been before being both december during each even every february friday from have
    here into january july june just last like made many march monday more most much next november october once only
    other over plan planned same saturday september several since some such sunday than that their them then there
    these they this those through thursday till today tuesday under until very wednesday were what when where which
    while will with without would year your yours
    """
)
_POSSESSIVE = re.compile(r"(?<=\w)[’'`´]s?(?=\W*$)")


@dataclass(frozen=True, slots=True)
class Window:
    """Words of a text that stand side by side and may be a name. ``words`` are without legal forms."""

    key: str
    words: tuple[str, ...]
    capital: bool

    @property
    def is_name(self) -> bool:
        return bool(self.words) and (self.capital or len(self.words) > 1)

    @property
    def fingerprint(self) -> str:
        """As ``accounts.duplicates.keys_of`` keeps the words of a name."""
        return f"n:{' '.join(sorted(self.words))}"

    @property
    def own_word(self) -> str:
        """The word that may be nobody else's: one, with a capital, and none that many have; else empty."""
        (word, *others) = self.words
        return word if self.capital and not others and _says_something(word) else ""

    @property
    def fingerprints(self) -> frozenset[str]:
        """By which organisations of this name are looked up, and those of which it is a word."""
        return frozenset({self.fingerprint, *([f"w:{self.own_word}"] if self.own_word else [])})


def _says_something(word: str) -> bool:
    return len(word) >= SHORTEST and word not in COMMON and not word.isdigit()


def own_words(name: str) -> frozenset[str]:
    """The words of a name by which alone it is known: *kestrin* of *Kestrin Foods Ltd*."""
    return frozenset(word for word in read(name_key(name)).core if _says_something(word))


def windows(text: str) -> frozenset[Window]:
    return frozenset(window for window in _windows(text[:LONGEST]) if window.is_name)


def _windows(text: str) -> Iterator[Window]:
    tokens = text.split()
    for start in range(len(tokens)):
        for end in range(start + 1, min(start + MOST_WORDS, len(tokens)) + 1):
            whole = _POSSESSIVE.sub("", " ".join(tokens[start:end]))
            key = name_key(whole)
            if key:
                first = next((letter for letter in whole if letter.isalnum()), "")
                yield Window(key, read(key).words, not first.islower())


def named(found: Collection[Window], names: Mapping[int, Collection[str]]) -> frozenset[int]:
    """The keys of those one of whose names stands in the text."""
    by_words = {window.words for window in found}
    keys = {window.key for window in found}
    alone = {window.own_word for window in found} - {""}

    def stands(name: str) -> bool:
        key = name_key(name)
        return key in keys or read(key).words in by_words or not alone.isdisjoint(own_words(name))

    return frozenset(pk for pk, of in names.items() if any(stands(name) for name in of))
