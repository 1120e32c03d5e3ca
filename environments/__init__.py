"""Screens that can be looked at and acted on: phones, desktops, recorded episodes, and a simulated phone."""
