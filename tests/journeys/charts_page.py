"""A page of the tests with one chart of each kind; the addresses of Concord besides."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path
from django.views.decorators.http import require_GET

from prm import urls
from web.charts import (
    Cell,
    Chart,
    Dash,
    Dot,
    Dots,
    Heap,
    HeapLane,
    Heaps,
    Lane,
    Line,
    Lines,
    Mark,
    Shape,
    Size,
    Stop,
    Table,
    Tick,
    Tone,
)

WEEKS = 12
TOUCH = [31, 32, 33, 33, 32, 31, 31, 30, 31, 30, 31, 29]
OVERDUE = [3, 2, 2, 3, 2, 3, 3, 4, 3, 4, 4, 6]

CLOSE = ["Problem", "Missed", "Solved"]

PAGE = """{% extends "base.html" %}{% block title %}Charts{% endblock title %}
{% block head %}{% include "web/_chart_script.html" %}{% endblock head %}
{% block main %}<h1>Charts</h1>
{% for chart in charts %}{% include "web/_chart.html" %}{% endfor %}{% endblock main %}"""


def contact() -> Chart:
    return Chart(
        "contact",
        "Contact slipped and has not come back",
        "Overdue rose from 3 to 6 in twelve weeks.",
        Lines(
            [
                Stop(i, f"Week {i + 1}: {touch} in touch, {over} overdue.")
                for i, (touch, over) in enumerate(zip(TOUCH, OVERDUE, strict=True))
            ],
            [Tick(0, "Sept"), Tick(5, "Oct"), Tick(9, "Nov")],
            [
                Line("in touch", TOUCH, Tone.OK, "29 in touch"),
                Line("overdue", OVERDUE, Tone.OVER, "6 overdue", Shape.TRIANGLE, Dash.DASHED, firm=True, filled=True),
            ],
            marks=[
                # So close to each other that their names need a row each, and the first has no room at all.
                Mark(0, "Begun", "Before: it begins."),
                *(Mark(2.5 + i / 10, name, f"Before: {name}.") for i, name in enumerate(CLOSE)),
                Mark(6.5, "Contract", "Between: the contract was signed."),
            ],
        ),
        Table(
            ["Week", "In touch", "Overdue"],
            [
                [str(i + 1), Cell(str(a), "/portfolio/", f"{a} in touch in week {i + 1}"), str(b)]
                for i, (a, b) in enumerate(zip(TOUCH, OVERDUE, strict=True))
            ],
        ),
    )


def standing() -> Chart:
    lanes = [
        Lane("Contact", [Dot(51, 46, 56, "A: 51, 46 to 56.", "/portfolio/?q=a")], 51),
        Lane(
            "Partner",
            [
                Dot(58, 51, 64, "Castell Foods: 58, 51 to 64.", "/portfolio/?q=castell", "Castell Foods"),
                *(Dot(66 + i, 60 + i, 72 + i, f"P{i}: {66 + i}.", "/portfolio/") for i in range(12)),
            ],
            71,
        ),
    ]
    return Chart(
        "standing",
        "Partners stand higher, with one exception",
        "Each dot is one relationship.",
        Dots(lanes, 20, 100),
        Table(["Stage", "Judged", "Median"], [["Contact", "1", "51"], ["Partner", "13", "71"]]),
        Size.TALL,
    )


def tens() -> Chart:
    counts = [0, 0, 1, 4, 9, 20, 31, 18, 7, 2]
    heaps = [
        Heap(10 * i, 10 * i + 10, count, f"{count} from {10 * i} to {10 * i + 9}.", f"/portfolio/?standing={10 * i}")
        for i, count in enumerate(counts)
    ]
    return Chart(
        "tens",
        "Most stand above half",
        "By tens of the score.",
        Heaps([HeapLane("Customer", heaps, 63)]),
        Table(
            ["Stage", *(f"{10 * i}–{10 * i + 9}" for i in range(10))], [["Customer", *(str(count) for count in counts)]]
        ),
    )


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    charts = [contact(), standing(), tens()]
    return HttpResponse(engines["django"].from_string(PAGE).render({"charts": charts}, request))


urlpatterns = [path("charts-tried/", page), *urls.urlpatterns]
