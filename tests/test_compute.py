"""Device, threads and precision: decided in one place, put back, explained."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from aelib import compute

CPU = torch.device("cpu")


def test_threads_are_chosen_in_the_block_and_put_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = torch.get_num_threads()
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    with compute.choose_threads() as threads:
        assert 1 <= threads == torch.get_num_threads() <= compute.MOST_THREADS
    assert torch.get_num_threads() == before
    monkeypatch.setenv("OMP_NUM_THREADS", str(before))
    with compute.choose_threads() as threads:
        assert threads == before


@pytest.mark.parametrize("asked", ["abc", "", "0", "-2", "1.5"])
def test_a_senseless_number_of_threads_is_ignored_and_said_to_be(
    monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    monkeypatch.setattr(torch, "get_num_threads", lambda: 6)
    monkeypatch.setenv("OMP_NUM_THREADS", asked)
    assert compute.threads() == 3
    words = compute.explain("cpu").splitlines()[1]
    assert words.startswith("threads: 3, half of torch's 6")
    assert words.endswith(f"which is {asked!r} and no number of threads")


@pytest.mark.parametrize("asked", ["4", " 4 ", "4,2"])
def test_a_number_of_threads_is_what_openmp_takes_for_one(
    monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", asked)
    assert compute.asked_threads() == 4
    assert compute.threads() == torch.get_num_threads()


def test_threads_are_put_back_after_an_error() -> None:
    before = torch.get_num_threads()
    with pytest.raises(KeyError), compute.choose_threads():
        raise KeyError
    assert torch.get_num_threads() == before


@pytest.mark.parametrize(("fast", "chosen"), [(True, "bfloat16"), (False, "float32")])
def test_auto_is_the_precision_that_the_hardware_has(
    monkeypatch: pytest.MonkeyPatch, fast: bool, chosen: str
) -> None:
    monkeypatch.setattr(compute, "has_bfloat16", lambda device: fast)
    assert compute.choose_precision("auto", CPU) == chosen
    assert compute.choose_precision("float32", CPU) == "float32"
    assert compute.choose_precision("bfloat16", CPU) == "bfloat16"


@pytest.mark.parametrize("device", ["meta", "mps:9", "cuda:99", "xpu:9"])
def test_a_device_that_this_machine_lacks_is_refused_in_words(device: str) -> None:
    with pytest.raises(ValueError, match=f"device='{device}' can't compute.*leave it"):
        compute.choose_device(device)


def test_an_unknown_precision_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"precision='half'.*'auto'"):
        compute.choose_precision("half", CPU)


@pytest.mark.parametrize(
    ("precision", "dtype"), [("float32", torch.float32), ("bfloat16", torch.bfloat16)]
)
def test_products_are_in_the_precision_asked_for(
    precision: str, dtype: torch.dtype
) -> None:
    x = torch.rand(3, 3)
    with compute.in_precision(precision, CPU):
        assert (x @ x).dtype == dtype
    assert (x @ x).dtype == torch.float32


@pytest.mark.parametrize("precision", ["float32", "bfloat16", "auto"])
@pytest.mark.parametrize("fast", [True, False])
def test_what_is_decided_is_explained(
    monkeypatch: pytest.MonkeyPatch, precision: str, fast: bool
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setattr(compute, "has_bfloat16", lambda device: fast)
    device, threads, chosen = compute.explain("cpu", precision).splitlines()
    assert device == "device: cpu, as asked"
    assert "OMP_NUM_THREADS" in threads
    assert chosen.startswith(f"precision: {compute.choose_precision(precision, CPU)}")
    assert ("faster here" in chosen) is (fast and precision == "float32")
    assert ("slow here" in chosen) is (not fast and precision == "bfloat16")


def test_each_part_of_a_model_gets_its_own_mode_back() -> None:
    model = nn.Sequential(nn.BatchNorm1d(3), nn.Dropout()).train()
    model[0].eval()
    with compute.evaluating(model):
        assert not any(module.training for module in model.modules())
    assert [module.training for module in model.modules()] == [True, False, True]


def test_batches_are_made_where_and_of_what_the_model_is() -> None:
    model = nn.Linear(3, 2).double()
    x = np.arange(30, dtype=np.uint8).reshape(10, 3)
    found = compute.in_batches(model, model, x)
    expected = model(torch.tensor(x).double())
    assert torch.equal(found, expected.detach())
