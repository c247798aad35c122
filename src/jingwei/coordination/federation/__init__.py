"""This node among others: who it is, who is above and below it, what passes between them, and who holds whom to its past."""
