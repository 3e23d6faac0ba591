"""The command line: the only place that prints. `main` is the entry point."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit with its code."""
    from gouji.cli.command import run

    sys.exit(run(sys.argv[1:]))
