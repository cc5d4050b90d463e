"""What each flag of ``relationships.flags`` reads from an invented relationship on a day (pure)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from relationships import cadence, flags
from relationships.flags import RULES, Flag, Measure, Record
from simulation.world import Decay

# A pattern of which there is no row at all shows least.
NOTHING = -math.inf
# The decay that each is for. Flags that are not here are for none of ours.
FOR = {
    Flag.OVERDUE: Decay.SILENT,
    Flag.GOING_QUIET: Decay.SILENT,
    Flag.TRUST_ERODING: Decay.ERODING,
    Flag.ONLY_TROUBLE: Decay.TROUBLE,
    Flag.ONE_SIDED: Decay.ONE_SIDED,
    Flag.SINGLE_THREADED: Decay.SINGLE,
}
# Those whose least number of rows might as well fade.
FADE = (Flag.TRUST_ERODING, Flag.ONLY_TROUBLE, Flag.ONE_SIDED, Flag.SINGLE_THREADED)


@dataclass(frozen=True, slots=True)
class Reading:
    """How strongly a pattern shows, more for worse; whether there is enough for the flag to speak; whether it comes
    on, and whether it goes off. ``fresh``: whether there is enough if what is asked for fades as well, as in the
    table of the design."""

    value: float
    speaks: bool
    on: bool
    off: bool
    fresh: bool = True


# One for each side where the flag looks at sides.
Readings = tuple[Reading, ...]


def read(record: Record, flag: Flag, today: date) -> Readings:
    every = record.rhythm.every(today)
    assert every is not None
    match flag:
        case Flag.OVERDUE:
            return (_overdue(record, today, every),)
        case Flag.GOING_QUIET:
            return (_reading(flags.going_quiet(record, today, every)),)
        case Flag.TRUST_ERODING:
            return tuple(_reading(flags.trust_eroding(record, today, side)) for side in flags.SIDES)
        case Flag.ONLY_TROUBLE:
            return (_reading(flags.only_trouble(record, today)),)
        case Flag.ONE_SIDED:
            return (_reading(flags.one_sided(record, today)),)
        case Flag.SINGLE_THREADED:
            return (_reading(flags.single_threaded(record, today)),)
        case _:
            raise KeyError(flag)


def _reading(found: Measure) -> Reading:
    """Of *single-threaded* fewer is worse."""
    value = -found.value if found.flag is Flag.SINGLE_THREADED else found.value
    least = RULES[found.flag].least
    fresh = found.flag not in FADE or found.n >= least
    return Reading(value if found.n else NOTHING, found.counted >= least, found.on, found.off, fresh)


def _overdue(record: Record, today: date, every_days: int) -> Reading:
    """The state of the rhythm: days late, over T."""
    touched = max((one.day for one in record.contacts if one.day <= today), default=None)
    dates = cadence.schedule(today=today, last_touch_on=touched, intervals=record.rhythm.intervals)
    assert dates.overdue_from is not None
    late = (today - dates.overdue_from).days / every_days
    return Reading(late, True, late >= 0, late < 0)
