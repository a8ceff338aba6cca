"""LoRA adapters: put in by peft, saved in safetensors with everything needed to refuse the wrong base."""
