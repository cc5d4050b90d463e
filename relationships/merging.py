"""What would move if two organisations became one, in words and counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import merging
from accounts.models import Account, AccountAlias, Affiliation, Contact, ExternalId, Merge, NotTheSame, User
from relationships import words
from relationships.models import Commitment, Interaction, Relationship
from web import dates
from web.clock import Now


def words_apart(said: NotTheSame, reader: User, now: Now) -> str:
    """*Bob Brandt said yesterday that these two are not the same.* Needs ``said_by`` selected."""
    day = said.said_at.astimezone(ZoneInfo(reader.zone)).date()
    return _("%(name)s said %(day)s that these two are not the same.") % {
        "name": _("You") if said.said_by_id == reader.pk else said.said_by or _("Somebody"),
        "day": dates.on(day, now.today(reader.zone)),
    }


@dataclass(frozen=True, slots=True)
class Move:
    """Something that moves when two organisations become one, and what else to know of it."""

    what: str
    how: str = ""


def what_moves(kept: Account, gone: Account) -> list[Move]:
    """What hangs on ``gone``, in words and counts; for who may read all of it."""
    counts = merging.counts(gone)
    rows = list(Relationship._base_manager.filter(account__in=[kept.pk, gone.pk], removed_at=None).order_by("pk"))
    own = {row.name for row in rows if row.account_id == kept.pk}
    coming = [row.name for row in rows if row.account_id == gone.pk]
    moves = []
    if coming:
        named = ", ".join(name or _("without a name of its own") for name in coming)
        renamed = _("told apart by the name %(name)s") % {"name": gone} if own.intersection(coming) else ""
        what = ngettext("One relationship", "%(count)d relationships", len(coming)) % {"count": len(coming)}
        moves.append(Move(what, f"{named}; {renamed}" if renamed else named))
    if counts.pop(Affiliation, 0):
        moves.append(_people(kept, gone))
    counts.pop(Relationship, None)
    for model, told in _COUNTED.items():
        if count := counts.pop(model, 0):
            moves.append(Move(told(count) % {"count": count}))
    if rest := sum(counts.values()):
        what = ngettext("One row of another kind", "%(count)d rows of other kinds", rest)
        moves.append(Move(what % {"count": rest}))
    return [*moves, *_taken_over(kept, gone)]


def _people(kept: Account, gone: Account) -> Move:
    """*2 people* – *Ingrid Lie (ingrid@stolt.example) and Ola Moe; one of them is at both*."""
    theirs = Contact.objects.filter(affiliations__account=gone).distinct()
    rows = theirs.order_by("name", "pk").values_list("name", "email")
    named = words.names([f"{name} ({email})" if email else name for name, email in rows])
    what = ngettext("One person", "%(count)d people", len(rows)) % {"count": len(rows)}
    both = theirs.filter(pk__in=Affiliation.objects.filter(account=kept).values("contact")).count()
    if not both:
        return Move(what, named)
    how = ngettext("one of them is at both", "%(count)d of them are at both", both) % {"count": both}
    return Move(what, f"{named}; {_('at both already') if len(rows) == 1 else how}")


def words_merged(merge: Merge, reader: User, now: Now) -> str:
    """*Alice Ahlberg did that today at 14:02.* Needs ``merged_by`` selected."""
    at = merge.merged_at.astimezone(ZoneInfo(reader.zone))
    return _("%(name)s did that %(day)s at %(time)s.") % {
        "name": _("You") if merge.merged_by_id == reader.pk else merge.merged_by or _("Somebody"),
        "day": dates.on(at.date(), now.today(reader.zone)),
        "time": date_format(at, "H:i"),
    }


def _taken_over(kept: Account, gone: Account) -> list[Move]:
    """What the kept one lacks it takes; what differs stays as it is there and is kept with the merger."""
    other = Account.Kind.OTHER
    moves = []
    if gone.website and gone.website != kept.website:
        how = _("stays in the record of the merger") if kept.website else _("taken over")
        moves.append(Move(_("Website %(website)s") % {"website": gone.website}, how))
    if gone.kind not in (other, kept.kind):
        how = _("taken over") if kept.kind == other else _("stays in the record of the merger")
        moves.append(Move(_("Kind: %(kind)s") % {"kind": capfirst(gone.get_kind_display())}, how))
    return moves


_COUNTED: dict[type[models.Model], Callable[[int], str]] = {
    Interaction: lambda n: ngettext("One entry", "%(count)d entries", n),
    Commitment: lambda n: ngettext("One promise", "%(count)d promises", n),
    Account: lambda n: ngettext("One unit", "%(count)d units", n),
    AccountAlias: lambda n: ngettext("One other name", "%(count)d other names", n),
    ExternalId: lambda n: ngettext("One number elsewhere", "%(count)d numbers elsewhere", n),
}
