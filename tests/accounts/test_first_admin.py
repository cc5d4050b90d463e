from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from tests import people

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    output = StringIO()
    call_command("first_admin", *arguments, stdout=output)
    return output.getvalue()


def test_the_first_administrator_sets_a_password_by_the_link(client: Client) -> None:
    said = run("Ada@Concord.example", "--name", "Ada Alm")
    person = User.objects.get()
    assert (person.email, person.name, person.is_administrator) == ("ada@concord.example", "Ada Alm", True)
    path = said.splitlines()[1].partition("/invitation/")[2]
    answer = client.post(
        f"/invitation/{path}", {"name": "Ada Alm", "zone": "Europe/Oslo", "password": "a calm long password"}
    )
    assert answer.status_code == 302
    assert client.get("/people/").status_code == 200


def test_a_lost_link_is_given_again_while_nobody_used_it(client: Client) -> None:
    first = run("ada@concord.example").splitlines()[1]
    second = run("ada@concord.example").splitlines()[1]
    assert User.objects.count() == 1
    assert client.get(first.removeprefix("http://localhost:8000")).status_code == 410
    assert client.get(second.removeprefix("http://localhost:8000")).status_code == 200


def test_it_refuses_where_there_is_an_administrator() -> None:
    people.adam()
    with pytest.raises(CommandError, match="There is an administrator already") as refused:
        run("ada@concord.example")
    assert refused.value.returncode == 2
    assert User.objects.count() == 1


@pytest.mark.parametrize("address", ["", "no address"])
def test_it_refuses_what_is_no_address(address: str) -> None:
    with pytest.raises(CommandError) as refused:
        run(address)
    assert refused.value.returncode == 2
    assert not User.objects.exists()
