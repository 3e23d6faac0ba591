"""Trains the reader of figures on drawn crops (`gouji.synth.figure_crops`) and writes it as ONNX.

    python -m gouji.engines.train_figures CROPS.npz HELD_OUT.npz OUT_DIR [EPOCHS]

A small convolutional network over strips 32 px high with CTC (Graves et al. 2006); a frame is two pixels wide. Needs
PyTorch, which nothing else here does (`pip install gouji[train]`). The card beside the weights is printed by this.
"""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from gouji.engines.ctc import Decoder
from gouji.zh import FIGURE_SIGNS, NO_FIGURE

ALPHABET = ("", *FIGURE_SIGNS, NO_FIGURE)
SEED = 0
BATCH = 64
RATE = 2e-3
Tensor = Any  # a torch.Tensor; PyTorch is not there where types are checked


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
        return self.tell(self.see(strips).squeeze(2)).transpose(1, 2).log_softmax(-1)


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
    lengths = torch.tensor([len(text) for text in texts])
    return nn.functional.ctc_loss(told, labels, frames, lengths, zero_infinity=True)


def train(crops: Crops, epochs: float) -> FigureNet:
    """A trained net; the rate rises, then falls to nothing (one cycle, Smith 2018)."""
    torch.manual_seed(SEED)
    rng = np.random.default_rng(SEED)
    net = FigureNet()
    steps = int(epochs * (len(crops.texts) // BATCH + 1))
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0.01)
    rates = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps + 1, pct_start=0.15)
    endless = itertools.chain.from_iterable(crops.batches(rng) for _ in itertools.count())
    for step, (strips, texts) in enumerate(itertools.islice(endless, steps), 1):
        optimizer.zero_grad()
        loss = loss_of(net, strips, texts)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimizer.step()
        rates.step()
        if step % 200 == 0:
            sys.stderr.write(f"{step} of {steps}: loss {loss.item():.4f}\n")
    net.eval()
    return net


def score(weights: Path, crops: Crops) -> dict[str, float]:
    """Shares of held-out strips: read right, read with certainty 0.99 or more (`sure`), and of all sure but wrong."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(weights), providers=["CPUExecutionProvider"])
    decoder = Decoder(ALPHABET)
    read = [
        (decoder.decode(frames), text)
        for strips, texts in crops.batches(np.random.default_rng(SEED))
        for frames, text in zip(np.exp(session.run(None, {"strips": strips.numpy()})[0]), texts, strict=True)
    ]
    sure = [reading.text == text for reading, text in read if min(reading.chars, default=0.0) >= 0.99]
    right = sum(reading.text == text for reading, text in read)
    return {"right": right / len(read), "sure": len(sure) / len(read), "sure_wrong": sure.count(False) / len(read)}


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
    card = {
        "crops": len(crops.texts),
        "epochs": epochs,
        "seed": SEED,
        "held_out": len(held.texts),
        **score(out / "figures.onnx", held),
    }
    (out / "card.json").write_text(json.dumps(card, indent=1) + "\n", "utf-8")
    sys.stdout.write(json.dumps(card) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
