"""Two organisations become one, with all that hangs on either, and two again.

The verb stands here and not with the organisations, as relationships of one name must not meet; tables of the apps
above are found by ``accounts.merging``.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts import merging
from accounts.merging import Change
from accounts.models import Account, NotTheSame, UndoStep, User
from accounts.rows import values_of
from accounts.undo import Done, inverse, record
from relationships.merging import words_apart
from relationships.models import Relationship
from web.clock import Now


def may_merge(actor: User, *accounts: Account) -> bool:
    """Who may change each of them and every relationship there is with them."""
    keys = {row.pk for row in accounts}
    return Account.objects.wholly_changeable_by(actor).filter(pk__in=keys).count() == len(keys)


@transaction.atomic
def merge_accounts(
    *,
    actor: User,
    now: Now,
    kept: Account,
    gone: Account,
    told_apart: int | None = None,
    again: list[Any] | None = None,
) -> Done[Account]:
    """``gone`` becomes ``kept``: everything that hung on it hangs on that, and its name is another name of it.

    Where somebody said that they are two the actor must know of it: ``told_apart`` is the key of that.
    ``again`` is for doing it once more after it was taken back: the rows that were made then.
    """
    if kept.pk == gone.pk:
        raise ValidationError(_("Choose another organisation: one cannot be merged with itself."))
    if not may_merge(actor, kept, gone):
        raise ValidationError(
            _("Only somebody who may change both organisations and every relationship with them can merge them.")
        )
    kept, gone = _held(kept.pk, gone.pk)
    apart = NotTheSame.objects.said_of(kept.pk, gone.pk).select_related("said_by").first()
    if apart is not None and apart.pk != told_apart:
        raise ValidationError({"told_apart": words_apart(apart, actor, now)})
    change = Change()
    _keep_names_apart(kept, gone, change)
    merging.fold_places(kept, gone, change)
    merging.fold_pairs(kept, gone, change)
    merging.join(kept, gone, change)
    merging.move(kept, gone, change)
    former = values_of(gone)
    merging.remember(kept, gone, change, actor=actor, now=now, again=again or [])
    gone.delete()
    said = _("%(gone)s merged into %(kept)s") % {"gone": former["name"], "kept": kept}
    arguments = {
        "kept_id": kept.pk, "gone": former, "change": change.as_json(), "told_apart": apart.pk if apart else None,
    }  # fmt: skip
    return Done(kept, _step(actor, now, said, unmerge_accounts, arguments, change, kept.pk, former["id"]))


@inverse
@transaction.atomic
def unmerge_accounts(
    *,
    actor: User,
    now: Now,
    kept_id: int,
    gone: dict[str, Any],
    change: dict[str, Any],
    told_apart: int | None = None,
) -> Done[Account]:
    """Both are there again, each with what was its own; what came since stays with what it belongs to."""
    kept = Account.objects.wholly_changeable_by(actor).get(pk=kept_id)
    if Account.objects.keyed([gone["name_key"]]).exists():
        raise ValidationError(_("Another organisation is called %(name)s by now.") % {"name": gone["name"]})
    done = Change(**change)
    Account.objects.select_for_update().get(pk=kept.pk)
    other = merging.back(kept, gone, done)
    said = _("%(gone)s is an organisation of its own again") % {"gone": other}
    made = [list(one) for one in done.made]
    arguments = {"kept_id": kept.pk, "gone_id": other.pk, "again": made, "told_apart": told_apart}
    return Done(kept, _step(actor, now, said, merge_again, arguments, done, kept.pk, other.pk))


@inverse
def merge_again(
    *, actor: User, now: Now, kept_id: int, gone_id: int, again: list[Any], told_apart: int | None = None
) -> Done[Account]:
    accounts = Account.objects.changeable_by(actor)
    kept, gone = accounts.get(pk=kept_id), accounts.get(pk=gone_id)
    return merge_accounts(actor=actor, now=now, kept=kept, gone=gone, again=again, told_apart=told_apart)


def _held(*keys: int) -> list[Account]:
    """Both as they are now, kept from everybody until it is through: nothing new can name them meanwhile.

    Relationships first, as every other verb takes them before it names their organisation.
    """
    list(Relationship._base_manager.select_for_update(no_key=True).filter(account__in=keys).order_by("pk").values("pk"))
    rows = {row.pk: row for row in Account.objects.select_for_update().filter(pk__in=keys).order_by("pk")}
    return [rows[key] for key in keys]


def _keep_names_apart(kept: Account, gone: Account, change: Change) -> None:
    """Two relationships of one name would be one: those that come are told apart by where they come from."""
    rows = list(Relationship._base_manager.filter(account__in=[kept.pk, gone.pk], removed_at=None).order_by("pk"))
    taken = {row.name for row in rows if row.account_id == kept.pk}
    free = {row.name for row in rows if row.account_id == gone.pk and row.name not in taken}
    renamed = []
    for row in rows:
        if row.account_id != gone.pk or row.name not in taken:
            continue
        name = wanted = f"{row.name} ({gone.name})" if row.name else gone.name
        number = 2
        while name in taken | free:
            name, number = f"{wanted} {number}", number + 1
        merging.write(row, change, name=name)
        taken.add(name)
        renamed.append(row)
    Relationship._base_manager.bulk_update(renamed, ["name"])


def _step(
    actor: User, now: Now, said: str, verb: Any, arguments: dict[str, Any], change: Change, *accounts: int
) -> UndoStep:
    watch: list[tuple[type[models.Model], int]] = [*change.touched(), *((Account, pk) for pk in accounts)]
    return record(actor=actor, now=now, said=said, verb=verb, arguments=arguments, watch=watch)
