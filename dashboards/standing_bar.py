"""The bar of a standing: earned, lost, not yet known, which always add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from relationships import health, health_words, trend
from relationships.models import Relationship, Standing

# So much of a hundred parts two pieces.
SLIT = 0.6
TONES = ("e", "l", "u")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the bar: its class, where it begins and how wide it is, ready for the SVG."""

    tone: str
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class Bar:
    """Full points of ``most``, and the pieces drawn to scale."""

    earned: int
    lost: int
    unknown: int
    most: int
    pieces: list[Piece]

    @property
    def says(self) -> str:
        told = {"earned": self.earned, "lost": self.lost, "unknown": self.unknown, "most": self.most}
        return _("%(earned)d earned, %(lost)d lost, %(unknown)d not yet known of %(most)d") % told

    @property
    def judged(self) -> int:
        return self.most - self.unknown


def bar(values: Sequence[float]) -> Bar:
    """Of the points earned, lost and not known."""
    most = sum(values)
    shown = health.full(values[0], values[2], most)
    pieces, x = [], 0.0
    for tone, value in zip(TONES, values, strict=True):
        share = 100 * value / most
        slit = SLIT if tone != "u" and share > SLIT and x + share < 100 - SLIT else 0.0
        if share > 0.05:
            pieces.append(Piece(tone, f"{x:.2f}%", f"{share - slit:.2f}%"))
        x += share
    return Bar(shown.earned, shown.lost, shown.unknown, shown.most, pieces)


def band(low: float, high: float) -> str:
    """*58–72*: how uncertain a score is."""
    return "–".join(str(limit) for limit in health.limits(low, high))


# In lists ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InList:
    """A standing in a list, and where it has gone: *−4*. ``word`` is all that a phone shows of it.

    Without a bar too little is known.
    """

    bar: Bar | None
    score: str
    word: str
    says: str
    gone: str = ""
    gone_says: str = ""


def in_list(row: Relationship, gone: trend.Direction = trend.UNKNOWN) -> InList | None:
    """As kept for lists; needs ``standing`` selected. None of what is paused or has ended: that rests too."""
    kept: Standing | None = getattr(row, "standing", None)
    if kept is None or row.paused_since is not None or row.ended_on is not None:
        return None
    drawn = bar((kept.earned, kept.lost, kept.unknown))
    judged = _("%(judged)d of 100 judged") % {"judged": drawn.judged}
    if not kept.band:
        return InList(None, "", judged, judged)
    word = f"{drawn.earned} {health_words.BANDS[health.Band(kept.band)]}"
    return InList(drawn, str(drawn.earned), word, judged, _signed(gone), health_words.direction(gone, kept.as_of))


def _signed(gone: trend.Direction) -> str:
    """*+2*, *−4*, *0*; nothing while nobody knows, or where nothing may be compared."""
    if gone.way in (trend.Way.UNKNOWN, trend.Way.REWEIGHED):
        return ""
    return {trend.Way.UP: "+", trend.Way.DOWN: "−"}.get(gone.way, "") + str(gone.points)
