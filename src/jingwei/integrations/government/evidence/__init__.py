"""Evidence: what is fetched instead of asked, from whom, at what cost; and the proof that a form asks nothing a department holds."""
