"""The web app in a real Chromium, as people use it."""
