"""All files of the corpus."""

from offices import _history, _layout, _marks, _places, _services, _status
from offices._office import OFFICES

# The modules, so that none is left out; each adds its files when it is imported.
PARTS = (_status, _history, _layout, _marks, _services, _places)
CASES = tuple(OFFICES)
