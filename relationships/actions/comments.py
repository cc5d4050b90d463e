"""What colleagues say to each other: written, changed, removed, seen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rows import row_from, rows_from, values_of
from accounts.undo import Done, inverse, record
from relationships import mentions, queries
from relationships.actions.dates import theirs
from relationships.mentions import Colleague, Problem, Wrong
from relationships.models import Comment, Commitment, Interaction, Mention, Relationship
from web.clock import Now


@transaction.atomic
def write_comment(
    *,
    actor: User,
    now: Now,
    relationship: Relationship,
    text: str,
    interaction: Interaction | None = None,
    commitment: Commitment | None = None,
) -> Done[Comment]:
    """Say something to colleagues about an entry, a promise or the whole; ``@name`` puts it on somebody's Today.

    Raises ``ValidationError`` at ``text`` for a name that is nobody's or that the comment would not reach.
    """
    row = Comment(
        relationship=relationship,
        interaction=interaction,
        commitment=commitment,
        text=_tidied(text),
        written_by=actor,
        written_at=now.moment(relationship.zone),
    )
    row.full_clean()
    named = _named_in(row, now)
    row.save()
    _set_mentions(row, named)
    step = record(
        actor=actor,
        now=now,
        said=_("Comment at %(partner)s") % {"partner": relationship},
        verb=remove_comment,
        arguments={"comment_id": row.pk},
        watch=[(Comment, row.pk)],
    )
    return Done(row, step)


def _tidied(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _named_in(row: Comment, now: Now) -> Collection[int]:
    """Whom the text names, without its author. Who is named there already may be named on, whatever has changed."""
    seeing = set(queries.who_sees(row.relationship, now).values_list("pk", flat=True))
    seeing |= set(row.mentions.values_list("user", flat=True)) if row.pk else set()
    people = User.objects.active_staff() | User.objects.filter(pk__in=seeing)
    pairs = people.order_by("name", "pk").values_list("pk", "name")
    reading = mentions.read(row.text, [Colleague(pk, name, pk in seeing) for pk, name in pairs])
    if reading.problems:
        raise ValidationError({"text": [_sentence(problem) for problem in reading.problems]})
    return [pk for pk in reading.people if pk != row.written_by_id]


def _sentence(problem: Problem) -> str:
    match problem.what:
        case Wrong.UNKNOWN:
            return _("Nobody here is called “%(typed)s”. Leave the @ out if nobody is meant.") % {
                "typed": problem.typed
            }
        case Wrong.SEVERAL:
            return _("“@%(typed)s” could be %(names)s. Write more of the name.") % {
                "typed": problem.typed,
                "names": _(" or ").join(problem.names),
            }
        case Wrong.UNSEEING:
            return _("%(names)s does not see this partner, so a mention would not reach them.") % {
                "names": _(" or ").join(problem.names)
            }


def _set_mentions(row: Comment, named: Collection[int]) -> None:
    """Mentions come and go with the text; who is still named and has seen it is not told again."""
    row.mentions.exclude(user__in=named).delete()
    Mention.objects.bulk_create([Mention(comment=row, user_id=pk) for pk in named], ignore_conflicts=True)


def _lock_own(comment_id: int, actor: User) -> Comment:
    """Raises ``Comment.DoesNotExist`` for another's."""
    rows = Comment.objects.changeable_by(actor).select_for_update(no_key=True, of=("self",))
    return rows.select_related("relationship__account").get(pk=comment_id)


def _mentions_of(row: Comment) -> list[dict[str, Any]]:
    return [values_of(mention) for mention in row.mentions.order_by("pk")]


@transaction.atomic
def change_comment(*, actor: User, now: Now, comment: Comment, text: str) -> Done[Comment]:
    """Only one's own; problems as in ``write_comment``."""
    row = _lock_own(comment.pk, actor)
    before, mentioned = row.text, _mentions_of(row)
    row.text = _tidied(text)
    row.full_clean()
    named = _named_in(row, now)
    row.save()
    _set_mentions(row, named)
    return Done(row, _changed(row, before, mentioned, actor=actor, now=now).step)


def _changed(row: Comment, before: str, mentioned: Sequence[dict[str, Any]], *, actor: User, now: Now) -> Done[Comment]:
    step = record(
        actor=actor,
        now=now,
        said=_("Comment at %(partner)s changed") % {"partner": row.relationship},
        verb=set_comment,
        arguments={"comment_id": row.pk, "text": before, "mentioned": list(mentioned)},
        watch=[(Comment, row.pk)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def set_comment(*, actor: User, now: Now, comment_id: int, text: str, mentioned: list[dict[str, Any]]) -> Done[Comment]:
    """The text as it was, and whom it named then, whether or not they may be named today."""
    row = _lock_own(comment_id, actor)
    before, until_now = row.text, _mentions_of(row)
    row.text = text
    row.full_clean()
    row.save()
    row.mentions.exclude(user__in=[values["user_id"] for values in mentioned]).delete()
    _bring_mentions_back(row, mentioned)
    return _changed(row, before, until_now, actor=actor, now=now)


def _bring_mentions_back(row: Comment, mentioned: Sequence[dict[str, Any]]) -> None:
    """Those that are not there; somebody may have been erased meanwhile."""
    there = set(row.mentions.values_list("user", flat=True))
    known = set(User.objects.filter(pk__in=[values["user_id"] for values in mentioned]).values_list("pk", flat=True))
    rows_from(Mention, [values for values in mentioned if values["user_id"] in known - there])


@inverse
@transaction.atomic
def remove_comment(*, actor: User, now: Now, comment_id: int) -> Done[Comment]:
    """Only one's own; those who were named are no longer."""
    row = _lock_own(comment_id, actor)
    values, mentioned = values_of(row), _mentions_of(row)
    row.delete()
    step = record(
        actor=actor,
        now=now,
        said=_("Comment at %(partner)s removed") % {"partner": row.relationship},
        verb=restore_comment,
        arguments={"values": values, "mentioned": mentioned},
        watch=[(Comment, comment_id)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def restore_comment(*, actor: User, now: Now, values: dict[str, Any], mentioned: list[dict[str, Any]]) -> Done[Comment]:
    """It is back where it was; at the partner itself if what it was about has gone meanwhile."""
    relationship = theirs(actor, values["relationship_id"])
    kept = dict(values)
    if not relationship.interactions.filter(pk=kept["interaction_id"]).exists():
        kept["interaction_id"] = None
    if not relationship.commitments.filter(pk=kept["commitment_id"]).exists():
        kept["commitment_id"] = None
    row = row_from(Comment, kept)
    _bring_mentions_back(row, mentioned)
    step = record(
        actor=actor,
        now=now,
        said=_("Comment at %(partner)s is back") % {"partner": relationship},
        verb=remove_comment,
        arguments={"comment_id": row.pk},
        watch=[(Comment, row.pk)],
    )
    return Done(row, step)


# Seen ----------------------------------------------------------------------------------------------------------------


def _lock_named(mention_id: int, actor: User) -> Mention:
    """Raises ``Mention.DoesNotExist`` where somebody else is named."""
    rows = Mention.objects.visible_to(actor).filter(user=actor).select_for_update(no_key=True, of=("self",))
    return rows.select_related("comment__relationship__account").get(pk=mention_id)


@inverse
@transaction.atomic
def see_mention(*, actor: User, now: Now, mention_id: int) -> Done[Mention]:
    """It leaves the Today of the one who is named, and nobody else can do that; the first time counts."""
    row = _lock_named(mention_id, actor)
    row.seen_at = row.seen_at or now.moment(actor.zone)
    row.save(update_fields=["seen_at"])
    step = record(
        actor=actor,
        now=now,
        said=_("Mention at %(partner)s seen") % {"partner": row.comment.relationship},
        verb=put_mention_back,
        arguments={"mention_id": row.pk},
        watch=[(Mention, row.pk)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def put_mention_back(*, actor: User, now: Now, mention_id: int) -> Done[Mention]:
    row = _lock_named(mention_id, actor)
    row.seen_at = None
    row.save(update_fields=["seen_at"])
    step = record(
        actor=actor,
        now=now,
        said=_("Mention at %(partner)s is back") % {"partner": row.comment.relationship},
        verb=see_mention,
        arguments={"mention_id": row.pk},
        watch=[(Mention, row.pk)],
    )
    return Done(row, step)
