"""Listening posts: opened, changed, closed, given another address; and what came in there, sorted or set aside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.history import events_of
from accounts.models import Contact, Team, User
from accounts.rows import plain
from accounts.undo import Done, gather, inverse, record
from relationships import listening, queries
from relationships.actions.dates import theirs
from relationships.actions.feedback import give_feedback
from relationships.models import Feedback, Heard, ListeningPost, Relationship
from web.clock import Now

EDITABLE_POST = ["name", "kind", "covers", "owner", "team", "relationship", "public"]

# What became of something that came in.
BECAME = ["feedback", "set_aside_at", "set_aside_by", "set_aside_why"]


# The register --------------------------------------------------------------------------------------------------------


def _lock(post_id: int, actor: User) -> ListeningPost:
    """The post, locked, if the actor may change it; raises ``ListeningPost.DoesNotExist`` otherwise."""
    rows = ListeningPost.objects.changeable_by(actor).select_for_update(no_key=True, of=("self",))
    return rows.select_related("owner", "relationship").get(pk=post_id)


def _kept(row: ListeningPost, *, actor: User, now: Now, said: str, values: dict[str, Any]) -> Done[ListeningPost]:
    """Save it, with the step that gives the columns of ``values`` back what they held."""
    row.full_clean()
    row.save()
    step = record(
        actor=actor,
        now=now,
        said=said % {"name": row.name},
        verb=set_post,
        arguments={"post_id": row.pk, "values": values},
        watch=[(ListeningPost, row.pk)],
    )
    return Done(row, step)


@transaction.atomic
def open_post(
    *,
    actor: User,
    now: Now,
    name: str,
    owner: User,
    kind: str = ListeningPost.Kind.FORM,
    covers: str = "",
    team: Team | None = None,
    relationship: Relationship | None = None,
    public: bool = False,
) -> Done[ListeningPost]:
    """A place where the partner's voice is heard; with ``public`` it has a form for anybody with its address.

    Raises ``PermissionDenied`` for who writes nothing, ``Relationship.DoesNotExist`` for one that isn't theirs.
    """
    if not actor.reach.writes:
        raise PermissionDenied
    if relationship is not None:
        theirs(actor, relationship.pk)
    row = ListeningPost(
        name=name.strip(),
        kind=kind,
        covers=covers.strip(),
        owner=owner,
        team=team,
        relationship=relationship,
        public=public,
        opened_on=now.today(actor.zone),
    )
    row.full_clean()
    row.save()
    step = record(
        actor=actor,
        now=now,
        said=_("Listening post added: %(name)s") % {"name": row.name},
        verb=take_post_away,
        arguments={"post_id": row.pk},
        watch=[(ListeningPost, row.pk)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def take_post_away(*, actor: User, now: Now, post_id: int) -> Done[ListeningPost]:
    """As if it had never been opened; not once something was heard there: then it is closed instead."""
    row = _lock(post_id, actor)
    if row.heard.exists() or row.feedback.exists():
        raise ValidationError(_("Something was heard at “%(name)s” already; close it instead.") % {"name": row.name})
    values = {field.attname: plain(field.value_from_object(row)) for field in row._meta.concrete_fields}
    row.delete()
    step = record(
        actor=actor,
        now=now,
        said=_("Listening post removed: %(name)s") % {"name": row.name},
        verb=put_post_back,
        arguments={"values": values},
        watch=[(ListeningPost, post_id)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def put_post_back(*, actor: User, now: Now, values: dict[str, Any]) -> Done[ListeningPost]:
    if not actor.reach.writes:
        raise PermissionDenied
    if values["relationship_id"] is not None:
        theirs(actor, values["relationship_id"])
    columns = ListeningPost._meta.concrete_fields
    row = ListeningPost(**{field.attname: field.to_python(values[field.attname]) for field in columns})
    if not _may_keep(row, actor):
        raise PermissionDenied
    row.full_clean(validate_unique=False)
    row.save(force_insert=True)
    step = record(
        actor=actor,
        now=now,
        said=_("Listening post is back: %(name)s") % {"name": row.name},
        verb=take_post_away,
        arguments={"post_id": row.pk},
        watch=[(ListeningPost, row.pk)],
    )
    return Done(row, step)


def _may_keep(row: ListeningPost, actor: User) -> bool:
    """Whether the post will be one that the actor may change: nobody makes one out of their own reach again."""
    reach = actor.reach
    return (
        row.relationship_id is not None
        or reach.everything
        or row.owner_id in reach.owners
        or row.team_id in reach.managed
    )


@transaction.atomic
def change_post(*, actor: User, now: Now, post: ListeningPost, values: dict[str, Any]) -> Done[ListeningPost]:
    """Correct fields of ``EDITABLE_POST``; one that is about a relationship from now on must be about one of theirs."""
    unknown = set(values) - set(EDITABLE_POST)
    assert not unknown, unknown
    row = _lock(post.pk, actor)
    about = values.get("relationship", row.relationship)
    if about is not None and about.pk != row.relationship_id:
        theirs(actor, about.pk)
    before = {name: plain(getattr(row, row._meta.get_field(name).attname)) for name in values}  # type: ignore[union-attr]
    for name, value in values.items():
        setattr(row, name, value)
    said = _("Listening post changed: %(name)s")
    return _kept(row, actor=actor, now=now, said=said, values=before)


@inverse
@transaction.atomic
def set_post(*, actor: User, now: Now, post_id: int, values: dict[str, Any]) -> Done[ListeningPost]:
    """Fields as they were; whether it is closed and which address counts among them."""
    row = _lock(post_id, actor)
    about = values.get("relationship")
    if about is not None and about != row.relationship_id:
        theirs(actor, about)
    before = {}
    for name, value in values.items():
        column: Any = row._meta.get_field(name)
        before[name] = plain(getattr(row, column.attname))
        setattr(row, column.attname, column.to_python(value))
    return _kept(row, actor=actor, now=now, said=_("As it was: %(name)s"), values=before)


@transaction.atomic
def close_post(*, actor: User, now: Now, post: ListeningPost) -> Done[ListeningPost]:
    """Nobody listens there any more. Its form is gone; what was heard stays."""
    row = _lock(post.pk, actor)
    if row.closed_on is not None:
        raise ValidationError(_("This listening post is closed already."))
    return _set_closed(row, now.today(actor.zone), actor=actor, now=now, said=_("Listening post closed: %(name)s"))


@transaction.atomic
def open_post_again(*, actor: User, now: Now, post: ListeningPost) -> Done[ListeningPost]:
    """Somebody listens there again; a public form has the address it had."""
    row = _lock(post.pk, actor)
    if row.closed_on is None:
        raise ValidationError(_("This listening post is open already."))
    return _set_closed(row, None, actor=actor, now=now, said=_("Listening post open again: %(name)s"))


def _set_closed(row: ListeningPost, day: date | None, *, actor: User, now: Now, said: str) -> Done[ListeningPost]:
    before, row.closed_on = row.closed_on, day
    return _kept(row, actor=actor, now=now, said=said, values={"closed_on": plain(before)})


@transaction.atomic
def renew_address(*, actor: User, now: Now, post: ListeningPost) -> Done[ListeningPost]:
    """Another address for its form: all that were given out before stop working. Taken back, the last one works again.

    The number is one that the post never had, so that no address that was taken back comes to life by a later renewal.
    """
    row = _lock(post.pk, actor)
    had = events_of(ListeningPost)._base_manager.filter(pgh_obj_id=row.pk).aggregate(last=Max("version"))
    before, row.version = row.version, max(row.version, had["last"] or 0) + 1
    said = _("Address renewed: %(name)s")
    return _kept(row, actor=actor, now=now, said=said, values={"version": before})


# What comes in -------------------------------------------------------------------------------------------------------


@transaction.atomic
def hear(*, now: Now, post: ListeningPost, form: str, **said: str) -> Heard:
    """Keep what somebody wrote into the public form of a post, whoever it was; the same sent twice is one row.

    ``form`` is the number that the form came with, ``said`` the fields of ``Heard``. The same text from the same form
    is the same piece, whatever line was lost on the way back to it. Nobody is signed in, so there is no step that
    takes it back. At a post of one relationship it is feedback at once, unless its kind was not said: that is for a
    person to say.
    """
    kept = {**said, "post": post, "heard_at": now.instant}
    row, new = Heard.objects.get_or_create(sent_as=_piece(post, form, said), defaults=kept)
    if not new:
        row = Heard.objects.select_for_update(no_key=True).get(pk=row.pk)
        more = _more_said(row, said)
        if more is None:
            row, new = Heard.objects.get_or_create(sent_as=listening.sent_as(post.pk, form, said), defaults=kept)
        elif more:
            for name, value in more.items():
                setattr(row, name, value)
            row.save(update_fields=list(more))
            new = True
    if new and row.nature and post.relationship is not None:
        _becomes_feedback_at_once(row, post.relationship, now)
    return row


def _piece(post: ListeningPost, form: str, said: dict[str, str]) -> UUID:
    return listening.sent_as(post.pk, form, {"text": said["text"]})


def _more_said(row: Heard, said: dict[str, str]) -> dict[str, str] | None:
    """What is filled in now of what was left empty; nothing where it is another piece.

    So it is where a line says otherwise, and where the first is sorted: what is added to that, nobody would read.
    """
    more = listening.more_said({name: getattr(row, name) for name in said}, said)
    is_sorted = row.feedback_id is not None or row.set_aside_at is not None
    return None if more and is_sorted else more


def _becomes_feedback_at_once(row: Heard, relationship: Relationship, now: Now) -> None:
    """At a post of one relationship nobody has to sort. Written by nobody, so there is nothing for anybody to undo."""
    values = _as_feedback(row, relationship)
    values["contact"] = queries.reached_at(row.reach, queries.people_of(relationship, relationship.today(now)))
    given = give_feedback(actor=row.post.owner, now=now, relationship=relationship, **values)
    Feedback.objects.filter(pk=given.row.pk).update(written_by=None)
    given.step.delete()
    row.feedback = given.row
    row.save(update_fields=["feedback"])


def _as_feedback(row: Heard, relationship: Relationship) -> dict[str, Any]:
    """What the feedback says of who spoke, for whom, where and when.

    Who left no name is named by where they are and how to reach them: they can be told what came of it all the same.
    """
    return {
        "side": Feedback.Side.THEIRS,
        "said": row.text,
        "nature": row.nature,
        "voice_name": _voice(row),
        "behalf_of": row.behalf_of,
        "post": row.post,
        "where": _("noted down by %(name)s") % {"name": row.noted_by} if row.noted_by else "",
        "heard_on": row.heard_at.astimezone(ZoneInfo(relationship.zone)).date(),
    }


def _voice(row: Heard) -> str:
    """*Ola, Ewos*, *somebody at Ewos (ola@ewos.example)*, or the way to reach them alone.

    No organisation says anything by itself. ``feedback_words.addressed`` reads the second again.
    """
    if row.name or not row.organisation:
        return ", ".join(part for part in (row.name, row.organisation) if part) or row.reach
    said = _("somebody at %(organisation)s (%(reach)s)") if row.reach else _("somebody at %(organisation)s")
    return said % {"organisation": row.organisation, "reach": row.reach}


def was_heard(*, post: ListeningPost, form: str, **said: str) -> bool:
    """Whether it has come in already, but for lines to be filled in: a second tap on *Send* is no second voice."""
    first = Heard.objects.filter(sent_as=_piece(post, form, said)).first()
    if first is None or _more_said(first, said) is not None:
        return first is not None
    return Heard.objects.filter(sent_as=listening.sent_as(post.pk, form, said)).exists()


def _lock_heard(heard_id: int, actor: User) -> Heard:
    """What came in, locked, if the actor sorts at its post; raises ``Heard.DoesNotExist`` otherwise."""
    rows = Heard.objects.changeable_by(actor).select_for_update(no_key=True, of=("self",))
    return rows.select_related("post").get(pk=heard_id)


def _set_heard(row: Heard, values: dict[str, Any], *, actor: User, now: Now, said: str) -> Done[Heard]:
    """Set what became of it, with the step that sets what had become of it before."""
    columns: list[Any] = [Heard._meta.get_field(name) for name in BECAME]
    before = {column.attname: plain(getattr(row, column.attname)) for column in columns}
    for column in columns:
        setattr(row, column.attname, column.to_python(values.get(column.attname, column.get_default())))
    row.save()
    step = record(
        actor=actor,
        now=now,
        said=said % {"text": row.text[:60]},
        verb=set_heard,
        arguments={"heard_id": row.pk, "values": before},
        watch=[(Heard, row.pk)],
    )
    return Done(row, step)


def _must_be_unsorted(row: Heard) -> None:
    if row.feedback_id is not None or row.set_aside_at is not None:
        raise ValidationError(_("Somebody has sorted this already."))


@transaction.atomic
def sort_heard(
    *,
    actor: User,
    now: Now,
    heard: Heard,
    relationship: Relationship,
    nature: str = "",
    contact: Contact | None = None,
) -> Done[Feedback]:
    """What came in becomes feedback of a relationship; taken back, it waits to be sorted again.

    ``nature`` is what it is where that was not said, or is something else than was said; ``contact`` who spoke.
    """
    row = _lock_heard(heard.pk, actor)
    _must_be_unsorted(row)
    about = theirs(actor, relationship.pk)
    values = _as_feedback(row, about) | {"contact": contact}
    values["nature"] = nature or row.nature
    if not values["nature"]:
        raise ValidationError({"nature": _("Say what it is.")})
    given = give_feedback(actor=actor, now=now, relationship=about, **values)
    said = _("Sorted: %(text)s")
    sorted_ = _set_heard(row, {"feedback_id": given.row.pk}, actor=actor, now=now, said=said)
    steps = [given.step, sorted_.step]
    return Done(given.row, gather(actor=actor, now=now, said=sorted_.step.said, steps=steps))


@transaction.atomic
def set_aside(*, actor: User, now: Now, heard: Heard, why: str) -> Done[Heard]:
    """Not for us, or nonsense: it stays, with the reason, and waits for nobody."""
    row = _lock_heard(heard.pk, actor)
    _must_be_unsorted(row)
    if not why.strip():
        raise ValidationError({"why": _("Say why.")})
    values = {"set_aside_at": now.instant, "set_aside_by_id": actor.pk, "set_aside_why": why.strip()}
    return _set_heard(row, values, actor=actor, now=now, said=_("Set aside: %(text)s"))


@transaction.atomic
def set_aside_many(*, actor: User, now: Now, rows: Sequence[Heard], why: str) -> Done[Heard]:
    """The same for several with one reason, all or none; one step takes all of it back."""
    done = [set_aside(actor=actor, now=now, heard=row, why=why) for row in rows]
    said = ngettext("%(count)d set aside", "%(count)d set aside", len(done)) % {"count": len(done)}
    return Done(done[0].row, gather(actor=actor, now=now, said=said, steps=[one.step for one in done]))


@inverse
@transaction.atomic
def set_heard(*, actor: User, now: Now, heard_id: int, values: dict[str, Any]) -> Done[Heard]:
    """What became of it as it was; feedback that it is must be the actor's to change, and there."""
    row = _lock_heard(heard_id, actor)
    if values["feedback_id"] is not None:
        Feedback.objects.changeable_by(actor).get(pk=values["feedback_id"])
    return _set_heard(row, values, actor=actor, now=now, said=_("As it was: %(text)s"))
