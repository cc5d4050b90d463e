"""Problems on their pages: opened in a tap, seen to, told of with how long it took."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.formats import date_format

from accounts.models import Contact, UndoStep, User
from accounts.undo import take_back
from dashboards import wanting
from dashboards.today import Reason
from relationships import actions, problem_words, queries
from relationships.models import Feedback, Interaction, Problem, Relationship
from tests import people
from web.clock import Now

DAY = timedelta(days=1)


def client(person: User | None = None) -> Client:
    browser = Client()
    browser.force_login(person or people.alice(), backend="django.contrib.auth.backends.ModelBackend")
    return browser


def today(row: Relationship) -> Any:
    return row.today(Now.read())


def opened(row: Relationship | None = None, *, ago: int = 0, **more: Any) -> Problem:
    row = row or people.relationship()
    opened_on = today(row) - ago * DAY
    due_on = opened_on + Problem.DAYS[Problem.Severity(more.get("severity", 2))]
    values: dict[str, Any] = {"what": "Forks are missing", "opened_on": opened_on, "due_on": due_on} | more
    return actions.open_problem(actor=row.owner, now=Now.read(), relationship=row, **values).row


def spoke(row: Relationship, ago: int, channel: str = "call") -> None:
    actions.log_interaction(
        actor=row.owner, now=Now.read(), relationship=row, occurred_on=today(row) - ago * DAY, channel=channel
    )


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


# One tick


@pytest.mark.django_db
def test_tick_in_the_log_opens_one_in_words_of_its_own() -> None:
    """Nothing of the note: it is ours alone, and the problem stands in what the partner reads."""
    row = people.relationship()
    said = {
        "relationship": row.pk, "channel": "call", "begun_by": "theirs", "when": "today", "two_way": "yes",
        "summary": "Their foreman may leave.", "is_problem": "on", "wrong": "Forks are missing", "severity": "3",
    }  # fmt: skip
    answer = client().post("/interactions/", said, follow=True)
    assert "A problem is open." in text(answer)
    problem = Problem.objects.get()
    assert (problem.what, problem.severity, problem.due_on) == ("Forks are missing", 3, today(row) + 2 * DAY)
    assert problem.interaction == Interaction.objects.get()
    take_back(step_id=UndoStep.objects.get().pk, actor=row.owner, now=Now.read())
    assert (Problem.objects.count(), Interaction.objects.count()) == (0, 0)
    again = client().post("/interactions/", said | {"wrong": ""})
    assert (again.status_code, "Say what is wrong." in text(again)) == (422, True)
    assert client().post("/interactions/", {**said, "is_problem": ""}).status_code == 302
    assert Problem.objects.count() == 0


@pytest.mark.django_db
def test_tap_on_a_complaint_opens_one_and_a_second_leads_to_it() -> None:
    row = people.relationship()
    heard_on = today(row) - 3 * DAY
    said = people.feedback(row, said="Forks are missing", nature="complaint", severity=3, heard_on=heard_on)
    browser = client()
    answer = browser.post(f"/feedback/{said.pk}/problem/")
    problem = Problem.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, problem.get_absolute_url())
    assert (problem.feedback, problem.severity, problem.opened_on) == (said, 3, heard_on)
    assert problem.due_on == today(row) + 2 * DAY
    assert browser.post(f"/feedback/{said.pk}/problem/")["Location"] == problem.get_absolute_url()
    assert Problem.objects.count() == 1
    Feedback.objects.filter(pk=said.pk).update(nature="praise", severity=None)
    assert browser.post(f"/feedback/{said.pk}/problem/").status_code == 404


@pytest.mark.django_db
def test_other_day_is_asked_for_and_not_called_optional() -> None:
    row = people.relationship()
    page = text(client().get(f"/relationships/{row.pk}/problems/new/"))
    for label in ("Day on which it was opened", "Day by which to solve it"):
        assert f"{label}</label>" in page
    said = {"what": "Forks", "severity": "2", "opened": "other", "opened_on": "", "by": "other", "due_on": ""}
    refused = text(client().post(f"/relationships/{row.pk}/problems/new/", said))
    for label in ("Day on which it was opened", "Day by which to solve it"):
        assert f"{label}: Say which day." in refused
    assert ("Forks</textarea>" in refused, Problem.objects.count()) == (True, 0)
    assert "Day</label>" in text(client().get("/log/"))
    assert "Until</label>" in text(client().get(f"/relationships/{row.pk}/snoozes/"))


@pytest.mark.django_db
def test_what_is_typed_stays_where_it_does_not_do() -> None:
    row = people.relationship()
    # Where no other day is meant, none is asked for.
    said = {"what": "", "severity": "2", "opened": "0", "opened_on": "", "by": ""}
    answer = client().post(f"/relationships/{row.pk}/problems/new/", said)
    assert (answer.status_code, "Say which day." in text(answer)) == (422, False)
    problem = opened(row, ago=9, severity=3)
    late = client().post(
        f"/problems/{problem.pk}/edit/",
        {"what": "Forks", "severity": "1", "opened_on": problem.opened_on, "due_on": problem.due_on + DAY},
    )
    assert (late.status_code, "so it stays late" in text(late)) == (422, True)
    assert "Forks" in text(late)


@pytest.mark.django_db
@pytest.mark.parametrize("place", ["solution", "owning"])
def test_another_day_that_is_not_said_is_not_taken_for_today(place: str) -> None:
    problem, browser, label = opened(), client(), "On which day"
    address = f"/problems/{problem.pk}/{place}/"
    assert f"{label}</label>" in text(browser.get(address))
    values = {"when": "other", "done_on": "", "note": "Sent by courier"}
    answer = browser.post(address, values)
    assert (answer.status_code, f"{label}: Say which day." in text(answer)) == (422, True)
    assert ("Sent by courier</textarea>" in text(answer), problem.steps.count()) == (True, 0)
    browser.post(address, values | {"done_on": str(today(problem.relationship))})
    assert problem.steps.count() == 1


@pytest.mark.django_db
def test_owned_up_to_is_what_was_said_to_them() -> None:
    problem, browser = opened(), client()
    address = f"/problems/{problem.pk}/owning/"
    assert "What was said to them</label>" in text(browser.get(address))
    answer = browser.post(address, {"when": "0", "note": " "})
    assert (answer.status_code, "Say what was said to them." in text(answer)) == (422, True)
    assert problem.steps.count() == 0
    assert "How</label>" not in text(browser.get(f"/problems/{problem.pk}/solution/"))


# Its page


@pytest.mark.django_db
def test_page_tells_how_it_stands_and_how_soon_somebody_spoke_with_them() -> None:
    row = people.relationship()
    problem = opened(row, ago=9, severity=3, contact=Contact.objects.create(name="Ingrid Lie"))
    page = text(client().get(problem.get_absolute_url()))
    assert "7 days late" in page
    assert "nobody has met or rung them in the 9 days since" in page
    spoke(row, 8, channel="email")
    spoke(row, 7)
    browser = client()
    browser.post(f"/problems/{problem.pk}/owning/", {"when": "0", "note": "We forgot the order"})
    browser.post(f"/problems/{problem.pk}/solution/", {"when": "-1", "note": "Sent by courier"})
    page = text(browser.get(problem.get_absolute_url()))
    for said in (
        "First met or rung after 2 days", "after 8 days", "6 days late", "Sent by courier", "We forgot the order",
        "Ingrid Lie raised it",
    ):  # fmt: skip
        assert said.casefold() in page.casefold(), said
    browser.post(f"/problems/{problem.pk}/return/", {"when": "0", "note": ""})
    page = text(browser.get(problem.get_absolute_url()))
    new = date_format(today(row) + 2 * DAY, "j F Y")
    for said in ("Came back once", "Came back; to be solved by", f"to be solved by {new}", "at first by"):
        assert said in page, said
    form = text(browser.get(f"/problems/{problem.pk}/edit/"))
    assert ('name="opened_on"' in form, 'name="due_on"' in form) == (True, False)
    history = text(browser.get(f"/relationships/{row.pk}/history/?kind=problems"))
    for said in ("Problem: Forks are missing", "Owned up to", "Solved on", "Opened again on"):
        assert said in history, said


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("spoken", "said"), [(None, "nobody has met or rung them in the 3 days since"), (0, "met or rung the same day"),
                         (2, "first met or rung after 2 days")],
)  # fmt: skip
def test_first_direct_contact_in_words(spoken: int | None, said: str) -> None:
    on = today(people.relationship())
    day = None if spoken is None else on - 3 * DAY + spoken * DAY
    assert problem_words.spoken(on - 3 * DAY, day, on) == said


@pytest.mark.django_db
def test_what_was_said_to_them_is_read_for_its_tone() -> None:
    """While it is typed and after; what is said among us, or to somebody who may not change it, is not."""
    problem, rude = opened(), "THIS IS YOUR OWN FAULT, you idiots"
    browser = client()
    form = text(browser.get(f"/problems/{problem.pk}/owning/"))
    assert 'data-hx-post="/feedback/tone/"' in form
    assert 'data-hx-post="/feedback/tone/"' in text(browser.get(f"/problems/{problem.pk}/solution/"))
    assert "idiots" in text(browser.post("/feedback/tone/", {"note": rude}))
    browser.post(f"/problems/{problem.pk}/owning/", {"when": "0", "note": rude})
    assert "c-tone" in text(browser.get(problem.get_absolute_url()))
    browser.post(f"/problems/{problem.pk}/solution/", {"when": "0", "note": "You always forget the ice"})
    assert "reads as blame" in text(browser.get(problem.get_absolute_url()))
    assert "c-tone" not in text(client(people.rita()).get(problem.get_absolute_url()))
    browser.post(f"/problems/{problem.pk}/return/", {"when": "0", "by": "2", "note": "You never listen"})
    assert "“You never listen”" not in text(browser.get(problem.get_absolute_url()))


@pytest.mark.django_db
def test_what_is_wrong_may_be_long_and_is_never_cut_in_silence() -> None:
    row, browser = people.relationship(), client()
    address, said = f"/relationships/{row.pk}/problems/new/", "The boxes leak. " * 200 + "The end."
    given = {"severity": "2", "opened": "0", "by": ""}

    def field(page: str) -> str:
        return text(browser.get(page)).split('name="what"')[1].split(">")[0]

    assert "maxlength" not in field(address)
    # Where the partner is not chosen yet, that comes first.
    assert ("autofocus" in field(address), "autofocus" in field("/problems/new/")) == (True, False)
    refused = browser.post(address, {**given, "what": "x" * 20_001})
    assert (refused.status_code, "20,000 fit" in text(refused)) == (422, True)
    browser.post(address, {**given, "what": said})
    browser.post(address, {**given, "what": said})
    problem = Problem.objects.get()
    assert problem.what == said.strip()
    assert "The end." in text(browser.get(problem.get_absolute_url()))


@pytest.mark.django_db
def test_came_back_by_the_day_that_was_said() -> None:
    problem, browser = opened(), client()
    browser.post(f"/problems/{problem.pk}/solution/", {"when": "0"})
    answer = browser.post(f"/problems/{problem.pk}/return/", {"when": "0", "by": "other", "due_on": ""})
    assert (answer.status_code, "Say which day." in text(answer)) == (422, True)
    answer = browser.post(f"/problems/{problem.pk}/return/", {"when": "0", "by": "2"}, follow=True)
    problem.refresh_from_db()
    assert problem.until == today(problem.relationship) + 2 * DAY
    assert "Open again, to be solved by" in text(answer)
    # The day that counts now stands in its form, and is changed there.
    address = f"/problems/{problem.pk}/edit/"
    page = browser.get(address)
    assert page.context["form"]["again_on"].value() == problem.until
    version = page.context["version"]
    said = {"what": problem.what, "severity": problem.severity, "opened_on": problem.opened_on, "version": version}
    assert browser.post(address, said | {"again_on": today(problem.relationship) + 9 * DAY}).status_code == 302
    problem.refresh_from_db()
    assert problem.until == today(problem.relationship) + 9 * DAY


# The list


@pytest.mark.django_db
def test_list_has_its_figures_and_each_tab_what_it_says() -> None:
    row = people.relationship()
    by: dict[str, Any] = {"actor": row.owner, "now": Now.read()}
    spoke(row, 8)
    late = opened(row, ago=20, severity=3, what="Late one")
    soon = opened(row, ago=1, severity=1, what="Open one")
    for ago, solved, what in ((10, 1, "Good one"), (9, 7, "Slow one")):
        done = opened(row, ago=ago, severity=3, what=what)
        actions.solve_problem(problem=done, done_on=done.opened_on + solved * DAY, **by)
    figures = queries.problem_figures(Problem.objects.all(), Now.read())
    # Spoken to after 12, 2 and 1 days; the newest has not been spoken about.
    assert (figures.open, figures.late, figures.spoken, figures.solved) == (2, 1, 2, 4)
    assert (figures.in_time, figures.judged) == (1, 3)
    shown = {state: text(client().get(f"/problems/?state={state}")) for state in ("", "late", "solved", "all")}
    for state, named in {
        "": {late.what, soon.what}, "late": {late.what}, "solved": {"Good one", "Slow one"},
        "all": {late.what, soon.what, "Good one", "Slow one"},
    }.items():  # fmt: skip
        every = {"Late one", "Open one", "Good one", "Slow one"}
        assert {what for what in every if what in shown[state]} == named, state
    assert "2 are open, 1 late. Solved in time: 1 of 3." in shown[""]
    assert "Late one" not in text(client(people.outsider()).get("/problems/?state=all"))
    # A search that finds nothing is no empty book.
    searched, empty = (
        text(client(who).get(f"/problems/{q}")) for who, q in ((row.owner, "?q=zz"), (people.outsider(), ""))
    )
    assert ("None fits" in searched, "When something goes wrong" in searched) == (True, False)
    assert ("None fits" in empty, "When something goes wrong" in empty) == (False, True)


@pytest.mark.django_db
def test_problems_begin_with_mine_and_the_critical_ones_above_the_late() -> None:
    row = people.relationship()
    opened(row, what="Late by long", ago=40, severity=2)
    opened(row, what="Late by little", ago=20, severity=1)
    opened(row, what="Critical today", severity=3)
    theirs = opened(row, what="Of a colleague", keeper=people.bob())
    shown = text(client().get("/problems/"))
    places = [shown.index(what) for what in ("Critical today", "Late by long", "Late by little")]
    assert places == sorted(places)
    assert '<span class="faint">Serious</span>' in shown
    assert '<span class="faint">Minor</span>' in shown
    # As for feedback: what one sees to, unless asked for more; what is looked for by its partner is of anybody.
    assert theirs.what not in shown
    for query in ("?whose=all", f"?relationship={row.pk}"):
        assert theirs.what in text(client().get(f"/problems/{query}"))
    Problem.objects.exclude(pk=theirs.pk).delete()
    whole = text(client().get("/problems/"))
    assert theirs.what in whole, "who sees to none begins with all they see"
    assert theirs.what not in text(client().get("/problems/?whose=mine"))


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 50])
def test_pages_ask_as_much_for_one_as_for_fifty(count: int) -> None:
    row = people.relationship()
    for nth in range(count):
        opened(row, ago=9, severity=3, what=f"Number {nth}")
    spoke(row, 3)
    browser, last = client(), Problem.objects.latest("pk")
    found = {}
    for address in ("/problems/", last.get_absolute_url()):
        browser.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(address).status_code == 200
        found[address] = len([one for one in asked if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))])
    assert found == {"/problems/": 25, last.get_absolute_url(): 18}


# Where else it stands


@pytest.mark.django_db
def test_today_tells_of_what_cannot_wait() -> None:
    """Past its day; or critical, and a day over without a direct contact. What can wait is not there."""
    late, quiet, spoken, calm = (people.relationship() for _nth in range(4))
    opened(late, ago=20, severity=1)
    opened(quiet, ago=2, severity=3, due_on=today(quiet) + 5 * DAY)
    opened(spoken, ago=2, severity=3, due_on=today(quiet) + 5 * DAY)
    spoke(spoken, 1)
    opened(calm, ago=2, severity=2)
    board = wanting.of(people.alice(), Now.read())
    told = {row.relationship for row in board.rows if row.worst.reason in (Reason.CRITICAL, Reason.PROBLEM)}
    assert told == {late.pk, quiet.pk}
    assert wanting.count(people.alice(), Now.read()) == 2
    page = text(client().get("/"))
    assert "Forks are missing – 6 days late" in page
    assert "Forks are missing – nobody has met or rung them in the 2 days since" in page
    assert wanting.of(people.bob(), Now.read()).total == 0


@pytest.mark.django_db
def test_critical_problem_stands_above_a_late_promise_and_the_counts_agree() -> None:
    """A lighter one stands below it, beside the promise, and the heading says so."""
    assert [*Reason][:3] == [Reason.CRITICAL, Reason.OURS_LATE, Reason.PROBLEM]
    row, other = people.relationship(), people.relationship()
    for one in (row, other):
        people.promise(one, due_on=today(one) - 3 * DAY, made_on=today(one) - 9 * DAY)
    opened(row, ago=22, severity=3, what="Boxes on the night boat")
    opened(row, ago=20, severity=1, what="The lids")
    opened(other, ago=20, severity=1)
    answer = client().get("/")
    assert answer.context["lede"] == "One critical problem can’t wait, two promises of ours are late."
    assert [(group.name, group.count) for group in answer.context["groups"]] == [
        ("Critical problems", 1), ("Late promises of ours", 2), ("Late problems", 2),
    ]  # fmt: skip
    page = text(answer)
    assert "Boxes on the night boat – " in page
    assert "one of them with a partner that wants something worse" in page
    assert "Besides: a promise of ours is late, a late problem" in page
    assert answer.context["nav"].today_count == answer.context["total"] == 2


@pytest.mark.django_db
def test_overview_and_timeline_tell_of_it() -> None:
    row = people.relationship()
    problem = opened(row, ago=9, severity=3)
    page = text(client().get(row.get_absolute_url()))
    assert "Open problems" in page
    assert "Problem opened" in page
    actions.solve_problem(actor=row.owner, now=Now.read(), problem=problem)
    page = text(client().get(f"{row.get_absolute_url()}?show=problems"))
    assert "Open problems" not in page
    assert "Problem solved" in page


@pytest.mark.django_db
def test_who_sees_to_it_changes_with_the_owner() -> None:
    row = people.relationship()
    problem, other = opened(row), opened(row, keeper=people.mona())
    done = actions.hand_over(actor=people.alice(), now=Now.read(), relationships=[row], to=people.bob())
    keepers = dict(Problem.objects.values_list("pk", "keeper"))
    assert keepers == {problem.pk: people.bob().pk, other.pk: people.mona().pk}
    take_back(step_id=done.step.pk, actor=people.alice(), now=Now.read())
    problem.refresh_from_db()
    assert problem.keeper == people.alice()
