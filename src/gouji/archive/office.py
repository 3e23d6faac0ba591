"""Office files and web pages printed to PDF by LibreOffice, with nothing of the user's and nothing of the network."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from gouji import store
from gouji.config import ArchiveSettings
from gouji.errors import NoToolError, UnconvertedError

# A profile of its own: no macros, no links followed, and a proxy that leads nowhere, since web pages name pictures.
PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetProxyType" oor:op="fuse"><value>2</value></prop></item>
<item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetHTTPProxyName" oor:op="fuse"><value>127.0.0.1</value></prop></item>
<item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetHTTPProxyPort" oor:op="fuse"><value>9</value></prop></item>
<item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetHTTPSProxyName" oor:op="fuse"><value>127.0.0.1</value></prop></item>
<item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetHTTPSProxyPort" oor:op="fuse"><value>9</value></prop></item>
</oor:items>
"""  # noqa: E501


def office_to_pdf(path: Path, target: Path, settings: ArchiveSettings) -> Path:
    """Print the file to `target`, which appears whole or not at all; one that is there already is taken as it is.

    Raises:
        NoToolError: LibreOffice is not there. UnconvertedError: it fails, takes too long or gives no PDF.
        OutputError: the folder cannot be written.
    """
    if target.is_file():
        return target
    command = shutil.which(settings.office_command)
    if command is None:
        raise NoToolError(
            f"{path.name}: office files need LibreOffice, and there is no {settings.office_command}; "
            "install it, or set archive.office_command, and use --retry"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".office-", suffix=".part", dir=target.parent) as folder:
        place = Path(folder)
        source = place / f"source{path.suffix.lower()}"  # a plain name: filters choose by the ending
        shutil.copyfile(path, source)
        _write_profile(place / "profile")
        _run(_arguments(command, place, source), path.name, settings.office_timeout_s)
        printed = source.with_suffix(".pdf")
        if not printed.is_file() or not printed.stat().st_size:
            raise UnconvertedError(f"{path.name}: LibreOffice gave no PDF; print it to PDF by hand, or get it again")
        store.write_bytes(target, printed.read_bytes())
    return target


def _write_profile(profile: Path) -> None:
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(PROFILE, "utf-8")


def _arguments(command: str, place: Path, source: Path) -> list[str]:
    profile = f"-env:UserInstallation={(place / 'profile').resolve().as_uri()}"
    options = ["--headless", "--invisible", "--nologo", "--norestore", "--nolockcheck", "--nodefault"]
    return [command, profile, *options, "--convert-to", "pdf", "--outdir", str(place), str(source)]


def _run(arguments: Sequence[str], name: str, timeout_s: float) -> None:
    """Run in a process group of its own: soffice is a script whose child does the work."""
    process = subprocess.Popen(
        arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    )
    try:
        _, told = process.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired as error:
        raise UnconvertedError(
            f"{name}: LibreOffice took longer than archive.office_timeout_s = {timeout_s:g}; print it to PDF by hand"
        ) from error
    finally:
        if process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    if process.returncode:
        why = told.decode("utf-8", "replace").strip().splitlines()
        raise UnconvertedError(
            f"{name}: LibreOffice failed ({why[-1] if why else process.returncode}); print it by hand"
        )
