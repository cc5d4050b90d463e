"""How it feels, beside the evidence; and what became of it: their parts of a relationship's page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from relationships import feelings, outcomes
from relationships.feelings import Felt, Odds
from relationships.health import Band
from relationships.health_words import BANDS
from relationships.models import Feeling, Relationship, RelationshipOutcome, Standing
from web import dates

# The rule looks back over so many feelings; so many of them stand on the page once unfolded.
READ, SHOWN = 60, 6


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said: the word, who and when, what the evidence said then, and whether it is one's own."""

    row: Feeling
    word: str
    who: str
    own: bool


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    word: str
    chosen: bool


def of(row: Relationship, user: User, here: date) -> dict[str, Any]:
    """Three queries, whatever there is."""
    found = list(row.feelings.select_related("felt_by").order_by("-felt_on", "-id")[:READ])
    band = Standing.objects.filter(pk=row.pk).values_list("band", flat=True).first()
    owners = [one for one in found if one.felt_by_id == row.owner_id]
    felt = [Felt(one.felt_on, feelings.Word(one.word), _band(one.evidence)) for one in owners]
    odds = feelings.at_odds(felt, _band(band or ""), here)
    todays = next((one.word for one in found if one.felt_by_id == user.pk and one.felt_on == here), "")
    said = [_said(one, user, here) for one in found[:SHOWN]]
    return {
        "feeling": said[0] if said else None,
        "felt_before": said[1:],
        "at_odds": _odds(odds, band or "", here) if odds else "",
        "feeling_words": [
            Choice(value, capfirst(str(label)), value == todays) for value, label in Feeling.Word.choices
        ],
        **_outcomes(row, here),
    }


def _band(word: str) -> Band | None:
    return Band(word) if word else None


def _said(one: Feeling, user: User, here: date) -> Said:
    told: dict[str, Any] = {"who": one.felt_by or _("somebody"), "day": dates.on(one.felt_on, here)}
    if one.evidence:
        told["band"] = BANDS[Band(one.evidence)]
        who = _("%(who)s %(day)s; the evidence said %(band)s") % told
    else:
        who = _("%(who)s %(day)s; there was not enough evidence") % told
    return Said(one, capfirst(str(one.get_word_display())), who, one.felt_by_id == user.pk)


def _odds(odds: Odds, band: str, here: date) -> str:
    told = {"days": dates.days((here - odds.since).days), "band": BANDS[Band(band)]}
    if odds.better:
        return (
            _("For %(days)s it has felt better than the evidence, which says %(band)s: what do you know that is not "
              "written down?")
            % told
        )  # fmt: skip
    return (
        _("For %(days)s it has felt worse than the evidence, which says %(band)s: what is it that the record does not "
          "show?")
        % told
    )  # fmt: skip


def _outcomes(row: Relationship, here: date) -> dict[str, Any]:
    found = list(row.outcomes.order_by("-came_on", "-id"))
    asked = outcomes.asked(
        row.ended_on, row.renewal_on, [outcomes.Came(outcomes.Kind(one.kind), one.came_on) for one in found], here
    )
    asks = ""
    if asked is not None:
        told = {"day": dates.on(asked.on, here)}
        asks = {
            outcomes.Because.ENDED: _("It ended %(day)s: what became of it is not noted yet."),
            outcomes.Because.RENEWAL: _("Its renewal day was %(day)s: what became of it is not noted yet."),
        }[asked.because] % told
    return {"outcomes": [Came(one, *_came(one)) for one in found], "outcome_asked": asks}


@dataclass(frozen=True, slots=True)
class Came:
    row: RelationshipOutcome
    what: str
    worth: str


def _came(one: RelationshipOutcome) -> tuple[str, str]:
    worths = (one.worth_before, one.worth_after)
    what = _("%(what)s on %(day)s") % {
        "what": capfirst(str(one.get_kind_display())),
        "day": date_format(one.came_on, "j F Y"),
    }
    worth = [number_format(round(value), force_grouping=True) for value in worths if value is not None]
    said = _("Yearly worth %(worth)s %(currency)s.")
    return what, said % {"worth": " → ".join(worth), "currency": settings.CURRENCY} if worth else ""
