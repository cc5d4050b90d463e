"""What the palette can offer: places, deeds, and what there is of each partner. Nothing here asks the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.access import Reach
from relationships.models import Commitment, Relationship
from web.plain import FEWEST_LETTERS, Rank, Word, match, plain, rank


@dataclass(frozen=True, slots=True)
class Choice:
    """A line of the palette. ``dialog``: it opens in the dialog. ``tone`` is the class of the icon's hue."""

    text: str
    address: str
    icon: str
    hint: str = ""
    tone: str = ""
    dialog: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    name: str | Promise
    choices: list[Choice]


@dataclass(frozen=True, slots=True)
class Offer:
    """A place, or an action that needs no partner; ``may`` says who is let in."""

    text: str | Promise
    url: str
    icon: str
    may: Callable[[Reach], bool]
    dialog: bool = False
    # Other words for it, by which it is found too.
    also: str | Promise = ""
    # Whether it is listed before anything is typed.
    listed: bool = True

    def choice(self) -> Choice:
        return Choice(str(self.text), reverse(self.url), self.icon, dialog=self.dialog)

    def fit(self, words: tuple[Word, ...]) -> Rank | None:
        return rank(words, str(self.text), also=str(self.also))

    def begins(self, letters: str) -> bool:
        """Too little was typed to look for, a letter or a sign: it begins a word of the name, or another word for it.

        Of a place the name itself: there are many.
        """
        text = plain(str(self.text))
        if self not in DEEDS and len(letters) < FEWEST_LETTERS:
            return text.startswith(letters)
        return any(word.startswith(letters) for word in f"{text} {plain(str(self.also))}".split())


def _everybody(reach: Reach) -> bool:
    return reach.staff


def _administrators(reach: Reach) -> bool:
    return reach.everything


def _writers(reach: Reach) -> bool:
    return reach.writes


PLACES = (
    Offer(gettext_lazy("Today"), "today", "sun", _everybody),
    Offer(gettext_lazy("Portfolio"), "portfolio", "layout-list", _everybody),
    Offer(gettext_lazy("Meetings"), "meeting_list", "calendar-event", _everybody),
    Offer(gettext_lazy("Promises"), "promise_list", "checks", _everybody),
    Offer(gettext_lazy("Feedback"), "feedback_list", "message-circle", _everybody),
    Offer(
        gettext_lazy("Insights"), "insights", "chart-dots", _everybody, also=gettext_lazy("dashboard charts figures")
    ),
    Offer(gettext_lazy("Saved views"), "view_list", "bookmark", _everybody),
    Offer(gettext_lazy("Satisfied, and loyal"), "loyalty_list", "heart", _everybody),
    Offer(gettext_lazy("Problems"), "problem_list", "alert-circle", _everybody),
    Offer(gettext_lazy("Listening posts"), "listening_list", "ear", _everybody),
    Offer(
        gettext_lazy("Learnt on visits"), "insight_list", "bulb", _everybody, also=gettext_lazy("insights from visits")
    ),
    Offer(gettext_lazy("Which ways in work"), "play_list", "door-enter", _everybody),
    Offer(
        gettext_lazy("One-to-ones"),
        "one_to_one_list",
        "user-circle",
        _everybody,
        also=gettext_lazy("one to one sheet team talk 1:1"),
    ),
    Offer(gettext_lazy("Organisations"), "account_list", "building", _everybody),
    Offer(gettext_lazy("Duplicates"), "duplicate_list", "copy", _everybody),
    Offer(gettext_lazy("History"), "history", "history", _everybody),
    Offer(gettext_lazy("Holidays"), "cover_list", "calendar-time", _everybody),
    Offer(gettext_lazy("People"), "person_list", "users", _administrators),
    Offer(gettext_lazy("Teams"), "team_list", "users-group", _administrators),
    Offer(
        gettext_lazy("Outlines of meetings"),
        "outline_list",
        "list-details",
        _administrators,
        also=gettext_lazy("outlines agenda agendas template templates of meetings"),
    ),
    Offer(gettext_lazy("Outbox"), "outbox", "send", _administrators),
    Offer(gettext_lazy("Search"), "search", "search", _everybody, also=gettext_lazy("find look for notes words")),
    Offer(gettext_lazy("Keys"), "shortcut_list", "command", _everybody, also=gettext_lazy("shortcuts keyboard help")),
    Offer(gettext_lazy("Settings"), "settings", "settings", _everybody, also=gettext_lazy("preferences theme zone")),
    Offer(
        gettext_lazy("Weekly mails"), "mail_settings", "mail", _everybody, also=gettext_lazy("settings digest monday")
    ),
    Offer(
        gettext_lazy("How relationships are judged"),
        "health_settings",
        "adjustments-horizontal",
        _everybody,
        also=gettext_lazy("health weights thresholds score standing settings"),
    ),
    Offer(
        gettext_lazy("Concord in your calendar"),
        "calendar_settings",
        "calendar-event",
        _everybody,
        also=gettext_lazy("settings feed ics subscribe phone"),
        listed=False,
    ),
    Offer(
        gettext_lazy("Your calendar in Concord"),
        "calendar_source",
        "calendar-event",
        _everybody,
        also=gettext_lazy("settings own capture"),
        listed=False,
    ),
    Offer(
        gettext_lazy("Password"),
        "account_change_password",
        "key",
        _everybody,
        also=gettext_lazy("settings change password"),
        listed=False,
    ),
    Offer(
        gettext_lazy("Second step with a code from your phone"),
        "mfa_index",
        "shield-lock",
        _everybody,
        also=gettext_lazy("settings 2fa mfa two-factor authenticator"),
        listed=False,
    ),
    Offer(
        gettext_lazy("Where you are signed in"),
        "usersessions_list",
        "device-laptop",
        _everybody,
        also=gettext_lazy("settings sessions devices"),
        listed=False,
    ),
    Offer(gettext_lazy("Sign out"), "account_logout", "logout", _everybody, also=gettext_lazy("log out leave signout")),
)
DEEDS = (
    Offer(gettext_lazy("Log check-in"), "log", "pencil-plus", _writers, dialog=True),
    Offer(gettext_lazy("Plan a meeting"), "meeting_new", "calendar-event", _writers, dialog=True),
    Offer(gettext_lazy("New promise"), "commitment_new", "checks", _writers, dialog=True),
    Offer(gettext_lazy("New feedback"), "feedback_new", "message-circle", _writers, dialog=True),
    Offer(gettext_lazy("New problem"), "problem_new", "alert-circle", _writers, dialog=True),
    Offer(gettext_lazy("Review pack"), "pack_choice", "notes", _writers, also=gettext_lazy("prepare a review")),
    Offer(gettext_lazy("New relationship"), "relationship_create", "plus", _writers, dialog=True),
    Offer(gettext_lazy("Add organisation"), "account_create", "building", _writers, dialog=True),
)


# Of a partner --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Deed:
    """What can be done with a partner, or a page of theirs; ``also`` are other words by which it is found.

    ``always``: it is offered as soon as the partner is found; else only where it is named too.
    """

    text: str | Promise
    icon: str
    address: Callable[[Relationship], str]
    also: str | Promise = ""
    dialog: bool = True
    always: bool = True
    fits: Callable[[Relationship], bool] = lambda _row: True

    def choice(self, row: Relationship) -> Choice:
        return Choice(str(self.text) % {"partner": row}, self.address(row), self.icon, dialog=self.dialog)

    def fit(self, row: Relationship, words: tuple[Word, ...]) -> Rank | None:
        """How well it and the partner together have the words; none where one of these speaks of neither."""
        return rank(words, str(self.text) % {"partner": row}, also=str(self.also))

    def speaks_of(self, word: Word) -> bool:
        return match(f"{str(self.text) % {'partner': ''}} {self.also}", (word,)) is not None


def _at(name: str) -> Callable[[Relationship], str]:
    return lambda row: reverse(name, args=[row.pk])


def _asking(name: str, **values: str) -> Callable[[Relationship], str]:
    return lambda row: f"{reverse(name)}?{urlencode({'relationship': row.pk, **values})}"


def _going_on(row: Relationship) -> bool:
    return row.paused_since is None and row.ended_on is None


def _may_wait(row: Relationship) -> bool:
    return row.due_on is not None and row.paused_since is None


# For whoever may change it.
DEEDS_WITH = (
    Deed(
        gettext_lazy("Log check-in with %(partner)s"),
        "pencil-plus",
        _asking("log"),
        gettext_lazy("touch talk call note contact"),
    ),
    Deed(gettext_lazy("Plan a meeting with %(partner)s"), "calendar-event", _at("meeting_create")),
    Deed(
        gettext_lazy("Promise to %(partner)s"), "checks", _asking("commitment_new", side=Commitment.Side.OURS.value),
        gettext_lazy("our new promise"),
    ),
    Deed(
        gettext_lazy("Their promise from %(partner)s"), "checks",
        _asking("commitment_new", side=Commitment.Side.THEIRS.value), gettext_lazy("new"),
    ),
    Deed(gettext_lazy("Feedback from %(partner)s"), "message-circle", _at("feedback_create"), gettext_lazy("new")),
    Deed(
        gettext_lazy("Review pack of %(partner)s"), "notes", _at("review_pack"),
        gettext_lazy("prepare a joint business review pdf paper"), dialog=False,
    ),
    Deed(gettext_lazy("Snooze %(partner)s"), "zzz", _at("snooze_create"), fits=_may_wait),
    Deed(gettext_lazy("Pause %(partner)s"), "player-pause", _at("relationship_pause"), fits=_going_on),
    Deed(
        gettext_lazy("Open a problem with %(partner)s"), "alert-circle", _at("problem_create"), gettext_lazy("new"),
        always=False,
    ),
    Deed(
        gettext_lazy("Change the rhythm of %(partner)s"), "calendar-time", _at("agreement_create"),
        gettext_lazy("cadence agreement"), always=False,
    ),
    Deed(gettext_lazy("Change %(partner)s"), "pencil", _at("relationship_edit"), gettext_lazy("edit"), always=False),
)  # fmt: skip
# For whoever sees it.
PAGES_OF = tuple(
    Deed(text, icon, _at(name), also, dialog=False, always=False)
    for text, icon, name, also in (
        (gettext_lazy("Standing of %(partner)s"), "chart-dots", "relationship_standing", gettext_lazy("health score")),
        (gettext_lazy("People of %(partner)s"), "users", "relationship_people", gettext_lazy("contacts stakeholders")),
        (gettext_lazy("Ways in to %(partner)s"), "door-enter", "relationship_plays", gettext_lazy("plays")),
        (gettext_lazy("Stage of %(partner)s"), "stairs-up", "relationship_stage", gettext_lazy("plan criteria")),
        (gettext_lazy("All feedback of %(partner)s"), "message-circle", "relationship_feedback", ""),
        (gettext_lazy("Both views of %(partner)s"), "heart", "relationship_two_views", gettext_lazy("pulse answers")),
        (gettext_lazy("History of %(partner)s"), "history", "relationship_history", gettext_lazy("changes")),
    )
)
EVERY_DEED = (*DEEDS_WITH, *PAGES_OF)


def deeds_with(row: Relationship) -> Iterator[Choice]:
    """Those that are offered with a partner whose name was typed."""
    return (deed.choice(row) for deed in DEEDS_WITH if deed.always and deed.fits(row))


def named(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """Those of the words that may name a partner, where others name a deed: *pack havbris* is of Havbris.

    Where each of them speaks of some deed, the last: what is done is said before with whom. None of a word alone.
    """
    if len(words) < 2:
        return ()
    rest = tuple(word for word in words if not any(deed.speaks_of(word) for deed in EVERY_DEED))
    return rest or words[-1:]
