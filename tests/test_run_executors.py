"""Wherever counties are worked on, the bytes are the same; and nothing is left behind."""

import json
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

import gdcoverage
from gdcoverage.problems import InputError
from gdcoverage.run import How, load_plan, run_plan
from gdcoverage.run.busy import NAME, held
from gdcoverage.run.executors import Processes, on_executor
from known import known
from three_counties import files_of, write_plan

DATE = "2026-06-14"
PROGRAM = Path(sys.executable).with_name("gdcoverage")


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """What a run in this process alone writes."""
    path = write_plan(tmp_path_factory.mktemp("here"))
    run_plan(load_plan(path), DATE, How(workers=1))
    return files_of(path.parent / "results")


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """Each test finds for itself what it compares."""
    monkeypatch.setenv("GDCOVERAGE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def differing(here, tmp_path, how, say=lambda _: None):
    """Names of the files that a run elsewhere writes otherwise."""
    path = write_plan(tmp_path / "p")
    ran = run_plan(load_plan(path), DATE, how, say)
    assert ran.failures == ()
    there = files_of(path.parent / "results")
    assert list(here) == list(there)
    return [name for name in here if here[name] != there[name]]


def test_a_script_that_its_workers_would_run_again_is_told_what_to_write(tmp_path):
    plan = write_plan(tmp_path / "p")
    script = tmp_path / "script.py"
    script.write_text(
        "from gdcoverage.problems import InputError\n"
        "from gdcoverage.run import How, load_plan, run_plan\n"
        "try:\n"
        f"    run_plan(load_plan({str(plan)!r}), '{DATE}', How(workers=2))\n"
        "except InputError as error:\n"
        "    print('TOLD', error)\n"
        "    raise\n",
        encoding="utf-8",
    )
    ran = subprocess.run(
        [sys.executable, script], check=False, capture_output=True, text=True, timeout=300
    )
    told = [line for line in ran.stdout.splitlines() if line.startswith("TOLD")]
    assert ran.returncode == 1
    assert 'if __name__ == "__main__":' in told[-1]


# The same bytes -------------------------------------------------------------------------------


def test_processes_give_the_same_bytes(here, tmp_path):
    assert differing(here, tmp_path, How(workers=2)) == []


def test_threads_give_the_same_bytes(here, tmp_path):
    with ThreadPoolExecutor(3) as executor:
        assert differing(here, tmp_path, How(executor=executor)) == []


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed", reason="Dask is not installed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        yield cluster


def test_dask_by_value_gives_the_same_bytes(here, tmp_path, cluster):
    """Workers that see none of the files get what is in them."""
    client = cluster.get_client()
    client.run(_hide, str(tmp_path))
    assert not any(client.run(os.path.exists, str(tmp_path)).values())
    assert differing(here, tmp_path, How(executor=client)) == []


def _hide(folder):
    """Make a process see nothing below a folder."""
    import builtins
    import io
    import os

    def blind(see):
        def look(path, *rest, **options):
            if isinstance(path, str | os.PathLike) and os.fspath(path).startswith(folder):
                raise FileNotFoundError(path)
            return see(path, *rest, **options)

        return look

    os.stat, builtins.open, io.open = map(blind, (os.stat, open, io.open))
    access = os.access

    def allows(path, *rest, **options):
        return not str(path).startswith(folder) and access(path, *rest, **options)

    os.access = allows


def test_dask_gives_the_same_bytes_and_survives_a_killed_worker(here, tmp_path, cluster):
    killed: list[int] = []

    def kill_one(step):
        if step.startswith("县区 1/") and not killed:
            worker = next(iter(cluster.workers.values()))
            killed.append(worker.pid)
            os.kill(worker.pid, signal.SIGKILL)

    how = How(scheduler=cluster.scheduler_address)
    assert differing(here, tmp_path, how, kill_one) == []
    assert killed


# Workers that cannot --------------------------------------------------------------------------


def test_a_killed_process_ends_no_other_task():
    with Processes(2) as crew:
        outcomes = dict(crew.outcomes(_die_at_three, range(6)))
        # The others have another process to go on with.
        assert crew.each(_die_at_three, [7, 8]) == [49, 64]
        assert crew.beside(_die_at_three, 9)() == 81
    assert type(outcomes.pop(3)).__name__ == "BrokenProcessPool"
    assert outcomes == {0: 0, 1: 1, 2: 4, 4: 16, 5: 25}


def _die_at_three(number):
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number**2


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (ModuleNotFoundError("no", name="gdcoverage"), "没有安装 gdcoverage"),
        (AttributeError("survey"), "gdcoverage 的版本与本机不同"),
        ({"python": "3.9", "program": "", "unseen": []}, "Python 是 3.9"),
        ({"python": "{}.{}".format(*sys.version_info), "program": "x", "unseen": []}, "依赖库"),
    ],
)
def test_a_worker_that_differs_is_refused_by_its_address(answer, said):
    class Cluster:
        def get_executor(self, pure):
            return None

        def run(self, *_, on_error):
            return {"tcp://10.0.0.7:1234": answer}

    with pytest.raises(InputError, match=f"tcp://10.0.0.7:1234：.*{said}.*安装与本机相同"):
        list(on_executor(abs, [1], Cluster(), {}, abs))


def test_an_executor_that_breaks_fails_each_task_and_no_more():
    with ProcessPoolExecutor(1) as executor:
        outcomes = dict(on_executor(_die_at_three, [3, 3, 3], executor, {}, abs))
    assert [type(outcome).__name__ for outcome in outcomes.values()] == ["BrokenProcessPool"] * 3


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:{}", "tcp://no-such-host.invalid:1", "x"])
def test_a_scheduler_that_is_not_there_is_an_input_error(tmp_path, address):
    pytest.importorskip("distributed", reason="Dask is not installed")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = address.format(taken.getsockname()[1])
        with pytest.raises(InputError, match=f"连不上 Dask 调度器 {address}"):
            run_plan(load_plan(write_plan(tmp_path)), DATE, How(scheduler=address))


def test_a_scheduler_that_dies_is_an_input_error_and_what_was_found_is_kept(tmp_path, own_cache):
    pytest.importorskip("distributed", reason="Dask is not installed")
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    command += ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file"]
    file = tmp_path / "scheduler.json"
    scheduler = subprocess.Popen([*command, str(file)], stderr=subprocess.DEVNULL)
    command = [sys.executable, "-m", "distributed.cli.dask_worker", "--nthreads", "1"]
    command += ["--no-dashboard", "--no-nanny", "--scheduler-file"]
    worker = subprocess.Popen([*command, str(file)], stderr=subprocess.DEVNULL)
    try:
        while not (file.exists() and file.read_text(encoding="utf-8").endswith("}")):
            time.sleep(0.1)
        address = json.loads(file.read_text(encoding="utf-8"))["address"]

        def kill(step):
            if step.startswith("县区 1/"):
                scheduler.kill()

        with pytest.raises(InputError, match="与 Dask 调度器的连接中断"):
            run_plan(load_plan(write_plan(tmp_path)), DATE, How(scheduler=address), kill)
    finally:
        for process in (scheduler, worker):
            process.kill()
            process.wait()
    assert list((own_cache / "results").rglob("*.kept"))


# One county at a time -------------------------------------------------------------------------


def test_counties_found_one_by_one_are_taken_over(here, tmp_path):
    path = write_plan(tmp_path / "p")
    for code in ("990101", "990103"):
        done = subprocess.run(
            [PROGRAM, "county", path, code], capture_output=True, text=True, check=True
        )
        assert f"{code}：人口" in done.stdout
    assert not (path.parent / "results").exists()
    refused = subprocess.run(
        [PROGRAM, "county", path, "000009"], capture_output=True, text=True, check=False
    )
    assert refused.returncode == 1
    assert "没有县区“000009”" in refused.stderr
    steps: list[str] = []
    run_plan(load_plan(path), DATE, How(workers=1), steps.append)
    assert any("沿用上次已完成的 2 个县区" in step for step in steps)
    there = files_of(path.parent / "results")
    assert [name for name in here if here[name] != there[name]] == []


def test_two_runs_may_share_a_cache_at_the_same_time(here, tmp_path):
    path = write_plan(tmp_path / "p")
    plan = load_plan(path)
    folders = [path.parent / name for name in ("one", "other")]
    plans = [replace(plan, outputs=replace(plan.outputs, folder=folder)) for folder in folders]
    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda plan: run_plan(plan, DATE, How(workers=1)), plans))
    for folder in folders:
        there = files_of(folder)
        assert [name for name in here if here[name] != there.get(name)] == []


# Stopped in the middle ------------------------------------------------------------------------


def stopped(path, tmp_path, number):
    """Exit code of a run in processes that gets a signal; all its processes are gone after."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    mark = f"GDCOVERAGE_TEST_RUN={tmp_path}"
    environment = os.environ | {"GDCOVERAGE_TEST_RUN": str(tmp_path), "TMPDIR": str(scratch)}
    command = [PROGRAM, "run", path, "--workers", "2"]
    run = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    for line in known(run.stderr):
        if "县区 1/" in line:
            run.send_signal(number)
            break
    code = run.wait(timeout=60)
    known(run.stderr).close()
    deadline = time.monotonic() + 30
    while left := _marked(mark):
        assert time.monotonic() < deadline, left
        time.sleep(0.1)
    return code, list(scratch.iterdir())


def _marked(mark):
    """Processes with a word in their environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (path / "environ").read_bytes():
                found.append((path / "cmdline").read_bytes())
        except OSError:
            continue
    return found


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="no /proc")
@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -signal.SIGKILL)],
)
def test_stopped_a_run_leaves_no_process_and_no_partial_file(tmp_path, own_cache, number, code):
    path = write_plan(tmp_path / "p")
    ended, scratch = stopped(path, tmp_path, number)
    assert ended == code
    assert scratch == []
    assert list((own_cache / "results").rglob("*.kept"))
    left = [*path.parent.rglob(".partial*"), *own_cache.rglob(".partial*")]
    if number != signal.SIGKILL:
        assert left == []
        assert not list(path.parent.rglob(NAME))
    run_plan(load_plan(path), DATE, How(workers=1))
    assert not list(path.parent.rglob(NAME))


# One run a folder -----------------------------------------------------------------------------


def test_a_folder_in_use_names_the_run_that_has_it(tmp_path):
    plan = load_plan(write_plan(tmp_path))
    code = (
        "import sys, pathlib; from gdcoverage.run.busy import held\n"
        "with held(pathlib.Path(sys.argv[1])): print(flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(plan.outputs.folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        known(other.stdout).readline()
        who = f"主机 {platform.node()}，进程 {other.pid}，20"
        with pytest.raises(InputError, match=f"另一次运行正在写.*{who}.*等它结束"):
            run_plan(plan, DATE, How(workers=1))
        other.kill()
    # Its word still lies there, and its lock does not.
    assert (plan.outputs.folder / NAME).exists()
    with held(plan.outputs.folder):
        pass
    assert list(plan.outputs.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("told", "free"),
    [
        ("", True),
        (f'{{"host": "{platform.node()}", "pid": 999999999, "started": "t"}}', True),
        (f'{{"host": "{platform.node()}", "pid": 1, "started": "t"}}', False),
        ('{"host": "elsewhere", "pid": 7, "started": "2026-06-14"}', False),
    ],
)
def test_without_locks_the_file_is_believed(tmp_path, monkeypatch, told, free):
    fcntl = pytest.importorskip("fcntl")

    def refuse(*_):
        raise OSError(95, "not supported")

    monkeypatch.setattr(fcntl, "flock", refuse)
    (tmp_path / NAME).write_text(told, encoding="utf-8")
    if free:
        with held(tmp_path):
            assert f'"pid": {os.getpid()}' in (tmp_path / NAME).read_text(encoding="utf-8")
        assert not (tmp_path / NAME).exists()
    else:
        with pytest.raises(InputError, match="请删除文件夹里的"), held(tmp_path):
            pass
        assert (tmp_path / NAME).exists()


def test_a_folder_that_cannot_be_written_to_is_told_before_the_work(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="结果文件夹不能写入"), held(tmp_path / "file" / "results"):
        pass


# Installed where nothing can be written -------------------------------------------------------


def test_installed_where_nothing_can_be_written_everything_works(tmp_path):
    """Numba refuses where it can keep nothing, which ended the command before it began."""
    if os.getuid() == 0 and not shutil.which("setpriv"):
        pytest.skip("root may write everywhere")
    site, home = tmp_path / "site", tmp_path / "home"
    home.write_text("")
    shutil.copytree(
        Path(gdcoverage.__file__).parent,
        site / "gdcoverage",
        ignore=shutil.ignore_patterns("__pycache__", "node_modules"),
    )
    path = write_plan(tmp_path / "p", sites=False)
    plan = path.read_text(encoding="utf-8")
    path.write_text(plan.replace("[counties]", '[counties]\nadcodes = ["990101"]'), "utf-8")
    for folder in (site, *(path for path in site.rglob("*") if path.is_dir())):
        folder.chmod(0o555)
    # Root may write everywhere, unless it gives that up.
    plainly = ["setpriv", "--bounding-set=-dac_override"] if os.getuid() == 0 else []
    unset = ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "GDCOVERAGE_CACHE")
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    environment |= {"PYTHONPATH": str(site), "HOME": str(home), "TMPDIR": str(tmp_path)}
    # All is compiled here, and little of it works long.
    environment |= {"NUMBA_OPT": "0"}
    run = subprocess.run(
        [*plainly, PROGRAM, "run", path, "--workers", "1"],
        capture_output=True, text=True, env=environment, check=False,
    )  # fmt: skip
    for folder in (site, *(path for path in site.rglob("*") if path.is_dir())):
        folder.chmod(0o755)
    assert run.returncode == 0, run.stderr
    assert not list(site.rglob("*.nbi"))
    assert run.stderr.count("没有可写的文件夹存放编译结果") == 1
    assert (path.parent / "results/地图.html").exists()
