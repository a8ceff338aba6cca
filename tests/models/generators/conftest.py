from small_training import base_folder, model

__all__ = ["base_folder", "model"]
