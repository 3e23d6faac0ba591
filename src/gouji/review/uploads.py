"""Files that a person gives to the page: taken in within bounds, read one after another by a process beside it."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from gouji.errors import InputError, OutputError, TooLargeError, UnsupportedError
from gouji.pages.rasterise import media_type
from gouji.review.options import Options
from gouji.review.source import OWN, FolderSource

MOST_NAME = 60
JOBS_KEPT = 50
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|]+")


@dataclass(frozen=True)
class Job:
    """One upload. `pages`: how many the file has, None until it was opened; `report`: the report's id when done.

    `error` says in English why it failed, `code` what kind of failure that is, "" for none that has a name.
    """

    id: str
    name: str
    state: Literal["waiting", "reading", "done", "failed"] = "waiting"
    pages: int | None = None
    read: int = 0
    report: str = ""
    error: str = ""
    code: str = ""


class Jobs:
    """Uploads and how far they are; one file is read at a time."""

    def __init__(self, options: Options, source: FolderSource) -> None:
        self._options = options
        self._source = source
        self._uploads = source.root / OWN / "uploads"
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="uploads")
        self._process: subprocess.Popen[str] | None = None
        self._closed = False

    async def take(self, name: str, content: AsyncIterator[bytes]) -> Job:
        """Keep the content as a file of its own and have it read.

        Raises:
            TooLargeError: it is larger than the page takes. InputError: it is no file that gouji reads.
            OutputError: it cannot be written.
        """
        path = await self._keep(safe_name(name), content)
        job = Job(id=secrets.token_hex(8), name=path.name)
        with self._lock:
            self._jobs[job.id] = job
            for old in [each.id for each in self._jobs.values() if each.state in ("done", "failed")][:-JOBS_KEPT]:
                del self._jobs[old]
        self._reader.submit(self._read, job.id, path)
        return job

    async def _keep(self, name: str, content: AsyncIterator[bytes]) -> Path:
        limit, size, digest = self._options.max_upload_mb * 1_000_000, 0, hashlib.sha256()
        draft = self._uploads / f".{secrets.token_hex(8)}.part"
        try:
            self._uploads.mkdir(parents=True, exist_ok=True)
            with draft.open("wb") as file:
                async for chunk in content:
                    size += len(chunk)
                    if size > limit:
                        raise TooLargeError(f"{name}: more than {self._options.max_upload_mb} MB; split the file")
                    digest.update(chunk)
                    file.write(chunk)
            _require_kind(draft, name)
            path = self._uploads / digest.hexdigest()[:16] / name
            path.parent.mkdir(exist_ok=True)
            draft.replace(path)
        except OSError as error:
            raise OutputError(f"{name}: it cannot be kept ({error.strerror}); make room and try again") from error
        finally:
            draft.unlink(missing_ok=True)
        return path

    def _read(self, job_id: str, path: Path) -> None:
        if self._closed:
            return
        self._change(job_id, state="reading")
        options = self._options
        command = [sys.executable, "-m", "gouji.review.worker", str(path), str(self._source.root)]
        command += [str(options.max_upload_pages), *(["--config", str(options.config)] if options.config else [])]
        command += [word for override in options.overrides for word in ("--set", override)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
            self._process = process
            for line in process.stdout or ():
                self._hear(job_id, line)
        if self.find(job_id).state == "reading":
            self._change(job_id, state="failed", error=f"the reading ended with {process.returncode}; try again")

    def _hear(self, job_id: str, line: str) -> None:
        try:
            said = json.loads(line)
        except ValueError:
            return  # a library's own words
        if "pages" in said:
            self._change(job_id, pages=int(said["pages"]))
        elif "page" in said:
            self._change(job_id, read=self.find(job_id).read + 1)
        elif "done" in said:
            self._change(job_id, state="done", report=self._source.id_of(Path(said["done"])))
        elif "error" in said:
            self._change(job_id, state="failed", error=str(said["error"]), code=str(said.get("code", "")))

    def _change(self, job_id: str, **update: object) -> None:
        with self._lock:
            self._jobs[job_id] = replace(self._jobs[job_id], **update)  # type: ignore[arg-type]

    def find(self, job_id: str) -> Job:
        """The job.

        Raises:
            InputError: there is none.
        """
        with self._lock:
            if job_id not in self._jobs:
                raise InputError("there is no such upload any more; look at the desk")
            return self._jobs[job_id]

    def all(self) -> list[Job]:
        """All jobs, the last first."""
        with self._lock:
            return list(self._jobs.values())[::-1]

    def close(self) -> None:
        """Stop reading; pages read so far stay."""
        self._closed = True
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
        self._reader.shutdown(wait=True, cancel_futures=True)


def _require_kind(path: Path, name: str) -> None:
    """Raises InputError, which calls the file by the name that it was given under."""
    try:
        media_type(path)
    except InputError as error:
        raise type(error)(str(error).replace(path.name, name)) from None


def safe_name(name: str) -> str:
    """The last part of the name, without anything that could lead to another folder; never empty.

    Raises:
        InputError: its ending is of no file that gouji reads.
    """
    last = _FORBIDDEN.sub("_", name.replace("\\", "/").rsplit("/", 1)[-1]).rstrip(". ").lstrip()
    stem, dot, ending = last.rpartition(".")
    if not dot or ending.lower() not in ("pdf", "tif", "tiff", "jpg", "jpeg", "png"):
        raise UnsupportedError(f"{last or name}: give a PDF, TIFF, JPEG or PNG")
    return f"{stem[:MOST_NAME].strip('. ') or 'report'}.{ending.lower()}"
