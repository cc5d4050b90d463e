"""The review pack as page and as paper: both say the same, and neither says anything that is only ours."""

from __future__ import annotations

import re
from copy import copy
from datetime import date, timedelta
from io import BytesIO
from typing import Any, cast

import pytest
from django.db import connection, models
from django.db.models.base import ModelState
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags
from pypdf import PdfReader

from accounts.checks import ours
from accounts.models import Contact, UndoStep
from accounts.undo import take_back
from dashboards import pack_facts, pack_page, pack_paper, pack_words, packs
from dashboards.models import PackChoice
from dashboards.pack_facts import People
from dashboards.pack_words import Cell, Row, laid
from dashboards.packs import Agreed, Facts, Part, Period, Promise, Trouble, Voiced
from meetings.models import AgendaItem, Meeting, Outcome, Participant
from relationships import actions, problems
from relationships.cadence import Interval
from relationships.models import Interaction, Relationship, RelationshipMember
from relationships.promises import State
from tests import people
from tests.access.canaries import World, build, leaks, texts_of
from tests.meetings import agendas
from web.clock import Now

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def today() -> date:
    return Now.read().today("UTC")


def client_of(person: Any = None) -> Client:
    client = Client()
    client.force_login(person or people.alice())
    return client


def page_of(row: Relationship, who: Any = None, **asked: Any) -> str:
    """The page without its frame: what stands in the element that the choices swap."""
    found = client_of(who).get(reverse("review_pack", args=[row.pk]), asked).content.decode()
    return found[found.index('<div id="pack"') : found.index("</main>")]


def sheet_of(row: Relationship, **asked: Any) -> str:
    """The paper as it stands on the page."""
    found = page_of(row, **asked)
    return found[found.index("<article") : found.index("</article>")]


def paper_of(row: Relationship, **asked: Any) -> bytes:
    answer = client_of().get(reverse("review_pack_paper", args=[row.pk]), asked)
    assert answer["Content-Type"] == "application/pdf"
    return bytes(answer.content)


def text_of(raw: bytes) -> str:
    """Without any blank: lines are broken anywhere, long words as well."""
    text = "".join(one.extract_text() for one in PdfReader(BytesIO(raw)).pages)
    return squeezed(text)


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b\xad]", "", text)


def full(name: str = "Close the Loop") -> Relationship:
    """One of each, in the last hundred days."""
    row = people.relationship(account=people.account(name))
    now, day = Now.read(), today()
    kept = people.promise(row, what="Send the new round", due_on=day - 20 * DAY)
    actions.keep_promise(actor=row.owner, now=now, commitment=kept, kept_on=day - 20 * DAY, note="NEVERNOTE")
    people.promise(row, what="Open the gate", side="theirs", due_on=day - 10 * DAY, remedy="NEVERREMEDY")
    people.promise(row, what="Name a driver", due_on=day + 10 * DAY)
    said = people.feedback(row, day - 40 * DAY, "Answers come late", voice_name="Petra Vogel", where="NEVERWHERE")
    actions.answer_feedback(actor=row.owner, now=now, feedback=said, done_on=day - 38 * DAY, text="You are right")
    actions.open_problem(
        actor=row.owner, now=now, relationship=row, what="The wrong crates", opened_on=day - 9 * DAY, due_on=day
    )
    Interaction.objects.create(
        relationship=row, account_id=row.account_id, occurred_on=day - 5 * DAY, begun_by="theirs",
        summary="NEVERSUMMARY", logged_at=now.instant,
    )  # fmt: skip
    review = agendas.meeting(row, now=now, kind="review", title="Quarterly review")
    held_with(review, row)
    Outcome.objects.create(meeting=review, decision="Hamburg moves", written_at=now.instant)
    ask(agendas.meeting(row, now=now, title="Winter round", starts_at=now.instant + 7 * DAY), row)
    return row


def ask(meeting: Meeting, row: Relationship, name: str = "Greta Frost") -> Participant:
    """Somebody of theirs."""
    contact, _new = Contact.objects.get_or_create(
        name=name, email=f"{name.split()[0]}@{row.account_id}.example".lower()
    )
    party = meeting.parties.get(relationship=row)
    return Participant.objects.create(meeting=meeting, party=party, contact=contact, asked_on=today())


def held_with(meeting: Meeting, *rows: Relationship, ago: int = 3) -> None:
    """Held some days ago, and somebody of each of these was there."""
    for row in rows:
        ask(meeting, row)
    agendas.hold(meeting)
    meeting.people.update(came=True)
    meeting.parties.update(meets_on=today() - ago * DAY)


SAID = (
    "Send the new round", "Open the gate", "Name a driver", "Answers come late", "Petra Vogel", "You are right",
    "The wrong crates", "Hamburg moves", "Quarterly review", "Winter round", "We spoke once; Close the Loop began it.",
    "Promises that are open",
    "1 of 1 kept in time", "1 of 1 answered, half of those within 2 days", "One problem, and it is open.",
    "2 promises are open, 1 of them late.", "Alice Ahlberg",
)  # fmt: skip


# Page and paper ------------------------------------------------------------------------------------------------------


def test_page_and_paper_say_the_same() -> None:
    row = full()
    shown = squeezed(strip_tags(sheet_of(row, span="year")))
    text = text_of(paper_of(row, span="year"))
    for said in SAID:
        assert squeezed(said) in shown, said
        assert squeezed(said) in text, said
    assert "NEVER" not in shown and "NEVER" not in text
    assert squeezed("Evidence as of") in text and "Page1of" in text


@pytest.mark.parametrize("part", [*Part])
def test_each_part_alone_is_on_the_page_and_on_the_paper_and_no_other(part: Part) -> None:
    row = full()
    shown, text = sheet_of(row, span="year", part=part), text_of(paper_of(row, span="year", part=part))
    for one in Part:
        name = str(pack_words.PARTS[one])
        assert (f">{name}<" in shown) == (one is part), one
        assert (squeezed(name) in text) == (one is part), one


def test_a_link_restores_what_was_chosen_and_the_paper_has_the_same_choice() -> None:
    row = full()
    day = (today() - 30 * DAY).isoformat()
    shown = page_of(row, span="dates", first=day, last=today().isoformat(), part=["promises", "next"], size="letter")
    assert len(re.findall(r"checked", shown)) == 4
    address = re.search(r'formaction="(/relationships/\d+/pack/paper/)"', shown)
    form = shown[shown.index('id="pack-keep"') :]
    sent: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form):
        sent.setdefault(name, []).append(value)
    assert address
    paper = PdfReader(BytesIO(client_of().post(address[1], sent).content))
    assert round(paper.pages[0].mediabox.height) == 792
    text = squeezed("".join(one.extract_text() for one in paper.pages))
    assert "Sendthenewround" in text and "Answerscomelate" not in text


def test_the_default_is_since_the_last_review_and_a_year_where_there_was_none() -> None:
    row = full()
    found = client_of().get(reverse("review_pack", args=[row.pk])).context["sheet"]
    assert found.period == pack_words.span(Period(today() - 2 * DAY, today()))
    dated = client_of().get(reverse("review_pack", args=[row.pk]), {"span": "dates"}).context["sheet"]
    assert dated.period == found.period
    bare = people.relationship()
    shown = page_of(bare, span="review")
    assert "No review has been held before today" in shown and 'value="review"' in shown


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"span": "dates", "first": "2026-05-01"}, "Say which day."),
        ({"span": "dates", "first": "2026-05-01", "last": "2026-04-01"}, "The last day lies before the first."),
        ({"span": "dates", "first": "2026-05-41", "last": "2026-06-01"}, "Enter a valid date."),
        ({"chosen": "1"}, "Choose at least one part."),
        ({"span": "soon"}, "Select a valid choice."),
        ({"part": "standing"}, "Select a valid choice."),
        ({"size": "a0"}, "Select a valid choice."),
    ],
)
def test_what_can_t_be_made_is_said_and_what_was_typed_stays(asked: dict[str, str], said: str) -> None:
    row = people.relationship()
    shown = page_of(row, **asked)
    assert said in shown and "<article" not in shown and "pack/paper/" not in shown
    for name in ("first", "last"):
        assert asked.get(name, "") in shown
    answer = client_of().get(reverse("review_pack_paper", args=[row.pk]), asked)
    assert answer.status_code == 302
    assert said in client_of().get(answer["Location"]).content.decode()


def test_a_choice_that_is_kept_is_there_next_time_and_for_nobody_else() -> None:
    row = full()
    address = reverse("review_pack", args=[row.pk])
    sent = {"span": "quarter", "part": ["next", "promises"], "size": "letter", "chosen": "1"}
    answer = client_of(people.rita()).post(address, sent)
    assert answer.status_code == 302 and "span=quarter" in answer["Location"]
    form = client_of(people.rita()).get(address).context["form"]
    assert form.cleaned_data["part"] == ["promises", "next"]
    assert (form.cleaned_data["span"], form.cleaned_data["size"]) == ("quarter", "letter")
    # What an address says goes before what was kept.
    assert client_of(people.rita()).get(address, {"span": "year"}).context["form"].cleaned_data["part"] == [*Part]
    assert client_of().get(address).context["form"].cleaned_data["part"] == [*Part]
    kept = PackChoice.objects.get()
    assert PackChoice.objects.visible_to(people.alice()).count() == 0
    # Once more is the same row; days of one review are not those of the next.
    day = today().isoformat()
    client_of(people.rita()).post(address, {**sent, "span": "dates", "first": day, "last": day, "part": "rhythm"})
    assert PackChoice.objects.get().pk == kept.pk
    form = client_of(people.rita()).get(address).context["form"]
    assert (form.cleaned_data["span"], form.cleaned_data["part"]) == ("review", ["rhythm"])


def test_a_choice_that_is_wrong_is_not_kept_and_says_why() -> None:
    row = full()
    answer = client_of().post(reverse("review_pack", args=[row.pk]), {"chosen": "1", "span": "quarter"})
    assert answer.status_code == 422 and "Choose at least one part." in answer.content.decode()
    assert not PackChoice.objects.exists()


def key_of(row: Relationship, what: str) -> str:
    return f"promise:{row.commitments.get(what=what).pk}"


def test_a_row_that_is_left_out_stands_on_no_paper_and_figures_speak_of_all_of_them() -> None:
    row = full()
    people.promise(row, what="Awkward", due_on=today() - 9 * DAY)
    key = key_of(row, "Awkward")
    shown = page_of(row, span="year", without=key)
    # What was promised, what is open, and what stands on the next agenda.
    assert "3 rows are left out." in shown and shown.count(f'name="with" value="{key}"') == 3
    sheet = squeezed(strip_tags(sheet_of(row, span="year", without=key)))
    text = text_of(paper_of(row, span="year", without=key))
    assert "Awkward" in sheet and "Awkward" not in text and "Openthegate" in text
    for said in ("1 of 2 kept in time, 1 late. 1 of 2 is listed here.", "2 of 3 are listed here."):
        assert squeezed(said) in sheet and squeezed(said) in text
    # One click brings it back, here or all at once; an address may name what there is not.
    for back in (key, "all"):
        again = page_of(row, span="year", without=[key, "promise:0", "<x>"], **{"with": back})
        assert "left out" not in again and "&lt;x&gt;" not in again and f'name="out" value="{key}"' in again
    bare = page_of(row, span="year")
    assert "left out." not in bare and "Bring all back" not in bare


def test_a_table_of_which_all_is_left_out_says_so_and_its_agenda_goes_with_a_meeting() -> None:
    row = full()
    now = Now.read()
    later = Meeting.objects.get(parties__relationship=row, title="Winter round")
    agendas.add(later, "Gate money", now=now)
    assert "Gatemoney" in text_of(paper_of(row, span="year"))
    text = text_of(paper_of(row, span="year", without=f"meeting:{later.pk}"))
    assert "Winterround" not in text and "Gatemoney" not in text and "Noneofitislistedhere." in text
    assert "isplanned" not in text


def test_each_kind_of_row_can_be_left_out() -> None:
    row = full()
    shown = sheet_of(row, span="year")
    keys = set(re.findall(r'name="out" value="([a-z]+):', shown))
    assert keys >= {"promise", "feedback", "problem", "decision", "meeting"}
    every = re.findall(r'name="out" value="([^"]+)"', shown)
    text = text_of(paper_of(row, span="year", without=every))
    for said in ("Sendthenewround", "Openthegate", "Answerscomelate", "Thewrongcrates", "Hamburgmoves", "Winterround"):
        assert said not in text


def test_what_is_left_out_and_ones_own_words_are_kept_and_taken_back() -> None:
    row = full()
    address, key = reverse("review_pack", args=[row.pk]), key_of(row, "Name a driver")
    sent = {"span": "year", "part": ["next"], "without": key, "size": "a4", "chosen": "1", "intro": "Dear all <b>"}
    answer = client_of().post(address, sent)
    assert "intro" not in answer["Location"] and "Dear" not in answer["Location"]
    sheet = client_of().get(address).context["sheet"]
    assert (sheet.intro, sheet.left_out) == ("Dear all <b>", 2)
    assert "Dear all &lt;b&gt;" in sheet_of(row) and "Dearall<b>" in text_of(paper_of(row))
    # For nobody else, and an address restores the rows.
    other = client_of(people.rita()).get(address, {"without": key}).context["sheet"]
    assert (other.intro, other.left_out) == ("", 2)
    client_of().post(address, {**sent, "intro": "Dear both", "without": []})
    step = UndoStep.objects.order_by("-pk")[0]
    take_back(step_id=step.pk, actor=people.alice(), now=Now.read())
    assert client_of().get(address).context["sheet"].intro == "Dear all <b>"
    first = UndoStep.objects.filter(verb=step.verb).order_by("pk")[0]
    take_back(step_id=first.pk, actor=people.alice(), now=Now.read())
    assert not PackChoice.objects.exists()


def test_words_that_are_too_long_are_refused_and_not_lost() -> None:
    row = full()
    sent = {"span": "year", "part": "next", "size": "a4", "chosen": "1", "intro": "word " * 200}
    for route in ("review_pack", "review_pack_paper"):
        answer = client_of().post(reverse(route, args=[row.pk]), sent)
        shown = answer.content.decode()
        assert answer.status_code == 422 and "word word" in shown and "Ensure" not in shown
        field = shown[shown.index('id="pack-keep"') :]
        assert "characters long; 600 fit. It is still here" in field
        # The paper stays, and so does its button.
        assert "<article" in shown and "pack/paper/" in shown
    assert pack_page.LONGEST_INTRO == 600
    assert not PackChoice.objects.exists()


def test_the_paper_has_the_words_that_stand_in_the_field_and_keeps_none() -> None:
    row = full()
    sent = {"span": "year", "part": "next", "size": "a4", "chosen": "1", "intro": "Older words"}
    client_of().post(reverse("review_pack", args=[row.pk]), sent)
    answer = client_of().post(reverse("review_pack_paper", args=[row.pk]), {**sent, "intro": "Newer words"})
    text = text_of(answer.content)
    assert "Newerwords" in text and "Olderwords" not in text
    assert PackChoice.objects.get().intro == "Older words"


def test_an_address_never_grows_longer_than_a_server_takes_and_says_when_it_is_full() -> None:
    row = full()
    many = [f"promise:{number}" for number in range(100_000, 100_400)]
    client = client_of()
    sent = {"span": "year", "part": [*Part], "size": "a4", "chosen": "1", "without": many}
    answer = client.post(reverse("review_pack", args=[row.pk]), sent)
    assert len(answer["Location"]) < 3800 and "without" in answer["Location"]
    fits = client.get(answer["Location"]).context["without"]
    assert len(fits) > 80 and "No more rows fit" not in client.get(answer["Location"]).content.decode()
    more = client.get(f"{answer['Location']}&out={key_of(row, 'Name a driver')}")
    assert "No more rows fit" in more.content.decode() and more.context["without"] == fits


def test_the_last_part_stays_with_the_page_and_says_so() -> None:
    row = full()
    shown = page_of(row, chosen="1", span="year", had="promises")
    assert "has one part at least" in shown and "<article" in shown and "pack/paper/" in shown
    assert (
        client_of()
        .get(reverse("review_pack", args=[row.pk]), {"chosen": "1", "had": "next"})
        .context["sheet"]
        .sections[0]
        .key
        == "next"
    )


def test_nothing_at_all_is_said_in_a_line_for_each_part() -> None:
    shown = sheet_of(people.relationship())
    for said in (
        "No rhythm was agreed in this time.", "We did not speak in this time.", "Neither side gave feedback",
        "No promise of either side was due", "No problem was open", "No meeting of this time noted a decision.",
        "No promise is open.", "No meeting of both sides is planned.",
    ):  # fmt: skip
        assert said in shown
    assert "<table" not in shown


def again(row: models.Model, times: int, **named: str) -> None:
    """Copies of a row, with a number behind what ``named`` says."""
    copies = []
    for number in range(times):
        one = copy(row)
        one.pk, one._state = None, ModelState()
        for name, value in named.items():
            setattr(one, name, f"{value} {number}")
        copies.append(one)
    type(row)._base_manager.bulk_create(copies)


def test_reading_it_writes_nothing_and_costs_the_same_for_one_and_for_fifty() -> None:
    counts = []
    for many in (1, 50):
        row = full(f"Close the Loop {many}")
        meeting = Meeting.objects.get(parties__relationship=row, kind="review")
        for one in row.commitments.all():
            again(one, many - 1, what="Promise")
        again(row.feedback.get(), many - 1, said="Feedback")
        again(row.problems.get(), many - 1, what="Problem")
        again(row.interactions.get(), many - 1)
        again(meeting.outcomes.get(), many - 1, decision="Decision")
        browser = client_of()
        address = reverse("review_pack", args=[row.pk])
        browser.get(address)
        with CaptureQueriesContext(connection) as found:
            shown = browser.get(address, {"span": "year"}).content.decode()
        counts.append(len(found))
        assert shown.count("<tr>") > 7 * (many - 1)
        assert not [one["sql"] for one in found if re.match(r"INSERT|UPDATE|DELETE", one["sql"])]
    assert counts == [49, 49]


# Nothing that is only ours -------------------------------------------------------------------------------------------

# Which texts of which models a pack may tell. Whatever is new is not among them.
TOLD = {
    ("account", "name"),
    ("agendaitem", "title"),
    ("commitment", "what"),
    ("contact", "name"),
    ("feedback", "behalfof"),
    ("feedback", "said"),
    ("feedback", "voicename"),
    ("feedbackstep", "text"),
    ("meeting", "title"),
    ("outcome", "decision"),
    ("packchoice", "intro"),
    ("problem", "what"),
    ("relationship", "name"),
    ("user", "name"),
}


def row_of(world: World) -> Relationship:
    return cast(Relationship, world.north.rows["Relationship"])


def world_of(answered: bool) -> World:
    world = build()
    half = world.north
    if answered:
        half.add("FeedbackStep", kind="answered")
    # Its own meeting was held, and there is one to come.
    half.add("Meeting", uid="second", series_id=None, occurrence_at=None)
    held: Any = half.rows["Meeting"]
    Meeting.objects.filter(pk=held.pk).update(state=Meeting.State.HELD)
    held.parties.update(state=Meeting.State.HELD, meets_on=today())
    meeting = half.more[-1]
    party = half.add(
        "MeetingAccount", meeting_id=meeting.pk, meets_on=today() + DAY, starts_at=Now.read().instant + DAY
    )
    half.add("AgendaItem", meeting_id=meeting.pk, party_id=party.pk, key="written:9")
    ask(cast(Meeting, meeting), row_of(world))
    for one in half.rows_of("Participant"):
        type(one).objects.filter(pk=one.pk).update(came=True)  # type: ignore[attr-defined]
    return world


def test_no_text_that_is_only_ours_is_on_the_page_or_the_paper() -> None:
    """Each text of each model is a canary of its own, those of models of tomorrow with them."""
    world = world_of(answered=True)
    row: Any = world.north.rows["Relationship"]
    asked = {"span": "year"}
    found = {
        "page": squeezed(strip_tags(page_of(row, world.north.person, **asked))),
        "paper": text_of(
            bytes(client_of(world.north.person).get(reverse("review_pack_paper", args=[row.pk]), asked).content)
        ),
    }
    for where, text in found.items():
        told = leaks(text, side="north", directory=False)
        assert told <= TOLD, where
        # It is looked for where it would be: what may be told is there.
        assert told >= TOLD - {("feedback", "voicename")}, where
        assert not leaks(text, side="south", directory=True)
    planted = {
        (model.__name__.lower(), re.sub("[^a-z0-9]", "", one.name)) for model in ours() for one in texts_of(model)
    }
    assert len(planted - TOLD) > 60


def test_what_a_meeting_noted_as_only_ours_stays_with_us() -> None:
    row = full()
    meeting = Meeting.objects.get(parties__relationship=row, kind="review")
    at = Now.read().instant
    item = AgendaItem.objects.create(
        meeting=meeting, key="written:7", kind=9, title="SECRET", minutes=5, shared=False, added_at=at
    )
    Outcome.objects.create(
        meeting=meeting, commitment=people.promise(row, what="SECRETONE"), shared=False, written_at=at
    )
    Outcome.objects.create(meeting=meeting, feedback=people.feedback(row, said="SECRETTWO"), item=item, written_at=at)
    Outcome.objects.create(meeting=meeting, decision="SECRETTHREE", item=item, written_at=at)
    Outcome.objects.create(meeting=meeting, decision="SECRETFOUR", shared=False, written_at=at)
    for pair in (people.promise(row, what="SECRETFIVE"), people.feedback(row, said="SECRETSIX")):
        AgendaItem.objects.create(
            meeting=meeting, key=f"{'promise' if hasattr(pair, 'what') else 'feedback'}:{pair.pk}", kind=1,
            title="SECRET", minutes=5, shared=False, added_at=at,
        )  # fmt: skip
    assert "SECRET" not in page_of(row, span="year") and "SECRET" not in text_of(paper_of(row, span="year"))
    # Without that each of them would be there.
    Outcome.objects.update(shared=True)
    AgendaItem.objects.update(shared=True)
    shown = sheet_of(row, span="year")
    assert all(f"SECRET{number}" in shown for number in ("ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX"))


def test_what_nobody_said_and_what_they_were_not_told_stays_with_us() -> None:
    row = full()
    noticed = people.feedback(row, said="SECRETONE", hidden=True, nature="complaint")
    people.feedback(row, said="SECRETTWO", side="ours", unsaid=True)
    actions.open_problem(
        actor=row.owner, now=Now.read(), relationship=row, what="SECRETTHREE", opened_on=today(), due_on=today(),
        feedback=noticed,
    )  # fmt: skip
    assert "SECRET" not in page_of(row, span="year") and "SECRET" not in text_of(paper_of(row, span="year"))


def test_what_grew_out_of_what_is_only_ours_stays_with_us() -> None:
    """Made of feedback of a meeting among us, a problem, a promise and the plan of one: in no part of the pack."""
    row, now = full(), Now.read()
    internal = agendas.meeting(row, kind="internal", title="Among us", starts_at=now.instant - DAY, now=now)
    said = people.feedback(row, today(), "CANARY COMPLAINT", nature="complaint")
    outcome = Outcome.objects.create(
        meeting=internal, feedback=said, party=internal.parties.get(), written_at=now.instant
    )
    agendas.hold(internal)
    by: dict[str, Any] = {"actor": row.owner, "now": now}
    actions.open_problem(**by, relationship=row, what="CANARY PROBLEM", due_on=today(), feedback=said)
    people.promise(row, what="CANARY PROMISE", due_on=today(), feedback=said)
    missed = people.promise(row, what="CANARY BROKEN", due_on=today() - 5 * DAY, feedback=said)
    actions.miss_promise(**by, commitment=missed, explanation="Ill", plan="CANARY PLAN", new_due_on=today() + 2 * DAY)
    review = agendas.meeting(
        row, kind="review", title="Next review", starts_at=now.instant + 2 * DAY, now=now, minutes=480
    )
    ask(review, row)
    items = {one.title: one.shared for one in agendas.of(review, now).standing}
    made = ("CANARY PROBLEM", "CANARY PROMISE", "CANARY PLAN")
    assert [items[one] for one in made] == [False] * 3
    shown, text = page_of(row, span="year"), text_of(paper_of(row, span="year"))
    assert "CANARY" not in shown and "CANARY" not in text and "Nextreview" in text
    # With somebody of theirs there it would be told.
    Participant.objects.filter(pk=ask(internal, row, "Ingrid Iversen").pk).update(came=True)
    shown = page_of(row, span="year")
    assert all(one in shown for one in ("CANARY COMPLAINT", "CANARY BROKEN", *made))
    # What an agenda has as only ours takes with it what was made of it.
    Outcome.objects.filter(pk=outcome.pk).delete()
    AgendaItem.objects.create(
        meeting=internal, key=f"feedback:{said.pk}", kind=1, title="Said", minutes=5, shared=False, added_at=now.instant
    )
    shown = sheet_of(row, span="year")
    assert "CANARY PROBLEM" not in shown and "CANARY PROMISE" not in shown


def test_of_a_meeting_of_two_partners_each_hears_its_own_and_what_is_for_both() -> None:
    row, other = full(), people.relationship()
    meeting = agendas.meeting(row, other, now=Now.read(), title="Together")
    held_with(meeting, row, other, ago=1)
    at = Now.read().instant
    for said, party in (("For both", None), ("For one", row), ("For the other", other)):
        mine = meeting.parties.get(relationship=party) if party else None
        Outcome.objects.create(meeting=meeting, decision=said, party=mine, written_at=at)
    shown = sheet_of(row, span="year")
    assert "For both" in shown and "For one" in shown and "For the other" not in shown


@pytest.mark.parametrize(
    ("kind", "held", "asked", "came"),
    [
        ("internal", False, "", False),
        ("internal", False, "another", False),
        ("internal", True, "", False),
        ("internal", True, "theirs", False),
        ("internal", True, "another", True),
        ("check_in", False, "", False),
        ("review", True, "", False),
    ],
)
def test_nothing_of_a_meeting_among_us_is_told_in_no_field_of_it(kind: str, held: bool, asked: str, came: bool) -> None:
    """Each field bears a canary; with somebody of theirs there, all of them are told. ``asked``: of which partner."""
    row, other = full(), people.relationship(account=people.account("Other"))
    meeting = planned_among_us(row, other, kind)
    if asked:
        ask(meeting, row if asked == "theirs" else other, "CANARY Visitor")
    if held:
        agendas.hold(meeting)
        meeting.parties.update(meets_on=today())
        meeting.people.update(came=came)
        meeting.people.exclude(user=None).update(came=True)
    text = text_of(paper_of(row, span="year"))
    shown = page_of(row, span="year")
    if kind == "review":
        # What was not dealt with has gone on to the agenda of the next meeting with them.
        shown, text = shown.replace("CANARY ITEM", ""), text.replace("CANARYITEM", "")
    assert "CANARY" not in shown and "CANARY" not in text and "Hamburgmoves" in text
    # Without that they would be there: what is looked for is in the text.
    contact = ask(meeting, row, "CANARY Guest")
    Participant.objects.filter(pk=contact.pk).update(came=True)
    shown = page_of(row, span="year")
    for one in ("TITLE", "PROMISE", "FEEDBACK", *(["DECISION", "COLLEAGUE", "Guest"] if held else ["ITEM"])):
        assert f"CANARY {one}" in shown, one


def planned_among_us(row: Relationship, other: Relationship, kind: str) -> Meeting:
    """With two partners, a colleague, an item, a decision, a promise and feedback, all of it shared as by default."""
    now = Now.read()
    meeting = agendas.meeting(row, other, kind=kind, title="CANARY TITLE", starts_at=now.instant + DAY, now=now)
    colleague = people.outsider()
    colleague.name = "CANARY COLLEAGUE"
    colleague.save()
    Participant.objects.create(meeting=meeting, user=colleague, asked_on=today())
    agendas.add(meeting, "CANARY ITEM", now=now)
    party = meeting.parties.get(relationship=row)
    for arisen in (
        {"decision": "CANARY DECISION"},
        {"commitment": people.promise(row, what="CANARY PROMISE", due_on=today() + DAY), "party": party},
        {"feedback": people.feedback(row, today(), "CANARY FEEDBACK"), "party": party},
    ):
        Outcome.objects.create(meeting=meeting, written_at=now.instant, **arisen)
    return meeting


def test_took_part_who_was_there_in_the_time_and_nobody_else() -> None:
    row = full()
    RelationshipMember.objects.create(relationship=row, user=people.mona(), role="sponsor")
    later = Meeting.objects.get(parties__relationship=row, title="Winter round")
    ask(later, row, "Matthias Lorenzen")
    sheet = client_of().get(reverse("review_pack", args=[row.pk]), {"span": "year"}).context["sheet"]
    assert [(one.responsible, one.others) for one in sheet.sides] == [("Alice Ahlberg", ""), ("", "Greta Frost")]
    # Of us also who is named in a talk with them; of them who spoke with us is theirs to tell.
    talk = row.interactions.get()
    talk.colleagues.add(people.bob())
    talk.contacts.add(Contact.objects.create(name="Elsa Berg"))
    sheet = client_of().get(reverse("review_pack", args=[row.pk]), {"span": "year"}).context["sheet"]
    assert [one.others for one in sheet.sides] == ["Bob Brandt", "Greta Frost"]


def test_nobody_took_part_in_a_time_that_is_still_ahead() -> None:
    row = full()
    RelationshipMember.objects.create(relationship=row, user=people.mona(), role="sponsor")
    first, last = (today() + DAY).isoformat(), (today() + 40 * DAY).isoformat()
    asked = {"span": "dates", "first": first, "last": last}
    sheet = client_of().get(reverse("review_pack", args=[row.pk]), asked).context["sheet"]
    assert [one.others for one in sheet.sides] == [""]


# The paper -----------------------------------------------------------------------------------------------------------

LONG = "Donaudampfschiffahrtsgesellschaft" * 12
MARKUP = '#panic("x") *bold* $x$ \\ <a> @ref // [no] `raw` = Heading'


def pdf_of(known: Facts, size: Any = "a4", them: str = "Close the Loop", parts: list[Part] | None = None) -> PdfReader:
    period = Period(date(2025, 11, 24), date(2026, 11, 23))
    laid_out = packs.lay_out(known, period, parts or [*Part], date(2026, 11, 23))
    sheet = pack_words.sheet(laid_out, them, them, People(["Alice Moran"], []), People([], ["Ёжик Ильин"]))
    return PdfReader(BytesIO(pack_paper.pdf_of(sheet, size=size)))


def promised(what: str, number: int = 0, **more: Any) -> Promise:
    day = date(2026, 11, 1) - (number % 200) * DAY
    return Promise(number % 2 == 0, what, "Petra Vogel", day, State.KEPT, day, None, day, **more)


@pytest.mark.parametrize(("size", "points"), [("a4", (595, 842)), ("us-letter", (612, 792))])
def test_two_hundred_promises_have_their_head_on_each_page_and_their_pages_counted(size: Any, points: Any) -> None:
    found = pdf_of(Facts(promises=[promised(f"Promise number {number}.", number) for number in range(200)]), size)
    box = found.pages[0].mediabox
    assert (round(box.width), round(box.height)) == points
    count = len(found.pages)
    assert count > 5
    texts = [one.extract_text() for one in found.pages]
    for number, text in enumerate(texts, 1):
        assert f"Page {number} of {count}" in text and "Evidence as of 23 November 2026" in text
        assert not re.search(r"Promise number \d+\.", text) or "What became of it" in text
    for number in range(200):
        assert sum(f"Promise number {number}." in text for text in texts) == 1
    root: Any = found.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"] == "en"


def test_a_row_is_on_one_page_unless_it_is_longer_than_one() -> None:
    said = " ".join(["begin", *["word"] * 90, "end"])
    texts = [
        one.extract_text()
        for one in pdf_of(Facts(promises=[promised(f"{said}{number}.", number) for number in range(0, 60, 2)])).pages
    ]
    for text in texts:
        assert text.count("begin") == len(re.findall(r"end\d+\.", text))
    endless = promised(" ".join(["begin", *["word"] * 3000, "end"]))
    whole = "".join(one.extract_text() for one in pdf_of(Facts(promises=[endless])).pages)
    assert whole.count("word") == 3000 and "end" in whole


@pytest.mark.parametrize("size", ["a4", "us-letter"])
def test_a_table_that_goes_on_says_whose_it_is_and_one_that_does_not_says_it_once(size: Any) -> None:
    rows = [promised(f"Promise number {number}.", number) for number in range(1, 124, 2)]
    pages = pdf_of(Facts(promises=rows), size, "Sable Ridge", [Part.PROMISES]).pages
    texts = [one.extract_text() for one in pages]
    assert "What Sable Ridge promised, continued" not in texts[0] and len(texts) > 1
    assert all(text.count("What Sable Ridge promised, continued") == 1 for text in texts[1:])
    short = pdf_of(Facts(promises=rows[:3]), size, "Sable Ridge", [Part.PROMISES]).pages
    assert not any("continued" in one.extract_text() for one in short)


def voiced(said: str, answer: str = "", number: int = 0) -> Voiced:
    day = date(2026, 11, 1) - number * DAY
    return Voiced(False, said, "complaint", "Petra Vogel", "the gate", day, asks=True, answer=answer, answered_on=day)


@pytest.mark.parametrize("size", ["a4", "us-letter"])
def test_a_long_text_stands_under_its_row_as_wide_as_the_paper(size: Any) -> None:
    long = " ".join(["begin", *["crates"] * 420, "end"])
    rows = [voiced("Short one."), voiced(long, number=1), voiced("Another.", answer=long, number=2)]
    pages = pdf_of(Facts(voiced=rows), size, parts=[Part.FEEDBACK]).pages
    texts = [one.extract_text() for one in pages]
    # 6,000 letters: two pages at most, where a column of a third took four.
    assert len(pages) <= 2
    assert "".join(texts).count("crates") == 840
    assert all("What became of it" in text for text in texts)
    assert max(line.count("crates") for text in texts for line in text.splitlines()) >= 12


def test_what_is_too_long_for_its_column_goes_below_and_nothing_else() -> None:
    long, short = "long " * 100, "short"
    (told,) = laid(
        [Row((Cell(long, ("Praise",)), Cell(short), Cell("Answered", (f"Answer: {long}", short))))], (4, 2, 4)
    )
    assert told.below == (long, f"Answer: {long}")
    assert told.cells == (Cell("In full below", ("Praise",)), Cell(short), Cell("Answered", (short,)))
    whole = [Row((Cell("x" * 300), Cell(short), Cell(short))), Row((Cell(long * 9),))]
    assert laid(whole[:1], (4, 2, 4)) == whole[:1]
    # A column as wide as the paper has room.
    assert laid(whole[1:], (1,)) == whole[1:]


def test_on_the_page_too_a_long_text_has_a_row_of_its_own() -> None:
    row = full()
    people.feedback(row, today() - 4 * DAY, "crates " * 400)
    shown = sheet_of(row, span="year")
    assert re.search(r'<td class="below" colspan="4"><p>(crates ?){400}</p></td>', shown)


def test_long_words_little_pictures_markup_and_other_letters() -> None:
    known = Facts(
        promises=[promised(LONG), promised("Ёжик в тумане \U0001f389"), promised(MARKUP)],
        voiced=[Voiced(False, LONG, "praise", LONG, LONG, date(2026, 11, 2), asks=False, answer=MARKUP,
                       answered_on=date(2026, 11, 2))],
    )  # fmt: skip
    found = pdf_of(known, them=LONG)
    text = squeezed("".join(one.extract_text() for one in found.pages))
    assert "Ёжиквтумане[partypopper]" in text and "ЁжикИльин" in text
    assert text.count(squeezed(MARKUP)) == 2
    # Nothing has run off the paper: each letter is where there is paper.
    places: list[float] = []
    for one in found.pages:
        one.extract_text(visitor_text=lambda said, _cm, tm, *_rest: places.append(tm[4]) if said.strip() else None)
    assert places and max(places) < 595


def test_the_page_says_which_letters_the_paper_can_not_draw() -> None:
    row = full()
    assert "no letters for" not in page_of(row, span="year")
    people.promise(row, what="Tablet \U00010380 \U0001f389", due_on=today())
    shown = page_of(row, span="year")
    assert "no letters for \U00010380:" in shown and "by their names, in brackets" in shown


def sheet_for(known: Facts) -> pack_words.Sheet:
    laid_out = packs.lay_out(known, Period(date(2025, 11, 24), date(2026, 11, 23)), [*Part], date(2026, 11, 23))
    return pack_words.sheet(laid_out, "Nordfjell", "Nordfjell", People(["Alice Moran"], []), People([], []))


def part_of(sheet: pack_words.Sheet, part: Part) -> pack_words.Section:
    return next(one for one in sheet.sections if one.key == part)


def test_a_day_to_come_that_was_agreed_too_late_says_why_it_is_late() -> None:
    due, first = date(2026, 12, 3), date(2026, 11, 17)
    sheet = sheet_for(Facts(promises=[Promise(True, "Send it", "Alice", due, State.LATE, first, first)]))
    promised = part_of(sheet, Part.PROMISES)
    table = promised.tables[0]
    assert (table.name, table.said) == ("What we promised", "1 late.")
    assert promised.said[-1] == "No promise of Nordfjell was due."
    said = table.rows[0].cells[2]
    assert (said.said, said.under) == ("3 Dec 2026", ("agreed only after 17 Nov 2026 had passed",))
    assert sheet.brief[-1] == "One promise is open, and late."
    assert part_of(sheet, Part.NEXT).tables[0].said == "1 of ours."
    in_time = Promise(True, "Send it", "Alice", due, State.RENEGOTIATED, first)
    cell = part_of(sheet_for(Facts(promises=[in_time])), Part.NEXT).tables[0].rows[0].cells[2]
    assert cell.under == ("first by 17 Nov 2026",)


def test_an_open_problem_whose_day_is_over_was_to_be_solved_by_it() -> None:
    row = Trouble("Crates", "", date(2026, 11, 2), date(2026, 11, 9), problems.State.LATE)
    problem = part_of(sheet_for(Facts(troubles=[row])), Part.PROBLEMS)
    assert problem.tables[0].rows[0].cells[2].said == "Open, was to be solved by 9 Nov 2026"
    assert problem.said == ["One problem, and it is open."]


def test_our_side_bears_the_name_of_ours_where_it_is_known(settings: Any) -> None:
    assert sheet_for(Facts()).sides[0].name == "Of us"
    settings.ORGANISATION = "Skarv & Hale"
    assert sheet_for(Facts()).sides[0].name == "Of Skarv & Hale"


def test_days_of_one_month_say_it_once() -> None:
    assert pack_words.span(Period(date(2026, 11, 1), date(2026, 11, 29))) == "1 to 29 November 2026"
    assert pack_words.span(Period(date(2026, 7, 1), date(2026, 9, 30))) == "1 July to 30 September 2026"
    assert pack_words.span(Period(date(2025, 11, 1), date(2026, 11, 29))) == "1 November 2025 to 29 November 2026"


def test_each_rhythm_says_when_it_held_and_who_agreed_to_it_stands_where_nobody_took_part() -> None:
    turn = date(2026, 6, 19)
    former = Agreed(Interval(date(2025, 1, 1), 30))
    later = Agreed(Interval(turn, 21), "Elsa", turn, assumed=False)
    sheet = sheet_for(Facts(agreed=[former, later]))
    assert (
        part_of(sheet, Part.RHYTHM)
        .said[0]
        .startswith(
            "Until 18 June 2026: every 30 days, not agreed. "
            "From 19 June 2026: every 21 days, agreed with Elsa on 19 June 2026."
        )
    )
    assert [(side.ours, side.agreed) for side in sheet.sides] == [(True, ""), (False, "Elsa")]
    alone = sheet_for(Facts(agreed=[former]))
    assert part_of(alone, Part.RHYTHM).said[0].startswith("Every 30 days, not agreed yet.")
    assert [side.ours for side in alone.sides] == [True]


def test_a_pause_is_said_and_what_was_kept_stands_beside_no_silence_of_it() -> None:
    known = Facts(
        talks=[packs.Talk(date(2026, 9, 1) + 14 * DAY * number, "ours", met=number == 0) for number in range(3)],
        agreed=[Agreed(Interval(date(2026, 9, 1), 14))],
        halted=[(date(2026, 9, 17), date(2026, 9, 20)), (date(2026, 10, 13), date.max)],
    )
    agreed, spoken = part_of(sheet_for(known), Part.RHYTHM).said
    assert agreed.endswith("(100\u00a0%). It rested from 17 to 19 September 2026. It has rested since 13 October 2026.")
    assert spoken == (
        "We spoke 3 times; we began all of them. At one of them we met in person. "
        "The longest silence lasted 14 days, from 1 Sep 2026 to 15 Sep 2026."
    )


@pytest.mark.parametrize(
    ("began", "said"),
    [
        (["unknown"], "We spoke once; who began it is not noted."),
        (["ours"], "We spoke once; we began it."),
        (["unknown"] * 4, "We spoke 4 times; who began is not noted."),
        (["theirs", "unknown"], "We spoke 2 times: 1 began with Nordfjell, who began the other is not noted."),
        (["ours", "theirs", "unknown", "unknown"],
         "We spoke 4 times: 1 began with us, 1 with Nordfjell, who began the other 2 is not noted."),
    ],
)  # fmt: skip
def test_who_began_is_said_in_whole_sentences(began: list[str], said: str) -> None:
    talks = [packs.Talk(date(2026, 11, 1) + number * DAY, one) for number, one in enumerate(began)]
    assert sheet_for(Facts(talks=talks)).brief[0] == said


def test_nothing_is_called_kept_where_nobody_spoke() -> None:
    known = Facts(agreed=[Agreed(Interval(date(2026, 11, 14), 30))])
    said = part_of(sheet_for(known), Part.RHYTHM).said
    assert said == ["From 14 November 2026: every 30 days, not agreed yet.", "We did not speak in this time."]


def test_promises_that_are_open_bear_their_heading_where_no_meeting_is_planned() -> None:
    row = people.relationship(account=people.account("Havbris"))
    people.promise(row, what="Send it", due_on=today())
    shown, text = sheet_of(row, part="next"), text_of(paper_of(row, part="next"))
    assert ">Promises that are open<" in shown and "Promisesthatareopen" in text
    assert squeezed(f"Due today, {pack_words.brief_day(today())}") in text


def test_times_of_one_table_are_of_one_zone() -> None:
    row = people.relationship(timezone="Europe/Oslo") if hasattr(Relationship, "timezone") else full()
    now = Now.read()
    for number, zone in enumerate(("America/New_York", "UTC"), 1):
        ask(agendas.meeting(row, now=now, zone=zone, starts_at=now.instant + number * DAY), row, f"Guest {number}")
    found = client_of().get(reverse("review_pack", args=[row.pk]), {"part": "next"}).context["sheet"]
    (table,) = [one for one in found.sections[0].tables if one.name == "Meetings that are planned"]
    assert len({re.search(r"\((.*)\)", line.cells[1].said)[1] for line in table.rows}) == 1  # type: ignore[index]


def test_a_talk_after_it_was_solved_was_not_about_it() -> None:
    opened, solved = date(2026, 11, 2), date(2026, 11, 9)
    for spoken, told in ((date(2026, 11, 4), True), (date(2026, 11, 10), False), (None, False)):
        row = Trouble("Crates", "", opened, solved, problems.State.SOLVED, solved, 0, spoken)
        text = "".join(one.extract_text() for one in pdf_of(Facts(troubles=[row])).pages)
        assert ("Spoken about after 2 days" in text) == told
        assert "Spoken about after 8 days" not in text


def test_who_sees_it_may_read_it_and_nobody_else() -> None:
    row = full()
    for who in (people.rita(), people.mona()):
        assert client_of(who).get(reverse("review_pack", args=[row.pk])).status_code == 200
    for name in ("review_pack", "review_pack_paper"):
        assert client_of(people.outsider()).get(reverse(name, args=[row.pk])).status_code == 404


def test_facts_name_no_row_of_another_relationship() -> None:
    full()
    row = people.relationship()
    found = pack_facts.read(row, Now.read())
    assert not (found.talks or found.promises or found.voiced or found.troubles or found.decisions or found.coming)
