"""Places that people and outlets belong to: counties."""
