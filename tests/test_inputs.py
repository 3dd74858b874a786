"""Numbers in any dress give what they give in plain dress; what are none are refused.

`ROWS` has one plain call for every public function that takes data.  Hypothesis dresses
each argument: types of numbers, byte orders, memory layouts, lists, tables, tensors.
"""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import inspect
import io
import re
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import scipy.sparse
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from aelib import (
    autoencoders,
    backprop,
    compute,
    corruption,
    denoisers,
    digits,
    evaluation,
    gradcheck,
    inputs,
    losses,
    penalties,
    probes,
    sparse_loops,
    stacking,
    training,
    units,
)
from aelib.autoencoders import (
    Autoencoder,
    ConvAutoencoder,
    VariationalAutoencoder,
    convolutional,
    dense,
    variational,
)
from aelib.backprop import Network
from aelib.corruption import Corruption
from aelib.stacking import DeepClassifier, classifier, stack

RNG = np.random.default_rng(0)
ROOMS = (
    autoencoders,
    backprop,
    classifier,
    compute,
    convolutional,
    corruption,
    denoisers,
    dense,
    digits,
    evaluation,
    gradcheck,
    losses,
    penalties,
    probes,
    sparse_loops,
    stack,
    stacking,
    training,
    units,
    variational,
)
SHORT = {"epochs": 2, "batch_size": 6, "progress": False, "device": "cpu"}

# What the arguments are, in plain dress; all values are exact in sixteen bits

IMAGES = RNG.integers(0, 5, (12, 4, 4)) / 4
NOISY = np.clip(IMAGES + RNG.integers(-1, 2, IMAGES.shape) / 8, 0, 1)
VECTORS = IMAGES.reshape(12, 16)
CODE = RNG.integers(0, 9, (12, 3)) / 8
FACTOR = CODE @ [1.0, 2.0, -1.0]
LABELS = np.arange(12) % 3
OUTPUTS = RNG.integers(1, 8, (12, 4)) / 8
MATRIX = RNG.integers(-8, 9, (3, 4)) / 4
RHO = np.array([0.125, 0.5, 0.25])
LEAN = sparse_loops.kl_force(1.0, 0.5)


def weights(model: nn.Module) -> list[torch.Tensor]:
    return [p.detach() for p in model.parameters()]


def flat() -> Autoencoder:
    return Autoencoder([16, 3], seed=1)


def started(model: Autoencoder, x: Any) -> np.ndarray:
    model.start_at_mean(x)
    return model.decoder[-1].bias.detach().numpy()


def conv() -> ConvAutoencoder:
    return ConvAutoencoder((4, 4), channels=(2,), code_size=3, seed=1)


def vae() -> VariationalAutoencoder:
    return VariationalAutoencoder([16, 5, 2], seed=1)


def deep() -> DeepClassifier:
    return DeepClassifier(flat(), 3, seed=1)


def net() -> Network:
    return Network([16, 3, 16], seed=1)


def trained(model: nn.Module, function: Callable, *data: Any, **options: Any) -> Any:
    history = function(model, *data, **SHORT, **options)
    return weights(model), history.loss, history.validation_loss


def stepped(method: str, x: Any, y: Any, *arguments: Any, **options: Any) -> Any:
    network = net()
    getattr(network, method)(x, y, *arguments, **options)
    return network.weights


def said(function: Callable, *arguments: Any) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        function(*arguments)
    return printed.getvalue()


@dataclasses.dataclass(frozen=True)
class Row:
    """A plain call, with whole numbers through `i`, and what its data are."""

    call: Callable[..., Any]
    data: Mapping[str, np.ndarray]
    nan: str = "refused"  # or "shown": what comes back is NaN as well
    fixed: frozenset[str] = frozenset()  # types of numbers that make no sense here
    tensors: bool = False  # takes tensors only
    words: bool = False  # takes words, too

    def __call__(self, whole: Callable[[int], Any], **data: Any) -> Any:
        return self.call(whole, **data)


def row(call: Callable[..., Any], *, nan: str = "refused", **data: Any) -> Row:
    return Row(call, data, nan)


def pixels(call: Callable[..., Any], **data: Any) -> Row:
    """Of corruptions, which refuse whole numbers: they are grey levels, no pixels."""
    return Row(call, data, fixed=frozenset("biu"))


def tensors(call: Callable[..., Any], **data: Any) -> Row:
    return Row(call, data, nan="shown", tensors=True, fixed=frozenset("biu"))


def forward(call: Callable[..., Any], **data: Any) -> Row:
    """Of a model's own methods, which run in each step: NaN in, NaN out."""
    return Row(call, data, nan="shown")


ROWS: dict[str, Row] = {
    # training
    "training.fit": row(
        lambda i, x, target: trained(
            Autoencoder(np.array([16, 3]), seed=i(1)),
            training.fit,
            x,
            target,
            validation=(x, target),
            seed=i(2),
        ),
        x=VECTORS,
        target=VECTORS[::-1],
    ),
    "training.check": row(lambda i, x: training.check(flat(), x), x=VECTORS),
    "training.evaluate": row(
        lambda i, x, target: training.evaluate(vae(), x, target, batch_size=i(5)),
        x=IMAGES,
        target=NOISY,
    ),
    "losses.half_squared_error": tensors(
        lambda i, y_hat, y: losses.half_squared_error(y_hat, y),
        y_hat=CODE,
        y=CODE / 2,
    ),
    "losses.binary_cross_entropy": tensors(
        lambda i, y_hat, y: losses.binary_cross_entropy(y_hat, y),
        y_hat=OUTPUTS,
        y=OUTPUTS[::-1],
    ),
    # stacking
    "stacking.pretrain": row(
        lambda i, x: (
            model := Autoencoder([16, 4, 2], seed=1),
            stacking.pretrain(model, x, **SHORT),
            weights(model),
        )[2],
        x=VECTORS,
    ),
    "stacking.codes": row(lambda i, x: stacking.codes(flat(), x), x=IMAGES),
    "stacking.train_head": row(
        lambda i, x: trained(
            deep(), stacking.train_head, x, LABELS, validation=(x, LABELS)
        ),
        x=IMAGES,
    ),
    "stacking.fine_tune": row(
        lambda i, x: trained(deep(), stacking.fine_tune, x, LABELS, seed=i(1)),
        x=IMAGES,
    ),
    "stacking.DeepClassifier": row(
        lambda i, x: DeepClassifier(flat(), i(3), hidden=i(5), seed=i(2)).predict(x),
        x=IMAGES,
    ),
    "stacking.DeepClassifier.forward": forward(lambda i, x: deep()(x), x=IMAGES),
    "stacking.DeepClassifier.predict": row(lambda i, x: deep().predict(x), x=IMAGES),
    "stacking.DeepClassifier.accuracy": row(
        lambda i, x: deep().accuracy(x, LABELS), x=IMAGES
    ),
    "stacking.DeepClassifier.loss": tensors(
        lambda i, scores: deep().loss(scores, torch.as_tensor(LABELS)), scores=CODE
    ),
    # autoencoders
    "autoencoders.Autoencoder": forward(
        lambda i, x: Autoencoder([i(16), i(3)], gain=i(4), seed=i(2))(x), x=IMAGES
    ),
    "autoencoders.Autoencoder.encode": forward(
        lambda i, x: flat().encode(x, depth=i(1)), x=IMAGES
    ),
    "autoencoders.Autoencoder.decode": forward(
        lambda i, code: flat().decode(code, depth=i(1)), code=CODE
    ),
    "autoencoders.Autoencoder.forward": forward(lambda i, x: flat()(x), x=IMAGES),
    "autoencoders.Autoencoder.check_targets": row(
        lambda i, y: flat().check_targets(y), y=IMAGES
    ),
    "autoencoders.Autoencoder.start_at_mean": row(
        lambda i, x: started(flat(), x), x=IMAGES
    ),
    "autoencoders.VariationalAutoencoder.start_at_mean": row(
        lambda i, x: started(vae(), x), x=IMAGES
    ),
    "autoencoders.ConvAutoencoder": forward(
        lambda i, x: ConvAutoencoder(
            (i(4), i(4)), channels=[i(2)], code_size=i(3), kernel=i(3), seed=i(0)
        )(x),
        x=IMAGES,
    ),
    "autoencoders.ConvAutoencoder.encode": forward(
        lambda i, x: conv().encode(x), x=IMAGES[..., None]
    ),
    "autoencoders.ConvAutoencoder.feature_maps": forward(
        lambda i, x: conv().feature_maps(x), x=VECTORS
    ),
    "autoencoders.ConvAutoencoder.decode": forward(
        lambda i, code: conv().decode(code), code=CODE
    ),
    "autoencoders.ConvAutoencoder.forward": forward(lambda i, x: conv()(x), x=IMAGES),
    "autoencoders.ConvAutoencoder.check_targets": row(
        lambda i, y: conv().check_targets(y), y=IMAGES
    ),
    "autoencoders.checkerboard": row(
        lambda i, images: convolutional.checkerboard(images), images=IMAGES
    ),
    "autoencoders.blur_alike": row(
        lambda i, images, outputs: convolutional.blur_alike(images, outputs),
        images=IMAGES,
        outputs=np.minimum(IMAGES, 0.5),
    ),
    "autoencoders.paint_flat": forward(
        lambda i, images: convolutional.paint_flat(conv(), images), images=IMAGES
    ),
    "autoencoders.VariationalAutoencoder": forward(
        lambda i, x: VariationalAutoencoder([i(16), i(2)], seed=i(3))(x), x=IMAGES
    ),
    "autoencoders.VariationalAutoencoder.posterior": forward(
        lambda i, x: vae().posterior(x), x=IMAGES
    ),
    "autoencoders.VariationalAutoencoder.encode": forward(
        lambda i, x: vae().encode(x), x=IMAGES
    ),
    "autoencoders.VariationalAutoencoder.decode": forward(
        lambda i, code: vae().decode(code), code=CODE[:, :2]
    ),
    "autoencoders.VariationalAutoencoder.forward": forward(
        lambda i, x: vae()(x), x=IMAGES
    ),
    "autoencoders.VariationalAutoencoder.sample_posterior": forward(
        lambda i, x: vae().sample_posterior(x, seed=i(1)), x=IMAGES
    ),
    "autoencoders.VariationalAutoencoder.cost": Row(
        lambda i, x, y: vae().cost(x, y, vae().draw_noise(i(12), seed=i(1))),
        {"x": IMAGES, "y": NOISY},
        nan="either",
    ),
    "autoencoders.VariationalAutoencoder.cost_of_checked": forward(
        lambda i, x, y: vae().cost_of_checked(x, y, vae().draw_noise(12)),
        x=IMAGES,
        y=NOISY,
    ),
    "autoencoders.VariationalAutoencoder.check_targets": row(
        lambda i, y: vae().check_targets(y), y=IMAGES
    ),
    "autoencoders.VariationalAutoencoder.kl": forward(
        lambda i, x: vae().kl(x), x=IMAGES
    ),
    "autoencoders.VariationalAutoencoder.expected_log_likelihood": row(
        lambda i, x: vae().expected_log_likelihood(x, samples=i(2), seed=i(1)), x=IMAGES
    ),
    "autoencoders.VariationalAutoencoder.elbo": row(
        lambda i, x: vae().elbo(x, samples=i(2), seed=i(1)), x=IMAGES
    ),
    "autoencoders.VariationalAutoencoder.log_likelihood": row(
        lambda i, x: vae().log_likelihood(x, k=i(2), seed=i(1)), x=IMAGES
    ),
    # backpropagation by hand
    "backprop.Network": row(
        lambda i, x: Network([i(16), i(3)], seed=i(1)).predict(x), x=IMAGES
    ),
    "backprop.Network.from_parameters": row(
        lambda i, w, b: Network.from_parameters([w], [b]).weights, w=MATRIX, b=RHO
    ),
    "backprop.Network.forward": row(lambda i, x: net().forward(x), x=VECTORS),
    "backprop.Network.predict": row(lambda i, x: net().predict(x), x=IMAGES),
    "backprop.Network.mean_activity": row(
        lambda i, x: net().mean_activity(x), x=VECTORS
    ),
    "backprop.Network.cost": row(
        lambda i, x, y, mask: net().cost(x, y, masks=[mask]),
        x=IMAGES,
        y=VECTORS,
        mask=CODE,
    ),
    "backprop.Network.deltas": row(
        lambda i, x, y, rho: net().deltas(x, y, rho_bar=0.1, gamma=i(1), rho=[rho]),
        x=VECTORS,
        y=VECTORS,
        rho=RHO,
    ),
    "backprop.Network.gradients": row(
        lambda i, x, y: net().gradients(x, y, lam=0.1), x=VECTORS, y=VECTORS
    ),
    "backprop.Network.step": row(
        lambda i, x, y: stepped("step", x, y, i(1)), x=VECTORS, y=VECTORS
    ),
    "backprop.Network.sweep": row(
        lambda i, x, y: stepped("sweep", x, y, i(1), memory=i(4)), x=VECTORS, y=VECTORS
    ),
    "gradcheck.numerical_gradient": row(
        lambda i, x: gradcheck.numerical_gradient(lambda x: (x**2).sum(), x), x=RHO
    ),
    "gradcheck.relative_error": row(
        lambda i, a, b: gradcheck.relative_error(a, b), nan="shown", a=CODE, b=CODE + 1
    ),
    "gradcheck.check": row(
        lambda i, a: said(gradcheck.check, "itself", a, a), nan="wrong", a=CODE
    ),
    "gradcheck.check_gradients": row(
        lambda i, x, y: {
            block: error < 1e-6
            for block, error in gradcheck.check_gradients(
                Network([4, 3, 3], seed=1), x, y
            ).items()
        },
        x=OUTPUTS,
        y=CODE,
    ),
    # penalties
    "penalties.kl_divergence": row(
        lambda i, rho: penalties.kl_divergence(0.125, rho), rho=RHO
    ),
    "penalties.kl_gradient": row(
        lambda i, rho: penalties.kl_gradient(0.125, rho), rho=RHO
    ),
    "penalties.mean_activity": row(lambda i, h: penalties.mean_activity(h), h=CODE),
    "penalties.weight_penalty": row(
        lambda i, w: penalties.weight_penalty(w, i(2)), nan="shown", w=MATRIX
    ),
    "penalties.l1": row(lambda i, h: penalties.l1(h), h=CODE),
    "penalties.top_k": row(
        lambda i, h: penalties.top_k(h, i(1)), h=np.array([[1.0, 2, 3], [5, 4, 6]])
    ),
    "penalties.contractive": Row(
        lambda i, h, w: penalties.contractive(h, w),
        {"h": CODE / 2, "w": MATRIX},
        nan="either",
    ),
    "penalties.KL": row(
        lambda i, code: penalties.KL(i(2), 0.125)(None, code), code=CODE / 2
    ),
    "penalties.L1": row(
        lambda i, code: penalties.L1(i(2))(None, code), nan="shown", code=CODE
    ),
    # corruption
    "corruption.gaussian": pixels(
        lambda i, x: corruption.gaussian(x, 0.5, seed=i(1)), x=IMAGES
    ),
    "corruption.masking": pixels(
        lambda i, x: corruption.masking(x, 0.5, seed=i(1)), x=CODE
    ),
    "corruption.salt_and_pepper": pixels(
        lambda i, x: corruption.salt_and_pepper(x, 0.5, seed=i(1)), x=IMAGES
    ),
    "corruption.corrupt": pixels(
        lambda i, x: corruption.corrupt(x, "masking", 0.5, seed=i(1)), x=IMAGES
    ),
    "corruption.Corruption": pixels(
        lambda i, x: Corruption("gaussian", 0.5)(x, seed=i(1)), x=IMAGES
    ),
    "corruption.Mixture": pixels(
        lambda i, x: corruption.Mixture(
            [i(1), i(2)], [Corruption("gaussian", 0.5), Corruption("masking", 0.5)]
        )(x, seed=i(1)),
        x=IMAGES,
    ),
    # evaluation
    "evaluation.encode": row(lambda i, x: evaluation.encode(flat(), x), x=IMAGES),
    "evaluation.reconstruct": row(
        lambda i, x: evaluation.reconstruct(flat(), x), x=IMAGES
    ),
    "evaluation.squared_error": row(
        lambda i, y, y_hat: evaluation.squared_error(y, y_hat), y=IMAGES, y_hat=NOISY
    ),
    "evaluation.psnr": row(
        lambda i, y, y_hat: evaluation.psnr(y, y_hat), y=IMAGES, y_hat=1 - IMAGES[::-1]
    ),
    "evaluation.pca_reconstruct": row(
        lambda i, train, test: evaluation.pca_reconstruct(train, test, i(3)),
        train=IMAGES,
        test=NOISY,
    ),
    "evaluation.pca_autoencoder": row(
        lambda i, train: evaluation.reconstruct(
            evaluation.pca_autoencoder(train, i(3)), IMAGES
        ),
        train=IMAGES,
    ),
    "evaluation.noise_passed": row(
        lambda i, x: evaluation.noise_passed(flat(), x, seed=i(1)), x=IMAGES
    ),
    "evaluation.noise_energy": row(
        lambda i, x: evaluation.noise_energy(flat(), x, seed=i(1)), x=IMAGES
    ),
    "evaluation.redundancy": row(
        lambda i, code: evaluation.redundancy(code), code=CODE
    ),
    "evaluation.population_sparseness": row(
        lambda i, code: evaluation.population_sparseness(code), code=CODE
    ),
    "evaluation.sparseness": row(
        lambda i, code: evaluation.sparseness(code, axis=i(1)), code=CODE
    ),
    "evaluation.probe_accuracy": row(
        lambda i, train, test: evaluation.probe_accuracy(train, LABELS, test, LABELS),
        train=VECTORS,
        test=VECTORS,
    ),
    "evaluation.reliability": row(
        lambda i, certainty, right: (
            found := evaluation.reliability(certainty, right, bins=i(4)),
            (found.count, found.accuracy, found.error),
        )[1],
        certainty=RHO,
        right=np.array([1.0, 0.0, 1.0]),
    ),
    "evaluation.fit_temperature": row(
        lambda i, scores: evaluation.fit_temperature(scores, LABELS), scores=CODE
    ),
    # probes
    "probes.factor_r2": row(
        lambda i, code, factor: probes.factor_r2(code, factor, code, factor),
        code=CODE,
        factor=FACTOR,
    ),
    "probes.unit_correlations": row(
        lambda i, code, factor: probes.unit_correlations(code, factor),
        code=CODE,
        factor=FACTOR,
    ),
    "probes.measured_slant": row(
        lambda i, images: probes.measured_slant(images), images=IMAGES
    ),
    "probes.principal_angles": row(
        lambda i, a, b: probes.principal_angles(a, b), a=VECTORS[:, :2], b=CODE
    ),
    "probes.mutual_information": row(
        lambda i, joint: probes.mutual_information(joint), joint=OUTPUTS
    ),
    "probes.conditional_mutual_information": row(
        lambda i, joint: probes.conditional_mutual_information(joint), joint=IMAGES
    ),
    "probes.dependence": Row(
        lambda i, x, y, h: probes.dependence(x, y, given=h),
        {"x": LABELS, "y": LABELS[::-1], "h": LABELS > 0},
        words=True,
    ),
    "probes.dependence_by_chance": Row(
        lambda i, x, y: probes.dependence_by_chance(x, y, repeats=i(3), seed=i(1)),
        {"x": LABELS, "y": LABELS},
        words=True,
    ),
    "probes.aggregate_posterior": row(
        lambda i, mean, std: probes.aggregate_posterior(mean, std, RHO),
        mean=CODE[:, :2],
        std=CODE[:, :2] + 0.5,
    ),
    "probes.bins": row(lambda i, values: probes.bins(values, i(3)), values=CODE),
    # sparse_loops
    "sparse_loops.shrink": row(
        lambda i, images: sparse_loops.shrink(images), images=IMAGES
    ),
    "sparse_loops.kl_force": row(
        lambda i, rho: sparse_loops.kl_force(1.0, 0.5)(rho, rho), rho=RHO
    ),
    "sparse_loops.train_by_hand": row(
        lambda i, x: (
            found := sparse_loops.train_by_hand(
                x, LEAN, "batch", units=i(3), epochs=i(2), batch_size=i(4), seed=i(1)
            ),
            (found.rho, found.net.weights),
        )[1],
        x=OUTPUTS,
    ),
    "sparse_loops.SparseRun.code": row(
        lambda i, x: sparse_loops.SparseRun(net(), RHO, RHO).code(x), x=VECTORS
    ),
    # units
    "units.stroke_score": row(
        lambda i, features, code: units.stroke_score(
            features, code, rho_bar=0.5, window=i(2)
        ),
        features=IMAGES[:3],
        code=CODE,
    ),
    "units.window_share": row(
        lambda i, features: units.window_share(features, window=i(2)), features=VECTORS
    ),
    "units.elongation": row(
        lambda i, features: units.elongation(features, window=i(2)), features=VECTORS
    ),
    "units.smoothness": row(
        lambda i, features: units.smoothness(features), features=IMAGES
    ),
    "units.similarity": row(
        lambda i, features: units.similarity(features), features=IMAGES
    ),
    "units.decidedness": row(lambda i, code: units.decidedness(code), code=CODE),
    "units.lifetime_sparseness": row(
        lambda i, code: units.lifetime_sparseness(code), code=CODE
    ),
    "units.class_share": row(
        lambda i, code: units.class_share(code, LABELS), code=CODE
    ),
    "units.count_units": row(lambda i, code: units.count_units(code), code=CODE),
    "units.distinctness": Row(
        lambda i, code, labels: units.distinctness(
            code, labels, pairs=i(50), seed=i(1)
        ),
        {"code": CODE, "labels": LABELS},
        words=True,
    ),
    "units.favourite_classes": Row(
        lambda i, code, labels: units.favourite_classes(code, labels, samples=i(2)),
        {"code": CODE, "labels": LABELS},
        words=True,
    ),
    "units.with_mean_activity": row(
        lambda i, code: units.with_mean_activity(code, 0.2), code=CODE
    ),
    "units.ablation_cost": row(
        lambda i, x, target: units.ablation_cost(flat(), x, target),
        x=IMAGES,
        target=VECTORS,
    ),
    "units.interactions": row(
        lambda i, x, target, pairs: units.interactions(flat(), x, pairs, target),
        x=IMAGES,
        target=VECTORS,
        pairs=np.array([[0.0, 1.0], [1.0, 2.0]]),
    ),
    # denoisers
    "denoisers.median_filter": row(
        lambda i, x: denoisers.median_filter(i(3))(x), x=IMAGES
    ),
    "denoisers.gaussian_filter": row(
        lambda i, x: denoisers.gaussian_filter(i(1))(x), x=IMAGES
    ),
    "denoisers.principal_components": row(
        lambda i, clean, x: denoisers.principal_components(clean, i(2))(x),
        clean=IMAGES,
        x=NOISY,
    ),
    "denoisers.linear_regression": row(
        lambda i, noisy, clean: denoisers.linear_regression(noisy, clean, i(1))(noisy),
        noisy=NOISY,
        clean=IMAGES,
    ),
    "denoisers.known_images": row(
        lambda i, noisy, clean: denoisers.known_images(noisy, clean, i(1))(noisy),
        noisy=NOISY,
        clean=IMAGES,
    ),
    "denoisers.regression_by_cluster": row(
        lambda i, noisy, clean: denoisers.regression_by_cluster(
            noisy, clean, i(2), 1.0, seed=i(0)
        )(noisy),
        noisy=NOISY,
        clean=IMAGES,
    ),
    "denoisers.with_contrast": row(
        lambda i, noisy, clean: denoisers.with_contrast(np.sqrt, noisy, clean)(noisy),
        noisy=NOISY,
        clean=IMAGES,
    ),
    "denoisers.choose": row(
        lambda i, noisy, clean: denoisers.choose({1: np.sqrt}, noisy, clean).psnr,
        noisy=NOISY,
        clean=IMAGES,
    ),
    "denoisers.opponents": row(
        lambda i, clean: {
            name: (tuned.setting, tuned.psnr)
            for name, tuned in denoisers.opponents(
                clean, Corruption("salt_and_pepper", 0.1), seed=i(1)
            ).items()
        },
        clean=np.kron(RNG.integers(0, 2, (40, 2, 2)), np.ones((3, 3))),
    ),
    # where it is computed
    "compute.in_batches": row(
        lambda i, x: compute.in_batches(flat(), flat(), x), x=IMAGES
    ),
    "backprop.sigmoid": row(lambda i, s: backprop.sigmoid(s), nan="shown", s=CODE),
}

NO_DATA = {
    "autoencoders.Autoencoder.features",
    "autoencoders.ConvAutoencoder.features",
    "autoencoders.VariationalAutoencoder.draw_noise",
    "autoencoders.VariationalAutoencoder.features",
    "autoencoders.VariationalAutoencoder.sample",
    "backprop.Activation",
    "backprop.Network.dropout_masks",
    "backprop.Penalties",
    "compute.asked_threads",
    "compute.best_device",
    "compute.choose_device",
    "compute.choose_precision",
    "compute.choose_threads",
    "compute.evaluating",
    "compute.explain",
    "compute.has_bfloat16",
    "compute.in_precision",
    "compute.keep_memory",
    "compute.on_device",
    "compute.place",
    "compute.seeded",
    "compute.threads",
    "compute.works_in_place",
    "corruption.Mixture.disclose",
    "corruption.undisclosed",
    "denoisers.Tuned",
    "digits.Data",
    "digits.Split",
    "digits.load_data",
    "evaluation.Reliability",
    "penalties.WeightDecay",
    "penalties.contraction",
    "stacking.check_enough",
    "stacking.stages",
    "training.History",
    "units.Distinctness",
    "units.StrokeScore",
    "sparse_loops.SparseRun",
    "sparse_loops.show_study",
    "units.UnitCounts",
}
"""Settings, results, and functions that take a model or settings alone."""

STEPS = {"backprop." + name for name in ("forward", "backward", "gradients", "step")}
INNER = STEPS | {
    "losses.compare",
    "autoencoders.check_extremes",
    "autoencoders.check_reach",
    "backprop.Penalties.force",
    "backprop.Penalties.of_activity",
}
"""What is called with checked arguments only, such as the formulas of `Network`."""


# Every public function has a row


def public_names(room: ModuleType) -> Iterator[str]:
    """Yield functions, classes and methods that are a room's own and public."""
    short = room.__name__.split(".")[1]
    for name, thing in inspect.getmembers(room):
        own = getattr(thing, "__module__", "").startswith(room.__name__)
        if name.startswith("_") or not own:
            continue
        if inspect.isclass(thing) or callable(thing):
            yield f"{short}.{name}"
        if inspect.isclass(thing):
            for method, function in inspect.getmembers(thing, callable):
                where = getattr(function, "__module__", None) or ""
                if not method.startswith("_") and where.startswith("aelib."):
                    yield f"{short}.{name}.{method}"


def test_every_public_function_has_a_row() -> None:
    found = {name for room in ROOMS for name in public_names(room)}
    assert found - INNER == ROWS.keys() | NO_DATA


# Legal dress


class Table:
    """Columns of Python's own numbers, as a data frame gives them to NumPy."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = values.astype(object)

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, rows: slice) -> Table:
        return Table(self.values[rows])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.values, dtype=dtype)


def spread(values: np.ndarray) -> np.ndarray:
    """Lay values in memory with gaps between them."""
    return np.repeat(values, 2, axis=-1)[..., ::2]


def backwards(values: np.ndarray) -> np.ndarray:
    """Lay values in memory the last first."""
    return np.flip(np.flip(values).copy())


def frozen(values: np.ndarray) -> np.ndarray:
    values = values.copy()
    values.flags.writeable = False
    return values


def with_graph(values: np.ndarray) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float32, requires_grad=True)


def amid_a_graph(values: np.ndarray) -> torch.Tensor:
    return 1.0 * with_graph(values)


def strided(values: np.ndarray) -> torch.Tensor:
    return torch.tensor(np.repeat(values, 2, axis=-1))[..., ::2]


FLOATS = ("f8", "f4", "f2", ">f8", ">f4", ">f2", "g")
INTEGERS = ("?", "u1", "i1", "u2", ">u2", ">i4", "i8", "u8")
ARRAYS: dict[str, Callable[[np.ndarray], Any]] = {
    **{
        name: lambda values, name=name: values.astype(name)
        for name in (*FLOATS, *INTEGERS)
    },
    "Fortran order": np.asfortranarray,
    "backwards": backwards,
    "with gaps": spread,
    "read-only": frozen,
    "read-only f4": lambda values: frozen(values.astype("f4")),
    "list": lambda values: values.tolist(),
    "tuple": lambda values: tuple(values.tolist()),
    "list of arrays": list,
    "list of tensors": lambda values: [with_graph(value) for value in values],
    "table": Table,
}
TENSORS: dict[str, Callable[[np.ndarray], Any]] = {
    "tensor f8": torch.tensor,
    "tensor f4": lambda values: torch.tensor(values, dtype=torch.float32),
    "tensor f2": lambda values: torch.tensor(values, dtype=torch.float16),
    "tensor bfloat16": lambda values: torch.tensor(values, dtype=torch.bfloat16),
    "tensor with a graph": with_graph,
    "tensor amid a graph": amid_a_graph,
    "parameter": lambda values: nn.Parameter(torch.tensor(values)),
    "tensor with gaps": strided,
    "tensor u1": lambda values: torch.tensor(values).to(torch.uint8),
    "tensor i8": lambda values: torch.tensor(values).to(torch.int64),
    "tensor bool": lambda values: torch.tensor(values).to(torch.bool),
}
DRESSES = ARRAYS | TENSORS
WHOLE = {*INTEGERS, "tensor u1", "tensor i8", "tensor bool"}
COARSE = {"f2", ">f2", "tensor f2", "tensor bfloat16"}

WHOLES: tuple[Callable[[int], Any], ...] = (
    int,
    np.int64,
    np.uint8,
    np.int16,
    np.array,
    torch.tensor,
)


def rounded(values: np.ndarray, dress: str) -> np.ndarray:
    """Return values that the dress holds exactly."""
    values = np.array(values, dtype=float, order="C")
    if dress in ("?", "tensor bool"):
        return np.where(values > 0.5, 1.0, 0.0)
    return np.where(values > 0.5, np.ceil(values), 0.0) if dress in WHOLE else values


def fits(row: Row, dress: str) -> bool:
    return not (
        (dress in WHOLE and row.fixed)
        or (row.tensors and dress not in TENSORS)
        or (dress == "list of tensors" and row.tensors)
    )


def flat_numbers(result: Any) -> list[np.ndarray]:
    """Return all numbers of a result, whatever they are packed in, as float64."""
    if result is None:
        return []
    if isinstance(result, str):
        return [np.array([ord(letter) for letter in result], float)]
    if isinstance(result, torch.Tensor):
        return [result.detach().double().numpy()]
    if isinstance(result, Mapping):
        return flat_numbers(list(result.values()))
    if dataclasses.is_dataclass(result):
        return flat_numbers(dataclasses.astuple(result))
    if isinstance(result, list | tuple):
        return [array for part in result for array in flat_numbers(part)]
    return [np.asarray(result, dtype=float)]


def memory(values: Any) -> Any:
    """Return a copy of all that an input is."""
    if isinstance(values, torch.Tensor):
        return values.detach().clone().double().numpy()
    return copy.deepcopy(np.asarray(values, dtype=float)) if fixed(values) else None


def fixed(values: Any) -> bool:
    """Say whether NumPy reads it directly; a list of tensors with a graph it can't."""
    return not (isinstance(values, list) and isinstance(values[0], torch.Tensor))


@pytest.mark.parametrize("name", ROWS)
@settings(max_examples=25, deadline=None)
@given(choice=st.data())
def test_odd_dress_gives_the_numbers_of_plain_dress(
    name: str, choice: st.DataObject
) -> None:
    row = ROWS[name]
    dresses = [dress for dress in DRESSES if fits(row, dress)]
    odd, plain, worn = {}, {}, []
    for argument, values in row.data.items():
        worn.append(choice.draw(st.sampled_from(dresses), label=argument))
        exact = rounded(values, worn[-1])
        odd[argument] = DRESSES[worn[-1]](exact)
        plain[argument] = torch.tensor(exact.copy()) if row.tensors else exact
    whole = choice.draw(st.sampled_from(WHOLES), label="whole numbers")
    before = {argument: memory(values) for argument, values in odd.items()}
    try:
        expected = flat_numbers(row(int, **plain))
    except ValueError as refused:  # whole numbers made it a constant, say
        with pytest.raises(ValueError, match=re.escape(str(refused)[:20])):
            row(whole, **odd)
        return
    found = flat_numbers(row(whole, **odd))
    tolerance = 0.02 if COARSE & set(worn) else 2e-5
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance)
    for argument, values in odd.items():
        if before[argument] is not None:
            np.testing.assert_array_equal(memory(values), before[argument])
        if isinstance(values, torch.Tensor) and values.is_leaf:
            assert values.grad is None


# What is refused

NO_NUMBERS: dict[str, Callable[[np.ndarray], Any]] = {
    "words": lambda values: values.astype(str),
    "a list of words": lambda values: values.astype(str).tolist(),
    "a word": lambda values: "images",
    "complex": lambda values: values + 1j,
    "complex tensor": lambda values: torch.tensor(values + 1j),
    "sparse tensor": lambda values: torch.tensor(values).to_sparse(),
    "tensor without values": lambda values: torch.tensor(values).to("meta"),
    "nested tensor": lambda values: torch.nested.nested_tensor(
        [torch.tensor(values)], layout=torch.jagged
    ),
    "sparse matrix": lambda values: scipy.sparse.csr_array(values.reshape(-1, 1)),
    "rows of different lengths": lambda values: [[1.0, 2.0], [3.0]],
    "a dictionary": lambda values: {"x": values},
    "a function": lambda values: len,
    "dates": lambda values: values.astype("M8[s]"),
    "missing": lambda values: np.full(values.shape, None),
    "masked": lambda values: np.ma.masked_less(values, values.max()),
    "DataLoader": lambda values: DataLoader(TensorDataset(torch.tensor(values))),
    "Dataset": lambda values: TensorDataset(torch.tensor(values)),
    "records": lambda values: np.zeros(len(values), dtype=[("x", "f8"), ("y", "f8")]),
}


@pytest.mark.parametrize("name", ROWS)
def test_what_are_no_numbers_is_refused_in_a_sentence(name: str) -> None:
    for argument, values in ROWS[name].data.items():
        for what, make in NO_NUMBERS.items():
            if ROWS[name].words and "words" in what:
                continue
            error = refusal(name, {argument: make(np.array(values, float))})
            assert isinstance(error, TypeError | ValueError), (argument, what, error)
            assert len(str(error).split()) >= 5, (argument, what, error)


@pytest.mark.parametrize("name", [name for name in ROWS if ROWS[name].nan == "refused"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_not_finite_are_refused(name: str, value: float) -> None:
    for argument, values in ROWS[name].data.items():
        broken = np.array(values, float)
        broken.flat[broken.size // 2] = value
        error = refusal(name, {argument: broken})
        assert isinstance(error, ValueError), (argument, error)


def refusal(name: str, odd: dict[str, Any]) -> Exception | None:
    """Make the plain call with an odd argument; return the error that it raises."""
    row = ROWS[name]
    data = {
        argument: torch.tensor(values.copy()) if row.tensors else values
        for argument, values in row.data.items()
    }
    try:
        row(int, **data | odd)
    except Exception as error:
        return error
    return None


@pytest.mark.parametrize("name", [name for name in ROWS if ROWS[name].nan == "shown"])
def test_where_nan_is_not_refused_it_is_shown(name: str) -> None:
    row = ROWS[name]
    for argument, values in row.data.items():
        data = {
            other: torch.tensor(others.copy()) if row.tensors else others
            for other, others in row.data.items()
        }
        broken = np.array(values, float)
        broken.flat[broken.size // 2] = np.nan
        data[argument] = torch.tensor(broken) if row.tensors else broken
        try:
            found = flat_numbers(row(int, **data))
        except ValueError:
            continue
        assert any(np.isnan(part).any() for part in found), argument


WRONG_WHOLES = [1.5, "3", None, True, np.float64(2.0), [1], -1, 2**70]


@pytest.mark.parametrize("value", WRONG_WHOLES)
def test_a_seed_is_a_whole_number_that_every_generator_takes(value: object) -> None:
    with pytest.raises(ValueError, match=r"seed=.* must be a whole number"):
        inputs.seed(value)


@pytest.mark.parametrize("seed", [0, 1, inputs.MOST_SEED])
def test_seeds_start_numpy_and_torch(seed: int) -> None:
    np.random.default_rng(inputs.seed(seed))
    torch.Generator().manual_seed(inputs.seed(seed))


@given(st.floats(allow_nan=False), st.sampled_from([0.0, 1.0, -1.0, np.inf]))
def test_a_number_is_never_written_as_the_limit_that_it_misses(
    value: float, limit: float
) -> None:
    assert (float(inputs.digits(value, limit)) == limit) == (value == limit)
