"""The schema brought to what this gouji knows: Alembic's revisions in `migrations/`; then derived rows and views anew.

One process migrates at a time, others wait; a migration that is broken off leaves the schema as it was.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from gouji.database.connect import told
from gouji.database.derived import derive_all
from gouji.database.views import VIEWS
from gouji.errors import SetupError, UsageError

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

MIGRATIONS = Path(__file__).resolve().parent / "migrations"
LOCK = 0x676F756A69  # "gouji": one number for all gouji's migrations in a PostgreSQL database


def migrate(engine: Engine) -> tuple[str | None, str]:
    """Bring the schema up to date; gives the revision before (None: there was no schema) and after.

    Raises:
        DBAPIError: the database cannot be reached, or the user may not change it; see `gouji.loading.patiently`.
        SetupError: a newer gouji made this schema.
    """
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        script = scripts()
        before, head = revision(connection), str(script.get_current_head())
        _require_known(engine, script, before)
        if before != head:
            _drop_views(connection)
            _upgrade(connection)
            derive_all(connection)
            for name, view in VIEWS.items():
                connection.execute(text(f"CREATE VIEW {name} AS {view}"))
        return before, head


def require_schema(engine: Engine) -> None:
    """See that the database has a schema of this gouji's.

    Raises:
        UsageError: it has none, or an older one. SetupError: a newer gouji made it.
        OutputError: it cannot be reached.
    """
    where = engine.url.render_as_string(hide_password=True)
    if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").is_file():
        raise UsageError(f"{where}: there is no such file; load reports into it with gouji load first")
    with told(engine), engine.connect() as connection:
        found, script = revision(connection), scripts()
    if found is None:
        raise UsageError(f"{where}: there is nothing of gouji's in it; load reports into it with gouji load first")
    _require_known(engine, script, found)
    if found != script.get_current_head():
        raise UsageError(f"{where}: an older gouji made its schema ({found}); run gouji load --migrate-only --to it")


def scripts() -> ScriptDirectory:
    """The revisions that ship with gouji."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config())


def _config(connection: Connection | None = None) -> Config:
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def revision(connection: Connection) -> str | None:
    """The schema's revision; None when there is no schema of gouji's."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _require_known(engine: Engine, script: ScriptDirectory, found: str | None) -> None:
    if found is not None and found not in {known.revision for known in script.walk_revisions()}:
        where = engine.url.render_as_string(hide_password=True)
        raise SetupError(f"{where}: a newer gouji made this schema ({found}); update gouji, then run again")


def _drop_views(connection: Connection) -> None:
    there = set(inspect(connection).get_view_names())
    for name in reversed(VIEWS):
        if name in there:
            connection.execute(text(f"DROP VIEW {name}"))


def _upgrade(connection: Connection) -> None:
    from alembic import command

    command.upgrade(_config(connection), "head")
