"""A visitor who follows every link and guesses every address, and notes the canaries met on the way."""

from __future__ import annotations

import html
import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from urllib.parse import urlencode, urljoin, urlsplit

from django.urls import Resolver404, get_resolver, resolve

from tests.access.asked import ASK_ALL, Asked
from tests.access.canaries import World, leaks
from tests.access.table import TABLE, patterns
from tests.access.visits import address_of, client_of, text_of

LINK = re.compile(r'(?:href|src|action|data-hx-get|data-[a-z-]*url|data-href)="([^"#]+)')
HEADERS: tuple[dict[str, str], ...] = ({}, {"HX-Request": "true", "Accept": "application/json"})
# A crawl longer than this has lost its way.
MOST = 3000 if ASK_ALL else 1000
# The filters of a list link to each other in every combination; so many of a page are followed.
COMBINED = 6

Leak = tuple[str, str]


def guesses(world: World, role: str, addresses: Iterable[str] = ()) -> list[str]:
    """Every route about every object of both halves; lists and forms with every row named in their query too.

    What only takes a button says so before it looks at any object, so one of each is asked.
    """
    found = list(addresses)
    rows = {name: [half.rows[name].pk for half in (world.north, world.south)] for name in world.north.rows}
    for name, _address, pattern in patterns(get_resolver()):
        route = TABLE.get(name)
        kind = route.kind if route else None
        if route is None and pattern.pattern.converters:
            keys: list[object] = sorted({pk for pks in rows.values() for pk in pks})
        elif kind is None:
            keys = [None]
        elif kind.endswith("token"):
            keys = [world.tokens().get(kind, "abc-def")]
        else:
            keys = [row.pk for half in (world.north, world.south) for row in half.rows_of(kind)]
        if route and route.get[role] == "405":
            keys = keys[:1]
        plain = [address_of(name, pattern, key) for key in keys]
        found += plain
        # Signing in asks about nobody's partners.
        if kind is None and not plain[0].startswith("/accounts/"):
            found += [f"{address}?{asked}" for address in plain for asked in questions(rows, name)]
        if kind == "Relationship":
            found += [f"{address}?{asked}" for address in plain for asked in abouts(rows)]
    return found


def questions(rows: dict[str, list[object]], route: str) -> list[str]:
    """Searches and choices that name a row of either half: what is counted, sorted or offered must not tell."""
    named = {"relationship": "Relationship", "account": "Account", "owner": "User", "team": "Team"}
    named |= {"contacts": "Contact", "colleagues": "User", "person": "User"}
    sides = [urlencode({key: rows[name][side] for key, name in named.items()}) for side in (0, 1)]
    asked = [*sides, "q=canary", "q=canary&state=overdue&whose=all", "whose=all&state=all&sort=worth"]
    if route == "relationship_bulk":
        chosen = [f"rows={pk}" for pk in rows["Relationship"]] + ["fits=1&q=canary"]
        asked += [f"{which}&deed={deed}" for which in chosen for deed in ("owner", "team", "tags", "cadence")]
    if route == "log_details":
        asked += [f"entry={pk}" for pk in rows["Interaction"]]
    return asked


def abouts(rows: dict[str, list[object]]) -> list[str]:
    """Of one relationship, and about an entry or a promise of either half."""
    return [f"{name.lower()}={pk}" for name in ("Interaction", "Commitment") for pk in rows[name]]


def only_for_a_button(address: str, role: str) -> bool:
    """It says so before it looks at any object, and the same at each: the table asks them all."""
    try:
        name = resolve(address.partition("?")[0]).url_name
    except Resolver404:
        return False
    return name in TABLE and TABLE[name].get[role] == "405"


def crawl(world: World, role: str, addresses: Iterable[str] = ()) -> dict[str, dict[str, set[Leak]]]:
    """By side, the addresses at which its canaries were met, the directory aside where the person may read it."""
    person = world.roles[role]
    client = client_of(person)
    asked = Asked(client)
    directory = person is not None and person.reach.staff
    # Plain addresses first: what is not there for the person is not there with a question either.
    waiting = deque(sorted(guesses(world, role, addresses), key=lambda address: "?" in address))
    seen: set[str] = set()
    closed: set[str] = set()
    followed: Counter[str] = Counter()
    met: dict[str, dict[str, set[Leak]]] = {"north": defaultdict(set), "south": defaultdict(set)}
    while waiting:
        address = waiting.popleft()
        if address in seen or address.startswith("/accounts/logout/") or address.partition("?")[0] in closed:
            continue
        if not asked.differs(address) or (only_for_a_button(address, role) and not ASK_ALL):
            continue
        seen.add(address)
        assert len(seen) <= MOST, sorted(seen)[:200]
        # A list that is filtered otherwise asks the same of whoever asks.
        for headers in HEADERS if "?" not in address else HEADERS[:1]:
            response = client.get(address, headers=headers)
            assert response.status_code < 500, address
            text = text_of(response)
            asked.note(address)
            for side, found in met.items():
                if leaked := leaks(text, side=side, directory=directory):
                    found[address] |= leaked
            if response.status_code in (404, 405):
                closed.add(address.partition("?")[0])
                break
            for link in set(links(text, address)) - seen:
                page, combined, _question = link.partition("?")
                followed[page] += bool(combined)
                if followed[page] <= COMBINED:
                    waiting.append(link)
            if not asked.looked_at(HEADERS[1]):
                break
    return met


def links(text: str, address: str) -> list[str]:
    found = []
    for link in LINK.findall(text):
        parts = urlsplit(urljoin(address, html.unescape(link)))
        # A workbook is packed, so no word in it is met: ``tests/dashboards/test_every_list.py`` opens each.
        packed = parts.query.endswith("as=xlsx")
        if not parts.netloc and not parts.path.startswith("/static/") and not packed:
            found.append(f"{parts.path}?{parts.query}" if parts.query else parts.path)
    return found
