"""What a telephone says, in each language that it speaks: sentences that somebody understands who hears them once.

A new language is one more entry of the same sentences.
"""

from typing import Literal, TypeAlias

from escalation.value import Value

Language: TypeAlias = Literal["en", "de", "fr", "es", "ro"]
Group: TypeAlias = Literal["asked", "nobody", "offered", "answer", "news"]
"""What kind of call it is: to act, that nobody has it, to take it over, to answer a question, to read something."""


class Words(Value):
    """The sentences of one language; what stands in braces is filled in."""

    intro: str
    groups: dict[Group, tuple[str, str]]
    """With and without a time."""
    restricted: tuple[str, str]
    title: str
    repeat: str
    key: str
    means: dict[str, str]
    """By command."""
    no_key: str
    done: str
    """Said where a key did what it is for."""
    not_done: str
    digest: tuple[str, str, str]
    """Of many issues at once: to act on by a time, to act on, and mere news."""
    all_of_them: str
    """What the one key means that answers for all."""


VOICES: dict[Language, str] = {"en": "en-GB", "de": "de-DE", "fr": "fr-FR", "es": "es-ES", "ro": "ro-RO"}
"""By language the tag by which Twilio speaks it."""
WORDS: dict[Language, Words] = {
    "en": Words(
        intro="This is Escalon, with a call for {name}.",
        groups={
            "asked": (
                "You are asked to act on issue {issue}, severity {severity}, by {by}.",
                "You are asked to act on issue {issue}, severity {severity}.",
            ),
            "nobody": (
                "Nobody has issue {issue}, severity {severity}. Take charge of it by {by}.",
                "Nobody has issue {issue}, severity {severity}. Take charge of it.",
            ),
            "offered": ("Issue {issue} is offered to you. Answer by {by}.", "Issue {issue} is offered to you."),
            "answer": (
                "You are asked a question about issue {issue}. Answer by {by}.",
                "You are asked a question about issue {issue}.",
            ),
            "news": ("There is news about issue {issue}.", "There is news about issue {issue}."),
        },
        restricted=("A restricted case needs you by {by}. Sign in to read it.", "Sign in to read a restricted case."),
        title="It says: {title}.",
        repeat="This call may be a repeat.",
        key="Press {digit} for: {means}.",
        means={
            "acknowledge": "I have it",
            "accept": "I take it over",
            "confirm": "it is fixed",
            "decline": "not me",
            "escalate": "send it up",
            "take_on": "I do it",
            "pass_on": "ask the next one",
            "leave": "I am not on it any more",
        },
        no_key="Please answer in Escalon. Goodbye.",
        done="Thank you, that is noted. Goodbye.",
        not_done="That did not work. Please answer in Escalon. Goodbye.",
        digest=(
            "{number} issues at once, the worst of severity {severity}, wait for you until {by}.",
            "{number} issues at once, the worst of severity {severity}, wait for you.",
            "There is news about {number} issues at once.",
        ),
        all_of_them="I have them all",
    ),
    "de": Words(
        intro="Hier ist Escalon, ein Anruf für {name}.",
        groups={
            "asked": (
                "Bitte kümmern Sie sich bis {by} um den Vorgang {issue}, Schweregrad {severity}.",
                "Bitte kümmern Sie sich um den Vorgang {issue}, Schweregrad {severity}.",
            ),
            "nobody": (
                "Niemand hat den Vorgang {issue}, Schweregrad {severity}. Bitte übernehmen Sie ihn bis {by}.",
                "Niemand hat den Vorgang {issue}, Schweregrad {severity}. Bitte übernehmen Sie ihn.",
            ),
            "offered": (
                "Der Vorgang {issue} wird Ihnen angeboten. Bitte antworten Sie bis {by}.",
                "Der Vorgang {issue} wird Ihnen angeboten.",
            ),
            "answer": (
                "Es gibt eine Frage an Sie zum Vorgang {issue}. Bitte antworten Sie bis {by}.",
                "Es gibt eine Frage an Sie zum Vorgang {issue}.",
            ),
            "news": ("Es gibt Neues zum Vorgang {issue}.", "Es gibt Neues zum Vorgang {issue}."),
        },
        restricted=(
            "Ein vertraulicher Fall braucht Sie bis {by}. Melden Sie sich an, um ihn zu lesen.",
            "Melden Sie sich an, um einen vertraulichen Fall zu lesen.",
        ),
        title="Es heißt dort: {title}.",
        repeat="Vielleicht haben Sie diesen Anruf schon bekommen.",
        key="Drücken Sie {digit} für: {means}.",
        means={
            "acknowledge": "ich habe es",
            "accept": "ich übernehme es",
            "confirm": "es ist behoben",
            "decline": "nicht ich",
            "escalate": "weiter nach oben",
            "take_on": "ich mache es",
            "pass_on": "fragen Sie den Nächsten",
            "leave": "ich bin nicht mehr dabei",
        },
        no_key="Bitte antworten Sie in Escalon. Auf Wiederhören.",
        done="Danke, das ist vermerkt. Auf Wiederhören.",
        not_done="Das ging nicht. Bitte antworten Sie in Escalon. Auf Wiederhören.",
        digest=(
            "{number} Vorgänge auf einmal, der schwerste mit Schweregrad {severity}, warten bis {by} auf Sie.",
            "{number} Vorgänge auf einmal, der schwerste mit Schweregrad {severity}, warten auf Sie.",
            "Es gibt Neues zu {number} Vorgängen auf einmal.",
        ),
        all_of_them="ich habe sie alle",
    ),
    "fr": Words(
        intro="Ici Escalon, un appel pour {name}.",
        groups={
            "asked": (
                "Vous êtes prié d'agir sur le dossier {issue}, gravité {severity}, avant {by}.",
                "Vous êtes prié d'agir sur le dossier {issue}, gravité {severity}.",
            ),
            "nobody": (
                "Personne n'a le dossier {issue}, gravité {severity}. Prenez-le en charge avant {by}.",
                "Personne n'a le dossier {issue}, gravité {severity}. Prenez-le en charge.",
            ),
            "offered": (
                "Le dossier {issue} vous est proposé. Répondez avant {by}.",
                "Le dossier {issue} vous est proposé.",
            ),
            "answer": (
                "On vous pose une question sur le dossier {issue}. Répondez avant {by}.",
                "On vous pose une question sur le dossier {issue}.",
            ),
            "news": ("Il y a du nouveau sur le dossier {issue}.", "Il y a du nouveau sur le dossier {issue}."),
        },
        restricted=(
            "Un dossier confidentiel vous attend avant {by}. Connectez-vous pour le lire.",
            "Connectez-vous pour lire un dossier confidentiel.",
        ),
        title="Il dit : {title}.",
        repeat="Vous avez peut-être déjà reçu cet appel.",
        key="Appuyez sur {digit} pour : {means}.",
        means={
            "acknowledge": "je m'en occupe",
            "accept": "je le reprends",
            "confirm": "c'est réparé",
            "decline": "pas moi",
            "escalate": "au niveau supérieur",
            "take_on": "je le fais",
            "pass_on": "demander au suivant",
            "leave": "je n'y travaille plus",
        },
        no_key="Merci de répondre dans Escalon. Au revoir.",
        done="Merci, c'est noté. Au revoir.",
        not_done="Cela n'a pas marché. Merci de répondre dans Escalon. Au revoir.",
        digest=(
            "{number} dossiers à la fois, le plus grave de gravité {severity}, vous attendent avant {by}.",
            "{number} dossiers à la fois, le plus grave de gravité {severity}, vous attendent.",
            "Il y a du nouveau sur {number} dossiers à la fois.",
        ),
        all_of_them="je les ai tous",
    ),
    "es": Words(
        intro="Aquí Escalon, una llamada para {name}.",
        groups={
            "asked": (
                "Se le pide que actúe sobre el caso {issue}, gravedad {severity}, antes de las {by}.",
                "Se le pide que actúe sobre el caso {issue}, gravedad {severity}.",
            ),
            "nobody": (
                "Nadie tiene el caso {issue}, gravedad {severity}. Hágase cargo antes de las {by}.",
                "Nadie tiene el caso {issue}, gravedad {severity}. Hágase cargo.",
            ),
            "offered": (
                "Se le ofrece el caso {issue}. Responda antes de las {by}.",
                "Se le ofrece el caso {issue}.",
            ),
            "answer": (
                "Hay una pregunta para usted sobre el caso {issue}. Responda antes de las {by}.",
                "Hay una pregunta para usted sobre el caso {issue}.",
            ),
            "news": ("Hay novedades sobre el caso {issue}.", "Hay novedades sobre el caso {issue}."),
        },
        restricted=(
            "Un caso reservado le espera antes de las {by}. Inicie sesión para leerlo.",
            "Inicie sesión para leer un caso reservado.",
        ),
        title="Dice: {title}.",
        repeat="Es posible que ya haya recibido esta llamada.",
        key="Pulse {digit} para: {means}.",
        means={
            "acknowledge": "lo tengo yo",
            "accept": "me hago cargo",
            "confirm": "está resuelto",
            "decline": "yo no",
            "escalate": "que suba de nivel",
            "take_on": "lo hago yo",
            "pass_on": "pregunte al siguiente",
            "leave": "ya no estoy en ello",
        },
        no_key="Responda en Escalon, por favor. Adiós.",
        done="Gracias, queda anotado. Adiós.",
        not_done="No ha funcionado. Responda en Escalon, por favor. Adiós.",
        digest=(
            "{number} casos a la vez, el más grave de gravedad {severity}, le esperan hasta {by}.",
            "{number} casos a la vez, el más grave de gravedad {severity}, le esperan.",
            "Hay novedades sobre {number} casos a la vez.",
        ),
        all_of_them="los tengo todos",
    ),
    "ro": Words(
        intro="Aici Escalon, un apel pentru {name}.",
        groups={
            "asked": (
                "Vă rugăm să acționați în cazul {issue}, gravitate {severity}, până la {by}.",
                "Vă rugăm să acționați în cazul {issue}, gravitate {severity}.",
            ),
            "nobody": (
                "Nimeni nu are cazul {issue}, gravitate {severity}. Vă rugăm să îl preluați până la {by}.",
                "Nimeni nu are cazul {issue}, gravitate {severity}. Vă rugăm să îl preluați.",
            ),
            "offered": (
                "Vi se oferă cazul {issue}. Răspundeți până la {by}.",
                "Vi se oferă cazul {issue}.",
            ),
            "answer": (
                "Aveți o întrebare despre cazul {issue}. Răspundeți până la {by}.",
                "Aveți o întrebare despre cazul {issue}.",
            ),
            "news": ("Sunt noutăți despre cazul {issue}.", "Sunt noutăți despre cazul {issue}."),
        },
        restricted=(
            "Un caz confidențial vă așteaptă până la {by}. Autentificați-vă ca să îl citiți.",
            "Autentificați-vă ca să citiți un caz confidențial.",
        ),
        title="Spune: {title}.",
        repeat="Este posibil să fi primit deja acest apel.",
        key="Apăsați {digit} pentru: {means}.",
        means={
            "acknowledge": "mă ocup eu",
            "accept": "îl preiau",
            "confirm": "este rezolvat",
            "decline": "nu eu",
            "escalate": "mai sus",
            "take_on": "fac eu asta",
            "pass_on": "întrebați următorul",
            "leave": "nu mai lucrez la asta",
        },
        no_key="Vă rugăm să răspundeți în Escalon. La revedere.",
        done="Mulțumim, am notat. La revedere.",
        not_done="Nu a reușit. Vă rugăm să răspundeți în Escalon. La revedere.",
        digest=(
            "{number} cazuri deodată, cel mai grav cu gravitatea {severity}, vă așteaptă până la {by}.",
            "{number} cazuri deodată, cel mai grav cu gravitatea {severity}, vă așteaptă.",
            "Sunt noutăți despre {number} cazuri deodată.",
        ),
        all_of_them="le am pe toate",
    ),
}
