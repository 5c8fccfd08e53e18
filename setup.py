"""What setup.cfg cannot say: the sample, which lies once in data/sample, goes into the wheel."""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

SAMPLE = ("outlets.xlsx", "population.csv", "streets.osm.pbf", "plan.toml")


class WithSample(build_py):
    """Also copies the sample into the package; not where the source tree itself is installed."""

    def run(self) -> None:
        """Build the package."""
        super().run()
        if not self.editable_mode:
            target = Path(self.build_lib) / "gdcoverage/start/data"
            target.mkdir(parents=True, exist_ok=True)
            for name in SAMPLE:
                self.copy_file(f"data/sample/{name}", str(target / name))


setup(cmdclass={"build_py": WithSample})
