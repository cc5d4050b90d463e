"""What we say to a partner is read while it is typed; a note beside it, never an error."""

from __future__ import annotations

from django import forms
from django.urls import reverse_lazy

# Fields with words that a partner gets to read or hear.
SPOKEN = ("said", "text", "note", "what", "remedy", "explanation", "plan", "reason")
_READING = {
    "data-hx-post": reverse_lazy("tone_reading"),
    "data-hx-trigger": "input changed delay:600ms",
    "data-hx-target": "#tone",
    "data-hx-sync": "this:replace",
}


def read_for_tone(form: forms.BaseForm, *names: str) -> None:
    """These of ``SPOKEN`` are read together. Where the form says whose they are, theirs are left alone."""
    assert set(names) <= set(SPOKEN), names
    for name in names:
        form.fields[name].widget.attrs |= {
            **{key: str(value) for key, value in _READING.items()},
            "data-hx-params": ",".join(("csrfmiddlewaretoken", "side", *names)),
        }
