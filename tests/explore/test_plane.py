"""The plane to point into: what it shows and where its point may be."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from matplotlib import pyplot as plt

from aelib.explore import Plane

PICTURE = np.random.default_rng(0).random((6, 6, 3))


def test_picture_is_what_the_browser_gets() -> None:
    plane = Plane(PICTURE, reach=3.0)
    png = base64.b64decode(plane.picture.removeprefix("data:image/png;base64,"))
    shown = plt.imread(io.BytesIO(png))[..., :3]
    np.testing.assert_allclose(shown, PICTURE, atol=1 / 255)


@pytest.mark.parametrize("point", [(0, 0), (-3.0, 3.0), (0.5, -1)])
def test_point_is_where_it_was_put(point: tuple[float, float]) -> None:
    plane = Plane(PICTURE, 3.0, point)
    assert plane.value == list(point)
    assert all(isinstance(place, float) for place in plane.value)


@pytest.mark.parametrize("point", [(0, 3.1), (-4, 0), (0, 0, 0), (0, np.nan)])
def test_point_outside_is_refused(point: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="two numbers from -3 to 3"):
        Plane(PICTURE, 3.0, point)


def test_display_names_the_plane_by_a_text_that_is_stable() -> None:
    bundle = Plane(PICTURE, 3.0)._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/plain"] == "Plane(±3)"
