"""Explorers in the browser: they compute as torch does, and follow any hand.

How many pictures a second each one draws while it is dragged is printed at the end of
the run, and stands in docs/explorers.md; it is no condition.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from axe_playwright_python.sync_playwright import Axe
from explorer_page import frames, open_explorer, seen
from playwright.sync_api import Browser, Page
from sklearn.datasets import make_moons

from aelib import diffusion, explore, graphs, load_data
from aelib.autoencoders import Autoencoder, ConvAutoencoder, VariationalAutoencoder
from aelib.backprop import Network
from aelib.evaluation import reconstruct
from aelib.explore import LiveExplorer
from aelib.explore.live import HERE, layers, packed
from aelib.explore.scripts import javascript
from aelib.results import load_table
from aelib.training import fit

pytestmark = [pytest.mark.slow, pytest.mark.browser]

DATA = load_data("drawn", n_train=10, n_test=60)
DIGITS, LABELS = DATA.test.images, DATA.test.labels
WIDTHS = (390, 1024, 1440)


def net(*sizes: int, **options: object) -> Autoencoder:
    return Autoencoder([784, *sizes], seed=0, **options)


TURNS = np.arange(5) * 2 * np.pi / 5
PENTAGON = np.stack([np.cos(TURNS), np.sin(TURNS)], axis=1)

POINTS, MOON = make_moons(200, noise=0.08, shuffle=False, random_state=1)
APART = {gap: POINTS - gap * np.outer(MOON, [0, 1]) for gap in (0.4, 0.2, 0.0)}


def recording(units: int = 9) -> explore.Recording:
    kept = explore.Recording(lambda model: model.features())
    for epoch in range(6):
        kept(net(units), epoch, 6.0 - epoch)
    return kept


def falling() -> explore.Recording:
    """Three points that slide down a curve."""
    kept = explore.Recording(lambda model: np.array([[-h * h, h] for h in model]))
    for epoch in range(4):
        kept(np.array([0.6, 0.8, 1.0]) / (1 + epoch), epoch, 4.0 - epoch)
    return kept


def copies() -> explore.Recording:
    kept = explore.Recording(
        lambda model: np.concatenate([DIGITS[:5], reconstruct(model, DIGITS[:5])])
    )
    fit(net(9), DIGITS, epochs=3, progress=False, watch=kept)
    return kept


def unfolding() -> explore.Recording:
    kept = explore.Recording(lambda model: model.encode(DIGITS))
    for epoch in range(6):
        loss = np.nan if epoch == 0 else 160.0 - epoch
        kept(VariationalAutoencoder([784, 2], seed=epoch), epoch, loss)
    return kept


def denoiser() -> diffusion.Denoiser:
    """A denoiser of five numbers and ten classes, with weights of any kind."""
    made = diffusion.Denoiser(5, (20, 20), classes=10)
    random = torch.Generator().manual_seed(0)
    torch.nn.init.normal_(made.layers[-1].weight, std=0.1, generator=random)
    return made


MAKE: dict[str, Callable[[], LiveExplorer]] = {
    "one weight": lambda: explore.one_weight(
        Network([2, 2, 2], seed=1), np.array([0.5, 1.0]), np.array([0.75, 0.3])
    ),
    "code sizes": lambda: explore.code_sizes(
        {k: net(k, code="linear") for k in (1, 4, 16)}, DIGITS[:5]
    ),
    "factors": lambda: explore.factors(net(12)),
    "weight prices": lambda: explore.weight_prices(
        {0.0: net(16), 0.1: net(16)}, DIGITS[:9], DIGITS[9:20]
    ),
    "sparsity force": lambda: explore.sparsity_force(
        {"free": np.linspace(0.3, 0.9, 9), "sparse": np.linspace(0.05, 0.2, 9)}
    ),
    "hidden units": lambda: explore.hidden_units({"a": net(49), "b": net(49)}, DIGITS),
    "killed units": lambda: explore.killed_units({"a": net(60)}, DIGITS[:30]),
    "through the stack": lambda: explore.through_the_stack(
        {"a": net(64, 16), "b": net(64, 16)}, DIGITS[:9]
    ),
    "label counts": lambda: explore.label_counts(load_table("labels_opponents")),
    "clean noise": lambda: explore.clean_noise(
        DIGITS[:4], {"gaussian": net(30), "masking": net(30)}
    ),
    "feature maps": lambda: explore.feature_maps(
        ConvAutoencoder(seed=0), DIGITS[:9], LABELS[:9]
    ),
    "latent plane": lambda: explore.latent_plane(
        VariationalAutoencoder([784, 64, 2], seed=0), DIGITS, LABELS
    ),
    "between digits": lambda: explore.between_digits(net(5), DIGITS[:4], LABELS[:4]),
    "superposition": lambda: explore.superposition(
        {1.0: PENTAGON * [[1], [1], [0], [0], [0]], 0.2: PENTAGON, 0.05: PENTAGON}
    ),
    "label spreading": lambda: explore.label_spreading(APART, MOON),
    "points flowing": explore.points_flowing,
    "digit to order": lambda: explore.digit_to_order(
        net(30, 5, code="linear"), denoiser(), np.asarray
    ),
    "a replay": lambda: explore.replay("a replay", recording(), "Nine features"),
    "strokes forming": lambda: explore.replay(
        "strokes forming", recording(18), "18 features", columns=6
    ),
    "a fall": lambda: explore.replay(
        "a fall",
        falling(),
        "Three points",
        x=(-1, 1, "force"),
        y=(0, 1, "height"),
        marks=(0.2,),
        path=([-1.0, -0.25, 0.0], [1.0, 0.5, 0.0]),
    ),
    "copies emerging": lambda: explore.replay(
        "copies emerging", copies(), "Five digits and their copies", columns=5
    ),
    "plane unfolding": lambda: explore.replay(
        "plane unfolding", unfolding(), "Means of digits", labels=LABELS
    ),
}


@cache
def explorer(name: str) -> LiveExplorer:
    return MAKE[name]()


@pytest.fixture(params=MAKE)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def page(browser: Browser, tmp_path: Path, name: str) -> Iterator[Page]:
    page = open_explorer(browser, explorer(name), tmp_path)
    yield page
    page.context.close()


def wait_for_more(page: Page, before: int) -> None:
    """Wait until more than so many pictures were drawn."""
    page.wait_for_function(
        "n => +document.querySelector('.aelib-explorer').dataset.frames > n",
        arg=before,
    )


# What every explorer can do


def test_all_explorers_that_are_live_are_tried() -> None:
    folder = HERE.glob("*.js")
    scripts = {p.stem for p in folder if "live(" in p.read_text(encoding="utf-8")}
    assert {explorer(name).script for name in MAKE} == scripts - {"live"}


def test_a_picture_follows_the_mouse(page: Page) -> None:
    for thing in page.locator("[data-drag]").all()[:3]:
        before, box = frames(page), thing.bounding_box()
        middle = box["y"] + box["height"] / 2
        page.mouse.move(box["x"] + 0.3 * box["width"], middle)
        page.mouse.down()
        page.mouse.move(box["x"] + 0.75 * box["width"], middle, steps=5)
        page.mouse.up()
        wait_for_more(page, before)


# One movement for each frame of the display, there and back for a second.
SWEEP = """thing => new Promise(resolve => {
    const root = thing.closest(".aelib-explorer"), box = thing.getBoundingClientRect();
    const isSlider = thing.tagName === "INPUT", start = performance.now();
    const send = (kind, part) => thing.dispatchEvent(new PointerEvent(kind, {
        pointerId: 1, button: 0, bubbles: true, clientY: box.top + box.height * part,
        clientX: box.left + box.width * part}));
    thing.setPointerCapture = () => {};
    const before = +root.dataset.frames;
    if (!isSlider) send("pointerdown", 0.2);
    requestAnimationFrame(function next(now) {
        const part = 0.5 + 0.3 * Math.sin((now - start) / 150);
        if (isSlider) {
            thing.value = Math.round(part * thing.max);
            thing.dispatchEvent(new Event("input", {bubbles: true}));
        } else send("pointermove", part);
        if (now - start < 1000) return requestAnimationFrame(next);
        if (!isSlider) send("pointerup", part);
        const pictures = root.querySelectorAll("canvas").length;
        resolve((root.dataset.frames - before) / pictures / (now - start) * 1000);
    });
})"""


def test_its_pictures_a_second_are_told(
    page: Page, name: str, record_property: Callable[[str, object], None]
) -> None:
    things = page.locator("[data-drag]").all()
    rate = min(thing.evaluate(SWEEP) for thing in things)
    record_property("remark", f"explorer {name}: {rate:.0f} pictures a second, dragged")
    assert rate > 0


def test_a_picture_follows_a_finger(page: Page) -> None:
    before = frames(page)
    for thing in page.locator("[data-drag]").all()[:3]:
        box = thing.bounding_box()
        for part in (0.4, 0.8):
            page.touchscreen.tap(
                box["x"] + part * box["width"], box["y"] + 0.5 * box["height"]
            )
    wait_for_more(page, before)


def test_a_picture_follows_the_keyboard(page: Page) -> None:
    things = page.locator("input[type=range], canvas[tabindex]").all()
    assert things
    for thing in things:
        before = frames(page)
        thing.focus()
        for key in ("ArrowRight", "ArrowLeft", "ArrowUp", "Home"):
            page.keyboard.press(key)
        wait_for_more(page, before)


def test_every_button_does_something_and_says_so(page: Page) -> None:
    for button in page.get_by_role("button").all():
        before = frames(page)
        button.click()
        wait_for_more(page, before)
    assert len(seen(page)) > 10


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_it_fits_and_is_open_to_everyone(
    browser: Browser, tmp_path: Path, name: str, width: int, theme: str
) -> None:
    page = open_explorer(browser, explorer(name), tmp_path, width=width, theme=theme)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    barriers = Axe().run(page)
    assert barriers.violations_count == 0, barriers.generate_report()
    page.context.close()


def test_its_weight_is_bounded(name: str) -> None:
    assert len(explorer(name).state) < 500_000


# What they compute


def run_with(page: Page, module: str, body: str, argument: object) -> object:
    """Run JavaScript after the text of one of the modules."""
    text = javascript(HERE / module)
    text = text.replace("export const", "const").replace("export function", "function")
    text = text.replace("export async function", "async function")
    return page.evaluate(f"async (given) => {{ {text}\n {body} }}", argument)


@pytest.fixture
def empty(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


@pytest.mark.parametrize(
    "model",
    [
        net(30),
        net(40, 10, activation="silu", code="linear"),
        net(20, 5, activation="relu", output="linear"),
        net(20, activation="tanh"),
        VariationalAutoencoder([784, 64, 32, 2], seed=3),
    ],
    ids=["sigmoid", "silu", "relu", "tanh", "variational"],
)
def test_numbers_in_the_browser_are_those_of_torch(
    empty: Page, model: Autoencoder
) -> None:
    code = np.random.default_rng(0).normal(size=model.code_size)
    given = {"decoder": layers(model, "decoder"), "code": code.tolist()}
    body = "return [...forward((await unpack(given)).decoder, given.code)];"
    both = javascript(HERE / "net.js")
    assert "function unpack" in both
    found = run_with(empty, "net.js", body, given)
    with torch.no_grad():
        expected = model.decode(np.float32(code)[None]).numpy()[0]
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_arrays_arrive_as_they_were(empty: Page) -> None:
    x = np.random.default_rng(0).normal(size=(3, 4))
    given = {kind: packed(x, kind) for kind in ("i8", "i14")}
    given["u8"] = packed(np.abs(x) / 4)
    body = """
    const state = await unpack(given);
    const lists = Object.entries(state).map(([kind, array]) =>
        [kind, { row: [...at(array, 1)], one: at(array, 2, 3)[0] }]);
    return Object.fromEntries(lists);"""
    found = run_with(empty, "numbers.js", body, json.loads(json.dumps(given)))
    for kind, steps in (("i8", 127), ("i14", 8_191)):
        bound = np.abs(x).max() / steps
        np.testing.assert_allclose(found[kind]["row"], x[1], atol=bound)
        assert found[kind]["one"] == pytest.approx(x[2, 3], abs=bound)
    np.testing.assert_allclose(found["u8"]["row"], np.abs(x[1]) / 4, atol=1 / 255)


def test_ink_is_centred_as_python_does(empty: Page) -> None:
    image = np.zeros((28, 28))
    image[2:17, 3:5] = 1
    body = "return [...centred(Float32Array.from(given))];"
    found = run_with(empty, "ink.js", body, image.ravel().tolist())
    expected = explore.pad.centre(image)
    np.testing.assert_allclose(np.reshape(found, (28, 28)), expected)


@pytest.mark.parametrize("gap", APART)
@pytest.mark.parametrize("k", [1, 7, 15])
def test_labels_spread_in_the_browser_as_in_python(
    empty: Page, k: int, gap: float
) -> None:
    rows, labels, steps = [50, 150, 160, 3], [0, 1, 0, 1], [1, 12, 100]
    known = list(zip(rows, labels, strict=True))
    given = {"points": APART[gap].tolist(), "k": k, "known": known, "steps": steps}
    body = """
    const graph = join(given.points, given.k);
    const known = new Map(given.known);
    return given.steps.map((steps) => spread(graph, known, steps, 0.99));"""
    found = np.array(run_with(empty, "graph.js", body, given), dtype=float)
    graph = graphs.join(APART[gap], k)
    for step, share in zip(steps, found, strict=True):
        expected = graphs.spread_labels(graph, rows, labels, steps=step)
        reached = expected.sum(axis=1) > 0
        np.testing.assert_array_equal(~np.isnan(share), reached)
        np.testing.assert_allclose(share[reached], expected[reached, 1], atol=1e-3)


def test_equal_points_are_joined_in_the_browser_too(empty: Page) -> None:
    body = "return join(given, 2).flat(2);"
    assert np.isfinite(run_with(empty, "graph.js", body, [[0, 0]] * 5)).all()


def test_arrow_keys_reach_every_point(empty: Page) -> None:
    body = """
    const ways = [[-1, 0], [1, 0], [0, 1], [0, -1]];
    const reached = new Set([0]);  // grows while it is walked through
    for (const i of reached) for (const way of ways) reached.add(ahead(given, i, way));
    return reached.size;"""
    for points in APART.values():
        assert run_with(empty, "graph.js", body, points.tolist()) == len(points)


def spread_in_words(k: int, gap: float, known: dict[int, int], steps: int) -> str:
    """Return what the explorer says, computed here."""
    rows, labels = list(known), np.array(list(known.values()))
    graph = graphs.join(APART[gap], k)
    share = graphs.spread_labels(graph, rows, labels, steps=steps)
    reached = share.sum(axis=1) > 0
    right = reached & (share.argmax(axis=1) == MOON)
    far = np.linalg.norm(APART[gap][:, None] - APART[gap][rows], axis=2)
    near = labels[far.argmin(axis=1)] == MOON
    return (
        f"{len(known)} label{'s' * (len(known) != 1)}, {steps} steps: "
        f"{100 * reached.mean():.1f} % of the points reached; {100 * right.mean():.1f} "
        f"% read rightly, {100 * near.mean():.1f} % by the nearest label alone."
    )


def test_labels_are_given_by_keys_and_what_is_said_is_what_python_finds(
    browser: Browser, tmp_path: Path
) -> None:
    page = open_explorer(browser, explorer("label spreading"), tmp_path)
    upper, lower = json.loads(explorer("label spreading").state)["numbers"]["known"]
    known = {upper: 0, lower: 1}
    assert seen(page) == spread_in_words(7, 0.4, known, 5)
    page.get_by_role("slider", name="steps").press("End")
    page.get_by_role("slider", name="how far").press("Home")
    for key in ("ArrowLeft", "ArrowLeft"):
        page.get_by_role("slider", name="neighbours").press(key)
    assert seen(page) == spread_in_words(5, 0.0, known, 100)
    canvas = page.get_by_role("application")
    page.get_by_role("button", name="B", exact=True).click()
    canvas.press("Enter")
    assert seen(page) == spread_in_words(5, 0.0, {lower: 1, upper: 1}, 100)
    canvas.press("ArrowDown")
    assert re.fullmatch(r"The point at \(.+\): \d+\.\d % A\.", seen(page))
    page.get_by_role("button", name="Take all").click()
    assert seen(page) == "No labels: click a point to give it one."
    page.context.close()


def test_a_label_that_is_dragged_stays_where_it_is_dropped(
    browser: Browser, tmp_path: Path
) -> None:
    page = open_explorer(browser, explorer("label spreading"), tmp_path)
    page.get_by_role("button", name="Take all").click()
    box = page.get_by_role("application").bounding_box()
    for button, there in (("A", 0.8), ("none", 0.8)):
        page.get_by_role("button", name=button, exact=True).click()
        start = 0.2 if button == "A" else there
        page.mouse.move(box["x"] + start * box["width"], box["y"] + 100)
        page.mouse.down()
        page.mouse.move(box["x"] + there * box["width"], box["y"] + 100, steps=9)
        page.mouse.up()
        expected = "1 label," if button == "A" else "No labels:"
        assert seen(page).startswith(expected)
    page.context.close()


def test_labels_flow_until_the_last_step_and_then_anew(
    browser: Browser, tmp_path: Path
) -> None:
    page = open_explorer(browser, explorer("label spreading"), tmp_path)
    steps = page.get_by_role("slider", name="steps")
    steps.press("End")
    steps.press("ArrowLeft")
    play = page.get_by_role("button", name="Let them flow")
    play.click()
    page.wait_for_selector("button[aria-pressed=false]:has-text('Let them flow')")
    assert "100 steps" in seen(page)
    play.click()
    page.wait_for_function(
        "/, [1-9] steps?:/.test(document.querySelector('.aelib-seen').innerText)"
    )
    page.context.close()


@pytest.mark.parametrize("weight", [(0, 1, 0), (1, 0, 1)])
def test_one_weight_tells_the_cost_and_the_slope_of_backprop(
    browser: Browser, tmp_path: Path, weight: tuple[int, int, int]
) -> None:
    x, y = np.array([0.5, 1.0]), np.array([0.75, 0.3])
    net = Network([2, 2, 2], seed=1)
    page = open_explorer(browser, explore.one_weight(net, x, y, weight), tmp_path)
    layer, i, j = weight
    slope = net.gradients(x, y)[0][layer][i, j]
    said = seen(page).replace("−", "-")
    assert f"cost J = {net.cost(x, y):.4f}" in said
    assert f"= {slope:+.4f}." in said
    page.context.close()


def test_the_plane_tells_the_nearest_classes(browser: Browser, tmp_path: Path) -> None:
    model = VariationalAutoencoder([784, 64, 2], seed=0)
    plane = explore.latent_plane(model, DIGITS, LABELS, start=(0.2, -0.1))
    page = open_explorer(browser, plane, tmp_path)
    codes = model.encode(DIGITS).detach().numpy()
    order = np.square(codes - [0.2, -0.1]).sum(axis=1).argsort()[:20]
    for digit, count in zip(*np.unique(LABELS[order], return_counts=True), strict=True):
        assert f"{count} × {digit}" in seen(page)
    page.context.close()


def test_a_replay_tells_the_loss_of_an_epoch_and_none_before_the_first(
    browser: Browser, tmp_path: Path
) -> None:
    page = open_explorer(browser, explorer("plane unfolding"), tmp_path)
    assert "Means of digits, after 5 epochs: loss 155.000." in seen(page)
    page.get_by_role("slider").focus()
    page.keyboard.press("Home")
    page.wait_for_function(
        "document.querySelector('.aelib-seen').innerText.includes('after 0 epochs.')"
    )
    assert "loss" not in seen(page)
    page.context.close()


def test_an_ordered_digit_in_the_browser_is_that_of_python(
    browser: Browser, tmp_path: Path
) -> None:
    page = open_explorer(browser, explorer("digit to order"), tmp_path)
    ink = float(explorer("digit to order").alt.split("has ")[1].split()[0])
    said = float(seen(page).split("has ")[1].split()[0])
    assert said == pytest.approx(ink, abs=0.11)
    page.context.close()


def test_ways_down_in_the_browser_are_those_of_torch(empty: Page) -> None:
    spots = np.random.default_rng(0).normal(size=(7, 2)).round(3)
    start, sigmas = [[1.5, -0.8]], diffusion.falling(0.05, 3.0, 12)
    led = diffusion.exact_denoiser(spots, 0.1)
    paths = {
        "flow": diffusion.anneal(led, torch.tensor(start), sigmas),
        "climb": diffusion.climb(led, torch.tensor(start), 0.4, len(sigmas) - 1),
    }
    body = """
    const led = exactDenoiser(given.spots, 0.1);
    const points = (path) => path.map(({ x }) => x);
    const { start, sigmas } = given;
    return { flow: points(annealed(led, start, sigmas)),
             climb: points(climbed(led, start, 0.4, sigmas.length - 1)) };"""
    given = {"spots": spots.tolist(), "start": start[0], "sigmas": sigmas}
    found = run_with(empty, "anneal.js", body, given)
    for name, path in paths.items():
        np.testing.assert_allclose(found[name], torch.cat(path).numpy(), atol=1e-3)


def test_fresh_noise_in_the_browser_leaves_the_right_variance(empty: Page) -> None:
    body = """
    const [nothing, normal] = [(x) => x.map(() => 0), normals(1)];
    const sigmas = [2, 1, 0];
    return Array.from({ length: 4000 }, () =>
        annealed(nothing, [2 * normal()], sigmas, normal)[1].x[0]);"""
    found = np.array(run_with(empty, "anneal.js", body, None))
    assert found.std() == pytest.approx(1, rel=0.05)


def test_a_guided_code_in_the_browser_is_that_of_torch(empty: Page) -> None:
    network, sigmas = denoiser(), diffusion.falling(0.02, 20.0, 18)
    start = 20 * np.random.default_rng(1).normal(size=(1, 5)).astype(np.float32)
    parts = [
        {
            "weight": packed(layer.weight.detach(), "i14"),
            "bias": packed(layer.bias.detach(), "i14"),
            "activation": "linear" if layer is network.layers[-1] else "silu",
        }
        for layer in network.layers
    ]
    given = {"layers": parts, "start": start[0].tolist(), "sigmas": sigmas}
    body = """
    const { layers } = await unpack({ layers: given.layers });
    const path = annealed(guided(layers, 7, 2.5), given.start, given.sigmas);
    return path.at(-1).x;"""
    led = diffusion.guided(network, torch.tensor([7]), 2.5)
    expected = diffusion.anneal(led, torch.tensor(start), sigmas)[-1][0].numpy()
    found = run_with(empty, "anneal.js", body, given)
    np.testing.assert_allclose(found, expected, atol=1e-3)
