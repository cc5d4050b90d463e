"""The pages and dialogs of feedback, as a person without JavaScript and one with it meets them."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import DjangoAssertNumQueries

from accounts.models import Affiliation, Contact
from relationships import actions, feedback_words
from relationships.models import Attachment, Commitment, Feedback, Relationship
from tests import people
from tests.relationships.records import DAY, agreed
from tests.relationships.test_listening import a_post
from tests.relationships.test_promise_pages import client, page, post, toast, today
from web.clock import Now

pytestmark = pytest.mark.django_db


def henrik(row: Relationship) -> Contact:
    contact = Contact.objects.create(name="Henrik Aune")
    Affiliation.objects.create(contact=contact, account=row.account)
    return contact


def take(one: Feedback, kind: str, ago: int = 0, **more: Any) -> None:
    actions.take_feedback_step(
        actor=people.alice(), now=Now.read(), feedback=one, kind=kind, done_on=today() - ago * DAY, **more
    )


GIVEN: dict[str, Any] = {"side": "theirs", "nature": "suggestion", "said": "Scan the pallet", "heard": "0"}


def test_feedback_is_noted_from_the_relationship() -> None:
    row = people.relationship()
    voice = henrik(row)
    assert "Henrik Aune" in page(f"/relationships/{row.pk}/feedback/new/")
    address = f"/relationships/{row.pk}/feedback/new/"
    said = toast(post(address, **GIVEN, contact=voice.pk, behalf_of="the night shift"))
    assert said == "Noted: Suggestion from Henrik Aune."
    made = Feedback.objects.get()
    assert (made.contact, made.behalf_of, made.heard_on, made.keeper) == (
        voice, "the night shift", today(), people.alice()
    )  # fmt: skip
    text = page(made.get_absolute_url())
    assert "Suggestion from Henrik Aune" in text
    assert "on behalf of the night shift" in text
    assert "Waits for our answer since today" in text


def test_feedback_is_noted_from_anywhere_once_its_partner_is_chosen() -> None:
    row = people.relationship()
    refused = post("/feedback/new/", side="theirs", nature="suggestion", said="", heard="other")
    assert refused.status_code == 422
    text = refused.content.decode()
    for said in ("Choose the partner.", "Say what was said.", "Say which day."):
        assert said in text
    toast(post("/feedback/new/", **{**GIVEN, "relationship": row.pk}))
    assert Feedback.objects.get().relationship == row


@pytest.mark.parametrize("step", ["answer", "application", "refusal"])
def test_another_day_of_a_step_that_is_not_said_is_not_taken_for_today(step: str) -> None:
    one = people.feedback(people.relationship())
    if step != "answer":
        post(f"{one.get_absolute_url()}answer/", text="We look at it.", when="0")
    taken = one.steps.count()
    address = f"{one.get_absolute_url()}{step}/"
    assert "Day on which it was done</label>" in " ".join(page(address).split())
    refused = post(address, text="We build it.", when="other", done_on="")
    assert refused.status_code == 422
    assert "Say which day." in refused.content.decode()
    assert "We build it.</textarea>" in refused.content.decode()
    assert one.steps.count() == taken


def test_severity_of_what_is_no_complaint_falls_away_and_days_to_come_are_refused() -> None:
    row = people.relationship()
    address = f"/relationships/{row.pk}/feedback/new/"
    toast(post(address, **{**GIVEN, "severity": "3"}))
    assert Feedback.objects.get().severity is None
    late = post(address, **{**GIVEN, "heard": "other", "heard_on": str(today() + 3 * DAY)})
    assert late.status_code == 422
    assert "This day is still to come." in late.content.decode()
    toast(post(address, **{**GIVEN, "nature": "complaint", "severity": "3", "hidden": "on"}))
    assert Feedback.objects.get(nature="complaint").hidden


def test_people_and_partners_of_others_cannot_be_named() -> None:
    row, foreign = people.relationship(), people.relationship(owner=people.outsider(), team=people.south())
    stranger = henrik(foreign)
    assert post("/feedback/new/", **{**GIVEN, "relationship": foreign.pk}).status_code == 422
    refused = post(f"/relationships/{row.pk}/feedback/new/", **GIVEN, contact=stranger.pk)
    assert refused.status_code == 422
    assert not Feedback.objects.exists()


def test_the_whole_loop_with_the_days_it_took() -> None:
    row = people.relationship()
    one = people.feedback(row, today() - 47 * DAY, contact=henrik(row), behalf_of="the night shift")
    here = one.get_absolute_url()
    assert toast(post(f"{here}acknowledgement/")) == "Acknowledged."
    assert toast(post(f"{here}acknowledgement/")).startswith("You noted it today at ")
    answered: dict[str, Any] = {"text": "We build it.", "when": "other", "done_on": str(today() - 44 * DAY)}
    early = post(f"{here}answer/", **answered)
    assert early.status_code == 422
    assert "can&#x27;t be before" in early.content.decode()
    take_back = Feedback.objects.get().steps.get()
    toast(post(f"/feedback-steps/{take_back.pk}/removal/"))
    assert toast(post(f"{here}answer/", **answered)) == "Answered after 3 days, to be decided."
    picture = SimpleUploadedFile("form.png", b"a picture")
    made: dict[str, Any] = {"text": "Live", "when": "0", "done_on": "", "file": picture}
    made["url"] = "https://partner.example/scan"
    said = toast(post(f"{here}application/", **made))
    assert said == "Applied after 47 days, not yet told back to Henrik Aune and the night shift."
    toast(post(f"{here}told/", text="Rang", when="0", done_on=""))
    assert toast(post(f"{here}told-group/", text="A card", when="0", done_on="")) == (
        "Applied after 47 days, and told back."
    )
    text = re.sub(r"<[^>]+>|\s+", " ", page(here))
    for mark in ("answered, 3 days", "applied, 47 days", "told back, 47 days", "told the night shift, 47 days"):
        assert mark in re.sub(" +", " ", text), mark
    assert "From suggestion to application 47 days" in re.sub(" +", " ", text)
    assert "https://partner.example/scan" in text
    assert Attachment.objects.get().title == "form.png"


def test_second_to_answer_is_told_who_answered_and_keeps_the_text() -> None:
    one = people.feedback()
    post(f"{one.get_absolute_url()}answer/", people.bob(), text="We build it.", when="0", done_on="")
    second = post(f"{one.get_absolute_url()}answer/", text="We will see.", when="0", done_on="")
    assert second.status_code == 422
    text = second.content.decode()
    assert f"{people.bob()} noted it today at " in text
    assert "“We build it.”" in text
    assert "We will see.</textarea>" in text
    assert f'href="{one.get_absolute_url()}">See what was done</a>' in text
    assert 'type="submit">Answer' not in text
    assert one.steps.get().text == "We build it."
    post(f"{one.get_absolute_url()}application/", people.bob(), text="", when="0", done_on="")
    refused = post(f"{one.get_absolute_url()}refusal/", text="The law", when="0", done_on="")
    assert f"{people.bob()} noted it today at " in refused.content.decode(), "declined, where it was applied meanwhile"


def test_same_saved_again_leads_to_the_one_that_is_there() -> None:
    row = people.relationship()
    address = f"/relationships/{row.pk}/feedback/new/"
    first = client().post(address, GIVEN)
    again = client().post(address, GIVEN, follow=True)
    assert Feedback.objects.count() == 1
    assert again.redirect_chain[-1][0] == first["Location"] == Feedback.objects.get().get_absolute_url()
    assert "This was noted already; here it is." in again.content.decode()
    [undo] = re.findall(r'action="(/undo/\d+/)"', again.content.decode())
    post(address, people.bob(), **GIVEN)
    post(address, **{**GIVEN, "said": "Scan it twice"})
    assert Feedback.objects.count() == 3, "what a colleague says, or other words, is no second saving"
    client().post(undo)
    post(address, **GIVEN)
    assert Feedback.objects.count() == 3, "taken back, it can be noted anew"


def test_too_long_is_said_and_long_is_folded() -> None:
    row = people.relationship()
    address = f"/relationships/{row.pk}/feedback/new/"
    refused = post(address, **{**GIVEN, "said": "x" * 20_001})
    assert refused.status_code == 422
    assert "This is 20001 characters long; 20,000 fit." in refused.content.decode()
    assert "x" * 20_001 in refused.content.decode()
    toast(post(address, **{**GIVEN, "said": "So it goes on.\n\n" * 200 + "The end."}))
    timeline = page(f"/relationships/{row.pk}/?show=feedback")
    assert "The end." not in timeline
    assert "So it goes on…”" in timeline
    assert "Read all" in timeline
    one = page(Feedback.objects.get().get_absolute_url())
    assert "The end." in one
    assert '<details class="c-fold">' in one


def test_declined_only_with_a_reason() -> None:
    one = people.feedback()
    take(one, "answered")
    refused = post(f"{one.get_absolute_url()}refusal/", text="", when="0", done_on="")
    assert refused.status_code == 422
    assert "Say why it is declined." in refused.content.decode()
    toast(post(f"{one.get_absolute_url()}refusal/", text="The law", when="0", done_on=""))
    assert "The law" in page(one.get_absolute_url())


def test_step_that_another_rests_on_is_not_taken_back() -> None:
    one = people.feedback()
    take(one, "answered")
    take(one, "applied")
    answer = one.steps.get(kind="answered")
    told = toast(post(f"/feedback-steps/{answer.pk}/removal/"))
    assert told.startswith("It has gone on since")
    plain = client().post(f"/feedback-steps/{answer.pk}/removal/", follow=True)
    assert "It has gone on since" in plain.content.decode()
    assert one.steps.count() == 2


def test_words_of_a_step_are_changed_and_the_second_is_told() -> None:
    one = people.feedback()
    take(one, "answered", text="Soon")
    step = one.steps.get()
    address = f"/feedback-steps/{step.pk}/edit/"
    [version] = re.findall(r'name="version" value="(\d+)"', page(address))
    values = {"done_on": str(today()), "text": "Next week", "url": "", "version": version}
    toast(post(address, **values))
    second = post(address, **{**values, "text": "In spring"})
    assert second.status_code == 422
    assert "Now: Next week" in second.content.decode()
    assert one.steps.get().text == "Next week"


def test_feedback_is_changed_removed_and_comes_back() -> None:
    one = people.feedback()
    address = f"{one.get_absolute_url()}edit/"
    [version] = re.findall(r'name="version" value="(\d+)"', page(address))
    values = {**GIVEN, "heard_on": str(today()), "version": version, "voice_name": "Ola", "where": "the quay"}
    toast(post(address, **values))
    one.refresh_from_db()
    assert (one.said, one.voice, one.where) == ("Scan the pallet", "Ola", "the quay")
    assert post(address, **{**values, "said": "Other"}).status_code == 422
    removed = client().post(f"{one.get_absolute_url()}removal/", follow=True)
    assert removed.status_code == 200
    assert "Feedback removed." in removed.content.decode()
    [undo] = re.findall(r'action="(/undo/\d+/)"', removed.content.decode())
    client().post(undo)
    assert Feedback.objects.get().said == "Scan the pallet"


# Growing and promising


def test_grown_into_another_credit_stays_with_the_first() -> None:
    row = people.relationship()
    one = people.feedback(row, said="The form times out", contact=henrik(row))
    address = f"{one.get_absolute_url()}growth/"
    assert post(address, into="", said="").status_code == 422
    toast(post(address, into="", said="Scan the pallet"))
    grown = Feedback.objects.get(said="Scan the pallet")
    # Nobody of theirs said what it grew into: it is ours, by whoever wrote it down.
    assert (grown.side, grown.contact, grown.colleague, grown.behalf_of) == ("ours", None, people.alice(), "")
    text = page(grown.get_absolute_url())
    assert "Our suggestion from Alice" in text
    assert "Henrik Aune said it<" not in text
    assert "Credit: Henrik Aune." in text
    assert "Grew out of" in text
    assert "The form times out" in text
    assert "Henrik Aune suggested it first, on" in text
    assert "Scan the pallet" in page(one.get_absolute_url())
    assert "The form times out" not in page(f"{grown.get_absolute_url()}growth/").split("<select")[1]
    toast(post(address, into="", said=""))
    one.refresh_from_db()
    assert one.grew_into is None


def test_something_new_is_told_to_them_before_it_waits_for_their_answer() -> None:
    row = people.relationship()
    voice = henrik(row)
    one = people.feedback(row, said="The form times out", contact=voice)
    take(one, "answered")
    toast(post(f"{one.get_absolute_url()}growth/", into="", said="Scan the pallet."))
    idea = Feedback.objects.get(said="Scan the pallet.")
    for address in (f"/relationships/{row.pk}/feedback/", "/feedback/?state=tell"):
        text = page(address)
        assert "Not told to them yet" in text
        assert "Waits for their answer" not in text
        assert f"{idea.get_absolute_url()}saying/" in text
        # The one that it grew from is decided by that, and still to be told back.
        assert "Grew into “Scan the pallet”, not yet told back to Henrik Aune" in text
    own = page(one.get_absolute_url())
    assert "grew into another" in own
    for gone in ("To be decided", f"{one.get_absolute_url()}application/", f"{one.get_absolute_url()}refusal/"):
        assert gone not in own
    assert f"{one.get_absolute_url()}told/" in own
    assert "not told to them yet" in page(row.get_absolute_url())
    text = page(idea.get_absolute_url())
    assert "Not told to them yet." in text
    assert f"{idea.get_absolute_url()}answer/" not in text
    address = f"{idea.get_absolute_url()}saying/"
    assert "Henrik Aune" in page(address)
    late = post(address, when="other", told_on=str(today() + 3 * DAY), told_to=voice.pk)
    assert (late.status_code, "This day is still to come." in late.content.decode()) == (422, True)
    assert toast(post(address, when="-1", told_on="", told_to=voice.pk)) == "Told them. It waits for their answer."
    idea.refresh_from_db()
    assert (idea.unsaid, idea.heard_on, idea.told_to) == (False, today() - DAY, voice)
    text = page(idea.get_absolute_url())
    assert "Waits for their answer since yesterday" in text
    assert "to Henrik Aune" in text
    assert post(address, when="0", told_on="", told_to="").status_code == 422
    lines = page(f"/relationships/{row.pk}/history/")
    assert "Our idea, not told to them yet: Scan the pallet" in lines
    assert "Told them: Scan the pallet" in lines


def test_who_sees_to_no_feedback_begins_with_all_that_they_see() -> None:
    row = people.relationship()
    one = people.feedback(row, said="Scan the pallet", keeper=people.bob())
    assert one.said in page("/feedback/")
    assert one.said not in page("/feedback/?whose=mine")
    mine = people.feedback(row, said="The form times out")
    text = page("/feedback/")
    assert (mine.said in text, one.said in text) == (True, False)


def test_newest_first_is_newest_first_and_what_waits_too_long_has_its_tab() -> None:
    row = people.relationship()
    old = people.feedback(row, today() - 20 * DAY, said="Waits for long")
    new = people.feedback(row, today(), said="Fresh")
    text = page("/feedback/")
    assert text.index(new.said) < text.index(old.said)
    late = page("/feedback/?state=late")
    assert (old.said in late, new.said in late) == (True, False)


def test_promise_made_from_it_and_kept_proposes_that_it_is_applied() -> None:
    row = people.relationship()
    one = people.feedback(row, said="Scan the pallet", contact=henrik(row))
    take(one, "answered")
    assert "Answered on the same day, to be decided." in page(one.get_absolute_url())
    assert "Scan the pallet" in page("/feedback/?state=decide")
    assert "Scan the pallet" not in page("/feedback/?state=work")
    address = f"/relationships/{row.pk}/commitments/?feedback={one.pk}&side=ours"
    text = page(address)
    assert "Scan the pallet" in text
    [action] = re.findall(r'action="(/relationships/\d+/commitments/[^"]*)"', text)
    noted = client().post(action, {"side": "ours", "what": "A scanner", "by": "7", "made": "0"})
    assert noted["Location"] == one.get_absolute_url(), "back to what was promised for"
    promise = Commitment.objects.get()
    assert promise.feedback == one
    assert "A scanner" in page(one.get_absolute_url())
    text = page(one.get_absolute_url())
    assert "Answered on the same day, in work." in text
    assert "in work, to be applied" in text
    assert "Then it is applied" not in text
    assert "Scan the pallet" in page("/feedback/?state=work")
    assert "Scan the pallet" not in page("/feedback/?state=decide")
    actions.keep_promise(actor=people.alice(), now=Now.read(), commitment=promise)
    assert "Then it is applied" in page(one.get_absolute_url())
    assert "Scan the pallet" in page(promise.get_absolute_url())


def test_complaint_is_opened_as_a_problem_and_leads_to_it() -> None:
    one = people.feedback(nature="complaint", said="The crates were too small", severity=2)
    address = f"{one.get_absolute_url()}problem/"
    assert address in page(one.get_absolute_url())
    post(address)
    text = page(one.get_absolute_url())
    assert address not in text
    assert one.problems.get().get_absolute_url() in text


def test_feedback_of_another_partner_is_not_promised_for() -> None:
    one = people.feedback(said="Scan the pallet")
    other = people.relationship()
    for number in (one.pk, "x", "9" * 30):
        assert "Scan the pallet" not in page(f"/relationships/{other.pk}/commitments/?feedback={number}")


# What is still to be done


def marks(address: str) -> str:
    """The first loop on a page, as it is read out."""
    loop = re.findall(r'<p class="c-loop">(.*?)</p>', page(address), re.DOTALL)[0]
    heard = re.sub(r'<svg[^>]*aria-label="([^"]*)"[^>]*>', r"\1 ", loop)
    return " ".join(re.sub(r"<[^>]+>", " ", heard).split())


def test_what_is_not_done_says_so_and_a_row_names_only_the_next() -> None:
    row = people.relationship()
    one = people.feedback(row, contact=henrik(row), behalf_of="the night shift")
    here = one.get_absolute_url()
    assert marks(here) == (
        "not yet: to be acknowledged not yet: to be answered not yet: to be decided not yet: to be told back "
        "not yet: the night shift to be told"
    )
    assert marks("/feedback/") == "not yet: next: answer"
    take(one, "answered")
    assert marks("/feedback/") == "done: acknowledged, same day done: answered, same day not yet: next: decide"
    take(one, "applied")
    take(one, "told_voice")
    assert marks("/feedback/").endswith("done: told back, same day not yet: next: tell the night shift")
    take(one, "told_group")
    assert "not yet" not in marks("/feedback/?state=closed")


# Who is known by nothing but a way to reach them


def test_who_left_only_an_address_is_to_be_told_and_it_stands_where_the_answer_is_written() -> None:
    row = people.relationship()
    heard_at = a_post(relationship=row, public=True)
    actions.hear(
        now=Now.read(),
        post=heard_at,
        form="1",
        text="Scan the pallet",
        nature="suggestion",
        reach="sigrid@partner.example",
    )
    one = Feedback.objects.get()
    here = one.get_absolute_url()
    assert one.where == ""
    text = page(here)
    assert 'href="mailto:sigrid@partner.example"' in text
    assert "to be told back" in text
    assert "Written down by" not in text
    assert "mailto:" not in page(here, people.rita())
    assert "mailto:" in page(f"{here}answer/")
    take(one, "answered")
    take(one, "applied")
    assert "not yet told back to sigrid@partner.example" in page(here)
    assert "mailto:" in page(f"{here}told/")


def test_toast_says_what_it_is_about() -> None:
    one = people.feedback()
    answer = post(f"{one.get_absolute_url()}acknowledgement/")
    assert json.loads(answer["HX-Trigger"])["toast"]["about"] == one.get_absolute_url()


def test_stands_on_today_from_the_fifth_day_without_an_answer() -> None:
    row = people.relationship()
    for days, side in ((4, "theirs"), (5, "theirs"), (9, "ours")):
        people.feedback(row, today() - days * DAY, side=side, said=f"{side} for {days}")
    text = page("/")
    assert "“theirs for 5” – unanswered for 5 days" in text
    assert "theirs for 4" not in text
    assert "ours for 9" not in text
    take(Feedback.objects.get(said="theirs for 5"), "answered")
    assert "theirs for 5" not in page("/")


def test_who_waits_for_an_answer_is_named_whatever_else_is_wrong_there() -> None:
    row = agreed(14, start=today() - 60 * DAY, touched=today() - 41 * DAY)
    actions.sweep_cadence(now=Now.read())
    people.feedback(row, today() - 9 * DAY, said="The ramp is icy")
    shown = client().get("/")
    [overdue, waiting] = shown.context["groups"]
    assert (overdue.count, waiting.lines, waiting.count) == (1, [], 1)
    assert shown.context["lede"] == "One partner is overdue, one of their remarks waits for an answer."
    assert waiting.elsewhere == "with a partner that wants something worse"
    assert f'href="{waiting.address}">See it</a>' in shown.content.decode()
    assert "The ramp is icy" in page(waiting.address)


# How our own words read


def test_tone_is_noted_and_never_in_the_way() -> None:
    rough = "You always forget the night run!!"
    note = client().post("/feedback/tone/", {"side": "ours", "said": rough}).content.decode()
    assert "reads as blame" in note
    assert "reads as shouting" in note
    assert client().post("/feedback/tone/", {"side": "theirs", "said": rough}).content.strip() == b""
    assert "reads as blame" in client().post("/feedback/tone/", {"text": rough}).content.decode()
    row = people.relationship()
    toast(post(f"/relationships/{row.pk}/feedback/new/", **{**GIVEN, "side": "ours", "said": rough}))
    one = Feedback.objects.get()
    assert one.said == rough
    assert "reads as blame" in page(one.get_absolute_url())
    assert "reads as blame" not in page(one.get_absolute_url(), people.rita())


def test_their_words_are_theirs() -> None:
    one = people.feedback(said="You always forget the night run!!")
    take(one, "answered", text="You always complain!!")
    text = page(one.get_absolute_url())
    assert "“You always complain”" in text
    assert "“You always forget”" not in text


# Lists


def test_list_is_filtered_sorted_and_searched() -> None:
    row = people.relationship()
    old = people.feedback(row, today() - 9 * DAY, said="The old form", nature="complaint", severity=2, hidden=True)
    new = people.feedback(row, today(), said="The new form", side="ours", colleague=people.bob())
    done = people.feedback(row, today() - 3 * DAY, said="Thank you", nature="praise")
    take(done, "answered", ago=2)
    everything = {old, new, done}

    def found(query: str) -> set[Feedback]:
        text = page(f"/feedback/?{query}")
        return {one for one in everything if f'href="{one.get_absolute_url()}"' in text}

    assert found("") == {old, new}
    assert found("state=late") == {old}
    assert found("state=closed") == {done}
    assert found("state=all") == everything
    assert found("state=all&side=ours") == {new}
    assert found("state=all&nature=praise") == {done}
    assert found("state=all&hidden=yes") == {old}
    assert found("state=all&hidden=no") == {new, done}
    assert found("state=all&q=old form") == {old}
    assert found(f"state=all&q={row}") == everything
    assert found("nature=nonsense&state=nonsense&post=x&team=99999999999999999999") == {old, new}
    text = page("/feedback/?state=all&sort=oldest")
    assert text.index("The old form") < text.index("Thank you") < text.index("The new form")
    assert "We answered 1 of 2 within 5 days." in text
    assert "Complaints: 0 said outright, 1 that we noticed." in text
    assert "No feedback is yours to see to" in page("/feedback/?whose=mine", people.bob())
    assert "The old form" in page("/feedback/?whose=all", people.bob())
    assert "The old form" not in page("/feedback/?whose=all", people.outsider())


def test_pages_follow_each_other_without_gap_or_double() -> None:
    row = people.relationship()
    for number in range(60):
        people.feedback(row, today() - number % 7 * DAY, said=f"Remark {number:02d}.")
    for address in ("/feedback/", f"/relationships/{row.pk}/feedback/"):
        seen, at = [], address
        while at:
            text = page(at)
            seen += re.findall(r"“(Remark \d\d\.)”", text)
            more = re.findall(r'href="(\?[^"]*after[^"]*)">Show the next 25', text)
            at = f"{address}{more[0].replace('&amp;', '&')}" if more else ""
        assert sorted(seen) == [f"Remark {number:02d}." for number in range(60)]


def test_half_of_the_suggestions_took_no_longer() -> None:
    row = people.relationship()
    for took in (10, 20, 90):
        one = people.feedback(row, today() - took * DAY)
        take(one, "answered", ago=took)
        take(one, "applied")
    text = page(f"/relationships/{row.pk}/feedback/")
    assert "3 suggestions of theirs were applied, half of them within 20 days." in text
    assert "3 of 3 answered within 5 days" in text


def some(count: int) -> Relationship:
    row = people.relationship()
    for number in range(count):
        side = "ours" if number % 2 else "theirs"
        one = people.feedback(row, today() - 8 * DAY, side=side, contact=None, voice_name="Ola", behalf_of="all")
        if number % 3:
            take(one, "answered")
    return row


@pytest.mark.parametrize("count", [1, 50])
def test_lists_take_the_same_queries(count: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    row = some(count)
    alice = client()
    alice.get("/feedback/")
    with django_assert_num_queries(24):
        alice.get("/feedback/?state=all&whose=all")
    with django_assert_num_queries(20):
        alice.get(f"/relationships/{row.pk}/feedback/")


@pytest.mark.parametrize("count", [1, 50])
def test_page_of_one_takes_the_same_queries(count: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    row = people.relationship()
    last = people.feedback(row)
    for _number in range(count):
        actions.grow_feedback(actor=row.owner, now=Now.read(), feedback=people.feedback(row), into=last)
        people.promise(row, feedback=last)
    take(last, "answered")
    alice = client()
    alice.get(last.get_absolute_url())
    with django_assert_num_queries(23):
        alice.get(last.get_absolute_url())


def test_what_was_heard_today_waits_for_no_days() -> None:
    today = date(2026, 11, 23)
    assert [feedback_words.waits(Feedback(heard_on=today - timedelta(days=days)), today) for days in (0, 1, 6)] == [
        "heard today",
        "unanswered for 1 day",
        "unanswered for 6 days",
    ]
