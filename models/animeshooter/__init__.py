"""AnimeShooterGen: an MLLM that remembers reference and shots, an adapter, and a frozen video generator."""
