"""The bundled sample, written into a folder of the user's."""

from __future__ import annotations

from pathlib import Path

from gdcoverage.files import written_whole
from gdcoverage.start.fresh import require_free

PLAN = "plan.toml"
_FILES = ("outlets.xlsx", "population.csv", "streets.osm.pbf")
# In the source tree the sample's results go beside the documents.
_THERE, _HERE = 'folder = "../../maps/sample"', 'folder = "结果"'


def write_sample(folder: str | Path) -> Path:
    """Write the sample's tables, streets and plan into a folder.

    Returns
    -------
    The plan.

    Raises
    ------
    InputError : the folder holds a file of one of these names.
    """
    folder = Path(folder)
    require_free(folder, (PLAN, *_FILES))
    source = _source()
    for name in _FILES:
        with written_whole(folder / name) as partial:
            partial.write_bytes((source / name).read_bytes())
    text = (source / PLAN).read_text(encoding="utf-8")
    assert _THERE in text
    with written_whole(folder / PLAN) as partial:
        partial.write_text(text.replace(_THERE, _HERE), encoding="utf-8")
    return folder / PLAN


def _source() -> Path:
    """Where the files are: beside this module in a wheel, else in the source tree."""
    here = Path(__file__).parent
    beside = here / "data"
    return beside if beside.is_dir() else here.parents[2] / "data/sample"
