"""Bulk work on columns: no Python loop over rows. Polars is the local engine; kernels work on Arrow buffers."""
