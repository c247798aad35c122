"""Tables: a department drops one in; it is read, described and kept as a dataset of the lake with a record in the catalogue."""
