"""Pictures of pages, by a folder and by a database, with the file at hand and without."""

from __future__ import annotations

import json
import re
from pathlib import Path

from fastapi.testclient import TestClient

from gouji.cli.command import run
from gouji.config import Settings
from gouji.review import Options, create_app


def pictures_of(client: TestClient) -> tuple[int, bool, bool]:
    """The status of the first page's picture; whether the page and the queue say that it is not at hand."""
    found = re.search(r'href="(/r/[0-9a-f]{12})"', client.get("/").text)
    assert found
    status = client.get(f"{found[1]}/image/1.jpg").status_code
    pages = (client.get(found[1] + part).text for part in ("/page/1", "/queue"))
    page, queue = ("原件不在手边" in text for text in pages)
    return status, page, queue


def test_a_database_knows_where_the_file_lies(desk: Path, tmp_path: Path, review_settings: Settings) -> None:
    """Pages are drawn from the file that was read, at the place where it lay when its report was loaded."""
    address = f"sqlite:///{tmp_path / 'desk.db'}"
    assert run(["load", str(desk), "--to", address, "-q"]) == 0
    app = create_app(Options(None, review_settings, database=address))
    with TestClient(app, base_url="http://localhost") as client:
        assert pictures_of(client) == (200, False, False)


def test_a_file_that_is_gone_is_told(desk: Path, options: Options) -> None:
    """Without the file the reading is shown, and page and queue say that the picture is missing."""
    (entry,) = desk.glob("*/source.json")
    said = json.loads(entry.read_text())
    entry.write_text(json.dumps({**said, "path": str(desk / "gone.pdf")}))
    with TestClient(create_app(options), base_url="http://localhost") as client:
        assert pictures_of(client) == (404, True, True)
