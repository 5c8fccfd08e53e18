"""The public edition let out of the house: what must be right, and who answers for the rest."""
