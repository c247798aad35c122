"""Counts that may be shown without telling of anybody: which cells to hide, and what an attacker can still work out."""
