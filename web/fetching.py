"""Fetching what lies at an address that somebody typed, without becoming their hand inside this network.

A name is resolved once; each address that it stands for has to be out on the internet (or in a network that the
settings allow), and the connection goes to exactly one of these, so no second answer of a name server can lead
elsewhere. Each redirect is checked as if it had been typed. One deadline holds for everything together; size is
counted after decoding. The address may be a secret: no message of this module holds more of it than the host.
"""

from __future__ import annotations

import base64
import http.client
import ipaddress
import queue
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

from django.utils.translation import gettext_lazy as _

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Networks = Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]
Resolve = Callable[[str, int], list[str]]

SCHEMES = {"http": "http", "https": "https", "webcal": "https", "webcals": "https"}
PORTS = {"http": 80, "https": 443}
REDIRECTS = (301, 302, 303, 307, 308)
LONGEST_ADDRESS = 2000
# A few addresses of one name are tried, each for so long at most.
MOST_PEERS, SECONDS_TO_CONNECT = 3, 4.0
CHUNK = 64 * 1024
# Translators between the two internets: what they lead to is decided by the address inside.
NAT64 = ipaddress.ip_network("64:ff9b::/96")
INTERNET = ipaddress.ip_network("2000::/3")


class Reason(StrEnum):
    NO_ADDRESS = "no_address"
    NOT_FOUND = "not_found"
    NOT_ALLOWED = "not_allowed"
    NOT_REACHED = "not_reached"
    NOT_TRUSTED = "not_trusted"
    TOO_SLOW = "too_slow"
    TOO_LARGE = "too_large"
    BROKEN = "broken"
    LEADS_AWAY = "leads_away"
    DOWNGRADED = "downgraded"
    CLOSED = "closed"
    GONE = "gone"
    UNWELL = "unwell"


SAID = {
    Reason.NO_ADDRESS: _("That is no web address: it begins with https:// or webcal:// and has no spaces."),
    Reason.NOT_FOUND: _("There is no server of that name."),
    Reason.NOT_ALLOWED: _("That address leads into a private network, where nothing is read."),
    Reason.NOT_REACHED: _("The server cannot be reached."),
    Reason.NOT_TRUSTED: _("The server does not prove that it is who it says: its certificate is not valid."),
    Reason.TOO_SLOW: _("The server took too long."),
    Reason.TOO_LARGE: _("What lies there is too large."),
    Reason.BROKEN: _("The server broke off or answered what cannot be understood."),
    Reason.LEADS_AWAY: _("The address leads on to others again and again."),
    Reason.DOWNGRADED: _("The address leads on to one that is not encrypted."),
    Reason.CLOSED: _("The server lets nobody in with this address."),
    Reason.GONE: _("Nothing lies at this address."),
    Reason.UNWELL: _("The server has trouble of its own."),
}


class FetchError(Exception):
    """Nothing was fetched. What led to it is not told on: it might hold the address."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason

    @property
    def said(self) -> str:
        """One sentence for the person who gave the address."""
        return str(SAID[self.reason])


@dataclass(frozen=True, slots=True, repr=False)
class Target:
    """An address taken apart. ``host`` is what goes to the resolver: ASCII, lower case, no brackets."""

    scheme: str
    host: str
    port: int
    path: str
    login: str = ""

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port


@dataclass(frozen=True, slots=True)
class Limits:
    """``bytes`` after decoding; ``seconds`` from the first question to the name server to the last byte."""

    bytes: int = 10 * 1024 * 1024
    seconds: float = 8.0
    redirects: int = 3


@dataclass(frozen=True, slots=True, repr=False)
class Fetched:
    """``unchanged``: the server says that nothing is different since it gave the mark that was shown to it."""

    body: bytes = b""
    etag: str = ""
    unchanged: bool = False


def target_of(address: str) -> Target:
    """Raises ``FetchError`` for what is no address of the web; asks nobody."""
    address = address.strip()
    unfit = any(character.isspace() or not character.isprintable() or character == "\\" for character in address)
    if unfit or len(address) > LONGEST_ADDRESS:
        raise FetchError(Reason.NO_ADDRESS)
    try:
        parts = urlsplit(address)
        scheme, port = SCHEMES[parts.scheme], parts.port
        host = _ascii(parts.hostname or "")
    except (KeyError, ValueError):
        raise FetchError(Reason.NO_ADDRESS) from None
    port = PORTS[scheme] if port is None else port
    # Below 1024 live services that answer to a line of text: mail, directories.
    if not host or not (port in PORTS.values() or port >= 1024):
        raise FetchError(Reason.NO_ADDRESS)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    if parts.query:
        path += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return Target(scheme, host, port, path, _login(parts.username, parts.password))


def _ascii(host: str) -> str:
    """As a name server takes it; raises ``ValueError``. What is odd for a name is left to the resolver to refuse."""
    if ":" in host:
        return str(ipaddress.IPv6Address(host))
    return host.encode("idna").decode("ascii").lower()


def _login(name: str | None, password: str | None) -> str:
    if name is None:
        return ""
    both = f"{unquote(name)}:{unquote(password or '')}"
    return "Basic " + base64.b64encode(both.encode("utf-8", "replace")).decode("ascii")


def host_of(address: str) -> str:
    """All of an address that may be shown and written down."""
    return target_of(address).host


def networks(given: Sequence[str]) -> Networks:
    """Of a setting; raises ``ValueError``."""
    return [ipaddress.ip_network(text.strip()) for text in given if text.strip()]


def is_open(text: str, allowed: Networks = ()) -> bool:
    """Whether a connection to this network address is allowed. Fails closed for what is no address."""
    try:
        address: IPAddress = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id:
            return False
        if address.ipv4_mapped:
            address = address.ipv4_mapped
    if any(address in network for network in allowed if network.version == address.version):
        return True
    return _is_public(address)


def _is_public(address: IPAddress) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        if address in NAT64:
            return _is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if address.sixtofour or address.teredo or address not in INTERNET:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def resolved(host: str, port: int) -> list[str]:
    """The network addresses of a host, as the machine's resolver tells them; raises ``OSError``."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def fetch(
    address: str,
    *,
    allowed: Networks = (),
    limits: Limits | None = None,
    etag: str = "",
    trust: ssl.SSLContext | None = None,
    resolve: Resolve = resolved,
) -> Fetched:
    """What lies at the address, or that nothing changed since ``etag``. Raises ``FetchError`` and nothing else."""
    limits = limits or Limits()
    until = time.monotonic() + limits.seconds
    target = target_of(address)
    for _hop in range(limits.redirects + 1):
        try:
            answer = _asked(target, until, limits, etag, allowed, trust or _system_trust(), resolve)
        except FetchError:
            raise
        except TimeoutError:
            raise FetchError(Reason.TOO_SLOW) from None
        except ssl.SSLCertVerificationError:
            raise FetchError(Reason.NOT_TRUSTED) from None
        except (http.client.HTTPException, zlib.error, ValueError):
            raise FetchError(Reason.BROKEN) from None
        except OSError:
            raise FetchError(Reason.NOT_REACHED) from None
        if isinstance(answer, Fetched):
            return answer
        target = _followed(target, answer)
    raise FetchError(Reason.LEADS_AWAY)


def _followed(before: Target, location: str) -> Target:
    """Where a redirect leads. A login given for one server is not shown to another."""
    here = f"{before.scheme}://{_bracketed(before.host)}:{before.port}{before.path}"
    try:
        target = target_of(urljoin(here, location))
    except ValueError:
        raise FetchError(Reason.BROKEN) from None
    if before.scheme == "https" and target.scheme == "http":
        raise FetchError(Reason.DOWNGRADED)
    return replace(target, login=before.login if target.origin == before.origin else "")


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


@cache
def _system_trust() -> ssl.SSLContext:
    return ssl.create_default_context()


def _asked(
    target: Target,
    until: float,
    limits: Limits,
    etag: str,
    allowed: Networks,
    trust: ssl.SSLContext,
    resolve: Resolve,
) -> Fetched | str:
    """One question and its answer; a text is where it leads on to."""
    peers = _peers(target, until, allowed, resolve)
    connection = _Connection(target, peers, until, trust)
    try:
        connection.request("GET", target.path, headers=_headers(target, etag))
        answer = connection.getresponse()
        if answer.status in REDIRECTS and answer.headers["Location"]:
            return str(answer.headers["Location"])
        if answer.status == 304 and etag:
            return Fetched(etag=etag, unchanged=True)
        if answer.status != 200:
            raise FetchError(_of_status(answer.status))
        return Fetched(_body(answer, limits.bytes), (answer.headers["ETag"] or "")[:200])
    finally:
        connection.close()


def _of_status(status: int) -> Reason:
    if status in (401, 403, 407, 451):
        return Reason.CLOSED
    if status in (404, 410):
        return Reason.GONE
    return Reason.UNWELL if status == 429 or status >= 500 else Reason.BROKEN


def _headers(target: Target, etag: str) -> dict[str, str]:
    headers = {
        "User-Agent": "Concord",
        "Accept": "text/calendar, */*;q=0.5",
        "Accept-Encoding": "gzip",
        "Connection": "close",
    }
    if target.login:
        headers["Authorization"] = target.login
    if etag and etag.isascii() and etag.isprintable():
        headers["If-None-Match"] = etag
    return headers


def _peers(target: Target, until: float, allowed: Networks, resolve: Resolve) -> list[str]:
    """Network addresses to connect to. If one of a name is closed to us, so is the name."""
    try:
        found = _in_time(lambda: resolve(target.host, target.port), until)
    except TimeoutError:
        raise
    except (OSError, ValueError):
        raise FetchError(Reason.NOT_FOUND) from None
    if not found:
        raise FetchError(Reason.NOT_FOUND)
    if not all(is_open(address, allowed) for address in found):
        raise FetchError(Reason.NOT_ALLOWED)
    return found[:MOST_PEERS]


def _in_time(ask: Callable[[], list[str]], until: float) -> list[str]:
    """The resolver of the system knows no deadline, so it is asked in a thread that may be left behind."""
    told: queue.Queue[list[str] | Exception] = queue.Queue(1)

    def run() -> None:
        try:
            told.put(ask())
        except Exception as error:
            told.put(error)

    threading.Thread(target=run, daemon=True).start()
    try:
        answer = told.get(timeout=_left(until))
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _Timed(socket.socket):
    """Each reading has only what is left of the whole time, so one byte a second does not last for ever."""

    until = 0.0

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(_left(self.until))
        return super().recv_into(*args, **kwargs)


class _TimedTLS(ssl.SSLSocket):
    until = 0.0

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(_left(self.until))
        return super().recv_into(*args, **kwargs)


class _Connection(http.client.HTTPConnection):
    """To one of the addresses that were checked, whatever the name is said to stand for by now."""

    def __init__(self, target: Target, peers: list[str], until: float, trust: ssl.SSLContext) -> None:
        super().__init__(target.host, target.port)
        self.encrypted, self.peers, self.until, self.trust = target.scheme == "https", peers, until, trust
        self.default_port = PORTS[target.scheme]

    def connect(self) -> None:
        plain = self._connected()
        plain.settimeout(_left(self.until))
        if not self.encrypted:
            self.sock = plain
            return
        self.trust.sslsocket_class = _TimedTLS
        try:
            secured = self.trust.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise
        assert isinstance(secured, _TimedTLS)
        secured.until = self.until
        self.sock = secured

    def _connected(self) -> _Timed:
        for number, peer in enumerate(self.peers, start=1):
            family = socket.AF_INET6 if ":" in peer else socket.AF_INET
            plain = _Timed(family, socket.SOCK_STREAM)
            plain.until = self.until
            plain.settimeout(min(_left(self.until), SECONDS_TO_CONNECT))
            try:
                plain.connect((peer, self.port))
            except OSError:
                plain.close()
                if number == len(self.peers):
                    raise
            else:
                return plain
        raise OSError


def _body(answer: http.client.HTTPResponse, most: int) -> bytes:
    announced = answer.length
    if announced is not None and announced > most:
        raise FetchError(Reason.TOO_LARGE)
    coding = (answer.headers["Content-Encoding"] or "identity").strip().lower()
    chunks = _counted(answer)
    if coding in ("gzip", "x-gzip"):
        chunks = _unzipped(chunks, most)
    elif coding != "identity":
        raise FetchError(Reason.BROKEN)
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > most:
            raise FetchError(Reason.TOO_LARGE)
    return bytes(body)


def _counted(answer: http.client.HTTPResponse) -> Iterator[bytes]:
    """What comes over the wire; raises where less came than was announced, as half a calendar is none."""
    announced, came = answer.length, 0
    while chunk := answer.read(CHUNK):
        came += len(chunk)
        yield chunk
    if announced is not None and came < announced:
        raise FetchError(Reason.BROKEN)


def _unzipped(chunks: Iterator[bytes], most: int) -> Iterator[bytes]:
    """Never holds more than one chunk beyond what is taken from it."""
    unpacker = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    for chunk in chunks:
        rest = chunk
        while rest and not unpacker.eof:
            yield unpacker.decompress(rest, CHUNK)
            rest = unpacker.unconsumed_tail
    if not unpacker.eof:
        raise FetchError(Reason.BROKEN)
