"""An answer of Pulse, 1 to 5 with a word each; and whom of theirs a question is given to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relationships import pulse_words
from relationships.models import Pulse, PulseAnswer, PulseSide, Stakeholder
from web.choices import narrow
from web.longest import bound
from web.widgets import Segmented

# Of a public page: nobody needs more, and nobody can fill the disk.
LONGEST_FROM_OUTSIDE = 2000


def _scores() -> list[tuple[int, str]]:
    return [(score, capfirst(str(word))) for score, word in pulse_words.SCORES.items()]


class AnswerForm(forms.Form):
    """Ours; of theirs also who said it."""

    score = forms.TypedChoiceField(label=gettext_lazy("Answer"), coerce=int, widget=Segmented)
    said_by = forms.ModelChoiceField(
        Stakeholder.objects.none(), label=gettext_lazy("Who of them said it"), required=False
    )
    words = forms.CharField(
        label=gettext_lazy("In words"), required=False, widget=forms.Textarea(attrs={"rows": 3}), strip=True
    )

    def __init__(self, *args: Any, row: Pulse | None = None, answer: PulseAnswer | None = None, **kwargs: Any) -> None:
        if answer is not None:
            kwargs["initial"] = {"score": answer.score, "words": answer.words, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.fields["score"].choices = _scores()  # type: ignore[attr-defined]
        self.fields["score"].error_messages["required"] = _("Choose an answer.")
        bound(self, "words")
        if row is None or row.side == PulseSide.OURS:
            del self.fields["said_by"]
        else:
            people = Stakeholder.objects.filter(relationship=row.relationship_id).select_related("contact")
            narrow(self, "said_by", people, none=_("Not said"))


class GiveForm(forms.Form):
    to = forms.ModelChoiceField(Stakeholder.objects.none(), label=gettext_lazy("Whom of theirs"))

    def __init__(self, *args: Any, row: Pulse, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Stakeholder.objects.filter(relationship=row.relationship_id).select_related("contact")
        narrow(self, "to", people, none=_("Choose somebody"))
        self.fields["to"].error_messages["required"] = _("Choose who is to answer.")


class QuestionForm(forms.Form):
    """The page behind the link."""

    score = forms.TypedChoiceField(coerce=int, choices=_scores)
    words = forms.CharField(required=False, max_length=LONGEST_FROM_OUTSIDE, strip=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["score"].error_messages["required"] = _("Choose an answer.")
        self.fields["score"].error_messages["invalid_choice"] = _("Choose one of the answers.")
        self.fields["words"].error_messages["max_length"] = _(
            "This is too long; 2,000 characters fit. Nothing is lost."
        )
