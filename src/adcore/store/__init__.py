"""The embedded store: documents, configurations, results and checkpoints of models."""
