"""Points, alarm rules and what they raise: from the sensor to the operator (监测报警)."""
