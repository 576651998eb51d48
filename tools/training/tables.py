"""Writes app/main/moderation/normalise.json: look-alikes, leetspeak and the words that disguises are undone to.

The look-alikes are Unicode's own list of confusables (package confusable-homoglyphs), reduced to single
characters that look like a Latin letter or digit, with a few by hand.
"""

import json
import unicodedata
from pathlib import Path

import confusable_homoglyphs
import regex

from normalise import TABLE

BY_HAND = {
    "а": "a", "в": "b", "с": "c", "е": "e", "ё": "e", "н": "h", "і": "i", "ї": "i", "ј": "j", "к": "k", "м": "m",
    "о": "o", "р": "p", "ѕ": "s", "т": "t", "у": "y", "х": "x", "ԁ": "d", "ԛ": "q", "ԝ": "w", "я": "r", "ш": "w",
    "щ": "w", "и": "n", "п": "n", "г": "r", "ъ": "b", "ь": "b", "б": "b", "з": "3", "α": "a", "β": "b", "γ": "y", "δ": "d",
    "ε": "e", "η": "n", "ι": "i", "κ": "k", "μ": "u", "ν": "v", "ο": "o", "ρ": "p", "σ": "o", "ς": "s", "τ": "t",
    "υ": "u", "χ": "x", "ω": "w", "ø": "o", "đ": "d", "ł": "l", "ħ": "h", "ŧ": "t", "ƒ": "f", "ı": "i", "ɑ": "a", "ɡ": "g",
    "ᴀ": "a", "ʙ": "b", "ᴄ": "c", "ᴅ": "d", "ᴇ": "e", "ꜰ": "f", "ɢ": "g", "ʜ": "h", "ɪ": "i", "ᴊ": "j", "ᴋ": "k",
    "ʟ": "l", "ᴍ": "m", "ɴ": "n", "ᴏ": "o", "ᴘ": "p", "ʀ": "r", "ꜱ": "s", "ᴛ": "t", "ᴜ": "u", "ᴠ": "v", "ᴡ": "w",
    "ʏ": "y", "ᴢ": "z", "ǝ": "e", "ɐ": "a", "ɔ": "c", "ʇ": "t", "ʌ": "v", "ʍ": "w", "ʞ": "k", "ɥ": "h", "ɯ": "m",
    "ɹ": "r", "ɾ": "j", "ß": "ss", "æ": "ae", "œ": "oe", "¢": "c", "©": "c", "®": "r", "¥": "y", "₣": "f", "₤": "l",
    "₦": "n", "₱": "p", "₩": "w", "₮": "t", "₲": "g", "₵": "c", "₭": "k", "฿": "b", "×": "x",
}  # fmt: skip
KEEP = set("ßæœ")

LEET = {
    "0": ["o"], "1": ["i", "l"], "2": ["z"], "3": ["e"], "4": ["a"], "5": ["s"], "6": ["g", "b"], "7": ["t"], "8": ["b"],
    "9": ["g"], "@": ["a"], "$": ["s"], "!": ["i", "l"], "|": ["l", "i"], "€": ["e"], "£": ["l"], "+": ["t"], "(": ["c"],
    "¡": ["i"], "§": ["s"],
}  # fmt: skip

WITH_FORMS = """
fuck shit bitch cunt dick cock prick wank twat slut whore fag faggot nigger nigga niggah retard moron idiot bastard
asshole arsehole dickhead motherfucker cocksucker dumbass jackass bullshit shithead fuckwit fucktard douche douchebag
scumbag tranny dyke spic chink gook kike wetback coon paki raghead towelhead sandnigger beaner cracker redneck
pussy tit boob nipple blowjob handjob cumshot orgasm dildo vibrator whack hooker prostitute skank thot hoe
pedo pedophile paedophile rapist rape molest kill murder strangle hang lynch behead shoot stab terrorist nazi
imbecile cretin loser scum vermin parasite subhuman degenerate feminazi femoid foid incel libtard
putinha buceta piroca caralho porra merda bosta babaca viado arrombado vagabunda vagabundo otario imbecil idiota
canalha lixo burro burra corno cuzao desgraca escroto nojento retardado safada sapatao macaco macaca fodido fudido
arsch arschloch scheisse scheiss hurensohn hure schlampe fotze wichser missgeburt drecksau schwuchtel kanake neger
abschaum pack gesindel dreck schwein idioten vollidiot trottel depp spast
viagra cialis levitra casino poker jackpot lottery mortgage refinance pharmacy penis erection porn escort webcam
bitcoin crypto giveaway winner prize voucher ringtone subscribe subscriber
""".split()  # fmt: skip

AS_THEY_ARE = """
ass arse fck fuk fuking fukin fucken motherfuckin mofo wtf stfu gtfo kys porno porns pornhub xxx nude nudes naked sex
sexy sexual anal oral boobies titties milf bdsm nsfw horny cum cumming jizz semen tits clit vagina damn goddamn crap
hell stupid dumb dumbest pathetic ugly filthy trash garbage worthless disgusting hate hated die jew jews muslim muslims
gay queer homo lesbo lesbian trannies niggas niggaz nig nigs nigguh nigglet negro darkie jap japs gypsy gypsies
puta puto putas foder foda fode fodase fdp vsf vtnc tnc pqp krl cu rola xota piranha vadia cadela nazista comunista
fick ficken gefickt verfickt fickt kacke kotze kotzen schwul schwuler judenpack
untermensch verrecken verpisst verpiss hirnlos dumm dumme dummkopf
pute connard salope encule merde batard
free cash money income earn earning click guarantee guaranteed credit loan loans debt investment profit profits insurance
cheap discount offer urgent congratulations claim reward bonus winning million dollars hotmail whatsapp telegram
unsubscribe medication medications pills prescription xanax valium tramadol rolex replica
weightloss diploma backlinks followers
nibba fookin phuck phuk biatch beyotch azz azzhole
""".split()  # fmt: skip

SPAMMY = """
viagra cialis levitra casino jackpot lottery mortgage refinance pharmacy escort crypto giveaway ringtone backlinks followers
weightloss replica rolex xanax tramadol prescription diploma
""".split()  # fmt: skip
"""What the fallback without models takes for a sign of spam, with the forms of each."""

HARMLESS_ALONE = set("""
hang shoot stab kill murder rape strangle cracker pack packs cock prick tit dyke chink paki hoe coon snip loser scum vermin
parasite degenerate incel terrorist nazi spic burro burra lixo macaco macaca escort casino poker jackpot lottery mortgage refinance
pharmacy penis erection porn webcam bitcoin crypto giveaway winner prize voucher ringtone subscribe subscriber viagra cialis levitra
idiot idiota idioten imbecil moron retard trottel depp spast behead lynch molest rapist pedo pedophile paedophile foid femoid feminazi
libtard abschaum gesindel dreck schwein kanake neger hure orgasm nipple boob vibrator dildo whack hooker prostitute merda bosta
nojento safada canalha redneck douche tranny dick gook kike
""".split())  # fmt: skip
"""Listed so that disguises are undone, but no ground by themselves to hold a message back."""

ENDINGS = ["", "s", "es", "ed", "er", "ers", "ing", "in"]


def forms(word):
    yield word
    if word[-1] in "aeiou":
        for ending in ("s", "d", "r"):
            yield word + ending
        if word[-1] == "e":
            yield word[:-1] + "ing"
        return
    if word[-1] == "y":
        yield word[:-1] + "ies"
        return
    for ending in ENDINGS[1:]:
        yield word + ending
    yield word + "y"


def lookalikes():
    folder = Path(confusable_homoglyphs.__file__).parent
    listed = json.loads((folder / "confusables.json").read_text("utf-8"))
    table = {}
    for character, others in listed.items():
        if len(character) != 1 or character.isascii() or unicodedata.category(character) in ("Mn", "Me", "Cf", "Cc"):
            continue
        if unicodedata.normalize("NFKC", character) != character or character.lower() != character:
            continue
        latin = [o["c"].lower() for o in others if regex.fullmatch("[A-Za-z]", o["c"])]
        if latin and regex.match(r"\p{L}|\p{N}|\p{S}", character):
            table[character] = latin[0]
    for code in range(26):
        letter = chr(ord("a") + code)
        for first in (0x1F1E6, 0x1F150, 0x1F170, 0x1F130):
            table[chr(first + code)] = letter
    table.update(BY_HAND)
    for character in KEEP:
        table.pop(character, None)
    return dict(sorted(table.items()))


def main():
    targets = {}
    for word in WITH_FORMS:
        for form in forms(word):
            targets[form] = None
    for word in AS_THEY_ARE:
        targets[word] = None
    for word in "shitt ass asse shoter hanger packs packed packer packing packy crackers cracked cracker cracking packin".split():
        if word not in ("ass",):
            targets.pop(word, None)
    foul = {form for word in WITH_FORMS if word not in HARMLESS_ALONE for form in forms(word)}
    spammy = {form for word in SPAMMY for form in forms(word)}
    words = [t for t in targets if len(t) >= 3]
    table = {
        "lookalikes": lookalikes(),
        "leet": LEET,
        "targets": words,
        "foul": [word for word in words if word in foul],
        "spammy": [word for word in words if word in spammy],
    }
    TABLE.write_text(json.dumps(table, ensure_ascii=False, indent=0) + "\n", "utf-8")
    print(len(table["lookalikes"]), "look-alikes,", len(table["targets"]), "words")


if __name__ == "__main__":
    main()
