"""What the state set itself, what became of it, and where figures are heading."""
