"""Composite indicators: the steps of the OECD/JRC Handbook (2008) as pure functions on arrays.

Values are always ``(units, indicators)`` with NaN where a figure is missing. Definitions and scales are those of
COINr 1.1, so that its output is an oracle for every step.
"""
