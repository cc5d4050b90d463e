"""What comes up by itself: from which sources, in which order, for whom to see, and in how many queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import Contact
from meetings import actions, calendar_queries
from meetings.agenda import Kind
from meetings.arranging import arranged
from meetings.models import AgendaItem, Meeting, Outcome, OutlineItem
from relationships import actions as core
from relationships.models import Commitment, Feedback, Relationship
from tests import people
from tests.meetings.agendas import DAY, NOW, TODAY, TOMORROW, add, hold, meeting, of, partner, titles
from web.clock import Now

pytestmark = pytest.mark.django_db
# The same for one item and for fifty, for one partner and for several.
QUERIES = 17


def whys(row: Any) -> dict[str, str]:
    now_so = of(row)
    return {now_so.items[one.key].title: now_so.why(one) for one in now_so.agenda.rows}


def problem(row: Relationship, what: str, severity: int = 2, opened_on: Any = TODAY, **more: Any) -> None:
    then = Now.on(opened_on)
    core.open_problem(actor=row.owner, now=then, relationship=row, what=what, severity=severity, **more)


def test_everything_that_is_open_critical_first_then_late() -> None:
    row = people.relationship()
    ingrid = Contact.objects.create(name="Ingrid Iversen")
    people.promise(row, "ours", "Delivery plan", due_on=TODAY - 11 * DAY)
    people.promise(row, "theirs", "Drawings", due_on=TODAY + 7 * DAY, contact=ingrid)
    people.promise(row, "ours", "Far away", due_on=TODAY + 60 * DAY)
    people.feedback(row, TODAY - 21 * DAY, "A monthly statement for each site", contact=ingrid)
    problem(row, "Labels show the wrong cost centre", severity=3, contact=ingrid)
    planned = meeting(row, minutes=90)
    assert titles(planned)[:4] == [
        "Labels show the wrong cost centre",
        "A monthly statement for each site",
        "Delivery plan",
        "Drawings",
    ]
    assert "Far away" not in titles(planned)
    assert whys(planned)["Delivery plan"] == "Our promise of 12 November is 11 days late."
    assert whys(planned)["Drawings"] == "Their promise, due on 30 November."
    first = of(planned).standing[0]
    assert (first.side, first.contact, first.critical) == ("theirs", ingrid, True)


def test_promise_due_a_week_after_the_meeting_comes_up_and_no_later_one() -> None:
    row = people.relationship()
    planned = meeting(row, minutes=90)
    for days in (-30, 7, 8):
        people.promise(row, "ours", f"In {days} days", due_on=planned.day + days * DAY)
    assert [title for title in titles(planned) if title.startswith("In ")] == ["In -30 days", "In 7 days"]


def test_day_agreed_after_the_first_was_over_makes_a_promise_no_less_late() -> None:
    row = people.relationship()
    promise = people.promise(row, what="Delivery plan", due_on=TODAY - 11 * DAY)
    core.renegotiate(actor=row.owner, now=NOW, commitment=promise, new_due_on=TODAY + 60 * DAY)
    assert whys(meeting(row))["Delivery plan"] == "Our promise of 12 November is 11 days late."


def broken(row: Relationship, what: str, due_on: Any, missed_on: Any, **more: Any) -> Commitment:
    promise = people.promise(row, more.pop("side", "ours"), what, due_on=due_on)
    core.miss_promise(actor=row.owner, now=Now.on(missed_on), commitment=promise, missed_on=missed_on, **more)
    return promise


def test_broken_promise_comes_up_until_it_has_a_new_plan() -> None:
    row = partner()
    boxes = broken(row, "Collection boxes", TODAY - 11 * DAY, TODAY - 11 * DAY)
    broken(row, "Drawings", TODAY + 5 * DAY, TODAY - DAY, side="theirs")
    broken(row, "With a plan", TODAY - DAY, TODAY - DAY, explanation="A strike", plan="By train")
    planned = meeting(row)
    assert whys(planned) == {
        "Collection boxes": "Our promise of 12 November was broken and has no new plan.",
        "Drawings": "Their promise of Saturday was broken yesterday and has no new plan.",
    }
    other = meeting(people.relationship(stage="partner"))
    assert titles(other) == []
    core.explain_miss(actor=row.owner, now=NOW, commitment=boxes, explanation="No van", plan="By train")
    assert titles(planned) == ["Drawings"]


def test_broken_promise_that_was_spoken_about_or_promised_anew_is_done_with() -> None:
    row = partner()
    boxes = broken(row, "Collection boxes", TODAY - 11 * DAY, TODAY - 11 * DAY)
    first = meeting(row)
    hold(first)
    second = meeting(row, starts_at=TOMORROW + timedelta(days=30))
    assert whys(second)["Collection boxes"].endswith("has no new plan; carried over once, tomorrow.")
    AgendaItem.objects.filter(meeting=first).update(done_at=NOW.instant)
    assert titles(second) == []
    again = broken(row, "Labels", TODAY - DAY, TODAY - DAY)
    assert titles(second) == ["Labels"]
    core.make_promise(
        actor=row.owner,
        now=NOW,
        relationship=row,
        side="ours",
        what="New labels",
        due_on=TODAY + 90 * DAY,
        follows=again,
    )
    assert titles(second) == []
    assert [one.pk for one in Commitment.objects.unplanned()] == [boxes.pk]


def test_answered_solved_and_kept_do_not_come_up() -> None:
    row = people.relationship()
    promise = people.promise(row, what="Plan", due_on=TODAY)
    said = people.feedback(row, TODAY, "A statement")
    planned = meeting(row)
    assert {"Plan", "A statement"} <= set(titles(planned))
    core.keep_promise(actor=row.owner, now=NOW, commitment=promise)
    core.answer_feedback(actor=row.owner, now=NOW, feedback=said, text="Yes")
    assert not {"Plan", "A statement"} & set(titles(planned))


def test_what_nobody_told_us_and_our_criteria_are_only_ours() -> None:
    row = people.relationship(stage="contact")
    people.feedback(row, TODAY, "They do not trust the scales", hidden=True)
    items = of(meeting(row, minutes=480)).standing
    ours = {item.title for item in items if not item.shared}
    assert "They do not trust the scales" in ours
    criteria = {item.title for item in items if item.kind == Kind.CRITERION}
    assert criteria
    assert ours == {"They do not trust the scales", *criteria}


def test_what_was_promised_at_an_item_of_ours_alone_stays_with_us_the_next_time() -> None:
    row = people.relationship()
    before = meeting(row)
    for name, shared in (("Between us", False), ("With them", True)):
        at = add(before, name)
        AgendaItem.objects.filter(pk=at.pk).update(shared=shared)
        at.refresh_from_db()
        actions.promise_at(
            actor=people.alice(), now=NOW, party=before.parties.get(), item=at, side="ours", what=name, due_on=TODAY
        )
    found = {one.title: one.shared for one in of(meeting(row)).standing if one.kind == Kind.OUR_PROMISE}
    assert found == {"Between us": False, "With them": True}


def grown(row: Relationship, said: Feedback | None, words: str) -> None:
    """A problem and a promise that were made of it, and the new plan of such a promise once it was broken."""
    problem(row, f"{words} problem", feedback=said)
    people.promise(row, what=f"{words} promise", due_on=TODAY, feedback=said)
    missed = people.promise(row, what=f"{words} broken", due_on=TODAY - 5 * DAY, feedback=said)
    core.miss_promise(
        actor=row.owner, now=NOW, commitment=missed, explanation="Ill", plan=f"{words} plan", new_due_on=TODAY + 2 * DAY
    )


def test_what_grew_out_of_what_is_only_ours_is_on_the_agenda_for_us_and_in_no_invitation() -> None:
    row = partner()
    internal = meeting(row, kind="internal", title="Among us")
    party, alice = internal.parties.get(), people.alice()
    complaint: dict[str, Any] = {"actor": alice, "now": NOW, "nature": "complaint"}
    among_us = actions.feedback_at(**complaint, party=party, said="CANARY among us").row
    hold(internal)
    held = meeting(row, title="With them", starts_at=TOMORROW + DAY)
    at = add(held, "Between us")
    AgendaItem.objects.filter(pk=at.pk).update(shared=False)
    at.refresh_from_db()
    at_ours = actions.feedback_at(**complaint, party=held.parties.get(), said="CANARY at ours", item=at).row
    grown(row, among_us.feedback, "CANARY among us")
    grown(row, at_ours.feedback, "CANARY at ours")
    grown(row, people.feedback(row, TODAY, "CANARY noticed", hidden=True, nature="complaint"), "CANARY noticed")
    grown(row, people.feedback(row, TODAY, "CANARY untold", side="ours", unsaid=True), "CANARY untold")
    grown(row, people.feedback(row, TODAY, "Told", nature="complaint"), "Told")

    planned = meeting(row, starts_at=TOMORROW + 2 * DAY, minutes=480)
    guest = Contact.objects.create(name="Ingrid Iversen", email="ingrid@fjord.example")
    planned.people.create(contact=guest, party=planned.parties.get(), asked_on=TODAY)
    found = {item.title: item.shared for item in of(planned).standing if item.kind != Kind.OUTLINE}
    canaries = {title for title in found if "CANARY" in title}
    made = ("problem", "promise", "plan")
    assert canaries >= {f"CANARY {one} {what}" for one in ("among us", "at ours", "noticed", "untold") for what in made}
    assert not [title for title in canaries if found[title]]
    # What they told us themselves is theirs to hear of.
    assert all(found[f"Told {what}"] for what in made)
    actions.settle(planned, actor=None, now=NOW)
    planned = Meeting.objects.select_related("organiser", "series").get(pk=planned.pk)
    items = [item.title for item in calendar_queries.items_for(guest, planned)]
    text = calendar_queries.event_for(guest, planned, 0).description
    assert "Told problem" in items and "CANARY" not in str(items)
    assert "Told problem" in text and "CANARY" not in text

    # Somebody shares where it came from: so is what was made of it.
    Outcome.objects.filter(pk=at_ours.pk).update(item=None, shared=True)
    found = {item.title: item.shared for item in of(meeting(row, starts_at=TOMORROW + 3 * DAY, minutes=480)).standing}
    assert all(found[f"CANARY at ours {what}"] for what in made)
    assert not [title for title, shared in found.items() if shared and "CANARY" in title and "at ours" not in title]


def test_complaint_that_became_a_problem_comes_up_once() -> None:
    row = people.relationship()
    said = people.feedback(row, TODAY, "Boxes missing", nature="complaint")
    core.open_problem(actor=row.owner, now=NOW, relationship=row, what="Boxes missing", feedback=said)
    assert titles(meeting(row)).count("Boxes missing") == 1


def test_assumed_rhythm_comes_up_until_it_is_agreed() -> None:
    row = people.relationship()
    core.agree_cadence(actor=row.owner, now=NOW, relationship=row, every_days=14)
    planned = meeting(row, minutes=480)
    assert "Agree how often we talk" in titles(planned)
    ingrid = Contact.objects.create(name="Ingrid Iversen")
    core.agree_cadence(actor=row.owner, now=NOW, relationship=row, every_days=14, agreed_with=ingrid, agreed_on=TODAY)
    assert "Agree how often we talk" not in titles(planned)


def test_topics_that_have_not_come_up_for_long() -> None:
    row = people.relationship()
    for days, about in ((200, "needs"), (10, "processes")):
        then = TODAY - days * DAY
        core.log_interaction(
            actor=row.owner, now=Now.on(then), relationship=row, occurred_on=then, channel="call", topics=[about]
        )
    told = whys(meeting(row, minutes=480))
    assert told["Needs: what would help you most right now?"] == "Not talked about for 200 days."
    assert told["New ideas: what would you try if it cost nothing?"] == "Not talked about yet."
    assert "Processes: where do we slow each other down?" not in told


def test_not_done_comes_again_with_its_count_and_a_promise_counts_once() -> None:
    row = people.relationship()
    people.promise(row, what="Delivery plan", due_on=TODAY + 3 * DAY)
    first = meeting(row)
    add(first, "Who signs", "Done with")
    AgendaItem.objects.filter(title="Done with").update(done_at=NOW.instant)
    hold(first)
    second = meeting(row, starts_at=TOMORROW + timedelta(days=30))
    assert "Done with" not in titles(second)
    assert titles(second).count("Delivery plan") == 1
    assert whys(second)["Who signs"] == "Carried over once, tomorrow."
    assert "carried over once" in whys(second)["Delivery plan"]
    hold(second)
    third = meeting(row, starts_at=TOMORROW + timedelta(days=60))
    assert whys(third)["Who signs"].startswith("Carried over twice, first")
    # Only with the partner with whom it was not come to.
    assert "Who signs" not in titles(meeting(people.relationship()))


def change(row: Meeting, named: str, **values: Any) -> None:
    item = next(item for item in of(row).items.values() if item.title == named)
    row.refresh_from_db()
    actions.change_item(actor=people.alice(), now=NOW, meeting=row, key=item.key, seen=row.agenda_version, **values)


def test_words_and_minutes_that_somebody_gave_are_kept_while_it_is_carried_over() -> None:
    row = partner()
    promise = people.promise(row, what="Delivery plan", due_on=TODAY + 3 * DAY)
    people.promise(row, what="Drawings", due_on=TODAY + 3 * DAY)
    first = meeting(row)
    change(first, "Delivery plan", title="Where the plan stands", minutes=25, shared=False)
    change(first, "Drawings", minutes=12)
    hold(first)
    core.change_promise(actor=row.owner, now=NOW, commitment=promise, values={"what": "The plan of deliveries"})
    for weeks in (4, 8):
        later = meeting(row, starts_at=TOMORROW + timedelta(weeks=weeks), minutes=90)
        found = {item.title: (item.minutes, item.shared) for item in of(later).standing}
        assert found == {"Where the plan stands": (25, False), "Drawings": (12, True)}
        assert "carried over" in whys(later)["Where the plan stands"]
        hold(later)
    # With another partner nothing of it.
    assert titles(meeting(partner())) == []


def test_what_was_written_for_an_internal_meeting_stays_with_us_at_the_next_one_with_them() -> None:
    row = partner()
    people.promise(row, what="Delivery plan", due_on=TODAY + 3 * DAY)
    internal = meeting(row, kind="internal")
    change(internal, "Delivery plan", title="They will never keep it")
    add(internal, "How to tell them no")
    hold(internal)
    found = {item.title: item.shared for item in of(meeting(row, starts_at=TOMORROW + 7 * DAY, minutes=90)).standing}
    assert found["Delivery plan"] is True and found["How to tell them no"] is False
    assert "They will never keep it" not in found
    # With somebody of theirs there it goes on as it was.
    guest = Contact.objects.create(name="Ingrid Iversen")
    internal.people.create(contact=guest, party=internal.parties.get(), asked_on=TODAY, came=True)
    found = {item.title: item.shared for item in of(meeting(row, starts_at=TOMORROW + 8 * DAY, minutes=90)).standing}
    assert found["They will never keep it"] is True and found["How to tell them no"] is True


def test_words_given_at_a_meeting_that_was_called_off_are_kept_too_and_newer_ones_win() -> None:
    row = partner()
    people.promise(row, what="Delivery plan", due_on=TODAY + 3 * DAY)
    first = meeting(row)
    change(first, "Delivery plan", title="Where the plan stands", minutes=25)
    hold(first)
    second = meeting(row, starts_at=TOMORROW + timedelta(days=7))
    change(second, "Where the plan stands", title="Who drives", minutes=15)
    actions.cancel_meeting(actor=row.owner, now=NOW, meeting=second)
    third = meeting(row, starts_at=TOMORROW + timedelta(days=14))
    (item,) = of(third).standing
    assert (item.title, item.minutes, item.carried) == ("Who drives", 15, 1)


def test_words_about_one_partner_are_none_for_several() -> None:
    row, other = partner(), partner()
    first = meeting(row, kind="review")
    change(first, "What we decided last time", title="Their strike", minutes=30)
    hold(first)
    both = meeting(row, other, kind="review", starts_at=TOMORROW + timedelta(days=30))
    assert "Their strike" not in titles(both)
    alone = meeting(row, kind="review", starts_at=TOMORROW + timedelta(days=60))
    assert "Their strike" in titles(alone)


def test_what_people_wrote_for_a_meeting_that_was_called_off_is_not_lost() -> None:
    row = partner()
    people.promise(row, what="Delivery plan", due_on=TODAY + 60 * DAY)
    first = meeting(row)
    add(first, "Who signs")
    actions.cancel_meeting(actor=row.owner, now=NOW, meeting=first)
    second = meeting(row, starts_at=TOMORROW + timedelta(days=7))
    assert whys(second) == {"Who signs": "Put on by us."}
    hold(second)
    third = meeting(row, starts_at=TOMORROW + timedelta(days=14))
    assert whys(third)["Who signs"].startswith("Carried over once")
    AgendaItem.objects.filter(meeting=second).update(done_at=NOW.instant)
    assert titles(third) == []


def test_carried_promise_that_was_kept_since_is_not_carried() -> None:
    row = people.relationship()
    promise = people.promise(row, what="Delivery plan", due_on=TODAY)
    first = meeting(row)
    hold(first)
    core.keep_promise(actor=row.owner, now=NOW, commitment=promise)
    assert "Delivery plan" not in titles(meeting(row, starts_at=TOMORROW + timedelta(days=30)))


def test_template_of_its_kind_and_what_administrators_made_of_it() -> None:
    planned = meeting(kind="review")
    assert "What we decided last time" in titles(planned)
    assert "Walk through the work with the people who do it" in titles(meeting(kind="site_visit"))
    OutlineItem.objects.create(kind="review", position=0, title="Figures", minutes=20)
    assert "What we decided last time" not in titles(planned)
    assert [item.minutes for item in of(planned).standing if item.title == "Figures"] == [20]


def test_what_there_is_no_time_for_could_go_on() -> None:
    row = people.relationship()
    for number in range(10):
        people.promise(row, what=f"Promise {number}", due_on=TODAY - (20 - number) * DAY)
    planned = meeting(row, minutes=30)
    assert titles(planned) == [f"Promise {number}" for number in range(7)]
    assert {item.title for item in of(planned).unfitting} >= {"Promise 7", "Promise 8", "Promise 9"}


def test_way_in_that_is_planned_is_only_ours_and_goes_with_its_plan() -> None:
    row = partner()
    by: dict[str, Any] = {"actor": row.owner, "now": NOW}
    planned = meeting(row)
    play = actions.plan_play(
        relationship=row, kind="ask_time", what="Half an hour at their quay", planned_on=TODAY, **by
    )
    actions.plan_play(relationship=row, kind="article", what="Later", planned_on=TODAY + 60 * DAY, **by)
    assert [(item.title, item.shared) for item in of(planned).standing] == [("Half an hour at their quay", False)]
    actions.drop_play(play=play.row, **by)
    assert titles(planned) == []


def test_what_both_see_furthest_apart_comes_up_among_us() -> None:
    row = people.relationship()
    for question, ours, theirs in (("fair", 5, 2), ("worth_price", 4, 2), ("listens", 1, 3), ("knows_them", 4, 3)):
        people.answered(row, question, ours, TODAY - 3 * DAY, side="ours")
        people.answered(row, question, theirs, TODAY - DAY)
    planned = meeting(row)
    found = [item for item in of(planned).standing if item.kind == Kind.VIEW]
    assert [(item.title, item.shared) for item in found] == [
        ("Where we see it differently: we are fair", False),
        ("Where we see it differently: worth the price", False),
    ]
    people.answered(row, "fair", 4, TODAY)
    people.answered(row, "worth_price", 4, TODAY)
    assert [title for title in titles(planned) if title.startswith("Where we")] == [
        "Where we see it differently: we listen"
    ]


def test_partner_that_rests_asks_for_no_rhythm_and_no_topic() -> None:
    row = people.relationship()
    core.agree_cadence(actor=row.owner, now=NOW, relationship=row, every_days=14)
    people.promise(row, what="Delivery plan", due_on=TODAY)
    core.pause(actor=row.owner, now=NOW, relationship=row, reason="A strike")
    assert titles(meeting(row, minutes=480)) == ["Delivery plan"]


def full(row: Relationship, count: int) -> None:
    for number in range(count):
        people.promise(row, what=f"Promise {number}", due_on=TODAY - DAY)
        people.feedback(row, TODAY - 3 * DAY, f"Said {number}")
        problem(row, f"Wrong {number}")


def test_same_number_of_queries_for_one_and_fifty(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    row = people.relationship()
    full(row, 1)
    planned = meeting(row)
    with django_assert_num_queries(QUERIES):
        of_one = of_planned(planned)
    full(row, 16)
    both = meeting(row, people.relationship(), people.relationship())
    add(both, *(f"Item {number}" for number in range(5)))
    with django_assert_num_queries(QUERIES):
        of_many = of_planned(both)
    assert (of_one, of_many) == (3, 51 + 5)


def of_planned(planned: Any) -> int:
    now_so = arranged(planned, NOW)
    found = (*now_so.agenda.rows, *now_so.waiting)
    counted = (Kind.PROBLEM, Kind.OUR_PROMISE, Kind.FEEDBACK, Kind.WRITTEN)
    return sum(1 for row in found if row.candidate.kind in counted)
