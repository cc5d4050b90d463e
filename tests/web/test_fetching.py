"""Against real servers on this machine; only the name server is played."""

from __future__ import annotations

import datetime
import gzip
import http.server
import ipaddress
import itertools
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from tests.serving import BODY, Answer, answer, serving
from web.fetching import (
    CHUNK,
    Fetched,
    FetchError,
    Limits,
    Reason,
    fetch,
    host_of,
    is_open,
    networks,
    resolved,
    target_of,
)

HERE = networks(["127.0.0.0/8"])


def refused(address: str, **options: object) -> Reason:
    with pytest.raises(FetchError) as raised:
        fetch(address, **options)  # type: ignore[arg-type]
    return raised.value.reason


# What is there ---------------------------------------------------------------------------------------------------


def test_what_lies_there_is_given_with_its_mark_and_asked_for_again_by_it() -> None:
    def marked(handler: http.server.BaseHTTPRequestHandler) -> None:
        same = handler.headers["If-None-Match"] == '"one"'
        answer(304 if same else 200, b"" if same else BODY, ETag='"one"')(handler)

    with serving({"/cal.ics": marked}) as server:
        first = fetch(server.at("/cal.ics?key=s3cret"), allowed=HERE)
        again = fetch(server.at(), allowed=HERE, etag=first.etag)
    assert (first.body, first.etag, first.unchanged) == (BODY, '"one"', False)
    assert (again.body, again.unchanged) == (b"", True)
    assert server.asked[0][0] == "/cal.ics?key=s3cret"
    assert server.asked[0][1]["host"] == f"127.0.0.1:{server.server_port}"


def test_packed_is_unpacked_and_in_pieces_is_put_together() -> None:
    def pieces(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for byte in BODY:
            handler.wfile.write(b"1\r\n%c\r\n" % byte)
        handler.wfile.write(b"0\r\n\r\n")

    with serving({"/p": pieces, "/z": answer(body=gzip.compress(BODY), Content_Encoding="gzip")}) as server:
        assert fetch(server.at("/p"), allowed=HERE).body == BODY
        assert fetch(server.at("/z"), allowed=HERE).body == BODY


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, Reason.CLOSED),
        (403, Reason.CLOSED),
        (404, Reason.GONE),
        (410, Reason.GONE),
        (429, Reason.UNWELL),
        (503, Reason.UNWELL),
        (204, Reason.BROKEN),
        (304, Reason.BROKEN),
        (302, Reason.BROKEN),
    ],
)
def test_what_is_not_given_has_its_reason(status: int, reason: Reason) -> None:
    with serving({"/cal.ics": answer(status, b"")}) as server:
        assert refused(server.at(), allowed=HERE) == reason


def test_a_server_that_is_not_there_and_a_name_that_is_none() -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        assert refused(f"http://127.0.0.1:{taken.getsockname()[1]}/", allowed=HERE) == Reason.NOT_REACHED
    assert refused("https://nowhere.invalid/", resolve=lambda host, port: []) == Reason.NOT_FOUND


# Limits ----------------------------------------------------------------------------------------------------------


def test_too_large_is_refused_as_announced_as_it_comes_and_as_it_unpacks() -> None:
    few = Limits(bytes=100_000)
    bomb = gzip.compress(b" " * 50_000_000)

    def endless(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        while True:
            handler.wfile.write(b"X" * CHUNK)

    answers = {
        "/announced": answer(body=b"", Content_Length="100001"),
        "/endless": endless,
        "/bomb": answer(body=bomb, Content_Encoding="gzip"),
        "/fits": answer(body=b"x" * 100_000),
    }
    with serving(answers) as server:
        assert len(bomb) < few.bytes
        for path in ("/announced", "/endless", "/bomb"):
            assert refused(server.at(path), allowed=HERE, limits=few) == Reason.TOO_LARGE, path
        assert len(fetch(server.at("/fits"), allowed=HERE, limits=few).body) == 100_000


def test_one_byte_at_a_time_or_nothing_at_all_ends_with_the_whole_time() -> None:
    stop = threading.Event()

    def drip(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        while not stop.wait(0.02):
            handler.wfile.write(b"x")
            handler.wfile.flush()

    def drip_headers(handler: http.server.BaseHTTPRequestHandler) -> None:
        while not stop.wait(0.02):
            handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            handler.wfile.flush()

    def silent(handler: http.server.BaseHTTPRequestHandler) -> None:
        stop.wait(5)

    with serving({"/drip": drip, "/headers": drip_headers, "/silent": silent}) as server:
        for path in ("/drip", "/headers", "/silent"):
            began = time.monotonic()
            assert refused(server.at(path), allowed=HERE, limits=Limits(seconds=0.3)) == Reason.TOO_SLOW, path
            assert time.monotonic() - began < 2
        stop.set()


def test_a_name_server_that_does_not_answer_ends_with_the_whole_time_too() -> None:
    stop = threading.Event()

    def silent(host: str, port: int) -> list[str]:
        stop.wait(5)
        return ["127.0.0.1"]

    assert refused("https://slow.example/", resolve=silent, limits=Limits(seconds=0.2)) == Reason.TOO_SLOW
    stop.set()


@pytest.mark.parametrize(
    "broken",
    [
        answer(body=b"short", Content_Length="5000", Connection="close"),
        answer(body=b"not packed at all", Content_Encoding="gzip"),
        answer(body=gzip.compress(BODY)[:-9], Content_Encoding="gzip"),
        answer(body=BODY, Content_Encoding="br"),
        lambda handler: handler.wfile.write(b"\x16\x03\x01 no HTTP at all\r\n\r\n") and None,
        lambda handler: handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 500 + b"\r\n") and None,
        lambda handler: handler.wfile.write(b"HTTP/1.1 200 OK\r\nA: " + b"b" * 100_000 + b"\r\n\r\n") and None,
        lambda handler: handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n") and None,
    ],
)
def test_half_an_answer_and_no_answer_are_refused(broken: Answer) -> None:
    def hang_up(handler: http.server.BaseHTTPRequestHandler) -> None:
        broken(handler)
        handler.close_connection = True

    with serving({"/cal.ics": hang_up}) as server:
        assert refused(server.at(), allowed=HERE) == Reason.BROKEN


# Where it leads --------------------------------------------------------------------------------------------------


def test_three_redirects_are_followed_and_no_fourth() -> None:
    steps = {f"/{number}": answer(302, b"", Location=f"/{number + 1}") for number in range(4)}
    with serving({**steps, "/4": answer()}) as server:
        assert fetch(server.at("/1"), allowed=HERE).body == BODY
        assert refused(server.at("/0"), allowed=HERE) == Reason.LEADS_AWAY


def test_a_redirect_is_checked_as_if_it_had_been_typed() -> None:
    trap: dict[str, Answer] = {"/cal.ics": answer()}
    with serving(trap, host="127.0.0.1") as inside:
        leads = {
            "/a": answer(302, b"", Location=inside.at()),
            "/b": answer(307, b"", Location=f"//127.1:{inside.server_port}/cal.ics"),
            "/c": answer(301, b"", Location="file:///etc/passwd"),
            "/d": answer(308, b"", Location="gopher://127.0.0.1/"),
            "/e": answer(303, b"", Location="http://[::1"),
        }
        with serving(leads, host="127.0.0.2") as outside:
            only = networks(["127.0.0.2/32"])
            given_ = [refused(outside.at(path, "127.0.0.2"), allowed=only) for path in leads]
    assert given_ == [Reason.NOT_ALLOWED, Reason.NOT_ALLOWED] + [Reason.NO_ADDRESS] * 2 + [Reason.BROKEN]
    assert inside.asked == []


def test_a_login_in_the_address_stays_with_its_server() -> None:
    with serving({"/cal.ics": answer()}, host="127.0.0.3") as other:
        leads = {
            "/away": answer(302, b"", Location=other.at(host="127.0.0.3")),
            "/here": answer(302, b"", Location="/x"),
        }
        with serving({**leads, "/x": answer()}) as server:
            for path in ("/away", "/here"):
                fetch(f"http://ann:p%40ss@127.0.0.1:{server.server_port}{path}", allowed=HERE)
    assert other.asked[0][1].get("authorization") is None
    assert [headers.get("authorization") for _path, headers in server.asked] == ["Basic YW5uOnBAc3M="] * 3


# Inside ----------------------------------------------------------------------------------------------------------


def spellings(port: int) -> list[str]:
    """More than two hundred ways to write an address of this machine or of a private network."""
    hosts = ["localhost", "LOCALHOST", "localhost.", "localhost.localdomain", "ip6-localhost", "ｌｏｃａｌｈｏｓｔ"]
    for address in ("127.0.0.1", "127.0.0.53", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.0.1"):
        hosts += _of_ipv4(address)
    for address in ("169.254.169.254", "100.64.0.1", "198.18.0.1", "192.0.2.1", "224.0.0.1", "255.255.255.255"):
        hosts += _of_ipv4(address)
    hosts += ["127.1", "127.0.1", "0", "00", "0x0", "127.000.000.001", "0177.1", "0x7f.1", "①②⑦.⓪.⓪.①", "１２７.0.0.1"]
    hosts += ["127。0。0。1", "127．0．0．1", "%31%32%37.0.0.1", "127.0.0.1%00.example", "127.0.0.1.", "1e0.0.0.1"]
    hosts += ["[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:0:127.0.0.1]", "[fe80::1]", "[fe80::1%25lo]", "[::1%25lo]"]
    hosts += ["[fc00::1]", "[fd12:3456::1]", "[fec0::1]", "[ff02::1]", "[2001:db8::1]", "[100::1]", "[64:ff9b:1::1]"]
    hosts += ["[::1", "::1", "[1]", "[127.0.0.1]", "[]", "", ".", "..", "-", "a" * 70 + ".example"]
    paths = [f"http://{host}:{port}/" for host in hosts]
    for host in ("127.0.0.1", "[::1]"):
        at = f"{host}:{port}"
        paths += [f"https://{at}/", f"webcal://{at}/", f"webcals://{at}/", f"HTTP://{at}/", f"http://example.com@{at}/"]
        paths += [f"http://example.com:80@{at}/", f"http://{at}#@example.com/", f"http://{at}?@example.com/"]
        paths += [
            f"http://{at}\\@example.com/",
            f"http://example.com\\@{at}/",
            f"http:\\\\{at}\\",
            f"http:{at}/",
            f"//{at}/",
        ]
        paths += [f"ftp://{at}/", f"file://{at}/etc/passwd", f"gopher://{at}/_x", f"dict://{at}/", f"data:{at}", at]
        paths += [
            f"http://{at}\r\nHost: x/",
            f"ht\ttp://{at}/",
            f" http://{at} /",
            f"http://{at}/\x00",
            f"jar:http://{at}!/",
        ]
        paths += [
            f"http://{host}:22/",
            f"http://{host}:25/",
            f"http://{host}:99999/",
            f"http://{host}:-1/",
            f"http:///{at}",
        ]
    return paths


def _of_ipv4(address: str) -> list[str]:
    number = int(ipaddress.IPv4Address(address))
    a, b, c, d = (int(part) for part in address.split("."))
    high, low = f"{number >> 16:x}", f"{number & 0xFFFF:x}"
    return [
        address,
        str(number),
        hex(number),
        f"0{number:o}",
        f"0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}",
        f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
        f"{a}.{b}.{(c << 8) + d}",
        f"{a}.{(b << 16) + (c << 8) + d}",
        f"[::ffff:{address}]",
        f"[::ffff:{high}:{low}]",
        f"[::{high}:{low}]",
        f"[64:ff9b::{high}:{low}]",
        f"[2002:{high}:{low}::1]",
        f"[2001:0:{high}:{low}::1]",
    ]


@contextmanager
def listening() -> Iterator[tuple[int, list[object]]]:
    """A port of this machine, in both internets, and who knocked there."""
    knocks: list[object] = []
    with closing(socket.socket()) as four, closing(socket.socket(socket.AF_INET6)) as six:
        four.bind(("0.0.0.0", 0))
        port = four.getsockname()[1]
        six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        six.bind(("::", port))
        for listener in (four, six):
            listener.listen(50)

            def accept(listener: socket.socket = listener) -> None:
                while True:
                    try:
                        knock, who = listener.accept()
                    except OSError:
                        return
                    knocks.append(who)
                    knock.close()

            threading.Thread(target=accept, daemon=True).start()
        yield port, knocks


def test_no_spelling_of_an_address_leads_into_this_machine_or_a_private_network() -> None:
    with listening() as (port, knocks):
        given_ = spellings(port)
        reasons = {address: refused(address, limits=Limits(seconds=3)) for address in given_}
        assert knocks == []
        assert len(given_) >= 200
        assert set(reasons.values()) <= {Reason.NO_ADDRESS, Reason.NOT_FOUND, Reason.NOT_ALLOWED}
        # The listener would hear somebody who is let in, so its silence says something.
        refused(f"http://127.1:{port}/", allowed=HERE)
        assert len(knocks) == 1
    assert sum(reason == Reason.NOT_ALLOWED for reason in reasons.values()) > 100


def test_a_name_that_stands_for_something_else_when_it_is_asked_again() -> None:
    """The answers of the name server change; the connection goes where the first one led, or nowhere."""
    answers = itertools.chain([["127.0.0.2"]], itertools.repeat(["127.0.0.1"]))
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    only = networks(["127.0.0.2/32"])
    with ExitStack() as opened:
        inside = opened.enter_context(serving({"/cal.ics": answer(body=b"inside")}))
        outside = opened.enter_context(serving({"/cal.ics": answer()}, host="127.0.0.2", port=inside.server_port))
        address = outside.at(host="calendar.example")
        assert fetch(address, allowed=only, resolve=rebinding).body == BODY
        assert refused(address, allowed=only, resolve=rebinding) == Reason.NOT_ALLOWED
    assert asked == ["calendar.example", "calendar.example"]
    assert [headers["host"] for _path, headers in outside.asked] == [f"calendar.example:{inside.server_port}"]
    assert inside.asked == []


@pytest.mark.parametrize("found", [["127.0.0.1", "93.184.215.14"], ["93.184.215.14", "::1"], ["not an address"]])
def test_one_closed_address_closes_the_name(found: list[str]) -> None:
    assert refused("https://calendar.example/", resolve=lambda host, port: found) == Reason.NOT_ALLOWED


def test_what_is_out_on_the_internet_is_open_and_what_the_settings_allow() -> None:
    for address in ("93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07::1", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8"):
        assert is_open(address), address
    inside = networks(["10.2.0.0/16", " fd00:1::/32", ""])
    assert [is_open(address, inside) for address in ("10.2.3.4", "::ffff:10.2.3.4", "fd00:1::7")] == [True] * 3
    assert [is_open(address, inside) for address in ("10.3.0.1", "127.0.0.1", "fd00:2::7")] == [False] * 3


@given(st.integers(0, 2**128 - 1))
def test_no_disguise_of_a_private_address_is_open(number: int) -> None:
    address = ipaddress.IPv6Address(number)
    assert is_open(str(address)) <= address.is_global
    inside = ipaddress.IPv4Address(0x0A000000 | number & 0xFFFFFF)
    for disguise in (f"::ffff:{inside}", f"::{inside}", f"64:ff9b::{inside}", str(inside)):
        assert not is_open(disguise)


@given(st.text(max_size=60))
def test_any_text_is_taken_apart_or_refused(text: str) -> None:
    for address in (text, f"https://{text}", f"http://x.example/{text}", f"https://{text}@x.example:{text}/"):
        try:
            target = target_of(address)
        except FetchError as error:
            assert error.reason == Reason.NO_ADDRESS and error.said
        else:
            assert target.host.isascii() and target.path.isascii() and " " not in target.path


# Proof of who it is ----------------------------------------------------------------------------------------------


def certificate(folder: Path, host: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """For a server, and what a client has to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    today = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(1))
        .not_valid_after(today + datetime.timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    kept, secret = folder / "certificate.pem", folder / "key.pem"
    kept.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(kept, secret)
    return server, ssl.create_default_context(cafile=str(kept))


def test_an_encrypted_server_proves_its_name_and_leads_nowhere_unencrypted(tmp_path: Path) -> None:
    secured, trust = certificate(tmp_path, "calendar.example")
    answers = {"/cal.ics": answer(), "/down": answer(302, b"", Location="http://calendar.example/")}

    def here(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    with serving(answers, secured) as server:
        address = server.at(host="calendar.example", scheme="webcal")
        assert fetch(address, allowed=HERE, trust=trust, resolve=here).body == BODY
        other = server.at(host="other.example", scheme="https")
        assert refused(other, allowed=HERE, trust=trust, resolve=here) == Reason.NOT_TRUSTED
        assert refused(address, allowed=HERE, resolve=here) == Reason.NOT_TRUSTED
        down = server.at("/down", "calendar.example", "https")
        assert refused(down, allowed=HERE, trust=trust, resolve=here) == Reason.DOWNGRADED
    assert [path for path, _headers in server.asked] == ["/cal.ics", "/down"]


def test_an_encrypted_server_that_drips_ends_with_the_whole_time(tmp_path: Path) -> None:
    secured, trust = certificate(tmp_path, "calendar.example")
    stop = threading.Event()

    def drip(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not stop.wait(0.02):
            handler.wfile.write(b"x")

    with serving({"/cal.ics": drip}, secured) as server:
        address = server.at(host="calendar.example", scheme="https")
        options = {"allowed": HERE, "trust": trust, "resolve": lambda host, port: ["127.0.0.1"]}
        assert refused(address, limits=Limits(seconds=0.4), **options) == Reason.TOO_SLOW
        stop.set()


# Secrets ---------------------------------------------------------------------------------------------------------


def test_nothing_that_is_shown_or_raised_holds_the_address() -> None:
    address = "http://ann:s3cret@127.0.0.1/private-s3cret/basic.ics?key=s3cret"
    with pytest.raises(FetchError) as raised:
        fetch(address)
    seen = [
        repr(raised.value),
        str(raised.value),
        raised.value.said,
        repr(target_of(address)),
        repr(Fetched(b"s3cret")),
    ]
    assert host_of(address) == "127.0.0.1"
    assert not any("s3cret" in text for text in seen)


def test_the_resolver_of_this_machine_is_asked() -> None:
    assert "127.0.0.1" in resolved("localhost", 80)
