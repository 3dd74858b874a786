"""Where are the strokes?  Sparse autoencoders over gamma, rho_bar and lam.

    AELIB_DATA=folder python benchmarks/sparse_map.py

writes `aelib/results/sparse_map.csv`, which notebook 05 shows: for the corners of the
lecture's ranges, and for UFLDL's rho_bar and lam, the parts of the stroke score, the
units that are dead or constant, and the squared error per test image.  Networks
784-196-784 with sigmoids, one seed, fewer epochs than the notebook's own.
"""

from __future__ import annotations

import argparse
import itertools

from stroke_score import measure

from aelib import load_data
from aelib.results import save_table

GAMMAS = (1.0, 3.0, 5.0)
RHO_BARS = (0.01, 0.05, 0.1)
LAMS = (1e-4, 1e-3, 3e-3)


def main() -> None:
    """Measure every setting and store the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", nargs="+", default=["drawn", "mnist"])
    parser.add_argument("--epochs", type=int, default=12)
    arguments = parser.parse_args()
    rows = []
    for name in arguments.data:
        data = load_data(name)
        for gamma, rho_bar, lam in itertools.product(GAMMAS, RHO_BARS, LAMS):
            setting = {"gamma": gamma, "rho_bar": rho_bar, "lam": lam}
            row = measure(data, epochs=arguments.epochs, **setting)
            rows.append({"data": name, **setting, **row})
            print(rows[-1], flush=True)
    path = save_table(
        "sparse_map",
        rows,
        command=f"python benchmarks/sparse_map.py --data {' '.join(arguments.data)} "
        f"--epochs {arguments.epochs}",
        data="10,000 training and 2,000 test images; seed 0",
    )
    print(f"Wrote {path}.")


if __name__ == "__main__":
    main()
