"""Kernels: functions on whole columns, compiled where that pays. A block cipher comes in as an argument."""
