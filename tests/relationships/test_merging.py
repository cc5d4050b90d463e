"""Two organisations become one and two again, and every row of every table is where it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from itertools import count
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts import actions as accounts
from accounts import merging, sweep
from accounts.checks import ours
from accounts.models import (
    Account,
    AccountAlias,
    Affiliation,
    Contact,
    ExternalId,
    Merge,
    NotTheSame,
    UndoStep,
    User,
)
from accounts.undo import TooLateError, take_back
from relationships import actions, history
from relationships.models import Evidence, Interaction, MissedCheckIn
from tests import people
from tests.access.canaries import build
from tests.rows import Rows
from web.clock import Now
from web.text import name_key

pytestmark = pytest.mark.django_db

NOW = Now.on(date(2026, 3, 2))
TODAY = date(2026, 3, 2)


@cache
def everything_but(*besides: type[models.Model]) -> Rows:
    return Rows({model._meta.label: model._base_manager.all() for model in ours() if model not in besides})


def everything(*besides: type[models.Model]) -> dict[str, list[Any]]:
    """Every column of every row of our tables, derived ones included; steps left out, as a deed leaves one."""
    return everything_but(UndoStep, *besides).read()


def fresh(person: User) -> User:
    found: User = User.objects.get(pk=person.pk)
    return found


def as_(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def pair() -> tuple[Account, Account]:
    """Two of Alice's, with something of every kind on each, and things in common."""
    kept, gone = people.account("Stolt Seafarm"), people.account("Stolt Sea Farm", website="https://seafarm.example")
    Account.objects.filter(pk=gone.pk).update(kind=Account.Kind.CUSTOMER)
    for row in (kept, gone):
        one = people.relationship(account=row)
        people.relationship(account=row, name="Feed trials")
        promise = people.promise(one, what=f"Send {row.name}", made_on=TODAY, due_on=TODAY + timedelta(days=5))
        actions.agree_cadence(actor=people.alice(), now=NOW, relationship=one, every_days=14)
        person = Contact.objects.create(
            name=f"Ola of {row.name}", email=f"ola@{name_key(row.name).replace(' ', '')}.no"
        )
        Affiliation.objects.create(contact=person, account=row, title="Buyer")
        actions.log_interaction(
            actor=people.alice(), now=NOW, relationship=one, occurred_on=TODAY, channel="call", begun_by="theirs",
            contacts=[person],
        )  # fmt: skip
        actions.keep_promise(actor=people.alice(), now=NOW, commitment=promise)
        AccountAlias.objects.create(account=row, name=f"{row.name} old", name_key=f"{name_key(row.name)} old")
        ExternalId.objects.create(account=row, system="SAP", value=f"47{row.pk}")
        people.account(f"Unit of {row.name}", parent=row)
    both = Contact.objects.create(name="Ingrid Lie", email="ingrid@stolt.example")
    Affiliation.objects.create(contact=both, account=kept, title="", since=date(2024, 1, 1), until=date(2025, 1, 1))
    Affiliation.objects.create(contact=both, account=gone, title="Head of purchasing", since=date(2023, 5, 1))
    third = people.account("Ewos")
    for row in (kept, gone):
        accounts.say_not_the_same(actor=people.alice(), now=NOW, one=row, other=third)
    accounts.say_not_the_same(actor=people.alice(), now=NOW, one=gone, other=people.account("Skretting"))
    sweep.run(NOW)
    return kept, gone


def merge(kept: Account, gone: Account, actor: User | None = None) -> UndoStep:
    return actions.merge_accounts(actor=fresh(actor or people.alice()), now=NOW, kept=kept, gone=gone).step


def undo(step: UndoStep) -> UndoStep:
    return take_back(step_id=step.pk, actor=fresh(step.actor), now=NOW).step


def test_all_that_hung_on_the_other_hangs_on_the_kept_one() -> None:
    kept, gone = pair()
    rows = {model: model._base_manager.count() for model, _column in merging.references()}
    merge(kept, gone)
    kept.refresh_from_db()
    assert not Account.objects.filter(pk=gone.pk).exists()
    assert [
        model for model, column in merging.references() if model._base_manager.filter(**{column.attname: gone.pk})
    ] == []
    assert {str(row) for row in kept.relationships.all()} == {
        "Stolt Seafarm", "Stolt Seafarm · Feed trials", "Stolt Seafarm · Stolt Sea Farm",
        "Stolt Seafarm · Feed trials (Stolt Sea Farm)",
    }  # fmt: skip
    assert {row.name for row in kept.aliases.all()} == {"Stolt Seafarm old", "Stolt Sea Farm old", "Stolt Sea Farm"}
    assert {row.name for row in kept.units.all()} == {"Unit of Stolt Seafarm", "Unit of Stolt Sea Farm"}
    assert (kept.kind, kept.website) == (Account.Kind.CUSTOMER, "https://seafarm.example")
    lost = {model: count - model._base_manager.count() for model, count in rows.items()}
    # One organisation, and the place of somebody who had one at both; one name and one merger more.
    assert {model: count for model, count in lost.items() if count} == {
        Account: 1, Affiliation: 1, AccountAlias: -1, Merge: -1,
    }  # fmt: skip
    [record] = kept.merges.all()
    assert (record.name, record.values["website"], record.merged_by) == (gone.name, gone.website, people.alice())


def test_somebody_at_both_has_one_place_as_long_as_both() -> None:
    kept, gone = pair()
    merge(kept, gone)
    [place] = Affiliation.objects.filter(contact__name="Ingrid Lie")
    assert (place.account, place.title, place.since, place.until) == (
        kept,
        "Head of purchasing",
        date(2023, 5, 1),
        None,
    )


def test_two_posts_of_one_person_stay_two() -> None:
    kept, gone = people.relationship().account, people.relationship().account
    both = Contact.objects.create(name="Ingrid Lie")
    Affiliation.objects.create(contact=both, account=kept, title="Buyer")
    Affiliation.objects.create(contact=both, account=gone, title="Head of purchasing")
    merge(kept, gone)
    assert sorted(both.affiliations.values_list("title", "account")) == [
        ("Buyer", kept.pk),
        ("Head of purchasing", kept.pk),
    ]


def test_what_was_said_of_the_other_and_a_third_holds() -> None:
    kept, gone = pair()
    merge(kept, gone)
    said = {str(row) for row in NotTheSame.objects.all()}
    assert {frozenset(one.split(" is not ")) for one in said} == {
        frozenset({"Stolt Seafarm", "Ewos"}),
        frozenset({"Stolt Seafarm", "Skretting"}),
    }


def test_undone_and_done_again_every_row_is_where_it_was() -> None:
    kept, gone = pair()
    before = everything()
    assert any(row for row in before["accounts.Likeness"]), "the two are alike"
    step = merge(kept, gone)
    merged = everything()
    assert merged != before
    for _time in range(2):
        step = undo(step)
        assert everything() == before
        step = undo(step)
        assert everything() == merged


def test_in_a_world_of_every_model_undone_every_row_is_where_it_was() -> None:
    """A table that is new tomorrow is in that world without being listed."""
    world = build()
    kept, gone = world.north.rows["Account"], world.south.rows["Account"]
    assert isinstance(kept, Account) and isinstance(gone, Account)
    before = everything()
    step = merge(kept, gone, people.adam())
    assert [
        model for model, column in merging.references() if model._base_manager.filter(**{column.attname: gone.pk})
    ] == []
    merged = everything()
    step = undo(step)
    assert everything() == before
    undo(step)
    assert everything() == merged


def test_no_column_that_names_an_organisation_is_forgotten() -> None:
    """Each key to it, and each column called so, moves or is one of the pairs that are seen to by themselves."""
    named = {
        (model._meta.label, column.attname)
        for model in ours()
        for column in model._meta.concrete_fields
        if column.related_model is Account or column.attname.endswith("account_id")
    }
    moved = {(model._meta.label, column.attname) for model, column in merging.references()}
    apart = {name for name in named if name[0] in {model._meta.label for model in merging.APART}}
    assert named - moved - apart == set()
    assert len(moved) > 20


def test_no_rule_of_one_per_organisation_is_forgotten() -> None:
    """Where two of an organisation's rows must not be alike, the merger has to tell them apart."""
    seen_to = {"relationship_unique_per_account"}
    rules = set()
    for model, column in merging.references():
        for rule in model._meta.constraints:
            names = {*getattr(rule, "fields", ())}
            names |= {str(one.name) for one in getattr(rule, "expressions", ()) if hasattr(one, "name")}
            rules |= {rule.name} if isinstance(rule, models.UniqueConstraint) and column.name in names else set()
        rules |= {model._meta.label for _one in [column] if column.unique}
        rules |= {str(one) for one in model._meta.unique_together if column.name in one}
    assert rules == seen_to


def test_old_address_leads_to_the_one_it_became_and_is_live_again_when_undone() -> None:
    kept, gone = pair()
    old = gone.get_absolute_url()
    step = merge(kept, gone)
    client = as_(people.alice())
    answer = client.get(old)
    assert (answer.status_code, answer["Location"]) == (302, kept.get_absolute_url())
    assert as_(people.outsider()).get(old).status_code == 404
    undo(step)
    assert client.get(old).status_code == 200


def test_old_address_leads_through_two_mergers() -> None:
    kept, gone = pair()
    last, old = people.relationship(account=people.account("Stolt")).account, gone.get_absolute_url()
    merge(kept, gone)
    merge(last, kept)
    assert as_(people.alice()).get(old)["Location"] == last.get_absolute_url()


def test_parents_and_units_make_no_circle() -> None:
    top, gone = people.account("Top"), people.account("Gone")
    Account.objects.filter(pk=gone.pk).update(parent=top)
    between = people.account("Between", parent=gone)
    kept = people.account("Kept", parent=between)
    people.alice()
    before = everything()
    step = merge(kept, Account.objects.get(pk=gone.pk))
    assert list(Account.objects.order_by("name").values_list("name", "parent__name")) == [
        ("Between", "Kept"), ("Kept", "Top"), ("Top", None),
    ]  # fmt: skip
    undo(step)
    assert everything() == before


def test_unit_merges_into_what_it_is_a_unit_of() -> None:
    kept = people.account("Kept")
    gone = people.account("Gone", parent=kept)
    below = people.account("Below", parent=gone)
    step = merge(kept, gone)
    below.refresh_from_db()
    kept.refresh_from_db()
    assert (below.parent, kept.parent) == (kept, None)
    undo(step)
    assert Account.objects.get(pk=gone.pk).parent == kept


def test_parent_is_taken_over_where_the_kept_one_has_none() -> None:
    top = people.account("Top")
    kept, gone = people.account("Kept"), people.account("Gone", parent=top)
    merge(kept, gone)
    kept.refresh_from_db()
    assert kept.parent == top


def test_imports_of_the_old_name_land_on_the_kept_one() -> None:
    from imports import queries

    kept, gone = pair()
    merge(kept, gone)
    assert queries.accounts_by_key([name_key("STOLT SEA FARM")]) == {name_key("Stolt Sea Farm"): kept.pk}


def test_what_came_since_goes_with_what_it_belongs_to() -> None:
    kept, gone = pair()
    moved = gone.relationships.get(name="")
    step = merge(kept, gone)
    moved.refresh_from_db()
    entry = actions.log_interaction(
        actor=people.alice(), now=NOW, relationship=moved, occurred_on=TODAY, channel="visit", begun_by="ours"
    ).row
    promise = people.promise(moved, what="New", made_on=TODAY, due_on=TODAY + timedelta(days=1))
    actions.keep_promise(actor=people.alice(), now=NOW, commitment=promise)
    undo(step)
    entry.refresh_from_db()
    promise.refresh_from_db()
    assert (entry.account_id, promise.account_id, promise.fulfilment.account_id) == (gone.pk, gone.pk, gone.pk)
    assert set(Evidence.objects.filter(relationship=moved).values_list("account", flat=True)) == {gone.pk}


def test_refuses_when_a_row_has_changed_since() -> None:
    kept, gone = pair()
    entry = Interaction.objects.filter(account=gone).get()
    step = merge(kept, gone)
    actions.change_interaction(
        actor=people.bob(), now=NOW, interaction=Interaction.objects.get(pk=entry.pk), values={"summary": "x"},
        contacts=[], colleagues=[],
    )  # fmt: skip
    before = everything()
    with pytest.raises(TooLateError):
        undo(step)
    assert everything() == before


def test_history_tells_of_the_merger_and_not_of_every_row() -> None:
    kept, gone = pair()
    row = gone.relationships.get(name="Feed trials")
    MissedCheckIn.objects.create(
        relationship=row, account=gone, due_on=TODAY, raised_at=NOW.instant, last_touch_on=None
    )
    merge(kept, gone)
    row.refresh_from_db()
    deeds, _before = history.deeds(row, writes=True)
    told = [item.said for deed in deeds for item in deed.items]
    assert told.count("Organisations merged or parted: now with Stolt Seafarm") == 1
    assert [said for said in told if "open again" in said or "Entry" in said] == []


def test_refuses_when_another_took_the_name() -> None:
    kept, gone = people.account("Kept"), people.account("Gone")
    step = merge(kept, gone)
    alias = AccountAlias.objects.get()
    AccountAlias.objects.all().delete()
    people.account("Gone")
    with pytest.raises(ValidationError, match="called Gone"):
        actions.unmerge_accounts(actor=fresh(people.alice()), now=NOW, **step.arguments)
    assert alias.name == "Gone"


Party = Callable[[], User]


@pytest.mark.parametrize(
    ("actor", "may"),
    [
        (people.alice, False),
        (people.mona, False),
        (people.rita, False),
        (people.outsider, False),
        (people.petra, False),
        (people.adam, True),
    ],
)
def test_only_who_may_change_every_relationship_of_both(actor: Party, may: bool) -> None:
    """Olga has a relationship with the other, which she has removed: it would move too."""
    kept = people.relationship().account
    gone = people.relationship().account
    theirs = people.relationship(account=gone, owner=people.outsider(), team=people.south(), name="South")
    actions.remove_relationship(actor=people.outsider(), now=NOW, relationship=theirs)
    actor()
    before = everything()
    if may:
        merge(kept, gone, actor())
        return
    with pytest.raises(ValidationError, match="every relationship"):
        merge(kept, gone, actor())
    assert everything() == before


def test_not_with_itself() -> None:
    row = people.account()
    with pytest.raises(ValidationError, match="itself"):
        merge(row, row)


def _full(size: int) -> tuple[Account, Account]:
    kept, gone = people.account(), people.account()
    for place in range(size):
        row = people.relationship(account=gone, name=f"Part {place}")
        people.relationship(account=kept, name=f"Part {place}")
        Interaction.objects.create(relationship=row, account=gone, occurred_on=TODAY, logged_at=NOW.instant)
        person = Contact.objects.create(name=f"Person {place}")
        for at in (kept, gone):
            Affiliation.objects.create(contact=person, account=at)
        AccountAlias.objects.create(account=gone, name=f"A{gone.pk} {place}", name_key=f"a{gone.pk} {place}")
        people.account(parent=gone)
        for at in (kept, gone)[: 1 + place % 2]:
            accounts.say_not_the_same(actor=people.adam(), now=NOW, one=at, other=people.account())
    return kept, gone


def test_statements_do_not_grow_with_the_rows() -> None:
    found = []
    for size in (2, 40):
        kept, gone = _full(size)
        actor = fresh(people.adam())
        with CaptureQueriesContext(
            connection,
        ) as there:
            step = actions.merge_accounts(actor=actor, now=NOW, kept=kept, gone=gone).step
        with CaptureQueriesContext(connection) as back:
            take_back(step_id=step.pk, actor=actor, now=NOW)
        found.append((len(there), len(back)))
    assert found[0] == found[1]


_numbers = count(1)
# An example is small enough to be read as it is found; each costs a second.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


class RoundTrip(TestCase):
    """Whatever hangs on two organisations: merged nothing is lost, and taken back nothing has moved."""

    @settings(max_examples=12, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.too_slow])
    @given(
        kept=st.lists(
            st.tuples(st.sampled_from(["", "A", "B"]), st.booleans()), max_size=3, unique_by=lambda one: one[0]
        ),
        gone=st.lists(
            st.tuples(st.sampled_from(["", "A", "B"]), st.booleans()), max_size=3, unique_by=lambda one: one[0]
        ),
        people_at=st.lists(st.sampled_from(["kept", "gone", "both"]), max_size=3),
        thirds=st.lists(st.sampled_from(["kept", "gone", "both"]), max_size=3),
        parent=st.sampled_from(["none", "kept under gone", "gone under kept", "gone under third"]),
    )
    def test_merge_is_not_lossy_and_undo_is_exact(
        self, kept: Any, gone: Any, people_at: list[str], thirds: list[str], parent: str
    ) -> None:
        number = next(_numbers)
        one, other = people.account(f"One {number}"), people.account(f"Other {number}")
        for row, relationships in ((one, kept), (other, gone)):
            for name, talked in relationships:
                made = people.relationship(account=row, name=name)
                if talked:
                    actions.log_interaction(
                        actor=people.alice(), now=NOW, relationship=made, occurred_on=TODAY, channel="call"
                    )
        for where in people_at:
            person = Contact.objects.create(name="Ingrid")
            for name, row in (("kept", one), ("gone", other)):
                if where in (name, "both"):
                    Affiliation.objects.create(contact=person, account=row)
        for place, where in enumerate(thirds):
            third = people.account(f"Third {number} {place}")
            for name, row in (("kept", one), ("gone", other)):
                if where in (name, "both"):
                    accounts.say_not_the_same(actor=people.adam(), now=NOW, one=row, other=third)
        match parent:
            case "kept under gone":
                one.parent = other
            case "gone under kept":
                other.parent = one
            case "gone under third":
                other.parent = people.account(f"Top {number}")
        one.save()
        other.save()
        people.adam()
        before = everything()
        step = merge(one, other, people.adam())
        after = everything()
        for label in ("relationships.Relationship", "relationships.Interaction", "accounts.Contact"):
            assert len(after[label]) == len(before[label])
        undo(step)
        assert everything() == before
