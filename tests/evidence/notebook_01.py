"""What notebook 01 claims of its stored tables."""

from __future__ import annotations

from claims import Altered, Claim

from aelib.results import Table


def pca_is_as_published(table: Table) -> bool:
    error = table.where(model="PCA", code_size=30)["squared_error"]
    return abs(error.item() - 13.87) < 0.01


CLAIMS = (
    Claim(
        "01-pca-as-published",
        "bottleneck",
        pca_is_as_published,
        Altered({"model": "PCA", "code_size": 30}, "squared_error", 13.5),
    ),
)
