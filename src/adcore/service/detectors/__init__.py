"""The Anomaly Detection API without HTTP: detectors, jobs, tasks and results in a store."""
