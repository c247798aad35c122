"""Figures: the published ones and a bureau's own, each screened before it is used."""
