"""The page of a stage and its forms: what they say, that they work without JavaScript, and how much they ask for."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from accounts.models import UndoStep
from accounts.undo import take_back
from relationships import actions
from relationships.models import PlanStep, Relationship, StageChange, Waiver
from tests import people
from tests.relationships.test_stage_actions import ready, sweep
from web import dates
from web.clock import Now

pytestmark = pytest.mark.django_db
NOW = Now.read()
TODAY = NOW.today("UTC")
DAY = timedelta(days=1)


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def shifted(**more: Any) -> Relationship:
    """All that a customer needs, by today."""
    row = ready(**more)
    actions.log_interaction(actor=row.owner, now=NOW, relationship=row, occurred_on=TODAY, channel="call")
    return row


def in_touch() -> Relationship:
    """All that a customer needs: ninety days with a silence of no more than ninety, up to today."""
    row = ready()
    past = row.interactions.order_by("-occurred_on").first()
    assert past is not None
    day = past.occurred_on
    while day < TODAY:
        day = min(day + 60 * DAY, TODAY)
        actions.log_interaction(actor=row.owner, now=NOW, relationship=row, occurred_on=day, channel="call")
    return row


def page(row: Any, name: str = "relationship_stage", who: Any = None) -> Any:
    return client_of(who or row.owner).get(reverse(name, args=[row.pk]))


def send(row: Any, name: str, values: dict[str, Any] | None = None, **more: Any) -> Any:
    return client_of(people.alice()).post(reverse(name, args=[row.pk]), values or {}, **more)


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_page_says_plainly_what_the_difference_is_and_what_is_missing() -> None:
    said = text(page(people.relationship()))
    assert "A name with an address is a contact." in said
    assert "From contact to customer" in said
    assert "0 of 5" in said
    assert "Two are to be named." in said
    assert "Write down what both sides agreed to do together." in said


def test_criteria_open_their_rows() -> None:
    row = ready()
    said = text(page(row))
    assert "Feed for two sites" in said
    assert reverse("commitment_detail", args=[row.commitments.get().pk]) in said
    assert "Ingrid Moe, decides" in said


def test_partner_criteria_say_why_they_cannot_be_judged_yet() -> None:
    said = text(page(people.relationship(stage="customer")))
    assert "From customer to partner" in said
    assert "KPIs can’t be kept here yet." in said
    assert "Two people who decide or sign seen in 90 days" in said


def test_what_holds_for_too_short_a_time_is_not_ticked_and_says_from_when_it_counts() -> None:
    row = people.relationship()
    Relationship.objects.filter(pk=row.pk).update(stage="customer")
    row.refresh_from_db()
    for side in ("ours", "theirs", "theirs"):
        day = TODAY - 9 * DAY
        people.feedback(row, side=side, heard_on=day)
    outlook = page(row).context
    line = next(one for one in outlook["lines"] if one.criterion == "feedback")
    assert (line.verdict, line.look.icon, line.beside) == ("holds", "clock", "they 2, we 1")
    counts = dates.said(TODAY + 81 * DAY, TODAY)
    assert line.second == f"Holds since {dates.said(TODAY - 9 * DAY, TODAY)}, counts from {counts}."
    assert outlook["score"] == "0 of 11"


def test_nothing_is_counted_of_less_than_a_week() -> None:
    row = people.relationship()
    said = text(page(row))
    assert "Contact since today." in said and "for 0 days" not in said
    Relationship.objects.filter(pk=row.pk).update(stage="customer")
    actions.agree_cadence(actor=row.owner, now=NOW, relationship=row, every_days=14)
    said = text(page(row))
    assert "A rhythm has to count on 90 of 180 days before this can be judged." in said


def test_pause_is_said_in_one_sentence() -> None:
    row = people.relationship()
    actions.pause(actor=row.owner, now=NOW, relationship=row, reason="Their plant is shut.")
    for name in ("relationship_stage", "relationship_detail"):
        said = " ".join(strip_tags(text(page(row, name))).split())
        assert "Paused since today: Their plant is shut." in said


def test_overview_shows_the_criteria() -> None:
    said = text(page(ready(), "relationship_detail"))
    assert "From contact to customer" in said
    assert "Rhythm agreed with them" in said


def test_move_without_javascript_and_what_it_leaves() -> None:
    row = in_touch()
    form = page(row, "stage_change_create")
    assert "Kept with the decision" in text(form)
    assert send(row, "stage_change_create", {"to": "customer"}).status_code == 302
    row.refresh_from_db()
    assert row.stage == "customer"
    said = text(page(row))
    assert "From contact to customer" in said
    assert "Five of five criteria met." in said
    assert "The evidence as it was then" in said
    assert "Evidence kept with the decision." in text(page(row, "relationship_detail"))


def test_second_to_move_is_told_who_moved_it_and_keeps_the_text() -> None:
    row = in_touch()
    here = reverse("stage_change_create", args=[row.pk])
    assert f'href="{here}?seen=contact"' in text(page(row))
    given = {"to": "customer", "seen": "contact"}
    assert f'name="seen" value="{given["seen"]}"' in text(page(row, "stage_change_create"))
    assert client_of(people.mona()).post(here, {**given, "why": "They signed."}).status_code == 302
    answer = send(row, "stage_change_create", {**given, "why": "We shook hands."})
    said = text(answer)
    assert (answer.status_code, StageChange.objects.get().why) == (422, "They signed.")
    assert re.search(r"<li>Mona Moreau made it a customer today at \d\d:\d\d: “They signed.”</li>", said)
    assert "We shook hands.</textarea>" in said
    assert f'href="{reverse("relationship_stage", args=[row.pk])}">See its stage</a>' in said
    for absent in ("Select a valid choice", 'name="to"', "Move it", "What stands in the way"):
        assert absent not in said
    late = text(client_of(people.alice()).get(f"{here}?seen=contact"))
    assert "Mona Moreau made it a customer today at" in late and 'name="to"' not in late
    assert "Your text is still here." not in late
    take_back(step_id=UndoStep.objects.latest("pk").pk, actor=people.mona(), now=Now.read())
    back = text(send(row, "stage_change_create", {"to": "contact", "seen": "customer", "why": "They stopped"}))
    assert "The move was taken back meanwhile: it is a contact." in back


def test_two_who_move_at_once_are_told_apart_where_the_row_is_locked() -> None:
    row = in_touch()
    actions.move_stage(actor=people.mona(), now=NOW, relationship=row, to="customer")
    with pytest.raises(ValidationError, match="Mona Moreau made it a customer today") as told:
        actions.move_stage(actor=people.alice(), now=NOW, relationship=row, to="customer", seen="contact")
    assert told.value.code == "meanwhile"


def test_move_up_is_not_offered_before_it_is_shown_and_is_refused() -> None:
    row = ready(without="scope")
    assert "What stands in the way" in text(page(row, "stage_change_create"))
    answer = send(row, "stage_change_create", {"to": "customer", "why": "I say so"})
    assert answer.status_code == 422
    assert not StageChange.objects.exists()
    row.refresh_from_db()
    assert row.stage == "contact"


def test_down_without_a_reason_keeps_the_form() -> None:
    row = people.relationship(stage="customer")
    answer = send(row, "stage_change_create", {"to": "contact", "why": ""})
    assert answer.status_code == 422
    assert "Say why" in text(answer)
    assert send(row, "stage_change_create", {"to": "contact", "why": "They stopped"}).status_code == 302
    assert StageChange.objects.get().why == "They stopped"


def test_waiver_is_given_ended_and_told_after_it_expired() -> None:
    row = people.relationship()
    values = {"criterion": "people", "span": "30", "why": "One person runs it all"}
    assert send(row, "waiver_create", values).status_code == 302
    given = Waiver.objects.get()
    assert given.until_on == TODAY + 30 * DAY
    assert "Waived by Alice Ahlberg until" in text(page(row))
    assert send(given, "waiver_end").status_code == 302
    assert not Waiver.objects.exists()
    Waiver.objects.create(
        relationship=row, account=row.account, criterion="people", why="One person runs it all",
        from_on=TODAY - 30 * DAY, until_on=TODAY - DAY, granted_by=people.mona(), granted_at=NOW.instant,
    )  # fmt: skip
    said = text(page(row))
    assert "Expired today; it was given by Mona Moreau until yesterday" in said


def test_waiver_without_a_reason_keeps_what_was_typed() -> None:
    row = people.relationship()
    answer = send(row, "waiver_create", {"criterion": "people", "span": "other", "until_on": "", "why": "They are two"})
    assert answer.status_code == 422
    assert "They are two" in text(answer)
    assert "Say which day." in text(answer)


def test_scope_target_and_steps_are_written() -> None:
    row = people.relationship()
    assert send(row, "scope_create", {"what": "Feed for a year", "when": "0"}).status_code == 302
    assert send(row, "target_edit", {"stage": "customer", "on": (TODAY + 60 * DAY).isoformat()}).status_code == 302
    late = {"what": "Meet Solveig", "criterion": "people", "due_on": (TODAY - DAY).isoformat()}
    assert send(row, "plan_step_create", late).status_code == 302
    said = text(page(row))
    assert "Feed for a year" in said
    assert "A customer by" in said
    assert "Meet Solveig" in said
    assert "1 day late" in said
    step = PlanStep.objects.get()
    assert send(step, "plan_step_edit", {"what": "Meet Solveig Dahl", "criterion": "", "due_on": ""}).status_code == 302
    assert send(step, "plan_step_done").status_code == 302
    assert "done today" in text(page(row))
    assert send(step, "plan_step_remove").status_code == 302
    assert not PlanStep.objects.exists()
    assert send(row.scopes.get(), "scope_remove").status_code == 302
    assert not row.scopes.exists()


def test_second_of_two_at_one_step_is_told() -> None:
    row = people.relationship()
    step = actions.add_plan_step(actor=row.owner, now=NOW, relationship=row, what="Ask").row
    version = page(step, "plan_step_edit", people.alice()).context["version"]
    actions.change_plan_step(actor=people.mona(), now=NOW, step=step, values={"what": "Ask Ingrid"})
    answer = send(step, "plan_step_edit", {"what": "Ask Lars", "criterion": "", "version": version})
    assert answer.status_code == 422
    assert "Ask Lars" in text(answer)
    assert answer.context["form"].errors["what"] == ["Now: Ask Ingrid"]


def test_end_and_taking_up_again() -> None:
    row = people.relationship()
    assert send(row, "relationship_end", {"reason": ""}).status_code == 422
    assert send(row, "relationship_end", {"reason": "They closed the site"}).status_code == 302
    assert "Ended" in text(page(row))
    assert "They closed the site" in text(page(row, "relationship_detail"))
    assert send(row, "relationship_take_up").status_code == 302
    row.refresh_from_db()
    assert row.ended_on is None


def said_in(answer: Any) -> str:
    return " ".join(strip_tags(text(answer)).split())


def test_ended_shows_what_stood_then_and_offers_only_to_take_it_up_again() -> None:
    row = ready(without="scope")
    by: dict[str, Any] = {"actor": row.owner, "now": NOW, "relationship": row}
    actions.add_plan_step(**by, what="Meet Solveig")
    actions.waive(**by, criterion="scope", why="By hand", until_on=TODAY + 9 * DAY)
    actions.end_relationship(**by, reason="They closed the site.")
    answer = page(row)
    said = said_in(answer)
    assert "Ended since today: They closed the site." in said
    assert "As it stood today, when it ended." in said
    assert said.count("Take it up again") == 1
    posts = [part.split('"')[0] for part in text(answer).split('<form method="post" action="')[1:]]
    own = [address for address in posts if address.startswith("/relationships/") or "plan" in address]
    assert own == [reverse("relationship_take_up", args=[row.pk])]
    for offered in ("waiver_create", "plan_step_create", "scope_create", "target_edit", "stage_change_create"):
        assert reverse(offered, args=[row.pk]) not in text(answer)
    # What stood then stands: nothing that happens later turns a criterion, and none says what to do next.
    Relationship.objects.filter(pk=row.pk).update(ended_on=TODAY - 40 * DAY)
    past = page(row).context
    assert {line.criterion: line.verdict for line in past["lines"]}["scope"] == "not_met"
    assert {line.second for line in past["lines"]} == {""}
    assert "As it stood on" in said_in(page(row, "relationship_detail"))


def test_taken_up_again_says_that_it_is_paused_as_before() -> None:
    row = people.relationship()
    actions.pause(actor=row.owner, now=NOW, relationship=row, reason="Refit")
    actions.end_relationship(actor=row.owner, now=NOW, relationship=row, reason="Sold")
    before = "It was paused when it ended, since today. Taken up again it is paused as before."
    assert before in said_in(page(row))
    assert before in said_in(page(row, "relationship_detail"))
    answer = client_of(row.owner).post(reverse("relationship_take_up", args=[row.pk]), follow=True)
    said = said_in(answer)
    assert "is taken up again, and paused as before: Refit." in said
    assert "Paused since today: Refit" in said and before not in said
    assert reverse("relationship_resume", args=[row.pk]) in text(answer)
    assert reverse("waiver_create", args=[row.pk]) not in text(answer)


def test_pauses_and_ends_stand_in_how_it_came_here_and_in_the_timeline() -> None:
    row = people.relationship()
    by: dict[str, Any] = {"relationship": row}
    then = Now.on(TODAY - 12 * DAY)
    actions.pause(actor=row.owner, now=then, **by, reason="Their plant is shut.")
    actions.resume(actor=people.mona(), now=Now.on(TODAY - 3 * DAY), **by)
    ended = actions.end_relationship(actor=row.owner, now=NOW, **by, reason="Sold.")
    lines = [
        "Ended by Alice Ahlberg Sold.",
        "Resumed by Mona Moreau, after 9 days",
        "Paused by Alice Ahlberg Their plant is shut.",
    ]
    for name in ("relationship_stage", "relationship_detail"):
        said = said_in(page(row, name))
        places = [said.index(line) for line in lines]
        assert places == sorted(places)
    came = page(row).context["came"]
    assert [(one.said, one.icon, one.day) for one in came] == [
        ("Ended", "flag-check", TODAY),
        ("Resumed", "player-play", TODAY - 3 * DAY),
        ("Paused", "player-pause", TODAY - 12 * DAY),
    ]
    take_back(step_id=ended.step.pk, actor=row.owner, now=NOW)
    for name in ("relationship_stage", "relationship_detail"):
        said = said_in(page(row, name))
        assert (lines[0] in said, lines[2] in said) == (False, True)


def test_declared_line_with_its_day() -> None:
    row = actions.open_relationship(
        actor=people.alice(), now=NOW, account=people.account(), owner=people.alice(), stage="customer"
    ).row
    assert "Declared today; its evidence is due by" in text(page(row))


def test_review_is_proposed_in_words_once_what_made_it_a_customer_holds_no_more() -> None:
    row = in_touch()
    assert send(row, "stage_change_create", {"to": "customer"}).status_code == 302
    folded = '<details class="c-fold">'
    before = page(row)
    assert ("Review proposed" in text(before), folded in text(before)) == (False, True)
    assert send(row.scopes.get(), "scope_remove").status_code == 302
    said = text(page(row))
    why = "Four of the five criteria of a customer count as met now. No longer: "
    assert ("Review proposed" in said, why in said, folded in said) == (True, True, False)
    assert why in text(page(row, "relationship_detail"))
    row.refresh_from_db()
    # It says so and moves nobody; what rests or is over asks for nothing.
    assert (row.stage, row.proposed_stage) == ("customer", "")
    Relationship.objects.filter(pk=row.pk).update(paused_since=TODAY, pause_reason="Refit")
    assert "Review proposed" not in text(page(row))


def test_review_is_proposed_once_overdue_for_more_than_three_intervals() -> None:
    row = people.relationship(stage="customer", every_days=14)
    for late, proposed in ((41, False), (42, True)):
        Relationship.objects.filter(pk=row.pk).update(overdue_from=TODAY - late * DAY)
        for name in ("relationship_stage", "relationship_detail"):
            assert ("Overdue for more than three intervals." in text(page(row, name))) is proposed


def test_today_names_a_proposal_overdue_evidence_and_a_step() -> None:
    row = people.relationship()
    actions.add_plan_step(actor=row.owner, now=NOW, relationship=row, what="Meet Solveig", due_on=TODAY)
    proposed = people.relationship(proposed_stage="customer", stage_since=TODAY - 100 * DAY)
    late = people.relationship(stage="customer", stage_since=TODAY - 200 * DAY, evidence_due_on=TODAY - 11 * DAY)
    answer = client_of(people.alice()).get(reverse("today"))
    told = [(line.relationship, line.sentence) for group in answer.context["groups"] for line in group.lines]
    assert told == [
        (late, "its evidence is 11 days late"),
        (proposed, "all is there to make it a customer"),
        (row, "Meet Solveig – due today"),
    ]
    assert "Move it" in text(answer)


def test_review_stands_on_today_with_what_was_lost_and_leads_to_the_stage() -> None:
    row = in_touch()
    send(row, "stage_change_create", {"to": "customer"})
    client = client_of(row.owner)
    assert client.get(reverse("today")).context["total"] == 0
    send(row.scopes.get(), "scope_remove")
    answer = client.get(reverse("today"))
    (group,) = answer.context["groups"]
    (line,) = group.lines
    assert (group.name, line.look.word, line.relationship) == ("Stages to review", "Review proposed", row)
    assert line.sentence == "no longer: first scope or joint project agreed"
    assert line.why == "A customer since today. Is it still one?"
    assert answer.context["lede"] == "A review of one stage is proposed."
    assert answer.context["nav"].today_count == answer.context["total"] == 1
    assert f'<a class="fact" href="{reverse("relationship_stage", args=[row.pk])}">' in answer.content.decode()
    assert "Move it" not in text(answer)


def test_this_week_has_the_steps_of_plans() -> None:
    row = people.relationship()
    for ahead in (-1, 0, 6, 7):
        what = f"Meet them, day {ahead}"
        actions.add_plan_step(actor=row.owner, now=NOW, relationship=row, what=what, due_on=TODAY + ahead * DAY)
    ended = people.relationship(ended_on=TODAY, end_reason="They closed")
    PlanStep.objects.create(
        relationship=ended, account=ended.account, what="Too late", due_on=TODAY, written_at=NOW.instant
    )
    week = client_of(row.owner).get(reverse("today")).context["week"]
    told = [(day.day, one.said, one.kind, one.address) for day in week for one in day.happenings]
    stage = reverse("relationship_stage", args=[row.pk])
    assert told == [
        (TODAY + ahead * DAY, f"{row}, Meet them, day {ahead}", "step of its plan", stage) for ahead in (0, 6)
    ]


def test_review_stands_beside_what_is_worse_and_before_a_proposal() -> None:
    overdue = people.relationship(
        stage="customer", every_days=14, due_on=TODAY - 50 * DAY, overdue_from=TODAY - 48 * DAY, stage_since=TODAY
    )
    both = people.relationship(stage="customer", proposed_stage="partner", lost_criteria="promise", stage_since=TODAY)
    answer = client_of(people.alice()).get(reverse("today"))
    told = [(line.relationship, group.name, line.also) for group in answer.context["groups"] for line in group.lines]
    assert told == [
        (overdue, "Overdue", "Besides: a review of its stage is proposed"),
        (both, "Stages to review", "Besides: its stage"),
    ]


@pytest.mark.parametrize(
    ("moving", "found"), [("proposed", [0]), ("late", [1]), ("unadvanced", [2]), ("review", [3]), ("asked", [0, 1, 3])]
)
def test_portfolio_filters(moving: str, found: list[int]) -> None:
    rows = [
        people.relationship(proposed_stage="customer", stage_since=TODAY - 100 * DAY),
        people.relationship(stage="customer", stage_since=TODAY, evidence_due_on=TODAY - DAY, target_stage="partner"),
        people.relationship(stage_since=TODAY - 100 * DAY),
        people.relationship(stage="partner", stage_since=TODAY, lost_criteria="feedback"),
    ]
    answer = client_of(people.alice()).get(reverse("portfolio"), {"moving": moving})
    shown = [line.relationship for _look, _count, lines in answer.context["groups"] for line in lines]
    assert sorted(shown, key=rows.index) == [rows[index] for index in found]
    # Whoever counts those without a target finds more of them, and reads why.
    rule = "Listed are contacts and customers, 90 days or longer in their stage, without a higher target, open step"
    assert (rule in answer.content.decode()) == (moving == "unadvanced")
    head = client_of(people.alice()).get(reverse("portfolio")).context["moving"]
    assert [said for said, _address in head] == [
        "1 review proposed", "1 move proposed", "1 declared with evidence overdue", "1 that nobody tries to advance",
    ]  # fmt: skip


def test_page_takes_the_same_queries_however_much_there_is(django_assert_max_num_queries: Any) -> None:
    row = ready()
    act: dict[str, Any] = {"actor": row.owner, "now": NOW, "relationship": row}
    actions.add_plan_step(**act, what="Ask")
    actions.waive(**act, criterion="people", why="Small", until_on=TODAY)
    actions.pause(**act, reason="Refit")
    actions.resume(**act)
    sweep(TODAY)
    client = client_of(row.owner)
    address = reverse("relationship_stage", args=[row.pk])
    with django_assert_max_num_queries(45) as few:
        client.get(address)
    for number in range(50):
        actions.add_plan_step(**act, what=f"Step {number}", due_on=TODAY)
        if number < 20:
            actions.agree_scope(**act, what=f"Scope {number}")
            actions.pause(**act, reason="Refit")
            actions.resume(**act)
    with django_assert_max_num_queries(len(few)):
        client.get(address)
