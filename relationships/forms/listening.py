"""A listening post, and its public form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Contact, Team, User
from relationships import queries
from relationships.forms.partner import NEAREST, PartnerField, named_by, offer_partners, partners_of
from relationships.listening import LONGEST_LINE, LONGEST_TEXT, says_something
from relationships.models import Feedback, Heard, ListeningPost, Relationship
from web.choices import narrow, offer
from web.clock import Now
from web.text import name_key
from web.widgets import Combo, Pills, Segmented

LINES = ("name", "organisation", "reach", "behalf_of", "noted_by")


def _line(label: Any, *, complete: str, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        required=False,
        max_length=LONGEST_LINE,
        label=label,
        help_text=hint,
        widget=forms.TextInput(attrs={"autocomplete": complete, "dir": "auto"}),
        error_messages={"max_length": gettext_lazy("This is %(show_value)d characters long; 200 fit.")},
    )


class HearForm(forms.Form):
    """What somebody wants to say, and as much of who they are as they like to tell.

    What is sent must be made tidy before (``listening.tidy``).
    """

    text = forms.CharField(
        label=gettext_lazy("What you want to say"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
        error_messages={
            "required": gettext_lazy("Write what you want to say."),
            "max_length": gettext_lazy(
                "This is %(show_value)d characters long; 5,000 fit. It is still here: shorten it, or send it in parts."
            ),
        },
    )
    nature = forms.ChoiceField(
        required=False,
        choices=Feedback.Nature.choices,
        label=gettext_lazy("It is"),
        widget=Pills,
    )
    name = _line(gettext_lazy("Your name"), complete="name")
    organisation = _line(gettext_lazy("Your organisation"), complete="organization")
    reach = _line(
        gettext_lazy("How to reach you"),
        hint=gettext_lazy("An e-mail address or a number. With it you can be told what came of it."),
        complete="email",
    )
    # Whoever goes back to what they sent finds it as they wrote it; a browser forgets a line that it may not complete.
    behalf_of = _line(gettext_lazy("On behalf of"), hint=gettext_lazy("For example the night shift."), complete="on")
    for_somebody = forms.BooleanField(required=False, label=gettext_lazy("I am writing this down for somebody else"))
    noted_by = _line(
        gettext_lazy("Who is writing it down"),
        hint=gettext_lazy("Your own name. The name and organisation above are then those of whoever said it."),
        complete="on",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "nature", ((value, label.capitalize()) for value, label in Feedback.Nature.choices))
        for field in self.fields.values():
            # The browser would cut what is pasted without a word; that it is too much is said in words, the text kept.
            field.widget.attrs.pop("maxlength", None)

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if not says_something(text):
            raise forms.ValidationError(_("Write what you want to say."), code="required")
        return text

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.pop("for_somebody", False) and not cleaned.get("noted_by") and "noted_by" not in self.errors:
            self.add_error("noted_by", _("Say who is writing it down."))
        return cleaned


class PostForm(forms.ModelForm[ListeningPost]):
    """A place where the partner's voice is heard; about one partner, or about whoever speaks there."""

    class Meta:
        model = ListeningPost
        fields = ["name", "kind", "covers", "public", "relationship", "owner", "team"]
        widgets = {
            "name": forms.TextInput(attrs={"maxlength": LONGEST_LINE, "autofocus": True}),
            "kind": Pills,
            "covers": forms.Textarea(attrs={"rows": 2}),
            "relationship": Combo(
                url=reverse_lazy("relationship_options"), placeholder=gettext_lazy("Type three letters")
            ),
        }
        help_texts = {
            "name": gettext_lazy("As those who speak there know it; with a public form it is the heading."),
            "covers": gettext_lazy("With a public form everybody who has its address reads this."),
            "public": gettext_lazy("Anybody with its address can write without signing in."),
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.instance
        offer(self, "kind", ((value, label.capitalize()) for value, label in ListeningPost.Kind.choices))
        staff = User.objects.visible_to(user).active_staff()
        narrow(self, "owner", User.objects.visible_to(user).filter(Q(pk__in=staff) | Q(pk=row.owner_id)))
        teams = Team.objects.visible_to(user)
        if not user.reach.everything:
            teams = teams.filter(Q(pk__in=user.reach.changed) | Q(pk=row.team_id))
        narrow(self, "team", teams, none=_("No team"))
        mine = Relationship.objects.changeable_by(user).select_related("account")
        narrow(self, "relationship", mine, none=_("Whoever speaks there"))
        chosen = mine.filter(pk=row.relationship_id).first() if row.relationship_id else None
        nearest = [chosen] if chosen else list(mine.filter(owner__in=user.acts_for)[:NEAREST])
        offer(self, "relationship", [("", _("Whoever speaks there")), *((one.pk, str(one)) for one in nearest if one)])

    def _post_clean(self) -> None:
        """The verb builds and checks the row."""


class SortForm(forms.Form):
    """Whose feedback it is, of what came in, what kind it is, and who of theirs spoke, where that is known."""

    relationship = PartnerField()
    nature = forms.ChoiceField(
        choices=Feedback.Nature.choices,
        label=gettext_lazy("It is"),
        widget=Segmented,
        error_messages={"required": gettext_lazy("Say what it is.")},
    )
    contact = forms.ModelChoiceField(
        Contact.objects.none(), required=False, label=gettext_lazy("Who of theirs said it")
    )

    def __init__(
        self, *args: Any, user: User, now: Now, heard: Heard, likely: Sequence[Relationship], **kwargs: Any
    ) -> None:
        """Proposed are the likeliest partner, the kind that was said and whoever has the address or name written."""
        super().__init__(*args, **kwargs)
        mine = partners_of(user)
        self.initial = {"relationship": likely[0].pk if likely else "", "nature": heard.nature, **self.initial}
        chosen = named_by(mine, self.data if self.is_bound else self.initial)
        here = queries.people_of(chosen, chosen.today(now)) if chosen else Contact.objects.none()
        narrow(self, "contact", here, none=_("Nobody in particular"))
        if not self.is_bound:
            self.initial["contact"] = _who_of(here, heard)
        offer(self, "nature", ((value, label.capitalize()) for value, label in Feedback.Nature.choices))
        first = [chosen, *likely] if chosen and chosen not in likely else likely
        offer_partners(self, mine, user=user, now=now, first=first)


def _who_of(people: QuerySet[Contact], heard: Heard) -> int | None:
    """Of these people the one with the address that was left, else the one who is called what was written."""
    if reached := queries.reached_at(heard.reach, people):
        return reached.pk
    key = name_key(heard.name)
    return next((one.pk for one in people if name_key(one.name) == key), None) if key else None


class AsideForm(forms.Form):
    why = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=LONGEST_LINE,
        widget=forms.TextInput(attrs={"list": "asides"}),
        error_messages={"required": gettext_lazy("Say why.")},
    )
