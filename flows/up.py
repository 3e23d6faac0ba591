"""Server, worker and schedules on one machine, supervised: what `gouji up` runs.

    python -m flows.up --data DIR --sites DIR [--config FILE] [--register FILE] [--database URL] [--port N]
                       [--cron WHEN]

A process that ends by itself is started again. Ctrl-C or SIGTERM stops them all; crawls and readings under way stop in
good order and are gone on with by the next run.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import FrameType

from flows.ground import ENVIRONMENT
from gouji.config import data_dir
from gouji.crew import end_with
from gouji.errors import GoujiError, SetupError

PREFECT = (sys.executable, "-m", "prefect")
POOL = "gouji"
ZONE = "Asia/Shanghai"
RUNS_AT_ONCE = 2
START_S = 180  # the server's first start makes its database
STOP_S = 45  # for what is under way to stop in good order
RESTARTS = 5  # within RESTARTS_S; more mean that something is wrong for good
RESTARTS_S = 300


@dataclass(frozen=True)
class Plan:
    """What is to be watched. Paths are absolute; "" for a file that is not there, and for DATA/gouji.db.

    `cron`: when, by the clock of `ZONE`; "" for what prefect.yaml says.
    """

    data: Path
    sites: Path
    config: str
    register: str
    database: str
    port: int
    cron: str = ""

    @property
    def url(self) -> str:
        """Where the server shows what runs."""
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """The environment of every process; what the user has set of Prefect's settings stays."""
        return {
            "PREFECT_HOME": str(self.data / "prefect"),
            **ENVIRONMENT,
            **os.environ,
            "PREFECT_API_URL": f"{self.url}/api",
            "GOUJI_DATA": str(self.data),
            "GOUJI_SITES": str(self.sites),
            "GOUJI_CONFIG": self.config,
            "GOUJI_REGISTER": self.register,
            "GOUJI_DATABASE": self.database,
        }


@dataclass
class Child:
    """A process that is kept running, and ends with its supervisor, also when that is killed.

    `log`: where what it says goes; `ends`: when it ended by itself.
    """

    name: str
    command: list[str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    ends: list[float] = field(default_factory=list)

    def start(self, environment: dict[str, str]) -> None:
        """Start it, in a session of its own: signals come to it from its supervisor alone."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=partial(end_with, os.getpid(), signal.SIGTERM),
            )

    def stop(self) -> None:
        """Stop it and all that it started."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_S)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Supervisor:
    """Starts the server, then deploys, then starts the worker; keeps them running until told to stop."""

    def __init__(self, plan: Plan, tell: Callable[[str], None]) -> None:
        self._plan = plan
        self._tell = tell
        self._environment = plan.environment()
        logs = plan.data / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        Path(self._environment["PREFECT_HOME"]).mkdir(parents=True, exist_ok=True)
        address = ["--host", "127.0.0.1", "--port", str(plan.port)]
        worker = ["--pool", POOL, "--type", "process", "--limit", str(RUNS_AT_ONCE), "--install-policy", "never"]
        self._server = Child("server", [*PREFECT, "server", "start", *address], logs / "server.log")
        self._worker = Child("worker", [*PREFECT, "worker", "start", *worker], logs / "worker.log")
        self._stopping = False

    def run(self) -> None:
        """Start all, and watch over it until Ctrl-C or SIGTERM.

        Raises:
            SetupError: something does not start, or ends again and again.
        """
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        try:
            self._server.start(self._environment)
            self._wait_for_server()
            self._prefect("work-pool", "create", POOL, "--type", "process", "--overwrite")
            self._prefect("deploy", "--all", "--prefect-file", str(prefect_file()))
            if self._plan.cron:
                when = ["--cron", self._plan.cron, "--timezone", ZONE, "--replace", "--accept-yes"]
                self._prefect("deployment", "schedule", "create", "watch/watch", *when)
            self._end_lost_runs()
            self._worker.start(self._environment)
            self._tell(
                f"running: {self._plan.url} shows what runs when; logs in {self._server.log.parent}; Ctrl-C stops"
            )
            while not self._stopping:
                self._look_after(self._server)
                self._look_after(self._worker)
                time.sleep(0.5)
        finally:
            self._tell("stopping ...")
            self._worker.stop()
            self._server.stop()

    def _stop(self, *_: int | FrameType | None) -> None:
        self._stopping = True

    def _wait_for_server(self) -> None:
        self._tell("starting the server ...")
        end = time.monotonic() + START_S
        while not self._stopping:
            with suppress(urllib.error.URLError, OSError):
                urllib.request.urlopen(f"{self._plan.url}/api/health", timeout=5).close()
                return
            ended = self._server.process is not None and self._server.process.poll() is not None
            if ended or time.monotonic() > end:
                raise SetupError(f"the server does not start; {self._server.log} says why")
            time.sleep(0.5)

    def _prefect(self, *arguments: str) -> None:
        if self._stopping:
            return
        command = [*PREFECT, "--no-prompt", *arguments]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, check=False)
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines()
            raise SetupError(f"prefect {' '.join(arguments[:2])} failed: {said[-1] if said else done.returncode}")

    def _end_lost_runs(self) -> None:
        """Runs that a killed worker left behind hold their place for ever, were they not called crashed."""
        code = "from flows.up import end_lost_runs; end_lost_runs()"
        subprocess.run([sys.executable, "-c", code], env=self._environment, capture_output=True, check=False)

    def _look_after(self, child: Child) -> None:
        if self._stopping or child.process is None or child.process.poll() is None:
            return
        now = time.monotonic()
        child.ends = [*(end for end in child.ends if now - end < RESTARTS_S), now]
        if len(child.ends) > RESTARTS:
            raise SetupError(f"the {child.name} ends again and again; {child.log} says why")
        self._tell(f"the {child.name} ended ({child.process.returncode}); it is started again")
        time.sleep(min(2.0 ** len(child.ends), 30))
        child.start(self._environment)


def prefect_file() -> Path:
    """The shipped prefect.yaml: inside the installed package, or at the top of a checkout."""
    return data_dir("configs").parent / "prefect.yaml"


def end_lost_runs() -> None:
    """Call every run crashed that the server believes to be under way; only right while no worker runs."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
    from prefect.client.schemas.objects import StateType
    from prefect.states import Crashed

    under_way = FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.PENDING, StateType.CANCELLING])
    with get_client(sync_client=True) as client:
        for run in client.read_flow_runs(flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=under_way))):
            client.set_flow_run_state(run.id, Crashed(message="its worker was gone when gouji up started"), force=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Start all and stay; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m flows.up", description="Server, worker and schedules.")
    parser.add_argument("--data", type=Path, required=True, help="the folder for all that is fetched and read")
    parser.add_argument("--sites", type=Path, required=True, help="the folder of your site files")
    parser.add_argument("--config", type=Path, help="a TOML file of settings")
    parser.add_argument("--register", type=Path, help="the CSV file of what is expected")
    parser.add_argument("--database", default="", help="its address; none: DATA/gouji.db")
    parser.add_argument("--port", type=int, default=4200, help="the server's port on this machine")
    parser.add_argument("--cron", default="", help="when to crawl; none: as prefect.yaml says")
    given = parser.parse_args(arguments)
    config, register = (str(path.resolve()) if path else "" for path in (given.config, given.register))
    plan = Plan(given.data.resolve(), given.sites.resolve(), config, register, given.database, given.port, given.cron)
    try:
        Supervisor(plan, lambda said: print(f"gouji up: {said}", flush=True)).run()
    except GoujiError as error:
        print(f"gouji: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
