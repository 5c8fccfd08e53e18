"""Places that people and outlets belong to, counties, towns and villages; what counties plan."""
