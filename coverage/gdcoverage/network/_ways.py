"""What is known of the ways that streets are pieces of: ids, names, kinds, and how they look."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gdcoverage.arrays import Floats, Int32s, Ints

Looks = NDArray[np.uint8]

# How a piece of a way looks to who walks, as bits. Nought is a street like any other.
DOUBTFUL = 1  # whether one may walk there is not certain
NOT_JOINED = 2  # walked on, but nobody steps onto it from beside: tunnels, bridges, ramps
BARRIER = 4  # not walked on, and no access leg crosses it: rivers, railways, motorways
WATER = 8  # a barrier that is the rim of water, which a point may lie in


class Ways(NamedTuple):
    """Ways by ascending id; names and kinds are numbers in a table of texts.

    Parameters
    ----------
    id : OSM's ids, int64.
    highway, name : int32, per way; the empty text where there is none.
    text_start : int64, (texts + 1,); text ``t`` is the bytes ``text_start[t]`` up to, not
        including, ``text_start[t + 1]``, in UTF-8. Texts ascend.
    text : uint8.
    """

    id: Ints
    highway: Int32s
    name: Int32s
    text_start: Ints
    text: NDArray[np.uint8]

    @classmethod
    def of(cls, ids: Sequence[int], highways: Sequence[str], names: Sequence[str]) -> Ways:
        """Ways in any order; of one that comes twice the first counts."""
        way, first = np.unique(np.array(ids, np.int64), return_index=True)
        texts = sorted({"", *highways, *names})
        number = {text: i for i, text in enumerate(texts)}
        coded = [text.encode() for text in texts]
        return cls(
            way,
            np.array([number[highways[i]] for i in first], np.int32),
            np.array([number[names[i]] for i in first], np.int32),
            np.concatenate([[0], np.cumsum([len(text) for text in coded])]),
            np.frombuffer(b"".join(coded), np.uint8).copy(),
        )

    def texts(self) -> list[str]:
        """The table of texts."""
        whole = self.text.tobytes()
        cuts = self.text_start.tolist()
        return [whole[a:b].decode() for a, b in pairwise(cuts)]

    def numbers(self, ids: Ints) -> Int32s:
        """Where ways stand in this table; -1 for those that it does not hold."""
        if not len(self.id):
            return np.full(len(ids), -1, np.int32)
        at = np.searchsorted(self.id, ids).clip(max=len(self.id) - 1)
        return np.where(self.id[at] == ids, at, -1).astype(np.int32)

    def of_ids(self, ids: Ints) -> Ways:
        """Those of some ids, with the texts that they use; ids that are unknown stay out."""
        # An area has few of a province's ways: these are looked for, not all of them looked at.
        at = self.numbers(np.unique(ids))
        at = at[at >= 0]
        texts = self.texts()
        return Ways.of(
            self.id[at].tolist(),
            [texts[t] for t in self.highway[at]],
            [texts[t] for t in self.name[at]],
        )


class Barriers(NamedTuple):
    """Lines that no access leg crosses, by the id of their way.

    Parameters
    ----------
    start, lon, lat : as of `geo.lines.Lines`, degrees in WGS-84.
    look : bits of each line, uint8; of `WATER` first and last point are one.
    """

    start: Ints
    lon: Floats
    lat: Floats
    look: Looks

    @classmethod
    def none(cls) -> Barriers:
        """No line at all."""
        return cls(np.zeros(1, np.int64), np.empty(0), np.empty(0), np.empty(0, np.uint8))
