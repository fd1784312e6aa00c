"""What tests share: the world and its people."""
