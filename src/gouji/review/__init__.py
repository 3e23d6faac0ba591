"""The review page: scans beside their reading, the doubtful numbers in a queue, corrections beside the report.

Doors: `create_app` (an ASGI application), `serve`.
"""

from __future__ import annotations

from gouji.review.app import create_app, serve
from gouji.review.options import Options

__all__ = ["Options", "create_app", "serve"]
