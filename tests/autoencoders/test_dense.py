"""The dense autoencoder: shapes, stages, seeds, ties, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from aelib.autoencoders import ACTIVATIONS, Autoencoder
from aelib.backprop import Network
from aelib.training import fit


@given(
    sizes=st.lists(st.integers(1, 12), min_size=2, max_size=4),
    n=st.integers(0, 5),
    tied=st.booleans(),
    activation=st.sampled_from(sorted(ACTIVATIONS)),
)
def test_shapes_at_any_depth_and_batch_size(
    sizes: list[int], n: int, tied: bool, activation: str
) -> None:
    model = Autoencoder(sizes, activation=activation, tied=tied)
    x = torch.rand(n, sizes[0])
    assert model.encode(x).shape == (n, sizes[-1])
    assert model.decode(model.encode(x)).shape == x.shape
    assert torch.equal(model(x), model.decode(model.encode(x)))


def test_images_and_vectors_are_one_and_the_same() -> None:
    model, images = Autoencoder([784, 5]), torch.rand(3, 28, 28)
    flat = images.reshape(3, 784)
    assert torch.equal(model.encode(images), model.encode(flat))
    assert model(images).shape == (3, 28, 28)
    assert torch.equal(model(images).reshape(3, 784), model(flat))


def test_arrays_are_read_like_tensors() -> None:
    model, x = Autoencoder([6, 2]), np.random.default_rng(0).random((4, 6))
    from_array = model(x)
    assert torch.equal(from_array, model(torch.from_numpy(x).float()))


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_agrees_with_the_network_by_hand(activation: str) -> None:
    net = Network([7, 4, 7], activation=[activation, "sigmoid"], seed=3)
    model = Autoencoder([7, 4], activation=activation).double()
    with torch.no_grad():
        for layer, w, b in zip(
            [*model.encoder, *model.decoder], net.weights, net.biases, strict=True
        ):
            layer.weight.copy_(torch.from_numpy(w))
            layer.bias.copy_(torch.from_numpy(b))
    x = np.random.default_rng(0).random((5, 7))
    np.testing.assert_allclose(model(x).detach(), net.predict(x), atol=1e-14)


def test_decoder_mirrors_the_encoder() -> None:
    model = Autoencoder([20, 10, 3], activation="relu", code="linear", output="tanh")
    assert [tuple(layer.weight.shape) for layer in model.decoder] == [(10, 3), (20, 10)]
    assert model.encoder_activations == ["relu", "linear"]
    assert model.decoder_activations == ["relu", "tanh"]
    assert model.code_size == 3


def test_tied_weights_are_shared_and_learn_from_both_stages() -> None:
    model = Autoencoder([6, 4, 2], tied=True, activation="linear", output="linear")
    x = torch.rand(3, 6)
    w1, w2 = (layer.weight for layer in model.encoder)
    assert torch.allclose(model(x), x @ w1.T @ w2.T @ w2 @ w1, atol=1e-6)
    assert sum(p.numel() for p in model.parameters()) == 6 * 4 + 4 * 2 + 4 + 2 + 4 + 6


@given(gain=st.floats(0.1, 8), seed=st.integers(0, 9))
def test_a_gain_multiplies_the_first_weights_of_all_but_linear_layers(
    gain: float, seed: int
) -> None:
    plain, scaled = (
        Autoencoder([9, 5, 3], code="linear", gain=g, seed=seed) for g in (1.0, gain)
    )
    factors = [gain, 1.0, gain, gain]
    for before, after, factor in zip(
        [*plain.encoder, *plain.decoder],
        [*scaled.encoder, *scaled.decoder],
        factors,
        strict=True,
    ):
        assert torch.allclose(after.weight, factor * before.weight, rtol=1e-5)
        assert not after.bias.any()


@pytest.mark.parametrize("gain", [0, -1.0, np.nan, np.inf])
def test_a_gain_is_positive(gain: float) -> None:
    with pytest.raises(ValueError, match="gain must be a positive number"):
        Autoencoder([4, 2], gain=gain)


def test_every_depth_leads_back_to_the_input() -> None:
    model, x = Autoencoder([6, 5, 4, 3], code="linear"), torch.rand(7, 6)
    h = x
    for depth, layer in enumerate(model.encoder):
        assert torch.equal(model.encode(x, depth=depth), h)
        assert model.decode(h, depth=depth).shape == x.shape
        h = layer(h) if depth == 2 else torch.sigmoid(layer(h))
    assert torch.equal(model.encode(x, depth=3), model.encode(x))
    assert torch.equal(model.decode(h, depth=3), model(x))


def test_decoding_from_a_depth_is_the_rest_of_decoding_the_code() -> None:
    model, code = Autoencoder([6, 5, 4, 3], tied=True), torch.rand(7, 3)
    w3, b = model.encoder[2].weight, model.decoder[0].bias
    above = torch.sigmoid(code @ w3 + b)
    assert torch.allclose(model.decode(above, depth=2), model.decode(code), atol=1e-6)


@pytest.mark.parametrize("depth", [-1, 3, 1.0])
def test_a_depth_that_is_not_there_is_refused(depth: float) -> None:
    model = Autoencoder([6, 5, 4])
    with pytest.raises(ValueError, match="from 0, the input, to 2, the code"):
        model.encode(torch.rand(1, 6), depth=depth)
    with pytest.raises(ValueError, match="from 0, the input, to 2, the code"):
        model.decode(torch.rand(1, 4), depth=depth)


def test_codes_of_another_depth_are_refused() -> None:
    with pytest.raises(ValueError, match=r"from depth 1, .*\(n, 5\)"):
        Autoencoder([6, 5, 4]).decode(torch.rand(1, 4), depth=1)


def test_seed_decides_the_weights_and_leaves_torch_alone() -> None:
    state = torch.random.get_rng_state()
    first, same, other = (Autoencoder([9, 4], seed=seed) for seed in (1, 1, 2))
    assert torch.equal(state, torch.random.get_rng_state())
    assert torch.equal(first.encoder[0].weight, same.encoder[0].weight)
    assert not torch.equal(first.encoder[0].weight, other.encoder[0].weight)


def test_features_are_a_copy_of_the_first_weights() -> None:
    model = Autoencoder([9, 4])
    features = model.features()
    assert features.shape == (4, 9)
    features[:] = 0
    assert model.encoder[0].weight.abs().min() > 0


@pytest.mark.parametrize("sizes", [[784], [784, 0], [784, -3], [784, 2.5], []])
def test_bad_sizes_are_refused(sizes: list) -> None:
    with pytest.raises(ValueError, match="at least two positive whole numbers"):
        Autoencoder(sizes)


def test_unknown_activation_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'swish' is unknown; choose from"):
        Autoencoder([4, 2], activation="swish")


def test_wrong_shapes_are_refused_with_the_right_ones() -> None:
    model = Autoencoder([784, 32])
    with pytest.raises(ValueError, match=r"\(5, 100\) do not fit.*784"):
        model.encode(torch.rand(5, 100))
    with pytest.raises(ValueError, match=r"\(n, 32\)"):
        model.decode(torch.rand(5, 31))


def test_dropout_leaves_the_code_whole_and_the_evaluation_alone() -> None:
    plain, dropping = (Autoencoder([6, 40], dropout=p, seed=1) for p in (0.0, 0.5))
    x = torch.rand(9, 6)
    assert torch.equal(dropping.encode(x), plain.encode(x))
    assert not torch.equal(dropping(x), plain(x))
    assert torch.equal(dropping.eval()(x), plain(x))


@given(st.floats(0.1, 0.9))
def test_dropout_keeps_activities_divided_by_their_chance_to_stay(p: float) -> None:
    model = Autoencoder([300, 300], code="linear", output="linear", dropout=p)
    with torch.no_grad():
        model.decoder[0].weight.copy_(torch.eye(300))
        output = model.decode(torch.ones(100, 300))
    kept = output != 0
    torch.testing.assert_close(output[kept], torch.full_like(output[kept], 1 / (1 - p)))
    # Six standard deviations of the mean of 30,000 draws.
    assert abs(kept.float().mean() - (1 - p)) < 6 * (p * (1 - p) / 30_000) ** 0.5


def test_dropout_reaches_every_hidden_layer_but_not_the_input() -> None:
    model = Autoencoder([5, 50, 50], activation="linear", output="linear", dropout=0.5)
    x = torch.rand(1, 5).expand(20, 5)
    code = model.encode(x)
    assert code.std(dim=0).max() > 0  # the layer before the code was masked
    shallow = Autoencoder([5, 50], dropout=0.5)
    assert shallow.encode(x).std(dim=0).max() < 1e-6


def test_dropout_repeats_with_the_seed_of_fit() -> None:
    def weights(p: float, seed: int) -> torch.Tensor:
        model = Autoencoder([6, 20], dropout=p, seed=0)
        fit(model, torch.ones(8, 6), epochs=2, batch_size=8, seed=seed, progress=False)
        return model.encoder[0].weight

    assert torch.equal(weights(0.5, 0), weights(0.5, 0))
    # All samples are alike: only the masks can differ between seeds.
    assert not torch.equal(weights(0.5, 0), weights(0.5, 1))
    assert torch.equal(weights(0.0, 0), weights(0.0, 1))


@pytest.mark.parametrize("p", [-0.1, 1.0, float("nan")])
def test_dropout_outside_its_range_is_refused(p: float) -> None:
    with pytest.raises(ValueError, match="at least 0 and less than 1"):
        Autoencoder([4, 2], dropout=p)


def test_gradients_reach_the_inputs() -> None:
    """What `fit` takes is data; what the model itself takes may be part of a graph."""
    x = torch.rand(3, 8, requires_grad=True)
    Autoencoder([8, 2])(x).sum().backward()
    assert x.grad.abs().sum() > 0


@pytest.mark.parametrize(
    ("output", "bad", "good"),
    [("sigmoid", 1.5, 1.0), ("tanh", -1.5, -1.0), ("relu", -0.5, 9.0)],
)
def test_targets_lie_in_the_range_of_the_output(
    output: str, bad: float, good: float
) -> None:
    model = Autoencoder([4, 2], output=output)
    model.check_targets(torch.full((2, 4), good))
    with pytest.raises(ValueError, match=f"a {output} output stays within"):
        model.check_targets(torch.full((2, 4), bad))
    Autoencoder([4, 2], output="linear").check_targets(torch.full((2, 4), bad))


def test_a_start_at_the_mean_leaves_nothing_common_to_be_learned() -> None:
    x = torch.rand(50, 6, generator=torch.Generator().manual_seed(0))
    for output in ("sigmoid", "linear"):
        model = Autoencoder([6, 2], output=output)
        weights = [layer.weight.clone() for layer in (*model.encoder, *model.decoder)]
        model.start_at_mean(x.numpy().reshape(50, 2, 3))
        model.decoder[-1].weight.data.zero_()
        torch.testing.assert_close(model(x)[0], x.mean(dim=0))
        assert torch.equal(model.encoder[0].weight, weights[0])
    with pytest.raises(ValueError, match="a sigmoid or a linear output"):
        Autoencoder([6, 2], output="tanh").start_at_mean(x)
    with pytest.raises(ValueError, match="stays within"):
        Autoencoder([6, 2]).start_at_mean(255 * x)
