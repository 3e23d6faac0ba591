"""What Prefect has to be told before it is imported. A value that the user has set is left alone."""

from __future__ import annotations

import os
from pathlib import Path

ENVIRONMENT = {
    # No word to anybody about who runs what.
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    # Without a server of its own Prefect starts one for the run; the first start makes its database: 13 to 28 s, and
    # its own patience ends at 20 s.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
    "PREFECT_LOGGING_SERVER_LEVEL": "ERROR",
    # A line for each page, no more: those come from the flow run.
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_LOGGING_LOGGERS_PREFECT_FLOW_RUNS_LEVEL": "INFO",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
}


def prepare() -> None:
    """Put what is missing into the environment, and make Prefect's folder: its server makes no parents."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    if home := os.environ.get("PREFECT_HOME"):
        Path(home).mkdir(parents=True, exist_ok=True)
