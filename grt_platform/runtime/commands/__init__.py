"""The commands of `grt`, one thin file each."""
