"""The editor in a real Chromium."""
