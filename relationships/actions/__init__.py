"""What can be done with a relationship. Each verb is one transaction and leaves a step that takes it back."""

from relationships.actions.dates import (
    apply_agreements_that_begin,
    refresh,
    sweep_cadence,
    theirs,
)
from relationships.actions.relationship import (
    ASSUMED_EVERY,
    EDITABLE,
    begin_with,
    bring_relationship_back,
    change_relationship,
    open_relationship,
    pause,
    remove_relationship,
    resume,
    set_pause,
    set_relationship,
    take_relationship_away,
)
from relationships.actions.rhythm import (
    agree_cadence,
    restore_agreement,
    restore_snooze,
    snooze,
    wake,
    withdraw_agreement,
    write_agreement,
)
from relationships.actions.talk import (
    change_interaction,
    log_interaction,
    remove_interaction,
    restore_interaction,
    set_interaction,
)
from relationships.actions.team import (
    hand_over,
    let_go,
    set_owners,
)

__all__ = [
    "ASSUMED_EVERY",
    "EDITABLE",
    "agree_cadence",
    "apply_agreements_that_begin",
    "begin_with",
    "bring_relationship_back",
    "change_interaction",
    "change_relationship",
    "hand_over",
    "let_go",
    "log_interaction",
    "open_relationship",
    "pause",
    "refresh",
    "remove_interaction",
    "remove_relationship",
    "restore_agreement",
    "restore_interaction",
    "restore_snooze",
    "resume",
    "set_interaction",
    "set_owners",
    "set_pause",
    "set_relationship",
    "snooze",
    "sweep_cadence",
    "take_relationship_away",
    "theirs",
    "wake",
    "withdraw_agreement",
    "write_agreement",
]
