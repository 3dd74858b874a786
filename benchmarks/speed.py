"""How fast is `fit`?  Against the tutorials' loop, the plain loop, and the bound.

    make bench ARGS=speed            (or: python benchmarks/speed.py)

writes docs/speed.md and its pictures.  Every loop trains the same model on the same
images; the loops take turns in one run, on one thread, and what is compared is the
median of their CPU seconds: load from other programs hits all of them alike.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from reproduce.loops import CASES, LOOPS, PARTS, Case, ours, plain
from reproduce.page import machine
from torch import nn
from tqdm import tqdm

from aelib import compute, load_data
from aelib.autoencoders import Autoencoder
from aelib.plots import use_style
from aelib.training import fit

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "speed.md"
PICTURES = ROOT / "docs" / "img"
BATCHES = (32, 64, 128, 256, 640, 1280)
USUAL = 128  # the batch size for which it is also measured what takes how long
IMAGES = 10_240
# What a loop may take, as a multiple of the gradient and the optimizer's step alone.
DENSE, CONVOLUTIONAL = 1.15, 1.25


def measure(rounds: int, x: np.ndarray) -> dict[tuple[str, int, str], float]:
    """Return the median CPU seconds of each (case, batch size, loop or part)."""
    makers = {**LOOPS, **PARTS}
    seconds: dict[tuple[str, int, str], list[float]] = {}
    places = [
        (name, batch_size, loop)
        for name, case in CASES.items()
        for batch_size in BATCHES
        for _ in range(rounds + 1)  # the first one warms up
        for loop in makers
        if case.layers or loop != "bound"
        if loop in LOOPS or batch_size == USUAL
    ]
    for name, batch_size, loop in tqdm(places, unit="run"):
        run = makers[loop](CASES[name], x, batch_size)
        start = time.process_time()
        run()
        spent = time.process_time() - start
        seconds.setdefault((name, batch_size, loop), []).append(spent)
    return {place: float(np.median(spent[1:])) for place, spent in seconds.items()}


def apart(case: Case, x: np.ndarray, **adam: bool) -> float:
    """Return the largest difference between our weights and the plain loop's."""
    models = ours(case, x, USUAL)(), plain(case, x, USUAL, **adam)()
    pairs = zip(*(model.state_dict().values() for model in models), strict=True)
    return max(float((a - b).abs().max()) for a, b in pairs)


def sizes(x: np.ndarray) -> dict[str, list[tuple[float, float]]]:
    """Return milliseconds per step against parameters, and seconds against images."""
    found: dict[str, list[tuple[float, float]]] = {"parameters": [], "images": []}
    for hidden in (25, 50, 100, 200, 400, 800, 1600):
        model = Autoencoder([784, hidden], seed=0)
        seconds = median_seconds(model, x[:2_560])
        count = sum(p.numel() for p in model.parameters())
        found["parameters"].append((count, 1000 * seconds / 20))
    for n in (640, 1_280, 2_560, 5_120, 10_240, 20_480):
        images = np.concatenate([x] * -(-n // len(x)))[:n]
        found["images"].append((n, median_seconds(Autoencoder([784, 200]), images)))
    return found


def median_seconds(model: nn.Module, x: np.ndarray, rounds: int = 5) -> float:
    """Return the median CPU seconds of an epoch in batches of 128."""
    spent = []
    for _ in range(rounds):
        start = time.process_time()
        fit(model, x, epochs=1, batch_size=128, progress=False, device="cpu")
        spent.append(time.process_time() - start)
    return float(np.median(spent))


INTRODUCTION = """\
# Speed of `fit`

Written by `make bench ARGS=speed`; do not edit. One epoch over {images:,} drawn digits,
the same model, loss and optimizer in each loop, on one thread ({cpu}).
The loops took turns in one run, {rounds} rounds after one to warm up; each number is
the ratio of two medians of CPU seconds.

- **tutorial**: a `DataLoader` over pictures that are turned into tensors one by one,
  Adam, the loss read after each step.
- **plain**: batches cut from a tensor in memory, Adam.
- **fit**: `aelib.training.fit`, in float32 and in bfloat16.
- **bound**: nothing but the matrix products that any loop must make, in float32
  (for dense models).

What `fit` does about freed memory stays with the process and speeds up the other loops
of this run, too: alone they are slower."""

CONCLUSION = """\
## Where it stands

{facts}

{parts}

After one epoch in float32 with batches of 128, the largest difference between a weight
that `fit` has learned and the plain loop's is {same} if both make their steps by the
fused Adam. If the plain loop has torch's default Adam, which rounds otherwise, it is
{default}: where a gradient is next to nothing, Adam makes a step of full size out of a
difference in rounding.

## What a step and an epoch cost

![What it costs; dashed lines are proportional](img/results-speed-sizes.png)

A small model pays for the calls, a large one for its matrices: there cost grows with
the number of parameters. With the number of images it grows in proportion throughout.

{machine}"""

Medians = dict[tuple[str, int, str], float]


def page(medians: Medians, apart: dict[str, dict[str, float]], rounds: int) -> str:
    """Write down ratios, differences, targets and pictures."""
    has_bound = [name for name, case in CASES.items() if case.layers]
    lines = [INTRODUCTION.format(images=IMAGES, cpu=cpu(), rounds=rounds), ""]
    lines += ["![Times as fast as the tutorials' loop](img/results-speed.png)", ""]
    for name in CASES:
        lines += [f"## {name[0].upper()}{name[1:]}", "", *table(name, medians), ""]
    facts = [
        "- Times as long as gradient and optimizer alone, with batches of "
        f"{USUAL}: {sentence(over_floor(medians, 'float32'))} in float32, "
        f"{sentence(over_floor(medians, 'bfloat16'))} in bfloat16. The target is "
        f"{DENSE} for dense models and {CONVOLUTIONAL} for convolutional ones; "
        f"{missed(medians)}.",
        f"- Times as fast as the tutorials' loop, with batches of {USUAL}: "
        f"{sentence(faster(medians))}.",
        "- Share of the float32 bound, in float32, the least from batches of "
        f"{USUAL} up: {sentence(least_share(medians, has_bound))}.",
    ]
    parts = "\n".join([*parts_table(medians), "", ceilings(medians)])
    differences = {
        adam: ", ".join(f"{v:.0g} ({kind(name)})" for name, v in by_case.items())
        for adam, by_case in apart.items()
    }
    lines.append(
        CONCLUSION.format(
            facts="\n".join(facts), parts=parts, machine=machine(), **differences
        )
    )
    return "\n".join(lines) + "\n"


def table(name: str, medians: Medians) -> list[str]:
    """Return a case's table: a line per batch size."""
    loops = [loop for loop in LOOPS if (name, BATCHES[0], loop) in medians]
    faster = [loop for loop in loops if loop not in ("tutorial", "bound")]
    share = [loop for loop in faster if "bound" in loops]
    head = [f"{loop}: × tutorial" for loop in faster]
    head += [f"{loop}: share of bound" for loop in share]
    lines = [f"| batch | {' | '.join(head)} |", "| --- " * (len(head) + 1) + "|"]
    for batch in BATCHES:
        seconds = {loop: medians[name, batch, loop] for loop in loops}
        cells = [seconds["tutorial"] / seconds[loop] for loop in faster]
        cells += [seconds["bound"] / seconds[loop] for loop in share]
        lines.append(f"| {batch} | {' | '.join(f'{cell:.2f}' for cell in cells)} |")
    return lines


def parts_table(medians: Medians) -> list[str]:
    """Return milliseconds per step of the loops and of the parts they are made of."""
    columns = ["tutorial", "fit", "fit, bfloat16", *PARTS, "bound"]
    lines = [
        f"Milliseconds per step, with batches of {USUAL}: three loops, and what no "
        "loop can do without. The *gradient* is the loss and its derivatives for a "
        "batch that is there already; the *optimizer*, the step of torch's fused Adam.",
        "",
        f"| | {' | '.join(columns)} |",
        "| --- " * (len(columns) + 1) + "|",
    ]
    for name in CASES:
        spent = [medians.get((name, USUAL, column)) for column in columns]
        cells = [f"{per_step(s):.2f}" if s is not None else "" for s in spent]
        lines.append(f"| {kind(name)} | {' | '.join(cells)} |")
    return lines


def per_step(seconds: float) -> float:
    """Turn seconds per epoch into milliseconds per step."""
    return 1000 * seconds / (IMAGES // USUAL)


def over_floor(medians: Medians, precision: str) -> dict[str, float]:
    """Return how many times as long `fit` takes as gradient and optimizer alone."""
    loop = "fit" if precision == "float32" else f"fit, {precision}"
    return {n: medians[n, USUAL, loop] / least(medians, n, precision) for n in CASES}


def missed(medians: Medians) -> str:
    """Say which of these ratios are above their target."""
    above = [
        f"{kind(name)} in {precision}"
        for precision in ("float32", "bfloat16")
        for name, ratio in over_floor(medians, precision).items()
        if ratio > (DENSE if CASES[name].layers else CONVOLUTIONAL)
    ]
    return f"missed: {', '.join(above)}" if above else "all are within"


def ceilings(medians: Medians) -> str:
    """Say how fast a loop of nothing but gradient and optimizer would be."""
    precision = "bfloat16" if fast() else "float32"
    times = {
        n: medians[n, USUAL, "tutorial"] / least(medians, n, precision) for n in CASES
    }
    shares = {
        name: medians[name, USUAL, "bound"] / least(medians, name, "float32")
        for name, case in CASES.items()
        if case.layers
    }
    return (
        "A loop of nothing but these two would be, times as fast as the tutorials' (in "
        f"{precision}): {sentence(times)}; and would have of the float32 bound: "
        f"{sentence(shares)}. More is not to be had by a loop that leaves the model's "
        "arithmetic to torch. That is why this page no longer asks for three times the "
        "tutorials' speed, nor for 0.7 of the bound, as it once did: how near a loop "
        "comes to that says more about the model than about the loop. What the loop "
        "itself adds is what stands first above."
    )


def least(medians: Medians, name: str, precision: str) -> float:
    """Return the seconds of gradient and optimizer alone."""
    gradient = medians[name, USUAL, f"gradient, {precision}"]
    return gradient + medians[name, USUAL, "optimizer"]


def faster(medians: Medians) -> dict[str, float]:
    """Return how often `fit` goes into the tutorials' time, at its fastest here."""
    loop = "fit, bfloat16" if fast() else "fit"
    return {n: medians[n, USUAL, "tutorial"] / medians[n, USUAL, loop] for n in CASES}


def least_share(medians: Medians, names: list[str]) -> dict[str, float]:
    """Return the least share of the bound that `fit` has in float32."""
    batches = [batch for batch in BATCHES if batch >= USUAL]
    return {
        name: min(medians[name, b, "bound"] / medians[name, b, "fit"] for b in batches)
        for name in names
    }


def sentence(ratios: dict[str, float]) -> str:
    """Write ratios as in a sentence."""
    return ", ".join(f"{ratio:.2f} ({kind(name)})" for name, ratio in ratios.items())


def kind(name: str) -> str:
    """Return the first word of a case's name."""
    return name.split(",")[0]


def fast() -> bool:
    """Say whether this CPU multiplies in bfloat16."""
    return compute.has_bfloat16(torch.device("cpu"))


def cpu() -> str:
    """Name the processor."""
    name = getattr(torch.cpu, "get_capabilities", dict)().get("cpu_name", "a CPU")
    return f"{name} {'with' if fast() else 'without'} bfloat16"


def draw_ratios(medians: Medians) -> Figure:
    """Draw the speed of each loop against the tutorials', by batch size."""
    figure, axes = plt.subplots(1, len(CASES), figsize=(10, 3.2), sharey=True)
    for ax, name in zip(axes, CASES, strict=True):
        for loop in LOOPS:
            if loop == "tutorial" or (name, BATCHES[0], loop) not in medians:
                continue
            ratios = [
                medians[name, batch, "tutorial"] / medians[name, batch, loop]
                for batch in BATCHES
            ]
            style = {"ls": ":", "color": "grey"} if loop == "bound" else {"marker": "o"}
            ax.plot(BATCHES, ratios, label=loop, **style)
        ax.set(title=name, xlabel="batch size", xscale="log", ylim=(0, None))
        ax.set_xticks(BATCHES, map(str, BATCHES))
        ax.minorticks_off()
    axes[0].set_ylabel("times as fast as\nthe tutorials' loop")
    axes[0].legend()
    return figure


def draw_sizes(found: dict[str, list[tuple[float, float]]]) -> Figure:
    """Draw what a step and an epoch cost, each with a line that is proportional."""
    figure, axes = plt.subplots(1, 2, figsize=(8, 3))
    labels = {
        "parameters": ("parameters", "ms per step of 128 images"),
        "images": ("images", "seconds per epoch"),
    }
    for ax, (what, (x_label, y_label)) in zip(axes, labels.items(), strict=True):
        x, y = np.array(found[what]).T
        ax.loglog(x, y, marker="o")
        ax.loglog(x, y[-1] * x / x[-1], ls="--", lw=1, color="grey", zorder=1)
        ax.set(xlabel=x_label, ylabel=y_label)
    return figure


def main() -> None:
    """Measure, draw and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    torch.set_num_threads(1)
    compute.keep_memory()
    use_style()
    x = load_data("drawn", n_train=IMAGES, n_test=1).train.flat
    medians = measure(rounds, x)
    differences = {
        adam: {name: apart(case, x, **more) for name, case in CASES.items()}
        for adam, more in {"same": {"fused": True}, "default": {}}.items()
    }
    PICTURES.mkdir(parents=True, exist_ok=True)
    draw_ratios(medians).savefig(PICTURES / "results-speed.png", dpi=110)
    draw_sizes(sizes(x)).savefig(PICTURES / "results-speed-sizes.png", dpi=110)
    PAGE.write_text(page(medians, differences, rounds), encoding="utf-8")
    print(f"Wrote {PAGE.relative_to(ROOT)}.")


if __name__ == "__main__":
    main()
