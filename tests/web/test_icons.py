"""Every icon that a template or a module names is in the sprite's list, and the build knows each of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from web.icons import ICONS
from web.templatetags.concord import icon

ROOT = Path(__file__).resolve().parents[2]
APPS = ["accounts", "dashboards", "imports", "mail", "meetings", "prm", "relationships", "web"]


def _named_in(pattern: str, files: list[Path]) -> set[str]:
    return {name for file in files for name in re.findall(pattern, file.read_text(encoding="utf-8"))}


def test_icons_of_templates_are_in_the_sprite() -> None:
    templates = [*ROOT.glob("templates/**/*.html"), *(file for app in APPS for file in ROOT.glob(f"{app}/**/*.html"))]
    named = _named_in(r'{%\s*icon\s+"([a-z0-9-]+)"', templates)
    assert "search" in named
    assert named - ICONS == set()


def test_icons_of_scripts_are_in_the_sprite() -> None:
    scripts = list((ROOT / "frontend" / "js").glob("*.js"))
    named = _named_in(r'icon\("([a-z0-9-]+)"\)', scripts) | _named_in(
        r'(?m)^  [a-z_]+: \["[a-z]+", "([a-z0-9-]+)"\]', scripts
    )
    assert "x" in named
    assert named - ICONS == set()


def test_icon_is_decoration_without_a_label() -> None:
    assert icon("clock") == (
        '<svg class="icon" aria-hidden="true"><use href="/static/dist/icons.svg#clock"></use></svg>'
    )


def test_icon_with_a_label_is_a_picture() -> None:
    assert icon("clock", "Due") == (
        '<svg class="icon" role="img" aria-label="Due"><use href="/static/dist/icons.svg#clock"></use></svg>'
    )


def test_unknown_icon_is_refused() -> None:
    with pytest.raises(LookupError):
        icon("no-such-icon")
