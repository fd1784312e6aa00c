"""Make the Word template of the dual-prevention reports: `python -m tools.make_report_docx`.

The file is committed; run this again after changing what the reports hold.
"""

from pathlib import Path

from docx import Document
from docx.oxml import parse_xml

from tools.make_identification_docx import WATERMARK, grid, page_numbers, styled

OUT = Path("src/anlan/modules/indicators/papers/report.docx")


def build() -> None:
    """Write the template."""
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
    grid(document, [], "fact in facts", ["{{ fact[0] }}", "{{ fact[1] }}"], 9)
    line("{%p for table in tables %}")
    line("{{ table.title }}", "Heading 1")
    line("{%p if table.rows %}")
    heads = [f"{{{{ head[{n}] }}}}" for n in range(4)]
    grid(document, heads, "row in table.rows", [f"{{{{ row[{n}] }}}}" for n in range(4)], 9)
    line("{%p else %}")
    line("{{ none }}")
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
    OUT.parent.mkdir(parents=True, exist_ok=True)
    document.save(str(OUT))


if __name__ == "__main__":
    build()
