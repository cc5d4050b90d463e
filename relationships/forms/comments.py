"""What colleagues write to each other, and what they put beside it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import URLValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relationships.models import Comment
from web.longest import bound

MEGABYTE = 1024 * 1024


class CommentForm(forms.ModelForm[Comment]):
    class Meta:
        model = Comment
        fields = ["text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 4})}
        error_messages = {"text": {"required": gettext_lazy("Write what you want to say.")}}

    def __init__(self, *args: Any, names: Iterable[str], **kwargs: Any) -> None:
        """``names`` are the colleagues whom a mention would reach; offered while ``@`` is typed."""
        super().__init__(*args, **kwargs)
        bound(self, "text")
        self.fields["text"].help_text = _(
            "Colleagues who see this partner can read it. @ and a name puts it on their Today."
        )
        self.fields["text"].widget.attrs["data-mention"] = json.dumps(list(names), ensure_ascii=False)

    def _post_clean(self) -> None:
        """The verb builds and checks the row; the form only reads what was typed."""


class LinkField(forms.URLField):
    """An address of the web; other kinds of address would do something else when clicked."""

    default_validators = [URLValidator(["http", "https"])]
    default_error_messages = {"invalid": gettext_lazy("Give an address such as https://partner.example/prices.")}


def checked_file(file: UploadedFile[Any] | None) -> UploadedFile[Any] | None:
    """A file that is not too large to be kept; raises ``ValidationError`` otherwise."""
    if file and (file.size or 0) > settings.LARGEST_ATTACHMENT_MB * MEGABYTE:
        raise forms.ValidationError(
            _("This file is larger than %(size)d MB. Keep it elsewhere and add a link to it.")
            % {"size": settings.LARGEST_ATTACHMENT_MB}
        )
    return file


class AttachmentForm(forms.Form):
    url = LinkField(
        required=False,
        max_length=2000,
        assume_scheme="https",
        label=gettext_lazy("Address of a link"),
        widget=forms.URLInput(attrs={"inputmode": "url", "autocomplete": "off", "placeholder": "https://"}),
    )
    file = forms.FileField(
        required=False,
        label=gettext_lazy("Or a file"),
        widget=forms.FileInput,
        error_messages={"empty": gettext_lazy("This file is empty. Choose another.")},
    )
    title = forms.CharField(
        required=False,
        max_length=150,
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("How it is called here; otherwise by its own name."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _("At most %(size)d MB.") % {"size": settings.LARGEST_ATTACHMENT_MB}

    def clean_file(self) -> UploadedFile[Any] | None:
        return checked_file(self.cleaned_data["file"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        if cleaned.get("url") and cleaned.get("file"):
            self.add_error("file", _("Give an address or choose a file, not both."))
        elif not cleaned.get("url") and not cleaned.get("file"):
            self.add_error("url", _("Give an address, or choose a file."))
        return cleaned
