"""Explorers: a picture that follows sliders, one call per notebook.

An explorer trains nothing: it is given what the notebook has computed, and redraws.
Where widgets don't run (a web page, a PDF) its first picture stands in for it.
"""

from aelib.explore.base import Explorer, Picture
from aelib.explore.deep import through_the_stack
from aelib.explore.denoised import clean_noise, draw_your_own
from aelib.explore.labels import label_counts
from aelib.explore.latent import between_digits, latent_plane
from aelib.explore.maps import feature_maps
from aelib.explore.pad import DrawingPad
from aelib.explore.plane import Plane
from aelib.explore.regularized import sparsity_force, weight_prices
from aelib.explore.shallow import code_sizes, factors, one_weight
from aelib.explore.units import dropout_rates, hidden_units

__all__ = [
    "DrawingPad",
    "Explorer",
    "Picture",
    "Plane",
    "between_digits",
    "clean_noise",
    "code_sizes",
    "draw_your_own",
    "dropout_rates",
    "factors",
    "feature_maps",
    "hidden_units",
    "label_counts",
    "latent_plane",
    "one_weight",
    "sparsity_force",
    "through_the_stack",
    "weight_prices",
]
