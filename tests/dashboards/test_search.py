"""Search: what it finds and marks, in which order, for whom, how, and at how many queries."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import CONTACT_SEARCHED, Account, AccountAlias, Affiliation, Contact, User
from dashboards.search import OF_EACH, counted, found
from meetings import actions as plans
from meetings.agenda import Kind as AgendaKind
from meetings.models import (
    DECISION_SEARCHED,
    ITEM_SEARCHED,
    MEETING_SEARCHED,
    AgendaItem,
    Meeting,
    Outcome,
    PrivateNote,
    Series,
)
from relationships import actions, finding
from relationships.models import (
    FEEDBACK_SEARCHED,
    NOTE_SEARCHED,
    PROBLEM_SEARCHED,
    PROMISE_SEARCHED,
    STEP_SEARCHED,
    Commitment,
    Feedback,
    Interaction,
    Problem,
    ProblemStep,
    Relationship,
)
from tests import people
from web.clock import Now
from web.finding import Beginning, PlainText, begins_with, has_all
from web.plain import Word, excerpt, marked, match, plain, words_of
from web.text import name_key

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def titles(typed: str, user: User | None = None, kind: str = "") -> dict[str, list[str]]:
    groups = found(user or people.alice(), typed, Now.read(), kind)
    return {group.key: ["".join(piece for piece, _hit in line.title) for line in group.lines] for group in groups}


def texts(typed: str, user: User | None = None) -> list[str]:
    """What stands beside the titles, the words in brackets."""
    groups = found(user or people.alice(), typed, Now.read())
    lines = [line.text for group in groups for line in group.lines if line.text]
    return ["".join(f"[{piece}]" if hit else piece for piece, hit in text) for text in lines]


def partner(account: str, **fields: Any) -> Relationship:
    return people.relationship(account=people.account(account), **fields)


def note(row: Relationship, text: str, day: date | None = None) -> Interaction:
    now = Now.read()
    return Interaction.objects.create(
        relationship=row, account=row.account, occurred_on=day or now.today("UTC"), summary=text, logged_at=now.instant
    )


def problem(row: Relationship, what: str) -> Problem:
    return actions.open_problem(actor=row.owner, now=Now.read(), relationship=row, what=what).row


def meeting(*rows: Relationship, title: str = "Check-in", **more: Any) -> Meeting:
    now = Now.read()
    return plans.plan_meeting(
        actor=people.adam(),
        now=now,
        relationships=list(rows),
        title=title,
        starts_at=now.instant + 2 * DAY,
        zone="UTC",
        **more,
    ).row


def item(row: Meeting, title: str, party: Relationship | None = None, **more: Any) -> AgendaItem:
    """One that somebody wrote, about all of its partners or about one."""
    about = row.parties.get(relationship=party) if party else None
    return AgendaItem.objects.create(
        meeting=row, party=about, key=f"written:{title}", kind=AgendaKind.WRITTEN, title=title, minutes=5,
        added_at=Now.read().instant, **more
    )  # fmt: skip


def decision(row: Meeting, text: str, party: Relationship | None = None) -> Outcome:
    about = row.parties.get(relationship=party) if party else None
    return Outcome.objects.create(meeting=row, party=about, decision=text, written_at=Now.read().instant)


def person(row: Relationship, name: str, **fields: Any) -> Contact:
    contact = Contact.objects.create(name=name, **fields)
    Affiliation.objects.create(contact=contact, account=row.account)
    return contact


# Words ---------------------------------------------------------------------------------------------------------------


def test_letters_are_plain_as_those_of_the_database() -> None:
    """Every letter of European alphabets: what the index has and what marks are made of are one thing."""
    spans = (
        (0x41, 0x5B),
        (0x61, 0x7B),
        (0xC0, 0x180),
        (0x218, 0x21C),
        (0x386, 0x3CF),
        (0x410, 0x460),
        (0x1EA0, 0x1EFA),
    )
    letters = [chr(code) for span in spans for code in range(*span) if chr(code).isalpha()]
    with connection.cursor() as cursor:
        cursor.execute("SELECT concord_plain(l) FROM unnest(%s::text[]) WITH ORDINALITY u(l, n) ORDER BY n", [letters])
        told = [row[0] for row in cursor.fetchall()]
    assert {one: (plain(one), of_db) for one, of_db in zip(letters, told, strict=True) if plain(one) != of_db} == {}


@pytest.mark.parametrize(
    ("typed", "looked_for"),
    [
        ("Ewos", [("ewos",)]),
        ("  EWOS   Norway ", [("ewos",), ("norway",)]),
        ("Müller", [("muller", "mueller")]),
        ("Mueller", [("mueller", "muller")]),
        ("Jørgensen", [("jorgensen", "joergensen")]),
        ("Åse", [("ase", "aase")]),
        ("Straße", [("strasse",)]),
        ("O'Brien", [("o",), ("brien",)]),
        ('"savings table" price', [("savings table",), ("price",)]),
        ("„Preis“ und »mehr dazu«", [("preis",), ("mehr dazu",), ("und",)]),
        ('an "open quote', [("an",), ("open",), ("quote",)]),
        ("a", []),
        ("a b", []),
        ("a bc", [("a",), ("bc",)]),
        ("%_'\\\0", []),
        ("", []),
    ],
)
def test_words(typed: str, looked_for: list[tuple[str, ...]]) -> None:
    assert [word.spellings for word in words_of(typed)] == looked_for


def best(text: str, typed: str) -> int | None:
    hit = match(text, words_of(typed))
    return None if hit is None else hit.worst


def test_whole_words_beginnings_parts_and_mistakes() -> None:
    text = "Der Liefervertrag in Köln"
    typed = ("köln", "liefer", "vertrag", "liefervertarg", "vertrieb")
    assert [best(text, one) for one in typed] == [0, 1, 2, 3, None]
    # Short words are no part of others, and have no mistake.
    assert [best("Partner", one) for one in ("art", "par", "prt")] == [None, 1, None]
    assert best("Invoice 4711", "4712") is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("vetas", "Vestas Wind"),
        ("vistas", "Vestas Wind"),
        ("vsetas", "Vestas Wind"),
        ("nortwind", "Northwind Traders"),
        ("nrothwind", "Northwind Traders"),
        ("telenr", "Telenor ASA"),
        ("hansn", "Per Hansen"),
        ("joergsen", "Lise Jørgensen"),
        ("ewso", "Ewos"),
    ],
)
def test_a_mistake_is_forgiven_by_both(typed: str, meant: str) -> None:
    """By the index that lets it through and by what decides."""
    partner(meant)
    assert titles(typed)["organisations"] == [meant]


@given(st.text(max_size=80), st.lists(st.text(alphabet="abeäøß -\"'", min_size=1, max_size=6), max_size=3))
@settings(max_examples=200, deadline=None)
def test_pieces_are_the_text(text: str, typed: list[str]) -> None:
    words: tuple[Word, ...] = words_of(" ".join(typed))
    assert "".join(piece for piece, _hit in marked(text, words)) == text
    assert len(excerpt(text * 9, words, 60)) <= 70


def bracketed(text: str, typed: str) -> str:
    return "".join(f"[{piece}]" if hit else piece for piece, hit in marked(text, words_of(typed)))


def test_marks_stand_on_the_letters_as_they_are() -> None:
    assert bracketed("Straße in Köln", "strasse koln") == "[Straße] in [Köln]"
    assert bracketed("Ko\u0308ln", "köln") == "[Ko\u0308ln]"
    assert bracketed("Mueller, Müller und Muller", "müller") == "[Mueller], [Müller] und [Muller]"
    assert bracketed("prices, prices", "price ice") == "[price]s, [price]s"
    assert bracketed("the savings\ntable", '"savings table"') == "the [savings\ntable]"


def test_excerpt_is_around_the_word() -> None:
    text = "word " * 100 + "needle" + " word" * 100
    line = excerpt(text, words_of("needle"))
    assert line.startswith("… ") and line.endswith(" …") and "needle" in line and len(line) < 200


# What is found -------------------------------------------------------------------------------------------------------


def test_each_kind_is_found_and_marked() -> None:
    row = partner("Ewos")
    ingrid = person(row, "Ingrid Kvalvik", email="ingrid@ewos.example")
    note(row, "Kvalvik asks about the feed prices.")
    people.promise(row, what="Send Kvalvik the table")
    people.feedback(row, said="Deliveries to Kvalvik come late")
    problem(row, "Kvalvik has no crates")
    meeting(row, title="Review with Kvalvik")
    AccountAlias.objects.create(account=row.account, name="Kvalvik Aqua", name_key=name_key("Kvalvik Aqua"))
    assert titles("kvalvik") == {
        "organisations": ["Ewos"],
        "people": [ingrid.name],
        "notes": ["Ewos"],
        "feedback": ["Ewos"],
        "promises": ["Ewos"],
        "problems": ["Ewos"],
        "meetings": ["Review with Kvalvik"],
    }
    assert texts("kvalvik") == [
        "also called [Kvalvik] Aqua",
        "ingrid@ewos.example",
        "[Kvalvik] asks about the feed prices.",
        "Deliveries to [Kvalvik] come late",
        "Send [Kvalvik] the table",
        "[Kvalvik] has no crates",
    ]
    assert texts("feed PRICES kval") == ["[Kval]vik asks about the [feed] [prices]."]
    assert titles("kvalvik missing") == {}


def test_what_begins_like_that_comes_first_and_mistakes_last() -> None:
    for name in ("Old Ewos", "Newosa", "Ewos Norway", "Ewos", "Ewwos"):
        partner(name)
    assert titles("ewos")["organisations"] == ["Ewos", "Ewos Norway", "Old Ewos", "Newosa", "Ewwos"]


def test_notes_with_whole_words_first_and_then_the_newest() -> None:
    row = partner("Ewos")
    today = Now.read().today("UTC")
    for days, text in ((3, "The price"), (1, "Overpriced"), (2, "The price again"), (0, "Prices")):
        note(row, text, today - timedelta(days=days))
    assert texts("price") == ["The [price] again", "The [price]", "[Price]s", "Over[price]d"]


def test_notes_with_a_mistake_are_found_where_none_is_as_typed() -> None:
    row = partner("Ewos")
    note(row, "The prices rise")
    assert texts("pirces rise") == ["The [prices] [rise]"]
    note(row, "Pirces, as he wrote it")
    assert texts("pirces") == ["[Pirces], as he wrote it"]


def test_more_than_a_few_are_counted_and_lead_to_all() -> None:
    row = partner("Ewos")
    for number in range(OF_EACH + 2):
        note(row, f"Needle {number}")
    (group,) = found(people.alice(), "needle", Now.read())
    assert (group.count, len(group.lines), group.more) == (str(OF_EACH + 2), OF_EACH, "?q=needle&kind=notes")
    (group,) = found(people.alice(), "needle", Now.read(), "notes")
    assert (len(group.lines), group.more) == (OF_EACH + 2, "")


def test_note_leads_to_the_page_of_the_timeline_that_begins_with_it() -> None:
    row = partner("Ewos")
    today = Now.read().today("UTC")
    sought = note(row, "The needle", today - timedelta(days=90))
    for days in range(60):
        note(row, "Hay", today - timedelta(days=days))
    (group,) = found(people.alice(), "needle", Now.read())
    address, _hash, anchor = group.lines[0].address.partition("#")
    page = client_of(people.alice()).get(address).content.decode()
    assert anchor == f"entry-{sought.pk}" and f'id="{anchor}"' in page
    assert (
        page.index("The <mark>needle</mark>") < len(page)
        and "Hay" not in page.split(f'id="{anchor}"')[1].split("</li>")[0]
    )


# For whom ------------------------------------------------------------------------------------------------------------


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def everything_of(row: Relationship) -> None:
    person(row, "Canary Person", email="canary@x.example")
    note(row, "canary note")
    people.promise(row, what="canary promise")
    people.feedback(row, said="canary feedback")
    went_wrong = problem(row, "Canary problem")
    ProblemStep.objects.create(
        problem=went_wrong, account=row.account, kind="owned", done_on=went_wrong.opened_on, note="canary step",
        written_at=went_wrong.written_at,
    )  # fmt: skip
    met = meeting(row, title="Canary meeting", place="Canary hall")
    item(met, "canary item", row, notes="canary said")
    decision(met, "canary decided", row)
    for user in (row.owner, people.adam()):
        PrivateNote.objects.create(meeting=met, written_by=user, text="secretword", written_at=met.planned_at)


ROLES = ("alice", "bob", "rita", "mona", "adam", "outsider", "petra")


@pytest.mark.parametrize("few", [finding.FEW, 0])
def test_by_what_one_may_see_whether_that_is_little_or_much(monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(finding, "FEW", few)
    everything_of(partner("Canary North"))
    everything_of(partner("Canary South", owner=people.outsider(), team=people.south()))
    seen = {role: titles("canary", getattr(people, role)()) for role in ROLES}
    kinds = ("notes", "feedback", "promises", "problems")
    north = {key: ["Canary North"] for key in kinds} | {"meetings": ["Canary meeting"]}
    for role in ("alice", "bob", "rita", "mona"):
        assert {key: value for key, value in seen[role].items() if key in north} == north
        assert seen[role]["people"] == ["Canary Person"]
    assert seen["outsider"]["notes"] == ["Canary South"]
    assert [len(seen["adam"][kind]) for kind in ("people", *kinds, "meetings")] == [2] * 6
    assert seen["outsider"]["problems"] == ["Canary South"] and len(seen["outsider"]["meetings"]) == 1
    # Names of organisations are a directory for the staff.
    assert all(sorted(seen[role]["organisations"]) == ["Canary North", "Canary South"] for role in ROLES[:-1])
    assert seen["petra"] == {}
    # What somebody keeps for themselves is found by nobody, and what was taken off an agenda neither.
    assert {role: titles("secretword", getattr(people, role)()) for role in ROLES} == {key: {} for key in ROLES}


@pytest.mark.parametrize("few", [finding.FEW, 0])
def test_of_a_meeting_with_several_partners_only_what_is_about_those_one_sees(
    monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(finding, "FEW", few)
    ours = partner("Ewos")
    theirs = partner("Secretive", owner=people.outsider(), team=people.south())
    both = meeting(ours, theirs, title="Round table")
    item(both, "prices of all")
    item(both, "prices of Ewos", ours)
    item(both, "hidden margins", theirs, notes="hidden marginal note")
    decision(both, "hidden settlement", theirs)
    decision(both, "prices stay")
    alice, outsider = people.alice(), people.outsider()
    for typed in (
        "hidden",
        "margins",
        "marginal",
        "settlement",
        "hidden margnis",
        "secretive prices",
        "secretive round",
    ):
        assert "meetings" not in titles(typed, alice), typed
    assert titles("ewos prices", alice)["meetings"] == ["Round table"]
    for typed in ("hidden margins", "marginal", "settlement", "secretive prices", "prices all"):
        assert titles(typed, outsider)["meetings"] == ["Round table"], typed
    assert "meetings" not in titles("ewos round", outsider) and "meetings" not in titles("of ewos", outsider)
    (group,) = (one for one in found(alice, "prices", Now.read()) if one.key == "meetings")
    assert group.lines[0].said.endswith(", with Ewos")
    assert titles("round", people.petra()) == {}


def test_what_stands_on_an_agenda_or_was_decided_is_told_with_its_meeting() -> None:
    row = partner("Ewos")
    met = meeting(row, title="Review")
    item(met, "The price of feed", notes="Ingrid wants a savings table")
    item(met, "Nothing of it", dropped_at=Now.read().instant, notes="forgotten")
    decision(met, "We share the cost of the ferry")
    assert texts("savings") == ["The price of feed · Ingrid wants a [savings] table"]
    assert texts("svaings") == ["The price of feed · Ingrid wants a [savings] table"]
    assert texts("ferry") == ["We share the cost of the [ferry]"]
    assert texts("Review") == [] and titles("review")["meetings"] == ["Review"]
    assert titles("forgotten") == {}
    (group,) = found(people.alice(), "ferry", Now.read())
    assert group.lines[0].address == met.get_absolute_url()
    Meeting.objects.update(state=Meeting.State.HELD)
    (group,) = found(people.alice(), "ferry", Now.read())
    assert group.lines[0].address == reverse("minutes", args=[met.pk])


def test_meetings_of_a_series_that_are_to_come_are_one() -> None:
    row = partner("Ewos")
    of = Series.objects.create(
        rule="FREQ=WEEKLY", starts_on="2026-01-05", starts_time="09:00", zone="UTC", made_until="2027-01-05",
        made_at=Now.read().instant,
    )  # fmt: skip
    each = {days: meeting(row, title="Weekly") for days in (20, 13, 6, -8)}
    for days, one in each.items():
        starts = Now.read().instant + days * DAY
        Meeting.objects.filter(pk=one.pk).update(series=of, starts_at=starts, ends_at=starts, occurrence_at=starts)
    (group,) = found(people.alice(), "weekly", Now.read())
    assert (group.count, len(group.lines)) == ("2", 2)
    assert group.lines[0].address == reverse("meeting_detail", args=[each[6].pk])


def test_how_a_problem_was_solved_is_told_after_what_it_was() -> None:
    row = partner("Ewos")
    told = problem(row, "No forks")
    actions.solve_problem(actor=row.owner, now=Now.read(), problem=told, note="Delivered by the harbour master")
    assert texts("harbour") == ["No forks – Delivered by the [harbour] master"]
    assert texts("forks") == ["No [forks]"]
    (group,) = found(people.alice(), "harbour", Now.read())
    assert (group.lines[0].label, group.lines[0].address) == ("Solved", told.get_absolute_url())


@pytest.mark.parametrize("typed", ["canary", "canray"])
def test_of_another_teams_partner_there_is_the_name_alone(typed: str) -> None:
    row = partner("Canary South", owner=people.outsider(), team=people.south())
    everything_of(row)
    page = client_of(people.alice()).get(reverse("search"), {"q": typed}).content.decode()
    assert "note" not in page.split('id="found"')[1].split("</main>")[0].replace("the name alone", "")
    assert "Canary Person" not in page and row.get_absolute_url() not in page
    assert row.account.get_absolute_url() in page


def test_removed_partner_is_gone_with_all_of_it() -> None:
    row = partner("Canary")
    everything_of(row)
    actions.remove_relationship(actor=people.alice(), now=Now.read(), relationship=row)
    assert titles("canary").keys() <= {"organisations", "people"}


# The page ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["%", "__", "\\", "'\"", "()", "x" * 5000, "…!?", "\u202e\u0007", "  ", "a", "[a-", "**"]
)
def test_anything_can_be_typed(typed: str) -> None:
    partner("Ewos")
    answer = client_of(people.alice()).get(reverse("search"), {"q": typed, "kind": typed})
    assert answer.status_code == 200
    assert "c-found" not in answer.content.decode()


def test_markup_is_text_and_the_words_in_it_are_marked() -> None:
    row = partner("<b>Ewos</b>")
    note(row, "<script>needle</script> & needle")
    page = client_of(people.alice()).get(reverse("search"), {"q": "needle"}).content.decode()
    assert "&lt;script&gt;<mark>needle</mark>&lt;/script&gt; &amp; <mark>needle</mark>" in page
    assert "<b>Ewos" not in page


@pytest.mark.parametrize("count", [1, 50])
@pytest.mark.parametrize(("few", "read", "queries"), [(1000, 200, 49), (1000, 0, 58), (0, 0, 66)])
def test_search_takes_the_same_queries(
    monkeypatch: pytest.MonkeyPatch,
    few: int,
    read: int,
    queries: int,
    count: int,
    django_assert_num_queries: Callable[..., Any],
) -> None:
    """Of few relationships, of those of which not all is read, and of many."""
    monkeypatch.setattr(finding, "FEW", few)
    monkeypatch.setattr(finding, "READ", read)
    for number in range(count):
        everything_of(partner(f"Canary {number}"))
    client = client_of(people.alice())
    with django_assert_num_queries(queries):
        client.get(reverse("search"), {"q": "canary"})


def test_where_nothing_is_found_it_says_what_was_searched_and_what_next() -> None:
    partner("Ewos")
    client = client_of(people.alice())

    def asked(**query: str) -> str:
        return " ".join(client.get(reverse("search"), query).content.decode().split("<main")[1].split())

    page = asked(q="nowhere ewos")
    assert "notes, feedback, promises, problems, and meetings with their agendas and decisions" in page
    assert 'href="?q=nowhere"' in page and 'href="?q=ewos"' in page
    assert f"{reverse('account_create')}?q=nowhere+ewos" in page
    assert "One word alone" not in asked(q="nowhere")
    alone = asked(q="nowhere", kind="problems")
    assert "Only problems were searched" in alone and 'href="?q=nowhere"' in alone
    assert "Organisations, people, colleagues, notes, feedback, promises, problems and meetings are found" in asked()
    reader = client_of(people.rita()).get(reverse("search"), {"q": "nowhere"}).content.decode()
    assert reverse("account_create") not in reader.split('id="found"')[1]


# At size -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "columns", "index"),
    [
        (Account, ("name",), "account_search"),
        (AccountAlias, ("name",), "alias_search"),
        (Contact, CONTACT_SEARCHED, "contact_search"),
        (Interaction, NOTE_SEARCHED, "interaction_search"),
        (Feedback, FEEDBACK_SEARCHED, "feedback_search"),
        (Commitment, PROMISE_SEARCHED, "commitment_search"),
        (Problem, PROBLEM_SEARCHED, "problem_search"),
        (ProblemStep, STEP_SEARCHED, "problem_step_search"),
        (Meeting, MEETING_SEARCHED, "meeting_search"),
        (AgendaItem, ITEM_SEARCHED, "agenda_item_search"),
        (Outcome, DECISION_SEARCHED, "decision_search"),
    ],
)
@pytest.mark.parametrize(
    ("typed", "nearly"),
    [("savings", False), ("savnigs", True), ("ab", False), ('"two words"', False), ("müller co", True)],
)
def test_index_answers_every_condition(
    model: Any, columns: tuple[str, ...], index: str, typed: str, nearly: bool
) -> None:
    rows = (
        (model.objects.exclude(decision="") if model is Outcome else model.objects)
        .order_by()
        .alias(plain=PlainText(*columns))
        .filter(has_all("plain", words_of(typed), nearly=nearly))
    )
    with transaction.atomic(), connection.cursor() as cursor:
        # Of few rows none needs an index.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        plan = rows.explain()
    assert index in plan and "Seq Scan" not in plan


@pytest.mark.parametrize(
    ("model", "columns", "index"),
    [
        (Account, ("name",), "account_begins"),
        (AccountAlias, ("name",), "alias_begins"),
        (Contact, CONTACT_SEARCHED, "contact_begins"),
    ],
)
def test_what_names_begin_with_is_found_in_order(model: Any, columns: tuple[str, ...], index: str) -> None:
    """Of *gmbh*, which a quarter of all have and none begins with, trigrams would read that quarter."""
    rows = model.objects.order_by().alias(begins=Beginning(*columns)).filter(begins_with("begins", words_of("gmbh x")))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        plan = rows.explain()
    assert index in plan and "~>=~" in plan and "Seq Scan" not in plan


def test_what_is_few_already_is_read_and_not_looked_up() -> None:
    """A guess of how many rows of a table have a word would else read the table for a page."""
    partner("Ewos")
    scope = finding.scope_of(people.alice())
    sought = finding.sought(scope, words_of("savings"))
    rows = Interaction.objects.order_by()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        looked_up, read = (
            finding._having(finding.NOTES, scope, rows, sought, few=few).explain() for few in (False, True)
        )
    assert "interaction_search" in looked_up and "interaction_search" not in read


@pytest.mark.parametrize(("rare", "looked_up"), [(20_000, True), (-1, False)])
def test_only_a_rare_word_is_looked_up_in_the_whole_book(
    monkeypatch: pytest.MonkeyPatch, rare: int, looked_up: bool
) -> None:
    """Of a common one the newest are found, and it is said that there may be more."""
    monkeypatch.setattr(finding, "FEW", 0)
    monkeypatch.setattr(finding, "RARE", rare)
    monkeypatch.setattr(finding, "LATELY_SEEN", 2)
    row = partner("Ewos")
    for number in range(4):
        note(row, f"The needle {number}")
    (group,) = found(people.alice(), "needle", Now.read())
    assert group.count == ("4" if looked_up else "2 or more")
    note(row, "Hay")
    note(row, "Hay")
    # Where none of the newest has it, those that one sees are read, however long ago.
    (group,) = found(people.alice(), "needle", Now.read())
    assert group.count == ("4" if looked_up else "4 or more")


def test_what_only_nearly_has_the_words_is_left_out_where_another_kind_has_them() -> None:
    row = partner("Ewos")
    note(row, "Mona rang")
    actions.make_promise(
        actor=people.alice(), now=Now.read(), relationship=row, side="ours", what="Send it on Monda",
        due_on=row.today(Now.read()), colleague=people.alice(),
    )  # fmt: skip
    assert [one.key for one in found(people.alice(), "monda", Now.read())] == ["promises"]
    assert [one.key for one in found(people.alice(), "monla", Now.read())] == ["notes", "promises"]


def test_word_of_the_partners_name_need_not_stand_in_the_note() -> None:
    ewos, salmar = partner("Ewos Norway"), partner("Salmar")
    note(ewos, "The prices rise")
    note(ewos, "Nothing else")
    note(salmar, "The prices fall")
    note(salmar, "Ewos has better prices")
    assert texts("ewos prices") == ["[Ewos] has better [prices]", "The [prices] rise"]
    assert texts("ewos norway") == []
    assert texts("norway pirces") == ["The [prices] rise"]


def test_one_is_not_many() -> None:
    told = {"organisations": "organisation", "people": "person", "notes": "note", "promises": "promise"}
    told |= {"problems": "problem", "meetings": "meeting"}
    for kind, one in told.items():
        assert counted(kind, 1, "1") == f"1 {one}"
        assert counted(kind, 200, "200 or more").startswith("200 or more ")
    assert counted("people", 2, "2") == "2 people"


# Kinds, tags and colleagues ------------------------------------------------------------------------------------------


def test_kinds_and_tags_are_found_by_their_words() -> None:
    row, other = partner("Ewos", tags=["Cold chain"]), partner("Marlow")
    hidden = partner("Canary", owner=people.outsider(), team=people.south(), tags=["Cold chain"])
    for one in (row, other, hidden):
        people.feedback(one, said="Two boxes were short", nature="complaint")
        people.feedback(one, said="Well packed", nature="praise")
    wrong = problem(row, "The gate is shut")
    Problem.objects.filter(pk=wrong.pk).update(severity=Problem.Severity.CRITICAL)
    problem(other, "The other gate")
    note(row, "No complaint at all")
    assert sorted(titles("complaint")["feedback"]) == sorted(titles("Complaints")["feedback"]) == ["Ewos", "Marlow"]
    assert titles("complaint")["notes"] == ["Ewos"]
    # With other words, and with the name of the partner; not by the beginning of its word.
    assert titles("complaint boxes ewos") == {"feedback": ["Ewos"]} == titles("ewos complaint", kind="feedback")
    assert titles("complaint packed") == {}
    assert "feedback" not in titles("compl")
    assert titles("critical") == {"problems": ["Ewos"]}
    assert titles("cold chain") == titles("COLD CHAIN") == {"organisations": ["Ewos"]}
    assert "tag [Cold chain]" in texts("cold chain")
    assert titles("complaint", people.outsider())["feedback"] == ["Canary"]


def test_meetings_are_found_by_their_kind() -> None:
    row = partner("Ewos")
    made = meeting(row, title="In Oslo")
    Meeting.objects.filter(pk=made.pk).update(kind=Meeting.Kind.SITE_VISIT)
    assert "In Oslo" in titles("site visit")["meetings"]
    assert "meetings" not in titles("workshop")


def test_kinds_are_found_in_a_book_of_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "FEW", 0)
    monkeypatch.setattr(finding, "READ", 0)
    people.feedback(partner("Ewos"), said="Two boxes were short", nature="complaint")
    assert titles("complaint") == {"feedback": ["Ewos"]} == titles("complaint boxes")


def test_colleagues_are_found_whose_partners_one_sees_and_lead_to_these() -> None:
    partner("Ewos", owner=people.bob())
    partner("Canary", owner=people.outsider(), team=people.south())
    groups = found(people.alice(), people.bob().name, Now.read())
    assert [(group.key, [line.address for line in group.lines]) for group in groups] == [
        ("colleagues", [f"/portfolio/?owner={people.bob().pk}"])
    ]
    answer = client_of(people.alice()).get(groups[0].lines[0].address)
    assert [line.relationship.account.name for _look, _count, lines in answer.context["groups"] for line in lines] == [
        "Ewos"
    ]
    assert titles(people.outsider().name) == {}
    assert titles(people.outsider().name, people.adam()) == {"colleagues": [people.outsider().name]}


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Blue Quay", "Blue Quay"),
        ('"loads two"', "loads two"),
        ("7 Seas", "7 Seas"),
        ("2026", ""),
        ("<script>alert(1)</script>", ""),
        ("…!?", ""),
        ("nowhere " * 12, ""),
    ],
)
def test_only_what_looks_like_a_name_is_offered_as_an_organisation(typed: str, name: str) -> None:
    page = client_of(people.alice()).get(reverse("search"), {"q": typed}).content.decode()
    assert (reverse("account_create") in page.split('id="found"')[1]) == bool(name)
    if name:
        assert f"Add the organisation “{name}”" in page


def test_what_was_found_is_taken_along() -> None:
    row = partner("Ewos")
    entry = note(row, "=Prices rise\nin January", date(2026, 3, 4))
    people.feedback(partner("Canary", owner=people.outsider(), team=people.south()), said="Prices canary")
    for number in range(OF_EACH):
        note(row, f"Prices of lot {number}")
    client = client_of(people.alice())
    page = client.get(reverse("search"), {"q": "prices"})
    assert "/search/download/?q=prices&amp;as=csv" in page.content.decode()
    answer: Any = client.get(page.context["download"].csv)
    names, *lines = csv.reader(io.StringIO(answer.getvalue().decode().removeprefix("\ufeff"), newline=""))
    assert names == ["Kind", "Partner", "Day", "What it says", "Address"]
    assert len(lines) == OF_EACH + 1
    (told,) = [line for line in lines if f"#entry-{entry.pk}" in line[4]]
    assert told[:3] == ["Notes", "Ewos", "2026-03-04"] and told[3].endswith("=Prices rise in January")
    assert told[4].startswith("http://") and row.get_absolute_url() in told[4]
    assert not any(cell.startswith("=") for line in lines for cell in line)
    # Nothing found, nothing to take along; a file all the same for whoever asks.
    assert client.get(reverse("search"), {"q": "zzzz"}).context["download"] is None
    assert client.get(reverse("search_download")).status_code == 200
