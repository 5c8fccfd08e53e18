"""Office tables: sheets and cells read, coordinates as people write them, tables written."""

from gdcoverage.tables._headings import (
    Headings,
    fields_of,
    is_newer,
    plain_heading,
    spellings_of,
)
from gdcoverage.tables._layer import read_layer
from gdcoverage.tables._read import (
    Reading,
    Table,
    Unread,
    numbers,
    plain_number,
    read_tables,
)
from gdcoverage.tables.folder import Found, of_each
from gdcoverage.tables.frames import Named, Rows, tables_of

__all__ = [
    "Found",
    "Headings",
    "Named",
    "Reading",
    "Rows",
    "Table",
    "Unread",
    "fields_of",
    "is_newer",
    "numbers",
    "of_each",
    "plain_heading",
    "plain_number",
    "read_layer",
    "read_tables",
    "spellings_of",
    "tables_of",
]
