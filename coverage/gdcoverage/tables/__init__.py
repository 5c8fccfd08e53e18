"""Office tables: sheets and cells read, coordinates as people write them, tables written."""

from gdcoverage.tables._layer import read_layer
from gdcoverage.tables._read import (
    Headings,
    Reading,
    Table,
    fields_of,
    numbers,
    plain_heading,
    plain_number,
    read_tables,
    spellings_of,
)
from gdcoverage.tables.frames import Named, Rows, tables_of

__all__ = [
    "Headings",
    "Named",
    "Reading",
    "Rows",
    "Table",
    "fields_of",
    "numbers",
    "plain_heading",
    "plain_number",
    "read_layer",
    "read_tables",
    "spellings_of",
    "tables_of",
]
