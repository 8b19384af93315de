"""Genes' doors: HTTP and command line, over the served tables and the pieces in the lake."""
