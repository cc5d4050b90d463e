"""An item of an agenda, and the templates of the kinds of meetings."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Contact, User
from meetings import outlines
from meetings.models import AgendaItem, Meeting, MeetingAccount
from web.choices import narrow

LONGEST_TITLE = 300
LONGEST_ITEM = 8 * 60
MOST_LINES = 20

_too_long = gettext_lazy("This is %(show_value)d characters long; %(limit_value)d fit. It is still here.")


class ItemForm(forms.Form):
    """What it is about, for how long, and whether they see it; of a new one also with whom and who asked for it."""

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
    contact = forms.ModelChoiceField(
        Contact.objects.none(), label=gettext_lazy("Asked for by"), required=False, empty_label=gettext_lazy("Us")
    )
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
        if item is not None:
            del self.fields["party"], self.fields["contact"]
            self.fields["minutes"].required = True
            return
        parties = MeetingAccount.objects.changeable_by(user).filter(meeting=meeting)
        narrow(self, "party", parties.select_related("relationship__account"))
        asked = meeting.people.filter(party__in=parties).order_by().values("contact")
        narrow(self, "contact", Contact.objects.filter(pk__in=asked).order_by("name", "pk"))
        if meeting.parties.count() < 2:
            del self.fields["party"]
        if not self.fields["contact"].queryset.exists():  # type: ignore[attr-defined]
            del self.fields["contact"]


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
