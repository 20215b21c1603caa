"""Real data to try things on, made from packages that are installed anyway."""
