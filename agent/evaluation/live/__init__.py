"""Live evaluation: whole tasks on the simulated phone, judged by the phone's own state and not by anyone's word."""
