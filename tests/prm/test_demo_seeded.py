"""The demonstration company as it lies in the database, seeded once for all the tests here."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.auth import authenticate
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.management import call_command
from django.db import connection, models, transaction
from django.db.models import Count
from pytest_django import DjangoDbBlocker

from accounts.models import Account, Affiliation, Contact, Likeness, Membership, User
from accounts.undo import Done, take_back
from dashboards import book
from prm import demo, demo_evidence
from prm import demo_company as company
from relationships import actions, feelings, gaps, queries
from relationships.acquaintance import Person
from relationships.cadence import State
from relationships.health import Band
from relationships.models import (
    CadenceAgreement,
    FeedbackStep,
    Feeling,
    Halt,
    HealthFlag,
    Interaction,
    Introduction,
    MissedCheckIn,
    PlanStep,
    PulseAnswer,
    Relationship,
    Snooze,
    StageChange,
    Stakeholder,
    Waiver,
)
from tests.dashboards import book_raw
from tests.prm.test_demo_company import SUNDAY, WANTED
from web.clock import Now

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
ENDS_NOWHERE = re.compile(r"[a-z.]+@[a-z-]+\.example|https://[a-z.-]+\.example/[a-z-]*")


def seed(day: str = "2026-03-29") -> str:
    out = StringIO()
    call_command("seed_demo", "--as-of", day, stdout=out)
    return out.getvalue()


def count_everything() -> dict[str, int]:
    tables = set(connection.introspection.table_names())
    rows = [model for model in apps.get_models(include_auto_created=True) if model._meta.db_table in tables]
    return {model._meta.label: model._base_manager.count() for model in rows}


@pytest.fixture(scope="module", autouse=True)
def said(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Seeded once, as of the Sunday, for all the tests of it: each sees it whole, and what it does is rolled back."""
    with django_db_blocker.unblock():
        # What other tests rolled back lies in empty tables as pages without a row: planned for one row, they took
        # minutes for what takes seconds.
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
        with transaction.atomic():
            yield seed()
            transaction.set_rollback(True)


def test_seeded_the_states_are_those_of_the_plan_and_the_sweep_has_nothing_to_correct(said: str) -> None:
    assert len(said.splitlines()) == 25
    # One of those that the plan has in touch has ended since, and for one of the overdue a meeting is near.
    wanted = {
        **WANTED,
        State.IN_TOUCH: WANTED[State.IN_TOUCH] - 1,
        State.ENDED: 1,
        State.OVERDUE: WANTED[State.OVERDUE] - 1,
        State.BOOKED: 1,
    }
    for state, number in wanted.items():
        assert Relationship.objects.in_state(state, SUNDAY).count() == number, state
    count = actions.sweep_cadence(now=SUNDAY)
    assert (count.raised, count.closed, count.open, count.late) == (0, 0, WANTED[State.OVERDUE], 0)
    past = MissedCheckIn.objects.exclude(closed_at=None)
    assert {flag.closed_because for flag in past} == {"touched", "snoozed"}
    assert Snooze.objects.filter(until_on__gt=SUNDAY.today("UTC")).count() == 2


def test_seeded_every_figure_of_the_book_is_what_sql_written_for_it_counts() -> None:
    adam, today = User.objects.get(email="adam@concord.example"), SUNDAY.today("UTC")
    found = book.latest(adam)
    assert found.day == today
    assert found.figures == pytest.approx(book_raw.count(today))
    owners = {*Relationship.objects.values_list("owner", flat=True)}
    tags = {tag for row in Relationship.objects.all() for tag in row.tags}
    assert len(owners) > 2
    assert len(tags) > 2
    for owner in owners:
        wanted = book_raw.count(today, owner=owner)
        assert book.latest(adam, book.Narrowing(owner=owner)).figures == pytest.approx(wanted)
    for tag in tags:
        assert book.latest(adam, book.Narrowing(tag=tag)).figures == pytest.approx(book_raw.count(today, tag=tag))


def test_seeded_their_people_show_every_gap_and_somebody_is_to_be_met() -> None:
    kinds: Counter[gaps.Kind] = Counter()
    for row in Relationship.objects.select_related("owner"):
        today = row.today(SUNDAY)
        talks, names = queries.talks_of(row, today)
        ours = [Person(pk, name) for pk, name in names.items()]
        seen_to = queries.places_seen_to(row)
        theirs = [one.known(seen_to) for one in queries.theirs_of(row, today)]
        kinds.update({gap.kind for gap in gaps.find(ours=ours, theirs=theirs, talks=talks, today=today)})
    assert set(kinds) >= {
        gaps.Kind.LEFT,
        gaps.Kind.SILENT_DECIDER,
        gaps.Kind.NOBODY_SIGNS,
        gaps.Kind.ONE_KNOWER,
        gaps.Kind.POWER_UNKNOWN,
        gaps.Kind.SILENT,
    }
    assert Introduction.objects.open().count() == 3 and Introduction.objects.exclude(met=None).count() == 1
    assert Introduction.objects.open().exclude(instead_of=None).count() == 1
    named = Relationship.objects.exclude(stage=Relationship.Stage.CONTACT).exclude(stakeholders=None).distinct().count()
    assert named >= 30
    assert Stakeholder.objects.exclude(readiness="").count() == 2
    for stake in Stakeholder.objects.all():
        stake.full_clean()


def test_whoever_may_leave_does_so_since_what_was_answered_and_the_days_since_tell_it() -> None:
    flag = HealthFlag.objects.open().get(kind="may_leave", relationship__account__name="Bramble & Finch")
    said = PulseAnswer.objects.get(relationship=flag.relationship, question="choose_again", side="theirs")
    assert flag.since == said.on < SUNDAY.today("UTC") - 30 * DAY
    kept = flag.relationship.snapshots.filter(on__gte=said.on)
    assert kept and all("may_leave" in one.flags for one in kept)


def test_what_the_evidence_said_beside_a_feeling_is_what_was_kept_of_its_day() -> None:
    """And one has felt otherwise for 60 days than snapshots and standing say."""
    rows = Feeling.objects.select_related("relationship__standing", "relationship__account")
    felt: dict[Relationship, list[feelings.Felt]] = {}
    for one in rows:
        kept = one.relationship.snapshots.filter(on__lte=one.felt_on).newest_first()[0]
        assert one.evidence == kept.band
        band = Band(kept.band) if kept.band else None
        felt.setdefault(one.relationship, []).append(feelings.Felt(one.felt_on, feelings.Word(one.word), band))
    today = SUNDAY.today("UTC")
    odds = {str(row): feelings.at_odds(said, Band(row.standing.band), today) for row, said in felt.items()
            if row.standing.band}  # fmt: skip
    asked = {name: found for name, found in odds.items() if found}
    assert list(asked) == ["Fenwick Aas Laboratories"]
    assert not asked["Fenwick Aas Laboratories"].better


def test_seeded_twice_nothing_changes() -> None:
    before = count_everything()
    assert "nothing was changed" in seed("2026-04-20")
    assert count_everything() == before


def test_every_address_ends_where_no_mail_can_go() -> None:
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, models.EmailField | models.URLField) and model._meta.managed:
                for value in model._base_manager.exclude(**{field.name: ""}).values_list(field.name, flat=True):
                    assert ENDS_NOWHERE.fullmatch(value), value
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM relationships_interaction WHERE summary ~* '@|www\\.|https?:'")
        assert cursor.fetchone() == (0,)


def test_everybody_can_sign_in() -> None:
    for person in company.PEOPLE:
        user = User.objects.get(email=person.email)
        assert authenticate(username=person.email, password=demo.PASSWORD) == user
        assert EmailAddress.objects.filter(user=user, email=user.email, verified=True, primary=True).exists()
    assert User.objects.get(email="mona@concord.example").reach.managed == set(
        Membership.objects.values_list("team_id", flat=True)
    )


def test_the_shapes_that_pages_must_cope_with_are_there() -> None:
    assert Account.objects.count() >= 46
    assert set(Account.objects.values_list("kind", flat=True)) == set(Account.Kind.values)
    assert set(Relationship.objects.values_list("stage", flat=True)) == set(Relationship.Stage.values)
    bonds = Account.objects.annotate(bonds=Count("relationships"))
    assert Counter(bonds.values_list("bonds", flat=True)) == {0: len(company.ALONE), 1: 44, 2: 2}
    assert Account.objects.exclude(parent=None).count() >= 4
    assert Account.objects.filter(parent__parent__parent__parent=None, parent__parent__parent__isnull=False).exists()
    assert Likeness.objects.count() == 2
    known = Account.objects.exclude(relationships=None).annotate(people=Count("affiliations", distinct=True))
    people = known.values_list("people", flat=True)
    assert min(people) == 1 and max(people) == 5
    assert Contact.objects.annotate(places=Count("affiliations")).filter(places=2).count() == 1
    assert Affiliation.objects.filter(until__lt=SUNDAY.today("UTC")).count() == 1
    # What was sent to nobody in particular is no touch.
    assert not Interaction.objects.touches().filter(contacts=None).exists()
    assert not Interaction.objects.filter(colleagues=None).exists()
    agreed = CadenceAgreement.objects.filter(pk__in=Relationship.objects.values("agreement")).exclude(agreed_with=None)
    assert 18 <= agreed.count() <= 28
    for row in [*User.objects.all(), *Account.objects.all(), *Contact.objects.all(), *Relationship.objects.all()]:
        row.full_clean()


def checked(day: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """What the command prints; it leaves with an error where anything is kept otherwise."""
    call_command("rebuild_health", "--check", "--as-of", day)
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert told.pop("seconds") >= 0
    return told


def some_deed(row: Relationship, chance: random.Random, now: Now) -> Done[Any]:
    by: dict[str, Any] = {"actor": row.owner, "now": now}
    day = row.today(now) - chance.randrange(9) * DAY
    side, other = chance.sample(["ours", "theirs"], 2)
    deeds: list[Callable[[], Done[Any]]] = [
        lambda: actions.log_interaction(**by, relationship=row, occurred_on=day, channel="call", begun_by=side),
        lambda: actions.make_promise(**by, relationship=row, side=side, what="Table", due_on=day, made_on=day),
        lambda: actions.open_problem(**by, relationship=row, what="No forks", opened_on=day),
        lambda: actions.give_feedback(**by, relationship=row, said="Scan the pallet", side=other, heard_on=day),
        lambda: actions.agree_cadence(**by, relationship=row, every_days=chance.choice([7, 28]), reason="They asked"),
        lambda: actions.remove_interaction(**by, interaction_id=row.interactions.latest("occurred_on").pk),
        lambda: actions.keep_promise(**by, commitment=row.commitments.filter(ended_on=None).latest("pk"), kept_on=day),
    ]
    return chance.choice(deeds)()


def test_what_is_kept_of_health_is_what_a_rebuild_gives_before_and_after_a_day_of_deeds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    chance, now = random.Random(6), SUNDAY
    there = Relationship.objects.filter(removed_at=None).count()
    assert checked("2026-03-29", capsys) == {"relationships": there, "different": 0}
    done = 0
    for row in chance.sample(list(Relationship.objects.going_on().select_related("owner", "account")), 40):
        with suppress(ValidationError, ObjectDoesNotExist), transaction.atomic():
            step = some_deed(row, chance, now).step
            if chance.random() < 0.3:
                take_back(step_id=step.pk, actor=row.owner, now=now)
            done += 1
    assert done > 25
    assert checked("2026-03-29", capsys) == {"relationships": there, "different": 0}
    actions.sweep_cadence(now=Now.parse("2026-03-30"))
    assert checked("2026-03-30", capsys) == {"relationships": there, "different": 0}


def test_every_situation_of_a_stage_stands_somewhere_and_is_believable() -> None:
    assert [str(row) for row in Relationship.objects.proposed()] == ["Zielonka Boxes"]
    assert [str(row) for row in Relationship.objects.evidence_overdue(SUNDAY)] == ["Hollisworth Freight"]
    assert [str(row) for row in Relationship.objects.ended()] == ["Datarook Systems · Licences"]
    halts = Halt.objects.select_related("relationship").order_by("from_on")
    still = {str(one.relationship) for one in halts if one.until_on is None}
    stopped = Relationship.objects.exclude(paused_since=None, ended_on=None)
    assert still == {str(row) for row in stopped} != set()
    assert [str(one.relationship) for one in halts if one.until_on] == ["Tarn Valley Dairy"]
    today = SUNDAY.today("UTC")
    assert {(str(one.relationship), one.until_on >= today) for one in Waiver.objects.all()} == {
        ("Pellworth Ceramics", True),
        ("Skerrivik Seafood", False),
    }
    assert PlanStep.objects.open().count() == 3
    assert Relationship.objects.exclude(target_stage="").count() == 2
    moved = StageChange.objects.filter(declared=False)
    assert moved.count() >= 12
    for change in moved:
        assert {one["verdict"] for one in change.criteria} == {"met"}
        assert change.days_in_former is not None and change.days_in_former >= 90
        assert change.changed_on <= today


def test_what_partners_say_has_an_answer_that_fits_it() -> None:
    """Each text has answers of its own, of which one was given; what was applied says what."""
    told = {one.text: one for said in demo_evidence.SAID.values() for one in said}
    answers = [answer for one in told.values() for answer in one.answers]
    assert len(answers) == len(set(answers)), "an answer that fits anything"
    seen: set[str] = set()
    for step in FeedbackStep.objects.filter(feedback__said__in=told).select_related("feedback"):
        one = told[step.feedback.said]
        if step.kind == "answered":
            assert step.text in one.answers, (one.text, step.text)
            seen.add(one.text)
        elif step.kind == "applied":
            assert step.text == one.applied != "", one.text
    assert seen == set(told)
