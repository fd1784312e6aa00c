"""Backup and restore of a whole installation in one archive with a manifest.

database.dump       PostgreSQL's custom format
files/…             uploaded files, named by their content
streams/NAME        JetStream's own snapshot of one stream with its consumers
history/…           the store of measured values: one file a table
secrets/…           what the data cannot be read without; engine passwords are made anew
manifest.json       versions, streams, size and SHA-256 of every member; written last
"""
