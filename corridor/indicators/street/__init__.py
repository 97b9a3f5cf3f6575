"""Indicators of street segments: one function each, a Series on the segments' index; one `table` a module."""
