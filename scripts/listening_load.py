"""Fire many submissions at the public form of a listening post and look at what was kept.

Every submission that was answered with *taken* is in the table exactly once, every refused one got its text back, and
nothing is there besides. The address is that of a post made for it; run it where nobody else writes.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter

from tests.relationships.submissions import fire, wrong


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
