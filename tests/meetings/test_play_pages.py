"""Pages of ways in, of who may be named, and of what was learnt: what they say, one tap each, and their queries."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts import sweep
from accounts.models import Affiliation, Contact
from meetings import actions as meetings
from meetings import candidates
from meetings.models import Insight, Meeting, NamingPermission, Play
from relationships import actions
from relationships.models import Interaction, Relationship
from tests import people
from web.clock import Now

pytestmark = pytest.mark.django_db
HTMX: dict[str, Any] = {"headers": {"HX-Request": "true"}}
PAGE_QUERIES = 33


def today() -> date:
    return Now.read().today("UTC")


def ago(days: int) -> date:
    return today() - timedelta(days=days)


def by() -> dict[str, Any]:
    return {"actor": people.alice(), "now": Now.read()}


def client_of(person: Any = None) -> Client:
    client = Client()
    client.force_login(person or people.alice(), backend="django.contrib.auth.backends.ModelBackend")
    return client


def signer(row: Relationship) -> Contact:
    """Solveig, who signs; Bob spoke with her 96 days ago."""
    contact = Contact.objects.create(name="Solveig Dahl")
    Affiliation.objects.create(contact=contact, account=row.account)
    actions.name_stakeholder(relationship=row, contact=contact, power="signs", **by())
    actions.log_interaction(
        relationship=row, occurred_on=ago(96), channel="call", contacts=[contact], colleagues=[people.bob()], **by()
    )
    return contact


def page(row: Relationship, person: Any = None) -> str:
    return client_of(person).get(f"/relationships/{row.pk}/ways-in/").content.decode()


def plan(row: Relationship, kind: str = "article", **more: Any) -> Play:
    return meetings.plan_play(relationship=row, kind=kind, what="Ice at the quay", **(by() | more)).row


def test_way_in_is_suggested_with_its_reason_and_planned_done_and_answered_by_one_tap_each() -> None:
    row = people.relationship()
    solveig = signer(row)
    body = page(row)
    assert "Ask Bob Brandt for an introduction to Solveig Dahl" in body
    assert "Nobody has spoken with Solveig Dahl, who signs, for 96 days. Bob Brandt knows Solveig Dahl." in body
    client = client_of()
    sent = {"kind": "introduction", "what": "Ask Bob", "contact": solveig.pk, "through": people.bob().pk}
    client.post(f"/relationships/{row.pk}/plays/", sent, **HTMX)
    play = Play.objects.get()
    assert (play.contact, play.through, play.planned_on, play.keeper) == (
        solveig, people.bob(), today(), people.alice()
    )  # fmt: skip
    client.post(f"/plays/{play.pk}/done/", **HTMX)
    client.post(f"/plays/{play.pk}/answer/", **HTMX)
    play.refresh_from_db()
    assert (play.done_on, play.answered_on) == (today(), today())
    assert Interaction.objects.filter(relationship=row, two_way=True, occurred_on=today()).count() == 1


def test_no_answer_and_drop_by_one_tap() -> None:
    row = people.relationship()
    waits, dropped = plan(row), plan(row, "ask_time")
    meetings.do_play(play=waits, **by())
    client = client_of()
    client.post(f"/plays/{waits.pk}/no-answer/", **HTMX)
    client.post(f"/plays/{dropped.pk}/dropping/", **HTMX)
    said = {play.pk: (play.unanswered_on, play.dropped_on) for play in Play.objects.all()}
    assert said == {waits.pk: (today(), None), dropped.pk: (None, today())}


def test_forms_keep_what_was_typed_and_say_what_is_wrong() -> None:
    row = people.relationship()
    empty = {"kind": "article", "what": "", "url": "https://ice.example"}
    response = client_of().post(f"/relationships/{row.pk}/plays/", empty, **HTMX)
    assert response.status_code == 422
    assert "https://ice.example" in response.content.decode()
    play = plan(row)
    meetings.do_play(play=play, **by())
    early = client_of().post(
        f"/plays/{play.pk}/answer/", {"when": "other", "on": ago(3).isoformat(), "note": "Wants figures"}, **HTMX
    )
    assert early.status_code == 422
    assert "Wants figures" in early.content.decode()
    assert "before the day on which it was done" in early.content.decode()


def test_without_javascript_a_deed_leads_back_to_the_page() -> None:
    row = people.relationship()
    response = client_of().post(f"/plays/{plan(row).pk}/done/")
    assert response["Location"] == f"/relationships/{row.pk}/ways-in/"


def test_whoever_saves_second_is_told_and_keeps_their_text() -> None:
    play = plan(people.relationship())
    client = client_of()
    shown = client.get(f"/plays/{play.pk}/edit/", **HTMX).context["version"]
    meetings.change_play(play=play, values={"what": "Ice in the boat"}, actor=people.bob(), now=Now.read())
    sent = {"version": shown, "what": "Ice on the road", "planned_on": today().isoformat()}
    response = client.post(f"/plays/{play.pk}/edit/", sent, **HTMX)
    assert response.status_code == 422
    body = response.content.decode()
    assert "Bob Brandt" in body
    assert "Ice on the road" in body


# Who is named


def reading(text: str, row: Relationship, person: Any = None) -> str:
    return client_of(person).post("/plays/reading/", {"what": text, "relationship": row.pk}).content.decode()


def test_naming_a_client_who_has_not_allowed_it_warns_and_never_blocks() -> None:
    row, client = people.relationship(), people.relationship(account=people.account("Northmere Foods Ltd"))
    sweep.run(Now.read())
    text = "As we did for northmere foods' night shift"
    assert "Northmere Foods Ltd</b> is named here and has not allowed it." in reading(text, row)
    assert reading("As we did for another", row) == reading("", row)
    response = client_of().post(f"/relationships/{row.pk}/plays/", {"kind": "share_result", "what": text}, **HTMX)
    assert "has not allowed it" in response["HX-Trigger"].encode().decode("unicode_escape")
    assert Play.objects.get().what == text
    assert "has not allowed it" in page(row)
    allowed = {"given_on": ago(30).isoformat(), "scope": "In talks"}
    client_of().post(f"/organisations/{client.account_id}/naming/", allowed, **HTMX)
    said = reading(text, row)
    assert "They allowed it" in said
    assert ": In talks" in said
    assert "has not allowed it" not in page(row)
    client_of().post(f"/naming/{NamingPermission.objects.get().pk}/withdrawal/", **HTMX)
    assert "has not allowed it" in reading(text, row)


def test_partner_may_be_named_to_themselves_with_its_units_and_its_whole() -> None:
    whole = people.account("Skagen Group")
    row = people.relationship(account=people.account("Havbris Sea Farm", parent=whole))
    people.account("Narvik Works", parent=row.account)
    assert reading("Havbris Sea Farm, Narvik Works and Skagen Group", row) == reading("", row)


def test_whether_a_client_of_others_allows_it_is_said_to_nobody_who_does_not_see_them() -> None:
    row = people.relationship()
    theirs = people.relationship(owner=people.outsider(), team=people.south(), account=people.account("Datarook"))
    before = reading("Datarook did it", row)
    assert "Datarook</b> is named here. Ask whoever looks after them" in before
    meetings.allow_naming(account=theirs.account, scope="Secret", actor=people.outsider(), now=Now.read())
    assert reading("Datarook did it", row) == before
    assert "They allowed it" in reading("Datarook did it", row, people.outsider())


def test_name_is_found_by_another_name_before_any_sweep() -> None:
    row, other = people.relationship(), people.relationship(account=people.account("Aker Seafood Processing"))
    other.account.aliases.create(name="ASP Nord", name_key="asp nord")
    assert "Aker Seafood Processing" in reading("for ASP Nord.", row)


# What works


def test_page_says_what_works_for_all_and_by_team_without_a_name_of_a_colleague() -> None:
    row = people.relationship()
    for _number in range(3):
        play = plan(row, "introduction")
        meetings.do_play(play=play, **by())
        meetings.answer_play(play=play, **by())
    south = people.relationship(owner=people.outsider(), team=people.south())
    other = meetings.plan_play(
        relationship=south, kind="article", what="Salt", actor=people.outsider(), now=Now.read()
    ).row
    meetings.do_play(play=other, actor=people.outsider(), now=Now.read())
    alices = client_of().get("/ways-in/").content.decode()
    assert "Asking for an introduction works best: 3 of 3 were answered." in alices
    assert "Sending an article" not in alices
    everything = client_of(people.adam()).get("/ways-in/").content.decode()
    assert [name in everything for name in ("North", "South", "Alice Ahlberg", "Olga")] == [True, True, False, False]


# What was learnt


def visit(row: Relationship, **more: Any) -> Meeting:
    values: dict[str, Any] = {
        "relationships": [row], "title": "Their quay", "kind": "site_visit", "host": "theirs", "zone": "UTC",
        "starts_at": Now.read().instant - timedelta(days=2),
    }  # fmt: skip
    return meetings.plan_meeting(**(values | more), **by()).row


def test_insights_are_added_one_after_the_other_and_followed() -> None:
    row = people.relationship()
    meeting = visit(row)
    client = client_of()
    address = f"/meetings/{meeting.pk}/insights/"
    for text in ("Boxes wait in the sun", "Ice comes at noon"):
        added = client.post(address, {"text": text, "colleague": people.bob().pk}, **HTMX)
        assert added.status_code == 204
    assert [one.text for one in Insight.objects.all()] == ["Boxes wait in the sun", "Ice comes at noon"]
    refused = client.post(address, {"text": " "}, **HTMX)
    assert refused.status_code == 422
    # Nothing cuts what is pasted: it is said, and kept.
    long = client.post(address, {"text": "x" * 20_001}, **HTMX)
    body = long.content.decode()
    assert (long.status_code, "x" * 20_001 in body, 'maxlength="2000"' in body) == (422, True, False)
    first = Insight.objects.earliest("pk")
    bobs = client_of(people.bob())
    assert "Seen: Boxes" in bobs.get("/learnt/?show=mine").content.decode()
    bobs.post(f"/insights/{first.pk}/seen/", **HTMX)
    assert "Boxes" not in bobs.get("/learnt/?show=mine").content.decode()
    ended = {"became": "A tent on the quay", "into": "commitment", "due_on": (today() + timedelta(days=7)).isoformat()}
    client.post(f"/insights/{first.pk}/end/", ended, **HTMX)
    closed = client.get("/learnt/?show=closed").content.decode()
    assert "A tent on the quay" in closed
    first.refresh_from_db()
    assert first.commitment is not None
    assert first.commitment.get_absolute_url() in closed


def test_only_who_sees_the_partner_can_be_told_what_was_learnt() -> None:
    meeting = visit(people.relationship())
    refused = client_of().post(
        f"/meetings/{meeting.pk}/insights/", {"text": "Boxes", "colleague": people.outsider().pk}, **HTMX
    )
    assert (refused.status_code, Insight.objects.count()) == (422, 0)


def test_of_several_partners_the_one_it_was_learnt_of_is_chosen() -> None:
    one, other = people.relationship(), people.relationship()
    meeting = visit(one, relationships=[one, other])
    address = f"/meetings/{meeting.pk}/insights/"
    assert client_of().post(address, {"text": "Boxes"}, **HTMX).status_code == 422
    party = meeting.parties.get(relationship=other)
    client_of().post(address, {"text": "Boxes", "party": party.pk}, **HTMX)
    assert Insight.objects.get().relationship == other


# Today, the overview, the agenda


def rows_of_today(person: Any = None) -> str:
    return client_of(person).get("/").content.decode()


def test_today_asks_on_the_day_to_follow_up_whether_it_landed() -> None:
    row = people.relationship()
    solveig = signer(row)
    play = plan(row, contact=solveig)
    assert "Ice at the quay – planned for today" in rows_of_today()
    meetings.do_play(play=play, follow_up_on=today() + timedelta(days=1), **by())
    assert [said in rows_of_today() for said in ("planned for", "did it land?")] == [False, False]
    meetings.change_play(play=play, values={"follow_up_on": today()}, **by())
    assert "The article sent to Solveig Dahl: did it land?" in rows_of_today()
    client_of().post(f"/plays/{play.pk}/no-answer/", **HTMX)
    assert "did it land?" not in rows_of_today()


def test_insight_stands_on_today_of_whom_it_was_routed_to_until_seen_readers_included() -> None:
    party = visit(people.relationship()).parties.get()
    row = meetings.note_insight(party=party, text="Boxes wait in the sun", colleague=people.rita(), **by()).row
    assert "Boxes wait in the sun" not in rows_of_today()
    body = rows_of_today(people.rita())
    assert "Boxes wait in the sun" in body
    assert f"/insights/{row.pk}/seen/" in body
    client_of(people.rita()).post(f"/insights/{row.pk}/seen/", **HTMX)
    assert "Boxes wait in the sun" not in rows_of_today(people.rita())


def test_overview_shows_the_way_in_that_fits_only_where_access_is_thin() -> None:
    row = people.relationship()
    solveig = signer(row)
    address = f"/relationships/{row.pk}/"
    assert "Ask Bob Brandt for an introduction to Solveig Dahl" in client_of().get(address).content.decode()
    for person in (people.alice(), people.bob()):
        friend = Contact.objects.create(name=f"Friend of {person.name}")
        Affiliation.objects.create(contact=friend, account=row.account)
        actions.log_interaction(
            relationship=row, occurred_on=today(), channel="meeting", contacts=[friend, solveig],
            colleagues=[person], **by(),
        )  # fmt: skip
    body = client_of().get(address).content.decode()
    assert 'id="ways"' not in body


def test_planned_way_in_is_a_candidate_of_the_agenda_that_stays_with_us() -> None:
    row = people.relationship()
    play = plan(row)
    plan(row, "introduction", through=people.bob())
    meeting = visit(row, starts_at=Now.read().instant + timedelta(days=2))
    found = candidates.find(meeting, candidates.parties_of(meeting), Now.read())
    told = [(one.candidate.key, one.title, one.shared) for one in found if one.candidate.key.startswith("play:")]
    assert told == [(f"play:{play.pk}", "Ice at the quay", False)]


# Each other's meetings


def held(row: Relationship, kind: str, host: str = "ours", came: bool = True) -> None:
    contact = Contact.objects.create(name="Ingrid Moe")
    meeting = visit(row, kind=kind, host=host, contacts={row.pk: [contact]})
    meeting.people.update(came=came)
    Meeting.objects.filter(pk=meeting.pk).update(state="held")
    meeting.parties.update(state="held")


def test_share_of_each_others_meetings_is_a_sentence() -> None:
    row = people.relationship()
    assert "No meeting with them was held in the last four quarters." in page(row)
    held(row, "review")
    assert "no meeting of either side’s own" in page(row)
    held(row, "internal", "ours", came=False)
    held(row, "internal", "theirs")
    held(row, "check_in")
    said = page(row)
    assert (
        "Of 4 meetings in the last four quarters they were asked into 1 of our own and we sat in on 1 of theirs: 50 %."
        in said
    )
    assert "They came to none." in said


# History


def test_history_of_the_partner_tells_each_deed() -> None:
    row = people.relationship()
    play = plan(row, contact=signer(row))
    meetings.do_play(play=play, **by())
    meetings.answer_play(play=play, note="Wants the figures", **by())
    meetings.allow_naming(account=row.account, scope="In talks", **by())
    insight = meetings.note_insight(party=visit(row).parties.get(), text="Boxes wait", **by()).row
    meetings.close_insight(insight=insight, became="A tent", **by())
    body = client_of().get(f"/relationships/{row.pk}/history/").content.decode()
    told = [
        "Way in planned: Ice at the quay", "Way in done: Ice at the quay", "Way in answered: Ice at the quay",
        "Wants the figures", "They allowed us to name them", "In talks", "Learnt: Boxes wait",
        "Insight followed to its end: Boxes wait", "A tent",
    ]  # fmt: skip
    assert [said for said in told if said not in body] == []


# Queries


@pytest.mark.parametrize("count", [1, 50])
def test_page_of_one_and_of_fifty_takes_the_same_queries(count: int, django_assert_num_queries: Any) -> None:
    row = people.relationship()
    contact = signer(row)
    account = people.relationship(account=people.account("Northmere Foods")).account
    meetings.allow_naming(account=account, **by())
    Play.objects.bulk_create(
        Play(
            relationship=row, account=row.account, kind="article", what=f"Northmere Foods {number}", contact=contact,
            keeper=people.alice(), planned_on=today(), written_at=Now.read().instant, **ended,
        )
        for number in range(count)
        for ended in ({}, {"done_on": today()}, {"done_on": today(), "answered_on": today()})
    )  # fmt: skip
    client = client_of()
    client.get("/ways-in/")
    with django_assert_num_queries(PAGE_QUERIES):
        client.get(f"/relationships/{row.pk}/ways-in/")
    with django_assert_num_queries(16):
        client.get("/ways-in/")


@pytest.mark.parametrize("count", [1, 50])
def test_lists_of_one_and_of_fifty_insights_take_the_same_queries(count: int, django_assert_num_queries: Any) -> None:
    meeting = visit(people.relationship())
    party = meeting.parties.get()
    Insight.objects.bulk_create(
        Insight(
            meeting=meeting, party=party, relationship=party.relationship, account=party.account,
            text=f"Boxes {number}", colleague=people.alice(), written_by=people.bob(), written_at=Now.read().instant,
        )
        for number in range(count)
    )  # fmt: skip
    client = client_of()
    client.get("/learnt/")
    with django_assert_num_queries(20):
        client.get("/learnt/")
    with django_assert_num_queries(23):
        client.get(f"/meetings/{meeting.pk}/insights/")
