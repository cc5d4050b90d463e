"""The forget-it drill: what a tired person forgets, planted one at a time; each is caught by its lock."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.core import checks
from django.db import models, transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.test import override_settings
from django.test.utils import isolate_apps
from django.urls import get_resolver, path

from accounts import checks as access_checks
from accounts import sweep
from accounts.models import Contact, Likeness, Merge, NotTheSame, User
from accounts.undo import INVERSES, Done, inverse, record
from meetings import actions as meetings
from meetings.models import (
    AgendaItem,
    CapturedEvent,
    CapturedMatch,
    Insight,
    Meeting,
    MeetingAccount,
    NamingPermission,
    Outcome,
    Participant,
    Play,
    PrivateNote,
)
from prm.urls import urlpatterns
from relationships import history
from relationships.models import (
    Attachment,
    Feedback,
    FeedbackStep,
    Heard,
    Interaction,
    Introduction,
    ListeningPost,
    Mention,
    PlanStep,
    Problem,
    ProblemStep,
    Relationship,
    Scope,
    StageChange,
    Stakeholder,
    Waiver,
)
from tests import people
from tests.access import inverses
from tests.access.canaries import Half, World, leaks
from tests.access.choices import all_forms, forms_in, too_wide
from tests.access.crawl import crawl
from tests.access.posts import send_all
from tests.access.table import TABLE, Route, patterns, who
from tests.access.test_table import missing
from web.clock import Now

PLANTED = "tests.access.planted_urls"


@pytest.fixture
def planted() -> Iterator[ModuleType]:
    """The addresses of the application, and one more that a test adds."""
    module = ModuleType(PLANTED)
    module.urlpatterns = [*urlpatterns]  # type: ignore[attr-defined]
    sys.modules[PLANTED] = module
    with override_settings(ROOT_URLCONF=PLANTED):
        yield module
    del sys.modules[PLANTED]


# A model without its rule ------------------------------------------------------------------------------------------


def test_application_as_it_is_passes() -> None:
    assert checks.run_checks(tags=["access"]) == []


@isolate_apps("relationships")
def test_model_without_its_rule_is_caught_by_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    class SecretPlan(models.Model):
        text = models.TextField()

        class Meta:
            app_label = "relationships"

        def __str__(self) -> str:
            return self.text

    class BorrowedRule(models.Model):
        """Its queryset inherits a rule that was written for another table."""

        text = models.TextField()
        objects = type("Borrowed", (Relationship.objects.all().__class__,), {}).as_manager()  # type: ignore[attr-defined]

        class Meta:
            app_label = "relationships"

        def __str__(self) -> str:
            return self.text

    ours = access_checks.ours()
    monkeypatch.setattr(access_checks, "ours", lambda: [*ours, SecretPlan, BorrowedRule])
    found = access_checks.every_model_has_its_rule(None)
    assert [(message.id, message.obj) for message in found] == [
        ("concord.E001", SecretPlan),
        ("concord.E001", BorrowedRule),
    ]


def test_check_looks_at_every_model_of_ours() -> None:
    names = {model.__name__ for model in access_checks.ours()}
    assert names >= {"User", "Account", "Contact", "Relationship", "Interaction", "Snooze", "OutboxMail"}
    apps_of_ours = {"accounts", "relationships", "meetings", "mail", "dashboards", "imports", "web", "prm"}
    rest = {model._meta.app_label for model in apps.get_models()} - apps_of_ours
    assert {model._meta.app_label for model in access_checks.ours()} & rest == set()


# A route without its row -------------------------------------------------------------------------------------------


def test_route_without_its_row_is_caught_by_the_table(planted: Any) -> None:
    planted.urlpatterns.append(path("export.csv", lambda request: HttpResponse("all of it"), name="export"))
    names = {name for name, _address, _pattern in patterns(get_resolver(PLANTED))}
    assert missing(names, set(TABLE)) == ["unlisted route: export"]


def test_route_without_a_name_is_caught_too(planted: Any) -> None:
    planted.urlpatterns.append(path("export.csv", lambda request: HttpResponse("all of it")))
    names = {name for name, _address, _pattern in patterns(get_resolver(PLANTED))}
    assert missing(names, set(TABLE)) == ["unlisted route: export.csv"]


def test_row_whose_route_is_gone_is_caught() -> None:
    assert missing({"today"}, {"today", "export"}) == ["row without a route: export"]


@pytest.mark.django_db
def test_forgotten_route_asks_for_a_sign_in_all_the_same(planted: Any, client: Any) -> None:
    planted.urlpatterns.append(path("export.csv", lambda request: HttpResponse("all of it"), name="export"))
    response = client.get("/export.csv")
    assert (response.status_code, response.headers["Location"]) == (302, "/accounts/login/?next=/export.csv")


# A list that is too wide, an internal field on a page --------------------------------------------------------------


def everything(request: HttpRequest) -> HttpResponse:
    return HttpResponse(", ".join(str(row) for row in Relationship.objects.all()))


def an_internal_field(request: HttpRequest, pk: int) -> HttpResponse:
    """A contact's name is for all of the staff; the note beside it is not."""
    found = Contact.objects.filter(pk=pk)
    return HttpResponse("".join(f"{contact.name}: {contact.note}" for contact in found))


def a_search_of_all(request: HttpRequest) -> HttpResponse:
    found = Interaction.objects.filter(summary__contains=request.GET.get("q", "-"))
    return HttpResponse("; ".join(row.summary for row in found))


@pytest.mark.parametrize("role", ["olga", "petra"])
def test_list_that_is_too_wide_is_caught_by_the_crawl(
    role: str, planted: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    prefix = "portal/" if role == "petra" else ""
    planted.urlpatterns = [path(f"{prefix}wide/", everything, name="wide")]
    monkeypatch.setitem(TABLE, "wide", Route(get=who("olga", "petra")))
    assert ("relationship", "name") in crawl(world, role)["north"][f"/{prefix}wide/"]


def test_internal_field_on_a_page_is_caught_by_the_crawl(planted: Any, world: World) -> None:
    """Without a row in the table: the crawl guesses the object by itself."""
    planted.urlpatterns = [path("cards/<int:pk>/", an_internal_field, name="card")]
    met = crawl(world, "olga")["north"]
    address = f"/cards/{world.north.rows['Contact'].pk}/"
    assert met[address] == {("contact", "note")}
    assert {found.split("?")[0] for found in met} == {address}


def test_search_of_all_rows_is_caught_by_the_crawl(planted: Any, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    planted.urlpatterns = [path("searching/", a_search_of_all, name="searching")]
    monkeypatch.setitem(TABLE, "searching", Route(get=who("olga")))
    assert ("interaction", "summary") in {leak for found in crawl(world, "olga")["north"].values() for leak in found}


# A file, a history, a mention that is anybody's ----------------------------------------------------------------------


def a_download(request: HttpRequest, pk: int) -> FileResponse | HttpResponse:
    """The key in the address is all that it asks for."""
    row = Attachment.objects.exclude(file="").filter(pk=pk).first()
    return FileResponse(row.file.open("rb")) if row else HttpResponse(status=404)


def a_history(request: HttpRequest, pk: int) -> HttpResponse:
    """The audit rows have no rule of their own; they are asked for through what the person may see."""
    row = Relationship.objects.filter(pk=pk).first()
    return HttpResponse(repr(history.deeds(row, writes=False)) if row else "", status=200 if row else 404)


def my_mentions(request: HttpRequest) -> HttpResponse:
    """Who is named may have lost sight of the partner since."""
    return HttpResponse("; ".join(row.comment.text for row in Mention.objects.filter(user=request.user.pk)))


def my_promises(request: HttpRequest) -> HttpResponse:
    """Who sees to a promise may have lost sight of the partner since."""
    mine = User.objects.get(pk=request.user.pk).kept_commitments.all()
    return HttpResponse("; ".join(row.what for row in mine))


def my_writing(request: HttpRequest) -> HttpResponse:
    """Who wrote it down may have lost sight of the partner since."""
    return HttpResponse("; ".join(row.said for row in Feedback.objects.filter(written_by=request.user.pk)))


def my_problems(request: HttpRequest) -> HttpResponse:
    """Who sees to a problem may have lost sight of the partner since."""
    return HttpResponse("; ".join(row.what for row in Problem.objects.filter(keeper=request.user.pk)))


def why_alike(request: HttpRequest, pk: int) -> HttpResponse:
    """A pair may be known by its names, and not by all that speaks for it."""
    row = Likeness.objects.filter(pk=pk).first()
    known = sweep.described([row.first_id, row.second_id]) if row else {}
    return HttpResponse(repr(known), status=200 if row else 404)


LEAKS: dict[str, tuple[Any, str | None, tuple[str, str]]] = {
    "a file by its key alone": (path("files/<int:pk>/", a_download), "Attachment", ("attachment", "content")),
    "a history by the key alone": (path("what/<int:pk>/", a_history), "Relationship", ("halt", "why")),
    "mentions of a former owner": (path("named/", my_mentions), None, ("comment", "text")),
    "promises of a former owner": (path("kept/", my_promises), None, ("commitment", "what")),
    "feedback of a former owner": (path("written/", my_writing), None, ("feedback", "said")),
    "problems of a former owner": (path("mine/", my_problems), None, ("problem", "what")),
    "all that speaks for a pair": (path("pairs/<int:pk>/", why_alike), "Likeness", ("accountalias", "name")),
}


@pytest.mark.parametrize("forgotten", LEAKS)
def test_what_forgets_whose_it_is_is_caught_by_the_crawl(
    forgotten: str, planted: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    route, kind, leak = LEAKS[forgotten]
    route.name = "planted"
    planted.urlpatterns = [route]
    monkeypatch.setitem(TABLE, "planted", Route(kind, get=who("olga")))
    assert leak in {one for found in crawl(world, "olga")["north"].values() for one in found}


# What people, stages, feedback, posts, problems, mergers, ways in, visits, meetings and calendars keep.
KINDS: tuple[type[models.Model], ...] = (
    Stakeholder, Introduction, StageChange, Waiver, Scope, PlanStep, Feedback, FeedbackStep, ListeningPost, Heard,
    Problem, ProblemStep, Merge, Likeness, NotTheSame, Play, NamingPermission, Insight, Meeting, MeetingAccount,
    Participant, AgendaItem, Outcome, PrivateNote, CapturedEvent, CapturedMatch,
)  # fmt: skip


def told_by_key(model: type[models.Model]) -> Callable[..., HttpResponse]:
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        found = list(model._base_manager.filter(pk=pk).values())
        return HttpResponse(repr(found), status=200 if found else 404)

    return view


def test_row_of_any_kind_told_by_its_key_alone_is_caught_by_the_crawl(
    planted: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kind that is new tomorrow is planted without being listed."""
    planted.urlpatterns, expected = [], {}
    for model in access_checks.ours():
        kind, view = model.__name__, told_by_key(model)
        pk = world.north.rows[kind].pk
        if told := leaks(repr(list(model._base_manager.filter(pk=pk).values())), side="north", directory=True):
            planted.urlpatterns.append(path(f"told/{kind}/<int:pk>/", view, name=f"told {kind}"))
            monkeypatch.setitem(TABLE, f"told {kind}", Route(kind, get=who("olga")))
            expected[f"/told/{kind}/{pk}/"] = told
    # They say that two belong together, and have no words of their own.
    without_words = {Likeness, NotTheSame, MeetingAccount, Participant, CapturedMatch}
    assert {f"told {kind.__name__}" for kind in KINDS if kind not in without_words} <= {
        one.name for one in planted.urlpatterns
    }
    met = crawl(world, "olga")["north"]
    assert {address: met.get(address) for address in expected} == expected


# What is told only to who asks in a certain way --------------------------------------------------------------------


class AskedForm(forms.Form):
    relationship = forms.CharField(required=False)


def by_form(request: HttpRequest) -> bool:
    form = AskedForm(request.GET)
    return form.is_valid() and bool(form.cleaned_data["relationship"])


# The crawl does not ask what nobody reads; so each way to read must be known to it.
WAYS: dict[str, Callable[[HttpRequest], bool]] = {
    "a word": lambda request: request.GET.get("relationship", "") != "",
    "a word after another": lambda request: "owner" in request.GET and request.GET["relationship"] != "",
    "a list": lambda request: request.GET.getlist("contacts") != [],
    "a form": by_form,
    "all words": lambda request: dict(request.GET.items()).get("team") is not None,
    "any word": lambda request: bool(request.GET),
    "a copy": lambda request: "team" in request.GET.copy(),
    "the whole question": lambda request: "person=" in request.GET.urlencode(),
    "unpacked": lambda request: "state" in {**request.GET},
    "htmx": lambda request: bool(request.htmx),  # type: ignore[attr-defined]
    "a header": lambda request: "hx_request" in request.headers,
    "a header of the server": lambda request: request.META.get("HTTP_HX_REQUEST") == "true",
    "what is accepted": lambda request: not request.accepts("text/html"),
}


@pytest.mark.parametrize("way", WAYS)
def test_what_is_told_only_if_asked_is_caught_by_the_crawl(
    way: str, planted: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        texts = Interaction.objects.values_list("summary", flat=True) if WAYS[way](request) else []
        return HttpResponse("; ".join(texts))

    planted.urlpatterns = [path("entries/", view, name="entries")]
    monkeypatch.setitem(TABLE, "entries", Route(get=who("olga")))
    met = crawl(world, "olga")["north"]
    assert {leak for found in met.values() for leak in found} == {("interaction", "summary")}
    # Without the question there is nothing; with htmx it is the same address.
    assert ("?" in "".join(met)) == (way not in ("htmx", "a header", "a header of the server", "what is accepted"))


def test_crawl_asks_nothing_that_nobody_reads(planted: Any, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def view(request: HttpRequest) -> HttpResponse:
        asked.append(request.META["QUERY_STRING"])
        return HttpResponse(request.GET.get("q", ""))

    planted.urlpatterns = [path("entries/", view, name="entries")]
    monkeypatch.setitem(TABLE, "entries", Route(get=who("olga")))
    crawl(world, "olga")
    assert asked == ["", "q=canary", "q=canary&state=overdue&whose=all"]


# A deed that asks nobody ---------------------------------------------------------------------------------------------


def change_many(request: HttpRequest) -> HttpResponse:
    """The keys that were sent are those that are changed."""
    keys = request.POST.get("rows", "").split(",")
    Relationship.objects.filter(pk__in=keys).update(tier="A")
    return HttpResponse(status=204)


def what_was_typed(request: HttpRequest) -> HttpResponse:
    """Says whom it is about, as a toast would, before it asks whether they may know."""
    return HttpResponse(Relationship.objects.get(pk=request.POST["relationship"]).name)


@pytest.mark.parametrize(
    ("view", "said"), [(change_many, "changed Relationship"), (what_was_typed, "told ('relationship', 'name')")]
)
def test_deed_that_takes_any_key_is_caught(
    view: Any, said: str, planted: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted.urlpatterns = [path("many/", view, name="many")]
    monkeypatch.setitem(TABLE, "many", Route(post=who("olga")))
    assert [what.split(": ")[1] for what in send_all(world, "olga", world.south, world.north)] == [said]


def removed_by_key(model: type[models.Model]) -> Callable[..., HttpResponse]:
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        rows = model._base_manager.filter(pk=pk)
        rows._raw_delete(rows.db)
        return HttpResponse(status=204)

    return view


def test_deed_about_any_kind_that_asks_nobody_is_caught(
    planted: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted.urlpatterns = []
    for model in KINDS:
        name = model.__name__
        planted.urlpatterns.append(path(f"removed/{name}/<int:pk>/", removed_by_key(model), name=name))
        monkeypatch.setitem(TABLE, name, Route(name, post=who("olga")))
    found = {what.split(" ")[0] for what in send_all(world, "olga", world.south, world.north)}
    assert found == {model.__name__ for model in KINDS}


def before(by: dict[str, Any]) -> dict[str, Any]:
    """Three days ago, when what is over was still to come."""
    return by | {"now": Now(by["now"].instant - timedelta(days=3))}


# Each deed about meetings, as a view does it that took the key as enough and asked nobody whether it may.
MEETING_DEEDS: dict[str, tuple[type[models.Model], Callable[[Any, dict[str, Any]], object]]] = {
    "log what a calendar knows": (CapturedEvent, lambda row, by: meetings.log_captured(event=row, **by)),
    "plan what a calendar knows": (CapturedEvent, lambda row, by: meetings.plan_captured(event=row, **before(by))),
    "dismiss what a calendar asks": (CapturedEvent, lambda row, by: meetings.dismiss_captured(event=row, **by)),
    "stop reading a calendar": (CapturedEvent, lambda row, by: meetings.stop_reading(**by)),
    "change a meeting": (Meeting, lambda row, by: meetings.change_meeting(meeting=row, values={"place": "X"}, **by)),
    "cancel a meeting": (Meeting, lambda row, by: meetings.cancel_meeting(meeting=row, **by)),
    "invite": (Meeting, lambda row, by: meetings.invite(meeting=row, **by)),
    "begin a meeting": (Meeting, lambda row, by: meetings.begin_meeting(meeting=row, today=True, **by)),
    "go on in a meeting": (Meeting, lambda row, by: meetings.next_item(meeting=row, **by)),
    "put on an agenda": (Meeting, lambda row, by: meetings.add_item(meeting=row, title="X", **by)),
    "decide": (Meeting, lambda row, by: meetings.decide(meeting=row, decision="X", **by)),
    "keep a note of one’s own": (Meeting, lambda row, by: meetings.keep_private_note(meeting=row, text="X", **by)),
    "bring somebody": (Meeting, lambda row, by: meetings.bring(meeting=row, user=people.adam(), **by)),
    "learn": (MeetingAccount, lambda row, by: meetings.note_insight(party=row, text="X", **by)),
    "promise at a meeting": (
        MeetingAccount,
        lambda row, by: meetings.promise_at(party=row, side="ours", what="X", due_on=by["now"].today("UTC"), **by),
    ),
    "hear at a meeting": (MeetingAccount, lambda row, by: meetings.feedback_at(party=row, said="X", **by)),
    "answer for somebody": (Participant, lambda row, by: meetings.answer(participant=row, said="declined", **by)),
    "say who came": (Participant, lambda row, by: meetings.attend(participant=row, came=True, **by)),
    "write notes": (AgendaItem, lambda row, by: meetings.write_notes(item=row, text="X", **by)),
    "tick an item": (AgendaItem, lambda row, by: meetings.tick_item(item=row, done=True, **by)),
    "change a decision": (Outcome, lambda row, by: meetings.change_decision(outcome=row, decision="X", **by)),
    "remove what came of it": (Outcome, lambda row, by: meetings.remove_outcome(outcome=row, **by)),
    "do a way in": (Play, lambda row, by: meetings.do_play(play=row, **by)),
    "change a way in": (Play, lambda row, by: meetings.change_play(play=row, values={"what": "X"}, **by)),
    "remove a way in": (Play, lambda row, by: meetings.remove_play(play_id=row.pk, **by)),
    "no longer be named": (NamingPermission, lambda row, by: meetings.withdraw_naming(permission=row, **by)),
    "learn otherwise": (Insight, lambda row, by: meetings.change_insight(insight=row, values={"text": "X"}, **by)),
    "forget what was learnt": (Insight, lambda row, by: meetings.remove_insight(insight_id=row.pk, **by)),
}


def done_by_key(model: type[models.Model], deed: Callable[..., object], world: World) -> Callable[..., HttpResponse]:
    """With the rights of whoever has them, as a task or a careless verb would."""

    def view(request: HttpRequest, pk: int) -> HttpResponse:
        (half,) = [one for one in (world.north, world.south) if one.rows[model.__name__].pk == pk]
        actor = User.objects.get(pk=half.person.pk)
        deed(model._base_manager.get(pk=pk), {"actor": actor, "now": Now.read()})
        return HttpResponse(status=204)

    return view


def test_meeting_deed_that_asks_nobody_is_caught(planted: Any, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    planted.urlpatterns = []
    for number, (name, (model, deed)) in enumerate(MEETING_DEEDS.items()):
        view = done_by_key(model, deed, world)
        planted.urlpatterns.append(path(f"deed/{number}/<int:pk>/", view, name=name))
        monkeypatch.setitem(TABLE, name, Route(model.__name__, post=who("olga")))
    monkeypatch.setattr("tests.access.posts.variants", lambda name, own, other: iter([{}]))
    wrong = send_all(world, "olga", world.south, world.north)
    assert [name for name in MEETING_DEEDS if not any(said.startswith(f"{name} ") for said in wrong)] == []


@pytest.fixture
def careless_inverse() -> Iterator[str]:
    """Sets a relationship's tier and asks nobody."""

    def set_tier(*, actor: User, now: Now, relationship_id: int, tier: str) -> Done[Relationship]:
        row = Relationship.objects.get(pk=relationship_id)
        arguments = {"relationship_id": row.pk, "tier": row.tier}
        row.tier = tier
        row.save(update_fields=["tier"])
        step = record(actor=actor, now=now, said="Tier", verb=set_tier, arguments=arguments, watch=[])
        return Done(row, step)

    set_tier.__module__ = "relationships.actions.planted"
    inverse(set_tier)
    yield "relationships.actions.set_tier"
    del INVERSES["relationships.actions.set_tier"]


@pytest.mark.django_db
def test_inverse_that_asks_nobody_is_caught(careless_inverse: str) -> None:
    def deed(by: dict[str, Any]) -> Done[Any]:
        return INVERSES[careless_inverse](relationship_id=people.relationship().pk, tier="A", **by)

    tried, let_in = inverses.try_all(iter([("set a tier", deed, people.alice(), [people.outsider()])]))
    assert (tried, let_in) == (
        {careless_inverse},
        [f"set a tier: {careless_inverse} let in Olga Olsen"] * inverses.TIMES,
    )


@pytest.mark.django_db
def test_inverse_that_no_deed_leads_to_is_caught(careless_inverse: str) -> None:
    tried, _let_in = inverses.try_all(iter([("log", inverses.entry, people.alice(), [])]))
    assert {careless_inverse, "relationships.actions.wake"} <= set(INVERSES) - tried


# An unscoped choice in a form --------------------------------------------------------------------------------------


class CarelessForm(forms.ModelForm[Interaction]):
    """Django offers every row there is unless it is told otherwise."""

    class Meta:
        model = Interaction
        fields = ["relationship", "summary"]


@pytest.mark.parametrize("side", ["north", "south"])
def test_forms_offer_only_what_the_person_may_choose(side: str, world: World) -> None:
    """One world for all of them; what one did to it is forgotten before the next."""
    halves: dict[str, Half] = {"north": world.north, "south": world.south}
    half, other, found = halves.pop(side), halves.popitem()[1], all_forms()
    wide: list[str] = []
    for form in found:
        with transaction.atomic():
            try:
                wide += too_wide(form, half, other)
            except Exception as error:
                wide.append(f"{form.__module__}.{form.__name__} cannot be asked: {error!r}")
            transaction.set_rollback(True)
    assert len(found) > 50
    assert wide == []


def test_unscoped_choice_is_caught(world: World) -> None:
    assert too_wide(CarelessForm, world.south, world.north) == ["CarelessForm.relationship"]


def test_unscoped_choice_of_any_kind_is_caught(world: World) -> None:
    fields = {model.__name__: forms.ModelChoiceField(model._base_manager.all()) for model in KINDS}
    wide: Any = type("WideForm", (forms.Form,), fields)
    assert too_wide(wide, world.south, world.north) == sorted(f"WideForm.{model.__name__}" for model in KINDS)


CARELESS = """
from django import forms
from relationships.models import Commitment, Relationship

class DeepForm(forms.Form):
    commitment = forms.ModelChoiceField(Commitment.objects.none())

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        # Narrowed to what was asked for, and not to what the person may see.
        asked = self.data.get("relationship") if self.is_bound else None
        self.fields["commitment"].queryset = Commitment.objects.filter(relationship=asked)
"""


def test_form_deep_in_a_package_is_found_and_caught(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wide only once something is sent, and two packages down."""
    package = tmp_path / "careless_app" / "forms"
    package.mkdir(parents=True)
    for folder in (package.parent, package):
        (folder / "__init__.py").touch()
    (package / "deep.py").write_text(CARELESS)
    monkeypatch.syspath_prepend(tmp_path)
    [form] = forms_in([importlib.import_module("careless_app")])
    assert too_wide(form, world.south, world.north) == ["DeepForm.commitment"]
    for name in [name for name in sys.modules if name.split(".")[0] == "careless_app"]:
        monkeypatch.delitem(sys.modules, name)


def test_forms_of_every_app_are_looked_at() -> None:
    names = {form.__name__ for form in all_forms()}
    assert names >= {"InteractionForm", "RelationshipForm", "NewRelationshipForm", "HandOverForm", "PortfolioForm"}
    assert names >= {"AccountForm", "ContactForm", "TeamForm", "WantedForm", "CoverForm", "MemberForm"}
    assert names >= {"NewPromiseForm", "MissForm", "AgreementForm", "TighterForm", "CommentForm", "AttachmentForm"}
    # Not in a module of forms.
    assert "PromiseFilter" in names
