"""Explorers: what is displayed is what was computed for the setting."""

from __future__ import annotations

import base64
import re
import threading
from collections.abc import Callable

import ipywidgets as widgets
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from aelib import explore
from aelib.explore.base import slider


@pytest.fixture
def drawn() -> list[int]:
    return []


@pytest.fixture
def explorer(drawn: list[int]) -> explore.Explorer:
    def draw(k: int) -> Figure:
        drawn.append(k)
        figure = Figure(figsize=(1, 1), dpi=20)
        figure.add_subplot().plot([0, k])
        return figure

    slider = widgets.IntSlider(2, 0, 9)
    return explore.Explorer("a line", {"k": slider}, draw, lambda k: f'<"{k}">')


def displayed(picture: explore.Picture) -> bytes:
    """Return the PNG within the widget's HTML."""
    return base64.b64decode(re.search(r"base64,([^\"]+)", picture.value)[1])


def test_redraws_once_per_move_and_only_then(
    explorer: explore.Explorer, drawn: list[int]
) -> None:
    explorer.set(k=5)
    explorer.set(k=5)
    assert drawn == [2, 5]
    assert explorer.values == {"k": 5}


def test_picture_follows_and_leaves_no_figure_open(explorer: explore.Explorer) -> None:
    before, figures = displayed(explorer.picture), plt.get_fignums()
    explorer.set(k=7)
    assert displayed(explorer.picture) == explorer.picture.png != before
    assert explorer.picture.png.startswith(b"\x89PNG")
    assert plt.get_fignums() == figures


class Kernel:
    """Stand-in for the loop of a kernel whose cell runs until `finish` is called."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def call_soon_threadsafe(self, callback: Callable[[], None]) -> None:
        self.waiting.append(callback)

    def finish(self) -> None:
        for callback in self.waiting:
            callback()


def test_what_another_thread_moves_is_drawn_by_the_first_once_it_is_free(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn: list[tuple[int, bool]] = []

    def draw(k: int) -> Figure:
        is_first = threading.current_thread() is threading.main_thread()
        drawn.append((k, is_first))
        return Figure(figsize=(1, 1), dpi=20)

    kernel = Kernel()
    monkeypatch.setattr("asyncio.get_running_loop", lambda: kernel)
    slider = widgets.IntSlider(2, 0, 9)
    explorer = explore.Explorer("a line", {"k": slider}, draw, lambda k: f"at {k}")
    mover = threading.Thread(target=lambda: [explorer.set(k=k) for k in (4, 6, 8)])
    mover.start()
    mover.join()
    assert explorer.alt == "at 2"
    kernel.finish()
    assert explorer.alt == "at 8"
    assert drawn == [(2, True), (8, True)]


def test_alternative_text_is_escaped(explorer: explore.Explorer) -> None:
    assert 'alt="&lt;&quot;2&quot;&gt;"' in explorer.picture.value


def test_display_has_a_widget_a_still_and_a_stable_text(
    explorer: explore.Explorer,
) -> None:
    bundle = explorer._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert base64.b64decode(bundle["image/png"]) == explorer.picture.png
    assert bundle["text/plain"] == "Explorer(a line)"


def test_picture_alone_can_be_displayed_too() -> None:
    picture = explore.Picture()
    picture.show(Figure(figsize=(1, 1)), alt="empty")
    bundle = picture._repr_mimebundle_()
    assert base64.b64decode(bundle["image/png"]) == picture.png
    assert bundle["text/plain"] == "Picture(empty)"


def test_no_slider_is_moved_beyond_its_ends(explorer: explore.Explorer) -> None:
    with pytest.raises(ValueError, match="k=10 is out of range: choose from 0 to 9"):
        explorer.set(k=10)
    with pytest.raises(ValueError, match=r"k=1\.5 is no whole number"):
        explorer.set(k=1.5)
    assert explorer.values == {"k": 2}


@pytest.mark.parametrize("step", [1, 0.5])
@given(value=st.integers(-9, 9), low=st.integers(-9, 9), high=st.integers(-9, 9))
def test_a_slider_starts_where_it_was_told_or_not_at_all(
    step: float, value: int, low: int, high: int
) -> None:
    low, high = min(low, high), max(low, high)
    if low <= value <= high:
        assert slider("k", value, low, high, step).value == value
    else:
        with pytest.raises(ValueError, match=f"from {low} to {high}"):
            slider("k", value, low, high, step)


@pytest.mark.parametrize("value", [None, "a", [1]])
def test_a_slider_is_moved_by_numbers_only(value: object) -> None:
    with pytest.raises(TypeError, match="k must be a number; got"):
        slider("k", value, 0, 9, step=0.5)


def test_a_slider_of_whole_numbers_rounds_none() -> None:
    with pytest.raises(ValueError, match=r"k=1\.5 is no whole number"):
        slider("k", 1.5, 0, 9)
