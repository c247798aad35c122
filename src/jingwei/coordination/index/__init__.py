"""Anybody's own index: a table of values, a tree and a method in; scores, every step and a receipt out."""
