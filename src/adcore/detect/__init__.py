"""From a file to anomalies: what ``adcore detect`` does.

A source is read in batches, its rows are gathered into intervals, each entity's series runs
through a forest of its own, and the results go to a file, a report and the terminal.
"""
