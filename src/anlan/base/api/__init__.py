"""The REST API's shared half: sign-in, errors, paging, ETags, idempotency, limits.

A module's `api/` makes a `ninja.Router` and `anlan.config.api` mounts it; see docs/base/api.md.
"""
