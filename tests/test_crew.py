from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image as Pictures
from tables.drawing import blank, write

from gouji import crew, run
from gouji.config import Settings, load_settings
from gouji.records import PageReading

PAGES = 7


@pytest.fixture(scope="module")
def settings() -> Settings:
    pytest.importorskip("openvino")
    return load_settings(None, ["engine.name=openvino", "crew.workers=2"])


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A TIFF of small pages, each with its number in words."""
    path = tmp_path_factory.mktemp("crew") / "scan.tif"
    pages = []
    for number in "一二三四五六七":
        page = blank(300, 700)
        write(page, 60, 100, f"第{number}部分 部门决算公开表", 36)
        pages.append(Pictures.fromarray(page))
    pages[0].save(path, save_all=True, append_images=pages[1:], dpi=(150, 150))
    return path


@pytest.fixture(scope="module")
def alone(scan: Path, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> list[PageReading]:
    """What one process reads."""
    job = run.begin(scan, tmp_path_factory.mktemp("alone"), settings)
    return list(run.read_pages(job, job.todo, settings))


@pytest.mark.parametrize("killed", [False, True])
def test_crew_reads_what_one_process_reads(
    scan: Path, settings: Settings, alone: list[PageReading], tmp_path: Path, killed: bool
) -> None:
    """Shared out, the pages come in order and alike, also when a process is killed on the way."""
    job = run.begin(scan, tmp_path, settings)
    readings = []
    with crew.Crew() as own:
        for reading in own.read_pages(job, job.todo, settings):
            readings.append(reading)
            if killed and len(readings) == 2:
                for process in multiprocessing.active_children():
                    process.kill()
    assert [reading.page.page for reading in readings] == list(range(1, PAGES + 1))
    assert readings == alone
    assert not multiprocessing.active_children()


def test_short_files_are_read_alone(scan: Path, settings: Settings, tmp_path: Path) -> None:
    """For a few pages no process is started."""
    job = run.begin(scan, tmp_path, settings, pages=[1, 2, 3])
    with crew.Crew() as own:
        for reading in own.read_pages(job, job.todo, settings):
            assert reading.page.status == "read"
            assert not multiprocessing.active_children()


def test_crew_stays_for_the_next_file(scan: Path, settings: Settings, alone: list[PageReading], tmp_path: Path) -> None:
    """The processes that read one file read the next one too, however short it is; they end with the command."""
    first = run.begin(scan, tmp_path / "first", settings)
    second = run.begin(scan, tmp_path / "second", settings, pages=[2, 3])
    with crew.Crew() as own:
        assert list(own.read_pages(first, first.todo, settings)) == alone
        members = {process.pid for process in multiprocessing.active_children()}
        assert list(own.read_pages(second, second.todo, settings)) == alone[1:3]
        assert {process.pid for process in multiprocessing.active_children()} == members
    assert not multiprocessing.active_children()


ORPHAN = """
import multiprocessing, os, time
from gouji.crew import end_with

def wait(parent, pipe):
    end_with(parent)
    pipe.send(os.getpid())
    time.sleep(60)

if __name__ == "__main__":
    ours, theirs = multiprocessing.Pipe()
    multiprocessing.get_context("spawn").Process(target=wait, args=(os.getpid(), theirs)).start()
    print(ours.recv(), flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's promise is Linux's")
def test_no_process_outlives_a_killed_parent(tmp_path: Path) -> None:
    """When the reading process is killed, its crew goes with it."""
    script = tmp_path / "parent.py"
    script.write_text(ORPHAN, "utf-8")
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    for _ in range(100):
        if not Path(f"/proc/{child}").exists() or "(zombie)" in Path(f"/proc/{child}/status").read_text():
            return
        time.sleep(0.05)
    os.kill(child, signal.SIGKILL)
    pytest.fail("the child lives on")
