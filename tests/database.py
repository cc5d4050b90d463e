"""The migrations run once for each state of them; and what a test committed is removed row by row.

What the migrations make is kept as a database that nobody uses, named by a digest of them all, and every test database
is a copy of it. Django still runs what is missing in the copy, which is nothing.
"""

from __future__ import annotations

import fcntl
import hashlib
from importlib import import_module
from pathlib import Path
from typing import Any

import pgtrigger
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ModelState, ProjectState
from django.test import TransactionTestCase

from prm import services

PREFIX = "concord_migrated_"
# Written by the migrations; Django writes them again whenever it empties a database.
KEPT = {"django_content_type", "auth_permission", "django_migrations"}
# Of more rows than these in one table the files are thrown away instead.
MANY = 2000


def migrated() -> str:
    """The name of a database in which all migrations have run; makes it if it is not there."""
    wanted = f"{PREFIX}{services.Place(services.CHECKOUT).key}_{_digest()}"
    with (services.CHECKOUT / "var" / "migrated.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if wanted not in (known := _known()):
            _make(wanted)
            for outdated in known:
                _do(f'DROP DATABASE IF EXISTS "{outdated}"')
    return wanted


def _digest() -> str:
    whole = hashlib.sha256()
    for config in sorted(apps.get_app_configs(), key=lambda one: one.name):
        for file in sorted(Path(config.path).glob("migrations/*.py")):
            whole.update(f"{config.name}/{file.name}\0".encode() + file.read_bytes())
    return whole.hexdigest()[:12]


def _known() -> list[str]:
    with connection.creation._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        ours = f"{PREFIX}{services.Place(services.CHECKOUT).key}_"
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [ours])
        return [name for (name,) in cursor.fetchall()]


def _do(statement: str) -> None:
    with connection.creation._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(statement)


def _make(name: str) -> None:
    """Made beside and renamed, so that an interrupted run leaves no half of one."""
    before, making = connection.settings_dict["NAME"], f"{name}_new"
    _do(f'DROP DATABASE IF EXISTS "{making}"')
    _do(f'CREATE DATABASE "{making}"')
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = making
    try:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes(), state=Quick(real_apps=executor.loader.unmigrated_apps))
        # Nothing is left of them; what Django writes after them is.
        call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
    finally:
        connection.close()
        settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = before
    _do(f'ALTER DATABASE "{making}" RENAME TO "{name}"')


class Quick(ProjectState):
    """The models of a migration, of which none is made anew for what only its table has.

    Django makes a model and all that hang together with it again for every index, constraint and trigger: that is
    nearly all the time of the migrations, and no other model can tell the difference.
    """

    OF_TABLES = ("indexes", "constraints", "triggers")

    def __init__(self, models: Any = None, real_apps: Any = None) -> None:
        super().__init__(models, real_apps)
        self._made: dict[tuple[str, str], Any] = {}

    def reload_model(self, app_label: str, model_name: str, delay: bool = False) -> None:
        key = app_label, model_name.lower()
        wanted = self._all_but_tables(self.models[key])
        if "apps" not in self.__dict__ or self._made.get(key) != wanted:
            self._made[key] = wanted
            super().reload_model(app_label, model_name, delay)
            return
        made = self.apps.get_model(app_label, model_name)
        for option in self.OF_TABLES:
            if option in self.models[key].options:
                setattr(made._meta, option, list(self.models[key].options[option]))

    def _all_but_tables(self, model: ModelState) -> Any:
        options = {name: value for name, value in model.options.items() if name not in self.OF_TABLES}
        return list(model.fields.items()), model.bases, list(model.managers), options


def empty(_test: TransactionTestCase) -> None:
    """Remove all rows; a few of them sooner than by new files for each of a hundred tables and all their indexes.

    What migrations wrote is there again: whoever has a share of the tests may come to one that reads it only now.
    """
    tables = sorted(set(connection.introspection.django_table_names(only_existing=True)) - KEPT)
    counts = (f"SELECT '{name}', count(*) FROM (SELECT FROM \"{name}\" LIMIT {MANY}) AS few" for name in tables)
    with transaction.atomic(), pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(counts))
        found = dict(cursor.fetchall())
        if max(found.values()) == MANY:
            quoted = ", ".join(f'"{name}"' for name in tables)
            cursor.execute(f"TRUNCATE {quoted}")
        else:
            # The foreign keys wait for the end of the transaction.
            for name in (name for name, count in found.items() if count):
                cursor.execute(f'DELETE FROM "{name}"')
    # With what history keeps of it, as when the migration wrote it.
    import_module("relationships.migrations.0012_settings_feelings").first_version(apps, None)
