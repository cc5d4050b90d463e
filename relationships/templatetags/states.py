"""The state of a relationship on pages of organisations."""

from __future__ import annotations

from django import template

from relationships import words
from relationships.models import Relationship
from relationships.words import Look
from web.clock import Now

register = template.Library()


@register.filter
def look(relationship: Relationship, now: Now) -> Look:
    return words.LOOKS[relationship.state(now)]
