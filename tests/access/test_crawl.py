"""No text of somebody else's partner is anywhere that a person can get to."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import get_resolver
from django.utils.html import escape

from accounts.checks import ours
from accounts.models import Cover, UndoStep, User
from dashboards import search
from mail.models import WEEKLY
from mail.queries import digest_of
from meetings.models import AgendaItem, CalendarFeed, Meeting, Series
from relationships import actions
from relationships.models import Attachment, EvidenceSums, Problem, ProblemStep, Relationship, RelationshipMember
from tests import people
from tests.access.asked import ASK_ALL
from tests.access.canaries import CANARY, DIRECTORY, Half, World, leaks, texts_of
from tests.access.crawl import crawl
from tests.access.posts import send_all
from tests.access.table import ROLES, TABLE, patterns
from tests.access.visits import address_of, client_of, text_of, visit
from web.clock import Now

# Whose half a person may read. An administrator reads both.
READS = {
    "anonymous": set(),
    "petra": set(),
    "olga": {"south"},
    "rita": {"north"},
    "alice": {"north"},
    "bob": {"north"},
    "mona": {"north"},
    "adam": {"north", "south"},
    "deputy": {"north"},
    "stand-in": {"north"},
}
OWN = {
    ("affiliation", "title"),
    ("agendaitem", "title"),
    ("attachment", "content"),
    ("attachment", "title"),
    ("attachment", "url"),
    ("comment", "text"),
    ("commitment", "remedy"),
    ("commitment", "what"),
    ("feedback", "behalfof"),
    ("feedback", "said"),
    ("feedback", "where"),
    ("feedbackstep", "text"),
    ("feedbackstep", "url"),
    ("feeling", "note"),
    ("fulfilment", "note"),
    ("handover", "note"),
    ("healthflag", "snoozedwhy"),
    ("heard", "text"),
    ("insight", "became"),
    ("insight", "text"),
    ("interaction", "nextstep"),
    ("interaction", "project"),
    ("interaction", "summary"),
    ("introduction", "note"),
    ("introduction", "wanted"),
    ("listeningpost", "covers"),
    ("listeningpost", "name"),
    ("meeting", "link"),
    ("meeting", "place"),
    ("meeting", "reason"),
    ("meeting", "title"),
    ("miss", "explanation"),
    ("miss", "plan"),
    ("namingpermission", "scope"),
    ("play", "note"),
    ("play", "url"),
    ("play", "what"),
    ("problem", "what"),
    ("problemstep", "note"),
    ("pulseanswer", "words"),
    ("relationship", "name"),
    ("relationshipmember", "subject"),
    ("relationshipoutcome", "reason"),
    ("planstep", "what"),
    ("renegotiation", "reason"),
    ("scope", "what"),
    ("snooze", "reason"),
    ("stagechange", "criteria"),
    ("stagechange", "why"),
    ("stakeholder", "readinesswhy"),
    ("waiver", "why"),
}
# What only who wrote it, or whose calendar it is, reads: each half has one of its own person.
PRIVATE = {("capturedevent", "title"), ("calendarsource", "host"), ("privatenote", "text")}
# What the two read who were there, the person and their manager.
OF_TWO, TWO = {("onetoone", "asked"), ("onetoone", "note")}, {"alice", "mona", "olga"}
# What nobody ever reads.
SECRET = ("calendarsource", "address")
WRITERS = {"alice", "olga"}
# Of a promise that was kept after all, only the forms say why it had been missed.
IN_FORMS = {("heard", "text"), ("miss", "explanation"), ("miss", "plan")}
# Of an organisation that both work with: what is said of it, and not what either has with it.
SHARED = {"account", "accountalias", "affiliation", "contact", "externalid", "merge", "namingpermission"}
# Whose half a person may change; Rita only reads.
CHANGES = READS | {"rita": set()}
# The names of verbs and of criteria, and the print of a rhythm, can't be others.
NAMES: dict[object, list[str]] = {
    UndoStep: ["verb"],
    Relationship: ["lost_criteria", "low_components", "long_flags"],
    EvidenceSums: ["rhythm"],
    Series: ["rule"],
    CalendarFeed: ["token_hash"],
}
# Links that a person holds because they were mailed to them say whose they are, to whoever opens them.
MAILED = {"invitation", "unsubscribe", "hear", "answer", "calendar", "question"}


# Colleagues, managers and deputies read by the same rule as Alice, with other teams in it; which pages are theirs says
# the table for each. ``make crawl`` goes everywhere as everybody.
CRAWLS = ROLES if ASK_ALL else ("anonymous", "petra", "olga", "rita", "alice", "stand-in")
OWN_NOTE = "/private-note/: changed PrivateNote"
SENDS = ("olga", "rita", "stand-in") if ASK_ALL else ("olga",)


@pytest.mark.parametrize("role", CRAWLS)
def test_nobody_meets_a_canary_of_another(role: str, world: World) -> None:
    met = crawl(world, role)
    for side in {"north", "south"} - READS[role]:
        leaked = {address: sorted(found) for address, found in met[side].items() if address.split("/")[1] not in MAILED}
        assert leaked == {}
    for side in READS[role]:
        own = {leak for found in met[side].values() for leak in found}
        assert own >= OWN - (IN_FORMS if role == "rita" else set()), "it met too little to prove anything"
    told = {leak for found in met.values() for leaks_ in found.values() for leak in leaks_}
    assert told & PRIVATE == (PRIVATE if role in WRITERS else set())
    assert told & OF_TWO == (OF_TWO if role in TWO else set())
    assert SECRET not in told


def test_two_at_one_organisation_see_each_other_no_further(world: World) -> None:
    """Each with a relationship of their own, and the people they know in common."""
    south, north = world.south.rows, world.north.rows
    theirs = [
        world.south.add("Relationship", account=north["Account"], name="second"),
        world.north.add("Relationship", account=south["Account"], name="second"),
    ]
    actions.log_interaction(
        actor=world.south.person,
        now=Now.read(),
        relationship=theirs[0],  # type: ignore[arg-type]
        occurred_on=Now.read().today("UTC"),
        channel="call",
        contacts=[north["Contact"]],  # type: ignore[list-item]
    )
    told = crawl(world, "alice")["south"]
    assert ("contact", "phone") in {leak for found in told.values() for leak in found}
    further = {address: {leak for leak in found if leak[0] not in SHARED} for address, found in told.items()}
    # The link of a mail says whose it is.
    assert {address: found for address, found in further.items() if found and address.split("/")[1] not in MAILED} == {}


# Strangers and partners get nowhere and write nothing, says the table.
@pytest.mark.parametrize("role", SENDS)
def test_nothing_sent_tells_of_another_or_changes_theirs(role: str, world: World) -> None:
    halves = {"north": world.north, "south": world.south}
    for side in halves.keys() - CHANGES[role]:
        [own] = [half for name, half in halves.items() if name != side]
        wrong = send_all(world, role, own, halves[side])
        # A reader is told of what they only read, and keeps a note of their own about a meeting.
        told = side in READS[role]
        assert [what for what in wrong if not (told and (": told " in what or what.endswith(OWN_NOTE)))] == []


# What search reads besides the directory of names.
SEARCHED = {"affiliation", "commitment", "contact", "feedback", "interaction", "meeting", "problem"}


@pytest.mark.parametrize("role", CRAWLS)
def test_search_finds_nothing_of_another(role: str, world: World) -> None:
    """Asked kind by kind for what all canaries of a half begin with, and for those of what is internal one by one."""
    user = world.roles[role]
    client, staff = client_of(user), user is not None and user.reach.staff
    for side, half in (("north", world.north), ("south", world.south)):
        internal = (Problem, ProblemStep, Meeting, AgendaItem)
        inside = [half.canary(text).removeprefix("https://") for model in internal for text in texts_of(model)]
        asked = [{"q": f"canary{side}", "kind": sort.key} for sort in search.SORTS]
        told: set[tuple[str, str]] = set()
        for query in [*asked, *({"q": word} for word in inside if side not in READS[role])]:
            response = client.get("/search/", query)
            assert (response.status_code == 200) is staff
            if staff:
                # No more are counted than shown; a mark parts the word, what was asked stands in the field.
                found = response.context["groups"]
                assert all(one.count == str(len(one.lines)) for one in found if "kind" in query)
                page = text_of(response).replace(escape(query["q"]), "") if len(query) == 1 else text_of(response)
                told |= leaks(re.sub("</?mark>", "", page), side=side, directory=True)
        met = {model for model, _field in told}
        assert (met & SEARCHED) == (SEARCHED if side in READS[role] else set()), told


@pytest.mark.parametrize("role", [role for role in ROLES if role not in ("anonymous", "petra")])
def test_digest_tells_of_nobody_elses_partners(role: str, world: World) -> None:
    person = world.roles[role]
    assert person is not None
    told = "".join(repr(digest_of(person, kind, Now.read())) for kind in WEEKLY)
    for side in {"north", "south"} - READS[role]:
        assert leaks(told, side=side, directory=False) == set()
    if role in ("alice", "stand-in"):
        assert ("commitment", "what") in leaks(told, side="north", directory=False)


def seen_of(half: Half, world: World, person: User) -> list[str]:
    """The routes of the table at which somebody who is a stranger meets anything of a half."""
    seen, client = [], client_of(person)
    for name, _address, pattern in patterns(get_resolver()):
        route = TABLE[name]
        key = half.rows[route.kind].pk if route.kind in half.rows else None
        if route.kind and (key is None or route.get["olga"] != "404"):
            continue
        for method in ("get", "post"):
            response, _writes = visit(client, method, address_of(name, pattern, key))
            let_in = key is not None and response.status_code not in (404, 405)
            if let_in or leaks(text_of(response), side=half.side, directory=True):
                seen.append(f"{method} {name}")
    return seen


def test_the_day_after_a_cover_nothing_is_left(world: World) -> None:
    """The stand-in of yesterday is any colleague again: the addresses are known, and nothing is there."""
    cover = world.north.rows["Cover"]
    assert isinstance(cover, Cover)
    yesterday = Now.read().today("UTC") - timedelta(days=1)
    Cover.objects.filter(pk=cover.pk).update(from_on=yesterday, until_on=yesterday)
    assert seen_of(world.north, world, User.objects.get(pk=cover.stand_in_id)) == []


def test_who_no_longer_has_a_part_sees_nothing(world: World) -> None:
    member = world.north.rows["RelationshipMember"]
    assert isinstance(member, RelationshipMember)
    member.delete()
    assert seen_of(world.north, world, User.objects.get(pk=member.user_id)) == []


def test_part_in_one_is_none_in_the_others(world: World) -> None:
    """Neither a deputy nor who may be asked sees what else the owner has; a stand-in sees that, and not the team's."""
    other = people.relationship(owner=world.north.person, team=world.north.team)
    of_bob = people.relationship(owner=people.bob(), team=world.north.team)
    for role, seen in {"deputy": set(), "stand-in": {other.pk}}.items():
        person = User.objects.get(pk=world.roles[role].pk)  # type: ignore[union-attr]
        found = Relationship.objects.visible_to(person).filter(pk__in=[other.pk, of_bob.pk])
        assert set(found.values_list("pk", flat=True)) == seen, role


def test_file_has_no_address_but_that_of_its_row(world: World) -> None:
    attachment = world.north.rows["Attachment"]
    assert isinstance(attachment, Attachment)
    client = client_of(world.roles["alice"])
    for folder in ("/", "/media/", "/static/", "/var/", "/files/"):
        assert client.get(f"{folder}{attachment.file.name}").status_code == 404, folder
    answer = client.get(f"/attachments/{attachment.pk}/")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert (answer.headers["Content-Type"], answer.headers["Cache-Control"]) == (
        "application/octet-stream",
        "private, no-store",
    )


def test_every_model_and_text_is_in_the_world(world: World) -> None:
    for half in (world.north, world.south):
        for model in ours():
            rows = list(model._base_manager.filter(pk__in=[row.pk for row in half.rows_of(model.__name__)]))
            bare = [
                text.name
                for text in texts_of(model)
                if not any(CANARY.search(str(getattr(row, text.attname))) for row in rows)
            ]
            assert bare == NAMES.get(model, []), model


def test_directory_names_fields_that_exist() -> None:
    known = {(model.__name__.lower(), text.name.replace("_", "")) for model in ours() for text in texts_of(model)}
    assert known >= DIRECTORY
