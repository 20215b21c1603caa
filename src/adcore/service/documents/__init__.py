"""Handlers of the document API."""
