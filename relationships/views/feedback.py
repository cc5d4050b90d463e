"""Feedback: written down, corrected, answered, applied, told back, grown; and the page of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.forms import BaseForm
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.meanwhile import Meanwhile
from accounts.requests import PersonRequest
from accounts.undo import Done
from relationships import actions, feedback_words, words
from relationships import feedback as rules
from relationships.feedback import State, Step
from relationships.feedback_words import ToneNote
from relationships.forms.feedback import ChangedStepForm, FeedbackForm, GrowthForm, NewFeedbackForm, SayForm, StepForm
from relationships.forms.tone import SPOKEN
from relationships.models import Attachment, Commitment, Feedback, FeedbackStep, Heard, Interaction, Relationship
from relationships.views.common import attempt, attempt_once, changeable, known_already
from web.clock import Now
from web.responses import done, form_page, refused, safe_next

read_or_write = require_http_methods(["GET", "POST"])
LONGEST_READ = 20_000


def _feedback(request: PersonRequest, pk: int) -> Feedback:
    """The feedback if the person may change it; otherwise it does not exist for them."""
    rows = Feedback.objects.changeable_by(request.user).select_related(
        "relationship__account", "relationship__owner", "colleague", "contact", "keeper", "post", "grew_into"
    )
    return get_object_or_404(rows, pk=pk)


def _sent(request: PersonRequest) -> QueryDict | None:
    """What came with a form; one of which nothing is filled in has been sent all the same."""
    return request.POST if request.method == "POST" else None


def _answer(request: PersonRequest, deed: Done[Feedback], said: str) -> HttpResponse:
    to = safe_next(request, deed.row.get_absolute_url())
    return done(request, said, step_id=deed.step.pk, to=to, about=deed.row.get_absolute_url())


# Written down, corrected, removed ------------------------------------------------------------------------------------


@read_or_write
def feedback_create(request: PersonRequest, pk: int) -> HttpResponse:
    return _new_feedback(request, changeable(request, pk))


@read_or_write
def feedback_new(request: PersonRequest) -> HttpResponse:
    return _new_feedback(request, None)


def _new_feedback(request: PersonRequest, relationship: Relationship | None) -> HttpResponse:
    now = Now.read()
    side, nature = request.GET.get("side", ""), request.GET.get("nature", "")
    initial = {
        "side": side if side in Feedback.Side.values else Feedback.Side.THEIRS,
        "nature": nature if nature in Feedback.Nature.values else Feedback.Nature.SUGGESTION,
        "colleague": request.user,
        "relationship": request.GET.get("relationship", ""),
        "post": request.GET.get("post", ""),
    }
    form = NewFeedbackForm(_sent(request), user=request.user, now=now, relationship=relationship, initial=initial)
    if relationship is not None:
        # Whose it is has been chosen; what is left to say is what was said.
        form.fields["said"].widget.attrs["autofocus"] = True
    interaction = _heard_in(request, relationship)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        row = relationship or values["relationship"]
        values |= {"relationship": row, "interaction": interaction}
        deed, again = attempt_once(form, actions.give_feedback, Feedback, request=request, now=now, **values)
        if deed and again:
            return known_already(request, deed)
        if deed:
            said = _("Noted: %(what)s.") % {"what": feedback_words.heading(deed.row)}
            return _answer(request, deed, said)
    heading = _("Feedback, %(partner)s") % {"partner": relationship} if relationship else _("New feedback")
    context = {"form": form, "action": request.get_full_path(), "next": safe_next(request, "")}
    return form_page(request, "relationships/feedback_form.html", heading, context)


def _heard_in(request: PersonRequest, relationship: Relationship | None) -> Interaction | None:
    """The entry that the address names, if it is one of this relationship."""
    number = request.GET.get("interaction", "")
    if relationship is None or not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    return Interaction.objects.filter(relationship=relationship, pk=int(number)).first()


@read_or_write
def feedback_edit(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    meanwhile = Meanwhile(request, Feedback, pk)
    row = _feedback(request, pk)
    form = FeedbackForm(_sent(request), user=request.user, now=now, relationship=row.relationship, instance=row)
    if request.method == "POST" and form.is_valid():
        with meanwhile.unchanged(form, row) as same:
            deed = same and attempt(
                form,
                lambda: actions.change_feedback(
                    actor=request.user, now=now, feedback=row, values=dict(form.cleaned_data)
                ),
            )
        if deed:
            return _answer(request, deed, _("Feedback changed."))
    context = {
        "form": form,
        "feedback": row,
        "version": meanwhile.version,
        "action": request.path,
        "next": safe_next(request, ""),
    }
    return form_page(request, "relationships/feedback_form.html", _("Change the feedback"), context)


@require_POST
def feedback_remove(request: PersonRequest, pk: int) -> HttpResponse:
    row = _feedback(request, pk)
    here = row.get_absolute_url()
    removed = actions.remove_feedback(actor=request.user, now=Now.read(), feedback_id=row.pk)
    # The page of what is gone cannot draw itself again.
    on_its_page = request.headers.get("HX-Current-URL", "").split("?")[0].endswith(here)
    to = reverse("relationship_feedback", args=[row.relationship_id])
    return done(request, _("Feedback removed."), step_id=removed.step.pk, to=to, go=on_its_page)


@require_POST
def tone_reading(request: PersonRequest) -> HttpResponse:
    """How what is being typed reads, where it is we who say it; nothing is kept and nothing is blocked."""
    text = "\n".join(request.POST.get(name, "") for name in SPOKEN)
    ours = request.POST.get("side", Feedback.Side.OURS) == Feedback.Side.OURS
    notes = feedback_words.tone_notes(text[:LONGEST_READ]) if ours else []
    return render(request, "relationships/_tone.html", {"notes": notes})


# What is done about it -----------------------------------------------------------------------------------------------


@require_POST
def feedback_acknowledge(request: PersonRequest, pk: int) -> HttpResponse:
    """One tap: we have heard it. A second one, or somebody who was quicker, changes nothing."""
    row = _feedback(request, pk)
    try:
        deed = actions.acknowledge_feedback(actor=request.user, now=Now.read(), feedback=row)
    except ValidationError as error:
        return refused(request, " ".join(error.messages), to=row.get_absolute_url())
    return _answer(request, deed, _("Acknowledged."))


@read_or_write
def feedback_answer(request: PersonRequest, pk: int) -> HttpResponse:
    return _step(request, pk, Step.ANSWERED)


@read_or_write
def feedback_apply(request: PersonRequest, pk: int) -> HttpResponse:
    return _step(request, pk, Step.APPLIED)


@read_or_write
def feedback_decline(request: PersonRequest, pk: int) -> HttpResponse:
    return _step(request, pk, Step.DECLINED)


@read_or_write
def feedback_tell_voice(request: PersonRequest, pk: int) -> HttpResponse:
    return _step(request, pk, Step.TOLD_VOICE)


@read_or_write
def feedback_tell_group(request: PersonRequest, pk: int) -> HttpResponse:
    return _step(request, pk, Step.TOLD_GROUP)


ROUTES = {
    Step.ACKNOWLEDGED: "feedback_acknowledge",
    Step.ANSWERED: "feedback_answer",
    Step.APPLIED: "feedback_apply",
    Step.DECLINED: "feedback_decline",
    Step.TOLD_VOICE: "feedback_tell_voice",
    Step.TOLD_GROUP: "feedback_tell_group",
}


def _is_ours_to_say(row: Feedback, step: Step) -> bool:
    """Whether the words of a step are what we say to them; what was done, and why not, may be for ourselves."""
    return row.side == Feedback.Side.THEIRS and step is not Step.APPLIED


def _step(request: PersonRequest, pk: int, step: Step) -> HttpResponse:
    now = Now.read()
    row = _feedback(request, pk)
    today = row.relationship.today(now)
    files: MultiValueDict[str, Any] | None = request.FILES if request.method == "POST" else None
    form = StepForm(_sent(request), files, today=today, step=step, ours_to_say=_is_ours_to_say(row, step))
    if request.method == "POST" and form.is_valid():
        deed = attempt(
            form,
            lambda: actions.take_feedback_step(
                actor=request.user, now=now, feedback=row, kind=step, **form.cleaned_data
            ),
        )
        if deed:
            return _answer(request, deed, _("%(what)s.") % {"what": feedback_words.sentence(deed.row, today)})
    # Read anew: what stands there may be a colleague's, who was quicker.
    taken = actions.taken_instead(row.steps.select_related("written_by"), step)
    return _small(
        request, row, form, now, verb=feedback_words.verb(step, row), step=step,
        taken=actions.told_who(taken, request.user, now) if taken else "",
    )  # fmt: skip


def _small(
    request: PersonRequest, row: Feedback, form: BaseForm, now: Now, *, verb: str, step: Step, **more: Any
) -> HttpResponse:
    today = row.relationship.today(now)
    context = {
        "form": form,
        "feedback": row,
        "heard": feedback_words.heading(row),
        "look": feedback_words.look(row, today),
        "sentence": feedback_words.sentence(row, today),
        "verb": verb,
        "made": step in (Step.APPLIED, Step.TOLD_VOICE, Step.TOLD_GROUP),
        "reach": _reach(row.heard.first()) if step in (Step.ANSWERED, Step.TOLD_VOICE) else None,
        "next": safe_next(request, ""),
        "back": row.get_absolute_url(),
        "action": request.path,
        **more,
    }
    return form_page(request, "relationships/feedback_step_form.html", verb, context)


@dataclass(frozen=True, slots=True)
class Reach:
    """The way to reach who wrote it, as they left it at the public form; ``mail`` where it is an address."""

    said: str
    mail: bool


def _reach(came_in: Heard | None) -> Reach | None:
    if came_in is None or not came_in.reach:
        return None
    try:
        validate_email(came_in.reach)
    except ValidationError:
        return Reach(came_in.reach, mail=False)
    return Reach(came_in.reach, mail=True)


@read_or_write
def feedback_step_edit(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    meanwhile = Meanwhile(request, FeedbackStep, pk)
    rows = FeedbackStep.objects.changeable_by(request.user)
    child = get_object_or_404(rows, pk=pk)
    row, step = _feedback(request, child.feedback_id), Step(child.kind)
    form = ChangedStepForm(_sent(request), instance=child, step=step, ours_to_say=_is_ours_to_say(row, step))
    if request.method == "POST" and form.is_valid():
        with meanwhile.unchanged(form, child) as same:
            deed = same and attempt(
                form,
                lambda: actions.change_feedback_step(
                    actor=request.user, now=now, step=child, values=dict(form.cleaned_data)
                ),
            )
        if deed:
            return _answer(request, deed, _("Changed."))
    return _small(
        request, row, form, now, verb=_("Change: %(what)s") % {"what": child.get_kind_display()}, step=step,
        version=meanwhile.version, child=child,
    )  # fmt: skip


@require_POST
def feedback_step_remove(request: PersonRequest, pk: int) -> HttpResponse:
    """Take a step back; if a later one rests on it, the page says so."""
    child = get_object_or_404(FeedbackStep.objects.changeable_by(request.user), pk=pk)
    row = _feedback(request, child.feedback_id)
    try:
        deed = actions.withdraw_feedback_step(actor=request.user, now=Now.read(), step_id=child.pk)
    except ValidationError as error:
        return refused(request, " ".join(error.messages), to=row.get_absolute_url())
    return _answer(request, deed, _("Taken back: %(what)s.") % {"what": child.get_kind_display()})


# What it grew into ---------------------------------------------------------------------------------------------------


@read_or_write
def feedback_grow(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    row = _feedback(request, pk)
    links = actions.feedback_links(row.relationship_id)
    before = {row.pk, *rules.grows_from(links, row.pk)}
    others = Feedback.objects.filter(relationship=row.relationship_id).exclude(pk__in=before)
    offered = others.newest_first()
    form = GrowthForm(
        _sent(request), rows=offered, linked=row.grew_into_id is not None, initial={"into": row.grew_into_id}
    )
    if request.method == "POST" and form.is_valid():
        into, said = form.cleaned_data["into"], form.cleaned_data["said"]
        deed = attempt(form, lambda: _grow(request, row, into, said, now))
        if deed:
            return _answer(request, deed, _("It grew into another.") if into or said else _("It stands by itself."))
    context = {
        "form": form, "feedback": row, "heard": feedback_words.heading(row), "next": safe_next(request, ""),
        "look": feedback_words.look(row, row.relationship.today(now)),
        "sentence": feedback_words.sentence(row, row.relationship.today(now)),
    }  # fmt: skip
    return form_page(request, "relationships/feedback_growth.html", _("What it grew into"), context)


def _grow(request: PersonRequest, row: Feedback, into: Feedback | None, said: str, now: Now) -> Done[Feedback]:
    if not said:
        return actions.grow_feedback(actor=request.user, now=now, feedback=row, into=into)
    return actions.give_feedback(
        actor=request.user,
        now=now,
        relationship=row.relationship,
        said=said,
        # Nobody of theirs said this: it is ours, by whoever writes it down. Credit stays with those before it.
        side=Feedback.Side.OURS,
        nature=Feedback.Nature.SUGGESTION,
        colleague=request.user,
        keeper=row.keeper,
        grew_from=row,
        unsaid=True,
    )


@read_or_write
def feedback_say(request: PersonRequest, pk: int) -> HttpResponse:
    """An idea of ours, which they have not known so far, was told to them."""
    now = Now.read()
    row = _feedback(request, pk)
    today = row.relationship.today(now)
    form = SayForm(_sent(request), today=today, relationship=row.relationship)
    if request.method == "POST" and form.is_valid():
        deed = attempt(
            form, lambda: actions.say_feedback(actor=request.user, now=now, feedback=row, **form.cleaned_data)
        )
        if deed:
            return _answer(request, deed, _("Told them. It waits for their answer."))
    context = {
        "form": form, "feedback": row, "heard": feedback_words.heading(row), "next": safe_next(request, ""),
        "look": feedback_words.look(row, today), "sentence": feedback_words.sentence(row, today),
    }  # fmt: skip
    return form_page(request, "relationships/feedback_say.html", _("Told them"), context)


# Its page ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Happening:
    """A line of what was done about it; ``dot`` is the class of its ring."""

    day: date
    icon: str
    said: str
    dot: str
    note: str = ""
    quoted: bool = False
    url: str = ""
    attachment: Attachment | None = None
    who: str = ""
    took: str = ""
    step: FeedbackStep | None = None
    last: bool = False
    tone: Sequence[ToneNote] = ()


ICONS = {
    Step.ACKNOWLEDGED: "message-circle",
    Step.ANSWERED: "message",
    Step.APPLIED: "check",
    Step.DECLINED: "x",
    Step.TOLD_VOICE: "send",
    Step.TOLD_GROUP: "users",
}


def _happenings(row: Feedback, steps: Sequence[FeedbackStep], *, writes: bool) -> list[Happening]:
    """What was done, the newest first; below it what was said."""
    theirs = row.side == Feedback.Side.THEIRS
    giver, other = ("t", "o") if theirs else ("o", "t")
    kinds = [Step(step.kind) for step in steps]
    name = feedback_words.addressed(row)
    found = []
    for step in sorted(steps, key=lambda one: (one.done_on, rules.RANK[Step(one.kind)], one.pk), reverse=True):
        kind = Step(step.kind)
        said = {
            Step.TOLD_VOICE: _("Told back to %(name)s") % {"name": name} if name else _("Told back"),
            Step.TOLD_GROUP: _("Told %(name)s") % {"name": row.behalf_of or _("the group")},
        }.get(kind, capfirst(step.get_kind_display()))
        found.append(
            Happening(
                step.done_on,
                ICONS[kind],
                said,
                other,
                note=step.text,
                url=step.url,
                attachment=step.attachment,
                who=str(step.written_by or ""),
                took=feedback_words.took(row.heard_on, step.done_on),
                step=step,
                last=not rules.rests_on(kind, kinds),
                tone=feedback_words.tone_notes(step.text) if writes and _is_ours_to_say(row, kind) else (),
            )
        )
    first = _("%(name)s said it") % {"name": feedback_words.speaker(row)} if row.voice else _("Heard")
    first = _("We noticed it") if row.hidden else first
    first = _("Written down; they have not been told") if row.unsaid else first
    whom = _("to %(name)s") % {"name": row.told_to} if row.told_to else ""
    where = " · ".join(part for part in (whom, str(row.post or ""), row.where) if part)
    return [*found, Happening(row.heard_on, "message-circle", first, giver, who=where)]


@require_GET
def feedback_detail(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    rows = Feedback.objects.visible_to(request.user).select_related(
        "relationship__account", "relationship__owner", "colleague", "contact", "keeper", "post", "interaction",
        "grew_into__contact", "grew_into__colleague", "grew_into__grew_into", "told_to", "written_by",
    )  # fmt: skip
    row = get_object_or_404(rows, pk=pk)
    steps = list(row.steps.select_related("attachment", "written_by"))
    today = row.relationship.today(now)
    writes = Feedback.objects.changeable_by(request.user).filter(pk=row.pk).exists()
    promises = list(row.commitments.select_related("relationship", "colleague", "contact", "miss").by_day())
    row.__dict__["has_promise"] = bool(promises)
    came_in = row.heard.first()
    ours = row.side == Feedback.Side.OURS
    context = {
        "row": row,
        "came_in": came_in,
        "reach": _reach(came_in) if writes else None,
        "relationship": row.relationship,
        "heading": feedback_words.heading(row),
        "behalf": feedback_words.behalf(row),
        "look": feedback_words.look(row, today),
        "sentence": feedback_words.sentence(row, today),
        "marks": feedback_words.marks(row),
        "times": feedback_words.times(row),
        "today": today,
        "writes": writes,
        "happenings": _happenings(row, steps, writes=writes),
        "tone": feedback_words.tone_notes(row.said) if writes and ours else (),
        "promises": [(one, words.PROMISE_LOOKS[one.state(now)], words.promise_sentence(one, now)) for one in promises],
        "problem": row.problems.first(),
        "kept": _kept_for_it(row, promises),
        "log_url": f"{row.relationship.get_absolute_url()}#timeline" if row.interaction_id else "",
        **_verbs(row, steps),
        **_chain(row, today),
    }
    return render(request, "relationships/feedback_detail.html", context)


@dataclass(frozen=True, slots=True)
class Verb:
    """A step that can be taken: what its button says, where it leads, whether it is one tap."""

    said: str
    address: str
    tap: bool


def _verbs(row: Feedback, steps: Sequence[FeedbackStep]) -> dict[str, Any]:
    """The next step of the loop as the one thing to do, and what else may follow."""
    if row.unsaid:
        return {"first": Verb(_("Told them"), reverse("feedback_say", args=[row.pk]), tap=False), "others": []}
    allowed = rules.may_follow(row.record(steps))
    found = [
        Verb(feedback_words.verb(step, row), reverse(ROUTES[step], args=[row.pk]), step is Step.ACKNOWLEDGED)
        for step in allowed
    ]
    return {"first": found[0] if found else None, "others": found[1:]}


def _kept_for_it(row: Feedback, promises: Sequence[Commitment]) -> Commitment | None:
    """A promise that was made from it and is kept, while nobody has said that it is applied."""
    if row.state is not State.IN_WORK:
        return None
    return next((one for one in promises if one.outcome.startswith("kept")), None)


@dataclass(frozen=True, slots=True)
class Link:
    """Another one of its chain: what it is to this one, and when and by whom it was said."""

    row: Feedback
    said: str


def _chain(row: Feedback, today: date) -> dict[str, Any]:
    """Who suggested it first, what it grew from and into. Two queries at most."""
    links = actions.feedback_links(row.relationship_id)
    before = rules.grows_from(links, row.pk)
    first = rules.first_of(links, row.pk)
    rows = Feedback.objects.select_related("contact", "colleague").filter(pk__in=before)
    earlier = [Link(one, _first_or_between(one, one.pk in first)) for one in rows.order_by("heard_on", "pk")]
    suggested = [feedback_words.addressed(link.row) for link in earlier if link.row.pk in first]
    credited = [name for name in dict.fromkeys(suggested) if name]
    into = Link(row.grew_into, feedback_words.sentence(row.grew_into, today)) if row.grew_into else None
    return {"earlier": earlier, "credited": words.names(credited), "into": into}


def _first_or_between(row: Feedback, is_first: bool) -> str:
    """*Henrik Aune suggested it first, on 24 November 2026*, *in between, on 3 December 2026*."""
    told = {"name": feedback_words.speaker(row), "day": date_format(row.heard_on, "j F Y")}
    if not is_first:
        said = _("%(name)s, in between, on %(day)s") if row.voice else _("in between, on %(day)s")
    elif row.nature == Feedback.Nature.SUGGESTION:
        said = _("%(name)s suggested it first, on %(day)s") if row.voice else _("first suggested on %(day)s")
    else:
        said = _("%(name)s said it first, on %(day)s") if row.voice else _("first said on %(day)s")
    return said % told
