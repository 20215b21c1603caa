"""The search language: JSON to frozen syntax trees, with the errors of the API."""
