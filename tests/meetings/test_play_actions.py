"""Ways in planned, done, answered or not; who may be named; insights followed. Each with what it logs, and back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Affiliation, Contact
from accounts.undo import Done, take_back
from meetings import actions
from meetings.models import Insight, Meeting, NamingPermission, Play
from relationships.models import Commitment, Feedback, Interaction, Problem, Relationship
from tests import people
from web.clock import Now

pytestmark = pytest.mark.django_db

NOW = Now(datetime(2026, 11, 23, 9, tzinfo=UTC))
MONDAY = NOW.today("UTC")
DAY = timedelta(days=1)


def by(days: int = 0) -> dict[str, Any]:
    return {"actor": people.alice(), "now": Now(NOW.instant + days * DAY)}


def undo(done: Done[Any], days: int = 0) -> Done[Any]:
    return take_back(step_id=done.step.pk, actor=people.alice(), now=Now(NOW.instant + days * DAY))


def jonas(row: Relationship) -> Contact:
    contact = Contact.objects.create(name="Jonas Lie")
    Affiliation.objects.create(contact=contact, account=row.account)
    return contact


def planned(row: Relationship | None = None, kind: str = "article", **more: Any) -> Play:
    return actions.plan_play(
        relationship=row or people.relationship(), kind=kind, what="Ice at the quay", **(by() | more)
    ).row


def columns(row: Play) -> dict[str, Any]:
    return dict(Play.objects.filter(pk=row.pk).values().get())


def logged(row: Relationship) -> list[tuple[bool, str, str]]:
    entries = Interaction.objects.filter(relationship=row).order_by("pk")
    return [(one.two_way, one.begun_by, one.channel) for one in entries]


def test_article_sent_is_one_way_and_answered_a_conversation_and_both_are_taken_back_together() -> None:
    row = people.relationship()
    play = planned(row, contact=jonas(row), url="https://ice.example/quay")
    sent = actions.do_play(play=play, **by())
    assert logged(row) == [(False, "ours", "email")]
    entry = sent.row.interaction
    assert entry is not None
    assert (entry.summary, [str(one) for one in entry.contacts.all()]) == (
        "Ice at the quay – https://ice.example/quay", ["Jonas Lie"]
    )  # fmt: skip
    assert (sent.row.done_on, sent.row.follow_up_on) == (MONDAY, MONDAY + 7 * DAY)
    row.refresh_from_db()
    assert row.last_touch_on is None, "what nobody answered is no touch"

    answered = actions.answer_play(play=play, note="Wants the figures", **by(3))
    row.refresh_from_db()
    assert (logged(row)[1:], str(row.last_touch_on)) == ([(True, "ours", "email")], "2026-11-26")
    undo(answered, 3)
    row.refresh_from_db()
    assert (len(logged(row)), row.last_touch_on) == (1, None)
    undone = undo(sent)
    assert (logged(row), Play.objects.get().done_on) == ([], None)
    undo(undone)
    again = Play.objects.get()
    assert (logged(row), again.done_on, again.interaction) == ([(False, "ours", "email")], MONDAY, entry)


def test_sitting_in_is_a_visit_that_counts_and_its_answer_logs_nothing_more() -> None:
    row = people.relationship()
    play = planned(row, "sit_in")
    actions.do_play(play=play, **by())
    actions.answer_play(play=play, note="We look at their shifts together", **by(7))
    assert logged(row) == [(True, "ours", "visit")]


def test_asking_a_colleague_for_an_introduction_is_no_word_to_them() -> None:
    row = people.relationship()
    play = planned(row, "introduction", through=people.bob())
    actions.do_play(play=play, **by())
    assert logged(row) == []
    actions.answer_play(play=play, channel="call", **by(2))
    assert logged(row) == [(True, "ours", "call")]


def test_what_cannot_follow_is_refused_in_words() -> None:
    play = planned()
    with pytest.raises(ValidationError, match="say first that it is done"):
        actions.answer_play(play=play, **by())
    with pytest.raises(ValidationError, match="say first that it is done"):
        actions.leave_unanswered(play=play, **by())
    with pytest.raises(ValidationError, match="still to come"):
        actions.do_play(play=play, on=MONDAY + DAY, **by())
    actions.do_play(play=play, **by())
    with pytest.raises(ValidationError, match="done already"):
        actions.do_play(play=play, **by())
    with pytest.raises(ValidationError, match="done already"):
        actions.drop_play(play=play, **by())
    with pytest.raises(ValidationError, match="before the day on which it was done"):
        actions.answer_play(play=play, on=MONDAY - DAY, **by())
    actions.leave_unanswered(play=play, **by(30))
    with pytest.raises(ValidationError, match="known already"):
        actions.answer_play(play=play, **by(31))
    dropped = planned()
    actions.drop_play(play=dropped, **by())
    with pytest.raises(ValidationError, match="was dropped"):
        actions.do_play(play=dropped, **by())


@pytest.mark.parametrize("deed", ["change", "drop", "remove", "no answer"])
def test_each_deed_is_taken_back_and_done_again(deed: str) -> None:
    play = planned()
    if deed == "no answer":
        actions.do_play(play=play, **by())
    before = columns(play)
    deeds: dict[str, Callable[[], Done[Play]]] = {
        "change": lambda: actions.change_play(play=play, values={"what": "Ice", "follow_up_on": MONDAY}, **by()),
        "drop": lambda: actions.drop_play(play=play, **by()),
        "remove": lambda: actions.remove_play(play_id=play.pk, **by()),
        "no answer": lambda: actions.leave_unanswered(play=play, note="Twice", **by()),
    }
    done = deeds[deed]()
    after = Play.objects.filter(pk=play.pk).values().first()
    assert after != before
    undone = undo(done)
    assert columns(play) == before
    undo(undone)
    assert Play.objects.filter(pk=play.pk).values().first() == after


def test_planned_and_waiting_ones_want_somebody_once_their_day_has_come() -> None:
    row = people.relationship(zone="Pacific/Auckland")
    coming, waiting = planned(row, planned_on=MONDAY + 2 * DAY), planned(row)
    actions.do_play(play=waiting, **by())
    actions.drop_play(play=planned(row), **by())

    def wanting(hours: int) -> set[int]:
        return set(Play.objects.wanting(Now(NOW.instant + timedelta(hours=hours))).values_list("pk", flat=True))

    # Tuesday evening there at 9 on Tuesday here; their Wednesday begins at 11 here.
    assert (wanting(24), wanting(27)) == (set(), {coming.pk})
    assert wanting(24 * 8) == {coming.pk, waiting.pk}


# Who may be named


def test_permission_stands_until_it_is_over_or_withdrawn() -> None:
    account = people.relationship().account
    row = actions.allow_naming(account=account, until_on=MONDAY + 9 * DAY, scope="In talks", **by()).row

    def stands(days: int) -> bool:
        return NamingPermission.objects.standing(MONDAY + days * DAY).exists()

    assert (stands(9), stands(10)) == (True, False)
    withdrawn = actions.withdraw_naming(permission=row, **by())
    assert not stands(0)
    with pytest.raises(ValidationError, match="withdrawn already"):
        actions.withdraw_naming(permission=row, **by())
    undo(withdrawn)
    assert stands(0)
    with pytest.raises(ValidationError, match="over before it was given"):
        actions.allow_naming(account=account, until_on=MONDAY - DAY, **by())
    with pytest.raises(ValidationError, match="still to come"):
        actions.allow_naming(account=account, given_on=MONDAY + DAY, **by())


# Insights


def visited(row: Relationship) -> Meeting:
    return actions.plan_meeting(
        relationships=[row],
        title="Their quay",
        kind=Meeting.Kind.SITE_VISIT,
        host=Meeting.Host.THEIRS,
        starts_at=NOW.instant - 3 * DAY,
        zone="UTC",
        **by(),
    ).row


def learnt(row: Relationship | None = None, **more: Any) -> Insight:
    party = visited(row or people.relationship()).parties.get()
    return actions.note_insight(party=party, text="Boxes wait an hour in the sun", **(by() | more)).row


def test_whom_an_insight_is_routed_to_sees_it_until_they_say_so() -> None:
    row = learnt(colleague=people.bob())
    seen = actions.see_insight(actor=people.bob(), now=NOW, insight=row)
    assert not Insight.objects.unseen().exists()
    take_back(step_id=seen.step.pk, actor=people.bob(), now=NOW)
    assert Insight.objects.unseen().get() == row
    with pytest.raises(Insight.DoesNotExist):
        actions.see_insight(insight=row, **by())
    actions.see_insight(actor=people.bob(), now=NOW, insight=row)
    changed = actions.change_insight(insight=row, values={"colleague": people.mona()}, **by()).row
    assert changed.seen_at is None, "who is named anew has not seen it"


def test_reader_who_should_know_may_say_that_they_saw_it_and_nothing_else() -> None:
    row = learnt(colleague=people.rita())
    assert actions.see_insight(actor=people.rita(), now=NOW, insight=row).row.seen_at
    with pytest.raises(Insight.DoesNotExist):
        actions.close_insight(actor=people.rita(), now=NOW, insight=row, became="Shade")


def test_noted_for_oneself_is_seen() -> None:
    assert learnt(colleague=people.alice()).seen_at == NOW.instant


@pytest.mark.parametrize(
    ("into", "more", "model"),
    [
        ("feedback", {"nature": "complaint"}, Feedback),
        ("commitment", {"due_on": MONDAY + DAY}, Commitment),
        ("problem", {"severity": 3}, Problem),
        ("", {}, None),
    ],
)
def test_insight_is_followed_to_what_became_of_it(into: str, more: dict[str, Any], model: Any) -> None:
    row = learnt(colleague=people.bob())
    closed = actions.close_insight(insight=row, became="We bring a tent", into=into, **more, **by())
    assert (closed.row.closed_on, closed.row.made) == (MONDAY, model and model.objects.get())
    if into == "feedback":
        assert Feedback.objects.get().heard_on == MONDAY - 3 * DAY
    with pytest.raises(ValidationError, match="said already"):
        actions.close_insight(insight=row, became="Otherwise", **by())
    undone = undo(closed)
    again = Insight.objects.get()
    assert (again.closed_on, again.made, model and model.objects.count()) == (None, None, model and 0)
    undo(undone)
    assert Insight.objects.get().made == (model and model.objects.get())


def test_insight_closed_without_a_word_or_a_promise_without_a_day_is_refused() -> None:
    row = learnt()
    with pytest.raises(ValidationError, match="what became of it"):
        actions.close_insight(insight=row, became=" ", **by())
    with pytest.raises(ValidationError, match="by which day"):
        actions.close_insight(insight=row, became="A tent", into="commitment", **by())


def test_insights_come_back_with_their_meeting() -> None:
    row = people.relationship()
    meeting = actions.plan_meeting(
        relationships=[row], title="Their quay", starts_at=NOW.instant + DAY, zone="UTC", **by()
    )
    actions.note_insight(party=meeting.row.parties.get(), text="Ask for shade", **by())
    undone = undo(meeting)
    assert not Insight.objects.exists()
    undo(undone)
    assert Insight.objects.get().text == "Ask for shade"
