"""Stages (pure): the criteria of each, judged on evidence, and what follows from them.

Source: ``health.md`` of the design. All days are local dates of the relationship's zone.
"""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """In the order in which one follows the other."""

    CONTACT = "contact"
    CUSTOMER = "customer"
    PARTNER = "partner"


class Criterion(StrEnum):
    """What has to hold before a move is proposed; the first five for *customer*, the others for *partner*."""

    SCOPE = "scope"
    PEOPLE = "people"
    CADENCE = "cadence"
    PROMISE = "promise"
    IN_TOUCH = "in_touch"
    SCORE = "score"
    COMPONENTS = "components"
    TRUST_OF_EACH = "trust_of_each"
    DECISION_MAKERS = "decision_makers"
    KPIS = "kpis"
    BENEFIT = "benefit"
    FEEDBACK = "feedback"
    ROADMAPS = "roadmaps"
    ADHERENCE = "adherence"
    TRUST_FLAGS = "trust_flags"
    BESIDE_PROJECTS = "beside_projects"


class Verdict(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    WAIVED = "waived"
    UNKNOWN = "unknown"
