"""Whether a learned second layer looks at digits otherwise than a random one does.

    AELIB_DATA=folder python benchmarks/second_layer.py

writes `aelib/results/second_layer.csv`, which notebook 07 shows.  Two sparse stages,
784-196-100, are trained as there; `epochs` is the sum of both, as there and three times
as many.  Beside them stand, on the same first layer, a second layer whose every unit
has its learned weights in a random order, and one with first weights that were never
trained; a *single* layer of 100 units that looks at the pixels, trained with the second
stage's penalty for as many epochs; and the pixels themselves.

`window_share` is the median over units of the share of energy in the best window of the
weights (of a second layer: of both layers' product); `class_share` the median over
units of the share of variance on test images that lies between the classes.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from aelib import load_data, units
from aelib.autoencoders import Autoencoder
from aelib.digits.dataset import Data
from aelib.penalties import KL, WeightDecay
from aelib.results import save_table
from aelib.stacking import codes, pretrain
from aelib.training import fit

SEEDS = (0, 1, 2)
EPOCHS = (12, 16)
TIMES = (1, 3)
STROKES = [KL(gamma=1, rho_bar=0.1), WeightDecay(lam=3e-3)]
WHOLE = [KL(gamma=1, rho_bar=0.1), WeightDecay(lam=1e-3)]
SETTINGS: dict[str, Any] = {
    "batch_size": 100,
    "learning_rate": 2e-2,
    "schedule": "one-cycle",
    "progress": False,
}

Row = dict[str, Any]


def measures(features: np.ndarray | None, h: np.ndarray, data: Data) -> Row:
    """Return what one layer's units are like, as medians and a mean."""
    share = np.nan if features is None else np.median(units.window_share(features))
    return {
        "window_share": float(share),
        "class_share": float(np.nanmedian(units.class_share(h, data.test.labels))),
        "activity": float(h.mean()),
    }


@torch.no_grad()
def layers(data: Data, seed: int, times: int) -> Iterator[Row]:
    """Train the stack and its opponents once; yield a row for each layer."""
    first, second = (times * epochs for epochs in EPOCHS)
    x, test, rng = data.train.flat, data.test.flat, np.random.default_rng(seed)
    stack = Autoencoder([784, 196, 100], seed=seed)
    plans = [
        {"penalty": STROKES, "epochs": first},
        {"penalty": WHOLE, "epochs": second},
    ]
    single = Autoencoder([784, 100], seed=seed)
    with torch.enable_grad():
        pretrain(stack, x, per_stage=plans, seed=seed, **SETTINGS)
        plan = {"penalty": WHOLE, "epochs": first + second}
        fit(single, x, seed=seed, **plan, **SETTINGS)
    h1, h2 = (h.numpy() for h in codes(stack, test))
    w1, w2 = (layer.weight.numpy() for layer in stack.encoder)
    bias = stack.encoder[1].bias.numpy()
    untrained = Autoencoder([784, 196, 100], seed=seed).encoder[1].weight.numpy()
    shuffled = rng.permuted(w2, axis=1)
    yield {"layer": "first", **measures(w1, h1, data)}
    yield {"layer": "second", **measures(w2 @ w1, h2, data)}
    for name, w in {"shuffled": shuffled, "untrained": untrained}.items():
        b = bias if name == "shuffled" else 0
        h = 1 / (1 + np.exp(-(h1 @ w.T + b)))
        yield {"layer": name, **measures(w @ w1, h, data)}
    h = codes(single, test)[0].numpy()
    yield {"layer": "single", **measures(single.features(), h, data)}
    yield {"layer": "pixels", **measures(None, test, data)}


def main() -> None:
    """Measure all layers, lengths and seeds, and store the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", nargs="+", default=["drawn", "mnist"])
    arguments = parser.parse_args()
    rows = []
    for name in arguments.data:
        data = load_data(name)
        for times in TIMES:
            for seed in SEEDS:
                run = {"data": name, "epochs": times * sum(EPOCHS), "seed": seed}
                rows += [{**run, **row} for row in layers(data, seed, times)]
                print(*rows[-6:], sep="\n", flush=True)
    path = save_table(
        "second_layer",
        rows,
        command=f"python benchmarks/second_layer.py --data {' '.join(arguments.data)}",
        data="10,000 training and 2,000 test images",
    )
    print(f"Wrote {path}.")


if __name__ == "__main__":
    main()
