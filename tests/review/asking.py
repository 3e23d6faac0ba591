"""How tests ask the page as its own script does."""

from __future__ import annotations

import re


def token_of(page: str) -> str:
    """The session's token that a page carries."""
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found
    return found.group(1)
