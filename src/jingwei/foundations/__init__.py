"""The two foundations: digital infrastructure, and the data resource system."""
