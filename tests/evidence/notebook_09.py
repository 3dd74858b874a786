"""What notebook 09 claims of its stored tables."""

from __future__ import annotations

from itertools import product

import numpy as np
from claims import Altered, Claim

from aelib.results import Table

DATA, SEEDS = ("drawn", "mnist"), 3
KINDS = ("gaussian", "masking", "salt_and_pepper")
OPPONENTS = ("median", "Gaussian filter", "PCA", "known digits", "linear regression")
OPPONENTS += ("by cluster",)


# What is cleaned


def psnr(table: Table, **where: object) -> np.ndarray:
    """PSNR of a network, one value per seed."""
    found = table.where(**{"epochs": 10, "level": 0.5} | where)["psnr"]
    assert len(found) == SEEDS, where
    return found


def fixed(table: Table, method: str, **where: object) -> float:
    """PSNR of the input or of an opponent."""
    (found,) = table.where(**{"epochs": 0, "level": 0.5} | where, method=method)["psnr"]
    return float(found)


def best_opponent(table: Table, **where: object) -> float:
    return max(fixed(table, method, **where) for method in OPPONENTS)


def lead(table: Table, name: str, kind: str, level: float) -> np.ndarray:
    """How far each seed is ahead of the best opponent."""
    where = {"data": name, "tested": kind, "level": level}
    method = kind if level == 0.5 else f"{kind} {level}"
    return psnr(table, method=method, **where) - best_opponent(table, **where)


def networks_lead_in_five_of_six(table: Table) -> bool:
    """Every seed is ahead, but where half of the pixels are salt or pepper."""
    for name, kind, level in product(DATA, KINDS, (0.25, 0.5)):
        found = lead(table, name, kind, level)
        if (kind, level) == ("salt_and_pepper", 0.5):
            where = {"data": name, "tested": kind}
            known = fixed(table, "known digits", **where)
            if known != best_opponent(table, **where) or found.max() > -0.3:
                return False
        elif not 0.45 < found.min() <= found.max() < 1.1:
            return False
    return True


def longer_training_changes_no_order(table: Table) -> bool:
    for kind in KINDS:
        where = {"data": "drawn", "tested": kind, "level": 0.5}
        (longer,) = table.where(**where, method=kind, epochs=30)["psnr"]
        if not 0.25 < longer - psnr(table, method=kind, **where).mean() < 1:
            return False
        is_ahead = longer > best_opponent(table, **where)
        if is_ahead == (kind == "salt_and_pepper"):
            return False
    return True


def harms_below_break_even(table: Table) -> bool:
    for name in DATA:
        gains = {
            level: psnr(
                table, data=name, tested="gaussian", method="gaussian", level=level
            )
            - fixed(table, "input", data=name, tested="gaussian", level=level)
            for level in (0.15, 0.2, 0.25)
        }
        if not (gains[0.15].max() < 0 < min(gains[0.2].min(), gains[0.25].min() - 2)):
            return False
    return True


def another_noise_depends(table: Table) -> bool:
    """Masking fails on Gaussian noise; Gaussian noise cleans masking."""
    for name in DATA:
        fails = psnr(table, data=name, tested="gaussian", method="masking")
        cleans = psnr(table, data=name, tested="masking", method="gaussian")
        if fails.max() > fixed(table, "input", data=name, tested="gaussian") + 1:
            return False
        if cleans.min() < fixed(table, "input", data=name, tested="masking") + 2:
            return False
    return True


def clean_digits_come_back_spoilt(table: Table) -> bool:
    clean = {"tested": "clean", "level": 0.0}
    return all(
        psnr(table, data=name, method=kind, **clean).max()
        < psnr(table, data=name, method="plain", **clean).min() - 5
        for name in DATA
        for kind in KINDS
    )


def mirror_images(table: Table) -> bool:
    """How far behind a specialist each is at the other's noise."""
    for name in DATA:
        own = {
            kind: psnr(table, data=name, tested=kind, method=kind).mean()
            for kind in ("masking", "salt")
        }

        def behind(method: str, kind: str, name=name, own=own) -> np.ndarray:
            return own[kind] - psnr(table, data=name, tested=kind, method=method)

        if behind("masking", "salt").min() < 6.5:
            return False
        if behind("salt_and_pepper", "salt").max() > 1.2:
            return False
        crossed = behind("salt", "masking")
        if (
            crossed.min() < 4
            or crossed.min() < behind("salt_and_pepper", "masking").max()
        ):
            return False
        before = fixed(table, "input", data=name, tested="masking")
        if psnr(table, data=name, tested="masking", method="salt").min() < before + 1:
            return False
    return True


def any_noise_costs_little(table: Table) -> bool:
    lost = [
        psnr(table, data=name, tested=kind, method=kind)
        - psnr(table, data=name, tested=kind, method="any")
        for name in DATA
        for kind in KINDS
    ]
    return bool(np.min(lost) > 0 and np.max(lost) < 1.3)


def noise_makes_features_more_local(table: Table) -> bool:
    return all(
        table.where(data=name, method=kind, tested="masking", level=0.5)[column].min()
        > table.where(data=name, method="plain", tested="masking")[column].max()
        for name in DATA
        for kind in KINDS
        for column in ("window_share", "smoothness")
    )


# What codes are worth


def read(table: Table, name: str, code: str, tested: str, **where: str) -> np.ndarray:
    usual = {"reader": "Logistic", "seen": "clean"}
    row = usual | where | {"data": name, "code": code, "tested": tested}
    return table.where(**row)["accuracy"]


def easier_to_read(table: Table) -> bool:
    """Clean digits: each denoising code above pixels, untrained and plain codes."""
    return all(
        read(table, name, kind, "clean").min()
        > max(
            read(table, name, c, "clean").max()
            for c in ("pixels", "untrained", "plain")
        )
        for name in DATA
        for kind in KINDS
    )


def robust_to_the_trained_noise(table: Table) -> bool:
    """Trained noise: above pixels by far; masking's code fails under Gaussian noise."""
    for name in DATA:
        for kind in KINDS:
            code, pixels = (read(table, name, c, kind) for c in (kind, "pixels"))
            if code.min() < pixels.max() + 10:
                return False
        pixels = read(table, name, "pixels", "gaussian")
        if read(table, name, "masking", "gaussian").max() > pixels.min() - 5:
            return False
    return True


def neighbours_do_not_need_it(table: Table) -> bool:
    """Three neighbours read pixels better under Gaussian noise, codes under masking."""
    for name in DATA:
        pixels, code = (
            {
                kind: read(table, name, c or kind, kind, reader="KNeighbors")
                for kind in KINDS
            }
            for c in ("pixels", "")
        )
        if code["gaussian"].max() >= pixels["gaussian"].min():
            return False
        if code["masking"].min() <= pixels["masking"].max() + 5:
            return False
    return True


def a_probe_that_has_seen_the_noise(table: Table) -> bool:
    """Codes stay ahead of pixels when both probes have trained on the noise."""
    return all(
        read(table, name, kind, kind, seen=kind).min()
        > read(table, name, "pixels", kind, seen=kind).max() + 1
        for name in DATA
        for kind in KINDS
    )


def started(table: Table, name: str, first: str, noise: str = "none") -> np.ndarray:
    found = table.where(data=name, first_weights=first, noise=noise)["accuracy"]
    assert len(found) == SEEDS
    return found


# A little noise


def missed(table: Table, way: str, sigma: float) -> np.ndarray:
    return table.where(way=way, sigma=sigma)["missed"]


def penalty_wins_only_for_little_noise(table: Table) -> bool:
    return bool(
        missed(table, "penalty", 0.1).max() < missed(table, "noise", 0.1).min()
        and missed(table, "noise", 0.4).max() < missed(table, "penalty", 0.4).min()
    )


# A digit that was left out


def areas(table: Table, name: str, method: str, part: str = "test") -> np.ndarray:
    """Areas (digits, sizes)."""
    rows = table.where(data=name, method=method)
    sizes = np.unique(rows["size"])
    found = [rows[f"area_{part}"][rows["size"] == size] for size in sizes]
    assert {len(column) for column in found} == {10}
    return np.array(found).T


def chosen_elsewhere(table: Table, name: str, method: str) -> np.ndarray:
    test = areas(table, name, method)
    validation = areas(table, name, method, "validation")
    rest = [np.delete(validation, digit, axis=0).mean(axis=0) for digit in range(10)]
    return test[range(10), np.argmax(rest, axis=1)]


def rebuilding_too_well(table: Table) -> bool:
    """A code of 8 finds a digit better than one of 128 or 500, which rebuild more."""
    for name in DATA:
        deep = areas(table, name, "deep")  # 2, 8, 32, 128
        wide = areas(table, name, "plain")[:, 0]
        gain = deep[:, 1] - deep[:, 3]
        if np.sum(gain > 0.005) < 9 or gain.min() < -0.005:
            return False
        if np.any(deep[:, 1] <= wide):
            return False
        means = deep.mean(axis=0)
        if means.argmax() != 1:
            return False
        pca = areas(table, name, "PCA").mean(axis=0)
        if pca.argmax() in (0, len(pca) - 1):
            return False
    return True


def narrow_beats_pca(table: Table) -> bool:
    return all(
        chosen_elsewhere(table, name, "deep").mean()
        > chosen_elsewhere(table, name, "PCA").mean() + 0.08
        for name in DATA
    )


def others_detect_more(table: Table) -> bool:
    for name in DATA:
        found = [
            chosen_elsewhere(table, name, method).mean()
            for method in ("deep", "neighbours", "mixture")
        ]
        if not found[0] + 0.01 < found[1] < found[2] - 0.02:
            return False
    return True


def denoising_helps_a_wide_code(table: Table) -> bool:
    return all(
        areas(table, name, "masking").mean() > areas(table, name, "plain").mean() + 0.04
        and areas(table, name, "masking").mean()
        < areas(table, name, "deep")[:, 1].mean()
        for name in DATA
    )


def ones_look_familiar(table: Table) -> bool:
    return all(
        areas(table, name, method)[1].max() < 0.5
        and areas(table, name, method)[:, 0].argmin() == 1
        for name in DATA
        for method in ("deep", "plain", "masking")
    )


def starts_do_not_decide(table: Table) -> bool:
    for name in DATA:
        random = [started(table, name, f) for f in ("random", "random, 4 times")]
        best = max(run.mean() for run in random)
        spread = max(np.ptp(run) for run in random)
        if abs(started(table, name, "masking").mean() - best) > spread:
            return False
        for noise in ("none", "masking"):
            denoising = started(table, name, "masking", noise)
            if denoising.mean() <= started(table, name, "plain", noise).mean():
                return False
            if started(table, name, "SVM").min() < denoising.max() + 3:
                return False
    return True


AT = {"seed": 0, "epochs": 10, "level": 0.5}
READ = {"reader": "Logistic", "seen": "clean", "seed": 0}

CLAIMS = (
    Claim(
        "09-opponents",
        "denoising",
        networks_lead_in_five_of_six,
        Altered(
            {"data": "mnist", "tested": "masking", "method": "masking", **AT},
            "psnr",
            18.0,
        ),
    ),
    Claim(
        "09-longer",
        "denoising",
        longer_training_changes_no_order,
        Altered(
            {"data": "drawn", "method": "salt_and_pepper", "epochs": 30},
            "psnr",
            17.0,
        ),
    ),
    Claim(
        "09-harms-below",
        "denoising",
        harms_below_break_even,
        Altered(
            {"data": "drawn", "method": "gaussian", "tested": "gaussian"}
            | {"seed": 1, "level": 0.15},
            "psnr",
            20.0,
        ),
    ),
    Claim(
        "09-another-noise",
        "denoising",
        another_noise_depends,
        Altered(
            {"data": "mnist", "tested": "gaussian", "method": "masking", **AT},
            "psnr",
            14.0,
        ),
    ),
    Claim(
        "09-any",
        "denoising",
        any_noise_costs_little,
        Altered(
            {"data": "drawn", "tested": "masking", "method": "any", **AT}, "psnr", 16.0
        ),
    ),
    Claim(
        "09-clean",
        "denoising",
        clean_digits_come_back_spoilt,
        Altered(
            {"data": "mnist", "tested": "clean", "method": "masking", "seed": 2},
            "psnr",
            24.0,
        ),
    ),
    Claim(
        "09-mirror",
        "denoising",
        mirror_images,
        Altered(
            {"data": "drawn", "tested": "salt", "method": "masking", **AT}, "psnr", 13.0
        ),
    ),
    Claim(
        "09-features",
        "denoising",
        noise_makes_features_more_local,
        Altered(
            {"data": "drawn", "tested": "masking", "method": "gaussian", **AT},
            "window_share",
            0.1,
        ),
    ),
    Claim(
        "09-easier-to-read",
        "robust_codes",
        easier_to_read,
        Altered(
            {"data": "mnist", "code": "gaussian", "tested": "clean", **READ},
            "accuracy",
            91.5,
        ),
    ),
    Claim(
        "09-robust",
        "robust_codes",
        robust_to_the_trained_noise,
        Altered(
            {"data": "drawn", "code": "masking", "tested": "gaussian", **READ},
            "accuracy",
            60.0,
        ),
    ),
    Claim(
        "09-neighbours",
        "robust_codes",
        neighbours_do_not_need_it,
        Altered(
            {"data": "drawn", "code": "gaussian", "tested": "gaussian"}
            | READ
            | {"reader": "KNeighbors"},
            "accuracy",
            95.0,
        ),
    ),
    Claim(
        "09-probe-that-saw-noise",
        "robust_codes",
        a_probe_that_has_seen_the_noise,
        Altered(
            {"data": "mnist", "code": "masking", "tested": "masking"}
            | READ
            | {"seen": "masking"},
            "accuracy",
            86.0,
        ),
    ),
    Claim(
        "09-starts",
        "denoising_pretraining",
        starts_do_not_decide,
        Altered(
            {"data": "drawn", "first_weights": "SVM", "noise": "none", "seed": 0},
            "accuracy",
            88.0,
        ),
    ),
    Claim(
        "09-contraction",
        "contraction",
        penalty_wins_only_for_little_noise,
        Altered({"way": "penalty", "sigma": 0.4, "seed": 0}, "missed", 0.001),
    ),
    Claim(
        "09-rebuilds-too-well",
        "left_out",
        rebuilding_too_well,
        Altered(
            {"data": "drawn", "left_out": 6, "method": "deep", "size": 128},
            "area_test",
            0.95,
        ),
    ),
    Claim(
        "09-narrow-beats-pca",
        "left_out",
        narrow_beats_pca,
        Altered(
            {"data": "mnist", "left_out": 6, "method": "PCA", "size": 20},
            "area_test",
            2.0,
        ),
    ),
    Claim(
        "09-others-detect-more",
        "left_out",
        others_detect_more,
        Altered(
            {"data": "drawn", "left_out": 6, "method": "neighbours", "size": 1},
            "area_test",
            0.1,
        ),
    ),
    Claim(
        "09-denoising-helps",
        "left_out",
        denoising_helps_a_wide_code,
        Altered(
            {"data": "drawn", "left_out": 6, "method": "masking", "size": 500},
            "area_test",
            0.3,
        ),
    ),
    Claim(
        "09-ones",
        "left_out",
        ones_look_familiar,
        Altered(
            {"data": "drawn", "left_out": 1, "method": "plain", "size": 500},
            "area_test",
            0.6,
        ),
    ),
)
