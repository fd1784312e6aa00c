"""Alarms after IEC 62682: the core that raises them, their states, their figures, their patterns.

`core` and `formats` need numba, which takes a second to start: import them where they are used.
"""
