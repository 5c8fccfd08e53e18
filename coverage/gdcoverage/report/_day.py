"""Documents without the day on which they are made, and that day put in.

What changes from one day to the next in a report of the same numbers is the day alone. A document
is made once with a word in its place, which nobody writes, and dated as often as days pass.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile

# As wide as a date: characters of the private use area, in an order that no font or name has.
UNDATED = "".join(chr(0xF8A0 + step * 7 % 10) for step in range(10))
_CREATED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)\d{4}-\d\d-\d\d")
_PROPERTIES = "docProps/core.xml"


def day_of(made_on: str) -> dt.datetime:
    """When a workbook says that it was made; any day while the day is left open."""
    return dt.datetime(2000, 1, 1) if made_on == UNDATED else dt.datetime.fromisoformat(made_on)


def dated(name: str, document: bytes, made_on: str) -> bytes:
    """A document of a report that was made on the day `UNDATED`, as if made on this one.

    Parameters
    ----------
    name : of the file; the others than workbooks are text in UTF-8.
    made_on : date, ISO 8601.
    """
    word, day = UNDATED.encode(), made_on.encode()
    if not name.endswith(".xlsx"):
        return document.replace(word, day)
    whole = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(document)) as undated,
        zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as book,
    ):
        for part in undated.infolist():
            text = undated.read(part).replace(word, day)
            if part.filename == _PROPERTIES:
                text = _CREATED.sub(rb"\g<1>" + day, text)
            book.writestr(part, text)
    return whole.getvalue()
