"""Screens for customers. They need the control database and nothing else."""
