"""How the languages write days and times: the same in both, as screens and papers do."""
