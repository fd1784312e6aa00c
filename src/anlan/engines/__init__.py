"""What standards say, as pure functions: no framework, no clock, no input or output."""
