"""A worker that is well touches HEARTBEAT_FILE every few seconds; for a health check that costs next to nothing.

Only where it is asked for: `celery --app prm worker --include prm.heartbeat`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from celery.signals import heartbeat_sent, worker_ready

FILE = Path(os.environ["HEARTBEAT_FILE"])


@worker_ready.connect
@heartbeat_sent.connect
def note(**_kwargs: Any) -> None:
    FILE.touch()
