"""The ports of the demonstration: chosen when they are used, none twice."""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path
from typing import Any

import pytest

from prm import demo, services


class EndedError(Exception):
    """As far as the test goes."""


def taken() -> socket.socket:
    one = socket.socket()
    one.bind((demo.LOOPBACK, 0))
    one.listen()
    return one


def test_a_port_that_is_taken_while_the_tables_are_made_is_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It was free as the demonstration began, and is not when its mail is to be shown."""
    for name in ("PORT", "MAIL_PORT", "MAIL_WEB_PORT", "HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(demo, "LOGS", tmp_path)
    monkeypatch.setattr(services, "running", contextlib.nullcontext)
    monkeypatch.setattr(demo, "_end_orphans", lambda: None)
    busy: set[int] = set()
    asked: list[int] = []
    told: list[demo.Ports] = []

    def free(_host: str, port: int) -> bool:
        asked.append(port)
        return port not in busy

    monkeypatch.setattr(demo, "_free", free)

    def command(_environment: Any, name: str, *_arguments: str) -> None:
        if name == "migrate":
            busy.update({1080, 8000})

    def commands(ports: demo.Ports) -> dict[str, tuple[str, ...]]:
        told.append(ports)
        raise EndedError

    monkeypatch.setattr(demo, "_command", command)
    monkeypatch.setattr(demo, "_commands", commands)
    with pytest.raises(EndedError):
        demo.start(None)  # type: ignore[arg-type]
    assert {1080, 8000} <= set(asked)
    assert told == [demo.Ports(demo.LOOPBACK, 8001, 1025, 1081)]


def test_no_port_is_chosen_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "1025")
    monkeypatch.delenv("MAIL_PORT", raising=False)
    monkeypatch.setattr(demo, "_free", lambda _host, _port: True)
    ports = demo._ports()
    assert (ports.web, ports.smtp) == (1025, 1026)


def test_a_port_that_another_listens_on_is_not_free() -> None:
    with taken() as one:
        assert not demo._free(demo.LOOPBACK, one.getsockname()[1])
