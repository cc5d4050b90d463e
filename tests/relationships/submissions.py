"""Many submissions at once at the public form of a listening post, and what of it is not as it must be."""

from __future__ import annotations

import html
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener


class _Stay(HTTPRedirectHandler):
    """The redirect is the answer."""

    def redirect_request(self, *_args: object, **_kwargs: object) -> None:
        return None


@dataclass(frozen=True)
class Answer:
    text: str
    status: int
    came_back: bool
    seconds: float


def send(address: str, number: int) -> Answer:
    text = f"Voice {number}: the forks are missing"
    body = urlencode({"form": f"load {number}", "text": text, "name": f"Nobody {number}"}).encode()
    began = perf_counter()
    try:
        with build_opener(_Stay).open(Request(address, data=body), timeout=30) as answer:
            status, page = answer.status, answer.read().decode()
    except HTTPError as error:
        status, page = error.code, error.read().decode(errors="replace")
    took = perf_counter() - began
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    return Answer(text, status, bool(found and html.unescape(found[1]).strip() == text), took)


def fire(address: str, count: int, at_once: int, twice: int = 3) -> list[Answer]:
    """``count`` submissions, every ``twice``-th of them sent a second time; none where it is nought."""
    numbers = [number for number in range(count) for _time in range(1 + (bool(twice) and number % twice == 0))]
    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(lambda number: send(address, number), numbers))


def wrong(answers: list[Answer], kept: list[str]) -> list[str]:
    """What is not as it must be; nothing where all is well."""
    in_table = Counter(kept)
    taken = {one.text for one in answers if one.status == 303}
    said = [f"kept {count} times: {text}" for text, count in in_table.items() if count != 1]
    said += [f"taken and not kept: {text}" for text in sorted(taken - in_table.keys())]
    said += [f"kept and not taken: {text}" for text in sorted(in_table.keys() - taken)]
    said += [f"answered with {one.status}: {one.text}" for one in answers if one.status not in (303, 429)]
    said += [f"refused without its text: {one.text}" for one in answers if one.status == 429 and not one.came_back]
    return said
