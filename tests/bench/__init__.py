"""Benchmarks: `make bench` runs them all and writes docs/develop/benchmarks.md; the tests run each at a tiny size.

Each module of `parts` has `measure(size)`: 1 is the size that is published, 0.01 is done in seconds.
"""
