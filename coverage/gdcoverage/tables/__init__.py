"""Office tables: sheets and cells read, coordinates as people write them, tables written."""

from gdcoverage.tables._read import (
    Headings,
    Reading,
    Table,
    numbers,
    plain_heading,
    plain_number,
    read_layer,
    read_tables,
)

__all__ = [
    "Headings",
    "Reading",
    "Table",
    "numbers",
    "plain_heading",
    "plain_number",
    "read_layer",
    "read_tables",
]
