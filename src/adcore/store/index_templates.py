"""Templates of indices in a store."""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from typing import Any

from adcore.store.catalog import Catalog
from adcore.store.errors import (
    IllegalRequestError,
    InvalidTemplateError,
    TemplateMissingError,
)
from adcore.store.index_writer import field_limit
from adcore.store.indices import Indices
from adcore.store.mapping import Mapping
from adcore.store.names import check_index_name, matching_names
from adcore.store.templates import Template, overlap

__all__ = ["IndexTemplates"]


# Each new index is compared with all patterns, and each new pattern with the others.
_MOST_PATTERNS, _MOST_TEMPLATES = 100, 1_000


class IndexTemplates:
    """Adds, shows and deletes templates. All methods may be called from any thread.

    Parameters
    ----------
    indices : Indices
        Whose new indices follow them.
    """

    def __init__(self, indices: Indices) -> None:
        self._indices = indices

    # -- of indices

    def put(self, name: str, body: MappingABC[str, Any], *, is_new: bool = False) -> None:
        """Add a template of indices, or replace it unless it has to be new.

        Raises
        ------
        InvalidIndexNameError, InvalidTemplateError, MappingError, IllegalRequestError
        """
        made = Template(name, body)
        for each in (name, *(pattern.replace("*", "x") for pattern in made.patterns)):
            check_index_name(each.lstrip("."))
        if len(made.patterns) > _MOST_PATTERNS:
            text = f"index template [{name}] has more than [{_MOST_PATTERNS}] index patterns"
            raise IllegalRequestError(text)
        with self._indices.changing() as (_, catalog):
            if len(catalog.templates.keys() | {name}) > _MOST_TEMPLATES:
                raise IllegalRequestError(f"there are [{_MOST_TEMPLATES}] index templates already")
            if is_new and name in catalog.templates:
                raise IllegalRequestError(f"index template [{name}] already exists")
            missing = [each for each in made.components if each not in catalog.components]
            if missing:
                raise InvalidTemplateError(
                    f"index_template [{name}] invalid, cause [index template [{name}] specifies "
                    f"component templates [{', '.join(missing)}] that do not exist]"
                )
            _check_priority(catalog, made)
            _check_content(made.content)
            _check_content(catalog.composed([made]))
            catalog.templates[name] = made

    def shown(self, expression: str = "*") -> list[Template]:
        """The templates of indices of a name, or of a pattern."""
        return _found(self._indices.catalog.templates, expression, "index")

    def delete(self, expression: str) -> None:
        """Delete templates of indices.

        Raises
        ------
        TemplateMissingError
        """
        with self._indices.changing() as (_, catalog):
            for template in _found(catalog.templates, expression, "index", to_delete=True):
                del catalog.templates[template.name]

    # -- components

    def put_component(self, name: str, body: MappingABC[str, Any], *, is_new: bool = False) -> None:
        """Add a component, or replace it unless it has to be new.

        Raises
        ------
        InvalidIndexNameError, MappingError, IllegalRequestError
        """
        check_index_name(name)
        with self._indices.changing() as (_, catalog):
            if is_new and name in catalog.components:
                raise IllegalRequestError(f"component template [{name}] already exists")
            catalog.components[name] = Template(name, body)
            _check_content(catalog.components[name].content)
            for template in catalog.templates.values():
                if name in template.components:
                    _check_content(catalog.composed([template]))

    def shown_components(self, expression: str = "*") -> list[Template]:
        """The components of a name, or of a pattern."""
        return _found(self._indices.catalog.components, expression, "component")

    def delete_component(self, expression: str) -> None:
        """Delete components that no template is made of.

        Raises
        ------
        TemplateMissingError, IllegalRequestError
        """
        with self._indices.changing() as (_, catalog):
            for component in _found(catalog.components, expression, "component", to_delete=True):
                users = [t.name for t in catalog.templates.values()
                         if component.name in t.components]  # fmt: skip
                if users:
                    raise IllegalRequestError(
                        f"component templates [{component.name}] cannot be removed as they are "
                        f"still in use by index templates [{', '.join(sorted(users))}]"
                    )
                del catalog.components[component.name]


def _found(
    templates: MappingABC[str, Template], expression: str, kind: str, *, to_delete: bool = False
) -> list[Template]:
    names: dict[str, None] = {}
    for part in expression.split(","):
        fits = matching_names(part, templates) if "*" in part else [part] * (part in templates)
        if not fits and "*" not in part:
            text = f"index_template [{part}] missing"
            raise TemplateMissingError(
                text if to_delete else f"{kind} template matching [{part}] not found"
            )
        names |= dict.fromkeys(fits)
    return [templates[name] for name in names]


def _check_priority(catalog: Catalog, made: Template) -> None:
    """Of two that match an index it must be known which counts."""
    for other in catalog.templates.values():
        if other.name == made.name or other.priority != made.priority:
            continue
        if any(overlap(one, two) for one in made.patterns for two in other.patterns):
            theirs, ours = ", ".join(other.patterns), ", ".join(made.patterns)
            raise IllegalRequestError(
                f"index template [{made.name}] has index patterns [{ours}] matching patterns from "
                f"existing templates [{other.name}] with patterns ({other.name} => [{theirs}]) "
                f"that have the same priority [{made.priority}], multiple index templates may not "
                "match during index creation, please use a different priority"
            )


def _check_content(content: MappingABC[str, Any]) -> None:
    limit = field_limit(content.get("settings") or {})
    Mapping.from_json(content.get("mappings")).check_size(limit)
