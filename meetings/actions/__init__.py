"""What can be done with meetings. Each deed is one transaction and leaves a step that takes it back."""

from meetings.actions.following import book_what_is_over, follow
from meetings.actions.planning import (
    EDITABLE_MEETING,
    answer,
    cancel_meeting,
    change_meeting,
    not_held,
    plan_meeting,
    restore_meeting,
    set_answer,
    set_meeting,
    unplan_meeting,
)

__all__ = [
    "EDITABLE_MEETING",
    "answer",
    "book_what_is_over",
    "cancel_meeting",
    "change_meeting",
    "follow",
    "not_held",
    "plan_meeting",
    "restore_meeting",
    "set_answer",
    "set_meeting",
    "unplan_meeting",
]
