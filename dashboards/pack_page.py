"""The review pack: the page on which one prepares a joint business review, and the paper to bring.

The page shows what the paper says. What is chosen lives in the address, so that a link restores it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.validators import MaxLengthValidator
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from accounts.requests import PersonRequest
from dashboards import actions, pack_facts, pack_paper, pack_words, packs
from dashboards.models import PackChoice
from dashboards.pack_words import Sheet
from dashboards.packs import Part, Period, Span
from relationships.models import Relationship
from web import paper
from web.clock import Now
from web.responses import done
from web.widgets import DayField, PillBoxes, Pills, Segmented

SPANS = {
    Span.REVIEW: gettext_lazy("Since the last review"),
    Span.QUARTER: gettext_lazy("This quarter"),
    Span.BEFORE: gettext_lazy("Last quarter"),
    Span.YEAR: gettext_lazy("Twelve months"),
    Span.DATES: gettext_lazy("From a day to a day"),
}
# A few lines; more is a letter of its own.
LONGEST_INTRO = 600
# What is left out lives in the address, of which servers take some 4,000 characters; the rest needs a few hundred.
LONGEST_OUT = 3000
KEY = re.compile(r"[a-z_]{1,20}:[\w.:-]{1,80}")
SIZES = {"a4": gettext_lazy("A4"), "letter": gettext_lazy("Letter")}

_too_long = gettext_lazy(
    "This is %(show_value)s characters long; %(limit_value)s fit. It is still here: shorten it, and say the rest in a "
    "letter."
)


class PackForm(forms.Form):
    """What goes into the pack; its values live in the address."""

    span = forms.ChoiceField(label=gettext_lazy("Which time"), choices=list(SPANS.items()), widget=Pills)
    first = DayField(required=False, asked=True, label=gettext_lazy("First day"))
    last = DayField(required=False, asked=True, label=gettext_lazy("Last day"))
    part = forms.MultipleChoiceField(
        label=gettext_lazy("Parts"),
        choices=list(pack_words.PARTS.items()),
        widget=PillBoxes,
        error_messages={"required": gettext_lazy("Choose at least one part.")},
    )
    size = forms.ChoiceField(label=gettext_lazy("Paper"), choices=list(SIZES.items()), widget=Segmented)
    intro = forms.CharField(
        required=False,
        label=gettext_lazy("In your own words"),
        help_text=gettext_lazy("They read it at the top of the paper. The PDF has what stands here, kept or not."),
        validators=[MaxLengthValidator(LONGEST_INTRO, _too_long)],
        widget=forms.Textarea(attrs={"rows": 3, "data-hx-preserve": "true"}),
    )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if found.get("span") != Span.DATES or self.errors.keys() - {"intro"}:
            return found
        for name in ("first", "last"):
            if found[name] is None:
                self.add_error(name, _("Say which day."))
        if not self.errors.keys() - {"intro"} and found["first"] > found["last"]:
            self.add_error("last", _("The last day lies before the first."))
        return found

    @property
    def dates(self) -> Period | None:
        first, last = self.cleaned_data["first"], self.cleaned_data["last"]
        return Period(first, last) if first and last else None

    @property
    def size_of_paper(self) -> paper.Size:
        return "us-letter" if self.cleaned_data["size"] == "letter" else "a4"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A form that was filled in well enough has a sheet; with words that are too long it has those that were kept."""

    row: Relationship
    form: PackForm
    asked: QueryDict
    sheet: Sheet | None
    stays: bool
    full: bool
    now: Now
    as_of: date
    reviewed_on: date | None


def _asked(
    request: PersonRequest, own: PackChoice | None, today: date, reviewed_on: date | None
) -> tuple[QueryDict, bool]:
    """What the address says, or was sent, completed: what it leaves out as it was kept, or as it is for anybody.

    And whether more was to be left out than an address holds.
    """
    values = (request.POST if request.method == "POST" else request.GET).copy()
    values.pop("csrfmiddlewaretoken", None)
    defaults: dict[str, str] = {"span": Span.REVIEW if reviewed_on else Span.YEAR, "size": "a4"}
    if own is not None and not values.keys() & PackForm.base_fields.keys() and "chosen" not in values:
        values.setlist("part", [one for one in own.parts if one in [*Part]] or [*Part])
        values.setlist("without", own.without)
        defaults |= {"size": "letter" if own.letter else "a4"} | ({"span": own.span} if own.span else {})
    if request.method != "POST":
        # What they read stands in no address.
        values["intro"] = own.intro if own else ""
    for name, value in defaults.items():
        if not values.get(name):
            values[name] = value
    full = _leave_out(values)
    # Of boxes without a tick an address says nothing; that somebody has chosen it does.
    if "part" not in values and "chosen" not in values:
        values.setlist("part", [*Part])
    if values["span"] == Span.DATES and not (values.get("first") or values.get("last")):
        # Whoever turns to dates begins with those that they had: nothing is wrong before they have typed.
        shown = packs.period_of(Span.REVIEW, today, reviewed_on=reviewed_on)
        values["first"], values["last"] = shown.first.isoformat(), shown.last.isoformat()
    return values, full


def _leave_out(values: QueryDict) -> bool:
    """What is left out, with what was left out just now and without what was brought back; whether that is too much.

    A button bears a name of its own: htmx lets it take the place of hidden fields of its name.
    """
    back = values.getlist("with")
    asked = [*values.getlist("without"), *values.getlist("out")]
    for name in ("with", "without", "out"):
        values.pop(name, None)
    out = [one for one in dict.fromkeys(asked) if KEY.fullmatch(one) and one not in back]
    if not out or "all" in back:
        return False
    lengths = accumulate(len(urlencode({"without": one})) + len("&") for one in out)
    fits = [one for one, length in zip(out, lengths, strict=True) if length <= LONGEST_OUT]
    values.setlist("without", fits)
    return len(fits) < len(out)


def _keep_a_part(values: QueryDict) -> bool:
    """Whoever takes away the last part has it still, and is told: a paper without any would be none."""
    had = [one for one in values.getlist("had") if one in [*Part]]
    values.pop("had", None)
    if had and "part" not in values:
        values.setlist("part", had)
        return True
    return False


def _prepared(request: PersonRequest, pk: int) -> Prepared:
    now = Now.read()
    rows = Relationship.objects.visible_to(request.user).select_related("account", "owner")
    row = get_object_or_404(rows, pk=pk)
    today = row.today(now)
    reviewed_on = pack_facts.reviewed_on(row, today)
    own = PackChoice.objects.visible_to(request.user).filter(relationship=row).first()
    asked, full = _asked(request, own, today, reviewed_on)
    stays = _keep_a_part(asked)
    form = PackForm(asked.copy(), auto_id="pack_%s")
    sheet = None
    if not form.errors.keys() - {"intro"}:
        chosen = form.cleaned_data
        intro = chosen.get("intro", own.intro if own else "")
        period = packs.period_of(Span(chosen["span"]), today, reviewed_on=reviewed_on, dates=form.dates)
        parts = [Part(one) for one in chosen["part"]]
        laid_out = packs.lay_out(pack_facts.read(row, now), period, parts, today)
        us, them = pack_facts.people(row, period.first, period.last)
        out = asked.getlist("without")
        sheet = pack_words.sheet(laid_out, str(row), str(row.account), us, them, out, intro.strip())
    asked.pop("intro", None)
    return Prepared(row, form, asked, sheet, stays, full, now, today, reviewed_on)


@require_http_methods(["GET", "HEAD", "POST"])
def review_pack(request: PersonRequest, pk: int) -> HttpResponse:
    """Whoever sees the relationship: it tells nothing that they could not read. What is sent is kept for next time."""
    found = _prepared(request, pk)
    if request.method == "POST" and found.form.is_valid():
        chosen = found.form.cleaned_data
        deed = actions.keep_pack_choice(
            actor=request.user,
            now=found.now,
            relationship=found.row,
            span=Span(chosen["span"]),
            parts=[Part(one) for one in chosen["part"]],
            letter=chosen["size"] == "letter",
            without=found.asked.getlist("without"),
            intro=chosen["intro"],
        )
        return done(request, _("Kept for your next pack with them."), step_id=deed.step.pk, to=_address(found))
    return _page(request, found)


def _address(found: Prepared) -> str:
    return f"{reverse('review_pack', args=[found.row.pk])}?{found.asked.urlencode()}"


def _page(request: PersonRequest, found: Prepared) -> HttpResponse:
    context = {
        "row": found.row,
        "form": found.form,
        "sheet": found.sheet,
        "stays": found.stays,
        "full": found.full,
        "here": reverse("review_pack", args=[found.row.pk]),
        "address": _address(found),
        "without": found.asked.getlist("without"),
        "undrawn": paper.undrawn(found.sheet.text) if found.sheet else "",
        "pictures": paper.named(found.sheet.text) if found.sheet else False,
        "left_out": _left_out(found.sheet) if found.sheet else "",
        "kept": [(name, value) for name, values in found.asked.lists() for value in values],
        "unreviewed": found.asked["span"] == Span.REVIEW and found.reviewed_on is None,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "dashboards/review_pack.html", context, status=status)


def _left_out(sheet: Sheet) -> str:
    count = sheet.left_out
    said = ngettext("%(count)d row is left out.", "%(count)d rows are left out.", count)
    return said % {"count": count} if count else ""


@require_http_methods(["GET", "POST"])
def review_pack_paper(request: PersonRequest, pk: int) -> HttpResponse:
    """What can't be made is said on the page, with what was typed.

    What is sent has the words that stand in the field, which stand in no address; it is not kept.
    """
    found = _prepared(request, pk)
    if found.sheet is None or found.form.errors:
        return _page(request, found) if request.method == "POST" else redirect(_address(found))
    answer = HttpResponse(pack_paper.pdf_of(found.sheet, size=found.form.size_of_paper), content_type="application/pdf")
    name = pack_paper.file_name(str(found.row), found.as_of)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
