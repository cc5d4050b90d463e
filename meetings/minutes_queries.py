"""What the minutes of a meeting say to those who get them: the same few queries for any length."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import Someone, User
from meetings.minutes import Item, Line, Minutes, Person
from meetings.models import AgendaItem, Meeting, MeetingAccount, Outcome, Participant
from relationships.models import Commitment, Feedback
from relationships.queries import who_sees
from web import dates
from web.clock import Now


def minutes_of(row: Meeting, parties: Sequence[MeetingAccount]) -> Minutes:
    """As the people of these partners get them: what is shared, and about them or about all.

    Where nobody of theirs is asked they go to us alone, and so have what is only ours too. ``parties`` come with their
    relationship and its account.
    """
    keys = [party.pk for party in parties]
    about = Q(party=None) | Q(party__in=keys)
    ours_alone = among_us(row)
    arisen, items = Outcome.objects.filter(about, meeting=row), AgendaItem.objects.filter(about, meeting=row).standing()
    if not ours_alone:
        arisen, items = arisen.filter(shared=True).exclude(item__shared=False), items.for_them()
    voices = ("commitment__contact", "commitment__colleague", "feedback__contact", "feedback__colleague")
    outcomes = list(arisen.select_related(*voices).order_by("written_at", "pk"))
    people = Participant.objects.filter(about, meeting=row).select_related("user", "contact").order_by("pk")
    return Minutes(
        title=row.title,
        when=when_of(row),
        where=row.place,
        them=", ".join(str(party.relationship.account) for party in parties),
        people=[Person(str(one.person), one.is_ours, bool(one.came)) for one in people],
        decisions=[Line(one.decision) for one in outcomes if one.decision],
        promises=[_promise(one.commitment) for one in outcomes if one.commitment is not None],
        feedback=[_feedback(one.feedback) for one in outcomes if one.feedback is not None and not one.feedback.unsaid],
        items=[
            Item(one.title, one.notes, one.done_at is not None)
            for one in items
            if not (one.settled and not one.done_at)
        ],
    )


def among_us(row: Meeting) -> bool:
    """Nobody of theirs, of whatever partner, is asked."""
    return not row.people.theirs().exists()


def when_of(row: Meeting, zone: str = "") -> str:
    """*Monday 23 November 2026, 10:00–11:00 (Berlin)*: readable wherever it is read; in its own zone, or in another."""
    zone = zone or row.zone
    start, end = row.starts_at.astimezone(ZoneInfo(zone)), row.end.astimezone(ZoneInfo(zone))
    city = zone.rsplit("/", 1)[-1].replace("_", " ")
    return f"{dates.full(start.date())}, {date_format(start, 'H:i')}–{date_format(end, 'H:i')} ({city})"


def _promise(row: Commitment) -> Line:
    ours = row.side == Commitment.Side.OURS
    who = row.colleague if ours else row.contact
    by = _("by %(day)s") % {"day": dates.full(row.binding_on)}
    return Line(row.what, ours, f"{who}, {by}" if who else capfirst(by))


def _feedback(row: Feedback) -> Line:
    """Who asked not to be named is not."""
    ours = row.side == Feedback.Side.OURS
    voice = None if row.hidden else row.colleague if ours else row.contact or row.voice_name
    kind = str(row.get_nature_display())
    return Line(row.said, ours, f"{voice}, {kind}" if voice else capfirst(kind))


def parties_for(row: Meeting, user: Someone) -> list[MeetingAccount]:
    """The partners of a meeting that the person sees."""
    seen = MeetingAccount.objects.visible_to(user).filter(meeting=row)
    return list(seen.select_related("relationship__account", "relationship__owner").order_by("pk"))


def colleagues_for(row: Meeting, now: Now) -> QuerySet[User]:
    """The colleagues who were asked and see one of the partners: who was asked to a meeting sees nothing by that."""
    asked = row.people.exclude(user=None).order_by().values("user")
    sees = Q(pk__in=[])
    for party in row.parties.select_related("relationship"):
        sees |= Q(pk__in=who_sees(party.relationship, now).order_by().values("pk"))
    found: QuerySet[User] = User.objects.filter(sees, pk__in=asked)
    return found
