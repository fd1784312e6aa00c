"""Screens' common parts: shell, components, navigation, search box, help, theme and language."""
