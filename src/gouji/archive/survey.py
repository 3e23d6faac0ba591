"""What is there: sources walked folder by folder, archives unpacked, buckets listed, into the documents they make."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

from gouji.archive.bundles import Bundle, Leaf, bundles_of, single
from gouji.archive.kinds import kind_by_name, kind_of
from gouji.archive.remote import fetch, is_remote, remote_files
from gouji.archive.unpack import readable, unpack
from gouji.config import ArchiveSettings
from gouji.errors import InputError, TooLargeError, UnsafeArchiveError, UsageError
from gouji.pages.rasterise import file_sha256

LISTS = (".txt", ".lst")
MOST_SILENT = 3  # so many in a row can't be fetched: the place is away, not the file
FILES = "files"  # below the archive's folder: what was unpacked, fetched, printed or bound

KnownHash = Callable[[str, int, str], str | None]
"""The hash of the file at this place, if it has had this size and stamp before."""


class Surveyor:
    """Walks sources; `known` spares the hashing of what was seen before. `others`: leaves that make no document."""

    def __init__(self, out: Path, settings: ArchiveSettings, known: KnownHash, password: str | None = None) -> None:
        self._out = out.resolve()
        self._settings = settings
        self._known = known
        self._password = password
        self.others: list[Leaf] = []

    def walk(self, source: str) -> Iterator[Bundle]:
        """All documents of one source: a file, a folder, an archive, a list of these, or an address.

        Raises:
            UsageError: there is nothing of that name, or nothing in it. InputError: a place elsewhere is silent.
            OutputError: there is no room to unpack or fetch.
        """
        if is_remote(source):
            yield from self._remote(source)
            return
        path = Path(source.removeprefix("file://"))
        if path.is_dir():
            yield from self._folder(path.absolute())
        elif not path.exists():
            raise UsageError(f"{source}: there is no such file or folder; look at the name")
        elif path.suffix.lower() in LISTS:
            yield from self._list(path)
        else:
            yield from self._shelf([(str(path.absolute()), path.absolute())], 0)

    def _list(self, path: Path) -> Iterator[Bundle]:
        """A file of names or addresses, one a line, `#` before remarks; relative ones count from the list's folder."""
        for line in _lines(path):
            if line.strip().lower().endswith(LISTS):
                raise UsageError(f"{path}: it names another list, {line}; name its files instead")
            yield from self.walk(line if is_remote(line) else str(path.parent / line))

    def _folder(self, top: Path) -> Iterator[Bundle]:
        for folder, names, files in os.walk(top, onerror=_unreadable):
            here = Path(folder)
            names[:] = sorted(n for n in names if not n.startswith(".") and (here / n).resolve() != self._out)
            yield from self._shelf([(str(here / name), here / name) for name in sorted(files)], 0)

    def _remote(self, address: str) -> Iterator[Bundle]:
        shelves: dict[str, list[tuple[str, Path]]] = {}
        silent = 0
        for place, size, stamp in remote_files(address):
            try:
                path = fetch(place, size, stamp, self._out / FILES / "fetched", self._settings)
            except InputError as error:
                silent += not isinstance(error, TooLargeError)
                if silent == MOST_SILENT:
                    raise
                yield from self._unfetched(place, size, stamp, error)
            else:
                silent = 0
                shelves.setdefault(place.rpartition("/")[0], []).append((place, path))
        for shelf in shelves.values():
            yield from self._shelf(shelf, 0)

    def _unfetched(self, place: str, size: int, stamp: str, error: InputError) -> Iterator[Bundle]:
        """What could not be fetched is a document with the reason, if its name is that of one."""
        digest = hashlib.sha256(f"unfetched\n{place}\n{stamp}".encode()).hexdigest()
        kind = kind_by_name(PurePosixPath(place).name)
        leaf = Leaf(place=readable(place), path=place, kind=kind, size=size, stamp=stamp, sha256=digest)
        if kind == "other":
            self.others.append(leaf)
        else:
            yield single(leaf).model_copy(update={"code": error.code, "reason": str(error)})

    def _shelf(self, files: Iterable[tuple[str, Path]], depth: int) -> Iterator[Bundle]:
        """The documents of one folder, those of the archives in it after them."""
        leaves = [self._leaf(place, path) for place, path in files if path.is_file()]
        self.others += [leaf for leaf in leaves if leaf.kind == "other"]
        packed = [leaf for leaf in leaves if leaf.kind == "packed"]
        yield from bundles_of((leaf for leaf in leaves if leaf.kind != "packed"), self._settings.images)
        for leaf in packed:
            yield from self._packed(leaf, depth)

    def _packed(self, leaf: Leaf, depth: int) -> Iterator[Bundle]:
        """What an archive holds; an archive that cannot be unpacked is itself a document, with the reason."""
        try:
            folder = self._unpacked(leaf, depth)
        except InputError as error:
            yield single(leaf).model_copy(update={"code": error.code, "reason": str(error)})
            return
        self.others.append(leaf)
        for here, names, files in os.walk(folder):
            names.sort()
            inside = f"{leaf.place}!{Path(here).relative_to(folder)}/".replace("!./", "!")
            yield from self._shelf([(inside + name, Path(here, name)) for name in sorted(files)], depth + 1)

    def _unpacked(self, leaf: Leaf, depth: int) -> Path:
        if depth >= self._settings.unpack_max_depth:
            raise UnsafeArchiveError(
                f"{leaf.place}: not unpacked, since archives lie in archives deeper than "
                f"archive.unpack_max_depth = {self._settings.unpack_max_depth}"
            )
        target = self._out / FILES / "unpacked" / leaf.sha256[:16]
        return unpack(Path(leaf.path), target, self._settings, self._password)

    def _leaf(self, place: str, path: Path) -> Leaf:
        place, path = readable(place), self._openable(path)
        about = path.stat()
        stamp = f"{about.st_mtime_ns}"
        kind = kind_of(path)
        sha256 = self._known(place, about.st_size, stamp) or _hash(path)
        return Leaf(place=place, path=str(path), kind=kind, size=about.st_size, stamp=stamp, sha256=sha256)

    def _openable(self, path: Path) -> Path:
        """The file itself; where its name's bytes are no UTF-8, a copy under a readable name."""
        if readable(str(path)) == str(path):
            return path
        copy = self._out / FILES / "named" / _hash(path)[:16] / readable(path.name)
        if not copy.is_file():
            copy.parent.mkdir(parents=True, exist_ok=True)
            draft = copy.with_name(".copy.part")
            shutil.copyfile(path, draft)
            draft.replace(copy)
        return copy


def _hash(path: Path) -> str:
    """The content's hash; of a file that cannot be read, one of its name, so that it is set aside by itself."""
    with suppress(InputError):
        return file_sha256(path)
    return hashlib.sha256(f"unreadable\n{path}".encode()).hexdigest()


def _lines(path: Path) -> Iterator[str]:
    try:
        text = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    except OSError as error:
        raise UsageError(f"{path}: the list cannot be read ({error.strerror}); look at its rights") from error
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            lines = [line.strip() for line in text.decode(encoding).splitlines()]
            return (line for line in lines if line and not line.startswith("#"))
    raise UsageError(f"{path}: this is no text file; a list holds one name or address a line")


def _unreadable(error: OSError) -> None:
    raise InputError(f"{error.filename}: the folder cannot be read ({error.strerror}); look at its rights") from error
