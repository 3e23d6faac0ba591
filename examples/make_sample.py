"""Makes `sample.pdf` and `sample.truth.json`: `python examples/make_sample.py`, from the top of the checkout."""

from __future__ import annotations

import tempfile
from pathlib import Path

from gouji.synth.write import write_report

SEED = 1048


def make_sample(out: Path) -> None:
    """Writes the short fictitious report of `SEED`, scanned in office quality, and its truth."""
    with tempfile.TemporaryDirectory() as folder:
        truth, _, scan = write_report(Path(folder), SEED, ("office",), "final_account", short=True, name="sample")
        (out / "sample.truth.json").write_bytes(truth.read_bytes())
        (out / "sample.pdf").write_bytes(scan.read_bytes())


if __name__ == "__main__":
    make_sample(Path(__file__).parent)
