"""The mail itself: who is in it, in which order, with which rights, and what its headers say."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Contact, Cover, Invitation, Membership, User
from mail import actions, digest
from mail.digest import ROWS_SHOWN, Digest, day_words, text
from mail.models import WEEKLY, Kind, OutboxMail
from mail.queries import digest_of
from mail.tasks import send_mail
from meetings.models import Meeting, MeetingAccount, Participant
from relationships import actions as relationships
from relationships.models import Commitment, Feedback, Problem, Relationship
from tests import people
from tests.mail.conftest import there_for_long
from tests.mail.post import Postbox
from tests.relationships.records import DAY, MONDAY, agreed, log
from web.clock import Now

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
NOW = Now.parse("2026-03-02T08:00:00+00:00")
TUESDAY = Now.parse("2026-03-03T08:00:00+00:00")


def mine(person: User | None = None, now: Now = NOW) -> Digest:
    return digest_of(person or people.alice(), Kind.DIGEST, now)


def told(digest: Digest) -> list[tuple[str, list[str], str]]:
    return [
        (part.heading, [row.partner for row in part.rows], " ".join(more.words for more in part.more))
        for part in digest.parts
    ]


def of(name: str) -> dict[str, Any]:
    return {"account": people.account(name)}


# What it lists -------------------------------------------------------------------------------------------------------


def test_parts_of_a_digest_worst_and_first_first() -> None:
    agreed(30, touched=MONDAY - 60 * DAY, start=MONDAY - 90 * DAY, **of("Half late"))
    agreed(7, touched=MONDAY - 28 * DAY, **of("Thrice late"))
    agreed(14, touched=MONDAY - 15 * DAY, **of("In its grace"))
    agreed(14, touched=MONDAY - 7 * DAY, **of("In a week"))
    agreed(14, touched=MONDAY - 6 * DAY, **of("In eight days"))
    agreed(14, touched=MONDAY - 14 * DAY, **of("Today"))
    assert told(mine()) == [
        ("Overdue", ["Thrice late", "Half late"], ""),
        ("Check-ins due in 7 days", ["In its grace", "Today", "In a week"], ""),
    ]


def test_equally_late_ones_by_name_without_case() -> None:
    for name in ("beta", "Émile", "Alpha", "Zeta"):
        agreed(**of(name))
    assert told(mine()) == [("Overdue", ["Alpha", "beta", "Zeta", "Émile"], "")]


def test_seven_rows_and_the_rest_counted() -> None:
    for number in range(9):
        agreed(**of(f"Firm {number}"))
    shown = mine()
    assert told(shown) == [("Overdue", [f"Firm {number}" for number in range(7)], "and 2 more")]
    assert shown.subject == "9 partners overdue"
    assert shown.parts[0].more[0].address == f"{settings.SITE_URL}/portfolio/?state=overdue&owner={people.alice().pk}"


def test_links_lead_to_the_relationship_and_to_its_log() -> None:
    row = agreed()
    (shown,) = mine().parts[0].rows
    assert shown.page == f"{settings.SITE_URL}/relationships/{row.pk}/"
    assert shown.act == f"{settings.SITE_URL}/log/?relationship={row.pk}"


def test_last_channel_is_that_of_the_last_touch() -> None:
    row = agreed(touched=MONDAY - 30 * DAY)
    log(row, MONDAY - 3 * DAY, two_way=False)
    (shown,) = mine().parts[0].rows
    assert shown.detail == "Last: call on 31 January. Due since 14 February."


def test_paused_removed_and_others_relationships_are_left_out() -> None:
    paused, removed = agreed(), agreed()
    agreed(owner=people.bob())
    relationships.pause(actor=people.alice(), now=NOW, relationship=paused, reason="They rebuild")
    relationships.remove_relationship(actor=people.alice(), now=NOW, relationship=removed)
    assert mine().empty


def test_today_is_the_local_date_of_the_relationship() -> None:
    agreed(14, touched=date(2026, 2, 14), zone="Pacific/Kiritimati", **of("There it is the 3rd"))
    agreed(14, touched=date(2026, 2, 14), zone="UTC", **of("Here it is the 2nd"))
    late = Now.parse("2026-03-02T23:00:00+00:00")
    assert told(mine(now=late)) == [
        ("Overdue", ["There it is the 3rd"], ""),
        ("Check-ins due in 7 days", ["Here it is the 2nd"], ""),
    ]


def test_digest_of_a_team_is_per_person_the_worst_first() -> None:
    mona = people.mona()
    agreed(owner=people.bob(), **of("Bob’s"))
    agreed(7, owner=people.alice(), **of("Alice’s"))
    agreed(owner=mona, team=people.europe(), **of("Her own"))
    agreed(owner=people.outsider(), team=people.south(), **of("Another team’s"))
    agreed(14, owner=people.alice(), touched=MONDAY - 3 * DAY, **of("In touch"))
    shown = digest_of(mona, Kind.TEAM_DIGEST, TUESDAY)
    assert told(shown) == [("Alice Ahlberg", ["Alice’s"], ""), ("Bob Brandt", ["Bob’s"], "")]
    assert shown.subject == "2 partners overdue in your team"


def test_digest_of_a_team_shows_seven_a_person_and_counts_the_rest() -> None:
    for number in range(8):
        agreed(owner=people.bob(), **of(f"Firm {number}"))
    (part,) = digest_of(people.mona(), Kind.TEAM_DIGEST, TUESDAY).parts
    assert (len(part.rows), part.total, [more.words for more in part.more]) == (7, 8, ["and 1 more"])


def test_administrator_who_manages_a_team_gets_that_team_alone() -> None:
    adam = people.adam()
    Membership.objects.create(user=adam, team=people.north(), role=Membership.Role.MANAGER)
    agreed(owner=people.bob(), **of("North"))
    agreed(owner=people.outsider(), team=people.south(), **of("South"))
    assert told(digest_of(adam, Kind.TEAM_DIGEST, TUESDAY)) == [("Bob Brandt", ["North"], "")]


def test_manager_opens_a_colleagues_partner_and_logs_own_ones() -> None:
    row = agreed(owner=people.bob())
    (part,) = digest_of(people.mona(), Kind.TEAM_DIGEST, TUESDAY).parts
    assert [(one.verb, one.act) for one in part.rows] == [("Open", f"{settings.SITE_URL}/relationships/{row.pk}/")]
    assert [one.verb for one in mine(people.bob()).parts[0].rows] == ["Log"]


# Promises ------------------------------------------------------------------------------------------------------------


def promised(name: str, day: date, **fields: Any) -> Commitment:
    row = fields.pop("relationship", None) or people.relationship(account=people.account(name))
    return people.promise(row, what=f"table for {name}", due_on=day, made_on=MONDAY - 20 * DAY, **fields)


def test_late_promises_first_then_partners_then_what_is_due() -> None:
    agreed(touched=MONDAY - 28 * DAY, **of("Quiet"))
    agreed(14, touched=MONDAY - 7 * DAY, **of("In a week"))
    promised("Latest", MONDAY - 9 * DAY)
    promised("Late", MONDAY - DAY)
    promised("Today", MONDAY)
    promised("Theirs", MONDAY + 7 * DAY, side="theirs")
    promised("In eight days", MONDAY + 8 * DAY)
    promised("Theirs, late", MONDAY - DAY, side="theirs")
    shown = mine()
    assert told(shown) == [
        ("Our promises that are late", ["Latest", "Late"], ""),
        ("Overdue", ["Quiet"], ""),
        ("Promises due in 7 days", ["Today", "Theirs"], ""),
        ("Check-ins due in 7 days", ["In a week"], ""),
    ]
    assert [row.fact for row in shown.parts[2].rows] == [
        "table for Today – our promise, due today",
        "table for Theirs – their promise, by Monday 9 March",
    ]
    assert shown.subject == "2 promises late, 1 partner overdue, 2 promises due this week"
    assert shown.opening == "Latest: table for Latest – promised by Saturday 21 February, 9 days late."


def test_promise_alone_is_something_to_say(box: Postbox) -> None:
    row = promised("Ewos", MONDAY - DAY)
    mail = sent_to_alice(box)
    assert mail["Subject"] == "1 promise late"
    words = str(mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]
    assert f"  Open: {settings.SITE_URL}/commitments/{row.pk}/" in words


def test_links_of_a_promise_lead_to_it_and_the_rest_to_the_list() -> None:
    for number in range(9):
        promised(f"Firm {number}", MONDAY - DAY)
    (part,) = mine().parts
    assert told(mine())[0][1:] == ([f"Firm {number}" for number in range(7)], "and 2 more")
    assert part.more[0].address == f"{settings.SITE_URL}/promises/?side=ours&state=late&person={people.alice().pk}"
    numbers = Commitment.objects.order_by("pk").values_list("pk", flat=True)[:7]
    assert [row.act for row in part.rows] == [f"{settings.SITE_URL}/commitments/{pk}/" for pk in numbers]


def test_what_came_to_an_end_or_got_another_day_in_time_is_left_out() -> None:
    kept, missed, moved = (promised(name, MONDAY - DAY) for name in ("Kept", "Missed", "Moved"))
    before = Now.on(MONDAY - 5 * DAY)
    relationships.keep_promise(actor=people.alice(), now=before, commitment=kept)
    relationships.miss_promise(actor=people.alice(), now=before, commitment=missed)
    relationships.renegotiate(actor=people.alice(), now=before, commitment=moved, new_due_on=MONDAY + 20 * DAY)
    assert mine().empty


def test_new_day_agreed_after_the_day_leaves_it_among_the_late() -> None:
    row = promised("Moved", MONDAY - 4 * DAY)
    later = MONDAY + 20 * DAY
    relationships.renegotiate(actor=people.alice(), now=Now.on(MONDAY - DAY), commitment=row, new_due_on=later)
    ((_heading, partners, _more),) = told(mine())
    assert partners == ["Moved"]
    assert mine().parts[0].rows[0].fact.endswith("promised by Thursday 26 February, 4 days late, now for 22 March")


def test_promise_is_in_the_mail_of_who_sees_to_it() -> None:
    hers = people.relationship(account=people.account("Alice’s partner"))
    promised("", MONDAY - DAY, relationship=hers, keeper=people.bob())
    nobodys = promised("", MONDAY - DAY, relationship=people.relationship(account=people.account("Nobody named")))
    Commitment.objects.filter(pk=nobodys.pk).update(keeper=None)
    assert told(mine(people.bob())) == [("Our promises that are late", ["Alice’s partner"], "")]
    assert told(mine()) == [("Our promises that are late", ["Nobody named"], "")]


def test_promise_at_a_partner_that_is_no_longer_theirs_to_see_is_not_told() -> None:
    olga = people.outsider()
    promised("Of North", MONDAY - DAY, keeper=olga)
    assert mine(olga).empty


def test_who_sees_to_a_promise_and_owns_nothing_gets_the_mail(box: Postbox) -> None:
    there_for_long(people.bob())
    promised("Ewos", MONDAY - DAY, keeper=people.bob())
    actions.send_mail(now=NOW, kinds=WEEKLY)
    assert box.copies == {"bob@concord.example": 1}


def test_digest_of_a_team_has_late_promises_before_what_is_overdue(box: Postbox) -> None:
    there_for_long(people.mona())
    agreed(owner=people.bob(), **of("Quiet"))
    hers = promised("Late", MONDAY - DAY)
    promised("Bob sees to it", MONDAY - 3 * DAY, keeper=people.bob())
    promised("Theirs", MONDAY - DAY, side="theirs")
    promised("Her own", MONDAY - DAY, keeper=people.mona())
    shown = digest_of(people.mona(), Kind.TEAM_DIGEST, TUESDAY)
    assert told(shown) == [("Bob Brandt", ["Bob sees to it", "Quiet"], ""), ("Alice Ahlberg", ["Late"], "")]
    assert shown.subject == "2 promises late, 1 partner overdue in your team"
    relationships.keep_promise(actor=people.alice(), now=NOW, commitment=hers)
    actions.send_mail(now=TUESDAY, kinds=[Kind.TEAM_DIGEST])
    words = str(box.mail_to("mona@concord.example").get_body(("plain",)))
    assert "Bob sees to it" in words
    assert "table for Late" not in words


# Problems, answers, stages -------------------------------------------------------------------------------------------


def trouble(what: str, due_on: date, **fields: Any) -> Problem:
    """An open problem, nine days old by Monday."""
    row = fields.pop("relationship", None) or people.relationship(account=people.account(f"Partner of {what}"))
    known = {"severity": Problem.Severity.SERIOUS, "opened_on": MONDAY - 9 * DAY, "binding_on": due_on, **fields}
    return Problem.objects.create(
        relationship=row, account=row.account, what=what, due_on=due_on, written_at=NOW.instant, **known
    )


def told_facts(digest: Digest) -> list[tuple[str, list[str]]]:
    return [(part.heading, [row.fact for row in part.rows]) for part in digest.parts]


def test_problems_come_first_those_that_cannot_wait_and_open_ones_apart() -> None:
    critical = Problem.Severity.CRITICAL
    late = trouble("late", MONDAY - 3 * DAY)
    trouble("calm", MONDAY + 3 * DAY)
    quiet = trouble("unspoken", MONDAY + DAY, severity=critical)
    spoken = trouble("spoken about", MONDAY + DAY, severity=critical)
    log(spoken.relationship, MONDAY - 8 * DAY)
    trouble("solved", MONDAY - 3 * DAY, solved_on=MONDAY)
    trouble("of Bob", MONDAY - 3 * DAY, keeper=people.bob())
    resting = people.relationship(paused_since=MONDAY, pause_reason="Refit")
    trouble("where it rests", MONDAY - 3 * DAY, relationship=resting)
    ended = people.relationship(ended_on=MONDAY, end_reason="They closed")
    trouble("where it is over", MONDAY - 3 * DAY, relationship=ended)
    shown = mine()
    assert told_facts(shown) == [
        ("Problems that can’t wait", ["unspoken – to be solved tomorrow", "late – 3 days late"]),
        ("Other open problems", ["spoken about – to be solved tomorrow", "calm – to be solved by Thursday"]),
    ]
    (first, second), (third, _fourth) = (part.rows for part in shown.parts)
    assert first.detail == ("Critical problem, opened on 21 February; nobody has met or rung them in the 9 days since.")
    assert third.detail == "Critical problem, opened on 21 February; first met or rung after 1 day."
    assert [one.late for one in (first, second, third)] == [True, True, False]
    assert first.act == settings.SITE_URL + reverse("problem_solve", args=[quiet.pk])
    assert second.page == f"{settings.SITE_URL}/relationships/{late.relationship_id}/"
    assert shown.subject == "2 problems can't wait, 2 open problems"


def test_unanswered_is_what_waits_for_us_where_it_goes_on() -> None:
    for side, days in (("theirs", 5), ("theirs", 4), ("ours", 9)):
        people.feedback(heard_on=MONDAY - days * DAY, side=side, said=f"{side} for {days}")
    over = people.feedback(heard_on=MONDAY - 9 * DAY, said="over").relationship
    Relationship.objects.filter(pk=over.pk).update(ended_on=MONDAY, end_reason="They closed")
    assert told_facts(mine()) == [("Feedback without an answer", ["“theirs for 5” – unanswered for 5 days"])]


def test_stages_that_want_somebody_are_told_with_their_reason() -> None:
    since = MONDAY - 100 * DAY
    people.relationship(stage="customer", stage_since=since, lost_criteria="promise cadence", **of("Lost"))
    people.relationship(proposed_stage="customer", stage_since=since + DAY, **of("Proposed"))
    declared = {"stage": "customer", "stage_since": since + 2 * DAY}
    people.relationship(**declared, evidence_due_on=MONDAY - DAY, **of("Overdue"))
    people.relationship(**declared, evidence_due_on=MONDAY, **of("In time"))
    (part,) = mine().parts
    assert [(row.partner, row.fact, row.detail, row.late) for row in part.rows] == [
        (
            "Lost",
            "no longer: a promise kept by us in time; rhythm agreed with them",
            "A customer since 22 November 2025. Is it still one?",
            True,
        ),
        ("Proposed", "all is there to make it a customer", "A contact since 23 November 2025.", False),
        ("Overdue", "its evidence is 1 day late", "Declared a customer on 24 November 2025.", True),
    ]
    assert part.heading == "Stages to look at"


def test_digest_of_a_team_has_problems_and_stages_of_colleagues() -> None:
    mona = people.mona()
    his = trouble("his", MONDAY - DAY, relationship=people.relationship(owner=people.bob()))
    trouble("seen to by her", MONDAY - DAY, keeper=mona)
    trouble("calm", MONDAY + 9 * DAY)
    people.relationship(stage="customer", stage_since=MONDAY, lost_criteria="promise")
    shown = digest_of(mona, Kind.TEAM_DIGEST, TUESDAY)
    assert told_facts(shown) == [
        ("Bob Brandt", ["his – 2 days late"]),
        ("Alice Ahlberg", ["no longer: a promise kept by us in time"]),
    ]
    assert shown.parts[0].rows[0].act == f"{settings.SITE_URL}/problems/{his.pk}/"


def test_rest_of_each_kind_is_a_list_that_has_as_many() -> None:
    """What the mail counts and the page shows behind its link is the same."""
    alice, now = people.alice(), Now.read()
    today = now.today("UTC")
    for index in range(ROWS_SHOWN + 2):
        row = people.relationship(stage="customer", stage_since=today, lost_criteria="promise")
        trouble(f"late {index}", today - DAY, relationship=row, opened_on=today - 3 * DAY)
        trouble(f"calm {index}", today + DAY, relationship=row, opened_on=today, keeper=alice)
        Feedback.objects.filter(pk=people.feedback(row, today - 6 * DAY).pk).update(keeper=alice if index % 2 else None)
    # Last, as every verb judges the stage anew.
    Relationship.objects.update(lost_criteria="promise")
    client = Client()
    client.force_login(alice)
    shown = mine(now=now)
    counts = {part.batches[0].kind: (part.total, part.batches[0].rest) for part in shown.parts}
    assert {kind: total for kind, (total, _address) in counts.items()} == {
        digest.Kind.URGENT: 9, digest.Kind.UNANSWERED: 9, digest.Kind.PROBLEM: 9, digest.Kind.STAGE: 9,
    }  # fmt: skip
    for kind, found in (("URGENT", 9), ("UNANSWERED", 9), ("PROBLEM", 18), ("STAGE", 9)):
        page = client.get(counts[digest.Kind[kind]][1].removeprefix(settings.SITE_URL))
        listed = page.context.get("lines") or [one for *_, lines in page.context["groups"] for one in lines]
        assert len(listed) == found, kind


# Standing in ---------------------------------------------------------------------------------------------------------
# Rights follow the real clock, so these are told as of today.


def away() -> None:
    """Bob has stood in for Alice since before Monday, until in five days."""
    today = Now.read().today("UTC")
    Cover.objects.create(
        absent=people.alice(), stand_in=people.bob(), from_on=today - 9 * DAY, until_on=today + 5 * DAY
    )


def at_work() -> Now:
    """The real today, as rights follow the real clock; but not before the hour at which a week's mails are due."""
    now = Now.read()
    return Now(max(now.instant, now.instant.replace(hour=9, minute=0, second=0, microsecond=0)))


def late_of(owner: User, name: str) -> Relationship:
    today = Now.read().today("UTC")
    row = agreed(start=today - 40 * DAY, owner=owner, team=people.south(), **of(name))
    people.promise(row, what=f"table for {name}", due_on=today - DAY, made_on=today - 9 * DAY)
    return row


def test_who_stands_in_has_a_part_for_the_colleague_who_is_away() -> None:
    away()
    late_of(people.alice(), "Hers")
    late_of(people.bob(), "His")
    late_of(people.outsider(), "Nobody’s of them")
    now = Now.read()
    until = day_words(now.today("UTC") + 5 * DAY, now.today("UTC"))
    shown = mine(people.bob(), now)
    assert told(shown) == [
        ("Our promises that are late", ["His"], ""),
        ("Overdue", ["His"], ""),
        (f"For Alice Ahlberg, until {until}", ["Hers", "Hers"], ""),
    ]
    assert shown.subject == "2 promises late, 2 partners overdue"
    assert [row.verb for row in shown.parts[2].rows] == ["Open", "Log"]
    assert [part[1] for part in told(mine(people.alice(), now))] == [["Hers"], ["Hers"]]


def test_cover_that_is_over_or_to_come_changes_nothing() -> None:
    today = Now.read().today("UTC")
    for begin in (-9, 1):
        Cover.objects.create(
            absent=people.alice(),
            stand_in=people.bob(),
            from_on=today + begin * DAY,
            until_on=today + (begin + 8) * DAY,
        )
    late_of(people.alice(), "Hers")
    assert mine(people.bob(), Now.read()).empty


def test_who_only_stands_in_gets_the_mail(box: Postbox) -> None:
    there_for_long(people.bob())
    away()
    late_of(people.alice(), "Hers")
    actions.send_mail(now=at_work(), kinds=[Kind.DIGEST])
    words = str(box.mail_to("bob@concord.example").get_body(("plain",)).get_content())  # type: ignore[union-attr]
    assert "For Alice Ahlberg, until" in words


# Meetings ------------------------------------------------------------------------------------------------------------


def meeting(title: str, at: datetime, *partners: Relationship, **fields: Any) -> Meeting:
    """Of who owns the first partner, for an hour."""
    known = {"organiser": partners[0].owner, "zone": "UTC", "planned_at": at}
    row = Meeting.objects.create(title=title, starts_at=at, ends_at=at + HOUR, **{**known, **fields})
    for one in partners:
        MeetingAccount.objects.create(
            meeting=row, relationship=one, account_id=one.account_id, starts_at=at, meets_on=at.date(), state=row.state
        )
    return row


def test_meetings_of_seven_days_stand_behind_what_is_overdue_in_the_readers_zone() -> None:
    alice = people.alice()
    User.objects.filter(pk=alice.pk).update(zone="Europe/London")
    alice = User.objects.get(pk=alice.pk)
    late = agreed(7, touched=MONDAY - 28 * DAY, **of("Late"))
    fjord = agreed(90, touched=MONDAY - DAY, zone="Europe/Oslo", **of("Fjord"))
    theirs = agreed(90, touched=MONDAY - DAY, owner=people.outsider(), team=people.south(), **of("Elsewhere"))
    ingrid = Contact.objects.create(name="Ingrid Solberg")
    tomorrow = meeting("Ice on the quay", NOW.instant + DAY + HOUR, fjord, late, zone="Europe/Oslo", place="Pier 4")
    Participant.objects.create(
        meeting=tomorrow, contact=ingrid, party=tomorrow.parties.get(relationship=fjord), asked_on=MONDAY
    )
    meeting("In nine days", NOW.instant + 9 * DAY, fjord)
    meeting("Off", NOW.instant + DAY, fjord, state="cancelled")
    meeting("Hidden", NOW.instant + DAY, theirs)
    # Bob's, where the partner is Alice's, and another to which she does not come.
    meeting("By Bob", NOW.instant + 6 * DAY, fjord, organiser=people.bob())
    declined = meeting("Without her", NOW.instant + 2 * DAY, fjord, organiser=people.bob())
    Participant.objects.create(meeting=declined, user=alice, answer="declined", answered_on=MONDAY, asked_on=MONDAY)
    found = mine(alice)
    assert told(found) == [("Overdue", ["Late"], ""), ("Meetings in 7 days", ["Fjord, Late", "Fjord"], "")]
    assert found.subject == "1 partner overdue, 2 meetings"
    assert found.headline == "One partner is overdue. Two meetings are in the next 7 days."
    first, second = found.parts[1].rows
    assert first.fact == "Ice on the quay – tomorrow, 09:00–10:00 in London, 10:00 in Oslo"
    assert (first.detail, first.act) == (
        "With Ingrid Solberg. Pier 4.", f"{settings.SITE_URL}{tomorrow.get_absolute_url()}"
    )  # fmt: skip
    assert second.fact.startswith("By Bob – Sunday 8 March, 08:00–09:00")
    words, page = text(found), render_to_string("mail/digest.html", {"digest": found})
    for said in (first.fact, first.detail, first.act, "Meetings in 7 days"):
        assert said in words and said in page
    assert "Hidden" not in words + page


def test_who_is_only_asked_to_a_meeting_gets_the_mail_and_meetings_of_who_is_away_stand_apart(box: Postbox) -> None:
    there_for_long(people.bob())
    row = people.relationship(owner=people.mona(), **of("Fjord"))
    asked = meeting("Ice", NOW.instant + DAY, row)
    Participant.objects.create(meeting=asked, user=people.bob(), asked_on=MONDAY)
    assert actions.send_mail(now=NOW, kinds=[Kind.DIGEST]).sent == 1
    assert box.mail_to(people.bob().email)["Subject"] == "1 meeting"
    Cover.objects.create(absent=people.mona(), stand_in=people.alice(), from_on=MONDAY, until_on=MONDAY + 6 * DAY)
    (part,) = mine(User.objects.get(pk=people.alice().pk)).parts
    assert part.heading.startswith("For Mona") and [one.kind.value for one in part.batches][-1] == "meeting"


# As many queries for one as for fifty --------------------------------------------------------------------------------


def something_of_each_kind(now: Now) -> None:
    """Overdue, due, late, promised and unanswered: a relationship and a promise more of Alice and of Bob."""
    today = now.today("UTC")
    for owner in (people.alice(), people.bob()):
        agreed(start=today - 40 * DAY, touched=today - 20 * DAY, owner=owner)
        row = agreed(start=today - 40 * DAY, touched=today - 10 * DAY, owner=owner)
        for ahead, side in ((-2, "ours"), (3, "ours"), (3, "theirs")):
            people.promise(row, side, due_on=today + ahead * DAY, made_on=today - 9 * DAY)
        people.feedback(row, today - 6 * DAY)
        for day, severity in ((today - DAY, 3), (today + DAY, 1)):
            trouble("boxes", day, relationship=row, opened_on=today - 2 * DAY, severity=severity)
        people.relationship(owner=owner, stage="customer", stage_since=today, lost_criteria="promise")
        meeting("Ice", now.instant + 3 * DAY, row)


def test_queries_are_as_many_for_one_row_as_for_fifty() -> None:
    readers = {Kind.DIGEST: there_for_long(people.bob()), Kind.TEAM_DIGEST: there_for_long(people.mona())}
    assert set(readers) == set(WEEKLY)
    away()
    now = Now.read()
    counts: dict[Kind, list[int]] = {kind: [] for kind in readers}
    # Two of each kind at a time: one of Alice and one of Bob, whose manager reads both.
    for wanted in (1, 24):
        for _ in range(wanted):
            something_of_each_kind(now)
        for kind, reader in readers.items():
            with CaptureQueriesContext(connection) as queries:
                assert not digest_of(User.objects.get(pk=reader.pk), kind, now).empty
            counts[kind].append(len(queries))
            ranked = [query["sql"] for query in queries if "ROW_NUMBER" in query["sql"]]
            # How each was last in touch: beside the ranks it would be looked up for all that are not shown.
            late = [sql for sql in ranked if '"lateness"' in sql]
            assert late and not any('"relationships_interaction"' in sql for sql in late)
    assert counts == {Kind.DIGEST: [20, 20], Kind.TEAM_DIGEST: [12, 12]}


# When and to whom ----------------------------------------------------------------------------------------------------


def test_manager_gets_the_team_on_tuesday_without_what_was_done_meanwhile(box: Postbox) -> None:
    there_for_long(people.mona())
    done, left = agreed(owner=people.bob(), **of("Done")), agreed(owner=people.bob(), **of("Left"))
    there_for_long(people.bob())
    assert actions.send_mail(now=NOW, kinds=WEEKLY).sent == 1
    log(done, MONDAY)
    assert actions.send_mail(now=TUESDAY, kinds=WEEKLY).sent == 1
    assert box.copies == {"bob@concord.example": 1, "mona@concord.example": 1}
    assert left.account.name in str(box.mail_to("mona@concord.example").get_body(("plain",)))
    assert done.account.name not in str(box.mail_to("mona@concord.example").get_body(("plain",)))


def test_manager_who_owns_something_gets_both_kinds_once(box: Postbox) -> None:
    mona = there_for_long(people.mona())
    agreed(owner=mona)
    agreed(owner=people.bob())
    tally = actions.send_mail(now=TUESDAY, kinds=WEEKLY)
    assert sorted(OutboxMail.objects.filter(recipient=mona).values_list("kind", "state")) == [
        ("digest", "sent"),
        ("team_digest", "sent"),
    ]
    assert actions.send_mail(now=TUESDAY, kinds=WEEKLY).sent == 0
    assert tally.sent == box.copies["mona@concord.example"] == 2


def test_switched_off_kind_is_not_sent_the_other_is(box: Postbox) -> None:
    mona = there_for_long(people.mona())
    agreed(owner=mona)
    agreed(owner=people.bob())
    actions.switch_off(actor=mona, now=NOW, kind=Kind.DIGEST)
    actions.send_mail(now=TUESDAY, kinds=WEEKLY)
    assert "overdue in your team" in str(box.mail_to("mona@concord.example")["Subject"])


# Its form ------------------------------------------------------------------------------------------------------------


def sent_to_alice(box: Postbox) -> EmailMessage:
    there_for_long(people.alice())
    actions.send_mail(now=NOW, kinds=WEEKLY)
    return box.mail_to("alice@concord.example")


def test_headers_of_a_digest(box: Postbox) -> None:
    agreed()
    mail = sent_to_alice(box)
    assert mail["Subject"] == "1 partner overdue"
    assert (mail["From"], mail["To"]) == (settings.DEFAULT_FROM_EMAIL, "alice@concord.example")
    assert mail["Date"].datetime == NOW.instant
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(rf"<{settings.SITE_URL}/unsubscribe/[\w:.-]+/>", mail["List-Unsubscribe"])
    assert re.fullmatch(r"<[0-9a-f]{40}@localhost>", mail["Message-ID"])
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]


def test_link_of_the_header_stops_the_mail_without_a_cookie(box: Postbox) -> None:
    agreed()
    address = str(sent_to_alice(box)["List-Unsubscribe"]).strip("<>").removeprefix(settings.SITE_URL)
    answer = Client(enforce_csrf_checks=True).post(address, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    later = actions.send_mail(now=Now(NOW.instant + timedelta(days=7)), kinds=WEEKLY)
    assert (later.sent, later.skipped) == (0, 1)


def test_styles_are_in_the_elements_and_dark_ones_stay(box: Postbox) -> None:
    agreed()
    html = str(sent_to_alice(box).get_body(("html",)).get_content())  # type: ignore[union-attr]
    assert html.count("<style") == 1
    assert "prefers-color-scheme: dark" in html
    assert "max-width: 600px" in html.split("<body")[1]


@pytest.mark.parametrize(
    "name",
    [
        "Line\r\nBcc: everybody@elsewhere.example",
        "Smith\u2028& Sons \u202e\u0007",
        "👩‍🚀 Røkt & Fisk",
        "شركة الأغذية الخفيفة",
        "x" * 1400,
        "a long name " * 116,
        ".\r\n.\r\nQUIT\r\n",
        "<img src=x onerror=alert(1)>",
    ],
)
def test_name_of_any_shape_does_no_harm(box: Postbox, name: str) -> None:
    agreed(**of(name))
    agreed(**of("Also there"))
    User.objects.filter(pk=people.alice().pk).update(name=name)
    mail = sent_to_alice(box)
    assert mail["Bcc"] is None
    assert box.copies == {"alice@concord.example": 1}
    words, html = (str(mail.get_body((kind,)).get_content()) for kind in ("plain", "html"))  # type: ignore[union-attr]
    assert "Also there" in words and "Also there" in html
    assert "<img src=x" not in html
    assert mail.defects == []
    assert max(len(line) for line in box.taken[0][1].splitlines()) <= 998


def test_line_that_begins_with_a_dot_arrives_whole(box: Postbox) -> None:
    agreed(**of("..dots"))
    words = str(sent_to_alice(box).get_body(("plain",)).get_content())  # type: ignore[union-attr]
    assert "\n..dots: never in touch" in words


# Invitations ---------------------------------------------------------------------------------------------------------


def invited(**fields: object) -> Invitation:
    known: dict[str, Any] = {
        "user": people.bob(),
        "invited_by": people.adam(),
        "invited_at": NOW.instant,
        "expires_at": NOW.instant + 7 * DAY,
    }
    return Invitation.objects.create(**{**known, **fields})


def test_invitation_goes_out_once_with_a_link_that_opens(box: Postbox, client: Client) -> None:
    invited(expires_at=NOW.instant + 10_000 * DAY)
    assert actions.send_mail(now=NOW).sent == 1
    assert actions.send_mail(now=NOW).sent == 0
    mail = box.mail_to("bob@concord.example")
    words = str(mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]
    assert "Adam Adeyemi invites you" in words
    (link,) = re.findall(rf"{settings.SITE_URL}(/\S+)", words)
    assert client.get(link).status_code == 200
    assert mail["List-Unsubscribe"] is None


@pytest.mark.parametrize(
    "change",
    [{"accepted_at": NOW.instant}, {"withdrawn_at": NOW.instant}, {"expires_at": NOW.instant}, None],
)
def test_invitation_that_is_over_is_not_sent(box: Postbox, change: dict[str, Any] | None) -> None:
    invitation = invited()
    actions.plan_mail(now=NOW)
    if change is None:
        User.objects.filter(pk=invitation.user_id).update(is_active=False)
    else:
        Invitation.objects.filter(pk=invitation.pk).update(**change)
    tally = actions.send_mail(now=NOW)
    assert (tally.sent, tally.skipped) == (0, 1)


def test_task_sends_every_kind(box: Postbox) -> None:
    moment = timezone.now()
    invited(invited_at=moment, expires_at=moment + 7 * DAY)
    assert send_mail()["sent"] == 1
    assert send_mail()["sent"] == 0
