"""Workbooks as county offices send them, with the truth about each."""
