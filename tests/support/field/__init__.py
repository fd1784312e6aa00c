"""A round for tests of Pocket: what the modules of the mission provide, made up and small.

Installed only by `tests.support.served`. Each application leaves one history entry, so that
doubles would be seen.
"""
