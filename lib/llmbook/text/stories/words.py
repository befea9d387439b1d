"""The word tables of the story world: who and what a variable can be, and free lists of words.

Plumbing of the package `llmbook.text.stories`. A row of a table is one value of a variable, a
column is one of its forms: row "the beach | on the beach" of `place` is said `{place}` or
`{place.at}`. The first column is the default form. A list (`{~happy}`) is a choice of wording
that the story does not remember.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """The values of a variable: for each form, one surface per value; and the values' weights."""

    name: str
    forms: Mapping[str, tuple[str, ...]]
    weights: tuple[int, ...]

    @property
    def default(self) -> str:
        """The form that `{variable}` alone stands for."""
        return next(iter(self.forms))

    def only(self, name: str, rows: str) -> "Table":
        """Return a table of some of the rows, named by their default form."""
        keep = [self.forms[self.default].index(row) for row in rows.split(", ")]
        forms = {form: tuple(said[i] for i in keep) for form, said in self.forms.items()}
        return Table(name, forms, tuple(self.weights[i] for i in keep))


def table(name: str, columns: str, rows: str) -> Table:
    """Read a table: one row per line, columns separated by bars; `3* ` in front is a weight."""
    weights, cells = [], []
    for line in rows.strip().split("\n"):
        weight, star, rest = line.strip().partition("* ")
        weights.append(int(weight) if star else 1)
        cells.append([cell.strip() for cell in (rest if star else line).split("|")])
    forms = dict(zip(columns.split(), map(tuple, zip(*cells, strict=True)), strict=True))
    return Table(name, forms, tuple(weights))


SHE = """
Ada Amy Anna Bella Betty Cara Clara Coco Daisy Dora Edith Ella Emma Eva Fay Fern Flora Gina Greta
Hazel Heidi Holly Ida Ivy Jane Joy Judy Kate Kitty Lena Lily Lola Lucy Luna Mabel Maya Mia Millie
Mimi Molly Nell Nina Nora Olive Opal Peggy Penny Pia Polly Rosie Ruby Ruth Sally Sara Sofia Tess
Tilly Vera Wendy Zoe
"""
HE = """
Alfie Arlo Arthur Barney Basil Ben Billy Bruno Carl Charlie Dan Dexter Eddie Eli Ezra Felix Finn
Freddy George Gus Hank Harry Henry Hugo Ivan Jack Jake Jasper Joe Kai Kip Leo Liam Louie Luke Max
Milo Ned Noah Oliver Oscar Otto Owen Paul Pepper Pete Pip Ralph Ravi Remy Rex Robin Rufus Sam Sidney
Simon Ted Theo Toby Tom
"""
PRONOUNS = {"she": "she | her | her | herself", "he": "he | him | his | himself"}


def names() -> str:
    """Return the rows of the table of names, each with its pronouns."""
    rows = [f"{name} | {PRONOUNS['she']}" for name in SHE.split()]
    return "\n".join(rows + [f"{name} | {PRONOUNS['he']}" for name in HE.split()])


KIND = table(
    "kind",
    "kind hand hands home",
    """
    18* girl | hand | hands | house
    18* boy | hand | hands | house
    3* rabbit | paw | paws | burrow
    3* bear | paw | paws | cave
    2* fox | paw | paws | den
    3* mouse | paw | paws | hole
    2* squirrel | paw | paws | tree house
    2* hedgehog | paw | paws | leaf hut
    2* duck | wing | wings | reed hut
    2* frog | foot | feet | lily pad house
    2* otter | paw | paws | river den
    2* cat | paw | paws | cottage
    2* puppy | paw | paws | kennel
    1* owl | wing | wings | tree house
    1* penguin | flipper | flippers | igloo
    2* badger | paw | paws | den
    2* mole | paw | paws | tunnel
    1* beaver | paw | paws | lodge
    1* pony | hoof | hooves | stable
    1* goat | hoof | hooves | shed
    1* lamb | hoof | hooves | barn
    1* pig | hoof | hooves | barn
    1* panda | paw | paws | bamboo hut
    1* monkey | hand | hands | tree house
    1* raccoon | paw | paws | barrel
    1* chipmunk | paw | paws | hollow log
    """,
)

PLACES = table(
    "place",
    "place at",
    """
    the park | in the park
    the pond | by the pond
    the beach | on the beach
    the forest | in the forest
    the garden | in the garden
    the meadow | in the meadow
    the hill | on the hill
    the river | by the river
    the market | at the market
    the playground | at the playground
    the orchard | in the orchard
    the lake | by the lake
    the old mill | by the old mill
    the village square | in the village square
    the stone bridge | by the stone bridge
    the harbor | in the harbor
    the big oak tree | under the big oak tree
    the farm | on the farm
    """,
)

TABLE_LIST = [
    table("name", "name he him his himself", names()),
    KIND,
    # Those who cannot swim yet; those who sleep at night and may fear the dark.
    KIND.only(
        "walker",
        "girl, boy, rabbit, bear, fox, mouse, squirrel, hedgehog, cat, puppy, badger, mole, pony,"
        " goat, lamb, pig, panda, monkey, raccoon, chipmunk",
    ),
    KIND.only(
        "sleeper",
        "girl, boy, rabbit, bear, mouse, squirrel, duck, frog, otter, puppy, penguin, pony, goat,"
        " lamb, pig, panda, monkey, chipmunk",
    ),
    table(
        "elder",
        "elder called he him his",
        """
        4* mother | Mom | she | her | her
        4* father | Dad | he | him | his
        3* grandmother | Grandma | she | her | her
        3* grandfather | Grandpa | he | him | his
        2* aunt | Auntie | she | her | her
        2* uncle | Uncle | he | him | his
        """,
    ),
    table(
        "grown",
        "grown he him his",
        """
        baker | he | him | his
        farmer | she | her | her
        teacher | he | him | his
        doctor | she | her | her
        gardener | he | him | his
        carpenter | she | her | her
        sailor | he | him | his
        painter | she | her | her
        miller | he | him | his
        shepherd | she | her | her
        tailor | he | him | his
        librarian | she | her | her
        cook | he | him | his
        mayor | she | her | her
        clockmaker | he | him | his
        beekeeper | she | her | her
        """,
    ),
    table(
        "color",
        "color",
        """
        3* red
        3* blue
        3* green
        3* yellow
        2* purple
        2* orange
        2* pink
        2* brown
        2* black
        2* white
        1* gray
        1* silver
        1* golden
        1* striped
        1* spotted
        """,
    ),
    PLACES,
    PLACES.only(
        "green",
        "the park, the pond, the beach, the forest, the garden, the meadow, the hill, the river,"
        " the orchard, the lake",
    ),
    table(
        "toy",
        "toy",
        """
        ball
        kite
        drum
        boat
        truck
        train
        doll
        robot
        puppet
        scooter
        wagon
        yo-yo
        spinning top
        balloon
        whistle
        rocket
        airplane
        teddy bear
        bucket
        hoop
        jump rope
        paper lantern
        """,
    ),
    table(
        "keepsake",
        "keepsake",
        """
        key
        coin
        ring
        shell
        feather
        button
        marble
        pebble
        badge
        bead
        ribbon
        bell
        locket
        acorn
        pencil
        medal
        stamp
        thimble
        pocket mirror
        compass
        """,
    ),
    table(
        "clothes",
        "clothes",
        """
        hat
        scarf
        coat
        cap
        sweater
        cape
        jacket
        raincoat
        bow tie
        vest
        backpack
        umbrella
        """,
    ),
    table(
        "warmer",
        "warmer",
        """
        hat
        scarf
        coat
        sweater
        cape
        jacket
        shawl
        cloak
        """,
    ),
    table(
        "snack",
        "snack some it they was",
        """
        cookies | some cookies | them | they | were
        pancakes | some pancakes | them | they | were
        muffins | some muffins | them | they | were
        sandwiches | some sandwiches | them | they | were
        nuts | some nuts | them | they | were
        berries | some berries | them | they | were
        grapes | some grapes | them | they | were
        biscuits | some biscuits | them | they | were
        plums | some plums | them | they | were
        crackers | some crackers | them | they | were
        bread and honey | some bread and honey | it | it | was
        apple pie | some apple pie | it | it | was
        cheese | some cheese | it | it | was
        gingerbread | some gingerbread | it | it | was
        popcorn | some popcorn | it | it | was
        melon | some melon | it | it | was
        """,
    ),
    table(
        "cake",
        "cake",
        """
        chocolate cake
        carrot cake
        honey cake
        lemon cake
        apple pie
        cherry pie
        blueberry pie
        pumpkin pie
        banana bread
        nut loaf
        plum tart
        strawberry tart
        """,
    ),
    table(
        "soup",
        "soup",
        """
        tomato soup
        pea soup
        carrot soup
        noodle soup
        mushroom soup
        potato soup
        pumpkin soup
        corn soup
        bean stew
        onion soup
        """,
    ),
    table(
        "crop",
        "crop seed",
        """
        sunflower | a striped seed
        pumpkin | a flat white seed
        bean plant | a speckled bean
        tomato plant | a seed as small as a flea
        rose bush | a thorny little twig
        strawberry plant | a seed like a grain of sand
        apple tree | a shiny brown seed
        cherry tree | a round hard stone
        melon | a slippery black seed
        oak tree | a fat acorn
        tulip | a bulb like an onion
        pear tree | a dark pointed seed
        """,
    ),
    table(
        "hiding",
        "hiding",
        """
        under the bed
        behind the sofa
        in the laundry basket
        behind the curtain
        in the cookie jar
        in an old boot
        on top of the cupboard
        under a pile of leaves
        behind the rain barrel
        in the flower pot
        under the wheelbarrow
        in a hollow log
        between two big stones
        under the porch
        in the tall grass
        behind the bakery
        inside the mailbox
        under the kitchen table
        """,
    ),
    table(
        "nook",
        "nook",
        """
        under the bed
        behind the sofa
        behind the curtain
        under the kitchen table
        behind the stove
        under the stairs
        behind the big cupboard
        in the broom closet
        in the darkest corner of the cellar
        """,
    ),
    table(
        "flier",
        "flier",
        """
        butterfly
        ladybug
        bumblebee
        dragonfly
        moth
        dandelion seed
        feather
        soap bubble
        red leaf
        """,
    ),
    table(
        "building",
        "building stuff",
        """
        bridge | planks
        tower | stones
        raft | logs
        tree house | boards
        castle | wet sand
        birdhouse | scraps of wood
        cart | boxes
        fort | branches
        windmill | sticks and cloth
        tent | poles and blankets
        dam | mud and twigs
        swing | rope and an old board
        """,
    ),
    table(
        "pet",
        "pet cry",
        """
        kitten | meow
        duckling | peep
        lamb | baa
        chick | cheep
        gosling | honk
        calf | moo
        piglet | oink
        sparrow | tweet
        owlet | hoo
        foal | neigh
        """,
    ),
    table(
        "bug",
        "bug many",
        """
        butterfly | butterflies
        ladybug | ladybugs
        snail | snails
        bumblebee | bumblebees
        beetle | beetles
        grasshopper | grasshoppers
        caterpillar | caterpillars
        dragonfly | dragonflies
        cricket | crickets
        ant | ants
        spider | spiders
        worm | worms
        """,
    ),
    table(
        "instrument",
        "instrument sound",
        """
        drum | boom
        flute | tweedle
        trumpet | toot
        fiddle | screech
        guitar | plunk
        piano | plink
        horn | honk
        banjo | twang
        harp | pling
        accordion | wheeze
        tuba | oompah
        xylophone | plonk
        """,
    ),
    table(
        "game",
        "game",
        """
        tag
        hide and seek
        leapfrog
        hopscotch
        pirates
        marbles
        catch
        explorers
        kings and queens
        dominoes
        checkers
        follow the leader
        """,
    ),
    table(
        "breakable",
        "breakable",
        """
        vase
        teapot
        bowl
        jug
        mirror
        lamp
        clock
        plate
        pitcher
        sugar bowl
        butter dish
        music box
        """,
    ),
    table(
        "noise",
        "noise",
        """
        tap
        thump
        scratch
        creak
        rattle
        bump
        clack
        rustle
        """,
    ),
    table(
        "grocery",
        "grocery",
        """
        butter
        cheese
        flour
        honey
        eggs
        beans
        onions
        milk
        salt
        rice
        carrots
        pears
        vinegar
        candles
        thread
        oats
        """,
    ),
    table("root", "root", "onion\ncarrot\npotato\nturnip\nleek\nparsnip\nbeet"),
    table("greens", "greens", "beans\nlentils\npeas\nmushrooms\nchestnuts\nbarley grains\nherbs"),
    table("hello", "hello", "pling\nhoola\nbaboo\nzip\nmeep\ntiko\nyoffa\nnunu"),
    table(
        "fabric",
        "fabric",
        """
        wool
        velvet
        felt
        cotton
        flannel
        silk
        corduroy
        linen
        """,
    ),
    table(
        "vehicle",
        "vehicle",
        """
        bicycle
        scooter
        skateboard
        tricycle
        unicycle
        soapbox car
        pedal car
        go-cart
        """,
    ),
    table(
        "number",
        "number",
        """
        three
        four
        five
        six
        seven
        eight
        nine
        ten
        """,
    ),
]
TABLES = {t.name: t for t in TABLE_LIST}

WORDINGS = """
day: one bright morning, one sunny afternoon, one fine day, one Monday morning, one lazy Sunday,
    one windy Saturday, one day after breakfast, one day in spring, not long ago,
    on the first day of the holidays, early one morning, one summer day
happy: happy, glad, cheerful, joyful, delighted, merry
sad: sad, unhappy, miserable, gloomy, heartbroken
angry: angry, cross, grumpy, furious
scared: scared, afraid, frightened
small: small, little, tiny
trait: curious, brave, shy, cheerful, clever, stubborn, dreamy, busy, polite, noisy, quiet, patient,
    playful, careful, sleepy, bold, silly, thoughtful, lively, gentle, kind, modest, hungry, honest
"""
ENTRIES = (entry.split(":") for entry in WORDINGS.strip().replace("\n    ", " ").split("\n"))
LISTS = {name: tuple(word.strip() for word in words.split(",")) for name, words in ENTRIES}
