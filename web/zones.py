"""Time zones that both Python and PostgreSQL know."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


@cache
def names() -> tuple[str, ...]:
    """IANA names a person may choose, without the historical single words and the offsets.

    ``posix/…`` and ``right/…`` trees and ``localtime`` depend on the machine and mean nothing elsewhere.
    """
    areas = ("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
    return ("UTC", *sorted(name for name in available_timezones() if name.startswith(areas)))


def validate(value: str) -> None:
    if value not in names():
        raise ValidationError(_("“%(value)s” is not a time zone such as Europe/Oslo."), params={"value": value})


def city(zone: str) -> str:
    """*London* of *Europe/London*."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")
