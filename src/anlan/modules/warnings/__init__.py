"""Early warning (预警): the index of each installation, what rose, who was told, what they did."""
