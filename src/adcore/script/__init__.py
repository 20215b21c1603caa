"""Small scripts about one document: the part of Painless that computes a value.

::

    {"source", "params"} -> parse -> tree -> compile -> Script -> value of a document

There are no loops, no assignments and no calls but those of `calls`; nothing is handed to Python's
own evaluation. What a script costs is bounded by its length.
"""

from adcore.script.errors import ScriptError, ValueFault
from adcore.script.moments import Moment
from adcore.script.script import Script

__all__ = ["Moment", "Script", "ScriptError", "ValueFault"]
