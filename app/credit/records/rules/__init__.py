"""What records must say, who may read them and for how long: pure decisions."""
