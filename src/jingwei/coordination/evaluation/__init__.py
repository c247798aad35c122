"""Where the nation and its provinces stand across the plan, how sure that is, and what cannot be said."""
