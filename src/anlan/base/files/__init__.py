"""Files: stored once by their content, reached only through the record they belong to.

`services.attach(actor, row, upload, kind="photo")` hangs a file on a record;
`services.store(...)` and `services.keep(...)` keep content alone, for imports and results.
"""
