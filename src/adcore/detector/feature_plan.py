"""The enabled features of a configuration, as columns to read and functions to compute."""

from __future__ import annotations

from dataclasses import dataclass, replace

from adcore.bucket import BucketFeature
from adcore.detector.aggregation import ValueColumn, compile_aggregation
from adcore.detector.config import DetectorConfig
from adcore.detector.errors import DetectorConfigError
from adcore.detector.scan import ScanRequest

__all__ = ["FeaturePlan"]


@dataclass(frozen=True, slots=True)
class FeaturePlan:
    """What to read and what to compute.

    Attributes
    ----------
    columns : tuple of ValueColumn
        Each once, whatever the number of features that need it.
    functions : tuple of BucketFeature
        One per enabled feature; their fields are positions among ``columns``, as texts.
    """

    columns: tuple[ValueColumn, ...]
    functions: tuple[BucketFeature, ...]

    @classmethod
    def of(cls, config: DetectorConfig, action: str = "start detector job") -> FeaturePlan:
        """The plan of a configuration.

        Raises
        ------
        DetectorConfigError
            If it has no enabled feature, or one that does not come to one number.
        """
        field = "feature_attributes"
        if not config.feature_attributes:
            raise DetectorConfigError(f"Can't {action} as no features configured", field)
        if not config.enabled_features:
            raise DetectorConfigError(f"Can't {action} as no enabled features configured", field)
        compiled = [compile_aggregation(f.aggregation_query) for f in config.enabled_features]
        columns = tuple(dict.fromkeys(c for made in compiled for c in made.columns))
        functions = []
        for made in compiled:
            at = [str(columns.index(column)) for column in made.columns]
            weight = at[1] if len(at) > 1 else None
            functions.append(replace(made.function, field=at[0], weight_field=weight))
        return cls(columns, tuple(functions))

    def request(self, config: DetectorConfig) -> ScanRequest:
        """What to ask of a source: all rows, in the order of time."""
        return ScanRequest(
            config.time_field, self.columns, config.category_fields, config.filter_query
        )
