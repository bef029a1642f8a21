"""Submissions and schemas that tests share: a table of invalid ones, strategies, and builders."""
