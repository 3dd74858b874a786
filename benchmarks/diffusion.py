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
digits than to as many test digits.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from aelib import load_data, sampling
from aelib.autoencoders import Autoencoder, VariationalAutoencoder
from aelib.compute import in_batches
from aelib.diffusion import (
    Denoiser,
    anneal,
    climb,
    exact_denoiser,
    falling,
    guided,
    hook,
)
from aelib.digits.dataset import Data
from aelib.evaluation import encode
from aelib.results import FOLDER, load_table, save_table
from aelib.training import fit

SEEDS, DATA = range(3), ("drawn", "mnist")
POINTS, DRAWS, ELSEWHERE = 10_000, 2_000, 1_000
LEVELS = falling(0.02, 2.0, 40)
LAYERS = [784, 256, 128, 20]
GUIDANCE = (1.0, 1.5, 2.5)
Row = dict[str, Any]


def normal(n: int, d: int, seed: int) -> Tensor:
    """Draw standard normal points."""
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed))


# The hook


def distance(draws: Tensor) -> float:
    """Return the mean distance to the hook, as a fine curve."""
    turn = torch.pi * torch.linspace(0.4, 2, 4_000)[:, None]
    curve = torch.cat([turn.cos(), turn.sin()], dim=1) * turn / 6
    return float(torch.cdist(draws, curve).amin(dim=1).mean())


def sliced(a: Tensor, b: Tensor, directions: int = 200) -> float:
    """Return the sliced Wasserstein distance of two sets of equally many points."""
    along = normal(2, directions, 0)
    along = along / along.norm(dim=0)
    return float(((a @ along).sort(dim=0)[0] - (b @ along).sort(dim=0)[0]).abs().mean())


def hook_rows(seed: int) -> Iterator[Row]:
    """Yield what each way to draw points on the hook comes to."""
    points, spots = hook(POINTS, seed=seed)
    fresh, other = (hook(DRAWS, seed=ELSEWHERE + seed + k)[0] for k in (0, 100))
    start = time.process_time()
    network = Denoiser(2, sigmas=(0.02, 2.0), seed=seed)
    settings = {"batch_size": 250, "learning_rate": 3e-3, "schedule": "cosine"}
    fit(network, points, epochs=100, seed=seed, progress=False, **settings)
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
            "distance": f"{distance(found):.4f}",
            "coverage": f"{sliced(found, fresh):.4f}",
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
        return encode(self.reader.encoder, images.reshape(-1, 28, 28))

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


def digit_rows(name: str, seed: int) -> Iterator[Row]:
    """Yield what each way to draw digits comes to."""
    data = load_data(name)
    x, y = data.train.images, data.train.labels
    judge, rng = Judge(data, seed), np.random.default_rng(seed)
    settings = {"batch_size": 100, "learning_rate": 3e-3, "schedule": "one-cycle"}
    settings |= {"epochs": 15, "seed": seed, "progress": False}
    start = time.process_time()
    plain = Autoencoder(LAYERS, activation="silu", code="linear", seed=seed)
    fit(plain, x, **settings)
    copying = time.process_time() - start
    codes = encode(plain, x)
    mean, root = codes.mean(axis=0), np.linalg.cholesky(np.cov(codes.T))
    white = np.linalg.solve(root, (codes - mean).T).T.astype("f4")

    def decoded(found: np.ndarray) -> np.ndarray:
        back = torch.tensor((np.asarray(found) @ root.T + mean).astype("f4"))
        return in_batches(plain, plain.decode, back).numpy()

    def row(method: str, images: np.ndarray, seconds: float, labels=None) -> Row:
        at = {"data": name, "method": method, "seed": seed}
        return at | judge(images, labels) | {"seconds": f"{seconds:.1f}"}

    asked = np.arange(DRAWS) % 10
    held_out = encode(plain, data.test.images[:DRAWS])
    copies = in_batches(plain, plain.decode, torch.tensor(held_out)).numpy()
    yield row("copies of test digits", copies, copying)
    yield row("one Gaussian", decoded(rng.normal(size=(DRAWS, 20))), copying)
    start = time.process_time()
    fifty = sampling.fit_mixture(white, (50,), seed=seed)[0].sample(DRAWS)[0]
    took = copying + time.process_time() - start
    yield row("50 Gaussians", decoded(fifty), took)
    start = time.process_time()
    each = [
        sampling.fit_mixture(white[y == c], (20,), seed=seed)[0].sample(DRAWS // 10)[0]
        for c in range(10)
    ]
    took = copying + time.process_time() - start
    ordered = np.repeat(np.arange(10), DRAWS // 10)
    yield row("20 Gaussians per class", decoded(np.concatenate(each)), took, ordered)
    near = white[rng.choice(len(white), DRAWS, replace=False)]
    machine = decoded(near + 0.1 * rng.normal(size=near.shape))
    yield row("copy machine", machine, copying)
    start = time.process_time()
    vae = VariationalAutoencoder(LAYERS, seed=seed)
    fit(vae, x, **settings)
    took = time.process_time() - start
    yield row("variational, prior", vae.sample(DRAWS, seed=seed).detach().numpy(), took)
    start = time.process_time()
    denoiser = Denoiser(20, (256, 256, 256), classes=10, seed=seed)
    brisk = {"batch_size": 250, "learning_rate": 3e-3, "schedule": "cosine"}
    fit(denoiser, white, y, epochs=100, seed=seed, progress=False, **brisk)
    took = copying + time.process_time() - start
    noise, levels = 20 * normal(DRAWS, 20, seed), falling(0.02, 20.0, 25)
    free = anneal(denoiser, noise, levels)[-1].numpy()
    yield row("diffusion, no class", decoded(free), took)
    for weight in GUIDANCE:
        found = anneal(guided(denoiser, asked, weight), noise, levels)[-1].numpy()
        yield row(f"diffusion, guidance {weight:g}", decoded(found), took, asked)
    many = falling(0.02, 20.0, 100)
    found = anneal(guided(denoiser, asked, 1.0), noise, many, fresh=True, seed=seed)[-1]
    yield row("diffusion, fresh noise", decoded(found.numpy()), took, asked)


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
