"""Fields of a datafeed that scripts compute: script fields, and runtime fields with a script."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from adcore.job.errors import JobError, illegal_argument
from adcore.job.fields import Field, flag, raw_object
from adcore.script import Script, ScriptError
from adcore.service.jobs.datafeed_values import Record, value_at
from adcore.service.jobs.runtime_fields import runtime_readers
from adcore.store.field import Field as MappedField
from adcore.store.field import FieldType

__all__ = ["ComputedFields", "check_scripts", "read_script_fields"]

_KEYWORD, _LONG, _DOUBLE, _BOOLEAN = runtime_readers(
    {name: {"type": name} for name in ("keyword", "long", "double", "boolean")}
).values()
Mappings = Mapping[str, Mapping[str, Any]]


def read_script_fields(field: Field, value: Any) -> dict[str, Any]:
    """Scripts by the names of their fields, each as an object.

    >>> read_script_fields(Field("datafeed_config"), {"kb": {"script": "doc['b'].value / 1024"}})
    {'kb': {'script': {'source': "doc['b'].value / 1024", 'lang': 'painless'}, \
'ignore_failure': False}}
    """
    made = {}
    for name, content in raw_object(field, value).items():
        inner = field.inner(name)
        given = raw_object(inner, content)
        for key in given.keys() - {"script", "ignore_failure"}:
            raise inner.inner(key).unknown()
        script = given.get("script")
        _script("script_fields", name, script)
        told = {"source": script} if isinstance(script, str) else raw_object(inner, script)
        made[name] = {
            "script": {**told, "lang": "painless"},
            "ignore_failure": flag(
                inner.inner("ignore_failure"), given.get("ignore_failure", False)
            ),
        }
    return made


def check_scripts(mappings: Mappings) -> None:
    """Check the scripts of runtime fields.

    Raises
    ------
    JobError
        That names what is not supported, and where.
    """
    for name, mapping in mappings.items():
        if "script" in mapping:
            _script("runtime_mappings", name, mapping["script"])


def _script(part: str, name: str, body: Any) -> Script:
    try:
        return Script(body)
    except ScriptError as error:
        raise _refused(part, name, error) from error


def _refused(part: str, name: str, error: ScriptError) -> JobError:
    return illegal_argument(f"[{part}] [{name}]: {error}")


class ComputedFields:
    """What scripts make of a document.

    Parameters
    ----------
    script_fields, runtime_mappings : mapping
        As they were checked.
    """

    def __init__(self, script_fields: Mappings, runtime_mappings: Mappings) -> None:
        self._declared = runtime_readers(
            {name: each for name, each in runtime_mappings.items() if "script" not in each}
        )
        typed = {name: each for name, each in runtime_mappings.items() if "script" in each}
        readers = runtime_readers(typed)
        self._scripts: dict[str, tuple[Script, Callable[[Any], Any]]] = {
            name: (Script(each["script"]), readers[name]) for name, each in typed.items()
        }
        for name, each in script_fields.items():
            self._scripts[name] = Script(each["script"]), lambda values: values

    @property
    def names(self) -> set[str]:
        """The fields that are computed."""
        return set(self._scripts)

    @property
    def sources(self) -> set[str]:
        """The fields of documents that scripts read."""
        read = {field for script, _ in self._scripts.values() for field in script.fields}
        return read - self._declared.keys()

    def of(self, source: Mapping[str, Any], mapped: Mapping[str, MappedField]) -> Record:
        """The computed fields of a document that have a value.

        Parameters
        ----------
        source : mapping
            The document.
        mapped : mapping
            The fields of its index: a whole number stays one, whatever the document says.
        """

        def values(name: str) -> list[Any]:
            read = self._declared.get(name) or _reader_of(mapped.get(name))
            found = read(value_at(source, name))
            listed = found if isinstance(found, list) else [found]
            return sorted(value for value in listed if value is not None)

        record: Record = {}
        for name, (script, read) in self._scripts.items():
            found = read(script(values))
            if found:
                record[name] = found[0] if len(found) == 1 else found
        return record


def _reader_of(field: MappedField | None) -> Callable[[Any], Any]:
    if field is None or field.type.is_date:
        return lambda _: None
    if field.type.is_number:
        return _LONG if field.type.is_whole_number else _DOUBLE
    return _BOOLEAN if field.type is FieldType.BOOLEAN else _KEYWORD
