"""Jingwei 经纬: carries out the plan for a Digital China, clause by clause, with a provable measure for each."""

__version__ = "0.1.0"
