"""Draws the app's dashboards outside Splunk, with the framework that Splunk Web draws them with.
Development only: `python -m dev.dashboard` writes the README's pictures, tests/dashboard checks the views.
"""
