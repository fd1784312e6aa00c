"""Declarations of papers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import models

from anlan.base.actors.actor import Actor
from anlan.base.errors import Text

Context = Callable[[Actor, Any], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper about one record.

    `name` is dotted and part of the address. `context(actor, row)` returns the values, plain
    data that JSON can hold (exact numbers, dates and lazy texts become text). `templates` holds
    the file for each format made from a template (`pdf`: typst, `docx`: Word). `sheets` returns
    the workbook for `xlsx`. `permission` is asked for on top of seeing the record.
    """

    name: str
    title: Text
    model: type[models.Model]
    context: Context
    templates: Mapping[str, Path]
    sheets: Callable[[Actor, Any], bytes] | None = None
    permission: str = ""
    file_name: Callable[[Any], str] | None = None

    @property
    def formats(self) -> tuple[str, ...]:
        """Return the formats in which it can be had."""
        return (*self.templates, *(("xlsx",) if self.sheets else ()))


_PAPERS: dict[str, Paper] = {}


def declare(paper: Paper) -> Paper:
    """Make a paper known. Raises ValueError for a name or format that cannot be."""
    if paper.name in _PAPERS:
        raise ValueError(f"paper {paper.name!r} is declared twice")
    unknown = set(paper.templates) - {"pdf", "docx"}
    if unknown:
        raise ValueError(f"paper {paper.name!r}: no templates make {sorted(unknown)}")
    _PAPERS[paper.name] = paper
    return paper


def paper_for(name: str) -> Paper | None:
    """Return the declared paper."""
    return _PAPERS.get(name)


def papers_of(model: type[models.Model]) -> list[Paper]:
    """Return the papers about records of a model."""
    return [paper for paper in _PAPERS.values() if paper.model is model]


def all_papers() -> dict[str, Paper]:
    """Return every paper by name."""
    return dict(_PAPERS)
