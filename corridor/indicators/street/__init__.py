"""Indicators of street segments: one module a group, one function an indicator, one `table` a module."""
