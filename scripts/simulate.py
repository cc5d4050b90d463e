"""What the score and the flags can do and cannot, in figures.

    make simulate                on invented relationships, and on real meetings where there are any
    make simulate PART=real      on the real meetings alone; ends with 3 where they are not there

The last line is the same as JSON. Equal for an equal seed.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from simulation import silences, trial
from simulation.figures import Figure
from simulation.silences import Silences
from simulation.trial import Faded, Told, Trial

from imports.mappings import FileMapping, parse
from relationships.health import WITHOUT_RHYTHM
from web import zones

SEED, COUNT = 2026, 1000
CHECKOUT = Path(__file__).resolve().parent.parent
# Beside the checkout, as for the tests; nothing of it is part of the project.
REAL = CHECKOUT.parent / "shared" / "data" / "meetings" / "mep_lobby_meetings"
# What it has for later days was planned, not held.
MADE_ON = date(2020, 7, 6)
NO_MEETINGS = 3

INVENTED = """\
{count} invented relationships over two years, half of them healthy, with {contacts:.0f} contacts a year. The score
could be judged in {judged:.0%} of them. In brackets: limits of 95 %, by drawing again 400 times."""
TOLD_APART = """
1. Told from the healthy {before} days before the end: the chance that one with that decay shows more of it than a
healthy one (.5 is a coin): of the pattern; of its flag, which is quiet where it has too few rows to speak; of days
since contact; of the score."""
HOW_EARLY = """
2. How early, where days since contact are given a limit that is passed in as many weeks of the healthy (false).
Days from when the alarm is first on, once the decay has begun, to the end; 0 where it never is. In time is what
comes {before} days before it or earlier."""
OTHERWISE = """
3. How much hangs on what we invented: how many had enough rows for the flag to speak, and the pattern's chance of 1
among partners that meet more or less often, and with every decay weaker or stronger."""
COUNTED = """
4. The least number of rows that a flag asks for, counted whole as it is, and fading as their weights do: how many
could speak near the end, the flag's chance of 1, weeks of the healthy in which it is on, days as in 2."""
INVENTED_SAYS_NOT = """
What this does not show
- That relationships behave like this. We invented them, so the figures say how well the arithmetic finds what we
  put in, among noise that we put in. Where partners meet otherwise, or decay otherwise, they are others (3).
- That a weak score ends a relationship, or a strong one keeps it. The score tells what was earned; it is no forecast.
- Anything of flags that none of the five decays is for: fair-weather, satisfied but may leave.
- What happens when people act on a warning: here nobody does.
- How it is where little is written down: here everything that happens is, but who began it."""
MET = """
Real meetings from {first} to {last}. On {days} days, every {between}, of all that met in the {ahead} days before:
do they meet in the {ahead} days after? First each pair of an organisation and one of ours, then each organisation,
whoever of ours it met. A flag with too few rows counts as quiet."""
REAL_SAYS_NOT = """
What this does not show
- Whether silence was an end. Members and organisations may have written, or had nothing to speak about; only
  meetings are published, and some of them late.
- Anything of a rhythm that was agreed: there was none, {every} days are assumed. Nor of trust, access or credibility:
  the file knows of meetings only, so the score is never shown for these, and its points not earned stand in for it.
- Anything of ordinary times: the months are few, and in some of them hardly anybody met."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", nargs="?", choices=("all", "invented", "real"), default="all")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--count", type=int, default=COUNT, help="how many relationships are invented")
    parser.add_argument("--meetings", type=Path, help="a CSV file of meetings, or a folder with one")
    parser.add_argument("--until", type=date.fromisoformat, help="the last day of which the file knows what was held")
    parser.add_argument("--mapping", default="mep-meetings", help="what its columns mean: a preset, or a file")
    given = parser.parse_args()
    began, found = time.process_time(), dict[str, Any](seed=given.seed)
    if given.part != "real":
        found |= invented(given.seed, given.count)
    if given.part != "invented":
        file = meetings(given.meetings or REAL)
        until = given.until or (date.today() if given.meetings else MADE_ON)
        found["real"] = None if file is None else real(file, mapping_of(given.mapping), until, given.seed)
    print(f"\n{time.process_time() - began:.0f} s of one core", file=sys.stderr)
    print(json.dumps(found))
    return NO_MEETINGS if given.part == "real" and found["real"] is None else 0


def invented(seed: int, count: int) -> dict[str, Any]:
    found = trial.run(seed, count)
    print(INVENTED.format(count=count, contacts=found.contacts, judged=found.judged))
    print(TOLD_APART.format(before=trial.BEFORE))
    head = ["", "decay", "n", "pattern", "flag", "days since contact", "score"]
    print(in_columns(head, (apart(one) for one in found.told)))
    print(HOW_EARLY.format(before=trial.BEFORE))
    head = ["", "false", "days", "since contact", "ahead by", "in time", "since contact"]
    print(in_columns(head, (early(one) for one in found.told)))
    print(OTHERWISE)
    head = ["", "speaks", *found.told[0].by]
    print(in_columns(head, (otherwise(one) for one in found.told)))
    print(COUNTED)
    head = ["", "speaks", "fading", "flag", "fading", "false", "fading", "days", "fading"]
    print(in_columns(head, (counted(one, one.faded) for one in found.told if one.faded)))
    print(INVENTED_SAYS_NOT)
    return as_json(found)


def apart(one: Told) -> list[str]:
    heard = "" if one.name == trial.SCORE.name else limits(one.auc_heard)
    return [
        one.name, one.decay, str(one.count), limits(one.auc), heard, limits(one.auc_since), limits(one.auc_score),
    ]  # fmt: skip


def early(one: Told) -> list[str]:
    return [
        one.name, f"{one.false:.1%}", f"{one.lead:.0f}", f"{one.lead_since:.0f}", limits(one.ahead, "+.0f"),
        f"{one.caught:.0%}", f"{one.caught_since:.0%}",
    ]  # fmt: skip


def otherwise(one: Told) -> list[str]:
    return [one.name, f"{one.speaks:.0%}", *map(limits, one.by.values())]


def counted(one: Told, faded: Faded) -> list[str]:
    return [
        one.name, f"{one.speaks:.0%}", f"{faded.speaks:.0%}", limits(one.auc_heard), limits(faded.auc_heard),
        f"{one.false:.1%}", f"{faded.false:.1%}", f"{one.lead:.0f}", f"{faded.lead:.0f}",
    ]  # fmt: skip


def limits(one: Figure | None, form: str = ".2f") -> str:
    return "–" if one is None else f"{one.value:{form}} ({one.low:{form}} to {one.high:{form}})"


def in_columns(head: list[str], lines: Iterable[list[str]]) -> str:
    whole = [head, *lines]
    widths = [max(len(line[column]) for line in whole) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in whole
    )


def as_json(found: Trial) -> dict[str, Any]:
    return {
        "relationships": found.count,
        "score judged": round(found.judged, 3),
        "measures": {
            one.name: {
                "for": one.decay,
                "n": one.count,
                "auc": one.auc.rounded(3),
                "auc flag": one.auc_heard.rounded(3),
                "auc days since contact": one.auc_since.rounded(3),
                "auc score": one.auc_score.rounded(3),
                "false alarms": round(one.false, 4),
                "days of lead": round(one.lead, 1),
                "days of lead, days since contact": round(one.lead_since, 1),
                "days ahead": one.ahead.rounded(1),
                "speaks": round(one.speaks, 3),
                "auc where": {name: figure.rounded(3) if figure else None for name, figure in one.by.items()},
                "where the least fades": {
                    "auc flag": one.faded.auc_heard.rounded(3),
                    "false alarms": round(one.faded.false, 4),
                    "days of lead": round(one.faded.lead, 1),
                    "speaks": round(one.faded.speaks, 3),
                }
                if one.faded
                else None,
            }
            for one in found.told
        },
    }


def meetings(place: Path) -> Path | None:
    """The file; says so where there is none."""
    found = sorted(place.glob("*.csv")) if place.is_dir() else [place]
    if found and found[0].is_file():
        return found[0]
    print(f"\nNo meetings at {place}: nothing is said about real ones.", file=sys.stderr)
    return None


def mapping_of(name: str) -> FileMapping:
    """A preset of the import by its name, or a file."""
    preset = CHECKOUT / "imports" / "presets" / f"{name}.json"
    return parse((preset if preset.is_file() else Path(name)).read_text("utf-8-sig"), zones.names())


def real(file: Path, mapping: FileMapping, until: date, seed: int) -> dict[str, Any] | None:
    with file.open("rb") as stream:
        pairs = silences.pairs(stream, mapping, until)
    if not pairs:
        return None
    first, last = silences.covered(pairs)
    days = silences.judging_days(first, last)
    every = mapping.cadence.every_days if mapping.cadence else WITHOUT_RHYTHM
    whole = {"pairs": pairs, "organisations": silences.organisations(pairs)}
    print(MET.format(first=first, last=last, days=len(days), between=silences.BETWEEN, ahead=silences.AHEAD))
    found: dict[str, Any] = {"from": str(first), "to": str(last), "days of judging": len(days)}
    for name, met in whole.items():
        cases = silences.cases(met, every)
        for fewest in (1, silences.FEWEST_DAYS):
            one = silences.weigh(cases, fewest, seed)
            print(f"\n{in_words(name, one)}")
            found[f"{name} met on {fewest} days or more"] = silences_as_json(one)
    print(REAL_SAYS_NOT.format(every=every))
    return found


def in_words(name: str, one: Silences) -> str:
    lines = []
    for of, auc in one.auc.items():
        alarm = one.alarms.get(of)
        said = ["", "", "", ""]
        if alarm is not None:
            said = [str(alarm.on), str(alarm.right), limits(alarm.precision), limits(alarm.recall)]
        lines.append([of, limits(auc), *said])
    head = ["", "AUC", "raised", "right", "of those raised", "of the silent"]
    return (
        f"Met on {one.fewest} days or more: {one.pairs} {name}, {one.cases} cases, of which {one.silent} fell silent; "
        f"the score is shown in {one.judged}.\n{in_columns(head, lines)}"
    )


def silences_as_json(one: Silences) -> dict[str, Any]:
    return {
        "who": one.pairs,
        "cases": one.cases,
        "silent": one.silent,
        "score shown": one.judged,
        "auc": {name: auc.rounded(3) if auc else None for name, auc in one.auc.items()},
        "alarms": {
            name: {
                "raised": alarm.on,
                "right": alarm.right,
                "precision": alarm.precision.rounded(3) if alarm.precision else None,
                "recall": alarm.recall.rounded(3) if alarm.recall else None,
            }
            for name, alarm in one.alarms.items()
        },
    }


if __name__ == "__main__":
    sys.exit(main())
