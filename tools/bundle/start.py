"""Install from the wheels beside this file, without internet, and open the template."""

import os
import shutil
import struct
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENV = HERE / "env"
PLAN = HERE / "我的县"
WANTED = "@python@"


def main() -> None:
    """Each step only where it is not done yet."""
    here = ".".join(map(str, sys.version_info[:2]))
    if here != WANTED or struct.calcsize("P") != 8:
        sys.exit(f"需要 64 位的 Python {WANTED}，当前为 {here}。请安装后再试（见 说明.txt）。")
    bin_folder = ENV / ("Scripts" if os.name == "nt" else "bin")
    command = bin_folder / ("gdcoverage.exe" if os.name == "nt" else "gdcoverage")
    python = bin_folder / ("python.exe" if os.name == "nt" else "python")
    stamp = ENV / "installed"
    wheels = "\n".join(sorted(path.name for path in (HERE / "wheels").glob("*.whl")))
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wheels:
        print("正在安装，约一两分钟……", flush=True)
        shutil.rmtree(ENV, ignore_errors=True)
        venv.create(ENV, with_pip=True)
        pip = ["-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-index"]
        pip += ["--find-links", str(HERE / "wheels"), "gdcoverage[raster]"]
        subprocess.run([str(python), *pip], check=True)
        subprocess.run([str(command), "prepare"], check=True)
        stamp.write_text(wheels, encoding="utf-8")
    if not PLAN.exists():
        # What it says is a command that is not on the path here.
        subprocess.run([str(command), "init", str(PLAN)], check=True, stdout=subprocess.DEVNULL)
    book = PLAN / "社保网点计划.xlsx"
    words = (f'"{word}"' if " " in word else word for word in (str(command), "run", str(book)))
    print(f"填好 {book} 以后，在命令提示符里运行：\n  {' '.join(words)}", flush=True)
    if sys.platform == "win32":
        os.startfile(book)
    elif os.environ.get("DISPLAY") and shutil.which("xdg-open"):
        subprocess.run(["xdg-open", str(book)], check=False)


if __name__ == "__main__":
    try:
        main()
    except (subprocess.CalledProcessError, OSError) as error:
        sys.exit(
            f"没有做完：{error}\n请检查磁盘空间、文件夹是否可写，再运行一次；仍不行请把以上内容发给维护人员。"
        )
