"""A database by its address, and every error of it as one sentence.

sqlite:///gouji.db                       a file (sqlite:////full/path.db from the root)
postgresql+psycopg://user@host/name      a PostgreSQL server; postgresql:// means the same
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from gouji.errors import GoujiError, OutputError, SetupError, UsageError

HOW = "write it as sqlite:///gouji.db or postgresql+psycopg://user@host/name"
BUSY_S = 60  # how long to wait for another writer of the same SQLite file
CACHE_KIB = 65_536
_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


def parse_address(address: str) -> URL:
    """The address with the driver that gouji uses.

    Raises:
        UsageError: it is none, or of a database that gouji does not know.
    """
    try:
        url = make_url(address)
    except (ArgumentError, ValueError) as error:
        raise UsageError(f"{hidden(address)}: this is no database address; {HOW}") from error
    plain = url.drivername.removesuffix("+psycopg").removesuffix("+pysqlite")
    if plain not in _DRIVERS:
        raise UsageError(f"{hidden(address)}: gouji knows SQLite and PostgreSQL; {HOW}")
    if plain == "sqlite" and not url.database:
        raise UsageError(f"{address}: the file is not named; {HOW}")
    return url.set(drivername=_DRIVERS[plain])


def hidden(address: str) -> str:
    """The address without its password."""
    return re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", address)


def open_database(address: str) -> Engine:
    """The database at the address; nothing is connected yet.

    Raises:
        UsageError: the address makes no sense.
        SetupError: the driver is missing.
    """
    url = parse_address(address)
    try:
        engine = create_engine(url, connect_args=_arguments(url), pool_pre_ping=False)
    except ModuleNotFoundError as error:
        raise missing(error) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def missing(error: ModuleNotFoundError) -> SetupError:
    """What to say of a package that is not there."""
    return SetupError(f'the package {error.name} is missing; pip install "gouji[database]"')


def _arguments(url: URL) -> dict[str, Any]:
    return {"timeout": BUSY_S} if url.drivername == "sqlite" else {"connect_timeout": 10}


def _open_sqlite(connection: Any, _: object) -> None:
    """Transactions begin where SQLAlchemy says, as writers at once: two that read first and write then collide."""
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")


@contextmanager
def told(engine: Engine) -> Iterator[None]:
    """Errors of the database as gouji's own.

    Raises:
        OutputError: it cannot be reached, or not written.
    """
    try:
        yield
    except DBAPIError as error:
        raise to_error(engine, error) from error


def to_error(engine: Engine, error: DBAPIError) -> GoujiError:
    """The error as one sentence that says what to do."""
    where = engine.url.render_as_string(hide_password=True)
    why = " ".join(str(error.orig).split())
    return OutputError(f"{where}: {_sentence(why, engine.dialect.name == 'sqlite')}")


# What the drivers say, and what to do about it; the first that fits.
_SENTENCES = (
    ("database is locked", "another program has been writing to it for {busy} s; run again when it is done"),
    (
        "disk is full|no space left|could not extend",
        "the disk is full; what was loaded is kept, make room and run again",
    ),
    ("unable to open database|readonly", "it cannot be opened for writing; look at the folder and its rights"),
    ("not a database|malformed|encrypted", "this is no SQLite database, or it is damaged; name another file"),
    (
        "password|authentication|role .* does not exist",
        "the server refuses the user ({why}); correct user and password",
    ),
    ("database .* does not exist", "the server has no such database; make it with createdb, then run again"),
    ("permission denied", "the user may not do this ({why}); run gouji load --migrate-only as the database's owner"),
)
_STAYS = "password|authentication|does not exist|permission denied|not known|no pg_hba"  # said of a connection refused
_REACH = r"connection|connect|resolve|terminat|closed|timeout|starting up|shutting down|recovery"


def _sentence(why: str, sqlite: bool) -> str:
    for pattern, sentence in _SENTENCES:
        if re.search(pattern, why, re.IGNORECASE):
            return sentence.format(why=why, busy=BUSY_S)
    if not sqlite and re.search(_REACH, why, re.IGNORECASE):
        return f"the server cannot be reached ({why}); start it or correct the address, then run again"
    return f"it cannot be written ({why})"


def passes(engine: Engine, error: DBAPIError) -> bool:
    """Whether the error may be gone in a while: the server went away, is starting, or took back a transaction."""
    if engine.dialect.name == "sqlite":
        return False
    if re.search(_STAYS, str(error.orig), re.IGNORECASE):
        return False
    state = getattr(error.orig, "sqlstate", None) or ""
    lost = error.connection_invalidated or (isinstance(error, OperationalError) and not state)
    return lost or state[:2] in ("08", "40", "57") or state == "55P03"
