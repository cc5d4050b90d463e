"""An item of an agenda, and the templates of the kinds of meetings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Contact, User
from meetings import agenda, outlines
from meetings.models import AgendaItem, Meeting, MeetingAccount
from relationships.notes import Side
from web.choices import narrow

LONGEST_TITLE = 300
LONGEST_ITEM = 8 * 60
MOST_LINES = 20

_too_long = gettext_lazy("This is %(show_value)d characters long; %(limit_value)d fit. It is still here.")


class ItemForm(forms.Form):
    """What it is about, for how long, whose it is, and whether they see it; of a new one also with whom.

    What comes from somewhere is whose it is there, so it is not asked.
    """

    title = forms.CharField(
        label=gettext_lazy("Item"),
        max_length=LONGEST_TITLE,
        error_messages={"max_length": _too_long},
    )
    minutes = forms.IntegerField(label=gettext_lazy("Minutes"), required=False, min_value=1, max_value=LONGEST_ITEM)
    party = forms.ModelChoiceField(
        MeetingAccount.objects.none(),
        label=gettext_lazy("With"),
        required=False,
        empty_label=gettext_lazy("All partners of this meeting"),
    )
    whose = forms.ChoiceField(label=gettext_lazy("Whose item"), required=False)
    ours = forms.BooleanField(
        label=gettext_lazy("Only ours"),
        required=False,
        help_text=gettext_lazy("They see it in no invitation and in no minutes."),
    )

    def __init__(self, data: Any = None, *, user: User, meeting: Meeting, item: AgendaItem | None = None) -> None:
        initial = {"title": item.title, "minutes": item.minutes, "ours": not item.shared} if item else {}
        super().__init__(data, initial=initial)
        # The browser would cut what is pasted, without a word.
        self.fields["title"].widget.attrs.pop("maxlength", None)
        parties = MeetingAccount.objects.changeable_by(user).filter(meeting=meeting)
        narrow(self, "party", parties.select_related("relationship__account"))
        if item is not None or meeting.parties.count() < 2:
            del self.fields["party"]
        if item is not None:
            self.fields["minutes"].required = True
        if item is not None and item.kind not in agenda.BY_HAND:
            del self.fields["whose"]
            return
        self._offer_whose(meeting, parties, item)

    def _offer_whose(self, meeting: Meeting, parties: QuerySet[MeetingAccount], item: AgendaItem | None) -> None:
        """Ours, theirs, or that of one of theirs who is asked to the meeting."""
        asked = meeting.people.filter(party__in=parties).order_by()
        if item is not None and item.party_id is not None:
            asked = asked.filter(party=item.party_id)
        known = Q(pk__in=asked.values("contact")) | Q(pk=item.contact_id if item else None)
        self.people = {str(one.pk): one for one in Contact.objects.filter(known).order_by("name", "pk")}
        field = self.fields["whose"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = whose_choices(self.people.values())
        if item is not None:
            self.initial["whose"] = str(item.contact_id or "") if item.side == Side.THEIRS else Side.OURS.value
            self.initial["whose"] = self.initial["whose"] or Side.THEIRS.value

    def clean(self) -> dict[str, Any]:
        """Whose it is as the verbs take it: ``side`` and ``contact``."""
        cleaned = super().clean() or self.cleaned_data
        if "whose" in self.fields:
            said = cleaned.pop("whose", "") or Side.OURS.value
            contact = self.people.get(said)
            cleaned |= {"side": Side.THEIRS.value if contact else said, "contact": contact}
        return cleaned


def whose_choices(people: Iterable[Contact]) -> list[tuple[str, str]]:
    """*Ours*, *Theirs*, *Theirs: Ingrid Moe*."""
    named = [(str(one.pk), _("Theirs: %(name)s") % {"name": one}) for one in people]
    return [(Side.OURS.value, _("Ours")), (Side.THEIRS.value, _("Theirs")), *named]


LINE = re.compile(r"^(?P<minutes>\d{1,3})\s+(?P<title>\S.*)$")


class OutlineForm(forms.Form):
    """The template of each kind: a line for each item, its minutes before its words."""

    def __init__(self, data: Any = None, *, kept: dict[str, list[outlines.Line]]) -> None:
        super().__init__(data)
        for kind in Meeting.Kind:
            text = "\n".join(f"{line.minutes} {line.title}" for line in kept[kind])
            self.fields[kind.value] = forms.CharField(
                label=capfirst(kind.label),
                required=False,
                initial=text,
                max_length=MOST_LINES * (LONGEST_TITLE + 5),
                widget=forms.Textarea(attrs={"rows": max(2, len(kept[kind]) + 1)}),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.lines: dict[str, list[outlines.Line]] = {}
        for kind in Meeting.Kind:
            try:
                self.lines[kind] = _read(cleaned.get(kind.value, ""))
            except ValidationError as error:
                self.add_error(kind.value, error)
        return cleaned


def _read(text: str) -> list[outlines.Line]:
    found = []
    for number, line in enumerate((line.strip() for line in text.splitlines()), start=1):
        if not line:
            continue
        match = LINE.match(line)
        if match is None or not 1 <= int(match["minutes"]) <= LONGEST_ITEM or len(match["title"]) > LONGEST_TITLE:
            raise ValidationError(
                _("Line %(number)d: write the minutes and then the item, as in “10 What we decided last time”.")
                % {"number": number}
            )
        found.append(outlines.Line(match["title"], int(match["minutes"])))
    if len(found) > MOST_LINES:
        raise ValidationError(_("These are more than %(most)d lines.") % {"most": MOST_LINES})
    return found
