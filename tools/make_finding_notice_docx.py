"""Make the Word template of the rectification notice: `python tools/make_finding_notice_docx.py`.

The file is committed; run this again after changing what the notice holds.
"""

from pathlib import Path

from docx import Document

from tools.make_identification_docx import grid, page_numbers, styled

OUT = Path("src/anlan/modules/findings/papers/notice.docx")


def main() -> None:
    """Write the template."""
    document = Document()
    styled(document)
    document.add_paragraph("{{ paper.title }}", style="Title")
    for loop, head in (("facts", ""), ("asked", "words.asked"), ("done", "words.done")):
        if head:
            document.add_paragraph(f"{{{{ {head} }}}}", style="Heading 1")
        grid(document, [], f"row in {loop}", ["{{ row[0] }}", "{{ row[1] }}"], 10)
    document.add_paragraph("")
    document.add_paragraph("{% for name in signatures %}{{ name }}____________   {% endfor %}")
    document.add_paragraph("{{ words.date }}____________")
    page_numbers(document.sections[0].footer.paragraphs[0])
    document.save(str(OUT))


if __name__ == "__main__":
    main()
