"""Set up the course and run it: ``python make.py lab``, ``python make.py test``.

Only the standard library, and no syntax newer than Python 3.6, so that an old Python
gets as far as the sentence that says what is wrong with it.
"""

import errno
import hashlib
import importlib.util
import json
import locale
import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST, NEWEST = (3, 11), (3, 14)  # what requires-python in pyproject.toml says


def check_python():
    """Stop with one sentence unless this Python is one that the course runs on."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return
    minors = range(NEWEST[1], OLDEST[1] - 1, -1)
    found = list(filter(runs, [f"python3.{minor}" for minor in minors]))
    advice = "install one of those from https://www.python.org"
    if found:
        advice = "use {0}, which is here ({0} make.py, or make PYTHON={0})".format(
            *found
        )
    sys.exit(
        "The course needs Python {}.{} to {}.{} and this is Python {}.{}: {}.".format(
            *(OLDEST + NEWEST + tuple(sys.version_info[:2]) + (advice,))
        )
    )


def runs(python):
    """Say whether ``python`` is a command here that starts."""
    with open(os.devnull, "w") as nowhere:
        try:
            return subprocess.call([python, "-V"], stdout=nowhere, stderr=nowhere) == 0
        except OSError:
            return False


check_python()  # before the first type hint that an old Python could not evaluate

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
PACKAGES = (
    VENV / "Lib" / "site-packages"
    if os.name == "nt"
    else VENV / "lib" / "python{}.{}".format(*sys.version_info) / "site-packages"
)
STAMP = VENV / "aelib-stamp"  # what .venv holds, so that a second start is quick
UNFINISHED = "unfinished"
COPY = "my-notebooks"  # the reader's own; git ignores it
BUILD = ROOT / "build"

# What pip may hear from outside: how to reach an index, not what to install or where.
INDEX_SETTINGS = {
    "PIP_CACHE_DIR",
    "PIP_CERT",
    "PIP_CLIENT_CERT",
    "PIP_CONFIG_FILE",
    "PIP_EXTRA_INDEX_URL",
    "PIP_FIND_LINKS",
    "PIP_INDEX_URL",
    "PIP_KEYRING_PROVIDER",
    "PIP_NO_CACHE_DIR",
    "PIP_NO_INDEX",
    "PIP_PROXY",
    "PIP_TRUSTED_HOST",
}

DISK_FULL = "The disk is full: the environment takes 2 GB, or 8 GB with CUDA."


# The environment


def prepare() -> None:
    """Make ``.venv`` hold what requirements.lock says, unless it already does."""
    place = "Python {}.{} in {}".format(*sys.version_info[:2], VENV)
    lock = (ROOT / "requirements.lock").read_bytes()
    project = (ROOT / "pyproject.toml").read_bytes()
    wanted = [place, hashlib.sha256(lock + project).hexdigest()]
    held = read_stamp()
    if held[:2] == wanted and PYTHON.exists() and are_installed(held[2:]):
        return
    if not can_be_kept(held, place):
        make_venv()
        held = [place, UNFINISHED]
    stamp(place, UNFINISHED)  # what stays if this is interrupted
    count = lock.count(b"==")
    say(f"Installing {count} packages into .venv; a first time takes minutes.")
    link()
    try:
        install("--requirement", "requirements.lock")
    except SystemExit:
        stamp(*held)  # pip has put back what was there
        raise
    stamp(*wanted, *installed())


def stamp(*lines: str) -> None:
    """Write down what ``.venv`` holds; nothing, if it was made elsewhere."""
    STAMP.write_text("\n".join(lines), encoding="utf-8", errors="surrogateescape")


def read_stamp() -> "list[str]":
    """Return what was written down of ``.venv``: place, lock, packages."""
    if not STAMP.exists():
        return []
    return STAMP.read_text(encoding="utf-8", errors="surrogateescape").splitlines()


def installed() -> "list[str]":
    """Name the packages that ``.venv`` has, with their versions."""
    return sorted(path.name for path in PACKAGES.glob("*.dist-info"))


def are_installed(packages: "list[str]") -> bool:
    """Say whether all of these are still there, none exchanged for another version."""
    return bool(packages) and set(packages) <= set(installed())


def link() -> None:
    """Let the Python of ``.venv`` import the package from where it lies.

    ``pip install --editable`` would write down the whole name of this folder. Python
    3.11 reads that in the locale's encoding, so that under LC_ALL=C an ``Übung`` in it
    ends every start (https://github.com/python/cpython/issues/117793).
    """
    PACKAGES.mkdir(parents=True, exist_ok=True)
    for old in PACKAGES.glob("*aelib*.pth"):
        old.unlink()
    way = os.path.relpath(str(ROOT), str(PACKAGES))  # ../../../..
    (PACKAGES / "aelib.pth").write_text(way + "\n", encoding="ascii")


def can_be_kept(held: "list[str]", place: str) -> bool:
    """Say whether the present ``.venv`` is whole, in its place and of this Python."""
    if held:
        return held[0] == place and held[1:] != [UNFINISHED] and PYTHON.exists()
    # Not made here: keep it if it works, for its owner may have filled it with care.
    ask = "import pip, sys; print('Python %d.%d in' % sys.version_info[:2], sys.prefix)"
    try:
        answer = subprocess.run(
            [PYTHON, "-c", ask], stdout=subprocess.PIPE, text=True, env=environment()
        )
    except OSError:
        return False
    return answer.stdout.strip() == place


def make_venv() -> None:
    """Make ``.venv`` anew with pip in it and nothing else."""
    if not all(map(importlib.util.find_spec, ("venv", "ensurepip"))):
        package = "python{}.{}-venv".format(*sys.version_info)
        sys.exit(
            "This Python cannot make virtual environments: on Debian or Ubuntu, "
            f"run `sudo apt install {package}`, then the same command again."
        )
    say(f"Making .venv with Python {sys.version.split()[0]}.")
    if VENV.exists():
        shutil.rmtree(VENV)
    # Not sys.executable: that can be the very .venv which was just removed.
    base = getattr(sys, "_base_executable", sys.executable)
    if subprocess.call([base, "-m", "venv", str(VENV)], env=environment()):
        sys.exit("The folder .venv could not be made: the message above says why.")


def install(*what: str) -> None:
    """Run ``pip install``; where it fails, stop with one sentence that says why."""
    BUILD.mkdir(exist_ok=True)
    log = BUILD / "pip.log"
    command = [str(PYTHON), "-m", "pip", "install", "--retries=2", "--timeout=15"]
    command += ["--no-user", "--disable-pip-version-check", f"--log={log}", *what]
    if not sys.stdout.isatty():
        command += ["--quiet", "--progress-bar=off"]
    done = subprocess.run(command, cwd=ROOT, stderr=subprocess.PIPE, env=environment())
    if done.returncode:
        why = explain(done.stderr.decode(errors="replace"))
        sys.exit(f"{why} The details are in {log.relative_to(ROOT)}.")


def explain(errors: str) -> str:
    """Say in one sentence why pip failed, from what it wrote to stderr."""
    if "No space left on device" in errors:
        return DISK_FULL
    if any(sign in errors for sign in ("CERTIFICATE", "certificate", "X509")):
        return (
            "The package index's certificate cannot be checked: look at the files that "
            "PIP_CERT, REQUESTS_CA_BUNDLE or SSL_CERT_FILE name, or unset them."
        )
    signs = ("Retrying (", "ConnectionError", "ReadTimeout", "(from versions: none)")
    if any(sign in errors for sign in signs):
        return (
            "The package index cannot be reached: check the network or the proxy, "
            "then run the same command again."
        )
    last = [line for line in errors.splitlines() if line.startswith("ERROR")][-1:]
    return "The packages could not be installed: {}.".format(*last or ["pip failed"])


def environment(**changes: object) -> "dict[str, str]":
    """Return this process's variables, less those meant for another Python or pip."""
    ours = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "PIP_")) or name in INDEX_SETTINGS
    }
    path = os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath)])
    ours.update(PATH=path, PYTHONUTF8="1", **utf8_locale())
    ours.update((name, str(value)) for name, value in changes.items())
    return ours


def utf8_locale() -> "dict[str, str]":
    """Name a locale in UTF-8, unless this process has one already.

    PYTHONUTF8 is not enough: a package may ask for the locale's own encoding, as
    alembic does for its settings, which hold the name of this folder.
    """
    if os.name == "nt":  # where the encoding is no matter of such variables
        return {}
    for name in ("", "C.UTF-8", "C.utf8", "en_US.UTF-8"):
        try:
            locale.setlocale(locale.LC_CTYPE, name)
        except locale.Error:
            continue
        if locale.nl_langinfo(locale.CODESET).upper() == "UTF-8":
            return {"LC_ALL": name} if name else {}
    return {}


def say(sentence: str) -> None:
    """Print one line at once, wherever the output goes."""
    print(sentence, flush=True)


# The commands


def lab(arguments: "list[str]") -> None:
    """Open your own copy in JupyterLab; ``--author`` opens the originals."""
    prepare()
    author = "--author" in arguments
    arguments = [argument for argument in arguments if argument != "--author"]
    # The user's own settings are neither read nor written.
    private = VENV / ("jupyter-author" if author else "jupyter")
    jupyterlab_settings(private / "config", author)
    folder = "notebooks" if author else COPY
    if not author:
        desk()
    command = ["jupyterlab", f"--ServerApp.root_dir={ROOT}"]
    command += [f"--FileContentsManager.preferred_dir={ROOT / folder}"]
    command += [f"--LabApp.default_url=/lab/tree/{folder}/README.md"]
    if getattr(os, "geteuid", int)() == 0 and sys.platform.startswith("linux"):
        command.append("--allow-root")  # a container's only user
    if has_display():
        say("JupyterLab opens in your browser; Ctrl-C here stops it.")
    else:
        command.append("--no-browser")
        say("No display here: open an address below in a browser; Ctrl-C stops it.")
    become(
        *command,
        *arguments,
        JUPYTER_CONFIG_DIR=private / "config",
        JUPYTER_DATA_DIR=private / "data",
        JUPYTER_RUNTIME_DIR=private / "runtime",
        JUPYTERLAB_SETTINGS_DIR=private / "settings",
        JUPYTERLAB_WORKSPACES_DIR=private / "workspaces",
        IPYTHONDIR=private / "ipython",
        JUPYTER_PREFER_ENV_PATH=1,
    )


def desk() -> None:
    """Make the reader's own copy, or bring it up to date; stop where that fails."""
    command = [str(PYTHON), "-m", "aelib", "desk", COPY]
    if subprocess.call(command, cwd=ROOT, env=environment()):
        sys.exit(f"Your copy in {COPY} is as it was: the line above says why.")


def update(arguments: "list[str]") -> None:
    """Fetch a new version of the course; what you wrote in your copy stays."""
    if arguments != ["--fetched"]:
        if not (ROOT / ".git").exists():
            sys.exit(
                "This folder did not come by git: unpack the new version over it, "
                "then start it as ever; your copy is brought up to date by that."
            )
        prepare()
        desk()  # before anything changes: answers in the originals come along
        if subprocess.call(["git", "pull", "--ff-only"], cwd=ROOT):
            sys.exit(
                "git has fetched nothing, and says above why. If it names notebooks "
                f"that you have changed: what you wrote is in {COPY} now, so "
                "`git checkout notebooks` gives way, and the same command goes on."
            )
        sys.exit(subprocess.call([sys.executable, __file__, "update", "--fetched"]))
    prepare()
    desk()


LABEXTENSIONS = ROOT / "aelib" / "classroom" / "labextensions"

SAVE_TIDILY = """\
import warnings

from aelib.classroom.notebooks import on_save
from aelib.desk.start_page import on_saved

warnings.filterwarnings("ignore", "Overriding existing (pre|post)_save_hook")
c.ContentsManager.pre_save_hook = on_save
c.FileContentsManager.post_save_hook = on_saved
"""
TEACHERS = ("assignment_list", "course_list", "formgrader", "validate_assignment")


def jupyterlab_settings(folder: Path, author: bool) -> None:
    """Write the course's settings of JupyterLab into ``folder``."""
    off = {"@jupyterlab/apputils-extension:announcements": True}
    off["jupyterlab-jupytext"] = True  # here to store texts, not to open modules with
    off["@jupyter/nbgrader"] = not author
    served = {f"nbgrader.server_extensions.{name}": author for name in TEACHERS}
    viewers = {"defaultViewers": {"markdown": "Markdown Preview"}}
    files = {
        "jupyter_server_config.json": {
            "KernelManager": {"transport_encryption": "auto"},
            "LabApp": {
                "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
                "extra_labextensions_path": [str(LABEXTENSIONS)],
            },
            "ServerApp": {
                "answer_yes": True,  # one Ctrl-C is enough
                "jpserver_extensions": {"jupyterlab_jupytext": False, **served},
                "log_level": "ERROR",
            },
        },
        "labconfig/page_config.json": {"disabledExtensions": off},
        "labconfig/default_setting_overrides.json": {
            "@jupyterlab/docmanager-extension:plugin": viewers
        },
    }
    (folder / "labconfig").mkdir(parents=True, exist_ok=True)
    # A hook can't be named in JSON: the server would look it up before it is set.
    hook = folder / "jupyter_server_config.py"
    hook.write_text(SAVE_TIDILY, encoding="utf-8")
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content, indent=1), encoding="utf-8")


def has_display() -> bool:
    """Say whether a browser can show itself to whoever typed the command."""
    if os.environ.get("SSH_CONNECTION"):
        return False
    screens = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return bool(screens) or not sys.platform.startswith("linux")


def test(arguments: "list[str]") -> None:
    """Run the tests and every notebook; what follows goes to pytest."""
    prepare()
    workers = min(4, os.cpu_count() or 1)
    become("pytest", f"--numprocesses={workers}", "--dist=loadscope", *arguments)


def test_all(arguments: "list[str]") -> None:
    """Run the slow tests too, and those that need MNIST where AELIB_DATA names it."""
    test(["--run-slow", *arguments])


def course(arguments: "list[str]") -> None:
    """Execute the notebooks (or those named: 00 01) into HTML in build/course."""
    prepare()
    become("aelib", "course", *arguments)


def homework(arguments: "list[str]") -> None:
    """Release, grade and give feedback for a made-up class, on 00 and 04 (or: 05)."""
    prepare()
    become("aelib", "homework", "sample", *arguments)


def book(arguments: "list[str]") -> None:
    """Build the site that the course can be read on, in build/book/html."""
    prepare()
    become("aelib", "book", *arguments)


def slides(arguments: "list[str]") -> None:
    """Build a deck for a lecture from each notebook (or: 00 01), in build/slides."""
    prepare()
    become("aelib", "slides", *arguments)


def pdf(arguments: "list[str]") -> None:
    """Print the whole course into one file, build/pdf/autoencoders.pdf."""
    prepare()
    become("aelib", "pdf", *arguments)


def bench(arguments: "list[str]") -> None:
    """Reproduce the published numbers; or run another benchmark, by its name."""
    names = sorted(path.stem for path in (ROOT / "benchmarks").glob("[a-z]*.py"))
    if not arguments or arguments[0].startswith("-"):
        arguments = ["published", *arguments]
    if arguments[0] not in names:
        sys.exit(f"Name one of the benchmarks: {', '.join(names)}.")
    prepare()
    become(*arguments, PYTHONPATH=ROOT / "benchmarks")


def lint(arguments: "list[str]") -> None:
    """Check style and layout of all code, notebooks included, with ruff."""
    prepare()
    for check in (["check"], ["format", "--check"]):
        command = [PYTHON, "-m", "ruff", *check, *arguments]
        if subprocess.call(command, cwd=ROOT, env=environment()):
            sys.exit("ruff found what is listed above; `ruff format` fixes the layout.")


def doctor(arguments: "list[str]") -> None:
    """Find out what is wrong here, and say what to do about it; change nothing."""
    start = [PYTHON, "-c", "import aelib.classroom.doctor"]
    try:
        subprocess.run(start, check=True, stderr=subprocess.PIPE, env=environment())
    except OSError as error:
        why = str(error)
    except subprocess.CalledProcessError as error:
        why = error.stderr.decode(errors="replace").strip().splitlines()[-1]
    else:
        become("aelib", "doctor", *arguments)
    say(f"PROBLEM  the Python in .venv does not work: {why}")
    sys.exit("         what to do: run `python make.py setup`")


def setup(arguments: "list[str]") -> None:
    """Make .venv anew from requirements.lock, whatever is in it."""
    if VENV.exists():
        shutil.rmtree(VENV)
    prepare()


def clean(arguments: "list[str]") -> None:
    """Remove what the commands made, except .venv and downloaded data."""
    for folder in [BUILD, ROOT / ".hypothesis", *ROOT.glob(".*_cache")]:
        shutil.rmtree(folder, ignore_errors=True)


def lock(arguments: "list[str]") -> None:
    """Pin requirements.lock anew for all systems (``--upgrade``: the newest)."""
    prepare()
    install("uv")
    command = [str(PYTHON), "-m", "uv", "pip", "compile", "pyproject.toml", "--quiet"]
    command += ["--all-extras", "--universal"]
    command += ["--python-version={}.{}".format(*OLDEST), "--no-annotate"]
    command += ["--custom-compile-command=python make.py lock", "--no-emit-index-url"]
    command += ["--output-file=requirements.lock", *arguments]
    if subprocess.call(command, cwd=ROOT, env=environment()):
        sys.exit("requirements.lock is as it was: no set of versions fits together.")
    # torch's GPU libraries: pip adds them itself where it chooses torch's CUDA build.
    gpu = ("nvidia-", "cuda-", "triton")
    file = ROOT / "requirements.lock"
    lines = file.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(gpu)]
    file.write_text("\n".join(kept) + "\n", encoding="utf-8")


def become(module: str, *arguments: str, **variables: object) -> None:
    """Let ``python -m module`` take over this process, so that Ctrl-C is its own."""
    ours = environment(**variables)
    if ours.get("AELIB_DATA"):  # a notebook's working directory is its own
        ours["AELIB_DATA"] = str(Path(ours["AELIB_DATA"]).expanduser().resolve())
    os.chdir(ROOT)
    command = [str(PYTHON), "-m", module, *arguments]
    if os.name == "nt":  # where exec would hand the console back at once
        sys.exit(subprocess.call(command, env=ours))
    os.execve(str(PYTHON), command, ours)


COMMANDS = {
    "lab": lab,
    "update": update,
    "test": test,
    "test-all": test_all,
    "course": course,
    "homework": homework,
    "book": book,
    "slides": slides,
    "pdf": pdf,
    "bench": bench,
    "lint": lint,
    "doctor": doctor,
    "setup": setup,
    "clean": clean,
    "lock": lock,
}


def explain_refusal(error: OSError) -> str:
    """Say in one sentence what the system refuses to do here; raise it, if unknown."""
    if error.errno == errno.ENOSPC:
        return DISK_FULL
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        known = os.path.isabs(error.filename or "")  # a bare name says nothing
        return (
            f"{error.filename if known else ROOT} cannot be written: copy the course "
            "into a folder of your own, and run the same command there."
        )
    raise error


def main() -> None:
    """Run the command that was named, or list them all."""
    name, *arguments = sys.argv[1:] or ["--help"]
    if name not in COMMANDS:
        lines = [f"  {name:9} {command.__doc__}" for name, command in COMMANDS.items()]
        text = "\n".join(["usage: python make.py COMMAND [ARGUMENT ...]", "", *lines])
        sys.exit(text) if name not in ("--help", "-h", "help") else print(text)
        return
    try:
        COMMANDS[name](arguments)
    except KeyboardInterrupt:
        sys.exit("\nStopped. The same command goes on from here.")
    except OSError as error:
        sys.exit(explain_refusal(error))


if __name__ == "__main__":
    main()
