"""The pages and dialogs of promises, as a person without JavaScript and one with it meets them."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from accounts.models import Affiliation, Contact, User
from relationships import actions
from relationships.models import Commitment, Miss, Relationship
from tests import people
from tests.relationships.records import DAY
from web.clock import Now

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def today() -> date:
    return Now.read().today("UTC")


def client(person: User | None = None) -> Client:
    made = Client()
    made.force_login(person or people.alice(), backend="django.contrib.auth.backends.ModelBackend")
    return made


def page(address: str, person: User | None = None) -> str:
    response = client(person).get(address)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def post(address: str, person: User | None = None, **values: Any) -> Any:
    return client(person).post(address, values, headers=HTMX)


def toast(response: Any) -> str:
    assert response.status_code == 204, response.content.decode()
    return str(json.loads(response["HX-Trigger"])["toast"]["message"])


def person_at(row: Relationship, name: str) -> Contact:
    contact = Contact.objects.create(name=name)
    Affiliation.objects.create(contact=contact, account=row.account)
    return contact


def test_promise_is_noted_from_the_relationship() -> None:
    row = people.relationship()
    ingrid = person_at(row, "Ingrid Moe")
    assert "Ingrid Moe" in page(f"/relationships/{row.pk}/commitments/?side=theirs")
    said = toast(
        post(
            f"/relationships/{row.pk}/commitments/",
            side="theirs", what="Volumes for the spring", by="7", made="0", contact=ingrid.pk, colleague="", keeper="",
        )
    )  # fmt: skip
    assert said.startswith("Promise noted, due on")
    made = Commitment.objects.get()
    assert (made.side, made.contact, made.due_on) == ("theirs", ingrid, today() + 7 * DAY)
    assert made.keeper == people.alice()


def test_promise_is_noted_from_anywhere_once_its_partner_is_chosen() -> None:
    row = people.relationship()
    person_at(row, "Ingrid Moe")
    assert "Ingrid Moe" in page(f"/commitments/new/?relationship={row.pk}")
    refused = post("/commitments/new/", side="ours", what="", by="other", made="0")
    assert refused.status_code == 422
    text = refused.content.decode()
    assert "Choose the partner." in text
    assert "Say which day." in text
    values: dict[str, Any] = {"relationship": row.pk, "side": "ours", "what": "Price list", "by": "other", "made": "0"}
    toast(post("/commitments/new/", **values, due_on=str(today())))
    assert Commitment.objects.get().due_on == today()


@pytest.mark.parametrize("given", ["99999999999999999999", "x", "0", "-1"])
def test_partner_that_is_none_is_no_error(given: str) -> None:
    assert "New promise" in page(f"/commitments/new/?relationship={given}&side=nobodys")


def test_partner_of_others_cannot_be_chosen() -> None:
    foreign = people.relationship(owner=people.outsider(), team=people.south())
    person_at(foreign, "Solveig Dahl")
    assert "Solveig" not in page(f"/commitments/new/?relationship={foreign.pk}")
    values: dict[str, Any] = {"relationship": foreign.pk, "side": "ours", "what": "Price list", "by": "7", "made": "0"}
    assert post("/commitments/new/", **values).status_code == 422
    assert not Commitment.objects.exists()


def test_people_of_elsewhere_cannot_be_named() -> None:
    row = people.relationship()
    stranger = person_at(people.relationship(), "Solveig Dahl")
    refused = post(
        f"/relationships/{row.pk}/commitments/",
        side="ours", what="Price list", by="7", made="0", contact=stranger.pk, colleague=people.petra().pk,
    )  # fmt: skip
    assert refused.status_code == 422
    assert re.findall(r'class="c-field bad', refused.content.decode()).__len__() >= 2
    assert not Commitment.objects.exists()


def test_day_before_it_was_promised_stands_at_its_field() -> None:
    row = people.relationship()
    refused = post(
        f"/relationships/{row.pk}/commitments/",
        side="ours", what="Price list", by="other", due_on=str(today() - DAY), made="0",
    )  # fmt: skip
    assert "The day lies before the one on which it was promised." in refused.content.decode()
    early = post(
        f"/relationships/{row.pk}/commitments/",
        side="ours", what="Price list", by="30", made="other", made_on=str(today() + 3 * DAY),
    )  # fmt: skip
    assert "This day is still to come." in early.content.decode()


def test_new_day_in_time_and_too_late() -> None:
    row = people.relationship()
    promise = people.promise(row, due_on=today() + 2 * DAY)
    assert "stays as it was said." in page(f"/commitments/{promise.pk}/edit/")
    said = toast(post(f"/commitments/{promise.pk}/renegotiations/", to="14", agreed="0", reason="Their fair"))
    assert said.startswith("New day agreed:")
    assert "late" not in said
    text = page(promise.get_absolute_url())
    assert "in time" in text
    assert "Their fair" in text
    late = people.promise(row, due_on=today() - 2 * DAY)
    assert "stays late" in toast(post(f"/commitments/{late.pk}/renegotiations/", to="7", agreed="0"))
    assert "Late since" in page(late.get_absolute_url())
    same = post(f"/commitments/{late.pk}/renegotiations/", to="7", agreed="0")
    assert "This is the day that counts already." in same.content.decode()


def test_kept_today_yesterday_or_another_day() -> None:
    row = people.relationship()
    for when, day, outcome in [("0", "", "kept"), ("-1", "", "kept"), ("other", str(today() - 3 * DAY), "kept")]:
        promise = people.promise(row, due_on=today(), made_on=today() - 9 * DAY)
        assert toast(post(f"/commitments/{promise.pk}/fulfilment/", when=when, kept_on=day, note="Sent")) == "Kept."
        promise.refresh_from_db()
        assert promise.outcome == outcome
        assert "Sent" in page(promise.get_absolute_url())
    again = post(f"/commitments/{Commitment.objects.latest('pk').pk}/fulfilment/", when="0")
    assert "has come to its end already" in again.content.decode()
    early = people.promise(row, due_on=today(), made_on=today())
    refused = post(f"/commitments/{early.pk}/fulfilment/", when="-1")
    assert "This is before the promise was made." in refused.content.decode()


def test_missed_then_explained_with_a_plan_that_is_a_promise() -> None:
    row = people.relationship()
    promise = people.promise(row, what="Price list", due_on=today() - 2 * DAY)
    assert "counts as owned up to, until" in page(f"/commitments/{promise.pk}/miss/")
    assert toast(post(f"/commitments/{promise.pk}/miss/")).startswith("Missed. Explained by")
    assert "it counts as owned up to." in page(promise.get_absolute_url())
    refused = post(f"/commitments/{promise.pk}/miss/", explanation="The board was away")
    assert refused.status_code == 422
    said = toast(
        post(
            f"/commitments/{promise.pk}/miss/",
            explanation="The board was away", plan="Send it by courier", promise_it="7",
        )
    )  # fmt: skip
    assert said == "Missed, and owned up to."
    follower = Commitment.objects.get(follows=promise)
    assert (follower.what, follower.due_on) == ("Send it by courier", today() + 7 * DAY)
    text = page(promise.get_absolute_url())
    assert "Missed, and owned up to within 2 days." in text
    assert "The board was away" in text
    assert follower.get_absolute_url() in text
    assert "Price list" in page(follower.get_absolute_url())


def test_too_late_to_own_up_is_said() -> None:
    promise = people.promise(due_on=today() - 20 * DAY)
    assert "it would have counted as owned up to" in page(f"/commitments/{promise.pk}/miss/")
    values: dict[str, Any] = {"explanation": "The board was away", "plan": "In spring"}
    assert toast(post(f"/commitments/{promise.pk}/miss/", **values)) == "Missed, and explained."
    assert "explained too late to count as owned up to" in page(promise.get_absolute_url())


def test_plan_with_a_day_needs_words() -> None:
    promise = people.promise(due_on=today())
    refused = post(f"/commitments/{promise.pk}/miss/", promise_it="7")
    assert "Say what is promised instead." in refused.content.decode()
    assert not Miss.objects.exists()


def test_removed_from_its_own_page_leads_away() -> None:
    promise = people.promise()
    headers = {**HTMX, "HX-Current-URL": f"http://testserver{promise.get_absolute_url()}"}
    response = client().post(f"/commitments/{promise.pk}/removal/", headers=headers)
    assert response["HX-Redirect"] == promise.relationship.get_absolute_url()
    assert not Commitment.objects.exists()


def test_reader_reads_and_finds_nothing_to_press() -> None:
    promise = people.promise(what="Price list")
    text = page(promise.get_absolute_url(), people.rita())
    assert "Price list" in text
    assert "data-dialog" not in text.split('id="commitment"')[1]


def test_page_takes_the_same_queries_however_much_happened(django_assert_max_num_queries: Any) -> None:
    row = people.relationship()
    promise = people.promise(row, due_on=today() + DAY)
    plain = client()
    plain.get(promise.get_absolute_url())
    with django_assert_max_num_queries(40) as few:
        plain.get(promise.get_absolute_url())
    for days in range(2, 12):
        actions.renegotiate(actor=row.owner, now=Now.read(), commitment=promise, new_due_on=today() + days * DAY)
    with django_assert_max_num_queries(len(few)):
        plain.get(promise.get_absolute_url())


def test_second_at_the_same_promise_is_told_what_changed_and_keeps_their_text() -> None:
    promise = people.promise(what="Price list", remedy="A free delivery")
    address = f"/commitments/{promise.pk}/edit/"
    form = page(address, people.alice())
    found = re.search(r'name="version" value="(\d+)"', form)
    assert found
    values: dict[str, Any] = {
        "side": "ours",
        "colleague": people.alice().pk,
        "keeper": people.alice().pk,
        "contact": "",
    }
    toast(post(address, people.bob(), **values, what="Price list for May", remedy="A free delivery", version=found[1]))
    told = post(address, **values, what="Price list, printed", remedy="Two free deliveries", version=found[1])
    assert told.status_code == 422
    text = told.content.decode()
    assert re.search(r"Changed by Bob Brandt at \d\d:\d\d while you typed", text)
    assert "Now: Price list for May" in text
    assert 'value="Price list, printed"' in text
    # Bob left the remedy alone, so there is nothing to be told of it.
    assert "Now: A free delivery" not in text
    assert "Two free deliveries" in text
    promise.refresh_from_db()
    assert promise.what == "Price list for May"
    # A form that does not do for another reason keeps the version that it came with.
    empty = post(address, **values, what="", remedy="", version=found[1]).content.decode()
    assert f'name="version" value="{found[1]}"' in empty
    newest = re.search(r'name="version" value="(\d+)"', text)
    assert newest
    toast(post(address, **values, what="Price list, printed", remedy="Two free deliveries", version=newest[1]))
    promise.refresh_from_db()
    assert promise.what == "Price list, printed"


def test_two_who_explain_the_same_miss_are_told_of_each_other() -> None:
    promise = people.promise(due_on=today() - DAY)
    address = f"/commitments/{promise.pk}/miss/"
    found = re.search(r'name="version" value="(\d+)"', page(address))
    assert found
    toast(post(address, people.bob(), explanation="Ice on the road", plan="In spring", version=found[1]))
    told = post(address, explanation="The board was away", plan="In spring", version=found[1])
    assert told.status_code == 422
    assert "Now: Ice on the road" in told.content.decode()
    assert Miss.objects.get().explanation == "Ice on the road"


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_making_one_is_taken_back_from_its_page_and_from_the_partners(headers: dict[str, str]) -> None:
    """Its own page is no more, so one goes on to Today; that of the partner is there still."""
    row = people.relationship()
    for own in (True, False):
        made = actions.make_promise(
            actor=people.alice(), now=Now.read(), relationship=row, side="ours", what="Send table", due_on=today()
        )
        there = made.row.get_absolute_url() if own else row.get_absolute_url()
        came_from = {"Referer": f"http://testserver{there}"}
        answer = client().post(f"/undo/{made.step.pk}/", headers={**headers, **came_from})
        assert not Commitment.objects.filter(pk=made.row.pk).exists()
        if headers:
            assert (answer.status_code, answer.headers.get("HX-Redirect")) == ((204, "/") if own else (204, None))
        else:
            assert (answer.status_code, answer.headers["Location"]) == (302, "/" if own else there)


def test_same_promise_saved_again_is_one() -> None:
    row = people.relationship()
    values = {"side": "ours", "what": "The table", "by": "7", "made": "0"}
    first = client().post(f"/relationships/{row.pk}/commitments/", values)
    again = client().post(f"/relationships/{row.pk}/commitments/", values, follow=True)
    assert first.status_code == 302
    assert "This was noted already; here it is." in again.content.decode()
    assert again.redirect_chain[-1][0] == Commitment.objects.get().get_absolute_url()


def test_words_of_our_promises_are_read_for_their_tone() -> None:
    row, rude = people.relationship(), "You always forget the ice"
    ours, theirs = people.promise(row, what=rude), people.promise(row, what=rude, side="theirs")
    read = 'data-hx-post="/feedback/tone/"'
    for part in ("miss", "renegotiations"):
        assert read in page(f"/commitments/{ours.pk}/{part}/")
        assert read not in page(f"/commitments/{theirs.pk}/{part}/")
    assert read in page(f"/relationships/{row.pk}/commitments/")
    assert "reads as blame" in client().post("/feedback/tone/", {"plan": rude, "side": "ours"}).content.decode()
    toast(post(f"/commitments/{ours.pk}/miss/", explanation="You never listen", plan="", promise_it=""))
    text = page(ours.get_absolute_url())
    assert "“You always forget”" in text
    assert "“You never listen”" in text
    assert "reads as blame" not in page(theirs.get_absolute_url())
    assert "reads as blame" not in page(ours.get_absolute_url(), people.rita())
