"""A book with something on every page: every state, every mark, every kind of thing; names that are much too long."""

from __future__ import annotations

from typing import Any

from accounts import sweep
from accounts.actions import create_cover
from accounts.models import Contact, Likeness
from dashboards.actions import count_book, tell_book
from relationships import actions
from relationships.models import Feedback, Interaction, ListeningPost, Relationship
from tests import people
from tests.journeys.book import ago, partner, person_at
from tests.relationships.records import log
from web.clock import Now

# Likely to be whose something is that came in: its button stands beside two others.
LONG = "Nordfjord Smoked Salmon and Shellfish"


def full_book() -> Relationship:
    """Every state, every mark of the timeline, a very long name."""
    row = partner("Ewos", quiet=41, tags=["feed", "north"], tier="A", yearly_worth=120000)
    ingrid = person_at(row, "Ingrid Moe", "Buyer")
    log(row, ago(60), begun_by=Interaction.Side.THEIRS, summary="Prices rise in January", contacts=[ingrid])
    log(row, ago(50), begun_by=Interaction.Side.OURS, two_way=False, summary="Left word")
    partner("Bundesverband der Energie- und Wasserwirtschaft Nordrhein-Westfalen und Umgebung e. V. " * 3, quiet=15)
    partner("Nordlaks", quiet=2)
    partner("Salmar", since=3)
    paused = partner("Lerøy", quiet=20)
    actions.pause(actor=people.alice(), now=Now.read(), relationship=paused, reason="They are being sold")
    people.relationship(account=people.account("Mowi"))
    partner(LONG, quiet=3)
    resting = partner("Grieg", quiet=30)
    actions.snooze(actor=people.alice(), now=Now.read(), relationship=resting, until_on=ago(-5), reason="On holiday")
    promised_and_said(row, ingrid)
    units_and_a_double(row)
    who_decides(row, ingrid)
    what_they_said(row, ingrid)
    count_book(now=Now.read())
    tell_book(since=ago(70), now=Now.read())
    return row


def units_and_a_double(row: Relationship) -> None:
    """A tree of three levels, an organisation that may be the same, and one that was merged into it."""
    twin = people.account("EWOS AS")
    below = people.account("Ewos Averøy", parent=row.account)
    people.account("Quay", parent=people.account("Silo", parent=below))
    by: dict[str, Any] = {"actor": people.alice(), "now": Now.read()}
    actions.merge_accounts(**by, kept=row.account, gone=people.account("Stormy feed", website="https://stormy.example"))
    sweep.run(Now.read())
    assert Likeness.objects.filter(second=twin).exists()


def promised_and_said(row: Relationship, ingrid: Contact) -> None:
    """A promise in each state, and what colleagues put beside a relationship."""
    alice, bob, now = people.alice(), people.bob(), Now.read()
    by: dict[str, Any] = {"actor": alice, "now": now}
    entry = row.interactions.newest_first()[0]
    late = people.promise(row, due_on=ago(9), made_on=ago(20), contact=ingrid, interaction=entry, remedy="Half price")
    people.promise(row, side="theirs", due_on=ago(0), made_on=ago(20), contact=ingrid)
    people.promise(row, "theirs", "Everything that their purchasing department said it would send us " * 3)
    moved = people.promise(row, due_on=ago(-2), made_on=ago(5))
    actions.renegotiate(**by, commitment=moved, new_due_on=ago(-12), reason="They asked for it")
    actions.keep_promise(**by, commitment=people.promise(row, due_on=ago(3), made_on=ago(20)), kept_on=ago(5))
    actions.keep_promise(**by, commitment=people.promise(row, due_on=ago(9), made_on=ago(20)), kept_on=ago(5))
    broken = people.promise(row, due_on=ago(2), made_on=ago(20))
    actions.miss_promise(**by, commitment=broken, explanation="Forgotten", plan="At once", new_due_on=ago(-1))
    actions.miss_promise(**by, commitment=people.promise(row, due_on=ago(2), made_on=ago(20)))
    actions.sweep_cadence(now=now)
    actions.add_member(**by, relationship=row, user=bob, role="deputy")
    actions.write_comment(actor=bob, now=now, relationship=row, interaction=entry, text="@Alice have a look")
    actions.write_comment(actor=bob, now=now, relationship=row, commitment=late, text="Who rings?")
    actions.add_attachment(**by, relationship=row, url="https://www.ewos.example/prices", title="Prices")
    step = {
        "occurred_on": ago(50),
        "topics": ["needs"],
        "project": "Crates",
        "next_step": "Ring",
        "next_step_on": ago(0),
    }
    actions.change_interaction(**by, interaction=entry, values=step, contacts=[ingrid], colleagues=[alice, bob])
    create_cover(**by, absent=alice, stand_in=bob, from_on=ago(-3), until_on=ago(-9), note="In the hills")
    create_cover(actor=bob, now=now, absent=bob, stand_in=alice, from_on=ago(1), until_on=ago(-3))


def who_decides(row: Relationship, ingrid: Contact) -> None:
    """A part in the relationship, somebody who left and whom to meet; on the way to the next stage, one moved, one ended."""
    by: dict[str, Any] = {"actor": people.alice(), "now": Now.read()}
    solveig = person_at(row, "Solveig Dahl", "Site manager")
    long = person_at(
        row, "Anne-Margrethe Wollstonecraft-Featherstonehaugh " * 2, "Head of everything that is bought " * 3
    )
    actions.name_stakeholder(**by, relationship=row, contact=solveig, power="signs", role="sponsor")
    actions.name_stakeholder(
        **by, relationship=row, contact=ingrid, power="decides", accountable=True, commands=True, reports_to=solveig
    )
    actions.name_stakeholder(
        **by, relationship=row, contact=long, power="influences", readiness="rarely", readiness_why="Travels all year"
    )
    actions.somebody_left(**by, relationship=row, contact=solveig, on=ago(3))
    actions.agree_scope(**by, relationship=row, what="Feed for two sites", agreed_on=ago(90), agreed_with=ingrid)
    actions.waive(**by, relationship=row, criterion="cadence", why="They are being sold", until_on=ago(-30))
    actions.aim(**by, relationship=row, stage="customer", on=ago(-60))
    actions.add_plan_step(**by, relationship=row, what="Agree how often we talk", criterion="cadence", due_on=ago(1))
    ended = partner("Cermaq", quiet=50)
    actions.end_relationship(**by, relationship=ended, reason="The site is closed")


def what_they_said(row: Relationship, ingrid: Contact) -> None:
    """Feedback of both sides in every state, problems, and a post with something that nobody has sorted yet."""
    by: dict[str, Any] = {"actor": people.alice(), "now": Now.read()}
    about: dict[str, Any] = {**by, "relationship": row}
    told = actions.give_feedback(
        **about, said="Order from the phone", contact=ingrid, behalf_of="the night shift", heard_on=ago(20)
    ).row
    actions.answer_feedback(**by, feedback=told, done_on=ago(17), text="We try it")
    actions.apply_feedback(**by, feedback=told, done_on=ago(5), text="It is there", url="https://www.ewos.example/app")
    actions.tell_voice(**by, feedback=told, done_on=ago(4), text="Have a look")
    complaint = actions.give_feedback(
        **about, said="The pallets stand a day on the quay " * 8, nature="complaint", severity=3, heard_on=ago(9)
    ).row
    actions.give_feedback(**about, said="Your forms come back half empty", side="ours", nature="complaint", severity=1)
    actions.open_problem(**about, what="Pallets on the quay", severity=3, opened_on=ago(9), feedback=complaint)
    solved = actions.open_problem(**about, what="Labels", severity=1, opened_on=ago(30)).row
    actions.solve_problem(**by, problem=solved, done_on=ago(20), note="New printer")
    actions.reopen_problem(**by, problem=solved, done_on=ago(10), note="It smears")
    post = actions.open_post(**by, name="Support line", owner=people.alice(), kind="support", public=True).row
    actions.hear(now=by["now"], post=post, form="one", text="The forks are missing", organisation=LONG, name="Ola")


def things_of(row: Relationship) -> list[Feedback | ListeningPost | Any]:
    """Those with a page of their own."""
    return [*row.feedback.all(), *row.problems.all(), *ListeningPost.objects.all()]
