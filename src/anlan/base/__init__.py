"""Mechanisms shared by every module; they know nothing of chemistry."""
