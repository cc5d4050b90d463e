"""The link with which somebody of theirs answers one question: signed for that question and that person.

It takes an answer while the question is open, and a correction of that answer for as long; then it takes nothing.
Opening it changes nothing; the page behind it asks.
"""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.urls import reverse

from relationships import pulse
from relationships.models import Pulse, PulseAnswer, PulseSide, Stakeholder
from web.clock import Now

SALT = "concord.pulse.answer"
LONGEST = 200


def token_for(row: Pulse) -> str:
    """What stands in the link; safe in a path. Needs ``to_stakeholder``."""
    return signing.Signer(salt=SALT).sign_object([row.pk, row.to_stakeholder_id])


def address_for(row: Pulse) -> str:
    return f"{settings.SITE_URL}{reverse('pulse_question', args=[token_for(row)])}"


def stop_address_for(row: Pulse) -> str:
    return f"{settings.SITE_URL}{reverse('pulse_stop', args=[token_for(row)])}"


def read(token: str) -> tuple[int, int] | None:
    """The keys of question and person; none when the token is not ours to the last character."""
    try:
        number, person = signing.Signer(salt=SALT).unsign_object(token[:LONGEST])
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return (number, person) if isinstance(number, int) and isinstance(person, int) else None


def find(token: str, now: Now) -> Pulse | None:
    """None when the link is altered, over, given to somebody else since, or the question is answered otherwise."""
    keys = read(token)
    if keys is None:
        return None
    number, person = keys
    rows = Pulse._base_manager.filter(pk=number, to_stakeholder=person, side=PulseSide.THEIRS)
    row = rows.select_related("relationship__owner", "to_stakeholder__contact", "sent_by", "answer").first()
    return row if row is not None and takes_answer(row, now) else None


def takes_answer(row: Pulse, now: Now) -> bool:
    """Open, or answered by this very link; not over, and the relationship goes on."""
    partner = row.relationship
    going_on = partner.paused_since is None and partner.ended_on is None and partner.removed_at is None
    if not going_on or pulse.lapses(row.asked_on, partner.today(now)):
        return False
    if row.state == Pulse.State.OPEN:
        return True
    answer = getattr(row, "answer", None)
    return answer is not None and answer.way == PulseAnswer.Way.LINK and answer.said_by_id == row.to_stakeholder_id


def person_of(token: str) -> Stakeholder | None:
    """Whom a link was given to, whether or not it still takes an answer."""
    keys = read(token)
    if keys is None:
        return None
    return Stakeholder._base_manager.select_related("contact").filter(pk=keys[1]).first()
