"""What the ways to run gouji cost: the same digital pages by `gouji read`, by the Prefect flow, and by `gouji archive`.

    python benchmarks/corridors.py [FILE.pdf] [--pages 300] [--rounds 3] [--only read flow flow-chunks archive-1 ...]

The pages of the file (without one: of a fictitious digital report; a scan may be given) are repeated until there are
enough. Every way is a command of its own, in turns, round by round:
  read          `gouji read`, a scan's pages shared out to processes
  read-alone    the same in one process, as the flow reads
  flow          `python -m flows.report`, with a Prefect server that is there, as under `gouji up`
  flow-pages    the same, one page a task instead of several
  flow-own      the flow with a server that Prefect starts for the run
  archive-1     `gouji archive` of one copy of the file, one worker
  archive-2     the same with two workers
Printed: the median seconds by the clock and of CPU time, its pages an hour by the clock, and the clock's ratio to the
first way. Prefect's own cost is that of flow to read-alone; with --only read-alone flow it stands there by itself.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median

from growth import fictitious, repeated

from flows.ground import ENVIRONMENT

GOUJI = [sys.executable, "-c", "from gouji.cli import main; main()"]
START_S = 180
FLOW = [sys.executable, "-m", "flows.report"]
WAYS: dict[str, list[str]] = {
    "read": [*GOUJI, "read", "-q"],
    "read-alone": [*GOUJI, "read", "-q", "--set", "crew.workers=1"],
    "flow": FLOW,
    "flow-pages": [*FLOW, "--chunk-pages", "1"],
    "flow-own": FLOW,
    "archive-1": [*GOUJI, "archive", "-q", "--set", "archive.workers=1"],
    "archive-2": [*GOUJI, "archive", "-q", "--set", "archive.workers=2"],
}


@contextmanager
def prefect_server(home: Path) -> Iterator[dict[str, str]]:
    """The environment of runs that a server tells apart, while it runs."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {"PREFECT_HOME": str(home), **ENVIRONMENT, **os.environ}
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    url = f"http://127.0.0.1:{port}/api"
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            wait_for(f"{url}/health")
            yield {**environment, "PREFECT_API_URL": url}
        finally:
            server.terminate()


def wait_for(url: str) -> None:
    """Until the server answers; its first start makes its database.

    Raises:
        TimeoutError: it does not.
    """
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        with suppress(OSError), urllib.request.urlopen(url, timeout=5):
            return
        time.sleep(0.5)
    raise TimeoutError(f"no Prefect server answers at {url}")


def seconds_of(command: list[str], path: Path, environment: dict[str, str]) -> tuple[float, float]:
    """Seconds by the clock and of CPU time that the command takes for the file, into an empty folder."""
    with tempfile.TemporaryDirectory() as out:
        before, start = getrusage(RUSAGE_CHILDREN), time.perf_counter()
        asked = [*command, str(path), "--out", out]
        subprocess.run(asked, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
        after = getrusage(RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return time.perf_counter() - start, used


def main() -> None:
    """Take turns, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=list(WAYS), choices=list(WAYS))
    given = parser.parse_args()
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in given.only}
    with tempfile.TemporaryDirectory() as folder:
        source = given.file or fictitious(Path(folder), "digital")
        path = repeated(source, given.pages, Path(folder) / "pages.pdf")
        with prefect_server(Path(folder) / "prefect") as served:
            alone = {name: value for name, value in served.items() if name != "PREFECT_API_URL"}
            for _ in range(given.rounds):
                for name, rounds in taken.items():
                    rounds.append(seconds_of(WAYS[name], path, alone if name == "flow-own" else served))
    print(f"{given.pages} pages, {given.rounds} rounds")
    print(f"{'':14}{'clock s':>9}{'CPU s':>9}{'pages/hour':>12}{'× first':>9}")
    base = next(iter(taken.values()))
    for name, rounds in taken.items():
        clock, used = (median(pair[k] for pair in rounds) for k in (0, 1))
        ratio = median(a[0] / b[0] for a, b in zip(rounds, base, strict=True))
        print(f"{name:14}{clock:9.1f}{used:9.1f}{3600 * given.pages / clock:12,.0f}{ratio:9.2f}")


if __name__ == "__main__":
    main()
