"""From denoiser to sampler: points on a hook, and digits to order, with opponents.

    AELIB_DATA=folder python benchmarks/diffusion.py [--parts hook digits]

writes `aelib/results/diffusion_hook.csv` and `diffusion_digits.csv`, which notebook 13
shows.  Runs that a table already has are not run again.

*Hook*: a denoiser that is told σ learns from 10,000 points; 2,000 draws are made by
climbing at one σ, and by annealing with and without fresh noise, with the network and
with the exact denoiser.  `distance` is the mean distance to the hook, `coverage` the
sliced Wasserstein distance to 2,000 fresh points; beside them stand fresh points and a
mixture of Gaussians (as many as held-out points ask for).

*Digits*: codes of a plain autoencoder 784-256-128-20, whitened.  A denoiser that knows
classes learns from them and is annealed (without fresh noise in 25 steps, unless the
name says so) at several strengths of guidance.  The opponents draw codes for the same
decoder: one Gaussian, 50 Gaussians, 20 for each class, and training codes with a little
noise, the copy machine.  Then there are the prior of a variational autoencoder of the
same layers, and test digits that the autoencoder copied: the decoder's limit.
`frechet` is the Fréchet distance to 2,000 test digits in the features of a classifier
that has seen the training digits, as a share of their variance; `right` the share that
it reads as the class asked for; `near` the share of draws nearer to 2,000 training
digits than to as many test digits; `copied` the share of draws of which the nearest of
all training codes is less than a third as far as the second nearest.

*Controls* among the digits' rows: a denoiser of the same size that was *never told* a
class, and guidance away from it in place of the branch without a class, which has seen
a tenth of the digits; and a copy machine with all of its originals among the 2,000
training digits that `near` compares draws with.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from aelib import evaluation, load_data, sampling
from aelib.autoencoders import Autoencoder, VariationalAutoencoder
from aelib.compute import in_batches
from aelib.diffusion import (
    Denoiser,
    anneal,
    climb,
    distance_to_hook,
    exact_denoiser,
    falling,
    guided,
    hook,
)
from aelib.digits.dataset import Data
from aelib.results import FOLDER, load_table, save_table
from aelib.training import fit

SEEDS, DATA = range(3), ("drawn", "mnist")
POINTS, DRAWS, ELSEWHERE = 10_000, 2_000, 1_000
LEVELS = falling(0.02, 2.0, 40)
LAYERS = [784, 256, 128, 20]
GUIDANCE = (1.0, 1.5, 2.5)
ONCE = {"learning_rate": 3e-3, "progress": False}
SLOW = {"epochs": 15, "batch_size": 100, "schedule": "one-cycle"} | ONCE
BRISK = {"epochs": 100, "batch_size": 250, "schedule": "cosine"} | ONCE
Row = dict[str, Any]


def normal(n: int, d: int, seed: int) -> Tensor:
    """Draw standard normal points."""
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed))


# The hook


def hook_rows(seed: int) -> Iterator[Row]:
    """Yield what each way to draw points on the hook comes to."""
    points, spots = hook(POINTS, seed=seed)
    fresh, other = (hook(DRAWS, seed=ELSEWHERE + seed + k)[0] for k in (0, 100))
    start = time.process_time()
    network = Denoiser(2, sigmas=(0.02, 2.0), seed=seed)
    fit(network, points, seed=seed, **BRISK)
    seconds = time.process_time() - start
    noise = 2 * normal(DRAWS, 2, seed)
    draws: dict[str, Tensor] = {"fresh points": other}
    mixture, _ = sampling.fit_mixture(points.numpy(), (1, 10, 20, 40, 60), seed=seed)
    draws["mixture of Gaussians"] = torch.tensor(mixture.sample(DRAWS)[0]).float()
    for name, denoise in {
        "network": network,
        "exact": exact_denoiser(spots, 0.05),
    }.items():
        for sigma in (0.1, 0.2, 0.4):
            draws[f"{name}, climbing at {sigma}"] = climb(denoise, noise, sigma, 100)[
                -1
            ]
        for fresh_noise in (False, True):
            way = "fresh noise" if fresh_noise else "no fresh noise"
            path = anneal(denoise, noise, LEVELS, fresh=fresh_noise, seed=seed)
            draws[f"{name}, annealed, {way}"] = path[-1]
    for method, found in draws.items():
        yield {
            "method": method,
            "seed": seed,
            "distance": f"{distance_to_hook(found):.4f}",
            "coverage": f"{sampling.sliced_distance(found, fresh):.4f}",
            "seconds": f"{seconds if 'network' in method else 0:.1f}",
        }


# Digits


class Judge:
    """A classifier, test digits and training digits, by which draws are judged."""

    def __init__(self, data: Data, seed: int) -> None:
        self.reader = sampling.train_reader(
            data.train.images, data.train.labels, seed=seed
        )
        self.real = self.features(data.test.images)
        self.test = data.test.flat[:DRAWS]
        self.train = data.train.flat[:DRAWS]

    def features(self, images: np.ndarray) -> np.ndarray:
        """Return the classifier's last hidden layer."""
        return evaluation.encode(self.reader.encoder, images.reshape(-1, 28, 28))

    def __call__(self, images: np.ndarray, labels: np.ndarray | None) -> Row:
        """Return what draws are worth; `labels` are the classes asked for."""
        read = self.reader.predict(images.reshape(-1, 28, 28))
        right = np.nan if labels is None else np.mean(read == labels)
        frechet = sampling.frechet_distance(self.features(images), self.real)
        near = sampling.nearer_to_training(images, self.train, self.test)
        return {
            "frechet": f"{frechet:.4f}",
            "certainty": f"{sampling.certainty(self.reader, images).mean():.3f}",
            "coverage": f"{sampling.coverage(self.features(images), self.real):.3f}",
            "right": f"{right:.3f}",
            "near": f"{near:.3f}",
        }


class Codes:
    """A plain autoencoder's codes, whitened, and ways to draw more of them."""

    def __init__(self, data: Data, seed: int) -> None:
        self.data, self.seed = data, seed
        self.plain = Autoencoder(LAYERS, activation="silu", code="linear", seed=seed)
        fit(self.plain, data.train.images, seed=seed, **SLOW)
        codes = evaluation.encode(self.plain, data.train.images)
        self.white, self.back = sampling.whiten(codes)

    def decoded(self, draws: np.ndarray) -> np.ndarray:
        """Return the images (n, 784) of white codes."""
        codes = torch.tensor(self.back(draws))
        return in_batches(self.plain, self.plain.decode, codes).numpy()

    def denoiser(self, labels: np.ndarray | None = None) -> Denoiser:
        """Train a denoiser of the codes, of classes if it is given labels."""
        classes = 0 if labels is None else 10
        denoiser = Denoiser(20, (256, 256, 256), classes=classes, seed=self.seed)
        fit(denoiser, self.white, labels, seed=self.seed, **BRISK)
        return denoiser

    def of_fifty(self) -> np.ndarray:
        """Draw from fifty Gaussians."""
        return sampling.fit_mixture(self.white, (50,), seed=self.seed)[0].sample(DRAWS)[
            0
        ]

    def of_each_class(self) -> np.ndarray:
        """Draw from twenty Gaussians for each class, in the classes' order."""
        draws = []
        for c in range(10):
            own = self.white[self.data.train.labels == c]
            mixture = sampling.fit_mixture(own, (20,), seed=self.seed)[0]
            draws.append(mixture.sample(DRAWS // 10)[0])
        return np.concatenate(draws)


def timed(act: Callable[[], Any]) -> tuple[Any, float]:
    """Return what something returns, and its CPU seconds."""
    start = time.process_time()
    return act(), time.process_time() - start


def digit_rows(name: str, seed: int) -> Iterator[Row]:
    """Yield what each way to draw digits comes to."""
    data, rng = load_data(name), np.random.default_rng(seed)
    judge = Judge(data, seed)
    codes, copying = timed(lambda: Codes(data, seed))
    white, asked = codes.white, np.arange(DRAWS) % 10

    def row(
        method: str,
        draws: np.ndarray | Tensor,
        seconds: float = 0.0,
        labels: np.ndarray | None = None,
    ) -> Row:
        draws = np.asarray(draws)  # white codes
        worth = judge(codes.decoded(draws), labels)
        copied = sampling.share_copied(draws, white)
        return about(method, worth, copied, copying + seconds)

    def about(method: str, worth: Row, copied: float, seconds: float) -> Row:
        at = {"data": name, "method": method, "seed": seed}
        return at | worth | {"copied": f"{copied:.3f}", "seconds": f"{seconds:.1f}"}

    copies = evaluation.reconstruct(codes.plain, data.test.images[:DRAWS])
    worth = judge(copies.reshape(DRAWS, -1), None)
    yield about("copies of test digits", worth, np.nan, copying)
    yield row("one Gaussian", rng.normal(size=(DRAWS, 20)))
    yield row("50 Gaussians", *timed(codes.of_fifty))
    in_order = np.repeat(np.arange(10), DRAWS // 10)
    yield row("20 Gaussians per class", *timed(codes.of_each_class), in_order)
    originals = rng.choice(len(white), DRAWS, replace=False)
    for method, chosen in {"": originals, ", compared": np.arange(DRAWS)}.items():
        near = white[chosen] + 0.1 * rng.normal(size=(DRAWS, 20))
        yield row(f"copy machine{method}", near)
    vae = VariationalAutoencoder(LAYERS, seed=seed)
    _, took = timed(lambda: fit(vae, data.train.images, seed=seed, **SLOW))
    drawn = vae.sample(DRAWS, seed=seed).detach().numpy()
    yield about("variational, prior", judge(drawn, None), np.nan, took)
    noise, levels = 20 * normal(DRAWS, 20, seed), falling(0.02, 20.0, 25)
    many = falling(0.02, 20.0, 100)
    told, took = timed(lambda: codes.denoiser(data.train.labels))
    yield row("diffusion, no class", anneal(told, noise, levels)[-1], took)
    for weight in GUIDANCE:
        found = anneal(guided(told, asked, weight), noise, levels)[-1]
        yield row(f"diffusion, guidance {weight:g}", found, took, asked)
    found = anneal(guided(told, asked, 1.0), noise, many, fresh=True, seed=seed)[-1]
    yield row("diffusion, fresh noise", found, took, asked)
    never, more = timed(codes.denoiser)
    yield row("never told", anneal(never, noise, levels)[-1], more)
    found = anneal(never, noise, many, fresh=True, seed=seed)[-1]
    yield row("never told, fresh noise", found, more)
    for weight in GUIDANCE[1:]:

        def away(x: Tensor, sigma: Tensor, weight: float = weight) -> Tensor:
            free = never(x, sigma)
            return free + weight * (told(x, sigma, torch.as_tensor(asked)) - free)

        found = anneal(away, noise, levels)[-1]
        yield row(f"guidance {weight:g}, from never told", found, took + more, asked)


# The tables


def stored(name: str) -> list[Row]:
    """Return the rows that a table has so far."""
    if not (FOLDER / f"{name}.csv").exists():
        return []
    columns = load_table(name).columns
    return [
        dict(zip(columns, values, strict=True))
        for values in zip(*(v.tolist() for v in columns.values()), strict=True)
    ]


def main() -> None:
    """Run what is missing, and store it after each seed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--parts", nargs="+", default=("hook", "digits"))
    parser.add_argument("--data", nargs="+", default=DATA, choices=DATA)
    parser.add_argument("--seeds", nargs="+", type=int, default=SEEDS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    command = "python benchmarks/diffusion.py"
    if "hook" in options.parts:
        rows = stored("diffusion_hook")
        for seed in options.seeds:
            if seed not in {row["seed"] for row in rows}:
                rows += hook_rows(seed)
                about = f"{POINTS:,} points on a hook, {DRAWS:,} draws"
                save_table("diffusion_hook", rows, command=command, data=about)
    if "digits" in options.parts:
        rows = stored("diffusion_digits")
        for name in options.data:
            for seed in options.seeds:
                if (name, seed) not in {(row["data"], row["seed"]) for row in rows}:
                    rows += digit_rows(name, seed)
                    about = "10,000 training and 2,000 test digits, drawn and MNIST"
                    save_table("diffusion_digits", rows, command=command, data=about)
                    print(name, seed, flush=True)


if __name__ == "__main__":
    main()
