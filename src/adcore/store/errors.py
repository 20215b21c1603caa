"""What the store raises on purpose.

::

    StoreError (also AdcoreError)
    ├── IndexNotFoundError          no such index or alias
    ├── IndexExistsError            an index or alias of that name exists
    ├── InvalidIndexNameError       a name no index may have
    ├── InvalidTemplateError        a template of indices that cannot be applied
    ├── TemplateMissingError        no such template
    ├── ReadOnlyIndexError          a write to files registered as an index
    ├── VersionConflictError        the document is not the one the writer has seen
    ├── DocumentMissingError        an update of a document that does not exist
    ├── MapperParsingError          a document that does not fit its mapping
    ├── IllegalRequestError         a request with an argument outside what is allowed
    ├── StrictDynamicMappingError   a field that a strict mapping does not know
    ├── MappingError                a mapping that cannot be
    ├── StoreLockedError            another process owns the directory
    ├── StoreFullError              no space, or no right, to write; reads go on
    ├── StoreCorruptError           files that are damaged or not ours
    └── StoreClosedError            a call after close()

``type`` is the word the HTTP API has for the error, ``caused_by`` its cause in the same terms.
"""

from __future__ import annotations

from adcore.errors import AdcoreError

__all__ = [
    "DocumentMissingError",
    "IllegalRequestError",
    "IndexExistsError",
    "IndexNotFoundError",
    "InvalidIndexNameError",
    "InvalidTemplateError",
    "MapperParsingError",
    "MappingError",
    "ReadOnlyIndexError",
    "StoreClosedError",
    "StoreCorruptError",
    "StoreError",
    "StoreFullError",
    "StoreLockedError",
    "StrictDynamicMappingError",
    "TemplateMissingError",
    "VersionConflictError",
]


class StoreError(AdcoreError):
    """The base of every error of the store.

    Attributes
    ----------
    type : str
        The word of the HTTP API.
    status : int
        The HTTP status that goes with it.
    index, id : str, optional
        The index and the document concerned.
    caused_by : tuple of (str, str), optional
        Type and reason of the cause, as the API shows them.
    """

    type = "status_exception"
    status = 500

    def __init__(
        self,
        reason: str,
        *,
        index: str | None = None,
        id: str | None = None,  # noqa: A002 -- the API's word
        caused_by: tuple[str, str] | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.index = index
        self.id = id
        self.caused_by = caused_by


class IndexNotFoundError(StoreError):
    """No index or alias has this name."""

    type = "index_not_found_exception"
    status = 404


class IndexExistsError(StoreError):
    """An index or alias of this name exists."""

    type = "resource_already_exists_exception"
    status = 400


class InvalidIndexNameError(StoreError):
    """No index may have this name."""

    type = "invalid_index_name_exception"
    status = 400


class InvalidTemplateError(StoreError):
    """A template of indices that cannot be applied."""

    type = "invalid_index_template_exception"
    status = 400


class TemplateMissingError(StoreError):
    """There is no such template."""

    type = "resource_not_found_exception"
    status = 404


class ReadOnlyIndexError(StoreError):
    """The index is made of files that are only read."""

    type = "cluster_block_exception"
    status = 403


class VersionConflictError(StoreError):
    """The stored document is not the one the writer has seen."""

    type = "version_conflict_engine_exception"
    status = 409


class DocumentMissingError(StoreError):
    """An update names a document that does not exist."""

    type = "document_missing_exception"
    status = 404


class MapperParsingError(StoreError):
    """A document does not fit the mapping of its index."""

    type = "mapper_parsing_exception"
    status = 400


class IllegalRequestError(StoreError):
    """A request has an argument outside what is allowed."""

    type = "illegal_argument_exception"
    status = 400


class StrictDynamicMappingError(StoreError):
    """A document has a field that a strict mapping does not know."""

    type = "strict_dynamic_mapping_exception"
    status = 400


class MappingError(StoreError):
    """A mapping is no mapping, contradicts the present one, or is too large."""

    type = "illegal_argument_exception"
    status = 400


class StoreLockedError(StoreError):
    """Another process owns the directory."""

    type = "illegal_state_exception"


class StoreFullError(StoreError):
    """Nothing can be written: no space left, or no right to. Reads go on."""

    type = "cluster_block_exception"
    status = 429


class StoreCorruptError(StoreError):
    """A file of the store is damaged, is no file of a store, or is from a newer release."""

    type = "illegal_state_exception"


class StoreClosedError(StoreError):
    """The store is closed."""

    type = "illegal_state_exception"
