# Written by `make stubs` from the compiled module; do not edit.
"""
The compiled half of adcore. Use the names that the package `adcore` exports instead.
"""

from __future__ import annotations
import collections.abc
import numpy
import numpy.typing
import typing
import typing_extensions

__all__: list[str] = [
    "BucketAggregator",
    "EntityCache",
    "EntityCacheConfig",
    "EntityProfile",
    "EntityTable",
    "Forecaster",
    "ForecasterConfig",
    "Forest",
    "ForestBank",
    "ForestConfig",
    "JobEngine",
    "NormalizerSet",
    "ThresholdedForest",
    "ThresholdedForestConfig",
    "hash_labels",
    "log_beta_lower_tail",
    "log_extreme_probability",
    "log_gamma_lower_tail",
    "log_gamma_upper_tail",
    "log_joint_probability",
    "log_normal_upper_tail",
    "log_probability_of_raw_score",
    "normal_quantile_of_log_tail",
    "raw_score",
    "read_arrow_array",
    "read_arrow_stream",
    "snapshot_kind",
]

class EntityTable:
    """
    Tuples of key texts to entity ids 0, 1, 2, ... by first sight.
    """
    @staticmethod
    def from_bytes(bytes: bytes) -> EntityTable: ...
    def __init__(self, key_fields: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    def __len__(self) -> int: ...
    def find(self, key: collections.abc.Sequence[str]) -> int | None:
        """
        The id of a tuple of texts, or None.
        """
    def intern_codes(
        self,
        codes: collections.abc.Sequence[typing.Annotated[numpy.typing.ArrayLike, numpy.uint32]],
    ) -> numpy.typing.NDArray[numpy.uint32]:
        """
        For each row the id of the tuple of one code per field.
        """
    def intern_labels(
        self,
        field: typing.SupportsInt | typing.SupportsIndex,
        codes: typing.Annotated[numpy.typing.ArrayLike, numpy.uint32],
        labels: list[str | None],
    ) -> numpy.typing.NDArray[numpy.uint32]:
        """
        For each row the field's own code of labels[codes[row]]; 2^32 - 1 where the label is None.
        """
    def keys(
        self,
        ids: typing.Annotated[numpy.typing.ArrayLike, numpy.uint32],
        field: typing.SupportsInt | typing.SupportsIndex,
    ) -> list[str]:
        """
        The text of one key field of each entity.
        """
    def memory_bytes(self) -> int: ...
    def to_bytes(self) -> bytes: ...

class BucketAggregator:
    """
    The engine of adcore.BucketAggregator: numbers only, no names and no key texts.
    """
    @staticmethod
    def from_bytes(bytes: bytes) -> BucketAggregator: ...
    def __init__(
        self,
        bucket_span: typing.SupportsInt | typing.SupportsIndex,
        features: collections.abc.Sequence[
            tuple[
                str,
                typing.SupportsInt | typing.SupportsIndex,
                typing.SupportsInt | typing.SupportsIndex,
                typing.SupportsFloat | typing.SupportsIndex,
            ]
        ],
        *,
        value_columns: typing.SupportsInt | typing.SupportsIndex,
        bucket_offset: typing.SupportsInt | typing.SupportsIndex = 0,
        window_delay: typing.SupportsInt | typing.SupportsIndex = 0,
        watermark_from_rows: bool = True,
        emit_empty: bool = False,
        maximum_gap: typing.SupportsInt | typing.SupportsIndex = 1000,
        maximum_entities: typing.SupportsInt | typing.SupportsIndex = 16777216,
        maximum_open_vectors: typing.SupportsInt | typing.SupportsIndex = 67108864,
    ) -> None:
        """
        Times in ms; features are (function, column, weight column, percentile).
        """
    def add(
        self,
        timestamps: typing.Annotated[numpy.typing.ArrayLike, numpy.int64],
        entities: typing.Annotated[numpy.typing.ArrayLike, numpy.uint32] | None,
        values: collections.abc.Sequence[numpy.ndarray],
    ) -> None:
        """
        int64[n], uint32[n] or None, and one float64[n] per value column, of any stride.
        """
    def advance(self, timestamp: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    def bucket_start(self, timestamp: typing.SupportsInt | typing.SupportsIndex) -> int: ...
    def flush(
        self,
    ) -> tuple[
        numpy.typing.NDArray[numpy.int64],
        numpy.typing.NDArray[numpy.uint32],
        numpy.typing.NDArray[numpy.float64],
        numpy.typing.NDArray[numpy.int64],
    ]: ...
    def memory_bytes(self) -> int: ...
    def peek_open(
        self,
    ) -> tuple[
        numpy.typing.NDArray[numpy.int64],
        numpy.typing.NDArray[numpy.uint32],
        numpy.typing.NDArray[numpy.float64],
        numpy.typing.NDArray[numpy.int64],
    ]: ...
    def take_finished(
        self,
    ) -> tuple[
        numpy.typing.NDArray[numpy.int64],
        numpy.typing.NDArray[numpy.uint32],
        numpy.typing.NDArray[numpy.float64],
        numpy.typing.NDArray[numpy.int64],
    ]:
        """
        (bucket_start int64[m], entity uint32[m], values float64[m, features], count int64[m])
        """
    def to_bytes(self) -> bytes: ...
    @property
    def counts(self) -> dict[str, int]:
        """
        Rows by what became of them.
        """
    @property
    def finished_vectors(self) -> int: ...
    @property
    def open_buckets(self) -> int: ...
    @property
    def open_vectors(self) -> int: ...
    @property
    def watermark(self) -> int | None: ...

class ForestConfig:
    """
    What a forest is made with.
    """

    internal_rotation: bool
    internal_shingling: bool
    def __init__(self) -> None: ...
    def validate(self) -> None: ...
    @property
    def bounding_box_cache_fraction(self) -> float: ...
    @bounding_box_cache_fraction.setter
    def bounding_box_cache_fraction(
        self, arg0: typing.SupportsFloat | typing.SupportsIndex
    ) -> None: ...
    @property
    def dimensions(self) -> int: ...
    @property
    def initial_accept_fraction(self) -> float: ...
    @initial_accept_fraction.setter
    def initial_accept_fraction(
        self, arg0: typing.SupportsFloat | typing.SupportsIndex
    ) -> None: ...
    @property
    def input_dimensions(self) -> int: ...
    @input_dimensions.setter
    def input_dimensions(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def number_of_trees(self) -> int: ...
    @number_of_trees.setter
    def number_of_trees(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def output_after(self) -> int | None: ...
    @output_after.setter
    def output_after(self, arg0: typing.SupportsInt | typing.SupportsIndex | None) -> None: ...
    @property
    def resolved_output_after(self) -> int: ...
    @property
    def resolved_time_decay(self) -> float: ...
    @property
    def row_size(self) -> int: ...
    @property
    def sample_size(self) -> int: ...
    @sample_size.setter
    def sample_size(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def seed(self) -> int: ...
    @seed.setter
    def seed(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def shingle_size(self) -> int: ...
    @shingle_size.setter
    def shingle_size(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def time_decay(self) -> float | None: ...
    @time_decay.setter
    def time_decay(self, arg0: typing.SupportsFloat | typing.SupportsIndex | None) -> None: ...

class Forest:
    """
    A random cut forest, resident or compact.
    """
    @staticmethod
    def from_bytes(bytes: bytes) -> Forest: ...
    def __init__(self, config: ForestConfig, compact: bool) -> None: ...
    def attribution(
        self,
        rows: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        threads: typing.SupportsInt | typing.SupportsIndex,
    ) -> tuple[numpy.typing.NDArray[numpy.float64], numpy.typing.NDArray[numpy.float64]]:
        """
        (high, low)
        """
    def clone(self) -> Forest: ...
    def density(
        self,
        rows: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        threads: typing.SupportsInt | typing.SupportsIndex,
    ) -> tuple[
        numpy.typing.NDArray[numpy.float64],
        numpy.typing.NDArray[numpy.float64],
        numpy.typing.NDArray[numpy.float64],
    ]:
        """
        (value, high, low)
        """
    def displacement(
        self,
        rows: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        threads: typing.SupportsInt | typing.SupportsIndex,
    ) -> numpy.typing.NDArray[numpy.float64]: ...
    def extrapolate(
        self,
        horizon: typing.SupportsInt | typing.SupportsIndex,
        centrality: typing.SupportsFloat | typing.SupportsIndex,
    ) -> tuple[
        numpy.typing.NDArray[numpy.float64],
        numpy.typing.NDArray[numpy.float64],
        numpy.typing.NDArray[numpy.float64],
    ]:
        """
        (value, low, high)
        """
    def impute(
        self,
        point: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        centrality: typing.SupportsFloat | typing.SupportsIndex,
    ) -> tuple[
        numpy.typing.NDArray[numpy.float64],
        numpy.typing.NDArray[numpy.float64],
        numpy.typing.NDArray[numpy.float64],
    ]:
        """
        (value, low, high)
        """
    def memory_bytes(self) -> int: ...
    def near_neighbors(
        self,
        point: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        radius: typing.SupportsFloat | typing.SupportsIndex,
    ) -> tuple[
        numpy.typing.NDArray[numpy.float64],
        numpy.typing.NDArray[numpy.float64],
        numpy.typing.NDArray[numpy.float64],
        numpy.typing.NDArray[numpy.int64],
    ]:
        """
        (points, distances, scores, trees)
        """
    def process(
        self,
        rows: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        threads: typing.SupportsInt | typing.SupportsIndex,
    ) -> numpy.typing.NDArray[numpy.float64]: ...
    def score(
        self,
        rows: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        threads: typing.SupportsInt | typing.SupportsIndex,
    ) -> numpy.typing.NDArray[numpy.float64]: ...
    def set_bounding_box_cache_fraction(
        self, fraction: typing.SupportsFloat | typing.SupportsIndex
    ) -> None: ...
    def set_time_decay(self, time_decay: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    def to_bytes(self) -> bytes: ...
    def update(self, rows: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None: ...
    @property
    def config(self) -> ForestConfig: ...
    @property
    def is_ready(self) -> bool: ...
    @property
    def shingle(self) -> numpy.typing.NDArray[numpy.float64]: ...
    @property
    def total_updates(self) -> int: ...

class ForestBank:
    """
    Many forests, fed with rows of all of them in one call.
    """
    @staticmethod
    def from_bytes(bytes: bytes) -> ForestBank: ...
    def __init__(
        self,
        config: ForestConfig,
        number_of_forests: typing.SupportsInt | typing.SupportsIndex,
        compact: bool,
    ) -> None: ...
    def forest(self, index: typing.SupportsInt | typing.SupportsIndex) -> Forest: ...
    def memory_bytes(self) -> int: ...
    def process(
        self,
        streams: typing.Annotated[numpy.typing.ArrayLike, numpy.uint32],
        rows: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        threads: typing.SupportsInt | typing.SupportsIndex,
    ) -> numpy.typing.NDArray[numpy.float64]: ...
    def size(self) -> int: ...
    def to_bytes(self) -> bytes: ...
    @property
    def config(self) -> ForestConfig: ...

class JobEngine:
    """
    The engine of adcore.Job: columns of records in, columns of results out.
    """
    @staticmethod
    def from_bytes(bytes: bytes) -> JobEngine: ...
    def __init__(self, config: dict[str, typing.Any]) -> None: ...
    def advance_time(self, time: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    def counts(self) -> dict[str, int]: ...
    def forecast(
        self, duration: typing.SupportsInt | typing.SupportsIndex
    ) -> dict[str, typing.Any]: ...
    def interim(
        self,
        start: typing.SupportsInt | typing.SupportsIndex | None = None,
        end: typing.SupportsInt | typing.SupportsIndex | None = None,
    ) -> None: ...
    def model_size_stats(self) -> dict[str, typing.Any]: ...
    def process(
        self,
        timestamps: typing.Annotated[numpy.typing.ArrayLike, numpy.int64],
        metrics: collections.abc.Sequence[numpy.ndarray],
        keys: collections.abc.Sequence[
            tuple[typing.Annotated[numpy.typing.ArrayLike, numpy.uint32], list[str]]
        ],
    ) -> None: ...
    def renormalise(
        self,
        level: typing.Annotated[numpy.typing.ArrayLike, numpy.uint8],
        class_id: typing.Annotated[numpy.typing.ArrayLike, numpy.uint64],
        scope_id: typing.Annotated[numpy.typing.ArrayLike, numpy.uint64],
        log_probability: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        score: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    ) -> tuple[numpy.typing.NDArray[numpy.float64], numpy.typing.NDArray[numpy.bool]]: ...
    def reset(
        self,
        start: typing.SupportsInt | typing.SupportsIndex,
        end: typing.SupportsInt | typing.SupportsIndex,
    ) -> None: ...
    def set_calendar(self, events: list[dict[str, typing.Any]]) -> None: ...
    def set_custom_rules(
        self,
        detector_index: typing.SupportsInt | typing.SupportsIndex,
        rules: list[dict[str, typing.Any]],
    ) -> None: ...
    def set_model_memory_limit(self, bytes: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    def set_model_plot(self, enabled: bool, terms: collections.abc.Sequence[str]) -> None: ...
    def skip_time(self, time: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    def take_renormalisation(self) -> int | None: ...
    def take_results(self) -> dict[str, typing.Any]: ...
    def to_bytes(self) -> bytes: ...
    @property
    def config(self) -> dict[str, typing.Any]: ...
    @property
    def key_columns(self) -> list[str]: ...
    @property
    def last_finalized_bucket_end(self) -> int | None: ...
    @property
    def latest_bucket_start(self) -> int | None: ...
    @property
    def metric_columns(self) -> list[tuple[str, str]]: ...

class NormalizerSet:
    """
    All scales of a job. Rows are results: level (0 bucket, 1 bucket influencer, 2 influencer, 3 partition, 4 person, 5 record), class, scope, ln p.
    """
    @staticmethod
    def from_bytes(bytes: bytes) -> NormalizerSet: ...
    def __init__(self, bucket_span: typing.SupportsInt | typing.SupportsIndex) -> None:
        """
        In ms.
        """
    def memory_bytes(self) -> int: ...
    def renormalise(
        self,
        level: typing.Annotated[numpy.typing.ArrayLike, numpy.uint8],
        class_id: typing.Annotated[numpy.typing.ArrayLike, numpy.uint64],
        scope_id: typing.Annotated[numpy.typing.ArrayLike, numpy.uint64],
        log_probability: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        score: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    ) -> tuple[numpy.typing.NDArray[numpy.float64], numpy.typing.NDArray[numpy.bool]]:
        """
        (score, changed)
        """
    def score(
        self,
        level: typing.Annotated[numpy.typing.ArrayLike, numpy.uint8],
        class_id: typing.Annotated[numpy.typing.ArrayLike, numpy.uint64],
        scope_id: typing.Annotated[numpy.typing.ArrayLike, numpy.uint64],
        log_probability: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    ) -> numpy.typing.NDArray[numpy.float64]: ...
    def to_bytes(self) -> bytes: ...
    def update(
        self,
        bucket_start: typing.SupportsInt | typing.SupportsIndex,
        level: typing.Annotated[numpy.typing.ArrayLike, numpy.uint8],
        class_id: typing.Annotated[numpy.typing.ArrayLike, numpy.uint64],
        scope_id: typing.Annotated[numpy.typing.ArrayLike, numpy.uint64],
        log_probability: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    ) -> bool:
        """
        Whether scores given before should be made anew.
        """

class ThresholdedForestConfig:
    """
    What a thresholded forest is made with.
    """

    alert_once: bool
    auto_adjust: bool
    compact: bool
    forest: ForestConfig
    imputation: str
    late_rows: str
    mode: str
    normalize_time: bool
    transform: str
    @staticmethod
    def preset(
        name: str, input_dimensions: typing.SupportsInt | typing.SupportsIndex
    ) -> ThresholdedForestConfig: ...
    def __init__(self) -> None: ...
    def validate(self) -> None: ...
    @property
    def anomaly_rate(self) -> float: ...
    @anomaly_rate.setter
    def anomaly_rate(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    @property
    def clip(self) -> float: ...
    @clip.setter
    def clip(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    @property
    def fill_values(self) -> list[float]: ...
    @fill_values.setter
    def fill_values(
        self, arg0: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]
    ) -> None: ...
    @property
    def ignore_near_expected_above(self) -> list[float]: ...
    @ignore_near_expected_above.setter
    def ignore_near_expected_above(
        self, arg0: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]
    ) -> None: ...
    @property
    def ignore_near_expected_above_by_ratio(self) -> list[float]: ...
    @ignore_near_expected_above_by_ratio.setter
    def ignore_near_expected_above_by_ratio(
        self, arg0: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]
    ) -> None: ...
    @property
    def ignore_near_expected_below(self) -> list[float]: ...
    @ignore_near_expected_below.setter
    def ignore_near_expected_below(
        self, arg0: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]
    ) -> None: ...
    @property
    def ignore_near_expected_below_by_ratio(self) -> list[float]: ...
    @ignore_near_expected_below_by_ratio.setter
    def ignore_near_expected_below_by_ratio(
        self, arg0: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]
    ) -> None: ...
    @property
    def initial_threshold(self) -> float: ...
    @initial_threshold.setter
    def initial_threshold(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    @property
    def lower_threshold(self) -> float | None: ...
    @lower_threshold.setter
    def lower_threshold(self, arg0: typing.SupportsFloat | typing.SupportsIndex | None) -> None: ...
    @property
    def maximum_attributors(self) -> int: ...
    @maximum_attributors.setter
    def maximum_attributors(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def minimum_absolute_change(self) -> float: ...
    @minimum_absolute_change.setter
    def minimum_absolute_change(
        self, arg0: typing.SupportsFloat | typing.SupportsIndex
    ) -> None: ...
    @property
    def minimum_relative_change(self) -> float: ...
    @minimum_relative_change.setter
    def minimum_relative_change(
        self, arg0: typing.SupportsFloat | typing.SupportsIndex
    ) -> None: ...
    @property
    def noise_factor(self) -> float: ...
    @noise_factor.setter
    def noise_factor(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    @property
    def sampling_support(self) -> float: ...
    @sampling_support.setter
    def sampling_support(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    @property
    def score_differencing(self) -> float: ...
    @score_differencing.setter
    def score_differencing(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    @property
    def start_normalization(self) -> int: ...
    @start_normalization.setter
    def start_normalization(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def stop_normalization(self) -> int | None: ...
    @stop_normalization.setter
    def stop_normalization(
        self, arg0: typing.SupportsInt | typing.SupportsIndex | None
    ) -> None: ...
    @property
    def time_weight(self) -> float: ...
    @time_weight.setter
    def time_weight(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    @property
    def transform_decay(self) -> float | None: ...
    @transform_decay.setter
    def transform_decay(self, arg0: typing.SupportsFloat | typing.SupportsIndex | None) -> None: ...
    @property
    def use_imputed_fraction(self) -> float: ...
    @use_imputed_fraction.setter
    def use_imputed_fraction(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    @property
    def weights(self) -> list[float]: ...
    @weights.setter
    def weights(
        self, arg0: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]
    ) -> None: ...
    @property
    def z_factor(self) -> float: ...
    @z_factor.setter
    def z_factor(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> None: ...

class ThresholdedForest:
    """
    A forest that says which rows are anomalies, and why.
    """
    @staticmethod
    def from_bytes(bytes: bytes) -> ThresholdedForest: ...
    def __init__(self, config: ThresholdedForestConfig) -> None: ...
    def clone(self) -> ThresholdedForest: ...
    def extrapolate(
        self,
        horizon: typing.SupportsInt | typing.SupportsIndex,
        corrected: bool,
        centrality: typing.SupportsFloat | typing.SupportsIndex,
    ) -> tuple[
        numpy.typing.NDArray[numpy.float64],
        numpy.typing.NDArray[numpy.float64],
        numpy.typing.NDArray[numpy.float64],
        numpy.typing.NDArray[numpy.int64],
    ]:
        """
        (value, low, high, timestamp)
        """
    def memory_bytes(self) -> int: ...
    def process(
        self,
        rows: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        timestamps: typing.Annotated[numpy.typing.ArrayLike, numpy.int64] | None,
    ) -> dict[str, numpy.ndarray]:
        """
        The columns of a ThresholdedResult.
        """
    def set_lower_threshold(
        self, threshold: typing.SupportsFloat | typing.SupportsIndex
    ) -> None: ...
    def set_time_decay(self, time_decay: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    def set_z_factor(self, z_factor: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    def to_bytes(self) -> bytes: ...
    @property
    def config(self) -> ThresholdedForestConfig: ...
    @property
    def is_ready(self) -> bool: ...
    @property
    def total_updates(self) -> int: ...

class ForecasterConfig:
    """
    What a forecaster is made with.
    """

    calibration: str
    detector: ThresholdedForestConfig
    def __init__(self) -> None: ...
    @property
    def error_horizon(self) -> int: ...
    @error_horizon.setter
    def error_horizon(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def horizon(self) -> int: ...
    @horizon.setter
    def horizon(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def lower_limit(self) -> list[float]: ...
    @lower_limit.setter
    def lower_limit(
        self, arg0: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]
    ) -> None: ...
    @property
    def percentile(self) -> float: ...
    @percentile.setter
    def percentile(self, arg0: typing.SupportsFloat | typing.SupportsIndex) -> None: ...
    @property
    def upper_limit(self) -> list[float]: ...
    @upper_limit.setter
    def upper_limit(
        self, arg0: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]
    ) -> None: ...

class Forecaster:
    """
    A thresholded forest that forecasts after every row.
    """
    @staticmethod
    def from_bytes(bytes: bytes) -> Forecaster: ...
    def __init__(self, config: ForecasterConfig) -> None: ...
    def clone(self) -> Forecaster: ...
    def deviation(self) -> numpy.typing.NDArray[numpy.float64]: ...
    def forecast(
        self,
    ) -> tuple[
        numpy.typing.NDArray[numpy.float64],
        numpy.typing.NDArray[numpy.float64],
        numpy.typing.NDArray[numpy.float64],
        numpy.typing.NDArray[numpy.int64],
    ]:
        """
        (value, low, high, timestamp)
        """
    def hit_rate(self) -> numpy.typing.NDArray[numpy.float64]: ...
    def mean_error(self) -> numpy.typing.NDArray[numpy.float64]: ...
    def memory_bytes(self) -> int: ...
    def process(
        self,
        rows: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        timestamps: typing.Annotated[numpy.typing.ArrayLike, numpy.int64] | None,
    ) -> dict[str, numpy.ndarray]:
        """
        The columns of a ThresholdedResult.
        """
    def to_bytes(self) -> bytes: ...
    @property
    def config(self) -> ForecasterConfig: ...
    @property
    def is_ready(self) -> bool: ...

class EntityCacheConfig:
    """
    What an entity cache is made with.
    """

    admission: str
    model: ThresholdedForestConfig
    spill: bool
    def __init__(self) -> None: ...
    def validate(self) -> None: ...
    @property
    def byte_budget(self) -> int: ...
    @byte_budget.setter
    def byte_budget(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def chunk_bytes(self) -> int: ...
    @chunk_bytes.setter
    def chunk_bytes(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def dedicated_models(self) -> int: ...
    @dedicated_models.setter
    def dedicated_models(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def doorkeeper_entities(self) -> int: ...
    @doorkeeper_entities.setter
    def doorkeeper_entities(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def doorkeeper_intervals(self) -> int: ...
    @doorkeeper_intervals.setter
    def doorkeeper_intervals(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def inactive_entities(self) -> int: ...
    @inactive_entities.setter
    def inactive_entities(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def interval(self) -> int: ...
    @interval.setter
    def interval(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    @property
    def spill_bytes(self) -> int: ...
    @spill_bytes.setter
    def spill_bytes(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> None: ...

class EntityProfile:
    """
    Counts of entities and bytes, all of one moment.
    """
    @property
    def active(self) -> int: ...
    @property
    def awaited(self) -> int: ...
    @property
    def byte_budget(self) -> int: ...
    @property
    def changed(self) -> int: ...
    @property
    def checkpointed(self) -> int: ...
    @property
    def dedicated(self) -> int: ...
    @property
    def entities(self) -> int: ...
    @property
    def evicted(self) -> int: ...
    @property
    def forgotten(self) -> int: ...
    @property
    def hits(self) -> int: ...
    @property
    def inactive(self) -> int: ...
    @property
    def memory_bytes(self) -> int: ...
    @property
    def misses(self) -> int: ...
    @property
    def model_bytes(self) -> int: ...
    @property
    def most_updates(self) -> int: ...
    @property
    def passes(self) -> int: ...
    @property
    def ready(self) -> int: ...
    @property
    def refused(self) -> int: ...
    @property
    def restored(self) -> int: ...
    @property
    def rows(self) -> int: ...
    @property
    def shared(self) -> int: ...
    @property
    def started(self) -> int: ...
    @property
    def starting(self) -> int: ...

class EntityCache:
    """
    One model per entity, as many in memory as the budget allows.
    """
    def __init__(self, config: EntityCacheConfig) -> None: ...
    def begin(
        self,
        ids: typing.Annotated[numpy.typing.ArrayLike, numpy.uint64],
        values: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        timestamps: typing.Annotated[numpy.typing.ArrayLike, numpy.int64],
    ) -> tuple[int, numpy.typing.NDArray[numpy.uint64]]:
        """
        (rows, missing)
        """
    def contains(self, entity: typing.SupportsInt | typing.SupportsIndex) -> bool: ...
    def evict_unused(self, timestamp: typing.SupportsInt | typing.SupportsIndex) -> int: ...
    def keep_restored(self) -> None: ...
    def lowest_priority(
        self, timestamp: typing.SupportsInt | typing.SupportsIndex
    ) -> float | None: ...
    def mark_changed(self, ids: typing.Annotated[numpy.typing.ArrayLike, numpy.uint64]) -> None: ...
    def memory_bytes(self) -> int: ...
    def model(self, entity: typing.SupportsInt | typing.SupportsIndex) -> ThresholdedForest: ...
    def model_bytes(self) -> int: ...
    def priority(self, entity: typing.SupportsInt | typing.SupportsIndex) -> float | None: ...
    def process(
        self,
        ids: typing.Annotated[numpy.typing.ArrayLike, numpy.uint64],
        values: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        timestamps: typing.Annotated[numpy.typing.ArrayLike, numpy.int64],
        score: numpy.typing.NDArray[numpy.float64],
        grade: numpy.typing.NDArray[numpy.float64],
        confidence: numpy.typing.NDArray[numpy.float64],
        threshold: numpy.typing.NDArray[numpy.float64],
        status: numpy.typing.NDArray[numpy.uint8],
        correction: numpy.typing.NDArray[numpy.uint8],
        threads: typing.SupportsInt | typing.SupportsIndex,
    ) -> tuple[numpy.typing.NDArray[numpy.uint64], dict[str, numpy.ndarray]]:
        """
        (rows of anomalies, their columns)
        """
    def profile(self) -> EntityProfile: ...
    def restore(
        self,
        ids: typing.Annotated[numpy.typing.ArrayLike, numpy.uint64],
        ends: typing.Annotated[numpy.typing.ArrayLike, numpy.uint64],
        bytes: typing.Annotated[numpy.typing.ArrayLike, numpy.uint8],
        threads: typing.SupportsInt | typing.SupportsIndex,
    ) -> None: ...
    def set_byte_budget(self, bytes: typing.SupportsInt | typing.SupportsIndex) -> None: ...
    def take_checkpoints(
        self,
        models: typing.SupportsInt | typing.SupportsIndex,
        threads: typing.SupportsInt | typing.SupportsIndex,
    ) -> tuple[
        numpy.typing.NDArray[numpy.uint64],
        numpy.typing.NDArray[numpy.uint64],
        numpy.typing.NDArray[numpy.uint8],
    ]:
        """
        (ids, ends, bytes)
        """
    def take_evicted(
        self,
    ) -> tuple[
        numpy.typing.NDArray[numpy.uint64],
        numpy.typing.NDArray[numpy.uint64],
        numpy.typing.NDArray[numpy.uint8],
    ]:
        """
        (ids, ends, bytes)
        """
    @property
    def config(self) -> EntityCacheConfig: ...

def hash_labels(labels: list[str | None]) -> numpy.typing.NDArray[numpy.float64]:
    """
    A number per text: the same for equal texts; NaN for None.
    """

def log_beta_lower_tail(
    a: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    b: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    x: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    y: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> numpy.typing.NDArray[numpy.float64]:
    """
    ln I_x(a, b), y being 1 - x.
    """

def log_extreme_probability(
    log_probabilities: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    count: typing.SupportsInt | typing.SupportsIndex,
) -> float:
    """
    Of the `count` smallest being as small as they are.
    """

def log_gamma_lower_tail(
    a: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    x: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> numpy.typing.NDArray[numpy.float64]:
    """
    ln P(a, x).
    """

def log_gamma_upper_tail(
    a: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    x: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> numpy.typing.NDArray[numpy.float64]:
    """
    ln Q(a, x).
    """

def log_joint_probability(
    log_probabilities: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> float: ...
def log_normal_upper_tail(
    z: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> numpy.typing.NDArray[numpy.float64]:
    """
    ln(1 - Phi(z)).
    """

def log_probability_of_raw_score(
    score: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> numpy.typing.NDArray[numpy.float64]: ...
def normal_quantile_of_log_tail(
    log_tail: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> numpy.typing.NDArray[numpy.float64]: ...
def raw_score(
    log_probability: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> numpy.typing.NDArray[numpy.float64]:
    """
    0 to 100.
    """

def read_arrow_array(
    schema: typing_extensions.CapsuleType, array: typing_extensions.CapsuleType
) -> list[tuple[str, str, typing.Any, list[str | None]]]:
    """
    The same for the pair of capsules of one array or record batch.
    """

def read_arrow_stream(
    stream: typing_extensions.CapsuleType,
) -> list[tuple[str, str, typing.Any, list[str | None]]]:
    """
    Columns of an `arrow_array_stream` capsule: name, kind, values, labels. Kinds are 'number' (float64), 'time' (int64 ms), 'text' (uint32 numbers of labels) and 'other' (the Arrow format).
    """

def snapshot_kind(snapshot: bytes) -> bytes: ...

__version__: str = "0.1.0"
