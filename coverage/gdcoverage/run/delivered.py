"""What was delivered to a folder: which file shows what, and whether it still does."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from gdcoverage.files import sha256, written_whole
from gdcoverage.run.identity import digest
from gdcoverage.run.inputs import Say
from gdcoverage.run.kept import Kept, packed
from gdcoverage.run.outputs import Written


class Delivered:
    """The files of a folder as they were delivered; remembered in the cache, not beside them.

    Parameters
    ----------
    kept : the cache.
    folder : where the files are.
    """

    def __init__(self, kept: Kept, folder: Path) -> None:
        self.folder = folder
        self._kept = kept
        self._identity = digest("delivered", str(folder.resolve()))
        known = kept.get(self._identity)
        self._marks: dict[str, tuple[str, str]] = known if isinstance(known, dict) else {}

    def stale(self, ids: Mapping[str, str], say: Say) -> list[str]:
        """Names of the files that do not show what they should, or are not as they were written.

        Parameters
        ----------
        ids : name -> identity of what the file should show.
        """
        found = []
        for name, identity in ids.items():
            shown, content = self._marks.get(name, ("", ""))
            path = self.folder / name
            if shown == identity and path.is_file() and sha256(path) != content:
                say(f"{path.name}（{self.folder.name}）写出后被改动，重新写出")
            elif shown == identity and path.is_file():
                continue
            found.append(name)
        return found

    def deliver(
        self, files: Mapping[str, bytes], ids: Mapping[str, str], written: Written, listed: bool
    ) -> None:
        """Write files whole, and remember what they show.

        Parameters
        ----------
        ids : name -> identity of what each shows.
        written : is told of each that could not be written, and if `listed` of the others.
        """
        for name, data in files.items():
            with written.writing(name, self.folder, listed=listed) as path:
                with written_whole(path) as partial:
                    partial.write_bytes(data)
                self._marks[name] = (ids[name], hashlib.sha256(data).hexdigest())
        self._remember()

    def note(self, ids: Mapping[str, str]) -> None:
        """Remember what files show that were written in another way."""
        for name, identity in ids.items():
            path = self.folder / name
            if path.is_file():
                self._marks[name] = (identity, sha256(path))
        self._remember()

    def _remember(self) -> None:
        self._kept.put(self._identity, packed(self._marks))
