"""Why a whole file is refused. Each says what to do with the file."""

from django.utils.translation import gettext_lazy as _

from anlan.base.errors import Refused


class FileRefused(Refused):
    """The file cannot be read at all."""

    code = "imports.file"
    status = 422
    text = _("This file cannot be read.")
    remedy = _("Download the template, fill it in and send that.")


class TooLarge(FileRefused):
    """More megabytes than allowed."""

    code = "imports.too_large"
    status = 413
    text = _("The file is larger than %(most)s MB.")
    remedy = _("Split it into several files and import them one after another.")


class Empty(FileRefused):
    """No bytes, or no rows."""

    code = "imports.empty"
    text = _("The file holds no rows.")
    remedy = _("Fill in at least one row below the head.")


class WrongType(FileRefused):
    """Something else than a table."""

    code = "imports.wrong_type"
    text = _("This is not a spreadsheet (%(found)s).")
    remedy = _("Send an .xlsx, .xls or .csv file.")


class Damaged(FileRefused):
    """A spreadsheet that breaks off or contradicts itself."""

    code = "imports.damaged"
    text = _("The file is damaged.")
    remedy = _("Open it in Excel or WPS, save it as .xlsx and send it again.")


class Encrypted(FileRefused):
    """Protected by a password."""

    code = "imports.encrypted"
    text = _("The file is protected by a password.")
    remedy = _("Open it, remove the password, save it and send it again.")


class Bomb(FileRefused):
    """Unpacks to far more than it should."""

    code = "imports.bomb"
    text = _("The file unpacks to more than %(most)s MB.")
    remedy = _("Delete pictures and unused sheets, or split the file.")


class TooManyRows(FileRefused):
    """More rows than one import takes."""

    code = "imports.too_many_rows"
    text = _("Sheet “%(sheet)s” has more than %(most)s rows.")
    remedy = _("Split it into several files and import them one after another.")


class TooManyColumns(FileRefused):
    """More columns than any sheet has."""

    code = "imports.too_many_columns"
    text = _("Sheet “%(sheet)s” has cells in column %(column)s; more than %(most)s columns"
             " cannot be right.")  # fmt: skip
    remedy = _("Delete everything to the right of the last column of the template.")


class Forbidden(FileRefused):
    """Contains what no table needs: a document type definition, outside references."""

    code = "imports.forbidden_content"
    text = _("The file contains parts that a table does not need (%(what)s).")
    remedy = _("Copy the rows into a freshly downloaded template and send that.")


class NoSheet(FileRefused):
    """No visible sheet with cells."""

    code = "imports.no_sheet"
    text = _("The file has no visible sheet with rows.")
    remedy = _("Put the rows on the first sheet, or unhide their sheet.")


class MergedCells(FileRefused):
    """Cells merged among the rows."""

    code = "imports.merged"
    text = _("Sheet “%(sheet)s” has merged cells (%(ranges)s).")
    remedy = _("Unmerge them and fill in every row.")


class NoHeaders(FileRefused):
    """No row looks like the head."""

    code = "imports.no_headers"
    text = _("Sheet “%(sheet)s” has no row with the column heads of “%(title)s”.")
    remedy = _("Keep the head row of the template: %(heads)s")


class BadHeaders(FileRefused):
    """Heads that are there twice, misspelt or missing."""

    code = "imports.bad_headers"
    text = _("The head row of sheet “%(sheet)s” needs correcting: %(problems)s")
    remedy = _("Use the heads of the template; the order does not matter.")


class Unreadable(FileRefused):
    """A text file in no encoding we know."""

    code = "imports.encoding"
    text = _("The text file is neither UTF-8 nor GBK.")
    remedy = _("Open it in Excel or WPS, save it as .xlsx and send that.")
