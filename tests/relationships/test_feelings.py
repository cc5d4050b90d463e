"""How it feels stands beside the evidence and never in it; where the two differ for long the page asks."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.undo import take_back
from relationships import actions, feelings, history
from relationships.feelings import BAND, Felt, Word, apart, at_odds
from relationships.health import Band
from relationships.models import Evidence, EvidenceSums, Feeling, Relationship, Standing
from tests import people
from tests.rows import Rows
from web.clock import Now

DAY = timedelta(days=1)
TODAY = date(2026, 3, 2)
NOW = Now.read()

# The rule ------------------------------------------------------------------------------------------------------------


def felt(*said: tuple[int, str, str]) -> list[Felt]:
    """So many days ago, a word, and what the evidence said then; ``-`` for nothing."""
    return [Felt(TODAY - ago * DAY, Word(word), None if band == "-" else Band(band)) for ago, word, band in said]


@pytest.mark.parametrize(
    ("said", "now", "found"),
    [
        # Long, twice, and still so.
        ([(70, "good", "weak"), (5, "thriving", "weak")], "weak", (70, 2, True)),
        ([(60, "troubled", "strong"), (0, "uneasy", "strong")], "strong", (60, 2, False)),
        # Not long enough; once only; not any more; one band is not enough; nothing to hold it against.
        ([(59, "good", "weak"), (5, "good", "weak")], "weak", None),
        ([(70, "good", "weak")], "weak", None),
        ([(70, "good", "weak"), (5, "good", "weak")], "steady", None),
        ([(70, "mixed", "weak"), (5, "mixed", "weak")], "weak", None),
        ([(70, "good", "-"), (5, "good", "-")], "-", None),
        ([], "weak", None),
        # What was nearer between begins it anew, and so does the other way round.
        ([(90, "good", "weak"), (70, "uneasy", "weak"), (5, "good", "weak")], "weak", None),
        ([(90, "uneasy", "strong"), (70, "good", "weak"), (5, "good", "weak")], "weak", (70, 2, True)),
    ],
)
def test_it_asks_after_sixty_days_two_bands_apart(said: list[Any], now: str, found: Any) -> None:
    odds = at_odds(felt(*said), None if now == "-" else Band(now), TODAY)
    assert (odds and ((TODAY - odds.since).days, odds.feelings, odds.better)) == found


bands = st.none() | st.sampled_from(Band)
days = st.integers(-40, 400)
histories = st.lists(
    st.builds(Felt, days.map(lambda ago: TODAY - ago * DAY), st.sampled_from(Word), bands),
    max_size=12,
    unique_by=lambda one: one.on,
)


@given(histories, bands)
def test_order_is_irrelevant_and_what_comes_later_is_not_known(said: list[Felt], now: Band | None) -> None:
    found = at_odds(said, now, TODAY)
    assert at_odds(said[::-1], now, TODAY) == found
    assert at_odds([one for one in said if one.on <= TODAY], now, TODAY) == found


@given(histories, bands)
def test_it_never_asks_without_its_minimum(said: list[Felt], now: Band | None) -> None:
    found = at_odds(said, now, TODAY)
    if found is None:
        return
    since = [one for one in said if found.since <= one.on <= TODAY]
    assert len(since) == found.feelings >= feelings.FEELINGS
    assert (TODAY - found.since).days >= feelings.DAYS
    assert now is not None
    assert {apart(one.word, one.evidence) for one in since} == {2 if found.better else -2}


@given(histories)
def test_who_feels_as_the_evidence_says_is_never_asked(said: list[Felt]) -> None:
    same = [Felt(one.on, one.word, BAND[one.word]) for one in said]
    assert all(at_odds(same, band, TODAY) is None for band in Band)


# Saying it -----------------------------------------------------------------------------------------------------------

pytestmark = pytest.mark.django_db


def in_rhythm() -> Relationship:
    row = people.relationship()
    actions.agree_cadence(actor=row.owner, now=NOW, relationship=row, every_days=14)
    actions.log_interaction(actor=row.owner, now=NOW, relationship=row, occurred_on=NOW.today("UTC"), channel="call")
    return row


def feel(row: Relationship, word: str = "uneasy", now: Now = NOW, **more: Any) -> Any:
    return actions.feel(actor=more.pop("actor", row.owner), now=now, relationship=row, word=word, **more)


def test_no_standing_changes_by_it() -> None:
    row = in_rhythm()
    watched = Rows(
        {model.__name__: model._base_manager.all() for model in (Evidence, EvidenceSums, Standing, Relationship)}
    )
    before = watched.read()
    done = feel(row, "troubled", note="They stopped answering")
    actions.change_feeling(actor=row.owner, now=NOW, feeling=done.row, word="thriving", note="")
    assert watched.read() == before
    # Nor by all evidence summed anew.
    assert actions.rebuild_health(now=NOW, check=True).different == 0
    actions.remove_feeling(actor=row.owner, now=NOW, feeling_id=done.row.pk)
    assert watched.read() == before


def test_it_is_kept_with_what_the_evidence_said_and_said_twice_a_day_the_later_stands() -> None:
    row = in_rhythm()
    Standing.objects.filter(pk=row.pk).update(band="strong")
    first = feel(row, "good", note="The new buyer likes us")
    second = feel(row, "mixed")
    assert (second.row.pk, second.row.word, second.row.note) == (first.row.pk, "mixed", "The new buyer likes us")
    assert second.row.evidence == "strong"
    colleague = feel(row, "uneasy", actor=people.bob())
    assert row.feelings.count() == 2
    take_back(step_id=second.step.pk, actor=row.owner, now=NOW)
    assert row.feelings.get(felt_by=row.owner).word == "good"
    take_back(step_id=colleague.step.pk, actor=people.bob(), now=NOW)
    gone = actions.remove_feeling(actor=row.owner, now=NOW, feeling_id=first.row.pk)
    assert not row.feelings.exists()
    take_back(step_id=gone.step.pk, actor=row.owner, now=NOW)
    assert row.feelings.get().note == "The new buyer likes us"


def test_nobody_changes_what_a_colleague_felt() -> None:
    row = feel(in_rhythm()).row
    with pytest.raises(ObjectDoesNotExist):
        actions.change_feeling(actor=people.bob(), now=NOW, feeling=row, word="good", note="")
    with pytest.raises(ObjectDoesNotExist):
        actions.remove_feeling(actor=people.mona(), now=NOW, feeling_id=row.pk)
    with pytest.raises(ValidationError):
        feel(row.relationship, "superb", actor=people.bob())


def test_it_can_never_be_shared() -> None:
    row = feel(in_rhythm()).row
    with pytest.raises(IntegrityError), transaction.atomic():
        Feeling.objects.filter(pk=row.pk).update(shared=True)


def test_history_tells_it() -> None:
    row = in_rhythm()
    done = feel(row, "uneasy", note="They stopped answering")
    actions.change_feeling(actor=row.owner, now=NOW, feeling=done.row, word="good", note="They rang")
    actions.remove_feeling(actor=row.owner, now=NOW, feeling_id=done.row.pk)
    found, _more = history.deeds(row, kind="relationship", writes=True)
    said = [item for deed in found for item in deed.items]
    assert any(item.said == "It feels uneasy" and item.texts == ["They stopped answering"] for item in said)
    assert any(line.after == "Good" for item in said for line in item.lines)
    assert any(item.back for item in said)


# The page ------------------------------------------------------------------------------------------------------------


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_a_word_is_one_tap_on_the_page_and_why_a_line_more() -> None:
    row = in_rhythm()
    client = client_of(row.owner)
    assert 'value="uneasy" aria-pressed="false"' in text(client.get(row.get_absolute_url()))
    assert client.post(reverse("feeling_create", args=[row.pk]), {"word": "uneasy"}).status_code == 302
    said = text(client.get(row.get_absolute_url()))
    assert 'id="feeling-uneasy" value="uneasy" aria-pressed="true"' in said, "by its id it keeps the focus"
    assert "Add why, in a line" in said
    feeling = row.feelings.get()
    values = {"word": "uneasy", "note": "They stopped answering"}
    assert client.post(reverse("feeling_edit", args=[feeling.pk]), values).status_code == 302
    assert "They stopped answering" in text(client.get(row.get_absolute_url()))
    # A tap later on leaves the line.
    client.post(reverse("feeling_create", args=[row.pk]), {"word": "troubled"})
    feeling.refresh_from_db()
    assert (feeling.word, feeling.note) == ("troubled", "They stopped answering")
    wrong = client.post(reverse("feeling_create", args=[row.pk]), {"word": "superb", "note": "kept"})
    assert (wrong.status_code, 'value="kept"' in text(wrong)) == (422, True)
    long = client.post(reverse("feeling_create", args=[row.pk]), {"word": "good", "note": "n" * 2001})
    assert (long.status_code, "n" * 2001 in text(long), "2,000 fit" in text(long)) == (422, True, True)
    answer = client_of(people.rita()).get(row.get_absolute_url())
    assert "They stopped answering" in text(answer)
    assert 'value="uneasy" aria-pressed' not in text(answer)


def test_who_changed_it_elsewhere_meanwhile_is_told() -> None:
    row = feel(in_rhythm()).row
    client = client_of(people.alice())
    shown = client.get(reverse("feeling_edit", args=[row.pk])).context["version"]
    actions.change_feeling(actor=people.alice(), now=NOW, feeling=row, word="good", note="From the phone")
    values = {"word": "troubled", "note": "From the desk", "version": shown}
    answer = client.post(reverse("feeling_edit", args=[row.pk]), values)
    assert answer.status_code == 422
    assert "while you typed" in text(answer)
    assert 'value="From the desk"' in text(answer)


def test_the_page_asks_in_a_sentence_where_feeling_and_evidence_differ_for_long() -> None:
    row = in_rhythm()
    for ago in (75, 10):
        said = feel(row, "uneasy", now=Now(NOW.instant - ago * DAY)).row
        Feeling.objects.filter(pk=said.pk).update(evidence="strong")
    Standing.objects.filter(pk=row.pk).update(band="strong")
    asked = text(client_of(row.owner).get(row.get_absolute_url()))
    assert "For 75 days it has felt worse than the evidence, which says strong" in asked
    Standing.objects.filter(pk=row.pk).update(band="steady")
    assert "it has felt worse than the evidence" not in text(client_of(row.owner).get(row.get_absolute_url()))
