"""Jobs of the machine learning API: configured, fed, run, read."""
