"""Finds or builds the peers. One that cannot be had is absent, with the reason: nothing is faked.

adcore and krcf must be installed for the Python that runs this. The Java forest comes from Maven
Central (needs mvn and javac), the Rust library from its crate (needs cargo); both are built once,
into the given folder.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

DRIVERS = Path(__file__).resolve().parent / "peers"
COMPACT_TREES = 8
"""Trees that tell anomalies as well as a resident forest's: kCompactTrees of the engine."""
JAVA_VERSION = "4.4.0"
JAVA_GROUP = "software.amazon.randomcutforest"
JAVA_HEAP = "-Xmx6g"
_ADCORE = (sys.executable, str(DRIVERS / "adcore_peer.py"))


@dataclass(frozen=True)
class Peer:
    """A driver's command line, the detectors it has, and words that add to or change a job's.

    A few small models are lost in the pages of a process: their memory is measured over more.
    """

    name: str
    command: tuple[str, ...]
    detectors: frozenset[str]
    extra: tuple[str, ...] = ()
    small: bool = False


class Absent(Exception):
    """Why a peer cannot be had here."""


def find_peers(names: list[str], folder: Path) -> tuple[list[Peer], dict[str, str]]:
    """The peers that can be had, in the order asked for, and the reasons for those that cannot."""
    found, absent = [], {}
    for name in names:
        try:
            found.append(FINDERS[name](folder))
        except Absent as reason:
            absent[name] = str(reason)
    return found, absent


def adcore_peer(_folder: Path) -> Peer:
    _need_module("adcore")
    return Peer("adcore", _ADCORE, frozenset({"forest", "thresholded"}))


def compact_peer(_folder: Path) -> Peer:
    _need_module("adcore")
    trees = f"trees={COMPACT_TREES}"
    return Peer("compact", _ADCORE, frozenset({"forest"}), ("compact=yes", trees), small=True)


def compact_equal_peer(_folder: Path) -> Peer:
    _need_module("adcore")
    return Peer("compact-equal", _ADCORE, frozenset({"forest"}), ("compact=yes",), small=True)


def krcf_peer(_folder: Path) -> Peer:
    _need_module("krcf")
    return Peer("krcf", (sys.executable, str(DRIVERS / "krcf_peer.py")), frozenset({"forest"}))


def java_peer(folder: Path) -> Peer:
    for tool in ("java", "javac", "mvn"):
        _need_tool(tool)
    jars, classes = folder / "java" / "jars", folder / "java" / "classes"
    source = str(DRIVERS / "java" / "ForestPeer.java")
    for artifact in ("core", "parkservices"):
        _download_jar(f"randomcutforest-{artifact}", jars)
    classes.mkdir(parents=True, exist_ok=True)
    path = f"{jars}/*"
    _call("javac", "-nowarn", "-cp", path, "-d", str(classes), source)
    command = ("java", "-XX:+UseSerialGC", JAVA_HEAP, "-cp", f"{classes}:{path}", "ForestPeer")
    version = f"version=randomcutforest {JAVA_VERSION}"
    return Peer("java", command, frozenset({"forest", "thresholded"}), (version,))


def rust_peer(folder: Path) -> Peer:
    _need_tool("cargo")
    source = folder / "rust"
    shutil.copytree(DRIVERS / "rust", source, dirs_exist_ok=True)
    manifest, target = str(source / "Cargo.toml"), str(source / "target")
    _call("cargo", "build", "--release", "--manifest-path", manifest, "--target-dir", target)
    binary = source / "target" / "release" / "rust-peer"
    return Peer("rust", (str(binary),), frozenset({"forest", "thresholded"}))


FINDERS: dict[str, Callable[[Path], Peer]] = {
    "adcore": adcore_peer,
    "compact": compact_peer,
    "compact-equal": compact_equal_peer,
    "krcf": krcf_peer,
    "rust": rust_peer,
    "java": java_peer,
}


def _download_jar(artifact: str, folder: Path) -> None:
    if (folder / f"{artifact}-{JAVA_VERSION}.jar").exists():
        return
    coordinates = f"{JAVA_GROUP}:{artifact}:{JAVA_VERSION}"
    output = f"-DoutputDirectory={folder}"
    _call("mvn", "-q", "-B", "dependency:copy", f"-Dartifact={coordinates}", output)


def _need_module(name: str) -> None:
    if importlib.util.find_spec(name) is None:
        raise Absent(f"no package {name} for {sys.executable}")


def _need_tool(name: str) -> None:
    if shutil.which(name) is None:
        raise Absent(f"{name} is not installed")


def _call(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise Absent(f"{command[0]} failed with code {done.returncode}: {' '.join(last)}")
