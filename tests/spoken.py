"""Speech from espeak-ng, where the machine has it (Debian's package; nothing of it enters the repository)."""

import shutil
import subprocess

import numpy as np
import pytest
from numpy.typing import NDArray

ESPEAK_RATE = 22_050
WAVE_HEADER_BYTES = 44
SENTENCES = {
    "en": "Where are you going with that basket? The river is too high today, so we should wait until tomorrow.",
    "de": "Wohin gehst du mit dem Korb? Der Fluss ist heute zu hoch, also warten wir lieber bis morgen.",
    "fr": "Où vas-tu avec ce panier? La rivière est trop haute aujourd'hui, alors nous attendrons demain.",
    "es": "¿Adónde vas con esa cesta? El río está muy alto hoy, así que esperamos hasta mañana.",
    "it": "Dove vai con quel cesto? Il fiume è troppo alto oggi, quindi aspettiamo domani.",
    "ru": "Куда ты идёшь с этой корзиной? Река сегодня слишком высокая, поэтому подождём до завтра.",
    "pl": "Dokąd idziesz z tym koszem? Rzeka jest dziś za wysoka, więc poczekamy do jutra.",
    "pt": "Onde vai com esse cesto? O rio está alto demais hoje, então esperamos até amanhã.",
    "cmn": "你拿着那个篮子去哪里？今天河水太高了，我们还是等到明天吧。",
    "hi": "तुम वह टोकरी लेकर कहाँ जा रहे हो? आज नदी बहुत ऊँची है, इसलिए हम कल तक रुकेंगे।",
    "tr": "O sepetle nereye gidiyorsun? Nehir bugün çok yüksek, bu yüzden yarına kadar bekleyelim.",
}


def has_espeak() -> bool:
    """Say whether the synthesiser is installed."""
    return shutil.which("espeak-ng") is not None


def spoken(language: str = "en", variant: str = "", words_a_minute: int = 170, pitch: int = 50) -> NDArray[np.float32]:
    """Speak the language's sentence; float32 samples at `ESPEAK_RATE`. Skips the test where nothing can speak."""
    if not has_espeak():
        pytest.skip("espeak-ng is not installed")
    command = ["espeak-ng", "-v", language + variant, "-s", str(words_a_minute), "-p", str(pitch), "--stdout"]
    wave = subprocess.run([*command, SENTENCES[language]], capture_output=True, check=True).stdout
    whole = wave[WAVE_HEADER_BYTES : len(wave) - len(wave) % 2]
    return np.frombuffer(whole, "<i2").astype(np.float32) / 32768
