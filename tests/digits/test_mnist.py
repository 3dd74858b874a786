"""MNIST's files are found, or downloaded from servers that misbehave, or refused."""

import gzip
import hashlib
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import numpy as np
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from aelib.digits import mnist
from aelib.digits.download import fetch, verify

rng = np.random.default_rng(0)
NAME = "t10k-labels-idx1-ubyte"
RIGHT, WRONG = rng.bytes(200_000), rng.bytes(200_000)
PACKED = gzip.compress(RIGHT)
FILES = {NAME: hashlib.md5(RIGHT).hexdigest()}


@pytest.fixture(autouse=True)
def nothing_from_outside(monkeypatch, request):
    """No proxy between the test and its own server; MNIST's folder where it's meant."""
    monkeypatch.setenv("NO_PROXY", "*")
    if not request.node.get_closest_marker("mnist"):
        monkeypatch.delenv("AELIB_DATA", raising=False)


@pytest.fixture
def good(httpserver):
    httpserver.expect_request(f"/good/{NAME}.gz").respond_with_data(PACKED)
    return httpserver.url_for("/good/")


# --- Servers that misbehave, each as the address of a mirror -----------------------


def answers(body, status=200, **headers):
    """Make a mirror that gives every request this answer."""

    @contextmanager
    def mirror(httpserver):
        response = Response(body, status, headers)
        httpserver.expect_request(f"/bad/{NAME}.gz").respond_with_response(response)
        yield httpserver.url_for("/bad/")

    return mirror


@contextmanager
def refuses_connections(httpserver):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    yield f"http://127.0.0.1:{port}/"


@contextmanager
def never_answers(httpserver):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        yield f"http://127.0.0.1:{silent.getsockname()[1]}/"


@contextmanager
def stops(then):
    """Send a header and the first half of the file, then call `then`."""

    def serve(server):
        connection, _ = server.accept()
        with connection:
            connection.recv(65536)
            header = f"HTTP/1.1 200 OK\r\nContent-Length: {len(PACKED)}\r\n\r\n"
            connection.sendall(header.encode() + PACKED[: len(PACKED) // 2])
            then()

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, args=[server], daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


@contextmanager
def falls_silent_halfway(httpserver):
    over = threading.Event()
    try:
        with stops(over.wait) as url:
            yield url
    finally:
        over.set()


def hangs_up_halfway(httpserver):
    return stops(lambda: None)


BAD = {
    "forbids": (answers(b"", 403), "403"),
    "has no such file": (answers(b"", 404), "404"),
    "is overloaded": (answers(b"", 503), "503"),
    "answers with a page": (answers(b"\n<!DOCTYPE html><p>Log in"), "web page"),
    "answers with a packed page": (answers(gzip.compress(b"<html>")), "MD5"),
    "answers with nothing": (answers(b""), "MD5"),
    "has other data": (answers(gzip.compress(WRONG)), "MD5"),
    "has other data, unpacked": (answers(WRONG), "MD5"),
    "has a file that is cut short": (answers(PACKED[:-100]), "cut short"),
    "has a damaged file": (
        answers(PACKED[:50_000] + b"\0" * 99 + PACKED[50_099:]),
        "damaged|MD5",
    ),
    "hangs up halfway": (hangs_up_halfway, "IncompleteRead|bytes read"),
    "falls silent halfway": (falls_silent_halfway, "timed out"),
    "never answers": (never_answers, "timed out"),
    "refuses connections": (refuses_connections, "refused|timed out"),
}


@pytest.mark.parametrize(("bad", "words"), BAD.values(), ids=BAD)
def test_a_bad_mirror_leaves_nothing_and_is_named(bad, words, httpserver, tmp_path):
    with (
        bad(httpserver) as mirror,
        pytest.raises(ConnectionError, match=words) as caught,
    ):
        fetch(tmp_path, FILES, [mirror], timeout=0.3)
    for needed in (mirror, NAME, str(tmp_path), "AELIB_DATA", 'load_data("drawn")'):
        assert needed in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("bad", [bad for bad, _ in BAD.values()], ids=BAD)
def test_after_a_bad_mirror_the_next_is_tried(bad, good, httpserver, tmp_path):
    with bad(httpserver) as mirror:
        (path,) = fetch(tmp_path, FILES, [mirror, good], timeout=0.3)
    assert gzip.decompress(path.read_bytes()) == RIGHT
    assert list(tmp_path.iterdir()) == [path]


def test_each_mirror_that_failed_is_named(httpserver, tmp_path):
    with (
        refuses_connections(None) as first,
        answers(b"", 404)(httpserver) as second,
        pytest.raises(ConnectionError) as caught,
    ):
        fetch(tmp_path, FILES, [first, second])
    assert first in str(caught.value)
    assert second in str(caught.value)


def test_a_server_that_unpacks_on_the_way_is_no_harm(httpserver, tmp_path):
    unpacks = answers(PACKED, **{"Content-Encoding": "gzip"})
    with unpacks(httpserver) as mirror:
        (path,) = fetch(tmp_path, FILES, [mirror])
    assert path == tmp_path / NAME
    assert path.read_bytes() == RIGHT


# --- Folders that can't be written to -----------------------------------------------


@pytest.mark.parametrize("below", [".", "aelib", "a/b"])
def test_a_folder_that_is_a_file_is_an_error(below, good, httpserver, tmp_path):
    (tmp_path / "file").write_bytes(b"here first")
    with pytest.raises(OSError, match=r"Can't write into .*file") as caught:
        fetch(tmp_path / "file" / below, FILES, [good, good])
    assert "AELIB_DATA" in str(caught.value)
    assert not isinstance(caught.value, ConnectionError)
    assert httpserver.log == []  # nothing was downloaded in vain
    assert (tmp_path / "file").read_bytes() == b"here first"


@pytest.mark.skipif(sys.platform != "linux", reason="/sys is Linux's")
def test_a_folder_that_even_root_may_not_make_is_an_error(good):
    with pytest.raises(OSError, match="Can't write into /sys/aelib"):
        fetch(mnist.Path("/sys/aelib"), FILES, [good])


FETCH = """
import sys
from pathlib import Path
from aelib.digits.download import fetch
if sys.argv[5:]:
    import resource, signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[5]),) * 2)
try:
    fetch(Path(sys.argv[1]), {sys.argv[2]: sys.argv[3]}, [sys.argv[4]] * 2)
except OSError as error:
    sys.exit(f"{type(error).__name__}: {error}")
"""


def start_fetch(folder, mirror, *most_bytes):
    arguments = [str(folder), NAME, FILES[NAME], mirror, *map(str, most_bytes)]
    return subprocess.Popen(
        [sys.executable, "-c", FETCH, *arguments],
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"CI": "1", "OMP_NUM_THREADS": "1"},
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no file-size limit")
@pytest.mark.parametrize("room", [0, 1000, 199_000])
def test_a_full_disk_leaves_nothing(room, good, httpserver, tmp_path):
    _, message = (process := start_fetch(tmp_path, good, room)).communicate(timeout=60)
    assert process.returncode == 1
    assert message.startswith("OSError: ")
    assert f"Can't write into {tmp_path}" in message
    assert "load_data" in message
    assert len(httpserver.log) == 1  # the second mirror could not help
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize("bundle", ["missing", "no certificates"])
def test_broken_certificates_are_not_called_the_disks_fault(
    name, bundle, httpserver, monkeypatch, tmp_path
):
    for other in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(other, raising=False)
    (tmp_path / "no certificates").write_text("hello", encoding="utf-8")
    monkeypatch.setenv(name, str(tmp_path / bundle))
    mirror = httpserver.url_for("/").replace("http:", "https:")
    with pytest.raises(ConnectionError, match=r"certificate.*CA_BUNDLE") as caught:
        fetch(tmp_path / "data", FILES, [mirror])
    assert "Can't write" not in str(caught.value)


# --- Several processes ---------------------------------------------------------------


def test_two_processes_at_once(tmp_path):
    both_are_here = threading.Barrier(2)

    def answer(request):
        both_are_here.wait(timeout=60)
        return Response(PACKED)

    with HTTPServer(threaded=True) as server:
        server.expect_request(f"/{NAME}.gz").respond_with_handler(answer)
        processes = [start_fetch(tmp_path, server.url_for("/")) for _ in range(2)]
        messages = [process.communicate(timeout=60)[1] for process in processes]
        server.check()
    assert messages == ["", ""]
    assert [file.name for file in tmp_path.iterdir()] == [f"{NAME}.gz"]
    assert verify((tmp_path / f"{NAME}.gz").read_bytes(), *FILES.values(), source="")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_process_killed_halfway_is_as_if_it_had_not_been(good, tmp_path):
    with falls_silent_halfway(None) as mirror:
        process = start_fetch(tmp_path, mirror)
        deadline = time.monotonic() + 60
        while not any(file.stat().st_size for file in tmp_path.iterdir()):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
    assert mnist.find(NAME, [tmp_path]) is None
    (path,) = fetch(tmp_path, FILES, [good])
    assert mnist.find(NAME, [tmp_path]) == path


# --- Where the files are looked for ---------------------------------------------------


def to_idx(array):
    header = struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return header + array.tobytes()


def small_mnist(seed):
    """Give MNIST's four files in small: contents and digests by name."""
    rng = np.random.default_rng(seed)
    contents = {}
    for prefix, n in (("train", 7), ("t10k", 5)):
        images = rng.integers(256, size=(n, 28, 28), dtype=np.uint8)
        contents[f"{prefix}-images-idx3-ubyte"] = to_idx(images)
        contents[f"{prefix}-labels-idx1-ubyte"] = to_idx(np.arange(n, dtype=np.uint8))
    return contents, {k: hashlib.md5(v).hexdigest() for k, v in contents.items()}


CONTENTS, SMALL = small_mnist(seed=1)
OTHERS, _ = small_mnist(seed=2)


def fill(folder, contents, ending=".gz"):
    folder.mkdir(exist_ok=True)
    for name, content in contents.items():
        packed = gzip.compress(content) if ending == ".gz" else content
        (folder / f"{name}{ending}").write_bytes(packed)
    return folder


@pytest.mark.parametrize("ending", [".gz", ""])
def test_packed_and_unpacked_files_are_read(ending, monkeypatch, tmp_path):
    monkeypatch.setenv("AELIB_DATA", str(fill(tmp_path, CONTENTS, ending)))
    images, labels = mnist.read("train", files=SMALL, mirrors=[])
    assert to_idx(images) == CONTENTS["train-images-idx3-ubyte"]
    np.testing.assert_array_equal(labels, np.arange(7))
    assert len(mnist.read("test", files=SMALL, mirrors=[])[0]) == 5


def test_names_that_some_unpackers_give_are_found(tmp_path):
    (tmp_path / "t10k-labels.idx1-ubyte").write_bytes(RIGHT)
    assert mnist.find(NAME, [tmp_path]) == tmp_path / "t10k-labels.idx1-ubyte"


def test_the_first_folder_that_has_a_file_counts(tmp_path):
    empty, full = tmp_path / "empty", fill(tmp_path / "full", CONTENTS)
    fill(tmp_path / "other", OTHERS)
    folders = [empty, full, tmp_path / "other"]
    images, _ = mnist.read("test", files=SMALL, mirrors=[], folders=folders)
    assert to_idx(images) == CONTENTS["t10k-images-idx3-ubyte"]
    assert not empty.exists()


def test_only_what_is_missing_is_downloaded_once_into_the_first_folder(
    httpserver, tmp_path
):
    cache, given = tmp_path / "cache", fill(tmp_path / "given", CONTENTS)
    absent = "t10k-images-idx3-ubyte"
    (given / f"{absent}.gz").unlink()
    httpserver.expect_request(f"/{absent}.gz").respond_with_data(
        gzip.compress(CONTENTS[absent])
    )
    for _ in range(2):
        images, _ = mnist.read(
            "test",
            files=SMALL,
            mirrors=[httpserver.url_for("/")],
            folders=[cache, given],
        )
    assert to_idx(images) == CONTENTS[absent]
    assert len(httpserver.log) == 1
    assert [file.name for file in cache.iterdir()] == [f"{absent}.gz"]


def test_where_aelib_data_is_set_nothing_else_is_looked_at(
    httpserver, monkeypatch, tmp_path
):
    """Not another folder, not a mirror: what is wrong there is said."""
    chosen, cache = fill(tmp_path / "chosen", CONTENTS), fill(tmp_path / "c", CONTENTS)
    (chosen / "t10k-labels-idx1-ubyte.gz").unlink()
    monkeypatch.setenv("AELIB_DATA", str(chosen))
    with pytest.raises(FileNotFoundError) as caught:
        mnist.read(
            "test", files=SMALL, mirrors=[httpserver.url_for("/")], folders=[cache]
        )
    assert str(chosen) in str(caught.value)
    assert "t10k-labels-idx1-ubyte" in str(caught.value)
    assert "t10k-images" not in str(caught.value)
    assert httpserver.log == []


SPOILT = {
    "other digits": (lambda name: gzip.compress(OTHERS[name]), "MD5"),
    "a web page": (lambda name: b"<html>Moved", "web page"),
    "cut short, packed": (lambda name: gzip.compress(CONTENTS[name])[:-9], "cut short"),
    "cut short, unpacked": (lambda name: CONTENTS[name][:-9], "MD5"),
    "empty": (lambda name: b"", "MD5"),
}


@pytest.mark.parametrize(("spoil", "words"), SPOILT.values(), ids=SPOILT)
@pytest.mark.parametrize("chosen", [True, False], ids=["AELIB_DATA", "cache"])
def test_a_spoilt_file_is_an_error_and_stays(
    spoil, words, chosen, httpserver, monkeypatch, tmp_path
):
    fill(tmp_path, CONTENTS)
    name = "train-images-idx3-ubyte"
    path = tmp_path / f"{name}.gz"
    path.write_bytes(spoil(name))
    if chosen:
        monkeypatch.setenv("AELIB_DATA", str(tmp_path))
    with pytest.raises(ValueError, match=words) as caught:
        mnist.read(
            "train", files=SMALL, mirrors=[httpserver.url_for("/")], folders=[tmp_path]
        )
    assert str(path) in str(caught.value)
    assert path.read_bytes() == spoil(name)
    assert httpserver.log == []


def test_right_content_in_the_wrong_format_is_an_error(monkeypatch, tmp_path):
    """The digest alone does not make a file readable."""
    contents = CONTENTS | {"train-images-idx3-ubyte": b"digits"}
    files = {
        name: hashlib.md5(content).hexdigest() for name, content in contents.items()
    }
    monkeypatch.setenv("AELIB_DATA", str(fill(tmp_path, contents)))
    with pytest.raises(ValueError, match="train-images-idx3-ubyte is not an IDX file"):
        mnist.read("train", files=files, mirrors=[])


def test_offline_all_missing_files_are_named_in_one_message(tmp_path):
    with refuses_connections(None) as mirror, pytest.raises(ConnectionError) as caught:
        mnist.read("test", files=SMALL, mirrors=[mirror], folders=[tmp_path / "new"])
    for needed in (*SMALL, str(tmp_path / "new"), 'load_data("drawn") needs no'):
        assert needed in str(caught.value)


def test_the_mirrors_are_addresses_that_a_name_can_follow():
    assert len(set(mnist.MIRRORS)) >= 3
    for mirror in mnist.MIRRORS:
        assert mirror.startswith("https://")
        assert mirror.endswith("/mnist/")


# --- The real files -------------------------------------------------------------------


@pytest.mark.mnist
@pytest.mark.parametrize(("split", "n"), [("train", 60_000), ("test", 10_000)])
def test_the_real_files(split, n):
    images, labels = mnist.read(split)
    assert images.shape == (n, 28, 28)
    assert images.dtype == labels.dtype == np.uint8
    first = {"train": [5, 0, 4, 1, 9], "test": [7, 2, 1, 0, 4]}[split]
    np.testing.assert_array_equal(labels[:5], first)
    assert images.mean() / 255 == pytest.approx(0.131, abs=0.002)
    assert np.bincount(labels).min() > 0.08 * n
