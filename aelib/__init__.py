"""The package behind the course: autoencoders, their mathematics, their pictures.

Each module is imported when it is first used, so ``import aelib`` alone loads no
torch, no matplotlib, no scikit-learn and no ipywidgets.

Examples
--------
>>> import aelib
>>> aelib.corruption.__name__
'aelib.corruption'
"""

import lazy_loader as lazy

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submodules=[
        "autoencoders",
        "backprop",
        "corruption",
        "denoisers",
        "diagrams",
        "digits",
        "evaluation",
        "explore",
        "gradcheck",
        "penalties",
        "plots",
        "probes",
        "sampling",
        "stacking",
        "training",
        "units",
    ],
    submod_attrs={"digits": ["load_data"]},
)
