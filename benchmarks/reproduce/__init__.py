"""The parts of `benchmarks/published.py` and `benchmarks/speed.py`."""
