"""Small samples of large sets and tables, drawn alike everywhere by one keyed hash, so that they can be compared without the values."""
