"""By which weights and thresholds relationships are judged: set as a new version, never changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import UndoStep, User
from accounts.undo import Done, hindrance, inverse, record
from relationships import stages, standings, sums
from relationships.models import Relationship, ScoreConfig, latest_date
from web.clock import Now


@transaction.atomic
def set_score(*, actor: User, now: Now, numbers: Mapping[str, int], why: str, seen: int) -> Done[ScoreConfig]:
    """A new version of weights and thresholds, in force at once: all standings are brought in line with it.

    ``numbers`` has them all by name; ``seen`` is the version that the person had in view. Raises ``ValidationError``
    where another has been set since, or where nothing would change.
    """
    _must_administer(actor)
    former = _newest()
    if former.version != seen:
        raise ValidationError(
            _("Version %(version)s has been set meanwhile. Look at before and after again.")
            % {"version": former.version}
        )
    if former.numbers == dict(numbers):
        raise ValidationError(_("These are the weights and thresholds in force already."))
    return _set(former, numbers, why, actor=actor, now=now)


@inverse
@transaction.atomic
def take_score_back(*, actor: User, now: Now, version: int, numbers: dict[str, Any]) -> Done[ScoreConfig]:
    """The numbers that stood before ``version``, as a version of their own; while what ``version`` set is in force.

    So it is while it is the newest, and again once all that was set after it is taken back.
    """
    _must_administer(actor)
    former = _newest()
    if not _holds(former, ScoreConfig.objects.get(version=version)):
        raise ValidationError(_later(former))
    wanted = {name: numbers[name] for name in ScoreConfig.DEFAULTS}
    # Named by the version that had the numbers first: taken back and done again, no text grows by the former one.
    first = ScoreConfig.objects.filter(**wanted).order_by("version").values_list("version", flat=True).first()
    why = _("Back to version %(first)s: version %(version)s was taken back.") % {
        "first": first or 1,
        "version": version,
    }
    return _set(former, wanted, why, actor=actor, now=now)


@hindrance(take_score_back)
def _no_longer_in_force(steps: Collection[UndoStep]) -> dict[int, str]:
    """Two queries, for any number."""
    force = ScoreConfig.objects.in_force()
    rows = ScoreConfig.objects.in_bulk([step.arguments["version"] for step in steps], field_name="version")
    return {step.pk: _later(force) for step in steps if not _holds(force, rows[step.arguments["version"]])}


def _holds(force: ScoreConfig, row: ScoreConfig) -> bool:
    """Whether what a version set is in force."""
    return force.version == row.version or force.numbers == row.numbers


def _later(force: ScoreConfig) -> str:
    said = _(
        "Version %(version)s is in force now: take that back first, or go back to a former one in Settings, Health."
    )
    return said % {"version": force.version}


def _must_administer(actor: User) -> None:
    if not actor.reach.everything:
        raise PermissionDenied


def _newest() -> ScoreConfig:
    """The version in force. Who sets another meanwhile waits; what they set is seen, as it is read after the lock."""
    list(ScoreConfig.objects.select_for_update(no_key=True).order_by("-version")[:1])
    return ScoreConfig.objects.in_force()


def _set(former: ScoreConfig, numbers: Mapping[str, int], why: str, *, actor: User, now: Now) -> Done[ScoreConfig]:
    row = ScoreConfig(
        version=former.version + 1, valid_from=now.instant, why=why.strip(), made_by=actor, **dict(numbers)
    )
    row.full_clean()
    row.save()
    # A verb that reads the former version meanwhile is through before, or waits and reads this one.
    sums.lock()
    standings.stand(now)
    # Criteria ask for the score by the weights in force; pages judge at once, what lists tell follows with the sweep.
    judged = Relationship.objects.exclude(stage=stages.Stage.CONTACT).filter(removed_at=None)
    judged.update(judged_again_on=latest_date(now))
    step = record(
        actor=actor,
        now=now,
        said=_("Weights of health set, version %(version)s") % {"version": row.version},
        verb=take_score_back,
        arguments={"version": row.version, "numbers": former.numbers},
        watch=[(ScoreConfig, row.pk)],
    )
    return Done(row, step)
