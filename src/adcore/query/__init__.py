"""The search language over the tables of an index: parse, plan, run."""
