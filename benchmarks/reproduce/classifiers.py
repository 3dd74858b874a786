"""What features learned without labels are worth to a classifier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from sklearn.decomposition import PCA
from sklearn.svm import SVC

from aelib import plots
from aelib.autoencoders import Autoencoder
from aelib.compute import in_batches
from aelib.corruption import Corruption
from aelib.ladder import Ladder
from aelib.penalties import KL, WeightDecay
from aelib.stacking import DeepClassifier, fine_tune, pretrain, train_head
from aelib.training import fit
from reproduce.experiment import Digits, Measures, Outcome, cpu_time


def sparse_stack(
    train: Digits, test: Digits, seed: int, settings: Mapping[str, Any]
) -> Outcome:
    """Stack sparse autoencoders, train a softmax on the code, then all of it.

    The control is the same network from random weights, with all of the epochs.
    """
    model = Autoencoder(settings["sizes"], seed=seed)
    measures: Measures = {}
    with cpu_time(measures, "stack_seconds"):
        stages = [dict(stage) for stage in settings["stages"]]
        for stage in stages:
            stage["penalty"] = sparseness(**stage.pop("sparse"))
        pretrain(model, train.x, per_stage=stages, seed=seed, **settings["fit"])
        classifier = DeepClassifier(model, seed=seed)
        train_head(classifier, train.x, train.labels, seed=seed, **settings["head"])
    measures["before"] = 100 * classifier.accuracy(test.x, test.labels)
    with cpu_time(measures, "tuning_seconds"):
        tuning = noisy(settings["tuning"])
        fine_tune(classifier, train.x, train.labels, seed=seed, **tuning)
    measures["after"] = 100 * classifier.accuracy(test.x, test.labels)
    control = DeepClassifier(model, pretrained=False, seed=seed)
    fine_tune(control, train.x, train.labels, seed=seed, **noisy(settings["control"]))
    measures["control"] = 100 * control.accuracy(test.x, test.labels)
    return Outcome(
        measures,
        lambda: features(
            {
                "first layer, by itself": model.features(),
                "after fine-tuning": classifier.encoder.features(),
            }
        ),
    )


def denoising_stack(
    train: Digits, test: Digits, seed: int, settings: Mapping[str, Any]
) -> Outcome:
    """Stack denoising autoencoders, then fine-tune with the same noise on the input."""
    model = Autoencoder(settings["sizes"], activation=settings["activation"], seed=seed)
    measures: Measures = {}
    with cpu_time(measures, "cpu_seconds"):
        stages = [noisy(stage) for stage in settings["stages"]]
        pretrain(model, train.x, per_stage=stages, seed=seed, **settings["fit"])
        classifier = DeepClassifier(model, dropout=settings["dropout"], seed=seed)
        tuning = noisy(settings["tuning"])
        fine_tune(classifier, train.x, train.labels, seed=seed, **tuning)
    measures["cpu_minutes"] = measures["cpu_seconds"] / 60
    measures["error"] = 100 * (1 - classifier.accuracy(test.x, test.labels))
    return Outcome(
        measures,
        lambda: features(
            {
                "first layer, by itself": model.features(),
                "after fine-tuning": classifier.encoder.features(),
            }
        ),
    )


def ladder(
    train: Digits, test: Digits, seed: int, settings: Mapping[str, Any]
) -> Outcome:
    """Train a ladder network on all labels.

    The control is the same network with noise in every layer and batch norm, whose
    rungs don't count.
    """
    measures: Measures = {}
    ways = (
        ("error", "cpu_seconds", settings["weights"]),
        ("control", "control_seconds", (0.0,)),
    )
    for error, seconds, weights in ways:
        model = Ladder(
            settings["sizes"],
            train.x,
            train.labels,
            noise=settings["noise"],
            weights=weights,
            batch=settings["fit"]["batch_size"],
            seed=seed,
        )
        with cpu_time(measures, seconds):
            fit(model, train.x, seed=seed, **settings["fit"])
        scores = in_batches(model, model, torch.from_numpy(test.x))
        read = scores.argmax(dim=1).cpu().numpy()
        measures[error] = 100 * float(np.mean(read != test.labels))
    return Outcome(measures)


def kernel_machine(
    train: Digits, test: Digits, seed: int, settings: Mapping[str, Any]
) -> Outcome:
    """Fit a kernel machine to principal components; it has no seed."""
    measures: Measures = {}
    with cpu_time(measures, "cpu_seconds"):
        pca = PCA(settings["components"], svd_solver="covariance_eigh").fit(train.x)
        machine = SVC(C=settings["C"], gamma=settings["gamma"])
        machine.fit(pca.transform(train.x), train.labels)
    read = machine.predict(pca.transform(test.x))
    measures["error"] = 100 * float(np.mean(read != test.labels))
    return Outcome(measures)


def self_taught(
    train: Digits, test: Digits, seed: int, settings: Mapping[str, Any]
) -> Outcome:
    """Learn features from the digits 5 to 9 alone; with them, tell 0 to 4 apart."""
    others = train.x[train.labels > 4]
    ours, theirs = (
        Digits(part.x[part.labels < 5], part.labels[part.labels < 5])
        for part in (train, test)
    )
    model = Autoencoder(settings["sizes"], seed=seed)
    measures: Measures = {}
    with cpu_time(measures, "cpu_seconds"):
        penalty = sparseness(**settings["sparse"])
        fit(model, others, penalty=penalty, seed=seed, **settings["fit"])
        classifier = DeepClassifier(model, n_classes=5, seed=seed)
        train_head(classifier, ours.x, ours.labels, seed=seed, **settings["head"])
    measures["accuracy"] = 100 * classifier.accuracy(theirs.x, theirs.labels)
    return Outcome(
        measures, lambda: features({"learned from 5 to 9": model.features()})
    )


def sparseness(gamma: float, rho_bar: float, lam: float) -> list[Any]:
    """Return the two penalties of the lecture's sparse autoencoder."""
    return [KL(gamma, rho_bar), WeightDecay(lam)]


def noisy(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Turn ``"corrupt": [kind, level]``, if it is there, into the corruption."""
    settings = dict(settings)
    if "corrupt" in settings:
        settings["corrupt"] = Corruption(*settings["corrupt"])
    return settings


def features(panels: Mapping[str, np.ndarray], shown: int = 60) -> Figure:
    """Draw the first features of each panel, side by side."""
    figure, axes = plt.subplots(
        1, len(panels), figsize=(4.2 * len(panels), 2.8), squeeze=False
    )
    axes: Sequence[plt.Axes] = axes[0]
    for ax, (title, weights) in zip(axes, panels.items(), strict=True):
        plots.show_features(weights[:shown], columns=10, title=title, ax=ax)
    return figure
