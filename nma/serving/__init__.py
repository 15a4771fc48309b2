"""Result folders in a browser on this machine: which there are, and a server that hands out their pages alone."""
