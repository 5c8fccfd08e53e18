"""Demand points: people from a table, a layer, hexagons or a raster, with settlement class."""

from gdcoverage.demand._frame import sound_demand
from gdcoverage.demand._read import DEMAND, RASTER_SUFFIXES, read_demand
from gdcoverage.demand._settlement import declared as declared_settlement

__all__ = ["DEMAND", "RASTER_SUFFIXES", "declared_settlement", "read_demand", "sound_demand"]
