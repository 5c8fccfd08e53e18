"""Degree of urbanisation of squares of 1 km², stage by stage.

Sources: Eurostat, FAO, UN-Habitat, OECD and World Bank, Applying the Degree of Urbanisation, 2021
(“the manual”); Schiavina and others, GHSL Data Package 2022 and 2023, on GHS-SMOD (“GHSL”), whose
order of the stages is kept: centres with their people, smoothed, then filled. The option of both
to count squares that are half built up as dense is not applied: no source of people tells what is
built.

What is beyond an array's edge counts as uninhabited.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from gdcoverage.arrays import Bools, Floats, Int32s

Degrees = NDArray[np.int8]

RURAL, CLUSTER, CENTRE = 0, 1, 2

# People per km² of land, and people in all, of contiguous squares.
CENTRE_DENSITY, CENTRE_PEOPLE = 1_500.0, 50_000.0
CLUSTER_DENSITY, CLUSTER_PEOPLE = 300.0, 5_000.0
# Holes smaller than this are filled, km².
HOLE_KM2 = 15

_FOUR = ndimage.generate_binary_structure(2, 1)
_EIGHT = ndimage.generate_binary_structure(2, 2)


def degree_of_urbanisation(people: Floats, land: Floats | None = None) -> Degrees:
    """`CENTRE`, `CLUSTER` or `RURAL` per square: the first level of the manual's classification.

    Parameters
    ----------
    people : people per square, rows by columns.
    land : share of each square that is land, 0 to 1; all of it by default.
    """
    density = people if land is None else density_on_land(people, land)
    centres = without_holes(smoothed(urban_centres(density, people)))
    clusters = urban_clusters(density, people)
    return np.where(centres > 0, CENTRE, np.where(clusters, CLUSTER, RURAL)).astype(np.int8)


def density_on_land(people: Floats, land: Floats) -> Floats:
    """People per km² of permanent land (GHSL: of the square without permanent water).

    A square that has people but no land is taken as land: its people live somewhere in it.
    """
    return people / np.where(land > 0, land, 1.0)


def urban_centres(density: Floats, people: Floats) -> Int32s:
    """Squares of 1,500 people/km² that touch by sides, 50,000 people or more together.

    Manual and GHSL: 4-point contiguity. Returns the number of each square's centre from 1, or 0.
    """
    return _groups(density >= CENTRE_DENSITY, people, CENTRE_PEOPLE, _FOUR)


def urban_clusters(density: Floats, people: Floats) -> Bools:
    """Squares of 300 people/km² that touch by sides or corners, 5,000 people or more together.

    Manual and GHSL: 8-point contiguity; squares of centres are counted in.
    """
    return _groups(density >= CLUSTER_DENSITY, people, CLUSTER_PEOPLE, _EIGHT) > 0


def smoothed(centres: Int32s) -> Int32s:
    """Centres with squares added that have five of their eight neighbours in one centre.

    The majority rule of the manual and of GHSL 2022: all squares at once, again and again until
    none is added; four against four adds nothing. (GHSL 2023 leaves out neighbours of water that
    nobody inhabits, which matters along shores alone.)
    """
    padded = np.pad(centres, 1, constant_values=-1)
    number, width = padded.ravel(), padded.shape[1]
    around = np.array([-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1])
    added = np.flatnonzero(number > 0)
    while len(added):
        open_ones = np.unique(added[:, None] + around)
        open_ones = open_ones[number[open_ones] == 0]
        votes = np.sort(number[open_ones[:, None] + around], axis=1)
        # Five alike among eight in order: one equals the fourth after it.
        winner = np.where(votes[:, :4] == votes[:, 4:], votes[:, :4], 0).max(axis=1, initial=0)
        added = open_ones[winner > 0]
        number[added] = winner[winner > 0]
    return padded[1:-1, 1:-1]


def without_holes(centres: Int32s) -> Int32s:
    """Centres with their holes of less than 15 km² filled (manual and GHSL).

    A hole is a group of squares, touching by sides, that one centre shuts in.
    """
    filled = centres.copy()
    for number, box in enumerate(ndimage.find_objects(centres), 1):
        gap, _ = ndimage.label(np.pad(centres[box] != number, 1, constant_values=True), _FOUR)
        small = np.bincount(gap.ravel()) < HOLE_KM2
        # The centre itself, and what surrounds it.
        small[[0, gap[0, 0]]] = False
        filled[box][small[gap[1:-1, 1:-1]]] = number
    return filled


def _groups(dense: Bools, people: Floats, least: float, neighbours: Bools) -> Int32s:
    """Contiguous squares with at least so many people in all: the number of each one's group."""
    label, _ = ndimage.label(dense, neighbours)
    enough = np.bincount(label.ravel(), people.ravel()) >= least
    enough[0] = False
    number = np.where(enough, np.cumsum(enough), 0).astype(np.int32)
    return np.asarray(number[label])
