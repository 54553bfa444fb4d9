"""What the migrations build is what the models say."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from support.sources import ROOT, import_everything

from ledger.kernel.database import Table


def _ours(thing, name, kind, reflected, compared):
    """Partitions are made by a function of the store; the book has no key, only its mapper has."""
    if kind == "table":
        return not name.startswith("entry_0") and name != "alembic_version"
    table = getattr(thing, "table", None)
    return not (table is not None and table.name.startswith("entry_0"))


def test_migrations_and_models_agree(owner_database):
    import_everything()
    with owner_database.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": _ours, "compare_type": True}
        )
        assert [str(one) for one in compare_metadata(context, Table.metadata)] == []


def test_there_is_one_last_migration():
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1


def test_the_application_may_read_every_table(database):
    import_everything()
    from sqlalchemy import text

    for name in sorted(Table.metadata.tables):
        database.execute(text(f"SELECT FROM {name} LIMIT 1"))
