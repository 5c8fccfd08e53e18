"""All files of the corpus."""

from offices import _history, _layout, _marks, _people, _places, _services, _status
from offices._census import CENSUSES as PEOPLE
from offices._office import OFFICES as OUTLETS

# The modules that add files, so that none is left out.
PARTS = (_status, _history, _layout, _marks, _services, _places, _people)

__all__ = ["OUTLETS", "PARTS", "PEOPLE"]
