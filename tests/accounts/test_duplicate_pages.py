"""The pages of organisations that may be one, and of their units."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts import actions, sweep
from accounts.models import Account, AccountAlias, Affiliation, Contact, Likeness, NotTheSame, UndoStep, User
from accounts.queries import per_cent
from tests import people
from web.clock import Now

pytestmark = pytest.mark.django_db

NOW = Now.on(date(2026, 3, 2))
PAGE = "/organisations/duplicates/"


def as_(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def pair(**other: object) -> tuple[Account, Account]:
    """Alice's, and one that nobody has a relationship with unless ``owner`` says so."""
    one = people.relationship(account=people.account("Stolt Seafarm")).account
    two = people.account("Stolt Sea Farm")
    if other:
        people.relationship(account=two, **other)
    sweep.run(NOW)
    return one, two


def test_pair_is_shown_with_its_reasons_and_both_sides() -> None:
    one, two = pair()
    Affiliation.objects.create(account=two, contact=Contact.objects.create(name="Ola", email="ola@stolt.example"))
    [alike] = as_(people.alice()).get(PAGE).context["pairs"]
    assert (alike.per_cent, alike.reasons) == (95, ["names alike: Stolt Sea Farm / Stolt Seafarm"])
    assert [side.account for side in alike.sides] == [one, two]
    assert [side.people for side in alike.sides] == [0, 1]
    assert [side.domains for side in alike.sides] == [[], ["stolt.example"]]
    assert (alike.mergeable, alike.can_say) == (True, True)


@pytest.mark.parametrize(("score", "shown"), [(1.0, 100), (0.9999, 99), (0.995, 99), (0.954, 95), (0.0, 0)])
def test_likeness_below_one_is_never_shown_as_certain(score: float, shown: int) -> None:
    assert per_cent(score) == shown


def test_of_what_one_may_not_read_only_the_names_are_compared() -> None:
    one, two = pair(owner=people.outsider(), team=people.south())
    secret = people.relationship(account=people.account("Quite other"), owner=people.outsider(), team=people.south())
    for row in (one, two, secret.account):
        person = Contact.objects.create(name="Ola", email="ola@stolt.example")
        Affiliation.objects.create(account=row, contact=person)
    AccountAlias.objects.create(account=secret.account, name="Stolt Sjofarm", name_key="stolt sjofarm")
    sweep.run(NOW)
    told = as_(people.alice()).get(PAGE)
    assert [[side.account for side in alike.sides] for alike in told.context["pairs"]] == [[one, two]]
    [alike] = told.context["pairs"]
    assert alike.reasons == ["names alike: Stolt Sea Farm / Stolt Seafarm"]
    assert (alike.mergeable, alike.can_say) == (False, True)
    assert b"To merge them you need to change both." in told.content
    assert b"stolt.example" in as_(people.adam()).get(PAGE).content
    assert as_(people.adam()).get(PAGE).context["count"] == Likeness.objects.count() > 1
    [read] = as_(people.rita()).get(PAGE).context["pairs"]
    assert (read.mergeable, read.can_say) == (False, False)


def test_not_the_same_is_kept_and_taken_back() -> None:
    one, two = pair()
    client = as_(people.alice())
    [alike] = client.get(PAGE).context["pairs"]
    answer = client.post(reverse("likeness_dismiss", args=[alike.pk]), {"next": PAGE})
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    said = NotTheSame.objects.get()
    assert (said.first, said.second, said.said_by) == (one, two, people.alice())
    assert client.get(PAGE).context["pairs"] == []
    sweep.run(NOW)
    assert client.get(PAGE).context["pairs"] == []
    client.post(reverse("undo", args=[UndoStep.objects.get().pk]))
    assert len(client.get(PAGE).context["pairs"]) == 1
    client.post(reverse("undo", args=[UndoStep.objects.first().pk]))  # type: ignore[union-attr]
    assert client.get(PAGE).context["pairs"] == []
    again = client.post(reverse("likeness_dismiss", args=[alike.pk]), headers={"HX-Request": "true"})
    assert "said so already" in again["HX-Trigger"]


def test_organisation_says_what_it_may_be() -> None:
    one, two = pair()
    client = as_(people.alice())
    assert b"May be the same as" in client.get(one.get_absolute_url()).content
    assert b"May be the same as" in client.get(two.get_absolute_url()).content
    assert b"May be the same as" not in client.get(people.account("Ewos").get_absolute_url()).content


def test_merger_is_shown_before_it_is_made_and_taken_back() -> None:
    one, two = pair()
    person = Contact.objects.create(name="Ola", email="ola@stolt.example")
    for row in (one, two):
        Affiliation.objects.create(account=row, contact=person)
    Affiliation.objects.create(account=two, contact=person, title="Buyer", until=date(2020, 1, 1))
    client = as_(people.alice())
    address = reverse("account_merge", args=[one.pk])
    assert b"Which is the same?" in client.get(address).content
    shown = client.get(address, {"other": two.pk})
    assert [(move.what, move.how) for move in shown.context["moves"]] == [
        ("One person", "Ola (ola@stolt.example); at both already")
    ]
    assert Account.objects.filter(pk=two.pk).exists(), "looking changes nothing"
    answer = client.post(address, {"other": two.pk})
    assert (answer.status_code, answer["Location"]) == (302, one.get_absolute_url())
    page = client.get(one.get_absolute_url()).content.decode()
    assert "Merged into it" in page and "Stolt Sea Farm" in page
    client.post(reverse("undo", args=[UndoStep.objects.get().pk]))
    assert client.get(two.get_absolute_url()).status_code == 200


def test_merger_names_whom_it_moves() -> None:
    one, two = pair()
    for name in ("Ada", "Bo", "Cy", "Di"):
        Affiliation.objects.create(account=two, contact=Contact.objects.create(name=name))
    Affiliation.objects.create(account=one, contact=Contact.objects.get(name="Di"))
    shown = as_(people.alice()).get(reverse("account_merge", args=[one.pk]), {"other": two.pk})
    assert [(move.what, move.how) for move in shown.context["moves"]] == [
        ("4 people", "Ada, Bo and 2 more; one of them is at both")
    ]


def test_stale_page_of_a_merger_says_what_became_of_the_other() -> None:
    one, two = pair()
    client, address = as_(people.alice()), reverse("account_merge", args=[one.pk])
    turned = reverse("account_merge", args=[two.pk])
    as_(people.mona()).post(address, {"other": two.pk})
    for answer, status in [
        (client.get(address, {"other": two.pk}), 200), (client.post(address, {"other": two.pk}), 422),
        (client.get(turned), 200), (client.post(turned, {"other": one.pk}), 422),
    ]:  # fmt: skip
        page = answer.content.decode()
        assert answer.status_code == status
        assert f"{two} is already merged into {one}. Mona Moreau did that today at " in page
        assert f'href="{one.get_absolute_url()}">See {one}</a>' in page
        assert "Which is the same?" not in page
    assert as_(people.outsider()).get(turned).status_code == 404
    as_(people.mona()).post(reverse("undo", args=[UndoStep.objects.get().pk]))
    assert "What moves" in client.get(address, {"other": two.pk}).content.decode()


def test_merger_of_two_that_a_colleague_told_apart_is_refused_once_and_then_done_knowingly() -> None:
    one, two = pair()
    client, address = as_(people.alice()), reverse("account_merge", args=[one.pk])
    assert "told_apart" not in client.get(address, {"other": two.pk}).content.decode()
    # Alice looks at what would move; meanwhile Bob says that they are two.
    said = actions.say_not_the_same(actor=people.bob(), now=Now.read(), one=two, other=one).row
    refused = client.post(address, {"other": two.pk})
    assert refused.status_code == 422
    page = refused.content.decode()
    assert page.count("Bob Brandt said today that these two are not the same.") == 1 and "Merge all the same" in page
    assert (Account.objects.filter(pk=two.pk).exists(), NotTheSame.objects.count()) == (True, 1)
    # Who looks now is told before.
    shown = client.get(address, {"other": two.pk}).content.decode()
    assert "Bob Brandt said today" in shown and f'name="told_apart" value="{said.pk}"' in shown
    assert client.post(address, {"other": two.pk, "told_apart": said.pk + 1}).status_code == 422
    assert client.post(address, {"other": two.pk, "told_apart": said.pk}).status_code == 302
    assert not Account.objects.filter(pk=two.pk).exists()
    for there in (True, False, True):
        client.post(reverse("undo", args=[UndoStep.objects.filter(actor=people.alice()).order_by("-pk")[0].pk]))
        assert Account.objects.filter(pk=two.pk).exists() is there
        assert NotTheSame.objects.filter(pk=said.pk).exists() is there


def test_who_may_not_merge_is_told_why() -> None:
    one, two = pair(owner=people.outsider(), team=people.south())
    client = as_(people.alice())
    address = reverse("account_merge", args=[one.pk])
    shown = client.get(address, {"other": two.pk})
    assert (shown.status_code, shown.context["may"], shown.context["moves"]) == (200, False, [])
    refused = client.post(address, {"other": two.pk})
    assert refused.status_code == 422
    assert "every relationship with them" in refused.content.decode()
    assert client.get(reverse("account_merge", args=[two.pk])).status_code == 404
    assert client.post(address, {"other": one.pk}).status_code == 422
    assert client.post(address, {"other": "9" * 30}).status_code == 422


def test_whoever_adds_one_is_told_of_those_it_may_be_and_not_kept_from_it() -> None:
    one, _two = pair()
    client = as_(people.alice())
    hints = client.get(reverse("account_alike"), {"name": "STOLT seafarm AS"}).content.decode()
    assert "Is it one of these?" in hints and one.get_absolute_url() in hints
    assert client.get(reverse("account_alike"), {"name": "Ewos"}).content.strip() == b""
    assert client.get(reverse("account_alike"), {"name": "…"}).content.strip() == b""
    assert b"Is it one of these?" in client.get(reverse("account_create"), {"q": "Stolt Seafarm AS"}).content
    values = {"name": "Stolt Seafarm AS", "kind": "other", "zone": "UTC", "website": ""}
    made = client.post(reverse("account_create"), values, follow=True)
    assert Account.objects.filter(name="Stolt Seafarm AS").exists()
    page = made.content.decode()
    assert "It may be the same as Stolt Sea" in page and page.count("May be the same as") == 2


def test_what_is_new_or_named_anew_shows_what_it_is_like_at_once() -> None:
    """Before the sweep comes by: on the page that the message leads to, and among the duplicates."""
    people.relationship(account=people.account("Stolt Seafarm"))
    other = people.account("Ewos")
    sweep.run(NOW)
    client = as_(people.alice())

    def alike() -> set[tuple[str, ...]]:
        return {tuple(side.account.name for side in one.sides) for one in client.get(PAGE).context["pairs"]}

    edit = reverse("account_edit", args=[other.pk])
    values = {"kind": "other", "zone": "UTC", "website": "", "parent": ""}

    def rename(name: str) -> None:
        asked = client.get(edit).context
        assert client.post(edit, {**values, "name": name, "version": asked["version"]}).status_code == 302

    rename("Stolt Sea Farm")
    assert alike() == {("Stolt Seafarm", "Stolt Sea Farm")}
    rename("Ewos")
    assert alike() == set()
    client.post(reverse("alias_add", args=[other.pk]), {"name": "Stolt Sea Farms"})
    assert alike() == {("Stolt Seafarm", "Ewos")}
    new = {"new_account": "Stolt Sea Farm AS", "owner": people.alice().pk, "team": people.north().pk, "zone": "UTC"}
    assert (
        client.post(
            reverse("relationship_create"), {**new, "workdays": [0, 1, 2, 3, 4], "stage": "contact", "every_days": 30}
        ).status_code
        == 302
    )
    assert ("Stolt Seafarm", "Stolt Sea Farm AS") in alike()


def test_units_stand_as_a_tree_with_what_one_may_see() -> None:
    top = people.relationship(account=people.account("Top")).account
    dairy = people.account("Dairy", parent=top)
    mine = people.relationship(account=dairy)
    theirs = people.account("Bakery", parent=top)
    people.relationship(account=theirs, owner=people.outsider(), team=people.south())
    below = people.account("Creamery", parent=dairy)
    people.account("Butter", parent=below)
    page = as_(people.alice()).get(top.get_absolute_url())
    told = [(unit.account.name, unit.depth, unit.readable, unit.relationships) for unit in page.context["units"]]
    assert told == [
        ("Bakery", 0, False, []), ("Dairy", 0, True, [mine]), ("Creamery", 1, True, []), ("Butter", 2, True, []),
    ]  # fmt: skip
    assert "Olga" not in page.content.decode()
    crumbs = as_(people.alice()).get(below.get_absolute_url()).context["above"]
    assert [row.name for row in crumbs] == ["Top", "Dairy"]


def test_directory_is_filtered_by_kind_among_what_one_may_read() -> None:
    people.relationship(account=people.account("Mine", kind="supplier"))
    people.relationship(account=people.account("Theirs", kind="supplier"), owner=people.outsider(), team=people.south())
    people.account("Free", kind="supplier")
    client = as_(people.alice())

    def shown(**query: str) -> list[str]:
        return [row.name for row in client.get(reverse("account_list"), query).context["page"].rows]

    assert shown(kind="supplier") == ["Free", "Mine"]
    assert shown(kind="supplier", q="mi") == ["Mine"]
    assert shown(kind="nonsense") == ["Free", "Mine", "Theirs"]
    assert b"None of this kind" in client.get(reverse("account_list"), {"kind": "ally"}).content


@pytest.mark.parametrize("rows", [1, 50])
def test_pages_ask_the_same_number_of_questions(rows: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    top = people.relationship(account=people.account("Top")).account
    parent = row = top
    for number in range(rows):
        for name in (f"Havbris{number * 7919} Farm", f"Havbris{number * 7919} Farms"):
            row = people.account(name, parent=parent)
            people.relationship(account=row, name="a")
            people.relationship(account=row, name="b")
            Affiliation.objects.create(account=row, contact=Contact.objects.create(name="Ola"))
        parent = top if number % 3 else row
    sweep.run(NOW)
    assert Likeness.objects.count() >= rows
    client = as_(people.alice())
    client.get(reverse("settings"))
    with django_assert_num_queries(23):
        assert len(client.get(PAGE).context["pairs"]) == min(rows, 20)
    with django_assert_num_queries(28):
        assert len(client.get(top.get_absolute_url()).context["units"]) == 2 * rows


def test_pairs_come_in_pages_the_likeliest_first() -> None:
    made = [people.account(f"Name {number}") for number in range(48)]
    for number in range(24):
        Likeness.objects.create(
            first=made[2 * number], second=made[2 * number + 1], score=(60 + number) / 100, by_name=0.6,
            found_at=NOW.instant,
        )  # fmt: skip
    client = as_(people.adam())
    first = client.get(PAGE).context
    second = client.get(PAGE, {"after": first["after"]}).context
    seen = [alike.pk for alike in [*first["pairs"], *second["pairs"]]]
    assert seen == list(Likeness.objects.order_by("-score").values_list("pk", flat=True))
    assert (len(first["pairs"]), second["after"], first["count"]) == (20, "", 24)


def test_an_organisation_with_what_was_said_of_it_can_be_removed_and_come_back() -> None:
    one, two = people.account("Stolt Seafarm"), people.account("Stolt Sea Farm")
    sweep.run(NOW)
    actions.say_not_the_same(actor=people.adam(), now=NOW, one=one, other=two)
    step = actions.remove_account(actor=people.adam(), now=NOW, account=two).step
    assert not NotTheSame.objects.exists()
    actions.restore_account(actor=people.adam(), now=NOW, **step.arguments)
    assert NotTheSame.objects.get().second_id == two.pk
