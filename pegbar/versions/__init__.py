"""Versions of a workspace's dataset over git and DVC: listed, found, compared, claimed, and what must not come back."""
