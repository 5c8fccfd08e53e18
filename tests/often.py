"""What is tried less often in a run of all tests than before a release (``GDCOVERAGE_ALL=1``)."""

import os

from hypothesis import settings

ALL = bool(os.environ.get("GDCOVERAGE_ALL"))


def costly(examples: int) -> settings:
    """The examples of a property each of which takes about a second: a third, if not all."""
    return settings(max_examples=examples if ALL else examples // 3, deadline=None)
