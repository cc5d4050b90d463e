"""Deeds of every kind, each taken back, done again and taken back by who did it, and each time tried by others before.

What an undo step keeps is the same for both, and so is everything else: who is refused is refused for their rights.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import transaction

from accounts import actions as accounts
from accounts.models import Account, Affiliation, Contact, Cover, Invitation, Membership, UndoStep, User
from accounts.undo import INVERSES, Done
from dashboards import actions as dashboards
from dashboards.packs import Part, Span
from meetings import actions as meetings
from meetings.agenda import Kind as AgendaKind
from meetings.models import AgendaItem, CapturedEvent, CapturedMatch
from meetings.outlines import Line
from meetings.series import offered
from relationships import actions
from relationships.models import HealthFlag, Relationship, ScoreConfig, Stakeholder
from tests import people
from web.clock import Now

NOW = Now.read()
TODAY = NOW.today("UTC")
DAY = timedelta(days=1)
WEEK = 7 * DAY
# Back, again, back: an inverse and its own inverse are tried.
TIMES = 3
# What one sets of oneself is nobody else's: the verb takes no key.
OF_ONESELF = {"accounts.actions.set_settings"}

Deed = Callable[[dict[str, Any]], Done[Any]]


def strangers() -> list[User]:
    """Whoever may not change Alice's partners: of another team, a reader, of a partner, a stand-in of last week."""
    former = people._person("Fay Former")
    Cover.objects.create(absent=people.alice(), stand_in=former, from_on=TODAY - WEEK, until_on=TODAY - DAY)
    return [people.outsider(), people.rita(), people.petra(), former]


def organisation() -> Account:
    """With a relationship of Alice's: one without is anybody's."""
    return people.relationship().account


def place() -> Affiliation:
    person = Contact.objects.create(name="Ingrid Lie")
    return Affiliation.objects.create(contact=person, account=organisation(), title="Buyer")


def entry(by: dict[str, Any], **more: Any) -> Done[Any]:
    row = people.relationship()
    return actions.log_interaction(relationship=row, occurred_on=TODAY, channel="call", **more, **by)


def changed_entry(by: dict[str, Any]) -> Done[Any]:
    row = entry(by).row
    return actions.change_interaction(interaction=row, values={"summary": "x"}, contacts=[], colleagues=[], **by)


def finished_step(by: dict[str, Any]) -> Done[Any]:
    row = entry(by, next_step="Call", next_step_on=TODAY).row
    return actions.finish_next_step(interaction_id=row.pk, **by)


def rhythm(by: dict[str, Any], **more: Any) -> Done[Any]:
    return actions.agree_cadence(relationship=people.relationship(), every_days=14, **more, **by)


def ended_rhythm(by: dict[str, Any]) -> Done[Any]:
    row = rhythm(by).row.relationship
    until = TODAY + WEEK
    tighter = actions.agree_cadence(relationship=row, every_days=7, ends_on=until, reason="A tender", **by).row
    return actions.end_agreement(agreement_id=tighter.pk, ends_on=TODAY + DAY, **by)


def explained(by: dict[str, Any]) -> Done[Any]:
    row = people.promise(made_on=TODAY - WEEK, due_on=TODAY)
    actions.miss_promise(commitment=row, **by)
    return actions.explain_miss(commitment=row, explanation="Ill", plan="Monday", **by)


def answered(by: dict[str, Any]) -> Done[Any]:
    return actions.answer_feedback(feedback=people.feedback(heard_on=TODAY), text="We look into it", **by)


def changed_answer(by: dict[str, Any]) -> Done[Any]:
    step = answered(by).row.steps.get()
    return actions.change_feedback_step(step=step, values={"text": "We have looked into it"}, **by)


def grown(by: dict[str, Any]) -> Done[Any]:
    row = people.feedback()
    return actions.grow_feedback(feedback=row, into=people.feedback(row.relationship), **by)


def problem(by: dict[str, Any]) -> Any:
    return actions.open_problem(relationship=people.relationship(), what="No forks", **by).row


def reopened(by: dict[str, Any]) -> Done[Any]:
    row = problem(by)
    actions.solve_problem(problem=row, **by)
    return actions.reopen_problem(problem=row, **by)


def a_post(by: dict[str, Any], **more: Any) -> Done[Any]:
    return actions.open_post(name="Canteen", owner=by["actor"], public=True, **more, **by)


def came_in(by: dict[str, Any]) -> Any:
    return actions.hear(now=NOW, post=a_post(by).row, form="1", text="No forks")


def comment(by: dict[str, Any], text: str = "Mind the price") -> Done[Any]:
    return actions.write_comment(relationship=people.relationship(), text=text, **by)


def seen_mention(by: dict[str, Any]) -> Done[Any]:
    written = comment({**by, "actor": people.bob()}, f"@{by['actor'].name} look").row
    return actions.see_mention(mention_id=written.mentions.get().pk, **by)


def part(by: dict[str, Any]) -> Done[Any]:
    return actions.add_member(relationship=people.relationship(), user=people.bob(), role="expert", **by)


def saved_view(by: dict[str, Any], query: str = "flag=any") -> Done[Any]:
    return dashboards.save_view(page="portfolio", query=query, name="Going quiet", **by)


def paused(by: dict[str, Any]) -> Done[Any]:
    return actions.pause(relationship=people.relationship(), reason="A strike", **by)


def stake(by: dict[str, Any], **part: Any) -> Done[Any]:
    row = people.relationship()
    contact = Contact.objects.create(name="Ingrid Lie")
    Affiliation.objects.create(contact=contact, account=row.account, title="Buyer")
    return actions.name_stakeholder(relationship=row, contact=contact, **part, **by)


def introduction(by: dict[str, Any]) -> Done[Any]:
    return actions.open_introduction(relationship=people.relationship(), wanted="Meet who signs", **by)


def gone(by: dict[str, Any]) -> Done[Any]:
    row = stake(by, power="signs").row
    return actions.somebody_left(relationship=row.relationship, contact=row.contact, **by)


def declared_partner(by: dict[str, Any]) -> Relationship:
    return actions.open_relationship(
        account=organisation(), owner=by["actor"], team=people.north(), name="Partner", stage="partner", **by
    ).row


def waived(by: dict[str, Any], day: date = TODAY) -> Done[Any]:
    row = people.relationship()
    then = {**by, "now": Now.on(day)}
    return actions.waive(relationship=row, criterion="scope", why="Known for years", until_on=TODAY + WEEK, **then)


def snoozed_flag(by: dict[str, Any]) -> Done[Any]:
    row = people.relationship()
    flag = HealthFlag.objects.create(relationship=row, account=row.account, kind="one_sided", since=TODAY)
    return actions.snooze_flag(flag=flag, until_on=TODAY + WEEK, reason="A new colleague begins", **by)


def planned(by: dict[str, Any]) -> Done[Any]:
    return actions.add_plan_step(relationship=people.relationship(), what="Meet who signs", **by)


def meeting_today(by: dict[str, Any]) -> Any:
    row = people.relationship()
    person = Contact.objects.create(name="Ingrid Lie", email="ingrid@partner.example")
    return meetings.plan_meeting(
        relationships=[row],
        title="Check-in",
        starts_at=NOW.instant - timedelta(hours=2),
        zone="UTC",
        contacts={row.pk: [person]},
        **by,
    ).row


def meeting_ahead(by: dict[str, Any]) -> Any:
    row = meeting_today(by)
    at = NOW.instant + timedelta(days=7)
    return meetings.change_meeting(meeting=row, values={"starts_at": at}, **by).row


def series(by: dict[str, Any]) -> Any:
    row = meeting_ahead(by)
    return meetings.make_series(meeting=row, rule=offered(row.day)[1], **by).row


def item_of(meeting: Any) -> Any:
    return AgendaItem.objects.create(
        meeting=meeting, key="written:1", kind=AgendaKind.WRITTEN, title="Gates", minutes=5, added_at=NOW.instant
    )


def play(by: dict[str, Any], kind: str = "article") -> Any:
    row = people.relationship()
    return meetings.plan_play(relationship=row, kind=kind, what="Ice at the quay", **by)


def play_done(by: dict[str, Any]) -> Any:
    return meetings.do_play(play=play(by).row, **by)


def naming(by: dict[str, Any]) -> Any:
    return meetings.allow_naming(account=organisation(), scope="In talks", **by)


def learnt(by: dict[str, Any]) -> Any:
    party = meeting_today(by).parties.get()
    return meetings.note_insight(party=party, text="Boxes wait in the sun", colleague=by["actor"], **by)


def held_meeting(by: dict[str, Any]) -> Done[Any]:
    row = meeting_today(by)
    party = row.parties.get()
    meetings.promise_at(party=party, side="ours", what="Send", due_on=TODAY + WEEK, item=item_of(row), **by)
    return meetings.hold_meeting(meeting=row, came=[one.pk for one in row.people.all()], **by)


def sent_minutes(by: dict[str, Any]) -> Done[Any]:
    row = held_meeting(by).row
    return meetings.send_minutes(meeting=row, contacts=[one.contact for one in row.people.theirs()], **by)


def came_unasked(by: dict[str, Any]) -> Done[Any]:
    row = held_meeting(by).row
    person = Contact.objects.create(name="Jonas Lie")
    return meetings.bring(meeting=row, contact=person, party=row.parties.get(), **by)


def captured(by: dict[str, Any], starts: timedelta) -> CapturedEvent:
    moment = NOW.instant + starts
    row = CapturedEvent.objects.create(
        user=by["actor"], uid=f"{moment}", starts_at=moment, ends_at=moment, day=moment.date(), captured_at=NOW.instant
    )
    relationship, person = people.relationship(), Contact.objects.create(name="Ingrid Lie", email="i@partner.example")
    CapturedMatch.objects.create(event=row, relationship=relationship, contact=person, address=person.email)
    return row


def felt(by: dict[str, Any]) -> Done[Any]:
    return actions.feel(relationship=people.relationship(), word="uneasy", note="They went quiet", **by)


def outcome(by: dict[str, Any]) -> Done[Any]:
    return actions.note_outcome(relationship=people.relationship(), kind="renewed", reason="Two years more", **by)


def asked(by: dict[str, Any]) -> Done[Any]:
    return actions.ask_pulse(relationship=people.relationship(), **by)


def said(by: dict[str, Any]) -> Done[Any]:
    return actions.answer_pulse(question=asked(by).row, score=4, words="They ring first", **by)


def of_them(by: dict[str, Any]) -> Any:
    """The question that is open to theirs, and somebody of theirs."""
    row = said(by).row.followed_by
    ingrid = Contact.objects.create(name="Ingrid Lie", email="ingrid@partner.example")
    person = Stakeholder.objects.create(relationship=row.relationship, account=row.account, contact=ingrid)
    return row, person


def given(by: dict[str, Any]) -> Done[Any]:
    row, person = of_them(by)
    return actions.give_pulse(question=row, to=person, by_mail=False, **by)


def entered(by: dict[str, Any]) -> Done[Any]:
    row, person = of_them(by)
    return actions.enter_answer(question=row, score=2, said_by=person, **by)


OF_ALICE: dict[str, Deed] = {
    "ask a question of Pulse": asked,
    "answer it": said,
    "skip it": lambda by: actions.skip_pulse(question=asked(by).row, **by),
    "give it to one of theirs": given,
    "enter what they said": entered,
    "put an answer right": lambda by: actions.change_answer(answer=said(by).row.answer, values={"score": 2}, **by),
    "say how it feels": felt,
    "say otherwise how it feels": lambda by: actions.change_feeling(feeling=felt(by).row, word="good", note="", **by),
    "note what became of it": outcome,
    "change what became of it": lambda by: actions.change_outcome(
        outcome=outcome(by).row, values={"kind": "downgraded"}, **by
    ),
    "log from one's calendar": lambda by: meetings.log_captured(event=captured(by, -DAY), **by),
    "plan from one's calendar": lambda by: meetings.plan_captured(event=captured(by, DAY), **by),
    "dismiss what one's calendar asks": lambda by: meetings.dismiss_captured(event=captured(by, -DAY), **by),
    "log": entry,
    "plan a meeting": lambda by: meetings.plan_meeting(
        relationships=[people.relationship()], title="Review", starts_at=NOW.instant + WEEK, zone="UTC", **by
    ),
    "change a meeting": lambda by: meetings.change_meeting(meeting=meeting_today(by), values={"place": "Oslo"}, **by),
    "cancel a meeting": lambda by: meetings.cancel_meeting(meeting=meeting_today(by), reason="No train", **by),
    "say that it was not held after all": lambda by: meetings.not_held_after_all(
        meeting=held_meeting(by).row, reason="Another one was meant", **by
    ),
    "say that it was not held": lambda by: meetings.not_held(
        meeting=meetings.plan_meeting(
            relationships=[people.relationship()], title="Review", starts_at=NOW.instant - DAY, zone="UTC", **by
        ).row,
        reason="They were ill",
        **by,
    ),
    "answer for somebody": lambda by: meetings.answer(
        participant=meeting_today(by).people.theirs().get(), said="comes", **by
    ),
    "put on an agenda": lambda by: meetings.add_item(meeting=meeting_today(by), title="Prices", **by),
    "plan a way in": play,
    "change a way in": lambda by: meetings.change_play(play=play(by).row, values={"what": "Salt"}, **by),
    "do a way in": play_done,
    "a way in answered": lambda by: meetings.answer_play(play=play_done(by).row, **by),
    "allow to be named": naming,
    "no longer be named": lambda by: meetings.withdraw_naming(permission=naming(by).row, **by),
    "learn something": learnt,
    "learn otherwise": lambda by: meetings.change_insight(insight=learnt(by).row, values={"text": "Shade"}, **by),
    "see what was learnt": lambda by: meetings.see_insight(insight=learnt(by).row, **by),
    "what was learnt becomes a promise": lambda by: meetings.close_insight(
        insight=learnt(by).row, became="A tent", into="commitment", due_on=TODAY + WEEK, **by
    ),
    "send invitations": lambda by: meetings.invite(meeting=meeting_ahead(by), **by),
    "make a series": lambda by: meetings.make_series(
        meeting=(row := meeting_ahead(by)), rule=offered(row.day)[0], **by
    ),
    "change a series": lambda by: meetings.change_following(meeting=series(by), values={"place": "Here"}, **by),
    "end a series": lambda by: meetings.end_series(meeting=series(by), **by),
    "begin a meeting": lambda by: meetings.begin_meeting(meeting=item_of(meeting_today(by)).meeting, **by),
    "write notes": lambda by: meetings.write_notes(item=item_of(meeting_today(by)), text="Gates open at six", **by),
    "decide": lambda by: meetings.decide(meeting=meeting_today(by), decision="Gates open at six", **by),
    "change a decision": lambda by: meetings.change_decision(
        outcome=meetings.decide(meeting=meeting_today(by), decision="Gates", **by).row, decision="Doors", **by
    ),
    "say who came": lambda by: meetings.attend(
        participant=held_meeting(by).row.people.theirs().get(), came=False, **by
    ),
    "bring somebody": came_unasked,
    "hold a meeting": held_meeting,
    "send minutes": sent_minutes,
    "change an entry": changed_entry,
    "do a next step": finished_step,
    "open a relationship": lambda by: actions.open_relationship(
        account=organisation(), owner=by["actor"], team=people.north(), name="Second", **by
    ),
    "change a relationship": lambda by: actions.change_relationship(
        relationship=people.relationship(), values={"tier": "A"}, **by
    ),
    "remove a relationship": lambda by: actions.remove_relationship(relationship=people.relationship(), **by),
    "pause": paused,
    "agree a rhythm": rhythm,
    "end a rhythm": ended_rhythm,
    "snooze": lambda by: actions.snooze(
        relationship=rhythm(by).row.relationship, until_on=TODAY + WEEK, reason="They are away", **by
    ),
    "snooze a flag": snoozed_flag,
    "wake a flag": lambda by: actions.wake_flag(flag=snoozed_flag(by).row, **by),
    "make a promise": lambda by: actions.make_promise(
        relationship=people.relationship(), side="ours", what="Send", due_on=TODAY + WEEK, **by
    ),
    "change a promise": lambda by: actions.change_promise(
        commitment=people.promise(), values={"what": "Another"}, **by
    ),
    "remove a promise": lambda by: actions.remove_promise(commitment_id=people.promise().pk, **by),
    "agree a new day": lambda by: actions.renegotiate(
        commitment=people.promise(made_on=TODAY), new_due_on=TODAY + 2 * WEEK, **by
    ),
    "keep a promise": lambda by: actions.keep_promise(commitment=people.promise(made_on=TODAY), **by),
    "explain a miss": explained,
    "give feedback": lambda by: actions.give_feedback(relationship=people.relationship(), said="Scan it", **by),
    "change feedback": lambda by: actions.change_feedback(feedback=people.feedback(), values={"said": "Other"}, **by),
    "remove feedback": lambda by: actions.remove_feedback(feedback_id=answered(by).row.pk, **by),
    "answer feedback": answered,
    "change an answer": changed_answer,
    "grow feedback": grown,
    "open a listening post": a_post,
    "open a listening post for one": lambda by: a_post(by, relationship=people.relationship()),
    "change a listening post": lambda by: actions.change_post(post=a_post(by).row, values={"name": "Gate"}, **by),
    "close a listening post": lambda by: actions.close_post(post=a_post(by).row, **by),
    "renew an address": lambda by: actions.renew_address(post=a_post(by).row, **by),
    "sort what came in": lambda by: actions.sort_heard(
        heard=came_in(by), relationship=people.relationship(), nature="praise", **by
    ),
    "set several aside": lambda by: actions.set_aside_many(rows=[came_in(by)], why="Not for us", **by),
    "set aside what came in": lambda by: actions.set_aside(heard=came_in(by), why="Not for us", **by),
    "open a problem": lambda by: actions.open_problem(relationship=people.relationship(), what="No forks", **by),
    "log with a problem": lambda by: entry(by, trouble=actions.Trouble("No forks", 2)),
    "change a problem": lambda by: actions.change_problem(problem=problem(by), values={"what": "No knives"}, **by),
    "remove a problem": lambda by: actions.remove_problem(problem_id=problem(by).pk, **by),
    "solve a problem": lambda by: actions.solve_problem(problem=problem(by), **by),
    "open a problem again": reopened,
    "change its new day": lambda by: actions.change_problem(
        problem=reopened(by).row, values={"again_on": NOW.today("UTC") + timedelta(days=90)}, **by
    ),
    "own up to a problem": lambda by: actions.own_up(problem=problem(by), note="We forgot the order", **by),
    "move to another stage": lambda by: actions.move_stage(
        relationship=declared_partner(by), to="customer", why="Nobody who decides meets us", **by
    ),
    "waive": waived,
    "end a waiver": lambda by: actions.end_waiver(waiver_id=waived(by, TODAY - WEEK).row.pk, **by),
    "agree a scope": lambda by: actions.agree_scope(relationship=people.relationship(), what="Feed", **by),
    "aim at a stage": lambda by: actions.aim(relationship=people.relationship(), stage="customer", **by),
    "plan a step": planned,
    "change a step": lambda by: actions.change_plan_step(step=planned(by).row, values={"what": "Another"}, **by),
    "finish a step": lambda by: actions.finish_plan_step(step=planned(by).row, **by),
    "end a relationship": lambda by: actions.end_relationship(
        relationship=people.relationship(), reason="They closed", **by
    ),
    "comment": comment,
    "change a comment": lambda by: actions.change_comment(comment=comment(by).row, text="Otherwise", **by),
    "see a mention": seen_mention,
    "add a link": lambda by: actions.add_attachment(
        relationship=people.relationship(), url="https://partner.example", title="Prices", **by
    ),
    "give a part": part,
    "change a part": lambda by: actions.change_member(member=part(by).row, role="sponsor", **by),
    "name somebody of theirs": stake,
    "change what somebody is": lambda by: actions.change_stakeholder(
        stakeholder=stake(by).row, values={"power": "signs"}, **by
    ),
    "somebody left": gone,
    "somebody to be met": introduction,
    "change who is to be met": lambda by: actions.change_introduction(
        introduction=introduction(by).row, values={"wanted": "Meet the buyer"}, **by
    ),
    "met somebody new": lambda by: actions.meet_somebody_new(
        introduction=introduction(by).row, person={"name": "Jon Lie"}, part={"power": "signs"}, **by
    ),
    "hand over": lambda by: actions.hand_over(
        relationships=[people.promise().relationship], to=people.bob(), former_stays=True, **by
    ),
    "change many": lambda by: actions.retag(relationships=[people.relationship()], add=["new"], remove=[], **by),
    "a rhythm for many": lambda by: actions.assume_cadence(relationships=[people.relationship()], every_days=7, **by),
    "say who stands in": lambda by: accounts.create_cover(
        absent=by["actor"], stand_in=people.mona(), from_on=TODAY, until_on=TODAY + WEEK, **by
    ),
    "change an organisation": lambda by: accounts.change_account(account=organisation(), values={"name": "Ewos"}, **by),
    "another name": lambda by: accounts.add_alias(account=organisation(), name="Ewos Group", **by),
    "a number elsewhere": lambda by: accounts.add_external_id(account=organisation(), system="SAP", value="1", **by),
    "somebody of theirs": lambda by: accounts.add_contact(account=organisation(), name="Ola Lie", **by),
    "merge two organisations": lambda by: actions.merge_accounts(kept=organisation(), gone=organisation(), **by),
    "say that two are not the same": lambda by: accounts.say_not_the_same(
        one=organisation(), other=organisation(), **by
    ),
    "change somebody of theirs": lambda by: accounts.end_place(place=place(), until=TODAY, **by),
}
OF_ALICE |= {
    "save a view": saved_view,
    "save a view anew": lambda by: saved_view(by, query="q=" + saved_view(by).row.name),
    "change a view": lambda by: dashboards.change_view(
        view=saved_view(by).row, name="Otherwise", sharing="team", team=people.north(), **by
    ),
    "remove a view": lambda by: dashboards.remove_view(view_id=saved_view(by).row.pk, **by),
}
# What whoever sees a partner keeps of it for themselves: a reader too.
OF_WHO_SEES: dict[str, Deed] = {
    "keep what goes into a pack": lambda by: dashboards.keep_pack_choice(
        relationship=people.relationship(), span=Span.YEAR, parts=[Part.PROMISES], letter=False, intro="To you", **by
    ),
}
# An organisation without a relationship is of everybody who may make one; readers and partners may not.
OF_NOBODY: dict[str, Deed] = {
    "create an organisation": lambda by: accounts.create_account(name="Ewos", zone="UTC", **by),
}
OF_ADAM: dict[str, Deed] = {
    "invite": lambda by: accounts.invite_person(email="nina@concord.example", name="Nina", zone="UTC", **by),
    "change a person": lambda by: accounts.change_person(
        person=people.bob(), values={"name": "Bo"}, roles=[(people.north(), Membership.Role.READER)], **by
    ),
    "withdraw an invitation": lambda by: accounts.withdraw_invitation(
        invitation=Invitation.objects.get(
            user=accounts.invite_person(email="nina@concord.example", name="Nina", zone="UTC", **by).row
        ),
        **by,
    ),
    "change outlines": lambda by: meetings.change_outlines(lines={"review": [Line("Figures", 5)]}, **by),
    "set the weights of health": lambda by: actions.set_score(
        numbers={**ScoreConfig.DEFAULTS, "trust": 30, "cadence": 15}, why="Promises matter more here", seen=1, **by
    ),
    "deactivate": lambda by: accounts.deactivate_person(person=people.bob(), **by),
    "let go": lambda by: actions.let_go(leaving=people.relationship(owner=people.bob()).owner, to=people.alice(), **by),
    "add a team": lambda by: accounts.add_team(name="East", **by),
    "change a team": lambda by: accounts.change_team(team=people.north(), name="Far North", parent=None, **by),
}


def one_to_one(by: dict[str, Any]) -> Done[Any]:
    alice = people.alice()
    people.been_here_since(TODAY)
    return accounts.hold_one_to_one(person=alice, held_on=TODAY, note="Ice", **by)


# Of the manager who held it: neither whom it was with nor an administrator takes it back.
OF_MONA: dict[str, Deed] = {
    "hold a one-to-one": one_to_one,
    "change a one-to-one": lambda by: accounts.change_one_to_one(
        one_to_one=one_to_one(by).row, values={"note": "Salt"}, **by
    ),
}


def tours() -> Iterator[tuple[str, Deed, User, list[User]]]:
    """Each deed, who does it, and who may not."""
    known = strangers()
    for name, deed in OF_ALICE.items():
        yield name, deed, people.alice(), known
    for name, deed in OF_WHO_SEES.items():
        yield name, deed, people.alice(), [one for one in known if one != people.rita()]
    for name, deed in OF_NOBODY.items():
        yield name, deed, people.alice(), [one for one in known if not one.reach.writes]
    for name, deed in OF_MONA.items():
        yield name, deed, people.mona(), [*known, people.alice(), people.adam()]
    for name, deed in OF_ADAM.items():
        yield name, deed, people.adam(), [*known, people.alice(), people.mona()]


def fresh(person: User) -> User:
    """As the next request would have it: rights are read once."""
    found: User = User.objects.get(pk=person.pk)
    return found


def try_all(all_tours: Iterator[tuple[str, Deed, User, list[User]]]) -> tuple[set[str], list[str]]:
    """The inverses that were tried, and who was let in where they should not have been."""
    tried, let_in = set(), []
    for name, deed, actor, others in all_tours:
        with transaction.atomic():
            step = deed({"actor": fresh(actor), "now": NOW}).step
            for _time in range(TIMES):
                # As JSON keeps it.
                step = UndoStep.objects.get(pk=step.pk)
                tried |= {step.verb, *(verb for verb, _arguments in step.arguments.get("steps", []))}
                let_in += [f"{name}: {step.verb} let in {one}" for one in others if not refuses(step, one)]
                step = INVERSES[step.verb](actor=fresh(actor), now=NOW, **step.arguments).step
            transaction.set_rollback(True)
    return tried, let_in


def refuses(step: UndoStep, person: User) -> bool:
    with transaction.atomic():
        try:
            INVERSES[step.verb](actor=fresh(person), now=NOW, **step.arguments)
        except (ObjectDoesNotExist, PermissionDenied, ValidationError):
            return True
        finally:
            transaction.set_rollback(True)
    return False
