"""What `gouji up` starts. That it all runs together is tried by hand: a server takes a minute to start."""

from __future__ import annotations

import inspect
import os
import re
import socket
import subprocess
import sys
import time
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from flows import up
from gouji.cli.command import run
from gouji.config import data_dir
from gouji.errors import SetupError

EXAMPLE = data_dir("configs") / "sites" / "example.toml"


def plan(tmp_path: Path, **given: Any) -> up.Plan:
    usual = {"data": tmp_path, "sites": tmp_path, "config": "", "register": "", "database": "", "port": 4299}
    return up.Plan(**{**usual, **given})


def test_deployments_are_flows_with_these_parameters() -> None:
    """prefect.yaml names flows that exist, parameters they have, and variables that `gouji up` sets."""
    text = up.prefect_file().read_text("utf-8")
    tree = yaml.safe_load(text)
    assert {"watch", "crawl", "archive", "load"} <= {each["name"] for each in tree["deployments"]}
    for each in tree["deployments"]:
        module, _, name = each["entrypoint"].rpartition(".")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            flow = getattr(import_module(module), name)
        assert set(each["parameters"]) <= set(inspect.signature(flow.fn).parameters)
        assert each["work_pool"]["name"] == up.POOL
        assert each["concurrency_limit"]["limit"] == 1
    assert set(re.findall(r"\$(\w+)", text)) <= set(plan(Path("/x")).environment())


def test_what_the_user_set_of_prefect_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prefect's folder lies in the data folder unless the user has set another; the server is that of the plan."""
    monkeypatch.delenv("PREFECT_HOME", raising=False)
    environment = plan(tmp_path).environment()
    assert environment["PREFECT_HOME"] == str(tmp_path / "prefect")
    assert environment["PREFECT_API_URL"] == "http://127.0.0.1:4299/api"
    monkeypatch.setenv("PREFECT_HOME", "/elsewhere")
    assert plan(tmp_path).environment()["PREFECT_HOME"] == "/elsewhere"


def test_stopping_takes_what_was_started_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process is stopped with all that it started, also one that does not heed Ctrl-C."""
    monkeypatch.setattr(up, "STOP_S", 1)
    code = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGINT, signal.SIG_IGN); "
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
        "print(p.pid, flush=True); time.sleep(60)"
    )
    child = up.Child("x", [sys.executable, "-c", code], tmp_path / "log")
    child.start(dict(os.environ))
    while not child.log.read_text():
        time.sleep(0.05)
    child.stop()
    assert child.process is not None
    assert child.process.returncode is not None
    for _ in range(100):
        if not Path(f"/proc/{child.log.read_text().split()[0]}").exists():
            break
        time.sleep(0.05)
    else:
        pytest.fail("the grandchild lives on")


def test_what_ends_is_started_again_so_often(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that ends is started again; one that ends again and again ends all, with the place of its log."""
    monkeypatch.setattr(time, "sleep", lambda _: None)
    told: list[str] = []
    supervisor = up.Supervisor(plan(tmp_path), told.append)
    child = up.Child("worker", [sys.executable, "-c", "pass"], tmp_path / "log")
    child.start(dict(os.environ))
    for _ in range(up.RESTARTS):
        assert child.process is not None
        child.process.wait()
        supervisor._look_after(child)
    child.process.wait()
    with pytest.raises(SetupError, match="again and again"):
        supervisor._look_after(child)
    assert len(told) == up.RESTARTS


def test_up_sees_that_it_can(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a contact, with a register that makes no sense or on a port that is taken nothing is started."""
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / "a.toml").write_text(EXAMPLE.read_text("utf-8"), "utf-8")
    (tmp_path / "config.toml").write_text('[crawl]\ncontact = "mailto:someone@example.org"\n', "utf-8")
    (tmp_path / "register.csv").write_text("who,owes,what\n", "utf-8")
    command = ["up", "--data", str(tmp_path / "data"), "--sites", str(tmp_path / "sites")]
    assert run(command) == 2
    assert "crawl.contact" in capsys.readouterr().err
    command += ["--config", str(tmp_path / "config.toml")]
    assert run([*command, "--register", str(tmp_path / "register.csv")]) == 2
    assert "first line" in capsys.readouterr().err
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert run([*command, "--port", str(taken.getsockname()[1])]) == 2
    assert "--port" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


def test_what_was_started_ends_with_a_killed_supervisor(tmp_path: Path) -> None:
    """Kill -9 of the supervisor leaves no server behind that holds the port."""
    code = (
        "import sys, time; from pathlib import Path; from flows.up import Child; "
        "sleeper = 'import os, time; print(os.getpid(), flush=True); time.sleep(60)'; "
        "Child('x', [sys.executable, '-c', sleeper], Path(sys.argv[1])).start({}); time.sleep(60)"
    )
    log = tmp_path / "log"
    supervisor = subprocess.Popen([sys.executable, "-c", code, str(log)])
    while not log.exists() or not log.read_text():
        assert supervisor.poll() is None
        time.sleep(0.05)
    started = Path(f"/proc/{log.read_text().split()[0]}/stat")
    supervisor.kill()
    supervisor.wait()
    for _ in range(200):
        if not started.exists() or started.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.05)
    pytest.fail("what the supervisor started lives on")


@pytest.mark.usefixtures("prefect_server")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_runs_that_a_killed_worker_left_are_called_crashed() -> None:
    """Runs that are under way while no worker runs are ended; those that wait or are done stay as they are."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from prefect import flow, states
        from prefect.client.orchestration import get_client

    @flow(name="left behind")
    def left_behind() -> None: ...

    made = {"running": states.Running(), "pending": states.Pending(), "scheduled": states.Scheduled(),
            "completed": states.Completed()}  # fmt: skip
    with get_client(sync_client=True) as client:
        runs = {name: client.create_flow_run(left_behind, state=state).id for name, state in made.items()}
        up.end_lost_runs()
        found = {name: client.read_flow_run(run).state for name, run in runs.items()}
    told = {name: state.type.value for name, state in found.items() if state is not None}
    assert told == {"running": "CRASHED", "pending": "CRASHED", "scheduled": "SCHEDULED", "completed": "COMPLETED"}
