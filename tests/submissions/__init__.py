"""Submissions that tests share: the table of bad ones, and strategies for any number of good and bad ones."""
