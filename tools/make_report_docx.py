"""Make the Word templates of reports: `python -m tools.make_report_docx`.

Those of dual prevention have one head for all their tables, that of alarm load one for each. The
files are committed; run this again after changing what the reports hold.
"""

from pathlib import Path

from docx import Document
from docx.oxml import parse_xml

from tools.make_identification_docx import WATERMARK, grid, page_numbers, styled

MODULES = Path("src/anlan/modules")
DUAL_PREVENTION = MODULES / "indicators/papers/report.docx"
ALARM_LOAD = MODULES / "monitoring/papers/report.docx"


def build(
    out: Path, head: str, facts: tuple[float, ...] = (), cells: tuple[float, ...] = ()
) -> None:
    """Write a template; `head` is what holds a table's heads, the widths are in cm."""
    document = Document()
    styled(document)
    header = document.sections[0].header
    header.paragraphs[0].text = "{{ paper.enterprise }}\t\t{{ paper.title }}"
    for text in ("{%p if paper.is_demo %}", None, "{%p endif %}"):
        part = WATERMARK.replace("demo_text", "paper.demo_text")
        header._element.append(parse_xml(part) if text is None else header.add_paragraph(text)._p)
    footer = document.sections[0].footer.paragraphs[0]
    footer.text = "{{ paper.product }} · {{ paper.made_at }} · {{ paper.made_by }}"
    page_numbers(footer)

    def line(text: str, style: str | None = None) -> None:
        document.add_paragraph(text, style=style)

    line("{{ paper.title }}", "Title")
    grid(document, [], "fact in facts", ["{{ fact[0] }}", "{{ fact[1] }}"], 9, widths=facts)
    line("{%p for table in tables %}")
    line("{{ table.title }}", "Heading 1")
    line("{%p if table.rows %}")
    heads = [f"{{{{ {head}[{n}] }}}}" for n in range(4)]
    row = [f"{{{{ row[{n}] }}}}" for n in range(4)]
    grid(document, heads, "row in table.rows", row, 9, widths=cells)
    line("{%p else %}")
    # `none` would be a word of the template language itself.
    line("{{ no_rows }}")
    line("{%p endif %}")
    line("{%p endfor %}")
    line("{%p for text in texts %}")
    line("{{ text[0] }}", "Heading 1")
    line("{{ text[1] }}")
    line("{%p endfor %}")
    line("")
    line("{%p for name in signatures %}")
    line("{{ name }}  ____________________    {{ date }}  ____________")
    line("{%p endfor %}")
    document.save(str(out))


if __name__ == "__main__":
    build(DUAL_PREVENTION, "head")
    build(ALARM_LOAD, "table.head", (4.2, 12.8), (5.8, 2.6, 2.2, 6.4))
