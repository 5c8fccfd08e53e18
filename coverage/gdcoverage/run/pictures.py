"""What maps show of the streets' file, by digests that are found once for each file."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from gdcoverage.run.county import with_picture
from gdcoverage.run.identity import digest, program
from gdcoverage.run.inputs import Inputs
from gdcoverage.run.kept import Kept, packed
from gdcoverage.run.plan import Plan
from gdcoverage.run.task import CountyTask

Ids = dict[str, str]


def square_ids(plan: Plan, inputs: Inputs, kept: Kept | None) -> Ids:
    """Path of each square of the base map beside the province's pages -> what it shows.

    Parameters
    ----------
    kept : where this was remembered; None: found anew.
    """
    if plan.ground.tiles is not None or not inputs.pictured.known or len(inputs.counties) < 2:
        return {}

    def found() -> Ids:
        squares = inputs.squares
        assert squares is not None
        return {path: digest(squares.things(n)) for n, path in enumerate(squares.paths)}

    return _once(kept, digest("squares", program(), inputs.pictured.identity), found)


class Pictures:
    """What each county's maps show of the file; cut out of it where that is needed.

    Parameters
    ----------
    tasks : of the counties.
    kept : as for `square_ids`.
    """

    def __init__(self, inputs: Inputs, tasks: Collection[CountyTask], kept: Kept | None) -> None:
        self._inputs, self._tasks = inputs, tasks
        self._cut: dict[str, CountyTask] = {}
        boxes = [(task.adcode, task.served) for task in tasks]
        identity = digest("pictures", program(), inputs.pictured.identity, boxes)
        self.ids = _once(kept, identity, self._found)

    def task(self, task: CountyTask) -> CountyTask:
        """The task with its picture, once."""
        return self._cut.pop(task.adcode, None) or with_picture(task, self._inputs)

    def _found(self) -> Ids:
        self._cut = {task.adcode: with_picture(task, self._inputs) for task in self._tasks}
        shown = {adcode: task.shown for adcode, task in self._cut.items()}
        return {adcode: digest(each.base, each.names) for adcode, each in shown.items()}


def _once(kept: Kept | None, identity: str, find: Callable[[], Ids]) -> Ids:
    known: Any = None if kept is None else kept.get(identity)
    if isinstance(known, dict):
        return known
    found = find()
    if kept is not None:
        kept.put(identity, packed(found))
    return found
