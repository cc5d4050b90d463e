"""What was done with many is taken back part by part: what nobody touched goes back, the rest stays and is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pghistory
import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import UndoStep, User
from accounts.undo import Done, TooLateError, deeds_of, take_back
from relationships import actions
from relationships.models import CadenceAgreement, Commitment, Relationship
from tests import people
from tests.relationships.records import MONDAY, noon
from tests.relationships.test_team import add, client_of, promise, record, undo
from web.clock import Now

pytestmark = pytest.mark.django_db

NOW = noon(MONDAY)
Deed = Callable[[list[Relationship]], Done[list[int]]]


def by_alice(rows: list[Relationship]) -> dict[str, Any]:
    return {"actor": people.alice(), "now": NOW, "relationships": rows}


def to_mona(rows: list[Relationship]) -> Done[list[int]]:
    """Former owners stay as deputies; Bob's part stays, Mona's goes."""
    return actions.hand_over(**by_alice(rows), to=people.mona(), note="Ring first", former_stays=True)


DEEDS: dict[str, tuple[Deed, str]] = {
    "tier": (lambda rows: actions.set_tier(**by_alice(rows), tier="50 %"), "Tier of {} set to 50 %"),
    "no tier": (lambda rows: actions.set_tier(**by_alice(rows), tier=""), "Tier of {} removed"),
    "tags": (
        lambda rows: actions.retag(**by_alice(rows), add=["north", "fish"], remove=["old"]),
        "Tags of {}: north, fish added; old removed",
    ),
    "team": (lambda rows: actions.move_to_team(**by_alice(rows), team=None), "{}: in no team any more"),
    "owner": (to_mona, "{} handed over to Mona Moreau"),
    "rhythm": (
        lambda rows: actions.assume_cadence(**by_alice(rows), every_days=7),
        "Rhythm of {} set to every 7 days",
    ),
}  # fmt: skip


def book(count: int) -> list[Relationship]:
    names = ["Ewos", "Nordlaks", "Salmar", "Cermaq", "Mowi", "Lerøy"]
    rows = [people.relationship(account=people.account(name), tags=["old", "feed"], tier="C") for name in names[:count]]
    for row in rows:
        promise(row)
        add(row, people.mona(), "expert")
    actions.assume_cadence(**by_alice(rows), every_days=30)
    return [Relationship.objects.get(pk=row.pk) for row in rows]


def touched(row: Relationship, who: User) -> None:
    """Somebody changes what any of the deeds watches of this one."""
    with pghistory.context(user=who.pk):
        Relationship.objects.filter(pk=row.pk).update(yearly_worth=row.pk + 1_000)
        CadenceAgreement.objects.filter(relationship=row).update(reason=f"{who} knows why")


@pytest.mark.parametrize("name", DEEDS)
def test_what_nobody_touched_goes_back_and_forth_and_the_rest_stays(name: str) -> None:
    deed, said = DEEDS[name]
    rows = ewos, nordlaks, salmar = book(3)
    before = record([ewos, salmar])
    done = deed(list(rows))
    assert done.step.said == said.format("Ewos, Nordlaks and Salmar")
    after = record([ewos, salmar])
    touched(nordlaks, people.bob())
    kept = record([nordlaks])
    back = undo(done, people.alice())
    assert record([ewos, salmar]) == before and before != after
    assert record([nordlaks]) == kept
    assert back.step.said == "Taken back: " + said.format("Ewos and Salmar")
    assert back.left.startswith("Bob Brandt changed Nordlaks ") and back.left.endswith(", so it stays as it is.")

    # What stays is a deed of its own, which is still in Bob's way of thinking; what went back can be done again.
    told = {one.step.said: one for one in deeds_of(people.alice(), now=NOW)[0]}
    assert "Bob Brandt changed Nordlaks" in told[said.format("Nordlaks")].refusal
    assert told[said.format("Ewos and Salmar")].refusal == "This has been taken back already."
    again = undo(back, people.alice())
    assert record([ewos, salmar]) == after and record([nordlaks]) == kept
    assert (again.step.said, again.left) == ("Done again: " + said.format("Ewos and Salmar"), "")
    # Redone, it is still apart: Bob changes Ewos too, and Salmar alone goes back.
    touched(ewos, people.bob())
    last = undo(again, people.alice())
    assert last.step.said == "Taken back: " + said.format("Salmar")
    assert record([salmar]) == record_of(before, 1)


def record_of(recorded: Any, place: int) -> Any:
    """What ``record`` says of the one at that place alone."""
    relationships, agreements, around = recorded
    row = relationships[place]
    own = {name: [one for one in told if pk_of(one, row) == row["id"]] for name, told in around.items()}
    return [row], [one for one in agreements if one["relationship_id"] == row["id"]], own


def pk_of(one: Any, row: Any) -> int:
    found: int = one[0] if isinstance(one, tuple) else one["relationship_id"]
    return found


def test_three_are_named_and_who_changed_them() -> None:
    rows = book(6)
    done = actions.set_tier(**by_alice(rows), tier="B")
    assert done.step.said == "Tier of Ewos, Nordlaks, Salmar and 3 more set to B"
    for row in rows[:4]:
        touched(row, people.bob())
    touched(rows[4], people.mona())
    (deed, *_others) = deeds_of(people.alice(), now=NOW)[0]
    assert deed.refusal == ""
    assert deed.names == ["Ewos", "Nordlaks", "Salmar", "Cermaq", "Mowi", "Lerøy"]
    back = undo(done, people.alice())
    assert back.left == deed.stays
    assert back.left.startswith("Bob Brandt and Mona Moreau changed Ewos, Nordlaks, Salmar and 2 more, most recently ")
    assert back.left.endswith(", so they stay as they are.")
    assert [Relationship.objects.get(pk=row.pk).tier for row in rows] == ["B"] * 5 + ["C"]


def test_where_everything_was_changed_nothing_is_taken_back_and_it_says_by_whom() -> None:
    rows = book(2)
    done = actions.set_tier(**by_alice(rows), tier="B")
    for row in rows:
        touched(row, people.bob())
    with pytest.raises(TooLateError, match=r"Bob Brandt changed Ewos and Nordlaks, .*Change them by"):
        undo(done, people.alice())
    assert UndoStep.objects.get(pk=done.step.pk).undone_at is None


def test_ones_own_later_change_goes_first_so_that_nothing_is_lost_on_the_way() -> None:
    ewos, nordlaks, salmar = rows = book(3)
    first = actions.set_tier(**by_alice(rows), tier="B")
    with pghistory.context(user=people.alice().pk):
        second = actions.set_tier(**by_alice([nordlaks, salmar]), tier="A")
    touched(ewos, people.bob())
    with pytest.raises(TooLateError, match=r"You changed Nordlaks and Salmar again .*: take that back first"):
        undo(first, people.alice())
    with pghistory.context(user=people.alice().pk):
        undo(second, people.alice())
        assert undo(first, people.alice()).left.startswith("Bob Brandt changed Ewos")
    assert [Relationship.objects.get(pk=row.pk).tier for row in rows] == ["B", "C", "C"]


def test_an_earlier_deed_follows_for_what_went_back_and_not_for_what_stays() -> None:
    ewos, nordlaks = rows = book(2)
    first = actions.set_tier(**by_alice(rows), tier="B")
    second = actions.set_tier(**by_alice(rows), tier="A")
    touched(nordlaks, people.bob())
    undo(second, people.alice())
    back = undo(first, people.alice())
    assert "Nordlaks" in back.left
    assert [Relationship.objects.get(pk=row.pk).tier for row in rows] == ["C", "A"]
    assert ewos.tier == "C"


def test_a_promise_that_somebody_saw_to_since_keeps_its_relationship_where_it_is() -> None:
    ewos, nordlaks = rows = book(2)
    done = to_mona(list(rows))
    with pghistory.context(user=people.mona().pk):
        Commitment.objects.filter(relationship=nordlaks).update(keeper=people.bob())
    back = undo(done, people.alice())
    assert back.left.startswith("Mona Moreau changed Nordlaks")
    owners = dict(Relationship.objects.values_list("pk", "owner__email"))
    assert (owners[ewos.pk], owners[nordlaks.pk]) == ("alice@concord.example", "mona@concord.example")


def test_what_is_refused_on_the_way_leaves_all_as_it_was() -> None:
    """Bob's is no longer hers to change, though no row of the deed says so: no part is taken back, nor put apart."""
    rows = book(3)
    Relationship.objects.filter(pk=rows[1].pk).update(owner=people.bob())
    done = actions.set_tier(**by_alice(rows), tier="B")
    touched(rows[0], people.bob())
    people.alice().memberships.all().delete()
    before = list(UndoStep.objects.order_by("pk").values())
    with pytest.raises(ValidationError, match="1 of these is no longer yours to change, so all stay as they are"):
        take_back(step_id=done.step.pk, actor=User.objects.get(pk=people.alice().pk), now=NOW)
    assert set(Relationship.objects.values_list("tier", flat=True)) == {"B"}
    assert list(UndoStep.objects.order_by("pk").values()) == before


def test_as_many_statements_for_fifty_as_for_three() -> None:
    counts = []
    for number in (3, 50):
        rows = [people.relationship() for _number in range(number)]
        done = actions.set_tier(**by_alice(rows), tier="B")
        touched(rows[0], people.bob())
        with CaptureQueriesContext(connection) as queries:
            undo(done, people.alice())
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_page_of_history_names_them_all_and_says_what_would_stay() -> None:
    rows = book(5)
    client = client_of(people.alice())
    actions.set_tier(**by_alice(rows) | {"now": Now.read()}, tier="B")
    touched(rows[3], people.bob())
    page = client.get(reverse("history")).content.decode()
    assert "Tier of Ewos, Nordlaks, Salmar and 2 more set to B" in page
    assert "Ewos, Nordlaks, Salmar, Cermaq, Mowi" in page and "All 5 of them" in page
    assert "Bob Brandt changed Cermaq" in page
    step = UndoStep.objects.latest("pk")
    answer = client.post(reverse("undo", args=[step.pk]), headers={"HX-Request": "true"})
    message = answer.headers["HX-Trigger"]
    assert "so it stays as it is. Taken back: Tier of Ewos, Nordlaks, Salmar and 1 more set to B." in message
