"""What wheels and benchmarks are built by: settings that nothing else here would run."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROJECT = (ROOT / "pyproject.toml").read_text()

# A wheel is tested where there is nothing but itself and what it asks for.
BARE = """
import sys
for name in ("hypothesis", "pandas", "polars", "pyarrow", "sklearn", "river", "starlette"):
    sys.modules[name] = None
import pytest
sys.exit(pytest.main(sys.argv[1:]))
"""


def setting(name: str) -> str:
    found = re.search(rf'^{name} = "(.*?)"', PROJECT, re.MULTILINE)
    assert found is not None, name
    return found[1]


def test_wheels_are_tested_with_what_they_ask_for() -> None:
    assert 'test-requires = ["pytest>=9"]' in PROJECT
    command = setting("test-command").replace("{project}", str(ROOT)).split()
    assert command.pop(0) == "pytest"
    plain = ["-p", "no:hypothesispytest", "-p", "no:schemathesis", "-p", "no:anyio", "-q"]
    found = subprocess.run(
        [sys.executable, "-c", BARE, *plain, *command],
        capture_output=True, text=True, check=False, cwd=ROOT, timeout=120,
        env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip
    assert found.returncode == 0, found.stdout + found.stderr


def test_wheels_are_made_for_every_python_that_is_supported() -> None:
    oldest = re.search(r'^requires-python = ">=3\.(\d+)"', PROJECT, re.MULTILINE)
    assert oldest is not None
    built = [int(minor) for minor in re.findall(r"cp3(\d+)-\*", setting("build"))]
    assert built == list(range(int(oldest[1]), 15))
    assert 'archs = ["x86_64", "aarch64"]' in PROJECT


def test_asv_finds_its_benchmarks() -> None:
    settings = json.loads((ROOT / "benches" / "asv.conf.json").read_text())
    folder = ROOT / "benches" / settings["benchmark_dir"]
    # It imports the folder as a package, and everything in it.
    assert (folder / "__init__.py").is_file()
    code = (
        "import importlib, pkgutil, sys; sys.path.insert(0, sys.argv[1]); "
        "package = importlib.import_module(sys.argv[2]); "
        "names = [m.name for m in pkgutil.iter_modules(package.__path__)]; "
        "modules = [importlib.import_module(sys.argv[2] + '.' + n) for n in names]; "
        "sweep = modules[names.index('bench_forest')].Sweep(); "
        "sweep.setup('compact', 1, 1, 10); sweep.time_process()"
    )
    subprocess.run([sys.executable, "-c", code, str(folder.parent), folder.name], check=True)
