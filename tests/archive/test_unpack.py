from __future__ import annotations

import io
import os
import shutil
import tarfile
import zipfile
from pathlib import Path

import py7zr
import pytest
import rarfile
from archive.rar_files import rar_of

from gouji.archive.unpack import unpack
from gouji.config import ArchiveSettings
from gouji.errors import BrokenFileError, InputError, LockedFileError, NoToolError, OutputError, UnsafeArchiveError

NAMES = ("县/局/决算.pdf", "县/局/说明.txt")


def write_zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return path


def write_tar(path: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as packed:
        for about, content in members:
            about.size = len(content)
            packed.addfile(about, io.BytesIO(content))
    return path


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("kind", ["zip", "tar.gz", "7z", "rar"])
def test_each_kind_gives_its_members(kind: str, tmp_path: Path, limits: ArchiveSettings) -> None:
    """zip, tar, 7z and rar give their files in their folders, empty ones too."""
    path, members = tmp_path / f"a.{kind}", {NAMES[0]: b"%PDF-", NAMES[1]: b""}
    if kind == "zip":
        write_zip(path, members)
    elif kind == "tar.gz":
        write_tar(path, *((tarfile.TarInfo(name), content) for name, content in members.items()))
    elif kind == "7z":
        with py7zr.SevenZipFile(path, "w") as packed:
            for name, content in members.items():
                packed.writestr(content, name)
    else:
        path.write_bytes(rar_of({name.replace("县/局", "x"): content for name, content in members.items()}))
    found = files_in(unpack(path, tmp_path / "out", limits))
    assert sorted(found.values()) == [b"", b"%PDF-"]
    assert len(found) == 2


def test_names_of_windows_are_gb18030(tmp_path: Path, limits: ArchiveSettings) -> None:
    """A zip entry without the UTF-8 mark is named as Windows wrote it, in GB 18030; a tar's as well."""
    path = write_zip(tmp_path / "a.zip", {"placeholder": b"1"})
    raw = "某局决算".encode("gb18030")
    path.write_bytes(path.read_bytes().replace(b"placeholder", raw.ljust(11, b"_")))
    assert list(files_in(unpack(path, tmp_path / "zip", limits))) == ["某局决算___"]
    member = tarfile.TarInfo(raw.decode("utf-8", "surrogateescape"))
    write_tar(tmp_path / "a.tar.gz", (member, b"1"))
    assert list(files_in(unpack(tmp_path / "a.tar.gz", tmp_path / "tar", limits))) == ["某局决算"]


@pytest.mark.parametrize("name", ["../out.pdf", "/etc/out.pdf", "C:\\out.pdf", "a/../../out.pdf", "..\\out.pdf"])
def test_path_that_leads_out_is_refused(name: str, tmp_path: Path, limits: ArchiveSettings) -> None:
    """An archive with a name that leads out is refused as a whole, and nothing of it stays."""
    (tmp_path / "in").mkdir()
    for path in (
        write_zip(tmp_path / "a.zip", {"good.pdf": b"1", name: b"2"}),
        write_tar(tmp_path / "a.tar.gz", (tarfile.TarInfo("good.pdf"), b"1"), (tarfile.TarInfo(name), b"2")),
    ):
        with pytest.raises(UnsafeArchiveError, match=path.name):
            unpack(path, tmp_path / "in" / "out", limits)
        assert list((tmp_path / "in").iterdir()) == []
    assert not (tmp_path / "out.pdf").exists()


def test_links_and_devices_are_left_out(tmp_path: Path, limits: ArchiveSettings) -> None:
    """Links, hard or soft, and devices never reach the disk; the files beside them do."""
    soft, hard, pipe = tarfile.TarInfo("soft.pdf"), tarfile.TarInfo("hard.pdf"), tarfile.TarInfo("pipe.pdf")
    soft.type, soft.linkname = tarfile.SYMTYPE, "/etc/passwd"
    hard.type, hard.linkname = tarfile.LNKTYPE, "../../secret"
    pipe.type = tarfile.FIFOTYPE
    path = write_tar(tmp_path / "a.tar.gz", (soft, b""), (hard, b""), (pipe, b""), (tarfile.TarInfo("a.pdf"), b"1"))
    assert list(files_in(unpack(path, tmp_path / "tar", limits))) == ["a.pdf"]
    link = zipfile.ZipInfo("link.pdf")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr(link, "/etc/passwd")
        packed.writestr("a.pdf", b"1")
    assert list(files_in(unpack(tmp_path / "a.zip", tmp_path / "zip", limits))) == ["a.pdf"]


def test_link_in_7z_is_left_out(tmp_path: Path, limits: ArchiveSettings) -> None:
    """A symbolic link in a 7z archive is not followed and not made."""
    (tmp_path / "link.pdf").symlink_to("/etc/passwd")
    (tmp_path / "a.pdf").write_bytes(b"1")
    with py7zr.SevenZipFile(tmp_path / "a.7z", "w") as packed:
        packed.write(tmp_path / "link.pdf", "link.pdf")
        packed.write(tmp_path / "a.pdf", "a.pdf")
    assert files_in(unpack(tmp_path / "a.7z", tmp_path / "out", limits)) == {"a.pdf": b"1"}


@pytest.mark.parametrize("kind", ["zip", "tar.gz", "7z"])
def test_bomb_is_refused(kind: str, tmp_path: Path, limits: ArchiveSettings) -> None:
    """An archive that swells beyond the ratio is refused while it swells, and its folder is gone."""
    path, zeros = tmp_path / f"a.{kind}", bytes(70_000_000)
    if kind == "zip":
        write_zip(path, {"a.pdf": zeros})
    elif kind == "tar.gz":
        write_tar(path, (tarfile.TarInfo("a.pdf"), zeros))
    else:
        with py7zr.SevenZipFile(path, "w") as packed:
            packed.writestr(zeros, "a.pdf")
    with pytest.raises(UnsafeArchiveError, match="unpack_max_ratio"):
        unpack(path, tmp_path / "out" / "a", limits)
    assert files_in(tmp_path / "out") == {}


def test_too_many_files_are_refused(tmp_path: Path, limits: ArchiveSettings) -> None:
    """The number of members is bounded."""
    path = write_zip(tmp_path / "a.zip", {f"{number}.pdf": b"" for number in range(6)})
    with pytest.raises(UnsafeArchiveError, match="unpack_max_files = 5"):
        unpack(path, tmp_path / "out", limits.model_copy(update={"unpack_max_files": 5}))
    assert not (tmp_path / "out").exists()


def test_two_members_of_one_name_are_both_kept(tmp_path: Path, limits: ArchiveSettings) -> None:
    """The second of two members of one name gets a name of its own."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("a.pdf", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            packed.writestr("a.pdf", b"2")
    assert sorted(files_in(unpack(tmp_path / "a.zip", tmp_path / "out", limits)).values()) == [b"1", b"2"]


def test_long_and_odd_names_can_be_written(tmp_path: Path, limits: ArchiveSettings) -> None:
    """Names too long for a file system, or with control characters, are made writable and keep their ending."""
    path = write_zip(tmp_path / "a.zip", {"决" * 150 + ".pdf": b"1", "a\nb.pdf": b"2"})
    found = files_in(unpack(path, tmp_path / "out", limits))
    assert all(name.endswith(".pdf") and len(name.encode()) <= 200 and "\n" not in name for name in found)
    assert len(found) == 2


@pytest.mark.parametrize("cut", [10, 60, 200])
def test_cut_off_archive_is_broken(cut: int, tmp_path: Path, limits: ArchiveSettings) -> None:
    """A truncated archive of any kind is an error that says so, and leaves nothing."""
    content = os.urandom(400)
    write_zip(tmp_path / "a.zip", {"a.pdf": content})
    write_tar(tmp_path / "a.tar.gz", (tarfile.TarInfo("a.pdf"), content))
    (tmp_path / "a.rar").write_bytes(rar_of({"a.pdf": content}))
    with py7zr.SevenZipFile(tmp_path / "a.7z", "w") as packed:
        packed.writestr(content, "a.pdf")
    for path in sorted(tmp_path.glob("a.*")):
        path.write_bytes(path.read_bytes()[:cut])
        with pytest.raises(BrokenFileError, match=r"damaged|cut off"):
            unpack(path, tmp_path / "out", limits)
    assert leftovers(tmp_path) == []


def test_password_opens(tmp_path: Path, limits: ArchiveSettings) -> None:
    """An encrypted archive is locked without its password, and opens with it."""
    with py7zr.SevenZipFile(tmp_path / "a.7z", "w", password="vault") as packed:
        packed.writestr(b"1", "a.pdf")
    with pytest.raises(LockedFileError, match="GOUJI_PASSWORD"):
        unpack(tmp_path / "a.7z", tmp_path / "out", limits)
    assert files_in(unpack(tmp_path / "a.7z", tmp_path / "out", limits, "vault")) == {"a.pdf": b"1"}


def test_encrypted_zip_is_locked(tmp_path: Path, limits: ArchiveSettings) -> None:
    """A zip whose members are marked as encrypted asks for its password."""
    path = write_zip(tmp_path / "a.zip", {"a.pdf": b"1"})
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(LockedFileError):
        unpack(path, tmp_path / "out", limits)


def test_rar_without_its_tool_says_what_to_install(
    tmp_path: Path, limits: ArchiveSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A compressed RAR on a machine without unrar names the programs that would do."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(rarfile, "CURRENT_SETUP", None)
    (tmp_path / "a.rar").write_bytes(rar_of({"a.pdf": b"123"}, method=0x33))
    with pytest.raises(NoToolError, match="unrar, unar, 7z or bsdtar"):
        unpack(tmp_path / "a.rar", tmp_path / "out", limits)


def test_full_disk_is_told_and_leaves_nothing(
    tmp_path: Path, limits: ArchiveSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No room to unpack is an error of the output, not of the archive."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    path = write_zip(tmp_path / "a.zip", {"a.pdf": b"1"})
    monkeypatch.setattr("gouji.archive.unpack.Bounds.write", full)
    with pytest.raises(OutputError, match="make room"):
        unpack(path, tmp_path / "out", limits)
    assert leftovers(tmp_path) == []


def test_what_is_unpacked_is_not_unpacked_again(tmp_path: Path, limits: ArchiveSettings) -> None:
    """A folder that is there is taken as it is: it can only be whole."""
    path = write_zip(tmp_path / "a.zip", {"a.pdf": b"1"})
    unpack(path, tmp_path / "out", limits)
    path.unlink()
    shutil.rmtree(tmp_path / "out")
    (tmp_path / "out").mkdir()
    assert files_in(unpack(path, tmp_path / "out", limits)) == {}


def test_no_archive_is_broken(tmp_path: Path, limits: ArchiveSettings) -> None:
    """A file that only by its name is an archive is set aside as damaged."""
    (tmp_path / "a.zip").write_bytes(b"no archive at all, but long enough to look at" * 20)
    with pytest.raises(InputError, match="no zip, tar, 7z or rar"):
        unpack(tmp_path / "a.zip", tmp_path / "out", limits)
