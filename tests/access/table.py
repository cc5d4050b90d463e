"""Every address × every person × the kind of object it is about: who is let in.

The objects are Alice's, of team North. A route that does not stand here fails the tests; so does a row whose route
is gone. A word says what a person meets:

``in``     the page, the form again with what is wrong, or the deed
``404``    as if it did not exist
``login``  the sign-in page
``405``    signed in, and there is no such method
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

# The deputy is of another team; the stand-in, of none, stands in for Alice today.
ROLES = ("anonymous", "petra", "olga", "rita", "alice", "bob", "mona", "adam", "deputy", "stand-in")


@dataclass(frozen=True, slots=True)
class Access:
    """What each person meets, in the order of ``ROLES``."""

    words: tuple[str, ...]

    def __getitem__(self, role: str) -> str:
        return self.words[ROLES.index(role)]


def who(*let_in: str, staff: str = "404", partner: str = "404", stranger: str = "login") -> Access:
    others = {"anonymous": stranger, "petra": partner}
    return Access(tuple("in" if role in let_in else others.get(role, staff) for role in ROLES))


STAFF_ROLES = ("olga", "rita", "alice", "bob", "mona", "adam", "deputy", "stand-in")
OPEN = who(*ROLES)
STAFF = who(*STAFF_ROLES)
SEES = who("rita", "alice", "bob", "mona", "adam", "deputy", "stand-in")
CHANGES = who("alice", "bob", "mona", "adam", "deputy", "stand-in")
WRITES = who("olga", "alice", "bob", "mona", "adam", "deputy")
ADMINISTERS = who("adam")
ALICE_ALONE = who("alice")
NO_METHOD = who(staff="405")
OPEN_NO_METHOD = who(staff="405", partner="405", stranger="405")
# The second factor is not set up: there is nothing there.
NOTHING_THERE = who()


@dataclass(frozen=True, slots=True)
class Route:
    """``kind`` is the model of the object in the address, or the name of a token; ``None`` where there is none."""

    kind: str | None = None
    get: Access = NO_METHOD
    post: Access = NO_METHOD


def form(access: Access, kind: str | None = None) -> Route:
    return Route(kind, get=access, post=access)


def page(access: Access, kind: str | None = None) -> Route:
    return Route(kind, get=access)


def deed(access: Access, kind: str | None = None) -> Route:
    return Route(kind, post=access)


def open_page(kind: str | None = None) -> Route:
    return Route(kind, get=OPEN, post=OPEN_NO_METHOD)


# Pages of allauth answer to any method in their own way; what matters is who gets as far as that.
SIGNED_IN = form(STAFF)

TABLE: dict[str, Route] = {
    # Pages of the core
    "today": page(STAFF),
    "portfolio": page(STAFF),
    "view_list": page(STAFF),
    "view_create": form(STAFF),
    # Private unless it is shared.
    "view_edit": form(ALICE_ALONE, "SavedView"),
    "view_remove": deed(ALICE_ALONE, "SavedView"),
    "palette": page(STAFF),
    "search": page(STAFF),
    # Lists to take along
    "portfolio_download": page(STAFF),
    "search_download": page(STAFF),
    "loyalty_download": page(STAFF),
    "meeting_download": page(STAFF),
    "problem_download": page(STAFF),
    "promise_download": page(STAFF),
    "feedback_download": page(STAFF),
    "account_download": page(STAFF),
    "person_download": page(ADMINISTERS),
    "history_download": page(STAFF),
    "cover_download": page(STAFF),
    "duplicate_download": page(STAFF),
    "account_people_download": page(SEES, "Account"),
    "listening_download": page(STAFF),
    "quiet_download": page(STAFF),
    # Whoever sorts what came in there.
    "heard_download": page(CHANGES, "ListeningPost"),
    "insight_download": page(STAFF),
    "play_download": page(STAFF),
    # Of one of its charts; without one there is nothing.
    "insights_download": page(NOTHING_THERE),
    "one_to_one_list_download": page(STAFF),
    "one_to_one_download": page(who("alice", "mona"), "User"),
    "relationship_history_download": page(SEES, "Relationship"),
    "relationship_plays_download": page(SEES, "Relationship"),
    "timeline_download": page(SEES, "Relationship"),
    "relationship_people_download": page(SEES, "Relationship"),
    "introduction_download": page(SEES, "Relationship"),
    "relationship_stage_download": page(SEES, "Relationship"),
    "relationship_standing_download": page(SEES, "Relationship"),
    "relationship_two_views_download": page(SEES, "Relationship"),
    "outbox_download": page(ADMINISTERS),
    "shortcut_list": page(STAFF),
    "promise_list": page(STAFF),
    "relationship_detail": page(SEES, "Relationship"),
    "relationship_people": page(SEES, "Relationship"),
    "relationship_stage": page(SEES, "Relationship"),
    "relationship_standing": page(SEES, "Relationship"),
    "relationship_two_views": page(SEES, "Relationship"),
    "review_pack": form(SEES, "Relationship"),
    "review_pack_paper": form(SEES, "Relationship"),
    "loyalty_list": page(STAFF),
    "relationship_history": page(SEES, "Relationship"),
    "value_restore": deed(CHANGES, "Relationship"),
    "log": page(STAFF),
    "log_details": page(STAFF),
    "log_reading": deed(STAFF),
    "interaction_create": deed(STAFF),
    "interaction_edit": form(CHANGES, "Interaction"),
    "interaction_remove": deed(CHANGES, "Interaction"),
    "relationship_options": page(STAFF),
    "relationship_create": form(WRITES),
    "relationship_edit": form(CHANGES, "Relationship"),
    "relationship_remove": deed(CHANGES, "Relationship"),
    "relationship_pause": form(CHANGES, "Relationship"),
    "relationship_resume": deed(CHANGES, "Relationship"),
    "relationship_end": form(CHANGES, "Relationship"),
    "relationship_take_up": deed(CHANGES, "Relationship"),
    "stage_change_create": form(CHANGES, "Relationship"),
    "waiver_create": form(CHANGES, "Relationship"),
    "waiver_end": deed(CHANGES, "Waiver"),
    "scope_create": form(CHANGES, "Relationship"),
    "scope_remove": deed(CHANGES, "Scope"),
    "target_edit": form(CHANGES, "Relationship"),
    "plan_step_create": form(CHANGES, "Relationship"),
    "plan_step_edit": form(CHANGES, "PlanStep"),
    "plan_step_done": deed(CHANGES, "PlanStep"),
    "plan_step_remove": deed(CHANGES, "PlanStep"),
    # How it feels, one's own alone to change; what became of it
    "feeling_create": form(CHANGES, "Relationship"),
    "feeling_edit": form(ALICE_ALONE, "Feeling"),
    "feeling_remove": deed(ALICE_ALONE, "Feeling"),
    # What both sides are asked; one's own answers, and what was entered for them
    "pulse_ask": deed(CHANGES, "Relationship"),
    "pulse_answer": form(CHANGES, "Pulse"),
    "pulse_skip": deed(CHANGES, "Pulse"),
    "pulse_give": form(CHANGES, "Pulse"),
    "pulse_answer_edit": form(CHANGES, "PulseAnswer"),
    "pulse_question": form(OPEN, "question token"),
    "pulse_stop": form(OPEN, "question token"),
    "relationship_outcome_create": form(CHANGES, "Relationship"),
    "relationship_outcome_edit": form(CHANGES, "RelationshipOutcome"),
    "relationship_outcome_remove": deed(CHANGES, "RelationshipOutcome"),
    "outcome_export": page(who("mona", "adam")),
    # Published to all; set by administrators
    "health_settings": Route(get=STAFF, post=ADMINISTERS),
    "agreement_create": form(CHANGES, "Relationship"),
    "agreement_end": deed(CHANGES, "CadenceAgreement"),
    "agreement_remove": deed(CHANGES, "CadenceAgreement"),
    "snooze_create": form(CHANGES, "Relationship"),
    "snooze_remove": deed(CHANGES, "Snooze"),
    "health_flag_snooze": form(CHANGES, "HealthFlag"),
    "health_flag_wake": deed(CHANGES, "HealthFlag"),
    "person_deactivate": form(ADMINISTERS, "User"),
    "member_add": form(CHANGES, "Relationship"),
    "member_edit": form(CHANGES, "RelationshipMember"),
    "member_remove": deed(CHANGES, "RelationshipMember"),
    "stakeholder_create": form(CHANGES, "Relationship"),
    "stakeholder_edit": form(CHANGES, "Stakeholder"),
    "stakeholder_remove": deed(CHANGES, "Stakeholder"),
    # Without anybody named there is nobody who could have left; who is named is tried with the forms of others.
    "departure_create": form(NOTHING_THERE, "Relationship"),
    "introduction_create": form(CHANGES, "Relationship"),
    "introduction_edit": form(CHANGES, "Introduction"),
    "introduction_end": form(CHANGES, "Introduction"),
    "introduction_remove": deed(CHANGES, "Introduction"),
    "relationship_hand_over": form(CHANGES, "Relationship"),
    # Ways in, who may be named, what was learnt
    "relationship_plays": page(SEES, "Relationship"),
    "play_create": form(CHANGES, "Relationship"),
    "play_edit": form(CHANGES, "Play"),
    "play_done": form(CHANGES, "Play"),
    "play_answer": form(CHANGES, "Play"),
    "play_no_answer": deed(CHANGES, "Play"),
    "play_drop": deed(CHANGES, "Play"),
    "play_remove": deed(CHANGES, "Play"),
    "play_reading": deed(STAFF),
    "play_list": page(STAFF),
    "naming_create": form(CHANGES, "Account"),
    "naming_withdraw": deed(CHANGES, "NamingPermission"),
    "naming_remove": deed(CHANGES, "NamingPermission"),
    "meeting_insights": Route("Meeting", get=SEES, post=CHANGES),
    "insight_list": page(STAFF),
    "insights": page(STAFF),
    "pack_choice": page(STAFF),
    "insight_edit": form(CHANGES, "Insight"),
    "insight_end": form(CHANGES, "Insight"),
    # Only whom it was routed to, and who stands in for them.
    "insight_seen": deed(who("alice", "stand-in"), "Insight"),
    "insight_remove": deed(CHANGES, "Insight"),
    # Those chosen are named in what is sent; without any it says so.
    "relationship_bulk": form(STAFF),
    "commitment_new": form(STAFF),
    "commitment_create": form(CHANGES, "Relationship"),
    "commitment_detail": page(SEES, "Commitment"),
    "commitment_edit": form(CHANGES, "Commitment"),
    "commitment_remove": deed(CHANGES, "Commitment"),
    "renegotiation_create": form(CHANGES, "Commitment"),
    "fulfilment_create": form(CHANGES, "Commitment"),
    "miss_create": form(CHANGES, "Commitment"),
    "feedback_list": page(STAFF),
    "relationship_feedback": page(SEES, "Relationship"),
    "feedback_new": form(STAFF),
    "tone_reading": deed(STAFF),
    "feedback_create": form(CHANGES, "Relationship"),
    "feedback_detail": page(SEES, "Feedback"),
    "feedback_edit": form(CHANGES, "Feedback"),
    "feedback_remove": deed(CHANGES, "Feedback"),
    "feedback_acknowledge": deed(CHANGES, "Feedback"),
    "feedback_answer": form(CHANGES, "Feedback"),
    "feedback_apply": form(CHANGES, "Feedback"),
    "feedback_decline": form(CHANGES, "Feedback"),
    "feedback_say": form(CHANGES, "Feedback"),
    "feedback_tell_voice": form(CHANGES, "Feedback"),
    "feedback_tell_group": form(CHANGES, "Feedback"),
    "feedback_grow": form(CHANGES, "Feedback"),
    "feedback_step_edit": form(CHANGES, "FeedbackStep"),
    "feedback_step_remove": deed(CHANGES, "FeedbackStep"),
    "comment_create": form(CHANGES, "Relationship"),
    "comment_edit": form(ALICE_ALONE, "Comment"),
    "comment_remove": deed(ALICE_ALONE, "Comment"),
    "mention_seen": deed(ALICE_ALONE, "Mention"),
    "attachment_create": form(CHANGES, "Relationship"),
    "attachment_download": page(SEES, "Attachment"),
    "attachment_remove": deed(CHANGES, "Attachment"),
    "next_step_done": deed(CHANGES, "Interaction"),
    # People and organisations
    "undo": deed(ALICE_ALONE, "UndoStep"),
    # Without anything to take back too: the answer says so.
    "undo_latest": deed(STAFF),
    "history": page(STAFF),
    "settings": form(STAFF),
    "invitation": form(OPEN, "invitation token"),
    "invitation_withdraw": deed(ADMINISTERS, "Invitation"),
    "person_list": page(ADMINISTERS),
    "person_invite": form(ADMINISTERS),
    "person_edit": form(ADMINISTERS, "User"),
    "person_invite_again": deed(ADMINISTERS, "User"),
    "person_reactivate": deed(ADMINISTERS, "User"),
    # Of the two alone: not of the rest of the team, and not of administrators
    "one_to_one_list": page(STAFF),
    "one_to_one": page(who("alice", "mona"), "User"),
    "one_to_one_create": form(who("mona"), "User"),
    "one_to_one_edit": form(who("mona"), "OneToOne"),
    "one_to_one_remove": deed(who("mona"), "OneToOne"),
    "cover_list": page(STAFF),
    "cover_create": form(STAFF),
    "cover_remove": deed(who("alice", "mona", "adam"), "Cover"),
    "team_list": page(ADMINISTERS),
    "team_create": form(ADMINISTERS),
    "team_edit": form(ADMINISTERS, "Team"),
    "team_remove": deed(ADMINISTERS, "Team"),
    "account_list": page(STAFF),
    "account_create": form(WRITES),
    "account_options": page(STAFF),
    "account_alike": page(WRITES),
    "duplicate_list": page(STAFF),
    # Whoever sees both; the deputy has a part with one of them only.
    "likeness_dismiss": deed(who("alice", "bob", "mona", "adam", "stand-in"), "Likeness"),
    "account_merge": form(CHANGES, "Account"),
    # Only the name of it for those who see no relationship; the crawl holds it to that.
    "account_detail": page(STAFF, "Account"),
    "account_edit": form(CHANGES, "Account"),
    "account_remove": deed(CHANGES, "Account"),
    "alias_add": form(CHANGES, "Account"),
    "external_id_add": form(CHANGES, "Account"),
    "contact_add": form(CHANGES, "Account"),
    "alias_remove": deed(CHANGES, "AccountAlias"),
    "external_id_remove": deed(CHANGES, "ExternalId"),
    "contact_edit": form(CHANGES, "Affiliation"),
    "contact_left": form(CHANGES, "Affiliation"),
    "contact_remove": deed(CHANGES, "Affiliation"),
    # Listening posts
    "hear": form(OPEN, "listening token"),
    "listening_list": page(STAFF),
    "listening_post_create": form(WRITES),
    "listening_post_detail": page(SEES, "ListeningPost"),
    "listening_post_edit": form(CHANGES, "ListeningPost"),
    "listening_post_close": deed(CHANGES, "ListeningPost"),
    "listening_post_reopen": deed(CHANGES, "ListeningPost"),
    "listening_post_renew": deed(CHANGES, "ListeningPost"),
    "heard_sort": form(CHANGES, "Heard"),
    "heard_set_aside": form(CHANGES, "Heard"),
    "heard_set_aside_many": form(CHANGES, "ListeningPost"),
    # Meetings
    "meeting_list": page(STAFF),
    "meeting_detail": page(SEES, "Meeting"),
    "meeting_brief": page(SEES, "Meeting"),
    "meeting_new": form(STAFF),
    "meeting_create": form(CHANGES, "Relationship"),
    "meeting_agenda": deed(CHANGES, "Meeting"),
    # Without a key it is the form of a new item.
    "agenda_item": form(CHANGES, "Meeting"),
    "outline_list": form(ADMINISTERS),
    "meeting_edit": form(CHANGES, "Meeting"),
    "meeting_cancel": form(CHANGES, "Meeting"),
    "meeting_not_held": form(CHANGES, "Meeting"),
    "participant_answer": deed(CHANGES, "Participant"),
    "private_note_edit": deed(SEES, "Meeting"),
    "meeting_live": page(CHANGES, "Meeting"),
    "meeting_begin": deed(CHANGES, "Meeting"),
    "meeting_next": deed(CHANGES, "Meeting"),
    "meeting_room": deed(CHANGES, "Meeting"),
    "attendee_create": form(CHANGES, "Meeting"),
    "decision_create": form(CHANGES, "Meeting"),
    "meeting_promise_create": form(CHANGES, "Meeting"),
    "meeting_feedback_create": form(CHANGES, "Meeting"),
    "meeting_hold": form(CHANGES, "Meeting"),
    "item_turn": deed(CHANGES, "AgendaItem"),
    "item_done": deed(CHANGES, "AgendaItem"),
    "item_notes": deed(CHANGES, "AgendaItem"),
    "decision_edit": form(CHANGES, "Outcome"),
    "outcome_remove": deed(CHANGES, "Outcome"),
    "minutes": page(SEES, "Meeting"),
    "minutes_paper": page(SEES, "Meeting"),
    "minutes_send": form(CHANGES, "Meeting"),
    "notes_edit": form(CHANGES, "AgendaItem"),
    # What one's own calendar knows: nobody else sees any of it
    "calendar_source": form(STAFF),
    "calendar_stop": deed(STAFF),
    "captured_confirm": form(ALICE_ALONE, "CapturedEvent"),
    "captured_dismiss": deed(ALICE_ALONE, "CapturedEvent"),
    # Problems
    "problem_list": page(STAFF),
    "problem_new": form(STAFF),
    "problem_create": form(CHANGES, "Relationship"),
    "problem_detail": page(SEES, "Problem"),
    "problem_edit": form(CHANGES, "Problem"),
    "problem_remove": deed(CHANGES, "Problem"),
    "problem_solve": form(CHANGES, "Problem"),
    "problem_reopen": form(CHANGES, "Problem"),
    "problem_own_up": form(CHANGES, "Problem"),
    "problem_of_feedback": deed(CHANGES, "Feedback"),
    # Invitations and calendars
    "meeting_invite": deed(CHANGES, "Meeting"),
    "meeting_answer": form(OPEN, "answer token"),
    "calendar_feed": open_page("feed token"),
    "calendar_settings": page(STAFF),
    "feed_make": deed(STAFF),
    "feed_stop": deed(STAFF),
    # Mail
    "mail_settings": form(STAFF),
    "unsubscribe": form(OPEN, "unsubscribe token"),
    "outbox": page(ADMINISTERS),
    "outbox_again": deed(ADMINISTERS, "OutboxMail"),
    "outbox_arrived": deed(ADMINISTERS, "OutboxMail"),
    "outbox_closed": deed(ADMINISTERS, "OutboxMail"),
    # Signing in (allauth)
    "account_login": form(OPEN),
    "account_logout": form(OPEN),
    "account_signup": form(OPEN),
    "account_inactive": open_page(),
    "account_reset_password": form(OPEN),
    "account_reset_password_done": open_page(),
    "account_reset_password_from_key": form(OPEN, "password token"),
    "account_reset_password_from_key_done": open_page(),
    "mfa_authenticate": form(OPEN),
    "account_reauthenticate": SIGNED_IN,
    # An address is changed by an administrator: the invitation proved it.
    "account_email": form(NOTHING_THERE),
    "account_email_verification_sent": page(STAFF),
    "account_confirm_email": Route("address token", get=STAFF, post=NOTHING_THERE),
    "account_confirm_login_code": SIGNED_IN,
    "account_change_password": SIGNED_IN,
    "account_set_password": SIGNED_IN,
    "mfa_index": page(STAFF),
    "mfa_reauthenticate": SIGNED_IN,
    "mfa_activate_totp": SIGNED_IN,
    "mfa_deactivate_totp": form(NOTHING_THERE),
    "mfa_view_recovery_codes": page(NOTHING_THERE),
    "mfa_generate_recovery_codes": SIGNED_IN,
    "mfa_download_recovery_codes": form(NOTHING_THERE),
    "usersessions_list": SIGNED_IN,
    # Is it alive
    "healthz": open_page(),
    "readyz": open_page(),
}


def patterns(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, str, URLPattern]]:
    """Name, address and pattern of every route; a route without a name goes by its address."""
    for pattern in (resolver or get_resolver()).url_patterns:
        address = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, address)
        else:
            yield pattern.name or address, address, pattern
