"""Galaxy: archives of job logs that Galaxy servers upload, kept for ever, loaded and summarised.

Source: the reports of Galaxy's `grt export` (formats 1, 2 and 3), dropped as folders or uploaded over HTTP.
Flow: raw/uploads -> raw/archives -> table/* -> served/*, and table/* -> product/* -> served/*.
Questions: which tools are used where, how often they fail, what memory, cores and time they need for how much input.
"""
