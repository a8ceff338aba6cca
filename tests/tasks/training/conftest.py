from small_training import base_folder, drawn_dataset, model

__all__ = ["base_folder", "drawn_dataset", "model"]
