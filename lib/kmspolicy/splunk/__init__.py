"""The search command: all that knows Splunk, its search command protocol, CSV rows and output fields."""
