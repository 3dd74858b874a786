"""Which rungs of a ladder do the work, of all that it has.

    AELIB_DATA=folder python benchmarks/ladder_rungs.py

writes `aelib/results/ladder_rungs.csv`, which notebook 12 shows: errors on 2,000 test
digits, in percent, of its ladder network, 784-250-100-10, with ten labels per class and
10,000 images, for three draws of the labels and two lengths of training.  The arms
differ only in what denoising counts in the cost: at all layers, at none, at the pixels
alone, at the layers above them alone.
"""

from __future__ import annotations

import itertools
import time
from typing import Any

import torch
from hundred_labels import DATA, choose, judge, read

from aelib import load_data
from aelib.ladder import Ladder
from aelib.results import save_table
from aelib.training import fit

LAYERS, SEEDS, EPOCHS = [784, 250, 100, 10], range(3), (12, 36)
ARMS = {
    "all": (1000.0, 10.0, 0.1),
    "none": (0.0,),
    "pixels alone": (1000.0, 0.0),
    "above alone": (0.0, 10.0, 0.1),
}


def main() -> None:
    """Run all arms, and store the table after each."""
    torch.set_num_threads(1)
    rows: list[dict[str, Any]] = []
    for epochs, name, draw in itertools.product(EPOCHS, DATA, SEEDS):
        data = load_data(name, n_train=10_000, n_test=2_000)
        chosen = choose(data, draw)
        for arm, weights in ARMS.items():
            images, labels = data.train.images[chosen], data.train.labels[chosen]
            ladder = Ladder(LAYERS, images, labels, weights=weights, seed=draw)
            settings = {"batch_size": 100, "learning_rate": 5e-3, "seed": draw}
            settings |= {"schedule": "cosine", "progress": False}
            start = time.process_time()
            fit(ladder, data.train.images, epochs=epochs, **settings)
            seconds = time.process_time() - start
            found = judge(read(ladder, data), data)
            at = {"data": name, "rungs": arm, "epochs": epochs, "draw": draw}
            at |= {name: f"{value:.2f}" for name, value in found.items()}
            rows.append(at | {"seconds": f"{seconds:.1f}"})
            print(*rows[-1].values(), flush=True)
        about = "10,000 training images, 100 of them with labels; 2,000 test digits"
        command = "python benchmarks/ladder_rungs.py"
        save_table("ladder_rungs", rows, command=command, data=about)


if __name__ == "__main__":
    main()
