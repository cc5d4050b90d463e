"""The forget-it drill: what a tired person forgets, planted one at a time; each is caught by its lock."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.core import checks
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.test.utils import isolate_apps
from django.urls import get_resolver, path

from accounts import checks as access_checks
from accounts.models import Contact
from prm.urls import urlpatterns
from relationships.models import Interaction, Relationship
from tests.access.canaries import Half, World
from tests.access.choices import all_forms, too_wide
from tests.access.crawl import crawl
from tests.access.table import TABLE, Route, patterns, who
from tests.access.test_table import missing

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
    apps_of_ours = {"accounts", "relationships", "mail", "dashboards", "imports", "web", "prm"}
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
    planted.urlpatterns = [path("search/", a_search_of_all, name="search")]
    monkeypatch.setitem(TABLE, "search", Route(get=who("olga")))
    assert ("interaction", "summary") in {leak for found in crawl(world, "olga")["north"].values() for leak in found}


# An unscoped choice in a form --------------------------------------------------------------------------------------


class CarelessForm(forms.ModelForm[Interaction]):
    """Django offers every row there is unless it is told otherwise."""

    class Meta:
        model = Interaction
        fields = ["relationship", "summary"]


@pytest.mark.parametrize("form", all_forms(), ids=lambda form: form.__name__)
@pytest.mark.parametrize("side", ["north", "south"])
def test_form_offers_only_what_the_person_may_choose(side: str, form: type[forms.BaseForm], world: World) -> None:
    half: Half = getattr(world, side)
    assert too_wide(form, half) == []


def test_unscoped_choice_is_caught(world: World) -> None:
    assert too_wide(CarelessForm, world.south) == ["CarelessForm.relationship"]


def test_forms_of_every_app_are_looked_at() -> None:
    names = {form.__name__ for form in all_forms()}
    assert names >= {"InteractionForm", "RelationshipForm", "NewRelationshipForm", "HandOverForm", "PortfolioForm"}
    assert names >= {"AccountForm", "ContactForm", "TeamForm", "WantedForm"}
