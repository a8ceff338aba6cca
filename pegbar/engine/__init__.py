"""Engines: what runs many items at once, each with an outcome of its own. One file per backend."""

from pegbar.engine.pool import ItemResult, process_items

__all__ = ["ItemResult", "process_items"]
