"""What became of relationships: asked for where it ends or is to be renewed, and handed out as CSV."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.undo import take_back
from relationships import actions, history
from relationships.models import Evidence, Relationship, RelationshipOutcome, Standing
from relationships.outcomes import Because, Came, Kind, asked
from tests import people
from tests.rows import Rows
from web.clock import Now
from web.text import harmless

DAY = timedelta(days=1)
NOW = Now.read()
TODAY = NOW.today("UTC")
days = st.integers(-600, 600).map(lambda ago: TODAY - ago * DAY)
known = st.lists(st.builds(Came, st.sampled_from(Kind), days), max_size=6)


@given(st.none() | days, st.none() | days, known)
def test_what_is_noted_is_not_asked_for(ended: date | None, renewal: date | None, came: list[Came]) -> None:
    found = asked(ended, renewal, came, TODAY)
    if found is None:
        return
    assert found.on <= TODAY
    assert found.on == (ended if found.because is Because.ENDED else renewal)
    kind = Kind.ENDED if found.because is Because.ENDED else Kind.RENEWED
    assert asked(ended, renewal, [*came, Came(kind, found.on)], TODAY) is None


@pytest.mark.parametrize(
    ("ended", "renewal", "came", "because"),
    [
        (0, None, [], "ended"),
        (5, None, [("renewed", 5)], "ended"),
        (5, 5, [("ended", 20)], None),
        (None, 0, [], "renewal"),
        (None, -1, [], None),
        (None, 3, [("downgraded", 30)], None),
        (None, 3, [("renewed", 365)], "renewal"),
        (None, None, [], None),
    ],
)
def test_it_is_asked_once_it_ended_or_its_renewal_day_came(
    ended: int | None, renewal: int | None, came: list[Any], because: str | None
) -> None:
    def day(ago: int | None) -> date | None:
        return None if ago is None else TODAY - ago * DAY

    found = asked(day(ended), day(renewal), [Came(Kind(kind), TODAY - ago * DAY) for kind, ago in came], TODAY)
    assert (found and found.because) == because


pytestmark = pytest.mark.django_db


def note(row: Relationship, kind: str = "renewed", **more: Any) -> Any:
    values = {"reason": "Two years more", **more}
    return actions.note_outcome(actor=row.owner, now=NOW, relationship=row, kind=kind, **values)


def test_it_is_noted_changed_and_taken_back_and_no_standing_follows() -> None:
    row = people.relationship(yearly_worth=Decimal(8000))
    actions.rebuild_health(now=NOW)
    watched = Rows({model.__name__: model._base_manager.all() for model in (Evidence, Standing, Relationship)})
    before = watched.read()
    done = note(row, worth_before=Decimal(8000), worth_after=Decimal("9500.50"))
    values = {"kind": "downgraded", "worth_after": Decimal(4000)}
    changed = actions.change_outcome(actor=row.owner, now=NOW, outcome=done.row, values=values)
    assert changed.row.get_kind_display() == "downgraded"
    take_back(step_id=changed.step.pk, actor=row.owner, now=NOW)
    stored = row.outcomes.get()
    assert (stored.kind, stored.worth_after) == ("renewed", Decimal("9500.50"))
    take_back(step_id=done.step.pk, actor=row.owner, now=NOW)
    assert not row.outcomes.exists()
    assert watched.read() == before


def test_what_makes_no_sense_is_refused() -> None:
    row = people.relationship()
    with pytest.raises(ValidationError, match="still to come"):
        note(row, came_on=TODAY + DAY)
    with pytest.raises(ValidationError):
        note(row, reason=" ")
    with pytest.raises(ValidationError):
        note(row, worth_before=Decimal(-1))
    note(row)
    with pytest.raises(ValidationError, match="noted already"):
        note(row)


def test_history_tells_it_and_puts_a_value_back() -> None:
    row = people.relationship()
    done = note(row)
    actions.change_outcome(actor=row.owner, now=NOW, outcome=done.row, values={"reason": "One year more"})
    found, _more = history.deeds(row, kind="relationship", writes=True)
    lines = [line for deed in found for item in deed.items for line in item.lines]
    offer = next(line.restore for line in lines if line.before == "Two years more")
    assert offer is not None
    actions.restore_value(actor=row.owner, now=NOW, model=RelationshipOutcome, event_id=offer.event, field=offer.field)
    assert row.outcomes.get().reason == "Two years more"


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_the_page_asks_what_became_of_it_until_it_is_noted() -> None:
    row = people.relationship(renewal_on=TODAY - 3 * DAY, yearly_worth=Decimal(8000))
    client = client_of(row.owner)
    assert "what became of it is not noted yet" in text(client.get(row.get_absolute_url()))
    form = text(client.get(reverse("relationship_outcome_create", args=[row.pk])))
    assert 'value="8000.00"' in form
    values = {"kind": "downgraded", "came_on": TODAY.isoformat(), "reason": "One site less", "worth_after": "5000"}
    assert (
        client.post(reverse("relationship_outcome_create", args=[row.pk]), {**values, "reason": ""}).status_code == 422
    )
    long = client.post(reverse("relationship_outcome_create", args=[row.pk]), {**values, "reason": "r" * 2001})
    assert (long.status_code, "r" * 2001 in text(long), "2,000 fit" in text(long)) == (422, True, True)
    assert client.post(reverse("relationship_outcome_create", args=[row.pk]), values).status_code == 302
    said = text(client.get(row.get_absolute_url()))
    assert "what became of it is not noted yet" not in said
    assert "Downgraded on" in said
    assert "One site less" in said
    outcome = row.outcomes.get()
    assert (
        client.post(reverse("relationship_outcome_edit", args=[outcome.pk]), {**values, "kind": "renewed"}).status_code
        == 302
    )
    assert client.post(reverse("relationship_outcome_remove", args=[outcome.pk])).status_code == 302
    assert not row.outcomes.exists()


@pytest.mark.parametrize(
    ("worth", "said"),
    [
        ("much", "Give the yearly worth in figures"),
        ("-1", "Give the yearly worth in figures"),
        ("1234567890123", "at most 12 digits before the point"),
        ("1.234", "two after it"),
    ],
)
def test_a_worth_that_is_none_is_said_in_our_words_and_stays(worth: str, said: str) -> None:
    row = people.relationship(ended_on=NOW.today("UTC"), end_reason="They closed")
    client = Client()
    client.force_login(row.owner, backend="django.contrib.auth.backends.ModelBackend")
    values = {"kind": "ended", "came_on": NOW.today("UTC"), "reason": "They closed", "worth_before": worth}
    answer = client.post(reverse("relationship_outcome_create", args=[row.pk]), values)
    assert answer.status_code == 422
    assert said in answer.content.decode() and f'value="{worth}"' in answer.content.decode()
    assert "Ensure" not in answer.content.decode()


def test_outcomes_as_csv_are_those_of_ones_own_teams_and_no_formula() -> None:
    ours = people.relationship(account=people.account("=cmd()"))
    theirs = people.relationship(owner=people.outsider(), team=people.south())
    note(ours, reason="+1 year")
    note(theirs)
    managed = list(csv.DictReader(text_of(people.mona()).splitlines()))
    told = [(one["organisation"], one["why"], one["outcome"]) for one in managed]
    assert told == [("'=cmd()", "'+1 year", "renewed")]
    assert {one["score_30_days_before"] for one in managed} == {""}
    assert len(list(csv.DictReader(text_of(people.adam()).splitlines()))) == 2
    assert client_of(people.alice()).get(reverse("outcome_export")).status_code == 404


def text_of(user: Any) -> str:
    answer = client_of(user).get(reverse("outcome_export"))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return str(answer.getvalue().decode().removeprefix("\ufeff"))


@pytest.mark.parametrize("count", [1, 50])
def test_csv_takes_the_same_queries(count: int, django_assert_num_queries: Any) -> None:
    for _ in range(count):
        note(people.relationship())
    client = client_of(people.adam())
    with django_assert_num_queries(10):
        answer: Any = client.get(reverse("outcome_export"))
        assert len(answer.getvalue().splitlines()) == count + 1


def test_formulas_are_no_formulas() -> None:
    assert [harmless(one) for one in ("=1", " +1", "-1", "@a", "Two", "")] == ["'=1", "' +1", "'-1", "'@a", "Two", ""]
