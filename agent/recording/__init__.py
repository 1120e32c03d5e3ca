"""What a person does on a screen, recorded as an agent's run is: `handeye record`."""
