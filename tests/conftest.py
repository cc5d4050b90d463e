"""Before Django connects, the services come up; after the last test they go, unless somebody else uses them."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest
from django.db import connection
from django.test import TransactionTestCase
from hypothesis import HealthCheck, settings
from pytest_django import DjangoDbBlocker, Settings

from prm import services
from tests.database import empty, migrated

REAL_DATA = services.CHECKOUT.parent / "shared" / "data"
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")

# How quick a machine is says nothing about what is true.
settings.register_profile(
    "concord", parent=settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("concord")

_services = ExitStack()
_services.enter_context(services.running())


TransactionTestCase._fixture_teardown = empty  # type: ignore[attr-defined]


def pytest_unconfigure() -> None:
    _services.close()


def pytest_collection_finish() -> None:
    """What was imported stays: nobody need look through it for garbage, nor as often as Python does by itself."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What a test needs of the machine and is not there is named as the reason of its being skipped."""
    missing: dict[str, str] = {}
    if not REAL_DATA.is_dir():
        missing["real_data"] = f"no folder {Path('..') / 'shared' / 'data'} beside the checkout"
    if not any(shutil.which(name) for name in CHROMIUMS):
        missing["journey"] = "no Chromium on this machine"
    for item in items:
        for marker, reason in missing.items():
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """The test database of each worker is a copy of one in which the migrations have run."""
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated()


@pytest.fixture(scope="session")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for each that asks; pytest would count those that are there before it makes the next."""
    whole = tmp_path_factory.mktemp("files")
    return (whole / str(number) for number in count())


@pytest.fixture(autouse=True)
def files(settings: Settings, places: Iterator[Path]) -> Path:
    """Where attached files lie; each test has a place of its own."""
    settings.MEDIA_ROOT = next(places)
    Path(settings.MEDIA_ROOT).mkdir()
    return Path(settings.MEDIA_ROOT)
