"""Reads one uploaded file in a process of its own and tells how far it is, a JSON object a line.

    {"pages": 12}   {"page": 1}   …   {"done": "folder"}   or   {"error": "why", "code": "input.locked"}

Run as: python -m gouji.review.worker FILE OUT MAX_PAGES [--config FILE] [--set key=value …]
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from gouji import run
from gouji.config import load_settings
from gouji.errors import GoujiError


def main(arguments: Sequence[str]) -> int:
    """Read the file; gives 0, or 1 after {"error": …}."""
    options = _parse(arguments)
    try:
        overrides = [*options.set, f"pages.max_pages={options.max_pages}"]
        settings = load_settings(options.config, overrides)
        job = run.begin(options.file, options.out, settings)
        tell(pages=len(job.pages))
        for number in sorted(set(job.pages) - set(job.todo)):
            tell(page=number)
        for reading in run.read_pages(job, job.todo, settings):
            tell(page=reading.page.page)
        run.finish(job, settings)
    except GoujiError as error:
        tell(error=str(error), code=error.code)
        return 1
    except Exception as error:
        tell(error=f"{type(error).__name__}: {error}")
        return 1
    tell(done=job.folder)
    return 0


def tell(**said: object) -> None:
    """One line for the server."""
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("max_pages", type=int)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--set", action="append", default=[])
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
