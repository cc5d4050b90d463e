"""Listening posts inside: the register, what came in and whose it is, and the partners nobody has listened to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import actions as accounts
from accounts.models import Account, Affiliation, Contact, UndoStep, User
from accounts.undo import take_back
from dashboards import wanting, wanting_answers
from dashboards.listening import quiet
from dashboards.today import Reason
from relationships import actions, addresses, feedback_words, queries
from relationships.feedback import Step
from relationships.models import Feedback, FeedbackStep, Heard, ListeningPost, Relationship
from tests import people
from web.clock import Now

DAY = timedelta(days=1)


def client(person: User | None = None) -> Client:
    browser = Client()
    browser.force_login(person or people.alice(), backend="django.contrib.auth.backends.ModelBackend")
    return browser


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def by(person: User | None = None) -> dict[str, Any]:
    return {"actor": person or people.alice(), "now": Now.read()}


def a_post(**values: Any) -> ListeningPost:
    given: dict[str, Any] = {"name": "Canteen", "owner": people.alice(), "public": True} | values
    return actions.open_post(**by(), **given).row


def came_in(post: ListeningPost, said: str = "No forks", **more: str) -> Heard:
    return actions.hear(now=Now.read(), post=post, form=said, text=said, **more)


# The register


@pytest.mark.django_db
def test_post_is_added_changed_closed_and_opened_and_each_is_taken_back() -> None:
    browser = client()
    said = {"name": "Gate 3", "kind": "visit", "covers": "Drivers", "public": "on", "owner": people.alice().pk}
    assert browser.post("/listening/new/", said).status_code == 302
    post = ListeningPost.objects.get()
    assert (post.name, post.public, post.owner) == ("Gate 3", True, people.alice())
    browser.post(f"/listening/{post.pk}/edit/", said | {"name": "Gate 4"})
    for address, sentence in (
        ("address", "The one given out before has stopped working."),
        ("closing", "What was heard there stays."),
        ("closing", "closed already"),
        ("opening", "Open again."),
    ):
        assert sentence in text(browser.post(f"/listening/{post.pk}/{address}/", follow=True)), address
    post.refresh_from_db()
    assert (post.name, post.version, post.closed_on) == ("Gate 4", 2, None)
    for step in UndoStep.objects.order_by("-id"):
        take_back(step_id=step.pk, **by())
    assert ListeningPost.objects.count() == 0


@pytest.mark.django_db
def test_register_is_for_all_and_what_came_in_for_who_sorts_it() -> None:
    post, of_partner = a_post(covers="What you eat"), a_post(name="Only theirs", relationship=people.relationship())
    came_in(post, "A secret of the canteen")
    for person, sees in ((people.alice(), True), (people.outsider(), False), (people.rita(), False)):
        page = text(client(person).get(f"/listening/{post.pk}/"))
        assert "What you eat" in page
        assert ("A secret of the canteen" in page, addresses.token_for(post) in page) == (sees, sees)
    assert client(people.outsider()).get(f"/listening/{of_partner.pk}/").status_code == 404
    assert "Only theirs" not in text(client(people.outsider()).get("/listening/"))
    for person, said in (
        (people.alice(), "1 that came in is waiting for you"),
        (people.outsider(), "nothing is waiting for you"),
    ):
        page = text(client(person).get("/listening/"))
        assert (said in page, "everything that came in is sorted" in page) == (True, False)
    assert client(people.rita()).get("/listening/new/").status_code == 404
    with pytest.raises(PermissionDenied):
        actions.open_post(**by(people.rita()), name="Mine", owner=people.rita())
    with pytest.raises(ObjectDoesNotExist):
        actions.open_post(
            **by(people.outsider()), name="Mine", owner=people.alice(), relationship=people.relationship()
        )


@pytest.mark.django_db
def test_counts_are_of_a_month_and_a_year_and_of_what_waits() -> None:
    post, row = a_post(), people.relationship()
    today = Now.read().today("UTC")
    for ago in (1, 29, 31, 364, 366):
        people.feedback(row, heard_on=today - ago * DAY, post=post)
    came_in(post)
    aside = came_in(post, "Buy my pills")
    actions.set_aside(**by(), heard=aside, why="An advertisement")
    assert queries.heard_at([post.pk], today) == {post.pk: queries.HeardCounts(month=3, year=5, unsorted=1)}


# What came in


@pytest.mark.django_db
def test_at_a_post_of_one_partner_it_is_feedback_at_once() -> None:
    row = people.relationship()
    post = a_post(relationship=row)
    heard = came_in(post, nature="complaint", name="Ola", reach="ola@partner.example", behalf_of="the night shift",
                    noted_by="Kari")  # fmt: skip
    given = Feedback.objects.get()
    assert (heard.feedback, given.relationship, given.nature, given.side) == (given, row, "complaint", "theirs")
    assert (given.voice_name, given.behalf_of, given.post) == ("Ola", "the night shift", post)
    assert given.where == "noted down by Kari"
    # Nobody of ours wrote it, and nobody can take it back as a deed of their own.
    assert (given.written_by, given.keeper, UndoStep.objects.filter(verb__contains="feedback").count()) == (
        None, people.alice(), 0,
    )  # fmt: skip
    came_in(post, nature="complaint", name="Ola", reach="ola@partner.example", behalf_of="the night shift",
            noted_by="Kari")  # fmt: skip
    assert Feedback.objects.count() == 1


@pytest.mark.django_db
def test_organisation_of_somebody_without_a_name_is_not_who_said_it() -> None:
    row = people.relationship(owner=people.alice(), account=people.account(name="Havbris"))
    post = a_post(relationship=row)
    where: dict[str, str] = {"organisation": "Havbris Sea Farm", "nature": "suggestion"}
    came_in(post, "Scan the pallet", reach="henrik@night.example", **where)
    given = Feedback.objects.get()
    page = text(client().get(given.get_absolute_url()))
    assert "Suggestion from somebody at Havbris Sea Farm (henrik@night.example)" in page
    assert "henrik@night.example said it" in page
    assert "Havbris Sea Farm said it" not in page
    for kind in (FeedbackStep.Kind.ANSWERED, FeedbackStep.Kind.APPLIED):
        actions.take_feedback_step(**by(), feedback=given, kind=Step(kind), text="Done")
    page = text(client().get(given.get_absolute_url()))
    assert "Told henrik@night.example" in page
    assert "not yet told back to henrik@night.example" in page
    # Without a way to reach them it is somebody there all the same; a name is a name.
    voices = [came_in(post, "Two", **where), came_in(post, "Three", name="Ola", **where)]
    named = [one.feedback for one in voices if one.feedback]
    assert [feedback_words.speaker(one) for one in named] == ["Somebody at Havbris Sea Farm", "Ola, Havbris Sea Farm"]


@pytest.mark.parametrize(
    ("name", "reached"),
    [
        ("somebody at Ewos (+47 22 33 44 55)", "+47 22 33 44 55"),
        ("Ola (night shift)", "Ola (night shift)"),
        ("Ola (B2)", "Ola (B2)"),
        ("(ola@ewos.example) Ola", "(ola@ewos.example) Ola"),
        ("", ""),
    ],
)
def test_only_a_way_to_reach_them_stands_for_a_name(name: str, reached: str) -> None:
    assert feedback_words.addressed(Feedback(side="theirs", voice_name=name)) == reached


@pytest.mark.django_db
def test_register_says_the_kind_of_a_post_once() -> None:
    for name, kind, public in (("One", "form", True), ("Two", "support", True), ("Three", "form", False)):
        a_post(name=name, kind=kind, public=public)
    page = text(client().get("/listening/"))
    for name, said in (("One", "Public form"), ("Two", "Support, public form"), ("Three", "Form")):
        assert f'{name}</b></a> <span class="faint">{said}</span>' in page
    assert "Usability test" in text(client().get("/listening/new/"))


@pytest.mark.django_db
def test_at_a_post_of_one_partner_it_waits_for_its_kind_where_nobody_said_it() -> None:
    row = people.relationship(owner=people.alice(), account=people.account(name="Havbris"))
    ola = Contact.objects.create(name="Ola Nes", email="ola@partner.example")
    Affiliation.objects.create(contact=ola, account=row.account)
    # The post is Mona's, the partner Alice's: both are told on their Today.
    post = a_post(name="Night shift", relationship=row, owner=people.mona())
    heard = came_in(post, "abcdef", name="Nobody we know", reach=" OLA@partner.example")
    assert (Feedback.objects.count(), Heard.objects.unsorted().get()) == (0, heard)
    for person in (people.alice(), people.mona()):
        assert "1 about Havbris waits for you to say what it is" in text(client(person).get("/"))
    assert "waits for you" not in text(client(people.rita()).get("/"))
    browser = client()
    page = text(browser.get(post.get_absolute_url()))
    assert ("Kind not said" in page, "What is it?" in page, "Somebody else’s" in page) == (True, True, False)
    address = f"/heard/{heard.pk}/feedback/"
    asked = browser.get(address)
    form, words = asked.context["form"], text(asked)
    assert (form["relationship"].value(), form["nature"].value(), form["contact"].value()) == (row.pk, "", ola.pk)
    # Its kind is what is asked; whose it is is known.
    assert words.index(">It is<") < words.index(">Partner<")
    with pytest.raises(ValidationError):
        actions.sort_heard(**by(), heard=heard, relationship=row)
    browser.post(address, {"relationship": row.pk, "nature": "complaint", "contact": ola.pk})
    given = Feedback.objects.get()
    assert (given.nature, given.contact, given.written_by) == ("complaint", ola, people.alice())


@pytest.mark.django_db
def test_what_came_in_about_a_partner_stands_on_today_at_once_until_somebody_takes_it_up() -> None:
    row = people.relationship(owner=people.alice(), account=people.account(name="Havbris"))
    ola = Contact.objects.create(name="Ola Nes", email="ola@partner.example")
    Affiliation.objects.create(contact=ola, account=row.account)
    post = a_post(name="Night shift", relationship=row, owner=people.mona())
    assert "is feedback of Havbris at once" in text(client().get(post.get_absolute_url()))
    before = text(client().get("/"))
    came_in(post, "The ramp is dark", nature="complaint", name="Ola", reach="Ola@Partner.example")
    given = Feedback.objects.get()
    assert (given.contact, given.voice_name, given.written_by) == (ola, "", None)
    page = text(client().get("/"))
    for said in ("New feedback", "“The ramp is dark”", "Complaint from Ola Nes, through “Night shift” today."):
        assert (said in before, said in page) == (False, True), said
    assert wanting.count(people.alice(), Now.read()) == 1
    # It has not waited for long, so it is no number beside Feedback; five days later it is that, and no longer new.
    later = Now(Now.read().instant + 6 * DAY)
    found = [[one.reason for one in wanting_answers.candidates(people.alice(), when)] for when in (Now.read(), later)]
    assert found == [[Reason.HEARD], [Reason.UNANSWERED]]
    assert [wanting_answers.count(people.alice(), when) for when in (Now.read(), later)] == [0, 1]
    client().post(f"/feedback/{given.pk}/acknowledgement/")
    given.refresh_from_db()
    assert given.acknowledged_on is not None
    assert "The ramp is dark" not in text(client().get("/"))
    # What a colleague wrote down or sorted has been read.
    came_in(a_post(name="Canteen"), "Too loud", nature="complaint")
    actions.sort_heard(**by(), heard=Heard.objects.latest("id"), relationship=row)
    assert list(wanting_answers.candidates(people.alice(), Now.read())) == []


@pytest.mark.django_db
def test_writer_whose_address_several_have_is_nobody_of_them() -> None:
    row = people.relationship()
    for name in ("Ola", "Kari"):
        person = Contact.objects.create(name=name, email="office@partner.example")
        Affiliation.objects.create(contact=person, account=row.account)
    elsewhere = Contact.objects.create(name="Per", email="per@partner.example")
    Affiliation.objects.create(contact=elsewhere, account=people.relationship().account)
    here = queries.people_of(row, Now.read().today("UTC"))
    for address in ("office@partner.example", "per@partner.example", "+47 100", "", "@"):
        assert queries.reached_at(address, here) is None, address


def swept(**fields: Any) -> Relationship:
    row = people.relationship(account=people.account(**fields))
    accounts.sweep_duplicates(now=Now.read())
    return row


@pytest.mark.django_db
def test_likely_partner_is_proposed_by_name_other_name_and_domain() -> None:
    row = swept(name="Bjørkheim Sjømat AS", website="https://bjorkheim.example")
    accounts.add_alias(**by(), account=row.account, name="Northern Lights Seafood")
    accounts.sweep_duplicates(now=Now.read())
    other = swept(name="Another Company Entirely")
    post = a_post()
    heard = [
        came_in(post, "1", organisation="Bjorkheim Sjomat"),
        came_in(post, "2", organisation="Northern Lights Seafood"),
        came_in(post, "3", reach="ola@bjorkheim.example"),
        came_in(post, "4", organisation="Nobody knows these"),
        came_in(post, "5"),
    ]
    found = queries.likely_partners(people.alice(), heard)
    assert [found.get(one.pk, []) for one in heard] == [[row], [row], [row], [], []]
    assert queries.likely_partners(people.outsider(), heard) == {heard[0].pk: [], heard[1].pk: [], heard[2].pk: [],
                                                                 heard[3].pk: []}  # fmt: skip
    assert other not in [one for likely in found.values() for one in likely]


@pytest.mark.django_db
def test_one_tap_sorts_it_and_taken_back_it_waits_again() -> None:
    row = swept(name="Bjørkheim Sjømat")
    heard = came_in(a_post(), organisation="Bjørkheim Sjømat", nature="complaint")
    browser = client()
    page = text(browser.get(heard.post.get_absolute_url()))
    assert f'name="relationship" value="{row.pk}"' in page
    assert "1 waits for you to say whose it is" in text(browser.get("/"))
    tap = {"relationship": row.pk, "nature": "complaint"}
    assert 'name="nature" value="complaint"' in page
    answer = browser.post(f"/heard/{heard.pk}/feedback/", tap, follow=True)
    assert "It is feedback of" in text(answer)
    heard.refresh_from_db()
    assert heard.feedback == Feedback.objects.get(relationship=row)
    again = browser.post(f"/heard/{heard.pk}/feedback/", tap)
    assert (again.status_code, "sorted this already" in text(again)) == (422, True)
    step = UndoStep.objects.latest("id")
    back = take_back(step_id=step.pk, **by())
    heard.refresh_from_db()
    assert Feedback.objects.count() == 0
    assert Heard.objects.unsorted().get() == heard
    take_back(step_id=back.step.pk, **by())
    heard.refresh_from_db()
    assert heard.feedback == Feedback.objects.get()


@pytest.mark.django_db
def test_kind_is_asked_where_nobody_said_it_and_who_spoke_is_proposed() -> None:
    row, browser = swept(name="Bjørkheim Sjømat"), client()
    ola, kari = (Contact.objects.create(name=name) for name in ("Ola Nes", "Kari Lie"))
    for person in (ola, kari):
        Affiliation.objects.create(contact=person, account=row.account)
    heard = came_in(a_post(), organisation="Bjørkheim Sjømat", name="ola  nes")
    address = f"/heard/{heard.pk}/feedback/"
    assert 'name="nature" value' not in text(browser.get(heard.post.get_absolute_url()))
    form = browser.get(address).context["form"]
    assert (form["relationship"].value(), form["nature"].value(), form["contact"].value()) == (row.pk, "", ola.pk)
    answer = browser.post(address, {"relationship": row.pk})
    assert (answer.status_code, "Say what it is." in text(answer), Feedback.objects.count()) == (422, True, 0)
    browser.post(address, {"relationship": row.pk, "nature": "praise", "contact": kari.pk})
    given = Feedback.objects.get()
    # The one named takes the place of what was written; what came in keeps that.
    assert (given.nature, given.contact, given.voice_name) == ("praise", kari, "")
    # Nobody of another partner.
    other, heard = people.relationship(), came_in(heard.post, "Else")
    wrong = {"relationship": other.pk, "nature": "praise", "contact": ola.pk}
    assert browser.post(f"/heard/{heard.pk}/feedback/", wrong).status_code == 422


@pytest.mark.django_db
def test_several_are_set_aside_with_one_reason_and_come_back_together() -> None:
    post, browser = a_post(), client()
    rows = [came_in(post, f"Pills {nth}") for nth in range(3)]
    elsewhere = came_in(a_post(name="Elsewhere"), "Something else")
    page = text(browser.get(post.get_absolute_url()))
    assert f'value="{rows[0].pk}" form="bulk"' in page
    address = f"/listening/{post.pk}/set-aside/"
    chosen = {"rows": [rows[0].pk, rows[1].pk, elsewhere.pk]}
    form = text(browser.get(address, chosen))
    assert ("Pills 0" in form, "Pills 2" in form, "Something else" in form) == (True, False, False)
    answer = browser.post(address, chosen | {"why": " "})
    assert (answer.status_code, "Pills 1" in text(answer)) == (422, True)
    assert "Nothing is chosen" in text(browser.get(address))
    assert "2 set aside." in text(browser.post(address, chosen | {"why": "An advertisement"}, follow=True))
    assert set(Heard.objects.unsorted()) == {rows[2], elsewhere}
    assert UndoStep.objects.filter(said="2 set aside").count() == 1
    back = take_back(step_id=UndoStep.objects.latest("id").pk, **by())
    assert set(Heard.objects.unsorted()) == {*rows, elsewhere}
    take_back(step_id=back.step.pk, **by())
    assert set(Heard.objects.filter(set_aside_why="An advertisement")) == set(rows[:2])
    assert client(people.outsider()).get(address).status_code == 404


@pytest.mark.django_db
def test_hour_at_which_it_came_in_is_said() -> None:
    post = a_post()
    Heard.objects.filter(pk=came_in(post).pk).update(heard_at=Now.read().instant.replace(hour=0, minute=7))
    assert "today 00:07" in text(client().get(post.get_absolute_url()))


@pytest.mark.django_db
def test_nobody_sorts_into_what_they_may_not_change() -> None:
    heard, other = came_in(a_post()), people.relationship(owner=people.outsider(), team=people.south())
    answer = client().post(f"/heard/{heard.pk}/feedback/", {"relationship": other.pk})
    assert (answer.status_code, Feedback.objects.count()) == (422, 0)
    with pytest.raises(ObjectDoesNotExist):
        actions.sort_heard(**by(), heard=heard, relationship=other)
    with pytest.raises(ObjectDoesNotExist):
        actions.sort_heard(**by(people.outsider()), heard=heard, relationship=other)


@pytest.mark.django_db
def test_set_aside_needs_a_reason_and_stays_with_it() -> None:
    heard, browser = came_in(a_post()), client()
    assert browser.post(f"/heard/{heard.pk}/set-aside/", {"why": " "}).status_code == 422
    browser.post(f"/heard/{heard.pk}/set-aside/", {"why": "Said already"})
    heard.refresh_from_db()
    assert (heard.set_aside_why, heard.set_aside_by) == ("Said already", people.alice())
    page = text(browser.get(heard.post.get_absolute_url()))
    assert ("Nothing is waiting." in page, "Said already" in page) == (True, True)
    take_back(step_id=UndoStep.objects.latest("id").pk, **by())
    assert Heard.objects.unsorted().get() == heard


@pytest.mark.django_db
def test_post_at_which_something_was_heard_is_not_undone_away() -> None:
    opened = actions.open_post(**by(), name="Canteen", owner=people.alice(), public=True)
    came_in(opened.row)
    answer = client().post(f"/undo/{opened.step.pk}/", follow=True)
    assert "close it instead" in text(answer)
    assert (ListeningPost.objects.count(), Heard.objects.count()) == (1, 1)


# Nobody has listened for long


@pytest.mark.django_db
def test_partners_nobody_has_listened_to_for_180_days() -> None:
    today = Now.read().today("UTC")
    old = datetime.combine(today - 400 * DAY, datetime.min.time(), UTC)

    def known(ago: int | None = None, **more: Any) -> Relationship:
        row = people.relationship(created_at=old, **more)
        if ago is not None:
            people.feedback(row, heard_on=today - ago * DAY)
        return row

    never, long, just, young = known(), known(200), known(179), people.relationship()
    ours = known()
    people.feedback(ours, side="ours", heard_on=today)
    known(owner=people.outsider(), team=people.south())
    known(paused_since=today, pause_reason="A strike")
    found = {row.pk: (today - row.since).days for row in quiet(people.alice(), today)}
    assert found == {never.pk: 400, long.pk: 200, ours.pk: 400}
    page = text(client().get("/listening/"))
    assert "never heard from" in page
    assert [row.account.name in page for row in (never, long, just, young)] == [True, True, False, False]


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 50])
def test_pages_ask_as_much_for_one_as_for_fifty(count: int) -> None:
    old = datetime.combine(Now.read().today("UTC") - 400 * DAY, datetime.min.time(), UTC)
    post = a_post(name="Post")
    for nth in range(count):
        people.relationship(created_at=old)
        came_in(a_post(name=f"Post {nth:02}"), organisation=f"Company {nth}")
    for nth in range(count):
        came_in(post, f"text {nth}", organisation=f"Company {nth}")
    assert Account.objects.count() == count
    found = []
    public = f"/hear/{addresses.token_for(post)}/"
    for browser, address in ((client(), "/listening/"), (client(), post.get_absolute_url()), (Client(), public)):
        browser.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(address).status_code == 200
        found.append(len([one for one in asked if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))]))
    assert found == [20, 25, 1]
