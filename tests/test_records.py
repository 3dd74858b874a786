"""The page of records says what the stored tables hold."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def test_the_page_is_what_the_tables_give(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    records = importlib.import_module("records")
    assert records.PAGE.read_text(encoding="utf-8") == records.page(), (
        "renew it: `python benchmarks/records.py`"
    )
