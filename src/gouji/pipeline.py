"""The corridor: open_report -> read_page (each page) -> assemble. The command line and the flow both walk it."""

from __future__ import annotations
