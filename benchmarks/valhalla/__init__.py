"""Walks beside those of Valhalla's pedestrian routing, and why they differ."""
