"""What colleagues say to each other, whom it names, and the next step that is done."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import Cover, User
from accounts.undo import take_back
from relationships import actions, queries
from relationships.models import Comment, Commitment, Interaction, Mention, Relationship, RelationshipMember
from relationships.templatetags.talk import plain_text
from tests import people
from tests.relationships.records import DAY, MONDAY, log, noon
from web.clock import Now

pytestmark = pytest.mark.django_db
NOW = noon(MONDAY)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def everybody() -> None:
    for person in (people.alice, people.bob, people.mona, people.rita, people.adam, people.outsider, people.petra):
        person()


def write(row: Relationship, text: str = "Prices hold", *, actor: User | None = None, **about: Any) -> Comment:
    done = actions.write_comment(actor=actor or row.owner, now=NOW, relationship=row, text=text, **about)
    return done.row


def named(user: User) -> list[str]:
    """What stands on the person's Today; asked as a later request would, with rights read anew."""
    return [mention.comment.text for mention in queries.mentions_of(User.objects.get(pk=user.pk))]


def last_step(user: User) -> int:
    step = user.undo_steps.open().order_by("pk").last()
    assert step is not None
    return step.pk


def undo(user: User) -> None:
    take_back(step_id=last_step(user), actor=user, now=NOW)


def snapshot() -> list[Any]:
    comments = Comment.objects.order_by("pk").values("pk", "text", "interaction", "commitment", "written_at")
    return [list(comments), list(Mention.objects.order_by("pk").values("comment", "user", "seen_at"))]


# Who sees it ---------------------------------------------------------------------------------------------------------


def test_who_sees_a_relationship_is_who_may_see_it() -> None:
    """The rule from its two ends, with a member, a stand-in, somebody who left and one that nobody has a team for."""
    everybody()
    today = NOW.today("UTC")
    rows = [people.relationship(), people.relationship(owner=people.outsider(), team=people.south())]
    rows.append(people.relationship(owner=people.bob(), team=None))
    rows.append(people.relationship(owner=people.mona(), team=people.europe()))
    RelationshipMember.objects.create(relationship=rows[2], user=people.outsider())
    Cover.objects.create(absent=people.mona(), stand_in=people.rita(), from_on=today, until_on=today)
    User.objects.create_user("left@concord.example", name="Left", is_active=False, is_administrator=True)
    for row in rows:
        real = Now.read()
        Cover.objects.update(from_on=real.today("UTC"), until_on=real.today("UTC"))
        seeing = set(queries.who_sees(row, real))
        assert seeing == {
            person
            for person in User.objects.all()
            if Relationship.objects.visible_to(person).filter(pk=row.pk).exists()
        }
        assert people.adam() in seeing


def test_who_sees_takes_two_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    row = people.relationship()
    with django_assert_num_queries(2):
        list(queries.who_sees(row, NOW))


# Written, changed, removed -------------------------------------------------------------------------------------------


def test_comment_names_a_colleague_and_stands_on_their_today() -> None:
    everybody()
    row = people.relationship()
    write(row, "Ask @bob.brandt and @Mona Moreau, @Alice")
    assert named(people.bob()) == named(people.mona()) == ["Ask @bob.brandt and @Mona Moreau, @Alice"]
    assert named(people.alice()) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("@Olga, look", "Olga Olsen does not see this partner, so a mention would not reach them."),
        ("@Zoe, look", "Nobody here is called “Zoe”. Leave the @ out if nobody is meant."),
        ("@Bob, look", "“@Bob” could be Bob Brandt or Bob Olsen. Write more of the name."),
        ("@Petra, look", "Nobody here is called “Petra”. Leave the @ out if nobody is meant."),
    ],
)
def test_mention_that_reaches_nobody_is_said_at_the_field_and_the_text_kept(text: str, said: str) -> None:
    everybody()
    row = people.relationship()
    namesake = User.objects.create_user("olsen@concord.example", name="Bob Olsen")
    RelationshipMember.objects.create(relationship=row, user=namesake)
    answer = client_of(people.alice()).post(reverse("comment_create", args=[row.pk]), {"text": text})
    assert answer.status_code == 422
    assert answer.context["form"].errors["text"] == [said]
    assert text in answer.content.decode()
    assert not Comment.objects.exists()


def test_nothing_said_is_no_comment() -> None:
    row = people.relationship()
    for text in ("", "   ", "\n"):
        answer = client_of(people.alice()).post(reverse("comment_create", args=[row.pk]), {"text": text})
        assert (answer.status_code, Comment.objects.count()) == (422, 0)


def test_changed_text_takes_mentions_along_and_undo_brings_them_back() -> None:
    everybody()
    row = people.relationship()
    comment = write(row, "@Bob and @Mona")
    actions.see_mention(actor=people.bob(), now=NOW, mention_id=Mention.objects.get(user=people.bob()).pk)
    before = snapshot()
    actions.change_comment(actor=people.alice(), now=NOW, comment=comment, text="@Bob and @Adam")
    assert (named(people.bob()), named(people.mona()), named(people.adam())) == ([], [], ["@Bob and @Adam"])
    undo(people.alice())
    assert snapshot() == before
    assert (named(people.bob()), named(people.mona()), named(people.adam())) == ([], ["@Bob and @Mona"], [])


def test_who_has_left_since_may_be_named_on() -> None:
    everybody()
    row = people.relationship()
    comment = write(row, "@Bob: two prices")
    User.objects.filter(pk=people.bob().pk).update(is_active=False)
    actions.change_comment(actor=people.alice(), now=NOW, comment=comment, text="@Bob: three prices")
    with pytest.raises(ValidationError):
        write(row, "@Bob: another")


def test_undo_and_redo_of_writing_and_removing() -> None:
    everybody()
    row = people.relationship()
    nothing = snapshot()
    comment = write(row, "@Bob, look")
    written = snapshot()
    undo(people.alice())
    assert snapshot() == nothing
    undo(people.alice())
    assert snapshot() == written
    actions.remove_comment(actor=people.alice(), now=NOW, comment_id=comment.pk)
    assert named(people.bob()) == []
    undo(people.alice())
    assert snapshot() == written
    assert named(people.bob()) == ["@Bob, look"]


def test_comment_outlives_its_entry_and_belongs_to_it_again() -> None:
    everybody()
    row = people.relationship()
    entry = log(row, MONDAY - DAY).row
    comment = write(row, interaction=entry)
    actions.remove_interaction(actor=people.alice(), now=NOW, interaction_id=entry.pk)
    comment.refresh_from_db()
    assert (comment.interaction, comment.stands_at()) == (None, row.get_absolute_url())
    undo(people.alice())
    comment.refresh_from_db()
    assert comment.interaction == entry
    assert comment.stands_at() == f"{row.get_absolute_url()}#entry-{entry.pk}"


def test_comment_comes_back_without_the_entry_that_is_gone() -> None:
    row = people.relationship()
    entry = log(row, MONDAY - DAY).row
    comment = write(row, interaction=entry)
    actions.remove_comment(actor=people.alice(), now=NOW, comment_id=comment.pk)
    back = last_step(people.alice())
    actions.remove_interaction(actor=people.alice(), now=NOW, interaction_id=entry.pk)
    take_back(step_id=back, actor=people.alice(), now=NOW)
    assert Comment.objects.get().interaction is None


def test_comment_on_a_promise() -> None:
    row = people.relationship()
    promise = people.promise(row)
    answer = client_of(people.alice()).post(
        reverse("comment_create", args=[row.pk]) + f"?commitment={promise.pk}", {"text": "Half of it is done"}
    )
    comment = Comment.objects.get()
    assert (answer.status_code, comment.commitment) == (302, promise)
    assert answer.headers["Location"] == comment.stands_at() == reverse("commitment_detail", args=[promise.pk])


# Whose it is ---------------------------------------------------------------------------------------------------------


def test_nobody_changes_what_a_colleague_said() -> None:
    everybody()
    row = people.relationship()
    comment = write(row)
    for person in (people.bob(), people.mona(), people.adam()):
        for name in ("comment_edit", "comment_remove"):
            assert client_of(person).post(reverse(name, args=[comment.pk]), {"text": "Mine"}).status_code == 404
        with pytest.raises(Comment.DoesNotExist):
            actions.change_comment(actor=person, now=NOW, comment=comment, text="Mine")
        with pytest.raises(Comment.DoesNotExist):
            actions.remove_comment(actor=person, now=NOW, comment_id=comment.pk)
    comment.refresh_from_db()
    assert comment.text == "Prices hold"


def test_reader_reads_and_does_not_write() -> None:
    everybody()
    row = people.relationship()
    comment = write(row, "@Rita, look")
    assert list(Comment.objects.visible_to(people.rita())) == [comment]
    answer = client_of(people.rita()).post(reverse("comment_create", args=[row.pk]), {"text": "I think"})
    assert (answer.status_code, Comment.objects.count()) == (404, 1)
    seen = client_of(people.rita()).post(reverse("mention_seen", args=[Mention.objects.get().pk]))
    assert (seen.status_code, named(people.rita())) == (302, [])


def test_entry_of_another_partner_can_not_be_meant() -> None:
    everybody()
    row, other = people.relationship(), people.relationship(owner=people.outsider(), team=people.south())
    entry, promise = log(other, MONDAY - DAY).row, people.promise(other)
    client = client_of(people.alice())
    for about in (f"interaction={entry.pk}", f"commitment={promise.pk}", "interaction=x", f"commitment={10**30}"):
        address = f"{reverse('comment_create', args=[row.pk])}?{about}"
        assert client.get(address).status_code == client.post(address, {"text": "So"}).status_code == 404
    assert not Comment.objects.exists()


def test_outsider_finds_nothing() -> None:
    everybody()
    row = people.relationship()
    comment = write(row, "@Bob, look")
    client = client_of(people.outsider())
    mention = Mention.objects.get()
    addresses = [
        reverse("comment_create", args=[row.pk]),
        reverse("comment_edit", args=[comment.pk]),
        reverse("comment_remove", args=[comment.pk]),
        reverse("mention_seen", args=[mention.pk]),
    ]
    assert [client.post(address, {"text": "So"}).status_code for address in addresses] == [404] * 4
    assert list(Comment.objects.visible_to(people.outsider())) == []
    assert list(Mention.objects.visible_to(people.outsider())) == []


def test_second_of_two_windows_is_told() -> None:
    row = people.relationship()
    comment = write(row)
    client = client_of(people.alice())
    address = reverse("comment_edit", args=[comment.pk])
    version = client.get(address).context["version"]
    assert client.post(address, {"text": "First", "version": version}).status_code == 302
    second = client.post(address, {"text": "Second", "version": version})
    assert second.status_code == 422
    assert "Now: First" in second.content.decode()
    assert "Second" in second.content.decode()


# Seen ----------------------------------------------------------------------------------------------------------------


def test_seen_by_the_one_who_is_named_alone_and_by_no_get() -> None:
    everybody()
    row = people.relationship()
    write(row, "@Bob, look")
    address = reverse("mention_seen", args=[Mention.objects.get().pk])
    for person in (people.alice(), people.mona(), people.adam()):
        assert client_of(person).post(address).status_code == 404
    bob = client_of(people.bob())
    assert bob.get(address).status_code == 405
    assert bob.get(row.get_absolute_url()).status_code == 200
    assert named(people.bob()) == ["@Bob, look"]
    assert bob.post(address).status_code == 302
    assert named(people.bob()) == []
    assert bob.post(address).status_code == 302
    undo(people.bob())
    assert named(people.bob()) == ["@Bob, look"]
    undo(people.bob())
    assert named(people.bob()) == []


def test_mention_goes_with_the_sight_of_the_partner_and_comes_back_with_it() -> None:
    everybody()
    row = people.relationship()
    part = RelationshipMember.objects.create(relationship=row, user=people.outsider())
    write(row, "@Olga, look")
    assert named(people.outsider()) == ["@Olga, look"]
    part.delete()
    assert named(people.outsider()) == []
    assert (
        client_of(people.outsider()).post(reverse("mention_seen", args=[Mention.objects.get().pk])).status_code == 404
    )
    RelationshipMember.objects.create(relationship=row, user=people.outsider())
    assert named(people.outsider()) == ["@Olga, look"]


def test_mentions_of_many_take_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    everybody()
    for _ in range(5):
        row = people.relationship()
        write(row, "@Bob, look", interaction=log(row, MONDAY - DAY).row)
        write(row, "@Bob, look", commitment=people.promise(row))
    bob = User.objects.get(pk=people.bob().pk)
    assert bob.reach.staff
    with django_assert_num_queries(1):
        page = render_to_string("dashboards/_mentions.html", {"mentions": queries.mentions_of(bob)})
    assert page.count("Alice Ahlberg named you") == 10


# How it is shown -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a < b\n& c", "a &lt; b<br>&amp; c"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        (
            'see https://a.example/?x=1&y="2"',
            'see <a class="c-link" href="https://a.example/?x=1&amp;y=" rel="noopener noreferrer nofollow"'
            ' target="_blank">https://a.example/?x=1&amp;y=</a>&quot;2&quot;',
        ),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("<a href='x'>", "&lt;a href=&#x27;x&#x27;&gt;"),
    ],
)
def test_text_is_shown_as_it_is(text: str, shown: str) -> None:
    assert plain_text(text) == shown


def listed(row: Relationship, user: User, *, writes: bool) -> str:
    request = HttpRequest()
    request.user = user
    context = {"comments": queries.comments_of(row), "row": row, "writes": writes}
    return render_to_string("relationships/_comments.html", context, request=request)


def test_own_comment_alone_has_its_verbs() -> None:
    everybody()
    row = people.relationship()
    comment = write(row, "<b>Prices</b>")
    removal = reverse("comment_remove", args=[comment.pk])
    assert removal in listed(row, people.alice(), writes=True)
    assert removal not in listed(row, people.bob(), writes=True)
    read = listed(row, people.rita(), writes=False)
    assert removal not in read and reverse("comment_create", args=[row.pk]) not in read
    assert "&lt;b&gt;Prices&lt;/b&gt;" in read


# Next steps ----------------------------------------------------------------------------------------------------------


def step(row: Relationship, days: int | None, **more: Any) -> Interaction:
    on = None if days is None else MONDAY + timedelta(days=days)
    return log(row, MONDAY - 10 * DAY, next_step="Send the table", next_step_on=on, **more).row


def done_on(entry: Interaction) -> date | None:
    return Interaction.objects.values_list("next_step_done_on", flat=True).get(pk=entry.pk)


def test_next_step_is_done_today_where_the_partner_is_and_undone() -> None:
    entry = step(people.relationship(zone="Pacific/Auckland"), 2)
    now = Now(datetime(2026, 3, 2, 13, tzinfo=UTC))
    actions.finish_next_step(actor=people.alice(), now=now, interaction_id=entry.pk)
    assert done_on(entry) == MONDAY + DAY
    with pytest.raises(ValidationError):
        actions.finish_next_step(actor=people.alice(), now=now, interaction_id=entry.pk)
    for expected in (None, MONDAY + DAY):
        take_back(step_id=last_step(people.alice()), actor=people.alice(), now=now)
        assert done_on(entry) == expected


def test_next_step_is_done_by_who_may_change_it() -> None:
    everybody()
    entry = step(people.relationship(), None)
    address = reverse("next_step_done", args=[entry.pk])
    assert [client_of(person).post(address).status_code for person in (people.outsider(), people.rita())] == [404, 404]
    assert client_of(people.bob()).get(address).status_code == 405
    assert client_of(people.bob()).post(address).status_code == 302
    assert client_of(people.bob()).post(address).status_code == 404
    entry.refresh_from_db()
    assert entry.next_step_done_on is not None


def test_next_steps_of_a_person(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    """Theirs and of whom they stand in for, until a week from the partner's today; done ones and others' not."""
    everybody()
    mine, covered = people.relationship(), people.relationship(owner=people.bob())
    others = people.relationship(owner=people.mona())
    today, late, soon, far = (step(mine, days) for days in (0, -3, 7, 8))
    finished = step(mine, 1)
    actions.finish_next_step(actor=people.alice(), now=NOW, interaction_id=finished.pk)
    step(mine, None)
    step(others, 0)
    theirs = step(covered, 1)
    real = Now.read().today("UTC")
    Cover.objects.create(absent=people.bob(), stand_in=people.alice(), from_on=real - DAY, until_on=real + DAY)
    alice = User.objects.get(pk=people.alice().pk)
    assert alice.reach.staff
    with django_assert_num_queries(1):
        found = queries.next_steps_of(alice, NOW)
        assert ([str(one.relationship) for one in found]) == [str(covered), str(mine)]
    assert found == [theirs, soon]
    assert {late, today, far}.isdisjoint(found)
    # One day on where the partner is, what was beyond the week comes in.
    Relationship.objects.update(zone="Pacific/Kiritimati")
    assert far in queries.next_steps_of(alice, NOW)


def test_promise_of_a_comment_may_go() -> None:
    row = people.relationship()
    promise: Commitment = people.promise(row)
    comment = write(row, commitment=promise)
    actions.remove_promise(actor=people.alice(), now=NOW, commitment_id=promise.pk)
    comment.refresh_from_db()
    assert comment.commitment is None
    undo(people.alice())
    comment.refresh_from_db()
    assert comment.commitment == promise
