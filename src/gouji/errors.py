"""What can go wrong, and the exit code of each kind.

GoujiError                  1   anything not named below
├── UsageError              2   the command line or a setting makes no sense
├── InputError              3   the file is no report gouji can open
│   ├── UnsupportedError    3   not a PDF, TIFF, JPEG or PNG
│   ├── BrokenFileError     3   truncated or damaged
│   ├── LockedFileError     4   encrypted, and no or a wrong password
│   ├── EmptyFileError      3   no page in it
│   ├── TooLargeError       3   beyond the limits of the settings
│   ├── UnsafeArchiveError  3   an archive that leads out of its folder or swells beyond the limits
│   ├── UnconvertedError    3   an office file that could not be printed to PDF
│   ├── NoToolError         7   a program of another maker that this kind of file needs is missing
│   └── CrashError          3   the process that read it ended, or took too long
├── PageError               5   one page could not be read; becomes a finding, never ends a run
├── OutputError             6   the folder cannot be written, or the disk is full
├── ConflictError           1   another person corrected the same place first
├── SetupError              7   a model, an engine or a package is missing
└── CrawlError             10   nothing of a site could be had, or its crawl broke off

A run in which some files failed and others were read exits with 8; `gouji check --strict` with 9 when a check fails;
Ctrl-C with 130.
Every message is one sentence that says what to do.
"""

from __future__ import annotations

EXIT_PARTLY = 8
EXIT_CHECKS_FAILED = 9
EXIT_INTERRUPTED = 130


class GoujiError(Exception):
    """The root of all errors that gouji raises on purpose."""

    exit_code = 1
    code = "error"


class UsageError(GoujiError):
    """The command line or a setting makes no sense."""

    exit_code = 2
    code = "usage"


class InputError(GoujiError):
    """The file is no report that gouji can open."""

    exit_code = 3
    code = "input"


class UnsupportedError(InputError):
    """The file is neither PDF nor TIFF, JPEG or PNG."""

    code = "input.unsupported"


class BrokenFileError(InputError):
    """The file is truncated or damaged."""

    code = "input.broken"


class LockedFileError(InputError):
    """The file is encrypted and the password is missing or wrong."""

    exit_code = 4
    code = "input.locked"


class EmptyFileError(InputError):
    """The file has no page."""

    code = "input.empty"


class TooLargeError(InputError):
    """The file or a page of it is beyond the limits of the settings."""

    code = "input.too_large"


class UnsafeArchiveError(InputError):
    """The archive leads out of its folder, or unpacks to more than the settings allow."""

    code = "input.unsafe"


class UnconvertedError(InputError):
    """The office file could not be printed to PDF."""

    code = "input.unconverted"


class NoToolError(InputError):
    """This kind of file needs a program or package that is missing: LibreOffice, unrar, py7zr."""

    exit_code = 7
    code = "input.no_tool"


class CrashError(InputError):
    """The process that read the file ended or took too long, as often as was tried."""

    code = "input.crashed"


class PageError(GoujiError):
    """One page could not be read."""

    exit_code = 5
    code = "page.unread"


class OutputError(GoujiError):
    """The output cannot be written."""

    exit_code = 6
    code = "output"


class ConflictError(GoujiError):
    """Another person corrected the same place first; `theirs` is what stands there now."""

    code = "conflict"

    def __init__(self, message: str, theirs: str) -> None:
        super().__init__(message)
        self.theirs = theirs


class SetupError(GoujiError):
    """A model, an engine or a package is missing."""

    exit_code = 7
    code = "setup"


class CrawlError(GoujiError):
    """Nothing of a site could be had, or its crawl broke off."""

    exit_code = 10
    code = "crawl"
