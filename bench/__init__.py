"""Benchmarks: each compares ours with a peer or the hardware's floor in one process and prints the ratio."""
