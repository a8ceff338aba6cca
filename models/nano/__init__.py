"""toon-nano: the real model classes at a tiny size, built from code."""
