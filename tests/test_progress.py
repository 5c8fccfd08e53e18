"""Long calls say what they do to whoever watches, and stop when they are told to."""

import io
import sys
import time
from contextlib import redirect_stderr

import pytest
from jupyter_client.manager import start_new_kernel

from gdcoverage import progress

LONG = """
import numpy as np
from scipy import sparse
from gdcoverage.locate import maximal_covering
from gdcoverage.progress import at_work

chance = np.random.default_rng(1)
covers = sparse.csc_array(chance.random((4000, 1500)) < 0.01)
at_work("寻找最优方案")(maximal_covering)(covers, chance.random(4000), 60)
"""


class Screen(io.StringIO):
    def isatty(self):
        return True


@progress.at_work("走路")
def walk(seconds):
    time.sleep(seconds)
    return seconds


@progress.at_work("走两次")
def walk_twice(seconds):
    return walk(seconds) + walk(seconds)


def seen(function, *given, stream=Screen):
    """What a call writes to the standard error."""
    with redirect_stderr(stream()) as screen:
        function(*given)
    return screen.getvalue()


@pytest.fixture
def soon(monkeypatch):
    monkeypatch.setattr(progress, "_SOON_S", 0.02)


def test_a_long_call_says_what_it_does_and_at_the_end_for_how_long(soon):
    assert walk(0.2) == 0.2
    said = seen(walk, 0.2)
    assert said.startswith("\r走路，已 0 秒")
    assert said.endswith("\r走路，用时 0 秒\n")


def test_a_short_call_says_nothing():
    assert seen(walk, 0.0) == ""


def test_what_a_call_calls_says_nothing_of_its_own(soon):
    said = seen(walk_twice, 0.1)
    assert "走路" not in said
    assert said.count("走两次，用时") == 1


def test_nothing_is_said_where_that_is_asked(soon):
    progress.show_progress(False)
    try:
        assert seen(walk, 0.1) == ""
    finally:
        progress.show_progress(True)


def test_who_is_told_instead_is_told_all(soon):
    told: list[str] = []
    with progress.telling(told.append):
        assert seen(walk, 0.1) + seen(progress.tell, "走完了") == ""
    assert told == ["走完了"]
    assert seen(progress.tell, "走完了") == "gdcoverage：走完了\n"


def test_two_who_are_told_at_once_may_leave_in_any_order(soon):
    first: list[str] = []
    second: list[str] = []
    one, other = progress.telling(first.append), progress.telling(second.append)
    one.__enter__()
    other.__enter__()
    one.__exit__(None, None, None)
    progress.tell("走着")
    other.__exit__(None, None, None)
    assert (first, second) == ([], ["走着"])
    assert seen(progress.tell, "走完了") == "gdcoverage：走完了\n"


def test_nothing_is_said_to_a_file(soon, monkeypatch):
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    assert seen(walk, 0.1, stream=io.StringIO) == ""
    assert seen(progress.tell, "走完了", stream=io.StringIO) == ""


def test_a_long_call_in_a_kernel_says_so_and_stops_at_an_interrupt():
    manager, client = start_new_kernel()
    try:
        asked = client.execute(LONG)
        said = ""
        while "寻找最优方案，已" not in said:
            message = client.get_iopub_msg(timeout=300)
            said += message["content"].get("text", "")
        manager.interrupt_kernel()
        ended = client.get_shell_msg(timeout=300)
        while ended["parent_header"]["msg_id"] != asked:
            ended = client.get_shell_msg(timeout=300)
        assert ended["content"]["ename"] == "KeyboardInterrupt"
        assert client.execute_interactive("1 + 1", timeout=300)["content"]["status"] == "ok"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
