"""The icons of the interface: those of Tabler's outline set that ``icons.txt`` names, one sprite made by the build."""

from __future__ import annotations

from pathlib import Path

ICONS = frozenset(Path(__file__).with_name("icons.txt").read_text(encoding="utf-8").split())
