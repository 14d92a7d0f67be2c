"""A new control database is made as it is now, in one transaction, instead of by one migration after another.

A test holds the two ways against each other, table by table.
"""

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

APP = "store"


def is_fresh(connection: BaseDatabaseWrapper, executor: MigrationExecutor) -> bool:
    """Whether nothing of ours is in the database yet."""
    made = set(connection.introspection.table_names())
    return not executor.loader.applied_migrations and not any(
        m._meta.db_table in made for m in apps.get_app_config(APP).get_models()
    )


def make_tables(connection: BaseDatabaseWrapper, executor: MigrationExecutor) -> None:
    """All tables, and all migrations noted as applied: both or, where it is cut off, neither."""
    with connection.schema_editor(atomic=True) as editor:
        if not executor.recorder.has_table():
            editor.create_model(executor.recorder.Migration)
        for model in apps.get_app_config(APP).get_models():
            editor.create_model(model)
        for app, name in executor.loader.graph.nodes:
            executor.recorder.record_applied(app, name)
