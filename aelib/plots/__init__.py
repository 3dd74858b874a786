"""The pictures of the course, in one style.

`style` has the colours, `sheets` shows images, `charts` shows numbers; `arrays` refuses
what would make a picture that lies.  Every function draws into Axes that it is given,
or makes its own, and returns them; so a reader can go on with plain matplotlib.
"""

from aelib.plots.charts import (
    plot_codes,
    plot_errors,
    plot_gaussians,
    plot_history,
    plot_seeds,
    show_aggregate,
    show_bars,
)
from aelib.plots.sheets import (
    code_images,
    show_features,
    show_images,
    show_rows,
    text_images,
    tile,
)
from aelib.plots.style import CLASS_COLOURS, COLOURS, STYLE, use_style

__all__ = [
    "CLASS_COLOURS",
    "COLOURS",
    "STYLE",
    "code_images",
    "plot_codes",
    "plot_errors",
    "plot_gaussians",
    "plot_history",
    "plot_seeds",
    "show_aggregate",
    "show_bars",
    "show_features",
    "show_images",
    "show_rows",
    "text_images",
    "tile",
    "use_style",
]
