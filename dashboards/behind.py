"""The list behind a figure of the book: an address so narrowed that as many rows are listed as the figure counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from django.urls import reverse

# From the parts of a figure's name after its first to what the address of its list says; the names are those of
# ``dashboards.book``, without the days that an answer or a remedy took.
LISTS: dict[str, tuple[str, Callable[[list[str]], dict[str, str]]]] = {
    "promise": ("promise_list", lambda said: {"side": said[0], "quarter": said[1], "outcome": said[2]}),
    "promise_open_late": ("promise_list", lambda said: {"side": said[0], "state": "late"}),
    "answer": ("feedback_list", lambda said: {"side": "theirs", "answered": "year"}),
    "answer_waiting": ("feedback_list", lambda said: {"side": "theirs", "state": "waiting"}),
    "remedy": ("problem_list", lambda said: {"solved": "year"}),
    "remedy_open": ("problem_list", lambda said: {}),
}


def address(figure: str, narrowing: Mapping[str, str] | None = None) -> str:
    """*/promises/?side=ours&quarter=2026Q3&outcome=kept&whose=book&team=7* for ``promise:ours:2026Q3:kept``.

    ``narrowing`` as the address of Insights says it: team, owner, kind, tier and tag.
    """
    name, *said = figure.split(":")
    route, asked = LISTS[name]
    values = asked(said) | {"whose": "book"} | {key: value for key, value in (narrowing or {}).items() if value}
    return f"{reverse(route)}?{urlencode(values)}"
