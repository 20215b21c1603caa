"""What scripts see of a document: the values of its fields, some of them computed themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from adcore.query.computed.errors import runtime_error
from adcore.query.computed.readers import date_reader, reader_of
from adcore.query.computed.request import RuntimeField
from adcore.query.leaves import leaves
from adcore.script import Moment, Script, ValueFault
from adcore.store.field import Field, FieldType

__all__ = ["DocumentReader", "DocumentValues"]

Fields = Mapping[str, Field]


class DocumentReader:
    """Reads documents of an index.

    Parameters
    ----------
    mapped : mapping of str to Field
        The fields of the index.
    runtime : mapping of str to RuntimeField
        These come before fields of the same name.
    """

    def __init__(self, mapped: Fields, runtime: Mapping[str, RuntimeField]) -> None:
        self.runtime = runtime
        self._mapped = mapped
        self._readers: dict[str, Callable[[Mapping[str, Any]], list[Any]]] = {}

    def of(self, source: Mapping[str, Any]) -> DocumentValues:
        """The values of a document."""
        return DocumentValues(source, self)

    def read(self, source: Mapping[str, Any], name: str) -> list[Any]:
        """The values of a field of the index, as scripts see them, in order.

        Raises
        ------
        ValueFault
            If there is no such field.
        """
        found = self._readers.get(name)
        if found is None:
            if name not in self._mapped:
                raise ValueFault(f"No field found for [{name}] in mapping")
            found = self._readers[name] = _values_reader(self._mapped[name])
        return found(source)


class DocumentValues:
    """The values of the fields of one document, each read once.

    Parameters
    ----------
    source : mapping
        The document.
    reader : DocumentReader
        Of its index.
    """

    __slots__ = ("_known", "_reader", "_runtime", "_source", "_under_way")

    def __init__(self, source: Mapping[str, Any], reader: DocumentReader) -> None:
        self._source = source
        self._reader = reader
        self._runtime = reader.runtime
        self._known: dict[str, list[Any]] = {}
        self._under_way: list[str] = []

    def __call__(self, name: str) -> list[Any]:
        """The values of a field as scripts see them, in order.

        Raises
        ------
        ValueFault, ScriptException
            If the index has no such field, or a script that computes it fails.
        """
        if name in self._runtime:
            found = self.computed(name)
            is_date = self._runtime[name].type.is_date
            return [Moment(each) for each in found] if is_date else found
        if name not in self._known:
            self._known[name] = self._reader.read(self._source, name)
        return self._known[name]

    def computed(self, name: str) -> list[Any]:
        """The values of a runtime field in order, dates as epoch milliseconds.

        Raises
        ------
        ScriptException
        """
        if name not in self._known:
            if name in self._under_way:
                way = " -> ".join([*self._under_way, name])
                raise ValueFault(
                    f"Cyclic dependency detected while resolving runtime fields: {way}"
                )
            self._under_way.append(name)
            field = self._runtime[name]
            self._known[name] = _ordered(field.read(each) for each in self._given(name, field))
            self._under_way.pop()
        return self._known[name]

    def _given(self, name: str, field: RuntimeField) -> Iterable[Any]:
        if field.script is None:
            return leaves(self._source, name)
        return self.run(field.script, may_fail=field.may_fail)

    def run(self, script: Script, *, may_fail: bool = False) -> list[Any]:
        """What a script gives.

        Raises
        ------
        ScriptException
            If it fails, unless it may.
        """
        try:
            return script.values_of(self)
        except ValueFault as error:
            if may_fail:
                return []
            raise runtime_error(script.source, str(error)) from None


def _values_reader(field: Field) -> Callable[[Mapping[str, Any]], list[Any]]:
    """What reads the values of a mapped field as scripts see them."""
    read, path = _value_reader(field), field.parent_path or field.path
    # Of texts an index knows which there are, and not how often.
    is_text = not field.type.is_number and not field.type.is_date

    has_steps = "." in path

    def read_all(source: Mapping[str, Any]) -> list[Any]:
        direct = None if has_steps else source.get(path)
        if isinstance(direct, (str, int, float)):
            # What most fields are: one value under their name.
            value = read(direct)
            return [] if value is None else [value]
        found = [read(each) for each in leaves(source, path)]
        return _ordered(set(found) if is_text else found)

    return read_all


def _value_reader(field: Field) -> Callable[[Any], Any]:
    if field.type.is_date:
        read = date_reader(field.date_format)
        return lambda value: None if (found := read(value)) is None else Moment(found)
    if field.type.is_number:
        return reader_of({"type": "long" if field.type.is_whole_number else "double"})
    return reader_of({"type": "boolean" if field.type is FieldType.BOOLEAN else "keyword"})


def _ordered(values: Iterable[Any]) -> list[Any]:
    found = [value for value in values if value is not None]
    return sorted(found) if len(found) > 1 else found
