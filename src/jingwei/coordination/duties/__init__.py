"""Who owes what by when, down the tree; done only when the record or the figures say so."""
