"""What `gouji review` was asked, and the limits that keep it safe."""

from __future__ import annotations

import getpass
import ipaddress
from dataclasses import dataclass, field
from pathlib import Path

from gouji.config import Settings
from gouji.errors import UsageError

LOCAL_NAMES = ("127.0.0.1", "localhost", "::1", "[::1]")


@dataclass(frozen=True)
class Options:
    """`root` holds the run folders, None where the reports are in the database at the address `database`.

    `config` and `overrides` are handed on to the reading of uploads as given. `secret`: the password or token asked
    for, "" for none, which only a local address may have.
    """

    root: Path | None
    settings: Settings
    host: str = "127.0.0.1"
    port: int = 8765
    secret: str = ""
    config: Path | None = None
    overrides: tuple[str, ...] = ()
    max_upload_mb: int = 300
    max_upload_pages: int = 2000
    names: tuple[str, ...] = field(default=())
    database: str = ""

    @property
    def local(self) -> bool:
        """Whether only this machine can reach the page."""
        try:
            return ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def host_names(self) -> tuple[str, ...]:
        """Names by which a browser may ask for the page; empty: any, since a password protects it.

        A local page without a password must know its names, or a web site could have itself renamed to it.
        """
        return () if self.secret and not self.names else (*LOCAL_NAMES, self.host, *self.names)

    def check(self) -> None:
        """Whether it may be served so.

        Raises:
            UsageError: there is no folder to show, or the page would be open to the network.
        """
        if self.root is not None and not self.root.is_dir():
            raise UsageError(f"{self.root}: there is no such folder; name the one that gouji read wrote to")
        if not self.local and len(self.secret) < 8:
            raise UsageError(
                "--host opens the page to the network: give a password of 8 characters or more with --password, "
                "or in GOUJI_REVIEW_PASSWORD"
            )


def own_name() -> str:
    """Who is at this machine, as corrections are signed when nobody gave another name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "local"
