"""Benchmarks: ratios in one run on one machine, over the loopback only, bounded in count and time."""
