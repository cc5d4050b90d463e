"""The suite's own ground: a database as the migrations left it for each test, whatever the one before committed."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import TransactionTestCase

from accounts.models import Team
from relationships.models import ScoreConfig
from tests import people
from tests.database import KEPT, MANY, empty

# What a migration writes: the weights that Concord comes with, and their history.
WRITTEN = {"relationships_scoreconfig", "relationships_scoreconfigevent"}
pytestmark = pytest.mark.django_db(transaction=True)


def with_rows() -> set[str]:
    names = connection.introspection.django_table_names(only_existing=True)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"(SELECT '{name}' FROM \"{name}\" LIMIT 1)" for name in names))
        return {name for (name,) in cursor.fetchall()} - KEPT


@pytest.mark.parametrize("more", [0, MANY])
def test_nothing_is_left_and_nothing_is_missing(more: int) -> None:
    people.promise()
    Team.objects.bulk_create(Team(name=f"Team {index}") for index in range(more))
    permissions = Permission.objects.count()
    assert with_rows() >= {"accounts_team", "accounts_teamevent", "relationships_commitment"}
    empty(TransactionTestCase())
    assert with_rows() == WRITTEN
    assert ScoreConfig.objects.get().version == 1
    assert Permission.objects.count() == permissions > 0


@pytest.mark.parametrize("time", ["first", "second"])
def test_each_test_begins_with_nothing(time: str) -> None:
    assert with_rows() == WRITTEN
    people.promise()
