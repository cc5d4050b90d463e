"""A server on this machine that answers as a test says, and keeps what it was asked."""

from __future__ import annotations

import http.server
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

BODY = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
Answer = Callable[[http.server.BaseHTTPRequestHandler], None]


class Served(http.server.ThreadingHTTPServer):
    daemon_threads = True
    address_family = socket.AF_INET

    def __init__(self, answers: dict[str, Answer], host: str = "127.0.0.1", port: int = 0) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                answers.get(self.path.partition("?")[0], nothing)(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        super().__init__((host, port), Handler)

    def at(self, path: str = "/cal.ics", host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.server_port}{path}"

    def handle_error(self, request: object, client_address: object) -> None:
        """They hang up in the middle; that is what is tried here."""


@contextmanager
def serving(answers: dict[str, Answer], secured: ssl.SSLContext | None = None, **where: object) -> Iterator[Served]:
    with Served(answers, **where) as server:  # type: ignore[arg-type]
        if secured:
            server.socket = secured.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()


def answer(status: int = 200, body: bytes = BODY, **headers: str) -> Answer:
    def give(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        headers.setdefault("Content_Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return give


nothing = answer(404, b"")
