"""The log, and the entries of the timeline."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any

from django.db.models import Q
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.meanwhile import Meanwhile
from accounts.models import Contact, User
from accounts.requests import PersonRequest
from relationships import actions, notes, people_words, queries, topics, words
from relationships.forms.talk import InteractionForm
from relationships.models import Interaction, Relationship, Stakeholder
from relationships.views.common import attempt
from web import dates
from web.clock import Now
from web.responses import done, form_page, safe_next

OFFERED = 20
OWN = (
    "occurred_on", "channel", "begun_by", "purpose", "two_way", "summary", "topics", "project", "next_step",
    "next_step_on", "next_step_done_on",
)  # fmt: skip


def _log_form(request: PersonRequest, now: Now, data: Any = None) -> InteractionForm:
    user = request.user
    initial = {
        "relationship": request.GET.get("relationship", ""),
        "channel": queries.last_channel(user),
        "begun_by": Interaction.Side.UNKNOWN,
    }
    return InteractionForm(data, user=user, now=now, initial=initial | _known_already(request))


def _known_already(request: PersonRequest) -> dict[str, Any]:
    """What a link to the log knows of the talk: its day, its channel and who of theirs was there."""
    known: dict[str, Any] = {}
    with suppress(ValueError):
        known |= {"occurred_on": date.fromisoformat(request.GET.get("on", "")), "when": InteractionForm.When.OTHER}
    if request.GET.get("channel") in Interaction.Channel.values:
        known["channel"] = request.GET["channel"]
    if people := [key for key in request.GET.getlist("contact") if key.isascii() and key.isdigit() and len(key) < 19]:
        known["contacts"] = people
    return known


def _log_page(
    request: PersonRequest, form: InteractionForm, now: Now, heading: str, action: str, version: str = ""
) -> HttpResponse:
    return form_page(
        request,
        "relationships/interaction_form.html",
        heading,
        {
            "form": form,
            "action": action,
            "version": version,
            "next": safe_next(request, ""),
            "back": form.instance.relationship.get_absolute_url() if form.instance.pk else "",
            **_log_details(form, now),
        },
    )


def _log_details(form: InteractionForm, now: Now) -> dict[str, Any]:
    """What the log says about the partner chosen: the state, the people, and what logging would do."""
    row = form.chosen
    if row is None:
        return {}
    today = row.today(now)
    two_way = form["two_way"].value() not in ("no", False)
    effect = queries.effect_of(row, day=form.day(), two_way=two_way, now=now, instead_of=form.instance.pk)
    here = list(form.fields["contacts"].queryset)  # type: ignore[attr-defined]
    stakes = {stake.contact_id: stake for stake in row.stakeholders.all()}
    ticked = {str(value) for value in form["contacts"].value() or []}
    near, others = _who(here, stakes, queries.people_lately_spoken_to(row), ticked)
    return {
        "chosen": row,
        "look": words.LOOKS[row.state(now)],
        "sentence": words.sentence(row, now),
        "effect": effect,
        "effect_day": dates.full(effect.due_on) if effect.due_on else "",
        "today": today,
        "projects": queries.projects_of(row),
        "made": _made(form, today),
        "near": [(one, people_words.does(stakes.get(one.pk))) for one in near],
        "others": [(one, people_words.does(stakes.get(one.pk))) for one in others],
        "ticked": ticked,
    }


def _who(
    here: list[Contact], stakes: dict[int, Stakeholder], lately: list[int], ticked: set[str]
) -> tuple[list[Contact], list[Contact]]:
    """Their people to tick: who signs, who decides, whom they spoke with last, who is ticked; and the others."""
    deciding = [Stakeholder.Power.SIGNS, Stakeholder.Power.DECIDES]

    def place(one: Contact) -> int:
        power = stakes[one.pk].power if one.pk in stakes else ""
        if power in deciding:
            return deciding.index(Stakeholder.Power(power))
        if one.pk in lately:
            return len(deciding) + lately.index(one.pk)
        return len(deciding) + len(lately) + (str(one.pk) not in ticked)

    last = len(deciding) + len(lately)
    ordered = sorted(here, key=place)
    return [one for one in ordered if place(one) <= last], [one for one in ordered if place(one) > last]


def _made(form: InteractionForm, today: date) -> list[str]:
    """The promises that were made in the entry that is being changed."""
    if not form.instance.pk:
        return []
    rows = form.instance.commitments.select_related("colleague", "contact").by_day()
    return [words.read_promise(row.side, row.due_on, row.what, row.maker, today) for row in rows]


@require_GET
def log(request: PersonRequest) -> HttpResponse:
    now = Now.read()
    return _log_page(request, _log_form(request, now), now, _("Log a check-in"), reverse("interaction_create"))


def _form_so_far(request: PersonRequest, data: QueryDict, now: Now) -> InteractionForm:
    """What is typed so far; ``entry`` in the address is the one that is being changed."""
    entry = request.GET.get("entry", "")
    if not entry:
        return _log_form(request, now, data=data)
    own = Interaction.objects.changeable_by(request.user).select_related("relationship__account")
    row = get_object_or_404(own, pk=int(entry) if entry.isascii() and entry.isdigit() and len(entry) < 19 else 0)
    return InteractionForm(data, user=request.user, now=now, instance=row)


@require_GET
def log_details(request: PersonRequest) -> HttpResponse:
    """The parts of the log that follow from what is chosen so far."""
    now = Now.read()
    form = _form_so_far(request, request.GET, now)
    return render(request, "relationships/interaction_form.html#details", {"form": form, **_log_details(form, now)})


@require_POST
def log_reading(request: PersonRequest) -> HttpResponse:
    """What the note says so far: the promises in it, and the topics it speaks of. Nothing is written.

    Sent by POST, so that the note stands in no address.
    """
    form = _form_so_far(request, request.POST, Now.read())
    found = form.read()
    today = form.day()
    ticked = set(form["topics"].value() or [])
    suggested = [topic for topic in topics.suggest(found.rest) if topic not in ticked]
    context = {
        "promises": [
            {
                "side": one.side,
                "text": words.read_promise(one.side, one.due_on, one.what, _named(one, request.user), today),
            }
            for one in found.promised
        ],
        "problems": [words.note_problem(problem) for problem in found.problems],
        "suggested": suggested,
        "sounds_like": words.names([Interaction.Topic(topic).label for topic in suggested]),
    }
    return render(request, "relationships/_note_reading.html", context)


def _named(one: actions.Promised, user: User) -> User | Contact | None:
    """Who promises, where it is not the person who types."""
    maker = one.colleague if one.side == notes.Side.OURS else one.contact
    return None if maker == user else maker


@require_POST
def interaction_create(request: PersonRequest) -> HttpResponse:
    now = Now.read()
    form = _log_form(request, now, data=request.POST)
    if form.is_valid():
        values = form.cleaned_data
        row = values["relationship"]
        logged = attempt(
            form,
            lambda: actions.log_interaction(
                actor=request.user,
                now=now,
                relationship=row,
                occurred_on=values["occurred_on"],
                channel=values["channel"],
                summary=values["summary"],
                two_way=values["two_way"],
                begun_by=values["begun_by"],
                purpose=values["purpose"],
                contacts=values["contacts"],
                colleagues=[request.user, *values["colleagues"].exclude(pk=request.user.pk)],
                topics=values["topics"],
                project=values["project"],
                next_step=values["next_step"],
                next_step_on=values["next_step_on"],
                promised=values["promised"],
                trouble=values["trouble"],
            ),
        )
        if logged:
            return done(
                request,
                _said_after(logged.row, len(values["promised"]), now, trouble=bool(values["trouble"])),
                step_id=logged.step.pk,
                to=safe_next(request, row.get_absolute_url()),
            )
    return _log_page(request, form, now, _("Log a check-in"), reverse("interaction_create"))


def _noted(count: int) -> str:
    return ngettext("One promise noted.", "%(count)d promises noted.", count) % {"count": count} if count else ""


def _said_after(logged: Interaction, promised: int, now: Now, *, trouble: bool = False) -> str:
    """*Logged with Ewos. One promise noted. Next check-in by 6 December.*"""
    row = Relationship.objects.select_related("account").get(pk=logged.relationship_id)
    said = [_("Logged with %(partner)s.") % {"partner": row}, _noted(promised)]
    said += [_("A problem is open.")] if trouble else []
    if not logged.two_way:
        said.append(_("It does not count as contact."))
    elif row.due_on is not None:
        said.append(_next_check_in(row, row.due_on, now))
    return " ".join(filter(None, said))


def _next_check_in(row: Relationship, due_on: date, now: Now) -> str:
    """*Next check-in by 6 December.* After a contact of long ago its day may be over."""
    today = row.today(now)
    if due_on >= today:
        return _("Next check-in %(day)s.") % {"day": dates.by(due_on, today)}
    if row.overdue_from is not None and row.overdue_from <= today:
        return _("The next check-in is overdue since %(day)s.") % {"day": dates.said(row.overdue_from, today)}
    return _("The next check-in is due since %(day)s.") % {"day": dates.said(due_on, today)}


@require_http_methods(["GET", "POST"])
def interaction_edit(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    user = request.user
    meanwhile = Meanwhile(request, Interaction, pk)
    row = get_object_or_404(Interaction.objects.changeable_by(user).select_related("relationship__account"), pk=pk)
    form = InteractionForm(
        request.POST or None,
        user=user,
        now=now,
        instance=row,
        initial={
            "when": InteractionForm.When.OTHER,
            "occurred_on": row.occurred_on,
            "two_way": "yes" if row.two_way else "no",
            "contacts": [str(pk) for pk in row.contacts.values_list("pk", flat=True)],
            "colleagues": list(row.colleagues.values_list("pk", flat=True)),
        },
    )
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        with meanwhile.unchanged(form, row) as same:
            changed = same and attempt(
                form,
                lambda: actions.change_interaction(
                    actor=user,
                    now=now,
                    interaction=row,
                    values={name: values[name] for name in OWN if name in values},
                    contacts=values["contacts"],
                    colleagues=values["colleagues"],
                    promised=values["promised"],
                ),
            )
        if changed:
            said = " ".join(filter(None, [_("Entry changed."), _noted(len(values["promised"]))]))
            return done(request, said, step_id=changed.step.pk, to=row.relationship.get_absolute_url())
    return _log_page(request, form, now, _("Change the entry"), request.path, meanwhile.version)


@require_POST
def interaction_remove(request: PersonRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Interaction.objects.changeable_by(request.user), pk=pk)
    removed = actions.remove_interaction(actor=request.user, now=Now.read(), interaction_id=row.pk)
    return done(request, _("Entry removed."), step_id=removed.step.pk, to=removed.row.relationship.get_absolute_url())


@require_GET
def relationship_options(request: PersonRequest) -> JsonResponse:
    """Partners for the search box: own ones first, the most overdue among them before the others."""
    user, now = request.user, Now.read()
    typed = request.GET.get("q", "").replace("\0", "")[:200]
    rows = Relationship.objects.changeable_by(user).select_related("account", "agreement")
    if typed.strip():
        rows = rows.named(typed)
    order = ("-mine", "overdue_from", "account__name_key", "id")
    rows = rows.alias(mine=Q(owner__in=user.acts_for)).order_by(*order)[:OFFERED]
    return JsonResponse(
        [
            {"value": row.pk, "text": str(row), "hint": words.short(row, now), "state": row.state(now).value}
            for row in rows
        ],
        safe=False,
    )
