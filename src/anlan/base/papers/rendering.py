"""Making the bytes of a paper."""

import io
import json
import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from jinja2 import TemplateError
from jinja2.sandbox import SandboxedEnvironment

from anlan.base.actors.actor import Actor
from anlan.base.clock import SHANGHAI, now
from anlan.base.errors import Refused
from anlan.base.papers.fonts import fonts
from anlan.base.papers.registry import Paper

log = logging.getLogger(__name__)

HOUSE = Path(__file__).resolve().parent / "house"
MIME = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_ENDS = {"pdf": ".typ", "docx": ".docx"}


class BadTemplate(Refused):
    """The template cannot be filled; usually one that the installation replaced."""

    code = "papers.bad_template"
    status = 500
    text = gettext_lazy("The template %(template)s cannot be filled: %(why)s")
    remedy = gettext_lazy("Correct the template, or remove it to use the one supplied.")


def override_for(paper: Paper, fmt: str) -> Path:
    """Return where an installation puts its own template for this paper."""
    return Path(settings.DATA) / "templates" / "papers" / f"{paper.name}{_ENDS[fmt]}"


def template_for(paper: Paper, fmt: str) -> Path:
    """Return the template in force: the installation's own, else the one supplied."""
    own = override_for(paper, fmt)
    return own if own.is_file() else paper.templates[fmt]


def render(paper: Paper, fmt: str, actor: Actor, row: Any) -> bytes:
    """Return the paper about `row`. Raises KeyError for a format it has not, BadTemplate,
    FontsMissing.
    """
    if fmt not in paper.formats:
        raise KeyError(fmt)
    if fmt == "xlsx":
        assert paper.sheets is not None
        return paper.sheets(actor, row)
    values = {**plain(paper.context(actor, row)), "paper": _about(paper, actor, row)}
    template = template_for(paper, fmt)
    return render_pdf(template, values) if fmt == "pdf" else render_docx(template, values)


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as JSON holds them and print can show; lazy texts in the active language."""
    found: dict[str, Any] = _printable(json.loads(json.dumps(dict(values), cls=DjangoJSONEncoder)))
    return found


def _printable(value: Any) -> Any:
    """Return the value without the characters that no XML file, and so no Word file, may hold."""
    if isinstance(value, str):
        return _UNPRINTABLE.sub("", value)
    if isinstance(value, list):
        return [_printable(part) for part in value]
    if isinstance(value, dict):
        return {name: _printable(part) for name, part in value.items()}
    return value


def render_pdf(
    template: Path, values: Mapping[str, Any], *, files: Mapping[str, bytes] | None = None
) -> bytes:
    """Set a typst template. `values` reach it as data: what people typed is never source text.

    `files` are pictures the template reads by name. Raises BadTemplate, FontsMissing.
    """
    source = template.read_bytes()
    if b'"@' in source:
        # A package would be fetched from the network while somebody waits for a page.
        raise BadTemplate(template=template.name, why=_("packages cannot be imported"))
    parts = {
        **{path.name: path.read_bytes() for path in HOUSE.glob("*.typ")},
        **(files or {}),
        "main": source,
    }
    try:
        # Its types do not know that the input may be a set of named files.
        made = typst.compile(  # type: ignore[call-overload]
            parts,
            root=str(HOUSE),
            font_paths=fonts(),
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"data": json.dumps(plain(values), ensure_ascii=False)},
        )
    except typst.TypstError as error:
        log.exception("template %s", template)
        raise BadTemplate(template=template.name, why=error.message) from error
    assert isinstance(made, bytes)
    return made


def render_docx(template: Path, values: Mapping[str, Any]) -> bytes:
    """Fill a Word template ({{ name }}, {%tr for … %}). Raises BadTemplate.

    Values are escaped, and the template runs in a sandbox: it may come from a user of the
    installation, and must not reach Python.
    """
    from docxtpl import DocxTemplate  # slow to load, and few processes make a Word file

    document = DocxTemplate(template)
    try:
        document.render(plain(values), jinja_env=SandboxedEnvironment(autoescape=True))
    # A damaged Word file fails in docxtpl in many ways; all of them mean the template.
    except (TemplateError, ValueError, KeyError, TypeError, AttributeError) as error:
        log.exception("template %s", template)
        raise BadTemplate(template=template.name, why=str(error)) from error
    filled = io.BytesIO()
    document.docx.save(filled)
    return filled.getvalue()


def _about(paper: Paper, actor: Actor, row: Any) -> dict[str, Any]:
    enterprise = getattr(row, "enterprise", None)
    return {
        "title": str(paper.title),
        "enterprise": enterprise.name if enterprise is not None else "",
        "is_demo": bool(getattr(enterprise, "is_demo", False)),
        "demo_text": _("Demonstration, not for use"),
        "made_by": actor.name,
        "made_at": timezone.localtime(now(), SHANGHAI).strftime("%Y-%m-%d %H:%M"),
        "product": _("Anlan"),
        "lang": (translation.get_language() or "zh")[:2],
    }
