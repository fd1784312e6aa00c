"""A simulated tank farm with its gas detectors and pumps, for the demonstration and for tests.

Pure numpy: nothing here knows Django. `feed` sends its values to the door as any source would.
"""

from anlan.demo.simulation.plant import Plant
from anlan.demo.simulation.scenarios import Scenario

__all__ = ["Plant", "Scenario"]
