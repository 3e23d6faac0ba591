from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gouji.archive.bundles import Leaf, single
from gouji.archive.manifest import Manifest
from gouji.archive.workers import Order
from gouji.cli.command import run
from gouji.config import load_settings
from gouji.errors import SetupError

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from prefect.testing.utilities import prefect_test_harness

    from flows import archive as flow

FAST = ["facts.ner=false", "checks.enabled=false"]

# Prefect's server, its clients and Dask leave sockets and processes to the garbage collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
]


@pytest.fixture(scope="module", autouse=True)
def server() -> Iterator[None]:
    """One server for all tests here; it takes seconds to start."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with prefect_test_harness(server_startup_timeout=180):
            yield
        gc.collect()  # here, where what it left open is expected


def reports_in(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*.json") if path.name != "source.json"}


def statuses(out: Path) -> dict[str, str]:
    with Manifest(out) as manifest:
        return {row.name: row.status for row in manifest.rows()}


def test_flow_and_command_leave_the_same(digital_pdf: Any, tmp_path: Path) -> None:
    """The flow's folder holds the reports and readings of `gouji archive`, byte for byte, and nothing more."""
    digital_pdf("in/甲.pdf", text="甲")
    digital_pdf("in/乙.pdf", pages=4, text="乙")
    (tmp_path / "in" / "坏.pdf").write_bytes(b"%PDF-1.7 and no more")
    settings = [*FAST, "archive.chunk_pages=3", "archive.runner=threads"]
    options = [part for setting in settings for part in ("--set", setting)]
    assert flow.main([str(tmp_path / "in"), "--out", str(tmp_path / "by_flow"), *options]) == 8
    given = [part for setting in (*settings, "archive.workers=1") for part in ("--set", setting)]
    assert run(["archive", str(tmp_path / "in"), "--out", str(tmp_path / "by_command"), "-q", *given]) == 8
    assert reports_in(tmp_path / "by_flow") == reports_in(tmp_path / "by_command")
    assert statuses(tmp_path / "by_flow") == {"甲.pdf": "read", "乙.pdf": "read", "坏.pdf": "aside"}


def test_dask_worker_that_is_killed_costs_nothing(digital_pdf: Any, tmp_path: Path) -> None:
    """On a Dask cluster of two workers, of which one is killed in the middle, every document is read once."""
    from distributed import LocalCluster

    for number in range(6):
        digital_pdf(f"in/{number}.pdf", pages=3, text=f"第{number}号")
    out = tmp_path / "out"
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        settings = [
            *FAST,
            "archive.runner=dask",
            "archive.workers=2",
            f"archive.dask_address={cluster.scheduler_address}",
        ]
        victim = threading.Thread(target=kill_when_reading, args=(out, cluster.workers[0].pid))
        victim.start()
        flow.read_archive([str(tmp_path / "in")], str(out), overrides=settings)
        victim.join()
    assert set(statuses(out).values()) == {"read"}
    assert len(list(out.rglob("report.json"))) == len(statuses(out)) == 6
    assert [path for path in out.rglob("*") if path.name.endswith((".part", ".order.json", ".answer.json"))] == []


def kill_when_reading(out: Path, worker: int) -> None:
    while not list(out.rglob("*.read.json")):
        time.sleep(0.01)
    os.kill(worker, signal.SIGKILL)


def test_runner_without_its_package_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A runner whose package is missing says what to install."""
    monkeypatch.setitem(sys.modules, "prefect_ray", None)
    with pytest.raises(SetupError, match=r"gouji\[ray\]"):
        flow.runner_of(load_settings(None, ["archive.runner=ray"]))


def test_runner_that_is_gone_ends_the_run(tmp_path: Path) -> None:
    """When the runner itself is lost the run ends and says so; when one task is lost, its document is tried again."""

    class LocalRayletDiedError(Exception):
        """As Ray names the loss of its node."""

    class Lost:
        def __init__(self, error: Exception) -> None:
            self.error = error

        def result(self, raise_on_failure: bool) -> object:
            raise self.error

    leaf = Leaf(place="a.pdf", path="a.pdf", kind="document", size=1, stamp="", sha256="0" * 64)
    order = Order(step="open", bundle=single(leaf))
    gone = flow._answer(order, Lost(LocalRayletDiedError("the raylet died")))  # type: ignore[arg-type]
    assert (gone.says, gone.exit_code) == ("stop", SetupError.exit_code)
    assert "run the same command" in gone.error
    assert flow._answer(order, Lost(RuntimeError("worker died"))).says == "died"  # type: ignore[arg-type]


def test_logs_are_sent_before_the_server_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server started for the run ends after the last line of the log was sent to it."""
    from prefect.server.api import server
    from prefect.settings import PREFECT_API_URL, temporary_settings

    order: list[str] = []

    class Server:
        api_url = "http://127.0.0.1:1/api"

        def start(self, timeout: int) -> None:
            order.append("start")

        def stop(self) -> None:
            order.append("stop")

    monkeypatch.setattr(server, "SubprocessASGIServer", Server)
    monkeypatch.setattr(flow.APILogHandler, "flush", lambda _: order.append("flush"))
    with temporary_settings(restore_defaults={PREFECT_API_URL}), flow.one_server():
        order.append("run")
    assert order[:4] == ["start", "run", "flush", "stop"]
