"""What forms about a partner have in common: the field that chooses it, and whom of both sides they may name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Contact, User
from relationships import queries, words
from relationships.models import Relationship
from web.choices import narrow, offer
from web.clock import Now
from web.widgets import Combo

NEAREST = 50


class PartnerField(forms.ModelChoiceField[Relationship]):
    """Partners by a few letters of their name; once one is chosen, ``leads_to`` is the field to type into."""

    def __init__(self, leads_to: str = "") -> None:
        super().__init__(
            Relationship.objects.none(),
            label=gettext_lazy("Partner"),
            widget=Combo(
                {"data-combo-next": f"[name={leads_to}]"} if leads_to else None,
                url=reverse_lazy("relationship_options"),
                placeholder=gettext_lazy("Type three letters"),
            ),
            error_messages={"required": gettext_lazy("Choose the partner.")},
        )


def partners_of(user: User) -> QuerySet[Relationship]:
    """Those whom the person may choose."""
    return Relationship.objects.changeable_by(user).select_related("account", "agreement", "owner")


def named_by(mine: QuerySet[Relationship], data: Any) -> Relationship | None:
    """The relationship that a form or an address names, if it is one of these."""
    number = str(data.get("relationship") or "")
    # A number beyond a bigint is no relationship; asking the database would be an error there.
    if not (number.isascii() and number.isdigit() and len(number) <= 18):
        return None
    return mine.filter(pk=int(number)).first()


def chosen_by(mine: QuerySet[Relationship], args: Sequence[Any], kwargs: dict[str, Any]) -> Relationship | None:
    """The one that a form made with these arguments names: in what was sent, otherwise with what it begins."""
    data = kwargs.get("data", args[0] if args else None)
    return named_by(mine, data if data is not None else kwargs.get("initial", {}))


def offer_partners(
    form: forms.BaseForm, mine: QuerySet[Relationship], *, user: User, now: Now, first: Sequence[Relationship] = ()
) -> None:
    """Narrow the choice to these. Shown before anything is typed: the first, then what the person looks after."""
    narrow(form, "relationship", mine)
    known = {one.pk for one in first}
    own = mine.filter(owner__in=user.acts_for).order_by("overdue_from", "id")[:NEAREST]
    nearest = [*first, *(one for one in own if one.pk not in known)]
    offer(form, "relationship", [("", _("Choose a partner")), *((one.pk, str(one)) for one in nearest)])
    combo = form.fields["relationship"].widget
    assert isinstance(combo, Combo)
    combo.hints = {str(one.pk): (words.short(one, now), one.state(now).value) for one in nearest}


def offer_people(
    form: forms.ModelForm[Any], relationship: Relationship | None, ours: Mapping[str, str], *, user: User, today: date
) -> None:
    """Of theirs whoever is there today; for each field of ``ours``, with the word for nobody, whoever works here.

    Who is named in the row already stays, wherever they are by now.
    """
    row = form.instance
    staff = User.objects.visible_to(user).active_staff()
    named = [getattr(row, f"{name}_id") for name in ours]
    colleagues = User.objects.visible_to(user).filter(Q(pk__in=staff) | Q(pk__in=named))
    for name, nobody in ours.items():
        narrow(form, name, colleagues, none=nobody)
    here = queries.people_of(relationship, today) if relationship else Contact.objects.none()
    if row.contact_id:
        here = Contact.objects.filter(Q(pk__in=here) | Q(pk=row.contact_id))
    narrow(form, "contact", here, none=_("Nobody in particular"))
