"""The icons of the interface: Tabler's outline set, by the names of ``icons.txt``, drawn into one sprite by the build."""

from __future__ import annotations

from pathlib import Path

ICONS = frozenset(Path(__file__).with_name("icons.txt").read_text(encoding="utf-8").split())
