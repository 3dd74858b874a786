"""Autoencoders as torch modules: an encoder stage, a code, a decoder stage.

Every model here has the same three verbs: ``encode`` turns inputs into codes,
``decode`` turns codes back into inputs, and calling the model does one after the
other.  Nothing here trains: that is `aelib.training.fit`.
"""

from aelib.autoencoders.convolutional import ConvAutoencoder
from aelib.autoencoders.dense import Autoencoder
from aelib.autoencoders.layers import ACTIVATIONS
from aelib.autoencoders.variational import VariationalAutoencoder

__all__ = ["ACTIVATIONS", "Autoencoder", "ConvAutoencoder", "VariationalAutoencoder"]
