"""The front door: a template to fill in, the sample, and what is said of a wrong command."""
