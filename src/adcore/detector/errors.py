"""What can be wrong with a detector's configuration, and which field is at fault."""

from __future__ import annotations

from adcore.errors import InvalidArgumentError

__all__ = ["DetectorConfigError"]


class DetectorConfigError(InvalidArgumentError):
    """A detector that cannot be.

    The message is what clients of the anomaly detection API know, where that has one.

    Attributes
    ----------
    field : str
        The field at fault, by its name in the API; ``general_settings`` where it is none.
    sub_issues : dict
        Text per feature, where several are at fault.
    """

    def __init__(
        self,
        message: str,
        field: str = "general_settings",
        sub_issues: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.field = field
        self.sub_issues = sub_issues or {}
