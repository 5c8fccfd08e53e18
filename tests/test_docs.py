"""The documents are true: examples run, every command and column is explained, pages build."""

import doctest
import inspect
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import made_pages
import matplotlib as mpl
import openpyxl
import pytest
from typer.main import get_command

import gdcoverage as gd
from gdcoverage.cli import app
from gdcoverage.report import write_workbook

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]


# Examples of the library ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def at_hand(tmp_path_factory):
    """A folder, and the names that the reference says are at hand in it."""
    text = (DOCS / "reference.md").read_text(encoding="utf-8")
    code = re.search(r"<!-- at hand -->\n```python\n(.*?)```", text, re.DOTALL)
    assert code is not None
    folder = tmp_path_factory.mktemp("examples")
    mpl.use("Agg")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        names: dict[str, object] = {}
        exec(code[1], names)
        yield names


def documented():
    """Everything that the reference shows: name -> object."""
    text = (DOCS / "reference.md").read_text(encoding="utf-8")
    found = {}
    for kind, name, members in re.findall(
        r"^\.\. auto(\w+):: gdcoverage\.(\w+)(?:\n   :members: (.*))?$", text, re.MULTILINE
    ):
        thing = getattr(gd, name)
        assert (kind != "function") == inspect.isclass(thing)
        found[name] = thing
        for member in filter(None, members.split(", ")):
            found[f"{name}.{member}"] = inspect.getattr_static(thing, member)
    return found


REFERENCE = documented()


def test_reference_shows_every_public_name():
    assert {name.split(".")[0] for name in REFERENCE} == set(gd.__all__) - {"__version__"}


@pytest.mark.parametrize("name", sorted(REFERENCE))
def test_examples_run(name, at_hand):
    text = inspect.getdoc(REFERENCE[name]) or ""
    found = doctest.DocTestParser().get_doctest(text, dict(at_hand), name, None, 0)
    assert found.examples
    told: list[str] = []
    doctest.DocTestRunner(verbose=False).run(found, out=told.append)
    assert not told, "".join(told)


# The command ------------------------------------------------------------------------------------

COMMANDS = dict(made_pages.every_command(get_command(app)))


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_and_parameter_is_explained_with_an_example(words):
    command = COMMANDS[words]
    assert command.help
    lines = made_pages.examples(command)
    assert any(line.startswith(" ".join(words)) for line in lines)
    for parameter in command.params:
        if parameter.name != "help":
            assert parameter.help, parameter.name


def understood(line):
    """Whether the command would take a line as it stands; nothing is run."""
    given = shlex.split(line.split("#")[0])
    words = next(words for words in COMMANDS if tuple(given[: len(words)]) == words)
    COMMANDS[words].make_context(words[-1], given[len(words) :], resilient_parsing=False)


def told_lines():
    """Every line of a document that calls the command, and every example of its help."""
    for command in COMMANDS.values():
        yield from made_pages.examples(command)
    for page in PAGES:
        for block in re.findall(r"```\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            yield from (line for line in block.splitlines() if line.startswith("gdcoverage "))


@pytest.mark.parametrize("line", sorted(set(told_lines())))
def test_command_takes_what_documents_say(line):
    understood(line)


def test_an_option_that_is_not_there_would_be_noticed():
    with pytest.raises(Exception, match="--nonsense"):
        understood("gdcoverage run plan.toml --nonsense 3")


# Columns ----------------------------------------------------------------------------------------


def test_every_column_of_a_frame_is_explained():
    rows = re.findall(r"^\| (`\w+`) \| [^|]+ \| *([^|]*?) *\|(?: [^|]*\|)?$", FRAMES, re.MULTILINE)
    assert len(rows) > 40
    assert not [name for name, what in rows if not what]


FRAMES = made_pages.formats().split("## Frames")[1].split("### Official terms")[0]


def test_dictionary_has_the_sheets_of_a_workbook_and_their_headings(at_hand, tmp_path):
    report = at_hand["coverage"].report("示例县", made_on="2026-06-10", add=1)
    write_workbook(report, tmp_path / "汇总.xlsx")
    book = openpyxl.load_workbook(tmp_path / "汇总.xlsx", read_only=True)
    known = set(book.sheetnames) & set(made_pages.SHEETS)
    assert len(known) > 6
    assert set(book.sheetnames) - known <= {"汇总", "分类", "数据问题", "输入与参数"}
    for name in known:
        cells = {str(c).split("（")[0].replace("\n", "") for row in book[name].values for c in row}
        for column in made_pages.SHEETS[name].values():
            if "workbook" not in column.where:
                continue
            assert column.label.split("（")[0] in cells, (name, column.label)


def test_version_is_one_in_code_citation_and_changelog():
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"\nversion: {gd.__version__}\n" in citation
    (version, day), *_ = re.findall(r"^## \[(\d[^]]*)\] - (.*)$", changelog, re.MULTILINE)
    assert version == gd.__version__
    assert f"date-released: {day}" in citation


# Pages ------------------------------------------------------------------------------------------


def test_pages_build_without_a_warning(tmp_path):
    pytest.importorskip("sphinx", reason="pip install 'gdcoverage[docs]'")
    words = ["-q", "-W", "--keep-going", "-b", "html", "-d", str(tmp_path / "kept")]
    command = [sys.executable, "-m", "sphinx", *words, str(DOCS), str(tmp_path / "site")]
    built = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    assert built.returncode == 0, built.stderr
    pages = {
        path.relative_to(tmp_path / "site").as_posix(): path
        for path in (tmp_path / "site").rglob("*.html")
    }
    assert "made/formats.html" in pages
    for path in pages.values():
        text = path.read_text(encoding="utf-8")
        loaded = re.findall(r'<(?:script|img|link)[^>]+(?:src|href)="(https?:[^"]+)"', text)
        assert not loaded, path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_documents_lead_somewhere(page):
    for target in re.findall(r"\]\((?!https?:|#|<)([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        if target.startswith(("made/", "../made/")):  # written when pages are built
            continue
        assert (page.parent / target).exists(), target


def test_both_readmes_say_the_same():
    """Command by command, picture by picture, headed and listed alike; the words are two."""
    one, other = (
        (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh-CN.md")
    )

    def built(text):
        commands = [
            re.sub(r"\s+#.*", "", block) for block in re.findall(r"```.*?```", text, re.DOTALL)
        ]
        pictures = re.findall(r"!\[.*?\]\((.*?)\)", text)
        return commands, pictures, re.findall(r"^(#+|-) ", text, re.MULTILINE)

    def links(text):
        found = re.findall(r"(?<!!)\[[^]]*\]\((.*?)\)", text)
        # Each leads to the other, and to the register in its own language.
        return sorted(set(found) - {"README.md", "README.zh-CN.md"} - REGISTERS)

    assert built(one) == built(other)
    assert links(one) == links(other)


REGISTERS = {"docs/register.md", "docs/howto/register.md"}
