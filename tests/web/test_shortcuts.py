"""The registry of keys: told on its page and in the help, and implemented, each of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from tests import people
from web.shortcuts import PLACES, REGISTRY, SIGNS, WORDS, told

SCRIPTS = Path(__file__).parents[2] / "frontend" / "js"


def handled() -> list[str]:
    """The names of what the scripts do, as they stand in their two tables."""
    found = []
    for file, table in (("shortcuts.js", "const HANDLERS = {"), ("agenda.js", "export const AGENDA_KEYS = {")):
        body = (SCRIPTS / file).read_text(encoding="utf-8").split(table)[1].split("\n};")[0]
        found += re.findall(r'^  "?([a-z-]+)"?: \{', body, re.MULTILINE)
    return found


def test_each_key_is_handled_and_each_handler_has_a_key() -> None:
    names = [entry["name"] for entry in REGISTRY]
    assert sorted(handled()) == sorted(names) and len(set(names)) == len(names) > 30


def test_each_key_has_words_and_a_place_and_each_of_these_a_key() -> None:
    own = [entry for entry in REGISTRY if "same" not in entry]
    assert {entry["name"] for entry in own} == set(WORDS)
    assert {entry["where"] for entry in REGISTRY} == set(PLACES)
    assert {entry["same"] for entry in REGISTRY if "same" in entry} <= set(WORDS)


def test_no_two_keys_of_one_place_are_the_same() -> None:
    pressed = [(entry["where"], *entry["keys"]) for entry in REGISTRY]
    # In the notes of a meeting Esc leaves them, and else closes what is open.
    assert len(set(pressed)) == len(pressed)


@pytest.mark.django_db
def test_page_tells_every_key_and_the_help_has_words_for_each() -> None:
    client = Client()
    client.force_login(people.alice())
    page = client.get(reverse("shortcut_list")).content.decode()
    rows = re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", page, re.DOTALL)
    plain = {re.sub(r"\s*<span.*", "", words, flags=re.DOTALL): keys for words, keys in rows}
    shown = {words: re.findall(r"<kbd>(.*?)</kbd>", keys) for words, keys in plain.items()}
    for entry in REGISTRY:
        name = entry.get("same", entry["name"])
        keys = [SIGNS.get(key, key.upper() if len(key) == 1 else key) for key in entry["keys"]]
        # Of several ways each is there.
        assert set(keys) <= set(shown[str(WORDS[name])]), entry
        assert f'data-word="key.{name}"' in page
    assert sum(len(section.keys) for section in told()) == len(rows)
