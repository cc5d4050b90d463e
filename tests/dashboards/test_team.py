"""What a manager reads on Today of colleagues, and that the lists behind it have as many."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, User
from dashboards import team
from relationships.models import Feedback, HealthFlag, Problem, Relationship, Standing
from tests import people
from tests.dashboards.test_one_to_one_page import stood
from web.clock import Now

pytestmark = pytest.mark.django_db

NOW = Now.read()
TODAY = NOW.today("UTC")
DAY = timedelta(days=1)
MANAGER_QUERIES = 49


def today_of(user: User) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(reverse("today"))


def problem(row: Relationship, what: str, days_late: int, **fields: Any) -> Problem:
    due_on = TODAY - days_late * DAY
    known = {"severity": Problem.Severity.SERIOUS, "opened_on": TODAY - 30 * DAY, "binding_on": due_on, **fields}
    return Problem.objects.create(
        relationship=row, account=row.account, what=what, due_on=due_on, written_at=NOW.instant, **known
    )


def complaint(row: Relationship, said: str, days: int, **fields: Any) -> Feedback:
    return people.feedback(row, TODAY - days * DAY, said, **{"nature": Feedback.Nature.COMPLAINT, **fields})


def overdue(**fields: Any) -> Relationship:
    return people.relationship(every_days=14, due_on=TODAY - 9 * DAY, overdue_from=TODAY - 7 * DAY, **fields)


def of_every_kind() -> None:
    row = overdue()
    problem(row, "late", 3)
    problem(row, "calm", -3)
    for days in (6, 1):
        Feedback.objects.create(
            relationship=row,
            account=row.account,
            said="Wet boxes",
            nature=Feedback.Nature.COMPLAINT,
            heard_on=TODAY - days * DAY,
            written_at=NOW.instant,
        )


def test_manager_reads_what_cannot_wait_in_the_team_with_who_sees_to_it() -> None:
    hers, his = people.relationship(), people.relationship(owner=people.bob())
    complaint(hers, "The boxes were wet", 6)
    complaint(hers, "Not yet too long", 4)
    complaint(hers, "Ours", 9, side="ours")
    people.feedback(hers, TODAY - 9 * DAY, "No complaint")
    problem(his, "late", 3)
    problem(his, "in time", -3)
    problem(hers, "critical", -1, severity=Problem.Severity.CRITICAL)
    problem(hers, "hers to see to", 9, keeper=people.mona())
    problem(people.relationship(owner=people.outsider(), team=people.south()), "of another team", 9)
    problem(people.relationship(ended_on=TODAY, end_reason="They closed"), "over", 9)
    silent = overdue(owner=people.bob())
    page = today_of(people.mona())
    shown = page.context["team"]
    assert [(line.relationship, line.sentence, line.whose.name) for line in shown.lines] == [
        (hers, "critical – nobody has met or rung them in the 30 days since", "Alice Ahlberg"),
        (his, "late – 3 days late", "Bob Brandt"),
        (hers, "“The boxes were wet” – unanswered for 6 days", "Alice Ahlberg"),
        (silent, "Never in touch – 14 assumed", "Bob Brandt"),
    ]
    said = [one.said for one in shown.rest]
    assert said == ["2 problems can’t wait", "1 complaint is unanswered", "1 partner is overdue"]
    assert page.content.decode().count("Bob Brandt sees to it.") == 2
    # What is hers stands above as her own.
    assert page.context["total"] == 1
    assert page.context["lede"] == "One problem is late."


def test_manager_with_nothing_of_her_own_reads_of_the_team_first() -> None:
    mona = people.mona()
    assert today_of(mona).context["team"] is None
    overdue()
    page = today_of(mona)
    assert (page.context["lede"], page.context["team_overdue"]) == ("In your team: 1 partner is overdue.", 0)
    assert "Nothing wants you" not in page.content.decode()


def test_the_worst_of_the_overdue_are_named_with_why_and_the_others_counted() -> None:
    for days in (2, 3, 4, 5):
        overdue(owner=people.bob(), last_touch_on=TODAY - (14 + days) * DAY)
    Relationship.objects.update(due_on=TODAY - 3 * DAY)
    silent = people.relationship(
        account=people.account("Hollisworth"), every_days=30, due_on=TODAY - 58 * DAY, overdue_from=TODAY - 58 * DAY,
        last_touch_on=TODAY - 88 * DAY, renewal_on=TODAY + 19 * DAY,
    )  # fmt: skip
    stood(silent, 49.0, 52.0)
    Standing.objects.update(band=Standing.Band.WEAK)
    flag = HealthFlag.objects.create(
        relationship=silent, account=silent.account, kind="going_quiet", since=TODAY - 9 * DAY
    )
    page = today_of(people.mona())
    shown = page.context["team"]
    assert len(shown.lines) == team.OVERDUE
    worst = shown.lines[0]
    assert (worst.relationship, worst.sentence) == (silent, "Quiet for 88 days – 30 assumed")
    assert worst.why.startswith("Flagged: going quiet. Its standing is 49: weak. It renews on ")
    assert f'href="{silent.get_absolute_url()}"' in page.content.decode()
    assert [(rest.said, rest.more) for rest in shown.rest] == [("5 partners are overdue", "and two more are overdue")]
    assert "and two more are overdue" in page.content.decode()
    HealthFlag.objects.filter(pk=flag.pk).update(snoozed_until=TODAY + 9 * DAY, snoozed_why="They are away")
    assert "Flagged" not in today_of(people.mona()).context["team"].lines[0].why


def test_of_the_overdue_of_other_teams_nobody_is_named() -> None:
    overdue(owner=people.outsider(), team=people.south(), account=people.account("Salmar"))
    overdue(owner=people.mona(), account=people.account("Her own"))
    assert today_of(people.mona()).context["team"] is None
    overdue(account=people.account("Ewos"))
    page = today_of(people.mona())
    assert [str(line.relationship) for line in page.context["team"].lines] == ["Ewos"]
    assert "Salmar" not in page.content.decode()


def test_only_who_manages_is_told_of_the_team() -> None:
    overdue()
    assert today_of(people.bob()).context["team"] is None
    adam = people.adam()
    assert team.of(User.objects.get(pk=adam.pk), NOW) is None
    # An administrator's rights make nobody the manager of every team.
    for where, told in ((people.south(), False), (people.north(), True)):
        Membership.objects.create(user=adam, team=where, role=Membership.Role.MANAGER)
        assert (team.of(User.objects.get(pk=adam.pk), NOW) is not None) is told


@pytest.mark.parametrize("count", [1, 50])
def test_manager_reads_with_the_same_queries(count: int, django_assert_num_queries: Callable[..., object]) -> None:
    for _index in range(count):
        of_every_kind()
    client = Client()
    client.force_login(people.mona())
    with django_assert_num_queries(MANAGER_QUERIES):  # type: ignore[attr-defined]
        page = client.get(reverse("today"))
    assert len(page.context["team"].lines) == min(2 * count, team.SHOWN) + min(count, team.OVERDUE)


def test_lists_behind_it_have_as_many() -> None:
    for _index in range(team.SHOWN + 2):
        of_every_kind()
    client = Client()
    client.force_login(people.mona())
    shown = client.get(reverse("today")).context["team"]
    assert (len(shown.lines), len(shown.rest)) == (team.SHOWN + team.OVERDUE, 3)
    for rest in shown.rest:
        page = client.get(rest.address)
        listed = page.context.get("lines") or [one for *_, lines in page.context["groups"] for one in lines]
        assert len(listed) == team.SHOWN + 2, rest.said


def test_unanswered_too_long_counts_the_same_in_the_list_the_sidebar_and_today() -> None:
    row = people.relationship()
    for side, days in (("theirs", 6), ("theirs", 5), ("theirs", 4), ("ours", 9)):
        people.feedback(row, TODAY - days * DAY, side=side)
    people.feedback(people.relationship(owner=people.bob()), TODAY - 9 * DAY)
    over = people.feedback(heard_on=TODAY - 9 * DAY).relationship
    Relationship.objects.filter(pk=over.pk).update(ended_on=TODAY, end_reason="They closed")
    client = Client()
    client.force_login(people.alice())
    page = client.get(reverse("feedback_list"), {"state": "late"})
    (late,) = [tab for tab in page.context["tabs"] if tab.name == "Unanswered too long"]
    (group,) = client.get(reverse("today")).context["groups"]
    assert late.count == len(page.context["lines"]) == page.context["nav"].unanswered == group.count == 2
