"""The template of each kind of meeting: what stands on its agenda from the beginning."""

from __future__ import annotations

from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import access
from accounts.models import Someone, tracked
from meetings.models.meeting import Meeting


class OutlineItemQuerySet(models.QuerySet["OutlineItem"]):
    def visible_to(self, user: Someone) -> Self:
        return self.filter(access.staff(user))


@tracked()
class OutlineItem(models.Model):
    """A line of a template. A kind without any has those of ``outlines.USUAL``."""

    kind = models.TextField(_("kind"), choices=Meeting.Kind)
    position = models.PositiveSmallIntegerField()
    title = models.TextField(_("item"))
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), validators=[MinValueValidator(1), MaxValueValidator(8 * 60)]
    )

    objects = OutlineItemQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "position"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "position"], name="outline_item_once"),
            models.CheckConstraint(
                condition=~Q(title=""), name="outline_item_says_what", violation_error_message=_("Say what it is.")
            ),
        ]

    def __str__(self) -> str:
        return self.title
