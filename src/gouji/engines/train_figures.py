"""Trains the reader of figures on drawn crops (`gouji.synth.figure_crops`) and writes it as ONNX.

    python -m gouji.engines.train_figures CROPS.npz HELD_OUT.npz OUT_DIR [EPOCHS]

A small convolutional network over strips 32 px high with CTC (Graves et al. 2006); a frame is two pixels wide. Needs
PyTorch, which nothing else here does (`pip install gouji[train]`). The card beside the weights is printed by this.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from gouji.zh import FIGURE_SIGNS, NO_FIGURE

ALPHABET = ("", *FIGURE_SIGNS, NO_FIGURE)
SEED = 0
BATCH = 64
RATE = 2e-3
Tensor = torch.Tensor


class FigureNet(nn.Module):  # type: ignore[misc]
    """(n, 1, 32, width) of ink 0..1 to (n, width / 2, classes) log probabilities."""

    def __init__(self) -> None:
        super().__init__()
        self.see = nn.Sequential(
            _block(1, 24, (2, 2)), _block(24, 40, (2, 1)), _block(40, 64, (2, 1)), _block(64, 96, (2, 1)),
            nn.Conv2d(96, 128, (2, 1), bias=False), nn.BatchNorm2d(128), nn.ReLU(),
        )  # fmt: skip
        self.tell = nn.Sequential(
            nn.Conv1d(128, 128, 5, padding=2, bias=False), nn.BatchNorm1d(128), nn.ReLU(), nn.Dropout(0.1),
            nn.Conv1d(128, 128, 5, padding=2, bias=False), nn.BatchNorm1d(128), nn.ReLU(), nn.Dropout(0.1),
            nn.Conv1d(128, len(ALPHABET), 1),
        )  # fmt: skip

    def forward(self, strips: Tensor) -> Tensor:
        """Log probabilities, frames in the second axis."""
        told: Tensor = self.tell(self.see(strips).squeeze(2))
        return told.transpose(1, 2).log_softmax(-1)


def _block(before: int, after: int, pool: tuple[int, int]) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU(), nn.MaxPool2d(pool)
    )


class Crops:
    """What `figure_crops` has written."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as kept:
            self.strips, self.stops, self.texts = kept["strips"], kept["stops"], [str(text) for text in kept["texts"]]
        self.starts = np.concatenate(([0], self.stops[:-1]))

    def batches(self, rng: np.random.Generator) -> Iterator[tuple[Tensor, list[str]]]:
        """Batches of like width, in random order."""
        widths = self.stops - self.starts
        order = np.argsort(widths + rng.uniform(0, 12, len(widths)))
        cuts = [order[i : i + BATCH] for i in range(0, len(order), BATCH)]
        for k in rng.permutation(len(cuts)).tolist():
            yield self._together(cuts[k]), [self.texts[i] for i in cuts[k]]

    def _together(self, chosen: Any) -> Tensor:
        wide = -(-(max(int(self.stops[i] - self.starts[i]) for i in chosen) + 8) // 16) * 16
        batch = np.zeros((len(chosen), 1, self.strips.shape[0], wide), np.float32)
        for n, i in enumerate(chosen):
            batch[n, 0, :, : self.stops[i] - self.starts[i]] = self.strips[:, self.starts[i] : self.stops[i]]
        return torch.from_numpy(batch / 255)


def loss_of(net: FigureNet, strips: Tensor, texts: Sequence[str]) -> Tensor:
    """CTC's loss of one batch."""
    told = net(strips).transpose(0, 1)
    labels = torch.tensor([ALPHABET.index(char) for text in texts for char in text])
    frames = torch.full((len(texts),), told.shape[0])
    loss: Tensor = nn.functional.ctc_loss(
        told, labels, frames, torch.tensor([len(t) for t in texts]), zero_infinity=True
    )
    return loss


def train(crops: Crops, epochs: float) -> FigureNet:
    """A trained net; the rate rises, then falls to nothing (one cycle, Smith 2018)."""
    torch.manual_seed(SEED)
    rng = np.random.default_rng(SEED)
    net = FigureNet()
    steps = int(epochs * (len(crops.texts) // BATCH + 1))
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0.01)
    rates = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps + 1, pct_start=0.15)
    done, begun, mean = 0, time.monotonic(), 0.0
    while done < steps:
        for strips, texts in crops.batches(rng):
            optimizer.zero_grad()
            loss = loss_of(net, strips, texts)
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 5.0)
            optimizer.step()
            rates.step()
            mean = 0.98 * mean + 0.02 * float(loss)
            done += 1
            if done % 200 == 0:
                sys.stderr.write(f"{done}/{steps} loss {mean:.4f} {time.monotonic() - begun:.0f} s\n")
            if done >= steps:
                break
    return net.eval()


@torch.no_grad()
def score(net: FigureNet, crops: Crops) -> dict[str, float]:
    """Shares of held-out strips: read right, and of those with every sign at 0.99 or more (`sure`) wrong ones."""
    right, sure, wrong = 0, 0, 0
    for strips, texts in crops.batches(np.random.default_rng(1)):
        for frames, text in zip(net(strips).exp().numpy(), texts, strict=True):
            best = frames.argmax(axis=1)
            kept = np.flatnonzero((best != 0) & (best != np.concatenate(([0], best[:-1]))))
            read = "".join(ALPHABET[best[i]] for i in kept)
            least = float(frames.max(axis=1).min())
            right += read == text
            sure += least >= 0.99
            wrong += least >= 0.99 and read != text
    count = len(crops.texts)
    return {"right": round(right / count, 4), "sure": round(sure / count, 4), "sure_wrong": round(wrong / count, 5)}


def main(given: Sequence[str]) -> None:
    """The command line."""
    crops, held, out = Crops(Path(given[0])), Crops(Path(given[1])), Path(given[2])
    epochs = float(given[3]) if len(given) > 3 else 2.0
    net = train(crops, epochs)
    out.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        net, (torch.zeros(1, 1, 32, 64),), str(out / "figures.onnx"), input_names=["strips"], output_names=["told"],
        dynamic_axes={"strips": {0: "n", 3: "width"}, "told": {0: "n", 1: "frames"}}, dynamo=False,
    )  # fmt: skip
    card = {"crops": len(crops.texts), "epochs": epochs, "seed": SEED, "held_out": len(held.texts), **score(net, held)}
    (out / "card.json").write_text(json.dumps(card, indent=1) + "\n", "utf-8")
    sys.stdout.write(json.dumps(card) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
