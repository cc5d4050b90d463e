"""Who looks after a relationship."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.models import User
from web.choices import narrow


class HandOverForm(forms.Form):
    """Who takes over the relationships of somebody who leaves."""

    to = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("Hand over to"))

    def __init__(self, *args: Any, user: User, leaving: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.visible_to(user).active_staff().exclude(pk=leaving.pk)
        narrow(self, "to", people)
