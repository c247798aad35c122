"""A demonstration on one machine: a province, its cities, counties and departments, each a node in a process of its own."""
