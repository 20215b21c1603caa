"""Whether, and for which series, the bounds of models are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from adcore.job.fields import flag, object_of, text

__all__ = ["ModelPlotConfig", "read_model_plot_config"]


@dataclass(frozen=True, slots=True)
class ModelPlotConfig:
    """What is plotted.

    Attributes
    ----------
    enabled : bool
    terms : str, optional
        Values of partition, by or over fields with commas between them; all series by default.
    annotations_enabled : bool
    """

    enabled: bool = True
    terms: str | None = None
    annotations_enabled: bool = True

    @property
    def values(self) -> frozenset[str]:
        """The values that are plotted; empty for all."""
        return frozenset(term.strip() for term in (self.terms or "").split(",") if term.strip())

    def to_api(self) -> dict[str, Any]:
        """As the API writes it."""
        written: dict[str, Any] = {"enabled": self.enabled}
        if self.terms is not None:
            written["terms"] = self.terms
        return written | {"annotations_enabled": self.annotations_enabled}


def _make(
    enabled: bool = True, terms: str | None = None, annotations_enabled: bool | None = None
) -> ModelPlotConfig:
    return ModelPlotConfig(
        enabled, terms, enabled if annotations_enabled is None else annotations_enabled
    )


read_model_plot_config = object_of(
    "model_plot_config", {"enabled": flag, "terms": text, "annotations_enabled": flag}, _make
)
