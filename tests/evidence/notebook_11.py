"""What notebook 11 claims of its stored tables."""

from __future__ import annotations

import numpy as np
from claims import Altered, Claim

from aelib.results import Table

DATA = ("drawn", "mnist")
SEEDS = (0, 1, 2)


def of(table: Table, column: str, **wanted: object) -> np.ndarray:
    """Return one column of the rows with the wanted values: one per seed, in order."""
    rows = table.where(**wanted)
    order = np.argsort(rows["seed"], kind="stable")
    values = rows[column][order]
    if len(values) == 0:
        raise ValueError(f"No row of the table has {wanted}.")
    return values


def draws(table: Table, column: str, data: str, model: str, recipe: str, epochs: int):
    """Return a measure of draws, one value per seed."""
    wanted = {"data": data, "model": model, "recipe": recipe, "epochs": epochs}
    return of(table, column, **wanted)


def a_mixture_leaves_the_holes(table: Table) -> bool:
    """One Gaussian: many draws in holes; a mixture: a fifth of that or less."""
    return all(
        draws(table, "holes", data, "plain", "one Gaussian", epochs).min()
        > max(0.15, 5 * draws(table, "holes", data, "plain", "mixture", epochs).max())
        for data in DATA
        for epochs in (16, 48)
    )


def a_mixture_beats_the_prior(table: Table) -> bool:
    """More certain and more varied, for all seeds, and after longer training."""
    return all(
        draws(table, column, data, "plain", "mixture", epochs).min()
        > draws(table, column, data, "variational", "prior", epochs).max() + 0.03
        for column in ("certainty", "coverage")
        for data in DATA
        for epochs in (16, 48)
    )


def the_decoder_is_not_to_blame(table: Table) -> bool:
    """A mixture for the codes of a VAE is as good as one for plain codes."""
    return all(
        abs(
            draws(table, column, data, "variational", "mixture", 16).mean()
            - draws(table, column, data, "plain", "mixture", 16).mean()
        )
        < 0.03
        for column in ("certainty", "coverage")
        for data in DATA
    )


def a_mixture_does_not_copy(table: Table) -> bool:
    """Its draws are as near to training digits as to others; the copier's are not."""
    column = "nearer_to_training"
    return all(
        draws(table, column, data, "plain", "mixture", 16).max() < 0.6
        and draws(table, column, data, "plain", "training codes", 16).min() > 0.75
        for data in DATA
    )


def the_network_adds_variety(table: Table) -> bool:
    """A mixture for 20 principal components covers less."""
    return all(
        draws(table, "coverage", data, "plain", "mixture", 16).min()
        > draws(table, "coverage", data, "PCA", "mixture", 0).max() + 0.1
        for data in DATA
    )


def a_likelihood_far_above_templates(table: Table) -> bool:
    """40 nats above a mixture of Bernoullis, for each seed."""
    return all(
        of(table, "log_p", data=data, model="variational").min()
        > of(table, "log_p", data=data, model="mixture of Bernoullis").max() + 40
        for data in DATA
    )


def opponents_have_a_higher_likelihood(table: Table) -> bool:
    """No code, or a plain code with a posterior trained afterwards: for all seeds."""
    return all(
        of(table, "log_p", data=data, model=model).min()
        > of(table, "log_p", data=data, model="variational").max()
        for data in DATA
        for model in ("earlier pixels", "plain code, mixture")
    )


def a_mixture_is_no_worse_a_prior(table: Table) -> bool:
    """It gains on the same decoder, if less than training everything does."""

    def log_p(data: str, model: str) -> np.ndarray:
        return of(table, "log_p", data=data, model=model)

    return all(
        (
            log_p(data, "variational, mixture")
            > log_p(data, "variational, 16 epochs") + 1
        ).all()
        and log_p(data, "variational").mean()
        > log_p(data, "variational, mixture").mean()
        for data in DATA
    )


def the_rate_makes_the_opponent(table: Table) -> bool:
    """Earlier pixels lose eight nats or more with the best rate of the VAE."""
    ours, theirs = (table.where(model=m) for m in ("variational", "earlier pixels"))
    rate = ours["learning_rate"][ours["held_out"].argmax()]
    there = theirs["held_out"][theirs["learning_rate"] == rate]
    return bool(theirs["held_out"].max() > there.max() + 8)


def a_strong_decoder_needs_less_code(table: Table) -> bool:
    """Less KL, fewer units, more likelihood, for all seeds."""

    def both(column: str, data: str) -> tuple[np.ndarray, np.ndarray]:
        models = ("variational, earlier pixels", "variational")
        strong, plain = (of(table, column, data=data, model=m) for m in models)
        return strong, plain

    for data in DATA:
        (kl, more), (active, others) = both("kl", data), both("active", data)
        log_p, lower = both("log_p", data)
        if not (kl.max() < 0.7 * more.min() and active.max() < others.min()):
            return False
        if not log_p.min() > lower.max() + 8:
            return False
    return True


def beta_one_has_the_best_bound(table: Table) -> bool:
    """For each seed, of all values of beta."""
    for data in DATA:
        for seed in SEEDS:
            rows = table.where(experiment="beta", data=data, seed=seed)
            if rows["beta"][rows["negative_elbo"].argmin()] != 1:
                return False
    return True


def the_code_collapses(table: Table) -> bool:
    """At beta = 30 and more: no active unit, a KL of nearly 0; but not at 10."""
    rows = table.where(experiment="beta")
    large = rows["beta"] >= 30
    return bool(
        large.sum() == 12
        and (rows["active"][large] == 0).all()
        and (rows["kl"][large] < 0.1).all()
        and (rows["active"][~large] >= 3).all()
    )


def seeds_agree_on_the_number_of_units(table: Table) -> bool:
    """They differ by up to six after 10 epochs, by one at most after 30."""

    def spread(experiment: str, data: str) -> float:
        return np.ptp(of(table, "active", experiment=experiment, data=data, beta=1.0))

    return spread("beta", "drawn") >= 5 and all(
        spread("longer", data) <= 1 for data in DATA
    )


def a_warm_start_collapses_as_well(table: Table) -> bool:
    """First beta = 1, then 30: the code that was learned is given up."""
    rows = table.where(experiment="warm", beta=30)
    return len(rows["seed"]) == 6 and bool((rows["active"] == 0).all())


def drawn_0(model: str, recipe: str, epochs: int = 16) -> dict[str, object]:
    """Name the row of seed 0 on drawn digits."""
    head = {"data": "drawn", "model": model, "recipe": recipe}
    return head | {"epochs": epochs, "seed": 0}


CLAIMS = (
    Claim(
        "11-holes",
        "sampling",
        a_mixture_leaves_the_holes,
        Altered(drawn_0("plain", "mixture"), "holes", 0.3),
    ),
    Claim(
        "11-no-copies",
        "sampling",
        a_mixture_does_not_copy,
        Altered(drawn_0("plain", "mixture"), "nearer_to_training", 0.9),
    ),
    Claim(
        "11-network-adds",
        "sampling",
        the_network_adds_variety,
        Altered(drawn_0("PCA", "mixture", 0), "coverage", 0.95),
    ),
    Claim(
        "11-mixture-beats-prior",
        "sampling",
        a_mixture_beats_the_prior,
        Altered(drawn_0("variational", "prior"), "certainty", 0.97),
    ),
    Claim(
        "11-decoder-not-to-blame",
        "sampling",
        the_decoder_is_not_to_blame,
        Altered(drawn_0("variational", "mixture"), "coverage", 0.7),
    ),
    Claim(
        "11-likelihood",
        "likelihood",
        a_likelihood_far_above_templates,
        Altered({"data": "mnist", "model": "variational", "seed": 1}, "log_p", -100.0),
    ),
    Claim(
        "11-likelihood-opponents",
        "likelihood",
        opponents_have_a_higher_likelihood,
        Altered({"data": "drawn", "model": "earlier pixels", "seed": 0}, "log_p", -91),
    ),
    Claim(
        "11-mixture-prior",
        "likelihood",
        a_mixture_is_no_worse_a_prior,
        Altered(
            {"data": "drawn", "model": "variational, mixture", "seed": 0},
            "log_p",
            -90.0,
        ),
    ),
    Claim(
        "11-tuned-opponent",
        "likelihood_settings",
        the_rate_makes_the_opponent,
        Altered(
            {"model": "earlier pixels", "learning_rate": 0.007, "weight_decay": 0.0},
            "held_out",
            -86.0,
        ),
    ),
    Claim(
        "11-strong-decoder",
        "likelihood",
        a_strong_decoder_needs_less_code,
        Altered(
            {"data": "mnist", "model": "variational, earlier pixels", "seed": 2},
            "kl",
            22.0,
        ),
    ),
    Claim(
        "11-beta-one",
        "variational",
        beta_one_has_the_best_bound,
        Altered(
            {"experiment": "beta", "data": "drawn", "beta": 0.3, "seed": 2},
            "negative_elbo",
            100.0,
        ),
    ),
    Claim(
        "11-collapse",
        "variational",
        the_code_collapses,
        Altered(
            {"experiment": "beta", "data": "mnist", "beta": 30, "seed": 0}, "active", 3
        ),
    ),
    Claim(
        "11-warm-collapse",
        "variational",
        a_warm_start_collapses_as_well,
        Altered(
            {"experiment": "warm", "data": "mnist", "beta": 30, "seed": 0}, "active", 3
        ),
    ),
    Claim(
        "11-seeds-agree",
        "variational",
        seeds_agree_on_the_number_of_units,
        Altered(
            {"experiment": "longer", "data": "drawn", "beta": 1, "seed": 2},
            "active",
            17,
        ),
    ),
)
