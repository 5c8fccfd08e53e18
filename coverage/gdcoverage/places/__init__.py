"""Places that people and outlets belong to: counties, towns and villages; and what counties plan."""
