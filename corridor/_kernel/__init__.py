"""Compiled searches on plain arrays. Knows numpy and numba only; loaded when the first search runs."""
