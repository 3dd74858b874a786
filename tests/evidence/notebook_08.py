"""What notebook 08 claims of its stored tables."""

from __future__ import annotations

import numpy as np
from claims import Altered, Claim

from aelib.results import Table, load_table

COUNTS = (100, 300, 1_000, 3_000, 10_000)
BOTH = ("drawn", "mnist")


def accuracies(
    table: Table, data: str, arm: str, column: str = "accuracy"
) -> np.ndarray:
    """Return a row per number of labels, a column per seed."""
    rows = [table.where(data=data, arm=arm, n=n) for n in COUNTS]
    return np.array([row[column][np.argsort(row["seed"])] for row in rows])


def stack(data: str, column: str = "accuracy") -> np.ndarray:
    return accuracies(load_table("labels"), data, "pretrained", column)


def pretraining_helps(table: Table) -> bool:
    """Every pair favours it, and the mean gain shrinks from 100 to 10,000 labels."""
    gains = [
        accuracies(table, data, "pretrained") - accuracies(table, data, "random")
        for data in BOTH
    ]
    means = [gain.mean(axis=1) for gain in gains]
    return all((gain > 0).all() for gain in gains) and all(
        mean[0] > 5 and 1 < mean[-1] < 1.5 for mean in means
    )


def fine_tuning_needs_labels(table: Table) -> bool:
    gains = [
        accuracies(table, data, "pretrained")
        - accuracies(table, data, "pretrained", "frozen")
        for data in BOTH
    ]
    return all(
        (gain[2:] > 0.5).all() and (abs(gain[:2].mean(axis=1)) < 0.3).all()
        for gain in gains
    )


def larger_weights_change_little(table: Table) -> bool:
    """Larger first weights move the control by less than a point and a half."""
    before = load_table("labels")
    return all(
        (
            abs(
                accuracies(table, data, "random, scaled").mean(axis=1)
                - accuracies(before, data, "random").mean(axis=1)
            )
            < 1
        ).all()
        and (stack(data) > accuracies(table, data, "random, scaled")).all()
        for data in BOTH
    )


def it_helps_with_lms_too(table: Table) -> bool:
    """Every pair; more than ten points on average at 100 labels."""
    gains = [
        accuracies(table, data, "pretrained, LMS")
        - accuracies(table, data, "random, LMS")
        for data in BOTH
    ]
    return all((gain > 0.5).all() and gain[0].mean() > 10 for gain in gains)


def few_labels_favour_the_stack_over_the_kernel(table: Table) -> bool:
    return all(
        (
            accuracies(table, data, f"pretrained, {head}")[0]
            - accuracies(table, data, f"SVM on {view}")[0]
            > 1
        ).all()
        for data in BOTH
        for view in ("pixels", "PCA")
        for head in ("LMS", "softmax")
    )


def kernel_gaps(table: Table, head: str) -> list[np.ndarray]:
    """Mean gaps from 300 labels on."""
    return [
        (
            accuracies(table, data, f"pretrained, {head}")
            - accuracies(table, data, "SVM on PCA")
        )[1:].mean(axis=1)
        for data in BOTH
    ]


def the_kernel_is_ahead_of_softmax(table: Table) -> bool:
    """By less than a point on average, at every number of labels from 300 on."""
    gaps = kernel_gaps(table, "softmax")
    return all(((gap < 0) & (gap > -1)).all() for gap in gaps)


def the_kernel_is_level_with_lms(table: Table) -> bool:
    """Within 0.7 points; ahead at 1,000 labels, behind at 10,000."""
    gaps = kernel_gaps(table, "LMS")
    return all((abs(gap) < 0.7).all() and gap[1] > 0.3 > 0 > gap[3] for gap in gaps)


def the_graph_wins_with_few_labels(table: Table) -> bool:
    """By ten points or more at 100, and still ahead at 1,000, of all arms."""
    for data in BOTH:
        graph = accuracies(table, data, "graph on PCA").mean(axis=1)
        for source in (load_table("labels"), table):
            for arm in set(source.columns["arm"].tolist()) - {"graph on PCA"}:
                few, more = (
                    source.where(data=data, arm=arm, n=n)["accuracy"]
                    for n in (100, 1_000)
                )
                if len(few) and (
                    graph[0] < few.mean() + 10 or graph[2] < more.mean() + 0.2
                ):
                    return False
    return True


def the_graph_gains_little_from_labels(table: Table) -> bool:
    return all(
        (
            accuracies(table, data, "graph on PCA")[3:]
            < accuracies(table, data, "pretrained, LMS")[3:] - 0.5
        ).all()
        for data in BOTH
    )


def the_code_is_easier_to_read_linearly(table: Table) -> bool:
    return all(
        (
            accuracies(table, data, "logistic on code")
            - accuracies(table, data, f"logistic on {view}")
            > 3
        ).all()
        for data in BOTH
        for view in ("pixels", "PCA", "random code")
    )


def the_code_gains_the_kernel_little(table: Table) -> bool:
    """Ahead at 100 labels; from 1,000 on no better than the components."""
    gains = [
        accuracies(table, data, "SVM on code") - accuracies(table, data, "SVM on PCA")
        for data in BOTH
    ]
    return all(
        (gain[0] > 1).all() and (gain[2:].mean(axis=1) < 0).all() for gain in gains
    )


def all_labels(table: Table) -> bool:
    """60,000 labels: kernel machine > stack > both controls > logistic regression."""
    at = {"data": "mnist", "n": 60_000}
    kernel = table.where(arm="SVM on PCA", **at)["accuracy"].item()
    linear = table.where(arm="logistic on pixels", **at)["accuracy"].item()
    pretrained = table.where(arm="pretrained", **at)["accuracy"]
    controls = [
        table.where(arm=arm, **at)["accuracy"]
        for arm in ("random", "random, scaled", "ReLU + dropout")
    ]
    return (
        kernel > pretrained.max()
        and all(pretrained.min() > control.max() for control in controls)
        and min(control.min() for control in controls) > linear + 4
    )


def turning_depends_on_length(table: Table) -> bool:
    """Enlarged random weights turn less than pretrained ones, and read fewer digits."""
    for data in BOTH:
        kinds = ("pretrained", "random", "random, scaled")
        rows = [table.where(data=data, layer=1, start=kind) for kind in kinds]
        pre, small, large = rows
        if not (
            large["cosine"].min() > pre["cosine"].max() > small["cosine"].max()
            and large["norm"].min() > 1.8 * pre["norm"].max()
            and (abs(large["change"] - pre["change"]) < 0.15).all()
            and (pre["accuracy"] > large["accuracy"] + 3).all()
        ):
            return False
    return True


def lms_is_ahead_once_tuned(table: Table) -> bool:
    for data in BOTH:
        runs = {
            head: table.where(data=data, head=head)
            for head in ("lms", "softmax", "multi-layer")
        }
        tuned = {head: found["accuracy"] for head, found in runs.items()}
        frozen = {head: found["frozen"].mean() for head, found in runs.items()}
        others = max(tuned["softmax"].max(), tuned["multi-layer"].max())
        if not tuned["lms"].min() > others:
            return False
        if max(frozen.values()) - min(frozen.values()) > 1:
            return False
    return True


def networks_are_too_sure(table: Table) -> bool:
    """Certain by 3 points too much or more, in every run; the regression by less."""
    for kind in ("pretrained", "random, scaled"):
        found = table.where(classifier=kind)
        if not (found["certainty"] > found["accuracy"] + 3).all():
            return False
    linear = table.where(classifier="logistic on PCA")
    return bool((linear["certainty"] < linear["accuracy"] - 3).all())


def a_temperature_helps_the_networks(table: Table) -> bool:
    found = table.where(classifier="pretrained")
    gone = found["calibration_error"] - found["calibration_error_tempered"]
    surprise = found["surprise"] - found["surprise_tempered"]
    return bool((gone > 0).all() and gone.mean() > 1.5 and (surprise > 0.01).all())


def modern_network_gains_nothing(table: Table) -> bool:
    """ReLU + dropout, 10,000 labels: the mean gain of pairs is below 0.3 points."""
    for data in BOTH:
        old = table.where(data=data, arm="ReLU + dropout, pretrained", n=10_000)
        new = table.where(data=data, arm="ReLU + dropout", n=10_000)
        sparse = table.where(data=data, arm="pretrained", n=10_000)
        if abs(old["accuracy"].mean() - new["accuracy"].mean()) > 0.3:
            return False
        if sparse["accuracy"].mean() < new["accuracy"].mean() + 0.3:
            return False
    return True


def at(
    arm: str, n: int, accuracy: float, data: str = "drawn", seed: int = 0
) -> Altered:
    """One accuracy that is another."""
    where = {"data": data, "arm": arm, "n": n, "seed": seed}
    return Altered(where, "accuracy", accuracy)


CLAIMS = (
    Claim(
        "08-pretraining-helps",
        "labels",
        pretraining_helps,
        at("pretrained", 3_000, 93.0),
    ),
    Claim(
        "08-fine-tuning-needs-labels",
        "labels",
        fine_tuning_needs_labels,
        at("pretrained", 1_000, 91.5),
    ),
    Claim(
        "08-larger-weights",
        "labels_opponents",
        larger_weights_change_little,
        at("random, scaled", 10_000, 97.0),
    ),
    Claim(
        "08-pretraining-helps-lms",
        "labels_opponents",
        it_helps_with_lms_too,
        at("random, LMS", 10_000, 97.4),
    ),
    Claim(
        "08-stack-at-100",
        "labels_opponents",
        few_labels_favour_the_stack_over_the_kernel,
        at("SVM on PCA", 100, 79.0),
    ),
    Claim(
        "08-kernel-softmax",
        "labels_opponents",
        the_kernel_is_ahead_of_softmax,
        at("SVM on PCA", 10_000, 93.0),
    ),
    Claim(
        "08-kernel-lms",
        "labels_opponents",
        the_kernel_is_level_with_lms,
        at("pretrained, LMS", 1_000, 91.0),
    ),
    Claim(
        "08-graph-few",
        "labels_opponents",
        the_graph_wins_with_few_labels,
        at("graph on PCA", 100, 78.0),
    ),
    Claim(
        "08-graph-many",
        "labels_opponents",
        the_graph_gains_little_from_labels,
        at("graph on PCA", 10_000, 97.0),
    ),
    Claim(
        "08-code-linear",
        "labels_opponents",
        the_code_is_easier_to_read_linearly,
        at("logistic on code", 1_000, 87.5),
    ),
    Claim(
        "08-code-kernel",
        "labels_opponents",
        the_code_gains_the_kernel_little,
        at("SVM on code", 3_000, 99.0),
    ),
    Claim(
        "08-all-labels",
        "labels_opponents",
        all_labels,
        at("SVM on PCA", 60_000, 98.0, data="mnist"),
    ),
    Claim(
        "08-relu",
        "labels",
        modern_network_gains_nothing,
        at("ReLU + dropout", 10_000, 94.0),
    ),
    Claim(
        "08-turning",
        "features_moved",
        turning_depends_on_length,
        Altered(
            {"data": "drawn", "start": "random, scaled", "seed": 0, "layer": 1},
            "cosine",
            0.9,
        ),
    ),
    Claim(
        "08-heads",
        "heads",
        lms_is_ahead_once_tuned,
        Altered({"data": "drawn", "head": "lms", "seed": 0}, "accuracy", 92.5),
    ),
    Claim(
        "08-too-sure",
        "calibration",
        networks_are_too_sure,
        Altered(
            {"data": "drawn", "classifier": "pretrained", "seed": 0}, "certainty", 92.0
        ),
    ),
    Claim(
        "08-temperature",
        "calibration",
        a_temperature_helps_the_networks,
        Altered(
            {"data": "drawn", "classifier": "pretrained", "seed": 0},
            "calibration_error_tempered",
            5.0,
        ),
    ),
)
