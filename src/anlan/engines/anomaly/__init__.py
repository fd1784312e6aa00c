"""Groups of tags that leave their usual relation: models of normal operation, statistics."""
