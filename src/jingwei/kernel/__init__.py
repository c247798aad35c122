"""The ground floor: what every room needs and no room owns. It knows no law and no statistics."""
