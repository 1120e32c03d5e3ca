"""The loop: a model sees a screen and uses it."""
