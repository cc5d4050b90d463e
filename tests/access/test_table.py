"""Each person at each address, as the table says; and nobody can tell another's object from none."""

from __future__ import annotations

import copy
import re

import pytest
from django.http import HttpResponse
from django.urls import get_resolver, resolve

from tests.access.canaries import World, leaks
from tests.access.table import ROLES, TABLE, patterns
from tests.access.visits import NOBODY, address_of, alike, client_of, key_of, met, text_of, visit

ROUTES = {name: pattern for name, _address, pattern in patterns(get_resolver("prm.urls"))}


def missing(routes: set[str], table: set[str]) -> list[str]:
    return [f"unlisted route: {name}" for name in sorted(routes - table)] + [
        f"row without a route: {name}" for name in sorted(table - routes)
    ]


def test_every_route_stands_in_the_table_and_every_row_has_its_route() -> None:
    assert missing(set(ROUTES), set(TABLE)) == []


def test_every_row_of_one_object_has_an_argument_for_it() -> None:
    wanted = {name: TABLE[name].kind is not None for name in ROUTES}
    takes = {
        name: bool(pattern.pattern.regex.groupindex or pattern.pattern.converters) for name, pattern in ROUTES.items()
    }
    assert wanted == takes


# What one's own calendar knows stands on Today and nowhere else.
ON_TODAY = {"captured_confirm"}


def leads_back(response: HttpResponse, role: str, *, about: bool) -> bool:
    """Whether a form on a page of its own has a link to a page that is theirs; to Today only if it is about nothing."""
    if not any(template.name == "web/page.html" for template in getattr(response, "templates", ())):
        return True
    found = re.findall(r'<p class="c-crumb"><a class="c-link" href="([^"]+)">', response.content.decode())
    name = resolve(found[0].split("#")[0]).url_name if found else None
    return name is not None and TABLE[name].get[role] == "in" and (name != "today" or not about)


# Strangers of each kind, and a colleague.
APART = ("petra", "olga", "rita", "bob")


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", ROLES)
def test_person_meets_what_the_table_says(role: str, method: str, world: World) -> None:
    """And an object of another and one that is not there look alike, to all who might wonder."""
    expected: dict[str, str] = {}
    found: dict[str, str] = {}
    written, lost, told_apart = {}, [], []
    leaked: set[tuple[str, str]] = set()
    client = client_of(world.roles[role])
    signed_in = client.cookies
    for name, pattern in ROUTES.items():
        route = TABLE[name]
        key = key_of(route, world.north, world)
        address = address_of(name, pattern, key)
        # What a page says to the browser is forgotten like what it did: nobody is signed out by the page before.
        client.cookies = copy.deepcopy(signed_in)
        if method == "get" and "405" in found.values() and getattr(route, method)[role] == "405":
            # The page that says so is the same for each: it was made whole for the first.
            response, writes = visit(client, method, address, headers={"HX-Request": "true"})
        else:
            response, writes = visit(client, method, address)
            if response.status_code == 405:
                leaked |= leaks(text_of(response), side="north" if role == "olga" else "south", directory=True)
        expected[name], found[name] = getattr(route, method)[role], met(response)
        if writes and (method == "get" or found[name] != "in"):
            written[name] = writes
        about = route.kind is not None and name not in ON_TODAY
        if method == "get" and not leads_back(response, role, about=about):
            lost.append(name)
        if role in APART and expected[name] == "404" and route.kind and not route.kind.endswith("token"):
            client.cookies = copy.deepcopy(signed_in)
            other, _writes = visit(client, method, address_of(name, pattern, NOBODY))
            # The key is replaced with its slashes: a small number may stand in the page for other reasons.
            if alike(response, f"/{key}/") != alike(other, f"/{NOBODY}/"):
                told_apart.append(name)
    assert [f"{name}: {word}, not {expected[name]}" for name, word in found.items() if word != expected[name]] == []
    assert written == {}
    assert (told_apart, leaked) == ([], set())
    # Without JavaScript.
    assert lost == [], "no way back from a form on a page of its own"


@pytest.mark.parametrize("role", ["olga", "petra"])
def test_signed_in_htmx_request_is_refused_alike(role: str, world: World) -> None:
    client = client_of(world.roles[role])
    for name, pattern in ROUTES.items():
        route = TABLE[name]
        if route.kind is not None and route.get[role] == "404":
            address = address_of(name, pattern, key_of(route, world.north, world))
            assert client.get(address, headers={"HX-Request": "true"}).status_code == 404, name


def test_htmx_request_of_a_stranger_goes_to_the_sign_in_as_a_whole(world: World) -> None:
    response = client_of(None).get("/portfolio/", headers={"HX-Request": "true"})
    assert (response.status_code, response.headers["HX-Redirect"]) == (204, "/accounts/login/?next=/portfolio/")
