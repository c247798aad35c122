"""The two environments: governance at home, and cooperation abroad."""
