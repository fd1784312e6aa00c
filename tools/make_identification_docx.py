"""Make the Word template of the identification report: `python tools/make_identification_docx.py`.

The file is committed; run this again after changing what the report holds.
"""

from pathlib import Path

from docx import Document
from docx.document import Document as Doc
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Cm, Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

OUT = Path("src/anlan/modules/registry/papers/identification.docx")
FONT = "Microsoft YaHei"
WATERMARK = (
    '<w:p xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">'
    '<w:r><w:pict><v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800"'
    ' path="m@7,l@8,m@5,21600l@6,21600e"><v:path textpathok="t" o:connecttype="rect"/>'
    '<v:textpath on="t" fitshape="t"/></v:shapetype>'
    '<v:shape id="AnlanDemo" type="#_x0000_t136" style="position:absolute;margin-left:0;'
    "margin-top:0;width:430pt;height:62pt;rotation:328;z-index:-251658752;"
    "mso-position-horizontal:center;mso-position-horizontal-relative:margin;"
    'mso-position-vertical:center;mso-position-vertical-relative:margin" fillcolor="#dde2e7"'
    ' stroked="f"><v:textpath style="font-family:&quot;Noto Sans SC&quot;;font-size:1pt"'
    ' string="{{ demo_text }}"/></v:shape></w:pict></w:r></w:p>'
)


def styled(document: Doc) -> None:
    """Set A4, fonts and sizes as the PDF has them."""
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(18)
    section.top_margin, section.bottom_margin = Mm(22), Mm(20)
    for name, size in (("Normal", 10), ("Title", 18), ("Heading 1", 13), ("Heading 2", 11)):
        style = document.styles[name]
        style.font.name, style.font.size = FONT, Pt(size)
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FONT)
        for theme in ("w:asciiTheme", "w:eastAsiaTheme", "w:hAnsiTheme"):
            style.element.rPr.rFonts.attrib.pop(qn(theme), None)
        if name != "Normal":
            style.font.color.rgb = RGBColor(0x0F, 0x4C, 0x81)


def page_numbers(paragraph: Paragraph) -> None:
    """Add `page / pages` as fields."""
    for text, code in (("  ", "PAGE"), (" / ", "NUMPAGES")):
        paragraph.add_run(text)
        for kind, inside in (("begin", None), (None, code), ("end", None)):
            run = paragraph.add_run()
            if kind:
                mark = OxmlElement("w:fldChar")
                mark.set(qn("w:fldCharType"), kind)
            else:
                mark = OxmlElement("w:instrText")
                mark.text = inside
            run._r.append(mark)


def grid(
    document: Doc,
    head: list[str],
    loop: str,
    cells: list[str],
    size: int = 8,
    *,
    keep: bool = False,
    widths: tuple[float, ...] = (),
) -> None:
    """Add a table whose middle row repeats: docxtpl removes the rows that hold {%tr %}.

    With `keep` it stays on one page with what follows, such as the signatures. `widths` are those
    of its columns in cm; without them they are alike.
    """
    rows = ([head] if head else []) + [[f"{{%tr for {loop} %}}"], cells, ["{%tr endfor %}"]]
    table = document.add_table(rows=len(rows), cols=len(cells))
    table.style = "Table Grid"
    if widths:
        table.autofit = False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Cm(width)
        for row in table.rows:
            for cell, width in zip(row.cells, widths, strict=True):
                cell.width = Cm(width)
    for number, texts in enumerate(rows):
        for place, text in enumerate(texts):
            paragraph = table.cell(number, place).paragraphs[0]
            run = paragraph.add_run(text)
            run.font.size = Pt(size)
            run.bold = bool(head) and number == 0
            paragraph.paragraph_format.space_before = Pt(1)
            paragraph.paragraph_format.space_after = Pt(1)
            paragraph.paragraph_format.keep_with_next = keep or None


def build() -> None:
    """Write the template."""
    document = Document()
    styled(document)
    header = document.sections[0].header
    header.paragraphs[0].text = "{{ paper.enterprise }}\t\t{{ paper.title }}"
    element = header._element
    for text in ("{%p if is_demo %}", None, "{%p endif %}"):
        element.append(parse_xml(WATERMARK) if text is None else header.add_paragraph(text)._p)
    footer = document.sections[0].footer.paragraphs[0]
    footer.text = "{{ paper.product }} · {{ paper.made_at }} · {{ paper.made_by }}"
    page_numbers(footer)
    for part in (header.paragraphs[0], footer):
        for run in part.runs:
            run.font.size = Pt(8)

    def line(text: str, style: str | None = None, *, keep: bool = False) -> None:
        paragraph = document.add_paragraph(text, style=style)
        paragraph.paragraph_format.keep_with_next = keep or None

    line("{{ paper.title }}", "Title")
    line("{%p if is_demo %}")
    line("{{ demo_text }}")
    line("{%p endif %}")
    grid(document, [], "fact in enterprise", ["{{ fact[0] }}", "{{ fact[1] }}"], 9)
    line("{%p if summary %}")
    line("{{ words.summary }}", "Heading 1")
    names = [f"{{{{ summary_head[{n}] }}}}" for n in range(5)]
    grid(document, names, "row in summary", [f"{{{{ row[{n}] }}}}" for n in range(5)], 9)
    line("{%p endif %}")
    line("{%p for unit in units %}")
    line("{{ unit.name }}", "Heading 1")
    grid(document, [], "fact in unit.facts", ["{{ fact[0] }}", "{{ fact[1] }}"], 9)
    line("{{ words.result }}: {{ unit.verdict }}    R {{ unit.R }}    S {{ unit.S }}", "Heading 2")
    line("{%p for text in unit.missing %}")
    line("{{ text }}", "List Bullet")
    line("{%p endfor %}")
    line("{{ words.rows }}", "Heading 2")
    heads = [f"{{{{ unit.head[{n}] }}}}" for n in range(11)]
    cells = [f"{{{{ row[{n}] }}}}" for n in range(11)]
    grid(document, heads, "row in unit.rows + [unit.sums]", cells, 7)
    line("{{ words.steps }}", "Heading 2")
    grid(
        document,
        [],
        "step in unit.steps",
        [
            "{{ step.n }}",
            "{{ step.rule }}{% if step['items'] %}: {{ step['items']|join('; ') }}{% endif %}",
            "{{ step.clause }} {{ step.mark }}",
        ],
        9,
    )
    line("{%p for text in unit.warnings %}")
    line("{{ text }}", "List Bullet")
    line("{%p endfor %}")
    line("{{ words.settings }}", "Heading 2")
    three = [f"{{{{ row[{n}] }}}}" for n in range(3)]
    grid(document, [], "row in unit.settings", three, 9)
    line("{{ words.tables }}", "Heading 2")
    grid(document, [], "row in unit.tables", three[:2], 9, keep=True)
    line("{%p endfor %}")
    line("", keep=True)
    line("{%p for name in signatures %}")
    line("{{ name }}  ____________________    {{ words.date }}  ____________", keep=True)
    line("{%p endfor %}")
    OUT.parent.mkdir(parents=True, exist_ok=True)
    document.save(str(OUT))
    _widths()


def _widths() -> None:
    """Give the columns of steps and chemicals widths that fit what they hold."""
    document = Document(str(OUT))
    for table in document.tables:
        count = len(table.columns)
        widths = {
            2: [Mm(52), Mm(122)],
            3: [Mm(10), Mm(128), Mm(36)]
            if "step" in table.cell(0, 0).text
            else [Mm(62), Mm(76), Mm(36)],
            11: [Mm(n) for n in (27, 19, 19, 14, 11, 13, 17, 13, 15, 9, 17)],
        }.get(count)
        if widths is None:
            continue
        table.autofit = False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Cm(width)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        for row in table.rows:
            for cell, width in zip(row.cells, widths, strict=True):
                cell.width = width
    document.save(str(OUT))


if __name__ == "__main__":
    build()
