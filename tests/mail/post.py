"""Mail servers on this machine: one that takes everything, and one that misbehaves where it is told to."""

from __future__ import annotations

import socket
import socketserver
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Thread

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Postbox:
    """What arrived, in order."""

    port: int
    taken: list[tuple[str, bytes]] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.taken += [(address, envelope.content) for address in envelope.rcpt_tos]
        return "250 taken"

    @property
    def copies(self) -> Counter[str]:
        return Counter(address for address, _content in self.taken)

    def mail_to(self, address: str) -> EmailMessage:
        (raw,) = [content for to, content in self.taken if to == address]
        return message_from_bytes(raw, policy=policy.default)


@contextmanager
def postbox() -> Iterator[Postbox]:
    box = Postbox(free_port())
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


class _Talk(socketserver.StreamRequestHandler):
    server: _Listener

    def handle(self) -> None:
        self._say("greeting", "220 here")
        while line := self.rfile.readline():
            verb = line.split()[0].upper().decode() if line.split() else ""
            self.server.heard[verb] += 1
            if verb == "DATA":
                self._say("DATA", "354 go on")
                while (part := self.rfile.readline()) not in (b".\r\n", b""):
                    if "body" in self.server.says and part:
                        return
                if part:
                    self.server.heard["dot"] += 1
                    self._say("dot", "250 taken")
            elif verb == "QUIT":
                return
            else:
                self._say(verb, "250 fine")

    def _say(self, stage: str, normally: str) -> None:
        reply = self.server.says.get(stage, normally)
        if reply == "":
            self.connection.shutdown(socket.SHUT_RDWR)
        self.wfile.write(reply.encode() + b"\r\n")


class _Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    says: dict[str, str]
    heard: Counter[str]

    def handle_error(self, request: object, client_address: object) -> None:
        """Connections end in the middle here; that is the point."""


@contextmanager
def hostile(**says: str) -> Iterator[tuple[int, Counter[str]]]:
    """A server that answers a stage with the words given; with none it hangs up. Yields its port and what it heard."""
    with _Listener(("127.0.0.1", 0), _Talk) as server:
        server.says, server.heard = says, Counter()
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield int(server.server_address[1]), server.heard
        finally:
            server.shutdown()
