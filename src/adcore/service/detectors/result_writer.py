"""Results as documents in their indices."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from adcore.detector import DetectorConfig, DetectorResults
from adcore.service.detectors.names import RESULTS
from adcore.service.detectors.result_indices import ResultIndices, flattened_index
from adcore.store import Action, WriteError
from adcore.store.documents import Documents
from adcore.store.errors import VersionConflictError

__all__ = ["ResultWriter"]


class ResultWriter:
    """Writes the results of detectors, together with what must be written at the same time.

    Parameters
    ----------
    documents : Documents
    indices : ResultIndices
    """

    def __init__(self, documents: Documents, indices: ResultIndices) -> None:
        self._documents = documents
        self._indices = indices

    def write(
        self,
        config: DetectorConfig,
        results: DetectorResults,
        *,
        with_actions: Sequence[Action] = (),
        run: str | None = None,
        **facts: Any,
    ) -> int:
        """Write results and other actions in one transaction.

        Parameters
        ----------
        config : DetectorConfig
        results : DetectorResults
        with_actions : sequence of Action
        run : str, optional
            What tells this run of a job from others: a result that is written again, after a crash,
            is then the same document.
        **facts
            ``task_id``, ``execution_start_time`` and ``execution_end_time``.

        Returns
        -------
        int
            Documents of results.
        """
        self._indices.ensure_for(config)
        index = config.result_index or RESULTS
        documents = results.rows(**facts)
        actions = _actions(index, documents, run)
        if config.result_index is not None and config.flatten_custom_result_index:
            flat = flattened_index(config)
            actions += _actions(flat, results.flat_rows(**facts), run)
        self._apply([*actions, *with_actions])
        return len(documents)

    def write_error(
        self, config: DetectorConfig, document: dict[str, Any], with_actions: Sequence[Action]
    ) -> None:
        """Write that an interval failed; where the detector's own index is broken, elsewhere."""
        index = config.result_index
        if index is None or not self._documents.exists(index):
            index = self._indices.ensure_default()
        self._apply([Action("index", index, None, document), *with_actions])

    def _apply(self, actions: list[Action]) -> None:
        for result in self._documents.bulk(actions):
            if isinstance(result, WriteError) and not _is_there(result):
                raise result.error


def _is_there(result: WriteError) -> bool:
    return result.operation == "create" and isinstance(result.error, VersionConflictError)


def _actions(index: str, documents: Iterable[dict[str, Any]], run: str | None) -> list[Action]:
    if run is None:
        return [Action("index", index, None, document) for document in documents]
    return [Action("create", index, _id(run, document), document) for document in documents]


def _id(run: str, document: dict[str, Any]) -> str:
    """20 characters of a URL, as other ids."""
    text = f"{run}\0{document.get('model_id')}\0{document['data_start_time']}"
    digest = hashlib.blake2b(text.encode(), digest_size=15).digest()
    return base64.urlsafe_b64encode(digest).decode()
