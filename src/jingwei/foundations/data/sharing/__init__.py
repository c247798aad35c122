"""Sharing on demand: who holds what on which terms, who asks for it, by when the law wants an answer, and what was given."""
