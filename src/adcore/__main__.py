"""``python -m adcore`` is the ``adcore`` command."""

from __future__ import annotations

from adcore.cli import main

main()
