"""The log with a promise in its note, and with topics, a project and a next step."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import undo
from accounts.models import Affiliation, Contact, UndoStep
from relationships import notes, queries, words
from relationships.models import Commitment, Interaction, Relationship
from relationships.notes import Problem, Side, Trouble
from relationships.topics import IDEAS, NEEDS, PROCESSES, Share, Silence
from tests import people
from tests.relationships.records import agreed, log, noon
from web.clock import Now

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
READ = "relationships/_note_reading.html"


def signed_in(user: Any = None) -> Client:
    client = Client()
    client.force_login(user or people.alice())
    return client


def partner() -> Relationship:
    return agreed(14, account=people.account("Ewos"))


def at(row: Relationship, name: str) -> Contact:
    contact = Contact.objects.create(name=name)
    Affiliation.objects.create(contact=contact, account=row.account)
    return contact


def today() -> date:
    return Now.read().today("UTC")


def typed(row: Relationship, note: str, **more: Any) -> dict[str, Any]:
    return {
        "relationship": row.pk,
        "summary": note,
        "channel": "call",
        "begun_by": "unknown",
        "when": "today",
        "two_way": "yes",
        **more,
    }


def post(row: Relationship, note: str, **more: Any) -> Any:
    return signed_in().post(reverse("interaction_create"), typed(row, note, **more))


def sent(row: Relationship, note: str, **more: Any) -> Interaction:
    answer = post(row, note, **more)
    assert answer.status_code == 302, answer.context["form"].errors
    return Interaction.objects.get(relationship=row)


def wrong(row: Relationship, note: str, **more: Any) -> list[str]:
    answer = post(row, note, **more)
    assert answer.status_code == 422
    assert not Interaction.objects.filter(relationship=row).exists()
    assert not Commitment.objects.filter(relationship=row).exists()
    assert answer.context["form"]["summary"].value() == note
    return list(answer.context["form"].errors["summary"])


# Logging -------------------------------------------------------------------------------------------------------------


def test_promises_of_both_sides_become_rows_and_the_rest_stays_in_the_note() -> None:
    row = partner()
    ingrid = at(row, "Ingrid Moe")
    entry = sent(
        row, "Prices hold.\n! in 3 days send the table\n!! in 2 weeks volumes\nUntil then.", contacts=[ingrid.pk]
    )
    assert entry.summary == "Prices hold.\nUntil then."
    ours, theirs = entry.commitments.by_day()
    assert (ours.side, ours.what, ours.due_on, ours.made_on) == ("ours", "send the table", today() + 3 * DAY, today())
    assert (theirs.side, theirs.what, theirs.due_on) == ("theirs", "volumes", today() + 14 * DAY)
    for promise in (ours, theirs):
        assert (promise.relationship, promise.colleague, promise.contact) == (row, people.alice(), ingrid)


def test_who_promises_may_be_named() -> None:
    row = partner()
    at(row, "Ingrid Moe")
    lars = at(row, "Lars Tveit")
    people.bob()
    entry = sent(row, "! tomorrow @Bob send the table\n!! tomorrow @Lars Tveit volumes")
    ours, theirs = entry.commitments.order_by("pk")
    assert (ours.colleague, ours.keeper, ours.contact, ours.what) == (
        people.bob(),
        people.bob(),
        None,
        "send the table",
    )
    assert (theirs.contact, theirs.colleague, theirs.what) == (lars, people.alice(), "volumes")


def test_of_several_ticked_nobody_is_taken_for_the_one() -> None:
    row = partner()
    both = [at(row, name).pk for name in ("Ingrid Moe", "Lars Tveit")]
    entry = sent(row, "! tomorrow send\n!! tomorrow volumes", contacts=both)
    assert [promise.contact for promise in entry.commitments.all()] == [None, None]


def test_day_is_reckoned_from_the_day_of_the_talk() -> None:
    row = partner()
    entry = sent(row, "! in 2 weeks send", when="other", occurred_on=(today() - 5 * DAY).isoformat())
    promise = entry.commitments.get()
    assert (promise.made_on, promise.due_on) == (today() - 5 * DAY, today() + 9 * DAY)


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("Prices hold\n! soon", "Line 2: a promise begins with its day, as in “! Fri …”"),
        ("!! Fri", "Line 1: say what was promised, as in “!! Fri"),
        ("! 31 Feb x", "Line 1: there is no such day"),
        ("! 2020-01-01 x", "Line 1: 1 January 2020 lies before the talk"),
        ("! 1 Jan 9999 x", "Line 1: 1 January 9999 is too far off."),
        ("! Mon 2020-01-01 x", "Line 1: 1 January 2020 lies before the talk"),
        ("!!! Fri x", "Line 1: a promise begins with one mark, “!”, if it is ours, or two, “!!”, if theirs."),
        ("! in 99999 months x", "Line 1: this day is too far off"),
        ("!", "Line 1: say by when and what"),
        ("! Fri @Olaf x", "Line 1: nobody here is called “Olaf”"),
        ("!! Fri @Moe x", "Line 1: “Moe” may be more than one person"),
        # A colleague makes no promise of theirs, nor one of them a promise of ours.
        ("!! Fri @Bob Brandt x", "Line 1: “Bob Brandt” is one of ours. Our promise begins with one mark"),
        ("!! Fri @Bob x", "Line 1: “Bob Brandt” is one of ours."),
        ("! Fri @Ingrid x", "Line 1: “Ingrid Moe” is one of theirs. Their promise begins with two marks"),
    ],
)
def test_what_is_not_understood_is_said_and_nothing_kept(note: str, said: str) -> None:
    row = partner()
    people.bob()
    for name in ("Ingrid Moe", "Per Moe"):
        at(row, name)
    (error,) = wrong(row, note)
    assert error.startswith(said)


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("! 20 November x", "Line 1: 20 November lies before the talk."),
        ("! yesterday x", "Line 1: 21 November lies before the talk."),
        ("! Mon 4 Dec x", "Line 1: 4 December 2026 is a Friday, not a Monday."),
    ],
)
def test_day_that_was_read_is_named(note: str, said: str) -> None:
    (problem,) = notes.read(note, date(2026, 11, 22)).problems
    assert words.note_problem(problem).startswith(said)


def test_each_line_that_does_not_do_is_told_in_order() -> None:
    row = partner()
    errors = wrong(row, "! Fri @Olaf x\n! soon\n!! tomorrow volumes\n! 2020-01-01 x")
    assert [error[:7] for error in errors] == ["Line 1:", "Line 2:", "Line 4:"]


def test_person_of_another_partner_cannot_be_named() -> None:
    at(partner_elsewhere(), "Olga Strand")
    (error,) = wrong(partner(), "!! Fri @Olga volumes")
    assert "nobody here is called" in error


def partner_elsewhere() -> Relationship:
    return people.relationship(account=people.account("Salmar"))


def test_toast_says_how_many_were_noted() -> None:
    row = partner()
    client = signed_in()
    said = []
    for note in ("! Fri send", "! Fri send\n!! Fri volumes", "nothing"):
        answer = client.post(reverse("interaction_create"), typed(row, note), headers={"HX-Request": "true"})
        said.append(answer.headers["HX-Trigger"])
    assert "Logged with Ewos. One promise noted. Next check-in by" in said[0]
    assert "Logged with Ewos. 2 promises noted. Next check-in by" in said[1]
    assert "Logged with Ewos. Next check-in by" in said[2]


@pytest.mark.parametrize(("ago", "said"), [(16, "is due since"), (60, "is overdue since"), (0, "Next check-in by")])
def test_toast_after_a_contact_of_long_ago_says_that_the_next_is_late(ago: int, said: str) -> None:
    row = agreed(14, start=today() - 90 * DAY, account=people.account("Ewos"))
    values = typed(row, "Prices", when="other", occurred_on=(today() - ago * DAY).isoformat())
    answer = signed_in().post(reverse("interaction_create"), values, headers={"HX-Request": "true"})
    assert said in answer.headers["HX-Trigger"]


def take_back_the_last() -> None:
    undo.take_back(actor=people.alice(), step_id=UndoStep.objects.latest("pk").pk, now=Now.read())


def test_undo_of_the_log_takes_the_promises_back() -> None:
    row = partner()
    sent(row, "! Fri send\n!! Fri volumes")
    assert row.commitments.count() == 2
    take_back_the_last()
    assert not row.interactions.exists()
    assert not row.commitments.exists()


# Topics, project, next step ------------------------------------------------------------------------------------------

MORE = {"topics": ["needs", "ideas"], "project": " Dock ", "next_step": "Send photos", "next_step_on": "2030-01-07"}


def test_topics_project_and_next_step_are_kept() -> None:
    entry = sent(partner(), "Talked", **MORE)
    assert (entry.topics, entry.get_topics_display()) == (["needs", "ideas"], "needs, new ideas")
    assert (entry.project, entry.next_step, entry.next_step_on) == ("Dock", "Send photos", date(2030, 1, 7))


def test_nothing_is_ticked_by_the_words() -> None:
    entry = sent(partner(), "Prices, orders and an idea for a pilot")
    assert (entry.topics, entry.project, entry.next_step, entry.next_step_on) == ([], "", "", None)


def test_day_of_a_next_step_without_the_step_is_said() -> None:
    answer = post(partner(), "Talked", next_step_on="2030-01-07")
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"next_step": ["Say what the next step is."]}
    # What is wrong there stands unfolded.
    assert '<details class="c-morefields" open>' in answer.content.decode()


def test_topic_that_is_none_is_refused() -> None:
    assert post(partner(), "Talked", topics=["weather"]).status_code == 422


# Changing an entry ---------------------------------------------------------------------------------------------------


def changed(entry: Interaction, note: str, **more: Any) -> Interaction:
    address = reverse("interaction_edit", args=[entry.pk])
    values = {**typed(entry.relationship, note, when="other", occurred_on=entry.occurred_on.isoformat()), **more}
    answer = signed_in().post(address, values)
    assert answer.status_code == 302, answer.context["form"].errors
    entry.refresh_from_db()
    return entry


def test_further_promise_of_an_entry_that_is_changed() -> None:
    row = partner()
    entry = changed(sent(row, "Talked\n! tomorrow send"), "Talked more\n!! in 2 days volumes", **MORE)
    assert entry.summary == "Talked more"
    assert [promise.what for promise in entry.commitments.by_day()] == ["send", "volumes"]
    assert (entry.topics, entry.project, entry.next_step) == (["needs", "ideas"], "Dock", "Send photos")
    page = signed_in().get(reverse("interaction_edit", args=[entry.pk]))
    assert [said.split(":")[1] for said in page.context["made"]] == [" send", " volumes"]
    assert page.context["form"]["topics"].value() == ["needs", "ideas"]
    assert '<option value="Dock">' in page.content.decode()
    take_back_the_last()
    entry.refresh_from_db()
    assert (entry.summary, entry.topics, entry.next_step) == ("Talked", [], "")
    assert [promise.what for promise in entry.commitments.all()] == ["send"]


def test_another_next_step_is_still_to_be_done() -> None:
    entry = sent(partner(), "Talked", **MORE)
    Interaction.objects.filter(pk=entry.pk).update(next_step_done_on=today())
    assert changed(entry, "Talked again", **MORE).next_step_done_on == today()
    assert changed(entry, "Talked again", **{**MORE, "next_step": "Ring Lars"}).next_step_done_on is None


# Reading while one types ---------------------------------------------------------------------------------------------


def reading(values: dict[str, Any], entry: Interaction | None = None) -> Any:
    address = reverse("log_reading") + (f"?entry={entry.pk}" if entry else "")
    answer = signed_in().post(address, values)
    assert answer.status_code == 200
    return answer


def test_reading_says_what_was_understood_and_writes_nothing() -> None:
    row = partner()
    lars = at(row, "Lars Tveit")
    day = today() + 40 * DAY
    written = words.promise_day(day, today())
    note = (
        f"Prices are settled\n! {day} send\n! {day} @Bob ring\n!! {day} volumes\n!! {day} @Lars Tveit figures\n! soon"
    )
    people.bob()
    with CaptureQueriesContext(connection) as done:
        answer = reading(typed(row, note, topics=["ideas"]))
    assert [one["text"] for one in answer.context["promises"]] == [
        f"Our promise by {written}: send",
        f"Our promise by {written}, Bob Brandt’s: ring",
        f"Theirs by {written}: volumes",
        f"Theirs by {written}, {lars}’s: figures",
    ]
    assert [said[:7] for said in answer.context["problems"]] == ["Line 6:"]
    assert 'data-suggested="needs"' in answer.content.decode()
    wrote = [query["sql"] for query in done if query["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]
    assert [sql for sql in wrote if "relationships_" in sql] == []


def test_reading_of_nothing_is_nothing() -> None:
    row = partner()
    for values in ({}, typed(row, ""), typed(row, "Hello"), {"relationship": "9" * 30, "summary": "Hello"}):
        assert reading(values).content.decode().strip() == ""


def test_reading_says_that_a_name_with_an_at_tells_nobody_and_the_log_takes_it() -> None:
    row, note = partner(), "Prices hold, @Bob Brandt.\n! tomorrow send"
    people.bob()
    hint = "A name with @ in the note tells nobody; write a comment beside the entry for that."
    answer = reading(typed(row, note))
    assert answer.context["problems"] == [hint]
    assert hint in answer.content.decode()
    assert len(answer.context["promises"]) == 1
    assert reading(typed(row, note.replace("@Bob", "@Olaf"))).context["problems"] == []
    assert sent(row, note).summary == "Prices hold, @Bob Brandt."


def test_topic_that_is_ticked_is_not_suggested() -> None:
    row = partner()
    assert reading(typed(row, "Prices and a pilot", topics=["ideas"])).context["suggested"] == [NEEDS]


def test_reading_before_a_partner_is_chosen() -> None:
    answer = reading({"summary": "!! tomorrow @Ingrid volumes"})
    assert answer.context["problems"] == []
    assert [one["text"].split(":")[1] for one in answer.context["promises"]] == [" volumes"]


def test_reading_knows_the_entry_that_is_changed() -> None:
    row = partner()
    at(row, "Ingrid Moe")
    entry = log(row, today()).row
    values = {"summary": "!! tomorrow @Ingrid volumes", "when": "other", "occurred_on": today().isoformat()}
    (promise,) = reading(values, entry).context["promises"]
    assert "Ingrid Moe’s: volumes" in promise["text"]


def test_reading_of_an_entry_that_is_not_theirs_is_not_there() -> None:
    entry = log(partner(), today()).row
    answer = signed_in(people.outsider()).post(f"{reverse('log_reading')}?entry={entry.pk}", {"summary": "x"})
    assert answer.status_code == 404


def test_reading_is_no_address() -> None:
    assert signed_in().get(reverse("log_reading")).status_code == 405


@pytest.mark.parametrize("trouble", list(Trouble))
def test_each_trouble_has_its_words(trouble: Trouble) -> None:
    for side in Side:
        said = words.note_problem(Problem(3, side, "x", trouble, "Ingrid"))
        # What concerns no line names none.
        assert said.startswith("Line 3: ") == (trouble is not Trouble.TELLS_NOBODY)
        assert said.endswith(".") and "%" not in said


# What has been talked about ------------------------------------------------------------------------------------------


def test_talked_about_is_one_query_whatever_the_history() -> None:
    end = date(2026, 11, 23)
    row = agreed(14, start=end - 500 * DAY)
    assert queries.talked_about(row, end) == queries.TalkedAbout(
        {}, dict.fromkeys((NEEDS, PROCESSES, IDEAS), 0), None, Share(0, 0)
    )
    for ago, topics, project, two_way in [
        (400, [PROCESSES, NEEDS], "Dock", True),
        (100, [NEEDS], "", True),
        (30, [NEEDS], "Dock", True),
        (3, [], "", True),
        (2, [IDEAS], "", False),
    ]:
        log(row, end - ago * DAY, now=noon(end), topics=topics, project=project, two_way=two_way)
    with CaptureQueriesContext(connection) as asked:
        found = queries.talked_about(row, end)
    assert len(asked) == 1
    assert found.last == {NEEDS: end - 30 * DAY, PROCESSES: end - 400 * DAY}
    assert found.counts == {NEEDS: 2, PROCESSES: 0, IDEAS: 0}
    assert found.outside == Share(2, 3)
    first = end - 400 * DAY
    assert found.silent(end) == [Silence(PROCESSES, first, 400, False), Silence(IDEAS, first, 400, True)]
    assert [words.silence(one) for one in found.silent(end)] == [
        "Nothing on processes for 400 days.",
        "Never talked about new ideas.",
    ]
    assert words.outside_projects(found.outside) == "2 of 3 contacts of the last year belong to no project."
    assert words.outside_projects(Share(0, 0)) == ""


def test_projects_used_here_the_latest_first() -> None:
    row, other = partner(), people.relationship()
    for ago, project in [(9, "Dock"), (5, "Barge"), (3, "Dock"), (1, "")]:
        log(row, today() - ago * DAY, now=Now.read(), project=project)
    log(other, today(), project="Elsewhere")
    assert queries.projects_of(row) == ["Dock", "Barge"]
