"""Stacks and deep classifiers: what is shared, moves or stays, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from aelib.autoencoders import Autoencoder, VariationalAutoencoder
from aelib.corruption import Corruption
from aelib.penalties import KL
from aelib.stacking import (
    HEADS,
    DeepClassifier,
    codes,
    fine_tune,
    pretrain,
    stages,
    train_head,
)
from aelib.training import evaluate, fit

SHORT = {"epochs": 3, "batch_size": 20, "learning_rate": 0.01}


@pytest.fixture
def x() -> Tensor:
    """Points near a two-dimensional surface in eight dimensions, within [0, 1]."""
    generator = torch.Generator().manual_seed(0)
    h = torch.rand(120, 2, generator=generator)
    return torch.sigmoid(4 * h @ torch.randn(2, 8, generator=generator))


@pytest.fixture
def labels(x: Tensor) -> Tensor:
    """Three classes that divide the surface."""
    first = x[:, 0].contiguous()
    return torch.bucketize(first, first.quantile(torch.tensor([0.33, 0.67])))


def weights(model: nn.Module) -> Tensor:
    return torch.cat([p.detach().flatten() for p in model.parameters()])


# A stack and its stages


@given(
    sizes=st.lists(st.integers(1, 9), min_size=2, max_size=5),
    tied=st.booleans(),
    code=st.sampled_from(["linear", "sigmoid", "relu"]),
)
def test_stages_one_after_the_other_are_the_deep_model(
    sizes: list[int], tied: bool, code: str
) -> None:
    model = Autoencoder(sizes, code=code, tied=tied)
    parts, x = stages(model), torch.rand(5, sizes[0])
    h = x
    for depth, stage in enumerate(parts, start=1):
        h = stage.encode(h)
        assert torch.equal(h, model.encode(x, depth=depth))
    for stage in reversed(parts):
        h = stage.decode(h)
    assert torch.equal(h, model(x))


@pytest.mark.parametrize("tied", [False, True])
def test_training_a_stage_trains_its_layer_of_the_model_alone(
    x: Tensor, tied: bool
) -> None:
    model = Autoencoder([8, 6, 4, 2], tied=tied)
    before = [weights(stage) for stage in stages(model)]
    fit(stages(model)[1], torch.rand(60, 6), epochs=2)
    after = [weights(stage) for stage in stages(model)]
    moved = [not torch.equal(a, b) for a, b in zip(before, after, strict=True)]
    assert moved == [False, True, False]


def test_codes_are_those_of_evaluation_and_leave_the_mode(x: Tensor) -> None:
    model = Autoencoder([8, 6, 4], dropout=0.5).train()
    found = codes(model, x)
    assert model.training
    model.eval()
    for depth, code in enumerate(found, start=1):
        assert torch.equal(code, model.encode(x, depth=depth))
        assert not code.requires_grad


def test_images_and_arrays_have_codes_too() -> None:
    model, images = Autoencoder([784, 5, 3]), torch.rand(4, 28, 28)
    for a, b in zip(
        codes(model, images), codes(model, images.flatten(1).numpy()), strict=True
    ):
        assert torch.equal(a, b)


# Pretraining


def test_the_first_stage_is_a_shallow_autoencoder_bit_for_bit(x: Tensor) -> None:
    deep, shallow = Autoencoder([8, 5, 3]), Autoencoder([8, 5], seed=1)
    shallow.load_state_dict(stages(deep)[0].state_dict())
    deep_history = pretrain(deep, x, seed=4, **SHORT)[0]
    history = fit(shallow, x, seed=4, **SHORT)
    assert torch.equal(weights(stages(deep)[0]), weights(shallow))
    assert deep_history.loss == history.loss


def test_the_second_stage_learns_the_codes_of_the_first(x: Tensor) -> None:
    deep, second = Autoencoder([8, 5, 3]), Autoencoder([5, 3], seed=1)
    second.load_state_dict(stages(deep)[1].state_dict())
    pretrain(deep, x, **SHORT)
    fit(second, codes(deep, x)[0], **SHORT)
    assert torch.equal(weights(stages(deep)[1]), weights(second))


def test_a_tied_linear_stack_of_trained_stages_is_pca() -> None:
    """There each decoder keeps lengths: learning one layer at a time loses nothing."""
    spread = torch.tensor([4.0, 3.0, 2.0, 1.5, 0.5, 0.4, 0.3, 0.2])
    x = torch.randn(120, 8, generator=torch.Generator().manual_seed(0)) * spread
    x = x - x.mean(dim=0)
    model = Autoencoder([8, 4, 2], activation="linear", output="linear", tied=True)
    pretrain(model, x, epochs=300, batch_size=120, learning_rate=0.05)
    lost = torch.linalg.svdvals(x)[2:].square().sum() / 2 / len(x)
    assert evaluate(model, x) == pytest.approx(float(lost), rel=0.01)


def test_a_stack_reconstructs_far_better_than_by_chance(x: Tensor) -> None:
    model = Autoencoder([8, 6, 4])
    before = evaluate(model, x)
    pretrain(model, x, epochs=60, batch_size=20, learning_rate=0.03)
    assert evaluate(model, x) < 0.3 * before


@pytest.mark.parametrize(
    "stage",
    [
        {"penalty": KL(gamma=1.0, rho_bar=0.1)},
        {"corrupt": Corruption("masking", 0.5)},
    ],
    ids=["sparse", "denoising"],
)
@pytest.mark.parametrize("tied", [False, True])
def test_each_stage_is_what_its_settings_make_it(
    x: Tensor, stage: dict[str, Any], tied: bool
) -> None:
    deep, plain = (Autoencoder([8, 6, 4], tied=tied) for _ in range(2))
    second = Autoencoder([6, 4], tied=tied)
    second.load_state_dict(stages(deep)[1].state_dict())
    pretrain(deep, x, **SHORT, **stage)
    pretrain(plain, x, **SHORT)
    fit(second, codes(deep, x)[0], **SHORT, **stage)
    assert torch.equal(weights(stages(deep)[1]), weights(second))
    assert not torch.allclose(weights(deep), weights(plain))


def test_sparse_stages_have_the_activity_that_was_asked_for(x: Tensor) -> None:
    model = Autoencoder([8, 10, 10])
    penalty = KL(gamma=5.0, rho_bar=0.1)
    pretrain(model, x, penalty=penalty, epochs=60, batch_size=60, learning_rate=0.02)
    for code in codes(model, x):
        assert float(code.mean()) == pytest.approx(0.1, abs=0.02)


def test_a_stage_can_have_settings_of_its_own(x: Tensor) -> None:
    model = Autoencoder([8, 6, 4])
    still = weights(stages(model)[1])
    histories = pretrain(
        model,
        x,
        per_stage=[{"epochs": 4}, {"learning_rate": 1e-30, "batch_size": 30}],
        **SHORT,
    )
    assert [history.epochs for history in histories] == [4, 3]
    assert torch.allclose(weights(stages(model)[1]), still, atol=1e-20)
    assert not torch.allclose(weights(model), weights(Autoencoder([8, 6, 4])))


def test_pretraining_ends_in_evaluation_mode(x: Tensor) -> None:
    model = Autoencoder([8, 6, 4], dropout=0.5)
    pretrain(model, x, **SHORT)
    assert not model.training
    assert torch.equal(model(x), model(x))


def test_interrupted_pretraining_keeps_what_it_has_and_stops(
    x: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Autoencoder([8, 6, 4])
    still = weights(stages(model)[1])

    def interrupt(batch: Tensor, seed: np.random.Generator) -> Tensor:
        if len(batch) > 2:  # no rehearsal
            raise KeyboardInterrupt
        return batch

    histories = pretrain(model, x, corrupt=interrupt, **SHORT)
    assert [history.stopped for history in histories] == ["interrupted"]
    assert torch.equal(weights(stages(model)[1]), still)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"batch_size": 121}, "120 samples are fewer than a batch of 121"),
        ({"per_stage": [{}]}, "1 dictionaries of settings for 2 stages"),
        ({"per_stage": [{}, {"epochs": 0}]}, "epochs=0"),
        ({"per_stage": [{}, {"schedule": "warm"}]}, "schedule='warm'"),
        ({"per_stage": [{}, {"batch_size": 500}]}, "fewer than a batch of 500"),
        ({"penalty": KL(gamma=1.0, rho_bar=0.1)}, "this one is linear"),
        ({"corrupt": Corruption("gaussian", 0.1)}, r"in \[0, 1\]"),
        ({"validation": (torch.rand(3, 8),) * 2}, "leave out validation"),
        ({"target": torch.rand(120, 8)}, "leave out target"),
    ],
)
def test_pretraining_refuses_before_it_trains(
    x: Tensor, change: dict[str, Any], message: str
) -> None:
    """What only the second stage can't have leaves the first untouched as well."""
    model = Autoencoder([8, 6, 4], activation="tanh", code="linear")
    if "penalty" in change:
        model = Autoencoder([8, 6, 4], code="linear")
    before = weights(model)
    with pytest.raises(ValueError, match=message):
        pretrain(model, x, **{**SHORT, **change})
    assert torch.equal(weights(model), before)


def test_pretraining_refuses_wrong_widths_and_other_models(x: Tensor) -> None:
    with pytest.raises(ValueError, match=r"\(2, 8\) do not fit.*\(n, 9\)"):
        pretrain(Autoencoder([9, 6, 4]), x, batch_size=20)
    for model in (nn.Linear(8, 4), VariationalAutoencoder([8, 4])):
        with pytest.raises(ValueError, match="needs a dense Autoencoder"):
            pretrain(model, x)


# The classifier's heads


@pytest.mark.parametrize("head", HEADS)
def test_every_head_scores_every_class_and_predicts_the_highest(
    x: Tensor, head: str
) -> None:
    classifier = DeepClassifier(Autoencoder([8, 6, 4]), 3, head=head, hidden=5)
    scores = classifier(x)
    assert scores.shape == (120, 3)
    np.testing.assert_array_equal(classifier.predict(x), scores.argmax(1).numpy())
    right = [classifier.predict(x[q : q + 1])[0] == 2 for q in range(120)]
    assert classifier.accuracy(x, torch.full((120,), 2)) == np.mean(right)


def test_linear_neurons_are_at_rest_at_the_least_squares_solution(
    x: Tensor, labels: Tensor
) -> None:
    classifier = DeepClassifier(Autoencoder([8, 4]), 3, head="lms").double()
    code = classifier.encoder.encode(x).detach()
    ones = torch.ones(len(x), 1, dtype=code.dtype)
    one_hot = torch.eye(3, dtype=code.dtype)[labels]
    solution = torch.linalg.lstsq(torch.cat([code, ones], dim=1), one_hot).solution
    layer = classifier.head[-1]
    with torch.no_grad():
        layer.weight.copy_(solution[:-1].T)
        layer.bias.copy_(solution[-1])
    cost = classifier.loss(classifier.head(code), labels)
    cost.backward()
    assert layer.weight.grad.abs().max() < 1e-12
    assert layer.bias.grad.abs().max() < 1e-12
    residual = one_hot - classifier.head(code)
    least = residual.square().sum() / 2 / len(x)
    torch.testing.assert_close(cost, least)


def test_training_linear_neurons_leads_to_the_least_squares_cost(
    labels: Tensor,
) -> None:
    x = torch.randn(120, 8, generator=torch.Generator().manual_seed(0))
    classifier = DeepClassifier(Autoencoder([8, 3], activation="linear"), 3, head="lms")
    code = classifier.encoder.encode(x).detach()
    inputs = torch.cat([code, torch.ones(len(x), 1)], dim=1)
    one_hot = torch.eye(3)[labels]
    residual = one_hot - inputs @ torch.linalg.pinv(inputs) @ one_hot
    train_head(classifier, x, labels, epochs=200, batch_size=120, learning_rate=0.1)
    reached = evaluate(classifier, x, labels, loss=classifier.loss)
    least = float(residual.square().sum() / 2 / len(x))
    assert least * (1 - 1e-5) <= reached < 1.01 * least


@pytest.mark.parametrize("head", ["softmax", "multi-layer"])
def test_softmax_scores_are_pulled_by_label_minus_probability(
    x: Tensor, labels: Tensor, head: str
) -> None:
    classifier = DeepClassifier(Autoencoder([8, 4]), 3, head=head)
    scores = classifier(x).detach().requires_grad_()
    classifier.loss(scores, labels).backward()
    delta = torch.eye(3)[labels] - torch.softmax(scores.detach(), dim=1)
    torch.testing.assert_close(-len(x) * scores.grad, delta)


def test_only_the_multi_layer_head_bends_the_code() -> None:
    """A linear head's score of a mean of two codes is the mean of their scores."""
    code = torch.rand(2, 4)
    for head in HEADS:
        classifier = DeepClassifier(Autoencoder([8, 4]), 3, head=head, hidden=50)
        ends = classifier.head(code).mean(dim=0)
        middle = classifier.head(code.mean(dim=0, keepdim=True))[0]
        assert torch.allclose(ends, middle, atol=1e-6) == (head != "multi-layer")


# Training the classifier


@pytest.mark.parametrize("head", HEADS)
def test_the_head_learns_and_the_encoder_stays_then_both_move(
    x: Tensor, labels: Tensor, head: str
) -> None:
    encoder = Autoencoder([8, 6, 4], activation="tanh")
    classifier = DeepClassifier(encoder, 3, head=head)
    start = classifier.accuracy(x, labels)
    budget = {"batch_size": 20, "learning_rate": 0.02, "schedule": "one-cycle"}
    train_head(classifier, x, labels, weight_decay=0.01, epochs=30, **budget)
    assert torch.equal(weights(classifier.encoder), weights(encoder))
    frozen = evaluate(classifier, x, labels, loss=classifier.loss)
    assert classifier.accuracy(x, labels) > max(start, 0.6)
    fine_tune(classifier, x, labels, epochs=60, **budget)
    assert evaluate(classifier, x, labels, loss=classifier.loss) < frozen
    assert classifier.accuracy(x, labels) > 0.9
    for layer in classifier.encoder.encoder:
        assert not any(torch.equal(layer.weight, old.weight) for old in encoder.encoder)
    assert torch.equal(weights(encoder), weights(Autoencoder([8, 6, 4])))


def test_training_the_head_on_codes_is_training_on_frozen_layers(
    x: Tensor, labels: Tensor
) -> None:
    """Encoding once or in every step leads to the same head."""
    once, always = (DeepClassifier(Autoencoder([8, 6, 4]), 3) for _ in range(2))
    train_head(once, x, labels, **SHORT)
    always.encoder.requires_grad_(False)
    fine_tune(always, x, labels, **SHORT)
    torch.testing.assert_close(weights(once.head), weights(always.head))


def test_the_control_differs_in_the_encoder_s_weights_and_in_nothing_else(
    x: Tensor, labels: Tensor
) -> None:
    encoder = Autoencoder([8, 6, 4])
    pretrain(encoder, x, **SHORT)
    ours, control = (
        DeepClassifier(encoder, 3, dropout=0.2, pretrained=pretrained, seed=5)
        for pretrained in (True, False)
    )
    assert torch.equal(weights(ours.encoder), weights(encoder))
    assert torch.equal(weights(ours.head), weights(control.head))
    for old, new in zip(encoder.encoder, control.encoder.encoder, strict=True):
        assert not torch.equal(old.weight, new.weight)
    orders: list[list[Tensor]] = []
    for classifier in (ours, control):
        orders.append([])
        classifier.register_forward_pre_hook(lambda _, x: orders[-1].append(x[0]))
        fine_tune(classifier, x, labels, **SHORT)
    for a, b in zip(*orders, strict=True):
        assert torch.equal(a, b)


def test_seeds_decide_head_and_control(x: Tensor) -> None:
    encoder = Autoencoder([8, 6, 4])
    first, same, other = (
        DeepClassifier(encoder, 3, pretrained=False, seed=seed) for seed in (1, 1, 2)
    )
    assert torch.equal(weights(first), weights(same))
    assert not torch.equal(weights(first.head), weights(other.head))
    assert not torch.equal(weights(first.encoder), weights(other.encoder))


def test_drawn_weights_spread_as_glorot_and_bengio_propose() -> None:
    encoder = Autoencoder([300, 200])
    with torch.no_grad():
        encoder.encoder[0].bias.fill_(9.0)
    layer = DeepClassifier(encoder, pretrained=False).encoder.encoder[0]
    bound = (6 / (300 + 200)) ** 0.5
    assert 0.99 * bound < layer.weight.abs().max() <= bound
    assert float(layer.weight.detach().std()) == pytest.approx(bound / 3**0.5, rel=0.01)
    assert not layer.bias.any()


def test_dropout_works_in_training_and_not_in_evaluation(
    x: Tensor, labels: Tensor
) -> None:
    encoder = Autoencoder([8, 40, 40])
    plain, dropping = (DeepClassifier(encoder, 3, dropout=p) for p in (0.0, 0.5))
    assert torch.equal(plain(x), plain(x))
    assert not torch.equal(dropping(x), dropping(x))
    assert not torch.equal(dropping.encoder.encode(x), encoder.encode(x))
    np.testing.assert_array_equal(plain.predict(x), dropping.predict(x))
    assert dropping.training
    train_head(dropping, x, labels, **SHORT)
    assert not dropping.training
    assert not dropping.encoder.training


def test_the_head_learns_from_whole_codes_of_an_encoder_with_dropout(
    x: Tensor, labels: Tensor
) -> None:
    encoder = Autoencoder([8, 6, 4], dropout=0.5).train()
    with_dropout = DeepClassifier(encoder, 3)  # its own dropout of 0 replaces it
    without = DeepClassifier(Autoencoder([8, 6, 4]), 3)
    for classifier in (with_dropout, without):
        train_head(classifier, x, labels, **SHORT)
    assert torch.equal(weights(with_dropout), weights(without))
    assert encoder.dropout == 0.5


def test_any_model_with_a_code_can_be_the_encoder(labels: Tensor) -> None:
    class Halves(nn.Module):
        code_size = 2

        def encode(self, x: Tensor) -> Tensor:
            return torch.stack([half.sum(dim=1) for half in x.chunk(2, dim=1)], dim=1)

    x = torch.rand(120, 6)
    classifier = DeepClassifier(Halves(), 3)
    train_head(classifier, x, labels, **SHORT)
    assert classifier(x).shape == (120, 3)


def test_validation_data_choose_the_epoch(x: Tensor, labels: Tensor) -> None:
    for train in (train_head, fine_tune):
        classifier = DeepClassifier(Autoencoder([8, 4]), 3)
        data = {"validation": (x[:50], labels[:50])}
        history = train(classifier, x, labels, **data, **SHORT)
        reached = evaluate(classifier, x[:50], labels[:50], loss=classifier.loss)
        assert reached == pytest.approx(min(history.validation_loss), rel=1e-5)


def test_arrays_of_images_and_labels_are_read(labels: Tensor) -> None:
    images = np.random.default_rng(0).random((120, 28, 28), dtype=np.float32)
    classifier = DeepClassifier(Autoencoder([784, 4]), 3)
    train_head(classifier, images, labels.numpy(), **SHORT)
    fine_tune(classifier, images, labels.numpy().astype(np.int32), **SHORT)
    assert 0 <= classifier.accuracy(images, labels.numpy()) <= 1


# What is refused


def wrong(labels: Tensor, place: int, value: int) -> Tensor:
    labels = labels.clone()
    labels[place] = value
    return labels


@pytest.mark.parametrize("train", [train_head, fine_tune])
def test_bad_tasks_are_refused_and_nothing_moves(
    x: Tensor, labels: Tensor, train: Any
) -> None:
    classifier = DeepClassifier(Autoencoder([8, 4]), 3)
    before = weights(classifier)
    without_1 = torch.where(labels == 1, 0, labels)
    tasks: list[tuple[Tensor, Tensor, int, str]] = [
        (x[:, :7], labels, 20, r"\(1, 7\) do not fit.*\(n, 8\)"),
        (x, wrong(labels, 7, 3), 20, "from 0 to 3; expected 0 to 2"),
        (x, wrong(labels, 7, -1), 20, "from -1 to 2; expected 0 to 2"),
        (x, without_1, 20, "No sample has the label 1"),
        (x, labels[:90], 20, r"shape \(90,\).*120 samples"),
        (x, labels[:, None], 20, r"shape \(120, 1\)"),
        (x, labels.float(), 20, "float32"),
        (x, labels, 121, "120 samples are fewer than a batch of 121"),
        (x[:0], labels[:0], 20, "No sample has the label 0, 1, 2"),
    ]
    for data, named, batch_size, message in tasks:
        with pytest.raises(ValueError, match=message):
            train(classifier, data, named, batch_size=batch_size)
    assert torch.equal(weights(classifier), before)


def test_accuracy_refuses_labels_that_do_not_fit(x: Tensor, labels: Tensor) -> None:
    classifier = DeepClassifier(Autoencoder([8, 4]), 3)
    with pytest.raises(ValueError, match="expected 0 to 2"):
        classifier.accuracy(x, wrong(labels, 0, 9))
    with pytest.raises(ValueError, match="120 samples"):
        classifier.accuracy(x, labels[:5])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"head": "svm"}, "head='svm' is unknown"),
        ({"n_classes": 1}, "n_classes=1 must"),
        ({"n_classes": 2.5}, "n_classes=2.5 must"),
        ({"hidden": 0}, "hidden=0 must"),
        ({"dropout": 1.0}, "dropout=1.0 must"),
        ({"dropout": float("nan")}, "dropout=nan must"),
    ],
)
def test_bad_classifiers_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        DeepClassifier(Autoencoder([8, 4]), **arguments)


def test_a_model_without_a_code_is_refused() -> None:
    with pytest.raises(ValueError, match="Linear is no encoder"):
        DeepClassifier(nn.Linear(8, 4))


def test_labels_that_are_words_are_refused_in_words(x: Tensor, labels: Tensor) -> None:
    classifier = DeepClassifier(Autoencoder([8, 4]), 3)
    words = labels.numpy().astype(str)
    for call in (train_head, fine_tune, DeepClassifier.accuracy):
        with pytest.raises(TypeError, match=r"labels must be numbers.*float\(\)"):
            call(classifier, x, words)
        with pytest.raises(ValueError, match="from 1 to 10; expected 0 to 2"):
            call(classifier, x, torch.arange(120) % 10 + 1)


@pytest.mark.parametrize("train", [train_head, fine_tune])
def test_labels_to_validate_with_are_checked_too(
    x: Tensor, labels: Tensor, train: Any
) -> None:
    classifier = DeepClassifier(Autoencoder([8, 4]), 3)
    before = weights(classifier)
    for validation, message in [
        (x, r"validation=\(x, labels\)"),
        ((x, wrong(labels, 3, 9)), "from 0 to 9; expected 0 to 2"),
        ((x, labels[:5]), "120 samples"),
    ]:
        with pytest.raises(ValueError, match=message):
            train(classifier, x, labels, validation=validation, batch_size=20)
    assert torch.equal(weights(classifier), before)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, ">i4", bool, list, Tensor.short])
def test_labels_may_be_whole_numbers_of_any_type(x: Tensor, kind: Any) -> None:
    two = torch.arange(120) % 2
    plain, odd = (DeepClassifier(Autoencoder([8, 4]), 2) for _ in range(2))
    given = {list: two.tolist(), Tensor.short: two.short()}.get(kind)
    given = two.numpy().astype(kind) if given is None else given
    for classifier, labels in ((plain, two), (odd, given)):
        train_head(classifier, x, labels, validation=(x, labels), **SHORT)
        fine_tune(classifier, x, labels, **SHORT)
    assert torch.equal(weights(odd), weights(plain))
    assert odd.accuracy(x, given) == plain.accuracy(x, two)


def test_a_classifier_on_a_double_encoder_is_double(x: Tensor, labels: Tensor) -> None:
    classifier = DeepClassifier(Autoencoder([8, 4]).double(), 3)
    train_head(classifier, x, labels, **SHORT)
    fine_tune(classifier, x, labels, **SHORT)
    assert weights(classifier).dtype == torch.float64


def test_scores_are_compared_with_one_label_each() -> None:
    classifier = DeepClassifier(Autoencoder([8, 4]), 3, head="lms")
    with pytest.raises(ValueError, match=r"\(5, 1\) beside scores of shape \(5, 3\)"):
        classifier.loss(torch.zeros(5, 3), torch.zeros(5, 1, dtype=torch.int64))
