"""The only door for writing the risk register."""
