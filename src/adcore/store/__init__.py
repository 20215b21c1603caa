"""The embedded store: documents, configurations, results and checkpoints of models."""

from __future__ import annotations

from adcore.store.actions import Action, Document, WriteError, WriteResult
from adcore.store.aliases import Alias
from adcore.store.document_columns import Column, DocumentColumns, NewDocuments
from adcore.store.field import Field, FieldType
from adcore.store.index_entry import Target
from adcore.store.mapping import Mapping
from adcore.store.store import Store

__all__ = [
    "Action",
    "Alias",
    "Column",
    "Document",
    "DocumentColumns",
    "Field",
    "FieldType",
    "Mapping",
    "NewDocuments",
    "Store",
    "Target",
    "WriteError",
    "WriteResult",
]
