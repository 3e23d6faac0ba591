from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gouji.archive.bundles import Bundle, natural
from gouji.archive.kinds import is_later_volume, kind_of
from gouji.archive.survey import Surveyor
from gouji.config import ArchiveSettings, Settings
from gouji.errors import InputError, UsageError
from gouji.pages.rasterise import open_source

PageImage = Callable[[str], Path]


def survey(source: object, tmp_path: Path, limits: ArchiveSettings) -> list[Bundle]:
    return list(Surveyor(tmp_path / "out", limits, lambda *_: None).walk(str(source)))


def images_of(bundle: Bundle) -> list[str]:
    return [Path(leaf.path).name for leaf in bundle.leaves]


def test_numbers_sort_as_numbers() -> None:
    """Page 2 comes before page 10, whatever stands before the number."""
    names = ["p10", "p2", "p1", "q", "第10页", "第9页"]
    assert sorted(names, key=natural) == ["p1", "p2", "p10", "q", "第9页", "第10页"]


def test_numbered_images_of_a_folder_are_one_document(
    page_image: PageImage, tmp_path: Path, limits: ArchiveSettings
) -> None:
    """Images that differ in a number at the end are one document, in page order, named for what they share."""
    for name in ("10", "9", "001"):
        page_image(f"in/某局决算/{name}.png")
    for name in ("预算第2页", "预算第1页", "封面"):
        page_image(f"in/{name}.jpg")
    found = {bundle.name: bundle for bundle in survey(tmp_path / "in", tmp_path, limits)}
    assert images_of(found["某局决算"]) == ["001.png", "9.png", "10.png"]
    assert images_of(found["预算第"]) == ["预算第1页.jpg", "预算第2页.jpg"]
    assert found["封面.jpg"].kind == "file"


def test_images_of_several_years_are_several_documents(
    page_image: PageImage, tmp_path: Path, limits: ArchiveSettings
) -> None:
    """A number that is a year does not number pages."""
    page_image("in/决算2023.png")
    page_image("in/决算2024.png")
    assert [bundle.name for bundle in survey(tmp_path / "in", tmp_path, limits)] == ["决算2023.png", "决算2024.png"]


@pytest.mark.parametrize(("rule", "documents"), [("single", 3), ("folder", 1), ("numbered", 2)])
def test_rule_for_images_can_be_chosen(
    rule: str, documents: int, page_image: PageImage, tmp_path: Path, limits: ArchiveSettings
) -> None:
    """All images of a folder are one document, or each its own, where the settings say so."""
    for name in ("1", "2", "封面"):
        page_image(f"in/{name}.png")
    found = survey(tmp_path / "in", tmp_path, limits.model_copy(update={"images": rule}))
    assert len(found) == documents


def test_same_content_has_one_hash_wherever_it_lies(
    digital_pdf: Any, page_image: PageImage, tmp_path: Path, limits: ArchiveSettings
) -> None:
    """A file, and bound images, are recognised by content: under another name, in another folder, in an archive."""
    path = digital_pdf("in/a.pdf")
    pages = [page_image(f"in/x/{name}.png") for name in ("1", "2")]
    with zipfile.ZipFile(tmp_path / "in" / "box.zip", "w") as packed:
        packed.write(path, "other name.pdf")
        for page in pages:
            packed.write(page, f"y/{page.name}")
    hashes = [bundle.sha256 for bundle in survey(tmp_path / "in", tmp_path, limits)]
    assert len(hashes) == 4
    assert len(set(hashes)) == 2


def test_archives_in_archives_are_opened_to_a_depth(digital_pdf: Any, tmp_path: Path, limits: ArchiveSettings) -> None:
    """Archives are opened within archives as deep as the settings allow; one that lies deeper is set aside."""
    inner = digital_pdf("a.pdf")
    (tmp_path / "in").mkdir()
    for level in range(4):
        outer = tmp_path / f"{level}.zip"
        with zipfile.ZipFile(outer, "w") as packed:
            packed.write(inner, inner.name)
        inner = outer
    found = survey(inner, tmp_path, limits)
    assert [bundle.code for bundle in found] == ["input.unsafe"]
    found = survey(inner, tmp_path, limits.model_copy(update={"unpack_max_depth": 4}))
    assert [bundle.place.removeprefix(str(tmp_path)) for bundle in found] == ["/3.zip!2.zip!1.zip!0.zip!a.pdf"]


def test_damaged_files_are_what_their_names_say(tmp_path: Path, limits: ArchiveSettings) -> None:
    """Empty and damaged files count by their endings, so that they are set aside; a note or a system file does not."""
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a.pdf", "b.TIF", "c.docx", "d.zip", "f.ofd", "e.md", ".DS_Store", "Thumbs.db"):
        (folder / name).write_bytes(b"")
    surveyor = Surveyor(tmp_path / "out", limits, lambda *_: None)
    kinds = {bundle.name: (bundle.kind, bundle.code) for bundle in surveyor.walk(str(folder))}
    assert kinds == {
        "a.pdf": ("file", ""), "b.TIF": ("file", ""), "c.docx": ("office", ""), "d.zip": ("packed", "input.broken"),
        "f.ofd": ("file", ""),
    }  # fmt: skip
    assert sorted(Path(leaf.path).name for leaf in surveyor.others) == [".DS_Store", "Thumbs.db", "e.md"]


def test_pdf_without_an_ending_is_found(digital_pdf: Any, tmp_path: Path) -> None:
    """Content counts before names: a PDF that is named otherwise is a PDF."""
    assert kind_of(digital_pdf("attachment")) == "document"
    assert kind_of(digital_pdf("attachment.doc")) == "document"


def test_later_volumes_are_not_opened_alone() -> None:
    """The second volume of a RAR set comes with the first."""
    assert is_later_volume("卷.part02.rar")
    assert not is_later_volume("卷.part1.rar")
    assert not is_later_volume("a.rar")


def test_list_names_files_from_its_own_folder(digital_pdf: Any, tmp_path: Path, limits: ArchiveSettings) -> None:
    """A list in GB 18030, with remarks and blank lines, names files and folders relative to itself."""
    digital_pdf("in/甲.pdf", text="甲")
    digital_pdf("in/more/b.pdf", text="乙")
    (tmp_path / "in" / "list.txt").write_bytes("# 清单\n甲.pdf\n\nmore\n".encode("gb18030"))
    assert [bundle.name for bundle in survey(tmp_path / "in" / "list.txt", tmp_path, limits)] == ["甲.pdf", "b.pdf"]


def test_place_that_is_not_there_is_told(tmp_path: Path, limits: ArchiveSettings) -> None:
    """A source that does not exist, at first hand or in a list, is one sentence."""
    with pytest.raises(UsageError, match="no such file"):
        survey(tmp_path / "none", tmp_path, limits)
    (tmp_path / "list.txt").write_text("none.pdf\n")
    with pytest.raises(UsageError, match=r"none\.pdf: there is no such file"):
        survey(tmp_path / "list.txt", tmp_path, limits)


def test_out_folder_is_not_surveyed(digital_pdf: Any, tmp_path: Path, limits: ArchiveSettings) -> None:
    """An archive's own folder within a source is passed over."""
    digital_pdf("a.pdf", text="甲")
    digital_pdf("out/files/b.pdf", text="乙")
    assert [bundle.name for bundle in survey(tmp_path, tmp_path, limits)] == ["a.pdf"]


def test_file_name_in_gb18030_becomes_readable(digital_pdf: Any, tmp_path: Path, limits: ArchiveSettings) -> None:
    """A file whose name's bytes are GB 18030 is read under its name as meant."""
    folder = tmp_path / "in"
    folder.mkdir()
    os.rename(digital_pdf("a.pdf"), os.fsencode(folder) + b"/" + "决算.pdf".encode("gb18030"))
    (bundle,) = survey(folder, tmp_path, limits)
    assert bundle.name == "决算.pdf"
    assert bundle.leaves[0].path.endswith("决算.pdf")


def test_bucket_is_read_once(digital_pdf: Any, tmp_path: Path, limits: ArchiveSettings) -> None:
    """Files of an fsspec place are fetched, known by content, and fetched again only when they have changed."""
    import fsspec

    system = fsspec.filesystem("memory")
    system.pipe("/bucket/县/a.pdf", digital_pdf("a.pdf", text="甲").read_bytes())
    try:
        (bundle,) = survey("memory://bucket", tmp_path, limits)
        assert bundle.place == "memory:///bucket/县/a.pdf"
        before = os.stat(bundle.leaves[0].path)
        (again,) = survey("memory://bucket", tmp_path, limits)
        assert os.stat(again.leaves[0].path).st_ino == before.st_ino
        system.pipe("/bucket/县/a.pdf", digital_pdf("b.pdf", text="乙").read_bytes())
        (changed,) = survey("memory://bucket", tmp_path, limits)
        assert changed.sha256 != bundle.sha256
        with pytest.raises(UsageError, match="nothing there"):
            survey("memory://empty", tmp_path, limits)
    finally:
        system.store.clear()


def test_web_address_is_for_the_crawl(tmp_path: Path, limits: ArchiveSettings) -> None:
    """A site is not fetched from by an archive."""
    with pytest.raises(UsageError, match="gouji crawl"):
        survey("https://www.example.org/a.pdf", tmp_path, limits)


def test_silent_bucket_is_told(tmp_path: Path, limits: ArchiveSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A place that cannot be listed is one sentence with its own reason."""
    from fsspec.implementations.memory import MemoryFileSystem

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("Access Denied")

    monkeypatch.setattr(MemoryFileSystem, "find", refuse)
    with pytest.raises(InputError, match="Access Denied"):
        survey("memory://bucket", tmp_path, limits)


def test_object_that_is_too_large_costs_itself_only(digital_pdf: Any, tmp_path: Path, settings: Settings) -> None:
    """An object beyond the limits is set aside with its reason, or just listed if it is none; others are read."""
    import fsspec

    system = fsspec.filesystem("memory")
    for name in ("大.pdf", "片.mp4"):
        system.pipe(f"/bucket/{name}", bytes(2_000_000))
    system.pipe("/bucket/小.pdf", digital_pdf("a.pdf").read_bytes())
    limits = settings.archive.model_copy(update={"unpack_max_mb": 1})
    surveyor = Surveyor(tmp_path / "out", limits, lambda *_: None)
    try:
        found = {bundle.name: bundle for bundle in surveyor.walk("memory://bucket")}
    finally:
        system.store.clear()
    assert {name: bundle.code for name, bundle in found.items()} == {"大.pdf": "input.too_large", "小.pdf": ""}
    assert "archive.unpack_max_mb" in found["大.pdf"].reason
    assert [leaf.place for leaf in surveyor.others] == ["memory:///bucket/片.mp4"]


def test_bucket_that_falls_silent_is_told(
    tmp_path: Path, limits: ArchiveSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When several objects in a row cannot be fetched the place is away: the survey ends with its reason."""
    import fsspec
    from fsspec.implementations.memory import MemoryFileSystem

    system = fsspec.filesystem("memory")
    for number in range(9):
        system.pipe(f"/bucket/{number}.pdf", b"%PDF-1.7")

    def refuse(*_: object, **__: object) -> None:
        raise ConnectionError("reset")

    monkeypatch.setattr(MemoryFileSystem, "_open", refuse)
    with pytest.raises(InputError, match="reset"):
        survey("memory://bucket", tmp_path, limits)
    system.store.clear()


def test_bound_images_open_as_one_document(page_image: PageImage, tmp_path: Path) -> None:
    """Images bound together are pages in the order given; a broken one is one unreadable page among sound ones."""
    from gouji.config import load_settings
    from gouji.errors import PageError
    from gouji.pages.bound_images import Binding

    paths = [page_image("2.png"), page_image("1.png"), tmp_path / "broken.png"]
    paths[2].write_bytes(b"\x89PNG\r\n\x1a\n")
    path = tmp_path / "某局.images"
    path.write_text(Binding(bound=tuple(map(str, paths)), sha256="0" * 64).model_dump_json(), "utf-8")
    with open_source(path, load_settings().pages) as opened:
        assert (opened.source.file, opened.source.pages, opened.source.sha256) == ("某局.images", 3, "0" * 64)
        assert int(opened.raster(1).image[0, 0]) < int(opened.raster(2).image[0, 0])
        with pytest.raises(PageError, match="page 3"):
            opened.raster(3)
