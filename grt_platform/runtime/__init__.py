"""What runs on one machine: the services of an installation, their supervisor, and the commands that steer them."""
