"""Findings over the REST API."""
