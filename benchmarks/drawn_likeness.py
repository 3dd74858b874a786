"""How like MNIST are the drawn digits?  Readability both ways, spread, ink.

    AELIB_DATA=folder python benchmarks/drawn_likeness.py

draws the data set with five fixed seeds, measures each of them against real MNIST, and
writes the table, with the worst of the five beside its target, into `data/README.md`.
Settings of the generator are chosen on MNIST's training images; its test images are
used here and nowhere else.

What is measured, with pixels in [0, 1]:

reads MNIST   share of MNIST's test images that a small network reads after training
              on 60,000 drawn digits and nothing else
legible       share of 10,000 drawn digits that the same network reads after training
              on MNIST's training images
components    principal components that hold 90 % of the variance of 12,000 images
stroke width  2 · area / perimeter, px, which for a long stroke is its width; area is
              the sum of pixels, perimeter the sum of the gradient's lengths (the mean
              perimeter over all grey levels: the coarea formula)
ink           sum of pixels
variance      sum over pixels of the variance over images
speed         images drawn per second of processor time, best of five tries
"""

from __future__ import annotations

import argparse
import os
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from sklearn.decomposition import PCA
from torch import Tensor, nn
from torch.nn import functional as F
from tqdm import tqdm

from aelib.digits import mnist
from aelib.digits.drawn import draw_digits

CARD = Path(__file__).parents[1] / "data" / "README.md"
BEGIN, END = "<!-- likeness: begin -->", "<!-- likeness: end -->"
COMMAND = "AELIB_DATA=folder python benchmarks/drawn_likeness.py"


@dataclass(frozen=True)
class Target:
    """A measure, how it is shown, and the range that it must fall into."""

    name: str
    shown: str
    low: float
    high: float = np.inf

    def miss(self, value: float) -> float:
        """Tell how far outside the range a value is; negative is inside."""
        return max(self.low - value, value - self.high)


def targets(real: dict[str, float]) -> list[Target]:
    """State what the drawn digits are held to, given MNIST's own measures."""
    near = [
        Target(name, shown, 0.9 * real[name], 1.1 * real[name])
        for name, shown in (
            ("stroke width, px", ".2f"),
            ("ink", ".1f"),
            ("variance", ".1f"),
        )
    ]
    return [
        Target("reads MNIST", ".2%", 0.935),
        Target("legible", ".2%", 0.96),
        Target("components", ".0f", 75),
        *near,
        Target("images/s", ",.0f", 20_000),
    ]


def network(seed: int) -> nn.Module:
    """Three small convolutions and two dense layers, 104,000 weights."""
    torch.manual_seed(seed)
    layers: list[nn.Module] = []
    for channels, filters in ((1, 16), (16, 32), (32, 64)):
        layers += [nn.Conv2d(channels, filters, 3, padding=1), nn.MaxPool2d(2)]
        layers += [nn.ReLU()]
    layers += [nn.Dropout(0.3), nn.Flatten(), nn.Linear(576, 128), nn.ReLU()]
    layers += [nn.Linear(128, 10)]
    return nn.Sequential(*layers).to(memory_format=torch.channels_last)


def as_input(images: np.ndarray) -> Tensor:
    """Bytes (n, 28, 28) as the network's input (n, 1, 28, 28) in [0, 1]."""
    x = torch.from_numpy(images).float().div(255).unsqueeze(1)
    return x.contiguous(memory_format=torch.channels_last)


def train(
    images: np.ndarray, labels: np.ndarray, seed: int, epochs: int, bar: tqdm
) -> nn.Module:
    """Train a network by Adam with one cycle of the learning rate; no augmentation."""
    net, batch = network(seed), 256
    x, target = as_input(images), torch.from_numpy(labels).long()
    steps = len(x) // batch
    adam = torch.optim.AdamW(net.parameters(), weight_decay=0.01)
    cycle = torch.optim.lr_scheduler.OneCycleLR(adam, 4e-3, total_steps=epochs * steps)
    for _ in range(epochs):
        for chosen in torch.randperm(len(x))[: steps * batch].split(batch):
            with torch.autocast("cpu", torch.bfloat16):
                scores = net(x[chosen])
            loss = F.cross_entropy(scores.float(), target[chosen])
            adam.zero_grad()
            loss.backward()
            adam.step()
            cycle.step()
        bar.update()
    return net.eval()


@torch.no_grad()
def accuracy(net: nn.Module, images: np.ndarray, labels: np.ndarray) -> float:
    """Share of images that the network reads as their label."""
    scores = torch.cat([net(part) for part in as_input(images).split(1000)])
    return float((scores.argmax(dim=1).numpy() == labels).mean())


def stroke_width(images: np.ndarray) -> np.ndarray:
    """Width of the strokes of each image, px: twice the area over the perimeter.

    >>> bar = np.zeros((1, 28, 28)); bar[:, 2:26, 10:14] = 1
    >>> stroke_width(bar).round(1)        # 2 · 24·4 / (24 + 4 + 24 + 4), ends included
    array([3.5])
    """
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    right, down = np.diff(padded, axis=2), np.diff(padded, axis=1)
    right = (right[:, 1:] + right[:, :-1]) / 2
    down = (down[:, :, 1:] + down[:, :, :-1]) / 2
    perimeter = np.hypot(right, down).sum(axis=(1, 2))
    return 2 * images.sum(axis=(1, 2)) / perimeter


def look(images: np.ndarray) -> dict[str, float]:
    """Measure the ink and the spread of images (n, 28, 28) of bytes."""
    grey = images[:12_000].astype(np.float32) / 255
    pca = PCA(n_components=0.9, svd_solver="covariance_eigh")
    return {
        "components": float(pca.fit(grey.reshape(len(grey), -1)).n_components_),
        "stroke width, px": float(stroke_width(grey).mean()),
        "ink": float(grey.sum(axis=(1, 2)).mean()),
        "variance": float(grey.var(axis=0).sum()),
    }


def speed(seed: int, n: int = 5_000, tries: int = 5) -> float:
    """Images drawn per second of processor time."""
    seconds = []
    for _ in range(tries):
        start = time.process_time()
        draw_digits(n, seed=seed)
        seconds.append(time.process_time() - start)
    return n / min(seconds)


def likeness(seed: int, epochs: int, bar: tqdm) -> dict[str, float]:
    """Every measure of the data set drawn with one seed."""
    images, labels, _ = draw_digits(60_000, seed=seed)
    fresh, fresh_labels, _ = draw_digits(10_000, seed=seed, split="test")
    clean, clean_labels, _ = draw_digits(
        10_000, seed=seed, split="test", style="drawn-clean"
    )
    from_drawn = train(images, labels, seed, epochs, bar)
    from_mnist = train(*mnist.read("train"), seed, epochs, bar)
    return {
        "reads MNIST": accuracy(from_drawn, *mnist.read("test")),
        "legible": accuracy(from_mnist, fresh, fresh_labels),
        **look(images),
        "images/s": speed(seed),
        "drawn reads drawn": accuracy(from_drawn, fresh, fresh_labels),
        "MNIST reads MNIST": accuracy(from_mnist, *mnist.read("test")),
        "legible, drawn-clean": accuracy(from_mnist, clean, clean_labels),
    }


def table(real: dict[str, float], measured: list[dict[str, float]]) -> str:
    """Markdown: each measure, its target, MNIST's own, the worst and all seeds."""
    lines = [
        "| measure | target | MNIST | drawn, worst seed | all seeds | verdict |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for target in targets(real):
        values = [m[target.name] for m in measured]
        worst = max(values, key=target.miss)
        bound = f"≥ {target.low:{target.shown}}"
        if np.isfinite(target.high):
            bound = f"{target.low:{target.shown}} to {target.high:{target.shown}}"
        own = f"{real[target.name]:{target.shown}}" if target.name in real else "–"
        every = " · ".join(f"{v:{target.shown}}" for v in values)
        verdict = "met" if target.miss(worst) <= 0 else "**missed**"
        lines.append(
            f"| {target.name} | {bound} | {own} | **{worst:{target.shown}}** | "
            f"{every} | {verdict} |"
        )
    lines += ["", "For comparison, without a target, worst seed:", ""]
    for name in ("drawn reads drawn", "MNIST reads MNIST", "legible, drawn-clean"):
        lines.append(f"- {name}: {min(m[name] for m in measured):.2%}")
    return "\n".join(lines)


def write_card(text: str, card: Path) -> None:
    """Put the table between the markers of the data card."""
    before, rest = card.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    card.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


def main() -> None:
    """Measure every seed, print the table and store it in the card."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--card", type=Path, default=CARD, help="where the table goes")
    parser.add_argument("--dry-run", action="store_true", help="only print the table")
    options = parser.parse_args()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", os.cpu_count() or 1)))

    real = look(mnist.read("train")[0])
    measured = []
    with tqdm(total=2 * options.epochs * len(options.seeds), unit="epoch") as bar:
        for seed in options.seeds:
            measured.append(likeness(seed, options.epochs, bar))
            shown = {name: round(value, 4) for name, value in measured[-1].items()}
            tqdm.write(f"seed {seed}: {shown}")
    text = table(real, measured)
    print(text)
    if not options.dry_run:
        seeds = ", ".join(map(str, options.seeds))
        head = f"Measured by `{COMMAND}`, seeds {seeds}:"
        write_card(f"{head}\n\n{text}", options.card)


if __name__ == "__main__":
    main()
