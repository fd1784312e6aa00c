"""Inspection tasks, checklists and the records of what was checked."""
