"""Fire many submissions at the public form of a listening post and look at what was kept.

Every submission that was answered with *taken* is in the table exactly once, every refused one got its text back, and
nothing is there besides. The address is that of a post made for it; run it where nobody else writes.
"""

from __future__ import annotations

import argparse
import html
import os
import re
import sys
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
    """``count`` submissions, every ``twice``-th of them sent a second time."""
    numbers = [number for number in range(count) for _time in range(1 + (number % twice == 0))]
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


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", default="http://127.0.0.1:8000")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--at-once", type=int, default=50)
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "prm.settings")
    import django

    django.setup()
    from accounts.models import User
    from relationships import addresses
    from relationships.models import Heard, ListeningPost
    from web.clock import Now

    owner = User.objects.active_staff().order_by("pk").first()
    assert owner is not None
    today = Now.read().today("UTC")
    post = ListeningPost.objects.create(name="Load", owner=owner, public=True, opened_on=today)
    try:
        answers = fire(f"{given.base}/hear/{addresses.token_for(post)}/", given.count, given.at_once)
        kept = list(Heard.objects.filter(post=post).values_list("text", flat=True))
    finally:
        post.delete()
    slow = sorted(one.seconds for one in answers)
    statuses = dict(Counter(one.status for one in answers))
    print(f"{len(answers)} sent, {len(kept)} kept, answers {statuses}, "
          f"half within {slow[len(slow) // 2]:.2f} s, all within {slow[-1]:.2f} s")  # fmt: skip
    found = wrong(answers, kept)
    print("\n".join(found[:20]) or "all as it must be")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
