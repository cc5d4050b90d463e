"""Who looks after a relationship."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership, User
from relationships.models import Relationship, RelationshipMember
from web.choices import narrow, offer


def note_field() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("What to know"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Who matters, what is promised, what to be careful of. It stays on the page."),
    )


def next_owners(user: User) -> QuerySet[User]:
    """Colleagues who may be given relationships: administrators, and whoever is more than a reader in some team."""
    writing = Membership.objects.exclude(role=Membership.Role.READER).values("user")
    people: QuerySet[User] = User.objects.visible_to(user).active_staff()
    return people.filter(Q(is_administrator=True) | Q(pk__in=writing))


class LeavingForm(forms.Form):
    """Who takes over the relationships of somebody who leaves."""

    to = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("Hand over to"))
    note = note_field()

    def __init__(self, *args: Any, user: User, leaving: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        narrow(self, "to", next_owners(user).exclude(pk=leaving.pk))


class HandOverForm(forms.Form):
    """Who takes over, and what they should know."""

    to = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("To whom"))
    note = note_field()
    former_stays = forms.BooleanField(label=gettext_lazy("The former owner stays as deputy"), required=False)

    def __init__(self, *args: Any, user: User, former: User | None = None, **kwargs: Any) -> None:
        """``former`` is the owner of all of them, where there is one."""
        super().__init__(*args, **kwargs)
        people = next_owners(user)
        narrow(self, "to", people.exclude(pk=former.pk) if former else people, none=_("Choose a colleague"))
        if former is not None and not former.is_active:
            del self.fields["former_stays"]
        elif former is not None:
            said = _("You stay as deputy") if former == user else _("%(name)s stays as deputy") % {"name": former}
            self.fields["former_stays"].label = said


class MemberForm(forms.ModelForm[RelationshipMember]):
    """A colleague's part in a relationship."""

    class Meta:
        model = RelationshipMember
        fields = ["user", "role", "subject"]
        widgets = {"subject": forms.TextInput}
        help_texts = {"subject": gettext_lazy("What they are asked about: prices, customs, the contract.")}

    def __init__(self, *args: Any, user: User, relationship: Relationship, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.visible_to(user).active_staff().exclude(pk=relationship.owner_id)
        narrow(self, "user", people, none=_("Choose a colleague"))
        offer(self, "role", ((value, label.capitalize()) for value, label in RelationshipMember.Role.choices))
        if self.instance.pk:
            del self.fields["user"]

    def _post_clean(self) -> None:
        """The verb builds and checks the row."""
