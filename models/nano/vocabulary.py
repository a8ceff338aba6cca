"""A small vocabulary for the real tokenizer classes: story words whole, everything else in letters or bytes."""

import string

WORDS = """
a about above across after again against all along also always an and another any are around arrives as ask at away
back bag bakes ball balloon bang bank bark basket beach bear beautiful bed before begins behind below bench beside
between big bird birthday black blanket blue blurry boat body book both bottle bounces box boy branch bread bridge
bright brown brush bubble building bunny bush busy butterfly button by cake calm camera candle cap car carrot carries
castle cat catches centre chair character chases cheek chicken child circle city claps clear climbs clock close cloud
clouds coat cold colour comes corner cream cries crosses crowd cup curly curtain cut dances dark day deep deer desert
desk dim distance dog door down dragon draws drawn drawing drinks drives drops duck ear ears early earth eats edge egg
eight elephant empty end evening every exits eye eyes face falls fallen far farm fast feather feet fence festival field
film finds fire fish five flag flies floats floor flower flowers flying foot for forest forward four fox friend frog
from front fruit full fur garden gate gently ghost giant girl glass glasses gloves glow goes gold golden grass green
grey grin ground group hair hand hands hangs happy happily hat he head hears heart her here hero high hill hills him his
holding holds home hops horizon horn horse hot house huge hugs hurries ice in indoors inside into is island it its
jacket joins jumps jungle keeps key kite kitchen kitten knight lake lamp lantern large late laughs lays leaf leans
leaps leaves left leg legs letter lies lifts light like lion little living long looking looks low lying magic makes
man map market meadow medium meets metal middle mirror mist monkey moon morning mountain mountains mouse mouth moves
moving music near neck nest next night nine no nods nose not notices ocean octopus of off old on one onto open opens
orange other out outdoors outside over owl paints pale palm panda pans paper park past path pattern paw paws penguin
picks picnic picture piece pig pillow pink plain plants plate playful playing plays points pond post pot pours pulls
puppy purple pushes queen quick quickly quiet quietly rabbit rain rainbow raises reaches reads red reference rests
ribbon ride rides right ring rises river road robot rock rocket rocks roof room roots rope round ruins runs running sad
same sand sandy scarf scene school sea seat second sees sets seven shadow shakes shape she shell shelf ship shirt shoe
shop shore short shot shoulder shouts shows side sign silver simple single sings sits sitting six sky sleeps sleepy
slides slow slowly small smile smiles smiling smoke snack snow snowy soft some song sound space spots spotted square
stack stage stands standing star starry stars stays steps still stone stones stops storm story stove street stripe
striped stripes sun sunny sunset surprised suddenly swims swing table tail takes talks tall tea teal teeth ten tent
that the their them then there they thin third this three through throws tiger tight tired title to together top towards
towel tower town toy train tree trees triangle trunk tub turns turtle two umbrella under underwater up vase very view
village waits walking walks wall warm watches water waterfall waves wears wearing whale while white who wide wide-angle
wind window windy wings winter with wolf wood wooden woods wool yard yawns year yellow young zebra zoom zooms
"""


def _words() -> list[str]:
    words = sorted(set(WORDS.split()))
    return words + [word.capitalize() for word in words]


def text_pieces() -> list[tuple[str, float]]:
    """Return the unigram pieces and scores of a T5 tokenizer: words are cheaper than their letters."""
    special = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -6.0)]
    words = [(f"▁{word}", -4.0) for word in _words()]
    letters = [(letter, -8.0) for letter in string.printable.strip()]
    return special + words + letters


def byte_pairs() -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Return vocabulary and merges of a byte-level BPE tokenizer (Qwen2's form).

    Every merge extends a prefix that starts with the blank, so the longest known prefix of a word is found whatever
    the order of the merges.
    """
    from tokenizers.pre_tokenizers import ByteLevel

    tokens = ["<|endoftext|>", *sorted(ByteLevel.alphabet())]
    merges: dict[tuple[str, str], None] = {}
    for word in _words():
        for end in range(len(word)):
            merges[(f"Ġ{word[:end]}", word[end])] = None
    tokens += ["".join(pair) for pair in merges]
    return {token: index for index, token in enumerate(tokens)}, list(merges)
