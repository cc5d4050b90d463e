#!/usr/bin/env python
"""Django's commands, with the private services up for as long as one runs."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from types import FrameType

from django.core.management import execute_from_command_line

from prm import services

NO_SERVICES = {"help", "--help", "-h", "version", "--version", "collectstatic", "compilemessages", "makemessages"}


def _leave(signum: int, _frame: FrameType | None) -> None:
    # Without this a terminated command would leave the services running behind it.
    sys.exit(128 + signum)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "prm.settings")
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGHUP, _leave)
    needed = len(sys.argv) > 1 and sys.argv[1] not in NO_SERVICES
    try:
        with services.running() if needed else contextlib.nullcontext():
            execute_from_command_line(sys.argv)
    except services.ServiceError as error:
        sys.exit(f"manage.py: {error}")


if __name__ == "__main__":
    main()
