"""Variants' doors: HTTP and command line, over the served tables, the objects of projects and the results of jobs."""
