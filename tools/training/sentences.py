"""Sentences about groups, written for this project: the same groups named in peace and in hatred.

Collections of hateful posts name some groups in nothing else, so that a model takes the name for the
hatred. These rows say the opposite as often. They were written without looking at any test suite; that
suites of this kind exist (HateCheck) and what they ask about is widely known.
A fifth of the templates, by hash, is kept for validation.
"""

import hashlib
from itertools import product
from random import Random

GROUPS = {
    "en": [
        ("women", "a woman"), ("girls", "a girl"), ("black people", "black"), ("Asians", "Asian"), ("gay people", "gay"),
        ("lesbians", "a lesbian"), ("trans people", "trans"), ("Muslims", "a Muslim"), ("Jews", "a Jew"), ("Jewish people", "Jewish"),
        ("Christians", "a Christian"), ("immigrants", "an immigrant"), ("refugees", "a refugee"), ("foreigners", "a foreigner"),
        ("disabled people", "disabled"), ("deaf people", "deaf"), ("autistic people", "autistic"), ("Mexicans", "Mexican"),
        ("Arabs", "an Arab"), ("Indians", "Indian"), ("Africans", "African"), ("Roma", "Roma"), ("old people", "old"), ("white people", "white"),
    ],
    "de": [
        ("Frauen", "eine Frau"), ("Schwule", "schwul"), ("Lesben", "lesbisch"), ("Muslime", "Muslim"), ("Juden", "Jude"), ("Ausländer", "Ausländer"),
        ("Flüchtlinge", "ein Flüchtling"), ("Türken", "Türke"), ("Behinderte", "behindert"), ("Schwarze", "schwarz"), ("Araber", "Araber"), ("Christen", "Christ"),
    ],
    "pt": [
        ("mulheres", "mulher"), ("gays", "gay"), ("lésbicas", "lésbica"), ("pessoas trans", "trans"), ("muçulmanos", "muçulmano"), ("judeus", "judeu"),
        ("negros", "negro"), ("nordestinos", "nordestino"), ("imigrantes", "imigrante"), ("índios", "índio"), ("deficientes", "deficiente"), ("evangélicos", "evangélico"),
    ],
}  # fmt: skip
INSULTS = {
    "en": ["scum", "parasites", "animals", "vermin", "filthy", "stupid", "a disease", "disgusting", "criminals", "worthless", "subhuman", "trash", "liars", "rats", "lazy pigs"],
    "de": ["Abschaum", "Parasiten", "Ungeziefer", "dumm", "eklig", "Verbrecher", "wertlos", "Dreck", "Untermenschen", "faule Schweine"],
    "pt": ["lixo", "parasitas", "uma praga", "burros", "nojentos", "bandidos", "vermes", "inúteis", "animais", "sujos"],
}
THINGS = {
    "en": ["Mondays", "this update", "broccoli", "my printer", "traffic", "cold coffee", "spam mail", "this bug", "the new menu", "mosquitoes", "waiting rooms", "that ending"],
    "de": ["Montage", "dieses Update", "Rosenkohl", "meinen Drucker", "Stau", "kalten Kaffee", "diesen Fehler", "Mücken"],
    "pt": ["segundas-feiras", "essa atualização", "brócolis", "minha impressora", "trânsito", "café frio", "esse bug", "mosquitos"],
}  # fmt: skip
HATEFUL = {
    "en": [
        "{many} are {insult}.", "All {many} are {insult}", "i swear {many} are {insult}", "{many} really are {insult}, everyone knows it.",
        "Every last one of them {many} is {insult}", "I can't stand {many}, they ruin everything.", "i fucking despise {many}",
        "{many} make me sick.", "{many} should be thrown out of this country.", "Get {many} out of here, all of them.",
        "We would be better off without {many}", "Someone should beat up {many} until they learn.", "{many} deserve to be shot.",
        "If I see one of those {many} again I will hurt them.", "You can never trust {many}.", "{many} don't deserve any rights.",
        "No decent person wants {many} living next door.", "{many} have no place among normal humans.", "God made {many} as a mistake.",
        "You're {one}? Then you are {insult} to me.", "That {one} thing over there makes me want to puke, they're all {insult}.",
        "The world needs fewer {many}", "Why are {many} always so {insult}?", "Isn't it time somebody got rid of {many}?",
        "{many} should shut up and know their place.", "I'd rather die than work with {many}.", "{many} = {insult}", "lock up {many} and throw away the key",
        "Only a fool would let {many} vote.", "Being {one} is a sickness and should be stamped out.", "Nobody will miss {many} when they are gone.",
        "{many} breed like rats.", "Kick {many} out before they take over.", "fuck {many}", "{many} are not people, they are {insult}",
    ],
    "de": [
        "{many} sind {insult}.", "Alle {many} sind {insult}", "Ich hasse {many}.", "{many} raus aus unserem Land!", "{many} gehören eingesperrt.",
        "Man sollte {many} verprügeln.", "{many} haben hier nichts verloren.", "{many} machen alles kaputt, {insult} allesamt.", "Niemand braucht {many}.",
        "{many} kann man nicht trauen.", "Mir wird schlecht, wenn ich {many} sehe.", "Weg mit {many}, das ist doch {insult}!",
    ],
    "pt": [
        "{many} são {insult}.", "Todos os {many} são {insult}", "eu odeio {many}", "fora {many} do nosso país!", "{many} tinham que apanhar.",
        "{many} não merecem direito nenhum.", "não dá pra confiar em {many}", "ninguém precisa de {many}", "{many} estragam tudo, são {insult}",
        "tenho nojo de {many}", "{many} deviam ficar calados", "o mundo seria melhor sem {many}",
    ],
}  # fmt: skip
PEACEFUL = {
    "en": [
        "My neighbour is {one} and bakes wonderful bread.", "I am {one} and have lived in this town for ten years.", "The library opens a reading group for {many} in May.",
        "{many} wait longer for a flat, a new report says.", "Does anybody know a good novel about {many}?", "We welcome {many} here like everyone else.",
        "Proud to be {one}!", "Both of my teachers were {one}.", "{many} have shaped the music of this city.", "Is there a club for {many} near the station?",
        "The film follows three {many} on a journey north.", "I love working with {many}.", "Some of the best cooks I know are {many}.", "What was it like to grow up {one} in the eighties?",
        "{many} deserve the same rights as anybody.", "Laws that protect {many} were passed in spring.", "She is {one}, he is not, and they run the shop together.",
        "Many {many} voted for the first time this year.", "Being {one} never kept me from climbing.", "Our charity helps {many} to find work.",
        "The museum shows photographs of {many} from 1920 to 1960.", "{many} are people like you and me.",
    ],
    "de": [
        "Meine Nachbarin ist {one} und backt gutes Brot.", "Ich bin {one} und wohne seit zehn Jahren hier.", "Das Museum zeigt Bilder über {many} aus den zwanziger Jahren.",
        "{many} warten länger auf eine Wohnung, sagt ein Bericht.", "Wir freuen uns über {many} in unserem Verein.", "Kennt jemand ein gutes Buch über {many}?",
        "{many} haben die gleichen Rechte wie alle.", "Viele {many} haben zum ersten Mal gewählt.", "Ich arbeite gern mit {many} zusammen.", "Der Film erzählt von drei {many} auf Reisen.",
    ],
    "pt": [
        "minha vizinha é {one} e faz um pão ótimo", "Sou {one} e moro aqui há dez anos.", "O museu mostra fotos de {many} dos anos vinte.",
        "{many} esperam mais tempo por moradia, diz o relatório.", "Aqui {many} são bem-vindos como todo mundo.", "alguém conhece um bom livro sobre {many}?",
        "{many} têm os mesmos direitos que todos.", "Muitos {many} votaram pela primeira vez.", "gosto muito de trabalhar com {many}", "O filme conta a viagem de três {many}.",
    ],
}  # fmt: skip
AGAINST = {
    "en": [
        "Saying that {many} are {insult} is plain wrong.", 'Whoever wrote "{hateful}" should be ashamed.', "Please stop calling {many} {insult}.", '"{hateful}" - I reported this comment.',
        "{many} are not {insult}, and I am tired of hearing it.", "I don't think {many} are {insult} at all.", "I would never say that I dislike {many}.", 'He shouted "{hateful}" at her and was fined for it.',
        "It hurts to read that {many} are {insult}.", 'Posts such as "{hateful}" have no place here.', "My uncle used to think {many} are {insult}. He no longer does.",
    ],
    "de": [
        "Es ist falsch zu sagen, {many} seien {insult}.", "{many} sind nicht {insult}, hört auf damit.", 'Wer "{hateful}" schreibt, sollte sich schämen.', 'Ich habe den Kommentar "{hateful}" gemeldet.', "Hört auf, {many} {insult} zu nennen.",
    ],
    "pt": [
        "É errado dizer que {many} são {insult}.", "{many} não são {insult}, parem com isso", 'Quem escreve "{hateful}" devia ter vergonha.', 'Denunciei o comentário "{hateful}".', "parem de chamar {many} de {insult}",
    ],
}  # fmt: skip
GRUMBLES = {
    "en": ["I hate {thing}.", "{thing} makes me so angry", "God, I can't stand {thing}", "{thing} is disgusting", "down with {thing}!", "I want to throw {thing} out of the window", "{thing} should be banned", "I despise {thing} with all my heart"],
    "de": ["Ich hasse {thing}.", "Ich kann {thing} nicht ausstehen", "{thing} sollte man verbieten"],
    "pt": ["eu odeio {thing}", "não aguento {thing}", "deviam proibir {thing}"],
}  # fmt: skip
SWEARING = {
    "en": [
        "fuck yes, we won!", "holy shit, what a view", "that goal was fucking brilliant", "Damn, this soup is good", "oh shit, I forgot my keys", "what the hell, the train is on time", "best fucking day of the year",
        "this song is the shit", "I'm so fucking happy for you", "shit, it is raining again", "hell yeah", "no way, that's fucking amazing",
    ],
    "de": ["Scheiße, mein Schlüssel ist weg", "verdammt gutes Essen", "geil, wir haben gewonnen", "Mist, es regnet schon wieder"],
    "pt": ["caralho, que gol lindo", "porra, esqueci a chave", "foda demais esse show", "puta que pariu, que vista"],
}  # fmt: skip
MOST_OF_TEMPLATE = {"hateful": 36, "peaceful": 40, "against": 40, "grumble": 12}


def kept_back(template):
    return hashlib.sha256(template.encode()).digest()[0] < 51


def cased(text, dice):
    """As people type: some begin without a capital, some end without a stop."""
    text = text[:1].upper() + text[1:]
    roll = dice.random()
    if roll < 0.3:
        text = text.lower()
    return text.rstrip(".") if roll > 0.5 else text


def written():
    """(text, kind, language, validation) of every sentence, the same in every run."""
    dice = Random(17)
    for lang, groups in GROUPS.items():
        hateful_of = lambda many, insult: dice.choice(HATEFUL[lang]).format(many=many, one=many, insult=insult).rstrip(".")  # noqa: E731
        for kind, templates in (("hateful", HATEFUL), ("peaceful", PEACEFUL), ("against", AGAINST)):
            for template in templates[lang]:
                fills = list(product(groups, INSULTS[lang])) if "{insult}" in template or "{hateful}" in template else [(group, "") for group in groups]
                for (many, one), insult in dice.sample(fills, min(len(fills), MOST_OF_TEMPLATE[kind])):
                    quoted = hateful_of(many, insult or dice.choice(INSULTS[lang])) if "{hateful}" in template else ""
                    yield cased(template.format(many=many, one=one, insult=insult, hateful=quoted), dice), kind, lang, kept_back(template)
        for template in GRUMBLES[lang]:
            for thing in THINGS[lang]:
                yield cased(template.format(thing=thing), dice), "grumble", lang, kept_back(template)
        for text in SWEARING[lang]:
            yield text, "swearing", lang, kept_back(text)


TOXIC = {"hateful": 1.0, "peaceful": 0.0, "against": 0.0, "grumble": 0.0, "swearing": 0.15}
