"""One file per revision; a revision is never edited once it is released."""
