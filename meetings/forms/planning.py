"""A meeting planned or changed, called off, or not held."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.datastructures import MultiValueDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Contact, User
from meetings import agenda, queries, words, zone_writing
from meetings.actions.planning import Guests
from meetings.models import Meeting, MeetingAccount, Participant, ParticipantQuerySet
from relationships import people_words
from relationships import queries as relationship_queries
from relationships.forms.partner import PartnerField, chosen_by, named_by, offer_partners, partners_of
from relationships.models import Relationship, Stakeholder
from web import dates, zones
from web.choices import narrow, offer
from web.clock import Now
from web.widgets import DayField, PillBoxes, Pills, Segmented

LENGTHS = (15, 30, 45, 60, 90, 120, 180, 240, 480)
USUAL_TIME = time(10)
# Longer ago nobody plans a meeting that they only forgot to write down.
LONG_AGO = timedelta(days=366)
# Of their people so many stand there; the others are unfolded.
NEAR = 6


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who may be asked, and what they are in it."""

    person: Contact | User
    part: str
    ticked: bool


@dataclass(frozen=True, slots=True)
class Table:
    """The people of one partner: who must be there and who usually is, and the others."""

    partner: Relationship
    near: list[Guest]
    others: list[Guest]


@dataclass(frozen=True, slots=True)
class DaySaid:
    """What is to be said of the chosen day."""

    tone: str
    icon: str
    said: str


class MeetingForm(forms.Form):
    """Whatever is chosen so far shapes the rest: the partners say which people, and which day is proposed.

    ``asked_for`` holds the partners whose people are ticked as they should be; of another one those who decide are.
    """

    relationship = PartnerField(leads_to="title")
    another = PartnerField()
    also = forms.ModelMultipleChoiceField(Relationship.objects.none(), required=False, widget=PillBoxes)
    asked_for = forms.CharField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Meeting.Kind.choices, widget=Pills)
    title = forms.CharField(label=gettext_lazy("Title"), required=False, max_length=300)
    host = forms.ChoiceField(
        label=gettext_lazy("Who invites"),
        choices=[("ours", gettext_lazy("We do")), ("theirs", gettext_lazy("They do"))],
        widget=Segmented(ticks={"ours": "ours", "theirs": "theirs"}),
        initial="ours",
    )
    day = DayField(label=gettext_lazy("Day"))
    at = forms.TimeField(
        label=gettext_lazy("At"), widget=forms.TimeInput(attrs={"type": "time", "step": 300}, format="%H:%M")
    )
    zone = forms.ChoiceField(label=gettext_lazy("Time in"), choices=())
    minutes = forms.TypedChoiceField(label=gettext_lazy("Length"), coerce=int, initial=60, choices=())
    place = forms.CharField(label=gettext_lazy("Place"), required=False, max_length=500)
    link = forms.URLField(label=gettext_lazy("Link"), required=False, max_length=2000, assume_scheme="https")
    contacts = forms.ModelMultipleChoiceField(
        Contact.objects.none(), required=False, label=gettext_lazy("Who of theirs")
    )
    colleagues = forms.ModelMultipleChoiceField(User.objects.none(), required=False, label=gettext_lazy("Who of us"))

    def __init__(
        self,
        *args: Any,
        user: User,
        now: Now,
        relationship: Relationship | None = None,
        meeting: Meeting | None = None,
        so_far: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.now, self.meeting, self.so_far = user, now, meeting, so_far
        self.proposed: date | None = None
        # The day that is over and was asked about.
        self.over: date | None = None
        self.known_before = set(_numbers(str(self.data.get("asked_for", "")).split(",")))
        mine = partners_of(user)
        self.fields["relationship"].required = self.fields["another"].required = False
        if meeting is None:
            first = relationship or chosen_by(mine, args, kwargs)
            self.partners = self._partners(mine, first)
            self._offer_partners(mine, first)
            if relationship is not None:
                del self.fields["relationship"]
        else:
            parties = MeetingAccount.objects.visible_to(user).filter(meeting=meeting)
            named = parties.select_related("relationship__account", "relationship__owner")
            self.partners = [party.relationship for party in named]
            for name in ("relationship", "another", "also", "asked_for"):
                del self.fields[name]
        self._propose()
        self._offer_times()
        self.tables = self._offer_theirs()
        self.near_colleagues = self._offer_ours()

    # With whom -------------------------------------------------------------------------------------------------------

    def _partners(self, mine: QuerySet[Relationship], first: Relationship | None) -> list[Relationship]:
        """Those chosen so far, each once, in the order in which they were."""
        found = [first] if first else []
        if self.is_bound:
            numbers = _numbers(self["also"].value())
            also = mine.in_bulk(numbers)
            found += [also[number] for number in dict.fromkeys(numbers) if number in also]
            another = named_by(mine, {"relationship": self.data.get("another", "")})
            found += [another] if another else []
        return list({one.pk: one for one in found}.values())

    def _offer_partners(self, mine: QuerySet[Relationship], first: Relationship | None) -> None:
        offer_partners(self, mine, user=self.user, now=self.now, first=[first] if first else [])
        narrow(self, "another", mine)
        offer(self, "another", [("", _("Nobody else"))])
        narrow(self, "also", mine)
        beside = [one for one in self.partners if first is None or one.pk != first.pk]
        offer(self, "also", [(one.pk, str(one)) for one in beside])
        self.beside = beside

    # When ------------------------------------------------------------------------------------------------------------

    def _propose(self) -> None:
        """The day from the rhythm of the first partner; hour, zone and length as with them the last time."""
        if self.meeting is not None:
            here = self.meeting.starts_here
            kept = {name: getattr(self.meeting, name) for name in ("kind", "title", "host", "zone", "minutes", "place")}
            self.initial.update(kept, link=self.meeting.link, day=here.date(), at=here.time())
            return
        last = queries.last_of([one.pk for one in self.partners]) if self.partners else None
        self.proposed = self._day() if self.partners else None
        self.initial.setdefault("kind", last.kind if last else Meeting.Kind.CHECK_IN)
        self.initial.setdefault("day", self.proposed)
        self.initial.setdefault("at", last.starts_here.time() if last else USUAL_TIME)
        self.initial.setdefault("zone", last.zone if last else self.user.zone)
        self.initial.setdefault("minutes", last.minutes if last else 60)
        if self.so_far and self.partners and self.partners[0].pk not in self.known_before:
            self._propose_anew()

    def _propose_anew(self) -> None:
        """Another partner was chosen, and nobody has chosen the day: it is proposed once more."""
        if self.data.get("day", "") not in ("", self.data.get("proposed", "")):
            return
        at, day = self.initial["at"], self.initial["day"]
        anew = {"day": day.isoformat(), "at": at.strftime("%H:%M")}
        self.data = MultiValueDict(
            {
                **{name: self.data.getlist(name) for name in self.data},  # type: ignore[attr-defined]
                **{name: [value] for name, value in anew.items()},
                "zone": [self.initial["zone"]],
                "minutes": [str(self.initial["minutes"])],
            }
        )

    def _day(self) -> date | None:
        row = self.partners[0]
        today = row.today(self.now)
        found = agenda.when_next(queries.talks_of(row), today, queries.planned_days(row, self.now))
        return found or agenda.next_workday(today, row.workdays)

    def _offer_times(self) -> None:
        near = dict.fromkeys([self.user.zone, *(one.zone for one in self.partners)])
        if self.meeting is not None:
            near |= {self.meeting.zone: None}
        every = [(name, name.replace("_", " ")) for name in zones.names()]
        self.fields["zone"].choices = [  # type: ignore[attr-defined]
            (_("Near"), [(name, zones.city(name)) for name in near]),
            (_("All"), [choice for choice in every if choice[0] not in near]),
        ]
        lengths = {*LENGTHS, *([self.meeting.minutes] if self.meeting else []), int(self.initial["minutes"])}
        self.fields["minutes"].choices = [  # type: ignore[attr-defined]
            (count, words.length(count)) for count in sorted(lengths)
        ]
        offer(self, "kind", ((value, label.capitalize()) for value, label in Meeting.Kind.choices))
        self.fields["title"].widget.attrs["placeholder"] = title_of(str(self["kind"].value()))

    def day_said(self) -> DaySaid | None:
        """Whether the chosen day comes in time for the rhythm; it blocks nothing."""
        try:
            day = self.fields["day"].clean(self["day"].value())
        except ValidationError:
            return None
        for row in self.partners:
            if day < row.today(self.now):
                said = _("%(day)s is over. You will be asked whether the meeting was held.")
                return DaySaid("due", "clock", said % {"day": dates.full(day)})
            if late := self._days_too_late(row, day):
                if day <= agenda.next_workday(row.today(self.now), row.workdays):
                    # Sooner cannot be had, so nobody is blamed for the day.
                    said = _("%(day)s is the next working day. By then the check-in is %(days)s past due.")
                    return DaySaid("due", "clock", said % {"day": dates.full(day), "days": dates.days(late)})
                said = _("%(day)s would be %(days)s too late for the rhythm.")
                if len(self.partners) > 1:
                    said = _("%(day)s would be %(days)s too late for the rhythm with %(partner)s.")
                told = {"day": dates.full(day), "days": dates.days(late), "partner": row}
                return DaySaid("over", "alert-triangle", said % told)
            if day.weekday() not in row.workdays:
                told = {"day": dates.full(day), "partner": row}
                return DaySaid("due", "calendar-off", _("%(day)s is no working day at %(partner)s.") % told)
            if gap := self._gap_before(row, day):
                said = _("%(day)s would be in time only after a gap: the rhythm asks for a meeting by %(gap)s.")
                return DaySaid("due", "clock", said % {"day": dates.full(day), "gap": dates.full(gap)})
        if not self.partners or all(row.due_on is None for row in self.partners):
            return None
        return DaySaid("ok", "circle-check", _("%(day)s is in time for the rhythm.") % {"day": dates.full(day)})

    def _days_too_late(self, row: Relationship, day: date) -> int:
        """If nobody talked until then, but at the meetings that are planned before it."""
        talks = queries.talks_of(row)
        before = [on for on in queries.planned_days(row, self.now, self.meeting) if on < day]
        return agenda.days_too_late(talks.after(before[-1]) if before else talks, day)

    def _gap_before(self, row: Relationship, day: date) -> date | None:
        """The day that the rhythm leaves open before a meeting that is planned, and that before this day."""
        planned = queries.planned_days(row, self.now, self.meeting)
        gap = agenda.when_next(queries.talks_of(row), row.today(self.now), planned)
        return gap if gap is not None and any(gap < on < day for on in planned) else None

    # Who -------------------------------------------------------------------------------------------------------------

    def _ticked(self, name: str) -> set[int]:
        return set(_numbers(self[name].value()))

    def _asked(self) -> ParticipantQuerySet:
        assert self.meeting is not None
        return Participant.objects.visible_to(self.user).filter(meeting=self.meeting)

    def _offer_theirs(self) -> list[Table]:
        """The people of each partner, those first without whom nothing is decided."""
        asked: set[int] = set()
        if self.meeting is not None:
            asked = set(self._asked().theirs().values_list("contact", flat=True))
            self.initial["contacts"] = list(asked)
        ticked = self._ticked("contacts") if self.is_bound or self.meeting else set()
        tables, everybody = [], set(asked)
        for row in self.partners:
            here = list(relationship_queries.people_of(row, row.today(self.now)))
            stakes = {stake.contact_id: stake for stake in row.stakeholders.all()}
            lately = relationship_queries.people_lately_spoken_to(row)
            if self.meeting is None and row.pk not in self.known_before:
                ticked |= usually(here, stakes, lately)
            tables.append(_table(row, here, stakes, lately, ticked))
            everybody |= {one.pk for one in here}
        here_only = _("Somebody who was chosen is not of these partners. See who is chosen now.")
        narrow(self, "contacts", Contact.objects.filter(pk__in=everybody), gone=here_only)
        if not self.is_bound:
            self.initial["contacts"] = sorted(ticked)
        self.known = ",".join(str(row.pk) for row in self.partners)
        return tables

    def _offer_ours(self) -> list[Guest]:
        """The person, the owners and who has a part; whoever else works here is in the list of all."""
        staff = User.objects.visible_to(self.user).active_staff()
        asked: set[int] = set()
        if self.meeting is not None:
            asked = set(self._asked().ours().values_list("user", flat=True))
        colleagues = User.objects.visible_to(self.user).filter(Q(pk__in=staff) | Q(pk__in=asked))
        narrow(self, "colleagues", colleagues, gone=_("Somebody who was chosen no longer works here."))
        self.initial.setdefault("colleagues", sorted(asked) if self.meeting else [self.user.pk])
        ticked = self._ticked("colleagues")
        parts: dict[int, str] = {}
        for row in self.partners:
            parts |= {one.user_id: one.get_role_display() for one in row.members.all()}
            parts[row.owner_id] = _("owner")
        near = {self.user.pk, *parts, *ticked}
        found = [
            Guest(one, parts.get(one.pk, "") if one.pk != self.user.pk else _("you"), one.pk in ticked)
            for one in colleagues.filter(pk__in=near).order_by("name", "pk")
        ]
        offer(
            self, "colleagues", ((one.pk, str(one)) for one in colleagues.exclude(pk__in=near).order_by("name", "pk"))
        )
        return sorted(found, key=lambda guest: guest.person.pk != self.user.pk)

    # What it says ----------------------------------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.partners:
            self.add_error("relationship" if "relationship" in self.fields else None, _("Choose the partner."))
        if {"day", "at", "zone"} <= cleaned.keys():
            zone = ZoneInfo(cleaned["zone"])
            cleaned["starts_at"] = datetime.combine(cleaned["day"], cleaned["at"], tzinfo=zone)
            self._exists(cleaned["starts_at"])
            self._is_meant(cleaned["day"], self.now.today(cleaned["zone"]))
        cleaned["title"] = cleaned.get("title", "").strip() or title_of(cleaned.get("kind", ""))
        return cleaned

    def _exists(self, starts_at: datetime) -> None:
        """In the night in which the clock is put forward, an hour of it is left out."""
        zone = str(starts_at.tzinfo)
        if change := zone_writing.skipped(starts_at.replace(tzinfo=None), zone):
            shown = "H:i"
            said = _("That night the clock in %(city)s goes from %(before)s to %(after)s: there is no %(time)s.")
            told = {
                "city": zones.city(zone),
                "before": date_format(change.at, shown),
                "after": date_format(change.at + (change.after - change.before), shown),
                "time": date_format(starts_at, shown),
            }
            self.add_error("at", said % told)

    def _is_meant(self, day: date, today: date) -> None:
        """A day that is over is asked about once: somebody may write down late what was held; long ago it is a slip."""
        if day >= today or (self.meeting is not None and day == self.meeting.starts_here.date()):
            return
        if day < today - LONG_AGO:
            self.add_error("day", _("This is more than a year ago. What was held then can be logged as a check-in."))
            return
        self.over = day
        if self.data.get("over") != day.isoformat():
            said = _("%(day)s is over. Confirm once more if it is meant; you will be asked whether it was held.")
            self.add_error("day", said % {"day": dates.full(day)})

    @property
    def values(self) -> dict[str, Any]:
        """Of the meeting itself, as the verbs want them."""
        names = ("title", "kind", "host", "starts_at", "minutes", "zone", "place", "link")
        return {name: self.cleaned_data[name] for name in names}

    def guests(self) -> Guests:
        """Whom of theirs, by the partner for whom they come; of partners whom the person does not see, all stay."""
        chosen = {one.pk: one for one in self.cleaned_data["contacts"]}
        found: dict[int, list[Contact]] = {}
        if self.meeting is not None:
            seen = {row.pk for row in self.partners}
            asked = Participant.objects.filter(meeting=self.meeting).theirs().select_related("contact", "party")
            for one in asked:
                assert one.party is not None and one.contact is not None
                stays = one.party.relationship_id not in seen or one.contact_id in chosen
                if stays:
                    found.setdefault(one.party.relationship_id, []).append(one.contact)
                    chosen.pop(one.contact_id or 0, None)
        for table in self.tables:
            here = [guest.person.pk for guest in (*table.near, *table.others)]
            guests = [chosen.pop(pk) for pk in here if pk in chosen]
            found.setdefault(table.partner.pk, []).extend(guests)
        return found


def _numbers(values: Any) -> list[int]:
    """The keys among what was sent; a number beyond a bigint is none."""
    plain = [str(one) for one in values or []]
    return [int(one) for one in plain if one.isascii() and one.isdigit() and len(one) < 19]


def title_of(kind: str) -> str:
    """*Check-in*, as long as nobody says what else it is called."""
    return str(dict(Meeting.Kind.choices).get(kind, Meeting.Kind.CHECK_IN.label)).capitalize()


def usually(here: Iterable[Contact], stakes: dict[int, Stakeholder], lately: Sequence[int]) -> set[int]:
    """Who is ticked at first: those who decide, and whom one spoke with last."""
    deciding = {one.pk for one in here if one.pk in stakes and stakes[one.pk].decides}
    return deciding or set(lately[:1])


def _table(
    row: Relationship, here: list[Contact], stakes: dict[int, Stakeholder], lately: Sequence[int], ticked: set[int]
) -> Table:
    def place(one: Contact) -> tuple[bool, bool, int, str]:
        decides = one.pk in stakes and stakes[one.pk].decides
        return (not decides, one.pk not in ticked, lately.index(one.pk) if one.pk in lately else len(lately), one.name)

    guests = [Guest(one, people_words.does(stakes.get(one.pk)), one.pk in ticked) for one in sorted(here, key=place)]
    shown = max(NEAR, sum(guest.ticked for guest in guests))
    return Table(row, guests[:shown], guests[shown:])


class CancelForm(forms.Form):
    reason = forms.CharField(
        required=False, max_length=2000, label=gettext_lazy("Why"), widget=forms.Textarea(attrs={"rows": 2})
    )


class NotHeldForm(forms.Form):
    reason = forms.CharField(
        max_length=2000,
        label=gettext_lazy("Why it was not held"),
        widget=forms.TextInput(attrs={"autofocus": True, "list": "not-held-reasons", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Say why it was not held.")},
    )
