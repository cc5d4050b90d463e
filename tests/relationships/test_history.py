"""What the history of a relationship says, and what of it can be put back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pghistory
import pytest
from django.apps import apps
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.history import events_of
from accounts.models import Affiliation, Contact, Membership, Team, User
from accounts.undo import Done, take_back
from relationships import actions, history
from relationships.models import (
    Comment,
    Fulfilment,
    Interaction,
    Relationship,
)
from tests import people
from tests.relationships.records import DAY, MONDAY, agreed, log, noon
from web.clock import Now

pytestmark = pytest.mark.django_db
NOW = noon(MONDAY)
TRACKED = [
    model
    for model in apps.get_models()
    if any(field.name == "events" and field.one_to_many for field in model._meta.get_fields())
]
_hours = count(1)


@contextmanager
def by(who: User | None, **metadata: Any) -> Iterator[None]:
    """What is written inside is one deed of ``who``, an hour after the one before.

    A test is one transaction, which has one moment only: the audit rows are given theirs afterwards.
    """
    at = Now.read().instant + timedelta(hours=next(_hours))
    with pghistory.context(**({"user": who.pk} if who else {}), **metadata) as context:
        yield
    for model in TRACKED:
        events_of(model)._base_manager.filter(pgh_context_id=context.id).update(pgh_created_at=at)


def told(row: Relationship, kind: str = "", *, writes: bool = True) -> list[tuple[str, list[str]]]:
    """Who, and each thing with its lines: ``Owner: Alice Ahlberg → Bob Brandt``."""
    deeds, _more = history.deeds(row, kind=kind, writes=writes)
    return [
        (
            deed.who,
            [
                " | ".join(
                    [item.said, *item.texts, *(f"{line.label}: {line.before} → {line.after}" for line in item.lines)]
                )
                for item in deed.items
            ],
        )
        for deed in deeds
    ]


def newest(row: Relationship) -> history.Item:
    return history.deeds(row, writes=True)[0][0].items[0]


def book() -> Relationship:
    """Alice's Ewos with Ingrid, begun in a deed of its own."""
    with by(people.alice()):
        row = people.relationship(account=people.account("Ewos"))
        ingrid = Contact.objects.create(name="Ingrid Moe")
        Affiliation.objects.create(contact=ingrid, account=row.account)
    return row


def ingrid() -> Contact:
    return Contact.objects.get(name="Ingrid Moe")


def change(row: Relationship, who: User, **values: Any) -> Done[Any]:
    return actions.change_relationship(actor=who, now=NOW, relationship=row, values=values)


def client_of(who: User) -> Client:
    client = Client()
    client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
    return client


def press(who: User, row: Relationship, offer: history.Offer | None) -> HttpResponse:
    assert offer is not None
    data = {"model": offer.model, "event": offer.event, "field": offer.field}
    address = reverse("value_restore", args=[row.pk])
    return client_of(who).post(address, data, headers={"HX-Request": "true"})  # type: ignore[return-value]


def toast(response: HttpResponse) -> tuple[str, bool]:
    """What the toast says, and whether something went wrong."""
    said = json.loads(response["HX-Trigger"])["toast"]
    return said["message"], said.get("bad", False)


# What it says --------------------------------------------------------------------------------------------------------


def test_who_changed_what_with_the_fields_in_words() -> None:
    row = book()
    with by(people.bob()):
        change(row, people.alice(), owner=people.bob(), tags=["fish", "north"], yearly_worth=Decimal("1200.50"))
    with by(people.alice()):
        change(row, people.alice(), renewal_on=MONDAY, workdays=[0, 6], tier="A", team=None)
    with by(people.alice()):
        actions.pause(actor=people.alice(), now=NOW, relationship=row, reason="Merger")
    assert told(row) == [
        ("Alice Ahlberg", ["Paused | Merger"]),
        (
            "Alice Ahlberg",
            [
                "Relationship changed | Team: North → nothing"
                " | Working days: Monday, Tuesday, Wednesday, Thursday, Friday → Monday, Sunday"
                " | Renewal day: nothing → 2 March 2026 | Tier: nothing → A"
            ],
        ),
        (
            "Bob Brandt",
            [
                "Relationship changed | Owner: Alice Ahlberg → Bob Brandt"
                " | Yearly worth: nothing → 1,200.50 EUR | Tags: nothing → fish, north",
                "Handed over from Alice Ahlberg to Bob Brandt",
            ],
        ),
        ("Alice Ahlberg", ["Relationship begun"]),
    ]


def test_an_entry_with_its_people_and_its_promise_is_one_deed() -> None:
    row = book()
    promised = [actions.Promised("ours", "Send the table", MONDAY + DAY)]
    with by(people.alice()):
        entry = log(row, MONDAY, summary="Prices", contacts=[ingrid()], promised=promised).row
    with by(people.bob()):
        actions.change_interaction(
            actor=people.bob(), now=NOW, interaction=entry, values={"channel": "visit"}, contacts=[ingrid()],
            colleagues=[people.bob()],
        )  # fmt: skip
    assert told(row)[:2] == [
        (
            "Bob Brandt",
            [
                "Entry of 2 March 2026 changed | How: Call → Visit"
                " | Who of us:  → Bob Brandt added | Who of us:  → Alice Ahlberg taken out"
            ],
        ),
        (
            "Alice Ahlberg",
            [
                "Logged: call on 2 March 2026, with Ingrid Moe | Prices",
                "Promise of ours: Send the table, by 3 March 2026",
            ],
        ),
    ]


def test_only_the_people_of_an_entry_changed() -> None:
    row = book()
    with by(people.alice()):
        entry = log(row, MONDAY, contacts=[ingrid()]).row
    with by(people.alice()):
        actions.change_interaction(
            actor=people.alice(), now=NOW, interaction=entry, values={}, contacts=[], colleagues=[people.alice()]
        )
    assert told(row)[0] == (
        "Alice Ahlberg", ["Entry of 2 March 2026 changed | Who of theirs:  → Ingrid Moe taken out"]
    )  # fmt: skip


def test_each_kind_is_told_and_can_be_looked_at_alone() -> None:
    row, alice = book(), people.alice()
    now: dict[str, Any] = {"actor": alice, "now": NOW}
    with by(alice):
        actions.agree_cadence(**now, relationship=row, every_days=14, agreed_with=ingrid())
    with by(alice):
        actions.snooze(**now, relationship=row, until_on=MONDAY + DAY, reason="Away")
    with by(alice):
        promise = actions.make_promise(**now, relationship=row, side="theirs", what="Prices", due_on=MONDAY).row
    with by(alice):
        actions.renegotiate(**now, commitment=promise, new_due_on=MONDAY + DAY, reason="Ill")
    with by(alice):
        actions.keep_promise(**now, commitment=promise, note="By mail")
    with by(alice):
        actions.write_comment(**now, relationship=row, text="Do you know her?")
    with by(alice):
        actions.add_attachment(**now, relationship=row, url="https://ewos.example/p", title="Prices 2026")
    with by(alice):
        actions.add_member(**now, relationship=row, user=people.mona(), role="sponsor")
    with by(alice):
        actions.hand_over(**now, relationships=[row], to=people.bob(), note="Ring first")
    assert [item for _who, items in told(row, "promises") for item in items] == [
        "Kept on 2 March 2026: Prices | By mail",
        "New day 3 March 2026: Prices | Ill",
        "Promise of theirs: Prices, by 2 March 2026",
    ]
    assert [item for _who, items in told(row, "rhythm") for item in items] == [
        "Snoozed until 3 March 2026 | Away",
        "Rhythm: every 14 days from 2 March 2026, agreed with Ingrid Moe",
    ]
    assert [item for _who, items in told(row, "team") for item in items] == [
        "Handed over from Alice Ahlberg to Bob Brandt | Ring first",
        "Mona Moreau joined as sponsor",
    ]
    assert [item for _who, items in told(row, "talk") for item in items] == [
        "Added: Prices 2026",
        "Comment | Do you know her?",
    ]
    assert sum(len(items) for _who, items in told(row)) == 11


def test_who_it_was_when_nobody_signed_in_or_who_is_gone() -> None:
    row = people.relationship(account=people.account("Ewos"), owner=people.bob())
    for who, more, said in (
        (None, {"command": "import_csv", "file": "book.csv"}, "An import (book.csv)"),
        (None, {"command": "sweep_cadence"}, "Concord"),
        (None, {"user": 987_654_321}, "Somebody"),
    ):
        with by(who, **more):
            change(row, people.bob(), tier=said)
        assert told(row)[0][0] == said


def test_the_flag_of_the_sweep_raised_and_closed() -> None:
    row = agreed(14, touched=MONDAY - 40 * DAY)
    with by(None, command="sweep_cadence"):
        actions.sweep_cadence(now=NOW)
    with by(people.alice()):
        log(row, MONDAY)
    deeds = told(row, "rhythm")
    assert [who for who, _items in deeds[:2]] == ["Alice Ahlberg", "Concord"]
    assert [items for _who, items in deeds[:2]] == [
        ["Missed check-in of 4 February 2026 closed: in touch again"],
        ["Check-in missed: it was due on 4 February 2026"],
    ]


# Putting back --------------------------------------------------------------------------------------------------------


def test_a_value_is_put_back_through_the_verb_and_can_be_taken_back() -> None:
    row = book()
    with by(people.bob()):
        change(row, people.bob(), owner=people.bob())
    offer = newest(row).lines[0].restore
    assert toast(press(people.bob(), row, offer)) == ("Ewos handed over to Alice Ahlberg.", False)
    row.refresh_from_db()
    assert row.owner == people.alice()
    assert toast(press(people.bob(), row, offer)) == ("It says so already, so nothing was changed.", True)
    take_back(step_id=people.bob().undo_steps.latest("id").pk, actor=people.bob(), now=Now.read())
    row.refresh_from_db()
    assert row.owner == people.bob()


def test_a_value_of_an_entry_is_put_back_and_the_dates_follow() -> None:
    row = agreed(14)
    with by(people.alice()):
        entry = log(row, MONDAY - 3 * DAY, contacts=[Contact.objects.create(name="Ingrid Moe")]).row
    with by(people.alice()):
        actions.change_interaction(
            actor=people.alice(), now=NOW, interaction=entry, values={"occurred_on": MONDAY, "summary": "New"},
            contacts=list(entry.contacts.all()), colleagues=[people.alice()],
        )  # fmt: skip
    day, said = newest(row).lines
    assert toast(press(people.bob(), row, day.restore)) == (f"Entry for {row} changed.", False)
    entry.refresh_from_db()
    row.refresh_from_db()
    assert (entry.occurred_on, entry.summary, row.last_touch_on) == (MONDAY - 3 * DAY, "New", MONDAY - 3 * DAY)
    assert [str(one) for one in entry.contacts.all()] == ["Ingrid Moe"]
    assert said.restore is not None


def test_the_day_of_a_promise_is_never_offered_but_its_words_are() -> None:
    row = book()
    with by(people.alice()):
        promise = people.promise(row, what="Prices")
    with by(people.alice()):
        actions.change_promise(actor=people.alice(), now=NOW, commitment=promise, values={"what": "All prices"})
    (line,) = newest(row).lines
    assert toast(press(people.alice(), row, line.restore)) == ("Promise changed: Prices.", False)
    assert line.restore is not None
    event = line.restore.event
    forged = history.Offer("relationships.commitment", event, "due_on")
    assert toast(press(people.alice(), row, forged)) == ("This is not put back from here.", True)


def test_a_value_that_is_no_longer_possible_changes_nothing() -> None:
    row = book()
    gone = Team.objects.create(name="Gone")
    Membership.objects.create(user=people.bob(), team=people.south(), role="account_manager")
    with by(people.alice()):
        Relationship.objects.filter(pk=row.pk).update(team=gone)
    with by(people.alice()):
        Relationship.objects.filter(pk=row.pk).update(team=people.north())
    gone.delete()
    said = "What “team” named then is no longer here, so nothing was changed."
    assert toast(press(people.alice(), row, newest(row).lines[0].restore)) == (said, True)
    with by(people.alice()):
        Relationship.objects.filter(pk=row.pk).update(owner=people.bob())
    User.objects.filter(pk=people.alice().pk).update(is_active=False)
    said = "Alice Ahlberg has left, so nothing was changed."
    assert toast(press(people.bob(), row, newest(row).lines[0].restore)) == (said, True)
    row.refresh_from_db()
    assert (row.team, row.owner) == (people.north(), people.bob())


def test_what_a_colleague_removed_is_brought_back_with_all_that_went_with_it() -> None:
    row, alice = book(), people.alice()
    promised = [actions.Promised("ours", "Send the table", MONDAY + DAY)]
    with by(alice):
        entry = log(row, MONDAY, summary="Prices", contacts=[ingrid()], promised=promised).row
    promise = row.commitments.get()
    with by(alice):
        actions.write_comment(actor=alice, now=NOW, relationship=row, text="On it", commitment=promise)
    with by(alice):
        actions.keep_promise(actor=alice, now=NOW, commitment=promise)
    with by(people.bob()):
        actions.remove_interaction(actor=people.bob(), now=NOW, interaction_id=entry.pk)
    with by(people.bob()):
        actions.remove_promise(actor=people.bob(), now=NOW, commitment_id=promise.pk)
    (_, promise_away), (_, entry_away) = told(row)[:2]
    assert promise_away == ["Promise removed: Send the table"]
    assert entry_away == ["Entry removed: call on 2 March 2026, with Ingrid Moe | Prices"]
    deeds, _more = history.deeds(row, writes=True)
    assert toast(press(alice, row, deeds[1].items[0].back)) == ("Entry for Ewos is back.", False)
    assert toast(press(alice, row, deeds[0].items[0].back)) == ("Promise is back: Send the table.", False)
    assert toast(press(alice, row, deeds[0].items[0].back)) == ("It is back already.", True)
    entry.refresh_from_db()
    assert ([str(one) for one in entry.contacts.all()], list(entry.colleagues.all())) == (["Ingrid Moe"], [alice])
    assert list(Fulfilment.objects.values_list("commitment", "kept_on")) == [(promise.pk, MONDAY)]
    assert Comment.objects.get().commitment == promise
    assert newest(row).back is None


@pytest.mark.parametrize("what", ["snooze", "comment", "member", "agreement", "attachment", "kept"])
def test_each_thing_removed_can_be_brought_back(what: str) -> None:
    row, alice = agreed(14, touched=MONDAY - 10 * DAY), people.alice()
    now: dict[str, Any] = {"actor": alice, "now": NOW}
    promise = actions.make_promise(**now, relationship=row, side="ours", what="Prices", due_on=MONDAY).row
    make: dict[str, Callable[[], Any]] = {
        "snooze": lambda: actions.snooze(**now, relationship=row, until_on=MONDAY + 9 * DAY, reason="Away").row,
        "comment": lambda: actions.write_comment(**now, relationship=row, text=f"See @{people.bob()}").row,
        "member": lambda: actions.add_member(**now, relationship=row, user=people.mona(), role="sponsor").row,
        "agreement": lambda: actions.agree_cadence(**now, relationship=row, every_days=7).row,
        "attachment": lambda: actions.add_attachment(**now, relationship=row, url="https://a.example/").row,
        "kept": lambda: actions.keep_promise(**now, commitment=promise).row.fulfilment,
    }
    with by(alice):
        made = make[what]()
    key, model = made.pk, type(made)
    before = model.objects.filter(pk=key).values().get()
    with by(alice):
        actions_of_removal(what, key, now)
    assert press(people.bob(), row, newest(row).back).status_code == 204
    assert model.objects.filter(pk=key).values().get() == before


def actions_of_removal(what: str, key: int, by_alice: dict[str, Any]) -> None:
    match what:
        case "snooze":
            actions.wake(**by_alice, snooze_id=key)
        case "comment":
            actions.remove_comment(**by_alice, comment_id=key)
        case "member":
            actions.remove_member(**by_alice, member_id=key)
        case "agreement":
            actions.withdraw_agreement(**by_alice, agreement_id=key)
        case "attachment":
            actions.remove_attachment(**by_alice, attachment_id=key)
        case "kept":
            actions.withdraw_from_promise(**by_alice, model="relationships.fulfilment", pk=key)


# Who may -------------------------------------------------------------------------------------------------------------


def test_a_reader_reads_it_without_buttons_and_a_stranger_not_at_all() -> None:
    row = book()
    with by(people.bob()):
        change(row, people.bob(), tier="A")
    offer = newest(row).lines[0].restore
    address = reverse("relationship_history", args=[row.pk])
    page = client_of(people.rita()).get(address)
    assert (page.status_code, b"Bob Brandt" in page.content, b"value_restore" in page.content) == (200, True, False)
    assert b">Restore<" in client_of(people.alice()).get(address).content
    assert b">Restore<" not in page.content
    assert client_of(people.outsider()).get(address).status_code == 404
    assert press(people.rita(), row, offer).status_code == 404
    assert press(people.outsider(), row, offer).status_code == 404


def test_the_value_of_another_relationship_is_not_put_back_from_here() -> None:
    row, other = book(), people.relationship()
    with by(people.bob()):
        change(other, people.bob(), tier="A")
    assert press(people.bob(), row, newest(other).lines[0].restore).status_code == 404
    for offer in (history.Offer("relationships.missedcheckin", 1), history.Offer("accounts.user", 1, "email")):
        assert toast(press(people.bob(), row, offer)) == ("This is not put back from here.", True)


# However long --------------------------------------------------------------------------------------------------------


def test_pages_show_each_deed_once() -> None:
    row = book()
    for number in range(history.DEEDS + 5):
        with by(people.alice()):
            change(row, people.alice(), tier=str(number))
    first, before = history.deeds(row, writes=True)
    second, end = history.deeds(row, before=before, writes=True)
    assert (len(first), len(second), end) == (history.DEEDS, 6, None)
    times = [deed.at for deed in [*first, *second]]
    assert times == sorted(set(times), reverse=True)
    page = client_of(people.alice()).get(reverse("relationship_history", args=[row.pk]), {"before": "rubbish"})
    assert page.content.count(b"Alice Ahlberg</b>") == history.DEEDS


def test_a_long_history_takes_as_many_queries_as_a_short_one() -> None:
    row, alice = book(), people.alice()

    def queries_of_a_page() -> int:
        with CaptureQueriesContext(connection) as queries:
            history.deeds(row, kind="talk", writes=True)
        return len(queries)

    with by(alice):
        log(row, MONDAY, contacts=[ingrid()])
    short = queries_of_a_page()
    for number in range(40):
        with by(alice):
            log(row, MONDAY, summary=str(number), contacts=[ingrid()])
    assert (short, queries_of_a_page()) == (5, 5)


def test_a_deed_of_very_many_rows_says_how_many_more() -> None:
    row = book()
    with by(None, command="import_csv", file="book.csv"):
        for number in range(history.MOST_ITEMS + 3):
            log(row, MONDAY - number * DAY)
    deed = history.deeds(row, kind="talk", writes=True)[0][0]
    assert (len(deed.items), deed.more) == (history.MOST_ITEMS, 3)


def test_ten_thousand_audit_rows_of_others_are_not_read() -> None:
    row = book()
    with by(people.alice()):
        log(row, MONDAY, contacts=[ingrid()])
    event = events_of(Interaction)._base_manager.get()
    values = {field.attname: getattr(event, field.attname) for field in event._meta.concrete_fields}
    values.pop("pgh_id")
    many = [events_of(Interaction)(**{**values, "relationship_id": 10_000 + number % 500}) for number in range(10_000)]
    events_of(Interaction)._base_manager.bulk_create(many)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE relationships_interactionevent")
    with CaptureQueriesContext(connection) as queries:
        history.deeds(row, kind="talk", writes=True)
    plans = []
    for query in queries.captured_queries:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {query['sql']}")
            plans.append("\n".join(line for (line,) in cursor.fetchall()))
    assert [plan for plan in plans if "Seq Scan on relationships_interactionevent" in plan] == []
