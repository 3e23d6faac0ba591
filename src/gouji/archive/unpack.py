"""Archives unpacked safely: no path out, no links, no bombs, names that a person can read.

zip, tar (gz, bz2, xz), 7z and rar are each one function that hands members to a `Bounds`, which alone writes. An
archive that breaks a rule is refused as a whole; nothing of it stays.
"""

from __future__ import annotations

import errno
import os
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from lzma import LZMAError
from pathlib import Path, PurePosixPath
from typing import Protocol

from gouji.config import ArchiveSettings
from gouji.errors import BrokenFileError, InputError, LockedFileError, NoToolError, OutputError, UnsafeArchiveError

BLOCK = 1 << 20
# However well it packs, so little is no bomb.
HARMLESS = 64 << 20
# What damaged archives raise, as seen: each of these from one or other of the libraries.
_DAMAGE = (
    EOFError, IndexError, KeyError, LZMAError, NotImplementedError, OSError, OverflowError, RuntimeError, TypeError,
    ValueError, zipfile.BadZipFile, tarfile.TarError, zlib.error,
)  # fmt: skip
_LONGEST = 200


class Source(Protocol):
    """A member's content as a stream."""

    def read(self, size: int, /) -> bytes:
        """The next bytes; empty at the end."""
        ...


class Bounds:
    """Writes members below `folder` and counts: the only way from an archive to the disk."""

    def __init__(self, archive: Path, folder: Path, settings: ArchiveSettings) -> None:
        self._name = archive.name
        self._folder = folder
        self._settings = settings
        self._bytes = 0
        self._files = 0
        packed = max(1, archive.stat().st_size)
        self.most_bytes = min(settings.unpack_max_mb * 1_000_000, max(HARMLESS, settings.unpack_max_ratio * packed))

    def place(self, name: str) -> Path:
        """Where the member of this name goes; its folders are made.

        Raises:
            UnsafeArchiveError: the name leads out of the folder, or there are too many members.
        """
        self._files += 1
        if self._files > self._settings.unpack_max_files:
            raise self._refused(f"it holds more than archive.unpack_max_files = {self._settings.unpack_max_files}")
        path = self._folder.joinpath(*self._parts(name))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as error:
            raise self._refused(f"{name} is both a file and a folder") from error
        return path.with_name(f"{path.stem}~{self._files}{path.suffix}") if path.exists() else path

    def _parts(self, name: str) -> list[str]:
        plain = name.replace("\\", "/")
        parts = [part for part in PurePosixPath(plain).parts if part != "."]
        outside = plain.startswith("/") or plain[1:2] == ":" or ".." in parts or "\0" in name
        if outside or not parts:
            raise self._refused(f"{name!r} leads out of its folder")
        return [_writable(part) for part in parts]

    def check(self, names: Iterable[str]) -> None:
        """Look at all names before anything is written.

        Raises:
            UnsafeArchiveError: one leads out of the folder.
        """
        for name in names:
            self._parts(name)

    def count(self, size: int) -> None:
        """Add what is about to be written.

        Raises:
            UnsafeArchiveError: that is too much.
        """
        self._bytes += size
        if self._bytes > self.most_bytes:
            raise self.swollen()

    def write(self, name: str, source: Source) -> None:
        """Write the member.

        Raises:
            UnsafeArchiveError: see `place` and `count`. OSError: the disk is full.
        """
        with self.place(name).open("wb") as file:
            while block := source.read(BLOCK):
                self.count(len(block))
                file.write(block)

    def swollen(self) -> UnsafeArchiveError:
        """It unpacks to too much."""
        limits = f"unpack_max_mb = {self._settings.unpack_max_mb}, unpack_max_ratio = {self._settings.unpack_max_ratio}"
        return self._refused(f"it swells beyond what archive.{limits} allow")

    def _refused(self, why: str) -> UnsafeArchiveError:
        return UnsafeArchiveError(f"{self._name}: not unpacked, since {why}; look at where it comes from")


def _writable(part: str) -> str:
    """The name without control characters, short enough for a file system; its ending stays."""
    clean = "".join(sign if sign.isprintable() else "_" for sign in part).strip() or "_"
    if len(clean.encode()) <= _LONGEST:
        return clean
    ending = PurePosixPath(clean).suffix[:12]
    return clean.encode()[: _LONGEST - len(ending.encode())].decode("utf-8", "ignore") + ending


def unpack(archive: Path, folder: Path, settings: ArchiveSettings, password: str | None = None) -> Path:
    """Unpack to `folder`, which appears whole or not at all; one that is there already is taken as it is.

    Raises:
        InputError: the archive is damaged, locked, unsafe, or its tool is missing.
        OutputError: the disk is full, or the folder cannot be written.
    """
    if folder.is_dir():
        return folder
    draft = folder.with_name(f".{folder.name}.part")
    try:
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        _opener(archive)(archive, Bounds(archive, draft, settings), password)
        os.sync()  # a power cut must not leave a whole folder of empty files
        draft.rename(folder)
    except InputError:
        raise
    except _DAMAGE as error:
        raise _why(archive, folder, error) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def _why(archive: Path, folder: Path, error: BaseException) -> InputError | OutputError:
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)
    if full:
        return OutputError(f"{folder}: {archive.name} cannot be unpacked there ({error}); make room, run again")
    if "password" in str(error).lower() or "encrypted" in str(error).lower():
        return locked(archive)
    return _damaged(archive, error)


def _damaged(archive: Path, error: BaseException) -> BrokenFileError:
    return BrokenFileError(f"{archive.name}: the archive is damaged or cut off ({error}); get it again")


def locked(archive: Path) -> LockedFileError:
    """The archive cannot be opened without its password."""
    return LockedFileError(f"{archive.name}: the archive is encrypted; give its password in GOUJI_PASSWORD")


Opener = Callable[[Path, Bounds, str | None], None]


def _opener(archive: Path) -> Opener:
    """The function for this archive, by its first bytes.

    Raises:
        BrokenFileError: it begins like none.
    """
    with archive.open("rb") as file:
        head = file.read(8)
    for mark, opener in OPENERS:
        if head.startswith(mark):
            return opener
    if tarfile.is_tarfile(archive):
        return unpack_tar
    raise BrokenFileError(f"{archive.name}: this is no zip, tar, 7z or rar archive, or it is damaged; get it again")


def unpack_zip(archive: Path, bounds: Bounds, password: str | None) -> None:
    """Names without the UTF-8 mark are taken for UTF-8 or, as Windows writes them here, GB 18030."""
    with zipfile.ZipFile(archive) as packed:
        members = [member for member in packed.infolist() if not member.is_dir() and not _is_link(member)]
        names = zip_names(members)
        for member, name in zip(members, names, strict=True):
            with packed.open(member, pwd=password.encode() if password else None) as source:
                bounds.write(name, source)


def _is_link(member: zipfile.ZipInfo) -> bool:
    return (member.external_attr >> 16) & 0o170000 == 0o120000


def zip_names(members: Iterable[zipfile.ZipInfo]) -> list[str]:
    """The members' names as they were meant; one encoding for all that carry no mark."""
    members = list(members)
    raw = [None if member.flag_bits & 0x800 else _raw(member.filename) for member in members]
    for encoding in ("utf-8", "gb18030", "cp437"):
        with suppress(UnicodeDecodeError):
            pairs = zip(members, raw, strict=True)
            return [member.filename if name is None else name.decode(encoding) for member, name in pairs]
    return [member.filename for member in members]


def _raw(name: str) -> bytes | None:
    try:
        return name.encode("cp437")
    except UnicodeEncodeError:
        return None


def unpack_tar(archive: Path, bounds: Bounds, password: str | None) -> None:
    """Links and devices are left out."""
    with tarfile.open(archive, errors="surrogateescape") as packed:
        for member in packed:
            source = packed.extractfile(member) if member.isreg() else None
            if source is not None:
                bounds.write(readable(member.name), source)


def readable(name: str) -> str:
    """A name whose bytes are no UTF-8 (surrogates stand for them) read as GB 18030."""
    raw = name.encode("utf-8", "surrogateescape")
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    return raw.decode("utf-8", "replace")


def unpack_7z(archive: Path, bounds: Bounds, password: str | None) -> None:
    """py7zr hands each member's bytes to a writer of ours."""
    try:
        import py7zr
        from py7zr.exceptions import ArchiveError, DecompressionBombError, PasswordRequired
    except ModuleNotFoundError as error:
        raise _missing(archive, "py7zr") from error

    from gouji.archive.seven_zip import BoundedWriters

    writers = BoundedWriters(bounds)
    try:
        with (
            archive.open("rb") as file,  # of a file, unlike a path, it reads with one thread
            py7zr.SevenZipFile(file, password=password, max_extract_size=bounds.most_bytes) as packed,
        ):
            names = [entry.filename for entry in packed.list() if entry.is_file]
            bounds.check(names)
            packed.extract(targets=names, factory=writers)
    except PasswordRequired as error:
        raise locked(archive) from error
    except DecompressionBombError as error:
        raise bounds.swollen() from error
    except ArchiveError as error:
        raise _damaged(archive, error) from error
    finally:
        writers.close()


def unpack_rar(archive: Path, bounds: Bounds, password: str | None) -> None:
    """Compressed members need a tool on the machine: unrar, unar, 7z or bsdtar."""
    try:
        import rarfile
    except ModuleNotFoundError as error:
        raise _missing(archive, "rarfile") from error

    try:
        with rarfile.RarFile(archive) as packed:
            if packed.needs_password() and not password:
                raise locked(archive)
            members = packed.infolist()
            if not members:  # rarfile takes what is cut off in its head for empty
                raise BrokenFileError(f"{archive.name}: the archive is empty or cut off; get it again")
            for member in members:
                if member.is_file():
                    with packed.open(member, pwd=password) as source:
                        bounds.write(member.filename, source)
    except rarfile.RarCannotExec as error:
        raise NoToolError(
            f"{archive.name}: unpacking RAR needs unrar, unar, 7z or bsdtar; install one and use --retry"
        ) from error
    except (rarfile.PasswordRequired, rarfile.RarWrongPassword) as error:
        raise locked(archive) from error
    except rarfile.Error as error:
        raise _damaged(archive, error) from error


def _missing(archive: Path, package: str) -> NoToolError:
    return NoToolError(f'{archive.name}: the package {package} is missing; pip install "gouji[archive]", use --retry')


OPENERS: tuple[tuple[bytes, Opener], ...] = (
    (b"PK", unpack_zip),
    (b"7z\xbc\xaf\x27\x1c", unpack_7z),
    (b"Rar!\x1a\x07", unpack_rar),
)
