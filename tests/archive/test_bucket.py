"""Buckets, asked for over HTTP as a storage service's are; the service is moto's, on the loopback interface."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import s3fs
from moto.server import ThreadedMotoServer

from gouji.archive.manifest import Manifest
from gouji.cli.command import run

FAST = ["--set", "facts.ner=false", "--set", "checks.enabled=false", "--set", "archive.workers=1", "-q"]

# s3fs leaves its clients to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """The address of a storage service."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(service: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A bucket named `scans`, as boto3 has it; address and keys are in the environment, as a user gives them."""
    given = {
        "AWS_ENDPOINT_URL": service,
        "AWS_ACCESS_KEY_ID": "k",
        "AWS_SECRET_ACCESS_KEY": "s",
        "AWS_REGION": "us-east-1",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    bucket = boto3.resource("s3", region_name="us-east-1").create_bucket(Bucket="scans")
    s3fs.S3FileSystem.clear_instance_cache()
    yield bucket
    bucket.objects.all().delete()
    bucket.delete()


def rows(out: Path) -> dict[str, tuple[str, str]]:
    with Manifest(out) as manifest:
        return {row.place: (row.status, row.sha256) for row in manifest.rows()}


@pytest.mark.usefixtures("in_process")
def test_folder_of_a_bucket_is_read(bucket: Any, digital_pdf: Any, tmp_path: Path) -> None:
    """What lies below the address is read, and nothing beside it; only a changed object is fetched again."""
    bucket.upload_file(str(digital_pdf("a.pdf", text="甲")), "2024/青禾县/决算.pdf")
    bucket.upload_file(str(digital_pdf("b.pdf", text="乙")), "2024/乙.pdf")
    bucket.upload_file(str(digital_pdf("a.pdf", text="甲")), "2023/旧.pdf")
    out = tmp_path / "out"
    assert run(["archive", "s3://scans/2024", "--out", str(out), *FAST]) == 0
    first = rows(out)
    assert {place: status for place, (status, _) in first.items()} == {
        "s3://scans/2024/乙.pdf": "read",
        "s3://scans/2024/青禾县/决算.pdf": "read",
    }
    fetched = {path: path.stat().st_ino for path in out.rglob("files/**/*.pdf")}
    bucket.upload_file(str(digital_pdf("c.pdf", text="丙")), "2024/乙.pdf")
    assert run(["archive", "--out", str(out), *FAST]) == 0
    again = {path: path.stat().st_ino for path in out.rglob("files/**/*.pdf")}
    assert len(again) == len(fetched) + 1 == 3
    assert fetched.items() <= again.items()


@pytest.mark.usefixtures("in_process")
def test_object_that_cannot_be_had_is_set_aside(bucket: Any, digital_pdf: Any, tmp_path: Path) -> None:
    """An object in cold storage is set aside with the service's reason, others are read; thawed, it is read too."""
    bucket.upload_file(str(digital_pdf("a.pdf", text="甲")), "热.pdf")
    cold = digital_pdf("b.pdf", text="乙").read_bytes()
    bucket.put_object(Key="冷.pdf", Body=cold, StorageClass="GLACIER")
    out = tmp_path / "out"
    assert run(["archive", "s3://scans", "--out", str(out), *FAST]) == 8
    with Manifest(out) as manifest:
        aside, read = sorted(manifest.rows(), key=lambda row: row.status)
    assert (aside.place, aside.status, read.status) == ("s3://scans/冷.pdf", "aside", "read")
    assert "storage class" in aside.reason
    bucket.put_object(Key="冷.pdf", Body=cold)
    assert run(["archive", "--out", str(out), *FAST]) == 0
    assert [status for status, _ in rows(out).values()] == ["read", "read"]


def test_what_a_bucket_refuses_is_told(bucket: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A bucket that is not there is one sentence with the address."""
    assert run(["archive", "s3://none/2024", "--out", str(tmp_path / "out"), *FAST]) == 3
    assert (
        "s3://none/2024: it cannot be listed or fetched (FileNotFoundError: The specified bucket"
        in capsys.readouterr().err
    )
