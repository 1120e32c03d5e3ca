"""What an agent can do, where on the screen, and what can go wrong. Imports nothing else of this project."""
