"""A PostgreSQL server for an experiment or for tests: of its own, in a folder of its own, on the loopback interface."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gouji.errors import SetupError


class Postgres:
    """The server in a folder. Without `durable` it does not wait for the disk, which outlives it, but no power cut."""

    def __init__(self, binaries: Path, folder: Path, durable: bool) -> None:
        self._binaries, self._folder, self._durable = binaries, folder, durable
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._made = 0

    def run(self, program: str, *arguments: str) -> None:
        """Run one of the server's programs, as its own user where this is root."""
        command = [str(self._binaries / program), *arguments]
        if os.geteuid() == 0:
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]
        subprocess.run(command, check=True, capture_output=True, timeout=60, cwd=self._folder)

    def make(self) -> None:
        """Make the folder a server's, with one user who needs no password."""
        if os.geteuid() == 0:
            shutil.chown(self._folder, "postgres", "postgres")
        data = str(self._folder / "data")
        self.run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C")

    def start(self) -> None:
        """Start, or start again; it answers when this returns."""
        fsync = "on" if self._durable else "off"
        options = f"-k {self._folder} -p {self.port} -c listen_addresses=127.0.0.1 -c fsync={fsync}"
        log = str(self._folder / "log")
        self.run("pg_ctl", "-D", str(self._folder / "data"), "-o", options, "-l", log, "-w", "start")

    def stop(self) -> None:
        """Stop at once, as a crash would."""
        self.run("pg_ctl", "-D", str(self._folder / "data"), "-m", "immediate", "-w", "stop")

    def new_database(self) -> str:
        """The address of a new, empty database."""
        self._made += 1
        self.run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", f"test{self._made}")
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/test{self._made}"


@contextmanager
def running(durable: bool = False) -> Iterator[Postgres]:
    """A server that runs until the end, and leaves nothing.

    Raises:
        SetupError: PostgreSQL is not installed, or cannot be started here.
    """
    binaries = find_binaries()
    if binaries is None:
        raise SetupError("PostgreSQL is not installed: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="gouji-pg-"))  # its socket's path must be short
    server = Postgres(binaries, folder, durable)
    try:
        _begin(server)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _begin(server: Postgres) -> None:
    try:
        server.make()
        server.start()
    except (LookupError, OSError, subprocess.SubprocessError) as error:
        raise SetupError(f"PostgreSQL cannot be started here: {error}") from error


def find_binaries() -> Path | None:
    """Where the server's programs are."""
    known = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = known[-1] if known else shutil.which("initdb")
    return Path(found).parent if found else None
