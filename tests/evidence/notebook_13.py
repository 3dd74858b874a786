"""What notebook 13 claims of its stored tables."""

from __future__ import annotations

import numpy as np
from claims import Altered, Claim

from aelib.results import Table

DATA, WHO = ("drawn", "mnist"), ("network", "exact")
PLAIN, STIRRED = "diffusion, guidance 1", "diffusion, fresh noise"


def on_the_hook(table: Table, method: str, column: str) -> np.ndarray:
    """Return a measure of each of three seeds."""
    values = table.where(method=method)[column]
    assert len(values) == 3
    return values


def climbing_is_nearer_and_worse(table: Table) -> bool:
    fresh = [on_the_hook(table, "fresh points", c) for c in ("distance", "coverage")]
    climbed = [
        [on_the_hook(table, f"{who}, climbing at 0.1", c) for who in WHO]
        for c in ("distance", "coverage")
    ]
    return bool(
        np.all(climbed[0] < 0.5 * fresh[0]) and np.all(climbed[1] > 5 * fresh[1])
    )


def a_mixture_ties_on_the_hook(table: Table) -> bool:
    stirred, mixture, fresh = (
        on_the_hook(table, method, "coverage")
        for method in (
            "network, annealed, fresh noise",
            "mixture of Gaussians",
            "fresh points",
        )
    )
    apart = np.abs(np.array([stirred - mixture, stirred - fresh]))
    return bool(apart.max() < 0.015)


def the_flow_from_noise_is_farther(table: Table) -> bool:
    return all(
        bool(
            np.all(
                on_the_hook(table, f"{who}, annealed, no fresh noise", "coverage")
                > on_the_hook(table, f"{who}, annealed, fresh noise", "coverage")
            )
        )
        for who in WHO
    )


def runs(table: Table, method: str, column: str = "frechet") -> np.ndarray:
    """Return a measure of each of three seeds on both data sets, (2, 3)."""
    values = np.array([table.where(data=d, method=method)[column] for d in DATA])
    assert values.shape == (2, 3)
    return values


def diffusion_beats_the_prior(table: Table) -> bool:
    ours = runs(table, PLAIN)
    others = [runs(table, method) for method in ("one Gaussian", "variational, prior")]
    return bool(ours.max() < 0.02 and np.min(others) > 0.1)


def mixtures_are_as_good(table: Table) -> bool:
    each, fifty = (
        runs(table, method) for method in ("20 Gaussians per class", "50 Gaussians")
    )
    is_near = np.abs(each - runs(table, STIRRED)).max() < 0.005
    return bool(is_near and np.all(fifty < runs(table, PLAIN) + 0.001))


def mixtures_take_less_time(table: Table) -> bool:
    diffusion = runs(table, PLAIN, "seconds")
    each, fifty = (
        runs(table, method, "seconds")
        for method in ("20 Gaussians per class", "50 Gaussians")
    )
    return bool(np.all(each < 0.5 * diffusion) and np.all(fifty < 0.8 * diffusion))


def the_decoder_is_the_floor(table: Table) -> bool:
    floor = runs(table, "copies of test digits")
    methods = dict.fromkeys(table.columns["method"].tolist())
    others = [runs(table, m) for m in methods if m != "copies of test digits"]
    return bool(floor.max() < 0.004 and np.min(others) > floor.max())


def guidance_has_its_price(table: Table) -> bool:
    strong = "diffusion, guidance 2.5"
    weak_right, right = (runs(table, m, "right") for m in (PLAIN, strong))
    lost = runs(table, PLAIN, "coverage") - runs(table, strong, "coverage")
    worse = runs(table, strong) / runs(table, PLAIN)
    is_right = weak_right.max() < 0.95 < right.min()
    return bool(is_right and lost.min() > 0.1 and worse.min() > 5)


def the_branch_is_bad(table: Table) -> bool:
    branch, never, told = (
        runs(table, method) for method in ("diffusion, no class", "never told", PLAIN)
    )
    return bool(np.all(branch > 2 * never) and np.all(never > 2 * told))


def the_branch_is_part_of_the_price(table: Table) -> bool:
    return all(
        bool(
            np.all(
                runs(table, f"guidance {weight}, from never told")
                < runs(table, f"diffusion, guidance {weight}")
            )
        )
        for weight in (1.5, 2.5)
    )


def the_copy_machine_wins(table: Table) -> bool:
    return bool(np.all(runs(table, "copy machine") < runs(table, PLAIN)))


def copies_are_found(table: Table) -> bool:
    machines = ("copy machine", "copy machine, compared")
    nearer = runs(table, machines[1], "near").min() > 0.95
    found = min(runs(table, method, "copied").min() for method in machines) > 0.8
    methods = dict.fromkeys(table.columns["method"].tolist())
    others = [runs(table, m, "copied") for m in methods if "copy machine" not in m]
    return bool(nearer and found and np.nanmax(others) < 0.01)


def of_seed(method: str, data: str = "drawn") -> dict[str, object]:
    return {"data": data, "method": method, "seed": 0}


def on_hook(method: str) -> dict[str, object]:
    return {"method": method, "seed": 1}


CLAIMS = (
    Claim(
        "13-climbing",
        "diffusion_hook",
        climbing_is_nearer_and_worse,
        Altered(on_hook("exact, climbing at 0.1"), "distance", 0.04),
    ),
    Claim(
        "13-hook-mixture",
        "diffusion_hook",
        a_mixture_ties_on_the_hook,
        Altered(on_hook("mixture of Gaussians"), "coverage", 0.1),
    ),
    Claim(
        "13-flow-remembers",
        "diffusion_hook",
        the_flow_from_noise_is_farther,
        Altered(on_hook("exact, annealed, no fresh noise"), "coverage", 0.01),
    ),
    Claim(
        "13-beats-prior",
        "diffusion_digits",
        diffusion_beats_the_prior,
        Altered(of_seed("variational, prior"), "frechet", 0.03),
    ),
    Claim(
        "13-mixtures",
        "diffusion_digits",
        mixtures_are_as_good,
        Altered(of_seed("50 Gaussians", "mnist"), "frechet", 0.03),
    ),
    Claim(
        "13-mixtures-time",
        "diffusion_digits",
        mixtures_take_less_time,
        Altered(of_seed("20 Gaussians per class"), "seconds", 60.0),
    ),
    Claim(
        "13-floor",
        "diffusion_digits",
        the_decoder_is_the_floor,
        Altered(of_seed("50 Gaussians"), "frechet", 0.001),
    ),
    Claim(
        "13-price",
        "diffusion_digits",
        guidance_has_its_price,
        Altered(of_seed("diffusion, guidance 2.5"), "coverage", 0.95),
    ),
    Claim(
        "13-branch",
        "diffusion_digits",
        the_branch_is_bad,
        Altered(of_seed("never told"), "frechet", 0.1),
    ),
    Claim(
        "13-branch-price",
        "diffusion_digits",
        the_branch_is_part_of_the_price,
        Altered(of_seed("guidance 2.5, from never told", "mnist"), "frechet", 0.2),
    ),
    Claim(
        "13-copy-machine",
        "diffusion_digits",
        the_copy_machine_wins,
        Altered(of_seed("copy machine", "mnist"), "frechet", 0.02),
    ),
    Claim(
        "13-copies-found",
        "diffusion_digits",
        copies_are_found,
        Altered(of_seed("diffusion, fresh noise"), "copied", 0.2),
    ),
)
