"""Images bound together: a small JSON file that names them in page order, opened as one document."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

from pydantic import ValidationError

from gouji.config import PagesSettings
from gouji.errors import BrokenFileError, InputError, PageError
from gouji.pages.image_file import ImageFile
from gouji.pages.raster import Raster, check_page_count
from gouji.records import Record, Source

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

MEDIA_TYPE = "application/vnd.gouji.images+json"
MARK = b'{"bound":'


class Binding(Record):
    """The file's content. `bound`: paths of the images in page order; `sha256`: of their hashes, one a line."""

    bound: tuple[str, ...]
    sha256: str


class BoundImages:
    """The images as one open document; see `raster.Opened`. An image that cannot be opened is one unreadable page."""

    def __init__(self, path: Path, settings: PagesSettings, kind_of: Callable[[Path], str]) -> None:
        try:
            binding = Binding.model_validate_json(path.read_bytes())
        except ValidationError as error:
            raise BrokenFileError(f"{path.name}: the list of images is damaged; bind them again") from error
        self._settings = settings
        self._kind_of = kind_of
        self._at: tuple[str, ImageFile] | None = None
        self._pages = [(file, frame) for file in binding.bound for frame in range(1, self._frames(file) + 1)]
        check_page_count(path.name, len(self._pages), settings.max_pages)
        self.source = Source(file=path.name, sha256=binding.sha256, media_type=MEDIA_TYPE, pages=len(self._pages))
        self.warnings: tuple[str, ...] = ()

    def _frames(self, file: str) -> int:
        try:
            return self._open(file).source.pages
        except InputError:
            return 1

    def _open(self, file: str) -> ImageFile:
        """The image; only the last one stays open."""
        if self._at is None or self._at[0] != file:
            self.close()
            path = Path(file)
            self._at = file, ImageFile(path, "", self._kind_of(path), self._settings)
        return self._at[1]

    def close(self) -> None:
        """Let go of the image at hand."""
        if self._at is not None:
            self._at[1].close()
        self._at = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def raster(self, number: int) -> Raster:
        """The page `number`, from 1.

        Raises:
            PageError: its image is damaged or missing.
        """
        if not 1 <= number <= len(self._pages):
            raise PageError(f"page {number}: the document has pages 1 to {len(self._pages)}")
        file, frame = self._pages[number - 1]
        try:
            raster = self._open(file).raster(frame)
        except InputError as error:
            raise PageError(f"page {number}: {error}") from error
        return Raster(number, raster.image, raster.dpi, raster.origin)
