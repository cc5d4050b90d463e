"""What the book costs: counting all of it, telling how it stood, and reading the figures of one's own and of all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

# What was Mona's is the colleagues', of three tiers, and a quarter has a tag.
SPREAD = """
UPDATE relationships_relationship r
   SET owner_id = (%s::bigint[])[1 + r.id %% 40], tier = (ARRAY['', 'A', 'B'])[1 + r.id %% 3],
       tags = CASE WHEN r.id %% 4 = 0 THEN ARRAY['beta'] ELSE '{}' END
 WHERE r.owner_id = %s
"""


def times(alice: Any, mona: Any, *, median_ms: Callable[..., float]) -> dict[str, float]:
    """Whoever is not Alice's belongs to one of forty others, of one of three tiers."""
    from django.db import connection
    from django.test import Client
    from django.urls import reverse

    from accounts.models import User
    from dashboards import actions as counting
    from dashboards import book
    from dashboards.models import BookCount, BookFigure
    from relationships import actions
    from relationships.models import Relationship
    from web.clock import Now

    others = [User.objects.get_or_create(email=f"{n}@concord.example", name=f"Colleague {n}")[0].pk for n in range(40)]
    with connection.cursor() as cursor:
        cursor.execute(SPREAD, [others, mona.pk])
    actions.rebuild_health(now=Now.read())
    actions.sweep_cadence(now=Now.read())
    BookCount.objects.all().delete()
    thousands, since = Relationship.objects.count() / 1000, date.today() - timedelta(days=730)
    own, whole = Client(), Client()
    own.force_login(alice)
    whole.force_login(mona)
    found = {
        "count of all, for each thousand": median_ms(lambda: counting.count_book(now=Now.read()), 3) / thousands,
        "telling two years, for each thousand": median_ms(lambda: counting.tell_book(since=since, now=Now.read()), 1)
        / thousands,
        "figures of the newest count": float(BookFigure.objects.filter(count__day=date.today()).count()),
    }
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    for name, person, client in (("own", alice, own), ("whole", mona, whole)):
        found |= {
            f"figures, {name} book": median_ms(partial(book.latest, person)),
            f"course of two years, {name} book": median_ms(partial(book.course, person, book.EVERYTHING, since)),
            f"insights, {name} book": median_ms(partial(client.get, reverse("insights"))),
        }
    return found
