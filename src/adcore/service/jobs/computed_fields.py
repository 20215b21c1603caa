"""Fields of a datafeed that scripts compute: script fields, and runtime fields with a script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adcore.job.errors import JobError, illegal_argument
from adcore.job.fields import Field, flag, raw_object
from adcore.query.computed.request import parse_runtime_mappings
from adcore.query.computed.values import DocumentReader
from adcore.script import Script, ScriptError
from adcore.service.jobs.datafeed_values import Record
from adcore.store.field import Field as MappedField

__all__ = ["ComputedFields", "check_scripts", "read_script_fields"]

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
        self._runtime = {
            name: replace(field, may_fail=True)
            for name, field in parse_runtime_mappings(runtime_mappings).items()
        }
        self._scripts = {name: Script(each["script"]) for name, each in script_fields.items()}
        self._typed = [name for name, field in self._runtime.items() if field.script is not None]

    @property
    def names(self) -> set[str]:
        """The fields that are computed."""
        return {*self._typed, *self._scripts}

    @property
    def sources(self) -> set[str]:
        """The fields of documents that scripts read."""
        runtime = (field.script for field in self._runtime.values() if field.script is not None)
        read = {name for script in (*runtime, *self._scripts.values()) for name in script.fields}
        return read - self._runtime.keys()

    def of(self, source: Mapping[str, Any], mapped: Mapping[str, MappedField]) -> Record:
        """The computed fields of a document that have a value.

        Parameters
        ----------
        source : mapping
            The document.
        mapped : mapping
            The fields of its index: a whole number stays one, whatever the document says.
        """
        values = DocumentReader(mapped, self._runtime).of(source)
        found = {name: values.computed(name) for name in self._typed}
        found |= {name: values.run(script, may_fail=True) for name, script in self._scripts.items()}
        return {
            name: listed[0] if len(listed) == 1 else listed
            for name, listed in found.items()
            if listed
        }
