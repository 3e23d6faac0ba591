"""One command from its arguments to its exit code: errors become one sentence."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence

import typer

from gouji.cli.app import app
from gouji.errors import EXIT_INTERRUPTED, GoujiError


def run(arguments: Sequence[str]) -> int:
    """Run one command; gives its exit code. Errors are one sentence on stderr, with their trace after -v -v."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal without Chinese still gets the figures
    traced = sum(a.count("v") for a in arguments if a.startswith("-v")) + arguments.count("--verbose") >= 2
    try:
        code = int(app(args=list(arguments), prog_name="gouji", standalone_mode=False) or 0)
    except (KeyboardInterrupt, typer.Abort):
        code = EXIT_INTERRUPTED
    except GoujiError as error:
        if traced:
            traceback.print_exc()
        return _tell(str(error), error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except Exception as error:
        return _tell_unforeseen(error, traced)
    if code == EXIT_INTERRUPTED:
        return _tell("interrupted; what was read is kept, and the same command goes on from there", code)
    return code


def _tell_unforeseen(error: Exception, traced: bool) -> int:
    show = getattr(error, "show", None)  # the command line itself could not be understood
    if show is not None:
        show()
        return int(getattr(error, "exit_code", 2))
    if traced:
        traceback.print_exception(error)
    return _tell(f"{type(error).__name__}: {error}; this is a mistake in gouji, run with -v -v to see where", 1)


def _tell(message: str, code: int) -> int:
    typer.echo(f"gouji: {message}", err=True)
    return code
