"""A desktop to practise on: an X server of its own with a window manager and real programs, and tasks for it."""
