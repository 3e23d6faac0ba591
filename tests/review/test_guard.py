from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from review.asking import token_of

from gouji.errors import InputError, UsageError
from gouji.review import Options, create_app
from gouji.review.uploads import safe_name

Post = Callable[..., Any]


class TestNetwork:
    def test_another_address_demands_a_password(self, options: Options) -> None:
        """The page opens itself to the network only behind a password that is no joke."""
        with pytest.raises(UsageError, match="--password"):
            create_app(replace(options, host="0.0.0.0"))
        with pytest.raises(UsageError, match="8 characters"):
            create_app(replace(options, host="192.168.1.5", secret="1234"))
        create_app(replace(options, host="0.0.0.0", secret="a good password"))

    def test_foreign_host_name_is_refused(self, client: TestClient) -> None:
        """A web site that has its name point to this machine gets nothing."""
        assert client.get("/", headers={"Host": "evil.example"}).status_code == 421

    def test_missing_folder_is_told(self, options: Options) -> None:
        """A folder that is not there is an error before anything is served."""
        with pytest.raises(UsageError, match="no such folder"):
            create_app(replace(options, root=Path("nowhere")))

    def test_password_is_asked_for(self, options: Options) -> None:
        """Nothing but the login is shown before the password; wrong ones run into a wall."""
        app = create_app(replace(options, host="0.0.0.0", secret="a good password"))
        with TestClient(app, base_url="http://192.168.1.5") as client:
            assert client.get("/", follow_redirects=False).headers["location"] == "/login"
            assert client.get("/jobs", follow_redirects=False).status_code == 303
            token = token_of(client.get("/login").text)
            headers = {"X-CSRF-Token": token}
            assert client.post("/upload?name=a.pdf", content=b"%PDF-", headers=headers).status_code == 401
            for _ in range(8):
                assert client.post("/login", json={"secret": "wrong"}, headers=headers).status_code == 403
            assert client.post("/login", json={"secret": "a good password"}, headers=headers).status_code == 403

    def test_right_password_opens(self, options: Options) -> None:
        """With the password the desk is shown, and the person's name is kept."""
        app = create_app(replace(options, host="0.0.0.0", secret="a good password"))
        with TestClient(app, base_url="http://192.168.1.5") as client:
            token = token_of(client.get("/login").text)
            said = {"secret": "a good password", "who": "王审"}
            assert client.post("/login", json=said, headers={"X-CSRF-Token": token}).status_code == 200
            assert 'value="王审"' in client.get("/").text


class TestForgery:
    def test_request_without_token_is_refused(self, client: TestClient, report_url: str) -> None:
        """A page of another site cannot correct anything in a person's name."""
        body = {"kind": "cell", "table": "t1", "row": 0, "col": 0, "old": "", "new": "1"}
        assert client.post(f"{report_url}/decide", json=body).status_code == 403
        token = token_of(client.get("/").text)
        headers = {"X-CSRF-Token": token, "Origin": "http://evil.example"}
        assert client.post(f"{report_url}/decide", json=body, headers=headers).status_code == 403

    def test_pages_allow_no_foreign_or_inline_code(self, client: TestClient, report_url: str) -> None:
        """The content security policy names this server only; no page needs inline script or style."""
        for url in ("/", report_url, f"{report_url}/queue", f"{report_url}/page/1", f"{report_url}/charts"):
            answer = client.get(url)
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert " style=" not in answer.text
            assert " onclick=" not in answer.text
            assert "<script>" not in answer.text
            assert "http://" not in answer.text.replace("http://www.w3.org/2000/svg", "")
            assert "https://" not in answer.text

    def test_long_body_is_refused(self, client: TestClient, post: Post, report_url: str) -> None:
        """No request but an upload may be long."""
        assert post(f"{report_url}/decide", {"kind": "cell", "new": "1" * 70_000}).status_code == 413
        assert post(f"{report_url}/decide", {"kind": "cell", "new": "1" * 5_000}).status_code == 422


class TestFolder:
    @pytest.mark.parametrize(
        "url",
        [
            "/r/..%2f..%2fetc", "/r/000000000000", "/static/..%2fapp.py", "/static/../app.py", "/r/x/image/1.jpg",
            "/static/%2e%2e/%2e%2e/options.py",
        ],
    )  # fmt: skip
    def test_no_way_out_of_the_folder(self, client: TestClient, url: str) -> None:
        """Addresses that are no report's lead nowhere."""
        assert client.get(url).status_code == 404

    def test_link_out_of_the_folder_is_not_followed(self, desk: Path, tmp_path: Path, client: TestClient) -> None:
        """A link in the folder does not put what it points to on the desk."""
        outside = tmp_path / "outside" / "secret"
        shutil.copytree(next(p.parent for p in desk.glob("*/report.json")), outside)
        (desk / "link").symlink_to(outside.parent)
        assert client.get("/").text.count('href="/r/') == 2  # title and button of the one report

    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("../../etc/cron.d/x.pdf", "x.pdf"), ("C:\\reports\\决算.PDF", "决算.pdf"), (".pdf", "report.pdf"),
            ("a\x00b\n.tif", "a_b_.tif"), ("长" * 200 + ".png", "长" * 60 + ".png"),
        ],
    )  # fmt: skip
    def test_names_of_uploads_are_made_harmless(self, given: str, kept: str) -> None:
        """Of an upload's name only the last part is kept, without signs that mean something to a file system."""
        assert safe_name(given) == kept

    @pytest.mark.parametrize("given", ["a.exe", "pdf", "x.html", ""])
    def test_other_kinds_of_files_are_refused(self, given: str) -> None:
        """What gouji does not read is not taken in."""
        with pytest.raises(InputError, match="PDF"):
            safe_name(given)
