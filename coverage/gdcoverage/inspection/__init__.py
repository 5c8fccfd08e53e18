"""A day's inspection: which outlets, in which order, along which streets."""
