"""Explorers: a picture that follows sliders, for the notebook of the same name.

An explorer trains nothing: it is given what the notebook has computed, and redraws.
Where widgets don't run (a web page, a PDF) its first picture stands in for it.

The explorers of ``notebooks/05-sparse-features.ipynb`` are in ``sparse_features.py``
here, and so for each.  Beside them lies what they are made of: ``base.py``, the picture
that follows; ``pad.py`` to draw on and ``plane.py`` to point into, each with its
JavaScript; and ``checks.py``, what all of them refuse.
"""

from aelib.explore.backpropagation import one_weight
from aelib.explore.base import Explorer, Picture
from aelib.explore.convolutional import feature_maps
from aelib.explore.deep_classifier import label_counts
from aelib.explore.denoising import clean_noise, draw_your_own
from aelib.explore.dropout import killed_units
from aelib.explore.from_denoiser_to_sampler import digit_to_order, points_flowing
from aelib.explore.hundred_labels import label_spreading
from aelib.explore.latent_variables import factors
from aelib.explore.live import LiveExplorer
from aelib.explore.pad import DrawingPad
from aelib.explore.recording import Recording, replay
from aelib.explore.shallow_autoencoder import code_sizes
from aelib.explore.sparse_autoencoders_today import superposition
from aelib.explore.sparse_coding import sparsity_force
from aelib.explore.sparse_features import hidden_units
from aelib.explore.stacked_pretraining import through_the_stack
from aelib.explore.variational import between_digits, latent_plane
from aelib.explore.weight_penalty import weight_prices

__all__ = [
    "DrawingPad",
    "Explorer",
    "LiveExplorer",
    "Picture",
    "Recording",
    "between_digits",
    "clean_noise",
    "code_sizes",
    "digit_to_order",
    "draw_your_own",
    "factors",
    "feature_maps",
    "hidden_units",
    "killed_units",
    "label_counts",
    "label_spreading",
    "latent_plane",
    "one_weight",
    "points_flowing",
    "replay",
    "sparsity_force",
    "superposition",
    "through_the_stack",
    "weight_prices",
]
