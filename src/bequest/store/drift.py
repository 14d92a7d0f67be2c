"""Tells whether the migrations still describe the models: a change of `models/` needs a migration."""

from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

import bequest.store.configure  # noqa: F401 - Django must be ready before its registry is read


def missing_migrations() -> tuple[str, ...]:
    """What a new migration would have to do, in words; empty when none is missing."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    wanted = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
    changes = wanted.changes(graph=loader.graph)
    return tuple(
        operation.describe() for migrations in changes.values() for m in migrations for operation in m.operations
    )
