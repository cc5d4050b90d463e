"""The log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Contact, User
from relationships import notes, queries, words
from relationships.actions import Promised, Trouble
from relationships.models import Interaction, Problem, Relationship
from web.choices import narrow, offer
from web.clock import Now
from web.longest import bound
from web.widgets import AskedField, Combo, DayField, PillBoxes, Segmented

NEAREST = 50


@dataclass(frozen=True, slots=True)
class Found:
    """What a note promises, what is to be said of it, and the rest of it."""

    promised: list[Promised]
    problems: list[notes.Problem]
    rest: str

    @property
    def errors(self) -> list[notes.Problem]:
        """The problems that have to be mended; the others are hints."""
        return [problem for problem in self.problems if problem.trouble != notes.Trouble.TELLS_NOBODY]


def _names(people: dict[int, Any]) -> dict[int, str]:
    return {pk: str(person) for pk, person in people.items()}


class InteractionForm(forms.ModelForm[Interaction]):
    """The log. Defaults: today, the person's last channel; who began it is not known until tapped.

    A line of the note that begins with ``!`` is a promise of ours, ``!!`` one of theirs (``notes``): cleaned, they
    stand in ``promised``, and ``summary`` is the rest.
    """

    class When:
        TODAY, YESTERDAY, OTHER = "today", "yesterday", "other"

    relationship = forms.ModelChoiceField(
        Relationship.objects.none(),
        label=gettext_lazy("Partner"),
        widget=Combo(
            {"data-combo-next": "[name=summary]"},
            url=reverse_lazy("relationship_options"),
            placeholder=gettext_lazy("Type three letters"),
        ),
        error_messages={"required": gettext_lazy("Choose whom you talked with.")},
    )
    when = forms.ChoiceField(
        choices=[
            (When.TODAY, gettext_lazy("Today")),
            (When.YESTERDAY, gettext_lazy("Yesterday")),
            (When.OTHER, gettext_lazy("Other day")),
        ],
        widget=Segmented,
        label=gettext_lazy("When"),
        initial=When.TODAY,
    )
    occurred_on = DayField(required=False, label=gettext_lazy("Day"), asked=True)
    two_way = forms.TypedChoiceField(
        choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("Left a message – does not count"))],
        coerce=lambda value: value == "yes",
        widget=Segmented,
        label=gettext_lazy("Did both sides speak"),
        initial="yes",
    )
    contacts = forms.ModelMultipleChoiceField(
        Contact.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("Who of theirs"),
    )
    colleagues = forms.ModelMultipleChoiceField(
        User.objects.none(), required=False, label=gettext_lazy("Who of us, if not you alone")
    )

    topics = forms.MultipleChoiceField(
        choices=Interaction.Topic.choices,
        required=False,
        widget=PillBoxes,
        label=gettext_lazy("What it was about"),
    )
    next_step_on = DayField(required=False, label=gettext_lazy("By"))
    is_problem = forms.BooleanField(required=False, label=gettext_lazy("This is a problem"))
    wrong = AskedField(
        label=gettext_lazy("What is wrong, in words they may read"),
        help_text=gettext_lazy("Shared agendas and review packs show it; the note above stays with us."),
    )
    severity = forms.TypedChoiceField(
        choices=Problem.Severity.choices,
        coerce=int,
        required=False,
        initial=Problem.Severity.SERIOUS,
        widget=Segmented,
        label=gettext_lazy("How severe"),
    )

    class Meta:
        model = Interaction
        fields = [
            "relationship", "summary", "channel", "begun_by", "two_way", "purpose", "topics", "project", "next_step",
            "next_step_on",
        ]  # fmt: skip
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 4}),
            "channel": Segmented,
            "begun_by": Segmented(ticks={"ours": "ours", "theirs": "theirs"}),
            "purpose": forms.TextInput,
            "project": forms.TextInput(attrs={"list": "log-projects", "autocomplete": "off"}),
            "next_step": forms.TextInput,
        }
        help_texts = {
            "summary": gettext_lazy(
                "A line that begins with <kbd>!</kbd> is our promise, with <kbd>!!</kbd> theirs:"
                " <q>! Fri send the table</q>"
            ),
        }

    def __init__(self, *args: Any, user: User, now: Now, **kwargs: Any) -> None:
        self.user, self.now = user, now
        super().__init__(*args, **kwargs)
        mine = Relationship.objects.changeable_by(user).select_related("account", "agreement")
        narrow(self, "relationship", mine)
        narrow(self, "colleagues", User.objects.visible_to(user).active_staff())
        bound(self, "summary", "wrong")
        offer(self, "channel", ((value, label.capitalize()) for value, label in Interaction.Channel.choices))
        offer(self, "begun_by", ((value, label.capitalize()) for value, label in Interaction.Side.choices))
        offer(self, "severity", ((value, label.capitalize()) for value, label in Problem.Severity.choices))
        if self.instance.pk:
            # It is opened once, with the entry; afterwards it has a page of its own.
            del self.fields["is_problem"], self.fields["wrong"], self.fields["severity"]
        offer(self, "topics", ((value, label.capitalize()) for value, label in Interaction.Topic.choices))
        self.chosen = self._chosen(mine)
        self._offer(mine)

    def _chosen(self, mine: Any) -> Relationship | None:
        """The relationship that the rest of the form speaks about; nothing where there is none or it is not theirs."""
        if self.instance.pk:
            self.fields["relationship"].disabled = True
        value = self.data.get("relationship") if self.is_bound else self.initial.get("relationship")
        if self.instance.pk:
            value = self.instance.relationship_id
        if isinstance(value, Relationship):
            value = value.pk
        number = str(value or "")
        # A number beyond a bigint is no relationship; asking the database would be an error there.
        if not (number.isascii() and number.isdigit() and len(number) <= 18):
            return None
        return mine.filter(pk=int(number)).first()  # type: ignore[no-any-return]

    def _offer(self, mine: Any) -> None:
        """The nearest partners as plain choices (own ones, most overdue first); the search box finds the rest."""
        own = mine.filter(owner__in=self.user.acts_for).order_by("overdue_from", "id")
        nearest = [] if self.chosen else list(own[:NEAREST])
        if self.chosen:
            nearest = [self.chosen]
            today = self.chosen.today(self.now)
            here = queries.people_of(self.chosen, today)
            if self.instance.pk:
                here = Contact.objects.filter(Q(pk__in=here) | Q(pk__in=self.instance.contacts.all()))
            narrow(self, "contacts", here)
        offer(self, "relationship", [("", _("Choose a partner")), *((row.pk, str(row)) for row in nearest)])
        combo = self.fields["relationship"].widget
        assert isinstance(combo, Combo)
        combo.hints = {str(row.pk): (words.short(row, self.now), row.state(self.now).value) for row in nearest}

    def day(self) -> date:
        """The day meant, even while the form is not complete."""
        zone = self.chosen.zone if self.chosen else self.user.zone
        today = self.now.today(zone)
        when = self["when"].value()
        if when == self.When.YESTERDAY:
            return today - timedelta(days=1)
        if when == self.When.OTHER:
            try:
                return self.fields["occurred_on"].clean(self["occurred_on"].value()) or today
            except ValidationError:
                return today
        return today

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        when = cleaned.get("when")
        if when == self.When.OTHER:
            if not cleaned.get("occurred_on") and "occurred_on" not in self.errors:
                self.add_error("occurred_on", _("Say which day it was."))
        else:
            cleaned["occurred_on"] = self.day()
        if cleaned.get("next_step_on") and not cleaned.get("next_step"):
            self.add_error("next_step", _("Say what the next step is."))
        if "next_step" in self.changed_data:
            # Another step is still to be done, whatever became of the one before.
            cleaned["next_step_done_on"] = None
        found = self.read()
        for problem in found.errors:
            self.add_error("summary", words.note_problem(problem))
        trouble = self._trouble(cleaned)
        kept = {} if found.errors else {"summary": found.rest}
        return {**self.cleaned_data, "promised": found.promised, "trouble": trouble, **kept}

    def _trouble(self, cleaned: Mapping[str, Any]) -> Trouble | None:
        """Said in words of its own: notes are ours, and what is wrong is read by both sides."""
        if not cleaned.get("is_problem"):
            return None
        if not cleaned.get("wrong"):
            if "wrong" not in self.errors:
                self.add_error("wrong", _("Say what is wrong."))
            return None
        return Trouble(cleaned["wrong"], cleaned.get("severity") or Problem.Severity.SERIOUS)

    def read(self) -> Found:
        """What the note promises, with the people it names, even while the form is not complete."""
        reading = notes.read(self["summary"].value() or "", self.day())
        promised: list[Promised] = []
        problems = list(reading.problems)
        for promise in reading.promises:
            one = self._promised(promise)
            if isinstance(one, notes.Problem):
                problems.append(one)
            else:
                promised.append(one)
        problems.sort(key=lambda problem: problem.line)
        colleagues = self._choices("colleagues") if notes.mentions(reading.rest) else {}
        hint = notes.addressed(reading.rest, _names(colleagues))
        return Found(promised, [*problems, *([hint] if hint else [])], reading.rest)

    def _promised(self, promise: notes.Promise) -> Promised | notes.Problem:
        """Who promises whom: the colleague named, or who logs; the person of theirs named, or the only one ticked."""
        ours = promise.side == notes.Side.OURS
        if not ours and self.chosen is None:
            # Their people are known once the partner is; without one the form does not do anyway.
            return Promised(side=promise.side, what=promise.what, due_on=promise.due_on)
        own, other = ("colleagues", "contacts") if ours else ("contacts", "colleagues")
        people = self._choices(own)
        others = self._choices(other) if promise.who else {}
        found = notes.meant(promise, _names(people), _names(others))
        if isinstance(found, notes.Problem):
            return found
        promise, named = found
        colleague = people[named] if ours and named is not None else self.user
        contact = people[named] if not ours and named is not None else self._only_ticked()
        return Promised(promise.side, promise.what, promise.due_on, colleague=colleague, contact=contact)

    def _choices(self, name: str) -> dict[int, Any]:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        assert field.queryset is not None
        return {person.pk: person for person in field.queryset}

    def _only_ticked(self) -> Contact | None:
        ticked = {str(value) for value in self["contacts"].value() or []}
        people = self._choices("contacts") if len(ticked) == 1 else {}
        return next((person for pk, person in people.items() if str(pk) in ticked), None)

    def _post_clean(self) -> None:
        """The verb builds and checks the row; the form only reads what was typed."""
