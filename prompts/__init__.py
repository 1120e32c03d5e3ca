"""What a model is asked and how its answer is read: messages, history, and one dialect for each family."""
