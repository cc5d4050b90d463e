from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Contact, Membership, User
from accounts.undo import Done, take_back
from relationships import actions
from relationships.models import CadenceAgreement, Commitment, HandOver, Relationship, RelationshipMember
from relationships.open_items import open_items
from tests import people
from tests.relationships.records import DAY, KEPT, MONDAY, agreed, log, noon

pytestmark = pytest.mark.django_db

NOW = noon(MONDAY)
DEPUTY, SPONSOR, EXPERT = RelationshipMember.Role.values


def undo(done: Done[Any], actor: User) -> Done[Any]:
    return take_back(step_id=done.step.pk, actor=actor, now=NOW)


def promise(row: Relationship, keeper: User | None = None, *, what: str = "Send the table") -> Commitment:
    """Ours, made by the owner, due in a week."""
    return actions.make_promise(
        actor=row.owner,
        now=NOW,
        relationship=row,
        side=Commitment.Side.OURS,
        what=what,
        due_on=MONDAY + 7 * DAY,
        colleague=row.owner,
        keeper=keeper,
    ).row


def add(row: Relationship, user: User, role: str = DEPUTY, subject: str = "") -> Done[RelationshipMember]:
    return actions.add_member(actor=row.owner, now=NOW, relationship=row, user=user, role=role, subject=subject)


def hand(rows: list[Relationship], to: User, actor: User | None = None, **more: Any) -> Done[list[int]]:
    return actions.hand_over(actor=actor or people.alice(), now=NOW, relationships=rows, to=to, **more)


def around(*rows: Relationship) -> dict[str, list[Any]]:
    """All that a hand-over can change, keys included."""
    keys = [row.pk for row in rows]
    return {
        "owners": list(Relationship.objects.filter(pk__in=keys).order_by("pk").values_list("pk", "owner")),
        "promises": list(Commitment.objects.filter(relationship__in=keys).order_by("pk").values()),
        "parts": list(RelationshipMember.objects.filter(relationship__in=keys).order_by("pk").values()),
        "notes": list(HandOver.objects.filter(relationship__in=keys).order_by("pk").values()),
    }


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


# Colleagues with a part ----------------------------------------------------------------------------------------------


def test_part_given_changed_and_taken_each_with_its_way_back() -> None:
    row, olga, alice = people.relationship(), people.outsider(), people.alice()
    assert not Relationship.objects.visible_to(olga).exists()
    added = add(row, olga, EXPERT, "customs")
    olga = User.objects.get(pk=olga.pk)
    assert Relationship.objects.visible_to(olga).get() == Relationship.objects.changeable_by(olga).get() == row
    changed = actions.change_member(actor=alice, now=NOW, member=added.row, role=SPONSOR)
    assert (changed.row.role, changed.row.subject) == (SPONSOR, "")
    undo(changed, alice)
    assert RelationshipMember.objects.values_list("role", "subject").get() == (EXPERT, "customs")
    before = around(row)
    removed = actions.remove_member(actor=alice, now=NOW, member_id=added.row.pk)
    assert not Relationship.objects.visible_to(User.objects.get(pk=olga.pk)).exists()
    undo(removed, alice)
    assert around(row) == before
    undo(added, alice)
    assert around(row)["parts"] == []


def test_one_deputy_one_part_each_and_never_the_owner() -> None:
    row = people.relationship()
    add(row, people.bob())
    with pytest.raises(ValidationError, match="There is a deputy already"):
        add(row, people.mona())
    with pytest.raises(ValidationError, match="has a part in it already"):
        add(row, people.bob(), EXPERT)
    with pytest.raises(ValidationError, match="Alice Ahlberg is the owner and needs no other part"):
        add(row, people.alice(), EXPERT)
    expert = add(row, people.mona(), EXPERT).row
    with pytest.raises(ValidationError, match="There is a deputy already"):
        actions.change_member(actor=people.alice(), now=NOW, member=expert, role=DEPUTY)


@pytest.mark.parametrize("gone", ["partner", "inactive"])
def test_only_who_works_here_has_a_part_or_takes_over(gone: str) -> None:
    row = people.relationship()
    who = people.petra() if gone == "partner" else people.bob()
    User.objects.filter(pk=who.pk, audience=User.Audience.STAFF).update(is_active=False)
    who.refresh_from_db()
    with pytest.raises(ValidationError, match="does not work here any more"):
        add(row, who)
    with pytest.raises(ValidationError, match="does not work here any more"):
        hand([row], who)


def test_part_comes_back_only_where_it_is_still_free() -> None:
    row, alice = people.relationship(), people.alice()
    added = add(row, people.bob())
    removed = actions.remove_member(actor=alice, now=NOW, member_id=added.row.pk)
    hand([row], people.bob(), people.mona())
    with pytest.raises(ValidationError, match="Bob Brandt is the owner by now"):
        undo(removed, alice)


# From one owner to the next ------------------------------------------------------------------------------------------


def test_open_promises_go_along_and_the_rest_stays() -> None:
    row, bob, mona = people.relationship(), people.bob(), people.mona()
    own, others, closed = promise(row), promise(row, mona), promise(row)
    actions.keep_promise(actor=people.alice(), now=NOW, commitment=closed, kept_on=MONDAY)
    hand([row], bob, note=" Ring Ingrid first. ")
    keepers = [Commitment.objects.get(pk=one.pk).keeper for one in (own, others, closed)]
    assert keepers == [bob, mona, people.alice()]
    assert {one.colleague for one in Commitment.objects.all()} == {people.alice()}
    note = HandOver.objects.get()
    assert (note.former, note.next, note.note, note.made_by) == (
        people.alice(),
        bob,
        "Ring Ingrid first.",
        people.alice(),
    )


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kinds=st.lists(
        st.tuples(
            st.sampled_from(["alice", "mona"]),  # owner
            st.sampled_from([None, "bob", "olga"]),  # deputy
            st.lists(st.sampled_from([None, "alice", "bob", "mona"]), max_size=3),  # keepers of promises
            st.integers(0, 2),  # promises kept already
        ),
        min_size=1,
        max_size=4,
    ),
    stays=st.booleans(),
)
def test_hand_over_and_back_leaves_all_as_it_was(kinds: list[Any], stays: bool) -> None:
    who: dict[str, User] = {
        "alice": people.alice(), "bob": people.bob(), "mona": people.mona(), "olga": people.outsider(),
    }  # fmt: skip
    with transaction.atomic():
        rows = [people.relationship(owner=who[owner]) for owner, *_rest in kinds]
        for row, (_owner, deputy, keepers, kept) in zip(rows, kinds, strict=True):
            if deputy and not (stays and deputy == "olga"):
                add(row, who[deputy])
            made = [promise(row, who[keeper] if keeper else None) for keeper in keepers]
            for one in made[:kept]:
                actions.keep_promise(actor=row.owner, now=NOW, commitment=one, kept_on=MONDAY)
        before = around(*rows)
        adam = people.adam()
        done = hand(rows, who["bob"], adam, former_stays=stays, note="Take care")
        after = around(*rows)
        assert {owner for _pk, owner in after["owners"]} == {who["bob"].pk}
        back = undo(done, adam)
        assert around(*rows) == before
        again = undo(back, adam)
        assert around(*rows) == after
        undo(again, adam)
        assert around(*rows) == before
        transaction.set_rollback(True)


def test_deputy_takes_over_and_the_former_owner_stays_as_deputy() -> None:
    row, alice, bob = people.relationship(), people.alice(), people.bob()
    add(row, bob)
    done = hand([row], bob, former_stays=True)
    assert list(row.members.values_list("user", "role")) == [(alice.pk, DEPUTY)]
    undo(done, alice)
    assert list(row.members.values_list("user", "role")) == [(bob.pk, DEPUTY)]


def test_former_owner_cannot_stay_where_there_is_a_deputy() -> None:
    row, other = people.relationship(), people.relationship()
    add(row, people.mona())
    with pytest.raises(ValidationError, match="One of these has a deputy already"):
        hand([row, other], people.bob(), former_stays=True)
    with pytest.raises(ValidationError, match="There is a deputy already"):
        hand([row], people.bob(), former_stays=True)


def test_not_taken_back_once_the_part_is_somebody_elses() -> None:
    row, alice = people.relationship(), people.alice()
    add(row, people.bob())
    done = hand([row], people.bob())
    actions.add_member(actor=people.bob(), now=NOW, relationship=row, user=people.mona(), role=DEPUTY)
    before = around(row)
    with pytest.raises(ValidationError, match="somebody else's by now"), transaction.atomic():
        undo(done, alice)
    assert around(row) == before


def test_handed_to_its_owner_nothing_happens() -> None:
    with pytest.raises(ValidationError, match="looks after this already"):
        hand([people.relationship()], people.alice())


def test_given_away_for_good_is_not_taken_back_by_who_sees_it_no_more() -> None:
    row = people.relationship(team=None)
    done = hand([row], people.outsider())
    with pytest.raises(ValidationError, match="This is no longer yours to change, so it stays as it is"):
        undo(done, User.objects.get(pk=people.alice().pk))


def test_many_of_which_one_is_not_ones_own_any_more_stay_and_it_is_said_how_many() -> None:
    kept, lost = people.relationship(), people.relationship(team=None)
    done = hand([kept, lost], people.outsider())
    with pytest.raises(ValidationError, match="1 of these is no longer yours to change, so all stay as they are"):
        undo(done, people.alice())
    assert {row.owner for row in Relationship.objects.all()} == {people.outsider()}


def test_who_leaves_hands_over_and_comes_back_with_everything() -> None:
    adam, alice = people.adam(), people.alice()
    row = people.relationship()
    promise(row)
    before = around(row)
    gone = actions.let_go(actor=adam, now=NOW, leaving=alice, to=people.bob(), note="Gone to sea")
    assert (HandOver.objects.get().note, Commitment.objects.get().keeper) == ("Gone to sea", people.bob())
    undo(gone, adam)
    alice.refresh_from_db()
    assert (around(row), alice.is_active) == (before, True)


def test_owner_changed_with_other_fields_is_a_hand_over_too() -> None:
    row, alice = people.relationship(), people.alice()
    promise(row)
    # A promise leaves the criteria to the sweep, a change does not.
    actions.judge_stages([row.pk], now=NOW)
    before = record([row])
    done = actions.change_relationship(
        actor=alice, now=NOW, relationship=row, values={"owner": people.bob(), "tier": "A"}
    )
    assert (done.row.owner, done.row.tier) == (people.bob(), "A")
    assert (Commitment.objects.get().keeper, HandOver.objects.get().former) == (people.bob(), alice)
    undo(done, alice)
    assert record([row]) == before


def test_open_items_are_those_the_next_owner_takes_over() -> None:
    row = agreed(14, touched=MONDAY - 40 * DAY)
    promise(row)
    promise(row, people.mona(), what="Somebody else sees to it")
    log(row, MONDAY - 39 * DAY, two_way=False, next_step="Ring again", next_step_on=MONDAY)
    found = open_items([row.pk], NOW)
    assert [one.what for one in found.promises] == ["Send the table"]
    assert [entry.next_step for entry in found.steps] == ["Ring again"]
    assert (found.snoozes, found.overdue, found.any, found.more) == ([], 1, True, 0)
    actions.snooze(actor=row.owner, now=NOW, relationship=row, until_on=MONDAY + DAY, reason="On leave")
    assert [rest.reason for rest in open_items([row.pk], NOW).snoozes] == ["On leave"]
    assert not open_items([people.relationship().pk], NOW).any


# Many at once --------------------------------------------------------------------------------------------------------

Deed = Callable[[list[Relationship]], Done[list[int]]]


def to_bob(rows: list[Relationship]) -> Done[list[int]]:
    return hand(rows, people.bob(), former_stays=True)


def to_europe(rows: list[Relationship]) -> Done[list[int]]:
    return actions.move_to_team(actor=people.adam(), now=NOW, relationships=rows, team=people.europe())


def other_tags(rows: list[Relationship]) -> Done[list[int]]:
    return actions.retag(actor=people.alice(), now=NOW, relationships=rows, add=["north"], remove=["old"])


def weekly(rows: list[Relationship]) -> Done[list[int]]:
    return actions.assume_cadence(actor=people.alice(), now=NOW, relationships=rows, every_days=7)


DEEDS: list[Deed] = [to_bob, to_europe, other_tags, weekly]


def record(rows: list[Relationship]) -> Any:
    keys = [row.pk for row in rows]
    return (
        list(Relationship.objects.filter(pk__in=keys).order_by("pk").values(*KEPT)),
        list(CadenceAgreement.objects.filter(relationship__in=keys).order_by("pk").values()),
        around(*rows),
    )


def filled(count: int) -> list[Relationship]:
    rows = [people.relationship(tags=["old", "feed"]) for _ in range(count)]
    for row in rows:
        promise(row)
    actions.assume_cadence(actor=people.alice(), now=NOW, relationships=rows, every_days=30)
    return rows


@pytest.mark.parametrize("deed", DEEDS)
def test_deed_on_many_is_one_step_and_comes_back_whole(deed: Deed) -> None:
    rows = filled(3)
    before = record(rows)
    done = deed(rows)
    after = record(rows)
    assert before != after
    back = undo(done, done.step.actor)
    assert record(rows) == before
    again = undo(back, done.step.actor)
    assert record(rows) == after
    undo(again, done.step.actor)
    assert record(rows) == before


@pytest.mark.parametrize("deed", DEEDS)
def test_deed_on_many_is_constant_work(deed: Deed) -> None:
    counts = []
    assert people.alice().reach and people.adam().reach and people.bob() and people.europe()
    for number in (2, 50):
        rows = filled(number)
        with CaptureQueriesContext(connection) as queries:
            done = deed(rows)
        with CaptureQueriesContext(connection) as backwards:
            undo(done, done.step.actor)
        counts.append((len(queries), len(backwards)))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("deed", [to_bob, other_tags, weekly])
def test_not_ones_own_among_them_and_nothing_is_done(deed: Deed) -> None:
    own, foreign = people.relationship(tags=["old"]), people.relationship(owner=people.outsider(), team=people.south())
    before = record([own, foreign])
    with pytest.raises(ValidationError, match="1 of these is not yours to change, so nothing has been done"):
        deed([own, foreign])
    assert record([own, foreign]) == before


def test_tags_keep_their_order_and_what_fits_already_is_left_alone() -> None:
    row, same = people.relationship(tags=["a", "old", "b"]), people.relationship(tags=["north"])
    done = other_tags([row, same])
    row.refresh_from_db()
    assert (row.tags, done.row) == (["a", "b", "north"], [row.pk])
    with pytest.raises(ValidationError, match="so already"):
        other_tags([same])
    # Whatever the capitals: what is there already stays as it is spelt.
    spelt, twice = people.relationship(tags=["North", "OLD"]), people.relationship(tags=["NORTH"])
    done = other_tags([spelt, twice])
    spelt.refresh_from_db()
    assert (spelt.tags, done.row) == (["North"], [spelt.pk])


@pytest.mark.parametrize("teamless", [True, False])
def test_team_that_would_lock_its_actor_out_is_refused_as_a_whole(teamless: bool) -> None:
    own, others = people.relationship(), people.relationship(owner=people.bob())
    before, team = record([own, others]), None if teamless else people.south()
    with pytest.raises(ValidationError, match="Afterwards you could no longer change 1 of them"):
        actions.move_to_team(actor=people.alice(), now=NOW, relationships=[own, others], team=team)
    with pytest.raises(ValidationError, match="Afterwards you could no longer change it"):
        actions.move_to_team(actor=people.alice(), now=NOW, relationships=[others], team=team)
    assert record([own, others]) == before
    done = actions.move_to_team(actor=people.alice(), now=NOW, relationships=[own], team=team)
    undo(done, people.alice())
    assert record([own, others]) == before


def test_what_came_back_is_said_to_be_as_it_was() -> None:
    rows = filled(2)
    tagged = undo(other_tags(rows), people.alice())
    both = f"{rows[0]} and {rows[1]}"
    assert tagged.step.said == f"Taken back: Tags of {both}: north added; old removed"
    moved = undo(to_europe(rows), people.adam())
    assert moved.step.said == f"Taken back: Team of {both} set to Europe"
    alone = undo(to_europe(rows[:1]), people.adam())
    assert alone.step.said == f"Taken back: Team of {rows[0]} set to Europe"


def test_rhythm_for_many_over_one_that_was_agreed_needs_a_reason_and_else_nothing_is_done() -> None:
    ingrid = Contact.objects.create(name="Ingrid Moe")
    spoken, other = people.relationship(), people.relationship()
    actions.agree_cadence(
        actor=people.alice(), now=NOW, relationship=spoken, every_days=14, agreed_with=ingrid, reason=""
    )
    before = list(CadenceAgreement.objects.values())
    by: dict[str, Any] = {"actor": people.alice(), "now": NOW, "relationships": [other, spoken], "every_days": 7}
    with pytest.raises(ValidationError, match="The rhythm was agreed with them"):
        actions.assume_cadence(**by)
    assert list(CadenceAgreement.objects.values()) == before
    actions.assume_cadence(**by, reason="Winter")
    assert list(Relationship.objects.values_list("every_days", flat=True)) == [7, 7]


def test_long_rhythm_for_many_needs_a_reason() -> None:
    row = people.relationship()
    with pytest.raises(ValidationError, match="More than 31 days needs a reason"):
        actions.assume_cadence(actor=people.alice(), now=NOW, relationships=[row], every_days=60)
    actions.assume_cadence(actor=people.alice(), now=NOW, relationships=[row], every_days=60, reason="They asked")
    row.refresh_from_db()
    assert (row.every_days, row.agreement and row.agreement.assumed) == (60, True)


def test_dialog_asks_for_the_reason_at_once_where_some_were_agreed_and_says_how_many() -> None:
    ingrid, client = Contact.objects.create(name="Ingrid Moe"), client_of(people.alice())
    spoken, other, third = (people.relationship() for _number in range(3))

    def dialog(*rows: Relationship) -> tuple[bool, str]:
        asked = {"deed": "cadence", "rows": ",".join(str(row.pk) for row in rows)}
        reason = client.get(reverse("relationship_bulk"), asked).context["form"]["reason"]
        return reason.field.required, str(reason.help_text)

    assert dialog(other, spoken) == (False, "Only needed for more than 31 days.")
    for row in (spoken, third):
        actions.agree_cadence(
            actor=people.alice(), now=NOW, relationship=row, every_days=14, agreed_with=ingrid, reason=""
        )
    ends = "and will be assumed again: say why"
    assert dialog(other) == (False, "Only needed for more than 31 days.")
    assert dialog(other, spoken) == (True, f"1 of these was agreed with somebody of theirs, {ends} it changes.")
    three = f"2 of these were agreed with somebody of theirs, {ends} they change."
    assert dialog(other, spoken, third) == (True, three)
    assert dialog(spoken, third) == (True, f"All of these were agreed with somebody of theirs, {ends} they change.")
    assert dialog(spoken) == (True, f"It was agreed with somebody of theirs, {ends} it changes.")
    sent = {"deed": "cadence", "rows": f"{other.pk},{spoken.pk}", "every_days": "7", "reason": ""}
    refused = client.post(reverse("relationship_bulk"), sent)
    assert refused.status_code == 422
    assert refused.context["form"].errors == {"reason": ["Say why the rhythm changes that was agreed with them."]}
    assert client.post(reverse("relationship_bulk"), {**sent, "reason": "Winter"}).status_code == 302
    assert set(Relationship.objects.filter(pk__in=[other.pk, spoken.pk]).values_list("every_days", flat=True)) == {7}


@pytest.mark.parametrize("page", ["one", "many", "leaving"])
def test_reader_is_no_choice_to_hand_over_to(page: str) -> None:
    row, offered = people.relationship(), {people.alice(), people.bob(), people.mona(), people.adam()}
    people.rita()
    address = {
        "one": reverse("relationship_hand_over", args=[row.pk]),
        "many": f"{reverse('relationship_bulk')}?deed=owner&rows={row.pk}",
        "leaving": reverse("person_deactivate", args=[people.alice().pk]),
    }[page]
    client = client_of(people.adam())
    assert set(client.get(address).context["form"].fields["to"].queryset) == offered - {people.alice()}
    assert client.post(address, {"deed": "owner", "rows": row.pk, "to": people.rita().pk}).status_code == 422
    people.mona().memberships.update(role=Membership.Role.READER)
    assert people.mona() not in client.get(address).context["form"].fields["to"].queryset


# Pages ---------------------------------------------------------------------------------------------------------------


def test_pages_of_the_team() -> None:
    row, client = people.relationship(), client_of(people.alice())
    answer = client.post(
        reverse("member_add", args=[row.pk]), {"user": people.bob().pk, "role": DEPUTY, "subject": "tea"}
    )
    assert answer.status_code == 302
    member = row.members.get()
    page = client.get(reverse("member_edit", args=[member.pk]))
    assert "tea" in page.content.decode()
    values = {"role": EXPERT, "subject": "coffee", "version": page.context["version"]}
    assert client.post(reverse("member_edit", args=[member.pk]), values).status_code == 302
    assert row.members.values_list("role", "subject").get() == (EXPERT, "coffee")
    assert client.post(reverse("member_remove", args=[member.pk])).status_code == 302
    assert not row.members.exists()
    taken = client.post(reverse("member_add", args=[row.pk]), {"user": people.alice().pk, "role": EXPERT})
    assert taken.status_code == 422


def test_second_to_save_a_part_is_told() -> None:
    row, client = people.relationship(), client_of(people.alice())
    member = add(row, people.bob()).row
    shown = client.get(reverse("member_edit", args=[member.pk])).context["version"]
    actions.change_member(actor=people.mona(), now=NOW, member=member, role=EXPERT, subject="prices")
    answer = client.post(
        reverse("member_edit", args=[member.pk]), {"role": DEPUTY, "subject": "mine", "version": shown}
    )
    assert answer.status_code == 422
    assert row.members.get().subject == "prices"


def test_hand_over_page_lists_what_is_open_before_it_is_done() -> None:
    row, client = people.relationship(), client_of(people.alice())
    promise(row)
    address = reverse("relationship_hand_over", args=[row.pk])
    assert "Send the table" in client.get(address).content.decode()
    assert (
        client.post(address, {"to": people.bob().pk, "note": "Mind the gap", "former_stays": "on"}).status_code == 302
    )
    row.refresh_from_db()
    assert (row.owner, row.members.get().user) == (people.bob(), people.alice())


def test_who_gives_it_out_of_sight_is_told_and_lands_on_the_portfolio() -> None:
    row, kept = people.relationship(team=None), people.relationship()
    client = client_of(people.alice())
    assert client.get(reverse("relationship_hand_over", args=[row.pk])).context["given_away"] == 1
    assert client.get(reverse("relationship_hand_over", args=[kept.pk])).context["given_away"] == 0
    answer = client_of(people.alice()).post(
        reverse("relationship_hand_over", args=[row.pk]), {"to": people.outsider().pk}
    )
    assert answer.headers["Location"] == reverse("portfolio")


# Who has parts, or stands in: lists stay quick -----------------------------------------------------------------------


def test_lists_of_who_has_parts_use_indexes_and_ask_no_more() -> None:
    olga, accounts = people.outsider(), [people.account(), people.account()]
    alice, north = people.alice(), people.north()
    rows = Relationship.objects.bulk_create(
        Relationship(account=accounts[number % 2], name=str(number), owner=alice, team=north) for number in range(8000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE relationships_relationship")

    def asked() -> tuple[int, str]:
        fresh = User.objects.get(pk=olga.pk)
        with CaptureQueriesContext(connection) as queries:
            found = Relationship.objects.visible_to(fresh).order_by()
            list(found)
        return len(queries), found.explain()

    without, _plan = asked()
    RelationshipMember.objects.bulk_create(
        RelationshipMember(relationship=row, user=olga, role=EXPERT) for row in rows[:20]
    )
    with_parts, plan = asked()
    assert with_parts == without
    assert ("BitmapOr" in plan, "Seq Scan" in plan) == (True, False), plan


def test_part_ends_with_being_active() -> None:
    row, olga = people.relationship(), people.outsider()
    add(row, olga, EXPERT)
    User.objects.filter(pk=olga.pk).update(is_active=False)
    assert not Relationship.objects.visible_to(User.objects.get(pk=olga.pk)).exists()


def test_part_reaches_what_hangs_on_it() -> None:
    row, olga = people.relationship(), people.outsider()
    entry = log(row, MONDAY - timedelta(days=1), now=NOW).row
    add(row, olga, EXPERT)
    fresh = User.objects.get(pk=olga.pk)
    assert type(entry).objects.changeable_by(fresh).get() == entry
