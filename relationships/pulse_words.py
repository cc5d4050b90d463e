"""The questions of Pulse in the words of either side, and what may be answered."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from relationships.pulse import Side

# Of each question, what ours is asked and what theirs is asked: the same thing, which is how we are to them.
ASKS = {
    "satisfaction": (_("Are they satisfied with us?"), _("Are you satisfied with us?")),
    "keeps_word": (
        _("Do we do what we promise them, by the day we said?"),
        _("Do we do what we promise you, by the day we said?"),
    ),
    "choose_again": (_("Would they choose us again today?"), _("Would you choose us again today?")),
    "listens": (
        _("Do we listen when they tell us something, and does it change what we do?"),
        _("Do we listen when you tell us something, and does it change what we do?"),
    ),
    "worth_price": (_("Are we worth what they pay?"), _("Are we worth what you pay?")),
    "open_about_trouble": (
        _("When something goes wrong, do they hear it from us first and in time?"),
        _("When something goes wrong, do you hear it from us first and in time?"),
    ),
    "knows_them": (
        _("Do we know their business well enough to be of help?"),
        _("Do we know your business well enough to be of help?"),
    ),
    "fair": (_("Are we fair to them where interests differ?"), _("Are we fair to you where interests differ?")),
    "honest_numbers": (
        _("Do the figures and dates that we give them hold?"),
        _("Do the figures and dates that we give you hold?"),
    ),
    "owns_mistakes": (
        _("When the mistake is ours, do we say so and put it right?"),
        _("When the mistake is ours, do we say so and put it right?"),
    ),
    "their_interest": (
        _("Do we look after their interest when they are not in the room?"),
        _("Do we look after your interest when you are not in the room?"),
    ),
    "reliable_people": (
        _("Can they rely on the people they deal with here?"),
        _("Can you rely on the people you deal with here?"),
    ),
}

# A word each, the worst first, for every question.
SCORES = {1: _("no"), 2: _("rather no"), 3: _("in part"), 4: _("rather yes"), 5: _("yes")}


# Why a question takes nothing any more, by what became of it.
OVER = {
    "answered": _("This was answered already."),
    "skipped": _("This was skipped already."),
    "lapsed": _("This was not answered in time, so it is over."),
}


def over(state: str) -> str:
    return str(OVER[state])


def asked(question: str, side: str) -> str:
    """What a side is asked."""
    ours, theirs = ASKS[question]
    return str(theirs if side == Side.THEIRS else ours)
