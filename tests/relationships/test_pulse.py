"""Pulse: one of twelve questions at a time, to both sides in turn; which, when, and what they say to it."""

from __future__ import annotations

import json
import random
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.core import signing
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given as each
from hypothesis import strategies as st

from accounts.models import Contact
from accounts.undo import take_back
from relationships import actions, history, pulse, pulse_links, pulse_sweep, pulse_words
from relationships.models import (
    Evidence,
    EvidenceSums,
    Interaction,
    Pulse,
    PulseAnswer,
    PulseQuestion,
    PulseRefusal,
    Relationship,
    Stakeholder,
    Standing,
)
from relationships.pulse import KEYS, Asked, Occasion, Side, next_question, occasion
from relationships.views import pulse_question
from tests import people
from tests.rows import Rows
from web import dates
from web.clock import Now

DAY = timedelta(days=1)
TODAY = date(2026, 3, 20)
db = pytest.mark.django_db

# Which, and when -----------------------------------------------------------------------------------------------------

days = st.integers(0, 400).map(lambda ago: TODAY - ago * DAY)
histories = st.lists(
    st.builds(Asked, st.sampled_from(KEYS), st.sampled_from(Side), days, st.none() | days), max_size=30
)


def test_all_is_said_of_each_question() -> None:
    assert list(KEYS) == PulseQuestion.values == list(pulse_words.ASKS)
    assert sum(one.group is pulse.Group.TRUST for one in pulse.QUESTIONS) == 8
    assert list(pulse_words.SCORES) == list(range(pulse.LOWEST, pulse.HIGHEST + 1))


@each(histories)
def test_the_next_is_the_one_not_asked_for_longest(asked: list[Asked]) -> None:
    found = next_question(asked, TODAY)
    assert next_question(asked[::-1], TODAY) == found
    resting = {one.key for one in asked if one.skipped_on and TODAY - one.skipped_on < pulse.SKIPPED_FOR}
    if found is None:
        assert resting == set(KEYS)
        return
    assert found not in resting
    ours = [one for one in asked if one.side is Side.OURS]
    since = max((one.on for one in ours if one.key == found), default=None)
    for key in set(KEYS) - resting:
        last = max((one.on for one in ours if one.key == key), default=None)
        assert since is None or (last is not None and since <= last)
        if last == since:
            assert KEYS.index(found) <= KEYS.index(key)


def test_all_twelve_come_before_one_comes_again() -> None:
    asked: list[Asked] = []
    for number in range(24):
        on = TODAY + number * 31 * DAY
        key = next_question(asked, on)
        assert key == KEYS[number % 12]
        asked.append(Asked(KEYS[number % 12], Side.OURS, on))


def test_what_either_side_skipped_waits_three_months() -> None:
    asked = [Asked("satisfaction", Side.OURS, TODAY), Asked("satisfaction", Side.THEIRS, TODAY, TODAY)]
    lately = [Asked(key, Side.OURS, TODAY + 60 * DAY) for key in KEYS[1:]]
    assert next_question([*asked, *lately], TODAY + 91 * DAY) == "keeps_word"
    assert next_question([*asked, *lately], TODAY + 92 * DAY) == "satisfaction"


@each(st.none() | days, st.none() | days, st.integers(1, pulse.TURNS))
def test_nobody_is_asked_without_a_reason_or_too_soon(last: date | None, met: date | None, turn: int) -> None:
    found = occasion(last_asked=last, last_met=met, turn=turn, today=TODAY)
    if found is not None and last is not None:
        assert TODAY - last >= pulse.REST
    if found is Occasion.MEETING:
        assert met is not None and TODAY - met < pulse.FRESH and (last is None or met > last)
    if found is Occasion.MONTH:
        assert TODAY.day >= turn and (last is None or (last.year, last.month) != (TODAY.year, TODAY.month))


@each(st.lists(st.integers(0, 365), max_size=60), st.integers(1, pulse.TURNS))
def test_over_a_year_every_month_asks_and_never_twice_within_a_fortnight(met: list[int], turn: int) -> None:
    """The clock run day by day over a year in which nothing stays open."""
    asked: list[date] = []
    first = date(2026, 1, 1)
    for number in range(365):
        today = first + number * DAY
        lately = [first + one * DAY for one in met if one <= number]
        last = asked[-1] if asked else None
        if occasion(last_asked=last, last_met=max(lately, default=None), turn=turn, today=today):
            asked.append(today)
    assert all(later - earlier >= pulse.REST for earlier, later in pairwise(asked))
    months = {one.month for one in asked}
    # A month of which the turn comes too soon after the last asking is the worst that may be missed.
    assert len(months) >= 11
    assert len(asked) <= 26


@each(days)
def test_it_waits_thirty_days(on: date) -> None:
    assert not pulse.lapses(on, on + 29 * DAY)
    assert pulse.lapses(on, on + 30 * DAY)
    assert pulse.until(on) == on + 29 * DAY


def test_not_all_are_asked_on_the_first() -> None:
    assert {pulse.turn_of(number) for number in range(60)} == set(range(1, 29))


# Asking and answering ------------------------------------------------------------------------------------------------

NOW = Now(datetime(2026, 3, 20, 12, tzinfo=UTC))


def talked(**more: Any) -> Relationship:
    row = people.relationship()
    when = NOW.today("UTC") - more.pop("ago", 1) * DAY
    values = {"occurred_on": when, "channel": "meeting", **more}
    actions.log_interaction(actor=row.owner, now=NOW, relationship=row, **values)
    return row


def person_of(row: Relationship, email: str = "ingrid@partner.example") -> Stakeholder:
    ingrid = Contact.objects.create(name="Ingrid Lie", email=email)
    return Stakeholder.objects.create(relationship=row, account=row.account, contact=ingrid)


def by(row: Relationship, now: Now = NOW) -> dict[str, Any]:
    return {"actor": row.owner, "now": now}


def later(days: int) -> Now:
    return Now(NOW.instant + days * DAY)


def asked(row: Relationship | None = None, **more: Any) -> Pulse:
    row = row or talked()
    return actions.ask_pulse(relationship=row, **more, **by(row)).row


def of_theirs(**more: Any) -> Pulse:
    """Ours has answered, so it is open to theirs."""
    row = asked(**more)
    return actions.answer_pulse(question=row, score=4, **by(row.relationship)).row.followed_by


@db
def test_the_clock_asks_as_the_rule_says_of_each_and_many_cost_what_one_does() -> None:
    today = NOW.today("UTC")
    rows = [people.relationship() for _number in range(9)]
    met = {1: 3, 2: 8, 3: 6, 4: 30, 5: 2, 6: 0}
    last = {3: 6, 4: 20, 5: 13, 6: 14, 7: 30}
    skipped = {7: KEYS[0]}
    for number, row in enumerate(rows[:8]):
        Relationship.objects.filter(pk=row.pk).update(last_touch_on=today - 40 * DAY)
        if number in met:
            Interaction.objects.create(
                relationship=row, account=row.account, occurred_on=today - met[number] * DAY, channel="visit",
                logged_at=NOW.instant,
            )  # fmt: skip
        if number in last:
            on = today - last[number] * DAY
            state = "skipped" if number in skipped else "answered"
            Pulse.objects.create(
                relationship=row, account=row.account, question=KEYS[0], side="ours", asked_on=on, occasion="month",
                state=state, closed_on=on,
            )  # fmt: skip
    with CaptureQueriesContext(connection) as statements:
        pulse_sweep.let_go(NOW)
        pulse_sweep.ask(NOW)
    assert len(statements) == 2
    for number, row in enumerate(rows):
        lately = today - met[number] * DAY if number in met else None
        before = today - last[number] * DAY if number in last else None
        why = occasion(last_asked=before, last_met=lately, turn=pulse.turn_of(row.pk), today=today)
        # The last one was never spoken with.
        expected = None if number == 8 else why
        found = row.pulses.filter(asked_on=today).first()
        assert (found and found.occasion) == (expected and expected.value), number
        if found is not None:
            rested = [
                Asked(one.question, Side.OURS, one.asked_on, one.closed_on if one.is_skipped else None)
                for one in row.pulses.exclude(pk=found.pk)
            ]
            assert found.question == next_question(rested, today)
            assert (found.talk_id is None) == (found.occasion == "month")
    assert {one.occasion for one in Pulse.objects.filter(asked_on=today)} >= {"meeting"}
    # Asked once, however often the clock runs; and nothing of what is paused or over.
    assert pulse_sweep.ask(NOW) == 0
    Relationship.objects.update(paused_since=today, pause_reason="Strike")
    assert pulse_sweep.let_go(NOW) == Pulse.objects.filter(asked_on=today).count()
    assert pulse_sweep.ask(later(60)) == 0


@db
def test_the_sweep_lets_go_what_nobody_answered_in_thirty_days() -> None:
    row = asked()
    assert actions.sweep_cadence(now=later(29)) is not None
    row.refresh_from_db()
    assert row.state == "open"
    pulse_sweep.let_go(later(30))
    row.refresh_from_db()
    assert (row.state, row.closed_on) == ("lapsed", row.asked_on + 30 * DAY)
    assert not Pulse.objects.filter(follows=row).exists()


@db
def test_both_sides_are_asked_in_turn_and_no_standing_changes_by_it() -> None:
    row = talked()
    watched = Rows(
        {model.__name__: model._base_manager.all() for model in (Evidence, EvidenceSums, Standing, Relationship)}
    )
    before = watched.read()
    ours = asked(row, question="satisfaction")
    with pytest.raises(ValidationError):
        asked(row)
    actions.answer_pulse(question=ours, score=5, words=" They ring first ", **by(row))
    theirs = ours.followed_by
    assert (theirs.side, theirs.question, theirs.state) == ("theirs", "satisfaction", "open")
    ingrid = person_of(row)
    with pytest.raises(ValidationError):
        actions.answer_pulse(question=theirs, score=3, **by(row))
    actions.enter_answer(question=theirs, score=2, words="Late again", said_by=ingrid, **by(row))
    assert {(one.side, one.way, one.score) for one in row.pulse_answers.all()} == {
        ("ours", "own", 5),
        ("theirs", "staff", 2),
    }
    said = row.pulse_answers.get(side="theirs")
    assert (said.said_by, said.entered_by, said.answered_by) == (ingrid, row.owner, None)
    assert not row.pulses.open().exists()
    assert watched.read() == before
    assert actions.rebuild_health(now=NOW, check=True).different == 0


@db
@pytest.mark.parametrize("score", [0, 6, -1])
def test_an_answer_is_one_to_five(score: int) -> None:
    row = asked()
    with pytest.raises(ValidationError):
        actions.answer_pulse(question=row, score=score, **by(row.relationship))
    assert Pulse.objects.get(pk=row.pk).state == "open"


@db
def test_skipped_it_goes_on_to_theirs_and_taken_back_it_is_open_again() -> None:
    row = asked()
    done = actions.skip_pulse(question=row, **by(row.relationship))
    assert done.row.followed_by.state == "open"
    back = take_back(step_id=done.step.pk, actor=row.relationship.owner, now=NOW)
    assert Pulse.objects.get().state == "open"
    take_back(step_id=back.step.pk, actor=row.relationship.owner, now=NOW)
    assert Pulse.objects.filter(state="skipped").count() == 1
    theirs = Pulse.objects.open().get()
    skipped = actions.skip_pulse(question=theirs, **by(row.relationship))
    assert not Pulse.objects.open().exists()
    assert asked(row.relationship).question != row.question
    # Another one is open by now, so this one cannot be.
    with pytest.raises(ValidationError):
        take_back(step_id=skipped.step.pk, actor=row.relationship.owner, now=NOW)


@db
def test_answers_are_put_right_by_who_gave_or_entered_them_and_history_tells() -> None:
    row = talked()
    done = actions.answer_pulse(question=asked(row), score=5, **by(row))
    answer = done.row.answer
    with pytest.raises(ObjectDoesNotExist):
        actions.change_answer(actor=people.bob(), now=NOW, answer=answer, values={"score": 1})
    changed = actions.change_answer(answer=answer, values={"score": 3, "words": "Not since May"}, **by(row))
    assert changed.row.score == 3
    take_back(step_id=changed.step.pk, actor=row.owner, now=NOW)
    answer.refresh_from_db()
    assert (answer.score, answer.words) == (5, "")
    with pytest.raises(ObjectDoesNotExist):
        actions.reopen_pulse(actor=people.bob(), now=NOW, pulse_id=done.row.pk)
    entered = actions.enter_answer(question=done.row.followed_by, score=2, words="Late", **by(row)).row.answer
    actions.change_answer(actor=people.bob(), now=NOW, answer=entered, values={"score": 1})
    found, _more = history.deeds(row, kind="relationship", writes=True)
    said = [item.said for deed in found for item in deed.items]
    assert "We said: satisfied with us, 5 of 5" in said
    assert "They said, entered by us: satisfied with us, 2 of 5" in said
    assert any(one.startswith("Answer of") for one in said)
    assert "Asked of us: satisfied with us" in said


@db
def test_nothing_of_it_can_be_shared_and_one_is_open_at_a_time() -> None:
    row = of_theirs()
    for model, values in (
        (Pulse, {"shared": True}), (PulseAnswer, {"shared": True}), (PulseAnswer, {"score": 6}),
        (PulseAnswer, {"way": "link"}), (Pulse, {"state": "open", "closed_on": None}),
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            model._base_manager.filter(relationship=row.relationship).update(**values)


# By link -------------------------------------------------------------------------------------------------------------


def given(row: Pulse | None = None, **more: Any) -> Pulse:
    row = row or of_theirs()
    to = person_of(row.relationship)
    return actions.give_pulse(question=row, to=to, by_mail=False, **by(row.relationship)).row


def question_of(row: Pulse) -> str:
    return reverse("pulse_question", args=[pulse_links.token_for(row)])


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def at(monkeypatch: pytest.MonkeyPatch, now: Now) -> None:
    """The clock is the edge of the machine."""
    monkeypatch.setattr(Now, "read", classmethod(lambda cls: now))


@db
def test_theirs_answer_on_one_page_without_signing_in_and_may_put_it_right(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, NOW)
    row = given(of_theirs(question="satisfaction"))
    partner = row.relationship
    address = question_of(row)
    page = client.get(f"{address}?score=2")
    shown = text(page)
    assert "Are you satisfied with us?" in shown
    assert 'value="2" required checked' in shown
    assert "Nothing has been noted yet" in shown
    assert (page["X-Robots-Tag"], page["Referrer-Policy"]) == ("noindex, nofollow", "no-referrer")
    assert "no-store" in page["Cache-Control"]
    assert not page.cookies
    assert 'name="robots" content="noindex, nofollow"' in shown
    assert not PulseAnswer.objects.filter(side="theirs").exists()
    # Nothing of ours stands there but who asks: not what we said, not the partner's page.
    assert "rather yes" in shown.lower()
    assert partner.get_absolute_url() not in shown
    assert "<script" not in shown
    refused = client.post(address, {"words": "Kept words"})
    assert (refused.status_code, "Kept words" in text(refused), "Choose an answer" in text(refused)) == (
        422,
        True,
        True,
    )
    long = client.post(address, {"score": "2", "words": "w" * 2001})
    assert (long.status_code, "w" * 2001 in text(long)) == (422, True)
    noted = client.post(address, {"score": "2", "words": "Late again"}, follow=True)
    assert "Your answer is noted" in text(noted)
    assert "Late again" in text(noted)
    answer = row.answer
    assert (answer.score, answer.words, answer.way, answer.said_by) == (2, "Late again", "link", row.to_stakeholder)
    client.post(address, {"score": "3", "words": ""})
    answer.refresh_from_db()
    assert (answer.score, answer.words) == (3, "")
    # What they said themselves nobody here changes.
    with pytest.raises(ObjectDoesNotExist):
        actions.change_answer(answer=answer, values={"score": 5}, **by(partner))
    inside = Client()
    inside.force_login(partner.owner)
    assert "Ingrid Lie" in text(inside.get(partner.get_absolute_url()))
    assert "by link" in text(inside.get(reverse("relationship_two_views", args=[partner.pk])))


@db
def test_every_link_that_takes_nothing_says_the_same(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, NOW)
    row = given()
    address, token = question_of(row), pulse_links.token_for(row)
    assert client.get(address).status_code == 200
    altered = reverse("pulse_question", args=[f"{token[:-1]}{'A' if token[-1] != 'A' else 'B'}"])
    foreign = signing.Signer(salt="concord.meetings.answer").sign_object([row.pk, row.to_stakeholder_id])
    wrong = [altered, reverse("pulse_question", args=[foreign]), reverse("pulse_question", args=["x" * 5000])]
    bodies = {client.get(one).content for one in wrong} | {client.post(one, {"score": 3}).content for one in wrong}
    # Given to somebody else since; over; answered otherwise; the partner paused.
    other = Contact.objects.create(name="Jon Hauge")
    jon = Stakeholder.objects.create(relationship=row.relationship, account=row.account, contact=other)
    actions.give_pulse(question=row, to=jon, by_mail=False, **by(row.relationship))
    bodies |= {client.post(address, {"score": 3}).content}
    row.refresh_from_db()
    current = question_of(row)
    at(monkeypatch, later(29))
    assert client.get(current).status_code == 200
    at(monkeypatch, later(30))
    late = client.post(current, {"score": 3})
    assert late.status_code == 404
    bodies |= {late.content}
    at(monkeypatch, NOW)
    paused = actions.pause(relationship=row.relationship, reason="Strike", **by(row.relationship))
    bodies |= {client.get(current).content}
    take_back(step_id=paused.step.pk, **by(row.relationship))
    actions.enter_answer(question=row, score=4, said_by=jon, **by(row.relationship))
    bodies |= {client.post(current, {"score": 1}).content}
    assert len(bodies) == 1
    assert not PulseAnswer.objects.filter(way="link").exists()


@db
def test_guessing_is_slowed_down(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse_question, "MOST", 2)
    address = reverse("pulse_question", args=["guess"])
    place = f"2001:db8:{random.randrange(1 << 16):x}::1"
    found = [client.get(address, REMOTE_ADDR=place) for _number in range(3)]
    assert [one.status_code for one in found] == [404, 404, 429]
    assert found[-1]["Retry-After"] == "600"


@db
def test_who_wants_no_such_mails_is_sent_none_and_the_page_offers_it(client: Client) -> None:
    row = given()
    token = pulse_links.token_for(row)
    stop = reverse("pulse_stop", args=[token])
    assert "Nothing has changed yet" in text(client.get(stop))
    assert not PulseRefusal.objects.exists()
    # As mail programs do it, twice.
    for _number in range(2):
        assert client.post(stop, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert PulseRefusal.objects.get().contact.name == "Ingrid Lie"
    with pytest.raises(ValidationError) as refused:
        assert row.to_stakeholder is not None
        actions.give_pulse(question=row, to=row.to_stakeholder, by_mail=True, **by(row.relationship))
    assert "does not want such questions" in str(refused.value)
    assert client.post(reverse("pulse_stop", args=["x"])).status_code == 404


# The pages -----------------------------------------------------------------------------------------------------------


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@db
def test_one_tap_on_today_and_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, NOW)
    row = asked(question="keeps_word")
    partner = row.relationship
    behind = asked(question="fair")
    client = client_of(partner.owner)
    shown = text(client.get(reverse("today")))
    assert "Do we do what we promise them" in shown
    assert "one more after it" in shown
    assert "Are we fair to them" not in shown
    assert "Do we do what we promise them" in text(client.get(partner.get_absolute_url()))
    assert "Do we do what we promise them" not in text(client_of(people.bob()).get(reverse("today")))
    answered = client.post(reverse("pulse_answer", args=[row.pk]), {"score": "4", "next": reverse("today")})
    assert answered["Location"] == reverse("today")
    assert row.relationship.pulse_answers.get().score == 4
    assert "Are we fair to them" in text(client.get(reverse("today")))
    shown = text(client.get(partner.get_absolute_url()))
    assert "Asked of them:" in shown
    assert "We said: rather yes" in shown
    client.post(reverse("pulse_skip", args=[behind.pk]))
    assert "One question" not in text(client.get(reverse("today")))


@db
def test_what_they_said_is_entered_in_a_form_that_keeps_what_was_typed() -> None:
    row = of_theirs()
    ingrid = person_of(row.relationship)
    client = client_of(row.relationship.owner)
    address = reverse("pulse_answer", args=[row.pk])
    wrong = client.post(address, {"score": "7", "words": "Kept"})
    assert (wrong.status_code, "Kept" in text(wrong)) == (422, True)
    somebody = person_of(people.relationship())
    assert client.post(address, {"score": "2", "said_by": somebody.pk}).status_code == 422
    assert client.post(address, {"score": "2", "said_by": ingrid.pk, "words": "Late"}).status_code == 302
    shown = text(client.get(reverse("relationship_two_views", args=[row.relationship.pk])))
    assert "Ingrid Lie, entered by Alice Ahlberg" in shown
    edit = reverse("pulse_answer_edit", args=[row.answer.pk])
    version = client.get(edit).context["version"]
    actions.change_answer(answer=row.answer, values={"score": 1}, **by(row.relationship))
    answer = client.post(edit, {"score": "5", "words": "Typed", "version": version})
    assert (answer.status_code, "while you typed" in text(answer), "Typed" in text(answer)) == (422, True, True)
    assert "answered already" in text(client.post(reverse("pulse_skip", args=[row.pk]), follow=True))
    ask = reverse("pulse_ask", args=[row.relationship_id])
    assert "Asked." in text(client.post(ask, follow=True))
    assert "open here already" in text(client.post(ask, follow=True))


@db
@pytest.mark.parametrize("way", ["pulse_answer", "pulse_skip"])
def test_what_was_answered_or_skipped_in_another_tab_says_so_and_the_page_fetches_itself_again(way: str) -> None:
    row = asked()
    client = client_of(row.relationship.owner)
    client.post(reverse(way, args=[row.pk]), {"score": "4"})
    why = "This was answered already." if way == "pulse_answer" else "This was skipped already."
    address, today = reverse("pulse_answer", args=[row.pk]), reverse("today")
    htmx = {"HX-Request": "true"}
    tapped = client.post(address, {"score": "2", "next": today}, headers=htmx)
    told = json.loads(tapped["HX-Trigger"])
    assert (tapped.status_code, told["toast"]["message"], "concord:changed" in told) == (204, why, True)
    opened = json.loads(client.get(address, headers=htmx)["HX-Trigger"])
    assert opened["toast"]["message"] == why
    # Without JavaScript the page that it leads to says so.
    assert why in text(client.post(address, {"score": "2", "next": today}, follow=True))
    # What was typed is kept, also where nothing was chosen.
    for score in ({"score": "2"}, {}):
        for headers in ({}, htmx):
            typed = client.post(address, {**score, "words": "They called twice"}, headers=headers)
            assert (typed.status_code, "They called twice" in text(typed)) == (422, True)
            assert text(typed).count(why) == 1
            assert "concord:changed" in typed["HX-Trigger"]
    assert row.relationship.pulse_answers.count() == (way == "pulse_answer")


@db
def test_the_link_stands_on_the_page_to_be_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, NOW)
    row = of_theirs()
    client = client_of(row.relationship.owner)
    give = reverse("pulse_give", args=[row.pk])
    assert "Nobody of theirs is named here yet" in text(client.get(give))
    jonas = Contact.objects.create(name="Jonas Berg", email="jonas@partner.example")
    jonas.affiliations.create(account=row.relationship.account)
    asks = text(client.get(give))
    assert "Say first what they decide" in asks
    assert "Nobody of theirs" not in asks
    assert f"{reverse('stakeholder_create', args=[row.relationship_id])}?contact={jonas.pk}" in asks
    ingrid = person_of(row.relationship, email="")
    assert client.post(give, {"to": ingrid.pk, "way": "mail"}).status_code == 422
    assert client.post(give, {"to": ingrid.pk, "way": "link"}).status_code == 302
    row.refresh_from_db()
    shown = text(client.get(row.relationship.get_absolute_url()))
    assert pulse_links.address_for(row) in shown
    until = dates.said(pulse.until(row.asked_on), row.relationship.today(NOW))
    assert f"takes an answer until {until}." in shown
