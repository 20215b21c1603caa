"""What holds for the house as a whole: layers, public names, versions, the core's manners."""

from __future__ import annotations

import ast
import importlib.metadata
import re
from pathlib import Path

import pytest

import adcore
from adcore import _core

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "adcore"
CORE = ROOT / "cpp"

# What each room of the core may include besides itself: a room may know what it consumes, never
# who consumes it.
ROOMS: dict[str, set[str]] = {
    "base": set(),
    "state": {"base"},
    "column": {"base", "state"},
    "bucket": {"base", "state", "column"},
    "forest": {"base", "state"},
    "detect": {"base", "state", "forest"},
    "entity": {"base", "state", "forest", "detect"},
    "score": {"base", "state"},
    "series": {"base", "state", "forest"},
    "job": {"base", "state", "column", "bucket", "series", "score"},
}

# The modules of the package, lowest first: a module may import those before it.
MODULES = [
    "errors",
    "_core",
    "_rows",
    "config",
    "arrow",
    "arrow_export",
    "near_names",
    "matrix",
    "times",
    "dates",
    "frames",
    "results",
    "options",
    "threads",
    "facts",
    "base_forest",
    "forest",
    "stream_names",
    "forest_bank",
    "thresholded_result",
    "thresholded_facts",
    "thresholded",
    "checkpoints",
    "snapshot_parts",
    "entity_result",
    "entity_rows",
    "entity_spill",
    "entity_checkpoints",
    "entity_cache",
    "forecaster",
    "sklearn",
    "river",
    "bucket",
    "script",
    "store",
    "query",
    "detect",
    "detector",
    "job",
    "report",
    "service",
    "serve_commands",
    "commands",
    "job_commands",
    "cli",
    "__main__",
    "examples",
]

PUBLIC_NAMES = {
    "AdcoreError",
    "CheckpointStore",
    "CheckpointBatch",
    "CompactForest",
    "DataError",
    "Detector",
    "DetectorConfig",
    "DetectorResults",
    "EntityCache",
    "EntityProfile",
    "EntityResult",
    "ForestBank",
    "InvalidArgumentError",
    "InvalidStateError",
    "Job",
    "JobConfig",
    "JobResults",
    "MemoryCheckpoints",
    "RandomCutForest",
    "SnapshotError",
    "ThresholdedForest",
    "ThresholdedResult",
    "__version__",
}

# Words the core may not use: it never prints, ends the process, reads clocks or touches files.
FORBIDDEN_IN_CORE = re.compile(
    r"Python\.h|pybind11|<iostream>|<fstream>|<filesystem>|<cstdio>|<chrono>|<random>"
    r"|\b(?:printf|abort|exit|system|getenv|rand)\s*\("
)


def core_sources() -> list[Path]:
    return sorted(
        path for folder in ("include", "src") for path in (CORE / folder).rglob("*.[ch]pp")
    )


def room_of(path: Path) -> str:
    parts = path.relative_to(CORE).parts
    return parts[2] if parts[0] == "include" else parts[1]


def included_rooms(path: Path) -> set[str]:
    return set(re.findall(r'#include "adcore/(\w+)/', path.read_text()))


def package_modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def module_name(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_modules(path: Path) -> set[str]:
    """The modules of adcore named by the imports of a file, wherever in the file they stand."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "adcore":
            names.update(f"adcore.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return {name.split(".")[1] for name in names if name.startswith("adcore.")}


def declared_version() -> str:
    found = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert found is not None
    return found[1]


def test_the_scan_sees_the_core() -> None:
    assert {room_of(path) for path in core_sources()} == set(ROOMS)


@pytest.mark.parametrize("path", core_sources(), ids=lambda path: str(path.relative_to(CORE)))
def test_a_room_includes_only_what_it_consumes(path: Path) -> None:
    room = room_of(path)
    assert included_rooms(path) <= ROOMS[room] | {room}


@pytest.mark.parametrize("path", core_sources(), ids=lambda path: str(path.relative_to(CORE)))
def test_the_core_knows_neither_python_nor_the_world(path: Path) -> None:
    assert FORBIDDEN_IN_CORE.findall(path.read_text()) == []


@pytest.mark.parametrize("path", package_modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_lower_ones(path: Path) -> None:
    own = MODULES.index(module_name(path))
    higher = {name for name in imported_modules(path) if MODULES.index(name) > own}
    assert higher == set()


def test_public_names_are_the_listed_ones() -> None:
    assert set(adcore.__all__) == PUBLIC_NAMES
    assert [name for name in adcore.__all__ if not hasattr(adcore, name)] == []


@pytest.mark.parametrize("name", adcore.__all__)
def test_a_public_name_is_documented_where_people_see_it(name: str) -> None:
    value = getattr(adcore, name)
    if isinstance(value, type):
        assert value.__doc__
        assert value.__module__.split(".")[0] == "adcore"
        assert value.__module__ != "adcore._core"


def test_every_version_is_the_declared_one() -> None:
    assert importlib.metadata.version("adcore") == declared_version()
    assert adcore.__version__ == declared_version()
    assert _core.__version__ == declared_version()


def test_the_changelog_opens_with_the_declared_version() -> None:
    headings = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == declared_version()
