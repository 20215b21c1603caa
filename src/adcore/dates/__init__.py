"""Dates as text: formats, their patterns, time zones."""
