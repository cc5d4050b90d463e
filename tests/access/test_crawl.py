"""No text of somebody else's partner is anywhere that a person can get to."""

from __future__ import annotations

import pytest

from accounts.checks import ours
from accounts.models import UndoStep
from tests.access.canaries import CANARY, DIRECTORY, World, texts_of
from tests.access.crawl import crawl
from tests.access.table import ROLES

# Whose half a person may read. An administrator reads both.
READS = {
    "anonymous": set(),
    "petra": set(),
    "olga": {"south"},
    "rita": {"north"},
    "alice": {"north"},
    "bob": {"north"},
    "mona": {"north"},
    "adam": {"north", "south"},
    "deputy": {"north"},
    "stand-in": {"north"},
}
OWN = {("interaction", "summary"), ("relationship", "name"), ("snooze", "reason"), ("affiliation", "title")}
# Links that a person holds because they were mailed to them say whose they are, to whoever opens them.
MAILED = {"invitation", "unsubscribe"}


@pytest.mark.parametrize("role", ROLES)
def test_nobody_meets_a_canary_of_another(role: str, world: World) -> None:
    met = crawl(world, role)
    for side in {"north", "south"} - READS[role]:
        leaked = {address: sorted(found) for address, found in met[side].items() if address.split("/")[1] not in MAILED}
        assert leaked == {}
    for side in READS[role]:
        own = {leak for found in met[side].values() for leak in found}
        assert own >= OWN, "it met too little to prove anything"


def test_every_model_and_text_is_in_the_world(world: World) -> None:
    for half in (world.north, world.south):
        for model in ours():
            rows = list(model._base_manager.filter(pk__in=[row.pk for row in half.rows_of(model.__name__)]))
            # The name of a verb can't be another.
            bare = [
                text.name
                for text in texts_of(model)
                if not any(CANARY.search(str(getattr(row, text.attname))) for row in rows)
            ]
            assert bare == (["verb"] if model is UndoStep else []), model


def test_directory_names_fields_that_exist() -> None:
    known = {(model.__name__.lower(), text.name.replace("_", "")) for model in ours() for text in texts_of(model)}
    assert known >= DIRECTORY
